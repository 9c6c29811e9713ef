"""Time EM on a cohort with blanks: hamknee's `update`, and pyAgrum's `BNLearner`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from measuring import SEED, Sizes, median_seconds, milliseconds, table, target, times

import hamknee
from hamknee.inference import draw
from hamknee.network import Cases, read_shipped_or_own

if TYPE_CHECKING:
    import pandas as pd

BLANK = 0.4
STEPS = 2
"""Iterations of pyAgrum that are timed; it does not take fewer."""


def main(model: hamknee.Model, sizes: Sizes) -> None:
    """Print the time of EM on a cohort, the whole of it and each iteration."""
    priors = read_shipped_or_own()
    cases = cohort(model, sizes.many)
    found = hamknee.update(priors, cases)
    sample = min(sizes.sample_pgmpy, sizes.many)
    few = frame(cases[slice(sample)], blank="?")
    runs: dict[str, Callable[[], object]] = {
        "hamknee, coded `Cases`": partial(hamknee.update, priors, cases),
        "hamknee, a DataFrame": partial(hamknee.update, priors, frame(cases, blank=None)),
        "pyAgrum BNLearner": partial(by_pyagrum, model, few),
    }
    seconds = median_seconds(runs, sizes)
    scale = sizes.many / sample * found.iterations / STEPS
    seconds["pyAgrum BNLearner"] *= scale
    timed = [f"{sizes.many:,} cases, {found.iterations} iterations"] * 2
    timed += [f"{sample:,} cases, {STEPS} iterations"]
    own = seconds["hamknee, coded `Cases`"]
    rows = [
        [name, milliseconds(s), milliseconds(s / found.iterations), times(s, own), on]
        for (name, s), on in zip(seconds.items(), timed, strict=True)
    ]
    for row, name in zip(rows[:2], seconds, strict=False):
        row.append(target(seconds[name] < 10, "under 10 s"))
    heading = f"EM on {sizes.many:,} simulated cases, {BLANK:.0%} of all cells blank"
    columns = ["", "median", "per iteration", "× hamknee", "timed on", "target"]
    table(heading, columns, rows)


def cohort(model: hamknee.Model, count: int) -> Cases:
    """Return simulated cases with blanks everywhere, also in the diagnosis."""
    rng = np.random.default_rng(SEED)
    codes = draw(model, count, rng)
    return model.cases(np.where(rng.random(codes.shape) < BLANK, model.engine.sizes, codes))


def frame(cases: Cases, blank: str | None) -> pd.DataFrame:
    """Return cases with the names of their states."""
    import pandas as pd

    columns = {
        variable.name: np.array([*variable.state_names, blank], dtype=object)[codes]
        for variable, codes in zip(cases.vocabulary.variables, cases.codes.T, strict=True)
    }
    return pd.DataFrame(columns)


def by_pyagrum(model: hamknee.Model, cases: pd.DataFrame) -> object:
    """Run some iterations of pyAgrum's EM from the tables of the model."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pyAgrum crashes if this is an error
        import pyagrum
    from peers import to_pyagrum

    network = to_pyagrum(model)
    learner = pyagrum.BNLearner(cases, network, ["?"])
    learner.useSmoothingPrior(1e-3)  # else few cases leave it columns without any
    learner.useEMWithDiffCriterion(1e-12, 0.0)  # no noise: begin at the tables given
    learner.EMdisableEpsilon()
    learner.EMsetMaxIter(STEPS)
    learner.EMenableMaxIter()
    return learner.learnParameters(network)
