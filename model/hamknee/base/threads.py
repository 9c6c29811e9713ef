"""Sharing work among threads: numpy lets go of the interpreter while it computes."""

import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")

MOST_WORKERS = 4
"""Threads beyond which they wait for memory and for each other."""


def workers_here() -> int:
    """Return how many threads a large piece of work is shared among on this machine.

    >>> 1 <= workers_here() <= 4
    True
    """
    return min(MOST_WORKERS, os.cpu_count() or 1)


def in_runs(work: Callable[[Sequence[Item]], None], items: Sequence[Item], workers: int) -> None:
    """Do some work on consecutive runs of items, each run in a thread of its own.

    Parameters
    ----------
    work : callable
        What is done with a run. What it raises is raised.
    items : sequence
        Each is in exactly one run.
    workers : int
        How many runs; with one, no thread is started.

    Examples
    --------
    >>> total = []
    >>> in_runs(lambda run: total.append(sum(run)), range(10), workers=2)
    >>> sorted(total)
    [10, 35]
    """
    count = len(items)
    ends = [count * number // workers for number in range(workers + 1)]
    runs = [items[start:end] for start, end in itertools.pairwise(ends) if end > start]
    if len(runs) < 2:
        for run in runs:
            work(run)
        return
    with ThreadPoolExecutor(len(runs)) as pool:
        for _ in pool.map(work, runs):
            pass
