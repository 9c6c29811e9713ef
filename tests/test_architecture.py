"""ARCHITECTURE.md and the code agree: the rooms, their order, and who may import what."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "model" / "hamknee"
ENTRANCES = {"__init__", "__main__"}


def rooms_in_the_table() -> list[str]:
    """Return the rooms in the first column of the table, lowest first."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = (re.match(r"\|\s*`(\w+)`\s*\|", line) for line in text.splitlines())
    return [row[1] for row in rows if row]


def rooms_in_the_code() -> set[str]:
    return {path.stem for path in PACKAGE.glob("*.py")} - ENTRANCES


def imports(path: Path) -> set[str]:
    """Return every module that a file imports, wherever in it, with dots."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports by a relative name"
            found.add(node.module or "")
            if node.module == "hamknee":
                found |= {f"hamknee.{alias.name}" for alias in node.names}
    return found


def rooms_imported(path: Path) -> set[str]:
    parts = (name.split(".") for name in imports(path))
    return {part[1] for part in parts if part[0] == "hamknee" and len(part) > 1}


def importers(library: str) -> set[str]:
    """Return the rooms that import a library."""
    return {
        path.stem
        for path in PACKAGE.glob("*.py")
        if any(name.split(".")[0] == library for name in imports(path))
    }


def test_the_table_names_every_room_once() -> None:
    rooms = rooms_in_the_table()
    assert len(rooms) == len(set(rooms))
    assert set(rooms) == rooms_in_the_code()


@pytest.mark.parametrize("room", sorted(rooms_in_the_code()))
def test_a_room_imports_only_rooms_above_it_in_the_table(room: str) -> None:
    order = rooms_in_the_table()
    above = set(order[: order.index(room)])
    assert rooms_imported(PACKAGE / f"{room}.py") & rooms_in_the_code() <= above


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("pgmpy", {"network"}),
        (
            "altair",
            {
                *("chart_style", "row_marks", "case_charts", "weight_charts"),
                *("tuning_charts", "checking_charts", "sensitivity_charts", "question_charts"),
                *("network_chart", "pictures"),
            },
        ),
        ("streamlit", set()),
    ],
)
def test_a_heavy_library_keeps_to_its_rooms(library: str, rooms: set[str]) -> None:
    assert importers(library) == rooms


def test_the_package_has_no_folders_and_the_source_root_is_no_package() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    assert folders <= {"__pycache__"}
    assert not (PACKAGE.parent / "__init__.py").exists()
