"""The benchmark runs, agrees with its peers and prints its rows; no figure is tested."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

RUN = Path(__file__).resolve().parents[1] / "benchmarks" / "run.py"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("elsewhere")
    command = [sys.executable, str(RUN), "--quick"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize(
    ("heading", "rows"),
    [
        ("Import", ["`import hamknee`", "`import pgmpy.inference`", "`import pyagrum`"]),
        ("Peak memory", ["posteriors", "every marginal"]),
        ("One posterior", ["hamknee", "pyAgrum VariableElimination", "pgmpy VariableElimination"]),
        ("Every marginal", ["hamknee", "pyAgrum LazyPropagation", "pgmpy VariableElimination"]),
        (
            "100 simulated cases",
            ["hamknee, coded `Cases`", "hamknee, a DataFrame", "pyAgrum LazyPropagation"],
        ),
    ],
)
def test_every_table_has_its_rows_with_figures(printed: str, heading: str, rows: list[str]) -> None:
    (section,) = [part for part in printed.split("\n### ") if part.startswith(heading)]
    for row in rows:
        (line,) = re.findall(rf"^\| {re.escape(row)} +\|(.*)$", section, re.MULTILINE)
        assert re.search(r"\d (ms|µs|MB)", line)


def test_the_machine_and_the_versions_come_first(printed: str) -> None:
    first = printed.splitlines()[0]
    assert "cores" in first
    assert re.search(r"hamknee \d.*numpy \d.*pgmpy \d.*pyagrum \d", first)


def test_a_peer_that_differs_ends_the_run() -> None:
    agree = runpy.run_path(str(RUN))["agree"]
    agree("equal", np.array([[0.25, 0.75]]), np.array([[0.25, 0.75], [0.5, 0.5]]))
    with pytest.raises(SystemExit, match="off differs by 1e-06"):
        agree("off", np.array([[0.250001, 0.749999]]), np.array([[0.25, 0.75]]))
    with pytest.raises(SystemExit, match="not a number differs by nan"):
        agree("not a number", np.array([np.nan]), np.array([0.5]))
