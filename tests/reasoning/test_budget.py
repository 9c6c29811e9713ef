import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.errors import HamkneeError
from hamknee.base.words import percent
from hamknee.inference.model import Model
from hamknee.network.evidence import EvidenceError
from hamknee.reasoning import budget
from hamknee.reasoning.budget import question_budget
from tests.support.by_hand import Worlds, entropy
from tests.support.drawn import random_evidence
from tests.support.networks import asia, exclusive_or, independent_findings, random_network


def _worth(oracle: Worlds, names: list[str], evidence: dict[str, object]) -> tuple[float, float]:
    """Return what a set of answers tells, and the expected accuracy with it, by enumeration."""
    target = oracle.vocabulary.target.name
    table = oracle.table([*names, target], evidence)
    left = entropy(table) - entropy(table.sum(axis=-1))
    return entropy(oracle.table([target], evidence)) - left, float(table.max(axis=-1).sum())


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("k", [1, 2, 3])
def test_exact_choice_is_the_best_of_all_sets(seed: int, k: int) -> None:
    model = random_network(seed, count=7)
    evidence = random_evidence(model, seed, known=0.2)
    oracle = Worlds(model)
    names = list(model.vocabulary)
    found = question_budget(model, evidence, k)
    assert found.method == "exact"
    chosen = [names[v] for v in found.questions]
    soft = {name for name, value in evidence.items() if not isinstance(value, str)}
    open_ = [n for n in names if n != model.vocabulary.target.name and n not in {*evidence} - soft]
    sets = itertools.combinations(open_, k)
    best = max(_worth(oracle, list(others), evidence)[0] for others in sets)
    assert found.gain[-1] == pytest.approx(best, abs=1e-9)
    assert found.accuracy[0] == pytest.approx(model.posterior(evidence).probabilities.max())
    for count in range(1, k + 1):
        gain, accuracy = _worth(oracle, chosen[:count], evidence)
        assert found.gain[count - 1] == pytest.approx(gain, abs=1e-9)
        assert found.accuracy[count] == pytest.approx(accuracy, abs=1e-9)
    assert found.draws == (None,) * (k + 1)
    assert (found.standard_error == 0).all()


@given(st.integers(0, 10_000), st.integers(1, 3))
def test_greedy_keeps_its_bound_where_answers_are_independent(seed: int, k: int) -> None:
    model = independent_findings(seed)
    greedy = question_budget(model, {}, k, method="greedy")
    exact = question_budget(model, {}, k, method="exact")
    assert greedy.bounded
    assert greedy.gain[-1] <= exact.gain[-1] + 1e-12
    assert greedy.gain[-1] >= (1 - 1 / math.e) * exact.gain[-1] - 1e-12


@given(st.integers(0, 10_000))
def test_more_answers_never_tell_less(seed: int) -> None:
    model = random_network(seed)
    found = question_budget(model, {}, 5, method="greedy")
    assert (np.diff(found.gain, prepend=0.0) >= -1e-12).all()
    assert (np.diff(found.accuracy) >= -1e-12).all()
    assert found.gain[-1] <= entropy(model.posterior({}).probabilities) + 1e-12


def test_greedy_can_miss_what_only_tells_together() -> None:
    questions = ["noise", "heads", "tails"]
    exact = question_budget(exclusive_or(), {}, 2, questions=questions)
    assert exact.gain[-1] == pytest.approx(1, abs=1e-12)
    assert exact.accuracy[-1] == pytest.approx(1, abs=1e-12)
    assert "No other set of as many questions tells more." in exact.text
    greedy = question_budget(exclusive_or(), {}, 2, questions=questions, method="greedy")
    assert not greedy.bounded
    assert greedy.gain[-1] <= exact.gain[-1]
    assert "another set may tell more" in greedy.text


@pytest.mark.parametrize("seed", range(4))
def test_drawing_agrees_with_enumerating(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = independent_findings(seed, count=7)
    exact = question_budget(model, {}, 6, method="greedy")
    monkeypatch.setattr(budget, "MOST_EXACT", 6)
    drawn = question_budget(model, {}, 6, method="greedy", draws=4000, seed=seed)
    sampled = [number for number, draws in enumerate(drawn.draws) if draws is not None]
    assert sampled
    assert drawn.draws[0] is None
    names = list(model.vocabulary)
    oracle = Worlds(model)
    for number in sampled:
        chosen = [names[v] for v in drawn.questions[:number]]
        gain, accuracy = _worth(oracle, chosen, {})
        error = drawn.standard_error[number]
        assert error > 0
        assert abs(drawn.accuracy[number] - accuracy) <= 4.5 * error
        assert drawn.gain[number - 1] == pytest.approx(gain, abs=0.03)
    assert drawn.gain[-1] >= 0.95 * exact.gain[-1]
    error = f"{100 * drawn.standard_error[-1]:.1f} %"
    assert f"(4,000 draws, standard error {error})" in drawn.text


def test_shipped_numbers(model: Model) -> None:
    found = question_budget(model, {"setting": "primary_care"}, 2)
    oracle = {}
    names = [v.name for v in model.vocabulary.having("trait", "finding")]
    for pair in itertools.combinations(names, 2):
        states = [model.vocabulary[name].state_names for name in pair]
        cases = [
            {"setting": "primary_care"} | dict(zip(pair, answers, strict=True))
            for answers in itertools.product(*states)
        ]
        posteriors = model.posterior(cases)
        shares = posteriors.p_evidence / model.p_evidence({"setting": "primary_care"})
        oracle[pair] = sum(
            float(share) * entropy(p)
            for share, p in zip(shares, posteriors.probabilities, strict=True)
        )
    best = min(oracle, key=oracle.__getitem__)
    assert {list(model.vocabulary)[v] for v in found.questions} == set(best)
    assert found.table["variable"].iloc[0] == "location"
    assert found.table["added_gain"].sum() == pytest.approx(found.gain[-1], abs=1e-12)
    unknown = entropy(model.posterior({"setting": "primary_care"}).probabilities)
    assert (
        "Ask Location, Activity (0.6 minutes): 1.14 bits, "
        f"{percent(found.gain[-1] / unknown)} of what is still unknown"
    ) in found.text
    assert question_budget(model, {"setting": "primary_care"}, 5).method == "greedy"


def test_where_nothing_is_unknown_questions_tell_nothing() -> None:
    budget_ = question_budget(asia(), {"lung": "yes"}, 1)
    assert "0.00 bits, 0 % of what is still unknown" in budget_.text


def test_all_sets_are_compared_up_to_so_many_combinations(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of seven questions with two answers there are 21 pairs, each with four combinations.
    for most, method in ((84, "exact"), (83, "greedy")):
        monkeypatch.setattr(budget, "MOST_ENUMERATED", most)
        assert question_budget(asia(), {}, 2).method == method


def test_a_set_is_evaluated_exactly_up_to_so_many_combinations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for most, drawn in ((4, [None, None, None, 2]), (3, [None, None, 2, 2])):
        monkeypatch.setattr(budget, "MOST_EXACT", most)
        found = question_budget(asia(), {}, 3, method="greedy", draws=2)
        assert list(found.draws) == drawn


def test_every_open_question_may_be_asked() -> None:
    assert len(question_budget(asia(), {}, 7, method="greedy", draws=2).questions) == 7


def test_refusals(model: Model) -> None:
    for k in (0, 8):
        with pytest.raises(HamkneeError, match=f"k is {k}; allowed: 1 to 7"):
            question_budget(asia(), {}, k)
    with pytest.raises(HamkneeError, match="nothing is left to ask"):
        question_budget(asia(), {}, 1, questions=[])
    with pytest.raises(HamkneeError, match="unknown method 'best'"):
        question_budget(asia(), {}, 1, method="best")  # type: ignore[arg-type]
    with pytest.raises(HamkneeError, match="allowed: 2 or more"):
        question_budget(asia(), {}, 1, draws=0)
    with pytest.raises(HamkneeError, match="or the method greedy"):
        question_budget(model, {}, 8, method="exact")
    with pytest.raises(EvidenceError, match="smoke is not an open question"):
        question_budget(asia(), {"smoke": "no"}, 1, questions=["smoke"])
