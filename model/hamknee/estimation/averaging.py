"""What is stated of a variable over all states of a further parent, and stays true.

Studies count P(finding | condition). Where a finding has a further parent beside the condition, its
columns are a split of that number: their average, weighted by how common the parent's states are in
the condition, is what was stated. To state the average is to split it anew; and when the parent's
own column moves, the split has to follow for the average to stay. Both keep the odds ratios between
the columns (`split_by_parent`), which is what was judged of the dependence.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hamknee.base import Array, HamkneeError, listing
from hamknee.estimation.elicited import Elicited
from hamknee.estimation.fitting import split_by_parent, split_ess
from hamknee.inference import Model
from hamknee.network import Priors, Row, check_given, find_variable, is_noted, split_variables

RESPLIT = "split again, its average kept"
"""Added to the note of a number that moved so that its average stays."""

SAME = 1e-9
"""Weights of parents that differ less are the same."""


def state_average(
    priors: Priors,
    variable: str,
    column: Elicited,
    *,
    given: Mapping[str, str] | None = None,
    basis: str = "judgement",
    sources: Iterable[str] | str = (),
    note: str | None = None,
) -> Priors:
    """Return numbers in which an average over further parents is what somebody states.

    It is for whoever has a ``priors.csv`` alone; a project has `Project.state`, which keeps the
    evidence in step.

    P(pop | strain) can so be stated as a study counts it, without knowing of the onset: it is split
    over the states of the parents that are not given, with the odds ratios that the columns have
    now, and each is worth what keeps the average as uncertain as it was stated (`split_ess`). The
    averages of everything below stay as they are (`keep_averages`).

    Parameters
    ----------
    priors : Priors
        The numbers.
    variable : str
        What it is about.
    column : Elicited
        The statement, in any of the forms; its states are those of the variable.
    given : mapping of str to str, optional
        The state of each parent that is given, the target among them if it is one. With all
        parents given it is `Priors.set_column`.
    basis : {"published", "indirect", "judgement"}
        Of the average. Numbers that are split are judgement, whatever their average rests on.
    sources : iterable of str, or str
        Keys of references.bib.
    note : str, optional
        What to say of it; how it was stated by default.

    Raises
    ------
    HamkneeError
        If there is no such variable, parent or state, a value is not allowed, or the columns are
        so far apart that no split has this average.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.estimation import from_range, state_average
    >>> from hamknee.network import read_shipped_or_own
    >>> strain = {"condition": "strain"}
    >>> stated = from_range(0.25, 0.55, best=0.40, mass=0.95)
    >>> priors = state_average(read_shipped_or_own(), "pop", stated, given=strain)
    >>> hamknee.load(priors).marginals(strain)["pop"].round(6).tolist()
    [0.4, 0.6]
    >>> row = priors.column("pop", strain | {"onset": "sudden"})[0]
    >>> round(row.probability, 3), row.note
    (0.446, 'over all of onset 0.4 (judgement), 95 % range 0.25 to 0.55, best estimate 0.4')
    """
    name = find_variable(priors.vocabulary, variable).name
    chosen = _checked(priors, name, {} if given is None else given)
    means = _means(priors, name, column)
    said = column.note if note is None else note
    free = [parent for parent in priors.parents[name] if parent not in chosen]
    if not free:
        edited = priors.set_column(
            name,
            dict(zip(priors.vocabulary[name].state_names, means, strict=True)),
            given=chosen,
            ess=column.ess,
            basis=basis,
            sources=sources,
            note=said,
        )
        return keep_averages(priors, edited)
    places = _places(priors, name, chosen)
    weights = _Numbers(priors).weights(name, places)
    old = np.array([[r.probability for r in priors.column(name, place)] for place in places])
    parts = _split(name, chosen, means, weights, old)
    ess = _one_decimal(split_ess(list(means), column.ess, list(weights), parts))
    alike = float(np.ptp(parts, axis=0).max()) < SAME
    edited = priors
    for place, part in zip(places, parts, strict=True):
        edited = edited.set_column(
            name,
            dict(zip(priors.vocabulary[name].state_names, map(_clean, part), strict=True)),
            given=place,
            ess=ess,
            basis=basis,  # held against its sources here
            sources=sources,
        )
    rows = []
    wanted = {(name, frozenset(place.items())) for place in places}
    for row in edited.rows:
        if (row.variable, frozenset(row.given)) in wanted:
            mean = means[priors.vocabulary[name].position[row.state]]
            average = f"over all of {' and '.join(free)} {mean:.4g} ({basis})"
            row = replace(
                row,
                basis=basis if alike else "judgement",
                note=", ".join(filter(None, [average, said])),
            )
        rows.append(row)
    return keep_averages(priors, replace(edited, rows=tuple(rows), sha256=""))


def keep_averages(before: Priors, after: Priors) -> Priors:
    """Return edited numbers in which averages over further parents are as before the edit.

    An edit moves P(pop | strain) if it moves P(onset | strain). Here the split of pop follows: its
    columns keep their odds ratios, and their average what was stated. So does all below it. What
    was edited itself is left as it was edited.

    Parameters
    ----------
    before, after : Priors
        The same numbers, before and after an edit by `Priors.set` or `Priors.set_column`.

    Raises
    ------
    HamkneeError
        If the two have other rows, or no split has the average.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.estimation import keep_averages
    >>> from hamknee.network import read_shipped_or_own
    >>> priors, strain = read_shipped_or_own(), {"condition": "strain"}
    >>> edited = priors.set("onset", "sudden", given=strain, probability=0.5)
    >>> for numbers in (priors, edited, keep_averages(priors, edited)):
    ...     print(hamknee.load(numbers).marginals(strain)["weight_bearing"][0].round(3))
    0.45
    0.353
    0.45
    """
    if [row.name for row in before.rows] != [row.name for row in after.rows]:
        raise HamkneeError("the two sets of numbers have other rows; allowed: one edited")
    names = split_variables(before.vocabulary, before.parents)
    was, now = _Numbers(before), _Numbers(after)
    for name in sorted(names, key=lambda each: len(_above(before, each))):
        rows: dict[str, Row] = {}
        for state in before.vocabulary.target.state_names:
            places = _places(before, name, {before.vocabulary.target.name: state})
            split = _Split(name, [was.column(name, place) for place in places])
            if not split.is_edited([now.column(name, place) for place in places]):
                weights = (each.weights(name, places) for each in (was, now))
                rows |= {row.name: row for row in split.following(*weights)}
        kept = tuple(rows.get(row.name, row) for row in now.priors.rows)
        if kept != now.priors.rows:
            now = _Numbers(replace(now.priors, rows=kept, sha256=""))
    return now.priors


class _Numbers:
    """One set of numbers, by column, and how common the parents' states of a variable are."""

    def __init__(self, priors: Priors) -> None:
        self.priors = priors
        self.columns: dict[tuple[str, frozenset[tuple[str, str]]], tuple[Row, ...]] = {}
        for row in priors.rows:
            key = row.variable, frozenset(row.given)
            self.columns[key] = (*self.columns.get(key, ()), row)
        self.model = Model(priors.vocabulary, priors.cpts())
        self.joints: dict[str, dict[tuple[str, ...], float]] = {}

    def column(self, name: str, place: Mapping[str, str]) -> tuple[Row, ...]:
        """Return the rows of a column, in the order of the states."""
        position = self.priors.vocabulary[name].position
        rows = self.columns[name, frozenset(place.items())]
        return tuple(sorted(rows, key=lambda row: position[row.state]))

    def weights(self, name: str, places: Sequence[Mapping[str, str]]) -> Array:
        """Return how common each combination is among some of them; alike where none can be."""
        if name not in self.joints:
            every = _places(self.priors, name, {})
            joint = np.exp(self.model.log_joint(self.model.encode(every))).sum(axis=1)
            keys = (tuple(place.values()) for place in every)
            self.joints[name] = dict(zip(keys, joint.tolist(), strict=True))
        joint = np.array([self.joints[name][tuple(place.values())] for place in places])
        total = joint.sum()
        return np.asarray(joint / total) if total else np.full(len(places), 1 / len(places))


@dataclass(frozen=True)
class _Split:
    """The columns of a variable in one state of the target: one for each of the further parents'.

    Parameters
    ----------
    name : str
        The variable.
    columns : list of tuple of Row
        As they were.
    """

    name: str
    columns: list[tuple[Row, ...]]

    def is_edited(self, now: Sequence[tuple[Row, ...]]) -> bool:
        """Return whether somebody stated anything, and not only for the average to stay."""
        return any(
            row != before and not (row.note.endswith(RESPLIT) or is_noted(before, row))
            for old, new in zip(self.columns, now, strict=True)
            for before, row in zip(old, new, strict=True)
        )

    def following(self, was: Array, now: Array) -> list[Row]:
        """Return the rows with the average that they had, the parents being as common as now."""
        if np.abs(was - now).max() < SAME:
            return [row for column in self.columns for row in column]
        old = np.array([[row.probability for row in column] for column in self.columns])
        means = was @ old
        parts = _split(self.name, dict(self.columns[0][0].given), means, now, old)
        possible = (means > 0) & (means < 1)
        worth = 1.0
        if possible.any():
            narrowed = _narrowed(now, parts, means)[possible].min()
            worth = float(narrowed / _narrowed(was, old, means)[possible].min())
        return [
            replace(
                row,
                probability=_clean(value),
                ess=max(_one_decimal((row.ess + 1) * worth - 1), min(1.0, row.ess)),
                note="; ".join(filter(None, [row.note, RESPLIT])),
            )
            for column, part in zip(self.columns, parts, strict=True)
            for row, value in zip(column, part.tolist(), strict=True)
        ]


def _narrowed(weights: Array, parts: Array, means: Array) -> Array:
    """Return by how much averaging narrows each state: see `split_ess`."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(weights**2 @ (parts * (1 - parts)) / (means * (1 - means)))


def _split(
    name: str, given: Mapping[str, str], means: Array, weights: Array, columns: Array
) -> Array:
    """Return columns with the odds ratios of others and another average; zeros stay."""
    possible = means > 0
    if possible.sum() < 2:
        return columns
    parts = np.zeros_like(columns)
    try:
        parts[:, possible] = split_by_parent(
            list(means[possible]), list(weights), columns[:, possible].tolist()
        )
    except HamkneeError:
        where = listing(f"{parent}={state}" for parent, state in given.items())
        problem = f"no split of {name} given {where} has the average {np.round(means, 4).tolist()}"
        allowed = "an average that its columns can reach with the odds ratios that they have"
        raise HamkneeError(f"{problem}; allowed: {allowed}") from None
    return parts


def _checked(priors: Priors, name: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return what is given, or raise: some of the parents, the target among them if it is one."""
    parents, target = priors.parents[name], priors.vocabulary.target.name
    named = [parent for parent in parents if parent in given or parent == target]
    return check_given(
        priors.vocabulary, name, named if set(given) <= set(parents) else parents, given
    )


def _means(priors: Priors, name: str, column: Elicited) -> Array:
    """Return what is stated in the order of the variable's states."""
    states = priors.vocabulary[name].state_names
    if set(column.states) != set(states):
        stated = listing(column.states)
        raise HamkneeError(f"found the states {stated} for {name}; allowed: {listing(states)}")
    return np.array([column[state] for state in states])


def _places(priors: Priors, name: str, chosen: Mapping[str, str]) -> list[dict[str, str]]:
    """Return every combination of the parents' states in which some are given."""
    parents = priors.parents[name]
    states = [[chosen[p]] if p in chosen else priors.vocabulary[p].state_names for p in parents]
    return [dict(zip(parents, each, strict=True)) for each in itertools.product(*states)]


def _above(priors: Priors, name: str) -> set[str]:
    """Return every variable that leads to one."""
    return {name}.union(*(_above(priors, parent) for parent in priors.parents[name]))


def _one_decimal(count: float) -> float:
    """Round a count down, on the cautious side."""
    return int(count * 10) / 10


def _clean(value: float) -> float:
    """Return a number to 15 digits."""
    return float(f"{value:.15g}")
