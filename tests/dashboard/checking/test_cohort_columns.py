"""Whose column is which question: guessed, and changed where the guess is wrong."""

import pytest

from hamknee.inference.model import Model
from tests.support.at_page import sound
from tests.support.check_page import THEIRS, result, session, uploaded


def test_columns_and_values_are_guessed() -> None:
    upload = session(uploaded(THEIRS.encode()))
    assert upload.columns == {
        "condition": "Diagnose",
        "onset": "When it began",
        "pop": "Pop at start",
        "swelling": "swelling",
        "age": "age",
        "sex": "sex",
        "warmth": "warmth",
    }
    assert upload.named_by == "patient_id"
    assert upload.meanings["Pop at start", "pop"] == {
        "ja": "yes",
        "nein": "no",
        "0": "no",
        "1": "yes",
    }
    assert upload.meanings["sex", "sex"] == {"m": "male", "f": "female"}
    assert upload.meanings["age", "age"] == {"abc": "!"}
    assert upload.meanings["warmth", "warmth"] == {"?": ""}


def test_a_guess_can_be_changed(model: Model) -> None:
    page = uploaded(THEIRS.encode())
    page = sound(page.selectbox(key="cohort-choice-age-age-0").set_value("").run())
    page = sound(page.selectbox(key="cohort-choice-swelling").set_value("").run())
    page = sound(page.button(key="cohort-start").click().run())
    case = {"onset": "days", "pop": "no", "sex": "male"}
    expected = model.posterior(case)
    scored = result(page)
    assert scored["fault"].isna().all()
    assert scored[f"p_{expected.top}"][2] == pytest.approx(expected[expected.top], abs=1e-12)
