"""Visitors who click in the same moment: one page is made after the other."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hamknee.base.files import shipped


@pytest.fixture
def in_turn(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    monkeypatch.setattr(sys, "path", [str(Path(shipped("dashboard"))), *sys.path])
    from parts.turns import in_turn  # a script beside the pages, not a package

    return in_turn


def test_no_page_begins_before_another_is_made(
    in_turn: Callable[[Callable[[], None]], None],
) -> None:
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


def test_a_page_that_breaks_off_does_not_keep_the_others_waiting(
    in_turn: Callable[[Callable[[], None]], None],
) -> None:
    def broken() -> None:
        raise RuntimeError("stopped for another click")

    with pytest.raises(RuntimeError):
        in_turn(broken)
    made: list[str] = []
    in_turn(lambda: made.append("the next one"))
    assert made == ["the next one"]
