"""Time hamknee, pyAgrum and pgmpy side by side: same machine, same run, same cases.

``make benchmark``, or ``python benchmarks/run.py --quick`` for a short run whose figures are rough.
All libraries must agree on every case within `TOLERANCE`, or the run ends with an error.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from measuring import (
    KNOWN,
    QUICK,
    SEED,
    Sizes,
    agree,
    compare,
    drawn,
    each,
    fresh,
    machine,
    mappings,
    median_seconds,
    microseconds,
    milliseconds,
    table,
    target,
    times,
)

import hamknee
from hamknee.formats import as_files, read_nodes

if TYPE_CHECKING:
    from peers import Case  # which loads the other libraries


def main(arguments: Sequence[str] | None = None) -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description="Time hamknee, pyAgrum and pgmpy side by side.")
    parser.add_argument("--quick", action="store_true", help="small sizes, rough figures")
    sizes = QUICK if parser.parse_args(arguments).quick else Sizes()

    print(machine())
    # Fresh processes come first: on Linux a child's peak memory begins at its parent's size.
    imports(sizes)
    first_answer(sizes)
    memory(sizes)
    model = hamknee.load()
    one_posterior(model, sizes)
    every_marginal(model, sizes)
    many_cases(model, sizes)
    coded_cases(model, sizes)
    growth(sizes)
    whole_assessment(model, sizes)
    learning(model, sizes)
    importing("link" if sizes.repeats > QUICK.repeats else "asia")


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


def importing(name: str) -> None:
    """Time `hamknee import` of a network that comes with pgmpy, beside pgmpy's own reading."""
    from pgmpy.readwrite import BIFReader

    packed = resources.files("pgmpy") / "utils" / "example_models" / f"{name}.bif.gz"
    with TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.bif")
        path.write_bytes(gzip.decompress(packed.read_bytes()))
        first = read_nodes(path)[0].name

        def whole() -> None:
            with TemporaryDirectory(dir=folder) as out:  # which must hold no network yet
                as_files(hamknee.read_network(path, target=first), ess=10).save(Path(out))

        runs = {
            "as `hamknee import`": whole,
            "hamknee, reading alone": lambda: read_nodes(path),
            "pgmpy BIFReader": lambda: BIFReader(str(path)).get_model(),
        }
        seconds = median_seconds(runs, replace(QUICK, repeats=1))
        variables = len(read_nodes(path))
    theirs = seconds["pgmpy BIFReader"]
    rows = [[what, f"{spent:.2f} s", times(spent, theirs)] for what, spent in seconds.items()]
    rows[0].append(target(seconds["as `hamknee import`"] <= 2 * theirs, "at most 2"))
    table(f"A network file of {variables} variables", ["", "once", "× pgmpy", "target"], rows)


def first_answer(sizes: Sizes) -> None:
    """Time the command line from its start to its answer, Python included."""
    command = [sys.executable, "-m", "hamknee", "diagnose", "onset=sudden", "pop=yes"]
    runs = {"diagnose": partial(subprocess.run, command, capture_output=True, check=True)}
    seconds = median_seconds(runs, replace(sizes, repeats=sizes.starts))["diagnose"]
    row = ["`hamknee diagnose onset=sudden pop=yes`", milliseconds(seconds)]
    row.append(target(seconds < 1, "under 1 s"))
    table("From the start to the first answer", ["", "median", "target"], [row])


def memory(sizes: Sizes) -> None:
    """Measure the peak memory of fresh processes that answer many cases."""
    start = (
        "import resource, sys, hamknee; from hamknee.inference.simulation import simulate_cases;"
        f"m = hamknee.load(); c = simulate_cases(m, {sizes.many}, known={KNOWN}, seed={SEED});"
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
    goal = target(seconds["hamknee"] <= fastest / 4, "at most a quarter of pyAgrum")
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
        least = 1000 if row[0].endswith("`Cases`") else 100
        row.append(target(seconds[lazy.name] / seconds[row[0]] >= least, f"at least {least:,}"))
    heading = f"{sizes.many:,} simulated cases, {KNOWN:.0%} of the findings known"
    columns = ["", "cases timed", "median per case", "times as fast as LazyPropagation", "target"]
    table(heading, columns, rows)


def coded_cases(model: hamknee.Model, sizes: Sizes) -> None:
    """Time a great many coded cases on one core."""
    import coded  # which loads the other libraries

    coded.main(model, sizes)


def growth(sizes: Sizes) -> None:
    """Time how the cost of a case grows with cases, findings and conditions."""
    import scaling  # which loads the other libraries

    scaling.measured(quick=sizes is QUICK)


def whole_assessment(model: hamknee.Model, sizes: Sizes) -> None:
    """Time how sure, why, and what to ask next, and the same by loops in the other libraries."""
    import reasoning  # which loads the other libraries

    reasoning.main(model, sizes)


def learning(model: hamknee.Model, sizes: Sizes) -> None:
    """Time EM on a cohort with blanks."""
    import learning as em  # which loads pyAgrum

    em.main(model, sizes)


if __name__ == "__main__":
    main()
