"""How often intervals hold the truth, when first the tables and then the patient are drawn.

``python benchmarks/coverage.py`` prints a table for the shipped numbers, in some minutes. Each
patient has tables of its own, drawn from the stated Dirichlets by numpy alone, and is drawn from
these. Of the case that is left when findings are hidden, the interval of the first diagnosis is
held against what the patient's own tables say.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from graphlib import TopologicalSorter

import numpy as np
import numpy.typing as npt
from measuring import SEED, table

import hamknee
from hamknee.network import CPT

Array = npt.NDArray[np.float64]

DENSITIES = (0.4, 0.9)
"""Shares of the variables that are known."""

BLOCK = 100
"""Patients whose tables are drawn at once."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How often 90 % intervals hold the truth.")
    parser.add_argument("--patients", type=int, default=2000, help="drawn for each density")
    patients = parser.parse_args(arguments).patients
    model = hamknee.load()
    rows = []
    for known in DENSITIES:
        share = float(np.mean(held(model, patients, known)))
        error = (share * (1 - share) / patients) ** 0.5
        rows.append([f"{known:.0%}", f"{patients:,}", f"{share:.1%}", f"{error:.1%}"])
    columns = ["known", "patients", "truth in the 90 % interval", "standard error"]
    table("The first diagnosis of patients drawn from drawn tables", columns, rows)


def held(model: hamknee.Model, patients: int, known: float) -> npt.NDArray[np.bool_]:
    """Return for each patient whether the interval of the first diagnosis holds the truth."""
    rng = np.random.default_rng([SEED, round(100 * known)])
    inside = []
    for start in range(0, patients, BLOCK):
        tables = redrawn(model, min(BLOCK, patients - start), rng)
        for number, case in enumerate(drawn_cases(model, tables, known, rng)):
            own = {
                name: CPT(name, cpt.parents, drawn[number], cpt.ess)
                for (name, cpt), drawn in zip(model.cpts.items(), tables, strict=True)
            }
            truth = hamknee.Model(model.vocabulary, own).posterior(case.evidence).probabilities
            interval = hamknee.credible_interval(model, case)
            first = interval.posterior.order[0]
            inside.append(interval.low[first] <= truth[first] <= interval.high[first])
    return np.array(inside)


def redrawn(model: hamknee.Model, count: int, rng: np.random.Generator) -> list[Array]:
    """Draw every table so many times, each of shape (draws, parents' states..., states)."""
    tables = []
    for cpt in model.cpts.values():
        assert cpt.ess is not None  # the shipped numbers have one for each column
        counts = cpt.probabilities * cpt.ess[..., None]
        gammas = np.maximum(rng.standard_gamma(counts, (count, *counts.shape)), 1e-300)
        tables.append(gammas / gammas.sum(axis=-1, keepdims=True))
    return tables


def drawn_cases(
    model: hamknee.Model, tables: Sequence[Array], known: float, rng: np.random.Generator
) -> list[hamknee.Case]:
    """Draw a patient from each draw of the tables, and hide part of it and the diagnosis."""
    index, count = model.vocabulary.index, len(tables[0])
    patients = np.arange(count)
    codes = np.empty((count, len(index)), dtype=np.intp)
    order = TopologicalSorter({name: cpt.parents for name, cpt in model.cpts.items()})
    for name in order.static_order():
        parents = tuple(codes[:, index[parent]] for parent in model.cpts[name].parents)
        edges = tables[index[name]][(patients, *parents)].cumsum(axis=-1)
        drawn = (rng.random((count, 1)) >= edges).sum(axis=1)
        codes[:, index[name]] = np.minimum(drawn, edges.shape[1] - 1)
    target = model.vocabulary.target.name
    shown = rng.random(codes.shape) < known
    return [
        model.case(
            {
                variable.name: variable.state_names[codes[row, place]]
                for place, variable in enumerate(model.vocabulary.variables)
                if shown[row, place] and variable.name != target
            }
        )
        for row in range(count)
    ]


if __name__ == "__main__":
    main()
