"""New results take the place of old ones when all of them are whole, and not before."""

import errno
import os
import stat
from pathlib import Path

import pandas as pd
import pytest

from hamknee.base.errors import HamkneeError
from hamknee.cohort import results_folder
from hamknee.cohort.folders import score_file
from hamknee.cohort.results_folder import MANIFEST, NEW
from hamknee.inference.model import Model
from tests.support.scored_files import cohort, files_below, folder_of, refused, write


@pytest.fixture
def scored(model: Model, tmp_path: Path) -> tuple[Path, Path]:
    """Return a cohort and its results, of which some are not of the same cohort any more."""
    source, target = folder_of(tmp_path / "in", parts=4), tmp_path / "out"
    score_file(model, source, target)
    write(cohort(9, seed=9), source / "part-1.parquet")
    (source / "part-2.parquet").unlink()
    return source, target


def test_a_refusal_touches_nothing(model: Model, scored: tuple[Path, Path]) -> None:
    source, target = scored
    (target / "notes.txt").write_text("mine")
    before = files_below(target)
    assert "it holds 'notes.txt'" in refused(model, source, target, overwrite=True)
    assert files_below(target) == before


def test_a_strict_failure_leaves_the_old_results(model: Model, scored: tuple[Path, Path]) -> None:
    source, target = scored
    before = files_below(target)
    bad = pd.DataFrame({"case_id": ["a"], "onset": ["suddn"]})
    cohort(5).assign(onset=bad["onset"][0]).to_parquet(source / "part-9.parquet", index=False)
    refused(model, source, target, overwrite=True, strict=True)
    assert files_below(target) == before


def test_new_results_replace_the_old_ones_together(
    model: Model, scored: tuple[Path, Path], tmp_path: Path
) -> None:
    source, target = scored
    before = files_below(target)

    def unchanged(rows: int, _share: float) -> None:
        there = {name: data for name, data in files_below(target).items() if "/." not in f"/{name}"}
        assert there == before
        steps.append(rows)

    steps: list[int] = []
    score_file(model, source, target, overwrite=True, progress=unchanged)
    assert steps
    score_file(model, source, tmp_path / "fresh")
    assert files_below(target) == files_below(tmp_path / "fresh")
    assert "part-2.parquet" not in files_below(target)


def test_an_interrupted_replacement_is_gone_on_with(
    model: Model, scored: tuple[Path, Path], tmp_path: Path
) -> None:
    source, target = scored
    before = files_below(target)

    def interrupt(rows: int, _share: float) -> None:
        if rows > 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_file(model, source, target, overwrite=True, progress=interrupt)
    assert {k: v for k, v in files_below(target).items() if not k.startswith(".")} == before
    done = target / NEW / "part-0.parquet"
    written = done.stat().st_mtime_ns
    score_file(model, source, target, resume=True)
    score_file(model, source, tmp_path / "fresh")
    assert files_below(target) == files_below(tmp_path / "fresh")
    assert (target / "part-0.parquet").stat().st_mtime_ns == written


def test_nothing_of_a_replacement_is_left_when_the_old_results_are_gone_on_with(
    model: Model, tmp_path: Path
) -> None:
    source, target = folder_of(tmp_path / "in", parts=3), tmp_path / "out"
    score_file(model, source, target)
    before = files_below(target)

    def interrupt(_rows: int, _share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_file(model, source, target, overwrite=True, progress=interrupt)
    assert (target / NEW).is_dir()
    score_file(model, source, target, resume=True)
    assert files_below(target) == before
    assert not (target / NEW).exists()


def test_replacing_or_going_on_is_one_order(
    model: Model, scored: tuple[Path, Path], tmp_path: Path
) -> None:
    source, target = scored  # killed before a part of the replacement was begun
    score_file(model, source, target, resume=True, overwrite=True)
    score_file(model, source, tmp_path / "fresh")
    assert files_below(target) == files_below(tmp_path / "fresh")


@pytest.mark.parametrize("options", [{}, {"resume": True}, {"overwrite": True}])
def test_links_in_the_results_are_not_followed(
    options: dict[str, bool], model: Model, tmp_path: Path
) -> None:
    source, target = folder_of(tmp_path / "in"), tmp_path / "out"
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "part-3.parquet").write_text("mine")
    score_file(model, source, target)
    (target / "sub" / "part-3.parquet").unlink()
    (target / "sub").rmdir()
    (target / "sub").symlink_to(outside)
    refused(model, source, target, **options)
    assert (target / "sub").is_symlink()
    assert (outside / "part-3.parquet").read_text() == "mine"


def test_a_second_job_in_one_folder_is_told_so(model: Model, tmp_path: Path) -> None:
    source, target = folder_of(tmp_path / "in", parts=2), tmp_path / "out"
    told: list[str] = []

    def again(_rows: int, _share: float) -> None:
        assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}  # what says so is inside
        for options in ({"resume": True}, {"overwrite": True}):
            with pytest.raises(HamkneeError) as caught:
                score_file(model, source, target, **options)
            told.append(str(caught.value))

    score_file(model, source, target, progress=again)
    assert told
    assert all(f"another job is writing to {str(target)!r}" in text for text in told)


def test_parts_whose_names_begin_or_end_alike_are_all_there(model: Model, tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    names = ["a.parquet", "a.parquet.b.parquet", "b.parquet", "s/b.parquet", "t/s/b.parquet"]
    for number, name in enumerate(names):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        write(cohort(3 + number, seed=number), source / name)
    assert score_file(model, source, target).tally.rows == 25
    for number, name in enumerate(names):
        assert len(pd.read_parquet(target / name)) == 3 + number


def test_a_folder_goes_with_its_last_result_and_stays_with_any_other(
    model: Model, tmp_path: Path
) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    names = ["kept.parquet", "alone/a/b.parquet", "two/c.parquet", "two/d.parquet"]
    for number, name in enumerate(names):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        write(cohort(3, seed=number), source / name)
    score_file(model, source, target)
    for name in ("alone/a/b.parquet", "two/d.parquet"):
        (source / name).unlink()
    score_file(model, source, target, overwrite=True)
    left = {path.relative_to(target).as_posix() for path in target.rglob("*")}
    assert left == {MANIFEST, "kept.parquet", "two", "two/c.parquet"}


def test_what_a_killed_run_left_behind_is_no_results_of_anybody(
    model: Model, tmp_path: Path
) -> None:
    source, target = folder_of(tmp_path / "in", parts=1), tmp_path / "out"
    (target / NEW / "sub").mkdir(parents=True)
    (target / ".part-0.parquet.0a1b.part").touch()
    score_file(model, source, target)
    assert {path.name for path in target.iterdir()} == {MANIFEST, "part-0.parquet"}
    (tmp_path / "other" / "sub").mkdir(parents=True)
    assert "is there already and not empty" in refused(model, source, tmp_path / "other")


def test_an_unreadable_note_makes_nobody_remove_anything(
    model: Model, scored: tuple[Path, Path]
) -> None:
    source, target = scored
    for text in ("", "[]", '{"files": [{"name": "../in/part-0.parquet"}]}', "[" * 100_000):
        (target / MANIFEST).write_text(text)
        before = files_below(target.parent)
        refused(model, source, target, overwrite=True)
        assert files_below(target.parent) == before


def test_results_are_as_private_as_the_user_wants(model: Model, tmp_path: Path) -> None:

    source = folder_of(tmp_path / "in", parts=1)
    before = os.umask(0o077)
    try:
        score_file(model, source, tmp_path / "out")
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()}
    assert modes == {0o600}


def test_a_disk_that_is_full_at_once_leaves_no_empty_folder(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_of(tmp_path / "in", parts=2)

    def full(_path: Path, _text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(results_folder, "write_whole", full)
    message = refused(model, tmp_path / "in", tmp_path / "out")
    assert "No space left on device" in message
    assert not (tmp_path / "out").exists()
