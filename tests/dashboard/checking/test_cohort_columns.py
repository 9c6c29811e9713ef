"""Whose column is which question: guessed, and changed where the guess is wrong."""

from itertools import chain

import pandas as pd
import pytest

from checking.cohort_columns import NOTHING, UNREAD, _words, guess_columns, guess_values
from checking.cohort_languages import SAME_AS, TOGETHER
from hamknee.base.words import suggestion
from hamknee.inference.model import Model
from hamknee.network.evidence import EvidenceError
from hamknee.network.naming import NOTHING as NOTHING_OF_LIBRARY
from hamknee.network.naming import UNKNOWN
from tests.support.at_page import sound
from tests.support.check_page import THEIRS, result, session, uploaded


def test_columns_and_values_are_guessed() -> None:
    upload = session(uploaded(THEIRS.encode()))
    assert upload.columns == {
        "condition": "Diagnose",
        "onset": "When it began",
        "pop": "Pop_at the START",
        "swelling": "swelling",
        "age": "age",
        "sex": "sex",
        "warmth": "warmth",
    }
    assert upload.named_by == "patient_id"
    assert upload.meanings["Pop_at the START", "pop"] == {
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


@pytest.mark.parametrize(
    ("name", "texts", "states"),
    [
        ("weight_bearing", ["abnormal", "abnormally", "no", "n", "Normal_"], "! ! ! ! !"),
        ("pop", ["None", "n", "y", "-", "-1", "2"], "! ! ! ! ! !"),
        ("pop", ["1"], "!"),
        ("pop", ["1", "0", "2"], "! ! !"),
        ("pop", ["1", "0"], "yes no"),
        ("pop", ["TRUE", "nein", " Yes "], "yes no yes"),
        ("sex", ["m", "h"], "! !"),
        ("sex", ["M", "F", "man"], "male female !"),
        ("swelling", ["None", "NONE", "Leg"], "! ! leg"),
        ("onset", ["n/a", "Not known", "sudden onset"], "  !"),
    ],
)
def test_a_value_that_could_mean_the_opposite_stays_open(
    name: str, texts: list[str], states: str, model: Model
) -> None:
    guesses = guess_values(model.vocabulary[name], texts)
    assert list(guesses.values()) == states.split(" ")


@pytest.mark.parametrize(
    ("heads", "column"),
    [
        (["pop", "Pop"], "pop"),
        (["Pop", "pop"], "pop"),
        (["Pop", "POP"], None),
        (["No pop at the start"], None),
        (["Pop at the start?"], None),
        (["POP AT_the start"], "POP AT_the start"),
    ],
)
def test_a_column_that_is_only_alike_is_not_guessed(
    heads: list[str], column: str | None, model: Model
) -> None:
    frame = pd.DataFrame([["yes"] * len(heads)], columns=heads)
    assert guess_columns(model.vocabulary, frame).get("pop") == column


def test_what_has_no_meaning_yet_is_shown_open() -> None:
    page = uploaded(b"onset,weight_bearing\nsudden,abnormal\nsudden,no\nsudden,normal\n")
    (values,) = [panel for panel in page.expander if panel.label.startswith("Values")]
    assert values.label == "Values: 2 have no meaning yet"
    assert values.proto.expanded
    page = sound(page.button(key="cohort-start").click().run())
    assert result(page)["fault"].notna().tolist() == [True, True, False]
    assert result(page)["p_strain"].isna().tolist() == [True, True, False]


def test_words_for_not_known_mean_nothing_else_anywhere(model: Model) -> None:
    states = {*SAME_AS, *chain(*SAME_AS.values()), *chain(*TOGETHER)}
    assert not NOTHING_OF_LIBRARY & states
    assert NOTHING - {""} <= {_words(word) for word in NOTHING_OF_LIBRARY}
    for variable in model.vocabulary.variables:
        called = {*variable.by_label, *variable.position}
        for word in NOTHING_OF_LIBRARY:
            hint = suggestion(word, called)
            assert not hint or word in {text.casefold() for text in called}, hint
            read = guess_values(variable, [word, word.upper()])
            if word.casefold() not in {text.casefold() for text in called}:
                assert set(read.values()) == {"" if word in UNKNOWN else UNREAD}


@pytest.mark.parametrize("word", sorted(UNKNOWN))
def test_the_command_says_what_to_do_with_each_of_them(word: str, model: Model) -> None:
    for text in (word, word.upper()):
        with pytest.raises(EvidenceError, match="if it means not known"):
            model.posterior({"pop": text})
