"""Scores by their definitions and by scikit-learn, and when one forecast beats another."""

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


def test_a_share_has_wilsons_interval_and_a_mean_students() -> None:
    p, y = several(30, seed=3)
    scored = scores(p, y)
    board = Scoreboard({"model": scored}, mass=0.9)
    top1 = stats.binomtest(int(scored["top1"].sum()), 30).proportion_ci(0.9, method="wilson")
    assert board.interval("model", "top1") == pytest.approx((top1.low, top1.high))
    for measure in ("log_loss", "brier"):
        values = scored[measure]
        theirs = stats.t.interval(0.9, 29, values.mean(), stats.sem(values))
        assert board.interval("model", measure) == pytest.approx(theirs)


def shifted(n: int, by: float) -> Scoreboard:
    """Return a model whose every loss is lower than its rival's by so much, hard cases or not."""
    hard = np.random.default_rng(0).exponential(size=n)
    by_case = {
        name: dict.fromkeys(MEASURES, hard + shift)
        for name, shift in (("model", 0.0), ("rival", by))
    }
    return Scoreboard(by_case, mass=0.95)


def test_differences_are_taken_case_by_case() -> None:
    gap, (low, high) = shifted(200, 0.25).difference("model", "rival", "log_loss")
    assert (gap, low, high) == pytest.approx((-0.25, -0.25, -0.25))


def test_shares_of_the_same_cases_differ_by_those_that_one_alone_got_right() -> None:
    right = {"model": [1] * 6 + [0] * 3 + [1] * 20, "rival": [0] * 6 + [1] * 3 + [1] * 20}
    by_case = {name: dict.fromkeys(MEASURES, np.array(of, float)) for name, of in right.items()}
    board = Scoreboard(by_case, mass=0.95)
    gap, (low, high) = board.difference("model", "rival", "top1")
    assert gap == pytest.approx(3 / 29)
    assert low < 0 < high
    assert not board.clear("model", "rival", "top1")


@pytest.mark.parametrize(("n", "clear"), [(1, False), (9, False), (10, True)])
def test_no_forecast_is_better_by_fewer_than_ten_cases(n: int, clear: bool) -> None:
    board, same = shifted(n, 0.25), shifted(n, 0.0)
    assert board.clear("model", "rival", "log_loss") is clear
    assert board.clear("rival", "model", "log_loss") is clear
    assert board.lower("model", "rival", "log_loss") is clear
    assert not board.lower("rival", "model", "log_loss")
    assert not same.clear("model", "rival", "log_loss")
    assert not same.lower("model", "rival", "log_loss")


def test_two_infinite_losses_cannot_be_compared() -> None:
    losses = dict.fromkeys(MEASURES, np.array([1.0, math.inf] * 10))
    board = Scoreboard({"model": losses, "rival": losses}, mass=0.95)
    gap, ends = board.difference("model", "rival", "log_loss")
    assert np.isnan([gap, *ends]).all()
    assert not board.clear("model", "rival", "log_loss")


def test_what_differs_by_rounding_alone_does_not_differ() -> None:
    loss = np.random.default_rng(0).exponential(size=30)
    by_case = {
        "model": dict.fromkeys(MEASURES, loss),
        "rival": dict.fromkeys(MEASURES, loss + 1e-15),
    }
    board = Scoreboard(by_case, mass=0.95)
    assert board.difference("model", "rival", "log_loss")[1] == (0, 0)
    assert not board.clear("model", "rival", "log_loss")
