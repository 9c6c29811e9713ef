"""Networks that are hard on arithmetic: hidden hubs, logical zeros, numbers near nothing."""

import random
from collections.abc import Mapping

import numpy as np

from hamknee.inference.model import Model
from tests.support.networks import network


def column(rng: random.Random, states: int) -> list[float]:
    """Return a distribution that may have zeros, a certainty, or numbers next to nothing."""
    kind = rng.random()
    values = [rng.random() + 0.01 for _ in range(states)]
    if kind < 0.15:
        values = [float(place == 0) for place in range(states)]
        rng.shuffle(values)
    elif kind < 0.3:
        values[rng.randrange(states)] = 0.0
    elif kind < 0.5:
        values[rng.randrange(states)] = 10.0 ** -rng.choice((3, 5, 8, 20, 100, 300))
    total = sum(values) or 1.0
    return [value / total for value in values]


def extreme_network(seed: int) -> Model:
    """Return a network of 2 to 60 variables, of which up to three are hubs of many others."""
    rng = random.Random(seed)
    count = rng.choice((2, 3, 4, 6, 10, 20, 40, 60))
    names = [f"v{number}" for number in range(count)]
    sizes = {name: rng.choice((2, 2, 2, 3, 4)) for name in names}
    hubs = names[: rng.randint(1, min(3, count))]
    spec: dict[str, tuple[str, object]] = {}
    for number, name in enumerate(names):
        above = hubs[: names.index(name)] if name in hubs else hubs
        parents = rng.sample(above, min(len(above), rng.choice((0, 1, 1, 1, 2))))
        others = [other for other in names[:number] if other not in parents]
        if others and name not in hubs and rng.random() < 0.1:
            parents.append(rng.choice(others))
        shape = [sizes[parent] for parent in parents]
        columns = [column(rng, sizes[name]) for _ in range(int(np.prod(shape, dtype=int)))]
        spec[name] = (" ".join(parents), np.array(columns).reshape(*shape, sizes[name]))
    return network(spec, rng.choice(names), ess=rng.choice((1.0, 20.0, 1000.0)))


def extreme_case(model: Model, seed: int) -> Mapping[str, object]:
    """Return evidence on most of the variables, definite, one of several or weighed."""
    rng = random.Random(seed)
    share = rng.choice((0.2, 0.6, 0.95))
    evidence: dict[str, object] = {}
    for variable in model.vocabulary.variables:
        if variable.role == "target" or rng.random() > share:
            continue
        states = variable.state_names
        kind = rng.random()
        if kind < 0.75:
            evidence[variable.name] = rng.choice(states)
        elif kind < 0.85 and len(states) > 2:
            evidence[variable.name] = set(rng.sample(states, 2))
        else:
            weight = 10.0 ** rng.choice((-300, -20, -1, 0, 1, 20, 300))
            evidence[variable.name] = dict.fromkeys(states, weight) | {
                rng.choice(states): weight * 10.0 ** -rng.choice((0, 1, 5, 8))
            }
    return evidence
