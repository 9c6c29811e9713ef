"""Uncertain tables by listing every world of a small network, for many draws of the tables at once.

The tables are drawn by numpy from their Dirichlets, without a case. What a case says of them is a
weight of each draw, P(evidence | draw). Nothing here asks the engine, or moves tables to a case.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hamknee.inference.model import Model
from hamknee.network.evidence import check_evidence, likelihood

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DrawnWorlds:
    """Every world of a network, with its probability by each draw of the tables.

    Parameters
    ----------
    model : Model
        Whose tables are drawn.
    joint : ndarray, shape (draws, states of each variable...)
    """

    model: Model
    joint: Array

    def weighted(self, evidence: Mapping[str, object]) -> tuple[Array, Array]:
        """Return P(target | evidence, draw), shape (draws, states), and the weight of each draw."""
        vocabulary = self.model.vocabulary
        weighted = self.joint
        for name, value in check_evidence(vocabulary, evidence).items():
            shape = [-1 if other == name else 1 for other in vocabulary]
            weighted = weighted * likelihood(vocabulary[name], value).reshape(1, *shape)
        target = 1 + list(vocabulary).index(vocabulary.target.name)
        axes = tuple(axis for axis in range(1, weighted.ndim) if axis != target)
        p = weighted.sum(axis=axes)
        return p / p.sum(axis=1, keepdims=True), p.sum(axis=1) / p.sum()

    def patients(self, rng: np.random.Generator) -> npt.NDArray[np.intp]:
        """Return a patient of each draw, shape (draws, variables)."""
        count, *sizes = self.joint.shape
        edges = self.joint.reshape(count, -1).cumsum(axis=1)
        drawn = (rng.random((count, 1)) * edges[:, -1:] >= edges).sum(axis=1)
        return np.stack(np.unravel_index(drawn, sizes), axis=1)


def drawn_worlds(model: Model, draws: int, seed: int) -> DrawnWorlds:
    """Draw every column of every table, and multiply the tables of each draw."""
    rng = np.random.default_rng(seed)
    axis = {name: number for number, name in enumerate(model.vocabulary, start=1)}
    factors: list[object] = []
    for name, cpt in model.cpts.items():
        assert cpt.ess is not None
        counts = cpt.probabilities * cpt.ess[..., None]
        gammas = rng.standard_gamma(counts, (draws, *counts.shape))
        gammas = np.where(counts > 0, np.maximum(gammas, 1e-250), 0)
        table = gammas / gammas.sum(axis=-1, keepdims=True)
        factors += [table, [0, *(axis[member] for member in (*cpt.parents, name))]]
    return DrawnWorlds(model, np.einsum(*factors, [0, *axis.values()], optimize=True))


def largest_gap(values: Array, weights: Array, others: Array) -> float:
    """Return the largest difference of two distribution functions, one of them weighted."""
    order = np.argsort(values)
    own = np.searchsorted(np.sort(others), values[order], side="right") / len(others)
    return float(np.abs(weights[order].cumsum() - own).max())
