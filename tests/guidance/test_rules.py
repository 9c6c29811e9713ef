"""What the rules ask for: with and without any of the worrying answers, by brute force."""

import itertools
from collections.abc import Mapping
from dataclasses import replace

import pytest

from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.rules import AppliedRules, called_for
from hamknee.guidance.texts import Rule
from hamknee.inference.model import Model
from hamknee.inference.results import Posterior
from hamknee.reasoning.coexistence import also_present, coexisting

CASES: list[Mapping[str, object]] = [
    {},
    {"onset": "days", "swelling": "leg", "location": "calf", "warmth": "yes"},
    {"onset": "sudden", "pop": "yes", "swelling": "effusion", "age": 70, "pain_timing": "rest"},
    {
        "location": {"calf", "popliteal"},
        "warmth": {"yes": 0.7, "no": 0.3},
        "nerve_symptoms": "numb",
    },
]


def judged_on(model: Model, rule: Rule, posterior: Posterior) -> float:
    """Return how likely what a rule is about is there, as the main cause or beside it."""
    beside = sum(
        posterior[row.main] * row.estimate
        for row in coexisting(model)
        if rule.present and row.also == rule.condition and row.beside
    )
    return posterior[rule.condition] + beside


def by_hand(model: Model, known: Mapping[str, object]) -> dict[str, str]:
    """Return the most urgent rule that each condition reaches in any version of the case."""
    guidance, case = guidance_for(model), model.case(known)
    worrying = AppliedRules(guidance, case).worrying
    reached: dict[str, str] = {}
    rules = sorted(guidance.triage.values(), key=lambda rule: guidance.urgency(rule.level))
    for count in range(len(worrying) + 1):
        for left_out in itertools.combinations(worrying, count):
            rest = {name: value for name, value in known.items() if name not in left_out}
            posterior = model.posterior(rest)
            for rule in rules:
                if judged_on(model, rule, posterior) >= rule.at_least:
                    level = reached.get(rule.condition, rule.level)
                    reached[rule.condition] = guidance.most_urgent([level, rule.level])
    return reached


@pytest.mark.parametrize("known", CASES)
def test_the_rules_are_judged_on_every_version_of_the_case(
    model: Model, known: Mapping[str, object]
) -> None:
    applied = AppliedRules(guidance_for(model), model.case(known))
    levels = {reached.rule.condition: reached.rule.level for reached in applied.reached()}
    assert levels == by_hand(model, known)
    for reached in applied.reached():
        rest = {name: value for name, value in known.items() if name not in reached.without}
        share = judged_on(model, reached.rule, model.posterior(rest))
        assert reached.probability == pytest.approx(share)
        assert set(reached.without) <= set(applied.worrying)


def test_a_clot_beside_another_cause_counts_for_its_rules(model: Model) -> None:
    """Red skin along a vein: a clot is unlikely as the main cause, but often lies beside."""
    guidance = guidance_for(model)
    known = {"skin_or_fever": "red", "warmth": "yes", "location": "calf", "swelling": "focal"}
    present = also_present(model, known).present("dvt")[0]
    for at_least, told in [(present - 1e-9, True), (present + 1e-9, False)]:
        rule = replace(guidance.triage["clot_today"], at_least=at_least)
        only = replace(guidance, triage={"clot_today": rule}, worrying={})
        assert bool(AppliedRules(only, model.case(known)).reached()) is told
    assert model.posterior(known)["dvt"] < present - 0.01


def test_a_rule_is_reached_at_its_very_proportion(model: Model) -> None:
    case, calm = model.case(CASES[1]), replace(guidance_for(model), worrying={})
    rule = calm.triage["clot_today"]
    (reached,) = AppliedRules(replace(calm, triage={rule.name: rule}), case).reached()
    rule = replace(rule, at_least=reached.probability)
    at = AppliedRules(replace(calm, triage={rule.name: rule}), case)
    assert [one.rule for one in at.reached()] == [rule]
    assert at.level_without("pop") == rule.level  # which was not answered


def test_a_rule_that_all_answers_reach_names_none_left_out(model: Model) -> None:
    for reached in AppliedRules(guidance_for(model), model.case(CASES[1])).reached():
        posterior = model.posterior(CASES[1])
        if posterior[reached.rule.condition] >= reached.rule.at_least:
            assert reached.without == ()


def test_an_answer_that_may_be_worrying_counts_as_such(model: Model) -> None:
    applied = AppliedRules(guidance_for(model), model.case(CASES[3]))
    assert applied.worrying == ("warmth", "nerve_symptoms")


def test_what_is_certain_calls_for_the_most_urgent_of_its_rules(model: Model) -> None:
    guidance = guidance_for(model)
    assert called_for(guidance, ["dvt"]) == "same_day"
    assert called_for(guidance, ["tendinopathy"]) == "self_care"
    assert called_for(guidance, ["tendinopathy", "dvt"]) == "same_day"


@pytest.mark.parametrize(
    "known",
    [
        {"onset": "gradual", "location": "posteromedial", "swelling": "none"},
        {"location": "calf"},  # of which a sprint makes a clot less probable
    ],
)
def test_the_level_with_each_answer_is_that_of_the_case_with_it(
    model: Model, known: Mapping[str, object]
) -> None:
    guidance = guidance_for(model)
    applied = AppliedRules(guidance, model.case(known))
    for name in ("warmth", "nerve_symptoms", "mechanical", "activity"):
        states = model.vocabulary[name].state_names
        for state, level in zip(states, applied.levels_with(name), strict=True):
            after = AppliedRules(guidance, model.case({**known, name: state})).reached()
            assert level == guidance.most_urgent(reached.rule.level for reached in after)
