"""Time how the cost of a case grows with cases, findings and conditions.

``python benchmarks/scaling.py`` prints the tables and draws ``docs/images/scaling.svg``; with
``--quick``, small sizes and no picture. The networks are drawn: a condition, and findings of two
or three states, of which every third depends on the one before it too. Three findings in ten are
known.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from coded import narrow
from measuring import (
    KNOWN,
    SEED,
    Sizes,
    agree,
    each,
    machine,
    mappings,
    median_seconds,
    microseconds,
    table,
)
from threadpoolctl import threadpool_limits

import hamknee
from hamknee.inference import simulate_cases
from hamknee.network import CPT, State, Variable, Vocabulary

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "scaling.svg"
OWN, PEER = "hamknee", "pyAgrum LazyPropagation"
USUAL = {"cases": 100_000, "findings": 24, "conditions": 11}
GROWTH = {
    "cases": (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000),
    "findings": (3, 6, 12, 24, 48, 96, 192),
    "conditions": (2, 5, 11, 25, 50, 100),
}
QUICK_USUAL = {"cases": 100, "findings": 6, "conditions": 5}
QUICK_GROWTH = {"cases": (1, 100), "findings": (3, 6), "conditions": (2, 5)}
REPEATS = Sizes(repeats=5)
QUICK_REPEATS = Sizes(repeats=1, sample_pyagrum=3)

Curve = dict[int, dict[str, float]]
"""Seconds a case of each library, by how much there is of what grows."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables and draw the picture."""
    parser = argparse.ArgumentParser(description="Time how the cost of a case grows.")
    parser.add_argument("--quick", action="store_true", help="small sizes, no picture")
    quick = parser.parse_args(arguments).quick
    print(machine())
    curves = measured(quick)
    if not quick:
        draw(curves, PICTURE)
        print(f"\nDrawn: {PICTURE}")


def measured(quick: bool = False) -> dict[str, Curve]:
    """Time and print how the cost of a case grows with each of the three."""
    usual, sizes = (QUICK_USUAL, QUICK_REPEATS) if quick else (USUAL, REPEATS)
    curves = {}
    for what, amounts in (QUICK_GROWTH if quick else GROWTH).items():
        curves[what] = {n: cost(**usual | {what: n}, sizes=sizes) for n in amounts}
        rows = [
            [f"{amount:,}", microseconds(s[OWN]), microseconds(s[PEER]), f"{s[PEER] / s[OWN]:,.0f}"]
            for amount, s in curves[what].items()
        ]
        others = ", ".join(f"{usual[other]:,} {other}" for other in usual if other != what)
        columns = [what, f"{OWN}, a case", f"{PEER}, a case", "times as fast"]
        table(f"Cost of a case by {what} ({others})", columns, rows)
    return curves


def cost(cases: int, findings: int, conditions: int, sizes: Sizes) -> dict[str, float]:
    """Return the median seconds a case of each library, whose answers must agree."""
    from peers import lazy_propagation  # which loads the other libraries

    model = network(findings, conditions)
    drawn = narrow(simulate_cases(model, cases, known=KNOWN, seed=SEED))
    peer = lazy_propagation(model)
    plain = mappings(drawn[: min(cases, sizes.sample_pyagrum // 10 + 1)])
    answers = np.stack([peer.read(peer.ask(case)) for case in plain])
    agree(peer.name, answers, model.posterior(drawn).probabilities)
    runs: dict[str, Callable[[], object]] = {
        OWN: partial(each, model.posterior, [drawn] * max(1, 1000 // cases)),
        PEER: partial(each, peer.ask, plain),
    }
    with threadpool_limits(limits=1, user_api="blas"):
        seconds = median_seconds(runs, sizes)
    own = seconds[OWN] / (cases * max(1, 1000 // cases))
    return {OWN: own, PEER: seconds[PEER] / len(plain)}


def network(findings: int, conditions: int) -> hamknee.Model:
    """Return a model with random numbers."""
    rng = np.random.default_rng(SEED)
    variables = [_variable("condition", "target", conditions)]
    cpts = [CPT("condition", (), rng.dirichlet(np.ones(conditions)))]
    for number in range(findings):
        before = variables[-1]
        variable = _variable(f"finding_{number}", "finding", 3 if number % 4 == 0 else 2)
        parents = ("condition", before.name) if number % 3 == 2 else ("condition",)
        counts = [conditions, len(before.states)][: len(parents)]
        numbers = rng.dirichlet(np.ones(len(variable.states)), size=counts)
        variables.append(variable)
        cpts.append(CPT(variable.name, parents, numbers))
    return hamknee.Model(Vocabulary(tuple(variables)), {cpt.variable: cpt for cpt in cpts})


def _variable(name: str, role: str, count: int) -> Variable:
    states = tuple(State(f"s{number}", f"State {number}") for number in range(count))
    return Variable(name, role, name.replace("_", " ").capitalize(), states)


def draw(curves: dict[str, Curve], path: Path) -> None:
    """Draw the curves, both axes in logarithms, as an SVG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams.update({"svg.hashsalt": OWN, "svg.fonttype": "none"})  # no random names, and text
    figure = Figure(figsize=(10, 3.4), layout="constrained")
    places = figure.subplots(1, len(curves), sharey=True)
    for place, (what, curve) in zip(places, curves.items(), strict=True):
        for name, colour, style in ((PEER, "#a0522d", "s--"), (OWN, "#33698f", "o-")):
            micro = [s[name] * 1e6 for s in curve.values()]
            place.loglog(list(curve), micro, style, color=colour, label=name, markersize=4)
        place.set_xlabel(what)
        place.grid(alpha=0.25)
        place.spines[["top", "right"]].set_visible(False)
    places[0].set_ylabel("microseconds a case")
    places[0].legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
