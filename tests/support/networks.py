"""The networks of the tests: small ones written out, random ones, and those of textbooks."""

import itertools
import warnings
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

import hamknee
from hamknee.formats.pgmpy import from_pgmpy
from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from hamknee.network.vocabulary import State, Variable, Vocabulary
from tests.support.by_hand import Tables

if TYPE_CHECKING:
    from pgmpy.models import DiscreteBayesianNetwork

Spec = Mapping[str, tuple[str, object] | tuple[str, object, str]]
"""By variable: its parents as words, its table, and its states as words where they matter.

The axes of a table are the parents, in their order, then the variable.
"""


def network(
    spec: Spec, target: str, *, context: tuple[str, ...] = (), ess: float | None = None
) -> Model:
    """Return a model with the same equivalent sample size in every column.

    States without names are yes and no where there are two, else a, b, c, …
    """
    variables, cpts = [], {}
    for name, (parents, values, *named) in spec.items():
        table = np.array(values, dtype=float)
        count = table.shape[-1]
        names = named[0].split() if named else ("yes", "no") if count == 2 else "abcdefgh"[:count]
        role = "target" if name == target else "context" if name in context else "finding"
        states = tuple(State(state, state.capitalize()) for state in names)
        counts = None if ess is None else np.full(table.shape[:-1], ess)
        variables.append(Variable(name, role, name.capitalize(), states))
        cpts[name] = CPT(name, tuple(parents.split()), table, counts)
    return Model(Vocabulary(tuple(variables)), cpts)


def compiled(tables: Tables) -> Model:
    """Return a model of tables that were changed by hand."""
    return Model(tables.vocabulary, tables.cpts)


# Written out -----------------------------------------------------------------------------------


def asia(target: str = "lung", ess: float | None = 20.0) -> Model:
    """Return the chest clinic of Lauritzen & Spiegelhalter (1988)."""
    no, yes = [0, 1], [1, 0]
    spec: Spec = {
        "asia": ("", [0.01, 0.99]),
        "tub": ("asia", [[0.05, 0.95], [0.01, 0.99]]),
        "smoke": ("", [0.5, 0.5]),
        "lung": ("smoke", [[0.1, 0.9], [0.01, 0.99]]),
        "bronc": ("smoke", [[0.6, 0.4], [0.3, 0.7]]),
        "either": ("tub lung", [[yes, yes], [yes, no]]),
        "xray": ("either", [[0.98, 0.02], [0.05, 0.95]]),
        "dysp": ("bronc either", [[[0.9, 0.1], [0.8, 0.2]], [[0.7, 0.3], [0.1, 0.9]]]),
    }
    return network(spec, target, ess=ess)


def with_zeros(target: str = "cause", ess: float | None = 20.0) -> Model:
    """Return a network with many states, parents of the target, and logical and other zeros."""
    spec: Spec = {
        "place": ("", [0.7, 0.3], "home clinic"),
        "cause": ("place", [[0.6, 0.3, 0.1], [0.2, 0.3, 0.5]]),
        "site": (
            "cause",
            [[0.4, 0.3, 0.2, 0.1], [0.0, 0.5, 0.25, 0.25], [0.1, 0.1, 0.2, 0.6]],
            "front back side all",
        ),
        "sign": (
            "place cause",
            [
                [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.0, 0.0, 1.0]],
                [[0.3, 0.3, 0.4], [0.0, 0.4, 0.6], [0.25, 0.25, 0.5]],
            ],
            "strong weak none",
        ),
        "test": ("sign", [[0.9, 0.1], [0.5, 0.5], [0.0, 1.0]]),
        "echo": ("site", [[0.8, 0.2], [0.3, 0.7], [0.5, 0.5], [0.1, 0.9]]),
    }
    return network(spec, target, ess=ess)


CASES: list[tuple[Callable[[], Model], dict[str, object], str]] = [
    (asia, {"dysp": "yes"}, "yes"),
    (asia, {"xray": "yes", "dysp": {"yes": 0.7, "no": 0.2}}, "no"),
    (asia, {"either": "yes", "asia": "yes"}, "yes"),
    (with_zeros, {}, "a"),
    (with_zeros, {"test": "yes", "echo": "no"}, "b"),
    (with_zeros, {"site": {"front", "side"}, "sign": {"weak", "none"}}, "c"),
    (with_zeros, {"cause": {"a": 0.3, "b": 1, "c": 2}, "echo": "yes", "place": "clinic"}, "a"),
]
"""A network, what is known of it, and a state of its target: for functions of its numbers."""


def exclusive_or() -> Model:
    """Return a network in which neither of two questions tells anything, and both tell all."""
    spec: Spec = {
        "heads": ("", [0.5, 0.5]),
        "tails": ("", [0.5, 0.5]),
        "odd": ("heads tails", [[[0, 1], [1, 0]], [[1, 0], [0, 1]]]),
        "noise": ("", [0.3, 0.7]),
    }
    return network(spec, "odd")


def in_two_parts() -> Model:
    """Return a network of which a part has nothing to do with the target."""
    spec: Spec = {
        "target": ("", [0.2, 0.3, 0.5]),
        "sign": ("target", [[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]),
        "apart": ("", [0.25, 0.75]),
        "far_apart": ("apart", [[0.6, 0.4], [0.1, 0.9]]),
    }
    return network(spec, "target")


def single_variable() -> Model:
    """Return a target alone."""
    return network({"target": ("", [0.1, 0.2, 0.7])}, "target")


def deterministic() -> Model:
    """Return a network with zeros and ones: an either-or, a copy and an impossible state."""
    spec: Spec = {
        "left": ("", [0.3, 0.7]),
        "right": ("", [0.6, 0.4]),
        "target": ("left right", [[[1, 0], [0, 1]], [[0, 1], [0, 1]]]),
        "copy": ("target", [[1, 0], [0, 1]]),
        "sign": ("copy", [[0.5, 0.5, 0], [0, 0.25, 0.75]]),
    }
    return network(spec, "target")


def tied() -> Model:
    """Return a network in which several explanations are equally probable."""
    spec: Spec = {
        "coin": ("", [0.5, 0.5]),
        "target": ("coin", [[0.8, 0.2], [0.2, 0.8]]),
        "other_coin": ("", [0.5, 0.5]),
        "third": ("other_coin", [[0.4, 0.4, 0.2], [0.1, 0.1, 0.8]]),
    }
    return network(spec, "target")


# With random numbers ---------------------------------------------------------------------------


def target_in_the_middle() -> Model:
    """Return a target with parents, children and a spouse that share a parent."""
    rng = np.random.default_rng(1)
    shapes = {
        "cause": ("", (3,)),
        "other_cause": ("", (2,)),
        "target": ("cause other_cause", (3, 2, 3)),
        "sign": ("target", (3, 2)),
        "spouse": ("cause", (3, 2)),
        "joint_sign": ("target spouse", (3, 2, 4)),
        "late_sign": ("joint_sign sign", (4, 2, 2)),
    }
    spec = {
        name: (parents, rng.dirichlet(np.ones(shape[-1]), size=shape[:-1]))
        for name, (parents, shape) in shapes.items()
    }
    return network(spec, "target")


def long_chain() -> Model:
    """Return a chain whose groups are too large for a table of all their messages."""
    rng = np.random.default_rng(2)
    names = [f"link{i}" for i in range(8)]
    spec: dict[str, tuple[str, object]] = {names[0]: ("", rng.dirichlet(np.ones(3)))}
    for before, name in itertools.pairwise(names):
        spec[name] = (before, rng.dirichlet(np.ones(3), size=3))
    return network(spec, "link0")


def independent_findings(seed: int, count: int = 6, states: int = 3) -> Model:
    """Return a target with findings that are independent given it."""
    rng = np.random.default_rng(seed)
    spec: dict[str, tuple[str, object]] = {"t": ("", rng.dirichlet(np.ones(states)))}
    for number in range(count):
        shape = int(rng.integers(2, 4))
        spec[f"x{number}"] = ("t", rng.dirichlet(np.ones(shape), size=states))
    return network(spec, "t")


def random_network(seed: int, count: int = 6) -> Model:
    """Return a network with random arrows, tables and target."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 4, size=count)
    spec: dict[str, tuple[str, object]] = {}
    for number in range(count):
        parents = [p for p in range(number) if rng.random() < 0.4][-3:]
        shape = tuple(int(sizes[p]) for p in parents)
        values = rng.dirichlet(np.ones(sizes[number]), size=shape)
        spec[f"v{number}"] = (" ".join(f"v{p}" for p in parents), values)
    return network(spec, f"v{rng.integers(count)}")


# Of textbooks ----------------------------------------------------------------------------------

TARGETS = {
    "asia": "lung",
    "child": "Disease",
    "insurance": "Accident",
    "alarm": "LVFAILURE",
    "hepar2": "Cirrhosis",
}
"""The networks bundled with pgmpy, and what is asked of each."""


@cache
def bundled(name: str) -> "DiscreteBayesianNetwork":
    """Return a network that comes with pgmpy, read once."""
    # here, because pgmpy takes seconds to import, and most tests can do without it
    from pgmpy.utils import get_example_model

    with warnings.catch_warnings():
        # pgmpy points to a successor that fetches the same file from the internet.
        warnings.simplefilter("ignore", FutureWarning)
        return get_example_model(name)


@cache
def textbook(name: str) -> Model:
    """Return a bundled network as a model, made once."""
    return from_pgmpy(bundled(name), target=TARGETS[name])


# By name ---------------------------------------------------------------------------------------

SMALL = {
    "target in the middle": target_in_the_middle,
    "in two parts": in_two_parts,
    "single variable": single_variable,
    "deterministic": deterministic,
    "tied": tied,
    "long chain": long_chain,
    "asia": asia,
}
"""Small enough to list every world."""

NETWORKS = SMALL | {
    "shipped": hamknee.load,
    **{name: partial(textbook, name) for name in ("child", "insurance", "alarm", "hepar2")},
}
"""What the engine is held to."""


@cache
def named(name: str) -> Model:
    """Return a network by name, made once."""
    return NETWORKS[name]()
