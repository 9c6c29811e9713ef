"""Mutants change one thing that runs, and a test that sees it kills them."""

import shutil
from pathlib import Path

import pytest

from tests.mutants import run as mutating

ADDING = '''"""Adds."""


def above(x: int = 1, y: int = 2) -> bool:
    """Return whether the sum is above 3."""
    if x < 0:
        raise ValueError(f"{x + 1} is below 0")
    return x + y > 3
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "model" / "hamknee"
    (package / "room").mkdir(parents=True)
    path = package / "room" / "adding.py"
    path.write_text(ADDING, "utf-8")
    monkeypatch.setattr(mutating, "PACKAGE", package)
    return path


def test_only_what_runs_is_changed(module: Path) -> None:
    changes = [mutant.change for mutant in mutating.mutants(module)]
    assert "x + y > 3  →  x + y >= 3" in changes
    assert "x + y  →  x - y" in changes
    assert "x < 0  →  x <= 0" in changes
    assert not [change for change in changes if "is below" in change]


@pytest.mark.parametrize(
    ("test", "lives"),
    [("assert not above(1, 2)", False), ("assert above(9, 9)", True)],
)
def test_a_mutant_dies_by_a_test_that_sees_it(module: Path, test: str, *, lives: bool) -> None:
    place = module.parents[3]
    tests = place / "tests" / "room"
    tests.mkdir(parents=True)
    body = f"from hamknee.room.adding import above\n\n\ndef test_it():\n    {test}\n"
    (tests / "test_adding.py").write_text(body, "utf-8")
    for package in (module.parent, module.parents[1]):
        (package / "__init__.py").write_text("", "utf-8")
    shutil.rmtree(module.parent / "__pycache__", ignore_errors=True)
    (mutant,) = [m for m in mutating.mutants(module) if m.change == "x + y > 3  →  x + y >= 3"]
    assert mutating.survives(mutant, place) is lives
    assert module.read_text("utf-8") == ADDING
