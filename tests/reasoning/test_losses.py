"""Expected losses and the value of a question, held to enumeration."""

import numpy as np
import pytest

from hamknee.base import HamkneeError
from hamknee.inference import Model
from hamknee.reasoning import Loss, decide, next_questions, threshold

LOSSES = {"dvt": Loss(missed=50), "rupture": Loss(missed=8), "osteoarthritis": Loss(needless=1)}
CASES = [{}, {"onset": "sudden"}, {"location": "calf", "warmth": "yes"}, {"age": 65, "pop": "no"}]


def expected(model: Model, case: dict[str, object]) -> tuple[float, float]:
    posterior = model.posterior(case)
    refer = sum(posterior[name] * loss.needless for name, loss in LOSSES.items())
    return refer, sum(posterior[name] * loss.missed for name, loss in LOSSES.items())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_action_costs_its_mean_over_the_conditions(
    model: Model, case: dict[str, object]
) -> None:
    decision = decide(model, case, LOSSES)
    assert (decision.refer, decision.wait) == pytest.approx(expected(model, case))
    assert decision.action == ("refer" if decision.refer <= decision.wait else "wait")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_question_saves_what_its_answers_do_on_average(
    model: Model, case: dict[str, object]
) -> None:
    table = decide(model, case, LOSSES).table.set_index("variable")
    for name in ("swelling", "pain_quality", "immobility_or_clot_risk"):
        chances = model.marginals(case)[name]
        after = [min(expected(model, case | {name: s})) for s in model.vocabulary[name].state_names]
        saved = min(expected(model, case)) - float(np.dot(chances, after))
        assert table.loc[name, "saved"] == pytest.approx(saved, abs=1e-9)


def test_a_question_that_changes_no_action_saves_nothing(model: Model) -> None:
    table = decide(model, {"onset": "sudden"}, LOSSES).table
    assert (table.loc[~table["changes_action"], "saved"] < 1e-12).all()
    assert (table.loc[table["saved"] > 1e-9, "changes_action"]).all()
    assert table["saved"].is_monotonic_decreasing


def test_a_question_changes_the_action_if_one_of_its_answers_does(model: Model) -> None:
    case = {"onset": "sudden"}
    table = decide(model, case, LOSSES).table.set_index("variable")
    now = np.argmin(expected(model, case))
    for name in ("pop", "sex", "warmth", "swelling"):
        answers = model.vocabulary[name].state_names
        after = {np.argmin(expected(model, case | {name: answer})) for answer in answers}
        assert table.loc[name, "changes_action"] == (after != {now})


def test_what_is_known_or_skipped_is_not_asked(model: Model) -> None:
    table = decide(model, {"onset": "sudden"}, LOSSES, skip=["pop"]).table
    assert not set(table["variable"]) & {"onset", "pop", "condition"}


def test_the_threshold_is_where_both_cost_the_same() -> None:
    at = threshold(Loss(missed=9, needless=1), needless=2)
    assert at * 9 == pytest.approx(at * 1 + (1 - at) * 2)
    assert np.isnan(threshold(Loss(), needless=0))
    assert threshold(Loss(missed=1), needless=0) == 0  # a referral that costs nothing is for all
    assert threshold(Loss(missed=1, needless=1), needless=1) == 1  # one that saves nothing, none


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        ({"dtv": Loss(missed=1)}, "did you mean 'dvt'"),
        ({"dvt": Loss(missed=-1)}, "allowed: 0 or more"),
        ({"dvt": Loss(missed=float("inf"))}, "and finite"),
    ],
)
def test_what_cannot_be_is_refused(model: Model, losses: dict[str, Loss], message: str) -> None:
    with pytest.raises(HamkneeError, match=message):
        decide(model, {}, losses)


def test_what_costs_nothing_may_be_said(model: Model) -> None:
    decision = decide(model, {}, {"dvt": Loss(missed=0, needless=0)})
    assert (decision.refer, decision.wait) == (0, 0)


def test_a_threshold_needs_losses_that_make_sense() -> None:
    with pytest.raises(HamkneeError, match="missed above needless"):
        threshold(Loss(missed=1, needless=2), needless=1)
    with pytest.raises(HamkneeError, match="0 or more"):
        threshold(Loss(missed=1), needless=-1)


def test_the_sentence_names_the_better_action(model: Model) -> None:
    decision = decide(model, {"location": "calf", "swelling": "leg"}, LOSSES)
    assert decision.text.startswith("To refer is expected to cost")
    everything = {n: v.state_names[0] for n, v in model.vocabulary.items() if n != "condition"}
    known = model.case({"onset": "gradual"} | {k: everything[k] for k in ("age", "sex")})
    assert decide(model, known, {"dvt": Loss(needless=1)}).text.endswith("would change that.")


def test_bits_stand_beside_what_is_saved(model: Model) -> None:
    case = {"location": "calf", "warmth": "yes"}
    table = decide(model, case, LOSSES).table.set_index("variable")
    questions = next_questions(model, case).table.set_index("variable")
    assert table["bits"].to_dict() == pytest.approx(questions["gain"].to_dict(), abs=1e-12)
    assert table["minutes"].to_dict() == questions["minutes"].to_dict()
