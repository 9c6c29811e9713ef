"""A great many cases at once: every kind of evidence as one by one, the impossible ones as well."""

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest

from hamknee.base.errors import HamkneeError
from hamknee.inference.engine import CASES_WORTH_A_LOOKUP, normalised
from hamknee.inference.impossible import ImpossibleEvidenceError
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw, simulate
from hamknee.network.cases import Cases
from hamknee.reasoning.conflicts import conflict
from tests.support.networks import Spec, deterministic, independent_findings, named, network

MANY = 4 * CASES_WORTH_A_LOOKUP
"""Enough for likelihoods to be looked up as well."""


def soft_cases(model: Model, count: int, seed: int, others: int = 3) -> Cases:
    """Return possible cases of all kinds: states, sets, likelihoods; often nothing."""
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
    cases = simulate(model, 10_000, known=0.4, seed=1)
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


def test_a_known_target_is_evidence_like_any_other(model: Model) -> None:
    cases = simulate(model, MANY, known=0.4, seed=4)
    codes = cases.codes.copy()
    codes[::3, model.engine.target] = draw(model, MANY, np.random.default_rng(4))[::3, 0]
    found = model.scores(model.cases(codes))
    before = model.posterior(cases)
    for row in range(0, MANY, 3 * 97):
        state = codes[row, model.engine.target]
        p = before.probabilities[row, state]
        np.testing.assert_allclose(found.probabilities[row], np.eye(21)[state], atol=1e-12)
        log_p = before.log_p_evidence[row] + math.log(p)
        assert found.log_p_evidence[row] == pytest.approx(log_p, abs=1e-10)


@pytest.mark.parametrize("name", ["shipped", "asia", "in two parts"])
def test_scores_are_the_posterior_and_the_conflict_of_each_case(name: str) -> None:
    model = named(name)
    cases = soft_cases(model, 60, seed=5)
    found = model.scores(cases)
    assert not found.impossible.any()
    for row in range(0, 60, 5):
        evidence = cases.evidence(row)
        alone = model.posterior(evidence)
        np.testing.assert_allclose(found.probabilities[row], alone.probabilities, atol=1e-12)
        assert found.log_p_evidence[row] == pytest.approx(alone.log_p_evidence, abs=1e-10)
        assert found.conflict[row] == pytest.approx(
            conflict(model, evidence, draws=1).bits, abs=1e-9
        )


def test_nothing_known_is_no_conflict(model: Model) -> None:
    blank = model.scores(model.cases(np.array([model.engine.sizes])))
    assert blank.log_p_alone[0] == 0
    assert blank.conflict[0] == pytest.approx(0, abs=1e-12)


def test_impossible_cases_have_no_probabilities_and_their_neighbours_keep_theirs() -> None:
    model = deterministic()
    known = [{"target": "yes", "copy": "no"}, {"left": "yes"}, {"sign": "c", "copy": "yes"}]
    found = model.scores(model.encode(known))
    assert found.impossible.tolist() == [True, False, True]
    assert np.isneginf(found.log_p_evidence[[0, 2]]).all()
    assert np.isnan(found.probabilities[[0, 2]]).all()
    assert np.isnan(found.conflict[[0, 2]]).all()
    alone = model.posterior(known[1])
    np.testing.assert_allclose(found.probabilities[1], alone.probabilities, atol=1e-12)


def test_one_impossible_case_among_many_is_an_error_that_names_it() -> None:
    model = deterministic()
    codes = np.tile(model.engine.sizes, (MANY, 1))
    target, copy = (list(model.vocabulary).index(name) for name in ("target", "copy"))
    codes[MANY - 5, [target, copy]] = [0, 1]
    with pytest.raises(ImpossibleEvidenceError, match=f"case {MANY - 5}"):
        model.posterior(model.cases(codes))


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


def test_narrow_columns_give_the_same_numbers_as_wide_rows(model: Model) -> None:
    cases = simulate(model, 9000, known=0.5, seed=7)
    narrow = dataclasses.replace(cases, codes=np.asfortranarray(cases.codes.astype(np.uint8)))
    np.testing.assert_array_equal(
        model.posterior(narrow).probabilities, model.posterior(cases).probabilities
    )
    np.testing.assert_array_equal(model.scores(narrow).conflict, model.scores(cases).conflict)


def test_threads_that_share_a_model_get_the_same_numbers(model: Model) -> None:
    parts = [soft_cases(model, 2000, seed) for seed in range(8)]
    expected = [model.scores(part) for part in parts]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(model.scores, parts))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.probabilities, other.probabilities)
        np.testing.assert_array_equal(one.conflict, other.conflict)


@pytest.mark.parametrize("code", [-1, 3])
def test_codes_that_a_variable_does_not_have_are_named(code: int) -> None:
    model = independent_findings(seed=1, count=4, states=2)
    codes = np.tile(model.engine.sizes, (6, 1))
    codes[4, 0] = code
    with pytest.raises(HamkneeError, match=rf"case 4: t has the code {code}; allowed: 0 to 2"):
        model.cases(codes)


def test_codes_of_another_shape_are_refused(model: Model) -> None:
    with pytest.raises(HamkneeError, match=r"shape \(2, 3\).*27 columns"):
        model.cases(np.zeros((2, 3), dtype=np.intp))


def test_no_cases_have_no_answers(model: Model) -> None:
    none = model.scores(model.cases(np.empty((0, 27), dtype=np.uint8)))
    assert none.probabilities.shape == (0, 21)
    assert none.conflict.shape == (0,)
