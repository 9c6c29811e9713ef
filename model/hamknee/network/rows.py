"""A row of priors.csv: what it says, and the rules on it that reading and editing share."""

import math
import numbers
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from hamknee.base import HamkneeError, listing, suggestion
from hamknee.network.evidence import find_state
from hamknee.network.vocabulary import Vocabulary

COLUMNS = ("variable", "state", "given", "probability", "ess", "basis", "sources", "note")

BASES = ("published", "indirect", "cohort", "judgement", "logical")
"""What kinds of number there are."""

SUM_TOLERANCE = 1e-6 + 1e-12
"""How far the probabilities of one column may be from adding up to 1: 0.000001 as it is written in
decimal, which sums of binary fractions miss by a little."""

LONGEST_NOTE = 10_000
"""Characters of a note: a CSV reader takes no cell without end."""

_FORMULA = re.compile(r"(^|[\t\r\n;|])[\s\"]*[=+\-@＝＋－＠]")
"""What a spreadsheet may take for a formula and run. The file keeps notes as they are, so that such
a note is refused rather than changed; no other cell is free text."""

Problem: TypeAlias = tuple[str, str]
"""What is wrong, and what is allowed."""


@dataclass(frozen=True)
class Row:
    """One probability and where it comes from.

    Parameters
    ----------
    variable, state : str
        Of what this is the probability.
    given : tuple of (parent, state)
        The parent configuration; empty for a variable without parents.
    probability : float
        P(variable = state | given), a proportion.
    ess : float
        Equivalent sample size of the column: the Dirichlet over its states is ess × probability.
    basis : {"published", "indirect", "cohort", "judgement", "logical"}
        What kind of number it is.
    sources : tuple of str
        Keys of references.bib.
    note : str
        Anything a reader should know.

    Examples
    --------
    >>> from hamknee.network import Row
    >>> given = (("condition", "strain"), ("onset", "sudden"))
    >>> row = Row("pop", "yes", given, 0.2, 20.0, "judgement", note="range 0.1 to 0.4")
    >>> row.name
    'P(pop=yes | condition=strain;onset=sudden)'
    >>> row.cells()
    ('pop', 'yes', 'condition=strain;onset=sudden', '0.2', '20', 'judgement', '', 'range 0.1 to
    0.4')
    """

    variable: str
    state: str
    given: tuple[tuple[str, str], ...]
    probability: float
    ess: float
    basis: str
    sources: tuple[str, ...] = ()
    note: str = ""

    @property
    def name(self) -> str:
        """What the probability is called, such as ``P(pop=yes | condition=strain)``."""
        given = given_text(self.given)
        return f"P({self.variable}={self.state}{' | ' + given if given else ''})"

    def cells(self) -> tuple[str, ...]:
        """Return the row as the texts of priors.csv."""
        return (
            self.variable,
            self.state,
            given_text(self.given),
            _number_text(self.probability),
            _number_text(self.ess),
            self.basis,
            " ".join(self.sources),
            self.note,
        )


def given_text(given: Iterable[tuple[str, str]]) -> str:
    """Return a parent configuration as priors.csv writes it.

    Examples
    --------
    >>> from hamknee.network import given_text
    >>> given_text([("condition", "strain"), ("onset", "sudden")])
    'condition=strain;onset=sudden'
    """
    return ";".join(f"{parent}={state}" for parent, state in given)


def given_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return a parent configuration from how priors.csv writes it.

    Examples
    --------
    >>> from hamknee.network import given_pairs
    >>> given_pairs("condition=strain;onset=sudden")
    (('condition', 'strain'), ('onset', 'sudden'))
    """
    pairs = (part.partition("=") for part in text.split(";") if part)
    return tuple((parent, state) for parent, _, state in pairs)


def given_words(vocabulary: Vocabulary, given: Iterable[tuple[str, str]]) -> str:
    """Return a parent configuration in labels: the target by its state alone.

    Examples
    --------
    >>> from hamknee.network import State, Variable, Vocabulary, given_words
    >>> strain, sudden = State("strain", "Hamstring strain"), State("sudden", "In a moment")
    >>> condition = Variable("condition", "target", "Condition", (strain,))
    >>> onset = Variable("onset", "finding", "Onset", (sudden,))
    >>> given = [("condition", "strain"), ("onset", "sudden")]
    >>> given_words(Vocabulary((condition, onset)), given)
    'Hamstring strain; Onset: In a moment'
    """
    words = []
    for parent, state in given:
        variable = vocabulary[parent]
        label = variable.state(state).label
        words.append(label if variable.role == "target" else f"{variable.label}: {label}")
    return "; ".join(words)


def number_words(
    vocabulary: Vocabulary, variable: str, state: str | None, given: Iterable[tuple[str, str]]
) -> str:
    """Return in labels what a number is the probability of; without a state, what a column is.

    Such as ``Pop at the start: Yes, given Distal hamstring strain; Onset: In a moment``.

    Examples
    --------
    >>> from hamknee.network import State, Variable, Vocabulary, number_words
    >>> condition = Variable("condition", "target", "Condition", (State("strain", "Strain"),))
    >>> pop = Variable("pop", "finding", "Pop at the start", (State("yes", "Yes"),))
    >>> vocabulary = Vocabulary((condition, pop))
    >>> number_words(vocabulary, "pop", "yes", [("condition", "strain")])
    'Pop at the start: Yes, given Strain'
    >>> number_words(vocabulary, "pop", None, [("condition", "strain")])
    'Pop at the start, given Strain'
    """
    what = vocabulary[variable].label
    if state is not None:
        what += f": {vocabulary[variable].state(state).label}"
    where = given_words(vocabulary, given)
    return f"{what}, given {where}" if where else what


def basis_problems(basis: object) -> list[Problem]:
    """Return what is wrong with a basis."""
    if basis in BASES:
        return []
    return [(f"unknown basis {basis!r}{suggestion(basis, BASES)}", listing(BASES))]


def certainty_problems(probability: float | None, basis: str) -> list[Problem]:
    """Return what is wrong with a probability of exactly 0 or 1 of some basis.

    Examples
    --------
    >>> from hamknee.network import certainty_problems
    >>> certainty_problems(1.0, "judgement")
    [('found 1 with basis judgement', 'exactly 0 or 1 only with basis logical')]
    >>> certainty_problems(1.0, "logical")
    []
    """
    if probability not in (0.0, 1.0) or basis == "logical" or basis not in BASES:
        return []
    problem = f"found {probability:g} with basis {basis}"
    return [(problem, "exactly 0 or 1 only with basis logical")]


def sources_problems(
    sources: Sequence[str], basis: str, references: Collection[str] | None
) -> list[Problem]:
    """Return what is wrong with the sources of a number.

    Parameters
    ----------
    sources : sequence of str
        Keys of references.bib.
    basis : str
        What kind of number it is; those that rest on a publication need a source.
    references : collection of str, or None
        The keys there are; None where they are not at hand, and any single word will do.
    """
    problems = []
    for key in sources:
        known = isinstance(key, str) and key.split() == [key]
        if not known or (references is not None and key not in references):
            problem = f"unknown source {key!r}{suggestion(key, references or ())}"
            problems.append((problem, "keys of references.bib, with spaces between"))
    if not sources and basis in ("published", "indirect"):
        problems.append((f"basis {basis} without a source", "at least one key"))
    return problems


def probability_problems(probability: object) -> list[Problem]:
    """Return what is wrong with a probability.

    Examples
    --------
    >>> from hamknee.network import probability_problems
    >>> probability_problems(60), probability_problems(0.6)
    ([('found 60', 'a number from 0 to 1')], [])
    """
    if 0 <= as_float(probability) <= 1:
        return []
    return [(f"found {probability!r}", "a number from 0 to 1")]


def ess_problems(ess: object) -> list[Problem]:
    """Return what is wrong with an equivalent sample size.

    Examples
    --------
    >>> from hamknee.network import ess_problems
    >>> ess_problems(0), ess_problems(12.5)
    ([('found an ess of 0', 'a finite number above 0')], [])
    """
    if 0 < as_float(ess) < math.inf:
        return []
    return [(f"found an ess of {ess!r}", "a finite number above 0")]


def note_problems(note: object) -> list[Problem]:
    """Return what is wrong with a note.

    Examples
    --------
    >>> from hamknee.network import note_problems
    >>> note_problems("range 0.1 to 0.4"), len(note_problems("=1+1"))
    ([], 1)
    """
    if not isinstance(note, str):
        return [(f"found a note that is {note!r}", "a text")]
    if len(note) > LONGEST_NOTE:
        return [(f"found a note of {len(note)} characters", f"at most {LONGEST_NOTE}")]
    if "\0" in note or any("\ud800" <= letter <= "\udfff" for letter in note):
        return [(f"found a note that is no plain text: {note[:80]!r}", "what UTF-8 can hold")]
    if _FORMULA.search(note):
        problem = f"found a note that a spreadsheet may run as a formula: {note[:80]!r}"
        return [(problem, "no = + - @ at its start, nor after a line break, tab, ; or |")]
    return []


def check_given(
    vocabulary: Vocabulary, name: str, parents: Sequence[str], given: Mapping[str, str]
) -> dict[str, str]:
    """Return the state of each parent, in the order of the parents.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    name : str
        The variable whose parents these are.
    parents : sequence of str
        All of them.
    given : mapping of str to str
        Parent to state, in any order.

    Raises
    ------
    HamkneeError
        If a parent is missing or not one, or a state is not one of its parent's.

    Examples
    --------
    >>> from hamknee.network import check_given, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> parents = ["condition", "onset"]
    >>> check_given(vocabulary, "pop", parents, {"onset": "sudden", "condition": "strain"})
    {'condition': 'strain', 'onset': 'sudden'}
    >>> check_given(vocabulary, "pop", parents, {"onset": "sudden"})
    Traceback (most recent call last):
    ...
    hamknee.base.errors.HamkneeError: pop is given onset here; allowed: condition, onset
    """
    if not isinstance(given, Mapping):
        raise HamkneeError(f"given is {given!r}; allowed: a mapping of parent to state")
    if set(given) != set(parents):
        names = listing(map(str, given)) or "nothing"
        hints = (suggestion(other, parents) for other in given if other not in parents)
        hint = next(filter(None, hints), "")
        allowed = listing(parents) or "nothing, it has no parents"
        raise HamkneeError(f"{name} is given {names} here{hint}; allowed: {allowed}")
    for parent in parents:
        find_state(vocabulary[parent], given[parent])
    return {parent: given[parent] for parent in parents}


def as_float(value: object) -> float:
    """Return a number as a float, NaN where it is none or too large for one."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _number_text(number: float) -> str:
    """Return the shortest text that reads back as the same number, without an exponent."""
    return np.format_float_positional(number, trim="-")
