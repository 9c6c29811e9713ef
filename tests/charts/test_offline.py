"""Charts drawn as pictures, as notebooks show them."""

import struct
from collections.abc import Iterator

import altair as alt
import pytest

from hamknee.base.errors import HamkneeError
from hamknee.charts.case import ranking
from hamknee.charts.in_words import alternative_text
from hamknee.charts.offline import draw_offline
from hamknee.inference.model import Model


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = alt.renderers.active
    yield
    alt.renderers.enable(before)


def test_a_chart_is_a_png_as_wide_as_was_said(model: Model) -> None:
    draw_offline(width=450)
    shown, sizes = ranking(model.posterior({}).table)._repr_mimebundle_()
    assert list(shown) == ["image/png"]
    assert shown["image/png"].startswith(b"\x89PNG")
    # The axis labels reach a little beyond the drawing.
    assert 450 <= sizes["image/png"]["width"] < 480
    assert struct.unpack(">I", shown["image/png"][16:20])[0] // 2 == sizes["image/png"]["width"]


def test_a_picture_may_be_one_pixel_wide_and_no_less() -> None:
    draw_offline(width=1)
    with pytest.raises(HamkneeError, match="found a width of 0 pixels"):
        draw_offline(width=0)


def test_a_picture_has_an_alternative_text(model: Model) -> None:
    draw_offline()
    chart = ranking(model.posterior({}).table)
    about = chart._repr_mimebundle_()[1]["image/png"]
    assert about["alt"] == alternative_text(chart.to_dict())
    assert "Rows: Knee osteoarthritis, " in about["alt"]


def test_a_width_of_its_own_is_kept(model: Model) -> None:
    draw_offline(width=450)
    chart = ranking(model.posterior({}).table).properties(width=300)
    assert chart._repr_mimebundle_()[1]["image/png"]["width"] < 330


def test_a_chart_remains_without_a_ground_of_its_own(model: Model) -> None:
    draw_offline()
    chart = ranking(model.posterior({}).table)
    chart._repr_mimebundle_()
    assert chart.to_dict()["config"]["background"] == "transparent"


def test_a_width_that_is_none_is_refused() -> None:
    with pytest.raises(HamkneeError, match="found a width of 0 pixels; allowed: 1 or more"):
        draw_offline(width=0)
