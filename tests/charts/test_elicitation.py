"""The charts of stated numbers, read by what they would draw."""

import pandas as pd
import pytest

from hamknee.charts.elicitation import agreement, ridges
from hamknee.charts.style import colours
from hamknee.estimation.pooling import Pool, pool
from hamknee.estimation.statements import from_range


@pytest.fixture(scope="module")
def pooled() -> Pool:
    return pool({"Surgeon": from_range(0.4, 0.8), "Therapist": from_range(0.1, 0.3)})


def rows(chart) -> list[dict[str, object]]:
    """Return the rows of the largest table that a chart holds."""
    return max(chart.to_dict()["datasets"].values(), key=len)


def layers(chart) -> dict[str, dict]:
    """Return the last layer of each kind of mark."""
    return {layer["mark"]["type"]: layer["encoding"] for layer in chart.to_dict()["layer"]}


def test_ridges_stand_on_their_own_line_in_the_order_given(pooled: Pool) -> None:
    drawn = pd.DataFrame(rows(ridges(pooled.densities("yes"))))
    lines = drawn.groupby("name", sort=False)["base"].first()
    assert lines.to_dict() == {"Surgeon": 2, "Therapist": 1, "pool": 0}
    assert (drawn["top"] >= drawn["base"]).all()
    assert (drawn["top"] < drawn["base"] + 1).all()  # no hill reaches into the line above


def test_ridges_have_one_scale_so_that_equal_areas_are_equal_probabilities(pooled: Pool) -> None:
    drawn = pd.DataFrame(rows(ridges(pooled.densities("yes"))))
    areas = (drawn["top"] - drawn["base"]).groupby(drawn["name"]).mean()
    assert areas.max() == pytest.approx(areas.min(), rel=1e-2)


def test_the_pool_is_emphasised_by_name(pooled: Pool) -> None:
    drawn = pd.DataFrame(rows(ridges(pooled.densities("yes"), emphasised=["pool"])))
    assert set(drawn.loc[drawn["strong"], "name"]) == {"pool"}


def test_what_is_emphasised_has_the_strong_colour(pooled: Pool) -> None:
    chart = ridges(pooled.densities("yes"), emphasised=["pool"]).to_dict()
    (scale,) = {
        str(layer["encoding"]["color"]["scale"])
        for layer in chart["layer"]
        if "scale" in layer["encoding"].get("color", {})
    }
    light = colours(dark=False)
    assert scale == str({"domain": [True, False], "range": [light.bar, light.quiet]})


def test_agreement_draws_each_range_over_the_band_of_the_pool(pooled: Pool) -> None:
    chart = agreement(pooled.table)
    assert [(row["low"], row["high"]) for row in rows(chart)] == list(
        zip(pooled.table["low"], pooled.table["high"], strict=True)
    )
    band = min(chart.to_dict()["datasets"].values(), key=len)
    assert [row["name"] for row in band] == ["pool"]
    held = [row["held"] for row in rows(chart)]
    shares = pooled.table["covered"]
    assert held == [f"pool holds {100 * share:.0f} %" for share in shares[:-1]] + [""]


@pytest.mark.parametrize("dark", [False, True])
def test_the_scale_is_always_0_to_1(pooled: Pool, dark: bool) -> None:
    ridge = layers(ridges(pooled.densities("yes"), dark=dark))["area"]
    band = layers(agreement(pooled.table, dark=dark))["rect"]
    assert ridge["x"]["scale"] == band["x"]["scale"] == {"domain": [0, 1], "nice": False}


def test_the_tables_are_left_as_they_were(pooled: Pool) -> None:
    before, curves = pooled.table.copy(), pooled.densities("yes")
    shown = curves.copy()
    agreement(pooled.table)
    ridges(curves)
    pd.testing.assert_frame_equal(pooled.table, before)
    pd.testing.assert_frame_equal(curves, shown)
