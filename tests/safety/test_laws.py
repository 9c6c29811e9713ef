"""The level is a decision with laws: they hold over random cases and random orders of answering."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import hamknee
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.triaging import HOLDS, OPEN, UP, Triage, triage

MODEL = hamknee.load()
GUIDANCE = guidance_for(MODEL)
VARIABLES = MODEL.vocabulary.having("context", "trait", "finding")

CASES: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {}, optional={v.name: st.sampled_from(v.state_names) for v in VARIABLES}
)
SIGNS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.just(dict.fromkeys(GUIDANCE.flags, False)),
    st.fixed_dictionaries(
        {}, optional={name: st.sampled_from([False, None, "unknown"]) for name in GUIDANCE.flags}
    ),
)
WORRIES = [(name, state) for name, states in GUIDANCE.worrying.items() for state in sorted(states)]


def decided(case: dict[str, str], signs: dict[str, Any]) -> Triage | None:
    try:
        return triage(MODEL, case, signs)
    except hamknee.ImpossibleEvidenceError:
        return None


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


@settings(max_examples=60)
@given(order=st.permutations([v.name for v in VARIABLES]), data=st.data(), signs=SIGNS)
def test_nothing_less_than_a_professional_before_enough_is_known(
    order: list[str], data: st.DataObject, signs: dict[str, Any]
) -> None:
    case: dict[str, str] = {}
    for name in order[:8]:
        case[name] = data.draw(st.sampled_from(MODEL.vocabulary[name].state_names))
        reached = decided(case, signs)
        if reached is None:
            return
        if not set(GUIDANCE.enough.findings) <= set(case):
            assert GUIDANCE.urgency(reached.level) <= GUIDANCE.urgency("see_professional")
            assert "not_enough" in [reason.name for reason in reached.reasons]


@settings(max_examples=50)
@given(case=CASES, signs=SIGNS)
def test_no_sign_unasked_counts_as_absent(case: dict[str, str], signs: dict[str, Any]) -> None:
    reached = decided(case, signs)
    if reached is None:
        return
    held = {flag.name for flag in GUIDANCE.urgent} | set(GUIDANCE.enough.signs)
    for name in held:
        if reached.answers[name] in OPEN:
            assert reached.level != "self_care"
            assert name not in signs or signs[name] in (None, "unknown")
    for name, answer in reached.answers.items():
        if answer in UP:
            level = GUIDANCE.flags[name].level
            assert GUIDANCE.urgency(reached.level) <= GUIDANCE.urgency(level)


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
            label = MODEL.vocabulary.target.state(rules[reason.name].condition).label
            assert reason.text.startswith(label)
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
