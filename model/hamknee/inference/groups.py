"""The groups into which a network falls apart when its target is known.

A group is a set of variables that speak to each other without the target. What it has to say of a
case is one message to the target: log P(evidence of the group | target).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from hamknee.base import Array, HamkneeError, KeptArrays, compares_arrays
from hamknee.inference.junction_tree import JunctionTree, Reduction
from hamknee.inference.lookup import Codes, combinations

Family: TypeAlias = tuple[int, ...]
"""A variable's parents followed by the variable itself, by number: the axes of its table."""

LOOKUP_PATTERNS = 4096
"""A group with at most this many evidence patterns has all its messages computed in advance."""

BLOCK_CELLS = 2**21
"""Cells of one junction tree that are worked on at once; bounds the memory of many cases."""

MOST_CELLS = 2**26
"""Cells of all junction trees together: 0.5 GiB, of which a question takes a few times as much."""


@dataclass(frozen=True)
@compares_arrays
class Group(KeptArrays):
    """Variables that depend on each other when the target is known.

    Parameters
    ----------
    variables : tuple of int
        The members; in the tree the target is number 0 and they follow.
    sizes : tuple of int
        Number of states of each member.
    factors : tuple of int
        The variables whose tables make up the group, in the order of the tree's scopes.
    tree : JunctionTree
        Over the target and the members.
    potentials : tuple of ndarray
        The tree's clique potentials.
    messages : ndarray, shape (patterns, target states), or None
        log P(pattern | target) of every pattern of hard and missing evidence, if they are few.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> names = list(model.vocabulary)
    >>> groups = [[names[v] for v in group.variables] for group in model.engine.groups]
    >>> ["sex"] in groups  # hangs on the condition alone
    True
    >>> [set(group) >= {"onset", "pop"} for group in groups if "onset" in group]
    [True]
    """

    variables: tuple[int, ...]
    sizes: tuple[int, ...]
    factors: tuple[int, ...]
    tree: JunctionTree
    potentials: tuple[Array, ...]
    messages: Array | None = None

    def counts(self, weights: Sequence[Array]) -> tuple[int, ...]:
        """Return how many codes each member has, given the likelihoods of every variable."""
        return tuple(len(weights[variable]) for variable in self.variables)

    def message(self, codes: Codes, weights: Sequence[Array], reduction: Reduction) -> Array:
        """Return log P(evidence of the group | target), shape (cases, target states).

        Parameters
        ----------
        codes, weights
            As for `Engine.log_joint`.
        reduction : callable
            ``np.sum``, or ``np.max`` for the most probable states in place of all.
        """
        patterns = codes[:, self.variables]
        if self.messages is not None and reduction is np.sum and (patterns <= self.sizes).all():
            plain = tuple(size + 1 for size in self.sizes)
            place = np.ravel_multi_index(tuple(patterns.T.astype(np.intp)), plain)
            looked_up: Array = self.messages[place]
            return looked_up
        if len(codes) == 1:
            return self._computed(patterns, weights, reduction)
        distinct, inverse = np.unique(patterns, axis=0, return_inverse=True)
        return self._computed(distinct, weights, reduction)[inverse.ravel()]

    def all_messages(self, weights: Sequence[Array]) -> Array:
        """Return the messages of all combinations of codes, the last member's changing fastest."""
        plain = self.counts(weights) == tuple(size + 1 for size in self.sizes)
        if plain and self.messages is not None:
            return self.messages
        return self._computed(combinations(self.counts(weights)), weights, np.sum)

    def sent(
        self,
        potentials: Sequence[Array],
        likelihoods: Sequence[Array | None],
        reduction: Reduction = np.sum,
    ) -> Array:
        """Return what the group says to the target, by propagation in its tree.

        Parameters
        ----------
        potentials : sequence of ndarray
            Of the tree's cliques: those of the group, or of other tables in place of some.
        likelihoods : sequence of (ndarray, or None)
            The evidence on each member, as `likelihoods` returns it.
        reduction : callable
            As for `message`.

        Returns
        -------
        ndarray, shape (cases or tables, target states)
        """
        collected = self.tree.collect(potentials, [None, *likelihoods], reduction)
        return self.tree.root_belief(collected, 0, reduction)

    def likelihoods(self, patterns: Codes, weights: Sequence[Array]) -> list[Array | None]:
        """Return the evidence on each member, None where nothing is known in any case.

        Parameters
        ----------
        patterns : ndarray of int, shape (cases, members)
            The members' codes.
        weights : sequence of ndarray
            Of every variable.
        """
        return [
            None if (codes == size).all() else weights[variable][codes]
            for variable, size, codes in zip(self.variables, self.sizes, patterns.T, strict=True)
        ]

    def blocks(self, count: int) -> list[slice]:
        """Return many cases a block at a time, to bound the memory of the tree."""
        step = max(1, BLOCK_CELLS // self.tree.cells)
        return [slice(start, start + step) for start in range(0, count, step)]

    def _computed(self, patterns: Codes, weights: Sequence[Array], reduction: Reduction) -> Array:
        """Return the messages of some patterns by propagation in the tree."""
        messages = np.empty((len(patterns), self.tree.sizes[0]))
        for block in self.blocks(len(patterns)):
            likelihoods = self.likelihoods(patterns[block], weights)
            messages[block] = self.sent(self.potentials, likelihoods, reduction)
        return messages


def find_groups(
    sizes: Sequence[int],
    families: Sequence[Family],
    tables: Sequence[Array],
    target: int,
    weights: Sequence[Array],
) -> list[Group]:
    """Return the groups of a network, each ready to be asked.

    Parameters
    ----------
    sizes, families, tables, target
        As for `Engine`.
    weights : sequence of ndarray, each (states + 1, states)
        The likelihoods of hard and missing evidence on every variable.

    Raises
    ------
    HamkneeError
        If exact answers would take more memory than there may be.
    """
    groups: list[Group] = []
    cells = 0
    for members in _components(families, len(sizes), target):
        local = {target: 0} | {variable: i for i, variable in enumerate(members, start=1)}
        inside = [i for i, family in enumerate(families) if not set(family).isdisjoint(members)]
        scopes = [tuple(local[variable] for variable in families[i]) for i in inside]
        tree = JunctionTree([sizes[variable] for variable in local], scopes, root=0)
        cells += tree.cells
        _check_size(cells)
        group = Group(
            members,
            tuple(sizes[variable] for variable in members),
            tuple(families[i][-1] for i in inside),
            tree,
            tuple(tree.potentials([tables[i][None] for i in inside])),
        )
        few = math.prod(group.counts(weights)) <= LOOKUP_PATTERNS
        groups.append(replace(group, messages=group.all_messages(weights)) if few else group)
    return groups


def _check_size(cells: int) -> None:
    """Stop before arrays are made for which there may be no memory."""
    if cells > MOST_CELLS:
        problem = (
            f"its variables are linked too closely: exact answers would take {cells:,} numbers"
        )
        allowed = f"at most {MOST_CELLS:,}; fewer parents or states, or another target"
        raise HamkneeError(f"{problem} at once; allowed: {allowed}")


def _components(families: Sequence[Family], count: int, target: int) -> list[tuple[int, ...]]:
    """Return the groups of variables that are connected in the moral graph without the target."""
    group = list(range(count))
    for family in families:
        members = [variable for variable in family if variable != target]
        for variable in members[1:]:
            old, new = group[variable], group[members[0]]
            group = [new if g == old else g for g in group]
    components: dict[int, list[int]] = {}
    for variable in range(count):
        if variable != target:
            components.setdefault(group[variable], []).append(variable)
    return [tuple(members) for members in components.values()]
