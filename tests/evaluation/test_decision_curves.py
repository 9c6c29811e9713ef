"""Net benefit by its definition, and where acting on a probability is clearly best."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from hamknee.base.errors import HamkneeError
from hamknee.evaluation.decision_curves import decision_curve
from tests.support.forecasts import said_and_true


def test_net_benefit_by_its_definition() -> None:
    p = np.array([0.9, 0.8, 0.3, 0.2, 0.1])
    y = np.array([1.0, 0, 1, 0, 0])
    curve = decision_curve(p, y, [0.0, 0.25, 0.5, 0.85])
    assert curve.net_benefit == pytest.approx([0.4, 2 / 5 - 1 / 5 / 3, 1 / 5 - 1 / 5, 1 / 5])
    everyone = [0.4 - 0.6 * t / (1 - t) for t in (0.0, 0.25, 0.5, 0.85)]
    assert curve.everyone == pytest.approx(everyone)
    assert (curve.low <= curve.net_benefit).all()
    assert (curve.net_benefit <= curve.high).all()


def test_each_percent_from_1_to_50_is_a_threshold_unless_others_are_named() -> None:
    curve = decision_curve(*said_and_true(40))
    assert curve.thresholds == pytest.approx([percent / 100 for percent in range(1, 51)])


@given(st.integers(0, 10**6), st.lists(st.floats(0.01, 0.95), min_size=1, max_size=4))
def test_net_benefit_weighs_the_confusion_matrix_of_scikit_learn(
    seed: int, thresholds: list[float]
) -> None:
    p, y = said_and_true(40, seed=seed)
    curve = decision_curve(p, y, thresholds)
    for threshold, net_benefit in zip(thresholds, curve.net_benefit, strict=True):
        matrix = confusion_matrix(y, p >= threshold, labels=[0, 1])
        worth = matrix[1, 1] - matrix[0, 1] * threshold / (1 - threshold)
        assert net_benefit == pytest.approx(worth / 40)


@given(st.integers(0, 10**6))
def test_nothing_does_better_than_to_know(seed: int) -> None:
    p, y = said_and_true(30, seed=seed)
    knowing, curve = (decision_curve(each, y) for each in (y, p))
    assert knowing.net_benefit == pytest.approx(np.full(50, y.mean()))
    assert (curve.net_benefit <= knowing.net_benefit + 1e-12).all()
    everyone = decision_curve(np.ones(30), y).net_benefit
    assert curve.everyone == pytest.approx(everyone)


def test_a_threshold_that_is_reached_exactly_is_acted_on() -> None:
    curve = decision_curve(np.array([0.5]), np.array([1.0]), [0.5])
    assert curve.net_benefit.tolist() == [1.0]


def test_knowing_more_never_harms_where_probabilities_are_right() -> None:
    p, y = said_and_true(20_000)
    curve = decision_curve(p, y)
    assert (curve.net_benefit > np.maximum(curve.everyone, 0) - 0.005).all()
    useless = decision_curve(np.full(20_000, y.mean()), y)
    assert useless.net_benefit == pytest.approx(np.maximum(useless.everyone, 0), abs=1e-12)
    assert not useless.better.any()
    assert "At no threshold is acting on the probability clearly better" in useless.text


def test_the_table_has_three_strategies() -> None:
    table = decision_curve(*said_and_true(50)).table
    assert table.groupby("strategy").size().to_dict() == {"model": 50, "everyone": 50, "no_one": 50}
    assert table[table["strategy"] == "model"].notna().all(axis=None)
    assert not table.loc[table["strategy"] != "model", "better"].any()


def test_gains_are_over_the_better_default() -> None:
    curve = decision_curve(*said_and_true(300))
    best = np.maximum(curve.everyone, 0)
    assert curve.gain == pytest.approx(curve.net_benefit - best)
    assert (curve.gain_low <= curve.gain).all()
    assert (curve.gain <= curve.gain_high).all()
    assert (curve.better <= (curve.gain_low > 0)).all()
    assert curve.better.any()
    assert curve.differences["best_default"].eq("everyone").sum() == (curve.everyone > 0).sum()


@pytest.mark.parametrize("seed", range(3))
def test_what_is_only_noise_is_hardly_ever_better(seed: int) -> None:
    """Of 300 cohorts with seven events, in which the probability tells nothing."""
    rng = np.random.default_rng(seed)
    y = np.repeat([1.0, 0.0], [7, 104])
    claims = [decision_curve(rng.beta(1, 15, 111), y, [0.05, 0.1]).better for _ in range(300)]
    assert np.mean(claims) < 0.025


def test_nine_cases_say_nothing() -> None:
    p = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.1, 0.1, 0.1, 0.1])
    text = decision_curve(p, np.round(p)).text
    assert text.endswith("Too few cases to say whether acting on the probability helps.")
    assert "4 of 9 cases have it" in text


def test_thresholds_that_are_clear_are_named_in_runs() -> None:
    curve = decision_curve(*said_and_true(300), [0.3, 0.2, 0.4, 0.5])
    shown = replace(curve, better=np.array([True, True, False, True]))
    assert "no one from 20 to 30 % and at 50 % (each by itself" in shown.text
    harmful = replace(curve, gain_high=np.array([1, 1, -0.1, 1]))
    assert "It is clearly worse than the better of those two at 40 %." in harmful.text


# Where the condition is as common as stated -------------------------------------------------


@given(st.integers(0, 10**6), st.floats(0.01, 0.6))
def test_a_prevalence_weighs_the_cases(seed: int, prevalence: float) -> None:
    p, y = said_and_true(60, seed=seed)
    curve = decision_curve(p, y, [0.1, 0.3], prevalence=prevalence)
    weights = np.where(y == 1, prevalence / y.sum(), (1 - prevalence) / (60 - y.sum()))
    for threshold, net_benefit, everyone in zip(
        curve.thresholds, curve.net_benefit, curve.everyone, strict=True
    ):
        matrix = confusion_matrix(y, p >= threshold, labels=[0, 1], sample_weight=weights)
        odds = threshold / (1 - threshold)
        assert net_benefit == pytest.approx(matrix[1, 1] - matrix[0, 1] * odds)
        assert everyone == pytest.approx(prevalence - (1 - prevalence) * odds)


def test_the_prevalence_of_the_cases_changes_no_net_benefit() -> None:
    p, y = said_and_true(200)
    as_here = decision_curve(p, y, prevalence=y.mean())
    assert as_here.net_benefit == pytest.approx(decision_curve(p, y).net_benefit)
    assert "This holds where" in as_here.text
    assert "as here" not in as_here.text


@pytest.mark.parametrize(
    ("truth", "prevalence", "message"),
    [
        ([1.0, 0.0], 0.0, "found a prevalence of 0.0; allowed: between 0 and 1"),
        ([1.0, 1.0], 0.1, "found the condition in 2 of 2 cases"),
    ],
)
def test_a_prevalence_that_cannot_be_is_refused(
    truth: list[float], prevalence: float, message: str
) -> None:
    with pytest.raises(HamkneeError, match=message):
        decision_curve(np.array([0.5, 0.2]), np.array(truth), prevalence=prevalence)


@pytest.mark.parametrize(
    ("thresholds", "message"), [([1.0], "thresholds 1"), ([], "none"), ([np.nan], "nan")]
)
def test_thresholds_out_of_range_are_refused(thresholds: list[float], message: str) -> None:
    with pytest.raises(HamkneeError, match=f"{message}.*allowed: one or more, from 0 to below 1"):
        decision_curve(np.array([0.5]), np.array([1.0]), thresholds)
