"""Does the model make such patients: each case and each answer beside cohorts of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import (
    Array,
    Codes,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    copied_property,
    counted,
    percent,
    percent_range,
    shown,
    takes,
)
from hamknee.evaluation.intervals import FEWEST_TO_COMPARE, wilson
from hamknee.evaluation.replicates import replicate, worlds
from hamknee.inference import A_MODEL, Model, log_total
from hamknee.network import (
    SOME_CASES,
    AnyMapping,
    Cases,
    CasesError,
    LabelledCases,
    Vocabulary,
    as_labelled,
)

if TYPE_CHECKING:
    import pandas as pd


REPLICATES = 300
"""Cohorts that the model makes."""

MASS = 0.95
"""Share of the cohorts that an interval holds."""

NAMED = 3
"""How many answers the text names."""

ROUNDING = 1e-9
"""Bits by which two cases that are as likely may differ."""


@shown
@dataclass(frozen=True)
@compares_arrays
class PredictiveCheck(KeptArrays):
    """What was seen in patients, beside what the model makes in as many like them.

    Parameters
    ----------
    vocabulary : Vocabulary
        Of the model.
    cases : sequence
        What each case is called.
    impossible : int
        Cases left out, because the model holds their diagnosis or context impossible.
    surprise : ndarray, shape (cases,)
        -log2 P(answers, diagnosis and context of the case), in bits; infinite where impossible.
    no_likelier : ndarray, shape (cases,)
        How many of the patients that the model makes beside a case are no likelier than it.
    n, seen : ndarray, shape (answers,)
        How many cases know the variable of an answer, and how many gave the answer.
    made : ndarray, shape (replicates, answers)
        How many give it in each cohort of the model.

    Examples
    --------
    >>> import hamknee
    >>> check = hamknee.predictive_check(hamknee.load(), replicates=50)  # the published cases
    >>> check.table[["variable", "state", "n", "observed", "expected", "low", "high"]].shape[1]
    7
    >>> check.by_case.columns.tolist()
    ['case', 'surprise', 'rarer']
    """

    vocabulary: Vocabulary
    cases: Sequence[object]
    impossible: int
    surprise: Array
    no_likelier: Array
    n: Array
    seen: Array
    made: Array

    @property
    def replicates(self) -> int:
        """Number of cohorts that the model made."""
        return len(self.made)

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row an answer, the furthest off first.

        The columns are variable, state and their labels; n, the cases that know the variable; the
        share that gave the answer, observed, and expected with the interval of 95 % of the model's
        cohorts, low and high; z, how many standard deviations apart; and off, whether outside.
        """
        import pandas as pd

        variables = self.vocabulary.having("trait", "finding")
        frame = pd.DataFrame(
            [
                (variable.name, state.name, variable.label, state.label)
                for variable in variables
                for state in variable.states
            ],
            columns=["variable", "state", "variable_label", "state_label"],
        )
        count = np.maximum(self.n, 1)
        low, high = np.quantile(self.made, [(1 - MASS) / 2, (1 + MASS) / 2], axis=0) / count
        spread, gap = self.made.std(axis=0), self.seen - self.made.mean(axis=0)
        frame["n"] = self.n.astype(int)
        frame["observed"], frame["expected"] = self.seen / count, self.made.mean(axis=0) / count
        frame["low"], frame["high"] = low, high
        frame["z"] = np.divide(gap, spread, out=np.zeros_like(gap), where=spread > 0)
        frame["off"] = (frame["observed"] < low) | (frame["observed"] > high)
        asked = frame[frame["n"] > 0]
        return asked.sort_values("z", key=np.abs, ascending=False, ignore_index=True)

    @copied_property
    def by_case(self) -> pd.DataFrame:
        """One row a case: case, surprise in bits, rarer: share of the model's no likelier."""
        import pandas as pd

        rarer = (1 + self.no_likelier) / (1 + self.replicates)
        columns = {"case": list(self.cases), "surprise": self.surprise, "rarer": rarer}
        return pd.DataFrame(columns)

    @cached_property
    def text(self) -> str:
        """Plain sentences: how rare the patients are to the model, and which answers are off."""
        n = len(self.cases)
        lost = f" {self.impossible} left out, impossible by the model." if self.impossible else ""
        about = f"{counted(n, 'cases')}, each beside {self.replicates} that the model makes.{lost}"
        if n < FEWEST_TO_COMPARE:
            return f"{about} Too few cases to say whether the model makes such patients."
        return f"{about} {self._rare_text} {self._off_text}"

    @property
    def _rare_text(self) -> str:
        rare, n = int((self.by_case["rarer"] <= 0.05).sum()), len(self.cases)
        low, high = (float(end) for end in wilson(rare, n, MASS))
        share = f"{percent(rare / n)}, {percent(MASS)} interval {percent_range(low, high)}"
        verdict = "more than" if low > 0.05 else "as many as" if high >= 0.05 else "fewer than"
        return (
            f"{rare:,} of them ({share}) are rarer than 19 of 20 of the model's; that is {verdict} "
            "the 5 % that would be by chance."
        )

    @property
    def _off_text(self) -> str:
        off = self.table[self.table["off"]]
        whole = (
            f"Of {len(self.table)} answers {len(off)} are given more or less often than in "
            f"{percent(MASS)} of the model's cohorts"
        )
        if off.empty:
            return f"{whole}."
        words = [
            f"{row['variable_label']} ({row['state_label']}), {percent(row['observed'])} of "
            f"{row['n']}, {percent(row['expected'])} expected"
            for row in off.drop_duplicates("variable").head(NAMED).to_dict(orient="records")
        ]
        return f"{whole}. Furthest off: {'; '.join(words)}."


@takes(model=A_MODEL, cases=SOME_CASES)
def predictive_check(
    model: Model,
    cases: LabelledCases | pd.DataFrame | str | Path | None = None,
    *,
    mapping: AnyMapping = None,
    replicates: int = REPLICATES,
    seed: int = 1,
) -> PredictiveCheck:
    """Ask whether the model makes such patients: a prior predictive check of a cohort.

    Beside each case the model makes patients with the same diagnosis and context, and the same
    questions answered; its tables are drawn anew for each cohort. Then it is told how often each
    answer is given, and how probable each patient is. With a model whose numbers have learned from
    the same cohort (`hamknee.update`) it is a posterior predictive check: what is still off then is
    not for want of numbers but of arrows, states or causes.

    Parameters
    ----------
    model : Model
        What is criticised.
    cases : LabelledCases, DataFrame, or path, optional
        As for `hamknee.evaluate`; by default the published cases. Where a diagnosis is not known,
        it is drawn by the model as well. Only definite answers count.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `hamknee.score`.
    replicates, seed : int
        Of the cohorts that the model makes.

    Raises
    ------
    CasesError, TableError
        If the cases cannot be used, or none is possible.
    HamkneeError
        If `replicates` is out of range.

    Notes
    -----
    Box (1980), JRSS A 143:383; Gelman, Meng & Stern (1996), Statistica Sinica 6:733. Answers are
    not all independent, and the more of them are asked the more are off by chance: one in twenty.

    Examples
    --------
    >>> import hamknee
    >>> print(hamknee.predictive_check(hamknee.load(), replicates=50).text)
    111 cases, each beside 50 that the model makes. ...
    """
    if replicates < 2:
        raise HamkneeError(f"found {replicates} replicates; allowed: 2 or more")
    labelled = as_labelled(model.vocabulary, cases, mapping)
    start, which = worlds(model, labelled)
    possible = np.isfinite(log_total(model.log_joint(start)))[which]
    if not possible.any():
        raise CasesError("no case is possible by the model; allowed: at least one")
    kept = labelled[possible]
    start, which = worlds(model, kept)
    sizes = np.array(model.engine.sizes)
    asked = [each.role in ("trait", "finding") for each in model.vocabulary.variables]
    known = kept.with_diagnosis().codes
    answered = (known < sizes) & asked
    given = start.codes[which]
    open_ = answered & (given == sizes)

    def seen_as(answers: Codes) -> Array:
        """Return -log2 P of the cases with these answers to what was answered, in bits."""
        cases = Cases(model.vocabulary, np.where(open_, answers, given), start.weights)
        _, log_p = model.engine.posteriors(cases.codes, cases.weights)
        return np.asarray(-log_p / np.log(2))

    def counts(answers: Codes) -> Array:
        """Return how often each answer is given, shape (answers,)."""
        return np.concatenate(
            [
                np.bincount(answers[answered[:, v], v], minlength=sizes[v])
                for v in np.flatnonzero(asked)
            ]
        )

    rng = np.random.default_rng(seed)
    surprise, made = seen_as(known), []
    no_likelier = np.zeros(len(kept), dtype=int)
    for codes in replicate(model, kept, replicates, rng):  # one at a time: cohorts may be large
        made.append(counts(codes))
        no_likelier += seen_as(codes) >= surprise - ROUNDING
    return PredictiveCheck(
        vocabulary=model.vocabulary,
        cases=kept.cases.names(),
        impossible=int((~possible).sum()),
        surprise=surprise,
        no_likelier=no_likelier,
        n=np.repeat(answered.sum(axis=0)[asked], sizes[asked]),
        seen=counts(known),
        made=np.array(made),
    )
