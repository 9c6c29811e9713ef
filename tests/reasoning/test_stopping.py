import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.errors import HamkneeError
from hamknee.inference.model import Model, load
from hamknee.network.evidence import EvidenceError
from hamknee.reasoning import stopping
from hamknee.reasoning.stopping import same_decision_probability, stop_rule
from tests.support.by_hand import Worlds
from tests.support.drawn import random_evidence
from tests.support.networks import asia, exclusive_or, network, random_network


@pytest.mark.parametrize(("threshold", "probability"), [(0.05, 0.162098), (0.2, 0.837902)])
def test_same_decision_probability_in_asia(threshold: float, probability: float) -> None:
    found = same_decision_probability(
        asia(), {"dysp": "yes"}, "yes", threshold, questions=["xray", "smoke"]
    )
    assert found.exact
    assert found.probability == pytest.approx(probability, abs=1e-6)


def test_one_open_question_is_told_as_one() -> None:
    for questions, words in ((["xray"], "the open question is"), (["xray", "smoke"], "all 2 open")):
        same = same_decision_probability(asia(), {"dysp": "yes"}, "yes", 0.2, questions=questions)
        assert f"once {words}" in same.text


def _by_hand(
    model: Model, evidence: dict[str, object], state: int | None, threshold: float | None
) -> float:
    """Add up P(y | e) over the answers y that leave the decision as it is."""
    oracle, target = Worlds(model), model.vocabulary.target
    open_ = [
        variable.name
        for variable in model.vocabulary.variables
        if variable.role != "target" and not isinstance(evidence.get(variable.name), str)
    ]
    table = oracle.table([*open_, target.name], evidence)
    now = oracle.table([target.name], evidence)
    chosen = int(now.argmax()) if state is None else state

    def decided(p: np.ndarray) -> bool:
        if threshold is not None:
            return bool(p[chosen] >= threshold)
        return bool(p[chosen] >= p.max() * (1 - 1e-9))

    total = 0.0
    for answers in np.ndindex(table.shape[:-1]):
        p_answers = table[answers].sum()
        if p_answers > 0 and decided(table[answers] / p_answers) == decided(now):
            total += p_answers
    return total


@pytest.mark.parametrize("seed", range(20))
def test_probability_is_that_of_enumeration(seed: int) -> None:
    model = random_network(seed, count=7)
    evidence = random_evidence(model, seed, known=0.4)
    state = model.vocabulary.target.state_names[0]
    found = same_decision_probability(model, evidence)
    assert found.exact
    assert found.probability == pytest.approx(_by_hand(model, evidence, None, None), abs=1e-9)
    found = same_decision_probability(model, evidence, state)
    assert found.probability == pytest.approx(_by_hand(model, evidence, 0, None), abs=1e-9)
    found = same_decision_probability(model, evidence, state, 0.4)
    assert found.probability == pytest.approx(_by_hand(model, evidence, 0, 0.4), abs=1e-9)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_it_is_a_probability(seed: int, threshold: float) -> None:
    model = random_network(seed)
    evidence = random_evidence(model, seed)
    state = model.vocabulary.target.state_names[0]
    for found in (
        same_decision_probability(model, evidence),
        same_decision_probability(model, evidence, state, threshold),
    ):
        assert 0 <= found.probability <= 1
        assert found.first.sum() == pytest.approx(1, abs=1e-9)


def test_drawing_agrees_with_enumerating(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(6):
        model = random_network(seed, count=7)
        evidence = random_evidence(model, seed, known=0.3)
        exact = same_decision_probability(model, evidence)
        with monkeypatch.context() as patch:
            patch.setattr(stopping, "MOST_EXACT", 0)
            drawn = same_decision_probability(model, evidence, draws=4000, seed=seed)
        assert not drawn.exact
        assert "4,000 draws, standard error" in drawn.text or not drawn.questions
        error = math.sqrt(exact.probability * (1 - exact.probability) / 4000)
        assert abs(drawn.probability - exact.probability) <= 4.5 * error + 1e-9
        assert np.abs(drawn.first - exact.first).max() < 4.5 * 0.5 / math.sqrt(4000)


def test_as_many_combinations_as_may_be_are_all_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["xray", "smoke"]
    for most, exact in ((4, True), (3, False)):
        monkeypatch.setattr(stopping, "MOST_EXACT", most)
        assert same_decision_probability(asia(), {}, questions=asked).exact is exact


def test_the_standard_error_is_that_of_a_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "MOST_EXACT", 0)
    known, asked = {"dysp": "yes"}, ["xray", "smoke"]
    for draws in (2, 3, 50):  # two draws are the fewest that can differ
        every = (
            same_decision_probability(
                asia(), known, "yes", 0.2, questions=asked, draws=draws, seed=seed
            )
            for seed in range(50)
        )
        same = next(one for one in every if 0 < one.probability < 1)
        agree = np.arange(draws) < round(same.probability * draws)
        assert same.standard_error == pytest.approx(agree.std(ddof=1) / math.sqrt(draws))


def test_draws_repeat_with_their_seed(model: Model) -> None:
    first = same_decision_probability(model, {"onset": "sudden"}, seed=3)
    assert not first.exact
    assert first.standard_error > 0
    again = same_decision_probability(model, {"onset": "sudden"}, seed=3)
    other = same_decision_probability(model, {"onset": "sudden"}, seed=4)
    assert first.probability == again.probability != other.probability


def test_questions_that_cannot_matter_are_not_counted() -> None:
    found = same_decision_probability(asia(), {"smoke": "yes", "either": "yes", "tub": "no"})
    assert found.questions == ()
    assert found.probability == pytest.approx(1, abs=1e-12)
    assert "no open question can change that" in found.text
    # Neither can matter alone, but each can beside the other.
    both = same_decision_probability(exclusive_or(), {})
    assert len(both.questions) == 2


def test_a_tie_is_held_by_both() -> None:
    spec = {"t": ("", [0.5, 0.5]), "x": ("t", [[0.5, 0.5], [0.5, 0.5]])}
    assert same_decision_probability(network(spec, "t"), {}).probability == pytest.approx(1)


def test_what_comes_first_once_all_is_answered(model: Model) -> None:
    known = ["setting", "age", "sex", "onset", "pop", "swelling", "warmth", "location", "activity"]
    evidence = {name: model.vocabulary[name].state_names[0] for name in known}
    asked = ["bruising", "weakness", "tenderness"]
    found = same_decision_probability(model, evidence, questions=asked)
    sizes = [model.vocabulary[name].state_names for name in asked]
    first = dict.fromkeys(model.vocabulary.target.state_names, 0.0)
    for states in itertools.product(*sizes):
        answered = evidence | dict(zip(asked, states, strict=True))
        share = model.p_evidence(answered) / model.p_evidence(evidence)
        first[model.posterior(answered).top] += share
    table = found.table.set_index("condition")["p_first"]
    for state, share in first.items():
        assert table[state] == pytest.approx(share, abs=1e-12)
    assert found.probability == pytest.approx(table.iloc[0], abs=1e-12)


def test_refusals() -> None:
    with pytest.raises(HamkneeError, match="allowed: 0 to 1"):
        same_decision_probability(asia(), {}, "yes", 50)
    with pytest.raises(HamkneeError, match="allowed: 2 or more"):
        same_decision_probability(asia(), {}, draws=1)
    with pytest.raises(EvidenceError, match="smoke is not an open question; allowed: asia, tub"):
        same_decision_probability(asia(), {"smoke": "yes"}, questions=["smoke"])
    with pytest.raises(EvidenceError, match="lung is not an open question"):
        same_decision_probability(asia(), {}, questions=["lung"])


def test_stop_when_nothing_is_left_to_ask() -> None:
    known = dict.fromkeys(asia().vocabulary, "yes")
    del known["lung"]
    rule = stop_rule(asia(), known)
    assert rule.stop
    assert rule.text == "Stop: nothing is left to ask."
    assert list(rule.table["met"])[:2] == [True, True]


def test_stop_when_the_decision_is_stable() -> None:
    rule = stop_rule(asia(), {"xray": "no"})
    assert rule.stop
    assert rule.reason == "the decision is stable"
    assert rule.decision.probability >= 0.95
    assert rule.text.startswith("Stop: the decision is stable. No stays first with a probability")
    assert "Stable is 95.0 %." in rule.text


def test_stop_when_no_question_tells_enough() -> None:
    # The one open question may turn a decision that hangs in the balance, but tells little.
    spec = {"t": ("", [0.5001, 0.4999]), "x": ("t", [[0.5, 0.5], [0.51, 0.49]])}
    rule = stop_rule(network(spec, "t"), {})
    assert rule.stop
    assert rule.reason == "no question tells enough"
    assert rule.decision.probability < 0.95
    assert "worth asking is 0.01" in rule.text
    assert not stop_rule(network(spec, "t"), {}, least_gain=1e-5).stop


def test_at_its_limit_a_decision_is_stable_and_a_question_worth_asking() -> None:
    evidence = {"dysp": "yes"}
    rule = stop_rule(asia(), evidence, stable=1.1)
    stability, gain = rule.decision.probability, rule.questions.most_told
    at = stop_rule(asia(), evidence, stable=stability, least_gain=gain)
    assert list(at.table["met"]) == [False, True, False]
    assert list(at.table["value"]) == [7 - 1, stability, gain]
    assert list(at.table["limit"]) == [0, stability, gain]


def test_go_on_for_a_pair_of_questions_that_tell_only_together() -> None:
    rule = stop_rule(exclusive_or(), {}, stable=1.1)
    assert not rule.stop
    assert "Ask both: Heads? Tails?" in rule.text


def test_go_on_and_what_to_ask(model: Model) -> None:
    rule = stop_rule(model, {"setting": "primary_care"})
    assert not rule.stop
    assert rule.reason is None
    assert not rule.table["met"].any()
    assert rule.text.startswith("Go on. ")
    assert "Ask next: " in rule.text


def test_what_cannot_be_answered_does_not_keep_one_from_stopping() -> None:
    evidence = {"dysp": "yes", "smoke": "yes"}
    assert not stop_rule(asia(), evidence, "yes", 0.5).stop
    rule = stop_rule(asia(), evidence, "yes", 0.5, skip=["xray", "either"])
    assert rule.reason == "the decision is stable"
    assert len(rule.questions.asked) == 3
    everything = [name for name in asia().vocabulary if name != "lung"]
    assert stop_rule(asia(), evidence, skip=everything).reason == "nothing is left to ask"


def test_a_decision_by_a_threshold(model: Model) -> None:
    evidence = {"setting": "primary_care", "onset": "gradual", "pop": "no", "swelling": "none"}
    rule = stop_rule(model, evidence, "rupture", 0.1)
    assert rule.reason == "the decision is stable"
    assert "Complete tendon rupture stays below 10 %" in rule.text
    assert rule.questions.state == model.vocabulary.target.position["rupture"]


def test_draws_that_all_agree_are_not_told_as_certainty() -> None:
    found = same_decision_probability(load(), {"onset": "gradual"}, "rupture", 0.99)
    assert not found.exact
    assert found.probability == 1
    assert "2,000 draws, all alike; up to 0.1 % may differ" in found.text
