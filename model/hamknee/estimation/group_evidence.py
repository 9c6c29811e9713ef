"""What a cohort's evidence on one group of the network makes of a set of tables.

Given the target a network falls apart into groups, so a group is asked once for each *distinct*
pattern of its evidence, or where nearly all cases differ, as likelihoods do, once for each case.

With P(x, t) the product of a group's tables, all its members x summed over, a pattern of
likelihoods L(x) says m(t) = Σ L(x) P(x, t) to the target. If the target's weights are w(t), the
expected counts are P(x, t) Σ L(x) w(t) / m(t), the sum over all patterns. In a small group both
are products of matrices. Large ones, and evidence that would underflow, go through the junction
tree.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, Codes, compares_arrays
from hamknee.inference import BLOCK_CELLS, Group, relative
from hamknee.network import Cases

Tables = Sequence[Array]
"""The table of each variable by number, each of shape (parents' states..., states)."""

SMALL = 2**14
"""Cells of all members of a group and the target together, up to which all are multiplied out."""

MOST_MEMBERS = 20
"""Members of such a group, as an array has so many axes."""

IN_CACHE = 8
"""How many times fewer cells of a small group are worked on at once. They fit in the cache, and a
product of them is no work for threads, which wait for each other where a machine is busy."""

LEAST = 1e-100
"""A product of the smallest likelihoods, and one of probabilities, that are far from underflow."""


@dataclass(frozen=True)
@compares_arrays
class GroupEvidence:
    """The evidence of all cases on one group.

    Parameters
    ----------
    group : Group
        Of the engine.
    codes : ndarray of int, shape (patterns, members)
        Each distinct pattern, or each case.
    pattern : ndarray of int, shape (cases,), or None
        Which of the patterns each case has; None where each case has its own.
    counted : ndarray of bool, shape (patterns, factors)
        Whether a pattern says anything of the variable of each factor.
    likelihoods : list of (ndarray of shape (codes, states), or None)
        Of each member and code, scaled to a largest entry of 1; None where nothing is known.
    log_scales : list of ndarray, each (codes,)
        The logarithm of what they were divided by.
    small : bool
        Whether all members may be multiplied out.
    """

    group: Group
    codes: Codes
    pattern: Codes | None
    counted: npt.NDArray[np.bool_]
    likelihoods: list[Array | None]
    log_scales: list[Array]
    small: bool

    @classmethod
    def of(cls, group: Group, cases: Cases, counted: npt.NDArray[np.bool_]) -> "GroupEvidence":
        """Sort cases by their evidence on a group, and by which of all variables are counted."""
        codes, flags = cases.codes[:, group.variables], counted[:, group.factors]
        first, pattern = _distinct(np.hstack([codes, flags]))
        shared = len(first) <= len(codes) / 2
        likelihoods: list[Array | None] = []
        log_scales = []
        for variable, size, column in zip(group.variables, group.sizes, codes.T, strict=True):
            weights = cases.weights[variable]
            largest = weights.max(axis=1)
            blank = bool((column == size).all())
            likelihoods.append(None if blank else weights / largest[:, None])
            log_scales.append(np.log(largest))
        if shared:
            codes, flags = codes[first], flags[first]
        least = [float(rows[rows > 0].min()) for rows in likelihoods if rows is not None]
        few = len(group.sizes) <= MOST_MEMBERS and math.prod(group.tree.sizes) <= SMALL
        small = few and math.prod(least) > LEAST
        return cls(group, codes, pattern if shared else None, flags, likelihoods, log_scales, small)

    def at(self, rows: slice | Codes) -> list[Array | None]:
        """Return the likelihoods of some patterns on each member."""
        return [
            None if likely is None else likely[codes]
            for likely, codes in zip(self.likelihoods, self.codes[rows].T, strict=True)
        ]

    def log_scale(self, rows: slice) -> Array:
        """Return the logarithm of what the likelihoods of some patterns were divided by."""
        pairs = zip(self.log_scales, self.codes[rows].T, strict=True)
        return np.asarray(sum(logs[codes] for logs, codes in pairs))

    def with_tables(self, tables: Tables) -> "AskedGroup":
        """Return the group ready to be asked with a set of tables."""
        numbers = [tables[v][tables[v] > 0].min() for v in self.group.factors]
        small = self.small and math.prod(numbers) > LEAST
        return SmallGroup(self, tables) if small else AskedGroup(self, tables)


class AskedGroup:
    """A group with its evidence and one set of tables, by propagation in its tree."""

    def __init__(self, evidence: GroupEvidence, tables: Tables) -> None:
        self.evidence = evidence
        self.group = evidence.group
        self.factors = self.group.factors
        self.tables = [tables[v][None] for v in self.factors]
        self.cells = self.tree_cells = self.group.tree.cells

    def blocks(self, rows: slice) -> Iterator[slice]:
        """Return some patterns, a few at a time, to bound the memory they take."""
        return blocks(self.cells, *rows.indices(len(self.evidence.codes))[:2])

    def messages(self, rows: slice) -> Array:
        """Return log P(pattern | target), shape (patterns, target states)."""
        potentials = self.group.tree.potentials(self.tables)
        parts = [np.empty((0, self.group.tree.sizes[0]))]
        for some in self.blocks(rows):
            message = self.group.sent(potentials, self.evidence.at(some))
            scale = self.evidence.log_scale(some)[:, None]
            parts.append(message + scale)
        return np.concatenate(parts)

    def count(self, counts: list[Array], rows: slice, on_target: Array, messages: Array) -> None:
        """Add how often each state occurs with each state of its parents.

        Parameters
        ----------
        counts : list of ndarray, each (parents' states..., states)
            By number of the variable; added to.
        rows : slice
            Some patterns.
        on_target : ndarray, shape (patterns, target states)
            How many cases they are, by their state of the target.
        messages : ndarray, shape (patterns, target states)
            As `messages` returns them.
        """
        totals = on_target.sum(axis=1)
        with np.errstate(divide="ignore"):
            outside = outside_of(np.log(on_target), messages)
        for some in self.blocks(rows):
            here = slice(some.start - rows.start, some.stop - rows.start)
            joints = self.families(outside[here], some)
            for number, (v, joint) in enumerate(zip(self.factors, joints, strict=True)):
                each = totals[here] * self.evidence.counted[some, number]
                counts[v] += np.tensordot(each, joint, axes=1)

    def families(self, outside: Array, patterns: slice | Codes) -> list[Array]:
        """Return P(variable, parents | evidence) of every factor.

        Parameters
        ----------
        outside : ndarray, shape (rows, target states)
            What the target hears from everything outside this group.
        patterns : slice, or ndarray of int, shape (rows,)
            The group's own evidence.

        Returns
        -------
        list of ndarray, each (rows, parents' states..., states)
            Adding up to 1.
        """
        likelihoods = [outside, *self.evidence.at(patterns)]
        slopes = self.group.tree.differentiate(self.tables, likelihoods)
        joints = [table * slope for table, slope in zip(self.tables, slopes.factors, strict=True)]
        return [joint / _over_family(joint.sum(_axes(joint)), joint) for joint in joints]


class SmallGroup(AskedGroup):
    """A group whose members are multiplied out."""

    def __init__(self, evidence: GroupEvidence, tables: Tables) -> None:
        super().__init__(evidence, tables)
        sizes = self.group.tree.sizes
        self.members = list(range(1, len(sizes)))
        given: list[Any] = [np.ones(sizes[0]), [0]]
        for table, scope in zip(self.tables, self.group.tree.scopes, strict=True):
            given += [table[0], list(scope)]
        ones = [part for m in self.members for part in (np.ones(sizes[m]), [m])]
        self.joint = np.einsum(*given, *ones, [*self.members, 0], optimize=True)
        blank = [likely is None for likely in evidence.likelihoods]
        self.open = tuple(place for place, none in enumerate(blank) if none)
        self.known = self.joint.sum(axis=self.open).reshape(-1, sizes[0])
        self.cells = IN_CACHE * self.known.size

    def messages(self, rows: slice) -> Array:
        """Return log P(pattern | target), shape (patterns, target states)."""
        messages = np.empty((rows.stop - rows.start, self.known.shape[1]))
        for some in self.blocks(rows):
            here = slice(some.start - rows.start, some.stop - rows.start)
            with np.errstate(divide="ignore"):
                log = np.log(self._worlds(some) @ self.known)
            messages[here] = log + self.evidence.log_scale(some)[:, None]
        return messages

    def count(self, counts: list[Array], rows: slice, on_target: Array, messages: Array) -> None:
        """Add how often each state occurs with each state of its parents."""
        alike: dict[bytes, list[int]] = {}
        counted = self.evidence.counted[rows]
        for number, flags in enumerate(counted.T):
            alike.setdefault(flags.tobytes(), []).append(number)
        sums = [np.zeros_like(self.known) for _ in alike]
        for some in self.blocks(rows):
            here = slice(some.start - rows.start, some.stop - rows.start)
            worlds = self._worlds(some)
            weights, possible = on_target[here], ~np.isneginf(messages[here])
            said = worlds @ self.known  # to a few more digits than the logarithm has
            ratio = np.divide(weights, said, out=np.zeros_like(weights), where=possible)
            for total, (first, *_) in zip(sums, alike.values(), strict=True):
                flags = counted[here, first]
                total += worlds[flags].T @ ratio[flags] if not flags.all() else worlds.T @ ratio
        for total, numbers in zip(sums, alike.values(), strict=True):
            shape = [*self.joint.shape]
            for place in self.open:
                shape[place] = 1
            worlds = self.joint * total.reshape(shape)
            for number in numbers:
                scope = list(self.group.tree.scopes[number])
                counts[self.factors[number]] += np.einsum(worlds, [*self.members, 0], scope)

    def _worlds(self, rows: slice) -> Array:
        """Return the likelihood of all states together of the members that are known of."""
        likelihoods = [likely for likely in self.evidence.at(rows) if likely is not None]
        worlds = np.ones((rows.stop - rows.start, 1))
        for likely in likelihoods:
            worlds = (worlds[:, :, None] * likely[:, None, :]).reshape(len(worlds), -1)
        return worlds


def blocks(cells: int, start: int, stop: int) -> Iterator[slice]:
    """Return the numbers from start to stop, so many at a time that their cells are bounded."""
    step = max(1, BLOCK_CELLS // cells)
    return (slice(at, min(stop, at + step)) for at in range(start, stop, step))


def outside_of(log_target: Array, message: Array) -> Array:
    """Return what the target hears from outside a group, scaled to a largest entry of 1.

    Parameters
    ----------
    log_target : ndarray, shape (rows, target states)
        Logarithm of the target's weights with the group's own message in them.
    message : ndarray, shape (rows, target states)
        The group's own message, which is taken out.
    """
    possible = ~np.isneginf(log_target)
    log = np.subtract(log_target, message, out=np.full_like(log_target, -np.inf), where=possible)
    return relative(log)


def _distinct(rows: Codes) -> tuple[Codes, Codes]:
    """Return the first of each distinct row, in order, and which of them each row is."""
    sizes = rows.max(axis=0).astype(int) + 1
    keys = rows
    if np.prod(sizes, dtype=float) < 2**62:  # one number for each row, which sorts far quicker
        keys = np.ravel_multi_index(tuple(rows.T), tuple(sizes))
    _, first, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return first, which.ravel()


def _axes(joint: Array) -> tuple[int, ...]:
    """Return all axes but that of the rows."""
    return tuple(range(1, joint.ndim))


def _over_family(rows: Array, joint: Array) -> Array:
    """Return a number for each row, shaped to divide an array by."""
    return rows.reshape(-1, *(1,) * (joint.ndim - 1))
