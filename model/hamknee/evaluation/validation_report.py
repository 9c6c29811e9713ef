"""A validation on paper: Markdown, or one page of HTML with its curves drawn in it."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hamknee.base import percent

if TYPE_CHECKING:
    import pandas as pd

    from hamknee.evaluation.validating import Validation

HEADINGS = {
    "flow": ("Flow of cases", "How many rows of the cohort were used, and why others were not."),
    "scores": ("Scores", "Of the model, of the starting probabilities alone, and of naive Bayes."),
    "comparison": ("Two models", "This model minus the other, on the same cases."),
    "discrimination": (
        "Discrimination",
        "How often a case with the event is the likelier one.",
    ),
    "calibration": ("Calibration", "Whether probabilities come true as often as they say."),
    "thresholds": (
        "Sensitivity and specificity",
        "Where the threshold and more says yes.",
    ),
    "net_benefit": ("Net benefit", "Gain over the better of acting on all and acting on no one."),
    "subgroups": ("Subgroups", "Groups with few cases say little."),
    "missing": ("Missing data", "How often each finding was not known."),
    "sample_size": ("Sample size", "Cases that intervals of a useful width would need."),
}
"""The sections in the order in which they are read, and what each is about."""

LIMITS = (
    "Nothing was fitted to these cases. Intervals tell of chance among such cases; they do not"
    " tell of how the cases were chosen, or of diagnoses that were wrong."
)
SIZE = 220
"""Points of a drawn curve's side."""


def as_markdown(validation: Validation) -> str:
    """Return the report as Markdown."""
    parts = ["# Validation", validation.text, LIMITS]
    for name, heading, about, table in _sections(validation):
        del name
        parts += [f"## {heading}", about, _markdown_table(table)]
    return "\n\n".join(parts) + "\n"


def as_html(validation: Validation) -> str:
    """Return the report as one page, with a calibration curve for each event."""
    parts = [
        f"<h1>Validation</h1><p>{html.escape(validation.text)}</p><p>{html.escape(LIMITS)}</p>"
    ]
    for name, heading, about, table in _sections(validation):
        parts.append(f"<h2>{html.escape(heading)}</h2><p>{html.escape(about)}</p>")
        if name == "calibration":
            parts += [_curve(label, p, y) for label, p, y in _curves(validation)]
        parts.append(_html_table(table))
    return _PAGE.format(body="\n".join(parts))


def _sections(validation: Validation) -> Iterator[tuple[str, str, str, pd.DataFrame]]:
    for name, (heading, about) in HEADINGS.items():
        if name in validation.tables and len(table := validation.tables[name]):
            yield name, heading, about, table


def _cells(table: pd.DataFrame) -> Iterator[list[str]]:
    for row in table.itertuples(index=False):
        yield [_text(value) for value in row]


def _text(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.3g}"
    return str(value)


def _markdown_table(table: pd.DataFrame) -> str:
    rows = [[str(column) for column in table.columns], ["---"] * table.shape[1], *_cells(table)]
    return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in rows)


def _html_table(table: pd.DataFrame) -> str:
    head = "".join(f'<th scope="col">{html.escape(str(column))}</th>' for column in table.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        for row in _cells(table)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _curves(validation: Validation) -> Iterator[tuple[str, list[float], list[float]]]:
    for label, fit in validation.calibrations.items():
        order = fit.p.argsort(kind="stable")
        curve = fit.smooth[order]
        if not math.isnan(float(curve[0])):
            yield label, fit.p[order].tolist(), curve.tolist()


def _curve(label: str, p: list[float], y: list[float]) -> str:
    step = max(len(p) // 200, 1)
    points = " ".join(
        f"{SIZE * a:.1f},{SIZE * (1 - b):.1f}" for a, b in zip(p[::step], y[::step], strict=True)
    )
    off = percent(sum(abs(a - b) for a, b in zip(p, y, strict=True)) / len(p))
    said = html.escape(f"{label}: said and seen; on average {off} apart")
    return (
        f'<figure><svg viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" role="img"'
        f' aria-label="{said}"><rect width="{SIZE}" height="{SIZE}" class="frame"/>'
        f'<line x1="0" y1="{SIZE}" x2="{SIZE}" y2="0" class="ideal"/>'
        f'<polyline points="{points}" class="seen"/></svg><figcaption>{said}.</figcaption></figure>'
    )


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Validation</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }}
table {{ border-collapse: collapse; font-size: 14px; margin: 1rem 0; display: block;
  overflow-x: auto; }}
th, td {{ border-bottom: 1px solid #ccc; padding: .2rem .6rem; text-align: left; }}
figure {{ display: inline-block; margin: 0 1rem 1rem 0; max-width: 220px; font-size: 14px; }}
.frame {{ fill: none; stroke: #888; }} .ideal {{ stroke: #888; stroke-dasharray: 4; }}
.seen {{ fill: none; stroke: #1f5f99; stroke-width: 2; }}
</style></head><body>
{body}
</body></html>
"""
