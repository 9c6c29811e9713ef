"""One case on one side of A4: a part for the person, in large plain words, and one for who treats.

What must be there is always there; what else there is to do is told as far as the sheet has room,
in the order of the advice, and the sheet says what was left out. Lines are counted in a wide
typeface, so that no device needs a second sheet.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from hamknee.base import percent

if TYPE_CHECKING:
    from hamknee.guidance.summarising import Summary
    from hamknee.guidance.texts import Flag

LINES = 62
"""Lines of 10 points on a side of A4, with the room that headings and borders take left out."""

WIDTH = 86
"""Letters in a line, in a typeface as wide as any that a browser falls back to."""

FRAME = 8
"""Lines that title, fields, level and the headings of both parts take."""

HEADING = 1.9
"""Lines that a heading takes."""

CAUSES, REASONS, LEAVE, FEW_SIGNS = 3, 3, 3, 4
"""How many the person is told."""

CELL = 60
"""Letters in a line of the first column of the ranking."""

TOLD = ("do", "dont", "rehabilitation", "expect", "professional")
"""The sections of the advice that are told as far as there is room, as they stand on the screen."""

DIGITS = 12
"""Of the digest of the numbers: as many as a link has."""

STYLE = """
@page { size: A4; margin: 10mm 14mm; }
* { box-sizing: border-box; }
body { font: 10pt/1.2 Arial, Helvetica, "Liberation Sans", sans-serif; max-width: 182mm;
  margin: 1rem auto; padding: 0 1rem; color: #111; background: #fff; }
h1 { font-size: 13pt; margin: 0 0 2mm; }
h2 { font-size: 12pt; margin: 3mm 0 1mm; padding-bottom: .5mm; border-bottom: 1pt solid #111; }
h3 { font-size: 10pt; margin: 2mm 0 .5mm; }
p, ul { margin: .8mm 0; }
ul { padding-left: 1.1em; }
table { border-collapse: collapse; margin: 1mm 0; }
th, td { text-align: left; padding: 0 1.6em 0 0; vertical-align: top; }
.fields { display: flex; gap: 5mm; margin: 0 0 2mm; }
.fields p { flex: 1; display: flex; gap: 1.5mm; }
.fields span { flex: 1; min-width: 20mm; border-bottom: 1pt solid #111; }
.level { border: 2pt solid #111; padding: 1.2mm 2mm; font-size: 12pt; font-weight: bold; }
.part { overflow-wrap: anywhere; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
"""


def page_html(summary: Summary) -> str:
    """Return the page, which stands alone, as HTML.

    Parameters
    ----------
    summary : Summary
        The case, what to do and how it went.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.guidance.printing import page_html
    >>> page = page_html(hamknee.summary(hamknee.load(), {"onset": "sudden", "pop": "yes"}))
    >>> [part in page for part in ("<h2>For you</h2>", "<h2>For whoever treats you</h2>")]
    [True, True]
    """
    return _Paper(summary).html


class _Paper:
    """Puts the parts of one page together."""

    def __init__(self, summary: Summary) -> None:
        self.summary, self.triage = summary, summary.advice.triage
        self.guidance, self.words = self.triage.guidance, self.triage.guidance.words

    @property
    def html(self) -> str:
        changed = _Block("", filter(None, [self.summary.changed_text]), listed=False)
        fixed = [changed, self.reasons(), self.likely(), self.course(), self.not_now(), self.help()]
        clinician = [self.findings(), self.signs(), self.sure(), self.footer()]
        used = sum(map(_height, [*fixed, *clinician, self.left_out({})])) + FRAME
        columns, rows = self.summary.ranking_cells(most=CAUSES + 2)
        if used + _rows_height(rows) > LINES:  # the plain names stand in the part for the person
            rows = list(self.triage.interval.ranking[:CAUSES])
        optional = self.as_room_allows(LINES - used - _rows_height(rows))
        title, about = escape(self.words["paper"]), self.triage.about
        level = f"{escape(about.label)}. {escape(about.action)}"
        ranking = _table(columns, rows)
        return (
            f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
            f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f"<h1>{title}</h1>\n{self.fields()}\n"
            f'<section class="part">\n<h2>{escape(self.words["for_you"])}</h2>\n'
            f'<p class="level">{level}</p>\n'
            f"{_joined([*fixed[:-1], *optional, fixed[-1]])}\n</section>\n"
            f'<section class="part">\n<h2>{escape(self.words["for_clinician"])}</h2>\n'
            f"{_joined(clinician[:2])}\n{ranking}\n{_joined(clinician[2:])}\n</section>\n"
            f"</body>\n</html>\n"
        )

    def fields(self) -> str:
        """Return lines to be filled in, on paper or on the screen before printing."""
        values = {"field_name": "", "field_date": self.summary.date_words, "field_clinician": ""}
        lines = "".join(
            f'<p>{escape(self.words[name])} <span contenteditable="true" role="textbox" '
            f'aria-label="{escape(self.words[name])}">{escape(value)}</span></p>'
            for name, value in values.items()
        )
        return f'<div class="fields">{lines}</div>'

    # For the person -----------------------------------------------------------------------

    def reasons(self) -> _Block:
        return _Block("", self.summary.reasons[:REASONS])

    def likely(self) -> _Block:
        """Return the first causes in people, unless something else is more pressing than these."""
        if not self.triage.about.self_care:
            return _Block()
        causes = [
            self.words["of_people"].format(cause=row.label, people=row.now.removesuffix(" %"))
            for row in self.summary.ranked[:CAUSES]
        ]
        text = self.words["might_be"].format(causes="; ".join(causes))
        return _Block("", [text], listed=False)

    def course(self) -> _Block:
        followed = self.summary.followed
        return _Block("", [followed.course_text] if followed else [], listed=False)

    def not_now(self) -> _Block:
        """Return what is held back; why stands with whoever treats."""
        held = self.summary.held_back
        return _Block("", [held] if held else [], listed=False)

    def help(self) -> _Block:
        """Return the urgent signs that are not there yet, by level."""
        raised = {flag.name for flag in self.triage.raised}
        lines = []
        for level in self.guidance.levels.values():
            flags = [f for f in self.guidance.urgent if f.level == level.name]
            labels = "; ".join(flag.label for flag in flags if flag.name not in raised)
            if labels:
                lines.append(self.words["level_if"].format(level=level.label, flags=labels))
        return _Block(self.words["seek_help"], lines)

    def as_room_allows(self, lines: float) -> list[_Block]:
        """Return the advice for which there is room, and what of it is left out.

        Parameters
        ----------
        lines : float
            The room, beside what it takes to say what is left out.
        """
        sections = self.summary.advice.sections
        room = _Room(lines)
        fitting = {
            name: room.fit(sections.get(name, ())[: LEAVE if name == "dont" else None])
            for name in ("dont", "do", "rehabilitation", "expect")
        }
        blocks = [_Block(self.words[n], fitting[n]) for n in TOLD if n in fitting]
        return [*blocks, self.left_out({name: len(texts) for name, texts in fitting.items()})]

    def left_out(self, there: Mapping[str, int]) -> _Block:
        """Return how much of which section is not on the sheet, and where it is to be read."""
        parts = []
        for name in TOLD:
            count = len(self.summary.advice.sections.get(name, ()))
            shown = there.get(name, 0)
            if 0 < shown < count:
                more = self.words["left_out_part"]
                parts.append(more.format(section=self.words[name], count=count - shown))
            elif shown < count:
                parts.append(self.words[name])
        text = self.words["left_out"].format(parts="; ".join(parts))
        return _Block("", [text] if parts else [], listed=False)

    # For whoever treats -------------------------------------------------------------------

    def findings(self) -> _Block:
        return _Block(self.words["findings"], self.summary.known_lines, listed=False)

    def signs(self) -> _Block:
        return _Block(self.words["flags"], [" ".join(sign_lines(self.summary))], listed=False)

    def sure(self) -> _Block:
        """Return for which causes something is held back, with how likely they could be."""
        interval, avoided = self.triage.interval, []
        for name, condition in self.guidance.conditions.items():
            place = interval.posterior.target.position[name]
            if condition.avoid and interval.high[place] >= condition.excluded_below:
                label = interval.posterior.target.states[place].label
                avoided.append((float(interval.high[place]), label))
        texts = [f"{label} ({percent(high)})" for high, label in sorted(avoided, reverse=True)]
        shown = self.words["not_excluded"].format(conditions="; ".join(texts[: CAUSES + 2]))
        return _Block("", [shown] if texts else [], listed=False)

    def footer(self) -> _Block:
        limits, _ = self.summary.footer_lines
        return _Block("", [limits, self.summary.numbers_line(DIGITS)], listed=False)


def sign_lines(summary: Summary, *, in_full: bool = False) -> list[str]:
    """Return which warning signs are there, which are open and which are not there.

    Parameters
    ----------
    summary : Summary
        Of the case.
    in_full : bool
        Whether each is named; otherwise those of which there are many are counted.
    """
    triage = summary.advice.triage
    words, flags = triage.guidance.words, triage.guidance.flags
    there, unanswered = triage.raised, triage.open
    absent = [flag for flag in flags.values() if flag not in (*there, *unanswered)]
    groups = {"signs_yes": there, "signs_open": unanswered, "signs_no": absent}
    return [
        words[name].format(flags=_labels(group, in_full or name == "signs_yes", words))
        for name, group in groups.items()
        if group
    ]


def _labels(flags: Sequence[Flag], named: bool, words: Mapping[str, str]) -> str:
    if named or len(flags) <= FEW_SIGNS:
        return "; ".join(flag.label for flag in flags)
    return words["signs_many"].format(count=len(flags))


class _Block:
    """A few texts under a heading, as a list or as paragraphs."""

    def __init__(self, heading: str = "", texts: Iterable[str] = (), listed: bool = True) -> None:
        self.heading, self.texts, self.listed = heading, list(texts), listed

    @property
    def html(self) -> str:
        if not self.texts:
            return ""
        head = f"<h3>{escape(self.heading)}</h3>" if self.heading else ""
        tag = "li" if self.listed else "p"
        body = "".join(f"<{tag}>{escape(text)}</{tag}>" for text in self.texts)
        return f"{head}<ul>{body}</ul>" if self.listed else f"{head}{body}"


class _Room:
    """The lines that are left on the sheet."""

    def __init__(self, lines: float) -> None:
        self.lines = lines

    def fit(self, texts: Iterable[str]) -> list[str]:
        """Return the first texts for which there is room, heading included, and take it."""
        fitting: list[str] = []
        left = self.lines - HEADING
        for text in texts:
            left -= _lines(text)
            if left < 0:
                break
            fitting.append(text)
            self.lines = left
        return fitting


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table>\n<tr>{head}</tr>{body}\n</table>"


def _rows_height(rows: Sequence[Sequence[str]]) -> float:
    return 1 + sum(math.ceil(len(row[0]) / CELL) for row in rows)


def _joined(blocks: Iterable[_Block]) -> str:
    return "\n".join(block.html for block in blocks if block.texts)


def _height(block: _Block) -> float:
    if not block.texts:
        return 0
    return (HEADING if block.heading else 0) + sum(map(_lines, block.texts))


def _lines(text: str) -> float:
    return math.ceil(len(text) / WIDTH) + 0.1
