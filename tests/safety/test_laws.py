"""The level is a decision with laws: they hold over random cases and random orders of answering."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hamknee
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.rules import AppliedRules
from hamknee.guidance.triaging import HOLDS, OPEN, UP, Triage, triage
from hamknee.reasoning.coexistence import also_present
from tests.support import guided
from tests.support.guided import OVERUSE

MODEL = hamknee.load()
GUIDANCE = guidance_for(MODEL)
VARIABLES = MODEL.vocabulary.having("context", "trait", "finding")

CASES: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {}, optional={v.name: st.sampled_from(v.state_names) for v in VARIABLES}
)
CALM = {"swelling": "none", "warmth": "no", "weight_bearing": "normal", "age": "under_40"}
ENOUGH = CASES.map(lambda case: {"onset": "gradual", "location": "posteromedial", **case, **CALM})
"""Cases of which so much is known, and nothing worrying of it, that any level can be told."""

SOME_SIGNS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional={n: st.sampled_from([True, False, None, "unknown"]) for n in GUIDANCE.flags}
)
NO_SIGNS: dict[str, Any] = dict.fromkeys(GUIDANCE.flags, False)
SIGNS = st.one_of(st.just({}), st.just(NO_SIGNS), SOME_SIGNS)
WORRIES = [(name, state) for name, states in GUIDANCE.worrying.items() for state in sorted(states)]


def decided(
    case: dict[str, str], signs: dict[str, Any], not_known: Collection[str] = ()
) -> Triage | None:
    try:
        return guided.decided(MODEL, case, signs, not_known)
    except hamknee.ImpossibleEvidenceError:
        return None


@settings(max_examples=25)
@given(case=CASES, signs=SIGNS, in_vain=st.sets(st.sampled_from([v.name for v in VARIABLES])))
def test_no_level_hangs_on_the_draws_of_its_interval(
    case: dict[str, str], signs: dict[str, Any], in_vain: set[str]
) -> None:
    few = decided(case, signs, in_vain)
    if few is not None:
        whole = triage(MODEL, case, signs, not_known=in_vain)
        assert len(few.interval.samples) < len(whole.interval.samples)
        assert (few.level, few.reasons, few.answers) == (whole.level, whole.reasons, whole.answers)
        assert few.text == whole.text


@settings(max_examples=150)
@given(case=CASES, signs=SIGNS, worry=st.sampled_from(WORRIES))
def test_a_worrying_answer_never_lowers_the_level(
    case: dict[str, str], signs: dict[str, Any], worry: tuple[str, str]
) -> None:
    name, state = worry
    case.pop(name, None)
    before, after = decided(case, signs), decided({**case, name: state}, signs)
    if before is not None and after is not None:
        assert GUIDANCE.urgency(after.level) <= GUIDANCE.urgency(before.level)


def level_of_rules(case: dict[str, str]) -> str | None:
    try:
        reached = AppliedRules(GUIDANCE, MODEL.case(case)).reached()
    except hamknee.ImpossibleEvidenceError:
        return None
    return GUIDANCE.most_urgent(one.rule.level for one in reached)


@settings(max_examples=150)
@given(case=ENOUGH, worry=st.sampled_from(WORRIES))
def test_a_worrying_answer_never_lowers_what_the_rules_ask_for(
    case: dict[str, str], worry: tuple[str, str]
) -> None:
    name, state = worry
    case.pop(name, None)
    before, after = level_of_rules(case), level_of_rules({**case, name: state})
    if before is not None and after is not None:
        assert GUIDANCE.urgency(after) <= GUIDANCE.urgency(before)


@settings(max_examples=80)
@given(case=ENOUGH, worry=st.sampled_from([w for w in WORRIES if w[0] in GUIDANCE.enough.findings]))
def test_a_worrying_answer_that_was_waited_for_does_not_open_the_way_to_self_care(
    case: dict[str, str], worry: tuple[str, str]
) -> None:
    reached = decided(case | dict([worry]), NO_SIGNS)
    assert reached is None or reached.level != "self_care"


@settings(max_examples=25)
@given(case=CASES, signs=SIGNS, data=st.data())
def test_on_the_way_no_worrying_answer_lowers_the_level(
    case: dict[str, str], signs: dict[str, Any], data: st.DataObject
) -> None:
    known: dict[str, str] = {}
    now = decided(known, signs)
    for name in data.draw(st.permutations(list(case))):
        known[name] = case[name]
        before, now = now, decided(known, signs)
        if before is None or now is None:
            return
        if case[name] in GUIDANCE.worrying.get(name, ()):
            assert GUIDANCE.urgency(now.level) <= GUIDANCE.urgency(before.level)


@settings(max_examples=60)
@given(order=st.permutations([v.name for v in VARIABLES]), data=st.data(), signs=SIGNS)
def test_nothing_less_than_a_professional_before_enough_is_known(
    order: list[str], data: st.DataObject, signs: dict[str, Any]
) -> None:
    case: dict[str, str] = {}
    in_vain: set[str] = set()
    for name in order[:10]:
        if data.draw(st.booleans()):
            case[name] = data.draw(st.sampled_from(MODEL.vocabulary[name].state_names))
        else:
            in_vain.add(name)
        reached = decided(case, signs, in_vain)
        if reached is None:
            return
        enough = set(GUIDANCE.enough.findings) <= {*case, *in_vain}
        assert ("not_enough" in [reason.name for reason in reached.reasons]) != enough
        if not enough:
            assert GUIDANCE.urgency(reached.level) <= GUIDANCE.urgency("see_professional")


@settings(max_examples=60)
@given(case=CASES, signs=SIGNS)
def test_no_probability_outvotes_a_sign(case: dict[str, str], signs: dict[str, Any]) -> None:
    reached = decided(case, signs)
    if reached is None:
        return
    for name, answer in reached.answers.items():
        assert answer in UP or signs.get(name) is not True
        if answer in UP:
            level = GUIDANCE.flags[name].level
            assert GUIDANCE.urgency(reached.level) <= GUIDANCE.urgency(level)


HELD = [*(flag.name for flag in GUIDANCE.urgent), *GUIDANCE.enough.signs]


def test_tumour_and_worsening_are_held_back_like_the_urgent_signs() -> None:
    assert {"night_sweats_weight_loss_mass", "worse_over_weeks"} <= set(GUIDANCE.enough.signs)


@settings(max_examples=80)
@given(case=ENOUGH, name=st.sampled_from(HELD), answer=st.sampled_from([None, "unknown"]))
def test_no_sign_unasked_counts_as_absent(
    case: dict[str, str], name: str, answer: str | None
) -> None:
    reached = decided(case, NO_SIGNS | {name: answer})
    if reached is not None and reached.answers[name] in OPEN:
        assert reached.level != "self_care"
        assert GUIDANCE.flags[name].label in " ".join(reached.reason_texts)


@pytest.mark.parametrize("name", HELD)
def test_one_open_sign_is_enough_to_hold_self_care_back(name: str) -> None:
    answered = triage(MODEL, OVERUSE, NO_SIGNS)
    assert answered.level == "self_care"
    opened = triage(MODEL, OVERUSE, NO_SIGNS | {name: "unknown"})
    assert opened.level == "see_professional"
    assert [reason.name for reason in opened.reasons] == ["open_signs"]


@settings(max_examples=80)
@given(case=CASES)
def test_clot_rules_judge_how_likely_a_clot_is_there_at_all(case: dict[str, str]) -> None:
    clots = {n: rule for n, rule in GUIDANCE.triage.items() if rule.condition == "dvt"}
    assert all(rule.present for rule in clots.values())
    try:
        present = also_present(MODEL, case).present("dvt")[0]
        alone = MODEL.posterior(case)["dvt"]
    except hamknee.ImpossibleEvidenceError:
        return
    # A threshold between the two tells which of them is judged.
    between = replace(clots["clot_soon"], at_least=(alone + present) / 2)
    lenient = replace(GUIDANCE, triage={"clot_soon": between}, worrying={})
    (reached,) = AppliedRules(lenient, MODEL.case(case)).reached()
    assert reached.probability == pytest.approx(present, abs=1e-12)
    strict = replace(lenient, triage={"clot_soon": replace(between, at_least=present + 1e-9)})
    assert AppliedRules(strict, MODEL.case(case)).reached() == []


@settings(max_examples=60)
@given(case=CASES, signs=SIGNS)
def test_a_more_urgent_level_names_its_reason(case: dict[str, str], signs: dict[str, Any]) -> None:
    reached = decided(case, signs)
    if reached is None or reached.level == "self_care":
        return
    assert reached.deciding
    rules = {rule.name: rule for rule in GUIDANCE.triage.values()}
    for reason in reached.deciding:
        if reason.name in rules:  # the cause that is likely enough stands in the sentence
            cause = MODEL.vocabulary.target.state(rules[reason.name].condition)
            assert reason.text.startswith(cause.both_names)
        else:
            assert reason.name in (*GUIDANCE.flags, *HOLDS, "worrying_answer")


@settings(max_examples=40)
@given(case=CASES, signs=SIGNS)
def test_a_level_says_which_answers_keep_it_from_being_more_urgent(
    case: dict[str, str], signs: dict[str, Any]
) -> None:
    reached = decided(case, signs)
    if reached is None:
        return
    for name, level in reached.eased:
        assert name not in GUIDANCE.worrying or case[name] not in GUIDANCE.worrying[name]
        without = decided({n: s for n, s in case.items() if n != name}, signs)
        assert without is not None
        assert GUIDANCE.urgency(without.level) <= GUIDANCE.urgency(level)
        assert GUIDANCE.urgency(level) < GUIDANCE.urgency(reached.level)


@settings(max_examples=60)
@given(case=CASES, signs=SOME_SIGNS)
def test_nothing_lowers_the_level_below_that_of_a_warning_sign(
    case: dict[str, str], signs: dict[str, Any]
) -> None:
    reached = decided(case, signs)
    if reached is None:
        return
    present = {name for name, answer in signs.items() if answer is True}
    for name in present | {flag.name for flag in reached.raised}:
        assert GUIDANCE.urgency(reached.level) <= GUIDANCE.urgency(GUIDANCE.flags[name].level)
    for flag in reached.open:
        assert flag.label in reached.text


@settings(max_examples=60)
@given(case=CASES, signs=SOME_SIGNS, flag=st.sampled_from(list(GUIDANCE.flags)))
def test_adding_a_warning_sign_never_lowers_the_level(
    case: dict[str, str], signs: dict[str, Any], flag: str
) -> None:
    before, after = decided(case, signs), decided(case, signs | {flag: True})
    if before is None or after is None:
        return
    assert GUIDANCE.urgency(after.level) <= GUIDANCE.urgency(before.level)
    assert after.answers[flag] in UP
