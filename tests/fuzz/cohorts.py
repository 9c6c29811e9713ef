"""What the readers of cohorts and of notes on a job promise: every row, and the answer of its case.

The rows are read a second time by Python's own csv module and asked one by one.
"""

import csv
import io
import shutil
import warnings
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import hamknee
from hamknee.base.csv_dialect import read_dialect
from hamknee.base.errors import HamkneeError
from hamknee.base.frames import parse_sheet, parse_table
from hamknee.cohort.columns import CohortError
from hamknee.cohort.folders import score_file
from hamknee.cohort.results_folder import MANIFEST
from hamknee.cohort.scoring import CohortWarning
from hamknee.network.evidence import check_value, parse_value
from hamknee.network.labelled import label
from hamknee.network.naming import read_headings

from . import small

PROBABILITIES = [f"p_{name}" for name in ("strain", "clot", "other")]


def cohort_csv(data: bytes, folder: Path) -> None:
    """As many rows as there are, each with the answer of its case or a reason why there is none."""
    source, target = folder / "in.csv", folder / "out.parquet"
    source.write_bytes(data)
    score_file(small.model(), source, target, overwrite=True)
    table = pq.read_table(target).to_pandas()
    dialect = read_dialect(lambda: io.BytesIO(data), "in.csv")
    text = data[dialect.mark :].decode(dialect.encoding).encode()[dialect.header :].decode()
    columns = dialect.columns
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.separator))
    # A line with nothing in it is no row, but where there is one column.
    rows = [row or [""] for row in rows if row or len(columns) == 1]
    assert len(table) == len(rows)
    ours = read_headings(small.vocabulary(), columns).variables
    for scored, row in zip(table.to_dict("records"), rows, strict=True):
        blank = not "".join(row).strip(f'" {dialect.separator}')
        whole = len(row) == len(columns) and (not blank or len(columns) == 1)
        cells = zip(columns, row, strict=True) if whole else ()
        named = {ours[name]: cell for name, cell in cells if name in ours}
        answered_like(scored, named if whole else None)


def answered_like(scored: Mapping[str, Any], cells: Mapping[str, str] | None) -> None:
    """Hold a row of results to the answer of its case, or to there being none."""
    expected = _direct(cells)
    found = np.array([scored[name] for name in PROBABILITIES], dtype=float)
    if expected is None:
        assert isinstance(scored["fault"], str)
        assert scored["fault"].strip()
        assert np.isnan(found).all()
    else:
        assert pd.isna(scored["fault"]), (scored, cells)
        assert abs(found.sum() - 1) < 1e-9
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def _direct(cells: Mapping[str, str] | None) -> np.ndarray | None:
    model = small.model()
    if cells is None:
        return None
    try:
        case = {
            variable.name: check_value(variable, parse_value(variable, cells[variable.name]))
            for variable in model.vocabulary.having("context", "trait", "finding")
            if variable.name in cells
        }
        return model.posterior(case).probabilities
    except HamkneeError:
        return None


def cohort_in_memory(data: bytes, _: Path) -> None:
    """A table in memory gives a row a row, and sums of 1 or a reason."""
    frame = parse_table(data, "cohort.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CohortWarning)
        scored = hamknee.score(small.model(), frame)
    assert len(scored) == len(frame)
    for row, cells in zip(scored.to_dict("records"), frame.to_dict("records"), strict=True):
        answered_like(row, {name: "" if pd.isna(cell) else cell for name, cell in cells.items()})


def cohort_parquet(data: bytes, folder: Path) -> None:
    """Whatever the bytes have become: a row a row, and sums of 1 or a reason."""
    source, target = folder / "in.parquet", folder / "out.parquet"
    source.write_bytes(data)
    report = score_file(small.model(), source, target, overwrite=True)
    table = pq.read_table(target).to_pandas()
    assert len(table) == report.tally.rows == pq.read_metadata(source).num_rows
    bad = table["fault"].notna()
    assert table.loc[bad, PROBABILITIES].isna().all(axis=None)
    assert np.allclose(table.loc[~bad, PROBABILITIES].sum(axis=1), 1)


def labelled_csv(data: bytes, _: Path) -> None:
    """Every row a case, the diagnosis beside it and nowhere among the findings."""
    frame = parse_table(data, "cases.csv")
    found = label(small.vocabulary(), frame)
    assert len(found) == len(frame)
    assert set(np.unique(found.truth)) <= {0.0, 1.0}
    assert (found.truth.sum(axis=1) >= 1).all()
    target = list(small.vocabulary()).index("cause")
    assert (found.cases.codes[:, target] == 3).all()


def dashboard_csv(data: bytes, _: Path) -> None:
    """A page takes what the library takes, with at least one row."""
    found = _cohort_reading().read_cohort(data, "cohort.csv")
    pd.testing.assert_frame_equal(found.frame, parse_sheet(data, "cohort.csv").frame)
    assert len(found.frame) >= 1


def dashboard_parquet(data: bytes, _: Path) -> None:
    """A page takes a Parquet file of flat columns, each once."""
    found = _cohort_reading().read_cohort(data, "cohort.parquet")
    assert len(found.frame) >= 1
    assert found.frame.columns.is_unique


@cache
def _cohort_reading() -> Any:
    from .pages import page_module

    return page_module("checking/cohort_reading")


# A folder that is gone on with --------------------------------------------------------------------


def manifest_json(data: bytes, folder: Path) -> None:
    """Whatever the note says: the results are the same or it is refused, and no file is lost."""
    shutil.copytree(job(), folder, dirs_exist_ok=True)
    target = folder / "out"
    before = (target / "part.parquet").read_bytes()
    (target / MANIFEST).write_bytes(data)
    with suppress(CohortError):
        score_file(small.model(), folder / "in", target, resume=True)
    assert (target / "part.parquet").read_bytes() == before
    score_file(small.model(), folder / "in", target, overwrite=True)
    assert (target / "part.parquet").read_bytes() == before
    for name in ("b.parquet", "other/b.parquet", "in/part.parquet"):
        assert (folder / name).is_file()
    assert (folder / "empty").is_dir()


def footer_json(data: bytes, folder: Path) -> None:
    """Whatever a result says of itself: going on gives the same table."""
    shutil.copytree(job(), folder, dirs_exist_ok=True)
    result = folder / "out" / "part.parquet"
    table = pq.read_table(result)
    with pq.ParquetWriter(result, table.schema) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"hamknee.report": data})
    score_file(small.model(), folder / "in", folder / "out", resume=True)
    assert pq.read_table(result).equals(table)


@cache
def job() -> Path:
    """Return a folder with a cohort of one part, its results, and files that are not theirs."""
    from atexit import register
    from tempfile import mkdtemp

    folder = Path(mkdtemp(prefix="hamknee-fuzz-"))
    register(shutil.rmtree, folder, ignore_errors=True)
    for name in ("in", "other", "empty"):
        (folder / name).mkdir()
    (folder / "in" / "part.parquet").write_bytes(parquet())
    for name in ("b.parquet", "other/b.parquet"):
        (folder / name).write_bytes(b"mine")
    score_file(small.model(), folder / "in", folder / "out")
    return folder


def parquet(**options: Any) -> bytes:
    """Return the small cohort as a Parquet file."""
    frame = parse_table(small.COHORT.encode(), "cohort.csv")
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame), sink, **options)
    return sink.getvalue()
