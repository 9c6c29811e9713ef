"""C-statistics, held to scikit-learn and to counting pairs."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from hamknee.evaluation import c_statistic, polytomous_c


def drawn(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = rng.random(n).round(1)  # with ties
    return p, (rng.random(n) < p).astype(float)


@pytest.mark.parametrize("seed", range(5))
def test_the_area_is_that_of_scikit_learn(seed: int) -> None:
    p, y = drawn(seed)
    assert c_statistic(p, y).value == pytest.approx(roc_auc_score(y, p))


def test_the_interval_is_that_of_delong_by_counting_pairs() -> None:
    p, y = drawn(7)
    with_it, without = p[y == 1], p[y == 0]
    wins = (with_it[:, None] > without) + 0.5 * (with_it[:, None] == without)
    variance = wins.mean(axis=1).var(ddof=1) / len(with_it)
    variance += wins.mean(axis=0).var(ddof=1) / len(without)
    area = wins.mean()
    half = 1.959964 * np.sqrt(variance) / (area * (1 - area))
    ends = 1 / (1 + np.exp(-(np.log(area / (1 - area)) + np.array([-half, half]))))
    estimate = c_statistic(p, y)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(ends), abs=1e-6)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(300):
        y = np.repeat([1.0, 0.0], [30, 70])
        p = 1 / (1 + np.exp(-rng.normal(y, 1)))  # two normals one apart: the area is 0.7602
        estimate = c_statistic(p, y)
        held += estimate.low <= 0.7602 <= estimate.high
    assert 0.91 <= held / 300 <= 0.98


def test_the_polytomous_area_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    p = rng.dirichlet(np.ones(4), 80)
    truth = np.array([rng.choice(4, p=row) for row in p])
    ours = polytomous_c(p, np.eye(4)[truth])
    assert ours == pytest.approx(roc_auc_score(truth, p, multi_class="ovo", average="macro"))


def test_what_the_cases_cannot_tell_is_not_told() -> None:
    assert np.isnan(c_statistic(np.array([0.1, 0.9]), np.array([1, 1])).value)
    parted = c_statistic(np.array([0.1, 0.2, 0.8, 0.9]), np.array([0, 0, 1, 1]))
    assert (parted.value, np.isnan(parted.low)) == (1.0, True)
    assert np.isnan(polytomous_c(np.array([[0.4, 0.6]]), np.array([[0.0, 1.0]])))
