"""Charts of how good the answers are, read by what they would draw."""

from typing import Any

import altair as alt
import pytest

from hamknee.charts.evaluation import (
    confusion,
    dependence_chart,
    net_benefit,
    predictive_chart,
    reliability,
    score_intervals,
)
from hamknee.evaluation.dependence import residual_dependence
from hamknee.evaluation.evaluating import Evaluation, evaluate
from hamknee.evaluation.predictive_checks import predictive_check
from hamknee.inference.model import Model
from tests.support.drawings import contrast_of, rows_of


@pytest.fixture(scope="module")
def evaluation(model: Model) -> Evaluation:
    return evaluate(model)


def layers(chart: alt.LayerChart, mark: str) -> list[dict[str, Any]]:
    """Return the layers of a chart with a kind of mark."""
    return [layer for layer in chart.to_dict()["layer"] if layer["mark"]["type"] == mark]


def data(chart: alt.LayerChart) -> list[list[dict[str, Any]]]:
    return list(chart.to_dict()["datasets"].values())


def test_a_dot_and_an_interval_for_the_model_and_each_baseline(evaluation: Evaluation) -> None:
    chart = score_intervals(evaluation.table, "log_loss")
    (rows,) = data(chart)
    assert [row["name"] for row in rows] == ["hamknee", "prior only", "naive Bayes"]
    assert rows[0]["value"] == evaluation.log_loss
    (dot,), (line,) = layers(chart, "point"), layers(chart, "rule")
    assert dot["encoding"]["x"]["field"] == "value"
    assert (line["encoding"]["x"]["field"], line["encoding"]["x2"]["field"]) == ("low", "high")
    assert dot["encoding"]["x"]["title"] == "Log loss in nats (less is better)"


def test_shares_are_drawn_from_0_to_100_percent(evaluation: Evaluation) -> None:
    chart = score_intervals(evaluation.table, "top3")
    (dot,) = layers(chart, "point")
    assert dot["encoding"]["x"]["scale"]["domain"] == [0, 1]
    (rows,) = data(chart)
    assert rows[0]["number"] == "66 %"


def test_reliability_has_the_diagonal_and_an_interval_for_each_bin(evaluation: Evaluation) -> None:
    table = evaluation.calibration(of="first").reliability
    chart = reliability(table)
    assert data(chart) == [table.to_dict(orient="records")]
    diagonal, interval = (layer["encoding"] for layer in layers(chart, "rule"))
    assert [diagonal[end]["datum"] for end in ("x", "y", "x2", "y2")] == [0, 0, 1, 1]
    assert (interval["y"]["field"], interval["y2"]["field"]) == ("low", "high")
    (dot,) = layers(chart, "point")
    assert (dot["encoding"]["x"]["field"], dot["encoding"]["y"]["field"]) == (
        "predicted",
        "observed",
    )


def test_confusion_shows_every_count_and_frames_what_is_right(evaluation: Evaluation) -> None:
    chart = confusion(evaluation.confusion)
    counts, right = sorted(data(chart), key=lambda rows: "n" not in rows[0])
    assert sum(row["n"] for row in counts) == 111
    assert all(row["n"] > 0 for row in counts)
    assert [row["label"] for row in right] == [row["first_label"] for row in right]
    assert len(right) == 21
    order = list(dict.fromkeys(evaluation.confusion["label"]))
    for layer in chart.to_dict()["layer"]:
        assert layer["encoding"]["x"]["sort"] == layer["encoding"]["y"]["sort"] == order


def test_net_benefit_draws_three_strategies_and_one_band(evaluation: Evaluation) -> None:
    curve = evaluation.decision_curve("rupture")
    chart = net_benefit(curve.table)
    assert len(layers(chart, "line")) == 3
    assert len(layers(chart, "area")) == 1
    y = layers(chart, "line")[0]["encoding"]["y"]
    assert y["scale"]["domain"][0] == -0.05
    assert y["scale"]["domain"][1] >= curve.high.max()


def test_a_benefit_of_nothing_is_in_the_middle_where_there_is_none(evaluation: Evaluation) -> None:
    table = evaluation.decision_curve("dvt").table
    table[["net_benefit", "low", "high"]] = -table[["net_benefit", "low", "high"]].abs()
    (_, line, *_) = net_benefit(table).to_dict()["layer"]
    low, high = line["encoding"]["y"]["scale"]["domain"]
    assert low == -high < 0


def test_net_benefit_marks_only_what_is_clearly_better(evaluation: Evaluation) -> None:
    (dots,) = layers(net_benefit(evaluation.decision_curve("rupture").table), "point")
    assert dots["transform"] == [{"filter": "datum.better"}]


def test_answers_stand_beside_those_of_the_model(model: Model) -> None:
    table = predictive_check(model, replicates=20).table.head(4)
    rows = rows_of(predictive_chart(table))
    assert [row["observed"] for row in rows] == table["observed"].tolist()
    assert [row["seen"].split()[-1] for row in rows] == table["n"].astype(str).tolist()
    assert rows[0]["label"] == f"{table['variable_label'][0]}: {table['state_label'][0]}"


def test_pairs_make_a_square_and_clear_ones_have_a_frame(model: Model) -> None:
    dependence = residual_dependence(model, replicates=100)
    chart = dependence_chart(dependence.matrix, dark=True)
    fields, frames = layers(chart, "rect")
    assert "transform" not in fields
    assert frames["transform"] == [{"filter": "datum.p_adjusted < 0.05"}]
    rows = rows_of(chart)
    assert len(rows) == 2 * len(dependence.pairs)
    assert {(row["first"], row["second"]) for row in rows} == {
        (row["second"], row["first"]) for row in rows
    }


@pytest.mark.parametrize("dark", [False, True])
def test_words_and_marks_stand_out_from_the_ground(evaluation: Evaluation, dark: bool) -> None:
    ground = "#11181f" if dark else "#ffffff"
    charts = [
        score_intervals(evaluation.table, "brier", dark=dark),
        reliability(evaluation.calibration().reliability, dark=dark),
        confusion(evaluation.confusion, dark=dark),
        net_benefit(evaluation.decision_curve("dvt").table, dark=dark),
    ]
    for chart in charts:
        spec = chart.to_dict()
        axes = [spec["config"]["axis"]]
        for layer in spec["layer"]:
            mark = layer["mark"]
            colour = mark.get("color") or mark.get("fill") or mark.get("stroke")
            least = 4.5 if mark["type"] == "text" else 3
            assert contrast_of(colour, ground) >= least
            axes += [layer["encoding"].get(channel, {}).get("axis") or {} for channel in ("x", "y")]
        for axis in axes:
            for name in ("labelColor", "titleColor"):
                assert name not in axis or contrast_of(axis[name], ground) >= 4.5


def test_numbers_stay_readable_on_the_darkest_field(evaluation: Evaluation) -> None:
    for dark, ground in ((False, "#ffffff"), (True, "#11181f")):
        chart = confusion(evaluation.confusion, dark=dark)
        (field,) = (layer for layer in layers(chart, "rect") if "fill" in layer["mark"])
        (text,) = layers(chart, "text")
        most = field["encoding"]["fillOpacity"]["scale"]["range"][1]
        mixed = mix(field["mark"]["fill"], ground, most)
        assert contrast_of(text["mark"]["color"], mixed) >= 4.5


def mix(colour: str, ground: str, opacity: float) -> str:
    """Return a colour laid over a ground."""
    channels = (
        opacity * int(colour[i : i + 2], 16) + (1 - opacity) * int(ground[i : i + 2], 16)
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{round(channel):02x}" for channel in channels)
