"""Small networks, and every probability in them by adding up the joint distribution.

Nothing here asks the engine: the joint is one array with an axis for each variable.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from hamknee.evidence import check_evidence, likelihood
from hamknee.inference import Model
from hamknee.priors import CPT
from hamknee.vocabulary import State, Variable, Vocabulary

Array = npt.NDArray[np.float64]
Tables = Mapping[str, tuple[Sequence[str], object]]


def network(
    tables: Tables, target: str, *, context: Sequence[str] = (), minutes: float = 1.0
) -> Model:
    """Return a model from the parents and the table of each variable.

    Two states are called yes and no, more of them a, b, c, ... The axes of a table are the
    parents, in the order of the tables, then the variable.
    """
    variables, cpts = [], {}
    for name, (parents, values) in tables.items():
        table = np.array(values, dtype=float)
        count = table.shape[-1]
        names = ("yes", "no") if count == 2 else tuple("abcdefgh"[:count])
        role = "target" if name == target else "context" if name in context else "finding"
        states = tuple(State(state, state.capitalize()) for state in names)
        variables.append(Variable(name, role, name.capitalize(), states, minutes=minutes))
        cpts[name] = CPT(name, tuple(parents), table)
    return Model(Vocabulary(tuple(variables)), cpts)


def asia(target: str = "lung") -> Model:
    """Return the network of Lauritzen & Spiegelhalter 1988."""
    tables: Tables = {
        "asia": ((), [0.01, 0.99]),
        "tub": (("asia",), [[0.05, 0.95], [0.01, 0.99]]),
        "smoke": ((), [0.5, 0.5]),
        "lung": (("smoke",), [[0.1, 0.9], [0.01, 0.99]]),
        "bronc": (("smoke",), [[0.6, 0.4], [0.3, 0.7]]),
        "either": (("tub", "lung"), [[[1, 0], [1, 0]], [[1, 0], [0, 1]]]),
        "xray": (("either",), [[0.98, 0.02], [0.05, 0.95]]),
        "dysp": (("bronc", "either"), [[[0.9, 0.1], [0.8, 0.2]], [[0.7, 0.3], [0.1, 0.9]]]),
    }
    return network(tables, target)


def exclusive_or() -> Model:
    """Return a network in which neither of two questions tells anything, and both tell all."""
    tables: Tables = {
        "heads": ((), [0.5, 0.5]),
        "tails": ((), [0.5, 0.5]),
        "odd": (("heads", "tails"), [[[0, 1], [1, 0]], [[1, 0], [0, 1]]]),
        "noise": ((), [0.3, 0.7]),
    }
    return network(tables, "odd")


def independent_findings(seed: int, count: int = 6, states: int = 3) -> Model:
    """Return a target with findings that are independent given it."""
    rng = np.random.default_rng(seed)
    tables: dict[str, tuple[Sequence[str], object]] = {"t": ((), rng.dirichlet(np.ones(states)))}
    for number in range(count):
        shape = int(rng.integers(2, 4))
        tables[f"x{number}"] = (("t",), rng.dirichlet(np.ones(shape), size=states))
    return network(tables, "t")


def random_network(seed: int, count: int = 6) -> Model:
    """Return a network with random arrows, tables and target."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 4, size=count)
    tables: dict[str, tuple[Sequence[str], object]] = {}
    for number in range(count):
        parents = [p for p in range(number) if rng.random() < 0.4][-3:]
        shape = tuple(int(sizes[p]) for p in parents)
        values = rng.dirichlet(np.ones(sizes[number]), size=shape)
        tables[f"v{number}"] = ([f"v{p}" for p in parents], values)
    return network(tables, f"v{rng.integers(count)}")


def random_evidence(model: Model, seed: int, known: float = 0.5) -> dict[str, object]:
    """Return random evidence without the target: mostly one state, some of it likelihoods."""
    rng = np.random.default_rng(seed)
    evidence: dict[str, object] = {}
    for variable in model.vocabulary.variables:
        if variable.role != "target" and rng.random() < known:
            state = str(rng.choice(variable.state_names))
            weights = dict(zip(variable.state_names, rng.random(len(variable.states)), strict=True))
            evidence[variable.name] = weights if rng.random() < 0.25 else state
    return evidence


class Enumerated:
    """The joint distribution of all variables of a model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.names = list(model.vocabulary)
        axes = {name: axis for axis, name in enumerate(self.names)}
        operands: list[object] = []
        for name, cpt in model.cpts.items():
            operands += [cpt.probabilities, [axes[member] for member in (*cpt.parents, name)]]
        self.joint: Array = np.einsum(*operands, list(axes.values()))

    def weighted(self, evidence: Mapping[str, object]) -> Array:
        """Return P(all variables, evidence)."""
        joint = self.joint
        for name, value in check_evidence(self.model.vocabulary, evidence).items():
            weights = likelihood(self.model.vocabulary[name], value)
            shape = [-1 if other == name else 1 for other in self.names]
            joint = joint * weights.reshape(shape)
        return joint

    def p(self, evidence: Mapping[str, object]) -> float:
        """Return P(evidence)."""
        return float(self.weighted(evidence).sum())

    def table(self, names: Sequence[str], evidence: Mapping[str, object]) -> Array:
        """Return P(names | evidence), an axis for each name in the order given."""
        joint = self.weighted(evidence)
        others = tuple(axis for axis, name in enumerate(self.names) if name not in names)
        table = joint.sum(axis=others) / joint.sum()
        kept = [name for name in self.names if name in names]
        return np.asarray(table.transpose([kept.index(name) for name in names]))


def entropy(p: Array) -> float:
    """Return the entropy of all cells together, in bits."""
    positive = p[p > 0]
    return float(-(positive * np.log2(positive)).sum())
