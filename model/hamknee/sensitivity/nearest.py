"""The nearest point to two numbers at which a posterior has a given value.

Nearness is the distance of Chan & Darwiche (2005) between the model as it is and as it
would be: D = ln max P'(w)/P(w) - ln min P'(w)/P(w) over all worlds w that are possible. The odds
of no event whatsoever change by a factor beyond exp(±D). For one number that moves from θ to t,
the rest of its column co-varying in proportion, it is the change of its log odds.

For two numbers in different columns a world falls into one of three classes for each: the column
applies and the state is the number's (its probability changes by t/θ), it applies and the state
is another (by (1 - t)/(1 - θ)), or it does not apply (by 1). So D is the largest difference of
two of the nine products that can occur. Along the curve on which the posterior has the given
value each such difference is the log of a quotient of polynomials, and D is smallest where it is
stationary or where two of the nine are equal: the roots of 54 quadratics, all of which are tried.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, compares_arrays
from hamknee.inference import Model
from hamknee.sensitivity.parameters import Place

CLASSES = 3
"""The column applies and the state is the number's; it applies and it is another; neither."""

SMALL = 1e-6
"""Numbers below this are asked for by themselves, so that they keep most of their digits."""


@dataclass(frozen=True)
@compares_arrays
class Curves:
    """For many pairs of numbers, the curve a·t1·t2 + b·t1 + c·t2 + d = 0 and where they are now.

    Parameters
    ----------
    a, b, c, d : ndarray, shape (pairs,)
        Coefficients.
    one, two : ndarray, shape (pairs,)
        The numbers as they are, strictly between 0 and 1.
    """

    a: Array
    b: Array
    c: Array
    d: Array
    one: Array
    two: Array

    def __getitem__(self, pairs: npt.NDArray[np.intp]) -> "Curves":
        """Return some of the pairs."""
        return Curves(*(getattr(self, name)[pairs] for name in ("a", "b", "c", "d", "one", "two")))

    def turned(self) -> "Curves":
        """Return the same curves with the second number first."""
        return Curves(self.a, self.c, self.b, self.d, self.two, self.one)


def lower_bounds(curves: Curves) -> Array:
    """Return a distance that no point of each curve can undercut, shape (pairs,).

    Each number's own change of log odds is a lower bound of the distance (Chan & Darwiche 2005).
    The larger of the two is smallest where they are equal or opposite, because the curve rises or
    falls throughout.
    """
    in_odds = _in_odds_ratios(curves)
    c11, c10, c01, c00 = in_odds
    equal = _roots(np.stack([c00, c10 + c01, c11], axis=-1))
    opposite = _roots(np.stack([c01, c11 + c00, c10], axis=-1))
    ratios = np.concatenate([equal, opposite], axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        distances = np.abs(np.log(np.where(ratios > 0, ratios, np.nan)))
    return np.asarray(np.where(np.isnan(distances), np.inf, distances).min(axis=-1))


def nearest(curves: Curves, possible: npt.NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Return the nearest point of each curve and its distance.

    Parameters
    ----------
    curves : Curves
        Of the pairs.
    possible : ndarray of bool, shape (pairs, 3, 3)
        Which classes of worlds can occur, for the first and the second number.

    Returns
    -------
    distance, t1, t2 : ndarray, shape (pairs,)
        Infinite distance where the curve does not pass between 0 and 1. It may be infinite where
        one number alone decides, whose change is that of one number.
    """
    distance, t1, t2 = _nearest(curves, possible)
    # The second number follows from the first, which leaves it no digits next to nothing.
    small = np.flatnonzero(curves.two < SMALL)
    if len(small):
        turned = curves[small].turned()
        other, second, first = _nearest(turned, possible[small].transpose(0, 2, 1))
        rows = small[nearer := other < distance[small]]
        distance[rows], t1[rows], t2[rows] = other[nearer], first[nearer], second[nearer]
    return distance, t1, t2


def _nearest(curves: Curves, possible: npt.NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Return what `nearest` does, the second number always taken from the first."""
    first, second = _ratios(curves)
    t1 = _roots(np.concatenate([_ties(first, second), _stationary(first, second)], axis=1))
    t1 = t1.reshape(len(t1), -1)
    a, b, c, d = (v[:, None] for v in (curves.a, curves.b, curves.c, curves.d))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        t2 = -(b * t1 + d) / (a * t1 + c)
        inside = (t1 > 0) & (t1 < 1) & (t2 > 0) & (t2 < 1)
    t1, t2 = np.where(inside, t1, 0.5), np.where(inside, t2, 0.5)
    distance = _distance(curves, t1, t2, possible)
    distance = np.where(inside, distance, np.inf)
    best = distance.argmin(axis=1)[:, None]
    distance, t1, t2 = (np.take_along_axis(v, best, axis=1)[:, 0] for v in (distance, t1, t2))
    return distance, t1, t2


def possible_worlds(model: Model, pairs: Sequence[tuple[Place, Place]]) -> npt.NDArray[np.bool_]:
    """Return which classes of worlds can occur for pairs of numbers.

    Returns
    -------
    ndarray of bool, shape (pairs, 3, 3)
    """
    possible = np.zeros((len(pairs), CLASSES, CLASSES), dtype=bool)
    possible[:, -1, -1] = True  # changes nothing, and 1 lies between the others anyway
    asked: list[Mapping[str, object]] = []
    about: list[tuple[int, int, int]] = []
    for pair, places in enumerate(pairs):
        worlds = [_worlds(model, place) for place in places]
        for (one, a), (two, b) in itertools.product(*worlds):
            both = _both(one, two)
            if both is not None and (a, b) != (CLASSES - 1, CLASSES - 1):
                asked.append(both)
                about.append((pair, a, b))
    for where, log_p in zip(about, model.log_p_evidence(asked), strict=True):
        possible[where] |= bool(log_p > -np.inf)
    return possible


def _distance(curves: Curves, t1: Array, t2: Array, possible: npt.NDArray[np.bool_]) -> Array:
    """Return the distance of points (pairs, points) from where the numbers are."""
    one, two = curves.one[:, None], curves.two[:, None]
    logs = [
        np.log(np.stack([t / now, (1 - t) / (1 - now), np.ones_like(t)], axis=-1))
        for t, now in ((t1, one), (t2, two))
    ]
    both = logs[0][..., :, None] + logs[1][..., None, :]
    occurring = possible[:, None]
    largest = np.where(occurring, both, -np.inf).max(axis=(-2, -1))
    return np.asarray(largest - np.where(occurring, both, np.inf).min(axis=(-2, -1)))


def _in_odds_ratios(curves: Curves) -> tuple[Array, Array, Array, Array]:
    """Return the curve in the ratios of each number's odds to what they are: x1·x2, x1, x2, 1."""
    a, b, c, d = curves.a, curves.b, curves.c, curves.d
    one, two = curves.one, curves.two
    return (
        (a + b + c + d) * one * two,
        (b + d) * one * (1 - two),
        (c + d) * (1 - one) * two,
        d * (1 - one) * (1 - two),
    )


def _ratios(curves: Curves) -> tuple[Array, Array]:
    """Return by what each number changes the probability of a world of each class.

    Returns
    -------
    first, second : ndarray, shape (pairs, classes, 2)
        Constant and slope in t1. The second is multiplied by a·t1 + c, the same for each class,
        which cancels in quotients.
    """
    a, b, c, d = curves.a, curves.b, curves.c, curves.d
    ones, zeros = np.ones_like(a), np.zeros_like(a)
    first = [(zeros, 1 / curves.one), (1 / (1 - curves.one), -1 / (1 - curves.one)), (ones, zeros)]
    two, rest = curves.two, 1 - curves.two
    second = [(-d / two, -b / two), ((c + d) / rest, (a + b) / rest), (c, a)]
    return _stacked(first), _stacked(second)


def _stacked(lines: list[tuple[Array, Array]]) -> Array:
    return np.stack([np.stack(line, axis=-1) for line in lines], axis=1)


def _ties(first: Array, second: Array) -> Array:
    """Return quadratics that are 0 where two classes of worlds change alike, (pairs, 36, 3)."""
    quadratics = []
    for (i, j), (k, m) in itertools.combinations(np.ndindex(CLASSES, CLASSES), 2):
        r, s = _scaled(first[:, [i, k]]), _scaled(second[:, [j, m]])
        quadratics.append(_times(r[:, 0], s[:, 0]) - _times(r[:, 1], s[:, 1]))
    return np.stack(quadratics, axis=1)


def _stationary(first: Array, second: Array) -> Array:
    """Return quadratics that are 0 where the difference of two classes stands still.

    With lines r, s in t1, (ln r/s)' = (r's - rs') / rs, whose numerator is constant. The sum of
    two such terms, one for each number, is 0 where the quadratic is. Shape (pairs, 18, 3).
    """
    first, second = (  # no multiple of a line changes where that is
        np.stack([_scaled(lines[:, i]) for i in range(CLASSES)], axis=1)
        for lines in (first, second)
    )
    points = []
    for (i, j), (k, m) in itertools.product(itertools.combinations(range(CLASSES), 2), repeat=2):
        one = _wronskian(first[:, i], first[:, j]) * _times(second[:, k], second[:, m])
        two = _wronskian(second[:, k], second[:, m]) * _times(first[:, i], first[:, j])
        points += [one + two, one - two]
    return np.stack(points, axis=1)


def _scaled(lines: Array) -> Array:
    """Return lines of each pair in units of their largest number, whose products are of any size.

    A number of 1e-300 changes worlds by 1e300, and a product of two such has no float.
    """
    largest = np.abs(lines).max(axis=tuple(range(1, lines.ndim)), keepdims=True)
    return np.asarray(lines / np.where(largest > 0, largest, 1.0))


def _wronskian(r: Array, s: Array) -> Array:
    return np.asarray(r[:, 1] * s[:, 0] - r[:, 0] * s[:, 1])[:, None]


def _times(r: Array, s: Array) -> Array:
    """Multiply lines (pairs, 2) into quadratics (pairs, 3), constants first."""
    middle = r[:, 0] * s[:, 1] + r[:, 1] * s[:, 0]
    return np.stack([r[:, 0] * s[:, 0], middle, r[:, 1] * s[:, 1]], axis=-1)


def _roots(quadratics: Array) -> Array:
    """Return the two real roots of quadratics (..., 3), constants first; NaN or infinite if none.

    By the form that loses no digits when one root is much smaller than the other.
    """
    largest = np.abs(quadratics).max(axis=-1, keepdims=True)
    quadratics = quadratics / np.where(largest > 0, largest, 1.0)
    constant, linear, square = (quadratics[..., i] for i in range(3))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        discriminant = linear**2 - 4 * square * constant
        # rounding may put a double root below 0
        tolerance = 1e-14 * (linear**2 + np.abs(4 * square * constant))
        root = np.sqrt(np.where(np.abs(discriminant) <= tolerance, 0.0, discriminant))
        q = -(linear + np.copysign(root, linear)) / 2
        return np.stack([q / square, constant / q], axis=-1)


def _worlds(model: Model, place: Place) -> Iterator[tuple[dict[str, set[str]], int]]:
    """Yield evidence that covers each class of worlds of a number, with the class.

    Worlds to which the column does not apply are covered parent by parent.
    """
    variable = model.vocabulary[place.variable]
    parents = [model.vocabulary[name] for name in model.cpts[place.variable].parents]
    given = [{p.state_names[s]} for p, s in zip(parents, place.column, strict=True)]
    applies = dict(zip((p.name for p in parents), given, strict=True))
    here = {variable.state_names[place.state]}
    yield {**applies, variable.name: here}, 0
    yield {**applies, variable.name: set(variable.state_names) - here}, 1
    for parent, state in zip(parents, given, strict=True):
        yield {parent.name: set(parent.state_names) - state}, 2


def _both(one: Mapping[str, set[str]], two: Mapping[str, set[str]]) -> dict[str, object] | None:
    """Return two pieces of evidence as one, or None if they contradict each other."""
    both: dict[str, object] = {}
    for name in {**one, **two}:
        states = one.get(name, two.get(name, set())) & two.get(name, one.get(name, set()))
        if not states:
            return None
        both[name] = states
    return both
