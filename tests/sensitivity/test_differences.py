"""Two sets of numbers compared: what differs, how far apart they are, and where it matters."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hamknee
from hamknee.base.files import shipped
from hamknee.inference.model import Model
from hamknee.network.labelled import LabelledCases, label, read_labelled
from hamknee.network.priors import CPT, Priors
from hamknee.network.vocabulary import State, Variable, Vocabulary
from hamknee.sensitivity.differences import difference, distance
from hamknee.sensitivity.smallest_change import what_would_change
from tests.support import by_hand
from tests.support.by_hand import Tables, Worlds, with_columns, with_number
from tests.support.cohorts import priors_of
from tests.support.networks import (
    asia,
    deterministic,
    in_two_parts,
    network,
    random_network,
    with_zeros,
)

POP = {"condition": "strain", "onset": "sudden"}


@pytest.fixture(scope="module")
def edited(priors: Priors) -> Priors:
    return priors.set("pop", "yes", given=POP, probability=0.05)


@pytest.fixture(scope="module")
def published(vocabulary: Vocabulary) -> LabelledCases:
    return read_labelled(vocabulary)


# The distance ------------------------------------------------------------------------------------


def shaken(model: Model, seed: int, share: float = 1.0) -> Tables:
    """Return the tables with a random share of their columns drawn anew; zeros stay zeros."""
    rng = np.random.default_rng(seed)
    cpts = {}
    for name, cpt in model.cpts.items():
        drawn = rng.dirichlet(np.ones(cpt.probabilities.shape[-1]), cpt.probabilities.shape[:-1])
        drawn = np.where(cpt.probabilities > 0, drawn, 0)
        drawn = drawn / drawn.sum(axis=-1, keepdims=True)
        chosen = rng.random((*cpt.probabilities.shape[:-1], 1)) < share
        table = np.where(chosen, drawn, cpt.probabilities)
        cpts[name] = CPT(name, cpt.parents, table)
    return Tables(model.vocabulary, cpts)


def apart(one: Tables | Model, two: Tables | Model) -> float:
    return distance(one.vocabulary, one.cpts, two.cpts)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from([0.1, 0.5, 1.0]))
def test_the_distance_of_random_networks_is_that_of_all_their_worlds(
    seed: int, other: int, share: float
) -> None:
    model = random_network(seed)
    changed = shaken(model, other, share)
    assert apart(model, changed) == pytest.approx(by_hand.distance(model, changed), abs=1e-9)


@pytest.mark.parametrize("build", [asia, with_zeros, deterministic, in_two_parts])
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_worlds_that_are_impossible_in_both_do_not_count(
    build: Callable[[], Model], share: float
) -> None:
    model = build()
    for seed in range(10):
        changed = shaken(model, seed, share)
        assert apart(model, changed) == pytest.approx(by_hand.distance(model, changed), abs=1e-9)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_it_is_a_distance(seed: int, other: int) -> None:
    model = random_network(seed, count=5)
    one, two = shaken(model, other), shaken(model, other + 1)
    assert apart(model, model) == 0
    assert apart(model, one) == pytest.approx(apart(one, model), abs=1e-9)
    assert apart(model, two) <= apart(model, one) + apart(one, two) + 1e-9


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_no_odds_differ_by_more_than_it_says(seed: int, other: int) -> None:
    model = random_network(seed)
    changed = shaken(model, other)
    rng = np.random.default_rng(seed)
    before, after = (Worlds(tables).joint.ravel() for tables in (model, changed))
    for _ in range(20):
        event, known = rng.random((2, len(before))) < 0.5
        ratio = 1.0
        for joint, power in ((before, -1), (after, 1)):
            ratio *= (joint[event & known].sum() / joint[~event & known].sum()) ** power
        assert abs(math.log(ratio)) <= apart(model, changed) + 1e-9


def test_for_one_number_it_is_the_change_of_its_log_odds() -> None:
    changed = with_number(asia(), "lung", (0,), 0, 0.4)
    expected = math.log(0.4 / 0.6) - math.log(0.1 / 0.9)
    assert apart(asia(), changed) == pytest.approx(expected, abs=1e-12)


def test_it_is_the_distance_of_what_would_change() -> None:
    change = what_would_change(with_zeros(), {"test": "yes"}, "b", 0.9).two
    assert change is not None
    changed: Tables = with_zeros()
    for place, value in zip(change.places, change.after, strict=True):
        changed = with_number(changed, place.variable, place.column, place.state, value)
    assert apart(with_zeros(), changed) == pytest.approx(change.distance, abs=1e-9)


def test_a_new_impossibility_is_infinitely_far() -> None:
    model = with_zeros()
    changed = with_number(model, "test", (0,), 1, 0.0)
    assert apart(model, changed) == apart(changed, model) == math.inf


def test_numbers_of_what_cannot_be_may_differ_as_they_like() -> None:
    model = network(
        {
            "cause": ("", [1.0, 0.0]),
            "sign": ("cause", [[0.3, 0.7], [0.5, 0.5]]),
        },
        "cause",
    )
    changed = with_columns(model, {("sign", (1,)): np.array([1.0, 0.0])})
    assert apart(model, changed) == 0


def test_other_arrows_over_the_same_variables_can_be_compared() -> None:
    old = network({"t": ("", [0.3, 0.7]), "x": ("", [0.4, 0.6]), "y": ("t", [[0.1, 0.9]] * 2)}, "t")
    new = network(
        {"t": ("", [0.3, 0.7]), "x": ("t", [[0.2, 0.8], [0.5, 0.5]]), "y": ("", [0.1, 0.9])}, "t"
    )
    assert apart(old, new) == pytest.approx(by_hand.distance(old, new), abs=1e-12)
    assert apart(old, new) == pytest.approx(math.log(0.8 / 0.6 / (0.2 / 0.4)), abs=1e-12)


def test_numbers_next_to_nothing_do_not_overflow() -> None:
    tiny, whole = [1e-300, 1.0], [1.0, 1e-300]
    names = [f"x{number}" for number in range(6)]
    spec = {name: (" ".join(names[:number][-1:]), None) for number, name in enumerate(names)}

    def chain(column: list[float]) -> Model:
        tables = {n: (p, [column] * 2 if p else column) for n, (p, _) in spec.items()}
        return network(tables, "x0")

    assert apart(chain(tiny), chain(whole)) == pytest.approx(12 * 300 * math.log(10), rel=1e-12)


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
