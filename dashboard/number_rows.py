"""The rows of priors.csv as people read them: in words and percent, chosen and searched."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

import numpy as np

from answer import table_html
from hamknee.parameters import beta_range
from hamknee.priors import Priors
from hamknee.rows import BASES, Row
from hamknee.vocabulary import Vocabulary
from sources import Reference, named
from texts import in_html

MASS = 0.9
"""Probability that the range beside each number holds."""

SOURCED = ("published", "indirect")
"""The kinds of number that rest on the literature."""

BASIS_WORDS = {
    "published": "Published",
    "indirect": "Indirect",
    "judgement": "Judgement",
    "logical": "By definition",
}


# Words ------------------------------------------------------------------------------------


def exact_percent(proportion: float) -> str:
    """Return a number of the tables in percent with all the digits it has."""
    text = np.format_float_positional(round(100 * proportion, 10), trim="-")
    return f"{text}\N{NO-BREAK SPACE}%"


def range_text(low: float, high: float) -> str:
    """Return a range in percent; the last tenth of a percent at either end is not told apart."""
    return f"{_rounded(low)} to {_rounded(high)}\N{NO-BREAK SPACE}%"


def _rounded(proportion: float) -> str:
    percent = 100 * proportion
    if 0 < percent < 0.1:
        return "under 0.1"
    if 99.9 < percent < 100:
        return "over 99.9"
    return f"{percent:.0f}" if 10 <= percent <= 90 else f"{percent:.1f}".removesuffix(".0")


def given_words(vocabulary: Vocabulary, given: Iterable[tuple[str, str]]) -> str:
    """Return a parent configuration in words: the target's state first, others with their name."""
    words = []
    for parent, state in given:
        variable = vocabulary[parent]
        label = variable.states[variable.position[state]].label
        is_target = variable.role == "target"
        words.append(label if is_target else f"{variable.label}: {label}")
    return "; ".join(words)


def given_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return a parent configuration from how priors.csv writes it."""
    pairs = (part.partition("=") for part in text.split(";") if part)
    return tuple((parent, state) for parent, _, state in pairs)


def state_words(vocabulary: Vocabulary, variable: str, state: str) -> str:
    """Return the label of a state."""
    found = vocabulary[variable]
    return found.states[found.position[state]].label


def number_words(
    vocabulary: Vocabulary, variable: str, state: str, given: Iterable[tuple[str, str]]
) -> str:
    """Return what a number is the probability of, in words."""
    of = f"{vocabulary[variable].label}: {state_words(vocabulary, variable, state)}"
    where = given_words(vocabulary, given)
    return f"{of}, given {where}" if where else of


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
    sources = (f"{source.title} {source.about}" for source in named(known, row.sources))
    return " ".join([words, *row.cells(), *sources]).lower()


# Tables -----------------------------------------------------------------------------------


def overview_html(priors: Priors) -> str:
    """Return one row for each variable: how many numbers it has, and what they rest on."""
    vocabulary = priors.vocabulary
    bases: dict[str, Counter[str]] = {name: Counter() for name in vocabulary}
    for row in priors.rows:
        bases[row.variable][row.basis] += 1
    used = used_bases(priors)
    rows = [
        (variable.label, str(count.total()), *(str(count[basis]) for basis in used))
        for variable in vocabulary.variables
        for count in [bases[variable.name]]
    ]
    return table_html(("Variable", "Numbers", *(BASIS_WORDS[basis] for basis in used)), rows)


def used_bases(priors: Priors) -> list[str]:
    """Return the kinds of number that there are."""
    found = {row.basis for row in priors.rows}
    return [basis for basis in BASES if basis in found]


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
    """
    probabilities = np.array([row.probability for row in rows])
    low, high = beta_range(probabilities, np.array([row.ess for row in rows]), MASS)
    lines = []
    done = 0
    for where, group in groupby(rows, lambda row: _where(vocabulary, row, name_variable)):
        members = list(group)
        head = f'<th scope="rowgroup" rowspan="{len(members)}">{in_html(where)}</th>'
        for place, row in enumerate(members, start=done):
            cells = (
                in_html(state_words(vocabulary, row.variable, row.state)),
                f"<strong>{in_html(exact_percent(row.probability))}</strong>",
                in_html(range_text(float(low[place]), float(high[place]))),
                in_html(f"{row.ess:g}"),
                _rests_on(row, known),
            )
            lines.append(f"<tr>{head}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
            head = ""
        done += len(members)
    names = ("Given", "State", "Probability", "90\N{NO-BREAK SPACE}% range", "Patients", "Rests on")
    columns = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = "".join(lines)
    return f'<table class="rows"><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>'


def _where(vocabulary: Vocabulary, row: Row, name_variable: bool) -> str:
    of = vocabulary[row.variable].label if name_variable else ""
    return "; ".join(filter(None, [of, given_words(vocabulary, row.given)])) or "Always"


def _rests_on(row: Row, known: Mapping[str, Reference]) -> str:
    """Return basis, sources and note of a number in HTML."""
    sources = ", ".join(source.short for source in named(known, row.sources))
    basis = f"{BASIS_WORDS[row.basis]}: {sources}" if sources else BASIS_WORDS[row.basis]
    return f"{basis}; {in_html(row.note)}" if row.note else basis
