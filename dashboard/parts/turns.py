"""Whose turn it is: pages that answer at once are made one after the other.

The interpreter runs one visitor at a time anyway. Twenty who click in the same moment would take
turns every few milliseconds, which costs as much again as what they asked for, and all would wait
for the last. Pages with slow work take no turn, so that nobody waits for a cohort.
"""

from collections.abc import Callable
from threading import Lock

_TURN = Lock()


def in_turn(make: Callable[[], None]) -> None:
    """Make a page once no other page that answers at once is being made."""
    with _TURN:
        make()
