"""The most probable explanation: of all unknown variables together, with its ties."""

import numpy as np
import pytest

from hamknee.formats.pgmpy import to_pgmpy
from hamknee.inference.model import Model
from hamknee.network.evidence import check_evidence
from tests.support.by_hand import Worlds
from tests.support.drawn import drawn
from tests.support.networks import NETWORKS, SMALL, named, network

from .oracles import Pgmpy


@pytest.fixture(params=SMALL)
def small(request: pytest.FixtureRequest) -> Model:
    return named(request.param)


@pytest.fixture(params=NETWORKS)
def model(request: pytest.FixtureRequest) -> Model:
    return named(request.param)


def test_it_is_the_best_of_every_combination_and_names_what_is_tied(small: Model) -> None:
    oracle = Worlds(small)
    cases = drawn(small, 8, known=0.3, seed=1) + drawn(small, 8, known=0.3, seed=2, soft=True)
    for case in [{}, *cases]:
        answer = small.most_probable_explanation(case)
        best, probability = oracle.explanations(case)
        tied = {name for name in small.vocabulary if len({states[name] for states in best}) > 1}
        known = check_evidence(small.vocabulary, case)
        first = {n: state for n, state in best[0].items() if not isinstance(known.get(n), str)}
        assert dict(answer.states) == first, case
        assert answer.probability == pytest.approx(probability, rel=1e-9)
        assert set(answer.tied) == tied


def test_it_is_the_one_pgmpy_finds_when_few_variables_are_unknown(model: Model) -> None:
    oracle = Pgmpy(to_pgmpy(model))
    rng = np.random.default_rng(3)
    for case in drawn(model, 3, known=1, seed=3):
        unknown = rng.choice(list(model.vocabulary), size=min(4, len(case)), replace=False)
        known = {name: str(state) for name, state in case.items() if name not in unknown}
        answer = model.most_probable_explanation(known)
        assert set(answer.states) == set(unknown)
        if not answer.tied:
            assert dict(answer.states) == oracle.explanation(known)


def test_its_probability_is_that_of_its_states_given_the_evidence(model: Model) -> None:
    for case in drawn(model, 4, known=0.4, seed=4):
        answer = model.most_probable_explanation(case)
        together = model.p_evidence(case | dict(answer.states)) / model.p_evidence(case)
        assert answer.probability == pytest.approx(together, rel=1e-9)
        changed = [
            case | dict(answer.states) | {name: state}
            for name in answer.states
            for state in model.vocabulary[name].state_names
        ]
        no_better = together * model.p_evidence(case) * (1 + 1e-9)
        assert (model.p_evidence(changed) <= no_better).all()


def test_of_tied_explanations_the_first_in_the_order_of_the_vocabulary_is_given() -> None:
    answer = named("tied").most_probable_explanation({})
    assert dict(answer.states) == {
        "coin": "yes",
        "target": "yes",
        "other_coin": "no",
        "third": "c",
    }
    assert answer.tied == ("coin", "target")
    assert "Tied: Coin, Target." in answer.text
    assert answer.table["tied"].tolist() == [True, True, False, False]


def test_nearly_as_probable_is_not_tied() -> None:
    answer = network({"target": ("", [0.4995, 0.5005])}, "target").most_probable_explanation({})
    assert dict(answer.states) == {"target": "no"}
    assert answer.tied == ()


def test_tied_states_are_never_mixed_into_an_impossible_whole() -> None:
    spec = {
        "target": ("", [0.5, 0.5]),
        "copy": ("target", [[0, 1], [1, 0]]),
        "copy_of_copy": ("copy", [[0, 1], [1, 0]]),
    }
    answer = network(spec, "target").most_probable_explanation({})
    assert dict(answer.states) == {"target": "yes", "copy": "no", "copy_of_copy": "yes"}
    assert answer.probability == 0.5
    assert answer.tied == ("target", "copy", "copy_of_copy")


def test_it_is_not_the_list_of_each_most_probable_state() -> None:
    spec = {"target": ("", [0.4, 0.6]), "sign": ("target", [[1, 0, 0], [0.3, 0.35, 0.35]])}
    one_each = network(spec, "target")
    marginals = one_each.marginals({})
    assert [int(marginals[n].argmax()) for n in ("target", "sign")] == [1, 0]
    assert dict(one_each.most_probable_explanation({}).states) == {"target": "yes", "sign": "a"}


def test_where_everything_is_known_nothing_is_left_to_explain() -> None:
    model = named("single variable")
    answer = model.most_probable_explanation({"target": "b"})
    assert dict(answer.states) == {}
    assert answer.probability == 1
    assert "nothing is left open" in answer.text
