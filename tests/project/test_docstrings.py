"""Every public function and class shows an example, and docs/library.md is made of them."""

import inspect
import runpy
from pathlib import Path
from typing import Any

import pytest

import hamknee

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = runpy.run_path(str(ROOT / "docs" / "make_library.py"))

ROOMS = tuple(LIBRARY["rooms"]())
"""The rooms that the package shows."""


def public(room: str) -> dict[str, Any]:
    """Return the functions and classes that a room hands on."""
    return LIBRARY["public"](getattr(hamknee, room))


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_docstring_has_an_example(room: str) -> None:
    bare = [name for name, thing in public(room).items() if ">>>" not in (thing.__doc__ or "")]
    assert bare == []


@pytest.mark.parametrize("room", ROOMS)
def test_the_example_of_a_function_calls_it(room: str) -> None:
    functions = {name: thing for name, thing in public(room).items() if inspect.isfunction(thing)}
    silent = [name for name, thing in functions.items() if name not in LIBRARY["examples"](thing)]
    assert silent == []


def test_all_that_the_page_names_first_has_an_example() -> None:
    names = " ".join(LIBRARY["DEEDS"].values()).split()
    assert [name for name in names if not LIBRARY["examples"](LIBRARY["named"](name))] == []


def test_what_the_package_shows_is_public_in_a_room() -> None:
    shown = {name: getattr(hamknee, name) for name in hamknee.__all__}
    doors = {name for room in ROOMS for name in public(room)}
    classes = {"FaultsError", "HamkneeError"}  # of base, which is not shown
    verbs = {name for name, thing in shown.items() if callable(thing)}
    assert verbs - doors == classes


def test_the_page_has_a_place_for_everything_that_the_package_shows() -> None:
    names = " ".join(LIBRARY["DEEDS"].values()).split()
    assert len(names) == len(set(names))
    assert {name for name in hamknee.__all__ if callable(getattr(hamknee, name))} <= set(names)


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    assert page == LIBRARY["page"](), "make docs"
