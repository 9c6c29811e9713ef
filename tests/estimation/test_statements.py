"""Every form of a statement becomes the column that it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hamknee.base.errors import HamkneeError
from hamknee.estimation.statements import (
    from_chips,
    from_counts,
    from_frequency,
    from_quantiles,
    from_range,
    from_ranges,
    from_state_quantiles,
)

TENTHS = [round(0.1 * i, 1) for i in range(11)]

# One proportion ---------------------------------------------------------------------------------


@given(low=st.floats(0.01, 0.6), width=st.floats(0.02, 0.35), mass=st.sampled_from([0.5, 0.9]))
def test_a_range_alone_comes_back_out(low: float, width: float, mass: float) -> None:
    column = from_range(low, low + width, mass=mass)
    implied = column.quantiles("yes", [(1 - mass) / 2, (1 + mass) / 2])
    np.testing.assert_allclose(implied, [low, low + width], atol=1e-5)


def test_a_best_estimate_is_kept_as_the_mean() -> None:
    column = from_range(0.38, 0.8, best=0.6)
    assert column.probabilities == (0.6, 0.4)
    assert column.ess == pytest.approx(14, abs=0.5)


@given(middle=st.floats(0.1, 0.9), width=st.floats(0.01, 0.04), factor=st.floats(1.1, 2))
def test_the_narrower_the_range_the_more_patients_it_is_worth(
    middle: float, width: float, factor: float
) -> None:
    narrow = from_range(middle - width, middle + width)
    wide = from_range(middle - factor * width, middle + factor * width)
    assert narrow.ess > wide.ess


def test_quartiles_of_a_beta_give_that_beta() -> None:
    column = from_quantiles(stats.beta.ppf([0.25, 0.5, 0.75], 6, 14), states=("a", "b"))
    assert column["a"] == pytest.approx(0.3, abs=1e-6)
    assert column.ess == pytest.approx(20, rel=1e-5)


def test_so_many_of_a_hundred_with_a_range_is_the_same_as_proportions() -> None:
    column = from_frequency(60, low=38, high=80)
    assert column.column == from_range(0.38, 0.8, best=0.6).column
    assert column.note == "60 of 100, 90 % range 38 to 80"


def test_so_many_of_twenty_worth_some_patients() -> None:
    column = from_frequency(3, 20, worth=8)
    assert column.column == {"probabilities": {"yes": 0.15, "no": 0.85}, "ess": 8}


def test_counts_add_one_imagined_patient() -> None:
    column = from_counts({"yes": 0, "no": 20})
    assert column["yes"] == pytest.approx(0.5 / 21)
    assert column.ess == 21


def test_counts_without_imagined_patients_are_plain_shares() -> None:
    column = from_counts({"a": 10, "b": 30, "c": 60}, imagined=0)
    assert column.probabilities == (0.1, 0.3, 0.6)
    assert column.ess == 100


@given(mean=st.floats(0.3, 0.7), ess=st.floats(5, 20))
def test_very_many_chips_laid_as_a_beta_has_them_give_that_beta(mean: float, ess: float) -> None:
    bins = np.diff(stats.beta.cdf(TENTHS, mean * ess, (1 - mean) * ess))
    column = from_chips(TENTHS, [round(1_000_000 * share) for share in bins])
    assert column["yes"] == pytest.approx(mean, abs=1e-3)
    assert column.ess == pytest.approx(ess, rel=1e-2)


def test_chips_the_other_way_round_give_the_complement() -> None:
    chips = [0, 1, 4, 6, 5, 3, 1, 0, 0, 0]
    one, other = from_chips(TENTHS, chips), from_chips(TENTHS, chips[::-1])
    assert other["yes"] == pytest.approx(one["no"], abs=1e-6)
    assert other.ess == pytest.approx(one.ess, rel=1e-5)


def test_an_edge_with_chips_on_both_sides_is_a_quantile() -> None:
    column = from_chips(TENTHS, [0, 1, 4, 6, 5, 3, 1, 0, 0, 0])
    shares = {0.2: 0.05, 0.3: 0.25, 0.4: 0.55, 0.5: 0.8, 0.6: 0.95}
    assert {value: level for _, level, value in column.stated} == pytest.approx(shares)


def test_the_note_of_chips_says_how_they_were_laid() -> None:
    column = from_chips([0.1, 0.3, 0.5, 0.9], [2, 5, 3])
    assert column.note == "10 chips in 3 bins from 0.1 to 0.9"


# Several states ---------------------------------------------------------------------------------

# The case study of Zapata-Vázquez, O'Hagan & Bastos (2014), as SHELF's vignette gives it.
OUTCOMES = {"good": (0.5, 0.55, 0.6), "sequel": (0.22, 0.3, 0.35), "dead": (0.11, 0.15, 0.2)}


def test_quartiles_of_three_states_give_the_published_dirichlet_of_shelf() -> None:
    column = from_state_quantiles(OUTCOMES, total="opt")
    counts = column.ess * np.array(column.probabilities)
    np.testing.assert_allclose(counts, [16.6, 8.96, 4.8], rtol=0.003)
    median, high = column.quantiles("good", [0.5, 0.9])
    assert (round(median, 2), round(high, 2)) == (0.55, 0.66)


def test_the_cautious_count_is_that_of_the_least_certain_state() -> None:
    counts = {state: from_quantiles(values).ess for state, values in OUTCOMES.items()}
    column = from_state_quantiles(OUTCOMES)
    assert column.ess == pytest.approx(min(counts.values())) == pytest.approx(counts["sequel"])
    assert sum(column.probabilities) == pytest.approx(1, abs=1e-12)


def test_ranges_of_several_states_keep_their_best_estimates() -> None:
    column = from_ranges({"a": (0.45, 0.5, 0.55), "b": (0.1, 0.3, 0.52), "c": (0.17, 0.2, 0.23)})
    assert column.probabilities == (0.5, 0.3, 0.2)
    assert column.ess == from_range(0.1, 0.52, best=0.3).ess


# What cannot be meant ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        (lambda: from_range(0.0, 0.3), "found a range of 0 to 0.3; allowed: 0 < low < high < 1"),
        (lambda: from_range(0.4, 0.4), "found a range of 0.4 to 0.4"),
        (lambda: from_range(0.4, 1.0), "found a range of 0.4 to 1; allowed: 0 < low < high < 1"),
        (lambda: from_range(0.3, 0.4, mass=0), "found a mass of 0; allowed: between 0 and 1"),
        (lambda: from_range(0.3, 0.4, mass=1), "found a mass of 1; allowed: between 0 and 1"),
        (lambda: from_quantiles([0.2, 0.3], [0.5, 1]), "levels 0.5, 1; allowed: strictly"),
        (lambda: from_frequency(0, worth=5), "found 0 of 100; allowed: above 0"),
        (lambda: from_counts({"a": 1, "b": 3}, imagined=-1), "imagined"),
        (lambda: from_counts({"a": 1, "b": 3}, imagined=np.inf), "(inf imagined); allowed: 0"),
        (lambda: from_counts({"a": 1, "b": np.inf}), "counts that cannot be (b: inf)"),
        (lambda: from_chips([-0.1, 0.3, 0.6, 1], [1, 1, 1]), "the edges -0.1, 0.3, 0.6, 1"),
        (lambda: from_chips([0, 0.3, 0.6, 1.1], [1, 1, 1]), "the edges 0, 0.3, 0.6, 1.1"),
        (lambda: from_range(0.4, 0.3), "found a range of 0.4 to 0.3"),
        (lambda: from_range(0.3, 0.4, mass=1.2), "found a mass of 1.2; allowed: between 0 and 1"),
        (lambda: from_range(0.3, 0.4, states=("a", "b", "c")), "found 3 states; allowed: two"),
        (lambda: from_range(0.3, 0.4, states=("a", "a")), "found the states a, a; allowed: two"),
        (lambda: from_quantiles([0.2, 0.3], [0, 0.5]), "levels 0, 0.5; allowed: strictly"),
        (lambda: from_frequency(100, low=90, high=100), "found 100 of 100; allowed: above 0"),
        (lambda: from_frequency(60, worth=0), "found a sample size of 0; allowed: above 0"),
        (lambda: from_counts({"a": -1, "b": 3}), "counts that cannot be (a: -1); allowed: 0 or"),
        (lambda: from_counts({"a": 0, "b": 3}, imagined=0), "no patient with a; allowed: imagined"),
        (lambda: from_counts({"a": 0, "b": 0}, imagined=0), "no patient with a, b"),
        (lambda: from_counts({"a": 3}), "found the states a; allowed: two or more"),
        (lambda: from_chips([0, 0.5, 1], [3]), "3 edges and 1 bins; allowed: one edge more"),
        (lambda: from_chips([0, 0.5, 0.5, 1], [1, 1, 1]), "the edges 0, 0.5, 0.5, 1; allowed"),
        (lambda: from_chips([0, 50, 100], [1, 1]), "the edges 0, 50, 100; allowed: rising, from 0"),
        (lambda: from_chips(TENTHS, [0] * 8 + [3, 3]), "chips in 2 of 10 bins; allowed: in 3"),
        (lambda: from_chips(TENTHS, [-1] + [1] * 9), "found the chips [-1, 1"),
        (lambda: from_ranges({"a": (0.1, 0.5, 0.6), "b": (0.1, 0.4, 0.6)}), "add up to 0.9"),
        (lambda: from_state_quantiles({"a": (0.1, 0.2, 0.3), "b": (0.1, 0.2, 0.3)}), "0.8 to 1.2"),
        (lambda: from_state_quantiles(OUTCOMES, total="most"), "the total 'most'; allowed: 'min'"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(stated, message: str) -> None:
    with pytest.raises(HamkneeError) as raised:
        stated()
    assert message in str(raised.value)


def test_what_is_just_allowed_is_taken() -> None:
    for edges in ([0, 0.3, 0.6, 1], [0.1, 0.3, 0.6, 0.9]):
        column = from_chips(edges, [1, 2, 1])  # three bins are enough, and these are their ends
        assert 0.3 < column["yes"] < 0.6
    assert from_counts({"a": 0, "b": 3}, imagined=0.5).ess == 3.5
    wide = from_state_quantiles({"a": (0.5, 0.59, 0.68), "b": (0.5, 0.59, 0.68)})
    assert wide.probabilities == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize(
    "sureness",
    [{}, {"low": 40}, {"high": 70}, {"low": 40, "worth": 9}, {"low": 40, "high": 70, "worth": 9}],
    ids=lambda said: " and ".join(said) or "nothing",
)
def test_how_sure_so_many_of_a_hundred_is_must_be_said_in_one_way(sureness) -> None:
    with pytest.raises(HamkneeError, match="said in one way; allowed: low and high, or worth"):
        from_frequency(60, **sureness)
