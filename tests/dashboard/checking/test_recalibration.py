"""A visitor's cases, recalibrated: asked for with a button, shown, and given back as a file."""

import json

import pandas as pd

from hamknee.base.files import shipped
from hamknee.evaluation.recalibrating import recalibrate
from hamknee.inference.model import Model
from hamknee.network.labelled import label
from tests.support.at_page import html, sound, words
from tests.support.check_page import session, worked_out

ROWS = pd.DataFrame(
    {
        "onset": ["sudden", "gradual", "sudden", "days"] * 15,
        "pop": ["yes", "no", "no", "no"] * 15,
        "swelling": ["effusion", "none", "none", "leg"] * 15,
        "condition": ["rupture", "tendinopathy", "strain", "dvt", "strain"] * 12,
    }
)


def test_a_cohort_is_recalibrated_when_asked(model: Model) -> None:
    page = worked_out(ROWS.to_csv(index=False).encode())
    assert "Answers fitted to your cases" in words(page)
    assert "times as much, fitted to" not in words(page)
    page = sound(page.button(key="recalibrate").click().run())
    fitted = session(page).recalibration
    expected = recalibrate(model, label(model.vocabulary, ROWS), name=session(page).name)
    assert fitted.layer == expected.layer
    assert expected.text in words(page)
    assert '<th scope="row">recalibrated</th>' in "".join(html(page))
    assert json.loads(json.dumps(fitted.layer.content()))["cohort"]["cases"] == 60


def test_published_cases_and_few_are_refused_in_words() -> None:
    page = worked_out(shipped("data/cases.csv").read_bytes())
    page = sound(page.button(key="recalibrate").click().run())
    assert "these are published cases" in words(page)
    page = worked_out(ROWS.head(10).to_csv(index=False).encode())
    page = sound(page.button(key="recalibrate").click().run())
    assert "found 10 cases with a diagnosis that the model holds possible" in words(page)
