"""The charts of what findings weigh."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.charts.weights import contrast_rows, waterfall, waterfall_rows
from hamknee.inference.model import Model

CASE = {"onset": "sudden", "pop": "yes", "activity": "explosive"}


def test_a_waterfall_leads_from_the_start_to_the_end(model: Model) -> None:
    reasons = hamknee.explain(model, CASE, "strain")
    rows = waterfall_rows(reasons)
    steps = rows[rows["kind"] != "end"]
    assert rows["start"].iloc[0] == pytest.approx(reasons.start)
    assert rows["end"].iloc[-1] == pytest.approx(reasons.end)
    assert list(steps["start"][1:]) == pytest.approx(list(steps["end"][:-1]))
    assert list(steps["end"] - steps["start"]) == pytest.approx(
        sorted(reasons.shapley, key=lambda weight: -abs(weight))
    )
    assert list((steps["end"] >= steps["start"]).map({True: "for", False: "against"})) == list(
        steps["kind"]
    )


def test_the_scale_of_a_waterfall_says_probabilities(model: Model) -> None:
    spec = waterfall(waterfall_rows(hamknee.explain(model, CASE, "strain"))).to_dict()
    axis = next(x["axis"] for x in xs(spec) if x.get("axis"))
    shares = 1 / (1 + 2.0 ** -np.array(axis["values"]))
    assert list(shares) == pytest.approx([0.01, 0.1, 0.5, 0.9, 0.99], abs=1e-6)
    assert [f"'{100 * share:.0f} %'" in axis["labelExpr"] for share in shares] == [True] * 5


def xs(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [layer["encoding"]["x"] for layer in spec["layer"]]


@pytest.mark.parametrize("rows_of_case", [waterfall_rows, contrast_rows])
def test_a_case_without_findings_can_be_drawn(
    model: Model, rows_of_case: Callable[..., pd.DataFrame]
) -> None:
    against = "dvt" if rows_of_case is contrast_rows else None
    rows = rows_of_case(hamknee.explain(model, {}, "strain", against=against))
    assert np.isfinite(rows[["start", "end"]].to_numpy(dtype=float)).all()


def test_a_contrast_starts_every_weight_at_even(model: Model) -> None:
    reasons = hamknee.explain(model, CASE, "strain", against="dvt")
    rows = contrast_rows(reasons)
    assert (rows["start"] == 0).all()
    assert sorted(rows["end"]) == pytest.approx(sorted(reasons.shapley))
    pairs = zip(rows["words"], rows["end"], strict=True)
    assert all(("first" in words) == (end > 0) for words, end in pairs)


@pytest.mark.parametrize(("bits", "times"), [(5.0, 32), (6.0, 64), (7.0, 64), (math.inf, 64)])
def test_the_scale_of_a_contrast_ends_at_64_times(model: Model, bits: float, times: float) -> None:
    reasons = hamknee.explain(model, {"pop": "yes"}, "strain", against="dvt")
    for sign in (1, -1):
        (end,) = contrast_rows(replace(reasons, shapley=np.array([sign * bits])))["end"]
        assert end == pytest.approx(sign * math.log2(times))


def test_the_scale_of_a_waterfall_ends_at_a_probability_of_999_in_1000(model: Model) -> None:
    reasons = hamknee.explain(model, {"pop": "yes"}, "strain")
    for sign in (1, -1):
        rows = waterfall_rows(replace(reasons, shapley=np.array([sign * math.inf])))
        assert 1 / (1 + 2 ** (-sign * rows["end"].iloc[-1])) == pytest.approx(0.999, abs=1e-4)
