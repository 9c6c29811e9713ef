"""Calibration, held to scikit-learn, statsmodels, SciPy and the definitions."""

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression

from hamknee.base.errors import HamkneeError
from hamknee.evaluation.calibrating import Calibration, calibration
from tests.support.forecasts import said_and_true, several

# Intercept and slope ------------------------------------------------------------------------


def test_a_single_case_has_no_slope() -> None:
    calibrated = calibration(np.array([[0.2, 0.5, 0.3]]), np.array([[0.0, 0.0, 1.0]]))
    assert np.isnan(calibrated.slope.value)


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.6, 0.0), (1.0, 0.8), (1.5, -0.5)])
def test_slope_is_that_of_an_unpenalised_logistic_regression(slope: float, shift: float) -> None:
    p, y = said_and_true(800, slope, shift)
    calibrated = calibration(p, y)
    theirs = LogisticRegression(C=np.inf, tol=1e-10).fit(np.log(p / (1 - p))[:, None], y)
    assert calibrated.slope.value == pytest.approx(theirs.coef_[0, 0], abs=1e-4)
    assert calibrated.slope.low <= slope <= calibrated.slope.high


def test_intercept_makes_what_was_said_add_up_to_what_came_true() -> None:
    """That is the equation which maximum likelihood solves."""
    p, y = said_and_true(500, shift=0.7)
    shift = calibration(p, y).intercept.value
    shifted = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + shift)))
    assert shifted.sum() == pytest.approx(y.sum())


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """90 % intervals, 300 times: the share has a standard error of 1.7 %."""
    held = [
        estimate.low <= truth <= estimate.high
        for seed in range(300)
        for calibrated in [calibration(*said_and_true(300, seed=seed), mass=0.9)]
        for estimate, truth in [(calibrated.intercept, 0), (calibrated.slope, 1)]
    ]
    assert np.mean(held[::2]) == pytest.approx(0.9, abs=0.05)
    assert np.mean(held[1::2]) == pytest.approx(0.9, abs=0.05)


def test_statements_of_one_case_are_taken_together() -> None:
    p, y = several(200)
    calibrated = calibration(p, y)
    log_odds = np.log(p.ravel() / (1 - p.ravel()))
    fit = sm.GLM(y.ravel(), sm.add_constant(log_odds), family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": np.repeat(np.arange(200), 4)}
    )
    expected = fit.conf_int()[1]
    assert (calibrated.slope.low, calibrated.slope.high) == pytest.approx(tuple(expected))
    assert (calibrated.cases, calibrated.n, calibrated.together) == (200, 800, True)
    assert np.isnan(calibrated.intercept.value)  # both sides add up to the number of cases


def test_the_most_probable_condition_alone() -> None:
    p, y = several(50)
    calibrated = calibration(p, y, of="first")
    assert calibrated.p.tolist() == p.max(axis=1).tolist()
    assert calibrated.y.tolist() == y[np.arange(50), p.argmax(axis=1)].tolist()


@pytest.mark.parametrize(
    ("p", "y"),
    [
        ([0.1, 0.2, 0.3, 0.4], [0, 0, 0, 0]),  # nothing came true
        ([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1]),  # parted: any steeper slope fits better
        ([0.1, 0.2, 0.2, 0.4], [0, 0, 1, 1]),  # parted but for a tie
        ([0.1, 0.2, 0.3, 0.4], [1, 1, 0, 0]),
        ([0.3, 0.3, 0.3, 0.3], [0, 1, 0, 1]),  # all the same
    ],
)
def test_a_slope_that_the_cases_cannot_tell_is_not_made_up(p: list[float], y: list[float]) -> None:
    calibrated = calibration(np.array(p), np.array(y))
    assert np.isnan([calibrated.slope.value, calibrated.slope.low, calibrated.slope.high]).all()
    assert "The cases do not tell the slope." in calibrated.text


def test_certainty_that_comes_true_has_no_infinite_weight() -> None:
    p, y = said_and_true(400)
    p[:2], y[:2] = [0, 1], [0, 1]
    assert np.isfinite(calibration(p, y).slope.value)


# Reliability and the smooth curve -----------------------------------------------------------


@pytest.mark.parametrize("bins", [1, 4, 10])
def test_reliability_is_that_of_scikit_learn(bins: int) -> None:
    p, y = said_and_true(300)
    p = p.round(2)  # with ties
    table = calibration(p, y, bins=bins).reliability
    observed, predicted = calibration_curve(y, p, n_bins=bins, strategy="quantile")
    assert table["observed"].tolist() == pytest.approx(observed.tolist())
    assert table["predicted"].tolist() == pytest.approx(predicted.tolist())
    assert table["n"].sum() == 300


def test_few_cases_make_few_bins() -> None:
    p, y = said_and_true(25)
    assert len(calibration(p, y).reliability) == 2
    assert len(calibration(p[:5], y[:5]).reliability) == 1


def test_the_smooth_curve_is_made_of_weighted_straight_lines() -> None:
    p, y = said_and_true(60)
    nearest = int(2 / 3 * 60 + 1e-10)
    expected = []
    for x in p:
        distance = np.abs(p - x)
        width = np.sort(distance)[nearest - 1]
        weight = np.clip(1 - (distance / width) ** 3, 0, None) ** 3
        _, level = np.polyfit(p - x, y, 1, w=np.sqrt(weight))
        expected.append(min(max(level, 0), 1))
    assert calibration(p, y).smooth == pytest.approx(np.array(expected), abs=1e-6)


def test_distances_are_mean_median_and_90th_percentile() -> None:
    p, y = said_and_true(200, slope=0.5)
    calibrated = calibration(p, y)
    away = np.abs(p - calibrated.smooth)
    assert calibrated.ici == pytest.approx(away.mean())
    assert (calibrated.e50, calibrated.e90) == pytest.approx(tuple(np.quantile(away, [0.5, 0.9])))
    assert calibrated.table["measure"].tolist() == ["intercept", "slope", "ici", "e50", "e90"]


def test_among_many_equal_statements_the_curve_is_how_often_those_came_true() -> None:
    p = np.array([0.0] * 30 + [0.4, 0.9])
    y = np.array([1.0] * 3 + [0.0] * 27 + [1.0, 1.0])
    curve = calibration(p, y).smooth
    assert np.isfinite(curve).all()
    assert curve[:30] == pytest.approx(0.1)


def test_certain_statements_that_are_half_wrong_say_next_to_nothing_and_warn_of_nothing() -> None:
    p = np.array([1e-300, 1 - 1e-16, 1e-300, 1 - 1e-16, 1e-300, 1 - 1e-16])
    fit = calibration(p, np.array([1.0, 0.0, 0.0, 1.0, 0.0, 1.0]))
    assert abs(fit.slope.value) < 0.05
    assert fit.slope.low < 0 < fit.slope.high


def test_certain_answers_leave_the_calibration_in_the_large_what_it_is() -> None:
    """What was said and shifted adds up to what came true, with 0 and 1 among it."""
    p, y = said_and_true(200, shift=0.7)
    p, y = np.append(p, [0.0, 1.0]), np.append(y, [0.0, 1.0])
    fit = calibration(p, y)
    odds = np.log(np.clip(p, 1e-12, 1 - 1e-12)) - np.log1p(-np.clip(p, 1e-12, 1 - 1e-12))
    assert (1 / (1 + np.exp(-(odds + fit.intercept.value)))).sum() == pytest.approx(y.sum())
    alone = calibration(p[:-2], y[:-2]).intercept
    assert fit.intercept.value == pytest.approx(alone.value, abs=1e-6)
    assert (fit.intercept.low, fit.intercept.high) == pytest.approx((alone.low, alone.high))


def test_a_hundred_thousand_statements_have_the_slope_of_scikit_learn() -> None:
    p, y = said_and_true(100_000, slope=0.7, shift=0.3)
    theirs = LogisticRegression(C=np.inf, tol=1e-10).fit(np.log(p / (1 - p))[:, None], y)
    assert calibration(p, y).slope.value == pytest.approx(theirs.coef_[0, 0], abs=1e-6)


def test_with_many_statements_the_curve_is_fitted_at_fewer_places() -> None:
    """20,000 statements of which each is true as often as it says: the curve is the diagonal."""
    calibrated = calibration(*said_and_true(20_000))
    assert calibrated.ici < 0.01
    assert not calibrated.few


def test_overconfidence_shows_in_every_measure() -> None:
    good, bold = (calibration(*said_and_true(2000, slope)) for slope in (1.0, 0.4))
    assert good.slope.high > 0.95 > bold.slope.high
    assert good.ici < 0.03 < bold.ici
    assert "below it probabilities are too extreme" in bold.text


def test_few_events_are_said_to_be_few() -> None:
    calibrated = calibration(*said_and_true(60))
    assert calibrated.few
    assert "this is a rough impression" in calibrated.text


# What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "y", "settings", "message"),
    [
        ([], [], {}, "found no case"),
        ([1.2], [1], {}, "found a probability that is no number from 0 to 1"),
        ([np.nan], [1], {}, "found a probability that is no number from 0 to 1"),
        ([0.5], [0.5], {}, "found a truth other than 0 and 1"),
        ([0.5], [1, 1], {}, r"shape \(1,\) and a truth of \(2,\)"),
        ([0.5], [1], {"mass": 1}, "found a mass of 1; allowed: between 0 and 1"),
        ([0.5], [1], {"bins": 0}, "found 0 bins; allowed: 1 or more"),
        ([[0.5, 0.5]], [[1, 1]], {}, "not exactly one true state"),
        ([[0.5, 0.5]], [[1, 0, 0]], {}, "allowed: the same shape"),
    ],
    ids=["none", "above 1", "NaN", "half true", "lengths", "mass", "bins", "two true", "shapes"],
)
def test_calibration_refuses_what_cannot_be(
    p: list[float], y: list[float], settings: dict[str, float], message: str
) -> None:
    with pytest.raises(HamkneeError, match=message):
        calibration(np.array(p), np.array(y), **settings)


def test_results_cannot_be_changed() -> None:
    calibrated: Calibration = calibration(*said_and_true(30))
    with pytest.raises(AttributeError):
        calibrated.cases = 3  # type: ignore[misc]


@pytest.mark.parametrize(("n", "bins"), [(9, 1), (29, 2), (99, 9), (100, 10), (130, 10)])
def test_there_is_a_bin_for_each_ten_statements_and_at_most_ten(n: int, bins: int) -> None:
    assert calibration(*said_and_true(n)).bins == bins


def test_a_hundred_of_the_rarer_kind_are_not_few() -> None:
    p = np.linspace(0.05, 0.95, 300)
    for events, few in ((99, True), (100, False), (200, False), (201, True)):
        y = np.zeros(300)
        y[-events:] = 1
        y[[0, -1]] = y[[-1, 0]]  # so that they overlap
        calibrated = calibration(p, y)
        assert calibrated.few is few
        rarer = f" With {min(events, 300 - events)} of the rarer kind this is a rough impression."
        assert (rarer in calibrated.text) is few


def test_statements_at_0_and_1_leave_the_slope_its_interval() -> None:
    rng = np.random.default_rng(1)
    p = rng.uniform(0.05, 0.95, 60)
    p[:10], p[10:20] = 0, 1
    y = (rng.random(60) < p).astype(float)
    slope = calibration(np.column_stack([p, 1 - p]), np.column_stack([y, 1 - y])).slope
    middle = calibration(
        np.column_stack([p[20:], 1 - p[20:]]), np.column_stack([y[20:], 1 - y[20:]])
    ).slope
    assert slope.value == pytest.approx(middle.value, abs=1e-3)
    assert slope.low == pytest.approx(middle.low, abs=0.02)  # the number of cases corrects it
    assert slope.high == pytest.approx(middle.high, abs=0.02)
