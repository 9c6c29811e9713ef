"""The compiled network: exact sums over coded cases, with nothing but numpy.

Given the target, a network falls apart into groups of variables that no longer speak to each
other. Each group sends the target one message, and log P(target, evidence) is their sum. What
makes it fast is that a group sends one message for each *distinct* evidence pattern, not for each
case: the messages of a small group are all computed when the engine is made, and a case only looks
them up. Larger groups, likelihoods and the other queries go through the group's junction tree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hamknee.junction_tree import Array, JunctionTree, Reduction

Codes = npt.NDArray[np.intp]
Family = tuple[int, ...]
"""A variable's parents followed by the variable itself, by number: the axes of its table."""

LOOKUP_PATTERNS = 4096
"""A group with at most this many evidence patterns has all its messages computed in advance."""

BLOCK_CELLS = 2**21
"""Cells of one junction tree that are worked on at once; bounds the memory of many cases."""

TIE = 1e-9
"""Relative difference below which two explanations count as equally probable."""


@dataclass(frozen=True)
class Group:
    """Variables that depend on each other when the target is known.

    Parameters
    ----------
    variables : tuple of int
        The members; in the tree the target is number 0 and they follow.
    factors : tuple of int
        The variables whose tables make up the group, in the order of the tree's scopes.
    tree : JunctionTree
        Over the target and the members.
    potentials : tuple of ndarray
        The tree's clique potentials.
    strides : tuple of int
        Turn the members' codes into the row of their pattern.
    messages : ndarray, shape (patterns, target states), or None
        log P(pattern | target) of every pattern of hard and missing evidence, if they are few.
    """

    variables: tuple[int, ...]
    factors: tuple[int, ...]
    tree: JunctionTree
    potentials: tuple[Array, ...]
    strides: tuple[int, ...]
    messages: Array | None


class Engine:
    """A compiled network with one target. Nothing in it changes after it is made.

    Parameters
    ----------
    sizes : sequence of int
        Number of states of each variable.
    families, tables : sequence of Family, sequence of ndarray
        Each variable's family and its conditional probability table.
    target : int
        The variable that is asked for.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        families: Sequence[Family],
        tables: Sequence[Array],
        target: int,
    ) -> None:
        self.sizes = tuple(sizes)
        self.target = target
        self._plain = [np.vstack([np.eye(size), np.ones(size)]) for size in self.sizes]
        self.log_own = np.zeros(self.sizes[target])
        """Logarithm of the factors on the target alone, shape (target states,)."""
        own = [table for family, table in zip(families, tables, strict=True) if family == (target,)]
        with np.errstate(divide="ignore"):
            for table in own:
                self.log_own = np.log(table)
        self.groups = tuple(
            self._group(members, families, tables)
            for members in _components(families, len(self.sizes), target)
        )
        self._stack_messages()

    def _group(
        self, members: tuple[int, ...], families: Sequence[Family], tables: Sequence[Array]
    ) -> Group:
        local = {self.target: 0} | {variable: i for i, variable in enumerate(members, start=1)}
        mine = [i for i, family in enumerate(families) if not set(family).isdisjoint(members)]
        scopes = [tuple(local[variable] for variable in families[i]) for i in mine]
        tree = JunctionTree([self.sizes[variable] for variable in local], scopes, root=0)
        potentials = tuple(tree.potentials([tables[i][None] for i in mine]))
        strides: list[int] = []
        patterns = 1
        for variable in reversed(members):
            strides.insert(0, patterns)
            patterns *= self.sizes[variable] + 1
        factors = tuple(families[i][-1] for i in mine)
        group = Group(members, factors, tree, potentials, tuple(strides), None)
        if patterns > LOOKUP_PATTERNS:
            return group
        shape = tuple(self.sizes[variable] + 1 for variable in members)
        codes = np.tile(np.array(self.sizes, dtype=np.intp), (patterns, 1))
        codes[:, members] = np.indices(shape, dtype=np.intp).reshape(len(members), -1).T
        messages = self._computed(group, codes, self._plain, np.sum)
        return Group(members, factors, tree, potentials, tuple(strides), messages)

    def _stack_messages(self) -> None:
        """Put the messages of all groups one below the other, so that one case is one look-up."""
        self.blank: list[int] = []
        self.place: dict[int, tuple[int, int, int]] = {}
        start = 0
        for number, group in enumerate(self.groups):
            if group.messages is not None:
                rows = len(group.messages)
                for variable, stride in zip(group.variables, group.strides, strict=True):
                    self.place[variable] = (number, stride, self.sizes[variable])
                self.blank.append(start + rows - 1)  # the last pattern knows nothing
                start += rows
        tables = [group.messages for group in self.groups if group.messages is not None]
        self.looked_up = len(tables) == len(self.groups)
        self.stack = np.vstack(tables) if tables else np.zeros((0, len(self.log_own)))

    # One number for all: log P(target, evidence) -------------------------------------------

    def log_joint_of(self, states: Iterable[tuple[int, int]]) -> Array | None:
        """Return log P(target, evidence) of one case of hard evidence, by looking it up.

        Parameters
        ----------
        states : iterable of (int, int)
            Variable and state.

        Returns
        -------
        ndarray, shape (target states,), or None
            None where a look-up does not do.
        """
        if not self.looked_up:
            return None
        rows = list(self.blank)
        for variable, state in states:
            if variable == self.target:
                return None
            group, stride, size = self.place[variable]
            rows[group] += (state - size) * stride
        total: Array = self.stack[rows].sum(axis=0)
        return total + self.log_own

    def log_joint(self, codes: Codes, weights: Sequence[Array]) -> Array:
        """Return log P(target, evidence) of many cases.

        Parameters
        ----------
        codes : ndarray of int, shape (cases, variables)
            Rows of `weights`.
        weights : sequence of ndarray, each (rows, states)
            Likelihoods that occur of each variable; row k of a variable with k states is all ones.

        Returns
        -------
        ndarray, shape (cases, target states)
            Natural logarithms, -inf where impossible.
        """
        total = self._log_target(codes, weights)
        for group in self.groups:
            total += self._message(group, codes, weights, np.sum)
        return total

    def _log_target(self, codes: Codes, weights: Sequence[Array]) -> Array:
        """Return the part of log P(target, evidence) that is on the target itself."""
        with np.errstate(divide="ignore"):
            log_weights = np.log(weights[self.target])
        return np.asarray(self.log_own + log_weights[codes[:, self.target]])

    def _message(
        self, group: Group, codes: Codes, weights: Sequence[Array], reduction: Reduction
    ) -> Array:
        """Return log P(evidence of a group | target), shape (cases, target states)."""
        patterns = codes[:, group.variables]
        plain = all(
            len(weights[v]) == self.sizes[v] + 1 or (codes[:, v] <= self.sizes[v]).all()
            for v in group.variables
        )
        if plain and group.messages is not None and reduction is np.sum:
            looked_up: Array = group.messages[patterns @ np.array(group.strides)]
            return looked_up
        if len(codes) == 1:
            return self._computed(group, codes, weights, reduction)
        _, first, inverse = np.unique(patterns, axis=0, return_index=True, return_inverse=True)
        return self._computed(group, codes[first], weights, reduction)[inverse.ravel()]

    def _computed(
        self, group: Group, codes: Codes, weights: Sequence[Array], reduction: Reduction
    ) -> Array:
        """Return the messages of a group by propagation, a block of cases at a time."""
        messages = np.empty((len(codes), self.sizes[self.target]))
        for block in _blocks(len(codes), group.tree.cells):
            likelihoods = [None, *self._likelihoods(group, codes[block], weights)]
            collected = group.tree.collect(group.potentials, likelihoods, reduction)
            messages[block] = group.tree.root_belief(collected, 0, reduction)
        return messages

    def _likelihoods(
        self, group: Group, codes: Codes, weights: Sequence[Array]
    ) -> list[Array | None]:
        """Return the evidence on each member, None where nothing is known in any case."""
        return [
            None if (codes[:, v] == self.sizes[v]).all() else weights[v][codes[:, v]]
            for v in group.variables
        ]

    # Everything else -----------------------------------------------------------------------

    def marginals(
        self, codes: Codes, weights: Sequence[Array], reduction: Reduction = np.sum
    ) -> list[Array]:
        """Return P(variable | evidence) of every variable.

        Parameters
        ----------
        codes, weights
            As for `log_joint`; no case may be impossible.
        reduction : callable
            ``np.max`` gives max-marginals, scaled to a largest entry of 1, in place of marginals.

        Returns
        -------
        list of ndarray, each (cases, states)
        """
        found = [np.empty((len(codes), size)) for size in self.sizes]
        own = self._log_target(codes, weights)
        messages = [self._message(group, codes, weights, reduction) for group in self.groups]
        # What the target hears from everyone but one group: sums from the left and the right,
        # because a message may be -inf and cannot be taken away again.
        left = own
        right = [np.zeros_like(own)]
        for message in reversed(messages[1:]):
            right.append(right[-1] + message)
        for group, message in zip(self.groups, messages, strict=True):
            self._marginals_of(group, _exp(left + right.pop()), codes, weights, reduction, found)
            left = left + message
        target = _exp(left)
        found[self.target] = target / reduction(target, axis=1, keepdims=True)
        return found

    def _marginals_of(
        self,
        group: Group,
        on_target: Array,
        codes: Codes,
        weights: Sequence[Array],
        reduction: Reduction,
        found: list[Array],
    ) -> None:
        """Fill in the marginals of a group's members, a block of cases at a time."""
        for block in _blocks(len(codes), group.tree.cells):
            likelihoods = [on_target[block], *self._likelihoods(group, codes[block], weights)]
            collected = group.tree.collect(group.potentials, likelihoods, reduction)
            beliefs = group.tree.distribute(collected, reduction)
            for number, variable in enumerate(group.variables, start=1):
                found[variable][block] = group.tree.marginal(beliefs, number, reduction)

    def explain(
        self, codes: Codes, weights: Sequence[Array]
    ) -> tuple[Codes, Array, npt.NDArray[np.bool_]]:
        """Return the jointly most probable state of every variable.

        Max-marginals name the states; where one is tied, its first state is entered as evidence
        and the rest is asked again, so that the answer is one explanation and not a mixture.

        Returns
        -------
        states : ndarray of int, shape (cases, variables)
        log_probability : ndarray, shape (cases,)
            log P(states, evidence).
        tied : ndarray of bool, shape (cases, variables)
            Whether another state would do as well.
        """
        settled = codes.copy()
        tied: npt.NDArray[np.bool_] | None = None
        open_rows = np.arange(len(codes))
        states = np.empty_like(codes)
        while len(open_rows):
            found = self.marginals(settled[open_rows], weights, np.max)
            best = np.stack([m >= 1 - TIE for m in _padded(found)], axis=1)
            states[open_rows] = best.argmax(axis=2)
            several = best.sum(axis=2) > 1
            tied = several if tied is None else tied
            undecided = several.any(axis=1)
            rows = open_rows[undecided]
            variables = several[undecided].argmax(axis=1)
            settled[rows, variables] = states[rows, variables]
            open_rows = rows
        log_p = self.log_joint(states, self._plain)[np.arange(len(codes)), states[:, self.target]]
        with np.errstate(divide="ignore"):
            for variable, rows_of in enumerate(weights):
                log_p = log_p + np.log(rows_of[codes[:, variable], states[:, variable]])
        return states, log_p, np.zeros(codes.shape, dtype=bool) if tied is None else tied


def log_total(log_joint: Array) -> Array:
    """Return log P(evidence) from log P(target, evidence), shape (cases,)."""
    top = log_joint.max(axis=-1)
    safe = np.where(np.isneginf(top), 0.0, top)
    with np.errstate(divide="ignore"):
        return np.asarray(safe + np.log(np.exp(log_joint - safe[..., None]).sum(axis=-1)))


def _exp(log: Array) -> Array:
    """Return exp of each case's logarithms, scaled to a largest entry of 1."""
    return np.asarray(np.exp(log - log.max(axis=1, keepdims=True)))


def _padded(arrays: Sequence[Array]) -> list[Array]:
    """Return arrays of (cases, states) widened with zeros to the same number of states."""
    width = max(array.shape[1] for array in arrays)
    return [np.pad(array, ((0, 0), (0, width - array.shape[1]))) for array in arrays]


def _blocks(count: int, cells: int) -> list[slice]:
    step = max(1, BLOCK_CELLS // cells)
    return [slice(start, start + step) for start in range(0, count, step)]


def _components(families: Sequence[Family], count: int, target: int) -> list[tuple[int, ...]]:
    """Return the groups of variables that are connected in the moral graph without the target."""
    group = list(range(count))
    for family in families:
        members = [variable for variable in family if variable != target]
        for variable in members[1:]:
            old, new = group[variable], group[members[0]]
            group = [new if g == old else g for g in group]
    found: dict[int, list[int]] = {}
    for variable in range(count):
        if variable != target:
            found.setdefault(group[variable], []).append(variable)
    return [tuple(members) for members in found.values()]
