"""Cohorts as the model would make them, patient for patient beside those that were seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, Codes
from hamknee.inference import Model, draw, drawn_tables
from hamknee.network import Cases, LabelledCases


def worlds(model: Model, labelled: LabelledCases) -> tuple[Cases, npt.NDArray[np.intp]]:
    """Return what a replicate of each case starts from, once each, and which is whose.

    That is what is known of the target and the context, and of whatever stands above them.

    Parameters
    ----------
    model : Model
        Whose arrows tell what stands above.
    labelled : LabelledCases
        The cases that were seen.
    """
    known = labelled.with_diagnosis().only(_above(model))
    distinct, which = np.unique(known.codes, axis=0, return_inverse=True)
    return Cases(known.vocabulary, distinct, known.weights), which.ravel()


def replicate(
    model: Model, labelled: LabelledCases, count: int, rng: np.random.Generator
) -> Iterator[Codes]:
    """Yield cohorts in which each patient has the diagnosis and context of one that was seen.

    The tables are drawn anew for each cohort, from the Dirichlets of their equivalent sample
    sizes. Where diagnosis or context is not known, it is drawn given what is known of the two.

    Parameters
    ----------
    model : Model
        That makes the patients.
    labelled : LabelledCases
        The cases that were seen.
    count : int
        How many cohorts.
    rng : Generator
        For the draws.

    Yields
    ------
    ndarray of int, shape (cases, variables)
        Complete: what was not asked is there, too.
    """
    start, which = worlds(model, labelled)
    names = [name for name in model.cpts if name in _above(model)]
    index = model.vocabulary.index
    for _ in range(count):
        rows, place = _settled(model, start, which, names, rng)
        held = {name: rows[place, index[name]] for name in names}
        yield draw(model, len(which), rng, held, cpts=drawn_tables(model, rng))


def _above(model: Model) -> set[str]:
    """Return target and context, and all their ancestors."""
    waiting = [each.name for each in model.vocabulary.having("target")]
    waiting += [each.name for each in model.vocabulary.having("context")]
    above: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in above:
            above.add(name)
            waiting += model.cpts[name].parents
    return above


def _settled(
    model: Model,
    start: Cases,
    which: npt.NDArray[np.intp],
    names: list[str],
    rng: np.random.Generator,
) -> tuple[Codes, npt.NDArray[np.intp]]:
    """Return codes with a state of each of these variables, drawn where there was none.

    As `worlds` does, once each, and which is whose.
    """
    rows, place = start.codes, which
    for name in names:
        number = model.vocabulary.index[name]
        size = model.engine.sizes[number]
        states, lacking = rows[place, number], rows[:, number] >= size
        if lacking.any():
            asked = Cases(start.vocabulary, rows[lacking], start.weights)
            edges = np.zeros((len(rows), size))
            edges[lacking] = model.marginals(asked)[name].cumsum(axis=1)
            drawn = np.flatnonzero(lacking[place])
            theirs: Array = edges[place[drawn]]
            above = rng.random((len(drawn), 1)) * theirs[:, -1:] >= theirs
            states[drawn] = np.minimum(above.sum(axis=1), size - 1)
        pairs = place * size + states
        present = np.flatnonzero(np.bincount(pairs))
        numbered = np.empty(present[-1] + 1, dtype=np.intp)
        numbered[present] = np.arange(len(present))
        rows, place = rows[present // size], numbered[pairs]
        rows[:, number] = present % size
    return rows, place
