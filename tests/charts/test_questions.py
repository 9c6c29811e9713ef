"""The charts of open questions, read by what they would draw."""

from typing import Any

import pandas as pd
import pytest

import hamknee
from hamknee.charts.questions import budget_chart, question_chart
from hamknee.inference.model import Model

CASE = {"setting": "primary_care", "age": 45, "onset": "gradual", "location": "posteromedial"}


def rows(chart: Any, column: str) -> pd.DataFrame:
    """Return the table of a chart that has a column."""
    tables = [pd.DataFrame(data) for data in chart.to_dict()["datasets"].values()]
    (table,) = (data for data in tables if column in data)
    return table


@pytest.mark.parametrize("state", ["tendinopathy", "dvt"])
def test_the_circles_of_a_row_balance_on_the_line(model: Model, state: str) -> None:
    questions = hamknee.next_questions(model, CASE)
    chart = question_chart(questions, state, most=6)
    answers = rows(chart, "p_answer")
    balance = (answers["p_answer"] * answers["probability"]).groupby(answers["rank"]).sum()
    now = rows(chart, "now")["now"].item()
    assert now == model.posterior(CASE)[state]
    assert list(balance) == pytest.approx([now] * 6)


def test_the_area_of_a_circle_says_how_likely_its_answer_is(model: Model) -> None:
    chart = question_chart(hamknee.next_questions(model, CASE), "dvt").to_dict()
    (size,) = (layer["encoding"]["size"] for layer in chart["layer"] if "size" in layer["encoding"])
    assert size["field"] == "p_answer"
    assert size["scale"]["domain"] == [0, 1]


def test_questions_stand_in_the_order_of_their_ranking(model: Model) -> None:
    questions = hamknee.next_questions(model, CASE)
    drawn = rows(question_chart(questions, "dvt", most=3), "words")
    assert list(drawn["label"]) == list(questions.table["label"][:3])
    first = questions.table.iloc[0]
    assert drawn["words"][0] == f"{first.gain:.2f} bits, {first.minutes:g} min"


def test_a_state_that_is_none_is_refused(model: Model) -> None:
    with pytest.raises(hamknee.HamkneeError, match="tendinopthy"):
        question_chart(hamknee.next_questions(model, CASE), "tendinopthy")


def test_each_question_begins_where_the_one_above_it_ends(model: Model) -> None:
    budget = hamknee.question_budget(model, CASE, 4)
    drawn = rows(budget_chart(budget), "start")
    assert list(drawn["gain"]) == list(budget.table["gain"])
    assert list(drawn["start"]) == pytest.approx([0, *drawn["gain"][:-1]], abs=1e-12)


def test_the_scale_of_a_budget_ends_at_all_that_is_unknown(model: Model) -> None:
    chart = budget_chart(hamknee.question_budget(model, CASE, 2)).to_dict()
    (scale,) = (
        layer["encoding"]["x"]["scale"]
        for layer in chart["layer"]
        if "scale" in layer["encoding"]["x"]
    )
    remaining = hamknee.next_questions(model, CASE).remaining
    assert scale["domain"] == pytest.approx([0, remaining])
