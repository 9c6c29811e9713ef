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


def test_how_a_file_is_written_can_be_said_where_it_was_found_out_wrong() -> None:
    data = "Alter;Knall;weiblich, männlich\n31;ja;x\n44;nein;y\n".encode("cp1252")
    page = uploaded(data)
    assert "separated by semicolons" in words(page)
    assert "Windows-1252" in words(page)
    page = sound(page.selectbox("cohort-separator").set_value(",").run())
    assert "separated by semicolons" not in words(page)
    assert page.session_state["cohort"].frame.columns[1] == "männlich"
    page = sound(page.selectbox("cohort-separator").set_value("").run())
    assert len(page.session_state["cohort"].frame.columns) == 3


def test_saved_choices_are_taken_for_the_next_file() -> None:
    page = uploaded(b"Wann,Pop\nakut,yes\nsonst,no\n")
    assert "onset" not in page.session_state["cohort"].columns
    (field,) = [field for field in page.file_uploader if field.label == "Choices from earlier"]
    choices = b'[columns]\n"Wann" = "onset"\n[values.onset]\n"akut" = "sudden"\n'
    page = sound(field.upload("words.toml", choices, "application/toml").run())
    upload = page.session_state["cohort"]
    assert upload.columns["onset"] == "Wann"
    assert page.selectbox("cohort-choice-onset").value == "Wann"
    assert upload.mapping.values["onset"]["akut"] == "sudden"
    (field,) = [field for field in page.file_uploader if field.label == "Choices from earlier"]
    page = sound(field.upload("words.toml", b"[columns]\nWann = 'onse'\n", "text/plain").run())
    assert "These choices cannot be used" in words(page)


def test_headings_that_begin_alike_or_like_a_choice_of_the_page_are_told_apart() -> None:
    begun = "Which of these did the patient have when first seen in the clinic in the year "
    head = f"{begun}before: id,{begun}before: pd,onset,Not in the file,Its number"
    page = uploaded(f"{head}\na,b,sudden,c,d\n".encode())
    named = page.selectbox(key="cohort-choice-name")
    assert len({*named.options}) == len(named.options) == 6
    assert [text[-3:] for text in named.options[1:3]] == [" id", " pd"]
    upload = session(page)
    for column in upload.frame.columns:
        page = sound(page.selectbox(key="cohort-choice-name").set_value(column).run())
        assert session(page).named_by == column
    page = sound(page.button(key="cohort-start").click().run())
    assert session(page).named_by == "Its number"
    assert result(page)["Its number"].tolist() == ["d"]
