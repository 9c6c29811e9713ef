"""Intervals by SciPy and statsmodels, at the edges, and how often they hold the truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from hamknee.evaluation.intervals import share_difference, student, wilson

MASS = 0.95


# One share ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("events", "n"), [(0, 10), (3, 10), (10, 10), (260, 1000), (1, 1)])
def test_wilson_intervals_are_those_of_scipy(events: int, n: int) -> None:
    theirs = stats.binomtest(events, n).proportion_ci(0.9, method="wilson")
    assert wilson(events, n, 0.9) == pytest.approx((theirs.low, theirs.high))


def test_six_of_six_is_not_certain() -> None:
    low, high = wilson(6, 6, MASS)
    assert (round(float(low), 2), float(high)) == (0.61, 1.0)
    assert wilson(0, 6, MASS)[0] == 0


# A mean -------------------------------------------------------------------------------------


@given(st.integers(2, 60), st.integers(0, 10**6))
def test_student_intervals_are_those_of_statsmodels(n: int, seed: int) -> None:
    values = np.random.default_rng(seed).exponential(size=n)
    expected = DescrStatsW(values).tconfint_mean(alpha=0.1)
    assert student(values, 0.9) == pytest.approx(expected)


def test_a_mean_stays_where_it_can_be() -> None:
    values = np.array([0.1, 0.2, 1.9])
    assert student(values, MASS)[0] < 0
    assert student(values, MASS, (0, 2)) == (0, 2)


def test_one_case_has_no_interval() -> None:
    assert np.isnan(student(np.array([0.3]), MASS)).all()
    assert np.isnan(student(np.array([0.3, math.nan]), MASS)).all()
    assert np.isnan(student(np.array([math.inf, math.inf]), MASS)).all()


def test_an_infinite_value_leaves_the_other_end() -> None:
    losses = np.array([1.0, 1.2, math.inf, 0.9])
    low, high = student(losses, MASS)
    assert high == math.inf
    assert low == pytest.approx(student(np.array([1.0, 1.2, 1.2, 0.9]), MASS)[0])
    assert student(-losses, MASS) == pytest.approx((-math.inf, -low))


# Two shares ---------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(0, 10**6))
def test_independent_shares_are_those_of_statsmodels(n: int, seed: int) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    first, second = np.random.default_rng(seed).integers(0, n + 1, size=2)
    ours = share_difference((first, n), (second, 2 * n), MASS, exclusive=False)
    theirs = confint_proportions_2indep(first, n, second, 2 * n, method="newcomb")
    assert ours == pytest.approx(theirs, abs=1e-9)


@given(st.integers(1, 40), st.integers(0, 10**6))
def test_the_two_can_change_places(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second, _ = rng.multinomial(n, [0.3, 0.2, 0.5])
    worth = rng.uniform(0, 2, size=2)
    low, high = share_difference((first, n), (second, n), MASS, worth=tuple(worth))
    again = share_difference((second, n), (first, n), MASS, worth=tuple(worth[::-1]))
    assert (-high, -low) == pytest.approx(again)
    assert low <= worth[0] * first / n - worth[1] * second / n <= high


@pytest.mark.parametrize("n", [6, 20, 111])
@pytest.mark.parametrize(
    ("first", "second", "odds"),
    [(0.1, 0.1, 1), (0.3, 0.1, 1), (0.5, 0.0, 1), (0.2, 0.01, 0.05), (0.4, 0.05, 1 / 9)],
)
def test_they_hold_the_truth_as_often_as_they_say(
    n: int, first: float, second: float, odds: float
) -> None:
    """The worth is that of a decision curve: cases spared of little worth against few missed."""
    drawn = np.random.default_rng(n).multinomial(n, [first, second, 1 - first - second], 20_000)
    counts = (drawn[:, 0], n), (drawn[:, 1], n)
    low, high = share_difference(*counts, MASS, worth=(odds, 1))
    true = odds * first - second
    assert ((low <= true) & (true <= high)).mean() >= 0.93
