"""Numbers beyond floats: the same as plain ones where these do, and right where they do not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hamknee.inference.wide import Wide

plain = arrays(
    float, (2, 3, 2), elements=st.just(0.0) | st.floats(1e-30, 1e30, allow_subnormal=False)
)


def value(wide: Wide) -> np.ndarray:
    return np.asarray(np.ldexp(wide.fraction, np.maximum(wide.exponent, -2000).astype(int)))


@settings(max_examples=30)
@given(plain, plain)
def test_wide_numbers_are_the_plain_ones_where_these_do(a: np.ndarray, b: np.ndarray) -> None:
    one, two = Wide.of(a), Wide.of(b)
    np.testing.assert_array_equal(value(one), a)
    np.testing.assert_array_equal(value(one * b), a * b)
    np.testing.assert_array_equal(value(a * two), a * b)
    ratio = np.divide(a, b, out=np.zeros_like(a), where=b != 0)
    np.testing.assert_allclose(value(one.divided(two)), ratio, rtol=1e-15)
    for axis in ((1,), (1, 2)):
        np.testing.assert_allclose(value(np.sum(one, axis=axis)), a.sum(axis=axis), rtol=1e-14)
        np.testing.assert_array_equal(value(np.max(one, axis=axis)), a.max(axis=axis))
    kept = np.sum(one, axis=1, keepdims=True)
    assert kept.shape == (2, 1, 2)
    np.testing.assert_array_equal(
        value(one.transpose(0, 2, 1)[:, None]), a.transpose(0, 2, 1)[:, None]
    )
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(one.log(), np.log(a), rtol=1e-14, atol=1e-14)
    scaled, log = one.scaled()
    assert scaled.max() <= 1
    np.testing.assert_allclose(scaled * np.exp(log)[:, None, None], a, rtol=1e-12)


def test_wide_numbers_neither_vanish_nor_run_over() -> None:
    tiny = Wide.of(np.array([[1e-300, 3e-300, 0.0]]))
    product = tiny
    for _ in range(999):
        product = product * tiny
    assert product.log()[0, 1] - product.log()[0, 0] == pytest.approx(1000 * np.log(3))
    assert np.isneginf(product.log()[0, 2])
    back = product.divided(product)
    assert value(back).tolist() == [[1.0, 1.0, 0.0]]
    assert np.isneginf((product * 0.0).scaled()[1]).sum() == 0
    assert (product * 0.0).scaled()[0].tolist() == [[0, 0, 0]]


def test_a_logarithm_comes_back() -> None:
    logs = np.array([[-5000.0, 0.0, 4000.5, -np.inf]])
    np.testing.assert_allclose(Wide.of_log(logs).log(), logs, rtol=1e-15)
    small = Wide.of(np.array([[0.0, 1e-307, 2e-307]]))  # beside which 0 counts for nothing
    assert small.sum(axis=1).log() == pytest.approx(np.log(3e-307))
    divided = Wide.of(np.array([[1.0, 4.0]])).divided(Wide.of(np.array([[0.0, 2.0]])))
    assert value(divided.sum(axis=1)).tolist() == [2]  # what is divided by 0 counts as nothing
    difference = Wide.of(np.array([[1.0, -1.0]])).sum(axis=1)
    assert np.isneginf(difference.log()).all()
    assert np.isnan(Wide.of(np.array([-1.0])).log()).all()
