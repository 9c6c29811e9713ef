"""Time a great many coded cases on one core, and compare with what the memory could do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from measuring import (
    KNOWN,
    SEED,
    Sizes,
    agree,
    each,
    mappings,
    median_seconds,
    microseconds,
    table,
    target,
)
from threadpoolctl import threadpool_limits

import hamknee
from hamknee.cohort import CHUNK_ROWS, probability_columns
from hamknee.inference import simulate_cases
from hamknee.network import Cases

if TYPE_CHECKING:
    import pandas as pd

BLANKS = f"{KNOWN:.0%} of the findings known"
COMPLETE = "all findings known"
ONE_OF = f"{BLANKS}, a tenth of these one of two states"
SCORES = f"{BLANKS}, `scores`: with P(evidence) and conflict"
FRAME = f"{BLANKS}, `hamknee.score` of a DataFrame of categories"


def main(model: hamknee.Model, sizes: Sizes) -> None:
    """Print the table of coded cases and the line on the memory."""
    from peers import lazy_propagation  # which loads the other libraries

    cases = cohorts(model, sizes.coded)
    lazy = lazy_propagation(model)
    runs: dict[str, Callable[[], object]] = {}
    for name, some in cases.items():
        asked = [soft(some, row) for row in range(sizes.sample_pyagrum)]
        answers = np.stack([lazy.read(lazy.ask(case)) for case in asked])
        agree(f"{name}: {lazy.name}", answers, model.posterior(some).probabilities)
        runs[name] = partial(each, model.posterior, chunks(some))
    runs[SCORES] = partial(each, model.scores, chunks(cases[BLANKS]))
    frame = categories(cases[BLANKS])
    scored = hamknee.score(model, frame.head(sizes.sample_pyagrum))
    answers = np.asarray(model.posterior(cases[BLANKS][: len(scored)]).probabilities)
    columns = probability_columns(model.vocabulary.target)
    agree("a DataFrame of categories", scored[columns].to_numpy(), answers)
    runs[FRAME] = partial(hamknee.score, model, frame)
    for name in (BLANKS, COMPLETE):
        hard = mappings(cases[name][: sizes.sample_pyagrum])
        runs[f"{lazy.name}, {name}"] = partial(each, lazy.ask, hard)
    source, copy = (np.ones(sizes.copied // 8) for _ in range(2))
    copying = "copy"
    runs[copying] = partial(np.copyto, copy, source)

    with threadpool_limits(limits=1, user_api="blas"):  # nothing else of numpy takes more cores
        seconds = median_seconds(runs, sizes)
    rate = 2 * sizes.copied / seconds.pop(copying)
    for name in seconds:
        seconds[name] /= sizes.sample_pyagrum if name.startswith(lazy.name) else sizes.coded
    print_table(seconds, lazy.name, sizes)
    print_memory(cases[BLANKS], seconds[BLANKS], rate, sizes)


def cohorts(model: hamknee.Model, count: int) -> dict[str, Cases]:
    """Return cases with blanks, without, and with answers that name two states."""
    found = {
        BLANKS: narrow(simulate_cases(model, count, known=KNOWN, seed=SEED)),
        COMPLETE: narrow(simulate_cases(model, count, known=1.0, seed=SEED)),
    }
    rng = np.random.default_rng(SEED)
    codes, weights = found[BLANKS].codes.copy(order="F"), []
    for variable, plain in enumerate(found[BLANKS].weights):
        states = plain.shape[1]
        pairs = plain[:states] + np.roll(plain[:states], 1, axis=0)
        pairs = np.minimum(pairs[: states if states > 2 else 0], 1.0)
        weights.append(np.vstack([plain, pairs]))
        column = codes[:, variable]
        if len(pairs):  # the state itself and the one before it
            chosen = (column < states) & (rng.random(count) < 0.1)
            column[chosen] += states + 1
    found[ONE_OF] = Cases(model.vocabulary, codes, tuple(weights))
    return found


def categories(cases: Cases) -> pd.DataFrame:
    """Return the same cases as a DataFrame with a column of categories for each finding."""
    import pandas as pd

    columns = {}
    for number, variable in enumerate(cases.vocabulary.variables):
        if variable is not cases.vocabulary.target:
            codes = cases.codes[:, number].astype(np.int8)
            codes[codes == len(variable.states)] = -1  # not known
            columns[variable.name] = pd.Categorical.from_codes(codes, list(variable.state_names))
    return pd.DataFrame(columns)


def narrow(cases: Cases) -> Cases:
    """Return the same cases in columns of bytes."""
    codes = np.asfortranarray(cases.codes.astype(np.uint8))
    return Cases(cases.vocabulary, codes, cases.weights)


def chunks(cases: Cases) -> list[Cases]:
    """Return the cases in the chunks in which `hamknee score` reads them."""
    return [
        Cases(cases.vocabulary, np.asfortranarray(codes), cases.weights)
        for codes in np.array_split(cases.codes, -(-len(cases) // CHUNK_ROWS))
    ]


def soft(cases: Cases, row: int) -> dict[str, Any]:
    """Return a case with a likelihood for each state of what is known, as pyAgrum takes it."""
    names = list(cases.vocabulary)
    codes = cases.codes[row]
    return {names[v]: cases.weights[v][codes[v]].tolist() for v in cases.known(row)}


def print_table(seconds: dict[str, float], peer: str, sizes: Sizes) -> None:
    """Print the seconds for each case and what they are to the other library's."""
    rows = []
    for name, s in seconds.items():
        same = COMPLETE if name == COMPLETE else BLANKS
        ratio = seconds[f"{peer}, {same}"] / s
        rows.append([name, microseconds(s), f"{1e-6 / s:.3g}", f"{ratio:,.0f}"])
    fast = seconds[f"{peer}, {BLANKS}"] / seconds[BLANKS] >= 1000 and seconds[BLANKS] <= 0.5e-6
    rows[0].append(target(fast, "at least 1,000 times, and 2 million a second"))
    framed = seconds[f"{peer}, {BLANKS}"] / seconds[FRAME] >= 1000
    rows[list(seconds).index(FRAME)].append(target(framed, "at least 1,000 times"))
    dear = seconds[BLANKS] / seconds[COMPLETE]
    rows[1].append(target(dear <= 2, f"blanks cost at most double ({dear:.2f} times)"))
    heading = f"{sizes.coded:,} coded cases on one core"
    columns = ["", "per case", "million a second", "times as fast as LazyPropagation", "target"]
    table(heading, columns, rows)


def print_memory(cases: Cases, seconds: float, rate: float, sizes: Sizes) -> None:
    """Print how far a case is from the time that its bytes need on their way through memory."""
    states = len(cases.vocabulary.target.states)
    read, written = cases.codes.shape[1] * cases.codes.itemsize, 8 * (2 * states + 1)
    moved = (read + written) / rate
    print(
        f"\nA case reads {read} bytes of codes and writes {written} of probabilities (before and "
        f"after) and log P(evidence). Copying an array of {sizes.copied / 1e6:.0f} MB moves "
        f"{rate / 1e9:.3g} GB/s in this run, at which a case would take {moved * 1e9:.2g} ns: "
        f"the memory is {seconds / moved:.2g} times as fast as the engine."
    )
