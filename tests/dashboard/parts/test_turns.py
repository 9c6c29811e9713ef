"""Visitors who click in the same moment: one page is made after the other."""

import threading
import time

import pytest

from parts.turns import in_turn


def test_no_page_begins_before_another_is_made() -> None:
    seen: list[tuple[int, str]] = []

    def page(number: int) -> None:
        seen.append((number, "begins"))
        time.sleep(0.01)
        seen.append((number, "ends"))

    visitors = [threading.Thread(target=in_turn, args=(lambda n=n: page(n),)) for n in range(5)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert len(seen) == 10
    for begins, ends in zip(seen[::2], seen[1::2], strict=True):
        assert begins[0] == ends[0]


def test_a_page_that_breaks_off_does_not_keep_the_others_waiting() -> None:
    def broken() -> None:
        raise RuntimeError("stopped for another click")

    with pytest.raises(RuntimeError):
        in_turn(broken)
    made: list[str] = []
    in_turn(lambda: made.append("the next one"))
    assert made == ["the next one"]
