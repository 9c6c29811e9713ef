"""Small networks, and answers about them by listing every world, with nothing of the engine."""

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hamknee.evidence import check_evidence, likelihood
from hamknee.inference import Model
from hamknee.junction_tree import Array
from hamknee.priors import CPT
from hamknee.vocabulary import State, Variable, Vocabulary

Spec = Mapping[str, tuple[str, str, list[object]]]
"""By variable: its states, its parents (both as words), and its table."""


@dataclass(frozen=True)
class Tables:
    """The tables of a network, not compiled."""

    vocabulary: Vocabulary
    cpts: Mapping[str, CPT]

    def compiled(self) -> Model:
        return Model(self.vocabulary, self.cpts)


def network(spec: Spec, target: str, ess: float | None = 20.0) -> Model:
    """Return a model with the same equivalent sample size in every column."""
    variables = tuple(
        Variable(
            name,
            "target" if name == target else "finding",
            name.title(),
            tuple(State(state, state.title()) for state in states.split()),
        )
        for name, (states, _, _) in spec.items()
    )
    cpts = {}
    for name, (_, parents, numbers) in spec.items():
        table = np.array(numbers, dtype=float)
        counts = None if ess is None else np.full(table.shape[:-1], ess)
        cpts[name] = CPT(name, tuple(parents.split()), table, counts)
    return Model(Vocabulary(variables), cpts)


def asia(target: str = "lung", ess: float | None = 20.0) -> Model:
    """Return the chest clinic of Lauritzen & Spiegelhalter (1988)."""
    no, yes = [0.0, 1.0], [1.0, 0.0]
    spec: Spec = {
        "asia": ("yes no", "", [0.01, 0.99]),
        "tub": ("yes no", "asia", [[0.05, 0.95], [0.01, 0.99]]),
        "smoke": ("yes no", "", [0.5, 0.5]),
        "lung": ("yes no", "smoke", [[0.1, 0.9], [0.01, 0.99]]),
        "bronc": ("yes no", "smoke", [[0.6, 0.4], [0.3, 0.7]]),
        "either": ("yes no", "tub lung", [[yes, yes], [yes, no]]),
        "xray": ("yes no", "either", [[0.98, 0.02], [0.05, 0.95]]),
        "dysp": ("yes no", "bronc either", [[[0.9, 0.1], [0.8, 0.2]], [[0.7, 0.3], [0.1, 0.9]]]),
    }
    return network(spec, target, ess)


def with_zeros(ess: float | None = 20.0, target: str = "cause") -> Model:
    """Return a network with many states, parents of the target, and logical and other zeros."""
    spec: Spec = {
        "place": ("home clinic", "", [0.7, 0.3]),
        "cause": ("a b c", "place", [[0.6, 0.3, 0.1], [0.2, 0.3, 0.5]]),
        "site": (
            "front back side all",
            "cause",
            [[0.4, 0.3, 0.2, 0.1], [0.0, 0.5, 0.25, 0.25], [0.1, 0.1, 0.2, 0.6]],
        ),
        "sign": (
            "strong weak none",
            "place cause",
            [
                [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.0, 0.0, 1.0]],
                [[0.3, 0.3, 0.4], [0.0, 0.4, 0.6], [0.25, 0.25, 0.5]],
            ],
        ),
        "test": ("yes no", "sign", [[0.9, 0.1], [0.5, 0.5], [0.0, 1.0]]),
        "echo": ("yes no", "site", [[0.8, 0.2], [0.3, 0.7], [0.5, 0.5], [0.1, 0.9]]),
    }
    return network(spec, target, ess)


def worlds(model: Model | Tables) -> Array:
    """Return P(world) of every combination of states, an axis a variable."""
    names = list(model.vocabulary)
    shape = [len(variable.states) for variable in model.vocabulary.variables]
    joint = np.ones(shape)
    for name, cpt in model.cpts.items():
        axes = [names.index(member) for member in (*cpt.parents, name)]
        placed = cpt.probabilities.transpose(np.argsort(axes))
        joint = joint * placed.reshape([shape[i] if i in axes else 1 for i in range(len(shape))])
    return joint


def p_joint(model: Model | Tables, evidence: Mapping[str, object]) -> Array:
    """Return P(target, evidence) by adding up worlds, shape (target states,)."""
    joint = worlds(model)
    for name, value in check_evidence(model.vocabulary, evidence).items():
        axis = list(model.vocabulary).index(name)
        weights = likelihood(model.vocabulary[name], value)
        joint = joint * weights.reshape([-1 if i == axis else 1 for i in range(joint.ndim)])
    target = list(model.vocabulary).index(model.vocabulary.target.name)
    return joint.sum(axis=tuple(i for i in range(joint.ndim) if i != target))


def p_state(model: Model | Tables, evidence: Mapping[str, object], state: str) -> float:
    """Return P(state | evidence) by adding up worlds."""
    joint = p_joint(model, evidence)
    return float(joint[model.vocabulary.target.position[state]] / joint.sum())


def with_columns(
    model: Model | Tables, columns: Mapping[tuple[str, tuple[int, ...]], Array]
) -> Tables:
    """Return the tables with columns replaced, by variable and numbers of the parents' states."""
    cpts = dict(model.cpts)
    for (name, column), values in columns.items():
        table = cpts[name].probabilities.copy()
        table[column] = values
        cpts[name] = CPT(name, cpts[name].parents, table, cpts[name].ess)
    return Tables(model.vocabulary, cpts)


def with_number(
    model: Model | Tables, name: str, column: tuple[int, ...], state: int, value: float
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


def all_numbers(model: Model) -> list[tuple[str, tuple[int, ...], int]]:
    """Return variable, column and state of every number of every table."""
    return [
        (name, tuple(int(i) for i in column), state)
        for name, cpt in model.cpts.items()
        for column in np.ndindex(cpt.probabilities.shape[:-1])
        for state in range(cpt.probabilities.shape[-1])
    ]


def parameter(
    model: Model, name: str, column: tuple[int, ...], state: int
) -> tuple[str, str, dict[str, str]]:
    """Return a number as people name it."""
    parents = [model.vocabulary[parent] for parent in model.cpts[name].parents]
    given = {p.name: p.state_names[s] for p, s in zip(parents, column, strict=True)}
    return name, model.vocabulary[name].state_names[state], given


def distance(model: Model, changed: Tables) -> float:
    """Return the Chan–Darwiche distance of two models, by listing every world."""
    before, after = worlds(model).ravel(), worlds(changed).ravel()
    assert ((before > 0) == (after > 0)).all()
    ratios = after[before > 0] / before[before > 0]
    return float(np.log(ratios.max()) - np.log(ratios.min()))


@functools.cache
def named(name: str) -> Model:
    """Return one of the networks by name."""
    return {"asia": asia, "zeros": with_zeros}[name]()


def free_pairs(model: Model) -> list[tuple[tuple[str, tuple[int, ...], int], ...]]:
    """Return all pairs of numbers strictly between 0 and 1 that stand in different columns."""
    free = [
        (name, column, state)
        for name, column, state in all_numbers(model)
        if 0 < model.cpts[name].probabilities[(*column, state)] < 1
        and not (len(model.vocabulary[name].states) == 2 and state == 1)
    ]
    return [pair for pair in itertools.combinations(free, 2) if pair[0][:2] != pair[1][:2]]
