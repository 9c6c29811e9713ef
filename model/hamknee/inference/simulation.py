"""Cases drawn from the model itself, with part of each hidden; and what one case leaves open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import Array, Codes, HamkneeError, takes
from hamknee.inference.case import Case
from hamknee.inference.engine import relative
from hamknee.inference.model import A_MODEL, Model
from hamknee.network import CPT, Cases

if TYPE_CHECKING:
    import pandas as pd

SMALLEST = 1e-60
"""A drawn count below this counts as this, so that no draw rules out what the tables allow."""


def simulate_cases(model: Model, count: int, *, known: float, seed: int) -> Cases:
    """Draw cases from the model and hide some of what was drawn.

    Parameters
    ----------
    model : Model
        Sampled forwards, parents before children.
    count : int
        How many cases.
    known : float
        Probability, for each variable of each case, of being known. The target never is.
    seed : int
        For the draws.

    Returns
    -------
    Cases
        Possible by construction.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.inference import simulate_cases
    >>> model = hamknee.load()
    >>> cases = simulate_cases(model, 100, known=0.5, seed=1)
    >>> len(cases), all("condition" not in cases.evidence(row) for row in range(100))
    (100, True)
    >>> model.posterior(cases).probabilities.sum(axis=1).round(9).min().item()  # all are possible
    1.0
    """
    rng = np.random.default_rng(seed)
    sizes = np.array(model.engine.sizes, dtype=np.intp)
    codes = draw(model, count, rng)
    hidden = rng.random(codes.shape) >= known
    hidden[:, model.engine.target] = True
    return model.cases(np.where(hidden, sizes, codes))


@takes(model=A_MODEL)
def simulate(model: Model, count: int, *, known: float = 1.0, seed: int = 0) -> pd.DataFrame:
    """Return a table of patients as the model imagines them, diagnosis and all.

    Parameters
    ----------
    model : Model
        Sampled forwards, parents before children.
    count : int
        How many patients.
    known : float
        Probability, for each variable of each patient but the target, of being known.
    seed : int
        For the draws.

    Returns
    -------
    DataFrame
        A row a patient, a column a variable, names of states; None where it is not known.

    Raises
    ------
    HamkneeError
        If the count is negative, or the probability is none.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> cohort = hamknee.simulate(model, 500, known=0.8, seed=1)
    >>> cohort.shape == (500, len(model.vocabulary)), cohort["condition"].notna().all().item()
    (True, True)
    >>> hamknee.evaluate(model, cohort).n
    500
    """
    if count < 0 or not 0 <= known <= 1:
        raise HamkneeError(f"found {count} patients, {known} known; allowed: 0 or more, 0 to 1")
    rng = np.random.default_rng(seed)
    codes = draw(model, count, rng)
    hidden = rng.random(codes.shape) >= known
    hidden[:, model.engine.target] = False
    return model.cases(np.where(hidden, np.array(model.engine.sizes), codes)).to_frame()


def draw(
    model: Model,
    count: int,
    rng: np.random.Generator,
    held: Mapping[str, int | Codes] | None = None,
    *,
    cpts: Mapping[str, CPT] | None = None,
) -> Codes:
    """Return the states of every variable in cases drawn from the model.

    Parameters
    ----------
    model : Model
        Sampled forwards, parents before children.
    count : int
        How many cases.
    rng : Generator
        For the draws.
    held : mapping of str to int or ndarray of int, optional
        States at which variables are held, in all cases or in each. The rest is drawn given them
        only if all their parents are held, too.
    cpts : mapping of str to CPT, optional
        Tables in place of the model's, as `drawn_tables` returns them.

    Returns
    -------
    ndarray of int, shape (cases, variables)
        In the vocabulary's order.

    Examples
    --------
    >>> import numpy as np
    >>> import hamknee
    >>> from hamknee.inference import draw
    >>> model = hamknee.load()
    >>> codes = draw(model, 5, np.random.default_rng(1), held={"setting": 2})
    >>> codes.shape == (5, len(model.vocabulary))
    True
    >>> codes[:, model.vocabulary.index["setting"]].tolist()
    [2, 2, 2, 2, 2]
    """
    index, tables = model.vocabulary.index, model.cpts if cpts is None else cpts
    codes = np.empty((count, len(index)), dtype=np.intp)
    order = TopologicalSorter({name: cpt.parents for name, cpt in tables.items()})
    for name in order.static_order():
        if held and name in held:
            codes[:, index[name]] = held[name]
            continue
        parents = [codes[:, index[parent]] for parent in tables[name].parents]
        codes[:, index[name]] = _follow(tables[name].probabilities, parents, rng.random(count))
    return codes


def _follow(table: Array, parents: Sequence[Codes], at: Array) -> Codes:
    """Choose a state for each case by its column of a table, as `_choose` does by a row of its own.

    State by state, because a column for each case would be many times as large as the table.
    """
    edges = table.cumsum(axis=-1).reshape(-1, table.shape[-1])
    column = np.ravel_multi_index(tuple(parents), table.shape[:-1]) if parents else 0
    reached = at * edges[column, -1]
    states = np.zeros(len(at), dtype=np.intp)
    for edge in edges.T[:-1]:
        states += reached >= edge[column]
    return states


def draw_given(case: Case, variables: Collection[int], uniforms: Callable[[int], Array]) -> Codes:
    """Draw the target and open variables of one case from P(target, variables | evidence), exactly.

    The target is drawn first. Given it, the engine's groups do not speak to each other, and
    within one the variables are drawn one after the other, each given those before. Draws that
    agree so far share one evaluation.

    Parameters
    ----------
    case : Case
        What is known. Where that is uncertain for a variable (one of several, likelihoods), each
        definite state is weighted by it.
    variables : collection of int
        Open variables, without the target.
    uniforms : callable
        Returns random numbers from 0 to below 1 for a variable, of shape (draws,).

    Returns
    -------
    ndarray of int, shape (draws, variables of the model)
        The case with the target and the variables filled in.

    Examples
    --------
    >>> import numpy as np
    >>> import hamknee
    >>> from hamknee.inference import draw_given
    >>> model, rng = hamknee.load(), np.random.default_rng(1)
    >>> case, onset = model.case({"pop": "yes"}), model.vocabulary.index["onset"]
    >>> codes = draw_given(case, [onset], lambda variable: rng.random(20_000))
    >>> rupture = model.vocabulary.target.position["rupture"]
    >>> share = (codes[:, model.engine.target] == rupture).mean()
    >>> bool(abs(share - case.posterior["rupture"]) < 0.01)
    True
    """
    target = case.model.engine.target
    at = uniforms(target)
    codes = np.tile(case.codes, (len(at), 1))
    codes[:, target] = states = _choose(case.posterior.probabilities[None], at)
    for group in case.model.engine.groups:
        asked = [variable for variable in group.variables if variable in variables]
        if not asked:
            continue
        present, member = np.unique(states, return_inverse=True)
        patterns, given = np.tile(case.codes, (len(present), 1)), present
        for variable in asked:
            probabilities = _next(case, patterns, given, variable)
            size = probabilities.shape[1]
            answer = _choose(probabilities[member], uniforms(variable))
            codes[:, variable] = answer
            pairs, member = np.unique(member * size + answer, return_inverse=True)
            patterns, given = patterns[pairs // size], given[pairs // size]
            patterns[:, variable] = pairs % size
    return codes


def _next(case: Case, patterns: Codes, target: Codes, variable: int) -> Array:
    """Return P(variable | pattern, target state), shape (patterns, states of the variable)."""
    size = int(case.sizes[variable])
    codes = np.repeat(patterns, size, axis=0)
    codes[:, variable] = np.tile(np.arange(size), len(patterns))
    log_joint = case.log_joint(codes)[np.arange(len(codes)), np.repeat(target, size)]
    with np.errstate(divide="ignore"):
        log_joint = log_joint.reshape(-1, size) + np.log(case.likelihoods[variable])
    weights = relative(log_joint)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _choose(probabilities: Array, at: Array) -> Codes:
    """Choose a state for each row of probabilities; one of probability 0 is never chosen.

    Parameters
    ----------
    probabilities : ndarray, shape (1 or draws, states)
        Up to a factor for each row.
    at : ndarray, shape (draws,)
        From 0 to below 1, where no product is rounded up to the other factor.
    """
    edges = probabilities.cumsum(axis=1)
    return np.asarray((at[:, None] * edges[:, -1:] >= edges).sum(axis=1))


def drawn_tables(model: Model, rng: np.random.Generator) -> dict[str, CPT]:
    """Return tables as they may be: each column drawn from the Dirichlet of its ess.

    Parameters
    ----------
    model : Model
        Columns without an equivalent sample size, and those that are logical, stay as they are.
    rng : Generator
        For the draws.

    Examples
    --------
    >>> import numpy as np
    >>> import hamknee
    >>> from hamknee.inference import drawn_tables
    >>> model = hamknee.load()
    >>> pop = drawn_tables(model, np.random.default_rng(1))["pop"]
    >>> pop.probabilities.shape == model.cpts["pop"].probabilities.shape
    True
    >>> bool(np.allclose(pop.probabilities.sum(axis=-1), 1))
    True
    """
    return {name: _drawn_table(cpt, rng) for name, cpt in model.cpts.items()}


def _drawn_table(cpt: CPT, rng: np.random.Generator) -> CPT:
    if cpt.ess is None:
        return cpt
    counts = cpt.probabilities * cpt.ess[..., None]
    gammas = np.where(counts > 0, np.maximum(rng.standard_gamma(counts), SMALLEST), 0.0)
    drawn = gammas / np.maximum(gammas.sum(axis=-1, keepdims=True), SMALLEST)
    stated = (cpt.ess > 0)[..., None]
    return CPT(cpt.variable, cpt.parents, np.where(stated, drawn, cpt.probabilities), cpt.ess)
