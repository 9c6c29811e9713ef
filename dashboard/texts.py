"""The fixed words of the pages, read from texts.toml and examples.toml, and how to show words."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Texts:
    """What the pages say of themselves, in Markdown."""

    title: str
    lead: str
    urgent: str
    informs: str
    privacy: str
    limits: str


@dataclass(frozen=True)
class Example:
    """A case to try: what it is called, and its answers as in an address."""

    label: str
    answers: Mapping[str, str]


def texts() -> Texts:
    """Return the words of texts.toml."""
    return Texts(**tomllib.loads((HERE / "texts.toml").read_text("utf-8")))


def examples() -> list[Example]:
    """Return the cases of examples.toml."""
    tables = tomllib.loads((HERE / "examples.toml").read_text("utf-8"))["example"]
    return [Example(**table) for table in tables]


def plain(text: str) -> str:
    """Return Markdown that shows a text as it is: what stands in an address may be anyone's.

    No line breaks before a percent sign.
    """
    escaped = re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~:$&])", r"\\\1", text)
    return escaped.replace(" %", "\N{NO-BREAK SPACE}%")
