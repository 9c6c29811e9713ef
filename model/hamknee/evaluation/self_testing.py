"""Is the engine calibrated on patients drawn from the model itself? If not, it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import Array, HamkneeError, KeptArrays, copied_property, shown, takes
from hamknee.evaluation.calibrating import Calibration
from hamknee.evaluation.evaluating import Evaluation, evaluate
from hamknee.inference import A_MODEL, Model, draw
from hamknee.network import LabelledCases, find_variable

if TYPE_CHECKING:
    import pandas as pd


MASS = 0.99
"""Of the interval that has to hold 1: a right engine fails in one of a hundred seeds."""


@shown
@dataclass(frozen=True)
class SelfTest(KeptArrays):
    """Answers to simulated patients, held against what they were simulated with.

    Parameters
    ----------
    evaluation : Evaluation
        On the simulated patients.
    calibration : Calibration
        Of all conditions together.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.evaluation import self_test
    >>> tested = self_test(hamknee.load(), n=300)
    >>> tested.passed, tested.evaluation.n
    (True, 300)
    >>> tested.table["measure"].tolist()
    ['top1', 'top3', 'log_loss', 'brier', 'intercept', 'slope', 'ici', 'e50', 'e90']
    """

    evaluation: Evaluation
    calibration: Calibration

    @property
    def passed(self) -> bool:
        """Whether the interval of the calibration slope holds 1."""
        slope = self.calibration.slope
        return slope.low <= 1 <= slope.high

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a measure: measure, value, low, high; the scores first, then calibration."""
        import pandas as pd

        scored = self.evaluation.table.query("forecast == 'model'").drop(columns="forecast")
        return pd.concat([scored, self.calibration.table], ignore_index=True)

    @cached_property
    def text(self) -> str:
        """Plain sentences: the verdict, then the calibration."""
        verdict = "Passed" if self.passed else "Failed"
        what = f"{self.evaluation.n:,} patients drawn from the model"
        return f"{verdict}: {what}. {self.calibration.text}"


@takes(model=A_MODEL)
def self_test(
    model: Model,
    *,
    n: int = 2000,
    known: float | Mapping[str, float] = 0.5,
    seed: int = 1,
    answered_by: Model | None = None,
) -> SelfTest:
    """Simulate patients, hide part of each and the diagnosis, and check that answers come true.

    Whatever is hidden at random, exact posteriors under the model that made the patients are
    calibrated. So a slope that is not 1 is a fault of the engine; it says nothing about real
    patients. An engine that ignores findings stays calibrated and is found by its scores alone.

    Parameters
    ----------
    model : Model
        That makes the patients.
    n : int
        How many.
    known : float or mapping of str to float
        Probability of being known: of every variable, or by variable, 0 for those not named.
    seed : int
        For the draws.
    answered_by : Model, optional
        That gives the answers, with the same vocabulary; `model` by default.

    Raises
    ------
    HamkneeError
        If a number is out of range, a variable unknown, or the vocabularies differ.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.evaluation import self_test
    >>> print(self_test(hamknee.load(), n=300).text)
    Passed: 300 patients drawn from the model. All conditions together: 300 of ... came true.
    Slope ... (99 % interval ... to ...; 1 is ideal, below it probabilities are too extreme). ...
    """
    if n < 1:
        raise HamkneeError(f"found {n} patients; allowed: 1 or more")
    patients = simulate_labelled(model, n, known=known, seed=seed)
    evaluation = evaluate(answered_by or model, patients, mass=MASS)
    return SelfTest(evaluation, evaluation.calibration())


def simulate_labelled(
    model: Model, n: int, *, known: float | Mapping[str, float], seed: int
) -> LabelledCases:
    """Draw patients from the model, hide part of each, and keep the diagnosis beside them.

    Parameters
    ----------
    model, n, known, seed
        As for `self_test`.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.evaluation import simulate_labelled
    >>> patients = simulate_labelled(hamknee.load(), 50, known=0.5, seed=1)
    >>> len(patients), patients.diagnosed.all().item()
    (50, True)
    """
    import pandas as pd

    target = model.engine.target
    share = _shares(model, known)
    share[target] = 0
    rng = np.random.default_rng(seed)
    codes = draw(model, n, rng)
    truth = np.eye(model.engine.sizes[target])[codes[:, target]]
    hidden = rng.random(codes.shape) >= share
    sizes = np.array(model.engine.sizes, dtype=np.intp)
    cases = model.cases(np.where(hidden, sizes, codes))
    return LabelledCases(cases, truth, pd.DataFrame(index=range(n)))


def _shares(model: Model, known: float | Mapping[str, float]) -> Array:
    """Return the probability of being known of each variable, shape (variables,)."""
    by_name = known if isinstance(known, Mapping) else dict.fromkeys(model.vocabulary, known)
    for name, share in by_name.items():
        find_variable(model.vocabulary, name)
        if not 0 <= share <= 1:
            raise HamkneeError(
                f"found {share} as the probability of knowing {name}; allowed: 0 to 1"
            )
    return np.array([float(by_name.get(name, 0)) for name in model.vocabulary])
