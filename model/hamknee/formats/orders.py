"""In which of two orders the numbers of a table stand, where the file does not tell."""

from collections.abc import Sequence

import numpy as np

CLEARLY = 0.01
"""Columns that are off by more do not add up to 1, however their numbers were rounded."""


def add_up(values: Sequence[float], states: int) -> bool:
    """Return whether every column adds up to 1 with the states of the variable fastest.

    Of a table with too few numbers this says nothing: it is refused for that.

    Examples
    --------
    >>> add_up([0.1, 0.9, 0.3, 0.7], states=2), add_up([0.1, 0.3, 0.9, 0.7], states=2)
    (True, False)
    """
    if not states or len(values) % states:
        return True
    sums = np.array(values).reshape(-1, states).sum(axis=1)
    return bool((np.abs(sums - 1) <= CLEARLY).all())


def turned(values: Sequence[float], states: int) -> list[float]:
    """Return numbers with the states of the variable fastest, where they were slowest.

    Examples
    --------
    >>> turned([0.1, 0.3, 0.9, 0.7], states=2)
    [0.1, 0.9, 0.3, 0.7]
    """
    if not states or len(values) % states:
        return list(values)
    return [float(value) for value in np.array(values).reshape(states, -1).T.ravel()]
