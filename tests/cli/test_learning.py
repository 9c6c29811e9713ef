"""The command that learns from a cohort: what it writes, says and refuses."""

import json
from pathlib import Path

import pytest

import hamknee
from hamknee.base.files import shipped
from hamknee.network.priors_file import read_shipped_or_own
from tests.support.command_line import run

SOURCE = "acute_knee_injuries_hospital_1991"


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A file of three cases."""
    path = tmp_path / "clinic.csv"
    path.write_text(
        "case_id,condition,setting,age,onset,pop,doctor\n"
        "A1,strain,sports_clinic,31,sudden,yes,B\n"
        "A2,,sports_clinic,55,sudden,,B\n"
        "A3,strain|rupture,emergency,40,sudden,yes,C\n",
        encoding="utf-8",
    )
    return path


def test_update_writes_a_file_that_the_other_commands_read(capsys, clinic, tmp_path):
    new = tmp_path / "new.csv"
    code, out, err = run(capsys, "update", clinic, "-o", new, "--source", SOURCE)
    assert (code, err) == (0, "")
    assert out.startswith("Added from clinic.csv: 3 cases (0 complete, 3 with blanks).")
    assert "Not used, as no variables of the model: doctor." in out
    assert hamknee.load(new).sha256[:12] in out
    assert run(capsys, "diagnose", "pop=yes", "--priors", new)[0] == 0
    again = tmp_path / "again.csv"
    assert run(capsys, "update", clinic, "-o", again, "--priors", new)[0] == 0
    assert hamknee.load(again).sha256 != hamknee.load(new).sha256


def test_json_holds_every_number_and_how_it_was_learned(capsys, clinic, tmp_path):
    arguments = ["--weight", "0.5", "--keep", "condition", "--json"]
    code, out, _ = run(capsys, "update", clinic, "-o", tmp_path / "new.csv", *arguments)
    answer = json.loads(out)
    assert code == 0
    assert (answer["cases"], answer["complete"], answer["weight"]) == (3, 0, 1.5)
    assert answer["converged"] is True
    assert list(answer["kept"]) == ["condition", "setting"]
    assert answer["one_sided"] == []
    assert len(answer["log_likelihood"]) == answer["iterations"] + 1
    assert answer["output"]["sha256"] == hamknee.load(tmp_path / "new.csv").sha256
    assert len(answer["numbers"]) == len(read_shipped_or_own().rows)
    assert all(n["old"] == n["new"] for n in answer["numbers"] if n["variable"] == "condition")


def test_more_likelihoods_than_can_be_learned_from_are_refused(
    capsys, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("hamknee.cli.learning.MOST_LIKELIHOODS", 3)
    path = tmp_path / "cohort.csv"
    row = "10:30,strain,yes:0.{0}|no:0.{0}1,yes"
    rows = [row.format(number) for number in (1, 2, 2, 3)]
    path.write_text("\n".join(["seen,condition,Pop,warmth", *rows]))
    assert run(capsys, "update", path, "-o", tmp_path / "new.csv")[0] == 0
    path.write_text("\n".join(["seen,condition,Pop,warmth", *rows, row.format(4)]))
    code, _, err = run(capsys, "update", path, "-o", tmp_path / "newer.csv")
    assert code == 2
    assert "found 4 different likelihoods; allowed: 3 to learn from" in " ".join(err.split())


def test_the_published_cases_are_not_to_be_learned_from(capsys, tmp_path):
    published = shipped("data/cases.csv")
    copy = tmp_path / "copy.csv"
    copy.write_bytes(published.read_bytes())
    part = tmp_path / "part.csv"
    part.write_text("".join(published.read_text("utf-8").splitlines(True)[:9]), encoding="utf-8")
    for path in (published, copy, part):
        code, _, err = run(capsys, "update", path, "-o", tmp_path / "new.csv")
        assert code == 2
        assert "there to check the numbers" in err
    assert not (tmp_path / "new.csv").exists()


def test_the_setting_is_learned_only_where_it_is_named(capsys, clinic, tmp_path):
    def settings(*arguments):
        new = tmp_path / f"new{len(arguments)}.csv"
        code, out, _ = run(capsys, "update", clinic, "-o", new, "--json", *arguments)
        assert code == 0
        numbers = json.loads(out)["numbers"]
        return [n["new"] != n["old"] for n in numbers if n["variable"] == "setting"]

    assert not any(settings())
    assert all(settings("--learn", "setting"))


def test_what_is_told_only_when_it_is_there_is_learned_only_where_it_is_named(capsys, tmp_path):
    lines = ["condition,pop,onset"] + 60 * ["strain,yes,gradual"] + 80 * ["strain,,gradual"]
    clinic, new = tmp_path / "clinic.csv", tmp_path / "new.csv"
    clinic.write_text("\n".join(lines), encoding="utf-8")
    code, _, err = run(capsys, "update", clinic, "-o", new)
    assert code == 2
    assert "pop: 'no' in 0 of 60 cases that tell it, where about" in err
    assert not new.exists()
    code, out, _ = run(capsys, "update", clinic, "-o", new, "--one-sided", "pop", "--json")
    assert code == 0
    assert json.loads(out)["one_sided"][0].startswith("pop: 'no' in 0 of 60")


def test_an_input_is_not_overwritten(capsys, clinic, tmp_path):
    own = tmp_path / "own.csv"
    own.write_bytes(shipped("data/priors.csv").read_bytes())
    before = clinic.read_bytes()
    for output in (clinic, own, shipped("data/priors.csv")):
        code, _, err = run(capsys, "update", clinic, "-o", output, "--priors", own)
        assert (code, "would be overwritten; allowed: the name of a new file" in err) == (2, True)
    assert clinic.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv", "-o", "new.csv"], "there is no file 'nowhere.csv'"),
        (["clinic.csv", "-o", "no/new.csv"], "cannot be written"),
        (["clinic.csv", "-o", "new.csv", "--source", "acute_knee"], "unknown source 'acute_knee'"),
        (["clinic.csv", "-o", "new.csv", "--method", "map"], "posterior_mean"),
        (["clinic.csv", "-o", "new.csv", "--weight", "-1"], "found a weight of -1"),
    ],
)
def test_what_cannot_be_done_ends_with_code_2(
    capsys, clinic, monkeypatch, arguments: list[str], message: str
):
    monkeypatch.chdir(clinic.parent)
    code, out, err = run(capsys, "update", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert not Path("new.csv").exists()
