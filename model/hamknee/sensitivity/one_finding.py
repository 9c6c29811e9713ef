"""What one finding is worth as a test for one state of the target, as the textbooks have it.

Sensitivity is P(finding | state), specificity P(no such finding | no such state), both given what
else is known; the two likelihood ratios are made of them, and lead from the odds before the finding
to the odds after it. Under each draw of the tables all of these go together, so that an interval of
one belongs to the intervals of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    copied_property,
    percent,
    percent_range,
    round_factor,
    shown,
    takes,
    times,
)
from hamknee.inference import A_MODEL, AnyCase, Case, Model
from hamknee.network import check_value, find_state, find_variable, possible_states, value_words
from hamknee.sensitivity.derivatives import on_target
from hamknee.sensitivity.drawing import Sampler, check_ess, ratio_ends

if TYPE_CHECKING:
    import pandas as pd

    from hamknee.network import Value, Variable

LABELS = {
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "lr_plus": "LR+",
    "lr_minus": "LR−",
    "before": "Before it",
    "with_it": "With it",
    "without_it": "Where it is not there",
}
"""What is told of a finding, in the order of the table."""


class Measured(NamedTuple):
    """A value with its interval.

    Parameters
    ----------
    value, low, high : float
        As the tables have it, and the ends of the interval.

    Examples
    --------
    >>> from hamknee.sensitivity import Measured
    >>> Measured(0.67, 0.44, 0.86).high
    0.86
    """

    value: float
    low: float
    high: float


@shown
@dataclass(frozen=True, eq=False)
class FindingValue(KeptArrays):
    """One finding as a test for one state of the target.

    Parameters
    ----------
    case : Case
        What else is known.
    state : int
        Number of the target's state.
    variable : Variable
        What the finding is of.
    value : str or tuple of str
        The state, or the states of which one will do.
    mass : float
        Probability that each interval is to hold.
    measures : mapping of str to Measured
        By name: sensitivity, specificity, both likelihood ratios, and the
        probability before the finding, with it, and where it is not there.

    Examples
    --------
    >>> import hamknee
    >>> model, clinic = hamknee.load(), {"setting": "emergency"}
    >>> value = hamknee.finding_value(model, clinic, "dvt", "swelling", "leg", draws=500)
    >>> sure, unsure = value.measures["sensitivity"], value.measures["specificity"]
    >>> bool(abs(value.measures["lr_plus"].value - sure.value / (1 - unsure.value)) < 1e-9)
    True
    >>> value.people(1000).sum().item()
    1000
    """

    case: Case
    state: int
    variable: Variable
    value: Value
    mass: float
    measures: Mapping[str, Measured]

    @property
    def label(self) -> str:
        """What the finding is, in words."""
        return f"{self.variable.label}: {value_words(self.variable, self.value)}"

    @property
    def condition(self) -> str:
        """What it is a test for, in words."""
        return self.case.posterior.target.states[self.state].label

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row for each measure: measure, label, value, low, high."""
        import pandas as pd

        rows = [(name, LABELS[name], *self.measures[name]) for name in LABELS]
        return pd.DataFrame(rows, columns=["measure", "label", "value", "low", "high"])

    @copied_property
    def rows(self) -> list[tuple[str, str, str]]:
        """What people read of it: label, value, interval."""
        rows = []
        for name, about in self.measures.items():
            if name.startswith("lr"):
                words = round_factor(about.value)
                ends = f"{round_factor(about.low)} to {round_factor(about.high)}"
            else:
                words, ends = percent(about.value), percent_range(about.low, about.high)
            rows.append((LABELS[name], words, ends))
        return rows

    @cached_property
    def text(self) -> str:
        """Plain sentences: how often it is seen with and without, and what it does to the odds."""
        sure, rest = self.measures["sensitivity"].value, 1 - self.measures["specificity"].value
        ratio = self.measures["lr_plus"].value
        often = (
            f"{times(ratio)} times as often with {self.condition} as with the other causes"
            if ratio >= 1
            else f"{times(1 / ratio) if ratio else 'more than 100'} times as often with the other "
            f"causes as with {self.condition}"
        )
        before, after = self.measures["before"].value, self.measures["with_it"].value
        return (
            f"{self.label} is seen in {percent(sure)} of those with {self.condition} and in "
            f"{percent(rest)} of the others: {often}. It takes {self.condition} from "
            f"{percent(before)} to {percent(after)}."
        )

    def people(self, of: int = 1000) -> np.ndarray[tuple[int, int], np.dtype[np.intp]]:
        """Return natural frequencies: of so many people, who has what.

        Parameters
        ----------
        of : int
            How many people.

        Returns
        -------
        ndarray of int, shape (2, 2)
            Rows: with the finding and without it. Columns: with the state and without it.
        """
        ill = round(of * self.measures["before"].value)
        seen = round(ill * self.measures["sensitivity"].value)
        spared = round((of - ill) * self.measures["specificity"].value)
        return np.array([[seen, of - ill - spared], [ill - seen, spared]], dtype=np.intp)


@takes(model=A_MODEL)
def finding_value(
    model: Model,
    evidence: AnyCase,
    state: str,
    finding: str,
    value: object = None,
    *,
    mass: float = 0.9,
    draws: int = 2000,
    seed: int = 0,
) -> FindingValue:
    """Return sensitivity, specificity and likelihood ratios of one finding, with intervals.

    Parameters
    ----------
    model : Model
        With an equivalent sample size for each column that is not logical.
    evidence : mapping or Case
        What else is known, as for `Model.case`. What it says of the finding itself is left out.
    state : str
        State of the target that the finding is a test for.
    finding : str
        Name of a variable.
    value : str or collection of str, optional
        Its state, or states of which one will do; by default what the evidence says of it.
    mass : float
        Probability that each interval is to hold, between 0 and 1.
    draws, seed : int
        As for `credible_interval`.

    Returns
    -------
    FindingValue

    Raises
    ------
    HamkneeError
        If the value is not one or several states, or one that never occurs, or the state is
        certain or ruled out by what else is known.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.case`.

    Notes
    -----
    Fagan (1975), New England Journal of Medicine 293:257; Deeks & Altman (2004), BMJ 329:168.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> value = hamknee.finding_value(model, {}, "rupture", "pop", "yes", draws=500, seed=1)
    >>> print(value.text)
    Pop at the start: Yes is seen in ... % of those with Complete tendon rupture and in ... % of the
    others: ... times as often with Complete tendon rupture as with the other causes. It takes
    Complete tendon rupture from under 1 % to ... %.
    >>> [label for label, *_ in value.rows][:4]
    ['Sensitivity', 'Specificity', 'LR+', 'LR−']
    """
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass}; allowed: between 0 and 1")
    check_ess(model)
    variable, target = find_variable(model.vocabulary, finding), model.vocabulary.target
    if variable.name == target.name:
        raise HamkneeError(f"found {variable.name}; allowed: a finding, not the target")
    known = model.case(evidence).evidence
    checked = known.get(variable.name) if value is None else check_value(variable, value)
    if checked is None or isinstance(checked, Mapping):
        allowed = f"one or several of {', '.join(variable.state_names)}"
        reason = "is not known in this case" if checked is None else "is weighed, not one answer"
        raise HamkneeError(f"{variable.name} {reason}; allowed: a value, {allowed}")
    case, place = model.case(known.without(variable.name)), find_state(target, state)
    if not 0 < case.posterior.probabilities[place] < 1:
        raise HamkneeError(
            f"{target.states[place].name} is certain or ruled out by what else is known; "
            "allowed: a state that is open"
        )
    states = [variable.position[name] for name in possible_states(checked)]
    exact = _exact(case, variable, states, place)
    if not exact[0] and not exact[1]:
        answer = value_words(variable, checked)
        raise HamkneeError(f"{variable.name}: {answer} never occurs here; allowed: what can")
    of_tables = _measures(*exact)
    of_draws = _measures(*_drawn(case, variable, states, place, draws, seed))
    low, high = ratio_ends(of_draws.T, mass)
    ends = zip(of_tables[:, 0].tolist(), low.tolist(), high.tolist(), strict=True)
    measures = {name: Measured(*about) for name, about in zip(LABELS, ends, strict=True)}
    return FindingValue(case, place, variable, checked, mass, measures)


def _exact(
    case: Case, variable: Variable, states: list[int], place: int
) -> tuple[Array, Array, Array]:
    """Return P(finding | state), P(finding | not the state) and P(state), each of shape (1,)."""
    number = case.model.vocabulary.index[variable.name]
    codes = np.tile(case.codes, (len(states), 1))
    codes[:, number] = states
    log_joint = case.log_joint(np.vstack([case.codes, codes]))
    before = case.posterior.probabilities[place]
    own = np.arange(log_joint.shape[1]) == place
    sure, wrong = (_share(log_joint[:, side]) for side in (own, ~own))
    return np.array([sure]), np.array([wrong]), np.array([before])


def _share(log_joint: Array) -> float:
    """Return how much of the first row the others are; scaled, as all may be next to nothing."""
    joint = np.exp(log_joint - log_joint[0].max())
    return float(joint[1:].sum() / joint[0].sum())


def _drawn(
    case: Case, variable: Variable, states: list[int], place: int, draws: int, seed: int
) -> tuple[Array, Array, Array]:
    """Return the same for each draw of the tables, each of shape (draws,)."""
    number = case.model.vocabulary.index[variable.name]
    sampler, own = Sampler(case, asked=number), on_target(case)
    only = np.zeros(len(own))
    only[place] = 1
    sure = sampler.shares(draws, seed, number, only)[:, states].sum(axis=1)
    wrong = sampler.shares(draws, seed, number, own * (1 - only))[:, states].sum(axis=1)
    before = sampler.shares(draws, seed, case.model.engine.target, own)[:, place]
    return sure, wrong, before


def _measures(sure: Array, wrong: Array, before: Array) -> Array:
    """Return what `LABELS` names, a row each."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        plus, minus = sure / wrong, (1 - sure) / (1 - wrong)
        with_it = before * sure / (before * sure + (1 - before) * wrong)
        without = before * (1 - sure) / (before * (1 - sure) + (1 - before) * (1 - wrong))
    return np.stack([sure, 1 - wrong, plus, minus, before, with_it, without])
