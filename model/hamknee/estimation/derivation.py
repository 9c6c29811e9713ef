"""From evidence to priors.csv: one Dirichlet for each column, split over further parents."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import product

from hamknee.estimation.dossier import Dossier, Place, StatedEstimate
from hamknee.estimation.fitting import dirichlet_ess, split_by_parent, split_ess
from hamknee.network import Priors, Row, Vocabulary, parse_priors


def derive(
    dossier: Dossier, vocabulary: Vocabulary, references: Collection[str], source: str = "derived"
) -> Priors:
    """Derive the numbers of a network from its evidence.

    The count of a column is the smallest that any of its ranges implies (`dirichlet_ess`), rounded
    down. Where associations are stated, the column is split over the states of the further parents
    so that its average stays the estimate (`split_by_parent`) and stays as uncertain as it was
    stated (`split_ess`). Split numbers keep three digits, and are judgement whatever their average
    rests on, unless no association is stated in that condition.

    Parameters
    ----------
    dossier : Dossier
        Estimates, associations and figures.
    vocabulary : Vocabulary
        What they are about.
    references : collection of str
        Keys of references.bib, which the sources must be.
    source : str
        Where they come from, for messages.

    Returns
    -------
    Priors
        In the order of the estimates, checked as a file is.

    Raises
    ------
    PriorsError
        If what is derived cannot be used: a source that is no reference, a cycle of parents.
    HamkneeError
        If odds ratios are too far apart for the average to be kept.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.base import shipped
    >>> from hamknee.estimation import derive, read_dossier
    >>> priors = hamknee.network.read_shipped_or_own()
    >>> dossier = read_dossier(shipped("data/evidence"), priors.vocabulary)
    >>> derive(dossier, priors.vocabulary, priors.references).sha256 == priors.sha256
    True
    """
    rows = tuple(Derivation(dossier, vocabulary).rows())
    priors = Priors(vocabulary, rows)
    return parse_priors(priors.to_csv().encode(), vocabulary, references, source=source)


class Derivation:
    """The columns that follow from a dossier.

    Parameters
    ----------
    dossier : Dossier
        The evidence.
    vocabulary : Vocabulary
        What it is about.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.base import shipped
    >>> from hamknee.estimation import Derivation, read_dossier
    >>> vocabulary = hamknee.load().vocabulary
    >>> pop = Derivation(read_dossier(shipped("data/evidence"), vocabulary), vocabulary)
    >>> parts, ess = pop.split("pop", "condition=rupture")
    >>> [(*above, round(column["yes"], 2)) for above, column in parts.items()], ess
    ([('sudden', 0.71), ('days', 0.19), ('gradual', 0.11)], 15.1)
    """

    def __init__(self, dossier: Dossier, vocabulary: Vocabulary) -> None:
        self.dossier = dossier
        self.vocabulary = vocabulary
        self._ratios = {
            (a.variable, a.state, a.given, a.parent, a.parent_state): a.odds_ratio
            for a in dossier.associations
        }
        self.split = cache(self._split)

    def rows(self, places: Iterable[Place] | None = None) -> Iterator[Row]:
        """Yield the rows of columns, by default of all, each split over its further parents."""
        for place in self.dossier.columns if places is None else places:
            yield from self._rows(*place)

    def _split(
        self, variable: str, given: str
    ) -> tuple[dict[tuple[str, ...], dict[str, float]], float]:
        """Return a column for each combination of further parents' states, and their count."""
        column = self.dossier.columns[variable, given]
        means, parents = [e.estimate for e in column], self.dossier.parents.get(variable, ())
        states = [e.state for e in column]
        combinations = list(product(*(self.vocabulary[name].state_names for name in parents)))
        above = [dict(zip(parents, combination, strict=True)) for combination in combinations]
        count = self.whole_ess(variable, given)
        if not parents:
            return {(): dict(zip(states, means, strict=True))}, count
        weights = [self._chance(each, given) for each in above]
        ratios = [[self._ratio(variable, s, given, each) for s in states] for each in above]
        parts = split_by_parent(means, weights, ratios)
        count = rounded_down(split_ess(means, count, weights, parts))
        rows = [dict(zip(states, map(float, part), strict=True)) for part in parts]
        return dict(zip(combinations, rows, strict=True)), count

    def whole_ess(self, variable: str, given: str) -> float:
        """Return the count that the ranges of a column imply, before it is split."""
        column = self.dossier.columns[variable, given]
        means, lows = [e.estimate for e in column], [e.low for e in column]
        return rounded_down(dirichlet_ess(means, lows, [e.high for e in column]))

    def _ratio(self, variable: str, state: str, given: str, above: Mapping[str, str]) -> float:
        """Multiply what is stated of one state over all parents; 1 where nothing is."""
        keys = [(variable, state, where, *pair) for pair in above.items() for where in {"", given}]
        return math.prod(self._ratios.get(key, 1.0) for key in keys)

    def _chance(self, above: Mapping[str, str], given: str) -> float:
        """Return P(these states of some parents | condition)."""
        needed = (name for variable in above for name in self.dossier.parents.get(variable, ()))
        if missing := next((name for name in needed if name not in above), None):
            states = self.vocabulary[missing].state_names
            return sum(self._chance({**above, missing: state}, given) for state in states)
        chances = []
        for name, state in above.items():
            combination = tuple(above[p] for p in self.dossier.parents.get(name, ()))
            chances.append(self.split(name, given)[0][combination][state])
        return math.prod(chances)

    def _rows(self, variable: str, given: str) -> Iterator[Row]:
        condition = tuple((p, s) for p, _, s in [given.partition("=")] if p)
        parents = self.dossier.parents.get(variable, ())
        parts, count = self.split(variable, given)
        alike = len({tuple(column.values()) for column in parts.values()}) == 1
        for combination, column in parts.items():
            proportions = rounded(column) if parents else column
            for entry in self.dossier.columns[variable, given]:
                average = (
                    f"over all of {' and '.join(parents)} {entry.estimate:g} ({entry.basis}), "
                )
                yield Row(
                    variable,
                    entry.state,
                    (*condition, *zip(parents, combination, strict=True)),
                    proportions[entry.state],
                    count,
                    entry.basis if alike else "judgement",
                    tuple(dict.fromkeys(self.dossier.sources[fact] for fact in entry.facts)),
                    (average if parents else "") + note(entry),
                )


def note(entry: StatedEstimate) -> str:
    """Return what was stated, for the row of a number: its range, figures and reason."""
    figures = f"; facts {' '.join(entry.facts)}" if entry.facts else ""
    reason = f"; {entry.why}" if entry.why else ""
    return f"range {entry.low:g} to {entry.high:g}{figures}{reason}"


def rounded_down(count: float) -> float:
    """Keep one decimal of a count, on the cautious side."""
    return int(count * 10) / 10


def rounded(column: Mapping[str, float]) -> dict[str, float]:
    """Keep three digits of all but the largest proportion: no more is known."""
    largest = max(column, key=lambda state: column[state])
    short = {state: float(f"{p:.3g}") for state, p in column.items() if state != largest}
    rest = round(1 - sum(short.values()), 6)
    return {state: short.get(state, rest) for state in column}
