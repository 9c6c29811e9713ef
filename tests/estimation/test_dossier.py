"""Evidence is read with every fault named, and written as it was read."""

import shutil
from pathlib import Path

import pytest

from hamknee.base import shipped
from hamknee.estimation import Dossier, DossierError, read_dossier
from hamknee.network import Vocabulary


@pytest.fixture(scope="module")
def dossier(vocabulary: Vocabulary) -> Dossier:
    return read_dossier(shipped("data/evidence"), vocabulary)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(shipped("data/evidence"), tmp_path / "evidence")
    return tmp_path / "evidence"


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_what_is_written_is_read_again(
    dossier: Dossier, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    for name, text in dossier.files().items():
        (tmp_path / name).write_text(text, "utf-8")
    assert read_dossier(tmp_path, vocabulary) == dossier


def test_figures_and_associations_may_be_missing(folder: Path, vocabulary: Vocabulary) -> None:
    (folder / "associations.csv").unlink()
    assert read_dossier(folder, vocabulary).parents == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("estimates.csv", "variable,state", "variables,state", "line 1: the columns are variables"),
        ("estimates.csv", "\nsetting,", "\nseting,", "column variable: there is no 'seting'"),
        ("estimates.csv", "judgement", "judgment", "unknown basis 'judgment' (did you mean"),
        ("estimates.csv", "judgement,,\n", "judgement,,=1+1\n", "column why: "),
        ("estimates.csv", "0.6,0.4,0.78", "0.6,0.7,0.78", "found '0.7', '0.6', '0.78'"),
        ("estimates.csv", "0.6,0.4,0.78", "0.61,0.4,0.78", "setting adds up to 1.01"),
        (
            "estimates.csv",
            "setting,primary_care",
            "setting,sports_clinic",
            "setting has the states",
        ),
        ("estimates.csv", "condition=strain", "condition=strian", "found 'condition=strian'"),
        ("estimates.csv", "0.6,0.4,0.78", "0.6,-0.1,0.78", "found '-0.1', '0.6', '0.78'"),
        ("estimates.csv", "0.6,0.4,0.78", "0.6,0.4,1.1", "found '0.4', '0.6', '1.1'"),
        ("estimates.csv", "0.6,0.4,0.78", "0.6,0.4", "a row of another length; allowed: 9 cells"),
        ("associations.csv", "sudden,,1,", "sudden,,-1,", "column odds_ratio: found '-1'"),
        ("associations.csv", "sudden,,1,", "sudden,,0,", "column odds_ratio: found '0'"),
        ("associations.csv", "sudden,,1,", "sudden,,inf,", "column odds_ratio: found 'inf'"),
        ("associations.csv", "onset,sudden", "onset,suden", "onset has no state 'suden'"),
        ("facts.csv", "HF001,", '"HF001,', "cannot be read as a table"),
        ("facts.csv", "fact,", '"fact"x,', "line 1: cannot be read as a table"),
        ("associations.csv", "onset,sudden,,", "condition,strain,,", "condition and pop are given"),
        ("associations.csv", "sudden,,1,", "sudden,sex=male,1,", "pop is not given sex=male"),
        ("associations.csv", "pop,yes,onset,days", "pop,yes,onset,sudden", "sudden stands 2 times"),
        ("associations.csv", "onset,sudden", "bruising,yes", "the arrows form a cycle: "),
    ],
)
def test_a_fault_is_named(
    folder: Path, vocabulary: Vocabulary, file: str, old: str, new: str, message: str
) -> None:
    changed(folder / file, old, new)
    with pytest.raises(DossierError) as error:
        read_dossier(folder, vocabulary)
    assert message in str(error.value)
    assert str(error.value).startswith(file)


def test_a_variable_is_stated_in_every_state_of_its_parent(
    folder: Path, vocabulary: Vocabulary
) -> None:
    lines = (folder / "estimates.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("pop,") or "=strain" not in line]
    assert len(kept) == len(lines) - 2
    (folder / "estimates.csv").write_text("".join(kept), "utf-8")
    with pytest.raises(DossierError, match=r"pop is given condition=.*; allowed: each state once"):
        read_dossier(folder, vocabulary)


def test_a_fact_that_is_not_there_is_named(folder: Path, vocabulary: Vocabulary) -> None:
    changed(folder / "facts.csv", "HF001,", "HF000,")
    with pytest.raises(DossierError, match="there is no fact 'HF001'"):
        read_dossier(folder, vocabulary)


def test_what_is_sure_may_have_no_range_and_ends_may_be_0_and_1(
    folder: Path, vocabulary: Vocabulary
) -> None:
    for numbers in ("0.6,0.6,0.6", "0.6,0,1"):
        changed(folder / "estimates.csv", "0.6,0.4,0.78", numbers)
        low, high = (float(end) for end in numbers.split(",")[1:])
        first = read_dossier(folder, vocabulary).estimates[0]
        assert (first.estimate, first.low, first.high) == (0.6, low, high)
        changed(folder / "estimates.csv", numbers, "0.6,0.4,0.78")


def test_a_variable_of_which_nothing_is_stated_is_named(
    folder: Path, vocabulary: Vocabulary
) -> None:
    lines = (folder / "estimates.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("overweight,")]
    (folder / "estimates.csv").write_text("".join(kept), "utf-8")
    with pytest.raises(DossierError, match="there is nothing about overweight; allowed: every"):
        read_dossier(folder, vocabulary)
