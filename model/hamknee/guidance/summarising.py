"""One case on one printable page, as Markdown and as HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

from hamknee.base import HamkneeError, percent
from hamknee.guidance.advising import Advice, advice
from hamknee.guidance.following_up import FollowUp, follow_up
from hamknee.inference import AnyCase, Model
from hamknee.network import find_variable, value_words

if TYPE_CHECKING:
    import pandas as pd


ASIDE = ("limits",)
"""Sections of the advice that do not stand among the others: limits are in the footer."""

STYLE = """
@page { size: A4; margin: 10mm; }
body { font: 9pt/1.25 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem;
  color: #111; background: #fff; }
h1 { font-size: 1.3em; margin: 0 0 .3em; }
h2 { font-size: 1em; margin: .6em 0 .2em; border-bottom: 1px solid #999; break-after: avoid; }
p, ul { margin: .2em 0; }
ul { padding-left: 1.2em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0 .6em .05em 0; vertical-align: top; font-weight: normal; }
th { color: #444; }
td + td { white-space: nowrap; }
.level { border: 2px solid #111; padding: .4em .6em; font-weight: bold; }
footer { margin-top: .6em; color: #444; overflow-wrap: anywhere; }
@media print {
  body { font-size: 7pt; line-height: 1.12; margin: 0; padding: 0; max-width: none; }
  main { columns: 2; column-gap: 6mm; }
}
"""


UNLIKELY, LEAST_ROWS = 0.02, 5
"""States whose interval ends below this have no row of their own, but for the first few."""


@dataclass(frozen=True)
class Block:
    """One part of the page: a heading, then paragraphs, a list or a table."""

    heading: str
    lines: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    columns: Sequence[str] = ()


@dataclass(frozen=True)
class Summary:
    """One case on one page: findings, ranking, warning signs, advice, limits, digest.

    Parameters
    ----------
    advice : Advice
        What to do, with the triage it rests on.
    sha256 : str
        Digest of the numbers.
    followed : FollowUp or None
        How it went, if days have passed.
    not_known : tuple of str
        Variables that were asked about and are not known.
    made : date
        When.

    Examples
    --------
    >>> import hamknee
    >>> page = hamknee.summary(hamknee.load(), {"onset": "sudden", "pop": "yes"})
    >>> [line for line in page.markdown.splitlines() if line.startswith("## ")][:4]
    ['## Because', '## What is known', '## How likely is what', '## Warning signs']
    >>> list(page.table)
    ['condition', 'label', 'probability', 'low', 'high', 'p_top', 'prior']
    """

    advice: Advice
    sha256: str
    followed: FollowUp | None = None
    not_known: tuple[str, ...] = ()
    made: date = field(default_factory=date.today)

    @property
    def table(self) -> pd.DataFrame:
        """The ranking with its intervals, as of `credible_interval`."""
        return self.advice.triage.interval.table

    @property
    def text(self) -> str:
        """The page as Markdown."""
        return self.markdown

    @cached_property
    def markdown(self) -> str:
        """The page as Markdown."""
        words, about = self._words, self.advice.triage.about
        parts = [f"# {_plain(words['title'])}"]
        parts.append(f"**{_plain(about.label)}.** {_plain(about.action)}")
        for block in self._blocks:
            parts.append(f"## {_plain(block.heading)}")
            if block.lines:
                parts.append("\n".join(f"- {_plain(line)}" for line in block.lines))
            if block.rows:
                rows = [block.columns, ["---"] * len(block.columns), *block.rows]
                parts.append("\n".join(_markdown_row(row) for row in rows))
        parts += [_plain(line) for line in self._footer]
        return "\n\n".join(parts) + "\n"

    @cached_property
    def html(self) -> str:
        """The page as HTML that stands alone and prints on both sides of one sheet of A4."""
        about = self.advice.triage.about
        title = html.escape(self._words["title"])
        level = f"{html.escape(about.label)}. {html.escape(about.action)}"
        blocks = "\n".join(_html_block(block) for block in self._blocks)
        footer = "\n".join(f"<p>{html.escape(line)}</p>" for line in self._footer)
        return (
            f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
            f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f'<h1>{title}</h1>\n<p class="level">{level}</p>\n<main>\n{blocks}\n</main>\n'
            f"<footer>\n{footer}\n</footer>\n</body>\n</html>\n"
        )

    @property
    def _words(self) -> Mapping[str, str]:
        return self.advice.triage.guidance.words

    @cached_property
    def _blocks(self) -> list[Block]:
        words, triage = self._words, self.advice.triage
        blocks = [Block(words["because"], triage.reason_texts)]
        if self.followed is not None:
            blocks.append(Block(words["follow_up"], [self.followed.course_text]))
        blocks += [self._findings(), self._ranking(), self._flags()]
        sections = self.advice.sections.items()
        return blocks + [Block(words[n], texts) for n, texts in sections if n not in ASIDE]

    def _findings(self) -> Block:
        evidence, words = self.advice.triage.interval.posterior.evidence, self._words
        vocabulary = evidence.vocabulary
        lines = [
            f"{vocabulary[name].label}: {value_words(vocabulary[name], value)}"
            for name, value in evidence.items()
        ]
        notices = [f"{notice}." for notice in evidence.notices]
        # On one line, because two dozen of them would push the page onto a second sheet.
        known = f"{'; '.join(lines)}." if lines else words["nothing_known"]
        labels = "; ".join(vocabulary[name].label for name in self.not_known)
        asked = [words["not_known"].format(labels=labels)] if labels else []
        return Block(words["findings"], [known, *asked, *notices])

    def _ranking(self) -> Block:
        interval, words = self.advice.triage.interval, self._words
        mass = words["column_interval"].format(mass=percent(interval.mass))
        label = interval.posterior.target.label
        columns = (label, words["column_now"], mass, words["column_start"])
        # The unlikely ones in a sentence: a row each would push the page onto another sheet.
        likely = int((interval.high >= UNLIKELY).sum())
        rows = interval.ranking[: max(likely, LEAST_ROWS)]
        left = len(interval.ranking) - len(rows)
        line = words["unlikely"].format(count=left, limit=percent(UNLIKELY))
        return Block(words["ranking"], [line] if left else [], rows=rows, columns=columns)

    def _flags(self) -> Block:
        triage, words = self.advice.triage, self._words
        rows = [
            (flag.question, words[f"state_{triage.answers[name]}"])
            for name, flag in triage.guidance.flags.items()
        ]
        return Block(words["flags"], rows=rows, columns=("", ""))

    @cached_property
    def _footer(self) -> list[str]:
        words, limits = self._words, self.advice.triage.guidance.limits_text
        made = f"{self.made.day} {self.made:%B %Y}"
        about = {"digest": self.sha256, "version": version("hamknee"), "date": made}
        numbers = words["numbers"].format(**about)
        return [f"{words['limits']}: {limits}", numbers]


def summary(
    model: Model,
    evidence: AnyCase,
    flags: Mapping[str, object] | None = None,
    *,
    days: float | None = None,
    course: str | None = None,
    not_known: Iterable[str] = (),
) -> Summary:
    """Return one case on one printable page.

    Parameters
    ----------
    model, evidence, flags
        As for `triage`.
    days, course : optional
        As for `follow_up`; both or neither.
    not_known : iterable of str
        Variables that were asked about and are not known, as for `triage`; the page tells them.

    Returns
    -------
    Summary

    Raises
    ------
    FlagError, HamkneeError, EvidenceError, ImpossibleEvidenceError
        As for `triage` and `follow_up`.

    Examples
    --------
    >>> import hamknee
    >>> case = {"onset": "sudden", "pop": "yes"}
    >>> page = hamknee.summary(hamknee.load(), case, not_known=["bruising"])
    >>> print(page.text)
    # Pain where the hamstring meets the knee: summary of one case
    ...
    - Onset: In a moment; Pop at the start: Yes.
    - Asked, but not known: Bruising.
    ...
    >>> page.html[:15]  # to be saved, opened and printed
    '<!DOCTYPE html>'
    """
    asked = tuple(find_variable(model.vocabulary, name).name for name in not_known)
    if days is None and course is None:
        advised = advice(model, evidence, flags, not_known=asked)
        return Summary(advised, model.sha256, not_known=asked)
    if days is None or course is None:
        raise HamkneeError(f"found days {days} and course {course}; allowed: both or neither")
    followed = follow_up(model, evidence, flags, days=days, course=course, not_known=asked)
    return Summary(followed.advice, model.sha256, followed, asked)


def _plain(text: str) -> str:
    """Return Markdown that shows a text as it is."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text.replace("\n", " "))


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell if cell == '---' else _plain(cell) for cell in cells)} |"


def _html_block(block: Block) -> str:
    parts = [f"<h2>{html.escape(block.heading)}</h2>"]
    if block.lines:
        items = "".join(f"<li>{html.escape(line)}</li>" for line in block.lines)
        parts.append(f"<ul>{items}</ul>")
    if block.rows:
        head = _html_row("th", block.columns) if any(block.columns) else ""
        parts.append(f"<table>{head}{''.join(_html_row('td', row) for row in block.rows)}</table>")
    return "\n".join(parts)


def _html_row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>"
