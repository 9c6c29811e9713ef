"""Time hamknee, pyAgrum and pgmpy side by side: same machine, same run, same cases.

``make benchmark``, or ``python benchmarks/run.py --quick`` for a short run whose figures are rough.
All libraries must agree on every case within `TOLERANCE`, or the run ends with an error.
"""

from __future__ import annotations

import argparse
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
from hamknee.cases import Cases
from hamknee.simulation import simulate

if TYPE_CHECKING:
    from peers import Case, Peer  # which load the other libraries

SEED = 20261122
KNOWN = 0.3
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Sizes:
    """How much is measured; every figure is the median over the repeats."""

    starts: int = 7
    repeats: int = 7
    single: int = 200
    many: int = 10_000
    sample_pyagrum: int = 1_000
    sample_pgmpy: int = 200


QUICK = Sizes(starts=1, repeats=2, single=5, many=100, sample_pyagrum=20, sample_pgmpy=5)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description="Time hamknee, pyAgrum and pgmpy side by side.")
    parser.add_argument("--quick", action="store_true", help="small sizes, rough figures")
    sizes = QUICK if parser.parse_args(arguments).quick else Sizes()

    print(machine())
    # Fresh processes come first: on Linux a child's peak memory begins at its parent's size.
    imports(sizes)
    memory(sizes)
    model = hamknee.load()
    one_posterior(model, sizes)
    every_marginal(model, sizes)
    many_cases(model, sizes)


# What is measured ---------------------------------------------------------------------------


def imports(sizes: Sizes) -> None:
    """Time imports in fresh processes, without the start of Python itself."""
    asked = ["hamknee", "pyagrum", "pgmpy.inference", "numpy, pandas"]
    spent: dict[str, list[float]] = {names: [] for names in asked}
    for _ in range(sizes.starts):
        for names in asked:
            code = f"import time; t = time.perf_counter(); import {names}"
            spent[names].append(float(fresh(f"{code}; print(time.perf_counter() - t)")))
    seconds = {names: statistics.median(found) for names, found in spent.items()}
    own = seconds["hamknee"]
    rows = [[f"`import {names}`", milliseconds(s), times(s, own)] for names, s in seconds.items()]
    rows[0].append(target(own < 0.7, "under 700 ms"))
    table("Import", ["", "median", "× hamknee", "target"], rows)


def memory(sizes: Sizes) -> None:
    """Measure the peak memory of fresh processes that answer many cases."""
    start = (
        "import resource, sys, hamknee; from hamknee.simulation import simulate;"
        f"m = hamknee.load(); c = simulate(m, {sizes.many}, known={KNOWN}, seed={SEED});"
    )
    end = (
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "print(peak * (1 if sys.platform == 'darwin' else 1024))"
    )
    asked = {
        "posteriors": "m.posterior(c);",
        "posteriors, as a table (loads pandas)": "m.posterior(c).table;",
        "every marginal": "m.marginals(c);",
    }
    rows = []
    for name, code in asked.items():
        mega = float(fresh(start + code + end)) / 1e6
        rows.append([name, f"{mega:.0f} MB", target(mega < 300, "under 300 MB")])
    heading = f"Peak memory of a process that answers {sizes.many:,} cases"
    table(heading, ["", "hamknee", "target"], rows)


def one_posterior(model: hamknee.Model, sizes: Sizes) -> None:
    """Time one posterior at a time, over different cases with 5 to 8 known findings."""
    from peers import Peer, posterior_peers

    cases = [case for case in mappings(drawn(model, sizes)) if 5 <= len(case) <= 8][: sizes.single]
    own = Peer("hamknee", model.posterior, lambda answer: answer.probabilities)
    seconds = compare([own, *posterior_peers(model)], cases, sizes)
    rows = [[name, microseconds(s), times(s, seconds["hamknee"])] for name, s in seconds.items()]
    fastest = min(s for name, s in seconds.items() if name.startswith("pyAgrum"))
    goal = target(seconds["hamknee"] <= fastest / 2, "at most half of pyAgrum")
    rows[0].append(goal)
    heading = f"One posterior, 5 to 8 known findings ({len(cases)} cases in turn)"
    table(heading, ["", "median per case", "× hamknee", "target"], rows)


def every_marginal(model: hamknee.Model, sizes: Sizes) -> None:
    """Time all marginals of one case at a time."""
    from peers import Peer, marginal_peers

    cases = mappings(drawn(model, sizes))[: max(1, sizes.single // 10)]

    def ask(case: Case) -> list[npt.NDArray[np.float64]]:
        answer = model.marginals(case)
        return [answer[name] for name in model.vocabulary if name not in case]

    own = Peer("hamknee", ask, np.concatenate)
    seconds = compare([own, *marginal_peers(model)], cases, sizes)
    rows = [[name, microseconds(s), times(s, seconds["hamknee"])] for name, s in seconds.items()]
    heading = f"Every marginal of one case ({len(cases)} cases in turn)"
    table(heading, ["", "median per case", "× hamknee"], rows)


def many_cases(model: hamknee.Model, sizes: Sizes) -> None:
    """Time many cases at once in three forms, and the other libraries case by case."""
    import pandas as pd
    from peers import posterior_peers

    coded = drawn(model, sizes)
    plain = mappings(coded)
    frame = pd.DataFrame(plain, columns=list(model.vocabulary))
    forms: dict[str, Any] = {
        "coded `Cases`": coded,
        "a DataFrame": frame,
        "a list of mappings": plain,
    }
    answer = model.posterior(coded).probabilities
    runs: dict[str, Callable[[], object]] = {}
    counts: dict[str, int] = {}
    for words, form in forms.items():
        name = f"hamknee, {words}"
        agree(name, model.posterior(form).probabilities, answer)
        runs[name], counts[name] = partial(model.posterior, form), len(plain)
    lazy, _, pgmpy = posterior_peers(model)
    for peer, count in ((lazy, sizes.sample_pyagrum), (pgmpy, sizes.sample_pgmpy)):
        agree(peer.name, np.stack([peer.read(peer.ask(case)) for case in plain[:count]]), answer)
        runs[peer.name], counts[peer.name] = partial(each, peer.ask, plain[:count]), count
    seconds = {name: s / counts[name] for name, s in median_seconds(runs, sizes).items()}
    rows = [
        [name, f"{counts[name]:,}", microseconds(s), f"{seconds[lazy.name] / s:.3g}"]
        for name, s in seconds.items()
    ]
    for row in rows[: len(forms)]:
        row.append(target(seconds[lazy.name] / seconds[row[0]] >= 100, "at least 100"))
    heading = f"{sizes.many:,} simulated cases, {KNOWN:.0%} of the findings known"
    columns = ["", "cases timed", "median per case", "times as fast as LazyPropagation", "target"]
    table(heading, columns, rows)


# How it is measured -------------------------------------------------------------------------


def drawn(model: hamknee.Model, sizes: Sizes) -> Cases:
    """Return the cases that every table is about, or begins from."""
    return simulate(model, sizes.many, known=KNOWN, seed=SEED)


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


def each(ask: Callable[[Case], object], cases: Iterable[Case]) -> None:
    """Ask about one case after the other."""
    for case in cases:
        ask(case)


def median_seconds(runs: Mapping[str, Callable[[], object]], sizes: Sizes) -> dict[str, float]:
    """Return the median time of each call.

    They take turns, so that a machine that is busy for a while slows all of them alike.
    """
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(sizes.repeats):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            spent[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in spent.items()}


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
    """Return a time in milliseconds."""
    return f"{seconds * 1e3:.0f} ms"


def microseconds(seconds: float) -> str:
    """Return a time in microseconds."""
    return f"{seconds * 1e6:,.3g} µs" if seconds < 1e-3 else f"{seconds * 1e6:,.0f} µs"


if __name__ == "__main__":
    main()
