"""The fixed words of the pages, their own and those of the guidance, and how to show words."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path

from hamknee.base import shipped
from hamknee.guidance import Guidance, read_guidance
from hamknee.network import read_references, read_vocabulary

HERE = Path(__file__).parent

_LINKED = re.compile(r"https?:(?=//)|www(?=\.)|@", re.IGNORECASE)
"""What makes a link of a word without being asked to."""

_DRAWN = re.compile(r":(?=material[_/]|streamlit:)|(?<!\S)[<>~-](?=[<>=-]+(?!\S))")
"""What becomes an icon or an arrow even where it is escaped."""

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that cannot be seen and turn round the words after them, also those of the page."""

_LONG = re.compile(r"[^\W_]{20}(?=[^\W_])|\w{40}(?=\w)|[^\w\s]{20}(?=[^\w\s])")
"""What no line of a telephone has room for, nor a table beside anything else."""

_SPACES = re.compile(r"[^\S\N{NO-BREAK SPACE}]+")

_MADE_OF_IT = re.compile(
    rf"[\\`*_\[\]<>~$|&#]|:[\w+-]+[:\[]|^(\d+[.)]|[-+])|{_LINKED.pattern}|{_DRAWN.pattern}",
    re.IGNORECASE,
)
"""What Markdown makes something of."""


@dataclass(frozen=True)
class Texts:
    """What the pages say of themselves, in Markdown."""

    title: str
    verdict: str
    result: str
    steps_back: str
    later: str
    so_far: str
    changed_numbers: str
    example: str
    what_if: str
    no_change: str
    one_by_one: str
    check: str
    published: str
    urgency: str
    few: str
    cohort: str
    criticism: str
    recalibration: str
    recalibration_file: str
    template: str
    conflict: str
    simulated: str
    intervals: str
    measures: Mapping[str, str]
    rivals: Mapping[str, str]
    informs: str
    loading: str
    privacy: str
    limits: str
    limits_elsewhere: str
    method: str
    signs_apart: str
    stored: str
    accessibility: str
    citation: str
    citation_elsewhere: str


@dataclass(frozen=True)
class ExampleCase:
    """A case to try: what it is called, and its answers as in an address."""

    label: str
    answers: Mapping[str, str]


@lru_cache(maxsize=1)
def texts() -> Texts:
    """Return the words of texts.toml."""
    return Texts(**tomllib.loads((HERE / "texts.toml").read_text("utf-8")))


@lru_cache(maxsize=1)
def examples() -> tuple[ExampleCase, ...]:
    """Return the cases of examples.toml."""
    tables = tomllib.loads((HERE / "examples.toml").read_text("utf-8"))["example"]
    return tuple(ExampleCase(**table) for table in tables)


@lru_cache(maxsize=1)
def shipped_guidance() -> Guidance:
    """Return the shipped words on warning signs, for when no model can be read."""
    vocabulary = read_vocabulary(shipped("data/vocabulary.toml"))
    references = read_references(shipped("data/references.bib"))
    return read_guidance(shipped("data/guidance.toml"), vocabulary, references)


def plain(text: str) -> str:
    """Return Markdown that shows a text as it is: what stands in an address may be anyone's.

    No line breaks before a percent sign, nor elsewhere; and nothing becomes a link, which in
    Markdown as the page reads it even escaped addresses do, nor an icon: what they start with is
    taken apart by a character without width.
    """
    taken_apart = _one_line(text)
    for pattern in (_LINKED, _DRAWN):
        taken_apart = pattern.sub("\\g<0>\N{WORD JOINER}", taken_apart)
    escaped = re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~:$&])", r"\\\1", taken_apart)
    return escaped.replace(" %", "\N{NO-BREAK SPACE}%")


def plain_label(text: str) -> str:
    """Return the label of a widget that shows a text as it is.

    Screen readers read such a label as it stands, so it is left alone if nothing is made of it.
    What can be chosen in a select box is no Markdown and needs none of this; pills do.
    """
    line = _one_line(text)
    return plain(line) if _MADE_OF_IT.search(line) else line


def in_html(text: str) -> str:
    """Return HTML that shows a text as it is; no line breaks before a percent sign."""
    return escape(_breaking(text)).replace(" %", "\N{NO-BREAK SPACE}%")


def _one_line(text: str) -> str:
    """Return a text without line breaks and indents, both of which mean something in Markdown."""
    return _SPACES.sub(" ", _breaking(text))


def _breaking(text: str) -> str:
    """Return a text whose words can be broken where they are too long, and that turns no others."""
    return _LONG.sub("\\g<0>\N{ZERO WIDTH SPACE}", _TURNING.sub("", text))
