"""The report of a scoring, with the results and beside them."""

import json
from pathlib import Path

import pyarrow.parquet as pq

from hamknee.cohort.columns import plan_columns
from hamknee.cohort.folders import score_file
from hamknee.cohort.report import FaultyRow, Report, Tally
from hamknee.inference.model import Model
from hamknee.network.mapping import ColumnMapping
from tests.support.scored_files import cohort, write


def test_parquet_tells_the_numbers_and_the_report(model: Model, tmp_path: Path) -> None:
    source = write(cohort(), tmp_path / "in.parquet")
    report = score_file(model, source, tmp_path / "out.parquet")
    footer = pq.read_metadata(tmp_path / "out.parquet").metadata
    assert json.loads(footer[b"hamknee.report"]) == report.as_json()
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert schema.metadata[b"hamknee.numbers"].decode() == model.sha256


def test_beside_a_csv_file_stand_the_numbers_and_the_report(model: Model, tmp_path: Path) -> None:
    report = score_file(model, write(cohort(), tmp_path / "in.csv"), tmp_path / "out.csv")
    entries = json.loads((tmp_path / "out.csv.json").read_text(encoding="utf-8"))
    assert entries == report.as_json()
    assert entries["numbers"] == model.sha256


def reasons(first: int, last: int) -> dict[str, int]:
    """Return reasons by number, each as often as its number tells."""
    return {f"reason {number}": number for number in range(first, last + 1)}


def test_no_row_is_uncounted_where_there_are_more_reasons_than_are_listed() -> None:
    most = Tally.of(9_000, reasons(1, 100), ())
    assert (most.others, most.faulty) == (0, 5_050)
    more = Tally.of(9_000, reasons(1, 103), ())
    assert list(more.faults) == list(reasons(1, 100))
    assert (more.others, more.faulty) == (101 + 102 + 103, 5_050 + 306)
    assert more.as_json()["scored"] == 9_000 - 5_356
    assert Tally.from_json(more.as_json()) == more


def test_nor_is_one_where_parts_are_put_together() -> None:
    rows = [FaultyRow("", number, "", "reason") for number in range(1, 13)]
    one = Tally.of(6_000, reasons(1, 101), rows[:7])
    other = Tally.of(7_000, reasons(100, 102), rows[7:])
    both = one + other
    assert both.rows == 13_000
    assert both.faulty == one.faulty + other.faulty == 5_151 + 303
    assert both.faults["reason 100"] == 200
    assert both.others == 101 + 101 + 102
    assert both.examples == tuple(rows[:10])
    again = both + one
    assert (again.others, again.faulty) == (304 + 101, 5_454 + 5_151)


def told(model: Model, rows: dict[str, list[str]]) -> list[str]:
    """Return the lines of the report on a frame."""
    plan = plan_columns(model.vocabulary, list(rows), ColumnMapping())
    counts = {f"reason {n}": 1 for n in range(1, len(rows["onset"]))}
    return Report.of(model, plan, Tally.of(len(rows["onset"]), counts, ())).text.splitlines()


def test_one_row_of_one_column_is_told_as_one(model: Model) -> None:
    (first, *_) = told(model, {"onset": ["days"]})
    assert first == "1 of 1 row scored, from 1 column of findings."
    first, second, *_ = told(model, {"onset": ["days", "x"], "pop": ["yes", "no"]})
    assert first == "1 of 2 rows scored, from 2 columns of findings."
    assert second.startswith("1 could not be scored")


def test_the_diagnosis_is_told_of_where_there_is_one(model: Model) -> None:
    said = "The column 'condition' holds the diagnosis and was not used as evidence."
    assert said in told(model, {"onset": ["days"], "condition": ["strain"]})
    assert not any("diagnosis" in line for line in told(model, {"onset": ["days"]}))


def test_ten_reasons_are_told_and_the_others_counted(model: Model) -> None:
    ten, thirteen = (told(model, {"onset": ["days"] * rows}) for rows in (11, 14))
    assert sum("× reason" in line for line in ten) == 10
    assert not any("other reasons" in line for line in ten)
    assert sum("× reason" in line for line in thirteen) == 10
    assert "  3 × other reasons" in thirteen


def test_the_most_frequent_reason_is_told_first(model: Model) -> None:
    plan = plan_columns(model.vocabulary, ["onset"], ColumnMapping())
    report = Report.of(model, plan, Tally.of(9_000, {"rare": 2, "often": 1_500, "some": 30}, ()))
    told = [line.strip() for line in report.text.splitlines() if "×" in line]
    assert told == ["1,500 × often", "30 × some", "2 × rare"]
    assert report.table["reason"].tolist() == ["often", "some", "rare"]
