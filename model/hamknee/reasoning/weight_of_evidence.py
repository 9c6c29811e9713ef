"""Why: how much each finding speaks for one state of the target, or for one against another.

The weight of evidence of a finding x for a state h is the change it makes to the log odds,
W(h : x | e) = log [P(x | h, e) / P(x | not h, e)] (Good 1950, 1985); not-h is every other state,
mixed as the evidence mixes them. Weights follow one another, W(h : x, y) = W(h : x) + W(h : y | x),
so that they add up to the change in log odds, but what one of them is depends on what is known
already. Three accounts of the same case are therefore set side by side, as in an evidence balance
sheet (Madigan, Mosurski & Almond 1997).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    Mask,
    compares_arrays,
    copied_property,
    of_bits,
    percent,
    shown,
    takes,
    times,
)
from hamknee.inference import A_MODEL, AnyCase, Case, Model, log_total
from hamknee.network import find_state
from hamknee.reasoning.d_separation import without_irrelevant

if TYPE_CHECKING:
    import pandas as pd


MOST_EXACT = 14
"""Findings up to which every subset is evaluated."""

DECIBANS_PER_BIT = 10 * math.log10(2)

OTHERS = "the other causes"
"""What all other states together are called."""

EVEN = 1.05
"""A likelihood ratio below this is not worth telling."""


@shown
@dataclass(frozen=True)
@compares_arrays
class Reasons(KeptArrays):
    """The weight of each finding of one case, in bits.

    In the arrays a certainty is ``inf`` (the finding rules the state in) or ``-inf`` (it rules it
    out); in the table and in the text it is said in these words.

    Parameters
    ----------
    case : Case
        What is known.
    state : int
        State of the target that is explained.
    against : int or None
        State it is contrasted with; None for all others together.
    findings : tuple of int
        Variables with a weight, in the order entered. Context is where the account starts and
        has none.
    start, end : float
        Log odds of the state (against the other one), in bits: given the context, and given
        everything.
    in_order : ndarray, shape (findings,)
        W(h : x_i | context and the findings entered before). Adds up to `end` - `start`.
    leave_one_out : ndarray, shape (findings,)
        W(h : x_i | everything else that is known). Need not add up.
    shapley : ndarray, shape (findings,)
        Mean of W over all orders of entry (Shapley 1953). Adds up to `end` - `start`.
    standard_error : ndarray of shape (findings,), or None
        Of `shapley`, where it was sampled; None where it is exact.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"setting": "emergency", "onset": "sudden", "pop": "yes"}
    >>> reasons = hamknee.explain(model, case, "rupture", against="strain")
    >>> list(reasons.table["variable"])  # the setting is where the account starts
    ['onset', 'pop']
    >>> change = reasons.end - reasons.start  # of the log odds, in bits
    >>> bool(abs(reasons.shapley.sum() - change) < 1e-9)
    True
    >>> bool(reasons.shapley[1] > 0)  # the pop speaks for a rupture
    True
    """

    case: Case
    state: int
    against: int | None
    findings: tuple[int, ...]
    start: float
    end: float
    in_order: Array
    leave_one_out: Array
    shapley: Array
    standard_error: Array | None = None

    @property
    def decibans(self) -> Array:
        """The Shapley weights in decibans, shape (findings,)."""
        return self.shapley * DECIBANS_PER_BIT

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a finding, in the order entered; bits, and the same in decibans.

        Columns: variable, label, value, in_order, leave_one_out, shapley, standard_error (where
        sampled), in_order_decibans, leave_one_out_decibans, shapley_decibans. A certainty stands
        as "rules in" or "rules out" in place of the number.
        """
        import pandas as pd

        variables = [self.case.model.vocabulary.variables[v] for v in self.findings]
        columns: dict[str, object] = {
            "variable": [variable.name for variable in variables],
            "label": [variable.label for variable in variables],
            "value": [self.case.words(v) for v in self.findings],
        }
        accounts = {
            "in_order": self.in_order,
            "leave_one_out": self.leave_one_out,
            "shapley": self.shapley,
        }
        columns |= {name: _worded(weights) for name, weights in accounts.items()}
        if self.standard_error is not None:
            columns["standard_error"] = self.standard_error
        for name, weights in accounts.items():
            columns[f"{name}_decibans"] = _worded(weights * DECIBANS_PER_BIT)
        return pd.DataFrame(columns)

    def steps(self, of: int = 1000) -> pd.DataFrame:
        """Return the way from the starting odds to the present ones, a row each.

        Parameters
        ----------
        of : int
            How many people the last column is of.

        Returns
        -------
        DataFrame
            Columns: label (the first row is the start), likelihood_ratio (missing at the start),
            odds, probability, people; findings in the order entered.
        """
        import pandas as pd

        if self.against is not None:
            raise HamkneeError("found a contrast; allowed: one state against all others")
        log_odds = self.start + np.concatenate([[0.0], np.cumsum(self.in_order)])
        variables = self.case.model.vocabulary.variables
        labels = [f"{variables[v].label}: {self.case.words(v)}" for v in self.findings]
        with np.errstate(over="ignore"):  # beyond 1,024 bits
            odds, ratios = 2**log_odds, 2**self.in_order
        probability = np.where(np.isinf(odds), 1.0, odds / (1 + np.where(np.isinf(odds), 0, odds)))
        return pd.DataFrame(
            {
                "label": ["Start", *labels],
                "likelihood_ratio": [np.nan, *ratios],
                "odds": odds,
                "probability": probability,
                "people": np.rint(probability * of).astype(int),
            }
        )

    @cached_property
    def text(self) -> str:
        """What the account is of, then one sentence a finding, the weightiest first."""
        order = np.argsort(-np.abs(self.shapley), kind="stable")
        sentences = [self._total(), *(self._sentence(int(i)) for i in order)]
        return "\n".join(sentences)

    @cached_property
    def _label(self) -> str:
        return self.case.posterior.target.states[self.state].everyday

    @cached_property
    def _other(self) -> str | None:
        if self.against is None:
            return None
        return self.case.posterior.target.states[self.against].everyday

    def _total(self) -> str:
        if not self.findings:
            return f"{self._label}: no findings yet, so nothing to weigh."
        end = float(self.case.posterior.probabilities[self.state])
        if self._other is None:
            start = float(self.case.posterior.prior[self.state])
            name = self.case.posterior.target.states[self.state].both_names
            sentence = f"{name}: starting probability {percent(start)}, "
            sentence += f"{percent(end)} with all findings"
        else:
            sentence = f"{self._label} against {self._other}: {_odds(self.start)} at the start, "
            sentence += f"{_odds(self.end)} with all findings"
        return f"{sentence}."

    def _sentence(self, number: int) -> str:
        variable = self.findings[number]
        label = self.case.model.vocabulary.variables[variable].label
        finding = f"{label} ({self.case.words(variable)})"
        weight = float(self.shapley[number])
        if self._other is not None:
            return self._contrasted(finding, weight, self._other)
        if math.isinf(weight):
            return f"{finding} rules {'in' if weight > 0 else 'out'} {self._label}."
        if of_bits(abs(weight)) < EVEN:
            return f"{finding} counts neither for nor against {self._label}."
        sides = (self._label, OTHERS) if weight > 0 else (OTHERS, self._label)
        return _seen(finding, weight, *sides)

    def _contrasted(self, finding: str, weight: float, other: str) -> str:
        more, less = (self._label, other) if weight > 0 else (other, self._label)
        if math.isinf(weight):
            return f"{finding} rules out {less}."
        if of_bits(abs(weight)) < EVEN:
            return f"{finding} speaks for neither."
        return _seen(finding, weight, more, less)


@takes(model=A_MODEL)
def explain(
    model: Model,
    evidence: AnyCase,
    state: str,
    *,
    against: str | None = None,
    permutations: int = 2000,
    seed: int = 0,
) -> Reasons:
    """Explain the probability of one state of the target by the weights of the findings.

    Evidence on context variables is the starting point and gets no weight: the account runs from
    P(target | context) to P(target | everything). A finding that is d-separated from the target
    by what the account takes as known weighs exactly 0.

    Once the findings so far make a state certain (or impossible), the one that did so weighs
    ``inf`` (or ``-inf``) and later ones nothing. In the mean over all orders it is enough to do
    so in one order; all others keep a finite mean, of the orders in which they come before
    certainty and of the zeros after it.

    Parameters
    ----------
    model : Model
        The model.
    evidence : mapping or Case
        What is known, as for `Model.case`, in the order entered.
    state : str
        State of the target to explain.
    against : str, optional
        Contrast with this one state: the weights are then log [P(x | h, e) / P(x | h', e)].
    permutations : int
        Orders sampled where there are more than 14 findings; at least 2.
    seed : int
        For the sampling.

    Returns
    -------
    Reasons

    Raises
    ------
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`, and for an unknown state.
    HamkneeError
        If a state is contrasted with itself, both states of a contrast are ruled out, or there
        are too few permutations.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> reasons = hamknee.explain(model, {"age": 31, "onset": "sudden", "pop": "yes"}, "rupture")
    >>> print(reasons.text)
    Hamstring tendon torn right through (Complete tendon rupture): starting probability ... %, ...
    """
    case = model.case(evidence)
    chosen = find_state(model.vocabulary.target, state)
    other = None if against is None else find_state(model.vocabulary.target, against)
    _check(case, chosen, other)
    if permutations < 2:
        raise HamkneeError(f"permutations is {permutations}; allowed: 2 or more")
    variables = model.vocabulary.variables
    count = sum(variables[v].role != "context" for v in case.known)
    account = _Account(case, chosen, other)
    if count <= MOST_EXACT:
        return account.exact()
    return account.sampled(permutations, np.random.default_rng(seed))


class _Account:
    """Log odds of one case with any part of its findings."""

    def __init__(self, case: Case, state: int, against: int | None) -> None:
        self.case, self.state, self.against = case, state, against
        roles = [case.model.vocabulary.variables[v].role for v in case.known]
        self.is_finding = np.array([role != "context" for role in roles], dtype=bool)
        self.findings = tuple(
            v for v, counts in zip(case.known, self.is_finding, strict=True) if counts
        )

    def log_odds(self, present: Mask) -> Array:
        """Return the log odds in bits for rows of findings that are present, shape (rows,)."""
        kept = np.ones((len(present), len(self.case.known)), dtype=bool)
        kept[:, self.is_finding] = present
        codes = without_irrelevant(self.case.model, self.case.keeping(kept))
        log_joint = self.case.log_joint(codes)
        if self.against is not None:
            rivals = log_joint[:, self.against]
        else:
            rivals = log_total(np.delete(log_joint, self.state, axis=1))
        return np.asarray((log_joint[:, self.state] - rivals) / math.log(2))

    def exact(self) -> Reasons:
        """Evaluate every subset of the findings; in row r finding i is present if bit i is set."""
        count = len(self.findings)
        rows = np.arange(2**count)
        present = (rows[:, None] >> np.arange(count) & 1).astype(bool)
        odds = self.log_odds(present)
        size = present.sum(axis=1)
        shapley = np.zeros(count)
        for i in range(count):
            without = rows[~present[:, i]]
            share = [1 / (count * math.comb(count - 1, int(n))) for n in range(count)]
            weights = _change(odds[without], odds[without + 2**i])
            shapley[i] = (np.array(share)[size[without]] * weights).sum()
        prefixes = odds[2 ** np.arange(count + 1) - 1]
        rest = odds[2**count - 1 - 2 ** np.arange(count)]
        return self._reasons(prefixes, rest, shapley, None)

    def sampled(self, permutations: int, rng: np.random.Generator) -> Reasons:
        """Evaluate the findings in random orders of entry."""
        count = len(self.findings)
        given = np.tri(count + 1, count, -1, dtype=bool)
        left_out = ~np.eye(count, dtype=bool)
        odds = self.log_odds(np.vstack([given, left_out]))
        place = rng.permuted(np.tile(np.arange(count), (permutations, 1)), axis=1)
        present = place[:, None, :] < np.arange(count + 1)[None, :, None]
        walks = self.log_odds(present.reshape(-1, count)).reshape(permutations, count + 1)
        steps = _change(walks[:, :-1], walks[:, 1:])
        weights = np.take_along_axis(steps, place, axis=1)
        finite = np.isfinite(weights).all(axis=0)
        spread = np.where(finite, weights, 0.0).std(axis=0, ddof=1) / math.sqrt(permutations)
        return self._reasons(odds[: count + 1], odds[count + 1 :], weights.mean(axis=0), spread)

    def _reasons(
        self, prefixes: Array, rest: Array, shapley: Array, standard_error: Array | None
    ) -> Reasons:
        return Reasons(
            self.case,
            self.state,
            self.against,
            self.findings,
            start=float(prefixes[0]),
            end=float(prefixes[-1]),
            in_order=_change(prefixes[:-1], prefixes[1:]),
            leave_one_out=_change(rest, np.full(len(rest), prefixes[-1])),
            shapley=shapley,
            standard_error=standard_error,
        )


def _change(before: Array, after: Array) -> Array:
    """Return after - before; nothing changes what is certain already.

    Certainty is never lost again, so that no weight can be ``inf - inf`` in any other way.
    """
    certain = np.isinf(before)
    return np.subtract(after, before, out=np.zeros_like(before), where=~certain)


def _ruled_out(case: Case, states: Sequence[int]) -> bool:
    """Return whether none of some states of the target is possible, however improbable it is."""
    return bool(np.isneginf(case.log_joint(case.codes[None])[0, list(states)]).all())


def _check(case: Case, state: int, against: int | None) -> None:
    """Raise if there is nothing to contrast."""
    if against is None:
        return
    target, p = case.posterior.target, case.posterior.probabilities
    names = f"{target.states[state].name} and {target.states[against].name}"
    if state == against:
        raise HamkneeError(f"a contrast needs two states, not {names}; allowed: another state")
    if p[state] == 0 == p[against] and _ruled_out(case, [state, against]):
        problem = f"{names} are both ruled out by this evidence"
        raise HamkneeError(f"{problem}; allowed: two states of which one is possible")


def _worded(weights: Array) -> object:
    """Return a column of weights, certainties in words."""
    if np.isfinite(weights).all():
        return weights
    words = {math.inf: "rules in", -math.inf: "rules out"}
    return [words.get(float(weight), float(weight)) for weight in weights]


def _seen(finding: str, bits: float, more: str, less: str) -> str:
    """Return a weight as how often the finding is seen, which is what it is made of."""
    return f"{finding} is seen {_times(abs(bits))} times as often with {more} as with {less}."


def _odds(bits: float) -> str:
    """Return log odds in words."""
    certainties = {math.inf: "certain", -math.inf: "ruled out"}
    if bits in certainties:
        return certainties[bits]
    if of_bits(abs(bits)) < EVEN:
        return "equally probable"
    return f"{_times(abs(bits))} times {'more' if bits > 0 else 'less'} probable"


def _times(bits: float) -> str:
    """Return the likelihood ratio of a weight as people say it."""
    return times(of_bits(bits))
