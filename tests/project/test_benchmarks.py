"""The benchmark runs, agrees with its peers and prints its rows; no figure is tested."""

import contextlib
import importlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import hamknee
from hamknee.cohort.folders import score_file
from hamknee.inference.model import Model

NAMES = ("run", "measuring", "reasoning", "coded", "scaling", "coverage")
FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def benchmarks() -> Iterator[dict[str, ModuleType]]:
    """The scripts of the folder, imported as they import each other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        yield {name: importlib.import_module(name) for name in NAMES}


@pytest.fixture(scope="module")
def printed(benchmarks: dict[str, ModuleType], tmp_path_factory: pytest.TempPathFactory) -> str:
    # In this process, because a new one would spend seconds on importing pgmpy once more.
    text = io.StringIO()
    elsewhere = contextlib.chdir(tmp_path_factory.mktemp("elsewhere"))
    with elsewhere, contextlib.redirect_stdout(text):
        benchmarks["run"].main(["--quick"])
    return text.getvalue()


def section_of(printed: str, heading: str) -> str:
    (section,) = [part for part in printed.split("\n### ") if part.startswith(heading)]
    return section


def row_of(section: str, row: str) -> str:
    (line,) = re.findall(rf"^\| {re.escape(row)} +\|(.*)$", section, re.MULTILINE)
    return str(line)


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
        ("From the start", ["`hamknee diagnose onset=sudden pop=yes`"]),
        (
            "2,000 coded cases on one core",
            [
                "30% of the findings known",
                "all findings known",
                "30% of the findings known, a tenth of these one of two states",
                "30% of the findings known, `hamknee.score` of a DataFrame of categories",
                "pyAgrum LazyPropagation, 30% of the findings known",
            ],
        ),
        ("Cost of a case by cases (6 findings, 5 conditions)", ["1", "100"]),
        ("Cost of a case by findings (100 cases, 5 conditions)", ["3", "6"]),
        ("Cost of a case by conditions (100 cases, 6 findings)", ["2", "5"]),
        (
            "The whole assessment",
            [
                "`posterior`",
                "`credible_interval`",
                "`next_questions`",
                "`explain`",
                "`conflict`",
                "`tornado`",
                "all of it",
                "all of it, slowest of 2 cases",
            ],
        ),
        ("A network file of 8 variables", ["as `hamknee import`", "pgmpy BIFReader"]),
        ("EM on 100", ["hamknee, coded `Cases`", "hamknee, a DataFrame", "pyAgrum BNLearner"]),
    ],
)
def test_every_table_has_its_rows_with_figures(printed: str, heading: str, rows: list[str]) -> None:
    section = section_of(printed, heading)
    for row in rows:
        assert re.search(r"\d (ms|µs|MB|s) ", row_of(section, row))


@pytest.mark.parametrize(
    ("job", "timed"),
    [
        ("`credible_interval`", r"3 of 4,000 draws"),
        ("`next_questions`", r"\d+ questions"),
        ("`explain`", r"16 posteriors"),
        ("`conflict`", r"\d+ P\(e\); 3 of 2,000 simulated cases"),
        ("`tornado`", r"3 of \d{4} numbers"),
    ],
)
def test_the_loops_are_timed_beside_each_job_and_say_on_what(
    printed: str, job: str, timed: str
) -> None:
    cells = row_of(section_of(printed, "The same by loops"), job).strip(" |").split("|")
    own, agrum, agrum_ratio, pgmpy, pgmpy_ratio, on = (cell.strip() for cell in cells)
    for time in (own, agrum, pgmpy):
        assert re.fullmatch(r"[\d.e+]+ (ms|s)", time)
    assert float(agrum_ratio) > 0
    assert float(pgmpy_ratio) > 0
    assert re.fullmatch(timed, on)


def test_the_coded_cases_are_held_to_the_memory(printed: str) -> None:
    section = section_of(printed, "2,000 coded cases")
    (read, written) = re.findall(r"reads (\d+) bytes of codes and writes (\d+) of", section)[0]
    # 27 codes of a byte; 21 conditions before and after, and log P(evidence), of 8 bytes each
    assert (int(read), int(written)) == (27, 8 * (2 * 21 + 1))
    assert re.search(r"moves [\d.]+ GB/s .* the memory is [\d.e+]+ times as fast", section)


def test_the_cost_is_drawn_as_measured(benchmarks: dict[str, ModuleType], tmp_path: Path) -> None:
    scaling = benchmarks["scaling"]
    curve = {amount: {scaling.OWN: 1e-7 * amount, scaling.PEER: 1e-4} for amount in (1, 10)}
    for path in (tmp_path / "once.svg", tmp_path / "again.svg"):
        scaling.draw({"cases": curve, "findings": curve}, path)
    once = (tmp_path / "once.svg").read_text(encoding="utf-8")
    assert once == (tmp_path / "again.svg").read_text(encoding="utf-8")
    for words in ("cases", "findings", "microseconds a case", scaling.OWN, scaling.PEER):
        assert f">{words}<" in once


def test_the_machine_and_the_versions_come_first(printed: str) -> None:
    first = printed.splitlines()[0]
    assert "cores" in first
    assert re.search(r"hamknee \d.*numpy \d.*pgmpy \d.*pyagrum \d", first)


def test_a_peer_that_differs_ends_the_run(benchmarks: dict[str, ModuleType]) -> None:
    agree = benchmarks["measuring"].agree
    agree("equal", np.array([[0.25, 0.75]]), np.array([[0.25, 0.75], [0.5, 0.5]]))
    with pytest.raises(SystemExit, match="off differs by 1e-06"):
        agree("off", np.array([[0.250001, 0.749999]]), np.array([[0.25, 0.75]]))
    with pytest.raises(SystemExit, match="not a number differs by nan"):
        agree("not a number", np.array([np.nan]), np.array([0.5]))


class DeafLibrary:
    """Answers as hamknee does, but does not hear of changed tables."""

    def __init__(self, model: hamknee.Model) -> None:
        self.model = model

    def posterior(self, case: dict[str, str]) -> np.ndarray:
        return self.model.posterior(case).probabilities

    def change(self, cpt: object) -> None:
        pass


def test_a_loop_that_differs_ends_the_run(
    benchmarks: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    reasoning, quick = benchmarks["reasoning"], benchmarks["measuring"].QUICK
    monkeypatch.setattr(reasoning, "LIBRARIES", {"deaf": DeafLibrary})
    with pytest.raises(SystemExit, match="deaf, credible_interval differs by 0"):
        reasoning.main(hamknee.load(), quick)


def test_the_benchmark_draws_a_cohort_and_times_its_stages(
    model: Model,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    benchmark = importlib.import_module("cohorts")
    benchmark.write_cohort(model, tmp_path / "cohort.parquet", 500)
    report = score_file(model, tmp_path / "cohort.parquet", tmp_path / "out.parquet")
    assert (report.tally.rows, report.tally.faulty) == (500, 0)
    benchmark.stages(model, tmp_path / "cohort.parquet", 500, 1)
    printed = capsys.readouterr().out
    for stage in ("read Parquet", "codes", "all of it, overlapped"):
        assert f"| {stage}" in printed


def test_coverage_is_counted_for_each_share_known(
    benchmarks: dict[str, ModuleType], capsys: pytest.CaptureFixture[str]
) -> None:
    benchmarks["coverage"].main(["--patients", "4"])
    rows = re.findall(r"^\| (\d+)% +\| 4 +\| (\d+)", capsys.readouterr().out, re.MULTILINE)
    assert [known for known, _ in rows] == ["40", "90"]


def test_the_simulation_of_hidden_severity_compares_every_model(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    importlib.import_module("severity").compare(60, 1, [("two", 8.0)])
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    losses = [float(row.split("|")[2].split(",")[0]) for row in rows[1:]]
    assert len(losses) == 7
    assert all(0.2 < loss < 2 for loss in losses)
