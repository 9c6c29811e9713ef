"""How a column makes room: in proportion, and as straight as its derivatives say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hamknee.base.types import Array
from hamknee.network.covariation import covaried, directions, moved

# Beside a number that is 1 but for rounding, the proportions of the others are not known.
weight = st.just(0.0) | st.floats(0.001, 1)
shares = arrays(float, st.integers(2, 6), elements=weight).filter(np.any)
inside = st.floats(0, 1)


@st.composite
def columns(draw: st.DrawFn) -> tuple[Array, int]:
    """Draw a column, zeros and ones among them, and which of its numbers moves."""
    weights = draw(shares)
    return weights / weights.sum(), draw(st.integers(0, len(weights) - 1))


# Moved ------------------------------------------------------------------------------------------


@given(columns(), inside)
def test_the_number_is_as_told_and_the_column_a_distribution(
    drawn: tuple[Array, int], value: float
) -> None:
    column, state = drawn
    changed = moved(column, state, value)
    assert changed[state] == value
    assert (changed >= 0).all()
    assert changed.sum() == pytest.approx(1, abs=1e-12)


@given(columns(), inside)
def test_the_others_keep_their_proportions(drawn: tuple[Array, int], value: float) -> None:
    column, state = drawn
    others = np.delete(column, state)
    changed = np.delete(moved(column, state, value), state)
    if others.any():
        expected = others / others.sum() * changed.sum()
        np.testing.assert_allclose(changed, expected, rtol=1e-9, atol=1e-12)
        assert (changed[others == 0] == 0).all()


@given(columns(), inside, inside)
def test_what_comes_after_does_not_depend_on_the_way(
    drawn: tuple[Array, int], first: float, second: float
) -> None:
    column, state = drawn
    if column[state] < 0.999 and first < 0.999:  # at 1 the proportions are lost
        straight = moved(column, state, second)
        np.testing.assert_allclose(moved(moved(column, state, first), state, second), straight)


def test_nothing_moves_where_nothing_is_asked_and_the_old_column_stays() -> None:
    column = np.array([0.3, 0.3, 0.4])
    same = moved(column, 1, 0.3)
    assert same.tolist() == column.tolist()
    changed = moved(column, 1, 0.5)
    same[0] = changed[0] = 9
    assert column.tolist() == [0.3, 0.3, 0.4]


@pytest.mark.parametrize("states", [2, 3, 5])
def test_from_certainty_the_others_share_equally(states: int) -> None:
    column = np.eye(states)[1]
    changed = moved(column, 1, 0.4)
    assert np.delete(changed, 1).tolist() == pytest.approx([0.6 / (states - 1)] * (states - 1))


# Derivatives ------------------------------------------------------------------------------------


@given(columns(), st.floats(0.01, 0.99))
def test_a_direction_is_where_a_column_goes_for_any_step(
    drawn: tuple[Array, int], value: float
) -> None:
    column, state = drawn
    step = value - column[state]
    direction = directions(column[None])[0, state]
    assert direction[state] == 1
    assert direction.sum() == pytest.approx(0, abs=1e-9)
    changed = moved(column, state, value)
    np.testing.assert_allclose(column + step * direction, changed, rtol=0, atol=1e-9)


def test_many_columns_go_each_their_own_way() -> None:
    table = np.random.default_rng(1).dirichlet(np.ones(4), size=5)
    together = directions(table)
    assert together.shape == (5, 4, 4)
    for column, one in zip(table, together, strict=True):
        np.testing.assert_array_equal(directions(column[None])[0], one)


@given(st.integers(0, 10_000))
def test_a_slope_under_covariation_is_the_change_of_the_weighted_sum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(3), size=(2, 2))
    weights = rng.normal(size=(4, 2, 2, 3))  # of four sums at once
    slopes = covaried(weights, probabilities)
    assert slopes.shape == (4, 4, 3)
    for column, place in enumerate(np.ndindex(2, 2)):
        for state in range(3):
            changed = probabilities.copy()
            changed[place] = moved(probabilities[place], state, 0.5)
            rise = np.einsum("rpqs,pqs->r", weights, changed - probabilities)
            step = 0.5 - probabilities[(*place, state)]
            np.testing.assert_allclose(slopes[:, column, state] * step, rise, atol=1e-9)
