"""Simple rivals of a model, made of its own numbers: what it has to beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from hamknee.base import Array
from hamknee.inference import Model, conditioned
from hamknee.network import Cases


def posteriors(model: Model, cases: Cases) -> Array:
    """Return P(target | case) by the model, NaN for impossible cases, shape (cases, states)."""
    return conditioned(model.log_joint(cases))


def prior_only(model: Model, cases: Cases) -> Array:
    """Return P(target | context), as if nothing had been asked, shape (cases, states)."""
    context = [variable.name for variable in model.vocabulary.having("context")]
    return posteriors(model, cases.only(context))


def naive_bayes(model: Model, cases: Cases) -> Array:
    """Return P(target | case) as if all traits and findings were independent given the target.

    Each trait or finding x has the model's own P(x | target), its other parents and the context
    being summed out; the start is P(target | context). The difference from the model is what its
    arrows between findings add.

    Parameters
    ----------
    model : Model
        Whose numbers are used.
    cases : Cases
        What is known.

    Returns
    -------
    ndarray, shape (cases, states)
        A row of NaN where the case is impossible.
    """
    with np.errstate(divide="ignore"):  # log 0 is what an excluded state has
        log_joint = np.log(prior_only(model, cases))
        for number, table in _given_target(model).items():
            likelihood = cases.weights[number] @ table.T
            log_joint += np.log(likelihood)[cases.codes[:, number]]
    return conditioned(log_joint)


BASELINES: Mapping[str, Callable[[Model, Cases], Array]] = {
    "prior_only": prior_only,
    "naive_bayes": naive_bayes,
}


def _given_target(model: Model) -> dict[int, Array]:
    """Return P(x | target), shape (target states, states), of each trait and finding by number."""
    target = model.engine.target
    size = model.engine.sizes[target]
    codes = np.tile(np.array(model.engine.sizes, dtype=np.intp), (size, 1))
    codes[:, target] = np.arange(size)
    possible = model.posterior({}).probabilities > 0
    marginals = model.marginals(model.cases(codes[possible])).probabilities
    tables = {}
    for number, variable in enumerate(model.vocabulary.variables):
        if variable.role in ("trait", "finding"):
            # A state that cannot be has no such table; its prior of 0 decides, whatever stands.
            tables[number] = np.full((size, len(variable.states)), 1 / len(variable.states))
            tables[number][possible] = marginals[variable.name]
    return tables
