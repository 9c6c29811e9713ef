"""The example for Spark in docs/cohorts.md gives what one process gives."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import hamknee
from hamknee.inference.model import Model

DOCS = Path(__file__).resolve().parents[2] / "docs" / "cohorts.md"


def test_the_example_for_spark_gives_what_one_process_gives(model: Model, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="PySpark is not installed")
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        pytest.skip("Java is not installed")
    cohort = pd.DataFrame(
        {
            "case_id": [f"p{row}" for row in range(40)],
            "pop": ["yes", "no", None, "maybe"] * 10,
            "age": [31, None, 70.5, 18] * 10,
            "location": ["posteromedial|posterolateral", "posteromedial"] * 20,
        }
    )
    (tmp_path / "cohort").mkdir()
    for part in range(2):
        cohort[part::2].to_parquet(tmp_path / "cohort" / f"{part}.parquet", index=False)
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (example,) = [block for block in blocks if "mapInPandas" in block]
    # In a process of its own, because Spark stays in the one that starts it.
    here = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    run = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path,
        env=os.environ | here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = pd.read_parquet(tmp_path / "scored").set_index("case_id").sort_index()
    expected = hamknee.score(model, cohort).set_index("case_id").sort_index()
    expected["top"] = expected["top"].astype(object)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-12, atol=0)
    assert found["fault"].notna().sum() == 10
