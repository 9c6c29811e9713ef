"""How far apart two networks are: the distance of Chan & Darwiche, exactly.

With w a world, one state of every variable,

    D = ln max P'(w) / P(w) - ln min P'(w) / P(w)

and the odds of no event, whatever is known, differ by more than a factor exp(D) between the two
(Chan & Darwiche 2005). The ratio is a product of one factor for each table that differs, so that
its largest and smallest values are found like a most probable explanation: by max-propagation in a
junction tree, over the tables that differ and those that rule worlds out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from hamknee.base import Array, Mask
from hamknee.inference import JunctionTree
from hamknee.network import CPT, Vocabulary

LARGEST = 500.0
"""Logarithm that a product of factors may reach; floats end near 709."""


def distance(vocabulary: Vocabulary, old: Mapping[str, CPT], new: Mapping[str, CPT]) -> float:
    """Return the Chan–Darwiche distance of two networks over the same variables.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states of both.
    old, new : mapping of str to CPT
        The tables of each; a variable may have other parents in the one than in the other.

    Returns
    -------
    float
        0 where the joint distributions are the same; infinite where one of them holds to be
        impossible what is possible in the other.

    Notes
    -----
    Chan & Darwiche (2005), International Journal of Approximate Reasoning 38:149.
    """
    factors = [f for name in vocabulary if (f := _Factor(vocabulary, old[name], new[name])).matters]
    if not any(factor.differs for factor in factors):
        return 0.0
    search = _Search(vocabulary, [factor.scope for factor in factors])
    before, after = [f.old > 0 for f in factors], [f.new > 0 for f in factors]
    if search.leaves(before, after) or search.leaves(after, before):
        return math.inf
    both = [b & a for b, a in zip(before, after, strict=True)]
    ratios = [
        np.log(f.new, out=np.zeros(f.new.shape), where=possible)
        - np.log(f.old, out=np.zeros(f.old.shape), where=possible)
        for f, possible in zip(factors, both, strict=True)
    ]
    # The largest of products to a power is the power of the largest product: so that no product
    # overflows, whatever the numbers.
    power = min(1.0, LARGEST / max(sum(float(np.abs(r).max()) for r in ratios), 1e-300))
    up = [possible * np.exp(power * r) for possible, r in zip(both, ratios, strict=True)]
    down = [possible * np.exp(-power * r) for possible, r in zip(both, ratios, strict=True)]
    return max((search.log_largest(up) + search.log_largest(down)) / power, 0.0)


class _Factor:
    """A variable's tables in both networks, over the parents it has in either."""

    def __init__(self, vocabulary: Vocabulary, old: CPT, new: CPT) -> None:
        parents = [name for name in vocabulary if name in {*old.parents, *new.parents}]
        self.scope = (*parents, old.variable)
        self.old, self.new = np.broadcast_arrays(_onto(old, self.scope), _onto(new, self.scope))
        self.differs = not np.array_equal(self.old, self.new)
        self.matters = self.differs or bool((self.old == 0).any())


class _Search:
    """Looks for the world in which a product of factors is largest."""

    def __init__(self, vocabulary: Vocabulary, scopes: Sequence[Sequence[str]]) -> None:
        involved = [name for name in vocabulary if any(name in scope for scope in scopes)]
        local = {name: number for number, name in enumerate(involved)}
        self.free = [None] * len(involved)
        sizes = [len(vocabulary[name].states) for name in involved]
        self.tree = JunctionTree(sizes, [tuple(local[n] for n in s) for s in scopes], root=0)

    def log_largest(self, factors: Sequence[Array]) -> float:
        """Return the logarithm of the largest product; -inf if every product is 0."""
        potentials = self.tree.potentials([factor[None] for factor in factors])
        collected = self.tree.collect(potentials, self.free, np.max)
        return float(self.tree.root_belief(collected, 0, np.max).max())

    def leaves(self, inside: Sequence[Mask], outside: Sequence[Mask]) -> bool:
        """Return whether some world that one network allows is ruled out by the other."""
        for place, (allowed, other) in enumerate(zip(inside, outside, strict=True)):
            only = allowed & ~other
            if only.any():
                tried = [*inside[:place], only, *inside[place + 1 :]]
                if self.log_largest([factor.astype(float) for factor in tried]) > -math.inf:
                    return True
        return False


def _onto(cpt: CPT, scope: Sequence[str]) -> Array:
    """Return a table with its axes placed for broadcasting over a scope."""
    axes = (*cpt.parents, cpt.variable)
    order = sorted(range(len(axes)), key=lambda axis: scope.index(axes[axis]))
    index = tuple(slice(None) if name in axes else None for name in scope)
    return np.asarray(cpt.probabilities.transpose(order)[index])
