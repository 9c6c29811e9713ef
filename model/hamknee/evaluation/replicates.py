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
    known = labelled.with_diagnosis()
    above = _above(model)
    kept = [name in above for name in known.vocabulary]
    unknown = np.array(model.engine.sizes)
    codes = np.where(kept, known.codes, unknown)
    distinct, which = np.unique(codes, axis=0, return_inverse=True)
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
        settled = _settled(model, start[which], names, rng)
        held = {name: settled[:, index[name]] for name in names}
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


def _settled(model: Model, cases: Cases, names: list[str], rng: np.random.Generator) -> Codes:
    """Return codes in which every one of these variables has a state, drawn where it had none."""
    codes = cases.codes.copy()
    for name in names:
        number = model.vocabulary.index[name]
        lacking = np.flatnonzero(codes[:, number] >= model.engine.sizes[number])
        if not lacking.size:
            continue
        rows, which = np.unique(codes[lacking], axis=0, return_inverse=True)
        asked = Cases(cases.vocabulary, rows, cases.weights)
        edges: Array = model.marginals(asked)[name][which.ravel()].cumsum(axis=1)
        drawn = (rng.random((len(lacking), 1)) * edges[:, -1:] >= edges).sum(axis=1)
        codes[lacking, number] = np.minimum(drawn, edges.shape[1] - 1)
    return codes
