"""Work that threads share: each item once, in runs, and no error lost."""

import threading
from collections.abc import Sequence
from itertools import chain

import pytest

from hamknee.base.threads import in_runs


@pytest.mark.parametrize("workers", [1, 2, 3, 20])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_every_item_is_in_one_run(workers: int, count: int) -> None:
    runs: list[list[int]] = []
    in_runs(lambda run: runs.append(list(run)), range(count), workers)
    assert sorted(chain(*runs)) == list(range(count))
    assert len(runs) == min(workers, count)


def test_each_run_has_a_thread_of_its_own() -> None:
    both_there = threading.Barrier(2, timeout=10)
    in_runs(lambda _run: both_there.wait(), range(2), 2)  # raises if one had to wait


def test_what_goes_wrong_in_a_thread_is_told() -> None:
    def refuse(run: Sequence[int]) -> None:
        raise LookupError(run[0])

    with pytest.raises(LookupError, match="0"):
        in_runs(refuse, range(4), 2)
