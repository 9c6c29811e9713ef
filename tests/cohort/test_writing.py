"""Writing results: no cell that a spreadsheet would run, and everything else as it is."""

from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from hamknee.cohort.folders import score_file
from hamknee.cohort.writing import harmless
from hamknee.inference.model import Model
from tests.support.scored_files import read, write

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "a;=1+1",
    "ok\n=1",
    "＝1",
    ' "=1',
]


def test_no_cell_of_a_csv_result_can_run_as_a_formula(model: Model, tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": FORMULAS, "=2+2": "x", "pop": FORMULAS})
    write(frame, tmp_path / "in.parquet")
    score_file(model, tmp_path / "in.parquet", tmp_path / "out.csv", keep=["=2+2"])
    scored = read(tmp_path / "out.csv")
    assert list(scored.columns[:2]) == ["id", "'=2+2"]
    assert [text.replace("'", "", 1) for text in scored["id"][:4]] == FORMULAS[:4]
    for cell in [*scored["id"], *scored["fault"]]:
        for part in [piece for line in cell.splitlines() for piece in line.split(";")]:
            assert part.strip(' "\t')[:1] not in ("=", "+", "-", "@", "＝")


@given(st.text(st.sampled_from("=+-@;,\t\n\"' a1"), max_size=8))
def test_at_no_start_of_a_cell_stands_the_start_of_a_formula(text: str) -> None:
    safe = harmless(text)
    assert safe.replace("'", "") == text.replace("'", "")
    try:
        float(text)
    except ValueError:
        pieces = safe.replace(";", "\n").replace(",", "\n").replace("\t", "\n").split("\n")
        assert all(piece.lstrip(' "')[:1] not in tuple("=+-@") for piece in pieces)
    else:
        assert safe == text or not text.isascii() or text != text.strip() or "_" in text


def test_numbers_and_parquet_are_left_as_they_are(model: Model, tmp_path: Path) -> None:
    ids = ["-7", "+49", "-1,5", "1e-3", "p-7"]
    write(pd.DataFrame({"id": ids, "pop": "yes"}), tmp_path / "in.parquet")
    score_file(model, tmp_path / "in.parquet", tmp_path / "out.csv")
    assert pd.read_csv(tmp_path / "out.csv", dtype=str)["id"].tolist() == ids
    write(pd.DataFrame({"id": FORMULAS, "pop": "yes"}), tmp_path / "in.parquet")
    score_file(model, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert read(tmp_path / "out.parquet")["id"].tolist() == FORMULAS
