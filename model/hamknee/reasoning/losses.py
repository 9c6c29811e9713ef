"""Refer or wait: what each is expected to cost, and which question would make it cost less."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import (
    Array,
    HamkneeError,
    compares_arrays,
    copied_property,
    listing,
    shown,
    suggestion,
)
from hamknee.inference import AnyCase, Case, Model
from hamknee.network import Variable
from hamknee.reasoning.answers import answered
from hamknee.reasoning.questions import information

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Loss:
    """What it costs to be wrong about one condition, in any one unit.

    Parameters
    ----------
    missed : float
        Where it is there and nobody is referred.
    needless : float
        Where it is there and somebody is referred for nothing; 0 where a referral is right.

    Examples
    --------
    >>> from hamknee.reasoning import Loss
    >>> Loss(missed=50), Loss(needless=1)  # a clot, and a sore tendon
    (Loss(missed=50, needless=0.0), Loss(missed=0.0, needless=1))
    """

    missed: float = 0.0
    needless: float = 0.0


@shown
@dataclass(frozen=True)
@compares_arrays
class Referral:
    """Which of two actions costs less for one case, and what could still be learned.

    Parameters
    ----------
    case : Case
        What is known.
    refer, wait : float
        Expected loss of each action.
    asked : tuple of int
        Open variables, those that save most first.
    saved : ndarray, shape (questions,)
        By how much the answer is expected to lower the expected loss of the better action.
    bits : ndarray, shape (questions,)
        What the answer is expected to tell of the conditions, as `hamknee.next_questions` has it.
    changes : ndarray of bool, shape (questions,)
        Whether any answer would change which action is better.
    losses : mapping of str to Loss
        By condition.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.reasoning import Loss, decide
    >>> losses = {"dvt": Loss(missed=50), "other": Loss(needless=1)}
    >>> decision = decide(hamknee.load(), {"location": "calf", "swelling": "leg"}, losses)
    >>> decision.action
    'refer'
    >>> decision.table.columns.tolist()
    ['variable', 'label', 'saved', 'bits', 'minutes', 'changes_action']
    """

    case: Case
    refer: float
    wait: float
    asked: tuple[int, ...]
    saved: Array
    bits: Array
    changes: Array
    losses: Mapping[str, Loss]

    @property
    def action(self) -> str:
        """``refer`` where that costs no more than to ``wait``, else ``wait``."""
        return "refer" if self.refer <= self.wait else "wait"

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row an open question, that which saves most first.

        Columns: variable, label, saved (in the unit of the losses), bits, minutes, changes_action.
        """
        import pandas as pd

        variables = [self._variable(number) for number in self.asked]
        return pd.DataFrame(
            {
                "variable": [variable.name for variable in variables],
                "label": [variable.label for variable in variables],
                "saved": self.saved,
                "bits": self.bits,
                "minutes": [variable.minutes for variable in variables],
                "changes_action": self.changes.astype(bool),
            }
        )

    @property
    def text(self) -> str:
        """What costs less, and what to ask before acting."""
        words = {"refer": "To refer", "wait": "To wait"}
        less, more = sorted((self.refer, self.wait))
        said = f"{words[self.action]} is expected to cost {less:.3g}, the other {more:.3g}."
        if not len(self.asked) or self.saved[0] <= 0:
            return f"{said} No single answer would change that."
        variable = self._variable(self.asked[0])
        return f"{said} To ask about {variable.label} is expected to save {self.saved[0]:.2g}."

    def _variable(self, number: int) -> Variable:
        return self.case.model.vocabulary.variables[number]


def decide(
    model: Model,
    evidence: AnyCase,
    losses: Mapping[str, Loss],
    *,
    skip: Iterable[str] = (),
) -> Referral:
    """Weigh referring against waiting by what it costs to be wrong.

    It informs a plan for many cases; no expected loss outvotes a warning sign
    (`hamknee.triage`).

    Parameters
    ----------
    model : Model
        The model.
    evidence : mapping or Case
        What is known, as for `Model.case`.
    losses : mapping of str to Loss
        By condition; one that is not named costs nothing either way.
    skip : iterable of str
        Variables that are not to be asked.

    Returns
    -------
    Referral

    Raises
    ------
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.
    HamkneeError
        If a condition is none, or a loss is negative or not finite.

    Notes
    -----
    Expected loss and value of sample information: Raiffa & Schlaifer (1961), Applied Statistical
    Decision Theory. Of one condition alone the threshold is `threshold` (Pauker & Kassirer 1975,
    New England Journal of Medicine 293:229).

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.reasoning import Loss, decide
    >>> losses = {"rupture": Loss(missed=10), "strain": Loss(needless=1)}
    >>> sprint = {"onset": "sudden", "activity": "explosive"}
    >>> print(decide(hamknee.load(), sprint, losses).text)
    To wait is expected to cost 0.215, the other 0.35. To ask about Gap or missing cord is expected
    to save 0.11.
    """
    case = model.case(evidence)
    missed, needless = _arrays(model, losses)
    posterior = case.posterior.probabilities
    left = case.open_without(skip)
    joint, starts = answered(case, [(variable,) for variable in left])
    both = np.stack([joint @ needless, joint @ missed])  # of refer and of wait, for each answer
    now = np.array([posterior @ needless, posterior @ missed])
    better = both.min(axis=0)
    chance = joint.sum(axis=1)
    other = (both.argmin(axis=0) != now.argmin()) & (chance > 0) & (both[0] != both[1])
    if len(left):
        changes = np.logical_or.reduceat(other, starts)
        saved = np.maximum(now.min() - np.add.reduceat(better, starts), 0.0)
        saved[~changes] = 0.0  # but for rounding
    else:
        saved, changes = np.empty(0), np.empty(0, dtype=bool)
    order = np.argsort(-saved, kind="stable")
    return Referral(
        case=case,
        refer=float(now[0]),
        wait=float(now[1]),
        asked=tuple(left[number] for number in order),
        saved=saved[order],
        bits=information(joint, starts)[order],
        changes=changes[order],
        losses=dict(losses),
    )


def threshold(loss: Loss, needless: float) -> float:
    """Return the probability of a condition from which on a referral costs less.

    Parameters
    ----------
    loss : Loss
        Of the condition.
    needless : float
        What a referral costs where it is not there.

    Returns
    -------
    float
        NaN where neither costs anything.

    Examples
    --------
    >>> from hamknee.reasoning import Loss, threshold
    >>> threshold(Loss(missed=19), needless=1)
    0.05
    """
    if not 0 <= needless < math.inf:
        raise HamkneeError(f"found a loss of {needless:g}; allowed: 0 or more")
    gain = loss.missed - loss.needless
    if gain < 0:
        raise HamkneeError(
            "a referral costs more where it is right; allowed: missed above needless"
        )
    return needless / (needless + gain) if needless + gain else math.nan


def _arrays(model: Model, losses: Mapping[str, Loss]) -> tuple[Array, Array]:
    """Return what a missed and a needless referral cost, by condition."""
    target = model.vocabulary.target
    missed, needless = np.zeros(len(target.states)), np.zeros(len(target.states))
    for name, loss in losses.items():
        if name not in target.state_names:
            hint = suggestion(name, target.state_names)
            allowed = listing(target.state_names)
            raise HamkneeError(
                f"{name!r} is not a state of {target.name}{hint}; allowed: {allowed}"
            )
        if not (0 <= loss.missed < math.inf and 0 <= loss.needless < math.inf):
            raise HamkneeError(f"found {loss} for {name}; allowed: 0 or more, and finite")
        missed[target.position[name]] = loss.missed
        needless[target.position[name]] = loss.needless
    return missed, needless
