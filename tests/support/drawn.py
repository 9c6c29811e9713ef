"""Random evidence of any states, and of states drawn from the network, so that it is possible."""

import numpy as np

from hamknee.inference.model import Model
from hamknee.inference.simulation import draw
from hamknee.network.cases import Cases

Case = dict[str, object]


def random_evidence(model: Model, seed: int, known: float = 0.5) -> Case:
    """Return random evidence without the target: mostly one state, some of it likelihoods."""
    rng = np.random.default_rng(seed)
    evidence: Case = {}
    for variable in model.vocabulary.variables:
        if variable.role != "target" and rng.random() < known:
            state = str(rng.choice(variable.state_names))
            weights = dict(zip(variable.state_names, rng.random(len(variable.states)), strict=True))
            evidence[variable.name] = weights if rng.random() < 0.25 else state
    return evidence


def drawn(model: Model, count: int, *, known: float, seed: int, soft: bool = False) -> list[Case]:
    """Return cases in which a random part of the variables is known, the target included.

    Parameters
    ----------
    model : Model
        From which the states are drawn, so that every case is possible.
    count : int
        How many cases.
    known : float
        Probability of a variable to be known.
    seed : int
        For the draws.
    soft : bool
        Whether what is known may also be a set of states or likelihoods.
    """
    rng = np.random.default_rng(seed)
    rows = draw(model, count, rng)
    return [_case(model, [int(state) for state in row], known, rng, soft) for row in rows]


def _case(model: Model, row: list[int], known: float, rng: np.random.Generator, soft: bool) -> Case:
    case: Case = {}
    for variable, state in zip(model.vocabulary.variables, row, strict=True):
        if rng.random() >= known:
            continue
        names = variable.state_names
        kind = rng.integers(3) if soft else 0
        others = [name for name in names if rng.random() < 0.5]
        if kind == 0:
            case[variable.name] = names[state]
        elif kind == 1:
            case[variable.name] = {names[state], *others}
        else:
            case[variable.name] = {
                name: float(rng.uniform(0.05, 1)) for name in dict.fromkeys([names[state], *others])
            }
    return case


def soft_cases(model: Model, count: int, seed: int, others: int = 3) -> Cases:
    """Return possible cases of all kinds: states, sets, likelihoods; often nothing.

    Parameters
    ----------
    model : Model
        From which the states are drawn.
    count, seed : int
        How many cases, and for the draws.
    others : int
        How many different likelihoods there are of each variable.
    """
    rng = np.random.default_rng(seed)
    codes = draw(model, count, rng)
    weights = []
    for v, size in enumerate(model.engine.sizes):
        extra = np.vstack([rng.random((others, size)) + 0.05, rng.random((1, size)) < 2])
        weights.append(np.vstack([model.vocabulary.plain_weights[v], extra]))
        kind = rng.random(count)
        codes[kind < 0.3, v] = rng.integers(size + 1, size + 1 + len(extra), (kind < 0.3).sum())
        codes[kind > 0.6, v] = size
    return Cases(model.vocabulary, codes, tuple(weights))
