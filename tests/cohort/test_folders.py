"""Files and folders: whole or not at all, gone on with, and nobody else's lost."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import hamknee
from hamknee.cohort import reading as cohort_files
from hamknee.cohort.folders import score_file
from hamknee.cohort.results_folder import MANIFEST
from hamknee.inference.model import Model
from tests.support.scored_files import cohort, files_below, folder_of, read, refused, write


def test_results_never_replace_the_cohort_or_other_files(model: Model, tmp_path: Path) -> None:
    source = write(cohort(3), tmp_path / "in.csv")
    before = source.read_bytes()
    for other in ("hard.csv", "soft.csv"):
        link = tmp_path / other
        link.hardlink_to(source) if other == "hard.csv" else link.symlink_to(source)
        assert "into the cohort" in refused(model, source, link, overwrite=True)
    assert "into the cohort" in refused(model, source, source, overwrite=True)
    assert source.read_bytes() == before
    (tmp_path / "out.csv").write_text("mine")
    assert "there already" in refused(model, source, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "mine"
    (tmp_path / "new.csv.json").write_text("mine")
    assert "new.csv.json' is there already" in refused(model, source, tmp_path / "new.csv")
    score_file(model, source, tmp_path / "out.csv", overwrite=True)
    assert len(read(tmp_path / "out.csv")) == 3
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere.csv")
    assert "link.csv' is there already" in refused(model, source, tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    (tmp_path / "folder.csv").mkdir()
    place = tmp_path / "folder.csv"
    assert "folder.csv' is a folder" in refused(model, source, place, overwrite=True)


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("missing.csv", "out.csv", "there is no"),
        ("in.csv", "out.xlsx", "the cohort is a file, the results 'out.xlsx'"),
        ("in.csv", "nowhere/out.csv", "there is no folder"),
        ("in.csv.gz", "out.csv", "cannot tell what .gz is"),
        ("bad.parquet", "out.csv", "bad.parquet: not a Parquet file"),
        ("folder", "out.csv", "the cohort is a folder"),
        ("folder", "out", "no .parquet file in"),
        ("folder", "folder/out", "into the cohort"),
        ("folder/x.txt", "folder", "into the cohort, or around it"),
    ],
)
def test_paths_that_cannot_be_are_told(
    source: str, target: str, message: str, model: Model, tmp_path: Path
) -> None:
    write(cohort(3), tmp_path / "in.csv")
    (tmp_path / "folder").mkdir()
    for name in ("in.csv.gz", "bad.parquet", "folder/x.txt"):
        (tmp_path / name).write_bytes(b"PAR1 no")
    before = files_below(tmp_path)
    assert message in refused(model, tmp_path / source, tmp_path / target)
    assert files_below(tmp_path) == before


# Folders ------------------------------------------------------------------------------------------


def test_a_folder_is_scored_file_by_file(model: Model, tmp_path: Path) -> None:
    source, target = folder_of(tmp_path / "in"), tmp_path / "out"
    (source / "README.txt").write_text("about")
    report = score_file(model, source, target)
    names = [*(f"part-{part}.parquet" for part in (0, 1, 2, 4, 5)), "sub/part-3.parquet"]
    assert set(files_below(target)) == {MANIFEST, *names}
    frames = [read(source / name) for name in names]
    expected = [hamknee.score(model, frame) for frame in frames]
    for name, scored in zip(names, expected, strict=True):
        pd.testing.assert_frame_equal(
            read(target / name), scored, check_dtype=False, check_categorical=False
        )
    together = hamknee.score(model, pd.concat(frames, ignore_index=True))
    assert report.tally.faults == together.attrs["hamknee"]["faults"]
    assert report.tally.rows == 300
    assert report.ignored_files == ("README.txt",)
    assert report.tally.examples[0].file == "part-0.parquet"
    assert len(pd.read_parquet(target)) == 300  # other readers skip the manifest


def test_what_is_whole_is_not_done_again(model: Model, tmp_path: Path) -> None:
    source, target = folder_of(tmp_path / "in"), tmp_path / "out"
    first = score_file(model, source, target)
    whole = files_below(target)
    times = {name: (target / name).stat().st_mtime_ns for name in whole}
    (target / "part-1.parquet").unlink()
    (target / "part-2.parquet").write_bytes(b"spoilt")
    shutil.copy(target / "part-5.parquet", target / "part-4.parquet")
    pq.write_table(pq.read_table(target / "part-0.parquet"), target / "part-0.parquet")
    again = score_file(model, source, target, resume=True)
    assert files_below(target) == whole
    assert again == first
    kept = {name for name in whole if (target / name).stat().st_mtime_ns == times[name]}
    assert kept >= {MANIFEST, "part-5.parquet", "sub/part-3.parquet"}


KILLED = """
import sys
import hamknee
from hamknee.cohort import reading as cohort_files
cohort_files.CHUNK_ROWS = 64
print("ready", flush=True)
hamknee.score_file(hamknee.load(), sys.argv[1], sys.argv[2], resume=True)
"""


def test_killed_at_any_moment_it_leaves_whole_files_and_goes_on(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort_files, "CHUNK_ROWS", 64)
    source = folder_of(tmp_path / "in", parts=10, rows=800)
    expected = score_file(model, source, tmp_path / "whole")
    whole = files_below(tmp_path / "whole")
    target, moments, cut = tmp_path / "out", random.Random(7), 0
    for _ in range(3):
        command = [sys.executable, "-c", KILLED, str(source), str(target)]
        job = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert job.stdout is not None
        job.stdout.readline()
        before = len(files_below(target)) if target.exists() else 0
        while job.poll() is None and (
            len(files_below(target)) if target.exists() else 0
        ) < before + moments.randint(1, 3):
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.02))
        job.send_signal(signal.SIGKILL)
        cut += job.wait() == -signal.SIGKILL
        job.stdout.close()
        below = files_below(target).items()
        assert {file for file in below if "/." not in f"/{file[0]}"} <= whole.items()
    assert cut >= 2
    assert score_file(model, source, target, resume=True) == expected
    assert files_below(target) == whole


def test_only_the_same_job_is_gone_on_with(model: Model, tmp_path: Path) -> None:
    source, target = folder_of(tmp_path / "in", parts=2), tmp_path / "out"
    score_file(model, source, target)
    other = Model(model.vocabulary, model.cpts, sha256="other")
    assert "with other numbers" in refused(other, source, target, resume=True)
    assert "other kept" in refused(model, source, target, resume=True, keep=["note"])
    mapping = {"note": ""}
    assert "other mapping" in refused(model, source, target, resume=True, mapping=mapping)
    write(cohort(60), source / "part-1.parquet")
    assert "other files" in refused(model, source, target, resume=True)
    assert "not empty" in refused(model, source, target)
    assert score_file(model, source, target, overwrite=True).tally.rows == 110


def test_overwriting_removes_results_and_nothing_else(model: Model, tmp_path: Path) -> None:
    source, target = folder_of(tmp_path / "in", parts=4), tmp_path / "out"
    score_file(model, source, target)
    before = set(files_below(target))
    kept, outside = target / "mine.txt", tmp_path / "outside.parquet"
    for path in (kept, outside):
        path.write_text("mine")
    manifest = target / MANIFEST
    entries = json.loads(manifest.read_text())
    entries["files"].append({"name": "../outside.parquet"})
    manifest.write_text(json.dumps(entries))
    assert "not empty" in refused(model, source, target, overwrite=True)
    assert "'mine.txt'" in refused(model, source, target, overwrite=True)
    assert set(files_below(target)) == before | {"mine.txt"}
    assert outside.read_text() == "mine"
    kept.unlink()
    score_file(model, source, target, overwrite=True)


def test_a_folder_that_is_not_of_hamknee_is_left_alone(model: Model, tmp_path: Path) -> None:
    source, target = folder_of(tmp_path / "in", parts=1), tmp_path / "out"
    target.mkdir()
    (target / "part-0.parquet").write_text("mine")
    for options in ({}, {"resume": True}, {"overwrite": True}):
        assert "not empty" in refused(model, source, target, **options)
    assert files_below(target) == {"part-0.parquet": b"mine"}


def test_links_in_a_folder_are_not_followed(model: Model, tmp_path: Path) -> None:
    outside = write(cohort(3), tmp_path / "secret.parquet")
    for link, to in (("link.parquet", outside), ("links", tmp_path)):
        source = folder_of(tmp_path / f"in {link}", parts=1)
        (source / link).symlink_to(to)
        message = refused(model, source, tmp_path / "out")
        assert f"{link!r} is a symbolic link" in message
    assert not (tmp_path / "out").exists()


def test_files_of_a_folder_are_alike(model: Model, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", parts=2)
    write(cohort(3).drop(columns="onset"), source / "part-1.parquet")
    message = refused(model, source, tmp_path / "out")
    assert "part-0.parquet has a column 'onset' and part-1.parquet has not" in message
    write(cohort(3).assign(case_id=[1, 2, 3]), source / "part-1.parquet")
    assert "of other types" in refused(model, source, tmp_path / "out")


def test_values_in_the_names_of_folders_are_refused(model: Model, tmp_path: Path) -> None:
    source = tmp_path / "in"
    cohort(9).assign(pop="yes").to_parquet(source, partition_cols=["pop"])
    assert "'pop' in the name of a folder" in refused(model, source, tmp_path / "out")
    for number, name in enumerate(("pop", "year=2020")):  # no value of a variable
        (tmp_path / "other" / name).mkdir(parents=True)
        write(cohort(3), tmp_path / "other" / name / f"part-{number}.parquet")
    assert score_file(model, tmp_path / "other", tmp_path / "out").tally.rows == 6


def test_progress_is_the_share_of_all_files_whether_done_now_or_before(
    model: Model, tmp_path: Path
) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    counts = (50, 400, 5)
    for number, count in enumerate(counts):
        write(cohort(count), source / f"part-{number}.parquet")
    sizes = [(source / f"part-{number}.parquet").stat().st_size for number in range(3)]
    ends = [
        (sum(counts[: n + 1]), pytest.approx(sum(sizes[: n + 1]) / sum(sizes))) for n in range(3)
    ]
    progress: list[tuple[int, float]] = []
    score_file(model, source, target, progress=lambda *done: progress.append(done))
    assert progress == sorted(progress)
    assert [done for done in dict.fromkeys(progress) if done in ends] == ends
    (target / "part-1.parquet").unlink()
    again: list[tuple[int, float]] = []
    score_file(model, source, target, resume=True, progress=lambda *done: again.append(done))
    assert again[0] == ends[0]
    assert again[-1] == ends[-1] == (455, 1)


def test_strict_names_the_file_and_the_row(model: Model, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", parts=2)
    bad = cohort(3).assign(onset=["sudden", "suddn", "days"], age=None)
    write(bad, source / "part-0.parquet")
    message = refused(model, source, tmp_path / "out", strict=True)
    assert message.startswith("part-0.parquet, row 2 (case_id 'p1'): 'suddn' is not a state")


def test_a_single_file_cannot_be_gone_on_with(model: Model, tmp_path: Path) -> None:
    source = write(cohort(3), tmp_path / "in.csv")
    assert "only a folder" in refused(model, source, tmp_path / "out.csv", resume=True)
