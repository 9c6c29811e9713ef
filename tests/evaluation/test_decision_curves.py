"""Net benefit by its definition, and where acting on a probability does best."""

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
    curve = decision_curve(p, y, [0.0, 0.25, 0.5, 0.85], resamples=50)
    assert curve.net_benefit == pytest.approx([0.4, 2 / 5 - 1 / 5 / 3, 1 / 5 - 1 / 5, 1 / 5])
    everyone = [0.4 - 0.6 * t / (1 - t) for t in (0.0, 0.25, 0.5, 0.85)]
    assert curve.everyone == pytest.approx(everyone)
    assert (curve.low <= curve.net_benefit).all()
    assert (curve.net_benefit <= curve.high).all()


@given(st.integers(0, 10**6), st.lists(st.floats(0.01, 0.95), min_size=1, max_size=4))
def test_net_benefit_weighs_the_confusion_matrix_of_scikit_learn(
    seed: int, thresholds: list[float]
) -> None:
    p, y = said_and_true(40, seed=seed)
    curve = decision_curve(p, y, thresholds, resamples=1)
    for threshold, net_benefit in zip(thresholds, curve.net_benefit, strict=True):
        matrix = confusion_matrix(y, p >= threshold, labels=[0, 1])
        worth = matrix[1, 1] - matrix[0, 1] * threshold / (1 - threshold)
        assert net_benefit == pytest.approx(worth / 40)


@given(st.integers(0, 10**6))
def test_nothing_does_better_than_to_know(seed: int) -> None:
    p, y = said_and_true(30, seed=seed)
    knowing, curve = (decision_curve(each, y, resamples=1) for each in (y, p))
    assert knowing.net_benefit == pytest.approx(np.full(50, y.mean()))
    assert (curve.net_benefit <= knowing.net_benefit + 1e-12).all()
    everyone = decision_curve(np.ones(30), y, resamples=1).net_benefit
    assert curve.everyone == pytest.approx(everyone)


def test_a_threshold_that_is_reached_exactly_is_acted_on() -> None:
    curve = decision_curve(np.array([0.5]), np.array([1.0]), [0.5], resamples=1)
    assert curve.net_benefit.tolist() == [1.0]


def test_knowing_more_never_harms_where_probabilities_are_right() -> None:
    p, y = said_and_true(20_000)
    curve = decision_curve(p, y, resamples=2)
    assert (curve.net_benefit > np.maximum(curve.everyone, 0) - 0.005).all()
    useless = decision_curve(np.full(20_000, y.mean()), y, resamples=2)
    assert useless.net_benefit == pytest.approx(np.maximum(useless.everyone, 0), abs=1e-12)
    assert useless.text.endswith("At no threshold does acting on the probability do best.")


def test_the_table_has_three_strategies() -> None:
    table = decision_curve(*said_and_true(50), resamples=20).table
    assert table.groupby("strategy").size().to_dict() == {"model": 50, "everyone": 50, "no_one": 50}
    assert table[table["strategy"] == "model"].notna().all(axis=None)


@pytest.mark.parametrize(
    ("thresholds", "message"), [([1.0], "thresholds 1"), ([], "none"), ([np.nan], "nan")]
)
def test_thresholds_out_of_range_are_refused(thresholds: list[float], message: str) -> None:
    with pytest.raises(HamkneeError, match=f"{message}.*allowed: one or more, from 0 to below 1"):
        decision_curve(np.array([0.5]), np.array([1.0]), thresholds)
