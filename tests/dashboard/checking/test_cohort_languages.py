"""Columns and values in German, French and Spanish."""

import tomllib
from collections import Counter

import pandas as pd
import pytest

from checking.cohort_columns import guess_columns, guess_values
from checking.cohort_languages import headings, without_accents
from hamknee.base.files import shipped
from hamknee.inference.model import Model


@pytest.mark.parametrize(
    ("heads", "variables"),
    [
        (
            ["Alter", "Geschlecht", "Schwellung", "Überwärmung"],
            ["age", "sex", "swelling", "warmth"],
        ),
        (["Âge (ans)", "Sexe", "Début", "Hématome"], ["sex", "onset", "bruising"]),
        (["Edad", "Sexo", "Hinchazón", "Diagnóstico"], ["age", "sex", "swelling", "condition"]),
        (["Beginn", "beginn"], []),  # which of the two is open
        (["Kein Knall", "Alter der Mutter"], []),  # only alike
    ],
)
def test_a_column_is_guessed_by_its_whole_name(
    heads: list[str], variables: list[str], model: Model
) -> None:
    frame = pd.DataFrame([["?"] * len(heads)], columns=heads)
    assert sorted(guess_columns(model.vocabulary, frame)) == sorted(variables)


@pytest.mark.parametrize(
    ("name", "texts", "states"),
    [
        ("pop", ["Ja", "Nein", "k. A."], ["yes", "no", ""]),
        ("pop", ["oui", "non", "inconnu"], ["yes", "no", ""]),
        ("pop", ["Sí", "No", "desconocido"], ["yes", "no", ""]),
        ("pop", ["J", "N"], ["yes", "no"]),
        ("sex", ["weiblich", "männlich"], ["female", "male"]),
        ("sex", ["M", "W"], ["male", "female"]),
        ("sex", ["m", "h"], ["!", "!"]),  # a mujer and a hombre, or a man and somebody else
        ("pop", ["n"], ["!"]),
    ],
)
def test_yes_no_and_sex_are_guessed_where_they_can_mean_nothing_else(
    name: str, texts: list[str], states: list[str], model: Model
) -> None:
    assert list(guess_values(model.vocabulary[name], texts).values()) == states


def test_every_heading_means_one_question_that_there_is(model: Model) -> None:
    assert set(headings().values()) == set(model.vocabulary)
    tables = tomllib.loads((shipped("dashboard") / "checking/headings.toml").read_text("utf-8"))
    counts = Counter(heading for texts in tables.values() for heading in texts)
    assert max(counts.values()) == 1
    for heading in headings():
        assert heading == without_accents(heading).casefold()
    labels = {variable.label.casefold(): name for name, variable in model.vocabulary.items()}
    for heading, name in headings().items():
        assert labels.get(heading, name) == name
