"""Answers by listing every world of a small network. Nothing here asks the engine.

A world is one state of each variable. The joint distribution is one array with an axis for each
variable, in the order of the vocabulary.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.network.evidence import check_evidence, likelihood
from hamknee.network.priors import CPT
from hamknee.network.vocabulary import Vocabulary

Array: TypeAlias = npt.NDArray[np.float64]
Evidence: TypeAlias = Mapping[str, object]
Column: TypeAlias = tuple[str, tuple[int, ...]]
"""A variable, and the numbers of its parents' states."""
Number: TypeAlias = tuple[str, tuple[int, ...], int]
"""A column, and the number of a state in it."""


@dataclass(frozen=True)
class Tables:
    """The tables of a network, not compiled. Functions that take these take a model as well."""

    vocabulary: Vocabulary
    cpts: Mapping[str, CPT]


class Worlds:
    """Every world of a network, with its probability.

    Parameters
    ----------
    model : Model or Tables
        Whose tables are multiplied.
    """

    def __init__(self, model: Tables) -> None:
        self.vocabulary = model.vocabulary
        self.axis = {name: axis for axis, name in enumerate(model.vocabulary)}
        factors: list[object] = []
        for name, cpt in model.cpts.items():
            factors += [cpt.probabilities, [self.axis[member] for member in (*cpt.parents, name)]]
        self.joint: Array = np.einsum(*factors, list(self.axis.values()))

    def weighted(self, evidence: Evidence) -> Array:
        """Return P(world, evidence), an axis for each variable."""
        weighted = self.joint
        for name, value in check_evidence(self.vocabulary, evidence).items():
            shape = [-1 if other == name else 1 for other in self.axis]
            weighted = weighted * likelihood(self.vocabulary[name], value).reshape(shape)
        return weighted

    def p(self, evidence: Evidence) -> float:
        """Return P(evidence)."""
        return float(self.weighted(evidence).sum())

    def sums(self, names: Sequence[str], evidence: Evidence) -> Array:
        """Return P(names, evidence), an axis for each name in the order given."""
        others = tuple(axis for name, axis in self.axis.items() if name not in names)
        kept = [name for name in self.axis if name in names]
        sums = self.weighted(evidence).sum(axis=others)
        return np.asarray(sums.transpose([kept.index(name) for name in names]))

    def table(self, names: Sequence[str], evidence: Evidence) -> Array:
        """Return P(names | evidence), an axis for each name in the order given."""
        sums = self.sums(names, evidence)
        return np.asarray(sums / sums.sum())

    def explanations(self, evidence: Evidence) -> tuple[list[dict[str, str]], float]:
        """Return all most probable worlds, the first in the vocabulary's order first."""
        weighted = self.weighted(evidence)
        best = np.argwhere(weighted >= weighted.max() * (1 - 1e-9))
        found = [
            {
                name: self.vocabulary[name].state_names[states[axis]]
                for name, axis in self.axis.items()
            }
            for states in best
        ]
        return found, float(weighted.max() / weighted.sum())


def p_joint(model: Tables, evidence: Evidence) -> Array:
    """Return P(target, evidence), shape (target states,)."""
    return Worlds(model).sums([model.vocabulary.target.name], evidence)


def p_state(model: Tables, evidence: Evidence, state: str) -> float:
    """Return P(state of the target | evidence)."""
    joint = p_joint(model, evidence)
    return float(joint[model.vocabulary.target.position[state]] / joint.sum())


def entropy(p: Array) -> float:
    """Return the entropy of all cells together, in bits."""
    positive = p[p > 0]
    return float(-(positive * np.log2(positive)).sum())


def distance(model: Tables, changed: Tables) -> float:
    """Return the Chan–Darwiche distance of two networks."""
    before, after = Worlds(model).joint, Worlds(changed).joint
    assert ((before > 0) == (after > 0)).all()
    ratios = after[before > 0] / before[before > 0]
    return float(np.log(ratios.max()) - np.log(ratios.min()))


# Numbers of the tables, listed and moved -------------------------------------------------------


def with_columns(model: Tables, columns: Mapping[Column, Array]) -> Tables:
    """Return the tables with columns replaced."""
    cpts = dict(model.cpts)
    for (name, column), values in columns.items():
        table = cpts[name].probabilities.copy()
        table[column] = values
        cpts[name] = CPT(name, cpts[name].parents, table, cpts[name].ess)
    return Tables(model.vocabulary, cpts)


def with_number(
    model: Tables, name: str, column: tuple[int, ...], state: int, value: float
) -> Tables:
    """Return the tables with one number moved, the others of its column in proportion."""
    old = model.cpts[name].probabilities[column]
    others = [k for k in range(len(old)) if k != state]
    new = np.empty_like(old)
    new[state] = value
    if old[state] == 1:
        new[others] = (1 - value) / len(others)
    else:
        new[others] = old[others] * (1 - value) / (1 - old[state])
    return with_columns(model, {(name, column): new})


def all_numbers(model: Tables) -> list[Number]:
    """Return where every number of every table stands."""
    return [
        (name, tuple(int(i) for i in column), state)
        for name, cpt in model.cpts.items()
        for column in np.ndindex(cpt.probabilities.shape[:-1])
        for state in range(cpt.probabilities.shape[-1])
    ]


def free_pairs(model: Tables) -> list[tuple[Number, Number]]:
    """Return all pairs of numbers strictly between 0 and 1 that stand in different columns."""
    free = [
        (name, column, state)
        for name, column, state in all_numbers(model)
        if 0 < model.cpts[name].probabilities[(*column, state)] < 1
        and not (len(model.vocabulary[name].states) == 2 and state == 1)
    ]
    return [pair for pair in itertools.combinations(free, 2) if pair[0][:2] != pair[1][:2]]


def parameter(
    model: Tables, name: str, column: tuple[int, ...], state: int
) -> tuple[str, str, dict[str, str]]:
    """Return a number as people name it."""
    parents = [model.vocabulary[parent] for parent in model.cpts[name].parents]
    given = {p.name: p.state_names[s] for p, s in zip(parents, column, strict=True)}
    return name, model.vocabulary[name].state_names[state], given
