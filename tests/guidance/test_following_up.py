"""Some days later: the course decides with the days, and never lowers a level."""

import pytest

from hamknee.base.errors import HamkneeError
from hamknee.guidance.following_up import follow_up
from hamknee.guidance.guidance_file import guidance_for
from hamknee.inference.model import Model
from tests.support.guided import OVERUSE, no_signs


@pytest.mark.parametrize(
    ("days", "course", "level"),
    [
        (0, "better", "self_care"),
        (10, "better", "self_care"),
        (100, "better", "self_care"),
        (3, "same", "self_care"),
        (13.9, "same", "self_care"),
        (14, "same", "see_professional"),
        (60, "same", "see_professional"),
        (2, "worse", "self_care"),
        (6, "worse", "self_care"),
        (7, "worse", "see_professional"),
        (21, "worse", "see_professional"),
    ],
)
def test_the_course_decides_with_the_days(
    model: Model, days: float, course: str, level: str
) -> None:
    told = follow_up(model, OVERUSE, no_signs(model), days=days, course=course)
    assert (told.before, told.level) == ("self_care", level)
    assert told.rule.text in told.text
    assert told.triage.about.action in told.advice.text
    assert told.table.iloc[0]["level"] == level
    if level != "self_care":
        assert "by how it went" in told.text


@pytest.mark.parametrize("course", ["better", "same", "worse"])
@pytest.mark.parametrize("days", [0, 7, 14, 100])
def test_a_follow_up_never_lowers_a_level(model: Model, course: str, days: int) -> None:
    for flag, sign in guidance_for(model).flags.items():
        told = follow_up(model, OVERUSE, {flag: True}, days=days, course=course)
        urgency = told.triage.guidance.urgency
        assert urgency(told.level) <= urgency(told.before)
        assert urgency(told.level) <= urgency(sign.level)


def test_a_denied_sign_does_not_undo_what_the_course_says(model: Model) -> None:
    told = follow_up(model, OVERUSE, {"worse_over_weeks": False}, days=9, course="worse")
    assert told.level == "see_professional"


def test_a_sign_that_was_said_keeps_its_own_answer(model: Model) -> None:
    told = follow_up(model, OVERUSE, {"worse_over_weeks": True}, days=9, course="worse")
    assert told.triage.answers["worse_over_weeks"] == "yes"
    told = follow_up(model, OVERUSE, {}, days=9, course="worse")
    assert told.triage.answers["worse_over_weeks"] == "follow_up"


@pytest.mark.parametrize(
    ("days", "course", "message"),
    [
        (-1, "same", "found -1 days; allowed: a number, 0 or more"),
        (float("nan"), "same", "found nan days"),
        (float("inf"), "same", "found inf days"),
        (True, "same", "found True days"),
        ("3", "same", "found '3' days"),
        (3, "betr", "unknown course 'betr' (did you mean 'better'?); allowed: better, same, worse"),
    ],
)
def test_impossible_follow_ups_are_refused(
    model: Model, days: object, course: str, message: str
) -> None:
    with pytest.raises(HamkneeError) as raised:
        follow_up(model, {}, days=days, course=course)  # type: ignore[arg-type]
    assert message in str(raised.value)
