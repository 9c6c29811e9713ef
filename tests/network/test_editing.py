"""Editing a number: the rest of its column follows, and nothing is claimed that was not said."""

import contextlib
import itertools
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.network.priors import Priors
from hamknee.network.priors_file import read_priors
from hamknee.network.rows import Row
from hamknee.sensitivity.one_way import sensitivity_function
from tests.support.valid_priors import NOTES, SMALL, SOURCES, valid_priors

POP = {"condition": "rupture", "onset": "sudden"}
SHARES = (0.5, 0.3, 0.2)
INSIDE = st.floats(1e-9, 1 - 1e-9)


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str, dict[str, str]]:
    """Draw which number of the small network is edited."""
    variable = draw(st.sampled_from(list(SMALL)))
    state = draw(st.sampled_from(SMALL[variable].state_names))
    parent = draw(st.sampled_from(SMALL["cause"].state_names))
    return variable, state, {"cause": parent} if variable == "sign" else {}


def probabilities(rows: tuple[Row, ...]) -> list[float]:
    return [row.probability for row in rows]


@pytest.fixture
def logical() -> Priors:
    """Return numbers with a sign that one cause always shows and another never."""
    rows = [
        Row("cause", state, (), p, 5, "judgement") for state, p in zip("abc", SHARES, strict=True)
    ]
    for cause, (yes, basis) in {
        "a": (1.0, "logical"),
        "b": (0.6, "published"),
        "c": (0.0, "logical"),
    }.items():
        sources = ("one2001",) if basis == "published" else ()
        for state, p in (("yes", yes), ("no", 1 - yes)):
            rows.append(Row("sign", state, (("cause", cause),), p, 8, basis, sources, "read"))
    return Priors(SMALL, tuple(rows), references=frozenset(SOURCES))


# The column --------------------------------------------------------------------------------------


@given(valid_priors(), numbers(), INSIDE)
def test_the_number_is_as_stated_and_the_rest_in_proportion(
    priors: Priors, number: tuple[str, str, dict[str, str]], probability: float
) -> None:
    variable, state, parents = number
    before = priors.column(variable, parents)
    after = priors.set(variable, state, given=parents, probability=probability)
    column = after.column(variable, parents)
    place = SMALL[variable].position[state]
    assert column[place].probability == probability
    assert math.fsum(probabilities(column)) == pytest.approx(1, abs=1e-12)
    others = [k for k in range(len(column)) if k != place]
    for one, two in itertools.pairwise(others):
        assert column[one].probability * before[two].probability == pytest.approx(
            column[two].probability * before[one].probability, rel=1e-12
        )


@given(valid_priors(), numbers(), INSIDE)
def test_the_other_columns_and_the_order_of_the_rows_stay(
    priors: Priors, number: tuple[str, str, dict[str, str]], probability: float
) -> None:
    variable, state, parents = number
    column = priors.column(variable, parents)
    after = priors.set(variable, state, given=parents, probability=probability)
    for old, new in zip(priors.rows, after.rows, strict=True):
        assert old.name == new.name
        assert old == new or old in column


@given(valid_priors(), numbers(), INSIDE)
def test_setting_a_number_back_restores_the_column(
    priors: Priors, number: tuple[str, str, dict[str, str]], probability: float
) -> None:
    variable, state, parents = number
    old = priors.column(variable, parents)
    was = old[SMALL[variable].position[state]].probability
    there = priors.set(variable, state, given=parents, probability=probability)
    back = there.set(variable, state, given=parents, probability=was)
    assert probabilities(back.column(variable, parents)) == pytest.approx(
        probabilities(old), rel=1e-9
    )


@given(
    valid_priors(),
    numbers(),
    INSIDE,
    st.none() | st.floats(1e-3, 1e9),
    st.none() | st.sampled_from(["published", "indirect", "judgement"]),
    st.lists(st.sampled_from(SOURCES), min_size=1, unique=True),
    st.none() | NOTES,
)
def test_edited_numbers_are_saved_and_read_back_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    priors: Priors,
    number: tuple[str, str, dict[str, str]],
    probability: float,
    ess: float | None,
    basis: str | None,
    sources: list[str],
    note: str | None,
) -> None:
    variable, state, parents = number
    edited = priors.set(
        variable,
        state,
        given=parents,
        probability=probability,
        ess=ess,
        basis=basis,
        sources=sources,
        note=note,
    )
    path = tmp_path_factory.mktemp("edited") / "priors.csv"
    edited.save(path)
    again = read_priors(path, SMALL, SOURCES)
    assert again.rows == edited.rows
    assert again.sha256 == edited.sha256


@given(
    valid_priors(),
    st.lists(st.tuples(numbers(), st.floats(0, 1), st.sampled_from(["logical", None])), max_size=4),
)
def test_what_is_not_refused_can_be_read_however_near_to_certainty(
    tmp_path_factory: pytest.TempPathFactory,
    priors: Priors,
    edits: list[tuple[tuple[str, str, dict[str, str]], float, str | None]],
) -> None:
    for (variable, state, parents), probability, basis in edits:
        with contextlib.suppress(HamkneeError):
            priors = priors.set(
                variable, state, given=parents, probability=probability, basis=basis
            )
    path = tmp_path_factory.mktemp("edited") / "priors.csv"
    priors.save(path)
    assert read_priors(path, SMALL, SOURCES).rows == priors.rows


@given(valid_priors(), st.lists(st.tuples(numbers(), INSIDE), min_size=2, max_size=2))
def test_the_digest_differs_if_and_only_if_the_rows_do(
    priors: Priors, edits: list[tuple[tuple[str, str, dict[str, str]], float]]
) -> None:
    versions = [priors]
    for (variable, state, parents), probability in edits:
        versions.append(priors.set(variable, state, given=parents, probability=probability))
    for one, two in itertools.combinations(versions, 2):
        assert (one.sha256 == two.sha256) == (one.rows == two.rows)


def test_editing_means_what_sensitivity_means(priors: Priors, model: hamknee.Model) -> None:
    case = {"onset": "sudden", "pop": "yes", "setting": "sports_clinic"}
    curve = sensitivity_function(model, case, "rupture", ("pop", "yes", POP))
    for value in (0.001, 0.3, 0.999):
        edited = hamknee.load(priors.set("pop", "yes", given=POP, probability=value))
        assert edited.posterior(case)["rupture"] == pytest.approx(curve.value(value), abs=1e-12)


def test_the_old_numbers_are_as_they_were(priors: Priors) -> None:
    before = priors.to_csv()
    edited = priors.set("pop", "yes", given=POP, probability=0.7)
    assert priors.to_csv() == before
    assert edited.to_csv() != before
    assert edited.source == f"{priors.source}, edited"
    assert edited.set("pop", "yes", given=POP, probability=0.8).source == edited.source


def test_numbers_in_the_file_are_as_short_as_people_would_write_them(priors: Priors) -> None:
    edited = priors.set("pop", "yes", given=POP, probability=0.9)
    assert probabilities(edited.column("pop", POP)) == [0.9, 0.1]


# What is said of it ------------------------------------------------------------------------------


def test_an_edited_number_does_not_stay_published(logical: Priors) -> None:
    yes, no = logical.set("sign", "yes", given={"cause": "b"}, probability=0.7).column(
        "sign", {"cause": "b"}
    )
    assert (yes.basis, yes.sources, yes.note) == ("judgement", (), "edited")
    assert (no.basis, no.sources) == ("judgement", ("one2001",))
    assert no.note == "was 0.4 (ess 8): read; in proportion to an edited number"


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_what_is_certain_by_logic_makes_the_other_certain_too(
    logical: Priors, certain: float
) -> None:
    given = {"cause": "b"}
    edited = logical.set("sign", "yes", given=given, probability=certain, basis="logical")
    column = edited.column("sign", given)
    assert [row.probability for row in column] == [certain, 1 - certain]
    assert [row.basis for row in column] == ["logical", "logical"]


def test_unless_it_is_said_and_then_only_the_number_itself(logical: Priors) -> None:
    yes, no = logical.set(
        "sign",
        "yes",
        given={"cause": "b"},
        probability=0.7,
        basis="published",
        sources=["two2002", "one2001"],
        note="table 3",
    ).column("sign", {"cause": "b"})
    assert (yes.basis, yes.sources, yes.note) == ("published", ("two2002", "one2001"), "table 3")
    assert no.basis == "judgement"


def test_the_count_is_that_of_the_whole_column_and_leaves_the_rest_as_said(
    logical: Priors,
) -> None:
    edited = logical.set("sign", "yes", given={"cause": "b"}, probability=0.6, ess=25)
    column = edited.column("sign", {"cause": "b"})
    assert [(row.ess, row.basis) for row in column] == [(25, "published")] * 2
    assert [row.note for row in column] == ["was 0.6 (ess 8): read", "was 0.4 (ess 8): read"]
    assert edited.column("sign", {"cause": "a"})[0].ess == 8


def test_moving_twice_says_so_once(logical: Priors) -> None:
    once = logical.set("sign", "yes", given={"cause": "b"}, probability=0.7)
    twice = once.set("sign", "yes", given={"cause": "b"}, probability=0.8)
    directly = logical.set("sign", "yes", given={"cause": "b"}, probability=0.8)
    assert twice.column("sign", {"cause": "b"})[1].note == once.rows[-3].note
    assert twice.sha256 == directly.sha256


def test_an_edit_that_changes_nothing_gives_the_same_object(logical: Priors) -> None:
    same = logical.set("sign", "yes", given={"cause": "b"}, probability=0.6)
    assert same is logical


def test_sources_may_be_written_as_in_the_file(logical: Priors) -> None:
    edited = logical.set("cause", "a", probability=0.4, sources="one2001 two2002")
    assert edited.column("cause")[0].sources == ("one2001", "two2002")


# Certainty ---------------------------------------------------------------------------------------


def test_a_logical_certainty_makes_the_others_logically_impossible(logical: Priors) -> None:
    yes, no = logical.set(
        "sign", "yes", given={"cause": "b"}, probability=1, basis="logical"
    ).column("sign", {"cause": "b"})
    assert (yes.probability, yes.basis) == (1, "logical")
    assert (no.probability, no.basis) == (0, "logical")


def test_where_there_are_no_proportions_the_others_share_equally(logical: Priors) -> None:
    certain = logical.set("cause", "a", probability=1, basis="logical")
    edited = certain.set("cause", "a", probability=0.4)
    assert probabilities(edited.column("cause")) == pytest.approx([0.4, 0.3, 0.3])
    assert {row.basis for row in edited.column("cause")} == {"judgement"}


def test_a_logical_zero_beside_the_number_stays(logical: Priors) -> None:
    edited = logical.set("cause", "c", probability=0, basis="logical")
    again = edited.set("cause", "a", probability=0.9)
    assert probabilities(again.column("cause")) == [0.9, 0.1, 0]
    assert again.column("cause")[2].basis == "logical"


@pytest.mark.parametrize("probability", [0, 1, 1e-17])
def test_certainty_is_refused_where_it_is_not_logical(logical: Priors, probability: float) -> None:
    with pytest.raises(HamkneeError, match="exactly 0 or 1 only with basis logical"):
        logical.set("sign", "yes", given={"cause": "b"}, probability=probability)


# A whole column ----------------------------------------------------------------------------------


def test_a_whole_column_can_be_stated(logical: Priors) -> None:
    edited = logical.set_column("cause", {"c": 0.25, "a": 0.5, "b": 0.25}, ess=12, note="three")
    column = edited.column("cause")
    assert probabilities(column) == [0.5, 0.25, 0.25]
    assert [(row.ess, row.note) for row in column] == [(12, "three")] * 3
    assert [row.basis for row in column] == ["judgement"] * 3


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({"a": 0.5, "b": 0.5}, r"P\(cause\) has none for c; allowed: a number for each of a, b, c"),
        ({"a": 0.5, "b": 0.3, "c": 0.1}, r"P\(cause\) adds up to 0.9; allowed: 1, within 0.000001"),
        ({"a": 0.5, "b": 0.5, "d": 0.1}, "'d' is not a state of cause"),
        ({"a": 1.5, "b": -0.5, "c": 0}, r"(?s)P\(cause=a\): found 1.5.*P\(cause=b\): found -0.5"),
        ({"a": 0.5, "b": 0.5, "c": 0}, r"P\(cause=c\): found 0 with basis judgement"),
    ],
)
def test_a_column_that_cannot_be_is_refused(
    logical: Priors, column: Mapping[str, float], message: str
) -> None:
    with pytest.raises(HamkneeError, match=message):
        logical.set_column("cause", column)


# What is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"variable": "popp"}, r"unknown variable 'popp' \(did you mean 'pop'\?\); allowed: cond"),
        ({"state": "yess"}, r"'yess' is not a state of pop \(did you mean 'yes'\?\)"),
        ({"given": None}, "pop is given nothing here; allowed: condition, onset"),
        ({"given": {"condition": "rupture"}}, "pop is given condition here; allowed: condition, o"),
        ({"given": POP | {"onest": "days"}}, r"onest here \(did you mean 'onset'\?\)"),
        ({"given": POP | {"onset": "suddn"}}, r"not a state of onset \(did you mean 'sudden'\?\)"),
        ({"given": "onset=sudden"}, "given is 'onset=sudden'; allowed: a mapping"),
        ({"probability": 1.2}, r"P\(pop=yes \| .*\): found 1.2; allowed: a number from 0 to 1"),
        ({"probability": math.nan}, "found nan; allowed: a number from 0 to 1"),
        ({"probability": True}, "found True; allowed: a number"),
        ({"probability": "0,7"}, "found '0,7'; allowed: a number"),
        ({"probability": 10**400}, "found 1000.*; allowed: a number"),
        ({"ess": 0}, "found an ess of 0; allowed: a finite number above 0"),
        ({"ess": math.inf}, "found an ess of inf"),
        ({"ess": math.nan}, "found an ess of nan"),
        (
            {"basis": "guess"},
            "unknown basis 'guess'; allowed: published, indirect, cohort, judgement",
        ),
        ({"basis": "publishd"}, r"\(did you mean 'published'\?\)"),
        ({"basis": "published"}, "basis published without a source; allowed: at least one key"),
        ({"sources": ["smith2020"]}, "unknown source 'smith2020'.*; allowed: keys of ref"),
        ({"sources": ["decary2018", "decari2017"]}, r"'decari2017' \(did you mean 'decary2017'\?"),
        ({"sources": [5]}, "unknown source 5"),
        ({"sources": 5}, "unknown source 5"),
        ({"note": "\0"}, "a note that is no plain text"),
        ({"note": "\ud800"}, "a note that is no plain text"),
        ({"note": 5}, "found a note that is 5; allowed: a text"),
        ({"note": "x" * 200_000}, "a note of 200000 characters; allowed: at most 10000"),
        ({"probability": 2, "ess": -1}, "(?s)found 2; allowed.*found an ess of -1"),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_allowed(
    priors: Priors, changes: dict[str, object], message: str
) -> None:
    asked = {"variable": "pop", "state": "yes", "given": POP, "probability": 0.7} | changes
    with pytest.raises(HamkneeError, match=message):
        priors.set(**asked)  # type: ignore[arg-type]


def test_without_references_at_hand_any_single_word_may_be_a_source() -> None:
    rows = tuple(Row("cause", s, (), p, 5, "judgement") for s, p in zip("abc", SHARES, strict=True))
    priors = Priors(SMALL, rows)
    assert priors.set("cause", "a", probability=0.4, sources=["x2020"]).rows[0].sources == (
        "x2020",
    )
    with pytest.raises(HamkneeError, match="unknown source 'x 2020'"):
        priors.set("cause", "a", probability=0.4, sources=["x 2020"])


def test_numbers_of_numpy_are_numbers(priors: Priors, tmp_path: Path) -> None:
    edited = priors.set("pop", "yes", given=POP, probability=np.float64(0.7), ess=np.int64(25))
    edited.save(tmp_path / "priors.csv")
    assert hamknee.load(tmp_path / "priors.csv").sha256 == edited.sha256
