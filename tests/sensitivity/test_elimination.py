"""Sums over hidden variables, for each draw, against one product of everything."""

import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.sensitivity.elimination import Factor, eliminate, factor_of


def by_hand(factors: list[Factor], target: int) -> np.ndarray:
    """Multiply everything and sum it onto the target, shape (target states, draws)."""
    letters = string.ascii_lowercase
    inputs = ["".join(letters[v] for v in factor.scope) + "z" for factor in factors]
    arrays = [np.broadcast_to(f.array, (*f.array.shape[:-1], 7)) for f in factors]
    total = np.einsum(",".join(inputs) + f"->{letters[target]}z", *arrays)
    return np.asarray(total / total.sum(axis=0))


@given(st.integers(0, 10_000))
def test_what_is_left_is_the_sum_of_the_product(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 4, size=6)
    factors = [Factor((0,), rng.random((sizes[0], 1)))]
    for _ in range(rng.integers(1, 7)):
        scope = tuple(sorted(rng.choice(6, size=rng.integers(0, 4), replace=False).tolist()))
        factors.append(Factor(scope, rng.random((*sizes[list(scope)], 7))))
    left = eliminate(factors, target=0)
    np.testing.assert_allclose(left / left.sum(axis=0) * np.ones(7), by_hand(factors, 0))


def test_axes_of_one_state_are_dropped_and_the_others_put_in_order() -> None:
    array = np.arange(2 * 1 * 3 * 4).reshape(2, 1, 3, 4)
    factor = factor_of((5, 2, 1), array)
    assert factor.scope == (1, 5)
    assert (factor.array == array[:, 0].transpose(1, 0, 2)).all()


@pytest.mark.parametrize("hidden", [False, True])
def test_hundreds_of_small_numbers_do_not_underflow(hidden: bool) -> None:
    """Two states between which 600 findings of 1e-60 and 1e-30 leave a ratio of 3."""
    few, many = np.array([[1e-60], [1e-30]]), np.array([[1e-30], [1e-60]])
    findings = [Factor((1,), array) for array in (few, many) for _ in range(300)]
    findings.append(Factor((1,), np.array([[3.0], [1.0]])))
    above = [Factor((0,), np.ones((2, 1))), Factor((0, 1), np.eye(2)[..., None])]
    target = 0 if hidden else 1
    left = eliminate([*(above if hidden else []), *findings], target)
    assert left[0, 0] / left[1, 0] == pytest.approx(3)


def test_what_falls_behind_and_comes_back_counts() -> None:
    """A hidden state that is 1e-900 behind leads once four numbers of 1e-300 follow."""
    behind = Factor((1,), np.array([[1.0], [1e-300]]))
    ahead = Factor((1, 2), np.array([[1e-300, 1e-300], [0.25, 0.75]])[..., None])
    after = Factor((0, 2), np.array([[0.4, 0.1], [0.6, 0.9]])[..., None])
    left = eliminate([*[behind] * 3, *[ahead] * 4, after], 0)
    leads = np.array([0.4, 0.6]) * 0.25**4 + np.array([0.1, 0.9]) * 0.75**4
    np.testing.assert_allclose(left[:, 0] / left.sum(), leads / leads.sum())
