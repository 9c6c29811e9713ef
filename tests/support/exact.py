"""Answers in exact fractions, by leaving out one variable after the other. Any size, any numbers.

Nothing here asks the engine, and nothing is rounded: a number of a table is the fraction that its
bits are, each column divided by its sum.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hamknee.network.evidence import check_evidence, likelihood
from hamknee.network.priors import CPT
from hamknee.network.vocabulary import Vocabulary

Factor = tuple[tuple[str, ...], dict[tuple[int, ...], Fraction]]
"""Names of variables, and a number for each combination of their states that is not 0."""


@dataclass(frozen=True)
class Exact:
    """A network of which everything is asked anew.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables.
    cpts : mapping of str to CPT
        Their tables, as they are.
    """

    vocabulary: Vocabulary
    cpts: Mapping[str, CPT]

    def joint(self, name: str, evidence: Mapping[str, object]) -> list[Fraction]:
        """Return P(state of a variable, evidence) for each of its states."""
        return self._left(name, evidence, sum)

    def best(self, evidence: Mapping[str, object]) -> Fraction:
        """Return P(states, evidence) of the most probable states of everything."""
        return max(self._left(next(iter(self.vocabulary)), evidence, max))

    def posterior(self, name: str, evidence: Mapping[str, object]) -> list[float] | None:
        """Return P(state | evidence), None where the evidence is impossible."""
        joint = self.joint(name, evidence)
        return [float(p / sum(joint)) for p in joint] if any(joint) else None

    def log_p(self, evidence: Mapping[str, object]) -> float:
        """Return log P(evidence)."""
        return log(sum(self.joint(next(iter(self.vocabulary)), evidence)))

    def p_of(self, states: Mapping[str, str], evidence: Mapping[str, object]) -> Fraction:
        """Return P(states, evidence), where the states are those of all that is not definite."""
        known = check_evidence(self.vocabulary, evidence)
        world = {**{name: v for name, v in known.items() if isinstance(v, str)}, **states}
        at = {name: self.vocabulary[name].position[state] for name, state in world.items()}
        p = Fraction(1)
        for name, cpt in self.cpts.items():
            p *= Fraction(float(cpt.probabilities[tuple(at[m] for m in (*cpt.parents, name))]))
        for name, value in known.items():
            p *= Fraction(float(likelihood(self.vocabulary[name], value)[at[name]]))
        return p

    def _left(
        self, name: str, evidence: Mapping[str, object], reduce: Callable[..., Fraction]
    ) -> list[Fraction]:
        factors = [self._of_table(other) for other in self.cpts]
        for known, value in check_evidence(self.vocabulary, evidence).items():
            weights = likelihood(self.vocabulary[known], value)
            numbers = {(i,): Fraction(float(w)) for i, w in enumerate(weights) if w}
            factors.append(((known,), numbers))
        waiting = set(self.vocabulary) - {name}
        while waiting:
            near = {v: {m for scope, _ in factors if v in scope for m in scope} for v in waiting}
            out = min(sorted(waiting), key=lambda variable: len(near[variable]))
            waiting.remove(out)
            touched = [factor for factor in factors if out in factor[0]]
            factors = [factor for factor in factors if out not in factor[0]]
            factors.append(_without(out, touched, reduce))
        scope, numbers = _product([*factors, ((name,), self._ones(name))])
        assert scope == (name,)
        return [numbers.get((i,), Fraction(0)) for i in range(len(self.vocabulary[name].states))]

    def _ones(self, name: str) -> dict[tuple[int, ...], Fraction]:
        return {(i,): Fraction(1) for i in range(len(self.vocabulary[name].states))}

    def _of_table(self, name: str) -> Factor:
        cpt = self.cpts[name]
        numbers = {place: Fraction(float(p)) for place, p in np.ndenumerate(cpt.probabilities) if p}
        return (*cpt.parents, name), numbers


def _product(factors: list[Factor]) -> Factor:
    scope, numbers = (), {(): Fraction(1)}
    for other, theirs in factors:
        shared = [member for member in other if member in scope]
        new = [member for member in other if member not in scope]
        by_shared: dict[tuple[int, ...], list[tuple[tuple[int, ...], Fraction]]] = {}
        for place, p in theirs.items():
            key = tuple(place[other.index(member)] for member in shared)
            rest = tuple(place[other.index(member)] for member in new)
            by_shared.setdefault(key, []).append((rest, p))
        numbers = {
            (*place, *rest): p * q
            for place, p in numbers.items()
            for rest, q in by_shared.get(tuple(place[scope.index(m)] for m in shared), ())
        }
        scope = (*scope, *new)
    return scope, numbers


def _without(out: str, factors: list[Factor], reduce: Callable[..., Fraction]) -> Factor:
    scope, numbers = _product(factors)
    axis = scope.index(out)
    parts: dict[tuple[int, ...], list[Fraction]] = {}
    for place, p in numbers.items():
        parts.setdefault(place[:axis] + place[axis + 1 :], []).append(p)
    return scope[:axis] + scope[axis + 1 :], {place: reduce(ps) for place, ps in parts.items()}


def log(fraction: Fraction | int) -> float:
    """Return the natural logarithm of a fraction of any size; -inf of 0."""
    if not fraction:
        return -math.inf
    fraction = Fraction(fraction)
    return _log(fraction.numerator) - _log(fraction.denominator)


def _log(whole: int) -> float:
    shift = max(0, whole.bit_length() - 200)
    return math.log(whole >> shift) + shift * math.log(2)
