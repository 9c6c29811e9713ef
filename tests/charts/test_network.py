"""The network as a picture, and charts of how a posterior depends on the numbers."""

import re
from typing import Any

import altair as alt
import numpy as np
import pytest
from scipy.stats import beta

import hamknee
from hamknee.base.words import percent
from hamknee.charts.case import difference_rows
from hamknee.charts.network import network_chart, network_of_case, network_text
from hamknee.charts.sensitivity import numbers_compared, sensitivity_curve, tornado_chart
from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from hamknee.network.priors_file import MOST_FAULTS, PriorsError, parse_priors
from hamknee.sensitivity.parameters import beta_range
from tests.support.networks import asia

CASE = {"onset": "sudden", "pop": "yes"}


def rows(chart: alt.LayerChart, field: str) -> list[dict[str, Any]]:
    """Return the rows of every layer that have a field."""
    spec = chart.to_dict()
    found = [layer["data"].get("values") for layer in spec["layer"] if "data" in layer]
    found += list(spec.get("datasets", {}).values())
    return [row for values in found if values for row in values if field in row]


def test_every_arrow_is_drawn_from_parent_to_child(priors: Priors) -> None:
    chart = network_chart(priors.vocabulary, priors.parents, {}, chosen="pop")
    boxes = {row["name"]: row for row in rows(chart, "name")}
    assert set(boxes) == set(priors.vocabulary)
    arrows: dict[str, list[dict[str, Any]]] = {}
    for corner in {(c["arrow"], c["step"]): c for c in rows(chart, "arrow")}.values():
        arrows.setdefault(corner["arrow"], []).append(corner)
    expected = {f"{p} to {name}" for name, parents in priors.parents.items() for p in parents}
    assert set(arrows) == expected
    for arrow, corners in arrows.items():
        parent, child = arrow.split(" to ")
        first, *_, last = sorted(corners, key=lambda corner: corner["step"])
        assert first["x"] == boxes[parent]["x2"]
        assert boxes[parent]["y"] <= first["y"] <= boxes[parent]["y2"]
        assert last["head"]
        assert last["x"] == boxes[child]["x" if last["head"] == "triangle-right" else "x2"]
        assert boxes[child]["y"] <= last["y"] <= boxes[child]["y2"]
        assert last["chosen"] == ("pop" in (parent, child))


def test_in_a_case_the_lines_are_the_most_probable_states_and_answers_stand_out(
    model: Model, priors: Priors
) -> None:
    found = model.marginals(CASE)
    chart = network_of_case(model.vocabulary, priors.parents, found, set(CASE))
    boxes = {row["name"]: row for row in rows(chart, "name")}
    assert {name for name, box in boxes.items() if box["known"]} == set(CASE)
    for variable in model.vocabulary.variables:
        box, best = boxes[variable.name], int(found[variable.name].argmax())
        share = float(found[variable.name][best])
        assert box["filled"] == pytest.approx(box["x"] + share * (box["x2"] - box["x"]))
        assert box["told"] == f"{variable.states[best].label}, {percent(share)}"
    weights = [layer["mark"].get("fontWeight") for layer in chart.to_dict()["layer"]]
    assert weights.count("bold") == weights.count("normal") == 1


def test_boxes_do_not_overlap_and_stay_in_the_picture(priors: Priors) -> None:
    boxes = rows(network_chart(priors.vocabulary, priors.parents, {}), "name")
    unique = {box["name"]: box for box in boxes}.values()
    for one in unique:
        assert 0 <= one["x"] < one["x2"] <= 100
        for other in unique:
            if one is not other:
                beside = one["x2"] <= other["x"] or other["x2"] <= one["x"]
                assert beside or one["y2"] <= other["y"] or other["y2"] <= one["y"]


def test_a_line_in_a_box_is_its_share(priors: Priors) -> None:
    chart = network_chart(priors.vocabulary, priors.parents, {"pop": 0.25, "age": 1.0})
    boxes = {row["name"]: row for row in rows(chart, "name")}
    for name, share in {"pop": 0.25, "age": 1.0, "sex": 0.0}.items():
        box = boxes[name]
        assert (box["filled"] - box["x"]) / (box["x2"] - box["x"]) == pytest.approx(share)


def test_the_text_names_every_arrow(priors: Priors) -> None:
    text = network_text(priors.vocabulary, priors.parents)
    label = {variable.name: variable.label for variable in priors.vocabulary.variables}
    sentences = text.split(". ")
    for name, parents in priors.parents.items():
        for parent in parents:
            assert any(
                label[name] in sentence and label[parent] in sentence for sentence in sentences
            )


def test_the_picture_knows_other_networks_too() -> None:
    model = asia()
    parents = {name: cpt.parents for name, cpt in model.cpts.items()}
    chart = network_chart(model.vocabulary, parents, {})
    assert {row["name"] for row in rows(chart, "name")} == set(model.vocabulary)
    arrows = {row["arrow"] for row in rows(chart, "arrow")}
    assert len(arrows) == sum(map(len, parents.values()))


@pytest.mark.parametrize("dark", [False, True])
def test_a_tornado_is_its_table(model: hamknee.Model, dark: bool) -> None:
    found = hamknee.tornado(model, CASE, "rupture")
    table = found.table.assign(place=lambda t: t.index.astype(str), what="what", where="where")
    chart = tornado_chart(table, 0.3, most=7, dark=dark)
    drawn = rows(chart, "posterior_low")
    assert [row["posterior_low"] for row in drawn] == list(table["posterior_low"][:7])
    assert [row["posterior_high"] for row in drawn] == list(table["posterior_high"][:7])
    assert all(
        re.fullmatch(r"(\d+|under 1|over 99) % to (\d+|under 1|over 99) %", row["moves"])
        for row in drawn
    )


def test_a_curve_goes_through_the_posterior(model: hamknee.Model) -> None:
    number = ("pop", "yes", {"condition": "rupture", "onset": "sudden"})
    function = hamknee.sensitivity_function(model, CASE, "rupture", number)
    chart = sensitivity_curve(function, 0.39, 0.83)
    (now,) = rows(chart, "low")
    assert now["value"] == 0.625
    assert now["probability"] == pytest.approx(model.posterior(CASE)["rupture"])
    curve = [row for row in rows(chart, "probability") if "low" not in row]
    assert [row["probability"] for row in curve] == pytest.approx(
        [float(function.value(row["value"])) for row in curve]
    )


def test_two_sets_of_numbers_say_which_is_which(model: hamknee.Model) -> None:
    table = hamknee.credible_interval(model, CASE).table
    chart = numbers_compared(difference_rows(table, table))
    assert "Ring: by the file." in str(chart.to_dict())


def test_a_range_is_the_middle_of_the_beta() -> None:
    p, ess = np.array([0.2, 0.9, 0.0, 1.0]), np.array([10.0, 3.0, 5.0, 5.0])
    low, high = beta_range(p, ess, 0.9)
    assert low[:2] == pytest.approx(beta.ppf(0.05, (ess * p)[:2], (ess * (1 - p))[:2]))
    assert high[:2] == pytest.approx(beta.ppf(0.95, (ess * p)[:2], (ess * (1 - p))[:2]))
    assert list(low[2:]) == list(high[2:]) == [0, 1]


def test_bytes_are_read_as_a_file_is(priors: Priors) -> None:
    data = priors.to_csv().encode()
    again = parse_priors(data, priors.vocabulary, priors.references or (), source="here.csv")
    assert again.rows == priors.rows
    assert (again.source, again.sha256) == ("here.csv", priors.sha256)


def test_reading_stops_when_nothing_fits(priors: Priors) -> None:
    data = (priors.to_csv().splitlines()[0] + "\n" + "a,b,c,d,e,f,g,h\n" * 9999).encode()
    with pytest.raises(PriorsError, match="reading stopped") as raised:
        parse_priors(data, priors.vocabulary, (), source="junk.csv")
    assert len(raised.value.faults) == MOST_FAULTS + 1
