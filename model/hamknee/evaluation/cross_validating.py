"""Whether learning from a cohort helps with patients it was not learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    percent,
    shown,
    takes,
)
from hamknee.evaluation.baselines import posteriors
from hamknee.evaluation.metrics import Scoreboard, scores
from hamknee.inference import load
from hamknee.network import (
    SOME_CASES,
    SOME_PRIORS,
    AnyMapping,
    CasesError,
    LabelledCases,
    Priors,
    as_labelled,
)

if TYPE_CHECKING:
    import pandas as pd

LEARNED, STATED = "learned", "as stated"


class Learned(Protocol):
    """What learning returns, such as `hamknee.estimation.Update`.

    Examples
    --------
    >>> from hamknee.estimation import Update
    >>> "priors" in Update.__dataclass_fields__
    True
    """

    @property
    def priors(self) -> Priors:
        """The numbers that were learned."""


@shown
@dataclass(frozen=True)
@compares_arrays
class CrossValidated(KeptArrays):
    """The numbers as they are stated, and learned from the other folds, on the same cases.

    Parameters
    ----------
    truth : ndarray, shape (cases, states)
        1 for each state that the diagnosis may be, else 0.
    before, after : ndarray, shape (cases, states)
        Answers of the numbers as stated, and of those learned from the other folds.
    fold : ndarray of int, shape (cases,)
        In which fold each case was.
    mass : float
        Of each interval.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.evaluation import cross_validate
    >>> model = hamknee.load()
    >>> cohort = hamknee.simulate(model, 60, known=0.5, seed=1)
    >>> validated = cross_validate(model.priors, cohort, hamknee.update, folds=3)
    >>> validated.table.query("measure == 'log_loss'")["forecast"].tolist()
    ['learned', 'as stated']
    """

    truth: Array
    before: Array
    after: Array
    fold: npt.NDArray[np.intp]
    mass: float

    @cached_property
    def board(self) -> Scoreboard:
        """The scores of both, case by case and as means; those of what was learned out of fold."""
        answers = {LEARNED: self.after, STATED: self.before}
        return Scoreboard({name: scores(p, self.truth) for name, p in answers.items()}, self.mass)

    @property
    def table(self) -> pd.DataFrame:
        """One row a forecast and measure: forecast, measure, value, low, high."""
        return self.board.table

    @property
    def helps(self) -> bool:
        """Whether the log loss is clearly lower with what was learned."""
        return self.board.lower(LEARNED, STATED, "log_loss")

    @cached_property
    def text(self) -> str:
        """Whether learning helps with cases that were not learned from."""
        gap, (low, high) = self.board.difference(LEARNED, STATED, "log_loss")
        folds = int(self.fold.max()) + 1
        said = f"On {self.board.n:,} cases, each answered by what was learned from the other folds"
        said += f" of {folds}, the log loss is {gap:+.2f} ({percent(self.mass)} interval {low:+.2f}"
        said += f" to {high:+.2f}) against the numbers as stated."
        if self.helps:
            return f"{said} Learning from such cases helps."
        if self.board.clear(LEARNED, STATED, "log_loss"):
            return f"{said} Learning from such cases makes it worse."
        return f"{said} These cases cannot tell that learning helps."


@takes(priors=SOME_PRIORS, cases=SOME_CASES)
def cross_validate(
    priors: Priors,
    cases: LabelledCases | pd.DataFrame | str | Path,
    learn: Callable[[Priors, LabelledCases], Learned],
    *,
    mapping: AnyMapping = None,
    folds: int = 10,
    seed: int = 1,
    mass: float = 0.95,
) -> CrossValidated:
    """Try by cross-validation whether learning from a cohort helps.

    Parameters
    ----------
    priors : Priors
        The numbers to start from, in each fold.
    cases : LabelledCases, DataFrame, or path
        As for `hamknee.evaluate`, but of one's own: `hamknee.update` refuses the published ones.
    learn : callable
        Learns from numbers and cases, such as `hamknee.update`, or ``functools.partial`` of it with
        a weight.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `hamknee.score`.
    folds, seed : int
        Into how many parts the cases are dealt at random.
    mass : float
        Of each interval; differences are paired by case.

    Raises
    ------
    CasesError, TableError
        If the cases cannot be used, or fewer than the folds have a diagnosis.
    HamkneeError
        If a setting is out of range, or what `learn` raises.

    Notes
    -----
    Stone (1974), JRSS B 36:111. Whether a cohort of one place tells of another is another question.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.evaluation import cross_validate
    >>> model = hamknee.load()
    >>> cohort = hamknee.simulate(model, 60, known=0.5, seed=1)
    >>> print(cross_validate(model.priors, cohort, hamknee.update, folds=3).text)
    On 60 cases, each answered by what was learned from the other folds of 3, the log loss is ...
    """
    if not 0 < mass < 1 or folds < 2:
        raise HamkneeError(f"found {folds} folds and a mass of {mass}; allowed: 2 or more, 0 to 1")
    labelled = as_labelled(priors.vocabulary, cases, mapping)
    labelled = labelled[labelled.diagnosed]
    if len(labelled) < folds:
        raise CasesError(
            f"found {len(labelled)} cases with a diagnosis; allowed: {folds} or more, as many as"
            " the folds"
        )
    dealt = np.arange(len(labelled), dtype=np.intp) % folds
    fold = np.random.default_rng(seed).permutation(dealt)
    before = posteriors(load(priors), labelled.cases)
    after = np.empty_like(before)
    for number in range(folds):
        model = load(learn(priors, labelled[fold != number]).priors)
        after[fold == number] = posteriors(model, labelled[fold == number].cases)
    return CrossValidated(labelled.truth, before, after, fold, mass)
