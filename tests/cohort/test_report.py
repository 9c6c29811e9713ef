"""The report of a scoring, with the results and beside them."""

import json
from pathlib import Path

import pyarrow.parquet as pq

from hamknee.cohort.folders import score_file
from hamknee.inference.model import Model
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
