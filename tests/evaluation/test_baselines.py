"""The rivals of a model: its context alone, and its findings as if they were independent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.naive_bayes import CategoricalNB

from hamknee.evaluation.baselines import BASELINES, naive_bayes, posteriors, prior_only
from hamknee.inference.model import Model
from hamknee.network.labelled import read_labelled
from tests.support.by_hand import Worlds, p_joint
from tests.support.drawn import drawn
from tests.support.networks import asia, independent_findings, network, random_network


def test_prior_only_is_the_starting_probability(model: Model) -> None:
    cases = read_labelled(model.vocabulary).cases
    assert prior_only(model, cases) == pytest.approx(model.posterior(cases).prior, abs=1e-12)


def test_naive_bayes_is_that_of_scikit_learn() -> None:
    """Which learns it from every world of a network, each with its probability as weight."""
    model = asia()
    worlds = Worlds(model)
    codes = np.array(list(np.ndindex(worlds.joint.shape)))
    target = model.engine.target
    findings = np.delete(codes, target, axis=1)
    theirs = CategoricalNB(alpha=1e-14, force_alpha=True)
    theirs.fit(findings, codes[:, target], sample_weight=worlds.joint.ravel())
    codes[:, target] = model.engine.sizes[target]
    cases = model.cases(codes)
    assert naive_bayes(model, cases) == pytest.approx(theirs.predict_proba(findings), abs=1e-9)


def test_naive_bayes_is_the_model_where_findings_are_independent() -> None:
    tree = network(
        {
            "cause": ("", [0.5, 0.3, 0.2], "p q r"),
            "f": ("cause", [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]),
            "g": ("cause", [[0.3, 0.7], [0.0, 1.0], [0.5, 0.5]]),
        },
        "cause",
    )
    cases = tree.encode([{"f": "yes"}, {"f": {"yes": 0.7, "no": 0.2}, "g": "yes"}, {}])
    assert naive_bayes(tree, cases) == pytest.approx(posteriors(tree, cases), abs=1e-12)


def test_naive_bayes_counts_twice_what_the_model_counts_once() -> None:
    echo = network(
        {
            "cause": ("", [0.5, 0.5], "p q"),
            "f": ("cause", [[0.8, 0.2], [0.2, 0.8]]),
            "g": ("cause f", [[[1.0, 0.0], [0.0, 1.0]]] * 2),  # g repeats f
        },
        "cause",
    )
    cases = echo.encode([{"f": "yes", "g": "yes"}])
    assert posteriors(echo, cases)[0, 0] == pytest.approx(0.8)
    assert naive_bayes(echo, cases)[0, 0] == pytest.approx(0.64 / 0.68)


def test_a_state_that_cannot_be_stays_at_0_in_every_baseline() -> None:
    spec = {
        "cause": ("", [0.5, 0.5, 0.0], "p q r"),
        "f": ("cause", [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]),
    }
    model = network(spec, "cause")
    cases = model.encode([{"f": "yes"}])
    for answer in (posteriors, prior_only, naive_bayes):
        assert answer(model, cases)[0, 2] == 0


SEEDS = st.integers(0, 10**6)


def findings(model: Model, seed: int) -> list[dict[str, object]]:
    """Return five cases of which nothing is known of the target."""
    target = model.vocabulary.target.name
    cases = drawn(model, 5, known=0.6, seed=seed, soft=True)
    return [{name: case[name] for name in case if name != target} for case in cases]


def naive_bayes_by_listing(model: Model, case: dict[str, object]) -> np.ndarray:
    """Return P(target) × Π P(evidence on x | target), each factor by listing every world."""
    start = p_joint(model, {})
    joint = start.copy()
    for name, value in case.items():
        joint *= p_joint(model, {name: value}) / start
    return np.asarray(joint / joint.sum())


@given(SEEDS)
def test_naive_bayes_multiplies_what_each_finding_says_alone(seed: int) -> None:
    model = random_network(seed, count=5)
    cases = findings(model, seed)
    listed = [naive_bayes_by_listing(model, case) for case in cases]
    np.testing.assert_allclose(naive_bayes(model, model.encode(cases)), listed, atol=1e-10)


@given(SEEDS)
def test_of_independent_findings_it_is_the_model(seed: int) -> None:
    model = independent_findings(seed)
    cases = model.encode(findings(model, seed))
    np.testing.assert_allclose(naive_bayes(model, cases), posteriors(model, cases), atol=1e-10)


def test_a_context_counts_in_every_forecast_and_a_finding_not_in_the_start() -> None:
    spec = {
        "place": ("", [0.6, 0.4], "home clinic"),
        "cause": ("place", [[0.9, 0.1], [0.2, 0.8]], "p q"),
        "f": ("cause", [[0.9, 0.1], [0.4, 0.6]]),
    }
    model = network(spec, "cause", context=("place",))
    cases = model.encode([{"place": "clinic", "f": "yes"}])
    assert prior_only(model, cases)[0] == pytest.approx([0.2, 0.8])
    for name in ("model", "naive_bayes"):
        forecast = {"model": posteriors, **BASELINES}[name](model, cases)
        assert forecast[0, 0] == pytest.approx(0.18 / (0.18 + 0.32))


def test_an_impossible_case_is_nan() -> None:
    spec = {"cause": ("", [0.5, 0.5], "p q"), "f": ("cause", [[1.0, 0.0], [1.0, 0.0]])}
    model = network(spec, "cause")
    cases = model.encode([{"f": "no"}, {"f": "yes"}])
    for answer in (posteriors, naive_bayes):
        assert np.isnan(answer(model, cases)).all(axis=1).tolist() == [True, False]
