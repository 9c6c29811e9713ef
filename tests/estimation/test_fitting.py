"""From stated ranges to Dirichlets: what goes in comes out again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hamknee.base.errors import HamkneeError
from hamknee.base.types import Array
from hamknee.estimation.fitting import beta_ess, dirichlet_ess, fit_beta, split_by_parent, split_ess

proportions = st.floats(0.02, 0.98)

# The count of one Beta --------------------------------------------------------------------------


@given(mean=proportions, ess=st.floats(4, 5000), mass=st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_a_beta_is_recovered_from_its_own_quantiles(mean: float, ess: float, mass: float) -> None:
    beta = stats.beta(mean * ess, (1 - mean) * ess)
    low, high = beta.ppf([(1 - mass) / 2, (1 + mass) / 2])
    if not 1e-6 < low < mean < high < 1 - 1e-6:
        return  # the range ends in a tail, where it no longer tells one count from another
    assert beta_ess(mean, low, high, mass) == pytest.approx(ess, rel=1e-3)


def test_a_stated_range_worked_out_by_hand() -> None:
    ess = beta_ess(0.6, 0.38, 0.8)
    assert ess == pytest.approx(14, abs=0.5)
    low, high = stats.beta.ppf([0.05, 0.95], 0.6 * ess, 0.4 * ess)
    assert (low, high) == pytest.approx((0.38, 0.8), abs=0.02)


@given(mean=st.floats(0.1, 0.9), width=st.floats(0.02, 0.08))
def test_a_wider_range_is_worth_fewer_patients(mean: float, width: float) -> None:
    narrow = beta_ess(mean, mean - width / 2, mean + width / 2)
    wide = beta_ess(mean, mean - width, mean + width)
    assert wide < narrow


@given(mean=st.floats(0.05, 0.95), width=st.floats(0.01, 0.04))
def test_a_proportion_and_its_complement_are_worth_the_same(mean: float, width: float) -> None:
    one = beta_ess(mean, mean - width, mean + width)
    other = beta_ess(1 - mean, 1 - mean - width, 1 - mean + width)
    assert one == pytest.approx(other, rel=1e-3)


@pytest.mark.parametrize(
    ("mean", "low", "high"),
    [
        (0.02, 0.0, 0.06),
        (0.02, 0.0, 0.04),
        (0.01, 0.0, 0.025),
        (0.005, 0.0, 0.02),
        (0.98, 0.96, 1.0),
    ],
)
def test_a_range_that_reaches_the_very_end_is_read_by_its_other_end(
    mean: float, low: float, high: float
) -> None:
    ess = beta_ess(mean, low, high)
    assert ess > 5  # and not the Beta that is nearly always 0 or 1
    beta = stats.beta(mean * ess, (1 - mean) * ess)
    beyond = beta.sf(high) if low == 0 else beta.cdf(low)
    assert beyond == pytest.approx(0.05, abs=0.03)


@pytest.mark.parametrize(
    ("mean", "low", "high", "mass", "message"),
    [
        (
            0.5,
            0.6,
            0.8,
            0.9,
            "found low 0.6, best estimate 0.5, high 0.8; allowed: 0 <= low < best",
        ),
        (0.9, 0.6, 0.8, 0.9, "found low 0.6, best estimate 0.9, high 0.8; allowed"),
        (0.5, -0.1, 0.8, 0.9, "found low -0.1, best estimate 0.5"),
        (0.5, 0.1, 1.1, 0.9, "best estimate 0.5, high 1.1"),
        (0.5, 0.5, 0.6, 0.9, "found low 0.5, best estimate 0.5"),
        (float("nan"), 0.1, 0.6, 0.9, "best estimate nan"),
        (0.5, 0.4, 0.6, 0.0, "found a mass of 0.0; allowed: between 0 and 1"),
        (0.5, 0.4, 0.6, 1.0, "found a mass of 1.0; allowed: between 0 and 1"),
    ],
)
def test_a_range_out_of_order_is_refused(
    mean: float, low: float, high: float, mass: float, message: str
) -> None:
    with pytest.raises(HamkneeError) as raised:
        beta_ess(mean, low, high, mass)
    assert message in str(raised.value)


@given(mean=st.floats(0.1, 0.9), low=st.floats(0.2, 0.9), high=st.floats(0.2, 0.9))
def test_no_other_count_of_a_fine_grid_fits_a_range_better(
    mean: float, low: float, high: float
) -> None:
    low, high = mean * (1 - low), mean + (1 - mean) * high
    counts = np.geomspace(0.1, 10_000, 4000)

    def misfit(count: float | np.ndarray) -> np.ndarray:
        below, above = stats.beta.cdf([[low], [high]], mean * count, (1 - mean) * count)
        return np.asarray((below - 0.05) ** 2 + (above - 0.95) ** 2)

    assert misfit(np.array([beta_ess(mean, low, high)])) <= misfit(counts).min() + 2e-6


# Mean and count of one Beta ---------------------------------------------------------------------


@given(low=st.floats(0.001, 0.98), width=st.floats(0.01, 0.9))
def test_any_two_quantiles_are_met_exactly(low: float, width: float) -> None:
    high = min(low + width, 0.999)
    mean, ess = fit_beta([low, high], [0.05, 0.95])
    met = stats.beta.cdf([low, high], mean * ess, (1 - mean) * ess)
    np.testing.assert_allclose(met, [0.05, 0.95], atol=1e-6)


@given(mean=proportions, ess=st.floats(4, 5000))
def test_a_beta_is_recovered_from_its_own_quartiles(mean: float, ess: float) -> None:
    quartiles = stats.beta.ppf([0.25, 0.5, 0.75], mean * ess, (1 - mean) * ess)
    if np.diff([0, *quartiles, 1]).min() < 1e-6:
        return  # a quartile in the tail no longer tells one Beta from another
    fitted_mean, count = fit_beta(quartiles, [0.25, 0.5, 0.75])
    assert fitted_mean == pytest.approx(mean, rel=1e-5)
    assert count == pytest.approx(ess, rel=1e-4)


def test_three_quartiles_that_no_beta_has_are_fitted_as_shelf_does() -> None:
    # The fit that SHELF's vignette on Dirichlet elicitation prints for its first proportion.
    mean, ess = fit_beta([0.5, 0.55, 0.6], [0.25, 0.5, 0.75])
    assert mean * ess == pytest.approx(24.88927, rel=1e-4)
    assert (1 - mean) * ess == pytest.approx(20.4087, rel=1e-4)


def test_nobody_knows_more_than_a_million_patients_tell_or_less_than_a_tenth_of_one() -> None:
    mean, most = fit_beta([0.4999, 0.5, 0.5001], [0.25, 0.5, 0.75])
    assert (mean, most) == pytest.approx((0.5, 1e6))
    ends = [1e-4, 1 - 1e-4]
    assert fit_beta(ends, [0.45, 0.55]) == pytest.approx((0.5, 0.1))


@pytest.mark.parametrize(
    ("values", "levels"),
    [([0.5, 0.55, 0.6], [0.25, 0.5, 0.75]), ([0.1, 0.2, 0.6, 0.7], [0.1, 0.4, 0.5, 0.9])],
)
def test_no_step_away_from_a_fit_fits_better(values: list[float], levels: list[float]) -> None:
    def misfit(mean: float, ess: float) -> float:
        reached = stats.beta.cdf(values, mean * ess, (1 - mean) * ess)
        return float(((reached - levels) ** 2).sum())

    mean, ess = fit_beta(values, levels)
    for step in (1e-3, 1e-2, 0.1):
        for moved in ((mean - step, ess), (mean + step, ess), (mean, ess / (1 + step))):
            assert misfit(mean, ess) <= misfit(*moved) + 1e-12
        assert misfit(mean, ess) <= misfit(mean, ess * (1 + step)) + 1e-12


@pytest.mark.parametrize(
    ("values", "levels", "message"),
    [
        ([0.5, 0.4], [0.25, 0.75], "found the values 0.5, 0.4; allowed: rising"),
        ([0.0, 0.4], [0.25, 0.75], "found the values 0, 0.4; allowed: rising, strictly between"),
        ([float("nan"), 0.4], [0.25, 0.75], "found the values nan, 0.4"),
        ([0.3, 0.4], [0.75, 0.25], "found the levels 0.75, 0.25; allowed: never falling"),
        ([0.3, 0.4], [0.5, 1.5], "found the levels 0.5, 1.5; allowed: never falling, between"),
        ([0.3, 0.4], [0.5, 1.0], "found the levels 0.5, 1; allowed: at least two different ones"),
        ([0.3, 0.4], [0.5], "found 2 values and 1 levels; allowed: as many"),
    ],
)
def test_points_of_no_distribution_are_refused(
    values: list[float], levels: list[float], message: str
) -> None:
    with pytest.raises(HamkneeError) as raised:
        fit_beta(values, levels)
    assert message in str(raised.value)


# The count of one column ------------------------------------------------------------------------


def test_a_column_is_worth_what_its_vaguest_proportion_is() -> None:
    ranges = [(0.5, 0.45, 0.55), (0.3, 0.1, 0.52), (0.2, 0.17, 0.23)]
    counts = [beta_ess(*each) for each in ranges]
    assert dirichlet_ess(*zip(*ranges, strict=True)) == min(counts) == counts[1]


def test_estimates_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(HamkneeError, match=r"the estimates add up to 0\.9; allowed: 1"):
        dirichlet_ess([0.5, 0.4], [0.4, 0.3], [0.6, 0.5])


# A second parent --------------------------------------------------------------------------------


def columns(states: int, parents: int) -> st.SearchStrategy[tuple[Array, Array, Array]]:
    """Return a strategy for means, weights and odds ratios; the first of each is the reference."""
    shares = st.floats(0.02, 1)
    ratios = st.lists(st.floats(0.02, 50), min_size=states - 1, max_size=states - 1)
    return st.tuples(
        st.lists(shares, min_size=states, max_size=states).map(normalised),
        st.lists(shares, min_size=parents, max_size=parents).map(normalised),
        st.lists(ratios, min_size=parents - 1, max_size=parents - 1).map(
            lambda rows: np.array([[1.0] * states, *([1.0, *row] for row in rows)])
        ),
    )


def normalised(values: list[float]) -> Array:
    return np.array(values) / sum(values)


@given(st.one_of(columns(2, 3), columns(3, 2), columns(7, 3), columns(2, 6)))
def test_a_split_keeps_the_average_and_the_odds_ratios(drawn: tuple[Array, Array, Array]) -> None:
    means, weights, ratios = drawn
    split = split_by_parent(means, weights, ratios)
    np.testing.assert_allclose(weights @ split, means, atol=1e-9)
    np.testing.assert_allclose(split.sum(axis=1), 1)
    odds = split / split[:, :1]
    np.testing.assert_allclose(odds / odds[:1], ratios, rtol=1e-6)


def test_odds_ratios_of_1_split_nothing() -> None:
    split = split_by_parent([0.3, 0.7], [0.2, 0.8], [[1, 1], [1, 1]])
    np.testing.assert_allclose(split, [[0.3, 0.7]] * 2)


def test_margins_that_are_out_of_reach_are_refused() -> None:
    never = [[1, 0], [0, 1]]
    with pytest.raises(HamkneeError, match=r"found odds ratios too far apart; allowed: such as"):
        split_by_parent([0.3, 0.7], [0.5, 0.5], never)


@pytest.mark.parametrize(
    ("means", "ess", "weights", "ratios"),
    [
        ((0.6, 0.4), 14, [0.9, 0.07, 0.03], [[1, 1], [0.1, 1], [0.05, 1]]),
        ((0.3, 0.7), 40, [0.3, 0.3, 0.4], [[1, 1], [0.5, 1], [0.25, 1]]),
        ((0.2, 0.5, 0.3), 30, [0.3, 0.7], [[1, 1, 1], [4, 2, 1]]),
    ],
)
def test_the_average_of_a_split_stays_as_uncertain_as_it_was(
    means: tuple[float, ...], ess: float, weights: list[float], ratios: list[list[float]]
) -> None:
    split = split_by_parent(means, weights, ratios)
    count = split_ess(means, ess, weights, split)
    rng = np.random.default_rng(1)
    parts = [rng.dirichlet(column * count, size=200_000) for column in split]
    draws = sum(w * part for w, part in zip(weights, parts, strict=True))
    np.testing.assert_allclose(draws.mean(axis=0), means, atol=0.001)
    stated = np.array(means) * (1 - np.array(means)) / (ess + 1)
    ratio = draws.var(axis=0) / stated
    assert ratio.min() == pytest.approx(1, rel=0.02), "as uncertain in the state that says least"
    assert (ratio > 0.98).all()


def test_a_split_column_is_never_worth_less_than_one_patient() -> None:
    assert split_ess([0.5, 0.5], 1, [1 / 3] * 3, [[0.5, 0.5]] * 3) == 1
