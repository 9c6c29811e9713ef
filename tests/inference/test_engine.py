"""The compiled network: its sums are those over all worlds, looked up or not, on any scale."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.inference.engine import (
    CASES_WORTH_A_LOOKUP,
    conditioned,
    log_total,
    normalised,
    relative,
)
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw, simulate_cases
from hamknee.network.cases import Cases
from tests.support.by_hand import Worlds, p_joint
from tests.support.drawn import random_evidence, soft_cases
from tests.support.networks import Spec, named, network, random_network

MANY = 4 * CASES_WORTH_A_LOOKUP
"""Enough for likelihoods to be looked up as well."""

seeds = st.integers(0, 10_000)


def joint(model: Model, evidence: dict[str, object]) -> np.ndarray:
    cases = model.encode([evidence])
    return np.exp(model.engine.log_joint(cases.codes, cases.weights)[0])


# Against all worlds -----------------------------------------------------------------------------


@given(seeds, seeds)
def test_the_joint_is_the_sum_over_all_worlds(seed: int, other: int) -> None:
    model = random_network(seed)
    evidence = random_evidence(model, other)
    np.testing.assert_allclose(joint(model, evidence), p_joint(model, evidence), rtol=1e-12)


@given(seeds, seeds)
def test_evidence_on_the_target_weighs_its_states(seed: int, other: int) -> None:
    model = random_network(seed)
    evidence = random_evidence(model, other)
    target = model.vocabulary.target
    weights = np.random.default_rng(other).random(len(target.states))
    on_target = {target.name: dict(zip(target.state_names, weights, strict=True))}
    np.testing.assert_allclose(
        joint(model, evidence | on_target), joint(model, evidence) * weights, rtol=1e-12
    )


@given(seeds, seeds)
def test_marginals_and_max_marginals_are_those_of_all_worlds(seed: int, other: int) -> None:
    model = random_network(seed)
    evidence = random_evidence(model, other)
    cases = model.encode([evidence, {}])
    sums = model.engine.marginals(cases.codes, cases.weights)
    tops = model.engine.marginals(cases.codes, cases.weights, np.max)
    for row, worlds in enumerate(map(Worlds(model).weighted, (evidence, {}))):
        for variable in range(worlds.ndim):
            others = tuple(axis for axis in range(worlds.ndim) if axis != variable)
            expected = worlds.sum(axis=others) / worlds.sum()
            np.testing.assert_allclose(sums[variable][row], expected, rtol=1e-9)
            expected = worlds.max(axis=others) / worlds.max()
            np.testing.assert_allclose(tops[variable][row], expected, rtol=1e-9)


@given(seeds, seeds)
def test_an_explanation_is_the_most_probable_of_all_worlds(seed: int, other: int) -> None:
    model = random_network(seed)
    evidence = random_evidence(model, other)
    cases = model.encode([evidence, {}])
    states, log_p, tied = model.engine.explain(cases.codes, cases.weights)
    for row, worlds in enumerate(map(Worlds(model).weighted, (evidence, {}))):
        assert tuple(states[row]) == np.unravel_index(worlds.argmax(), worlds.shape)
        assert log_p[row] == pytest.approx(math.log(worlds.max()), rel=1e-9)
    assert not tied.any()


def test_of_tied_explanations_one_is_given_and_what_is_tied_is_told() -> None:
    model = named("tied")
    cases = model.encode([{}, {"coin": "no", "third": "c"}])
    states, _, tied = model.engine.explain(cases.codes, cases.weights)
    for row in range(len(cases)):
        best, _ = Worlds(model).explanations(cases.evidence(row))
        names = {
            n: v.state_names[states[row, i]] for i, (n, v) in enumerate(model.vocabulary.items())
        }
        assert names in best
        several = [len({world[name] for world in best}) > 1 for name in model.vocabulary]
        assert tied[row].tolist() == several


@pytest.mark.parametrize(("apart", "expected"), [(1e-8, False), (1e-10, True)])
def test_two_states_are_tied_where_rounding_could_turn_them(apart: float, expected: bool) -> None:
    share = 0.5 - apart / 4
    model = network({"t": ("", [share, 1 - share]), "x": ("t", [[0.7, 0.3], [0.7, 0.3]])}, "t")
    cases = model.encode([{}])
    assert model.engine.explain(cases.codes, cases.weights)[2].tolist() == [[expected, False]]


@given(seeds, seeds)
def test_each_finding_by_itself_has_the_probability_it_has_in_all_worlds(
    seed: int, other: int
) -> None:
    model = random_network(seed)
    evidence = random_evidence(model, other)
    cases = model.encode([evidence, {}])
    alone = model.engine.log_p_alone(cases.codes, cases.weights)
    expected = sum(math.log(Worlds(model).p({name: value})) for name, value in evidence.items())
    assert alone.tolist() == pytest.approx([expected, 0], rel=1e-9, abs=1e-12)


# Looked up --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["shipped", "asia", "deterministic", "single variable"])
def test_states_are_looked_up_as_they_are_summed(name: str) -> None:
    model = named(name)
    codes = draw(model, 50, np.random.default_rng(1))
    for row in codes:
        known = np.random.default_rng(row.sum()).random(len(row)) < 0.5
        known[model.engine.target] = False
        looked_up = model.engine.log_joint_of(zip(np.flatnonzero(known), row[known], strict=True))
        assert looked_up is not None
        hard = np.where(known, row, model.engine.sizes)[None]
        summed = model.engine.log_joint(hard, model.vocabulary.plain_weights)[0]
        np.testing.assert_allclose(looked_up, summed, rtol=1e-12, atol=1e-12)


def test_what_cannot_be_looked_up_is_left_to_the_sums(model: Model) -> None:
    assert model.engine.log_joint_of([(model.engine.target, 0)]) is None
    chain = named("long chain")
    assert not chain.engine.looked_up
    assert chain.engine.log_joint_of([(1, 0)]) is None


def assert_as_one_by_one(model: Model, cases: Cases, rows: range) -> None:
    found = model.posterior(cases)
    for row in rows:
        alone = model.posterior(cases.evidence(row))
        np.testing.assert_allclose(found.probabilities[row], alone.probabilities, atol=1e-12)
        np.testing.assert_allclose(found.prior[row], alone.prior, rtol=0, atol=1e-12)
        assert found.log_p_evidence[row] == pytest.approx(alone.log_p_evidence, abs=1e-10)


@pytest.mark.parametrize("name", ["shipped", "asia", "target in the middle", "long chain"])
def test_hard_evidence_in_several_blocks_is_answered_as_one_by_one(name: str) -> None:
    model = named(name)
    cases = simulate_cases(model, 10_000, known=0.4, seed=1)
    assert_as_one_by_one(model, cases, range(0, 10_000, 499))


@pytest.mark.parametrize("count", [CASES_WORTH_A_LOOKUP - 1, MANY])
@pytest.mark.parametrize("name", ["shipped", "asia", "target in the middle", "long chain"])
def test_likelihoods_are_answered_as_one_by_one(name: str, count: int) -> None:
    model = named(name)
    assert_as_one_by_one(model, soft_cases(model, count, seed=2), range(0, count, count // 12))


def test_more_likelihoods_than_can_be_looked_up_are_answered_as_one_by_one() -> None:
    model = named("asia")
    cases = soft_cases(model, MANY, seed=3, others=5000)
    assert_as_one_by_one(model, cases, range(0, MANY, 250))


# Scales -----------------------------------------------------------------------------------------


def test_evidence_too_improbable_for_a_float_has_exact_probabilities() -> None:
    # P(evidence) is about 1e-900: below what a float holds, so that only logarithms do.
    numbers = {
        "a": (Fraction(1, 1000), Fraction(1, 999)),
        "b": (Fraction(1, 998), Fraction(1, 997)),
    }
    spec: Spec = {"t": ("", [0.5, 0.5])}
    for i in range(300):
        rows = numbers["a" if i % 2 else "b"]
        spec[f"x{i}"] = ("t", [[float(p), float(1 - p)] for p in rows])
    model = network(spec, "t")
    odds = (numbers["a"][0] / numbers["a"][1] * numbers["b"][0] / numbers["b"][1]) ** 150
    found = model.scores(model.cases(np.array([[2, *[0] * 300], [2, 0, *[2] * 299]])))
    np.testing.assert_allclose(
        found.probabilities[0], [float(odds / (1 + odds)), float(1 / (1 + odds))], rtol=1e-9
    )
    assert found.log_p_evidence[0] < -2000
    assert found.log_p_evidence[1] == pytest.approx(math.log((1 / 998 + 1 / 997) / 2), rel=1e-12)


def test_normalising_is_the_same_on_every_scale() -> None:
    log_joint = np.log(np.random.default_rng(6).random((20, 5)))
    expected, log_p = normalised(log_joint)
    for shift in (-5000.0, -650.0, 650.0, 5000.0):
        probabilities, shifted = normalised(log_joint + shift)
        np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-12)
        np.testing.assert_allclose(shifted, log_p + shift, rtol=1e-12)
        np.testing.assert_allclose(log_total(log_joint + shift), shifted, rtol=1e-12)
        np.testing.assert_allclose(conditioned(log_joint + shift), expected, rtol=0, atol=1e-11)
        np.testing.assert_allclose(
            relative(log_joint + shift), expected / expected.max(axis=1)[:, None], atol=1e-11
        )


def test_what_is_impossible_has_no_probabilities_and_no_warning() -> None:
    log_joint = np.array([[-np.inf, -np.inf], [-np.inf, math.log(0.2)]])
    for probabilities in (normalised(log_joint)[0], conditioned(log_joint)):
        assert np.isnan(probabilities[0]).all()
        assert probabilities[1].tolist() == [0, 1]
    assert log_total(log_joint).tolist() == pytest.approx([-np.inf, math.log(0.2)])
    assert normalised(log_joint)[1].tolist() == pytest.approx([-np.inf, math.log(0.2)])


def test_threads_change_no_digit(model: Model) -> None:
    cases = simulate_cases(model, 20_000, known=0.6, seed=4)
    alone, shared = model.scores(cases), model.scores(cases, workers=3)
    assert (alone.probabilities == shared.probabilities).all()
    assert (alone.log_p_evidence == shared.log_p_evidence).all()
