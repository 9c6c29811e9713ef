"""One model may be shared by threads: every answer is the one a single thread gets."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from hamknee.inference.model import Model
from hamknee.inference.simulation import draw

THREADS, EACH = 8, 150


def mixed_cases(model: Model, count: int, seed: int) -> list[dict[str, Any]]:
    """Return cases of hard, one-of, likelihood and missing evidence in turn."""
    rng = np.random.default_rng(seed)
    cases = []
    for row in draw(model, count, rng):
        case: dict[str, Any] = {}
        for variable, state in zip(model.vocabulary.variables, row, strict=True):
            if variable.role == "target" or rng.random() < 0.6:
                continue
            name, names = variable.state_names[state], variable.state_names
            case[variable.name] = (
                name,
                {name, names[0]},
                {other: float(rng.uniform(0.1, 1)) for other in names},
                None,
            )[rng.integers(4)]
        cases.append(case)
    return cases


def answers(model: Model, number: int, case: dict[str, Any]) -> list[Any]:
    """Ask for the posterior of a case, and of every tenth for everything there is to ask."""
    posterior = model.posterior(case)
    found = [
        posterior.probabilities.tolist(),
        posterior.prior.tolist(),
        posterior.log_p_evidence,
    ]
    if number % 10:
        return found
    marginals, explanation = model.marginals(case), model.most_probable_explanation(case)
    everything = {name: marginals[name].tolist() for name in model.vocabulary}
    return [*found, everything, dict(explanation.states), explanation.probability]


def test_eight_threads_get_exactly_the_answers_of_one(model: Model) -> None:
    cases = mixed_cases(model, THREADS * EACH, seed=1)
    kinds = {type(value) for case in cases for value in case.values()}
    assert kinds == {str, set, dict, type(None)}
    alone = [answers(model, number, case) for number, case in enumerate(cases)]
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda case: answers(model, *case), enumerate(cases)))
    assert together == alone
