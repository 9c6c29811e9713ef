"""How often statements near each one were true: the smooth curve of a calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, KeptArrays, compares_arrays

CELLS = 400
"""Parts of equal width, and as many of equally many statements, where they are more."""

NEAR = 2 / 3
"""Share of the statements that a straight line of the curve goes through."""

ROUNDING = 1e-9
"""Of a statement: two thirds of three are two."""


def smoothed(p: Array, y: Array) -> Array:
    """Return how often statements near each one were true; NaN if all are equal.

    Parameters
    ----------
    p, y : array, shape (statements,)
        Probabilities, and what was true, 0 or 1.

    Returns
    -------
    array, shape (statements,)
        From 0 to 1: locally weighted straight lines through two thirds of the statements.

    References
    ----------
    Cleveland (1979), Robust locally weighted regression and smoothing scatterplots.
    """
    if np.ptp(p) == 0 or len(p) < 3:
        return np.full(len(p), np.nan)
    cells = Cells.of(p)
    curve = cells.curve(cells.count[:, None], cells.true(y)[:, None])[:, 0]
    return np.interp(p, cells.centre, curve)


@dataclass(frozen=True)
@compares_arrays
class Cells(KeptArrays):
    """Statements put together with those next to them, and what is near each cell.

    Parameters
    ----------
    which : ndarray of int, shape (statements,)
        The cell of each.
    centre, count : ndarray, shape (cells,)
        Their mean probability, and how many they are.
    weights : ndarray, shape (cells, cells)
        How much a statement of another cell counts in the line at a cell.
    """

    which: npt.NDArray[np.intp]
    centre: Array
    count: Array
    weights: Array

    @classmethod
    def of(cls, p: Array) -> Cells:
        """Put probabilities into cells, each value into its own where there are few."""
        edges = np.unique(p)
        if len(edges) > 2 * CELLS:
            parts = np.linspace(0, 1, CELLS + 1)
            edges = np.union1d(np.quantile(p, parts), edges[0] + parts * np.ptp(edges))
        _, which = np.unique(np.searchsorted(edges, p, side="right"), return_inverse=True)
        count = np.bincount(which).astype(float)
        centre = np.bincount(which, p) / count
        return cls(which, centre, count, _tricube(centre, count))

    def true(self, y: Array) -> Array:
        """Return how many statements of each cell were true, shape (cells,)."""
        return np.asarray(np.bincount(self.which, y), dtype=float)

    def curve(self, count: Array, true: Array) -> Array:
        """Return how often statements at each cell were true, for several samples of them.

        Parameters
        ----------
        count, true : ndarray, shape (cells, samples)
            How many statements of a cell are in a sample, and how many of them were true.

        Returns
        -------
        ndarray, shape (cells, samples)
            From 0 to 1; NaN where a sample has nothing near a cell.
        """
        away = self.centre - self.centre[:, None]
        first, second = self.weights * away, self.weights * away**2
        with np.errstate(invalid="ignore", divide="ignore"):
            total = self.weights @ count
            mean, share = first @ count / total, self.weights @ true / total
            spread = second @ count / total - mean**2
            slope = (first @ true / total - mean * share) / spread
        flat = ~(spread > (1e-6 * np.ptp(self.centre)) ** 2)
        return np.clip(np.where(flat, share, share - slope * mean), 0, 1)


def _tricube(centre: Array, count: Array) -> Array:
    """Return the weights of Cleveland (1979): of the nearest two thirds, less the further away."""
    distance = np.abs(centre - centre[:, None])
    order = np.argsort(distance, axis=1, kind="stable")
    nearest = max(1, int(NEAR * count.sum() + ROUNDING))
    near = count[order].cumsum(axis=1) >= nearest
    last = np.take_along_axis(order, near.argmax(axis=1)[:, None], axis=1)
    reach = np.take_along_axis(distance, last, axis=1)
    part = np.divide(distance, reach, out=np.where(distance > 0, 1.0, 0.0), where=reach > 0)
    return np.asarray((1 - np.minimum(part, 1) ** 3) ** 3)
