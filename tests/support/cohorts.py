"""Numbers and cohorts for tests of learning."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from hamknee.base.types import Codes
from hamknee.estimation.expected_counts import ExpectedCounts
from hamknee.inference.model import Model
from hamknee.network.cases import Cases
from hamknee.network.priors import CPT, Priors
from hamknee.network.rows import Row
from tests.support.by_hand import Array, Tables, Worlds


def priors_of(model: Tables, ess: float | None = None) -> Priors:
    """Return the tables of a network as rows; their equivalent sample sizes unless one is given."""
    rows = []
    for name, cpt in model.cpts.items():
        for place in np.ndindex(cpt.probabilities.shape):
            names = [model.vocabulary[member].state_names for member in (*cpt.parents, name)]
            *given, state = (states[i] for states, i in zip(names, place, strict=True))
            probability = float(cpt.probabilities[place])
            count = ess if cpt.ess is None or ess is not None else float(cpt.ess[place[:-1]])
            assert count is not None
            basis = "logical" if probability in (0, 1) else "judgement"
            parents = tuple(zip(cpt.parents, given, strict=True))
            rows.append(Row(name, state, parents, probability, count, basis))
    return Priors(model.vocabulary, tuple(rows))


def flat(model: Model, ess: float) -> Priors:
    """Return numbers that know nothing: every column uniform, but for its zeros."""
    cpts = {}
    for name, cpt in model.cpts.items():
        positive = (cpt.probabilities > 0).astype(float)
        table = positive / positive.sum(axis=-1, keepdims=True)
        cpts[name] = CPT(name, cpt.parents, table, np.full(table.shape[:-1], ess))
    return priors_of(Tables(model.vocabulary, cpts))


def blanked(model: Model, codes: Codes, share: float, seed: int) -> Cases:
    """Return cases with a random share of all cells blank, those of the target too."""
    rng = np.random.default_rng(seed)
    return model.cases(np.where(rng.random(codes.shape) < share, model.engine.sizes, codes))


def counted(model: Model, cases: Cases, weights: Array | None = None) -> ExpectedCounts:
    """Return a cohort ready to be counted, each case once unless weights say otherwise."""
    return ExpectedCounts(model, cases, np.ones(len(cases)) if weights is None else weights)


def tables_of(model: Tables) -> list[Array]:
    """Return the table of each variable, in order."""
    return [cpt.probabilities for cpt in model.cpts.values()]


def tallies(model: Tables, codes: Codes) -> dict[str, Array]:
    """Return how often each state occurs with each state of its parents in complete cases."""
    names = list(model.vocabulary)
    found = {}
    for name, cpt in model.cpts.items():
        found[name] = np.zeros_like(cpt.probabilities)
        members = [names.index(member) for member in (*cpt.parents, name)]
        np.add.at(found[name], tuple(codes[:, members].T), 1)
    return found


def expected_by_listing(
    model: Tables, cases: Sequence[Mapping[str, object]], weights: Array
) -> tuple[dict[str, Array], float]:
    """Return the expected counts of all cases, and their log-likelihood, by listing every world."""
    worlds = Worlds(model)
    counts = {name: np.zeros_like(cpt.probabilities) for name, cpt in model.cpts.items()}
    log_likelihood = 0.0
    for case, weight in zip(cases, weights, strict=True):
        for name, cpt in model.cpts.items():
            counts[name] += weight * worlds.table((*cpt.parents, name), case)
        log_likelihood += weight * np.log(worlds.p(case))
    return counts, float(log_likelihood)


def recoded(cases: Cases, name: str, code: int, rows: object = slice(None)) -> Cases:
    """Return cases some of which have another code of a variable."""
    codes = cases.codes.copy()
    codes[rows, cases.vocabulary.index[name]] = code
    return replace(cases, codes=codes)
