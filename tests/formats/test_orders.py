"""Tables in two orders: which of them adds up, and one made of the other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hamknee.formats.orders import add_up, turned


@given(st.integers(2, 5), st.integers(1, 6), st.integers(0, 1000))
def test_a_table_that_is_turned_adds_up_in_the_other_order(
    states: int, columns: int, seed: int
) -> None:
    table = np.random.default_rng(seed).dirichlet(np.ones(states), size=columns)
    slowest = list(table.T.ravel())
    assert turned(slowest, states) == list(table.ravel())
    assert add_up(turned(slowest, states), states)
    assert add_up(slowest, states) == bool(
        (abs(table.T.ravel().reshape(columns, states).sum(axis=1) - 1) <= 0.01).all()
    )


def test_of_a_table_with_too_few_numbers_nothing_is_said() -> None:
    assert add_up([0.1, 0.2, 0.3], states=2)
    assert turned([0.1, 0.2, 0.3], states=2) == [0.1, 0.2, 0.3]
    assert not add_up([0.1, 0.2], states=2)
