"""The numbers: saving them whole, reading back the same, and telling one file from another."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.base.files import shipped
from hamknee.inference.model import Model
from hamknee.network.priors import CPT, Priors
from hamknee.network.priors_file import read_priors
from hamknee.network.rows import Row, note_problems
from hamknee.network.vocabulary import State, Variable, Vocabulary

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

SMALL = Vocabulary(
    (
        Variable("cause", "target", "Cause", tuple(State(s, s) for s in ("a", "b", "c"))),
        Variable("sign", "finding", "Sign", tuple(State(s, s) for s in ("yes", "no"))),
    )
)
SOURCES = ("one2001", "two2002")
NOTES = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20
).filter(lambda note: not note_problems(note))


@st.composite
def columns(draw: st.DrawFn, variable: str, given: tuple[tuple[str, str], ...]) -> list[Row]:
    states = SMALL[variable].state_names
    parts = draw(st.lists(st.floats(1e-9, 1), min_size=len(states), max_size=len(states)))
    ess = draw(st.floats(1e-3, 1e9))
    return [
        Row(
            variable,
            state,
            given,
            part / sum(parts),
            ess,
            "indirect",
            tuple(draw(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=2, unique=True))),
            draw(NOTES),
        )
        for state, part in zip(states, parts, strict=True)
    ]


@st.composite
def valid_priors(draw: st.DrawFn) -> Priors:
    rows = draw(columns("cause", ()))
    for state in SMALL["cause"].state_names:
        rows += draw(columns("sign", (("cause", state),)))
    return Priors(SMALL, tuple(draw(st.permutations(rows))))


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


def test_rows_that_leave_gaps_make_no_model(priors: Priors) -> None:
    without_pop = Priors(priors.vocabulary, tuple(r for r in priors.rows if r.variable != "pop"))
    with pytest.raises(HamkneeError, match="the table of pop holds a NaN"):
        Model(priors.vocabulary, without_pop.cpts())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda cpts: cpts.pop("pop"), "pop has no table; allowed: one CPT for each variable"),
        (
            lambda cpts: cpts.update(pop=CPT("pop", (), np.full(3, 1 / 3))),
            r"the table of pop has the shape \(3,\); allowed: \(2,\)",
        ),
        (
            lambda cpts: cpts.update(pop=CPT("pop", (), np.array([1.5, -0.5]))),
            "a number below 0; allowed: neither",
        ),
        (
            lambda cpts: cpts.update(pop=CPT("pop", (), np.array([0.5, 0.4]))),
            "a column of pop does not add up to 1; allowed: within 0.000001",
        ),
        (
            lambda cpts: cpts.update(pop=CPT("pop", ("onst",), np.full((3, 2), 0.5))),
            r"unknown variable 'onst' \(did you mean 'onset'\?\)",
        ),
    ],
    ids=["left out", "shape", "negative", "sum", "unknown parent"],
)
def test_tables_that_are_no_distributions_make_no_model(
    change: Callable[[dict[str, CPT]], object], message: str, priors: Priors
) -> None:
    cpts = priors.cpts()
    change(cpts)
    with pytest.raises(HamkneeError, match=message):
        Model(priors.vocabulary, cpts)


# Which file is read -----------------------------------------------------------------------------


def test_another_file_can_be_loaded_by_its_path(tmp_path: Path, model: Model) -> None:
    own = tmp_path / "mine.csv"
    own.write_text(SHIPPED.read_text().replace(",17.1,", ",17.2,"))
    assert hamknee.load(own).source == str(own)
    assert hamknee.load(str(own)).sha256 != model.sha256


def test_the_environment_can_name_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "mine.csv"
    shutil.copy(SHIPPED, own)
    monkeypatch.setenv("HAMKNEE_PRIORS", str(own))
    assert hamknee.load().source == str(own)
    assert hamknee.load(SHIPPED).source == str(SHIPPED)


def test_a_vocabulary_and_references_beside_the_file_go_with_it(tmp_path: Path) -> None:
    (tmp_path / "priors.csv").write_text(
        "variable,state,given,probability,ess,basis,sources,note\n"
        "cause,a,,0.3,10,published,me2020,\n"
        "cause,b,,0.7,10,published,me2020,\n"
    )
    (tmp_path / "references.bib").write_text("@misc{me2020,\n}\n")
    (tmp_path / "vocabulary.toml").write_text(
        '[cause]\nrole = "target"\nlabel = "Cause"\n'
        'states = { a = { label = "A" }, b = { label = "B" } }\n'
    )
    own = hamknee.load(tmp_path / "priors.csv")
    assert own.posterior({}).probabilities.tolist() == [0.3, 0.7]
    (tmp_path / "references.bib").unlink()
    with pytest.raises(hamknee.FaultsError, match="unknown source 'me2020'"):
        hamknee.load(tmp_path / "priors.csv")
