"""Sums of many small tables, looked up in a few larger ones.

A case adds up one row of each of a set of tables. Where tables are small, all sums of some of them
are few as well, so that they can be computed once and a case looks up one row in place of several.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, compares_arrays

Codes: TypeAlias = npt.NDArray[np.integer[Any]]

TABLE_CELLS = 2**15
"""Cells that merged tables have at most (256 kB): a few of them fit the cache next to the core."""

BLOCK_CELLS = 2**17
"""Codes and sums that are worked on at once (about 0.5 MB), for the same reason."""

EXACT_IN_SINGLE = 2**24
"""Up to here single precision holds every whole number."""


@dataclass(frozen=True)
@compares_arrays
class Summand:
    """One of the tables that a case adds up.

    Parameters
    ----------
    variables : tuple of int
        The variables whose codes choose the row, by number.
    counts : tuple of int
        How many codes each of them has.
    rows : ndarray, shape (product of the counts, width)
        A row for each combination of codes, the last variable changing fastest.
    """

    variables: tuple[int, ...]
    counts: tuple[int, ...]
    rows: Array


class Lookup:
    """The sum of some parts for any case. Nothing in it changes after it is made.

    Parameters
    ----------
    parts : sequence of Summand
        At least one, all of the same width, with no variable in two of them.
    variables : int
        How many variables a case has.
    """

    def __init__(self, parts: Sequence[Summand], variables: int) -> None:
        self.width = parts[0].rows.shape[1]
        packed = _packed(parts, TABLE_CELLS // self.width)
        self.tables: list[Array] = []
        strides = np.zeros((len(packed), variables))
        for number, together in enumerate(packed):
            table = np.zeros((1, self.width))
            for part in together:
                strides[number] *= len(part.rows)
                strides[number, list(part.variables)] = _strides(part.counts)
                table = (table[:, None] + part.rows).reshape(-1, self.width)
            self.tables.append(table)
        # A product with a matrix of floats is the quickest way to the rows from codes of any type
        # and order, and it is exact.
        largest = max(len(table) for table in self.tables)
        self._strides = strides.astype(np.float32 if largest < EXACT_IN_SINGLE else np.float64)

    def blocks(self, count: int) -> Iterator[slice]:
        """Yield many cases a block at a time, so that their sums stay in the cache."""
        step = max(1, BLOCK_CELLS // (self.width + self._strides.shape[1]))
        return (slice(start, start + step) for start in range(0, count, step))

    def sums(self, codes: Codes) -> Array:
        """Return the sum of the parts for each case, shape (cases, width).

        Parameters
        ----------
        codes : ndarray of int, shape (cases, variables)
            Of any type and order; columns of small integers are quickest. They are trusted to be
            codes that the parts have.
        """
        places = (self._strides @ codes.T.astype(self._strides.dtype)).astype(np.intp)
        first, *others = self.tables
        total: Array = first.take(places[0], axis=0)
        for table, rows in zip(others, places[1:], strict=True):
            total += table.take(rows, axis=0)
        return total


def combinations(counts: Sequence[int]) -> Codes:
    """Return all combinations of codes, the last variable's changing fastest.

    Parameters
    ----------
    counts : sequence of int
        How many codes each variable has.

    Returns
    -------
    ndarray of int, shape (product of the counts, variables)

    Examples
    --------
    >>> from hamknee.inference.lookup import combinations
    >>> combinations([2, 2]).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    return np.indices(counts, dtype=np.intp).reshape(len(counts), math.prod(counts)).T


def _packed(parts: Sequence[Summand], most: int) -> list[list[Summand]]:
    """Return the parts in as few sets as the largest table allows, of about the same size."""
    ordered = sorted(parts, key=lambda part: -len(part.rows))
    most = max(most, len(ordered[0].rows))
    for count in range(1, len(parts) + 1):
        sets: list[list[Summand]] = [[] for _ in range(count)]
        for part in ordered:
            min(sets, key=_combinations).append(part)
        if max(map(_combinations, sets)) <= most:
            break
    return sets


def _combinations(parts: Sequence[Summand]) -> int:
    return math.prod(len(part.rows) for part in parts)


def _strides(counts: tuple[int, ...]) -> list[int]:
    """Return by how many rows one step of each code moves, the last being the fastest."""
    return [math.prod(counts[i + 1 :]) for i in range(len(counts))]
