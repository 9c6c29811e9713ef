"""Sums over the hidden variables of many drawn networks at once, with the draws as the last axis.

The engine's junction trees have the cases as the first axis, and short axes of states behind it.
For thousands of draws of a few small tables it is several times as quick the other way round: every
product and every sum then runs along the draws.

Variables are summed out one after the other, the one whose tables multiply to the fewest cells
first (Zhang & Poole 1996). Only the ratios between the states of the target matter, and what is
passed on is scaled in each draw, so that much evidence does not underflow. Where a number does all
the same, the machine tells, and the sums are made again in `Wide` numbers, which take longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import Array
from hamknee.inference import Wide

AnyArray: TypeAlias = Array | Wide

UNSCALED = 4
"""So many drawn tables are multiplied before they are scaled; few have entries below 1e-60."""


@dataclass(frozen=True, eq=False)
class Factor:
    """A function of some variables, one for each draw.

    Parameters
    ----------
    scope : tuple of int
        The variables, in ascending order.
    array : ndarray or Wide, shape (states of each variable..., 1 or draws)
    """

    scope: tuple[int, ...]
    array: AnyArray

    def over(self, scope: Sequence[int]) -> AnyArray:
        """Return the array with an axis for each variable of a wider scope, ready to multiply."""
        sizes = dict(zip(self.scope, self.array.shape, strict=False))
        return self.array.reshape(*(sizes.get(v, 1) for v in scope), self.array.shape[-1])


def factor_of(scope: Sequence[int], array: Array) -> Factor:
    """Return a factor without axes of length 1, its other variables in ascending order.

    Parameters
    ----------
    scope : sequence of int
        The variable of each axis but the last.
    array : ndarray, shape (states..., 1 or draws)
    """
    kept = [axis for axis, size in enumerate(array.shape[:-1]) if size > 1]
    order = sorted(kept, key=lambda axis: scope[axis])
    shape = [array.shape[axis] for axis in order]
    dropped = [axis for axis in range(len(scope)) if axis not in kept]
    moved = array.transpose(*dropped, *order, array.ndim - 1)
    return Factor(tuple(scope[axis] for axis in order), moved.reshape(*shape, array.shape[-1]))


def eliminate(factors: Sequence[Factor], target: int) -> Array:
    """Return the product of all factors summed onto the target, up to a number for each draw.

    Parameters
    ----------
    factors : sequence of Factor
        At least one has the target in its scope.
    target : int
        The variable that is kept.

    Returns
    -------
    ndarray, shape (target states, 1 or draws)
    """
    try:
        with np.errstate(under="raise"):
            return np.asarray(_eliminate(factors, target))
    except FloatingPointError:
        left = _eliminate([Factor(f.scope, Wide.of(f.array)) for f in factors], target)
        return Wide.of(left).transpose(1, 0).scaled()[0].T


def _eliminate(factors: Sequence[Factor], target: int) -> AnyArray:
    left = [Factor(f.scope, _at_most_1(f.array)) for f in factors]
    while hidden := {v for factor in left for v in factor.scope} - {target}:
        variable = min(sorted(hidden), key=lambda v: _cells(_touching(left, v)))
        touching = _touching(left, variable)
        product = _product(touching)
        summed = product.array.sum(axis=product.scope.index(variable))
        scope = tuple(v for v in product.scope if v != variable)
        left = [factor for factor in left if factor not in touching]
        left.append(Factor(scope, _scaled(summed)))
    return _product(left).array


def _touching(factors: Sequence[Factor], variable: int) -> list[Factor]:
    return [factor for factor in factors if variable in factor.scope]


def _cells(factors: Sequence[Factor]) -> int:
    """Return how many cells a product has, in each draw."""
    sizes = {v: s for f in factors for v, s in zip(f.scope, f.array.shape, strict=False)}
    return int(np.prod(list(sizes.values())))


def _product(factors: Sequence[Factor]) -> Factor:
    """Multiply factors, up to a number for each draw where there are many of them."""
    scope = tuple(sorted({v for factor in factors for v in factor.scope}))
    product = factors[0].over(scope)
    exponents: npt.NDArray[np.int32] | None = None
    for number, factor in enumerate(factors[1:], start=1):
        product = product * factor.over(scope)
        if number % UNSCALED == 0 and not isinstance(product, Wide):
            # Each entry has an exponent of its own: one that falls far behind may come back.
            product, powers = np.frexp(product)
            exponents = powers if exponents is None else exponents + powers
    if exponents is not None and not isinstance(product, Wide):
        states = tuple(range(product.ndim - 1))
        largest = np.where(product > 0, exponents, np.iinfo(np.int32).min).max(axis=states)
        product = np.ldexp(product, np.maximum(exponents - largest, -2000))
    return Factor(scope, product)


def _at_most_1(array: AnyArray) -> AnyArray:
    return array if isinstance(array, Wide) or array.max() <= 1 else _scaled(array)


def _scaled(array: AnyArray) -> AnyArray:
    """Return an array scaled to a largest entry of 1 in each draw; one that is wide as it is."""
    if isinstance(array, Wide):
        return array
    largest = array.max(axis=tuple(range(array.ndim - 1)))
    return np.asarray(array / np.where(largest > 0, largest, 1.0))
