"""Scoring by a Dask cluster of processes: what one process gives, whatever dies on the way."""

import importlib
import os
import pickle
import re
import signal
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dask.dataframe as dd
import distributed
import pandas as pd
import pyarrow.parquet as pq
import pytest

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.cli.command import main
from hamknee.cohort import distributed as on_dask
from hamknee.cohort.columns import CohortError
from hamknee.cohort.folders import score_file
from hamknee.cohort.one_file import Job
from hamknee.cohort.results_folder import MANIFEST
from hamknee.cohort.scoring import CohortWarning
from hamknee.inference.model import Model
from hamknee.inference.simulation import simulate_cases
from tests.support.scored_files import files_below

ROOT = Path(__file__).resolve().parents[2]
PARTS = 8


def cohort(model: Model, rows: int, seed: int) -> pd.DataFrame:
    """Return simulated cases with blanks, a few of which cannot be scored."""
    cases = simulate_cases(model, rows, known=0.6, seed=seed)
    names = {v.name: [*v.state_names, None] for v in model.vocabulary.variables}
    target = model.vocabulary.target.name
    columns: dict[str, object] = {"case_id": [f"{seed}-{row}" for row in range(rows)]}
    for number, name in enumerate(names):
        if name != target:
            columns[name] = [names[name][code] for code in cases.codes[:, number]]
    frame = pd.DataFrame(columns)
    frame.loc[frame.index[::50], "pop"] = "perhaps"
    return frame


def folder(model: Model, place: Path, rows: int, parts: int = PARTS) -> Path:
    (place / "sub").mkdir(parents=True)
    for part in range(parts):
        name = f"sub/part-{part}.parquet" if part == 1 else f"part-{part}.parquet"
        cohort(model, rows, seed=part).to_parquet(place / name)
    return place


@pytest.fixture(scope="module")
def client() -> Iterator[distributed.Client]:
    """Give a client of a cluster of two processes."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture
def current(client: distributed.Client) -> Iterator[None]:
    """Have whatever is computed be computed by the cluster; folders must not depend on that."""
    with client.as_current():
        yield


@pytest.fixture(scope="module")
def parts(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(model, tmp_path_factory.mktemp("cohort") / "in", 4000)


@pytest.fixture(scope="module")
def alone(model: Model, parts: Path) -> dict[str, bytes]:
    """Return the results that a single process gives."""
    target = parts.with_name("alone")
    score_file(model, parts, target)
    return files_below(target)


def kill_a_busy_worker(client: Any) -> int:
    """Kill a worker process that has work to do, and return its number."""
    processes: dict[str, int] = client.run(os.getpid)
    busy = next(address for address, tasks in client.processing().items() if tasks)
    os.kill(processes[busy], signal.SIGKILL)
    return processes[busy]


# Frames -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("current")
def test_a_frame_is_scored_as_by_one_process(model: Model) -> None:
    frame = cohort(model, 3000, seed=1).rename(columns={"onset": "Beginn"})
    frame.index = pd.Index(range(10, 3010), name="row")
    asked: dict[str, Any] = {"mapping": {"Beginn": "onset"}, "keep": ["swelling"]}
    scored = on_dask.score_dask(model, dd.from_pandas(frame, npartitions=7), **asked)
    assert scored.npartitions == 7
    computed, expected = scored.compute(), hamknee.score(model, frame, **asked)
    pd.testing.assert_frame_equal(computed, expected, check_dtype=False, rtol=1e-12, atol=0)
    assert computed.dtypes.filter(regex="p_|top|conflict|fault").equals(
        expected.dtypes.filter(regex="p_|top|conflict|fault")
    )
    assert computed["fault"].notna().sum() == 60
    promised = scored._meta.dtypes
    assert promised.equals(computed.dtypes)


def test_a_worker_killed_while_it_scores_a_frame_loses_nothing(
    model: Model, client: distributed.Client, parts: Path
) -> None:
    computed: Any = client.compute(on_dask.score_dask(model, dd.read_parquet(parts)))
    while not any(client.processing().values()):
        time.sleep(0.001)
    kill_a_busy_worker(client)
    scored = computed.result().set_index("case_id").sort_index()
    expected = hamknee.score(model, pd.read_parquet(parts)).set_index("case_id").sort_index()
    pd.testing.assert_frame_equal(
        scored, expected, check_dtype=False, check_index_type=False, rtol=1e-12, atol=0
    )


def test_what_is_wrong_with_the_columns_is_told_before_anything_is_computed(model: Model) -> None:
    frame = dd.from_pandas(pd.DataFrame({"pop": ["yes"], "ward": ["a"]}), npartitions=1)
    with pytest.raises(CohortError, match="no column 'pops'"):
        on_dask.score_dask(model, frame, mapping={"pops": "pop"})
    near = dd.from_pandas(pd.DataFrame({"pop": ["yes"], "onsett": ["a"]}), npartitions=1)
    with pytest.warns(CohortWarning, match="did you mean 'onset'"):
        on_dask.score_dask(model, near)


@pytest.mark.usefixtures("current")
def test_strict_raises_the_fault_of_a_row(model: Model) -> None:
    frame = pd.DataFrame({"pop": ["yes"] * 5 + ["maybe"]})
    scored = on_dask.score_dask(model, dd.from_pandas(frame, npartitions=3), strict=True)
    with pytest.raises(CohortError) as error:
        scored.compute()
    assert str(error.value) == "row 5: 'maybe' is not a state of pop; allowed: yes, no"


@pytest.mark.usefixtures("current")
def test_results_carry_the_digest_but_no_counts_of_a_part(model: Model) -> None:
    frame = pd.DataFrame({"pop": ["yes"] * 6})
    scored = on_dask.score_dask(model, dd.from_pandas(frame, npartitions=3)).compute()
    assert scored.attrs["hamknee"]["numbers"] == model.sha256
    assert "rows" not in scored.attrs["hamknee"]


# Folders ------------------------------------------------------------------------------------------


def test_a_folder_gets_the_bytes_of_a_single_process(
    model: Model, client: distributed.Client, parts: Path, alone: dict[str, bytes], tmp_path: Path
) -> None:
    steps: list[tuple[int, float]] = []
    report = on_dask.score_folder(
        model, parts, tmp_path / "out", client, progress=lambda *step: steps.append(step)
    )
    assert files_below(tmp_path / "out") == alone
    assert (report.tally.rows, report.tally.faulty) == (PARTS * 4000, PARTS * 80)
    assert report == score_file(model, parts, tmp_path / "out", resume=True)
    assert [rows for rows, _ in steps] == [4000 * part for part in range(1, PARTS + 1)]
    assert steps[-1][1] == 1.0


def test_a_worker_killed_while_it_scores_a_folder_loses_nothing(
    model: Model, client: distributed.Client, parts: Path, alone: dict[str, bytes], tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_once(*_: object) -> None:
        if not killed:
            killed.append(kill_a_busy_worker(client))

    on_dask.score_folder(model, parts, tmp_path / "out", client, progress=kill_once)
    assert files_below(tmp_path / "out") == alone  # so no half file of the dead is left either
    assert killed[0] not in client.run(os.getpid).values()


def test_an_interruption_is_gone_on_with_by_the_command(
    model: Model,
    client: distributed.Client,
    parts: Path,
    alone: dict[str, bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(rows: int, _: float) -> None:
        if rows >= 2 * 4000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        on_dask.score_folder(model, parts, tmp_path / "out", client, progress=interrupted)
    assert len(files_below(tmp_path / "out")) >= 3
    address = client.scheduler.address
    command = ["score", str(parts), "-o", str(tmp_path / "out"), "--dask", address]
    with pytest.raises(SystemExit) as exit_:
        main([*command, "--resume"])
    assert exit_.value.code == 0
    assert "31,360 of 32,000 rows scored" in capsys.readouterr().out
    assert files_below(tmp_path / "out") == alone


def test_strict_names_file_and_row(
    model: Model, client: distributed.Client, parts: Path, tmp_path: Path
) -> None:
    with pytest.raises(CohortError) as error:
        on_dask.score_folder(model, parts, tmp_path / "out", client, strict=True)
    assert "parquet, row 1 (case_id '" in str(error.value)
    assert not [path for path in files_below(tmp_path / "out") if path.endswith(".parquet")]


# What cannot be -----------------------------------------------------------------------------------


def test_a_worker_that_sees_other_folders_is_told(model: Model, tmp_path: Path) -> None:
    job = Job(model, *_nothing_planned(), strict=False, digest="of another folder")
    with pytest.raises(
        CohortError, match=r"does not see the folder .*; allowed: folders that every"
    ):
        on_dask._score_part("part-0.parquet", str(tmp_path), str(tmp_path), job)


def _nothing_planned() -> tuple[Any, Any]:
    return hamknee.cohort.columns.ColumnPlan({}, (), (), None, ()), None


def test_a_worker_with_another_version_is_told(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = dd.from_pandas(pd.DataFrame({"pop": ["yes"]}), npartitions=1)
    scored = on_dask.score_dask(model, frame)
    monkeypatch.setattr(on_dask, "version", lambda _: "0.0.9")
    with pytest.raises(CohortError, match=r"has hamknee 0\.0\.9; allowed: " + version("hamknee")):
        scored.compute(scheduler="synchronous")


def test_an_error_travels_whole() -> None:
    error = CohortError(["first; allowed: a", "second; allowed: b"])
    back = pickle.loads(pickle.dumps(error))
    assert (back.problems, str(back)) == (error.problems, str(error))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "ftp://x:1"])
def test_an_address_without_a_scheduler_ends_with_exit_code_2(
    address: str,
    parts: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(on_dask, "CONNECT_SECONDS", 0.2)
    with pytest.raises(SystemExit) as exit_:
        main(["score", str(parts), "-o", str(tmp_path / "out"), "--dask", address])
    message = capsys.readouterr().err
    assert exit_.value.code == 2
    assert f"no Dask scheduler answers at '{address}'" in message.replace("\n", " ")
    assert not (tmp_path / "out").exists()


def test_a_single_file_is_not_shared_out(
    model: Model, client: distributed.Client, tmp_path: Path
) -> None:
    cohort(model, 5, seed=1).to_parquet(tmp_path / "in.parquet")
    with pytest.raises(CohortError, match="only the files of a folder can be shared out"):
        on_dask.score_folder(model, tmp_path / "in.parquet", tmp_path / "out.parquet", client)


def test_without_dask_it_is_said_what_to_install(
    model: Model, parts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(HamkneeError, match=r'pip install "hamknee\[dask\]"'):
        on_dask.score_folder(model, parts, tmp_path / "out", "tcp://127.0.0.1:8786")


def test_results_are_whole_parquet_files(alone: dict[str, bytes], parts: Path) -> None:
    assert sum(name.endswith(".parquet") for name in alone) == PARTS
    assert pq.read_metadata(parts.with_name("alone") / "part-0.parquet").num_rows == 4000


# The documentation and the benchmark --------------------------------------------------------------


def test_the_example_of_the_documentation_runs(
    model: Model, client: distributed.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs" / "cohorts.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (example,) = [block for block in blocks if "score_dask" in block]
    monkeypatch.chdir(tmp_path)
    frame = cohort(model, 200, seed=1).rename(columns={"onset": "Beginn"})
    (tmp_path / "cohort").mkdir()
    frame.to_parquet("cohort/0.parquet")
    *lines, last = (
        example.strip().replace("tcp://10.0.0.5:8786", client.scheduler.address).split("\n")
    )
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)
    with names["client"]:
        counts = eval(last, names)
    expected = hamknee.score(model, frame, mapping={"Beginn": "onset"})["top"].value_counts()
    assert counts.to_dict() == expected[expected > 0].to_dict()


def test_the_benchmark_prints_both_ways(
    client: distributed.Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    importlib.import_module("machines").measured(client, tmp_path, rows=800, repeats=1)
    printed = capsys.readouterr().out
    assert "A folder of 8 files with 800 rows together" in printed
    assert re.search(r"^\| one process +\| \d", printed, re.MULTILINE)
    assert re.search(r"^\| Dask, two processes of one thread +\| \d", printed, re.MULTILINE)


def test_a_worker_whose_job_was_killed_writes_nothing_into_the_results_of_another(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    pd.DataFrame({"pop": ["yes"]}).to_parquet(tmp_path / "in" / "a.parquet")
    check = on_dask._check_folder

    def then_another_job_begins(out: Path, digest: str) -> None:
        check(out, digest)
        (out / MANIFEST).write_text("{}")

    monkeypatch.setattr(on_dask, "_check_folder", then_another_job_begins)
    with pytest.raises(CohortError, match="does not see the folder"):
        score_file(
            model,
            tmp_path / "in",
            tmp_path / "out",
            by=lambda job, _files, place, _progress: on_dask._score_part(
                "a.parquet", str(tmp_path / "in"), str(place), job
            ),
        )
    assert [path.name for path in (tmp_path / "out").iterdir()] == [MANIFEST]
