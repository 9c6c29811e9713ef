"""The contract: on every network, every answer is the one that independent engines give."""

import numpy as np
import pytest

from hamknee.formats.pgmpy import to_pgmpy
from hamknee.inference.model import Model
from hamknee.network.cases import Cases
from hamknee.network.evidence import check_evidence
from tests.support.by_hand import Worlds
from tests.support.drawn import Case, drawn
from tests.support.networks import NETWORKS, SMALL, TARGETS, bundled, named, textbook

from .oracles import Agrum, Pgmpy

EXACT = 1e-9
LARGE = [name for name in NETWORKS if name not in SMALL]


@pytest.fixture(params=NETWORKS)
def model(request: pytest.FixtureRequest) -> Model:
    return named(request.param)


@pytest.fixture(params=SMALL)
def small(request: pytest.FixtureRequest) -> Model:
    return named(request.param)


@pytest.fixture(params=LARGE)
def large(request: pytest.FixtureRequest) -> Model:
    return named(request.param)


def mixed(model: Model, count: int, seed: int) -> list[Case]:
    """Return cases with few and with many known variables, hard and soft."""
    return [
        case
        for known in (0.2, 0.7)
        for soft in (False, True)
        for case in drawn(model, count, known=known, seed=seed, soft=soft)
    ]


def plain(model: Model, case: Case) -> Case:
    """Return a case as checked values: texts, tuples and mappings."""
    return dict(check_evidence(model.vocabulary, case))


# Posterior of the target ------------------------------------------------------------------------


def test_the_posterior_is_that_of_variable_elimination(model: Model) -> None:
    target = model.vocabulary.target
    oracle = Pgmpy(to_pgmpy(model))
    for case in [{}, *drawn(model, 4, known=0.3, seed=1), *drawn(model, 4, known=0.8, seed=2)]:
        case.pop(target.name, None)
        expected = oracle.marginal(target.name, case)
        np.testing.assert_allclose(
            model.posterior(case).probabilities, expected, rtol=0, atol=EXACT, err_msg=str(case)
        )


def test_likelihoods_are_the_virtual_evidence_of_pgmpy(model: Model) -> None:
    target = model.vocabulary.target
    oracle = Pgmpy(to_pgmpy(model))
    for case in drawn(model, 3, known=0.3, seed=3, soft=True):
        case.pop(target.name, None)
        expected = oracle.marginal(target.name, plain(model, case))
        np.testing.assert_allclose(
            model.posterior(case).probabilities, expected, rtol=0, atol=EXACT, err_msg=str(case)
        )


@pytest.mark.parametrize("name", TARGETS)
def test_dividing_columns_by_their_sums_changes_a_bundled_network_by_rounding_only(
    name: str,
) -> None:
    model, oracle = textbook(name), Pgmpy(bundled(name))
    for case in drawn(model, 4, known=0.3, seed=4):
        case.pop(TARGETS[name], None)
        expected = oracle.marginal(TARGETS[name], case)
        np.testing.assert_allclose(
            model.posterior(case).probabilities, expected, rtol=0, atol=1e-7, err_msg=str(case)
        )


def test_the_posterior_is_that_of_every_combination_written_out(small: Model) -> None:
    target, oracle = small.vocabulary.target.name, Worlds(small)
    for case in mixed(small, 5, seed=5):
        np.testing.assert_allclose(
            small.posterior(case).probabilities,
            oracle.table([target], case),
            rtol=0,
            atol=EXACT,
            err_msg=str(case),
        )


def test_pyagrum_agrees_on_the_shipped_network_on_soft_evidence_too() -> None:
    model = named("shipped")
    oracle = Agrum(model)
    for case in mixed(model, 5, seed=6):
        expected, p_evidence = oracle.ask("condition", case)
        answer = model.posterior(case)
        np.testing.assert_allclose(
            answer.probabilities, expected, rtol=0, atol=EXACT, err_msg=str(case)
        )
        assert answer.p_evidence == pytest.approx(p_evidence, rel=EXACT)


def test_evidence_on_the_target_itself_is_evidence_like_any_other(model: Model) -> None:
    target = model.vocabulary.target
    first, last = target.state_names[0], target.state_names[-1]
    before = model.posterior({})
    assert model.posterior({target.name: last}).probabilities.tolist()[-1] == 1
    halved = model.posterior({target.name: {first: 0.5, last: 1.0}})
    expected = 0.5 * before[first] / (0.5 * before[first] + before[last])
    assert halved[first] == pytest.approx(expected, abs=EXACT)
    assert model.p_evidence({target.name: last}) == pytest.approx(before[last], abs=EXACT)


# P(evidence) ------------------------------------------------------------------------------------


def test_the_probability_of_evidence_is_that_of_every_combination(small: Model) -> None:
    oracle = Worlds(small)
    for case in mixed(small, 5, seed=7):
        expected = oracle.p(case)
        assert small.p_evidence(case) == pytest.approx(expected, rel=EXACT)
        assert small.posterior(case).p_evidence == pytest.approx(expected, rel=EXACT)


def test_the_probability_of_evidence_follows_the_chain_rule(large: Model) -> None:
    oracle = Pgmpy(to_pgmpy(large))
    for case in drawn(large, 2, known=0.2, seed=8):
        expected = oracle.p_evidence(plain(large, case))
        assert large.p_evidence(case) == pytest.approx(expected, rel=EXACT)


def test_nothing_known_has_probability_1(model: Model) -> None:
    assert model.p_evidence({}) == pytest.approx(1, abs=1e-12)


# Every marginal ---------------------------------------------------------------------------------


def test_every_marginal_is_that_of_every_combination(small: Model) -> None:
    oracle = Worlds(small)
    for case in mixed(small, 3, seed=9):
        answer = small.marginals(case)
        for name in small.vocabulary:
            np.testing.assert_allclose(
                answer[name], oracle.table([name], case), rtol=0, atol=EXACT, err_msg=name
            )


def test_every_marginal_is_that_of_variable_elimination(large: Model) -> None:
    oracle = Pgmpy(to_pgmpy(large))
    (case,) = drawn(large, 1, known=0.25, seed=10)
    answer = large.marginals(case)
    for name in large.vocabulary:
        if name in case:
            expected = np.eye(len(answer[name]))[large.vocabulary[name].position[str(case[name])]]
        else:
            expected = oracle.marginal(name, case)
        np.testing.assert_allclose(answer[name], expected, rtol=0, atol=EXACT, err_msg=name)


def test_the_marginal_of_the_target_is_its_posterior(model: Model) -> None:
    target = model.vocabulary.target.name
    for case in mixed(model, 2, seed=11):
        np.testing.assert_allclose(
            model.marginals(case)[target], model.posterior(case).probabilities, rtol=0, atol=1e-12
        )


# Laws -------------------------------------------------------------------------------------------


def test_probabilities_are_between_0_and_1_and_add_up_to_1(model: Model) -> None:
    answers = model.marginals(mixed(model, 5, seed=12))
    for name in model.vocabulary:
        assert (answers[name] >= 0).all()
        np.testing.assert_allclose(answers[name].sum(axis=1), 1, rtol=0, atol=1e-12)


def test_the_order_of_the_evidence_does_not_matter(model: Model) -> None:
    for case in mixed(model, 2, seed=13):
        turned = dict(reversed(case.items()))
        assert model.posterior(turned).probabilities.tolist() == pytest.approx(
            model.posterior(case).probabilities.tolist(), abs=1e-15
        )


def test_none_and_all_states_say_nothing(model: Model) -> None:
    for case in drawn(model, 3, known=0.3, seed=14):
        unknown = [v for v in model.vocabulary.variables if v.name not in case]
        nothing = {v.name: None if i % 2 else set(v.state_names) for i, v in enumerate(unknown)}
        one, other = model.posterior(case), model.posterior(case | nothing)
        assert other.probabilities.tolist() == one.probabilities.tolist()
        assert other.log_p_evidence == one.log_p_evidence


def test_only_the_ratios_of_likelihoods_matter_to_a_posterior(model: Model) -> None:
    for case in drawn(model, 2, known=0.5, seed=15, soft=True):
        huge = {
            name: {state: weight * 1e300 for state, weight in value.items()}
            if isinstance(value, dict)
            else value
            for name, value in case.items()
        }
        np.testing.assert_allclose(
            model.posterior(huge).probabilities,
            model.posterior(case).probabilities,
            rtol=0,
            atol=1e-12,
        )


def test_equal_likelihoods_leave_the_posterior_as_it_was(model: Model) -> None:
    for variable in model.vocabulary.variables:
        equal = {variable.name: dict.fromkeys(variable.state_names, 0.25)}
        answer = model.posterior(equal)
        np.testing.assert_allclose(
            answer.probabilities, model.posterior({}).probabilities, rtol=0, atol=1e-12
        )
        assert answer.p_evidence == pytest.approx(0.25)


def test_many_cases_are_answered_as_one_by_one(model: Model) -> None:
    cases = mixed(model, 6, seed=16)
    together = model.posterior(cases)
    marginals, explanations = model.marginals(cases), model.most_probable_explanation(cases)
    assert isinstance(model.encode(cases), Cases)
    for row, case in enumerate(cases):
        alone = model.posterior(case)
        np.testing.assert_allclose(
            together.probabilities[row], alone.probabilities, rtol=0, atol=1e-12
        )
        np.testing.assert_allclose(together.prior[row], alone.prior, rtol=0, atol=1e-12)
        assert together.log_p_evidence[row] == pytest.approx(alone.log_p_evidence, abs=1e-9)
        one = model.marginals(case)
        for name in model.vocabulary:
            np.testing.assert_allclose(marginals[name][row], one[name], rtol=0, atol=1e-12)
        explanation = model.most_probable_explanation(case)
        assert explanations[row].states == explanation.states
        assert explanations[row].probability == pytest.approx(explanation.probability, rel=1e-9)
