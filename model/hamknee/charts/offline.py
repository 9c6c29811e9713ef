"""Charts as pictures, drawn without a browser and without the network, for notebooks."""

from __future__ import annotations

import struct
from typing import Any

import altair as alt

from hamknee.base import HamkneeError
from hamknee.charts.in_words import alternative_text
from hamknee.charts.style import LIGHT

RENDERER = "hamknee"

DENSITY = 2
"""Pixels of a picture for each pixel of its chart, so that it is sharp on paper too."""


def draw_offline(width: int = 600) -> None:
    """Show every chart of this notebook as a picture from now on.

    Altair would load its drawing program from the internet, and not every notebook reader runs it.
    A picture needs neither, and is also there when the notebook is printed. Its alternative text,
    beside its size in the metadata of the output, is that of `alternative_text`.

    Parameters
    ----------
    width : int
        Width, in pixels, of charts that are as wide as their container.

    Raises
    ------
    HamkneeError
        If the width is not positive, or vl-convert-python, which draws, is not installed.

    Examples
    --------
    >>> import altair as alt
    >>> from hamknee.charts import draw_offline
    >>> before = alt.renderers.active
    >>> draw_offline(width=450)  # once, at the top of a notebook
    >>> alt.renderers.active
    'hamknee'
    >>> _ = alt.renderers.enable(before)  # as it was
    """
    try:
        import vl_convert
    except ImportError:
        problem = "vl-convert-python, which draws charts without a browser, is not installed"
        raise HamkneeError(f"{problem}; try: pip install vl-convert-python") from None
    if width < 1:
        raise HamkneeError(f"found a width of {width} pixels; allowed: 1 or more")

    def picture(chart: dict[str, Any], **_: object) -> tuple[dict[str, bytes], dict[str, Any]]:
        # What is transparent would be dark on dark where the reader of the notebook is.
        fixed = {**chart, "config": {**chart.get("config", {}), "background": LIGHT.ground}}
        if chart.get("width") == "container":
            fixed["width"] = width
        # Not SVG: its words are set where it is read, in letters that may be too wide for it.
        drawn = vl_convert.vegalite_to_png(fixed, scale=DENSITY, allowed_base_urls=[])
        across, down = (side // DENSITY for side in _size(drawn))
        about = {"width": across, "height": down, "alt": alternative_text(chart)}
        return {"image/png": drawn}, {"image/png": about}

    alt.renderers.register(RENDERER, picture)
    alt.renderers.enable(RENDERER)


def _size(png: bytes) -> tuple[int, int]:
    """Return width and height of a PNG in pixels, which its first chunk begins with."""
    across, down = struct.unpack(">II", png[16:24])
    return across, down
