"""Learning agrees with pgmpy on complete cases and with pyAgrum's EM on cases with blanks."""

import warnings

import numpy as np
import pandas as pd
import pytest
from pgmpy.parameter_estimator import DiscreteBayesianEstimator

from hamknee.estimation.learning import update
from hamknee.formats.pgmpy import to_pgmpy
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw
from hamknee.network.cases import Cases
from hamknee.network.priors import CPT
from hamknee.network.priors_file import read_shipped_or_own
from tests.support.cohorts import blanked, priors_of
from tests.support.networks import network

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # pyAgrum crashes if this is an error
    import pyagrum as gum

from .oracles import Agrum


def frame_of(model: Model, cases: Cases, blank: str | None = None) -> pd.DataFrame:
    """Return cases with the names of their states."""
    columns = {
        variable.name: np.array([*variable.state_names, blank], dtype=object)[codes]
        for variable, codes in zip(model.vocabulary.variables, cases.codes.T, strict=True)
    }
    return pd.DataFrame(columns)


def test_complete_cases_of_the_shipped_network_give_what_pgmpy_gives(model: Model) -> None:
    priors = read_shipped_or_own()
    cases = model.cases(draw(model, 400, np.random.default_rng(6)))
    given = priors.cpts()
    states = {name: list(variable.state_names) for name, variable in model.vocabulary.items()}
    estimator = DiscreteBayesianEstimator(
        state_names=states,
        prior_type="dirichlet",
        pseudo_counts={name: _pgmpys_counts(cpt) for name, cpt in given.items()},
    )
    fitted = estimator.fit(to_pgmpy(model), frame_of(model, cases))
    learned = update(priors, cases, learn="setting").priors.cpts()
    assert len(fitted.parameters_) == len(learned)
    for table in fitted.parameters_:
        cpt = learned[table.variable]
        own = _pgmpys_table(table, cpt, states)
        np.testing.assert_allclose(cpt.probabilities, own, atol=1e-12)


def _pgmpys_counts(cpt: CPT) -> np.ndarray:
    """Return the Dirichlet counts as pgmpy takes them: states by parents sorted by name."""
    assert cpt.ess is not None
    axes = [cpt.parents.index(parent) for parent in sorted(cpt.parents)]
    counts = (cpt.ess[..., None] * cpt.probabilities).transpose(*axes, len(axes))
    return np.asarray(counts.reshape(-1, counts.shape[-1]).T)


def _pgmpys_table(table: object, cpt: CPT, states: dict[str, list[str]]) -> np.ndarray:
    """Return a table of pgmpy's asked by name, one entry at a time."""
    found = np.empty_like(cpt.probabilities)
    axes = (*cpt.parents, cpt.variable)
    for place in np.ndindex(found.shape):
        named = {axis: states[axis][i] for axis, i in zip(axes, place, strict=True)}
        found[place] = table.get_value(**named)
    return found


def test_without_a_prior_em_ends_where_pyagrums_does() -> None:
    spec = {
        "cause": ("", [0.4, 0.6]),
        "t": ("cause", [[0.7, 0.2, 0.1], [0.2, 0.3, 0.5]]),
        "x": ("t", [[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]]),
        "y": (
            "t cause",
            [[[0.8, 0.2], [0.6, 0.4]], [[0.3, 0.7], [0.5, 0.5]], [[0.2, 0.8], [0.1, 0.9]]],
        ),
    }
    model = network(spec, "t")
    cases = blanked(model, draw(model, 150, np.random.default_rng(4)), 0.2, 4)
    network_of_theirs = Agrum(model).network
    for _ in range(2):  # because it may stop early, when its likelihood does not rise
        learner = gum.BNLearner(frame_of(model, cases, "?"), network_of_theirs, ["?"])
        learner.useNoPrior()
        learner.useEMWithDiffCriterion(1e-12, 0.0)  # no noise: begin at the network given
        learner.EMdisableEpsilon()
        learner.EMsetMaxIter(15)
        learner.EMenableMaxIter()
        network_of_theirs = learner.learnParameters(network_of_theirs)
    found = update(priors_of(model, ess=1e-8), cases, tolerance=1e-11, iterations=5_000)
    assert found.converged
    for name, cpt in found.priors.cpts().items():
        for column in np.ndindex(*cpt.probabilities.shape[:-1]):
            at = dict(zip(cpt.parents, map(int, column), strict=True))
            theirs = np.array(network_of_theirs.cpt(name)[at or slice(None)])
            np.testing.assert_allclose(cpt.probabilities[column], theirs, atol=1e-7)


def test_its_likelihood_is_what_pyagrum_says_of_every_case() -> None:
    model = network({"t": ("", [0.4, 0.6]), "x": ("t", [[0.8, 0.2], [0.3, 0.7]])}, "t", ess=4)
    cases = blanked(model, draw(model, 20, np.random.default_rng(1)), 0.4, 1)
    found = update(priors_of(model), cases)
    learned = Agrum(Model(model.vocabulary, found.priors.cpts()))
    for agrum, log_likelihood in (
        (Agrum(model), found.log_likelihood[0]),
        (learned, found.log_likelihood[-1]),
    ):
        each = [agrum.ask("t", cases.evidence(row))[1] for row in range(len(cases))]
        assert np.log(each).sum() == pytest.approx(log_likelihood)
