"""The compiled network: exact sums over coded cases, with nothing but numpy.

Given the target, a network falls apart into groups of variables that no longer speak to each
other. Each group sends the target one message, and log P(target, evidence) is their sum. What
makes it fast is that a group sends one message for each *distinct* evidence pattern, not for each
case: the messages of a small group are all computed when the engine is made, and a case only looks
them up. Larger groups, likelihoods and the other queries go through the group's junction tree.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, in_runs, keep_arrays
from hamknee.inference.groups import LOOKUP_PATTERNS, Family, Group, find_groups
from hamknee.inference.junction_tree import Reduction
from hamknee.inference.lookup import Codes, Lookup, Summand
from hamknee.inference.wide import Wide

CASES_WORTH_A_LOOKUP = 512
"""From so many cases on, likelihoods that occur among them are put into tables of their own."""

EXPONENTS = 300.0
"""Where P(evidence) is between exp(-300) and exp(300), it is worked with without scaling."""

TIE = 1e-9
"""Relative difference below which two explanations count as equally probable."""


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

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.inference import Engine
    >>> torn = np.array([0.2, 0.8])  # P(torn), P(not torn)
    >>> pop = np.array([[0.9, 0.1], [0.25, 0.75]])  # P(pop | torn), P(pop | not torn)
    >>> engine = Engine(sizes=[2, 2], families=[(0,), (0, 1)], tables=[torn, pop], target=0)
    >>> weights = 2 * [np.vstack([np.eye(2), np.ones(2)])]  # one state, the other, not known
    >>> heard_and_not_known = np.array([[2, 0], [2, 2]])
    >>> engine.posteriors(heard_and_not_known, weights)[0].round(3)
    array([[0.474, 0.526],
           [0.2  , 0.8  ]])
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
        self.groups = tuple(find_groups(self.sizes, families, tables, target, self._plain))
        self._stack_messages()
        small = [group for group in self.groups if group.messages is not None]
        self._lookup = self._merged(small, self._plain)
        for part in (self, self._lookup):
            keep_arrays(part)

    def _stack_messages(self) -> None:
        """Put the messages of all groups one below the other, so that one case is one look-up."""
        self.blank: list[int] = []
        self.place: dict[int, tuple[int, int, int]] = {}
        start = 0
        for number, group in enumerate(self.groups):
            if group.messages is not None:
                rows = stride = len(group.messages)
                for variable, size in zip(group.variables, group.sizes, strict=True):
                    stride //= size + 1
                    self.place[variable] = (number, stride, size)
                self.blank.append(start + rows - 1)  # the last pattern knows nothing
                start += rows
        tables = [group.messages for group in self.groups if group.messages is not None]
        self.looked_up = len(tables) == len(self.groups)
        self.stack = np.vstack([np.zeros((0, len(self.log_own))), *tables])

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
        total = np.empty((len(codes), len(self.log_own)))
        blocks, log_joint_of = self._in_blocks(codes, weights)
        for block in blocks:
            total[block] = log_joint_of(block)
        return total

    def posteriors(
        self, codes: Codes, weights: Sequence[Array], workers: int = 1
    ) -> tuple[Array, Array]:
        """Return P(target | evidence) and log P(evidence) of many cases.

        Parameters
        ----------
        codes, weights
            As for `log_joint`.
        workers : int
            Threads that share the cases.

        Returns
        -------
        probabilities : ndarray, shape (cases, target states)
            NaN where the evidence is impossible.
        log_p_evidence : ndarray, shape (cases,)
            Natural logarithms, -inf where impossible.
        """
        probabilities = np.empty((len(codes), len(self.log_own)))
        log_p = np.empty(len(codes))
        blocks, log_joint_of = self._in_blocks(codes, weights)

        def fill(run: Sequence[slice]) -> None:
            for block in run:
                probabilities[block], log_p[block] = normalised(log_joint_of(block))

        in_runs(fill, blocks, workers)
        return probabilities, log_p

    def log_p_alone(self, codes: Codes, weights: Sequence[Array], workers: int = 1) -> Array:
        """Return the sum of log P(e) over the findings e of each case, each taken by itself.

        Parameters
        ----------
        codes, weights, workers
            As for `posteriors`.

        Returns
        -------
        ndarray, shape (cases,)
            0 where nothing is known, -inf where a finding is impossible by itself.
        """
        counts = [len(rows) for rows in weights]
        variable = np.repeat(np.arange(len(counts)), counts)
        code = np.concatenate([np.arange(count) for count in counts])
        alone = np.tile(np.array(self.sizes, dtype=np.intp), (len(code), 1))
        alone[np.arange(len(code)), variable] = code
        log_p = log_total(self.log_joint(alone, weights))
        log_p[code == np.array(self.sizes)[variable]] = 0.0
        parts = [
            Summand((v,), (count,), log_p[variable == v, None]) for v, count in enumerate(counts)
        ]
        lookup = Lookup(parts, len(self.sizes))
        total = np.empty(len(codes))

        def fill(run: Sequence[slice]) -> None:
            for block in run:
                total[block] = lookup.sums(codes[block])[:, 0]

        in_runs(fill, list(lookup.blocks(len(codes))), workers)
        return total

    def _in_blocks(
        self, codes: Codes, weights: Sequence[Array]
    ) -> tuple[list[slice], Callable[[slice], Array]]:
        """Return blocks of cases, and what gives log P(target, evidence) of each of them."""
        lookup, others = self._lookup_for(len(codes), weights)
        apart = [group.message(codes, weights, np.sum) for group in others]
        on_target = codes[:, self.target]
        if (on_target != self.sizes[self.target]).any():
            with np.errstate(divide="ignore"):
                apart.append(np.log(weights[self.target])[on_target])
        rest = sum(apart[1:], start=apart[0]) if apart else None

        def log_joint_of(block: slice) -> Array:
            log_joint = lookup.sums(codes[block])
            if rest is not None:
                log_joint += rest[block]
            return log_joint

        return list(lookup.blocks(len(codes))), log_joint_of

    def _lookup_for(self, count: int, weights: Sequence[Array]) -> tuple[Lookup, list[Group]]:
        """Return what so many cases look up, and the groups that leaves out."""
        if all(len(rows) == size + 1 for rows, size in zip(weights, self.sizes, strict=True)):
            return self._lookup, [group for group in self.groups if group.messages is None]
        if count < CASES_WORTH_A_LOOKUP:
            return self._merged([], weights), list(self.groups)
        few = [math.prod(group.counts(weights)) <= LOOKUP_PATTERNS for group in self.groups]
        looked_up = list(itertools.compress(self.groups, few))
        others = [group for group, is_few in zip(self.groups, few, strict=True) if not is_few]
        return self._merged(looked_up, weights), others

    def _merged(self, groups: Iterable[Group], weights: Sequence[Array]) -> Lookup:
        """Return the look-up of the factors on the target alone and of some groups' messages."""
        parts = [Summand((), (), self.log_own[None])]
        parts += [Summand(g.variables, g.counts(weights), g.all_messages(weights)) for g in groups]
        return Lookup(parts, len(self.sizes))

    def _log_target(self, codes: Codes, weights: Sequence[Array]) -> Array:
        """Return the part of log P(target, evidence) that is on the target itself."""
        with np.errstate(divide="ignore"):
            log_weights = np.log(weights[self.target])
        return np.asarray(self.log_own + log_weights[codes[:, self.target]])

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
        marginals = [np.empty((len(codes), size)) for size in self.sizes]
        own = self._log_target(codes, weights)
        messages = [group.message(codes, weights, reduction) for group in self.groups]
        # What the target hears from everyone but one group: sums from the left and the right,
        # because a message may be -inf and cannot be taken away again.
        left = own
        right = [np.zeros_like(own)]
        for message in reversed(messages[1:]):
            right.append(right[-1] + message)
        for group, message in zip(self.groups, messages, strict=True):
            on_target = left + right.pop()
            self._marginals_of(group, on_target, codes, weights, reduction, marginals)
            left = left + message
        target = relative(left)
        marginals[self.target] = target / reduction(target, axis=1, keepdims=True)
        return marginals

    def _marginals_of(
        self,
        group: Group,
        on_target: Array,
        codes: Codes,
        weights: Sequence[Array],
        reduction: Reduction,
        marginals: list[Array],
    ) -> None:
        """Fill in the marginals of a group's members, a block of cases at a time.

        `on_target` is the logarithm of what the target hears from everyone else.
        """
        patterns = codes[:, group.variables]
        for block in group.blocks(len(codes)):
            heard = _likelihood(on_target[block])
            likelihoods = [heard, *group.likelihoods(patterns[block], weights)]
            collected = group.tree.collect(group.potentials, likelihoods, reduction)
            beliefs = group.tree.distribute(collected, reduction)
            for number, variable in enumerate(group.variables, start=1):
                marginals[variable][block] = group.tree.marginal(beliefs, number, reduction)

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
        tied = np.zeros(codes.shape, dtype=bool)
        open_rows = np.arange(len(codes))
        states = np.empty_like(codes)
        while len(open_rows):
            marginals = self.marginals(settled[open_rows], weights, np.max)
            best = np.stack([m >= 1 - TIE for m in _padded(marginals)], axis=1)
            states[open_rows] = best.argmax(axis=2)
            several = best.sum(axis=2) > 1
            tied[open_rows] |= several
            undecided = several.any(axis=1)
            rows = open_rows[undecided]
            variables = several[undecided].argmax(axis=1)
            settled[rows, variables] = states[rows, variables]
            open_rows = rows
        log_p = self.log_joint(states, self._plain)[np.arange(len(codes)), states[:, self.target]]
        with np.errstate(divide="ignore"):
            for variable, rows_of in enumerate(weights):
                log_p = log_p + np.log(rows_of[codes[:, variable], states[:, variable]])
        return states, log_p, tied


def log_total(log_joint: Array) -> Array:
    """Return log P(evidence) from log P(target, evidence), shape (cases,).

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.inference import log_total
    >>> np.exp(log_total(np.log([[0.2, 0.3], [0.02, 0.03]]))).round(3).tolist()
    [0.5, 0.05]
    """
    top = np.maximum(log_joint.max(axis=-1), np.finfo(float).min)  # -inf - -inf would be NaN
    with np.errstate(divide="ignore"):
        return np.asarray(top + np.log(np.exp(log_joint - top[..., None]).sum(axis=-1)))


def normalised(log_joint: Array) -> tuple[Array, Array]:
    """Return P(target | evidence) and log P(evidence) from log P(target, evidence).

    Parameters
    ----------
    log_joint : ndarray, shape (cases, target states)

    Returns
    -------
    probabilities : ndarray, shape (cases, target states)
        NaN where the evidence is impossible.
    log_p_evidence : ndarray, shape (cases,)
        -inf where the evidence is impossible.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.inference import normalised
    >>> probabilities, log_p_evidence = normalised(np.log([[0.2, 0.3], [0.02, 0.03]]))
    >>> probabilities.round(3).tolist(), np.exp(log_p_evidence).round(3).tolist()
    ([[0.4, 0.6], [0.4, 0.6]], [0.5, 0.05])
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        joint = np.exp(log_joint)
        total = joint @ np.ones(joint.shape[1])  # quicker than sum(axis=1) on short rows
        log_p = np.log(total)
        joint /= total[:, None]
        extreme = ~(np.abs(log_p) < EXPONENTS)
        if extreme.any():
            log_p[extreme] = log_total(log_joint[extreme])
            joint[extreme] = np.exp(log_joint[extreme] - log_p[extreme, None])
    return joint, log_p


def conditioned(log_joint: Array) -> Array:
    """Return P(target | evidence) from log P(target, evidence), both of shape (cases, states).

    NaN where the evidence is impossible. `normalised` is quicker for very many cases and gives
    log P(evidence) as well; the two may differ in the last digit.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.inference import conditioned
    >>> conditioned(np.log([[0.2, 0.3], [0.02, 0.03]])).round(3).tolist()
    [[0.4, 0.6], [0.4, 0.6]]
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(np.exp(log_joint - log_total(log_joint)[..., None]))


def relative(log: Array) -> Array:
    """Return exp of logarithms, shape (cases, states), scaled to a largest entry of 1 in each.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.inference import relative
    >>> relative(np.log([[0.2, 0.1], [0.02, 0.05]])).round(3).tolist()
    [[1.0, 0.5], [0.4, 1.0]]
    """
    return np.asarray(np.exp(log - log.max(axis=1, keepdims=True)))


def _likelihood(log: Array) -> Array | Wide:
    """Return exp of logarithms up to a factor for each case, whatever their range is."""
    try:
        with np.errstate(under="raise"):
            return relative(log)
    except FloatingPointError:
        return Wide.of_log(log)


def _padded(arrays: Sequence[Array]) -> list[Array]:
    """Return arrays of (cases, states) widened with zeros to the same number of states."""
    width = max(array.shape[1] for array in arrays)
    return [np.pad(array, ((0, 0), (0, width - array.shape[1]))) for array in arrays]
