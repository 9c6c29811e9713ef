"""The rows of priors.csv as people read them: in words and percent, chosen and searched."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

import numpy as np

from hamknee.base import fine_range, stated_percent
from hamknee.network import BASES, Priors, Row, Vocabulary, given_words, number_words
from hamknee.sensitivity import beta_range
from parts.sentences import MASS
from parts.tables import headed
from parts.texts import in_html
from tuning.sources import Reference, named

SOURCED = ("published", "indirect")
"""The kinds of number that rest on the literature."""

BASIS_WORDS = {
    "published": "Published",
    "indirect": "Indirect",
    "cohort": "Own patients",
    "judgement": "Judgement",
    "logical": "By definition",
}

WEIGHT = "Weight: as if so many patients had been observed"
"""What the equivalent sample size of a column is called, and what it is."""

SHORT = 40
"""Letters of a state that stay on one line."""


# Words ------------------------------------------------------------------------------------


def weight_text(ess: float) -> str:
    """Return a weight, whole above 10: the rest of it says nothing."""
    return f"{ess:.0f}" if ess > 10 else f"{ess:g}"


def state_words(vocabulary: Vocabulary, variable: str, state: str) -> str:
    """Return the label of a state."""
    return vocabulary[variable].state(state).label


def number_range(row: Row) -> tuple[float, float]:
    """Return the range of a number that its equivalent sample size implies."""
    low, high = beta_range(np.array([row.probability]), np.array([row.ess]), MASS)
    return float(low[0]), float(high[0])


# Choosing ---------------------------------------------------------------------------------


def choose(
    priors: Priors,
    known: Mapping[str, Reference],
    *,
    variable: str = "",
    bases: Collection[str] = (),
    search: str = "",
) -> list[Row]:
    """Return the rows that fit.

    Parameters
    ----------
    priors : Priors
        All rows.
    known : mapping of str to Reference
        The sources; their titles are searched too.
    variable : str
        Only its rows; all if empty.
    bases : collection of str
        Only rows of these; all if empty.
    search : str
        Words that must all stand somewhere in a row, as people read it or as it is written.
    """
    wanted = search.lower().split()
    chosen = []
    for row in priors.rows:
        if variable not in ("", row.variable) or (bases and row.basis not in bases):
            continue
        if wanted:
            text = _text(priors.vocabulary, row, known)
            if not all(word in text for word in wanted):
                continue
        chosen.append(row)
    return chosen


def _text(vocabulary: Vocabulary, row: Row, known: Mapping[str, Reference]) -> str:
    words = number_words(vocabulary, row.variable, row.state, row.given)
    sources = (
        f"{source.cited} {source.title} {source.about}" for source in named(known, row.sources)
    )
    return " ".join([words, *row.cells(), *sources]).lower()


# Tables -----------------------------------------------------------------------------------


def overview(priors: Priors) -> dict[str, str]:
    """Return for each variable how many numbers it has, and what they rest on, in words."""
    bases: dict[str, Counter[str]] = {name: Counter() for name in priors.vocabulary}
    for row in priors.rows:
        bases[row.variable][row.basis] += 1
    return {name: _counts(count) for name, count in bases.items()}


def _counts(bases: Counter[str]) -> str:
    count = f"{bases.total()} numbers"
    if len(bases) == 1:
        return f"{count}, all {BASIS_WORDS[next(iter(bases))].lower()}"
    kinds = [f"{bases[basis]} {BASIS_WORDS[basis].lower()}" for basis in BASES if bases[basis]]
    return f"{count}: {', '.join(kinds)}"


def used_bases(priors: Priors) -> list[str]:
    """Return the kinds of number that there are."""
    used = {row.basis for row in priors.rows}
    return [basis for basis in BASES if basis in used]


def shares(priors: Priors) -> dict[str, float]:
    """Return for each variable the share of its numbers that rest on the literature."""
    all_of = Counter(row.variable for row in priors.rows)
    sourced = Counter(row.variable for row in priors.rows if row.basis in SOURCED)
    return {name: sourced[name] / all_of[name] for name in all_of}


def rows_html(
    vocabulary: Vocabulary,
    rows: Sequence[Row],
    known: Mapping[str, Reference],
    *,
    name_variable: bool,
    notes: bool,
) -> str:
    """Return rows as a table; what several in a row have in common stands once.

    Parameters
    ----------
    vocabulary : Vocabulary
        The words.
    rows : sequence of Row
        Which rows.
    known : mapping of str to Reference
        The sources.
    name_variable : bool
        Whether to say for each row which variable it belongs to.
    notes : bool
        Whether to show what was noted of each number.
    """
    probabilities = np.array([row.probability for row in rows])
    low, high = beta_range(probabilities, np.array([row.ess for row in rows]), MASS)
    lines = []
    done = 0
    for where, group in groupby(rows, lambda row: _where(vocabulary, row, name_variable)):
        members = list(group)
        head = f'<th scope="rowgroup" rowspan="{len(members)}">{in_html(where)}</th>'
        for place, row in enumerate(members, start=done):
            state = state_words(vocabulary, row.variable, row.state)
            cells = {
                "state short" if len(state) <= SHORT else "state": in_html(state),
                "number": f"<strong>{in_html(stated_percent(row.probability))}</strong>",
                "range": in_html(fine_range(float(low[place]), float(high[place]))),
                "weight": weight_text(row.ess),
                "basis": _rests_on(row, known) + (_note(row) if notes else ""),
            }
            joined = "".join(f'<td class="{name}">{cell}</td>' for name, cell in cells.items())
            lines.append(f"<tr>{head}{joined}</tr>")
            head = ""
        done += len(members)
    names = ("Given", "State", "Probability", "90 % range", "Weight", "Rests on")
    return headed(names, "".join(lines), "rows")


def _where(vocabulary: Vocabulary, row: Row, name_variable: bool) -> str:
    of = vocabulary[row.variable].label if name_variable else ""
    return "; ".join(filter(None, [of, given_words(vocabulary, row.given)])) or "Always"


def _rests_on(row: Row, known: Mapping[str, Reference]) -> str:
    """Return basis and sources of a number in HTML."""
    sources = "; ".join(source.short for source in named(known, row.sources))
    return f"{BASIS_WORDS[row.basis]}: {sources}" if sources else BASIS_WORDS[row.basis]


def _note(row: Row) -> str:
    return f'<div class="note">Note: {in_html(row.note)}</div>' if row.note else ""
