"""The numbers: saving them whole, reading back the same, and telling one file from another."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from hamknee.base.errors import HamkneeError
from hamknee.base.files import shipped
from hamknee.inference.model import Model
from hamknee.network.priors import CPT, Priors, beside, checked_cpt
from hamknee.network.priors_file import read_priors
from hamknee.network.vocabulary import State, Variable, Vocabulary
from tests.support.valid_priors import SMALL, SOURCES, valid_priors

SHIPPED = shipped("data/priors.csv")

# Saving -----------------------------------------------------------------------------------------


def test_load_save_load_is_byte_identical(priors: Priors, tmp_path: Path) -> None:
    path = tmp_path / "priors.csv"
    priors.save(path)
    assert path.read_bytes() == SHIPPED.read_bytes()
    again = read_priors(
        path, priors.vocabulary, {key for row in priors.rows for key in row.sources}
    )
    assert again.rows == priors.rows
    assert again.sha256 == priors.sha256


def test_the_digest_is_the_sha256_of_the_file(priors: Priors, model: Model) -> None:
    expected = hashlib.sha256(SHIPPED.read_bytes()).hexdigest()
    assert priors.sha256 == model.sha256 == expected
    assert model.source == str(SHIPPED)


def test_the_digest_of_rows_in_memory_is_that_of_the_file_they_would_make(priors: Priors) -> None:
    assert Priors(priors.vocabulary, priors.rows).sha256 == priors.sha256
    assert Priors(priors.vocabulary, priors.rows[::-1]).sha256 != priors.sha256


class DiskFullError(OSError):
    """Stands in for a disk that fills up."""


@pytest.mark.parametrize("step", ["write", "chmod", "replace"])
def test_a_failure_while_saving_leaves_the_old_file_whole_and_nothing_beside_it(
    step: str, priors: Priors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "priors.csv"
    path.write_text("the old numbers")

    def fail(*_: object, **__: object) -> None:
        raise DiskFullError

    if step == "write":
        monkeypatch.setattr(Priors, "to_csv", fail)
    else:
        monkeypatch.setattr(Path, step, fail)
    with pytest.raises(DiskFullError):
        priors.save(path)
    assert path.read_text() == "the old numbers"
    assert [entry.name for entry in tmp_path.iterdir()] == ["priors.csv"]


def test_the_new_file_is_complete_before_it_takes_the_place_of_the_old(
    priors: Priors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "priors.csv"
    path.write_text("the old numbers")
    seen = {}
    replace = Path.replace

    def look(temporary: Path, target: Path) -> Path:
        seen.update(old=target.read_text(), new=temporary.read_bytes(), folder=temporary.parent)
        return replace(temporary, target)

    monkeypatch.setattr(Path, "replace", look)
    priors.save(path)
    assert seen == {"old": "the old numbers", "new": SHIPPED.read_bytes(), "folder": tmp_path}
    assert path.read_bytes() == SHIPPED.read_bytes()


def test_saving_keeps_the_permissions_of_the_old_file(priors: Priors, tmp_path: Path) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("")
    old.chmod(0o600)
    priors.save(old)
    priors.save(new)
    assert old.stat().st_mode & 0o777 == 0o600
    assert new.stat().st_mode & 0o777 == 0o644


# Any valid numbers survive a round trip ---------------------------------------------------------


@given(valid_priors())
def test_any_valid_numbers_are_saved_and_read_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, numbers: Priors
) -> None:
    path = tmp_path_factory.mktemp("priors") / "priors.csv"
    numbers.save(path)
    again = read_priors(path, SMALL, SOURCES)
    assert again.rows == numbers.rows
    assert again.sha256 == numbers.sha256
    again.save(path)
    assert read_priors(path, SMALL, SOURCES).rows == numbers.rows


# Tables -----------------------------------------------------------------------------------------


def test_tables_have_the_parents_in_the_order_of_the_vocabulary(priors: Priors) -> None:
    cpts = priors.cpts()
    assert list(cpts) == list(priors.vocabulary)
    assert cpts["pop"].parents == ("condition", "onset")
    assert cpts["pop"].probabilities.shape == (21, 3, 2)
    assert cpts["pop"].ess is not None
    assert cpts["pop"].ess.shape == (21, 3)


def test_each_number_stands_in_its_cell(priors: Priors) -> None:
    cpts = priors.cpts()
    for row in priors.rows[::37]:
        cpt, given = cpts[row.variable], dict(row.given)
        column = tuple(priors.vocabulary[p].position[given[p]] for p in cpt.parents)
        state = priors.vocabulary[row.variable].position[row.state]
        assert cpt.probabilities[(*column, state)] == row.probability
        assert cpt.ess is not None
        assert cpt.ess[column] == row.ess


# One table --------------------------------------------------------------------------------------

ANSWERS = (State("yes", "Yes"), State("no", "No"))
TORN, POP = Variable("torn", "target", "Torn", ANSWERS), Variable("pop", "finding", "Pop", ANSWERS)
TWO = Vocabulary((TORN, POP))
SURE = np.array([[1.0, 0.0], [0.25, 0.75]])
"""P(pop | torn), P(pop | not torn)."""


def test_a_table_is_told_by_what_it_says_of_what() -> None:
    assert repr(CPT("pop", ("torn",), SURE)) == "<CPT: P(pop | torn), shape (2, 2)>"
    assert repr(CPT("torn", (), SURE[1])) == "<CPT: P(torn), shape (2,)>"


def test_a_column_that_only_logic_can_give_counts_as_one_case() -> None:
    cpt = CPT("pop", ("torn",), SURE, np.array([20.0, 8.0]))
    assert cpt.logical.tolist() == [True, False]
    assert cpt.dirichlet.tolist() == [[1, 0], [2, 6]]
    assert CPT("pop", ("torn",), SURE).dirichlet.tolist() == SURE.tolist()


def test_a_checked_table_is_the_same_and_a_copy_of_its_own() -> None:
    numbers, counts = SURE.copy(), np.array([20.0, 8.0])
    checked = checked_cpt(TWO, {"pop": CPT("pop", ("torn",), numbers, counts)}, "pop")
    numbers[:], counts[:] = 0.5, 1
    assert checked.probabilities.tolist() == SURE.tolist()
    assert checked.ess is not None
    assert checked.ess.tolist() == [20, 8]
    assert checked_cpt(TWO, {"pop": CPT("pop", ("torn",), SURE)}, "pop").ess is None


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (SURE[:1], r"has the shape \(1, 2\); allowed: \(2, 2\)"),
        (np.array([[1.1, -0.1], [0.25, 0.75]]), "a number below 0"),
        (np.array([[1.0, np.nan], [0.25, 0.75]]), "a NaN"),
        (np.array([[1.0, 0.0], [0.25, 0.75 + 1.1e-6]]), "does not add up to 1"),
        (np.array([[1.0, 0.0], [0.25, 0.75 - 1.1e-6]]), "does not add up to 1"),
    ],
)
def test_a_table_that_holds_no_distributions_is_refused(table: np.ndarray, problem: str) -> None:
    with pytest.raises(HamkneeError, match=problem):
        checked_cpt(TWO, {"pop": CPT("pop", ("torn",), table)}, "pop")


def test_a_sum_may_be_off_by_a_millionth_as_in_a_file() -> None:
    close = np.array([[1.0, 0.0], [0.25, 0.75 + 0.9e-6]])
    assert checked_cpt(TWO, {"pop": CPT("pop", ("torn",), close)}, "pop").probabilities is not close


def test_what_sources_may_be_named_makes_no_other_numbers(priors: Priors) -> None:
    assert Priors(priors.vocabulary, priors.rows, priors.source, priors.sha256) == priors


def test_a_file_stands_beside_numbers_only_where_these_are_a_file(tmp_path: Path) -> None:
    own = tmp_path / "guidance.toml"
    own.touch()
    assert beside(str(tmp_path / "priors.csv"), "guidance.toml") is None
    (tmp_path / "priors.csv").touch()
    assert beside(f"{tmp_path / 'priors.csv'}, edited", "guidance.toml") == own
    assert beside(str(tmp_path / "priors.csv"), "leg.toml") is None
