"""Mutants change one thing that runs, and a test that sees it kills them."""

from pathlib import Path

import pytest

from tests.mutants import run as mutating

ADDING = '''"""Adds."""


def between(x: int = 1, y: int = 2) -> bool:
    """Return whether the sum is between 3 and 30."""
    if x < 0:
        raise ValueError(f"{x + 1} is below 0")
    x += y
    return 3 < x < 30
'''
TEST = "from hamknee.room.adding import between\n\n\ndef test_it():\n    assert {}\n"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the one module of a package; `between(1, 2)` is False, at the boundary."""
    package = tmp_path / "model" / "hamknee"
    (package / "room").mkdir(parents=True)
    for folder in (package, package / "room"):
        (folder / "__init__.py").touch()
    path = package / "room" / "adding.py"
    path.write_text(ADDING, "utf-8")
    monkeypatch.setattr(mutating, "PACKAGE", package)
    return path


def every(module: Path) -> list[mutating.Mutant]:
    return [mutating.mutant(module, number) for number in range(len(mutating.places(module)))]


def boundary(module: Path) -> mutating.Mutant:
    (mutant,) = [m for m in every(module) if m.change == "3 < x < 30  →  3 <= x < 30"]
    return mutant


def checkout_with(module: Path, **assertions: str) -> mutating.Checkout:
    place = module.parents[3]
    room = place / "tests" / "room"
    room.mkdir(parents=True)
    for name, assertion in assertions.items():
        (room / f"test_{name}.py").write_text(TEST.format(assertion), "utf-8")
    return mutating.Checkout(place)


def test_only_what_runs_is_changed(module: Path) -> None:
    assert sorted(mutant.change for mutant in every(module)) == [
        "0  →  1",
        "1  →  2",
        "2  →  3",
        "3  →  4",
        "3 < x < 30  →  3 < x <= 30",
        "3 < x < 30  →  3 <= x < 30",
        "30  →  31",
        "x += y  →  x -= y",
        "x < 0  →  x <= 0",
    ]


def test_a_mutant_names_its_place(module: Path) -> None:
    text = "room/adding.py:9: 3 < x < 30  →  3 <= x < 30    in: return 3 < x < 30"
    assert boundary(module).text == text


def test_a_mutant_that_compiles_to_the_same_changes_nothing(module: Path) -> None:
    module.write_text("y = 2 + 0", "utf-8")
    assert {m.change for m in every(module) if m.alike} == {"2 + 0  →  2 - 0"}


def test_a_check_that_only_another_fault_sets_off_is_left_as_it_is(module: Path) -> None:
    module.write_text("both = zip('ab', 'cd', strict=True)\nchecked(strict=True)", "utf-8")
    assert [m.text.partition(":")[2] for m in every(module)] == [
        "2: True  →  False    in: checked(strict=True)"
    ]


def test_what_is_only_seen_and_how_much_is_worked_on_at_a_time_is_left_as_it_is(
    module: Path,
) -> None:
    module.write_text(
        """
BLOCK_ROWS = 4096
SQUARE = 360
LEFT, SHARES = 1, 0.5
chart.mark_text(dy=4, clip=True)
rng.normal(size=5)
table.sum(axis=-1)
table.reshape(2, -1)
def shared(count=1, workers=2): ...
f"{text[:60]!r} of {listing(names, 8)}"
f"{text[3:]!r} of {listing(names[1])}"
""",
        "utf-8",
    )
    assert [m.text.partition(":")[2].partition("   ")[0] for m in every(module)] == [
        "4: 1  →  2",
        "4: 0.5  →  1.5",
        "5: True  →  False",
        "6: 5  →  6",
        "7: 1  →  2",
        "8: 2  →  3",
        "9: 1  →  2",
        "11: 3  →  4",
        "11: 1  →  2",
    ]


@pytest.mark.parametrize(
    ("assertions", "killer"),
    [
        ({"adding": "not between(1, 2)"}, "tests/room/test_adding.py"),
        ({"adding": "between(9, 9)", "other": "not between(1, 2)"}, "tests/room"),
        ({"adding": "between(9, 9)"}, None),
        ({}, None),
    ],
    ids=["by its own test", "by its room", "by none", "without tests"],
)
def test_a_mutant_dies_by_the_nearest_test_that_sees_it(
    module: Path, assertions: dict[str, str], killer: str | None
) -> None:
    assert checkout_with(module, **assertions).killer(boundary(module)) == killer
    assert module.read_text("utf-8") == ADDING


def test_a_test_that_always_fails_kills_nothing(module: Path) -> None:
    checkout = checkout_with(module, adding="False")
    with pytest.raises(RuntimeError, match=r"test_adding\.py fails although nothing was changed"):
        checkout.killer(boundary(module))
