"""Scores by their definitions and by scikit-learn, and their bootstrap intervals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from hamknee.evaluation.metrics import (
    MEASURES,
    Scoreboard,
    bootstrap_means,
    percentile_interval,
    rank_of_truth,
    scores,
)
from tests.support.forecasts import several

# Measures -----------------------------------------------------------------------------------


def test_one_of_several_diagnoses_is_met_by_any_of_them() -> None:
    scored = scores(np.array([[0.1, 0.5, 0.3, 0.1]]), np.array([[1.0, 0, 1, 0]]))
    assert scored["top1"] == 0
    assert scored["top3"] == 1
    assert scored["log_loss"] == pytest.approx(-math.log(0.4))
    assert scored["brier"] == pytest.approx(0.6**2 + 0.5**2 + 0.1**2)


def test_of_equal_probabilities_the_first_state_goes_first() -> None:
    level = np.full((4, 4), 0.25)
    scored = scores(level, np.eye(4))
    assert scored["top1"].tolist() == [1, 0, 0, 0]
    assert scored["top3"].tolist() == [1, 1, 1, 0]


def test_what_cannot_be_answered_counts_as_wrong() -> None:
    scored = scores(np.array([[np.nan, np.nan], [0.0, 1.0]]), np.array([[1.0, 0], [1, 0]]))
    assert scored["top1"].tolist() == scored["top3"].tolist()[:1] * 2 == [0, 0]
    assert scored["log_loss"].tolist() == [math.inf, math.inf]
    assert scored["brier"].tolist() == [2, 2]


distributions = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(
    lambda weights: np.array(weights) / sum(weights)
)


@given(said=distributions, true=distributions)
def test_log_loss_and_brier_are_proper(said: np.ndarray, true: np.ndarray) -> None:
    """On average nothing scores better than the truth."""
    for measure in ("log_loss", "brier"):
        expected = {
            name: true @ scores(np.tile(p, (4, 1)), np.eye(4))[measure]
            for name, p in (("said", said), ("true", true))
        }
        assert expected["true"] <= expected["said"] + 1e-12


@given(p=distributions, true=st.integers(1, 15))
def test_scores_keep_to_their_ranges(p: np.ndarray, true: int) -> None:
    truth = np.array([[float(true >> k & 1) for k in range(4)]])
    scored = {name: float(values[0]) for name, values in scores(p[None], truth).items()}
    assert scored["top1"] <= scored["top3"]
    assert scored["log_loss"] >= 0
    assert 0 <= scored["brier"] <= 2


@given(p=distributions, true=st.integers(1, 15))
def test_the_place_of_the_truth_is_its_rank(p: np.ndarray, true: int) -> None:
    truth = np.array([float(true >> k & 1) for k in range(4)])
    places = stats.rankdata(-p, method="ordinal")
    assert rank_of_truth(p[None], truth[None]).tolist() == [places[truth == 1].min()]


@given(st.integers(0, 10**6))
def test_means_over_cases_are_those_of_scikit_learn(seed: int) -> None:
    p, y = several(30, seed)
    right, labels = y.argmax(axis=1), range(4)
    means = {name: values.mean() for name, values in scores(p, y).items()}
    assert means["log_loss"] == pytest.approx(metrics.log_loss(right, p, labels=labels))
    assert means["brier"] == pytest.approx(metrics.brier_score_loss(y, p, scale_by_half=False))
    for k in (1, 3):
        share = metrics.top_k_accuracy_score(right, p, k=k, labels=labels)
        assert means[f"top{k}"] == pytest.approx(share)


# Intervals ----------------------------------------------------------------------------------


@given(st.integers(1, 60), st.integers(0, 10**6))
def test_bootstrap_means_are_means_of_the_cases_drawn(count: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(count, 2))
    cases = np.random.default_rng(seed).integers(count, size=(5, count))
    means = bootstrap_means(values, 5, np.random.default_rng(seed))
    np.testing.assert_allclose(means, values[cases].mean(axis=1), atol=1e-12)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.sampled_from([0.5, 0.8, 0.95]))
def test_ends_are_the_first_samples_that_reach_their_level(samples: list[int], mass: float) -> None:
    low, high = percentile_interval(np.array(samples, dtype=float), mass)
    for end, level in ((low, (1 - mass) / 2), (high, (1 + mass) / 2)):
        reached = [np.mean(np.array(samples) <= sample) >= level - 1e-9 for sample in range(10)]
        assert end == reached.index(True)


def test_bootstrap_means_scatter_as_means_do() -> None:
    values = np.random.default_rng(0).normal(3, 2, size=(400, 1))
    means = bootstrap_means(values, 4000, np.random.default_rng(1))
    assert means.mean() == pytest.approx(values.mean(), abs=0.01)
    assert means.std() == pytest.approx(values.std() / 20, rel=0.05)


def test_blocks_of_resamples_are_all_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hamknee.evaluation.metrics.CELLS", 25)
    means = bootstrap_means(np.ones((10, 2)), 7, np.random.default_rng(1))
    assert means == pytest.approx(np.ones((7, 2)))


def test_one_infinite_loss_makes_the_upper_end_infinite() -> None:
    values = np.array([[1.0], [1.0], [math.inf], [1.0]])
    low, high = percentile_interval(bootstrap_means(values, 500, np.random.default_rng(1)), 0.95)
    assert low == 1
    assert high == math.inf


def test_differences_are_taken_on_the_same_resamples() -> None:
    rng = np.random.default_rng(0)
    hard = rng.exponential(size=200)  # some cases are harder than others, for all alike
    by_case = {
        name: dict.fromkeys(MEASURES, hard + shift)
        for name, shift in (("model", 0.0), ("rival", 0.25))
    }
    board = Scoreboard(by_case, mass=0.95, resamples=200, seed=1)
    gap, (low, high) = board.difference("model", "rival", "log_loss")
    assert (gap, low, high) == pytest.approx((-0.25, -0.25, -0.25))
