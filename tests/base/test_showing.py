"""A result shows itself in a few lines, whatever it holds."""

import importlib
import inspect
import pkgutil

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.base.showing import LONGEST, ROWS
from hamknee.inference import Model

CASE = {"onset": "sudden", "pop": "yes"}


def results() -> list[type]:
    """Return every public class that has both a text and a table."""
    rooms = [
        importlib.import_module(m.name) for m in pkgutil.iter_modules(hamknee.__path__, "hamknee.")
    ]
    public = [getattr(room, name) for room in rooms for name in getattr(room, "__all__", ())]
    classes = {thing for thing in public if inspect.isclass(thing)}
    return sorted(
        (cls for cls in classes if hasattr(cls, "text") and hasattr(cls, "table")),
        key=lambda cls: cls.__name__,
    )


@pytest.mark.parametrize("cls", results(), ids=lambda cls: cls.__name__)
def test_every_result_shows_itself_shortly(cls: type) -> None:
    assert cls.__repr__.__module__ == "hamknee.base.showing"
    assert hasattr(cls, "_repr_html_")


def test_there_are_many_results() -> None:
    assert len(results()) > 30


ASKED = {
    "a posterior": lambda model: model.posterior(CASE),
    "many posteriors": lambda model: model.posterior([CASE] * 500),
    "an interval": lambda model: hamknee.credible_interval(model, CASE),
    "a tornado": lambda model: hamknee.tornado(model, CASE, "strain"),
    "a triage": lambda model: hamknee.triage(model, CASE),
    "an evaluation": hamknee.evaluate,
}


@pytest.mark.parametrize("what", ASKED)
def test_nothing_floods_a_notebook(model: Model, what: str) -> None:
    result = ASKED[what](model)
    name = type(result).__name__
    assert len(repr(result)) <= LONGEST + len(name) + 6
    assert repr(result).startswith(f"<{name}: ")
    assert result._repr_html_().count("<tr") <= ROWS + 1


HELD = {
    "numbers": lambda model: model.priors,
    "words": lambda model: model.vocabulary,
    "a table": lambda model: model.cpts["pop"],
    "cases": lambda model: model.encode([CASE] * 500),
    "labelled cases": lambda model: hamknee.network.read_labelled(model.vocabulary),
    "a project": lambda _: hamknee.open_project(),
    "files": hamknee.formats.as_files,
}


@pytest.mark.parametrize("what", HELD)
def test_what_holds_much_is_a_line(model: Model, what: str) -> None:
    line = repr(HELD[what](model))
    assert "\n" not in line
    assert len(line) <= LONGEST


def test_a_long_text_is_cut() -> None:
    from hamknee.base import shown

    @shown
    class Long:
        text = "Much is said. " * 1000

    assert len(Long()._repr_html_()) < 1600  # type: ignore[attr-defined]


def test_what_just_fits_is_not_cut() -> None:
    from hamknee.base import shown

    @shown
    class Exact:
        text = "x" * LONGEST

    assert repr(Exact()) == f"<Exact: {'x' * LONGEST}>"


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        (12, ""),
        (13, "<p>… and 1 more row in <code>"),
        (2_012, "<p>… and 2,000 more rows in <code>"),
    ],
)
def test_the_first_rows_of_a_table_are_shown_and_the_others_counted(rows: int, left: str) -> None:
    from hamknee.base import shown

    @shown
    class Rows:
        text = "Rows."
        table = pd.DataFrame({"n": np.arange(rows)})

    page = Rows()._repr_html_()  # type: ignore[attr-defined]
    assert page.count("<tr") == 13  # with the names of the columns
    assert page.count("<th>") == 1  # and without numbers of rows
    assert left in page
    assert ("more row" in page) == bool(left)


def test_what_is_in_a_text_is_no_markup() -> None:
    from hamknee.base import shown

    @shown
    class Odd:
        text = "a < b\n<script>"
        table = pd.DataFrame({"n": np.arange(20)})

    page = Odd()._repr_html_()  # type: ignore[attr-defined]
    assert "a &lt; b<br>&lt;script&gt;" in page
    assert "… and 8 more rows" in page
