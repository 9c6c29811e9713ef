"""Scores: as the library has them, beside simpler rivals, and what their words mean."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from hamknee.evaluation.evaluating import evaluate
from hamknee.evaluation.metrics import MEASURES
from hamknee.inference.model import Model
from hamknee.network.labelled import read_labelled
from parts.texts import texts
from tests.support.at_page import html, sound, words
from tests.support.check_page import at


@pytest.mark.parametrize(
    ("chosen", "least"), [("All cases", 0), ("3 findings or more", 3), ("5 or more", 5)]
)
def test_published_cases_are_scored_as_by_the_library(
    model: Model, chosen: str, least: int
) -> None:
    page = at("Published cases", findings=chosen, listed="Right one first")
    text = words(page)
    evaluation = evaluate(model, min_findings=least)
    assert evaluation.text in text
    assert evaluation.calibration().text in text
    assert "no number was fitted to them" in text
    assert "naive Bayes" in text


def test_the_log_loss_on_the_page_is_that_of_scikit_learn(model: Model) -> None:
    cases = read_labelled(model.vocabulary)
    p = np.array(
        [
            model.posterior(cases.cases.evidence(row)).probabilities
            for row in range(len(cases.truth))
        ]
    )
    one = cases.truth.sum(axis=1) == 1
    assert one.all()
    loss = log_loss(cases.truth.argmax(axis=1), p, labels=range(p.shape[1]))
    assert f"<td>{loss:.2f} (" in "".join(html(at("Published cases")))


def test_each_measure_is_explained_where_it_is_chosen_and_where_it_is_told() -> None:
    page = at("Published cases")
    text = words(page)
    assert set(texts().measures) == set(MEASURES)
    for name, label in MEASURES.items():
        assert f"**{label}**: {texts().measures[name].strip()}" in text
    assert "**naive Bayes**: Has the same numbers" in text
    page = sound(page.button_group(key="measure-published").set_value("brier").run())
    captions = "".join(caption.value for caption in page.caption).replace("\\", "")
    assert texts().measures["brier"].strip() in captions


def test_the_two_kinds_of_interval_are_told_apart() -> None:
    text = words(at("Published cases"))
    assert "Intervals of scores hold 95 %" in text
    assert "Intervals of a ranking hold 90 %" in text
