"""How urgent the answers alone make each case, beside what its diagnosis calls for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    HamkneeError,
    KeptArrays,
    copied_property,
    listing,
    percent,
    percent_range,
    shown,
    suggestion,
    takes,
)
from hamknee.evaluation import NOT_KNOWN, Estimate, wilson
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.rules import called_for
from hamknee.guidance.texts import Guidance
from hamknee.guidance.triaging import triage
from hamknee.inference import A_MODEL, ImpossibleEvidenceError, Model
from hamknee.network import (
    SOME_CASES,
    AnyMapping,
    CasesError,
    Evidence,
    LabelledCases,
    Variable,
    as_labelled,
    diagnoses,
    diagnosis_label,
    distinct_diagnoses,
    that_count,
)

if TYPE_CHECKING:
    import pandas as pd


VERDICTS = ("over", "right", "under")
"""More urgent than called for, as urgent, and less urgent."""


@shown
@dataclass(frozen=True)
class TriageCheck(KeptArrays):
    """The levels that answers alone lead to, beside those that the diagnoses call for.

    Parameters
    ----------
    target : Variable
        What the diagnoses are states of.
    guidance : Guidance
        Whose levels and rules are meant.
    cases : sequence
        What each case that counts is called.
    diagnoses : sequence of str
        The diagnosis of each by name; ``a|b`` where it is one of several.
    reached : sequence of str or None
        The level of each; None where its findings are impossible, so that it gets none.
    called_for : sequence of str
        The level that the diagnosis of each calls for.
    mass : float
        Of the intervals.
    signs : bool
        Whether the warning signs were answered too.
    stated : bool
        Whether the cases themselves say how urgent they were.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> cases = pd.DataFrame({"condition": ["dvt", "dvt|strain"], "onset": ["days", "sudden"]})
    >>> check = hamknee.triage_check(hamknee.load(), cases)
    >>> list(check.called_for)  # of one of several the least demanding counts
    ['same_day', 'self_care']
    >>> check.under + check.over + check.verdicts.count("right") == check.n
    True
    >>> list(check.by_diagnosis)[:5]
    ['condition', 'label', 'called_for', 'n', 'under']
    """

    target: Variable
    guidance: Guidance
    cases: Sequence[object]
    diagnoses: Sequence[str]
    reached: Sequence[str | None]
    called_for: Sequence[str]
    mass: float
    signs: bool = False
    stated: bool = False

    @property
    def n(self) -> int:
        """Number of cases that count."""
        return len(self.cases)

    @property
    def impossible(self) -> int:
        """Cases whose findings the model holds to be impossible."""
        return sum(level is None for level in self.reached)

    @property
    def called(self) -> int:
        """Cases that call for more than the least urgent level."""
        return sum(level != self._least for level in self.called_for)

    @property
    def under(self) -> int:
        """Cases that got a less urgent level than they call for."""
        return self.verdicts.count("under")

    @property
    def over(self) -> int:
        """Cases that got a more urgent level than they call for."""
        return self.verdicts.count("over")

    @copied_property
    def verdicts(self) -> list[str]:
        """For each case ``over``, ``right`` or ``under``; no level counts as the least urgent."""
        place = self.guidance.urgency
        pairs = zip(self.reached, self.called_for, strict=True)
        gaps = [place(reached or self._least) - place(called) for reached, called in pairs]
        return [VERDICTS[1 + (gap > 0) - (gap < 0)] for gap in gaps]

    @cached_property
    def share_under(self) -> Estimate:
        """Share of under-triaged cases among those that call for more than the least urgent level.

        With Wilson's interval (`hamknee.evaluation.wilson`); NaN where no case does.
        """
        if not self.called:
            return NOT_KNOWN
        low, high = wilson(self.under, self.called, self.mass)
        return Estimate(self.under / self.called, float(low), float(high))

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a case: case, the target, label, reached, called_for, verdict."""
        import pandas as pd

        return pd.DataFrame(
            {
                "case": list(self.cases),
                self.target.name: list(self.diagnoses),
                "label": [diagnosis_label(self.target, one) for one in self.diagnoses],
                "reached": list(self.reached),
                "called_for": list(self.called_for),
                "verdict": self.verdicts,
            }
        )

    @copied_property
    def by_diagnosis(self) -> pd.DataFrame:
        """One row a diagnosis: target, label, called_for, n, under, and how many got each level.

        In the target's order; a diagnosis that is one of several (``a|b``) is a row of its own.
        What is missing to `n` got no level.
        """
        import pandas as pd

        levels, rows = list(self.guidance.levels), []
        for diagnosis in distinct_diagnoses(self.target, self.diagnoses):
            of = [i for i, other in enumerate(self.diagnoses) if other == diagnosis]
            got = [self.reached[i] for i in of]
            label, called_for = diagnosis_label(self.target, diagnosis), self.called_for[of[0]]
            under = sum(self.verdicts[i] == "under" for i in of)
            rows.append((diagnosis, label, called_for, len(of), under, *map(got.count, levels)))
        columns = [self.target.name, "label", "called_for", "n", "under", *levels]
        return pd.DataFrame(rows, columns=columns)

    @copied_property
    def by_level(self) -> pd.DataFrame:
        """One row a level called for: level, label, n, and the shares under- and over-triaged.

        Each share with the ends of Wilson's interval (``under_low`` …); NaN where no case is.
        """
        import pandas as pd

        rows = []
        for name, level in self.guidance.levels.items():
            verdicts = [
                verdict
                for verdict, called in zip(self.verdicts, self.called_for, strict=True)
                if called == name
            ]
            shares = [self._share(verdicts, verdict) for verdict in ("under", "over")]
            rows.append((name, level.label, len(verdicts), *shares[0], *shares[1]))
        ends = [f"{verdict}{end}" for verdict in ("under", "over") for end in ("", "_low", "_high")]
        return pd.DataFrame(rows, columns=["level", "label", "n", *ends])

    def _share(self, verdicts: Sequence[str], verdict: str) -> tuple[float, float, float]:
        if not verdicts:
            return np.nan, np.nan, np.nan
        count = verdicts.count(verdict)
        low, high = wilson(count, len(verdicts), self.mass)
        return count / len(verdicts), float(low), float(high)

    @cached_property
    def text(self) -> str:
        """Plain sentences: how many were told too little and too much, by what they call for.

        Says which warning signs were answered, because that is what the figures depend on.
        """
        cases = f"{self.n:,} {'case' if self.n == 1 else 'cases'}"
        asked = "with the warning signs that the reports state; all others answered with no"
        alone = "by their answers alone: no warning sign was asked about"
        notes = [f"{cases}, {asked if self.signs else alone}."]
        if self.impossible:
            notes.append(
                f"{self.impossible:,} with impossible findings got no level, and count as "
                f"{self._quoted(self._least)}."
            )
        return " ".join([*notes, self._under_text, self._over_text])

    # How ----------------------------------------------------------------------------------

    @property
    def _least(self) -> str:
        return self.guidance.most_urgent([])

    def _quoted(self, level: str) -> str:
        return f"“{self.guidance.levels[level].label}”"

    @property
    def _whose(self) -> str:
        return "that call" if self.stated else "whose diagnosis calls"

    @property
    def _under_text(self) -> str:
        more = f"for more than {self._quoted(self._least)}"
        if not self.called:
            return f"No {'case' if self.stated else 'diagnosis'} calls {more}."
        return (
            f"Under-triaged: {self.under:,} of the {self.called:,} {self._whose} {more}, "
            f"{self._share_text(self.under, self.called)}; that is {self._by_level('under')}."
        )

    @property
    def _over_text(self) -> str:
        text = (
            f"Over-triaged: {self.over:,} of all {self.n:,}, {self._share_text(self.over, self.n)}"
        )
        by_level = self._by_level("over")
        return f"{text}; that is {by_level}." if by_level else f"{text}."

    def _share_text(self, count: int, of: int) -> str:
        low, high = wilson(count, of, self.mass)
        ends = percent_range(float(low), float(high))
        return f"{percent(count / of)} ({percent(self.mass)} interval {ends})"

    def _by_level(self, verdict: str) -> str:
        """Return how many of those that call for each level got another, in words.

        Nothing is less urgent than the last level, and nothing more urgent than the first.
        """
        levels, parts = list(self.guidance.levels), []
        for row in self.by_level.to_dict(orient="records"):
            if row["n"] and row["level"] != levels[-1 if verdict == "under" else 0]:
                ends = percent_range(row[f"{verdict}_low"], row[f"{verdict}_high"])
                count, level = round(row[verdict] * row["n"]), self._quoted(row["level"])
                parts.append(f"{count:,} of {row['n']:,} that call for {level} ({ends})")
        return " and ".join(parts)


@takes(model=A_MODEL, cases=SOME_CASES)
def triage_check(
    model: Model,
    cases: LabelledCases | pd.DataFrame | str | Path | None = None,
    *,
    mapping: AnyMapping = None,
    min_findings: int = 0,
    mass: float = 0.95,
    signs: bool = False,
) -> TriageCheck:
    """Compare the level that each case gets with the one that it calls for.

    Where the cases have a column ``urgency``, that is what they call for, and those without are
    left out. Elsewhere the diagnosis calls for it.

    A case is triaged with its findings alone and no warning sign answered, because reports do not
    tell the answers; a sign that the findings themselves answer or suggest counts, as always. Its
    diagnosis calls for the level that the rules of the guidance give to a condition that is
    certain. Where the diagnosis is one of several, the least demanding of them counts, so that no
    case is called under-triaged for a condition that it may not have had.

    Under-triaged is a case that got a less urgent level than it calls for, over-triaged one that
    got a more urgent level. Cases whose diagnosis is not known are left out. Cases with impossible
    findings get no level, and count as if they had got the least urgent.

    Parameters
    ----------
    model : Model
        With guidance, and an equivalent sample size for each column.
    cases : LabelledCases, DataFrame, or path, optional
        As for `hamknee.evaluate`; by default the published cases. A case takes some milliseconds,
        because its level rests on thousands of draws.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `hamknee.score`.
    min_findings : int
        Leave out cases of which fewer findings are known; context, age and sex do not count.
    mass : float
        Of the intervals of the shares.
    signs : bool
        Whether the warning signs are answered: those in the column ``red_flags`` (names with ``|``
        between) with yes, all others with no. Otherwise none is answered.

    Returns
    -------
    TriageCheck

    Raises
    ------
    CasesError, TableError
        If the cases cannot be used, or none is left.
    HamkneeError
        If no guidance goes with the model, or a number is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> cases = pd.DataFrame({"condition": ["dvt", "strain"], "onset": ["gradual", "sudden"]})
    >>> check = hamknee.triage_check(hamknee.load(), cases)
    >>> check.table[["condition", "called_for"]]
      condition called_for
    0       dvt   same_day
    1    strain  self_care
    >>> print(check.text)
    2 cases, by their answers alone: no warning sign was asked about. ...
    """
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass}; allowed: between 0 and 1")
    guidance = guidance_for(model)
    target = model.vocabulary.target
    kept = that_count(as_labelled(model.vocabulary, cases, mapping), min_findings)
    stated = _texts(kept, "urgency")
    if any(stated):
        kept = kept[np.array([bool(level) for level in stated])]
        called = _stated_levels(guidance, stated)
    else:
        certain = [called_for(guidance, [name]) for name in target.state_names]
        calls = np.array([guidance.urgency(level) for level in certain])
        called = [list(guidance.levels)[_least_demanding(calls, truth)] for truth in kept.truth]
    flags = [_signs(guidance, text) if signs else {} for text in _texts(kept, "red_flags")]
    return TriageCheck(
        target=target,
        guidance=guidance,
        cases=kept.cases.names(),
        diagnoses=diagnoses(target, kept.truth),
        reached=[_level(model, kept.cases.evidence(row), flags[row]) for row in range(len(kept))],
        called_for=called,
        mass=mass,
        signs=signs,
        stated=any(stated),
    )


def _texts(cases: LabelledCases, column: str) -> list[str]:
    """Return a column that is no variable as texts; empty ones where there is none."""
    if column not in cases.about:
        return [""] * len(cases)
    return [text if isinstance(text, str) else "" for text in cases.about[column]]


def _stated_levels(guidance: Guidance, stated: Sequence[str]) -> list[str]:
    levels = [level for level in stated if level]
    for level in levels:
        if level not in guidance.levels:
            hint = suggestion(level, guidance.levels)
            allowed = listing(guidance.levels)
            raise CasesError(f"unknown urgency {level!r}{hint}; allowed: {allowed}")
    return levels


def _signs(guidance: Guidance, text: str) -> dict[str, object]:
    """Return answers to all warning signs: yes to those named."""
    there = [name.strip() for name in text.split("|") if name.strip()]
    for name in there:
        if name not in guidance.flags:
            hint = suggestion(name, guidance.flags)
            allowed = listing(guidance.flags)
            raise CasesError(f"unknown warning sign {name!r}{hint}; allowed: {allowed}")
    return {name: name in there for name in guidance.flags}


def _least_demanding(calls: npt.NDArray[np.intp], truth: npt.NDArray[np.float64]) -> int:
    return int(calls[truth > 0].max())


def _level(model: Model, evidence: Evidence, flags: Mapping[str, object]) -> str | None:
    """Return the level of a case; None where its findings are impossible.

    A report that does not tell a finding counts as one in which it was asked in vain.
    """
    not_known = [name for name in model.vocabulary if name not in evidence]
    try:
        return triage(model, evidence, flags, not_known=not_known).level
    except ImpossibleEvidenceError:
        return None
