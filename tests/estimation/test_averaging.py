"""What is stated over all states of a further parent: stated directly, and kept when those move."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pgmpy.inference import VariableElimination

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.estimation.averaging import RESPLIT, keep_averages, state_average
from hamknee.estimation.elicited import Elicited
from hamknee.estimation.statements import from_counts, from_range, from_ranges
from hamknee.formats.pgmpy import to_pgmpy
from hamknee.network.priors import Priors
from hamknee.network.priors_file import read_priors
from hamknee.sensitivity.differences import difference
from tests.support.cohorts import priors_of
from tests.support.networks import network, random_network

STRAIN = {"condition": "strain"}
BELOW = ("pop", "weight_bearing", "bruising", "weakness")
ONSETS = ("sudden", "days", "gradual")
SPLIT = from_range(0.25, 0.55, best=0.40, mass=0.95)


def average(priors: Priors, name: str, **given: str) -> np.ndarray:
    return hamknee.load(priors).marginals(given or STRAIN)[name]


def pops(priors: Priors, rng: np.random.Generator) -> np.ndarray:
    """Draw P(pop | strain, onset) of each onset, shape (onsets, draws)."""
    columns = [priors.column("pop", STRAIN | {"onset": onset}) for onset in ONSETS]
    counts = [[row.ess * row.probability for row in column] for column in columns]
    return np.array([rng.beta(*pair, 200_000) for pair in counts])


@pytest.fixture(scope="module")
def edited(priors: Priors) -> Priors:
    """Return the numbers with the onset of a strain edited, as the issue of it was."""
    return priors.set("onset", "sudden", given=STRAIN, probability=0.5)


@pytest.fixture(scope="module")
def kept(priors: Priors, edited: Priors) -> Priors:
    return keep_averages(priors, edited)


# Kept -------------------------------------------------------------------------------------------


def test_an_edit_of_the_onset_moves_what_was_published_of_walking_unless_it_is_kept(
    priors: Priors, edited: Priors, kept: Priors
) -> None:
    """0.45 is published; pgmpy says what becomes of it."""
    answers = []
    for numbers in (priors, edited, kept):
        elimination = VariableElimination(to_pgmpy(hamknee.load(numbers)))
        query = elimination.query(["weight_bearing"], STRAIN, show_progress=False)
        answers.append(float(query.get_value(weight_bearing="impaired")))
    assert answers == pytest.approx([0.45, 0.3533, 0.45], abs=0.0005)
    assert average(kept, "onset")[0] == pytest.approx(0.5)


def test_every_average_below_stays_and_everything_else_is_as_it_was(
    priors: Priors, edited: Priors, kept: Priors
) -> None:
    for name in BELOW:
        np.testing.assert_allclose(average(kept, name), average(priors, name), atol=1e-9)
    for before, now in zip(edited.rows, kept.rows, strict=True):
        below = now.variable in BELOW and ("condition", "strain") in now.given
        assert below or now == before


def test_the_odds_ratios_stay(priors: Priors, kept: Priors) -> None:
    def odds(numbers: Priors, onset: str) -> float:
        yes, no = numbers.column("pop", STRAIN | {"onset": onset})
        return yes.probability / no.probability

    for onset in ("days", "gradual"):
        before, now = (odds(each, onset) / odds(each, "sudden") for each in (priors, kept))
        assert now == pytest.approx(before, rel=1e-9)


def test_the_average_stays_as_uncertain_as_it_was(priors: Priors, kept: Priors) -> None:
    """Draws of the columns, averaged with the weights before and after."""
    rng = np.random.default_rng(1)
    spreads = []
    for numbers in (priors, kept):
        weights = average(numbers, "onset")
        columns = [
            numbers.column("pop", STRAIN | {"onset": o}) for o in ("sudden", "days", "gradual")
        ]
        drawn = [
            rng.beta(c[0].ess * c[0].probability, c[0].ess * c[1].probability, 200_000)
            for c in columns
        ]
        spreads.append(float(np.var(weights @ np.array(drawn))))
    assert spreads[1] == pytest.approx(
        spreads[0], rel=0.03
    )  # a count has one decimal, rounded down


def test_the_notes_are_true_again_and_say_that_the_numbers_followed(
    priors: Priors, kept: Priors
) -> None:
    place = STRAIN | {"onset": "days", "pop": "no"}
    old, now = (each.column("weight_bearing", place)[0] for each in (priors, kept))
    assert now.note == f"{old.note}; {RESPLIT}"
    assert (now.basis, now.sources) == (old.basis, old.sources)


def test_what_was_edited_itself_is_left_as_it_was_edited(priors: Priors, edited: Priors) -> None:
    place = STRAIN | {"onset": "sudden"}
    both = edited.set("pop", "yes", given=place, probability=0.6)
    kept = keep_averages(priors, both)
    assert kept.column("pop", place) == both.column("pop", place)
    np.testing.assert_allclose(average(kept, "bruising"), average(priors, "bruising"), atol=1e-9)


def test_keeping_twice_or_after_another_edit_starts_from_the_same(
    priors: Priors, edited: Priors, kept: Priors
) -> None:
    assert keep_averages(priors, kept).rows == kept.rows
    assert keep_averages(priors, priors) is priors
    assert keep_averages(edited, edited).rows == edited.rows
    moved = kept.set("onset", "sudden", given=STRAIN, probability=0.7)
    again = priors.set("onset", "sudden", given=STRAIN, probability=0.7)
    now, directly = (keep_averages(priors, each) for each in (moved, again))
    split = [row for row in now.rows if row.variable in BELOW]
    for row, other in zip(split, [r for r in directly.rows if r.variable in BELOW], strict=True):
        assert row.probability == pytest.approx(other.probability, abs=1e-6)


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.floats(0.05, 0.95))
def test_averages_stay_in_networks_of_any_shape(seed: int, probability: float) -> None:
    before = priors_of(random_network(seed), ess=12)
    target = before.vocabulary.target
    row = before.rows[seed % len(before.rows)]
    if not 0 < row.probability < 1:
        return
    given_ = dict(row.given)
    after = before.set(row.variable, row.state, given=given_, probability=probability)
    try:
        kept = keep_averages(before, after)
    except HamkneeError:
        return  # zeros leave no split with it
    own = {row.variable}
    for name, _, given_text, old, new in difference(before, kept).moved:
        assert name in own, (name, target.name, given_text, old, new)


def test_other_rows_are_refused(priors: Priors) -> None:
    with pytest.raises(HamkneeError, match="other rows; allowed: one edited"):
        keep_averages(priors, Priors(priors.vocabulary, priors.rows[:-2]))


# Stated -----------------------------------------------------------------------------------------


def test_a_pop_in_a_strain_is_stated_without_a_word_on_the_onset(
    priors: Priors, references: frozenset[str], tmp_path
) -> None:
    stated = state_average(
        priors, "pop", SPLIT, given=STRAIN, basis="published", sources="wagemakers2010"
    )
    assert average(stated, "pop")[0] == pytest.approx(0.40, abs=1e-12)
    elimination = VariableElimination(to_pgmpy(hamknee.load(stated)))
    query = elimination.query(["pop"], STRAIN, show_progress=False)
    assert float(query.get_value(pop="yes")) == pytest.approx(0.40, abs=1e-9)
    for onset in ("sudden", "days", "gradual"):
        row = stated.column("pop", STRAIN | {"onset": onset})[0]
        assert row.note == (
            "over all of onset 0.4 (published), 95 % range 0.25 to 0.55, best estimate 0.4"
        )
        assert (row.basis, row.sources) == ("judgement", ("wagemakers2010",))
    stated.save(tmp_path / "priors.csv")
    assert read_priors(tmp_path / "priors.csv", priors.vocabulary, references).rows == stated.rows


def test_only_what_was_stated_moves(priors: Priors) -> None:
    stated = state_average(priors, "pop", SPLIT, given=STRAIN)
    moved = difference(priors, stated).averages
    assert set(zip(moved["variable"], moved["given"], strict=True)) == {("pop", "condition=strain")}
    assert "“Pop at the start: Yes, given Distal hamstring strain” from 25 % to 40 %" in (
        difference(priors, stated).averages_text
    )


def test_the_stated_average_is_as_uncertain_as_it_was_stated(priors: Priors) -> None:
    stated = state_average(priors, "pop", SPLIT, given=STRAIN)
    rng, weights = np.random.default_rng(2), average(stated, "onset")
    drawn = weights @ pops(stated, rng)
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert (low, high) == pytest.approx((0.25, 0.55), abs=0.015)


def test_a_variable_without_further_parents_is_stated_as_a_column(priors: Priors) -> None:
    ranges = {"sudden": (0.4, 0.5, 0.6), "days": (0.2, 0.3, 0.4), "gradual": (0.1, 0.2, 0.3)}
    onset = from_ranges(ranges)
    stated = state_average(priors, "onset", onset, given=STRAIN, note="ours")
    assert [row.probability for row in stated.column("onset", STRAIN)] == [0.5, 0.3, 0.2]
    assert stated.column("onset", STRAIN)[0].note == "ours"
    for name in BELOW:  # and all that is split over it follows
        np.testing.assert_allclose(average(stated, name), average(priors, name), atol=1e-9)


def test_some_of_the_parents_may_be_given(priors: Priors) -> None:
    place = STRAIN | {"pop": "yes"}
    stated = state_average(
        priors, "weight_bearing", from_counts({"normal": 36, "impaired": 24}), given=place
    )
    assert average(stated, "weight_bearing", **place)[0] == pytest.approx(24.5 / 61)
    without = STRAIN | {"pop": "no"}
    np.testing.assert_allclose(
        average(stated, "weight_bearing", **without),
        average(priors, "weight_bearing", **without),
    )


def test_columns_that_are_all_alike_keep_the_basis(priors: Priors) -> None:
    young = priors.column("activity", STRAIN | {"age": "under_40"})
    activity = {row.state: row.probability for row in young}
    column = Elicited(tuple(activity), tuple(activity.values()), 20)
    stated = state_average(
        priors, "activity", column, given=STRAIN, basis="published", sources=["wagemakers2010"]
    )
    assert {row.basis for row in stated.column("activity", STRAIN | {"age": "40_to_59"})} == {
        "published"
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"variable": "popp"}, r"unknown variable 'popp' \(did you mean 'pop'\?\)"),
        ({"given": {}}, "pop is given nothing here; allowed: condition"),
        ({"given": {"condition": "strainn"}}, "'strainn' is not a state of condition"),
        ({"given": STRAIN | {"sex": "male"}}, "allowed: condition, onset"),
        ({"column": Elicited(("a", "b"), (0.5, 0.5), 9)}, "states a, b for pop; allowed: yes, no"),
        ({"basis": "published"}, "basis published without a source"),
        ({"basis": "guess"}, "unknown basis 'guess'"),
        ({"sources": "nobody2019"}, "unknown source 'nobody2019'"),
    ],
)
def test_what_cannot_be_is_refused(
    priors: Priors, changes: dict[str, object], message: str
) -> None:
    arguments = {"variable": "pop", "column": SPLIT, "given": STRAIN} | changes
    with pytest.raises(HamkneeError, match=message):
        state_average(priors, **arguments)  # type: ignore[arg-type]


def test_an_average_that_zeros_leave_no_room_for_is_refused() -> None:
    spec = {
        "ill": ("", [0.5, 0.5]),
        "old": ("ill", [[0.5, 0.5], [0.5, 0.5]]),
        "sign": ("ill old", [[[1, 0], [0, 1]], [[0.5, 0.5], [0.5, 0.5]]]),
    }
    priors = priors_of(network(spec, "ill", ess=9))
    with pytest.raises(HamkneeError, match=r"no split of sign given ill=yes has the average \[0.3"):
        state_average(priors, "sign", Elicited(("yes", "no"), (0.3, 0.7), 9), given={"ill": "yes"})
