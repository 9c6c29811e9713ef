"""A project is opened, changed, saved and opened again, and nothing is lost on the way."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import hamknee
from hamknee.base import HamkneeError, shipped
from hamknee.base.files import whole_file
from hamknee.projects import Project, ProjectError, folder, new_project, open_project


def test_a_new_project_gives_the_shipped_answers(tmp_path: Path) -> None:
    project = new_project(tmp_path / "mine")
    assert project.priors.sha256 == open_project().priors.sha256
    case = {"onset": "sudden", "pop": "yes"}
    assert hamknee.triage(project.model, case).level == hamknee.triage(hamknee.load(), case).level
    assert project.check().untold == ()


@pytest.mark.parametrize("room", range(5))
def test_a_disk_that_is_full_leaves_the_old_project_or_none(
    room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = new_project(tmp_path / "old")
    files = dict(saved.files)
    written: list[Path] = []
    write = Path.write_text

    def until_full(path: Path, *arguments: Any, **options: Any) -> int:
        if len(written) == room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        return write(path, *arguments, **options)

    other = saved.with_files({name: f"{text}\n" for name, text in files.items()})
    monkeypatch.setattr(Path, "write_text", until_full)
    with pytest.raises(HamkneeError, match="No space left"):
        other.save(tmp_path / "old", overwrite=True)
    written.clear()
    with pytest.raises(HamkneeError, match="No space left"):
        other.save(tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    there = [path for path in (tmp_path / "old").rglob("*") if path.is_file()]
    old = tmp_path / "old"
    assert {path.relative_to(old).as_posix(): path.read_text("utf-8") for path in there} == files


def test_what_is_saved_is_opened_again(tmp_path: Path) -> None:
    own = open_project().add_reference("me2026", "@misc{me2026, title = {Mine}}")
    stated = own.state("overweight", "rupture", "10 of 40", source="me2026")
    saved = stated.save(tmp_path / "mine")
    again = open_project(tmp_path / "mine")
    assert again.priors.rows == stated.priors.rows == saved.priors.rows
    assert again.dossier == stated.dossier
    assert again.priors.column("overweight", {"condition": "rupture"})[0].sources == ("me2026",)


def test_a_project_says_where_it_lives_and_how_much_was_changed(tmp_path: Path) -> None:
    project = new_project(tmp_path / "mine")
    assert repr(project) == f"<Project: {str(tmp_path / 'mine')!r}, 0 changes>"
    changed = project.state("onset=sudden", "strain", "24 of 60")
    assert repr(changed) == "<Project: not saved yet, 1 change>"


def test_own_references_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    project = new_project(tmp_path / "mine")
    project = project.add_reference("me2026", "@misc{me2026, title = {Mine}}")
    assert project.files["references.bib"].count("@") == 1
    assert {"me2026", "decary2017"} <= set(project.priors.references or ())


def test_a_project_that_stands_there_is_not_overwritten_unasked(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    before = (tmp_path / "priors.csv").read_bytes()
    changed = project.state("overweight", "rupture", "10 of 40")
    with pytest.raises(ProjectError, match=r"holds priors\.csv"):
        changed.save(tmp_path)
    assert (tmp_path / "priors.csv").read_bytes() == before
    changed.save(tmp_path, overwrite=True)
    assert open_project(tmp_path).priors.rows == changed.priors.rows


def test_a_changed_project_leaves_the_one_it_came_from(tmp_path: Path) -> None:
    project = new_project(tmp_path / "mine")
    project.state("overweight", "rupture", "10 of 40")
    assert project.changes == ()
    assert open_project(tmp_path / "mine").priors.sha256 == project.priors.sha256


def test_the_temporary_folder_goes_with_the_project() -> None:
    project = open_project().state("overweight", "rupture", "10 of 40")
    place = Path(project.model.source).parent
    assert place.is_dir()
    assert shipped("data") != place
    del project
    assert not place.exists()


def test_a_folder_of_numbers_is_enough_for_load(tmp_path: Path) -> None:
    new_project(tmp_path / "mine")
    assert hamknee.load(tmp_path / "mine").sha256 == hamknee.load().sha256


def test_a_notebook_shows_a_few_lines() -> None:
    shown = open_project()._repr_html_()
    assert shown.startswith("No faults: 2,670 numbers")
    assert len(shown) < 500


@pytest.mark.parametrize(("place", "message"), [("gone", "no folder"), ("", "has no priors.csv")])
def test_what_is_no_project_is_refused(tmp_path: Path, place: str, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        open_project(tmp_path / place)


def test_a_reference_begins_with_its_key() -> None:
    with pytest.raises(ProjectError, match="does not begin with 'me'"):
        open_project().add_reference("me", "@misc{you, title = {Yours}}")


def test_files_are_read_and_checked_before_they_become_a_project() -> None:
    with pytest.raises(hamknee.FaultsError, match=r"priors\.csv"):
        Project({"priors.csv": "variable,state\n"}).with_files({})


def test_numbers_that_were_learned_are_saved_with_their_words_and_read_again(
    tmp_path: Path,
) -> None:
    """So a project with a condition of its own can learn from a cohort, and lives on."""
    stated = {"onset=days": "7 of 9"}
    grown = hamknee.open_project().add_condition("plica", "Plica", "1 of 50", stated)
    grown = grown.add_reference("me2026", "@misc{me2026, title = {Mine}}")
    cohort = hamknee.simulate(grown.model, 60, known=0.6, seed=1)
    learned = hamknee.update(grown.priors, cohort, name="our clinic", source="me2026")
    edited = learned.priors.set(
        "pop", "yes", given={"condition": "plica", "onset": "days"}, probability=0.1
    )
    saved = grown.with_priors(edited, learned.text).save(tmp_path / "mine")
    again = hamknee.open_project(tmp_path / "mine")
    assert again.priors.sha256 == saved.priors.sha256 == edited.sha256
    assert [row.cells() for row in again.priors.rows] == [row.cells() for row in edited.rows]
    assert any("me2026" in row.sources for row in again.priors.rows)
    assert any("our clinic" in row.note for row in again.priors.rows)
    assert "Added from our clinic" in saved.changes[-1]
    assert again.model.posterior({"onset": "days"})["plica"] > 0


@pytest.mark.parametrize("name", ["priors.csv", "evidence/facts.csv", "guidance.toml"])
def test_a_file_that_is_no_text_is_named(tmp_path: Path, name: str) -> None:
    hamknee.new_project(tmp_path)
    (tmp_path / name).write_bytes(b"fact,\nHF\xff")
    with pytest.raises(hamknee.FaultsError, match=f"{Path(name).name}, line 2: byte 0xff is not"):
        hamknee.open_project(tmp_path)


def test_the_numbers_take_their_place_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then the old ones hold, with the old words beside them."""
    taken = []

    @contextmanager
    def watched(path: Path) -> Iterator[Path]:
        with whole_file(path) as temporary:
            yield temporary
        taken.append(path.name)

    monkeypatch.setattr(folder, "whole_file", watched)
    open_project().save(tmp_path / "own")
    assert len(taken) > 3
    assert taken[-1] == "priors.csv"
