"""The network as a picture: its boxes, lines and arrows."""

from typing import Any

import numpy as np
import pytest

from hamknee.base.words import percent
from hamknee.charts.network import network_chart, network_of_case, network_text
from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from tests.support.drawings import rows_having
from tests.support.networks import asia

CASE = {"onset": "sudden", "pop": "yes"}


def test_every_arrow_is_drawn_from_parent_to_child(priors: Priors) -> None:
    chart = network_chart(priors.vocabulary, priors.parents, {}, chosen="pop")
    boxes = {row["name"]: row for row in rows_having(chart, "name")}
    assert set(boxes) == set(priors.vocabulary)
    assert [name for name, box in boxes.items() if box["chosen"]] == ["pop"]
    arrows: dict[str, list[dict[str, Any]]] = {}
    for corner in {(c["arrow"], c["step"]): c for c in rows_having(chart, "arrow")}.values():
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


def test_arrows_that_are_pointed_out_are_thicker(priors: Priors) -> None:
    chart = network_chart(priors.vocabulary, priors.parents, {}, chosen="pop").to_dict()
    drawn = [layer for layer in chart["layer"] if "detail" in layer["encoding"]]
    thin, thick = sorted(drawn, key=lambda layer: layer["mark"]["strokeWidth"])
    for layer, chosen in ((thin, False), (thick, True)):
        assert {row["chosen"] for row in chart["datasets"][layer["data"]["name"]]} == {chosen}


def test_every_head_points_where_its_arrow_goes(priors: Priors) -> None:
    chart = network_chart(priors.vocabulary, priors.parents, {}, chosen="pop").to_dict()
    shapes = [layer for layer in chart["layer"] if "triangle" in layer["mark"].get("shape", "")]
    assert shapes
    for layer in shapes:
        heads = {row["head"] for row in chart["datasets"][layer["data"]["name"]]}
        assert heads == {layer["mark"]["shape"]}


def test_in_a_case_the_lines_are_the_most_probable_states_and_answers_stand_out(
    model: Model, priors: Priors
) -> None:
    marginals = model.marginals(CASE)
    chart = network_of_case(model.vocabulary, priors.parents, marginals, set(CASE))
    boxes = {row["name"]: row for row in rows_having(chart, "name")}
    assert {name for name, box in boxes.items() if box["known"]} == set(CASE)
    for variable in model.vocabulary.variables:
        box, best = boxes[variable.name], int(marginals[variable.name].argmax())
        share = float(marginals[variable.name][best])
        assert box["filled"] == pytest.approx(box["x"] + share * (box["x2"] - box["x"]))
        assert box["words"] == f"{variable.states[best].label}, {percent(share)}"
    weights = [layer["mark"].get("fontWeight") for layer in chart.to_dict()["layer"]]
    assert weights.count("bold") == weights.count("normal") == 1


def test_boxes_do_not_overlap_and_stay_in_the_picture(priors: Priors) -> None:
    boxes = rows_having(network_chart(priors.vocabulary, priors.parents, {}), "name")
    unique = {box["name"]: box for box in boxes}.values()
    for one in unique:
        assert 0 <= one["x"] < one["x2"] <= 100
        for other in unique:
            if one is not other:
                beside = one["x2"] <= other["x"] or other["x2"] <= one["x"]
                assert beside or one["y2"] <= other["y"] or other["y2"] <= one["y"]


def test_between_groups_there_is_room(priors: Priors) -> None:
    rows = rows_having(network_chart(priors.vocabulary, priors.parents, {}), "name")
    boxes = {box["name"]: box for box in rows}
    drawn = [v for v in priors.vocabulary.having("trait", "finding") if v.name in boxes]
    for group in {v.group for v in drawn}:
        inside = sorted(boxes[v.name]["y"] for v in drawn if v.group == group)
        others = [boxes[v.name]["y"] for v in drawn if v.group != group]
        below = min((y for y in others if y > inside[-1]), default=None)
        assert np.diff(inside) == pytest.approx(np.ones(len(inside) - 1))
        assert below is None or below - inside[-1] > 2  # one row is the heading's


def test_a_line_in_a_box_is_its_share(priors: Priors) -> None:
    chart = network_chart(priors.vocabulary, priors.parents, {"pop": 0.25, "age": 1.0})
    boxes = {row["name"]: row for row in rows_having(chart, "name")}
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
    assert {row["name"] for row in rows_having(chart, "name")} == set(model.vocabulary)
    arrows = {row["arrow"] for row in rows_having(chart, "arrow")}
    assert len(arrows) == sum(map(len, parents.values()))
