"""The smooth curve of a calibration, held to statsmodels, and what its resamples are."""

import numpy as np
import pytest
from statsmodels.nonparametric.smoothers_lowess import lowess

from hamknee.evaluation.smoothing import CELLS, Cells, smoothed
from tests.support.forecasts import said_and_true


def by_statsmodels(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the same curve, a line for each statement."""
    return np.clip(lowess(y, p, it=0, return_sorted=False), 0, 1)


def test_few_statements_have_the_curve_of_statsmodels() -> None:
    p, y = said_and_true(300, slope=0.6)
    assert smoothed(p, y) == pytest.approx(by_statsmodels(p, y), abs=1e-6)


@pytest.mark.parametrize("rare", [False, True])
def test_many_statements_have_nearly_that_curve(rare: bool) -> None:
    p, y = said_and_true(3000, slope=0.6)
    if rare:  # most of them next to nothing, some near 1
        p, y = p**6, np.random.default_rng(2).random(3000) < p**5
    exact = by_statsmodels(p, y)
    assert len(Cells.of(p).centre) < 2 * CELLS
    assert np.abs(smoothed(p, y.astype(float)) - exact).max() < 0.002
    assert np.abs(p - smoothed(p, y.astype(float))).mean() == pytest.approx(
        np.abs(p - exact).mean(), abs=1e-4
    )


def test_statements_of_a_cell_lie_next_to_each_other_and_none_is_lost() -> None:
    p, y = said_and_true(5000)
    cells = Cells.of(p)
    order = np.argsort(p)
    assert (np.diff(cells.which[order]) >= 0).all()
    assert cells.count.sum() == 5000
    assert cells.true(y).sum() == y.sum()
    assert cells.centre @ cells.count == pytest.approx(p.sum())


def test_a_sample_has_the_curve_of_its_statements_with_what_is_near_them_held() -> None:
    """Statements that come twice have the curve of themselves; two samples, one curve each."""
    p, y = said_and_true(90)
    cells = Cells.of(p)
    count, true = cells.count, cells.true(y)
    both = cells.curve(np.stack([count, 2 * count], 1), np.stack([true, 2 * true], 1))
    assert both[:, 0] == pytest.approx(both[:, 1])
    assert both[cells.which, 0] == pytest.approx(smoothed(p, y))


def test_a_part_without_statements_is_not_known() -> None:
    cells = Cells.of(np.linspace(0.1, 0.9, 9))
    count = np.zeros((9, 1))
    count[0] = 4
    curve = cells.curve(count, count / 2)[:, 0]
    assert curve[0] == pytest.approx(0.5)
    assert np.isnan(curve[-1])


def test_equal_statements_have_no_curve() -> None:
    assert np.isnan(smoothed(np.full(5, 0.3), np.array([0.0, 1, 0, 1, 0]))).all()
    assert np.isnan(smoothed(np.array([0.2, 0.6]), np.array([0.0, 1]))).all()
