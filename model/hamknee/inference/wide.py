"""Arrays of numbers as small and as large as they come.

A product of hundreds of probabilities may be smaller than any float, though what counts is how it
compares with others that are as small. Here every number has an exponent of its own, which never
runs out. It takes several times as long as plain arrays, and nothing is lost by going over.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import Array

Exponents: TypeAlias = npt.NDArray[np.int64]

NOTHING = -(2**40)
"""Exponent of 0: below that of anything."""

_LOG_2 = np.log(2.0)


class Wide:
    """An array of numbers, each a fraction times a power of 2.

    It does what a junction tree does with arrays: multiply, sum, find the largest, turn its axes.

    Parameters
    ----------
    fraction : ndarray
        0, or of a size from 0.5 to below 1.
    exponent : ndarray of int, same shape
        ``NOTHING`` where the fraction is 0.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.inference.wide import Wide
    >>> tiny = Wide.of(np.array([[1e-300, 3e-300]]))
    >>> both = tiny * tiny * tiny  # 1e-900 and 2.7e-899
    >>> scaled = both.scaled()[0]
    >>> (scaled / scaled.max()).round(6).tolist()
    [[0.037037, 1.0]]
    >>> both.log().round(6).tolist(), np.sum(both, axis=1).log().round(6).tolist()
    ([[-2072.326584, -2069.030747]], [-2068.994379])
    """

    __array_ufunc__ = None  # a plain array leaves the product of both to this class

    def __init__(self, fraction: Array, exponent: Exponents) -> None:
        self.fraction, self.exponent = fraction, exponent

    @classmethod
    def of(cls, array: Array | Wide) -> Wide:
        """Return plain numbers in this form, exactly."""
        if isinstance(array, Wide):
            return array
        fraction, exponent = np.frexp(array)
        return cls(fraction, np.where(fraction == 0, NOTHING, exponent.astype(np.int64)))

    @classmethod
    def of_log(cls, log: Array) -> Wide:
        """Return exp of numbers; of -inf it is 0."""
        possible = ~np.isneginf(log)
        safe = np.where(possible, log, 0.0)
        power = np.floor(safe / _LOG_2)
        wide = cls.of(np.where(possible, np.exp(safe - power * _LOG_2), 0.0))
        return cls(wide.fraction, wide.exponent + np.where(possible, power, 0).astype(np.int64))

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return self.fraction.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.fraction.ndim

    def __getitem__(self, key: Any) -> Wide:
        """Return a part of it, or the same with further axes."""
        return Wide(self.fraction[key], self.exponent[key])

    def reshape(self, *shape: int) -> Wide:
        """Return it with the same numbers along other axes."""
        return Wide(self.fraction.reshape(*shape), self.exponent.reshape(*shape))

    def transpose(self, *axes: int) -> Wide:
        """Return it with its axes in another order."""
        return Wide(self.fraction.transpose(*axes), self.exponent.transpose(*axes))

    def __mul__(self, other: Array | Wide) -> Wide:
        """Multiply entry by entry."""
        other = Wide.of(other)
        fraction, more = np.frexp(self.fraction * other.fraction)
        exponent = self.exponent + other.exponent + more
        return Wide(fraction, np.where(fraction == 0, NOTHING, exponent))

    __rmul__ = __mul__

    def divided(self, by: Wide) -> Wide:
        """Divide entry by entry; 0 where divided by 0."""
        whole = by.fraction != 0
        ratio = self.fraction / np.where(whole, by.fraction, 1.0)
        fraction, more = np.frexp(np.where(whole, ratio, 0.0))
        exponent = self.exponent - by.exponent + more
        return Wide(fraction, np.where(fraction == 0, NOTHING, exponent))

    def sum(self, axis: Any = None, keepdims: bool = False, **_: object) -> Wide:
        """Sum along axes, as ``np.sum`` asks it to."""
        shared = self.exponent.max(axis=axis, keepdims=True)
        total = self._shifted(shared).sum(axis=axis, keepdims=True)
        return self._again(total, shared, axis, keepdims)

    def max(self, axis: Any = None, keepdims: bool = False, **_: object) -> Wide:
        """Return the largest along axes, as ``np.max`` asks it to; none may be below 0."""
        shared = self.exponent.max(axis=axis, keepdims=True)
        largest = self._shifted(shared).max(axis=axis, keepdims=True)
        return self._again(largest, shared, axis, keepdims)

    def _shifted(self, exponent: Exponents) -> Array:
        """Return it in units of a power of 2; what is too small to count becomes 0."""
        apart = np.maximum(self.exponent - exponent, -1000).astype(np.intc)
        return np.asarray(np.ldexp(self.fraction, apart))

    @staticmethod
    def _again(plain: Array, exponent: Exponents, axis: Any, keepdims: bool) -> Wide:
        wide = Wide.of(plain)
        total = np.where(wide.fraction == 0, NOTHING, wide.exponent + exponent)
        if keepdims:
            return Wide(wide.fraction, total)
        return Wide(wide.fraction.squeeze(axis), total.squeeze(axis))

    def log(self) -> Array:
        """Return the natural logarithms; -inf of 0, NaN below."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(self.fraction) + self.exponent * _LOG_2 * (self.fraction != 0))

    def scaled(self) -> tuple[Array, Array]:
        """Return plain numbers of a size of at most 1 in each case, and the log of the scale."""
        axes = tuple(range(1, self.ndim))
        shared = self.exponent.max(axis=axes, keepdims=True)
        plain = self._shifted(shared)
        some = shared != NOTHING
        return plain, np.where(some, shared, 0).reshape(len(plain)) * _LOG_2
