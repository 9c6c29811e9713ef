"""Two sets of numbers compared: what differs, how far apart they are, and where it matters."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.base.files import shipped
from hamknee.network.labelled import LabelledCases, label, read_labelled
from hamknee.network.priors import Priors
from hamknee.network.vocabulary import State, Variable, Vocabulary
from hamknee.sensitivity.differences import difference
from tests.support.by_hand import Worlds
from tests.support.cohorts import priors_of
from tests.support.networks import (
    with_zeros,
)

POP = {"condition": "strain", "onset": "sudden"}


@pytest.fixture(scope="module")
def edited(priors: Priors) -> Priors:
    return priors.set("pop", "yes", given=POP, probability=0.05)


@pytest.fixture(scope="module")
def published(vocabulary: Vocabulary) -> LabelledCases:
    return read_labelled(vocabulary)


# What differs ------------------------------------------------------------------------------------


def test_the_table_holds_the_rows_that_differ_and_nothing_else(
    priors: Priors, edited: Priors
) -> None:
    table = difference(priors, edited).table
    assert list(table)[:5] == ["variable", "state", "given", "old", "new"]
    assert table[["variable", "state", "old", "new"]].to_numpy().tolist() == [
        ["pop", "yes", 0.28, 0.05],
        ["pop", "no", 0.72, 0.95],
    ]
    assert set(table["given"]) == {"condition=strain;onset=sudden"}
    assert table[["old_basis", "new_basis"]].to_numpy().tolist() == [["judgement", "judgement"]] * 2
    assert table["new_note"][0] == "edited"


def test_the_order_of_rows_and_parents_is_no_difference(priors: Priors) -> None:
    rows = tuple(
        type(row)(row.variable, row.state, row.given[::-1], *vars_after_given(row))
        for row in priors.rows[::-1]
    )
    found = difference(priors, Priors(priors.vocabulary, rows))
    assert len(found.table) == 0
    assert found.distance == 0
    assert found.text == "The same rows, in another order or spelling."
    assert difference(priors, priors).text == "Nothing differs."


def vars_after_given(row: object) -> tuple[object, ...]:
    """Return the fields of a row after `given`."""
    return tuple(vars(row).values())[3:]


# Averages ----------------------------------------------------------------------------------------


def test_averages_that_move_with_an_edit_are_told(priors: Priors) -> None:
    strain = {"condition": "strain"}
    onset = priors.set("onset", "sudden", given=strain, probability=0.5)
    change = difference(priors, onset)
    assert (
        "Averages that move with it: “Weight bearing: With a limp, or not, given Distal hamstring "
        "strain” from 45 % to 35.3 %; “Pop at the start: Yes, given Distal hamstring strain” from "
        "25 % to 15.6 %; " in change.text
    )
    assert set(change.table["variable"]) == {"onset"}  # notes of the others are no other numbers
    assert set(change.averages["variable"]) == {"weight_bearing", "pop", "bruising", "weakness"}
    assert set(change.averages["given"]) == {"condition=strain"}
    back = difference(onset, priors).averages
    assert back["old"].tolist() == change.averages["new"].tolist()


def test_averages_are_those_of_every_world() -> None:
    """Enumerated, with parents of the target and zeros among the tables."""
    old = with_zeros()
    priors = priors_of(old, ess=9)
    edited = priors.set("sign", "strong", given={"place": "home", "cause": "a"}, probability=0.9)
    worlds = [Worlds(each) for each in (old, hamknee.load(edited))]
    rows = difference(priors, edited).averages
    assert set(rows["variable"]) == {"sign"}
    assert set(rows["given"]) == {"cause=a"}
    for row in rows.itertuples():
        case = {"cause": "a"}
        exact = [w.p(case | {"sign": row.state}) / w.p(case) for w in worlds]
        assert [row.old, row.new] == pytest.approx(exact, abs=1e-12)


def test_where_no_average_moves_none_is_told(priors: Priors) -> None:
    sex = priors.set("sex", "male", given={"condition": "strain"}, probability=0.5)
    change = difference(priors, sex)
    assert change.averages.empty
    assert change.averages_text == ""
    assert "Averages" not in change.text


def test_counts_and_notes_alone_are_differences_too(priors: Priors) -> None:
    was = priors.column("pop", POP)[0].probability
    counted = difference(priors, priors.set("pop", "yes", given=POP, probability=was, ess=30))
    assert counted.table["new_ess"].tolist() == [30, 30]
    assert "The equivalent sample size of 1 column differs." in counted.text
    two = priors.set("pop", "yes", given=POP, probability=was, ess=30)
    two = two.set("pop", "yes", given=POP | {"condition": "rupture"}, probability=0.6, ess=31)
    assert "The equivalent sample size of 2 columns differs." in difference(priors, two).text
    noted = difference(priors, priors.set("pop", "yes", given=POP, probability=was, note="why"))
    assert len(noted.table) == 1
    assert "Basis, sources or notes differ in 1 row." in noted.text
    assert noted.text.endswith("No probability of anything differs.")


def test_a_variable_with_other_parents_is_named(priors: Priors) -> None:
    rows = [row for row in priors.rows if row.variable != "overweight"]
    rows += [
        type(row)(row.variable, row.state, (), *vars_after_given(row))
        for row in priors.column("overweight", {"condition": "rupture"})
    ]
    found = difference(priors, Priors(priors.vocabulary, tuple(rows)))
    assert "Other parents: Overweight." in found.text
    assert found.table["new"].isna().sum() == 42
    assert found.table["old"].isna().sum() == 2
    assert 0 < found.distance < math.inf


def test_the_number_that_moves_farthest_in_odds_is_named(priors: Priors) -> None:
    """From 28 to 5 % is a factor of 7; from 28 to 40 % is one of 2."""
    near = priors.set("pop", "yes", given=POP, probability=0.4)
    edited = near.set("bruising", "yes", given=POP | {"pop": "yes"}, probability=1e-4)
    text = difference(priors, edited).text
    assert f"4 of {len(priors.rows)} probabilities differ, in " in text
    assert "Farthest apart in odds: “Bruising: " in text
    never = edited.set("pop", "yes", given=POP, probability=0, basis="logical")
    assert "Farthest apart in odds: “Pop at the start: " in difference(priors, never).text


def test_one_row_that_was_rounded_otherwise_is_one_row(priors: Priors) -> None:
    first, *rest = priors.rows
    rounded = replace(first, probability=first.probability + 1e-9)
    text = difference(priors, Priors(priors.vocabulary, (rounded, *rest))).text
    assert f"1 of {len(priors.rows)} probabilities differs, in " in text


def test_odds_beyond_all_numbers_are_infinite(priors: Priors) -> None:
    same = difference(priors, priors)
    assert same.odds == 1
    assert replace(same, distance=699.0).odds == math.exp(699)
    assert replace(same, distance=1e6).odds == math.inf


def test_five_averages_are_named_and_the_rest_are_counted(priors: Priors) -> None:
    change = difference(priors, priors)
    moved = [("pop", "yes", f"condition={state}", 0.1, 0.2) for state in CONDITIONS]
    for count, more in ((5, "."), (6, ", and of 1 more."), (7, ", and of 2 more.")):
        text = replace(change, moved=tuple(moved[:count])).averages_text
        assert text.count("from 10 % to 20 %") == 5
        assert text.endswith(f"from 10 % to 20 %{more}")
    unfelt = ("pop", "yes", "condition=strain", 0.1, 0.1004)
    assert replace(change, moved=(unfelt,)).averages_text == ""


CONDITIONS = (
    "strain",
    "rupture",
    "dvt",
    "tendinopathy",
    "osteoarthritis",
    "meniscal_tear",
    "bakers_cyst",
)


# Where it matters --------------------------------------------------------------------------------


def test_the_cases_are_those_of_the_two_models(
    priors: Priors, edited: Priors, published: LabelledCases
) -> None:
    cases = difference(priors, edited, published).cases.set_index("case")
    old, new = hamknee.load(priors), hamknee.load(edited)
    diagnoses = pd.read_csv(shipped("data/cases.csv"), index_col="case_id")["condition"]
    for row, name in enumerate(published.cases.names()):
        before, after = (m.posterior(published.cases.evidence(row)) for m in (old, new))
        case = cases.loc[name]
        assert case["diagnosis"] == diagnoses[name]
        assert (case["first_before"], case["first_after"]) == (before.top, after.top)
        assert case["flipped"] == (before.top != after.top)
        assert case["diagnosis_before"] == pytest.approx(before[diagnoses[name]], abs=1e-12)
        assert case["diagnosis_change"] == pytest.approx(
            after[diagnoses[name]] - before[diagnoses[name]], abs=1e-12
        )
        largest = np.abs(after.probabilities - before.probabilities).max()
        assert abs(case["largest_change"]) == pytest.approx(largest, abs=1e-12)
        if largest > 1e-9:
            moved = case["changed_most"]
            assert after[moved] - before[moved] == pytest.approx(case["largest_change"])


def test_the_flips_are_told(priors: Priors, published: LabelledCases) -> None:
    silent = {"condition": "rupture", "onset": "sudden"}
    edited = priors.set("pop", "yes", given=silent, probability=0.05)
    found = difference(priors, edited, published)
    assert found.flips["case"].tolist() == ["HS016", "HS018"]
    assert "HS016 from Complete tendon rupture to Distal hamstring strain" in found.text
    assert "Another diagnosis comes first in 2 of 111 cases. " in found.text
    assert "differ by at most a factor of 46 (distance of Chan and Darwiche: 3.8)." in found.text
    assert f" {found.distance_text} {found.cases_text} " in found.text
    before, after = (
        (found.cases[first] == found.cases["diagnosis"]).sum()
        for first in ("first_before", "first_after")
    )
    assert before != after
    assert f"The known diagnosis comes first in {after}, before in {before}." in found.text
    same = difference(edited, edited, published)
    assert "Another diagnosis comes first in none of 111 cases." in same.text
    assert f"The known diagnosis comes first in {after}, as before." in same.text


def test_a_case_that_becomes_impossible_is_told(priors: Priors, vocabulary: Vocabulary) -> None:
    cells = {"condition": ["strain", "strain|rupture", ""], "pop": ["yes", "no", "yes"]}
    labelled = label(vocabulary, pd.DataFrame(cells))
    never = priors
    for condition in vocabulary["condition"].state_names:
        for onset in vocabulary["onset"].state_names:
            given_ = {"condition": condition, "onset": onset}
            never = never.set("pop", "yes", given=given_, probability=0, basis="logical")
    found = difference(priors, never, labelled)
    cases = found.cases
    assert cases["diagnosis"].tolist()[:2] == ["strain", "strain|rupture"]
    assert cases["diagnosis"].isna().tolist() == [False, False, True]
    assert cases["first_after"].isna().tolist() == [True, False, True]
    assert cases["flipped"].tolist() == [True, False, True]
    assert cases["largest_change"].isna().tolist() == [True, False, True]
    assert cases["diagnosis_before"].isna().tolist() == [False, False, True]
    assert found.distance == math.inf
    assert "to impossible" in found.text
    assert "impossible what is possible in the other" in found.text


def test_without_cases_there_is_nothing_to_say_of_them(priors: Priors, edited: Priors) -> None:
    found = difference(priors, edited)
    assert len(found.cases) == len(found.flips) == 0
    assert "flipped" in found.cases
    assert "cases" not in found.text


# What cannot be compared -------------------------------------------------------------------------


def renamed(vocabulary: Vocabulary, change: Callable[[Variable], Variable | None]) -> Vocabulary:
    found = (change(variable) for variable in vocabulary.variables)
    return Vocabulary(tuple(variable for variable in found if variable))


def without(name: str) -> Callable[[Variable], Variable | None]:
    return lambda variable: None if variable.name == name else variable


def other_states(variable: Variable) -> Variable:
    if variable.name != "pop":
        return variable
    return Variable("pop", "finding", "Pop", (State("yes", "Yes"), State("never", "Never")))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("pop"), "the new numbers have another vocabulary, without pop; allowed: the same"),
        (other_states, "with other states of pop"),
    ],
)
def test_other_vocabularies_are_refused_with_what_differs(
    change: Callable[[Variable], Variable | None], message: str, priors: Priors
) -> None:
    other = Priors(renamed(priors.vocabulary, change), ())
    with pytest.raises(hamknee.HamkneeError, match=message):
        difference(priors, other)


def test_one_more_variable_is_refused_too(priors: Priors) -> None:
    other = Priors(renamed(priors.vocabulary, without("pop")), ())
    with pytest.raises(hamknee.HamkneeError, match="with pop in addition"):
        difference(other, priors)


def test_cases_of_another_vocabulary_are_refused(priors: Priors, published: LabelledCases) -> None:
    turned = Vocabulary(priors.vocabulary.variables[::-1])
    with pytest.raises(hamknee.HamkneeError, match=r"the cases have .* in another order"):
        difference(Priors(turned, priors.rows), Priors(turned, priors.rows), published)
