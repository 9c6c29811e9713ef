"""An external validation: everything a report of one asks for, as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    FrozenMapping,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    copied_property,
    listing,
    percent,
    read_only,
    shown,
    suggestion,
    takes,
)
from hamknee.evaluation.calibrating import Calibration, Estimate, calibration
from hamknee.evaluation.decision_curves import decision_curve
from hamknee.evaluation.discrimination import c_statistic, polytomous_c
from hamknee.evaluation.evaluating import Evaluation, evaluate
from hamknee.evaluation.intervals import FEWEST_TO_COMPARE, wilson
from hamknee.evaluation.metrics import Scoreboard, scores
from hamknee.evaluation.sample_sizes import needed_for_c, needed_for_ratio, needed_for_slope
from hamknee.evaluation.smoothing import Cells
from hamknee.inference import A_MODEL, Model
from hamknee.network import SOME_CASES, AnyMapping, LabelledCases, as_labelled, that_count

if TYPE_CHECKING:
    import pandas as pd

Mask: TypeAlias = npt.NDArray[np.bool_]

THRESHOLDS = (0.05, 0.1, 0.2, 0.5)
SUBGROUPS = ("sex", "age", "setting")
FEWEST_EVENTS = 5
"""Cases of a condition below which nothing is told of it alone."""
RESAMPLED = 200
"""Resamples for the interval of the mean distance of a calibration curve."""


@shown
@dataclass(frozen=True)
@compares_arrays
class Validation(KeptArrays):
    """How good a model is on a cohort, section by section.

    Parameters
    ----------
    evaluation : Evaluation
        The scores case by case, with the two baselines.
    labelled : LabelledCases
        The cases that count.
    flow : mapping of str to int
        How many rows went where.
    events : mapping of str to tuple of str
        What is looked at alone: each condition with enough cases, and events of several conditions.
    thresholds : tuple of float
        At which it is asked how many are rightly told.
    subgroups : tuple of str
        Variables by whose states the cases are parted.
    against : Array, shape (cases, conditions), or None
        Probabilities of another model.
    mass : float
        Of every interval.

    Examples
    --------
    >>> import hamknee
    >>> validated = hamknee.validate(hamknee.load())  # the published cases
    >>> list(validated.tables)[:4]
    ['flow', 'scores', 'discrimination', 'calibration']
    >>> validated.tables["flow"].head(2).values.tolist()
    [['rows read', 111], ['without a diagnosis', 0]]
    >>> validated.markdown.splitlines()[0]
    '# Validation'
    """

    evaluation: Evaluation
    labelled: LabelledCases = field(repr=False)
    flow: Mapping[str, int]
    events: Mapping[str, tuple[str, ...]]
    thresholds: tuple[float, ...]
    subgroups: tuple[str, ...]
    against: Array | None = field(repr=False)
    mass: float

    @copied_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every section as a tidy table, by its name."""
        import pandas as pd

        made = {
            "flow": pd.DataFrame(list(self.flow.items()), columns=["rows", "n"]),
            "scores": self.evaluation.table,
            "discrimination": pd.DataFrame(list(self._discrimination())),
            "calibration": pd.DataFrame(list(self._calibration())),
            "thresholds": pd.DataFrame(list(self._thresholds())),
            "net_benefit": pd.DataFrame(list(self._net_benefit())),
            "subgroups": pd.DataFrame(list(self._subgroups())),
            "missing": pd.DataFrame(list(self._missing())),
            "sample_size": pd.DataFrame(
                list(self._sample_size()), columns=["event", "n", "interval of", "needed"]
            ),
        }
        if self.against is not None:
            made["comparison"] = self.comparison.differences
        return FrozenMapping(made)

    @property
    def table(self) -> pd.DataFrame:
        """Discrimination and calibration of each event, side by side; empty without any event."""
        import pandas as pd

        if not self.events:
            return pd.DataFrame(columns=["event", "n", "events"])
        events = self.tables["discrimination"]
        return events.merge(self.tables["calibration"], on=["event", "n", "events"], how="left")

    @cached_property
    def comparison(self) -> Scoreboard:
        """The scores of this model and of another, case by case."""
        if self.against is None:
            raise HamkneeError("nothing to compare with; allowed: validate(..., against=model)")
        by_case = {"model": self.evaluation.board.by_case["model"]}
        by_case["other model"] = scores(self.against, self.evaluation.truth)
        return Scoreboard(by_case, self.mass)

    @cached_property
    def calibrations(self) -> Mapping[str, Calibration]:
        """The calibration of each event, for its curve."""
        each = {
            name: calibration(*self._event(name), label=name, mass=self.mass)
            for name in self.events
        }
        probabilities, truth = self._certain
        together = calibration(probabilities, truth, mass=self.mass)
        return FrozenMapping({"all conditions together": together, **each})

    @property
    def text(self) -> str:
        """What was found, in a few sentences."""
        parts = [self.evaluation.text]
        area = polytomous_c(*self._certain)
        if not np.isnan(area):
            parts.append(f"Pairs of conditions are told apart with an area of {area:.2f}.")
        parts.append(self.calibrations["all conditions together"].text)
        lacking = self.tables["sample_size"]
        if len(short := lacking[lacking.needed > lacking.n]):
            names = listing(sorted(set(short.event)), 6)
            parts.append(f"The cases are fewer than a validation needs for {names}.")
        if self.against is not None:
            parts.append(self._against_text())
        return " ".join(parts)

    @property
    def markdown(self) -> str:
        """The whole report as Markdown."""
        from hamknee.evaluation.validation_report import as_markdown

        return as_markdown(self)

    @property
    def html(self) -> str:
        """The whole report as one page that needs nothing else."""
        from hamknee.evaluation.validation_report import as_html

        return as_html(self)

    def _against_text(self) -> str:
        if not self.comparison.clear("model", "other model", "log_loss"):
            return "The cases do not tell which of the two models is better by log loss."
        value, (low, high) = self.comparison.difference("model", "other model", "log_loss")
        which = "better" if value < 0 else "worse"
        said = f"by {abs(value):.2f} ({percent(self.mass)} interval {low:.2f} to {high:.2f})"
        return f"By log loss this model is {which} than the other {said}."

    @cached_property
    def _certain(self) -> tuple[Array, Array]:
        """Probabilities and truth of the cases with one diagnosis and an answer."""
        probabilities, truth = self.evaluation.probabilities["model"], self.evaluation.truth
        rows = self._rows
        return read_only(probabilities[rows]), read_only(truth[rows])

    @cached_property
    def _rows(self) -> Mask:
        answered = np.isfinite(self.evaluation.probabilities["model"]).all(axis=1)
        return read_only(np.asarray((self.evaluation.truth.sum(axis=1) == 1) & answered))

    def _event(self, name: str) -> tuple[Array, Array]:
        position = self.evaluation.target.position
        states = [position[state] for state in self.events[name]]
        probabilities, truth = self._certain
        return np.clip(probabilities[:, states].sum(axis=1), 0, 1), truth[:, states].sum(axis=1)

    def _discrimination(self) -> Iterator[dict[str, object]]:
        for name in self.events:
            p, y = self._event(name)
            area = c_statistic(p, y, self.mass)
            yield _row(name, y, c_statistic=area.value, low=area.low, high=area.high)

    def _calibration(self) -> Iterator[dict[str, object]]:
        for name in self.events:
            p, y = self._event(name)
            fit, ratio = self.calibrations[name], _ratio(p, y, self.mass)
            off = _distance(fit, self.mass)
            yield _row(
                name,
                y,
                observed_expected=ratio.value,
                observed_expected_low=ratio.low,
                observed_expected_high=ratio.high,
                intercept=fit.intercept.value,
                intercept_low=fit.intercept.low,
                intercept_high=fit.intercept.high,
                slope=fit.slope.value,
                slope_low=fit.slope.low,
                slope_high=fit.slope.high,
                ici=off.value,
                ici_low=off.low,
                ici_high=off.high,
            )

    def _thresholds(self) -> Iterator[dict[str, object]]:
        for name in self.events:
            p, y = self._event(name)
            for threshold in self.thresholds:
                said = p >= threshold
                counts = {
                    "sensitivity": (said & (y == 1), y == 1),
                    "specificity": (~said & (y == 0), y == 0),
                    "ppv": (said & (y == 1), said),
                    "npv": (~said & (y == 0), ~said),
                }
                for measure, (right, of) in counts.items():
                    yield {
                        "event": name,
                        "threshold": threshold,
                        "measure": measure,
                        **_share(int(right.sum()), int(of.sum()), self.mass),
                    }

    def _net_benefit(self) -> Iterator[dict[str, object]]:
        for name in self.events:
            p, y = self._event(name)
            curve = decision_curve(p, y, self.thresholds, label=name, mass=self.mass)
            for row in curve.differences.to_dict(orient="records"):
                yield {"event": name, **{str(key): value for key, value in row.items()}}

    def _subgroups(self) -> Iterator[dict[str, object]]:
        by_case = self.evaluation.board.by_case["model"]
        vocabulary = self.labelled.cases.vocabulary
        for name in self.subgroups:
            codes = self.labelled.cases.codes[:, vocabulary.index[name]]
            groups = [*vocabulary[name].state_names, "not known"]
            for number, state in enumerate(groups):
                of = codes == number if state != "not known" else codes >= len(groups) - 1
                if not of.any():
                    continue
                right = int(by_case["top1"][of].sum())
                fit = self._slope_of(of)
                yield {
                    "variable": name,
                    "group": state,
                    "n": int(of.sum()),
                    **{f"top1_{k}": v for k, v in _share(right, int(of.sum()), self.mass).items()},
                    "log_loss": float(by_case["log_loss"][of].mean()),
                    "slope": fit.value,
                    "slope_low": fit.low,
                    "slope_high": fit.high,
                }

    def _slope_of(self, rows: Mask) -> Estimate:
        chosen = rows[self._rows]
        probabilities, truth = self._certain
        if chosen.sum() < FEWEST_TO_COMPARE:
            return Estimate(np.nan)
        return calibration(probabilities[chosen], truth[chosen], mass=self.mass).slope

    def _missing(self) -> Iterator[dict[str, object]]:
        vocabulary, cases = self.labelled.cases.vocabulary, self.labelled.cases
        losses = self.evaluation.board.by_case["model"]["log_loss"]
        for name in vocabulary:
            if name == vocabulary.target.name:
                continue
            missing = cases.codes[:, vocabulary.index[name]] == len(vocabulary[name].states)
            known = losses[~missing]
            unknown = losses[missing]
            yield {
                "variable": name,
                "missing": int(missing.sum()),
                "share": float(missing.mean()),
                "log_loss_known": float(known.mean()) if len(known) else np.nan,
                "log_loss_missing": float(unknown.mean()) if len(unknown) else np.nan,
            }

    def _sample_size(self) -> Iterator[dict[str, object]]:
        for name in self.events:
            p, y = self._event(name)
            share, area = float(y.mean()), c_statistic(p, y).value
            if share in (0, 1):  # an event of nobody or everybody: nothing can be told apart
                continue
            needed = {"observed/expected, width 0.4": needed_for_ratio(share)}
            if float(np.ptp(p)) > 0:
                needed["slope, width 0.4"] = needed_for_slope(p)
            if 0.5 <= area < 1:
                needed["c-statistic, width 0.1"] = needed_for_c(area, share)
            for aim, count in needed.items():
                yield {"event": name, "n": len(y), "interval of": aim, "needed": count}


@takes(model=A_MODEL, cohort=SOME_CASES)
def validate(
    model: Model,
    cohort: LabelledCases | pd.DataFrame | str | Path | None = None,
    *,
    mapping: AnyMapping = None,
    events: Mapping[str, Sequence[str]] | None = None,
    thresholds: Sequence[float] = THRESHOLDS,
    subgroups: Sequence[str] | None = None,
    against: Model | None = None,
    min_findings: int = 0,
    mass: float = 0.95,
) -> Validation:
    """Validate a model on cases whose diagnosis is known, as TRIPOD+AI asks to report it.

    Parameters
    ----------
    model : Model
        What is validated; nothing is fitted.
    cohort : LabelledCases, DataFrame, or path, optional
        As for `hamknee.evaluate`; the published cases by default.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `hamknee.score`.
    events : mapping of str to sequence of str, optional
        Events of several conditions, such as "needs a doctor today"; looked at beside each
        condition of which there are five cases or more.
    thresholds : sequence of float
        Probabilities from which on an event is taken to be there.
    subgroups : sequence of str, optional
        Variables by whose states the cases are parted; sex, age and setting where there are such.
    against : Model, optional
        Another model of the same conditions, compared case by case.
    min_findings : int
        Leave out cases of which fewer findings are known.
    mass : float
        Of every interval.

    Returns
    -------
    Validation
        With ``tables``, ``text``, ``markdown`` and ``html``.

    Raises
    ------
    CasesError, TableError
        If the cases cannot be used.
    HamkneeError
        If an event, a threshold or a subgroup is none, or the other model has other conditions.

    Notes
    -----
    Collins et al. (2024), BMJ 385:e078378 (TRIPOD+AI). Discrimination: `c_statistic`,
    `polytomous_c`; calibration: `calibration`; net benefit: `decision_curve`; sample size: Riley et
    al. (2021), Statistics in Medicine 40:4230.

    Examples
    --------
    >>> import hamknee
    >>> today = {"needs a doctor today": ["dvt", "inflamed_joint", "rupture"]}
    >>> validated = hamknee.validate(hamknee.load(), events=today, thresholds=[0.1])
    >>> validated.tables["thresholds"].head(2)[["measure", "value", "of"]].round(2)
           measure  value  of
    0  sensitivity   0.61  18
    1  specificity   0.90  93
    """
    labelled = as_labelled(model.vocabulary, cohort, mapping)
    evaluation = evaluate(model, labelled, min_findings=min_findings, mass=mass)
    kept = that_count(labelled, min_findings)
    if wrong := [t for t in thresholds if not 0 < t < 1]:
        raise HamkneeError(f"found the threshold {wrong[0]}; allowed: between 0 and 1")
    parted = _subgroups(model, subgroups)
    return Validation(
        evaluation=evaluation,
        labelled=kept,
        flow=_flow(evaluation),
        events=_events(model, evaluation, events or {}),
        thresholds=tuple(thresholds),
        subgroups=parted,
        against=None if against is None else _other(model, against, kept),
        mass=mass,
    )


def _flow(evaluation: Evaluation) -> dict[str, int]:
    few = evaluation.read - evaluation.undiagnosed - evaluation.n
    several = int((evaluation.truth.sum(axis=1) > 1).sum())
    return {
        "rows read": evaluation.read,
        "without a diagnosis": evaluation.undiagnosed,
        "with too few findings": few,
        "counted": evaluation.n,
        "of these impossible for the model": evaluation.impossible,
        "of these with one of several diagnoses": several,
    }


def _events(
    model: Model, evaluation: Evaluation, stated: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    target = model.vocabulary.target
    for name, states in stated.items():
        for state in states:
            if state not in target.state_names:
                hint = suggestion(state, target.state_names)
                raise HamkneeError(
                    f"{state!r} of the event {name!r} is not a state of {target.name}{hint};"
                    f" allowed: {listing(target.state_names)}"
                )
    certain = evaluation.truth[evaluation.truth.sum(axis=1) == 1].sum(axis=0)
    enough = [s.name for s, n in zip(target.states, certain, strict=True) if n >= FEWEST_EVENTS]
    labels = {target.state(name).label: (name,) for name in enough}
    return {**{name: tuple(states) for name, states in stated.items()}, **labels}


def _subgroups(model: Model, names: Sequence[str] | None) -> tuple[str, ...]:
    if names is None:
        return tuple(name for name in SUBGROUPS if name in model.vocabulary)
    for name in names:
        if name not in model.vocabulary:
            hint = suggestion(name, model.vocabulary)
            raise HamkneeError(f"there is no variable {name!r}{hint}; allowed: of the vocabulary")
    return tuple(names)


def _other(model: Model, other: Model, kept: LabelledCases) -> Array:
    """Return another model's probabilities of the same cases, in this one's order of conditions."""
    ours, theirs = model.vocabulary.target.state_names, other.vocabulary.target.state_names
    if sorted(ours) != sorted(theirs):
        apart = sorted(set(ours) ^ set(theirs))
        raise HamkneeError(
            f"the other model has other conditions ({listing(apart)}); allowed: the same"
        )
    order = [other.vocabulary.target.position[name] for name in ours]
    alike = kept.cases.vocabulary.state_index == other.vocabulary.state_index
    cases = kept.cases if alike else [dict(kept.cases.evidence(row)) for row in range(len(kept))]
    return other.posterior(cases).probabilities[:, order]


def _row(name: str, y: Array, **measures: float) -> dict[str, object]:
    return {"event": name, "n": len(y), "events": int(y.sum()), **measures}


def _share(right: int, of: int, mass: float) -> dict[str, float]:
    if not of:
        return {"value": np.nan, "low": np.nan, "high": np.nan, "of": 0}
    low, high = wilson(right, of, mass)
    return {"value": right / of, "low": float(low), "high": float(high), "of": of}


def _ratio(p: Array, y: Array, mass: float) -> Estimate:
    """Return observed/expected with its interval on the logarithmic scale (Debray et al. 2017)."""
    from scipy.stats import norm

    events, expected, n = float(y.sum()), float(p.sum()), len(y)
    if not events or not expected:
        return Estimate(events / expected if expected else np.nan)
    half = norm.ppf((1 + mass) / 2) * np.sqrt((1 - events / n) / events)
    ratio = events / expected
    return Estimate(ratio, float(ratio * np.exp(-half)), float(ratio * np.exp(half)))


def _distance(fit: Calibration, mass: float) -> Estimate:
    """Return the mean distance of the calibration curve, its interval by resampling cases.

    What is near a statement stays what it is among the cases themselves.
    """
    if fit.n < FEWEST_TO_COMPARE or np.isnan(fit.ici):
        return Estimate(fit.ici)
    cells = Cells.of(fit.p)
    events = cells.true(fit.y)
    shares = np.concatenate([events, cells.count - events]) / fit.n
    drawn = np.random.default_rng(0).multinomial(fit.n, shares, RESAMPLED).T.astype(float)
    true = drawn[: len(events)]
    count = true + drawn[len(events) :]
    away = np.abs(cells.centre[:, None] - cells.curve(count, true))
    means = np.where(count > 0, count * away, 0).sum(axis=0) / fit.n
    low, high = np.quantile(means, [(1 - mass) / 2, (1 + mass) / 2])
    return Estimate(fit.ici, float(low), float(high))
