"""How good the answers are on cases whose diagnosis is known, beside simple baselines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    FrozenMapping,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    copied_property,
    percent,
    percent_range,
    read_only,
    shown,
    takes,
)
from hamknee.evaluation.baselines import BASELINES, posteriors
from hamknee.evaluation.calibrating import Calibration, Which, calibration
from hamknee.evaluation.decision_curves import THRESHOLDS, DecisionCurve, decision_curve
from hamknee.evaluation.intervals import FEWEST_TO_COMPARE, wilson
from hamknee.evaluation.metrics import MEASURES, SHARES, Scoreboard, rank_of_truth, scores
from hamknee.evaluation.recalibration_layer import RecalibrationLayer
from hamknee.inference import A_MODEL, Model
from hamknee.network import (
    SOME_CASES,
    AnyMapping,
    CasesError,
    LabelledCases,
    Variable,
    as_labelled,
    diagnoses,
    diagnosis_label,
    distinct_diagnoses,
    find_state,
    that_count,
)

if TYPE_CHECKING:
    import pandas as pd


FORECASTS: Mapping[str, str] = {
    "model": "hamknee",
    "prior_only": "prior only",
    "naive_bayes": "naive Bayes",
    "recalibrated": "recalibrated",
}
"""What is compared, and what people read."""

KIND = "kind"
"""The column that says of which kind a case is; kinds are told apart."""

UNSAID = "not said"
"""The kind of cases that name none, where others do."""

MOST_KINDS = 12
"""With more different ones than this the column is taken for something else."""


@shown
@dataclass(frozen=True)
@compares_arrays
class Evaluation(KeptArrays):
    """Scores of a model and its baselines on the same cases.

    Parameters
    ----------
    target : Variable
        What was to be found.
    cases : sequence
        What each case that counts is called.
    truth : ndarray, shape (cases, states)
        1 for each state that the diagnosis may be, else 0.
    probabilities : mapping of str to ndarray, each (cases, states)
        P(target | case) by the ``model`` and by each baseline; a row of NaN where the findings
        are impossible.
    read, undiagnosed : int
        Cases there were, and those left out because their diagnosis is not known.
    min_findings : int
        Known findings that a case needed to count.
    mass : float
        Of each interval.
    kinds : sequence of str
        What kind of case each is, such as ``ordinary``; empty where the cases do not tell.

    Examples
    --------
    >>> import hamknee
    >>> evaluation = hamknee.evaluate(hamknee.load())
    >>> sorted(evaluation.by_kind)
    ['case_report', 'ordinary']
    >>> evaluation.top1 <= evaluation.top3
    True
    >>> evaluation.by_case.columns.tolist()
    ['case', 'condition', 'first', 'p_first', 'p_true', 'rank']
    >>> evaluation.calibration("strain").label
    'Distal hamstring strain'
    >>> evaluation.decision_curve("rupture", [0.1, 0.3]).net_benefit.shape
    (2,)
    """

    target: Variable
    cases: Sequence[object]
    truth: Array
    probabilities: Mapping[str, Array] = field(repr=False)
    read: int
    undiagnosed: int
    min_findings: int
    mass: float
    kinds: Sequence[str] = ()

    @cached_property
    def by_kind(self) -> Mapping[str, Evaluation]:
        """The same of each kind of case alone; empty where there are no two kinds."""
        names = list(dict.fromkeys(self.kinds))
        return FrozenMapping((n, self._of_kind(n)) for n in names if len(names) > 1)

    @copied_property
    def kind_table(self) -> pd.DataFrame:
        """One row a kind of case: kind, n, top1, top3, log_loss, brier, of the model alone."""
        import pandas as pd

        rows = [
            (name, part.n, *(getattr(part, measure) for measure in MEASURES))
            for name, part in self.by_kind.items()
        ]
        return pd.DataFrame(rows, columns=["kind", "n", *MEASURES])

    @property
    def n(self) -> int:
        """Number of cases that count."""
        return len(self.cases)

    @property
    def top1(self) -> float:
        """Share of the cases in which the right condition comes first."""
        return self.board.value("model", "top1")

    @property
    def top3(self) -> float:
        """Share of the cases in which the right condition is among the first three."""
        return self.board.value("model", "top3")

    @property
    def log_loss(self) -> float:
        """Mean of -ln P(right condition), in nats."""
        return self.board.value("model", "log_loss")

    @property
    def brier(self) -> float:
        """Mean multi-class Brier score, from 0 to 2."""
        return self.board.value("model", "brier")

    @property
    def impossible(self) -> int:
        """Cases whose findings the model holds to be impossible; they count as wrong."""
        return int((~self._answered).sum())

    @property
    def excluded(self) -> int:
        """Cases whose right condition was given probability 0, impossible ones left out."""
        losses = self.board.by_case["model"]["log_loss"]
        return int(np.isinf(losses[self._answered]).sum())

    @cached_property
    def board(self) -> Scoreboard:
        """The scores of the model and its baselines, case by case and as means."""
        by_case = {name: scores(p, self.truth) for name, p in self.probabilities.items()}
        return Scoreboard(by_case, self.mass)

    @property
    def table(self) -> pd.DataFrame:
        """One row a forecast and measure: forecast, measure, value, low, high."""
        return self.board.table

    @property
    def differences(self) -> pd.DataFrame:
        """Model minus each baseline: baseline, measure, value, low, high."""
        return self.board.differences

    @copied_property
    def by_case(self) -> pd.DataFrame:
        """One row a case: case, the target, first, p_first, p_true, rank of the right one.

        Where the findings are impossible, all but the first two are missing.
        """
        import pandas as pd

        posterior, names = (
            self.probabilities["model"],
            np.array(self.target.state_names, dtype=object),
        )
        p = np.where(self._answered[:, None], posterior, 0.0)
        blank = np.where(self._answered, 1.0, np.nan)
        return pd.DataFrame(
            {
                "case": list(self.cases),
                self.target.name: self._diagnoses,
                "first": np.where(self._answered, names[p.argmax(axis=1)], None),
                "p_first": p.max(axis=1) * blank,
                "p_true": (p * self.truth).sum(axis=1) * blank,
                "rank": rank_of_truth(p, self.truth) * blank,
            }
        )

    @copied_property
    def by_condition(self) -> pd.DataFrame:
        """One row a diagnosis: target, label, n, top1, top3, mean_p (of the right condition).

        Beside each share stand the ends of its Wilson interval: ``top1_low`` and so on. In the
        target's order; a diagnosis that is one of several (``a|b``) is a row of its own,
        and conditions that no case has are left out.
        """
        import pandas as pd

        scored = self.board.by_case["model"]
        p_true = np.nan_to_num((self.probabilities["model"] * self.truth).sum(axis=1))
        rows: list[dict[str, object]] = []
        for diagnosis in distinct_diagnoses(self.target, self._diagnoses):
            of = np.array([other == diagnosis for other in self._diagnoses])
            n = int(of.sum())
            label = diagnosis_label(self.target, diagnosis)
            row: dict[str, object] = {self.target.name: diagnosis, "label": label, "n": n}
            for measure in SHARES:
                low, high = wilson(scored[measure][of].sum(), n, self.mass)
                row[measure] = float(scored[measure][of].mean())
                row |= {f"{measure}_low": float(low), f"{measure}_high": float(high)}
            rows.append(row | {"mean_p": float(p_true[of].mean())})
        return pd.DataFrame(rows)

    @copied_property
    def confusion(self) -> pd.DataFrame:
        """One row a pair: target (the diagnosis), label, first, first_label, n.

        Only cases with one diagnosis and an answer are counted.
        """
        import pandas as pd

        size = len(self.target.states)
        certain = self._certain
        first = np.nan_to_num(self.probabilities["model"][certain]).argmax(axis=1)
        counts = np.zeros((size, size), dtype=int)
        np.add.at(counts, (self.truth[certain].argmax(axis=1), first), 1)
        states = self.target.states
        pairs = [(a.name, a.label, b.name, b.label) for a in states for b in states]
        columns = [self.target.name, "label", "first", "first_label"]
        return pd.DataFrame(pairs, columns=columns).assign(n=counts.ravel())

    @cached_property
    def text(self) -> str:
        """Plain sentences: which cases count, how good the answers are, what they have to beat."""
        return " ".join([self._which_text, self._good_text, *self._kind_texts, self._beaten_text])

    def calibration(self, condition: str | None = None, *, of: Which = "every") -> Calibration:
        """Return how probabilities compare with what came true, in cases with one diagnosis.

        Parameters
        ----------
        condition : str, optional
            Look at this one alone.
        of : {"every", "first"}
            Without `condition`: all statements together, or the most probable of each case.

        Raises
        ------
        HamkneeError
            If there is no such condition, or no case with one diagnosis and an answer.
        """
        p, y = self._one_diagnosis()
        if condition is None:
            return calibration(p, y, of=of, mass=self.mass)
        place = find_state(self.target, condition)
        about = self.target.states[place].label
        return calibration(p[:, place], y[:, place], label=about, mass=self.mass)

    def decision_curve(
        self,
        condition: str,
        thresholds: Sequence[float] | Array = THRESHOLDS,
        *,
        prevalence: float | None = None,
    ) -> DecisionCurve:
        """Return the net benefit of acting on one condition, in cases with one diagnosis.

        Parameters
        ----------
        condition : str
            A state of the target.
        thresholds : sequence of float
            Probabilities from which on one would act.
        prevalence : float, optional
            Share of people with the condition where one would act; by default that of the cases.

        Raises
        ------
        HamkneeError
            As for `calibration`, or if a threshold or the prevalence is out of range.
        """
        p, y = self._one_diagnosis()
        place = find_state(self.target, condition)
        return decision_curve(
            p[:, place],
            y[:, place],
            thresholds,
            label=self.target.states[place].label,
            prevalence=prevalence,
            mass=self.mass,
        )

    def as_json(self) -> dict[str, object]:
        """Return everything but the single cases as JSON holds it; infinity and NaN are None."""
        rows = self.by_condition.drop(columns="label").set_index(self.target.name)
        summary = {name: self._json(name) for name in self.probabilities}
        return {
            "n": self.n,
            **summary.pop("model"),
            "by_condition": rows.to_dict(orient="index"),
            "by_kind": {
                name: {"n": part.n, **part._json("model")} for name, part in self.by_kind.items()
            },
            "baselines": summary,
            "cases": {
                "read": self.read,
                "diagnosis_unknown": self.undiagnosed,
                "min_findings": self.min_findings,
                "impossible": self.impossible,
                "excluded": self.excluded,
            },
            "mass": self.mass,
        }

    # How ----------------------------------------------------------------------------------

    def _of_kind(self, name: str) -> Evaluation:
        chosen = np.array([kind == name for kind in self.kinds])
        return replace(
            self,
            cases=[case for case, of in zip(self.cases, chosen, strict=True) if of],
            truth=self.truth[chosen],
            probabilities={who: p[chosen] for who, p in self.probabilities.items()},
            kinds=(),
        )

    @property
    def _kind_texts(self) -> Iterator[str]:
        """Yield a sentence for each kind of case, because they are of different difficulty."""
        for name, part in self.by_kind.items():
            top1, top3, log_loss, _ = (part.board.interval("model", name) for name in MEASURES)
            yield (
                f"Of the {part.n} of kind {name.replace('_', ' ')}: first in {percent(part.top1)} "
                f"({percent_range(*top1)}), among the first three in {percent(part.top3)} "
                f"({percent_range(*top3)}), log loss {number_range(part.log_loss, *log_loss)}."
            )

    @cached_property
    def _answered(self) -> npt.NDArray[np.bool_]:
        return read_only(np.asarray(~np.isnan(self.probabilities["model"]).any(axis=1)))

    @property
    def _certain(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self._answered & (self.truth.sum(axis=1) == 1))

    @cached_property
    def _diagnoses(self) -> list[str]:
        return diagnoses(self.target, self.truth)

    def _one_diagnosis(self) -> tuple[Array, Array]:
        if not self._certain.any():
            raise CasesError(
                "no case has one diagnosis and possible findings; allowed: at least one"
            )
        return self.probabilities["model"][self._certain], self.truth[self._certain]

    def _json(self, forecast: str) -> dict[str, object]:
        values = {name: _finite(self.board.value(forecast, name)) for name in MEASURES}
        ends = {
            name: [_finite(end) for end in self.board.interval(forecast, name)] for name in MEASURES
        }
        return values | {"intervals": ends}

    @property
    def _which_text(self) -> str:
        with_findings = f" with at least {self.min_findings} findings" if self.min_findings else ""
        unknown = f"; {self.undiagnosed:,} left out, diagnosis unknown" if self.undiagnosed else ""
        notes = f"{self.n:,} of {self.read:,} cases{with_findings}{unknown}."
        if self.impossible:
            notes += f" {self.impossible} with impossible findings count as wrong."
        if self.excluded:
            notes += f" In {self.excluded} the right condition was given probability 0."
        return notes

    @property
    def _good_text(self) -> str:
        top1, top3, log_loss, brier = (self.board.interval("model", name) for name in MEASURES)
        return (
            f"The right condition comes first in {percent(self.top1)} ({percent(self.mass)} "
            f"interval {percent_range(*top1)}) and is among the first three in "
            f"{percent(self.top3)} ({percent_range(*top3)}). "
            f"Log loss {number_range(self.log_loss, *log_loss)}, "
            f"Brier score {number_range(self.brier, *brier)} of at most 2."
        )

    @property
    def _rivals(self) -> list[str]:
        return [name for name in self.probabilities if name != "model"]

    @property
    def _beaten_text(self) -> str:
        if self.n < FEWEST_TO_COMPARE:
            rivals = " or ".join(FORECASTS[name] for name in self._rivals)
            return f"Too few cases to compare with {rivals}."
        clear, unclear = [], []
        for name in self._rivals:
            gap, _ = self.board.difference("model", name, "log_loss")
            if self.board.clear("model", name, "log_loss"):
                by = f"{abs(gap):.2f} {'lower' if gap < 0 else 'higher'}"
                clear.append(f"{by} than with {FORECASTS[name]}")
            else:
                unclear.append(FORECASTS[name])
        sentences = [f"The log loss is {' and '.join(clear)}."] if clear else []
        if unclear:
            sentences.append(f"These cases cannot tell it from that with {' or '.join(unclear)}.")
        return " ".join(sentences)


@takes(model=A_MODEL, cases=SOME_CASES)
def evaluate(
    model: Model,
    cases: LabelledCases | pd.DataFrame | str | Path | None = None,
    *,
    mapping: AnyMapping = None,
    min_findings: int = 0,
    mass: float = 0.95,
    recalibration: RecalibrationLayer | None = None,
) -> Evaluation:
    """Score a model on cases whose diagnosis is known, beside two baselines on the same cases.

    `scores` defines the measures. The rivals are the probabilities of the context
    alone, and the same numbers as if all findings were independent. Cases whose diagnosis is not
    known are left out and counted. Cases with impossible findings are kept, and count as wrong.
    Where a column ``kind`` says of which kind each case is, the kinds are told apart as well.

    Parameters
    ----------
    model : Model
        What is checked.
    cases : LabelledCases, DataFrame, or path, optional
        As for `hamknee.network.label` or `read_labelled`; by default the published cases.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `hamknee.score`.
    min_findings : int
        Leave out cases of which fewer findings are known; context, age and sex do not count.
    mass : float
        Of each interval: Wilson's of a share, Student's of a mean.
    recalibration : RecalibrationLayer, optional
        Answers with it are scored beside the model's. Those of cases that it was fitted to are
        better than it is: that is told by `recalibrate`.

    Returns
    -------
    Evaluation

    Raises
    ------
    CasesError, TableError
        If the cases cannot be used, or none is left.
    HamkneeError
        If a number is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> cases = pd.DataFrame(
    ...     {
    ...         "condition": ["strain", "rupture", "bakers_cyst", ""],
    ...         "onset": ["sudden", "sudden", "gradual", "days"],
    ...         "pop": ["", "yes", "no", ""],
    ...     }
    ... )
    >>> evaluation = hamknee.evaluate(hamknee.load(), cases)
    >>> print(evaluation.text)
    3 of 4 cases; 1 left out, diagnosis unknown. The right condition comes first in ...
    >>> evaluation.table["forecast"].unique().tolist()
    ['model', 'prior_only', 'naive_bayes']
    """
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass}; allowed: between 0 and 1")
    labelled = as_labelled(model.vocabulary, cases, mapping)
    kept = that_count(labelled, min_findings)
    forecasts = {"model": posteriors} | dict(BASELINES)
    if recalibration is not None:
        forecasts["recalibrated"] = recalibration.probabilities
    return Evaluation(
        target=model.vocabulary.target,
        cases=kept.cases.names(),
        truth=kept.truth,
        probabilities={name: answer(model, kept.cases) for name, answer in forecasts.items()},
        read=len(labelled),
        undiagnosed=int((~labelled.diagnosed).sum()),
        min_findings=min_findings,
        mass=mass,
        kinds=_kinds(kept),
    )


def _kinds(labelled: LabelledCases) -> list[str]:
    """Return the kind of each case, or nothing where no column tells any."""
    if KIND not in labelled.about.columns:
        return []
    column = labelled.about[KIND]
    kinds = column.where(column.notna(), "").astype(str).str.strip().replace("", UNSAID)
    return kinds.tolist() if (kinds != UNSAID).any() and kinds.nunique() <= MOST_KINDS else []


def number_range(value: float, low: float, high: float) -> str:
    """Return a number and its interval in words: ``1.22 (0.90 to 1.55)``.

    Examples
    --------
    >>> from hamknee.evaluation import number_range
    >>> number_range(1.2199, 0.9, 1.554)
    '1.22 (0.90 to 1.55)'
    >>> number_range(1.2199, float("nan"), float("nan"))  # one case does not tell how they scatter
    '1.22 (no interval)'
    """
    if np.isnan(low) or np.isnan(high):
        return f"{value:.2f} (no interval)"
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
