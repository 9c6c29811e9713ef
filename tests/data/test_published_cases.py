"""What the shipped numbers say of the published cases, and that no answer changes unannounced.

The figures are stated to be known, not to be reached: no number is changed because a case came
out wrong. When the numbers change for a better reason, state the new figures here and pin the new
answers in first_diagnoses.csv.
"""

import csv
import re
from pathlib import Path

import pytest

import hamknee
from hamknee.evaluation.evaluating import Evaluation
from hamknee.inference.model import Model

HERE = Path(__file__).resolve().parent
CHANGELOG = HERE.parents[1] / "CHANGELOG.md"


@pytest.fixture(scope="module")
def found(model: Model) -> Evaluation:
    return hamknee.evaluate(model)


@pytest.mark.parametrize(
    ("min_findings", "n", "top1", "top3", "log_loss"),
    [(0, 111, 0.396, 0.658, 1.976), (3, 84, 0.476, 0.738, 1.676), (5, 51, 0.608, 0.804, 1.470)],
)
def test_figures_of_today(
    model: Model, min_findings: int, n: int, top1: float, top3: float, log_loss: float
) -> None:
    found = hamknee.evaluate(model, min_findings=min_findings)
    assert found.n == n
    assert found.top1 == pytest.approx(top1, abs=0.0005)
    assert found.top3 == pytest.approx(top3, abs=0.0005)
    assert found.log_loss == pytest.approx(log_loss, abs=0.0005)


def test_kinds_of_cases_are_told_apart(found: Evaluation) -> None:
    table = found.kind_table.set_index("kind")
    assert table["n"].to_dict() == {"case_report": 80, "ordinary": 31}
    assert table["top1"].to_dict() == pytest.approx(
        {"case_report": 0.2625, "ordinary": 0.7419}, abs=0.0005
    )
    assert "Of the 31 of kind ordinary: first in 74 % (" in found.text


def test_no_first_diagnosis_flips_unannounced(found: Evaluation) -> None:
    now = dict(zip(found.by_case["case"], found.by_case["first"], strict=True))
    silent = unannounced(pinned(), now, numbers_of_today(CHANGELOG.read_text(encoding="utf-8")))
    assert not silent, (
        f"the first diagnosis of {', '.join(silent)} has changed: name each case in CHANGELOG.md "
        'under "Numbers" of the topmost version and say why, then pin the new answers in '
        "tests/data/first_diagnoses.csv"
    )


def test_every_published_case_is_pinned(found: Evaluation) -> None:
    assert list(pinned()) == list(found.by_case["case"])


# The guard itself ---------------------------------------------------------------------------

LOG = """\
## [Unreleased]

### Added

- BAK-01 is mentioned here, which is no announcement.

### Numbers

- P(pop | rupture) from 0.6 to 0.7 after a new series; CALF-02 is now a strain.

## [0.1.0] - 2026-01-01

### Numbers

- RUP-01 is now a strain.
"""
BEFORE = {"BAK-01": "dvt", "CALF-02": "dvt", "CALF-021": "dvt", "RUP-01": "rupture"}


@pytest.mark.parametrize(
    ("flipped", "silent"),
    [
        ([], []),
        (["CALF-02"], []),  # announced
        (["BAK-01"], ["BAK-01"]),  # named, but not under Numbers
        (["CALF-021"], ["CALF-021"]),  # only a longer name stands there
        (["RUP-01"], ["RUP-01"]),  # announced for an earlier version
        (["BAK-01", "CALF-02", "RUP-01"], ["BAK-01", "RUP-01"]),
    ],
)
def test_a_flip_has_to_be_named_under_numbers(flipped: list[str], silent: list[str]) -> None:
    now = BEFORE | dict.fromkeys(flipped, "strain")
    assert unannounced(BEFORE, now, numbers_of_today(LOG)) == silent


def test_without_the_heading_nothing_is_announced() -> None:
    assert numbers_of_today("## [Unreleased]\n\n### Added\n\n- x\n") == ""


def pinned() -> dict[str, str]:
    """Return the first diagnosis that each case had when it was last looked at."""
    with (HERE / "first_diagnoses.csv").open(encoding="utf-8", newline="") as file:
        return {row["case_id"]: row["first"] for row in csv.DictReader(file)}


def numbers_of_today(changelog: str) -> str:
    """Return what stands under "Numbers" of the topmost version of a changelog."""
    topmost = changelog.split("\n## ")[0 if changelog.startswith("## ") else 1]
    section = re.search(r"^### Numbers$(.*?)(?=^### |\Z)", topmost, re.MULTILINE | re.DOTALL)
    return section[1] if section else ""


def unannounced(before: dict[str, str], now: dict[str, str], numbers: str) -> list[str]:
    """Return the cases whose first diagnosis changed and that the text does not name."""
    flipped = [case for case in before if case in now and now[case] != before[case]]
    return [case for case in flipped if not re.search(rf"(?<![\w-]){case}(?![\w-])", numbers)]
