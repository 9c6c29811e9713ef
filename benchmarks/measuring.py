"""How the benchmarks are measured, and how they are printed."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import hamknee
from hamknee.inference import simulate_cases
from hamknee.network import Cases

if TYPE_CHECKING:
    from peers import Case, Peer  # which load the other libraries

SEED = 20261122
KNOWN = 0.3
TOLERANCE = 1e-9
SHORT = 1.0
"""Seconds below which a call is made twice, and the second one counts."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured; every figure is the median over the repeats."""

    starts: int = 7
    repeats: int = 7
    single: int = 200
    many: int = 10_000
    coded: int = 1_000_000
    copied: int = 2**28
    sample_pyagrum: int = 1_000
    sample_pgmpy: int = 200
    findings: int = 8
    assessed: int = 20
    sample_loops: int = 100


QUICK = Sizes(
    starts=1,
    repeats=2,
    single=5,
    many=100,
    coded=2_000,
    copied=2**24,
    sample_pyagrum=20,
    sample_pgmpy=5,
    findings=4,
    assessed=2,
    sample_loops=3,
)


# How it is measured -------------------------------------------------------------------------


def drawn(model: hamknee.Model, sizes: Sizes) -> Cases:
    """Return the cases that every table is about, or begins from."""
    return simulate_cases(model, sizes.many, known=KNOWN, seed=SEED)


def mappings(cases: Cases) -> list[dict[str, str]]:
    """Return cases as plain dicts of names, which every library takes."""
    return [{k: str(v) for k, v in cases.evidence(row).items()} for row in range(len(cases))]


def compare(peers: Iterable[Peer], cases: Sequence[Case], sizes: Sizes) -> dict[str, float]:
    """Return each peer's median seconds per case, the first peer's answers being the measure."""
    runs: dict[str, Callable[[], object]] = {}
    measure: list[npt.NDArray[np.float64]] = []
    for peer in peers:
        answers = [peer.read(peer.ask(case)) for case in cases]
        measure = measure or answers
        for answer, expected in zip(answers, measure, strict=True):
            agree(peer.name, answer, expected)
        runs[peer.name] = partial(each, peer.ask, cases)
    return {name: s / len(cases) for name, s in median_seconds(runs, sizes).items()}


def each(ask: Callable[[Any], object], cases: Iterable[Any]) -> None:
    """Ask about one case, or one chunk of them, after the other."""
    for case in cases:
        ask(case)


def median_seconds(runs: Mapping[str, Callable[[], object]], sizes: Sizes) -> dict[str, float]:
    """Return the median time of each call.

    They take turns, so that a machine that is busy for a while slows all of them alike. In its turn
    a short call is made twice, and the second one counts: or it would pay for the caches and the
    memory that the one before it has filled.
    """
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(sizes.repeats):
        for name, run in runs.items():
            took = _once(run)
            spent[name].append(_once(run) if took < SHORT else took)
    return {name: statistics.median(each_turn) for name, each_turn in spent.items()}


def _once(run: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def fresh(code: str) -> str:
    """Return what a new Python prints."""
    command = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def agree(name: str, answer: npt.NDArray[np.float64], expected: npt.NDArray[np.float64]) -> None:
    """End the run if an answer is not the expected one (of which it may be the first rows)."""
    difference = float(np.abs(answer - expected[: len(answer)]).max())
    if not difference <= TOLERANCE:
        raise SystemExit(f"{name} differs by {difference:.3g}; allowed: {TOLERANCE:g}")


# How it is printed --------------------------------------------------------------------------


def machine() -> str:
    """Return what the figures depend on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    libraries = ("hamknee", "numpy", "pandas", "pgmpy", "pyagrum")
    versions = ", ".join(f"{name} {version(name)}" for name in libraries)
    cpu = models[0] if models else platform.processor() or platform.machine()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{cpu}, {os.cpu_count()} cores{load}; {platform.system()}, "
        f"Python {platform.python_version()}; {versions}"
    )


def table(heading: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a Markdown table that is readable as it stands."""
    rows = [[*row, *[""] * (len(columns) - len(row))] for row in rows]
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    print(f"\n### {heading}\n")
    for row in [columns, ["-" * width for width in widths], *rows]:
        print(f"| {' | '.join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))} |")
    sys.stdout.flush()


def target(reached: bool, words: str) -> str:
    """Return a target and whether it was reached."""
    return f"{words}: {'reached' if reached else 'missed'}"


def times(seconds: float, own: float) -> str:
    """Return a ratio to hamknee's own time."""
    return f"{seconds / own:.3g}"


def milliseconds(seconds: float) -> str:
    """Return a time in milliseconds, or in seconds from one second on."""
    return f"{seconds * 1e3:.3g} ms" if seconds < 0.9995 else f"{seconds:.3g} s"


def microseconds(seconds: float) -> str:
    """Return a time in microseconds."""
    return f"{seconds * 1e6:,.3g} µs" if seconds < 1e-3 else f"{seconds * 1e6:,.0f} µs"
