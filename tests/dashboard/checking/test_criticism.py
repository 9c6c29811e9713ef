"""What the model lacks: asked for with a button, on published cases and on a cohort."""

import pandas as pd

import hamknee
from checking.criticism import criticised
from hamknee.inference.model import Model
from hamknee.network.labelled import label, read_labelled
from tests.support.at_page import html, sound, words
from tests.support.check_page import at, session, worked_out

BUTTON = "criticise-{}"


def test_published_cases_are_held_against_the_model_when_asked(model: Model) -> None:
    page = at("Published cases")
    assert "What the model lacks" in words(page)
    assert "that the model makes." not in words(page)
    page = sound(page.button(key=BUTTON.format("published")).click().run())
    check, dependence = criticised(model, read_labelled(model.vocabulary))
    assert check.text in words(page)
    assert dependence.text in words(page)
    first = check.table.iloc[0]
    assert f"<td>{first['variable_label']}: {first['state_label']}</td>" in "".join(html(page))


def test_a_cohort_is_worked_out_once(model: Model) -> None:
    rows = pd.DataFrame(
        {"onset": ["sudden", "gradual"] * 12, "pop": ["yes", "no"] * 12, "swelling": "none"}
    )
    rows["condition"] = ["strain", "tendinopathy"] * 12
    page = worked_out(rows.to_csv(index=False).encode())
    assert session(page).criticism is None
    page = sound(page.button(key=BUTTON.format("cohort")).click().run())
    first = session(page).criticism
    check, dependence = criticised(model, label(model.vocabulary, rows))
    assert check.text in words(page)
    assert dependence.text in words(page)
    page = sound(page.run())
    assert session(page).criticism is first


def test_too_few_cases_are_told_and_nothing_breaks() -> None:
    page = worked_out(b"onset,pop,condition\nsudden,yes,strain\n")
    page = sound(page.button(key=BUTTON.format("cohort")).click().run())
    assert "found 1 cases with one diagnosis that the model holds possible" in words(page)
    assert hamknee.HamkneeError.__name__ not in words(page)
