"""An explicit layer over a model's answers: another case mix, and findings that count for less.

The numbers of the model stay as they are. A layer says for which numbers it was made, from which
cohort, and what it does; it is never fitted to the published cases.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from hamknee.base import (
    Array,
    Codes,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    listing,
    percent,
    shown,
    takes,
)
from hamknee.evaluation.baselines import posteriors, prior_only
from hamknee.evaluation.calibrating import Calibration, Estimate, calibration
from hamknee.evaluation.metrics import Scoreboard, scores
from hamknee.evaluation.recalibration_layer import (
    RecalibrationKind,
    RecalibrationLayer,
    check_case_mix,
    log_terms,
    recalibrated,
)
from hamknee.inference import A_MODEL, Model, relative
from hamknee.network import (
    SOME_CASES,
    AnyMapping,
    CasesError,
    LabelledCases,
    as_labelled,
    published_among,
)

if TYPE_CHECKING:
    import pandas as pd


FEWEST_TO_FIT = 20
"""Cases with a diagnosis below which no slope is fitted."""

BLOCK = 2**15
"""Cases that are worked on at once."""

LEAST, MOST = 0.01, 10.0
"""Between which a slope is looked for."""

_PUBLISHED = (
    "these are published cases ({names}), which are there to check the numbers, and would check "
    "nothing if answers were fitted to them; allowed: a cohort of your own"
)


@shown
@dataclass(frozen=True)
@compares_arrays
class Recalibration(KeptArrays):
    """A layer fitted to a cohort, and what it is worth on cases it was not fitted to.

    Parameters
    ----------
    layer : RecalibrationLayer
        Fitted to all cases.
    slope : Estimate
        Of the layer, with its interval.
    truth : ndarray, shape (cases, states)
        1 for each state that the diagnosis may be, else 0.
    before, after : ndarray, shape (cases, states)
        Answers of the model, and with a layer fitted to the other folds.
    mass : float
        Of each interval.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.evaluation import recalibrate, simulate_labelled
    >>> model = hamknee.load()
    >>> fitted = recalibrate(model, simulate_labelled(model, 300, known=0.5, seed=1))
    >>> fitted.slope.low < 1 < fitted.slope.high  # patients of the model itself need none
    True
    >>> fitted.table["forecast"].unique().tolist()
    ['model', 'recalibrated']
    """

    layer: RecalibrationLayer
    slope: Estimate
    truth: Array
    before: Array
    after: Array
    mass: float

    @cached_property
    def board(self) -> Scoreboard:
        """The scores of both, case by case and as means; those of the layer out of fold."""
        answers = {"model": self.before, "recalibrated": self.after}
        return Scoreboard({name: scores(p, self.truth) for name, p in answers.items()}, self.mass)

    @property
    def table(self) -> pd.DataFrame:
        """One row a forecast and measure: forecast, measure, value, low, high."""
        return self.board.table

    @property
    def helps(self) -> bool:
        """Whether the log loss is clearly lower with the layer, on cases it was not fitted to."""
        return self.board.lower("recalibrated", "model", "log_loss")

    def calibration(
        self, forecast: Literal["model", "recalibrated"] = "recalibrated"
    ) -> Calibration:
        """Return how the probabilities of either compare with what came true."""
        answers = self.before if forecast == "model" else self.after
        certain = (self.truth.sum(axis=1) == 1) & ~np.isnan(answers).any(axis=1)
        return calibration(answers[certain], self.truth[certain], mass=self.mass)

    @cached_property
    def text(self) -> str:
        """Plain sentences: the slope, whether it helps, and what it must not be used for."""
        gap, (low, high) = self.board.difference("recalibrated", "model", "log_loss")
        value = {name: self.board.value(name, "log_loss") for name in ("model", "recalibrated")}
        helps = (
            "It helps."
            if self.helps
            else "These cases cannot tell that it helps: better leave the answers as they are."
        )
        up = f"to {self.slope.high:.2f}" if np.isfinite(self.slope.high) else "or more"
        return (
            f"{self.layer.text} {percent(self.mass)} interval of the slope {self.slope.low:.2f} "
            f"{up}. On cases it was not fitted to the log loss is "
            f"{value['recalibrated']:.2f} with it and {value['model']:.2f} without (difference "
            f"{gap:z.2f}, {low:z.2f} to {high:z.2f}). {helps}"
        )


@takes(model=A_MODEL, cases=SOME_CASES)
def recalibrate(
    model: Model,
    cases: LabelledCases | pd.DataFrame | str | Path,
    *,
    mapping: AnyMapping = None,
    kind: RecalibrationKind = "slope",
    case_mix: Mapping[str, float] | None = None,
    folds: int = 10,
    seed: int = 1,
    mass: float = 0.95,
    name: str = "the cohort",
) -> Recalibration:
    """Fit to a cohort of one's own how much the findings count, and try it by cross-validation.

    With p = P(condition | case) by the model, π the starting probabilities in the context of the
    case and m the stated case mix (π where none is stated), the answer becomes in proportion to

    - ``"slope"``: m (p / π)^b. The findings count b times as much; how common each cause is stays.
    - ``"temperature"``: (m p / π)^b. Everything counts b times as much, and the order stays.

    The slope b makes the cohort most probable. It is fitted to all cases for the layer, and to the
    other folds for each case by which the layer is judged.

    Parameters
    ----------
    model : Model
        Whose answers are recalibrated. Its numbers stay.
    cases : LabelledCases, DataFrame, or path
        As for `hamknee.evaluate`, but of one's own: published cases are refused.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `hamknee.score`.
    kind : {"slope", "temperature"}
        What the slope works on.
    case_mix : mapping of str to float, optional
        Share of each condition where the answers are to be used; those not named share the rest
        as they do in the model.
    folds, seed : int
        Of the cross-validation.
    mass : float
        Of each interval.
    name : str
        What to call the cohort.

    Raises
    ------
    CasesError, TableError
        If the cases cannot be used, hold published ones, or fewer than 20 have a diagnosis that
        the model holds possible.
    HamkneeError
        If a setting or the case mix is out of range.

    Notes
    -----
    Slope: Cox (1958), Biometrika 45:562. Temperature: Guo, Pleiss, Sun & Weinberger (2017), ICML.
    Case mix: Saerens, Latinne & Decaestecker (2002), Neural Computation 14:21. The interval is that
    of maximum likelihood.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.evaluation import recalibrate, simulate_labelled
    >>> model = hamknee.load()
    >>> print(recalibrate(model, simulate_labelled(model, 300, known=0.5, seed=1)).text)
    Findings count ... times as much, fitted to 300 cases of the cohort. 95 % interval of the slope
    ... to .... On cases it was not fitted to the log loss is ... These cases cannot tell that it
    helps: better leave the answers as they are.
    """
    if kind not in get_args(RecalibrationKind):
        raise HamkneeError(f"found the kind {kind!r}; allowed: 'slope' or 'temperature'")
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass}; allowed: between 0 and 1")
    labelled = _usable(model, cases, mapping)
    if not 2 <= folds <= len(labelled):
        raise HamkneeError(f"found {folds} folds; allowed: 2 to {len(labelled)}, as many as cases")
    mix = None if case_mix is None else check_case_mix(model, case_mix)
    p, prior = posteriors(model, labelled.cases), prior_only(model, labelled.cases)
    truth = labelled.truth

    loss = _loss_of(p, prior, truth, kind, mix)
    slope, error = _fitted(loss, np.arange(len(truth)))
    fold = np.random.default_rng(seed).permutation(np.arange(len(truth)) % folds)
    after = np.empty_like(p)
    for number in range(folds):
        left, _ = _fitted(loss, np.flatnonzero(fold != number))
        out = np.flatnonzero(fold == number)
        after[out] = recalibrated(p[out], prior[out], left, kind, mix)
    half = NormalDist().inv_cdf((1 + mass) / 2) * error
    layer = RecalibrationLayer(
        target=model.vocabulary.target,
        numbers=model.sha256,
        kind=kind,
        slope=slope,
        case_mix=mix,
        cohort=name,
        cases=len(labelled),
        cohort_sha256=_digest(labelled),
    )
    estimate = Estimate(slope, float(max(slope - half, 0.0)), float(slope + half))
    return Recalibration(layer, estimate, truth, p, after, mass)


def _usable(
    model: Model, cases: LabelledCases | pd.DataFrame | str | Path, mapping: AnyMapping
) -> LabelledCases:
    """Return the cases with a diagnosis that is possible, or raise CasesError."""
    if cases is None:
        raise CasesError("found no cases; allowed: a cohort of your own")
    labelled = as_labelled(model.vocabulary, cases, mapping)
    keys = labelled.about["case_id"].tolist() if "case_id" in labelled.about else None
    if published := published_among(labelled.with_diagnosis(), keys):
        raise CasesError(_PUBLISHED.format(names=listing(published, most=5)))
    known = labelled[labelled.diagnosed]
    p = posteriors(model, known.cases)
    usable = known[np.nan_to_num(p * known.truth).sum(axis=1) > 0] if len(known) else known
    if len(usable) < FEWEST_TO_FIT:
        raise CasesError(
            f"found {len(usable)} cases with a diagnosis that the model holds possible; allowed: "
            f"{FEWEST_TO_FIT} or more"
        )
    return usable


def _loss_of(
    p: Array,
    prior: Array,
    truth: Array,
    kind: RecalibrationKind,
    case_mix: tuple[float, ...] | None,
) -> Callable[[float, Codes], float]:
    """Return what says how improbable some cases are with a slope: the sum of -ln P(diagnosis).

    The logarithms are worked out once, because a slope is tried some hundred times.
    """
    fixed, scaled = log_terms(p, prior, kind, case_mix)
    fixed = np.broadcast_to(fixed, scaled.shape)

    def loss(slope: float, rows: Codes) -> float:
        total = 0.0
        for start in range(0, len(rows), BLOCK):
            some = rows[start : start + BLOCK]
            with np.errstate(invalid="ignore"):  # NaN where the case mix leaves nothing
                weights = relative(fixed[some] + slope * scaled[some])
                right = (weights * truth[some]).sum(axis=1) / weights.sum(axis=1)
            total -= float(np.log(np.maximum(np.nan_to_num(right), 1e-300)).sum())
        return total

    return loss


def _fitted(loss: Callable[[float, Codes], float], rows: Codes) -> tuple[float, float]:
    """Return the slope that makes the cases most probable, and its standard error."""
    from scipy.optimize import minimize_scalar

    def by_log(log_slope: float) -> float:
        return loss(float(np.exp(log_slope)), rows)

    best = minimize_scalar(by_log, bounds=(np.log(LEAST), np.log(MOST)), method="bounded")
    slope, step = float(np.exp(best.x)), 1e-3
    curve = [by_log(best.x + move) for move in (-step, 0.0, step)]
    information = (curve[0] - 2 * curve[1] + curve[2]) / step**2  # of the logarithm of the slope
    return slope, slope / np.sqrt(information) if information > 0 else np.inf


def _digest(labelled: LabelledCases) -> str:
    """Return a digest of what the cases say, whatever file they came from."""
    parts = (labelled.cases.codes.astype(np.int64), labelled.truth, *labelled.cases.weights)
    return hashlib.sha256(
        b"".join(np.ascontiguousarray(each).tobytes() for each in parts)
    ).hexdigest()
