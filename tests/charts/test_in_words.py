"""What is to be seen in each chart, in words."""

import altair as alt
import pandas as pd
import pytest

import hamknee
from hamknee.charts.case import ranking
from hamknee.charts.elicitation import ridges
from hamknee.charts.evaluation import confusion, dependence_chart, reliability, score_intervals
from hamknee.charts.in_words import MOST, alternative_text
from hamknee.charts.sensitivity import sensitivity_curve
from hamknee.charts.weights import waterfall, waterfall_rows
from hamknee.estimation.elicited import densities
from hamknee.estimation.statements import from_range
from hamknee.inference.model import Model


@pytest.fixture(scope="module")
def evaluation(model: Model) -> hamknee.evaluation.Evaluation:
    return hamknee.evaluate(model)


def told(chart: alt.LayerChart) -> str:
    return alternative_text(chart.to_dict())


def test_each_row_is_told_with_its_words(model: Model) -> None:
    table = model.posterior({"pop": "yes"}).table
    text = told(ranking(table.head(2)))
    assert text.startswith("Across: Probability. Dot: now.")
    assert text.endswith("Rows: Meniscal tear, 36 %; Cruciate ligament tear, 16 %.")
    assert f"; and {len(table) - MOST} more." in told(ranking(table))


def test_a_title_on_the_axis_counts_too(model: Model) -> None:
    text = told(waterfall(waterfall_rows(hamknee.explain(model, {"pop": "yes"}, "rupture"))))
    assert text.startswith("Across: Probability. Equal lengths count the same. Rows: Starting")


def test_a_distribution_is_told_with_its_mean_and_range() -> None:
    text = told(ridges(densities({"surgeon": from_range(0.5, 0.85, best=0.7)}, "yes")))
    assert text.endswith("Rows: surgeon, mean 70 %, range 52 to 86 %.")


def test_a_field_of_a_square_is_told_with_both_its_names(
    evaluation: hamknee.evaluation.Evaluation,
) -> None:
    text = told(confusion(evaluation.confusion))
    assert "Upwards: Diagnosis. Rows: " in text
    assert "; Distal hamstring strain, Distal hamstring strain, 3; " in text
    named = told(score_intervals(evaluation.table, "top1"))
    assert "Rows: hamknee, 40 %; prior only, 5 %" in named


def test_a_curve_is_told_by_its_ends_and_points_one_by_one(
    model: Model, evaluation: hamknee.evaluation.Evaluation
) -> None:
    number = ("pop", "yes", {"condition": "strain", "onset": "sudden"})
    curve = hamknee.sensitivity_function(model, {"pop": "yes"}, "strain", number)
    text = told(sensitivity_curve(curve, 0.1, 0.4))
    assert "Upwards: Probability of Distal hamstring strain. Lines: from 0.121 % at 0 % to " in text
    points = told(reliability(evaluation.calibration(of="first").reliability))
    assert points.startswith("Across: Probability given. Upwards: Share that came true. Points: ")
    assert points.count(";") == 9


def test_the_strongest_fields_are_told_where_none_has_words() -> None:
    names = ["Age", "Sex", "Onset"]
    rows = [
        {"first_label": a, "second_label": b, "n": 9, "p": 0.1, "p_adjusted": 1.0, "strength": s}
        for a, b, s in [(names[0], names[1], 1.0), (names[1], names[2], 3.0)]
    ]
    text = told(dependence_chart(pd.DataFrame(rows)))
    assert text.endswith("Strongest: Onset with Sex; Age with Sex.")


def test_a_chart_of_nobody_of_ours_is_told_as_far_as_it_goes() -> None:
    rows = pd.DataFrame({"a": [1, 2], "b": [3.0, 4.5]})
    line = alt.Chart(rows).mark_line().encode(x="a:Q", y=alt.Y("b:Q", title="Length in cm"))
    assert alternative_text(line.to_dict()) == (
        "Upwards: Length in cm. Lines: from 3 at 1 to 4.5 at 2."
    )
    assert alternative_text(alt.Chart(rows).mark_bar().to_dict()) == ""


def test_a_line_is_told_by_its_two_ends() -> None:
    rows = pd.DataFrame({"day": [1, 2, 3], "pain": [9, 5, 4]})
    line = alt.Chart(rows).mark_line().encode(x="day:Q", y="pain:Q")
    assert "from 9 at 1 to 4 at 3" in told(alt.layer(line))
