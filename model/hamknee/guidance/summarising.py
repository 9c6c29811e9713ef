"""One case to keep or hand on: all of it as Markdown, a page for paper, a note for the record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

from hamknee.base import HamkneeError, copied_property, percent, shown, takes
from hamknee.guidance.advising import Advice, advice
from hamknee.guidance.following_up import FollowUp, follow_up
from hamknee.guidance.printing import DIGITS, page_html, sign_lines
from hamknee.inference import A_MODEL, AnyCase, Model
from hamknee.network import find_variable, value_words
from hamknee.sensitivity import RankedState

if TYPE_CHECKING:
    import pandas as pd


ASIDE = ("limits",)
"""Sections of the advice that do not stand among the others: limits are in the footer."""

UNLIKELY, LEAST_ROWS = 0.02, 5
"""States whose interval ends below this have no row of their own, but for the first few."""


@dataclass(frozen=True)
class Block:
    """One part of the page: a heading, then paragraphs, a list or a table."""

    heading: str
    lines: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    columns: Sequence[str] = ()


@shown
@dataclass(frozen=True)
class Summary:
    """One case: findings, ranking, warning signs, advice, limits, digest.

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
    changed : bool
        Whether somebody changed the numbers for it, which is then said beside the level.

    Examples
    --------
    >>> import hamknee
    >>> page = hamknee.summary(hamknee.load(), {"onset": "sudden", "pop": "yes"})
    >>> [line for line in page.markdown.splitlines() if line.startswith("## ")][:4]
    ['## Because', '## What is known', '## How likely is what', '## Warning signs']
    >>> print(page.note.splitlines()[3])
    What is known: Onset: In a moment; Pop at the start: Yes.
    >>> list(page.table)
    ['condition', 'label', 'probability', 'low', 'high', 'p_top', 'prior']
    """

    advice: Advice
    sha256: str
    followed: FollowUp | None = None
    not_known: tuple[str, ...] = ()
    made: date = field(default_factory=date.today)
    changed: bool = False

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
        parts += [_plain(self.changed_text)] if self.changed else []
        for block in self._blocks:
            parts.append(f"## {_plain(block.heading)}")
            if block.lines:
                parts.append("\n".join(f"- {_plain(line)}" for line in block.lines))
            if block.rows:
                rows = [block.columns, ["---"] * len(block.columns), *block.rows]
                parts.append("\n".join(_markdown_row(row) for row in rows))
        parts += [_plain(line) for line in self.footer_lines]
        return "\n\n".join(parts) + "\n"

    @cached_property
    def html(self) -> str:
        """The page for paper as HTML that stands alone: one side of A4, for person and clinician.

        Advice stands on it as far as there is room, and it says what does not; `markdown` has all.
        """
        return page_html(self)

    @cached_property
    def note(self) -> str:
        """The case in a few lines of plain text, to be pasted into a record."""
        words, triage = self._words, self.advice.triage
        about, interval = triage.about, triage.interval
        likely = [f"{row.label} {row.now} ({row.interval})" for row in self.ranked[:LEAST_ROWS]]
        mass = words["column_interval"].format(mass=percent(interval.mass))
        advised = dict.fromkeys(item.measure for item in self.advice.items if item.measure)
        measures = triage.guidance.measures
        lines = [
            f"{words['paper']}. {self.date_words}.",
            f"{about.label}. {about.action}",
            self.changed_text,
            f"{words['because']}: {' '.join(self.reasons)}" if self.reasons else "",
            self.followed.course_text if self.followed else "",
            f"{words['findings']}: {' '.join(self.known_lines)}",
            f"{words['flags']}: {' '.join(sign_lines(self, in_full=True))}",
            f"{words['ranking']} ({mass}): {'; '.join(likely)}.",
            f"{words['do']}: {', '.join(measures[n].label for n in advised)}." if advised else "",
            self.held_back,
            self.numbers_line(DIGITS),
        ]
        return "\n".join(line for line in lines if line) + "\n"

    @property
    def changed_text(self) -> str:
        """That the numbers were changed by hand; empty where they were not."""
        return self._words["changed_numbers"] if self.changed else ""

    @copied_property
    def reasons(self) -> list[str]:
        """Why it is this urgent; without the open signs, which are told where signs are."""
        return self.advice.triage.reasons_beside_open

    @cached_property
    def held_back(self) -> str:
        """Which measures are held back, in one sentence; empty where none is."""
        measures = self.advice.triage.guidance.measures
        labels = [about.label for name, about in measures.items() if name in self.advice.withheld]
        return self._words["not_now"].format(measures=", ".join(labels)) if labels else ""

    @property
    def _words(self) -> Mapping[str, str]:
        return self.advice.triage.guidance.words

    @cached_property
    def _blocks(self) -> list[Block]:
        words, triage = self._words, self.advice.triage
        blocks = [Block(words["because"], triage.reason_texts)]
        if self.followed is not None:
            blocks.append(Block(words["follow_up"], [self.followed.course_text]))
        blocks += [Block(words["findings"], self.known_lines), self._ranking(), self._flags()]
        sections = self.advice.sections.items()
        return blocks + [Block(words[n], texts) for n, texts in sections if n not in ASIDE]

    @copied_property
    def known_lines(self) -> list[str]:
        """What is known in one sentence, what was asked in vain, and what to know of both."""
        evidence, words = self.advice.triage.interval.posterior.evidence, self._words
        vocabulary = evidence.vocabulary
        lines = [
            f"{vocabulary[name].label}: {value_words(vocabulary[name], value)}"
            for name, value in evidence.items()
        ]
        notices = [f"{notice}." for notice in evidence.notices]
        known = f"{'; '.join(lines)}." if lines else words["nothing_known"]
        labels = "; ".join(vocabulary[name].label for name in self.not_known)
        asked = [words["not_known"].format(labels=labels)] if labels else []
        return [known, *asked, *notices]

    def ranking_cells(self, most: int | None = None) -> tuple[Sequence[str], list[Sequence[str]]]:
        """Return the heads of the columns of the ranking, and a row for each likely state.

        Parameters
        ----------
        most : int, optional
            How many rows at most; without it, as many as are likely.
        """
        interval, words = self.advice.triage.interval, self._words
        mass = words["column_interval"].format(mass=percent(interval.mass))
        label = interval.posterior.target.label
        columns = (label, words["column_now"], mass, words["column_start"])
        likely = max(int((interval.high >= UNLIKELY).sum()), LEAST_ROWS)
        return columns, list(self.ranked[: likely if most is None else min(likely, most)])

    @cached_property
    def ranked(self) -> tuple[RankedState, ...]:
        """The ranking in words, with the plain name of each state before the medical one."""
        interval = self.advice.triage.interval
        states, order = interval.posterior.target.states, interval.posterior.order
        return tuple(
            row._replace(label=states[place].both_names)
            for place, row in zip(order, interval.ranking, strict=True)
        )

    def _ranking(self) -> Block:
        columns, rows = self.ranking_cells()
        left = len(self.advice.triage.interval.ranking) - len(rows)
        line = self._words["unlikely"].format(count=left, limit=percent(UNLIKELY))
        return Block(self._words["ranking"], [line] if left else [], rows=rows, columns=columns)

    def _flags(self) -> Block:
        triage, words = self.advice.triage, self._words
        rows = [
            (flag.question, words[f"state_{triage.answers[name]}"])
            for name, flag in triage.guidance.flags.items()
        ]
        return Block(words["flags"], rows=rows, columns=("", ""))

    @copied_property
    def footer_lines(self) -> list[str]:
        """The limits, and which numbers were looked at when."""
        words, limits = self._words, self.advice.triage.guidance.limits_text
        return [f"{words['limits']}: {limits}", self.numbers_line()]

    def numbers_line(self, digits: int | None = None) -> str:
        """Return when this was made and with which numbers, by some digits of their digest."""
        about = {
            "digest": self.sha256[:digits],
            "version": version("hamknee"),
            "date": self.date_words,
        }
        return self._words["numbers"].format(**about)

    @property
    def date_words(self) -> str:
        """When, in words."""
        return f"{self.made.day} {self.made:%B %Y}"


@takes(model=A_MODEL)
def summary(
    model: Model,
    evidence: AnyCase,
    flags: Mapping[str, object] | None = None,
    *,
    days: float | None = None,
    course: str | None = None,
    not_known: Iterable[str] = (),
) -> Summary:
    """Return one case to keep or hand on: as Markdown, as a page for paper, as a note.

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
    return f"| {' | '.join(map(_plain, cells))} |"
