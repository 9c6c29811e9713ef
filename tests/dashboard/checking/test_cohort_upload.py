"""A visitor's file is taken or refused, is theirs alone, and can be forgotten."""

from tests.support.at_page import go, sound, words
from tests.support.check_page import THEIRS, at, result, session, uploaded, worked_out


def test_a_refusal_is_told_and_the_next_file_is_taken() -> None:
    page = uploaded(b"\x89PNG\x00" * 100)
    assert "This file cannot be used" in page.error[0].value
    assert "cohort" not in page.session_state
    page = sound(page.file_uploader[0].upload("mine.csv", THEIRS.encode(), "text/csv").run())
    assert not page.error
    assert len(session(page).frame) == 5


def test_another_visitor_sees_nothing_and_the_file_can_be_forgotten() -> None:
    page = worked_out(THEIRS.encode())
    theirs = at("Your own cases")
    assert "cohort" not in theirs.session_state
    assert "mine.csv" not in words(theirs)
    page = go(go(page, "about"), "check")
    assert "mine.csv" in words(page).replace("\\", "")
    assert len(result(page)) == 5
    page = sound(page.button(key="cohort-forget").click().run())
    assert "cohort" not in page.session_state
