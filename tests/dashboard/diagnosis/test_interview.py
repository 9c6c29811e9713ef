"""The interview: its acts and steps, and where an answer leads."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from diagnosis.interview import LAST, Plan, Step, _split
from hamknee.guidance.texts import Guidance
from hamknee.network.vocabulary import Vocabulary
from tests.support.at_page import act, address, choose, diagnose, html, press, sound, words


def step_of(page: AppTest) -> str:
    """Return the step that is in view."""
    (style,) = (
        block.proto.body for block in page.html if ":not(:has(> .st-key-step-" in block.proto.body
    )
    return style.partition(":not(:has(> .st-key-step-")[2].partition(")")[0]


def asked(page: AppTest) -> list[str]:
    """Return what is asked in the act that is open."""
    groups = [group.key or "" for group in (*page.button_group, *page.number_input)]
    return [key.partition("-")[2] for key in groups if key.startswith(("answer-", "sign-"))]


@pytest.fixture
def denied(guidance: Guidance) -> dict[str, str]:
    """Every warning sign answered with no, in the address."""
    return {"no_flag": "|".join(guidance.flags)}


def test_the_first_act_asks_every_sign_that_cannot_wait(guidance: Guidance) -> None:
    page = diagnose()
    assert page.button_group("act").value == "urgent"
    assert asked(page)[0] == "under_18", "whom this is for comes first"
    assert set(asked(page)) == {"under_18", *(flag.name for flag in guidance.holding)}
    urgency = [guidance.urgency(guidance.flags[name].level) for name in asked(page)[1:]]
    assert urgency == sorted(urgency)


def test_the_second_act_asks_of_the_pain_in_the_order_of_the_file(
    guidance: Guidance, denied: dict[str, str]
) -> None:
    page = diagnose(**denied)
    assert page.button_group("act").value == "pain"
    assert set(asked(page)) == set(guidance.interview)
    assert set(guidance.enough.findings) <= set(guidance.interview)
    assert step_of(page) == guidance.interview[0]


def test_an_answer_leads_to_the_next_step(guidance: Guidance) -> None:
    page = diagnose()
    assert step_of(page) == "signs-emergency-1"
    page = press(page, "None of these")
    assert step_of(page) == "signs-same_day-1"
    for _ in range(2):
        page = next_none(page)
    assert step_of(page) == "signs-see_professional-1"
    page = next_none(page)
    assert page.button_group("act").value == "pain"
    for name in guidance.interview[1:-1]:
        page = sound(press_next(page))
        assert step_of(page) == name


def next_none(page: AppTest) -> AppTest:
    """Say no to all signs of the step that is in view."""
    return sound(page.button(f"{step_of(page)}-none").click().run())


def press_next(page: AppTest) -> AppTest:
    return page.button("next").click().run()


def test_a_single_answer_goes_on_and_several_stay(denied: dict[str, str]) -> None:
    page = choose_here(diagnose(**denied), "location", "calf")
    assert step_of(page) == "location", "there may be more places to say"
    page = press(page, "Next")
    page = choose_here(page, "onset", "gradual")
    assert step_of(page) == "activity"


def choose_here(page: AppTest, name: str, option: str) -> AppTest:
    return sound(page.button_group(f"answer-{name}").set_value(option).run())


def test_a_changed_answer_stays_where_it_is(denied: dict[str, str]) -> None:
    page = diagnose(**denied, location="calf", onset="gradual", activity="endurance")
    assert step_of(page) == "pop"
    page = press(press(page, "Back"), "Back")
    assert step_of(page) == "onset"
    page = choose_here(page, "onset", "days")
    assert step_of(page) == "onset"
    assert address(page)["onset"] == "days"


def test_what_is_skipped_stays_open(denied: dict[str, str]) -> None:
    page = press(diagnose(**denied), "Skip")
    page = choose_here(page, "onset", "gradual")
    assert step_of(page) == "activity"
    page = diagnose(**address(page))
    assert step_of(page) == "location"
    assert "5 questions to go" in words(page)


def test_the_last_answer_opens_the_last_act(
    guidance: Guidance, vocabulary: Vocabulary, denied: dict[str, str]
) -> None:
    names = [name for name in guidance.interview if name != "pop"]
    answers = {name: vocabulary[name].state_names[0] for name in names}
    page = choose_here(diagnose(**denied, **answers), "pop", "no")
    assert page.button_group("act").value == "sharpen"
    page = act(page, "pain")
    page = choose_here(page, "pop", "yes")
    assert page.button_group("act").value == "pain", "to change an answer is not to be sent away"


def test_an_act_can_be_turned_to_and_answers_stay(denied: dict[str, str]) -> None:
    page = act(diagnose(**denied, onset="gradual"), "urgent")
    assert page.button_group("sign-under_18").value == "no"
    page = act(page, "sharpen")
    assert "Answer any question" in [box.label for box in page.expander]
    page = choose(page, "bruising", "yes")
    assert page.button_group("act").value == "sharpen"
    assert address(page) == {"onset": "gradual", "bruising": "yes", **denied}


def test_how_far_it_is_stands_above(denied: dict[str, str]) -> None:
    def progress(page: AppTest) -> str:
        (line,) = (body for body in html(page) if 'class="progress' in body)
        return ", ".join(re.findall(r'<p class="progress \w+">(.*?)<', line))

    assert progress(diagnose()) == "Step 1 of 4"
    assert progress(diagnose(**denied)) == "Step 1 of 9, 0 of 9 answered"
    assert progress(press(diagnose(**denied), "Skip")) == "Step 2 of 9, 0 of 9 answered"
    assert progress(diagnose(**denied, warmth="no")) == "Step 1 of 9, 1 of 9 answered"


# Where an answer leads, without a page ---------------------------------------------------------


STEPS = tuple(Step(name, act) for act, names in (("a", "12"), ("b", "345")) for name in names)


def plan(done: str = "", asked: str = "") -> Plan:
    return Plan(STEPS, frozenset(done), frozenset(), asked)


@pytest.mark.parametrize(
    ("done", "asked", "now", "place"),
    [
        ("", "", "1", (1, 2)),
        ("1", "", "2", (2, 2)),
        ("124", "", "3", (1, 3)),
        ("13", "5", "5", (3, 3)),
        ("1", "gone", "2", (2, 2)),
        ("12345", "", "5", (3, 3)),
    ],
)
def test_the_first_open_step_is_in_view_or_the_one_gone_to(
    done: str, asked: str, now: str, place: tuple[int, int]
) -> None:
    assert plan(done, asked).now.name == now
    assert plan(done, asked).place == place


def test_the_steps_beside_the_one_in_view_are_neighbours_and_the_ends_have_one() -> None:
    for number, step in enumerate(STEPS):
        at = plan(asked=step.name)
        assert at.before == (STEPS[number - 1] if number else None)
        assert at.after == (STEPS[number + 1] if number < 4 else None)


def test_after_an_answer_comes_the_next_open_step_and_never_one_before() -> None:
    assert plan().following("1", "1") == "2"
    assert plan().following("2", "234") == "5"
    assert plan().following("4", "45") == LAST


def test_an_act_opens_with_its_first_open_step_or_its_first() -> None:
    assert plan().acts == ("a", "b")
    assert [plan(done).into("b").name for done in ("", "3", "345")] == ["3", "4", "3"]


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (6, [6]), (7, [4, 3]), (12, [6, 6]), (13, [5, 5, 3])]
)
def test_signs_are_asked_in_parts_of_about_the_same_size(
    guidance: Guidance, count: int, sizes: list[int]
) -> None:
    flags = list(guidance.flags.values())[:count]
    steps = _split("signs", "urgent", flags, 6)
    assert [len(step.flags) for step in steps] == sizes
    assert [flag for step in steps for flag in step.flags] == flags
    assert [step.name for step in steps] == [f"signs-{n}" for n in range(1, len(sizes) + 1)]
