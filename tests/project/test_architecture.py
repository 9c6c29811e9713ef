"""The house stands as ARCHITECTURE.md draws it: rooms, their order, and one door to each."""

import ast
import importlib
import itertools
import json
import re
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

import hamknee

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "model" / "hamknee"
MIDDLE = {"reasoning", "sensitivity", "estimation", "evaluation", "cohort", "formats"}
"""The rooms that do not know each other."""

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)
OUTSIDE = sorted(
    path
    for folder in ("dashboard", "benchmarks", "notebooks", "docs")
    for kind in ("*.py", "*.ipynb", "*.md")
    for path in (ROOT / folder).rglob(kind)
    if "decisions" not in path.parts
)


def rooms() -> list[str]:
    """Return the rooms in the first column of the table, lowest first."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    text = text.split("## The rooms of the package")[1].split("\n## ")[0]
    rows = (re.match(r"\|\s*`(\w+)/`\s*\|", line) for line in text.splitlines())
    return [row[1] for row in rows if row][::-1]


def code(path: Path) -> Iterator[str]:
    """Yield the Python in a file: a module, the cells of a notebook, the blocks of a document."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        yield from ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    elif path.suffix == ".md":
        blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        yield from (block for block in blocks if ">>>" not in block)
    else:
        yield text


def imports(path: Path) -> set[str]:
    """Return every module that a file imports, wherever in it, with dots."""
    modules = set()
    for text in code(path):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path.name} imports by a relative name"
                modules.add(node.module or "")
    return modules


def of_hamknee(path: Path) -> set[tuple[str, ...]]:
    """Return what a file imports of the package, as (room,) through a door or (room, file)."""
    parts = (tuple(name.split(".")) for name in imports(path))
    return {part[1:] for part in parts if part[0] == "hamknee" and len(part) > 1}


def importers(library: str) -> set[str]:
    """Return the files that import a library."""
    return {
        path.relative_to(PACKAGE).with_suffix("").as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(name.split(".")[0] == library for name in imports(path))
    }


def test_the_table_names_every_room_once() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert len(rooms()) == 14
    assert set(rooms()) == folders
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}
    assert not (PACKAGE.parent / "__init__.py").exists()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_imports_run_down_and_through_doors(path: Path) -> None:
    here, order = path.parent.name, rooms()
    others = {name for name in of_hamknee(path) if name[0] != here}
    assert all(len(name) == 1 for name in others), "another room is entered by its door"
    below = set(order[: order.index(here)])
    assert {name[0] for name in others} <= below - (MIDDLE if here in MIDDLE else set())


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: str(path.relative_to(ROOT)))
def test_outside_the_package_only_doors_are_used(path: Path) -> None:
    assert all(len(name) == 1 for name in of_hamknee(path))


@pytest.mark.parametrize("room", rooms())
def test_a_door_lists_what_it_hands_on(room: str) -> None:
    door = importlib.import_module(f"hamknee.{room}")
    reality = {
        name
        for name, value in vars(door).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert set(door.__all__) == reality
    assert len(door.__all__) == len(set(door.__all__))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_module_is_hidden_behind_a_function_of_its_name(path: Path) -> None:
    if path.stem == "__init__":
        return
    name = f"hamknee.{path.parent.name}.{path.stem}"
    module = importlib.import_module(name)
    assert getattr(importlib.import_module(f"hamknee.{path.parent.name}"), path.stem) is module


@pytest.mark.parametrize("room", rooms())
def test_tests_stand_at_the_path_of_the_code(room: str) -> None:
    files = {path.stem for path in (PACKAGE / room).glob("*.py")} - {"__init__"}
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / room).glob("test_*.py")}
    names_of_types = {"types"} if room == "base" else set()  # in which nothing runs
    assert tests == files - names_of_types


def test_the_package_shows_its_verbs_and_the_rooms_a_user_needs() -> None:
    shown = set(dir(hamknee))
    assert shown == set(hamknee.__all__)
    assert {name for name in shown if isinstance(getattr(hamknee, name), types.ModuleType)} == {
        *("charts", "cohort", "estimation", "evaluation"),
        *("formats", "guidance", "inference", "network", "projects", "reasoning"),
        "sensitivity",
    }


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=str)
def test_no_file_of_tests_is_too_long_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


NAMELESS = {"found", "told", "mine"}
"""Names that say of a value only that there is one."""


@pytest.mark.parametrize(
    "path", sorted([*PACKAGE.rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")]), ids=str
)
def test_a_value_is_named_for_what_it_is(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {getattr(node, kind, None) for node in nodes for kind in ("id", "arg", "attr")}
    assert not names & NAMELESS


def test_class_names_are_unique() -> None:
    names = [
        node.name
        for folder in ("model", "dashboard")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize(
    ("library", "files"),
    [
        ("pgmpy", {"formats/pgmpy", "formats/pgmpy_structure"}),
        (
            "altair",
            {
                *("charts/style", "charts/case", "charts/weights", "charts/elicitation"),
                *("charts/evaluation", "charts/sensitivity", "charts/questions"),
                *("charts/network", "charts/offline", "charts/teaching"),
                "charts/point_scales",
            },
        ),
        ("streamlit", set()),
    ],
)
def test_a_heavy_library_keeps_to_its_files(library: str, files: set[str]) -> None:
    assert importers(library) == files


# The dashboard ----------------------------------------------------------------------------

PAGES = ROOT / "dashboard"
FLOORS = [{"parts"}, {"state"}, {"diagnosis", "tuning", "checking", "serving"}, {"views"}]
"""The rooms of the dashboard, lowest first; those on one floor do not know each other."""


@pytest.mark.parametrize(
    "path", sorted(PAGES.rglob("*.py")), ids=lambda path: path.relative_to(PAGES).as_posix()
)
def test_pages_import_only_from_below(path: Path) -> None:
    rooms_of_pages = set().union(*FLOORS)
    used = {name.split(".")[0] for name in imports(path)} & rooms_of_pages
    here = path.parent.name
    below = set().union(*itertools.takewhile(lambda floor: here not in floor, FLOORS))
    assert used <= below | ({here} & rooms_of_pages)


def test_every_file_of_the_dashboard_stands_in_a_room() -> None:
    assert {path.name for path in PAGES.glob("*.py")} == {"app.py", "server.py", "start.py"}
    assert {path.name for path in PAGES.iterdir() if any(path.glob("*.py"))} == set().union(*FLOORS)


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "tests" / "dashboard").glob("*/test_*.py")),
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_tests_of_pages_stand_at_the_path_of_the_code(path: Path) -> None:
    assert (PAGES / path.parent.name / f"{path.stem.removeprefix('test_')}.py").is_file()
