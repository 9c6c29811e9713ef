"""Importing hamknee is quick: nothing heavy is loaded before it is needed."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

HEAVY = ("pgmpy", "streamlit", "altair", "pandas", "pydantic", "scipy")


def loaded(code: str) -> set[str]:
    """Return the top-level modules a fresh interpreter has loaded after running some code."""
    report = "import json, sys; print(json.dumps(sorted({n.split('.')[0] for n in sys.modules})))"
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True
    )
    return set(json.loads(run.stdout))


@pytest.mark.parametrize(
    "code",
    [
        "import hamknee",
        "import hamknee; hamknee.load().posterior({'onset': 'sudden', 'age': 31}).text",
    ],
    ids=["import", "one diagnosis"],
)
def test_nothing_heavy_is_loaded(code: str) -> None:
    modules = loaded(code)
    assert "hamknee" in modules
    assert modules.isdisjoint(HEAVY)


def test_a_table_loads_pandas_and_nothing_else_heavy() -> None:
    modules = loaded("import hamknee; hamknee.load().posterior({}).table")
    assert modules.intersection(HEAVY) == {"pandas"}


def test_scoring_from_parquet_to_parquet_loads_nothing_heavy(tmp_path: Path) -> None:
    cohort = pa.table({"id": ["A", "B", "C"], "age": [31, None, 64], "pop": ["yes", None, "?"]})
    pq.write_table(cohort, tmp_path / "in.parquet")
    files = f"{str(tmp_path / 'in.parquet')!r}, {str(tmp_path / 'out.parquet')!r}"
    modules = loaded(f"import hamknee; hamknee.score_file(hamknee.load(), {files})")
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == 3
    assert modules.isdisjoint(HEAVY)
