"""The test of one pair of findings, held to statsmodels and to what may not matter to it."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from hamknee.base import Array
from hamknee.evaluation.two_findings import of_counts, of_products


def tables(strata: int, rows: int, columns: int, seed: int = 0) -> Array:
    """Return counts of cases by condition and two answers, none of them 0."""
    return np.random.default_rng(seed).integers(3, 20, (strata, rows, columns)).astype(float)


def apart(counts: Array) -> Array:
    """Return what a model without an arrow between the two says of as many cases."""
    margins = counts.sum(axis=2, keepdims=True) * counts.sum(axis=1, keepdims=True)
    return np.asarray(margins / counts.sum(axis=(1, 2), keepdims=True))


@pytest.mark.parametrize("strata", [1, 2, 7])
def test_two_answers_each_are_the_test_of_cochran_mantel_and_haenszel(strata: int) -> None:
    counts = tables(strata, 2, 2)
    tested = of_counts(counts, apart(counts))
    theirs = StratifiedTable(list(counts)).test_null_odds(correction=False)
    assert tested is not None
    assert (tested.statistic, tested.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert (tested.df, tested.n, tested.modelled) == (1, counts.sum(), False)


def test_one_condition_is_the_test_of_pearson_but_for_one_case() -> None:
    counts = tables(1, 3, 4)
    tested = of_counts(counts, apart(counts))
    theirs = stats.chi2_contingency(counts[0], correction=False)
    n = counts.sum()
    assert tested is not None
    assert tested.statistic == pytest.approx(theirs.statistic * (n - 1) / n)
    assert tested.df == theirs.dof


def test_the_order_of_conditions_and_which_is_first_do_not_matter() -> None:
    counts = tables(4, 3, 2)
    tested = of_counts(counts, apart(counts))
    turned = of_counts(counts[::-1].transpose(0, 2, 1), apart(counts)[::-1].transpose(0, 2, 1))
    assert tested is not None
    assert turned is not None
    assert (turned.statistic, turned.df) == pytest.approx((tested.statistic, tested.df))
    assert turned.cell == tested.cell[::-1]


@pytest.mark.parametrize("alike", [[[9.0, 4.0], [0.0, 0.0]], [[9.0, 0.0], [4.0, 0.0]]])
def test_conditions_in_which_all_answer_alike_tell_nothing(alike: list[list[float]]) -> None:
    alone = np.array([alike])
    assert of_counts(alone, apart(alone)) is None
    counts = np.concatenate([tables(2, 2, 2), alone])
    expected = apart(counts)
    assert of_counts(counts, expected) == of_counts(counts[:2], expected[:2])


def test_what_stands_out_is_the_answer_that_is_given_too_often() -> None:
    counts = np.array([[[40.0, 5.0, 5.0], [5.0, 20.0, 20.0]]])
    tested = of_counts(counts, apart(counts))
    assert tested is not None
    assert tested.cell == (0, 0)
    assert (tested.observed, tested.expected) == pytest.approx((40, 50 * 45 / 95))


def test_cases_as_the_replicates_are_not_clear_and_others_are() -> None:
    rng = np.random.default_rng(1)
    made, usual = rng.normal(3, 2, (2000, 2, 2)), rng.normal(3, 2, (200, 2, 2))
    together = np.full((2, 2), 10.0)
    tests = [of_products(50, seen, made, together) for seen in usual]
    p = [tested.p for tested in tests if tested]
    assert len(p) == len(usual)
    assert stats.kstest(p, "uniform").pvalue > 0.01
    far = usual[0].copy()
    far[1, 0] += 20
    tested = of_products(50, far, made, together)
    assert tested is not None
    assert tested.p < 1e-9
    assert tested.cell == (1, 0)
    assert (tested.observed, tested.expected) == (10, 0)
    tested = of_products(50, far, made, 5 * together)
    assert tested is not None
    assert tested.expected == pytest.approx(50 - (far - made.mean(axis=0))[1, 0])


def test_replicates_that_are_all_alike_tell_nothing() -> None:
    seen, together = np.ones((2, 2)), np.full((2, 2), 10.0)
    assert of_products(50, seen, np.full((30, 2, 2), 0.3), together) is None
    two = np.random.default_rng(1).normal(size=(2, 2, 2))
    assert of_products(50, seen, two, together) is None


def test_an_answer_that_was_given_once_tells_too() -> None:
    counts = np.array([[[6.0, 3.0], [0.0, 1.0]], [[5.0, 0.0], [4.0, 1.0]]])
    tested = of_counts(counts, apart(counts))
    theirs = StratifiedTable(list(counts)).test_null_odds(correction=False)
    assert tested is not None
    assert (tested.n, tested.statistic) == (20, pytest.approx(theirs.statistic))
