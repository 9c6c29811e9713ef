"""Which state or variable a word means: its name, else its label, never something alike.

A name always goes before a label. A number or a truth value means the state whose name or label is
that number or truth: 2 and 2.0 the state ``2``, True the state ``true``. What two states could be
meant by means none.
"""

from __future__ import annotations

import numbers
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

import numpy as np

from hamknee.base import KeptArrays, as_seen, listing, suggestion
from hamknee.network.vocabulary import Variable, Vocabulary

MOST_HINTS = 200
"""Columns that are looked at for a slip of the pen."""

BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*\Z")
"""A unit or a remark at the end of a heading."""

UNKNOWN = frozenset(
    {
        *("na", "n/a", "#n/a", "nan", "null", "unknown", "not known", "not recorded", "missing"),
        *("?", "k. a.", "k.a.", "unbekannt", "inconnu", "inconnue", "desconocido", "desconocida"),
    }
)
"""Words that stand for what is not known and for nothing else, unless a state is called so."""

NOTHING = UNKNOWN | {"none", "nil", "not done", "-", "–", "."}
"""Words that may stand for what is not known; they are read so where a mapping says it."""

TRUTHS: Mapping[str, bool] = {"true": True, "false": False}


def state_of(variable: Variable, entry: object) -> str | None:
    """Return the name of the state that a word, number or truth value means, None if it is unclear.

    Parameters
    ----------
    variable : Variable
        What the state is of. Where it has a unit, numbers are its values and never names.
    entry : object
        A text, number or truth value.

    Examples
    --------
    >>> from hamknee.network import State, Variable
    >>> grade = Variable("grade", "finding", "Grade", (State("0", "none"), State("1", "some")))
    >>> [state_of(grade, entry) for entry in ("1", "some", 1, 1.0, "1.0", True, "som")]
    ['1', '1', '1', '1', '1', None, None]
    """
    if isinstance(entry, str):
        if entry in variable.position:
            return str(entry)
        if (labelled := variable.by_label.get(entry)) is not None:
            return labelled
    return None if variable.unit else _valued(variable, value_of(entry))


def value_of(entry: object) -> bool | float | None:
    """Return the truth or number that an entry is or says, None if it is neither.

    >>> [value_of(entry) for entry in (True, "TRUE", 2, "2.0", "two", "1_0")]
    [True, True, 2.0, 2.0, None, None]
    """
    if isinstance(entry, bool | np.bool_):
        return bool(entry)
    if isinstance(entry, str):
        return TRUTHS.get(entry.casefold(), typed_number(entry))
    if isinstance(entry, numbers.Real | Decimal):
        return as_float(entry)
    return None


def as_float(number: numbers.Real | Decimal) -> float:
    """Return a number as a float, infinite where it is too large for one."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number == abs(number) else -float("inf")
    except ValueError:  # a signalling NaN of Decimal
        return float("nan")


def typed_number(text: str) -> float | None:
    """Return a number as people type it, with a point or a comma before its decimals.

    A comma that could stand between thousands is no decimal sign, and ``1_0`` is no number.

    >>> [typed_number(text) for text in ("31", "31,5", "0,125", "1,234", "1,2,3", "1_0")]
    [31.0, 31.5, 0.125, None, None, None]
    """
    whole, comma, decimals = text.strip().partition(",")
    if comma:
        digits = whole.removeprefix("-").removeprefix("+")
        if not (_is_digits(digits) and _is_digits(decimals)):
            return None
        if len(decimals) == 3 and len(digits) <= 3 and not digits.startswith("0"):
            return None
        text = f"{whole}.{decimals}"
    if "_" in text or not any(map(str.isdigit, text)):  # nan and infinity are words
        return None
    try:
        return float(text)
    except ValueError:
        return None


def parts_of(variable: Variable, text: str) -> list[str] | None:
    """Return what stands between the signs ``|`` of a text, but for those in names of states.

    Parameters
    ----------
    variable : Variable
        What the text is about.
    text : str
        Several states, or states with likelihoods (``yes:0.7``).

    Returns
    -------
    list of str or None
        None where the text can be taken apart in more than one way.

    Examples
    --------
    >>> from hamknee.network import State, Variable
    >>> side = Variable("side", "finding", "Side", (State("l|r", "Both"), State("l", "Left")))
    >>> parts_of(side, "l|r|l"), parts_of(side, "l|r:0.7|l:0.3")
    (['l|r', 'l'], ['l|r:0.7', 'l:0.3'])
    """
    pieces = [piece.strip() for piece in text.split("|")]
    longest = variable.most_bars
    if not longest:
        return pieces
    # From the end on: up to two ways to take apart what is left.
    ways: list[list[tuple[str, ...]]] = [[] for _ in pieces] + [[()]]
    for start in reversed(range(len(pieces))):
        for end in range(start + 1, min(start + longest + 1, len(pieces)) + 1):
            part = "|".join(pieces[start:end])
            if is_state(variable, part) or is_state(variable, part.rpartition(":")[0].strip()):
                ways[start] += [(part, *rest) for rest in ways[end]]
        ways[start] = ways[start][:2]
    if len(ways[0]) > 1:
        return None
    return list(ways[0][0]) if ways[0] else pieces


def not_known_hint(text: str) -> str:
    """Return what to do with a word that may stand for an empty cell.

    >>> not_known_hint("N/A"), not_known_hint("abnormal")
    (' (if it means not known, leave it empty or list it as not_known in a mapping)', '')
    """
    if as_seen(text).casefold() not in NOTHING:
        return ""
    return " (if it means not known, leave it empty or list it as not_known in a mapping)"


def is_state(variable: Variable, text: str) -> bool:
    """Return whether a text is the name or the label of a state."""
    return text in variable.position or text in variable.by_label


def variable_of(vocabulary: Vocabulary, name: object) -> Variable | None:
    """Return the variable of that name, else the only one with that label, else None.

    Examples
    --------
    >>> from hamknee.network import read_shipped_or_own, variable_of
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> variable_of(vocabulary, "Age").name, variable_of(vocabulary, "AGE")
    ('age', None)
    """
    if not isinstance(name, str):
        return None
    if name not in vocabulary:
        name = vocabulary.by_label.get(name, name)
    return vocabulary.get(name)


# Headings of a table ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Headings(KeptArrays):
    """Which columns of a table are which variables.

    Parameters
    ----------
    variables : mapping of str to str
        Their column to our variable, for those that are one.
    assumed : tuple of str
        A sentence on the columns that are called otherwise than their variables, if there are any.
    problems : tuple of str
        A sentence on each variable that several columns could be.
    near : mapping of str to str
        A sentence on each column that is no variable and nearly called like one, by the column.

    Examples
    --------
    >>> from hamknee.network import read_headings, read_shipped_or_own
    >>> headings = read_headings(read_shipped_or_own().vocabulary, ["ONSET", "pop", "Pop", "x"])
    >>> dict(headings.variables)
    {'pop': 'pop', 'ONSET': 'onset'}
    >>> headings.assumed
    ("Columns read by their label, or capitals aside: 'ONSET' as onset.",)
    """

    variables: Mapping[str, str]
    assumed: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    near: Mapping[str, str] = field(default_factory=dict)


def read_headings(
    vocabulary: Vocabulary, names: Sequence[str], taken: Collection[str] = ()
) -> Headings:
    """Return which columns are variables: by name, else by label, else but for capitals.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables there are.
    names : sequence of str
        The columns.
    taken : collection of str
        Variables that are in other columns, and not looked for but by their exact name or label.

    Examples
    --------
    >>> from hamknee.network import read_headings, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> read_headings(vocabulary, ["Pop", "POP"]).problems
    ("pop could be the columns 'Pop', 'POP'; allowed: one column a variable",)
    """
    variables = {name: name for name in names if name in vocabulary}
    problems: list[str] = []
    for exact, words in ((True, vocabulary.by_label), (False, _folded_names(vocabulary))):
        claimed: dict[str, list[str]] = {}
        there = {ours: theirs for theirs, ours in variables.items()}
        for name in names:
            ours = None if name in variables else words.get(name if exact else _folded(name))
            if ours is not None and (exact or ours not in {*there, *taken}):
                claimed.setdefault(ours, []).append(name)
        for ours, columns in claimed.items():
            rivals = [*([there[ours]] if ours in there else []), *columns]
            if len(rivals) == 1:
                variables[columns[0]] = ours
            else:
                several = listing(map(repr, rivals))
                problem = f"{ours} could be the columns {several}"
                problems.append(f"{problem}; allowed: one column a variable")
    others = [f"{theirs!r} as {ours}" for theirs, ours in variables.items() if theirs != ours]
    assumed = f"Columns read by their label, or capitals aside: {listing(others, most=10)}."
    return Headings(variables, (assumed,) if others else (), tuple(problems))


def near_headings(
    vocabulary: Vocabulary, others: Iterable[str], taken: Collection[str]
) -> dict[str, str]:
    """Return a sentence for each column that is nearly called like a variable.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables there are.
    others : iterable of str
        The columns that are none of them.
    taken : collection of str
        Variables that are in other columns.

    Examples
    --------
    >>> from hamknee.network import near_headings, read_shipped_or_own
    >>> near_headings(read_shipped_or_own().vocabulary, ["wamth", "doctor"], {"pop"})
    {'wamth': "the column 'wamth' is ignored (did you mean 'warmth'?)"}
    """
    free = [name for name in vocabulary if name not in taken]
    hints = ((name, _heading_hint(name, free)) for name in islice(others, MOST_HINTS))
    return {name: f"the column {name!r} is ignored{hint}" for name, hint in hints if hint}


def _heading_hint(name: str, free: Sequence[str]) -> str:
    """Return a hint for a slip of the pen, or for what stands beside a unit: ``age (years)``."""
    return suggestion(name, free) or suggestion(BRACKETS.sub("", name), free)


def _folded_names(vocabulary: Vocabulary) -> Mapping[str, str]:
    """Return the variables by what they are called but for capitals; not what two are called."""
    called: dict[str, set[str]] = {}
    for variable in vocabulary.variables:
        for word in (variable.name, variable.label):
            called.setdefault(_folded(word), set()).add(variable.name)
    return {word: min(names) for word, names in called.items() if len(names) == 1}


def _folded(name: str) -> str:
    return " ".join(as_seen(name).split()).casefold()


def _valued(variable: Variable, value: bool | float | None) -> str | None:
    """Return the only state whose name or label says a truth or number, None if there is none."""
    if value is None:
        return None
    meant = {
        state for state, said in _said(variable) if type(said) is type(value) and said == value
    }
    return meant.pop() if len(meant) == 1 else None


def _said(variable: Variable) -> Iterator[tuple[str, bool | float]]:
    for state in variable.states:
        for word in dict.fromkeys((state.name, state.label)):
            if (said := value_of(word)) is not None:
                yield state.name, said


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
