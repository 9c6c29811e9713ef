"""Which findings go together more than the model says: the arrow that is missing most.

Given the condition a model holds findings for independent, but for its arrows between them. Whether
patients agree is asked of every pair, within each condition and over all of them together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, Codes, HamkneeError, copied_property, counted, shown, takes
from hamknee.evaluation.intervals import FEWEST_TO_COMPARE
from hamknee.evaluation.replicates import replicate, worlds
from hamknee.evaluation.two_findings import PairTest, of_counts, of_products
from hamknee.inference import A_MODEL, Model, log_total
from hamknee.network import (
    SOME_CASES,
    AnyMapping,
    Cases,
    CasesError,
    LabelledCases,
    Variable,
    Vocabulary,
    as_labelled,
)

if TYPE_CHECKING:
    import pandas as pd


CLEAR = 0.05
"""Probability, all pairs allowed for, below which a dependence is called clear."""

Margins = Literal["cases", "model"]

ENOUGH = 10
"""Cases of a condition, on average, from which on they tell themselves how common a finding is."""

REPLICATES = 300
"""Cohorts that the model makes."""

MOST_CELLS = 50_000_000
"""Pairs of answers, times cohorts, that are held at once (200 MB)."""


class PairDependence(NamedTuple):
    """How far two findings go together, given the condition, beyond what the model says.

    Parameters
    ----------
    first, second : str
        The two variables.
    n : int
        Cases that tell: both known, and another case of the same condition to compare with.
    modelled : bool
        Whether the model itself lets the two go together, given the condition.
    statistic, df, p : float
        Of the test that they go together only as the model says.
    p_adjusted : float
        The same, the number of pairs allowed for (Holm 1979).
    first_state, second_state : str
        The two answers that stand out most.
    observed, expected : float
        How often both occur, and how often they would by the model, with each as common within
        each condition as it is.

    Examples
    --------
    >>> import hamknee
    >>> pairs = hamknee.residual_dependence(hamknee.load()).pairs
    >>> pairs[0].p == min(pair.p for pair in pairs)
    True
    """

    first: str
    second: str
    n: int
    modelled: bool
    statistic: float
    df: float
    p: float
    p_adjusted: float
    first_state: str
    second_state: str
    observed: float
    expected: float


@shown
@dataclass(frozen=True)
class ResidualDependence:
    """Every pair of findings, the one first whose arrow is missing most.

    Parameters
    ----------
    vocabulary : Vocabulary
        Of the model.
    cases : int
        With one known diagnosis.
    margins : {"cases", "model"}
        Whether a finding is taken to be as common within each condition as among the cases, or to
        differ between them as the model says.
    pairs : tuple of PairDependence
        By p, those that the cases tell anything about.

    Examples
    --------
    >>> import hamknee
    >>> dependence = hamknee.residual_dependence(hamknee.load())  # on the published cases
    >>> dependence.table[["first", "second", "n", "observed", "expected"]].shape[1]
    5
    >>> dependence.matrix.columns.tolist()[:2]
    ['first', 'second']
    """

    vocabulary: Vocabulary
    cases: int
    margins: Margins
    pairs: tuple[PairDependence, ...]

    @property
    def clear(self) -> tuple[PairDependence, ...]:
        """The pairs that go together otherwise than the model says, all pairs allowed for."""
        return tuple(pair for pair in self.pairs if pair.p_adjusted < CLEAR)

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a pair, as `PairDependence`, with labels; the arrow missing most comes first."""
        import pandas as pd

        frame = pd.DataFrame(self.pairs, columns=list(PairDependence._fields))
        for which in ("first", "second"):
            variables = [self.vocabulary[name] for name in frame[which]]
            frame[f"{which}_label"] = [variable.label for variable in variables]
            frame[f"{which}_state_label"] = [
                variable.state(name).label
                for variable, name in zip(variables, frame[f"{which}_state"], strict=True)
            ]
        return frame

    @copied_property
    def matrix(self) -> pd.DataFrame:
        """Each pair twice, as a chart of a square has it: first, second, labels, n, p, strength.

        ``strength`` is -log10 p.
        """
        import pandas as pd

        columns = ["first", "second", "first_label", "second_label", "n", "p", "p_adjusted"]
        frame = self.table[columns]
        swapped = {"first": "second", "second": "first"}
        swapped |= {f"{one}_label": f"{other}_label" for one, other in swapped.items()}
        whole = pd.concat([frame, frame.rename(columns=swapped)[columns]], ignore_index=True)
        whole["strength"] = -np.log10(np.maximum(whole["p"].to_numpy(dtype=float), 1e-300)) + 0.0
        order = list(self.vocabulary)
        return whole.sort_values(
            ["first", "second"], key=lambda names: names.map(order.index), ignore_index=True
        )

    @cached_property
    def text(self) -> str:
        """Plain sentences: which pair stands out, and whether the cases can tell it from chance."""
        pairs = counted(len(self.pairs), "pairs")
        about = f"{counted(self.cases, 'cases')} with one diagnosis, {pairs} of findings."
        if not self.pairs:
            return f"{about} Too few cases of a condition know two findings to tell anything."
        clear = self.clear
        if not clear:
            return (
                f"{about} No two go together otherwise than the model says, as far as so many "
                f"cases can tell. Nearest to it: {self._words(self.pairs[0])}."
            )
        most = f"The arrow that is missing most: {self._words(clear[0])}."
        others = [f"{self._pair(pair)} ({_p(pair.p)})" for pair in clear[1:4]]
        if not others:
            return f"{about} {most}"
        left = len(clear) - 1 - len(others)
        more = f" and {left} more" if left else ""
        return f"{about} {most} After it: {', '.join(others)}{more}."

    def _pair(self, pair: PairDependence) -> str:
        return f"{self.vocabulary[pair.first].label} with {self.vocabulary[pair.second].label}"

    def _words(self, pair: PairDependence) -> str:
        """Return a pair with its counts in words."""
        one = self.vocabulary[pair.first].state(pair.first_state).label
        other = self.vocabulary[pair.second].state(pair.second_state).label
        beside = ", which the model joins already," if pair.modelled else ""
        return (
            f"{self._pair(pair)}{beside} ({one} with {other} in {pair.observed:.0f} of {pair.n:,} "
            f"cases, {pair.expected:.1f} expected; {_p(pair.p)}, {_p(pair.p_adjusted)} with "
            f"{counted(len(self.pairs), 'pairs')} allowed for)"
        )


@takes(model=A_MODEL, cases=SOME_CASES)
def residual_dependence(
    model: Model,
    cases: LabelledCases | pd.DataFrame | str | Path | None = None,
    *,
    mapping: AnyMapping = None,
    margins: Margins | None = None,
    replicates: int = REPLICATES,
    seed: int = 1,
) -> ResidualDependence:
    """Test of each pair of findings whether they go together, given the condition, as modelled.

    With ``margins="cases"`` each finding is taken to be as common, within each condition, as it is
    among the cases, and nothing is said of that. Both findings make a table of counts in each
    condition; the model expects there its own P(both | condition), fitted to those margins. The
    differences are added up over the conditions and held against their variance.

    With ``margins="model"`` each finding is as common over all as it is among the cases, but
    between the conditions it differs as the model says, within what its sample sizes leave open.
    Then a single case of a condition tells something, too. Deviations of both findings from their
    P(finding | condition), less their means, are multiplied and added up, and held against the
    same in cohorts that the model makes, its tables drawn anew for each. A pair can stand out
    because of an arrow that is missing, or because both numbers are off in the same conditions.

    Parameters
    ----------
    model : Model
        What is criticised.
    cases : LabelledCases, DataFrame, or path, optional
        As for `hamknee.evaluate`; by default the published cases. Only cases with one diagnosis
        count, and of these only definite answers.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `hamknee.score`.
    margins : {"cases", "model"}, optional
        By default "cases" where there are ten cases of a condition on average, else "model".
    replicates, seed : int
        Of the cohorts that the model makes, for "model".

    Raises
    ------
    CasesError, TableError
        If the cases cannot be used, or there are not ten with one diagnosis that is possible.
    HamkneeError
        If `margins` or `replicates` is out of range.

    Notes
    -----
    "cases" is the generalised Cochran-Mantel-Haenszel test of association: Mantel (1963), Journal
    of the American Statistical Association 58:690; Landis, Heyman & Koch (1978), International
    Statistical Review 46:237. A pair that goes together in one condition and apart in another may
    be missed. "model" is a prior predictive check: Box (1980), JRSS A 143:383; the distribution of
    its statistic is that of a multiple of chi-square with the mean and variance of the replicates
    (Satterthwaite 1946).

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> print(hamknee.residual_dependence(model).text)
    111 cases with one diagnosis, ... pairs of findings. ...
    """
    if margins not in (None, "cases", "model"):
        raise HamkneeError(f"found margins {margins!r}; allowed: 'cases' or 'model'")
    if replicates < 2:
        raise HamkneeError(f"found {replicates} replicates; allowed: 2 or more")
    labelled = as_labelled(model.vocabulary, cases, mapping)
    labelled = labelled[labelled.truth.sum(axis=1) == 1]
    start, which = worlds(model, labelled)
    certain = labelled[np.isfinite(log_total(model.log_joint(start)))[which]]
    if len(certain) < FEWEST_TO_COMPARE:
        raise CasesError(
            f"found {len(certain)} cases with one diagnosis that the model holds possible; "
            f"allowed: {FEWEST_TO_COMPARE} or more"
        )
    if margins is None:
        met = int((certain.truth.sum(axis=0) > 0).sum())
        margins = "cases" if len(certain) >= ENOUGH * met else "model"
    tested = (
        _by_cases(model, certain)
        if margins == "cases"
        else _by_model(model, certain, replicates, np.random.default_rng(seed))
    )
    pairs = sorted(tested, key=lambda pair: pair.p)
    adjusted = _holm(np.array([pair.p for pair in pairs]))
    final = (pair._replace(p_adjusted=float(p)) for pair, p in zip(pairs, adjusted, strict=True))
    return ResidualDependence(model.vocabulary, len(certain), margins, tuple(final))


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p {value:.3f}" if value < 0.1 else f"p {value:.2f}"


def _holm(p: Array) -> Array:
    """Return sorted probabilities with their number allowed for (Holm 1979)."""
    return np.minimum(np.maximum.accumulate(p * np.arange(len(p), 0, -1)), 1.0)


def _often_known(labelled: LabelledCases) -> list[int]:
    """Return the numbers of the traits and findings of which enough is known."""
    variables = labelled.cases.vocabulary.variables
    return [
        number
        for number, variable in enumerate(variables)
        if variable.role in ("trait", "finding")
        and _known(labelled, number).sum() >= FEWEST_TO_COMPARE
    ]


def _known(labelled: LabelledCases, number: int) -> npt.NDArray[np.bool_]:
    states = labelled.cases.vocabulary.variables[number].states
    return np.asarray(labelled.cases.codes[:, number] < len(states))


def _named(first: Variable, second: Variable, tested: PairTest) -> PairDependence:
    """Return a test with names for what is tested."""
    n, modelled, statistic, df, p, (row, column), observed, expected = tested
    names = first.state_names[row], second.state_names[column]
    return PairDependence(
        *(first.name, second.name, n, modelled, statistic, df, p, p, *names, observed, expected)
    )


# Each finding as common as among the cases ---------------------------------------------------


def _by_cases(model: Model, labelled: LabelledCases) -> Iterator[PairDependence]:
    """Yield each pair of traits and findings that the cases tell anything about."""
    variables, codes = model.vocabulary.variables, labelled.cases.codes
    condition, often = labelled.truth.argmax(axis=1), _often_known(labelled)
    start, which = worlds(model, labelled)
    for place, first in enumerate(often):
        joint = _given_first(model, start, first)
        for second in often[place + 1 :]:
            both = _known(labelled, first) & _known(labelled, second)
            sizes = (len(variables[each].states) for each in (first, second))
            counts = np.zeros((labelled.truth.shape[1], *sizes))
            expected = np.zeros_like(counts)
            np.add.at(counts, (condition[both], codes[both, first], codes[both, second]), 1)
            np.add.at(expected, condition[both], joint[variables[second].name][which[both]])
            if tested := of_counts(counts, expected):
                yield _named(variables[first], variables[second], tested)


def _given_first(model: Model, worlds: Cases, first: int) -> dict[str, Array]:
    """Return P(first, other | world) by other variable, each (worlds, first states, states)."""
    states = model.engine.sizes[first]
    codes = np.repeat(worlds.codes, states, axis=0)
    codes[:, first] = np.tile(np.arange(states), len(worlds))
    rows = Cases(worlds.vocabulary, codes, worlds.weights)
    start = np.repeat(log_total(model.log_joint(worlds)), states)
    with np.errstate(invalid="ignore"):  # a world that cannot be: -inf from -inf
        p = np.nan_to_num(np.exp(log_total(model.log_joint(rows)) - start))
    possible = np.flatnonzero(p > 0)
    joint = {}
    for name, rest in model.marginals(rows[possible]).probabilities.items():
        table = np.zeros((len(rows), rest.shape[1]))
        table[possible] = p[possible, None] * rest
        joint[name] = table.reshape(len(worlds), states, -1)
    return joint


# Each finding as common as the model says ----------------------------------------------------


def _by_model(
    model: Model, labelled: LabelledCases, count: int, rng: np.random.Generator
) -> Iterator[PairDependence]:
    """Yield each pair of traits and findings, held against cohorts that the model makes."""
    often = _often_known(labelled)
    if len(often) < 2:
        return
    variables = [model.vocabulary.variables[number] for number in often]
    ends = np.cumsum([0, *(len(variable.states) for variable in variables)])
    if count * ends[-1] ** 2 > MOST_CELLS:
        raise HamkneeError(
            f"found {ends[-1]} answers and {count} replicates, which is more than can be held; "
            "allowed: fewer replicates, or margins='cases'"
        )
    known = np.column_stack([_known(labelled, number) for number in often])
    start, which = worlds(model, labelled)
    expected = model.marginals(start).probabilities
    means = np.column_stack([expected[variable.name][which] for variable in variables])

    def answers(codes: Codes) -> Array:
        """Return 1 for each answer given, shape (cases, answers)."""
        columns = [
            (codes[:, [number]] == np.arange(len(variable.states))) & known[:, [place]]
            for place, (number, variable) in enumerate(zip(often, variables, strict=True))
        ]
        return np.column_stack(columns).astype(float)

    asked = np.repeat(known, np.diff(ends), axis=1)

    pairs_known = np.maximum(asked.T.astype(float) @ asked, 1)

    def products(given: Array) -> Array:
        away = (given - means) * asked
        sums = away.T @ asked  # of the one, where the other is known as well
        return np.asarray(away.T @ away - sums * sums.T / pairs_known)

    given = answers(labelled.cases.codes)
    seen, together = products(given), given.T @ given
    made = np.array(
        [products(answers(codes)) for codes in replicate(model, labelled, count, rng)],
        dtype=np.float32,
    )
    slices = [slice(low, high) for low, high in pairwise(ends.tolist())]
    for first, second in combinations(range(len(often)), 2):
        both = int((known[:, first] & known[:, second]).sum())
        if both >= FEWEST_TO_COMPARE:
            block = slices[first], slices[second]
            replicates = made[:, *block].astype(float)
            if tested := of_products(both, seen[block], replicates, together[block]):
                yield _named(variables[first], variables[second], tested)
