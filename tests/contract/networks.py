"""The networks the engine is held to: the shipped one, textbook ones and awkward small ones."""

import itertools
import warnings
from collections.abc import Mapping
from functools import cache, partial

import numpy as np
from pgmpy.models import DiscreteBayesianNetwork
from pgmpy.utils import get_example_model

import hamknee
from hamknee.inference import Model
from hamknee.network import from_pgmpy
from hamknee.priors import CPT
from hamknee.vocabulary import State, Variable, Vocabulary

TARGETS = {
    "asia": "lung",
    "child": "Disease",
    "insurance": "Accident",
    "alarm": "LVFAILURE",
    "hepar2": "Cirrhosis",
}
"""The networks bundled with pgmpy, and what is asked of each."""


def make(target: str, tables: Mapping[str, tuple[tuple[str, ...], object]]) -> Model:
    """Return a model of variables with the states s0, s1, …

    Parameters
    ----------
    target : str
        The variable that is asked for.
    tables : mapping of str to (parents, probabilities)
        Probabilities with one axis for each parent and the last for the variable.
    """
    arrays = {name: np.array(table, dtype=float) for name, (_, table) in tables.items()}
    variables = tuple(
        Variable(
            name,
            "target" if name == target else "finding",
            name,
            tuple(State(f"s{i}", f"s{i}") for i in range(array.shape[-1])),
        )
        for name, array in arrays.items()
    )
    cpts = {name: CPT(name, parents, arrays[name]) for name, (parents, _) in tables.items()}
    return Model(Vocabulary(variables), cpts)


def target_in_the_middle() -> Model:
    """Return a target with parents, children and a spouse that share a parent."""
    rng = np.random.default_rng(1)
    shapes = {
        "cause": ((), (3,)),
        "other_cause": ((), (2,)),
        "target": (("cause", "other_cause"), (3, 2, 3)),
        "sign": (("target",), (3, 2)),
        "spouse": (("cause",), (3, 2)),
        "joint_sign": (("target", "spouse"), (3, 2, 4)),
        "late_sign": (("joint_sign", "sign"), (4, 2, 2)),
    }
    tables = {
        name: (parents, rng.dirichlet(np.ones(shape[-1]), size=shape[:-1]))
        for name, (parents, shape) in shapes.items()
    }
    return make("target", tables)


def in_two_parts() -> Model:
    """Return a network of which a part has nothing to do with the target."""
    return make(
        "target",
        {
            "target": ((), [0.2, 0.3, 0.5]),
            "sign": (("target",), [[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]),
            "apart": ((), [0.25, 0.75]),
            "far_apart": (("apart",), [[0.6, 0.4], [0.1, 0.9]]),
        },
    )


def single_variable() -> Model:
    """Return a target alone."""
    return make("target", {"target": ((), [0.1, 0.2, 0.7])})


def deterministic() -> Model:
    """Return a network with zeros and ones: an either-or, a copy and an impossible state."""
    return make(
        "target",
        {
            "left": ((), [0.3, 0.7]),
            "right": ((), [0.6, 0.4]),
            "target": (("left", "right"), [[[1, 0], [0, 1]], [[0, 1], [0, 1]]]),
            "copy": (("target",), [[1, 0], [0, 1]]),
            "sign": (("copy",), [[0.5, 0.5, 0], [0, 0.25, 0.75]]),
        },
    )


def tied() -> Model:
    """Return a network in which several explanations are equally probable."""
    return make(
        "target",
        {
            "coin": ((), [0.5, 0.5]),
            "target": (("coin",), [[0.8, 0.2], [0.2, 0.8]]),
            "other_coin": ((), [0.5, 0.5]),
            "third": (("other_coin",), [[0.4, 0.4, 0.2], [0.1, 0.1, 0.8]]),
        },
    )


def long_chain() -> Model:
    """Return a chain whose groups are too large for a table of all their messages."""
    rng = np.random.default_rng(2)
    names = [f"link{i}" for i in range(8)]
    tables: dict[str, tuple[tuple[str, ...], object]] = {names[0]: ((), rng.dirichlet(np.ones(3)))}
    for before, name in itertools.pairwise(names):
        tables[name] = ((before,), rng.dirichlet(np.ones(3), size=3))
    return make("link0", tables)


@cache
def bundled(name: str) -> DiscreteBayesianNetwork:
    """Return a network that comes with pgmpy, read once."""
    with warnings.catch_warnings():
        # pgmpy points to a successor that fetches the same file from the internet.
        warnings.simplefilter("ignore", FutureWarning)
        return get_example_model(name)


def textbook(name: str) -> Model:
    """Return a bundled network as a model."""
    return from_pgmpy(bundled(name), target=TARGETS[name])


SMALL = {
    "target in the middle": target_in_the_middle,
    "in two parts": in_two_parts,
    "single variable": single_variable,
    "deterministic": deterministic,
    "tied": tied,
    "long chain": long_chain,
    "asia": partial(textbook, "asia"),
}
"""Small enough to write out every combination of states."""

NETWORKS = SMALL | {
    "shipped": hamknee.load,
    **{name: partial(textbook, name) for name in ("child", "insurance", "alarm", "hepar2")},
}


@cache
def network(name: str) -> Model:
    """Return a network by name, made once."""
    return NETWORKS[name]()
