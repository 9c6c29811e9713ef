"""Time how sure, why, and what to ask next: the whole assessment of one case, and its parts.

The other libraries have no functions for most of this. They do the same jobs in the loops that
their users write, of which the long ones are timed on a sample and scaled up. Every answer of a
loop must agree with hamknee's.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from measuring import (
    SEED,
    Sizes,
    agree,
    drawn,
    mappings,
    median_seconds,
    milliseconds,
    table,
    target,
    times,
)
from peers import LIBRARIES, Case, Library

import hamknee
from hamknee.inference import simulate_cases
from hamknee.network import CPT, moved
from hamknee.reasoning import Conflict, Questions, Reasons
from hamknee.sensitivity import Place, Tornado

Array = npt.NDArray[np.float64]

WHOLE = "all of it"

COLD = "`credible_interval`, tables not drawn before"


def main(model: hamknee.Model, sizes: Sizes) -> None:
    """Print the tables of the whole assessment."""
    cases = assessed(model, sizes)
    case, state = cases[0], model.posterior(cases[0]).top
    parts = assessment(model, case, state)
    jobs = compared(model, case, state, sizes)
    runs: dict[str, Callable[[], object]] = {**parts, WHOLE: partial(whole, model, case)}
    seeds = itertools.count(1)  # with a seed of its own each time, no table was drawn before
    runs[COLD] = lambda: hamknee.credible_interval(model, case, seed=next(seeds)).table
    runs |= {f"{WHOLE}, {n}": partial(whole, model, other) for n, other in enumerate(cases)}
    for job in jobs:
        for library, make in LIBRARIES.items():
            for number, loop in enumerate(job.loops):
                asked = make(model)
                agree(f"{library}, {job.name}", loop.run(asked), loop.expected)
                runs[f"{library}, {job.name}, {number}"] = partial(loop.run, asked)
    seconds = median_seconds(runs, sizes)
    several = [seconds[f"{WHOLE}, {number}"] for number in range(len(cases))]
    print_assessment(parts, seconds, several, sizes)
    print_loops(jobs, seconds)
    known = ", ".join(f"{name} = {value}" for name, value in case.items())
    print(f"\nThe case: {known}; explained and varied is its first diagnosis, {state}.")


def assessed(model: hamknee.Model, sizes: Sizes) -> list[Case]:
    """Return the first simulated cases with so many findings known; context is not a finding."""
    context = {variable.name for variable in model.vocabulary.having("context")}
    cases = [c for c in mappings(drawn(model, sizes)) if len(c.keys() - context) == sizes.findings]
    return cases[: sizes.assessed]


def assessment(model: hamknee.Model, case: Case, state: str) -> dict[str, Callable[[], object]]:
    """Return the parts of the whole assessment, each up to the table that a user sees."""
    return {
        "posterior": lambda: model.posterior(case).table,
        "credible_interval": lambda: hamknee.credible_interval(model, case).table,
        "next_questions": lambda: hamknee.next_questions(model, case).table,
        "explain": lambda: hamknee.explain(model, case, state).table,
        "conflict": lambda: hamknee.conflict(model, case).table,
        "tornado": lambda: hamknee.tornado(model, case, state).table,
    }


def whole(model: hamknee.Model, case: Case) -> None:
    """Make the whole assessment of a case, of which nothing is known before."""
    for part in assessment(model, case, model.posterior(case).top).values():
        part()


def print_assessment(
    parts: Iterable[str], seconds: dict[str, float], several: Sequence[float], sizes: Sizes
) -> None:
    """Print the times of hamknee's parts and of the whole."""
    rows = [[f"`{name}`", milliseconds(seconds[name])] for name in parts]
    for row in rows:
        if row[0] == "`tornado`":
            row.append(target(seconds["tornado"] <= 0.03, "at most 30 ms"))
    rows.append([COLD, milliseconds(seconds[COLD])])
    goal = target(seconds[WHOLE] <= 0.1, "at most 100 ms")
    rows.append([WHOLE, milliseconds(seconds[WHOLE]), goal])
    rows.append([f"{WHOLE}, median of {len(several)} cases", milliseconds(np.median(several))])
    goal = target(max(several) <= 0.1, "at most 100 ms")
    rows.append([f"{WHOLE}, slowest of {len(several)} cases", milliseconds(max(several)), goal])
    heading = f"The whole assessment of one case, {sizes.findings} known findings"
    table(heading, ["", "median", "target"], rows)


def print_loops(jobs: Sequence[Job], seconds: dict[str, float]) -> None:
    """Print the times of the other libraries' loops beside hamknee's."""
    own = {job.name: seconds[job.name] for job in jobs}
    theirs = {
        library: {
            job.name: sum(
                loop.scale * seconds[f"{library}, {job.name}, {number}"]
                for number, loop in enumerate(job.loops)
            )
            for job in jobs
        }
        for library in LIBRARIES
    }
    rows = []
    for job in jobs:
        cells = [f"`{job.name}`", milliseconds(own[job.name])]
        for found in theirs.values():
            cells += [milliseconds(found[job.name]), times(found[job.name], own[job.name])]
        rows.append([*cells, "; ".join(loop.timed for loop in job.loops)])
    total = sum(own.values())
    cells = ["together", milliseconds(total)]
    for found in theirs.values():
        cells += [milliseconds(sum(found.values())), times(sum(found.values()), total)]
    columns = ["", "hamknee"]
    for library in LIBRARIES:
        columns += [library, "× hamknee"]
    table("The same by loops in the other libraries", [*columns, "timed"], [*rows, cells])


# The same jobs by loops -----------------------------------------------------------------------


@dataclass(frozen=True)
class Loop:
    """What another library does for a job, or for a sample of it.

    Parameters
    ----------
    run : callable
        From the library to its answers.
    expected : ndarray
        hamknee's answers, of the same shape.
    timed : str
        What is timed, in words.
    scale : float
        By which the time of the sample is multiplied for the time of the job.
    """

    run: Callable[[Library], Array]
    expected: Array
    timed: str
    scale: float = 1.0


@dataclass(frozen=True)
class Job:
    """One of hamknee's functions and the loops that do the same."""

    name: str
    loops: tuple[Loop, ...]


def compared(model: hamknee.Model, case: Case, state: str, sizes: Sizes) -> list[Job]:
    """Return the jobs that the other libraries do too, with hamknee's answers."""
    sample = sizes.sample_loops
    interval = hamknee.credible_interval(model, case)
    tornado = hamknee.tornado(model, case, state)
    return [
        Job("credible_interval", (interval_loop(model, case, len(interval.samples), sample),)),
        Job("next_questions", (questions_loop(hamknee.next_questions(model, case), case),)),
        Job("explain", (explain_loop(hamknee.explain(model, case, state), case),)),
        Job("conflict", conflict_loops(hamknee.conflict(model, case), case, sample)),
        Job("tornado", (tornado_loop(tornado, case, sample),)),
    ]


def questions_loop(ours: Questions, case: Case) -> Loop:
    """Ask for every open question together with the target: all its answers at once."""
    variables = ours.case.model.vocabulary.variables
    names = [variables[number].name for number in ours.asked]

    def run(library: Library) -> Array:
        return np.concatenate([joint.ravel() for joint in library.joints(case, names)])

    tables = zip(ours.p_answers, ours.posteriors, strict=True)
    expected = np.concatenate([(p[:, None] * given).ravel() for p, given in tables])
    return Loop(run, expected, f"{len(names)} questions")


def explain_loop(ours: Reasons, case: Case) -> Loop:
    """Ask for a posterior for every subset of the findings, and average over orders of entry."""
    names = [ours.case.model.vocabulary.variables[number].name for number in ours.findings]
    count = len(names)
    rows = range(2**count)
    subsets = [
        {
            name: value
            for name, value in case.items()
            if name not in names or row >> names.index(name) & 1
        }
        for row in rows
    ]

    def run(library: Library) -> Array:
        posteriors = np.stack([library.posterior(subset) for subset in subsets])
        others = np.delete(posteriors, ours.state, axis=1).sum(axis=1)
        odds = np.log2(posteriors[:, ours.state] / others)
        weights = np.zeros(count)
        for i in range(count):
            for row in rows:
                if not row >> i & 1:
                    share = 1 / (count * math.comb(count - 1, row.bit_count()))
                    weights[i] += share * (odds[row | 1 << i] - odds[row])
        return weights

    return Loop(run, ours.shapley, f"{len(subsets)} posteriors")


def conflict_loops(ours: Conflict, case: Case, sample: int) -> tuple[Loop, Loop]:
    """Ask for P(e), each P(e_i) and each P(e without e_i); then for P of simulated cases."""
    model = ours.case.model
    alone = [{name: value} for name, value in case.items()]
    rest = [{n: v for n, v in case.items() if n != name} for name in case]
    simulated = [
        {name: full[name] for name in case}
        for full in mappings(simulate_cases(model, sample, known=1, seed=SEED))
    ]

    def run(library: Library) -> Array:
        p = library.p_evidence(case)
        p_alone = np.array([library.p_evidence(e) for e in alone])
        p_rest = np.array([library.p_evidence(e) for e in rest])
        bits = np.log2(p_alone.prod() / p)
        drop = np.log2(p_alone * p_rest / p)
        return np.array([bits, *drop])

    def typical(library: Library) -> Array:
        return np.log2([library.p_evidence(e) for e in simulated])

    timed = f"{sample} of {ours.draws:,} simulated cases"
    return (
        Loop(run, np.array([ours.bits, *ours.drop]), f"{1 + 2 * len(case)} P(e)"),
        Loop(typical, np.log2(model.p_evidence(simulated)), timed, ours.draws / sample),
    )


def tornado_loop(ours: Tornado, case: Case, sample: int) -> Loop:
    """Set the table with a number at either end of its range, ask, and put the table back."""
    model = ours.entries.model
    count = len(ours.entries)
    chosen = np.unique(np.linspace(0, count - 1, min(sample, count)).astype(int))
    changes = [
        (
            changed(model, place, float(ours.low[entry])),
            changed(model, place, float(ours.high[entry])),
            model.cpts[place.variable],
        )
        for entry in chosen
        for place in [ours.entries.place(int(entry))]
    ]

    def run(library: Library) -> Array:
        found = []
        for *ends, as_is in changes:
            for end in ends:
                library.change(end)
                found.append(library.posterior(case)[ours.state])
            library.change(as_is)
        return np.sort(np.reshape(found, (-1, 2)), axis=1)

    expected = np.stack([ours.posterior_low[chosen], ours.posterior_high[chosen]], axis=1)
    return Loop(run, expected, f"{len(chosen)} of {count} numbers", count / len(chosen))


def changed(model: hamknee.Model, place: Place, value: float) -> CPT:
    """Return a table with one number moved and the rest of its column co-varying."""
    cpt = model.cpts[place.variable]
    probabilities = cpt.probabilities.copy()
    probabilities[place.column] = moved(place.column_of(model), place.state, value)
    return CPT(cpt.variable, cpt.parents, probabilities, cpt.ess)


def interval_loop(model: hamknee.Model, case: Case, draws: int, sample: int) -> Loop:
    """Draw every table; then set them all and ask, for each draw.

    The draws are seeded, so that all libraries answer for the same tables.
    """

    def run(library: Library) -> Array:
        found = []
        for cpts in redrawn(model, sample):
            for cpt in cpts.values():
                library.change(cpt)
            found.append(library.posterior(case))
        return np.stack(found)

    models = [hamknee.Model(model.vocabulary, cpts) for cpts in redrawn(model, sample)]
    expected = np.stack([drawn_model.posterior(case).probabilities for drawn_model in models])
    return Loop(run, expected, f"{sample} of {draws:,} draws", draws / sample)


def redrawn(model: hamknee.Model, count: int) -> list[dict[str, CPT]]:
    """Return all tables drawn from their Dirichlets so many times."""
    rng = np.random.default_rng(SEED)
    tables = {}
    for name, cpt in model.cpts.items():
        # In a column of 0 and 1 any sample size gives the column itself.
        ess = np.ones(cpt.probabilities.shape[:-1]) if cpt.ess is None else cpt.ess
        counts = cpt.probabilities * ess[..., None]
        gammas = rng.standard_gamma(counts, (count, *counts.shape))
        tables[name] = gammas / gammas.sum(axis=-1, keepdims=True)
    return [
        {n: CPT(n, cpt.parents, tables[n][draw], cpt.ess) for n, cpt in model.cpts.items()}
        for draw in range(count)
    ]
