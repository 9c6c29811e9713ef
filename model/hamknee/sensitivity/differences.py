"""What is different between two sets of numbers, and what follows from it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    copied_property,
    listing,
    round_factor,
    shown,
    stated_percent,
    takes,
)
from hamknee.inference import Model, conditioned, load
from hamknee.network import (
    SOME_CASES,
    SOME_PRIORS,
    AnyMapping,
    LabelledCases,
    Priors,
    Row,
    Vocabulary,
    as_labelled,
    given_pairs,
    given_text,
    is_noted,
    number_words,
    split_variables,
)
from hamknee.sensitivity.distance import distance

if TYPE_CHECKING:
    import pandas as pd


Pair: TypeAlias = "tuple[Row | None, Row | None]"
"""A row of the old numbers and the one of the new that stands for the same; None if none does."""

Average: TypeAlias = "tuple[str, str, str, float, float]"
"""Variable, state, state of the target as given, P(state | given) before and after."""

MOST = 5
"""How many cases and averages the text names."""

NOISE = 1e-9
"""An average that moved less has not moved."""

FELT = 0.0005
"""By how much an average has to move for the text to name it: what one digit in percent shows."""


@shown
@dataclass(frozen=True)
@compares_arrays
class Difference(KeptArrays):
    """Two sets of numbers over the same variables, compared.

    Parameters
    ----------
    old, new : Priors
        The numbers.
    distance : float
        Chan–Darwiche distance of the two networks, exact; infinite where one holds to be
        impossible what is possible in the other.
    labelled : LabelledCases or None
        Cases in which both are tried.
    before, after : ndarray, shape (cases, target states)
        P(target | what is known of the case) by the old and the new numbers; NaN where these hold
        the case to be impossible.
    moved : tuple of (variable, state, given, old, new)
        Averages that differ, the one that moved most first: see `averages`.

    Examples
    --------
    >>> from hamknee.network import read_shipped_or_own
    >>> from hamknee.sensitivity import difference
    >>> old = read_shipped_or_own()
    >>> given = {"condition": "rupture", "onset": "sudden"}
    >>> new = old.set("pop", "yes", given=given, probability=0.5)
    >>> change = difference(old, new)
    >>> list(change.table)
    ['variable', 'state', 'given', 'old', 'new', 'old_ess', 'new_ess', 'old_basis', 'new_basis',
    'old_sources', 'new_sources', 'old_note', 'new_note']
    >>> difference(old, old).distance, change.distance > 0
    (0.0, True)
    """

    old: Priors
    new: Priors
    distance: float
    labelled: LabelledCases | None
    before: Array
    after: Array
    moved: tuple[Average, ...] = ()

    @cached_property
    def changed(self) -> tuple[Pair, ...]:
        """Rows in which anything differs, in the order of the old numbers, then of the new.

        Rows whose notes say no more than that an average has moved are left out: `averages`.
        """
        old, new = ({_key(row): row for row in priors.rows} for priors in (self.old, self.new))
        pairs = ((old.get(key), new.get(key)) for key in dict.fromkeys([*old, *new]))
        return tuple(pair for pair in pairs if not _same(*pair))

    @property
    def odds(self) -> float:
        """Factor beyond which the odds of no event, whatever is known, differ between the two."""
        return math.exp(self.distance) if self.distance < 700 else math.inf

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a number in which anything differs.

        Columns: variable, state, given, old, new (probabilities), then basis, sources, note and
        ess of each with ``old_`` or ``new_`` before the name. What has no counterpart is missing.
        """
        import pandas as pd

        rows = [
            (known.variable, known.state, given_text(known.given), *_cells(old), *_cells(new))
            for old, new in self.changed
            if (known := old or new) is not None
        ]
        names = [f"{which}_{cell}" for which in ("old", "new") for cell in _CELLS]
        frame = pd.DataFrame(rows, columns=["variable", "state", "given", *names])
        numbers = [f"{which}_{cell}" for which in ("old", "new") for cell in _CELLS[:2]]
        frame = frame.astype(dict.fromkeys(numbers, float))
        frame = frame.rename(columns={"old_probability": "old", "new_probability": "new"})
        pairs = [f"{which}_{cell}" for cell in _CELLS[1:] for which in ("old", "new")]
        return frame[["variable", "state", "given", "old", "new", *pairs]]

    @copied_property
    def averages(self) -> pd.DataFrame:
        """One row an average that differs, the one that moved most first.

        An average is P(state | state of the target) of a variable that has further parents, over
        all of them: what is stated of it stands in no row of its own, and moves with the columns of
        the further parents. Columns: variable, state, given, old, new.
        """
        import pandas as pd

        return pd.DataFrame(self.moved, columns=["variable", "state", "given", "old", "new"])

    @property
    def averages_text(self) -> str:
        """Which averages over further parents moved, and by how much; empty where none did."""
        felt = self.averages[(self.averages["new"] - self.averages["old"]).abs() >= FELT]
        first = felt.drop_duplicates(["variable", "given"])
        if first.empty:
            return ""
        moves = [self._average_words(row) for row in first.head(MOST).to_dict("records")]
        more = f", and of {len(first) - MOST} more" if len(first) > MOST else ""
        return f"Averages that move with it: {'; '.join(moves)}{more}."

    def _average_words(self, average: Mapping[Hashable, Any]) -> str:
        given = given_pairs(str(average["given"]))
        words = number_words(self.old.vocabulary, average["variable"], average["state"], given)
        ends = (stated_percent(round(average[which], 3)) for which in ("old", "new"))
        return f"“{words}” from {' to '.join(ends)}"

    @copied_property
    def cases(self) -> pd.DataFrame:
        """One row a case, in their order.

        Columns: case, diagnosis (``a|b`` for one of these, missing where nothing is known of it),
        first_before, first_after (missing where the case is impossible), flipped, changed_most (the
        state whose probability moves most, missing where none does), largest_change (by how much),
        and of the probability of the diagnosis diagnosis_before, diagnosis_after, diagnosis_change.
        """
        import pandas as pd

        if self.labelled is None:
            return pd.DataFrame(columns=_CASE_COLUMNS)
        states = np.array([*self.new.vocabulary.target.state_names, None], dtype=object)
        first_before, first_after = self._firsts
        move = np.nan_to_num(self.after - self.before)
        most = np.abs(move).argmax(axis=1)
        known = np.where(self.labelled.diagnosed, 1.0, np.nan)
        before, after = ((p * self.labelled.truth).sum(axis=1) for p in (self.before, self.after))
        possible = (first_before >= 0) & (first_after >= 0)
        moves = possible & (move != 0).any(axis=1)
        values = (
            list(self.labelled.cases.names()),
            _diagnoses(self.labelled),
            states[first_before],
            states[first_after],
            first_before != first_after,
            np.where(moves, states[most], None),
            np.where(possible, move[np.arange(len(move)), most], np.nan),
            *(known * before, known * after, known * (after - before)),
        )
        return pd.DataFrame(dict(zip(_CASE_COLUMNS, values, strict=True)))

    @property
    def flips(self) -> pd.DataFrame:
        """The cases in which another state comes first, as in `cases`."""
        return self.cases[self.cases["flipped"].astype(bool)]

    @cached_property
    def text(self) -> str:
        """Plain sentences: what differs, how far apart it is, and in which cases it matters."""
        parts = [
            *self._numbers(),
            self.averages_text,
            self.distance_text,
            self.cases_text,
            self._flips_text(),
        ]
        return " ".join(filter(None, parts))

    @property
    def distance_text(self) -> str:
        """How far the two are apart at most; empty where nothing differs."""
        if not self.changed:
            return ""
        if math.isinf(self.distance):
            return "One set of numbers holds to be impossible what is possible in the other."
        if self.distance == 0:
            return "No probability of anything differs."
        return (
            "Whatever is known of a person, the odds of anything differ by at most a factor of "
            f"{round_factor(self.odds)} (distance of Chan and Darwiche: {self.distance:.2g})."
        )

    @property
    def cases_text(self) -> str:
        """In how many cases another diagnosis comes first, and in how many the right one."""
        if self.labelled is None:
            return ""
        count, diagnosed = len(self.labelled), self.labelled.diagnosed
        first = f"Another diagnosis comes first in {len(self.flips) or 'none'} of {count} cases."
        if not diagnosed.any():
            return first
        before, after = (
            int(self.labelled.truth[np.arange(count), state][diagnosed & (state >= 0)].sum())
            for state in self._firsts
        )
        was = "as before" if before == after else f"before in {before}"
        return f"{first} The known diagnosis comes first in {after}, {was}."

    @property
    def _firsts(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Numbers of the most probable states before and after, -1 where impossible."""
        before, after = (
            np.where(np.isnan(p).any(axis=1), -1, p.argmax(axis=1))
            for p in (self.before, self.after)
        )
        return before, after

    # In words ---------------------------------------------------------------------------------

    def _numbers(self) -> Iterator[str]:
        both = [(old, new) for old, new in self.changed if old and new]
        moves = [(old, new) for old, new in both if old.probability != new.probability]
        if not self.changed:
            same = self.old.sha256 == self.new.sha256
            yield "Nothing differs." if same else "The same rows, in another order or spelling."
        if moves:
            tables = listing(self._tables(row for row, _ in moves), most=MOST)
            count = f"{len(moves)} of {len(self.old.rows)} probabilities"
            yield f"{count} {'differs' if len(moves) == 1 else 'differ'}, in {tables}."
            old, new = max(moves, key=lambda pair: _move(*pair))
            number = number_words(self.old.vocabulary, old.variable, old.state, old.given)
            ends = f"from {stated_percent(old.probability)} to {stated_percent(new.probability)}"
            yield f"Farthest apart in odds: “{number}” {ends}."
        columns = {(old.variable, old.given) for old, new in both if old.ess != new.ess}
        if columns:
            count = "1 column" if len(columns) == 1 else f"{len(columns)} columns"
            yield f"The equivalent sample size of {count} differs."
        if len(both) < len(self.changed):
            alone = (row for pair in self.changed if None in pair for row in pair if row)
            yield f"Other parents: {listing(self._tables(alone))}."
        if both and not moves and not columns:
            rows = "1 row" if len(both) == 1 else f"{len(both)} rows"
            yield f"Basis, sources or notes differ in {rows}."

    def _flips_text(self) -> str:
        """Return the first cases in which another diagnosis comes first, each with the two."""
        if self.labelled is None or not len(self.flips):
            return ""
        names, firsts = self.labelled.cases.names(), np.stack(self._firsts, axis=1)
        flips = (
            f"{names[row]} from {' to '.join(map(self._label, firsts[row]))}"
            for row in self.flips.index.tolist()
        )
        return f"Those with another: {listing(flips, MOST)}."

    def _tables(self, rows: Iterable[Row]) -> list[str]:
        """Return the labels of the variables that some rows are about."""
        names = dict.fromkeys(row.variable for row in rows)
        return [self.old.vocabulary[name].label for name in names]

    def _label(self, state: int) -> str:
        return "impossible" if state < 0 else self.new.vocabulary.target.states[state].label


_CELLS = ("probability", "ess", "basis", "sources", "note")
_CASE_COLUMNS = (
    *("case", "diagnosis", "first_before", "first_after", "flipped"),
    *("changed_most", "largest_change"),
    *("diagnosis_before", "diagnosis_after", "diagnosis_change"),
)


@takes(old=SOME_PRIORS, new=SOME_PRIORS, cases=SOME_CASES)
def difference(
    old: Priors,
    new: Priors,
    cases: LabelledCases | pd.DataFrame | str | Path | None = None,
    *,
    mapping: AnyMapping = None,
) -> Difference:
    """Return what is different between two sets of numbers, and what follows from it.

    Parameters
    ----------
    old, new : Priors
        Over the same variables and states; labels, questions and arrows may differ.
    cases : LabelledCases, DataFrame, or path, optional
        Cases in which both are tried, such as the published ones (`read_labelled`).
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `hamknee.score`.

    Returns
    -------
    Difference

    Raises
    ------
    HamkneeError
        If the vocabularies differ, saying in what.

    Notes
    -----
    The distance is that of Chan & Darwiche (2005), International Journal of Approximate Reasoning
    38:149.

    Examples
    --------
    >>> from hamknee.network import read_shipped_or_own
    >>> shipped = read_shipped_or_own()
    >>> edited = shipped.set("overweight", "yes", given={"condition": "rupture"}, probability=0.5)
    >>> print(difference(shipped, edited).text)
    2 of 2670 probabilities differ, in Overweight. Farthest apart in odds: “Overweight: Yes, given
    Complete tendon rupture” from 25 % to 50 %. Whatever is known of a person, the odds of anything
    differ by at most a factor of 3 (distance of Chan and Darwiche: 1.1).
    """
    _check_same(old.vocabulary, new.vocabulary, "the new numbers")
    far = distance(old.vocabulary, old.cpts(), new.cpts())
    models = load(old), load(new)
    moved = _moved_averages(old, new, *models)
    if cases is None:
        nothing = np.empty((0, len(old.vocabulary.target.states)))
        return Difference(old, new, far, None, nothing, nothing, moved)
    if isinstance(cases, LabelledCases):
        _check_same(old.vocabulary, cases.cases.vocabulary, "the cases")
    labelled = as_labelled(old.vocabulary, cases, mapping)
    before, after = (_posteriors(model, labelled) for model in models)
    return Difference(old, new, far, labelled, before, after, moved)


def _posteriors(model: Model, labelled: LabelledCases) -> Array:
    """Return P(target | case) of each case, NaN where it is impossible.

    An impossible case is part of the answer here, not an error: new zeros have such consequences.
    """
    return conditioned(model.log_joint(labelled.cases))


def _moved_averages(old: Priors, new: Priors, before: Model, after: Model) -> tuple[Average, ...]:
    """Return P(state | state of the target) of variables with further parents, where it differs."""
    sides = [split_variables(each.vocabulary, each.parents) for each in (old, new)]
    names = [name for name in old.vocabulary if any(name in side for side in sides)]
    target = old.vocabulary.target
    starts = [model.posterior({}).probabilities > 0 for model in (before, after)]
    states = [s for s, *can in zip(target.state_names, *starts, strict=True) if all(can)]
    if not names or not states:
        return ()
    given = [{target.name: state} for state in states]
    was, now = before.marginals(given), after.marginals(given)
    moved = [
        (name, state, given_text(where.items()), float(was[name][row, column]), float(value))
        for name in names
        for row, where in enumerate(given)
        for column, state in enumerate(old.vocabulary[name].state_names)
        if abs((value := now[name][row, column]) - was[name][row, column]) > NOISE
    ]
    # rounded, so that of two states that moved alike the first comes first
    return tuple(sorted(moved, key=lambda average: -round(abs(average[4] - average[3]), 12)))


def vocabulary_differences(one: Vocabulary, other: Vocabulary) -> list[str]:
    """Return in what two vocabularies differ of all that a number or a case could mean.

    Parameters
    ----------
    one, other : Vocabulary
        Labels and questions may differ.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.sensitivity import vocabulary_differences
    >>> shipped, said = hamknee.open_project(), {"meniscal_tear": "30 of 75"}
    >>> grown = shipped.add_finding("click", "Click", "Does it click?", said, others="1 of 10")
    >>> vocabulary_differences(shipped.vocabulary, grown.vocabulary)
    ['with click in addition']
    """
    problems = []
    if only := [name for name in one if name not in other]:
        problems.append(f"without {listing(only)}")
    if only := [name for name in other if name not in one]:
        problems.append(f"with {listing(only)} in addition")
    for name in one:
        if name in other and _meaning(one, name) != _meaning(other, name):
            problems.append(f"with other states of {name}")
    if one.target.name != other.target.name:
        problems.append(f"with {other.target.name} as the target, not {one.target.name}")
    if not problems and list(one) != list(other):
        problems.append("with the variables in another order")
    return problems


def _check_same(one: Vocabulary, other: Vocabulary, whose: str) -> None:
    """Raise if two vocabularies differ in anything that a number or a case could mean."""
    if problems := vocabulary_differences(one, other):
        which = ", ".join(problems)
        raise HamkneeError(f"{whose} have another vocabulary, {which}; allowed: the same variables")


def _meaning(vocabulary: Vocabulary, name: str) -> list[tuple[object, ...]]:
    return [(state.name, state.lower, state.upper) for state in vocabulary[name].states]


def _diagnoses(labelled: LabelledCases) -> list[str | None]:
    """Return the diagnosis of each case, ``a|b`` for one of these, None where nothing is known."""
    names = labelled.cases.vocabulary.target.state_names
    texts = ("|".join(itertools.compress(names, row)) for row in labelled.truth)
    return [t if known else None for t, known in zip(texts, labelled.diagnosed, strict=True)]


def _key(row: Row) -> tuple[object, ...]:
    return row.variable, row.state, frozenset(row.given)


def _same(old: Row | None, new: Row | None) -> bool:
    """Return whether two rows say the same; the order of the parents says nothing."""
    if old is None or new is None:
        return False
    old, new = replace(old, given=()), replace(new, given=())
    return old == new or is_noted(old, new) or is_noted(new, old)


def _cells(row: Row | None) -> tuple[object, ...]:
    if row is None:
        return (None,) * len(_CELLS)
    return row.probability, row.ess, row.basis, " ".join(row.sources), row.note


def _move(old: Row, new: Row) -> float:
    """Return by how much log odds differ; infinite where one is 0 or 1."""
    if {old.probability, new.probability} & {0.0, 1.0}:
        return math.inf
    before, after = (math.log(p) - math.log1p(-p) for p in (old.probability, new.probability))
    return abs(after - before)
