"""What could still be answered in one case: every combination of answers, or draws of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hamknee.base import Array, Codes
from hamknee.inference import Case, relative

BLOCK_ROWS = 2**15
"""Variations that are evaluated at once; bounds the memory."""


def answered(case: Case, sets: Sequence[tuple[int, ...]]) -> tuple[Array, Codes]:
    """Return P(answers, target | evidence) for all combinations of answers to sets of questions.

    Parameters
    ----------
    case : Case
        What is known so far. Where that is uncertain for a variable that is asked (one of
        several, likelihoods), each definite answer is weighted by it.
    sets : sequence of tuple of int
        The open variables of each set.

    Returns
    -------
    joint : ndarray, shape (combinations of all sets, target states)
        The sets one below the other; within a set the last question's answer changes fastest.
        The rows of one set add up to P(target | evidence).
    starts : ndarray of int, shape (sets,)
        First row of each set.
    """
    counts = [int(case.sizes[list(chosen)].prod()) for chosen in sets]
    ends = np.cumsum([0, *counts])
    joint = np.empty((int(ends[-1]), len(case.posterior.probabilities)))
    first = 0
    while first < len(sets):
        last = first + 1
        while last < len(sets) and ends[last + 1] - ends[first] <= BLOCK_ROWS:
            last += 1
        log_joint = _log_joint(case, sets[first:last], counts[first:last])
        joint[ends[first] : ends[last]] = np.exp(log_joint - case.posterior.log_p_evidence)
        first = last
    return joint, np.asarray(ends[:-1], dtype=np.intp)


def _log_joint(case: Case, sets: Sequence[tuple[int, ...]], counts: Sequence[int]) -> Array:
    codes = np.tile(case.codes, (sum(counts), 1))
    log_weight = np.zeros(len(codes))
    grids: dict[tuple[int, ...], Codes] = {}
    start = 0
    for chosen, count in zip(sets, counts, strict=True):
        shape = tuple(int(size) for size in case.sizes[list(chosen)])
        if shape not in grids:
            grids[shape] = np.indices(shape, dtype=np.intp).reshape(len(shape), count).T
        grid = grids[shape]
        codes[start : start + count, list(chosen)] = grid
        for position, variable in enumerate(chosen):
            log_weight[start : start + count] += _log_weights(case, variable)[grid[:, position]]
        start += count
    return np.asarray(case.log_joint(codes) + log_weight[:, None])


def _log_weights(case: Case, variable: int) -> Array:
    """Return the log likelihood that the evidence gives each state of a variable so far."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(case.likelihoods[variable]))


def draw_answers(
    case: Case, variables: Sequence[int], count: int, rng: np.random.Generator
) -> Codes:
    """Draw answers to open questions from P(answers | evidence), exactly.

    The target is drawn first. Given it, the engine's groups do not speak to each other, and
    within one the variables are drawn one after the other, each given those before. Draws that
    agree so far share one evaluation.

    Parameters
    ----------
    case : Case
        What is known.
    variables : sequence of int
        Open variables.
    count : int
        How many draws.
    rng : Generator
        For the draws.

    Returns
    -------
    ndarray of int, shape (draws, variables of the model)
        The case with the answers filled in.
    """
    codes = np.tile(case.codes, (count, 1))
    states = _choose(np.tile(case.posterior.probabilities, (count, 1)), rng)
    for group in case.model.engine.groups:
        present, member = np.unique(states, return_inverse=True)
        patterns = np.tile(case.codes, (len(present), 1))
        target = present
        for variable in group.variables:
            if variable not in variables:
                continue
            probabilities = _next_answer(case, patterns, target, variable)
            size = probabilities.shape[1]
            answer = _choose(probabilities[member], rng)
            codes[:, variable] = answer
            pairs, member = np.unique(member * size + answer, return_inverse=True)
            patterns, target = patterns[pairs // size], target[pairs // size]
            patterns[:, variable] = pairs % size
    return codes


def _next_answer(case: Case, patterns: Codes, target: Codes, variable: int) -> Array:
    """Return P(variable | pattern, target state), shape (patterns, states of the variable)."""
    size = int(case.sizes[variable])
    codes = np.repeat(patterns, size, axis=0)
    codes[:, variable] = np.tile(np.arange(size), len(patterns))
    log_joint = case.log_joint(codes)[np.arange(len(codes)), np.repeat(target, size)]
    log_joint = log_joint.reshape(-1, size) + _log_weights(case, variable)
    weights = relative(log_joint)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _choose(probabilities: Array, rng: np.random.Generator) -> Codes:
    """Draw one state for each row of probabilities; a state of probability 0 is never drawn."""
    edges = probabilities.cumsum(axis=1)
    drawn = (rng.random((len(edges), 1)) * edges[:, -1:] >= edges).sum(axis=1)
    return np.asarray(np.minimum(drawn, edges.shape[1] - 1))
