"""What could still be answered in one case: every combination of answers, or draws of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hamknee.base import Array, Codes
from hamknee.inference import Case, draw_given

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
    codes = draw_given(case, variables, lambda _: rng.random(count))
    target = case.model.engine.target
    codes[:, target] = case.codes[target]
    return codes
