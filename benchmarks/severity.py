"""Compare ways to say that findings of one condition move together, by simulation.

``python benchmarks/severity.py`` prints the table of decision 0021: patients are drawn from worlds
with and without a hidden severity, everything is answered, and each model is asked for the cause.
Every model keeps P(finding | condition) at the estimates. Nothing here is fitted.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hamknee.base import shipped
from hamknee.estimation import Association, Derivation, Dossier, StatedEstimate, read_dossier
from hamknee.evaluation import calibration
from hamknee.inference import Model, draw
from hamknee.network import Cases, Priors, State, Variable, Vocabulary, read_vocabulary

SEED = 20261128
WORLDS = 4
STATED, STATED_HIDDEN = 3.0, 8.0
TEARS = {"pop": "yes", "bruising": "yes", "weakness": "yes", "weight_bearing": "impaired"}
INFLAMED = {
    "swelling": "focal effusion leg",
    "warmth": "yes",
    "tenderness": "yes",
    "skin_or_fever": "red feverish",
}
BY_ONSET = ("onset", "swelling", "age")
"""Further parents before pop and warmth became some."""


def hidden(name: str) -> Variable:
    """Return a variable of two states that nobody is asked about."""
    states = (State("mild", "Mild"), State("marked", "Marked"))
    return Variable(name, "finding", name, states, question="?", group="history")


def shares(name: str, conditions: Iterable[str], marked: float) -> list[StatedEstimate]:
    """Return how many are marked, the same in every condition."""
    both = {"mild": 1 - marked, "marked": marked}
    return [
        StatedEstimate(
            name, state, f"condition={each}", share, share / 2, (1 + share) / 2, "judgement"
        )
        for each in conditions
        for state, share in both.items()
    ]


def moves(
    findings: Mapping[str, str], parent: Variable, ratios: float | Sequence[float], least: str
) -> list[Association]:
    """Return that findings move with all states of a variable but the least of them."""
    each = np.broadcast_to(ratios, len(findings))
    return [
        Association(finding, state, parent.name, above, "", 1.0 if above == least else float(ratio))
        for (finding, states), ratio in zip(findings.items(), each, strict=True)
        for state in states.split()
        for above in parent.state_names
    ]


def model_of(
    vocabulary: Vocabulary, dossier: Dossier, added: Iterable[Association], *more: Variable
) -> Model:
    """Compile a dossier with further associations, and with hidden variables in the vocabulary."""
    words = Vocabulary((*vocabulary.variables, *more))
    whole = replace(dossier, associations=(*dossier.associations, *added))
    return Model(words, Priors(words, tuple(Derivation(whole, words).rows())).cpts())


def candidates(vocabulary: Vocabulary, shipped_dossier: Dossier) -> dict[str, Model]:
    """Return the models that are compared; their odds ratios were stated beforehand."""

    def keeping(*parents: str) -> Dossier:
        kept = [a for a in shipped_dossier.associations if a.parent in parents]
        return replace(shipped_dossier, associations=tuple(kept))

    old = keeping(*BY_ONSET)
    redness = {"skin_or_fever": INFLAMED["skin_or_fever"]}
    old_red = [a for a in shipped_dossier.associations if a.variable in redness]
    before = replace(old, associations=(*old.associations, *old_red))
    severity = hidden("severity")
    more = shares("severity", vocabulary.target.state_names, 0.4)
    with_hidden = replace(before, estimates=(*before.estimates, *more))
    all_hidden = replace(old, estimates=with_hidden.estimates)
    limping = {name: state for name, state in TEARS.items() if name != "weight_bearing"}
    tender = moves({"tenderness": "yes"}, vocabulary["warmth"], STATED, "no")
    by_limp = moves(limping, vocabulary["weight_bearing"], STATED, "normal")
    in_tears = moves(TEARS, severity, STATED_HIDDEN, "mild")
    in_all = moves(TEARS | INFLAMED, severity, STATED_HIDDEN, "mild")
    return {
        "naive product": model_of(vocabulary, keeping(), ()),
        "second parents before": model_of(vocabulary, before, ()),
        "shipped": model_of(vocabulary, shipped_dossier, ()),
        "limping in place of pop": model_of(vocabulary, before, [*by_limp, *tender]),
        "hidden in tears": model_of(vocabulary, with_hidden, [*in_tears, *tender], severity),
        "one hidden for all": model_of(vocabulary, all_hidden, in_all, severity),
    }


def world(
    vocabulary: Vocabulary, before: Dossier, kind: str, ratio: float, rng: np.random.Generator
) -> Model:
    """Return a network to draw patients from, with odds ratios drawn around `ratio`."""

    def around(count: int) -> Sequence[float]:
        return list(np.exp(rng.normal(np.log(ratio), 0.5, count)))

    def marked(name: str) -> list[StatedEstimate]:
        return shares(name, vocabulary.target.state_names, float(rng.uniform(0.25, 0.5)))

    if kind == "none":
        return model_of(vocabulary, before, ())
    severity, inflammation = hidden("severity"), hidden("inflammation")
    if kind == "one":
        added = moves(TEARS | INFLAMED, severity, around(8), "mild")
        estimates = (*before.estimates, *marked("severity"))
        return model_of(vocabulary, replace(before, estimates=estimates), added, severity)
    added = moves(TEARS, severity, around(4), "mild")
    added += moves(INFLAMED, inflammation, around(4), "mild")
    estimates = (*before.estimates, *marked("severity"), *marked("inflammation"))
    whole = replace(before, estimates=estimates)
    return model_of(vocabulary, whole, added, severity, inflammation)


def scores(model: Model, seen: Cases, truth: npt.NDArray[np.intp]) -> tuple[float, float]:
    """Return log loss and calibration slope, with everything answered but what is hidden."""
    extra = len(model.vocabulary) - seen.codes.shape[1]
    unknown = np.full((len(seen), extra), 2)  # the row of ones of two states
    codes = np.hstack([seen.codes, unknown])
    cases = Cases(model.vocabulary, codes, model.vocabulary.plain_weights)
    probabilities = model.posterior(cases).probabilities
    right = np.eye(probabilities.shape[1])[truth]
    slope = calibration(probabilities, right).slope.value
    return float(-np.log(probabilities[np.arange(len(truth)), truth]).mean()), float(slope)


def compare(patients: int, worlds: int, columns: Sequence[tuple[str, float]]) -> None:
    """Print log loss and slope of each model in each sort of world."""
    vocabulary = read_vocabulary(shipped("data/vocabulary.toml"))
    dossier = read_dossier(shipped("data/evidence"), vocabulary)
    models = candidates(vocabulary, dossier)
    before = replace(
        dossier,
        associations=tuple(
            a for a in dossier.associations if a.parent in BY_ONSET or a.variable == "skin_or_fever"
        ),
    )
    target = vocabulary.index[vocabulary.target.name]
    unknown = len(vocabulary.target.states)
    rng = np.random.default_rng(SEED)
    rows: dict[str, list[str]] = {name: [] for name in (*models, "the world itself")}
    for kind, ratio in columns:
        results: dict[str, list[tuple[float, float]]] = {name: [] for name in rows}
        for _ in range(worlds):
            itself = world(vocabulary, before, kind, ratio, rng)
            codes = draw(itself, patients, rng)[:, : len(vocabulary)].copy()
            truth = codes[:, target].astype(np.intp)
            codes[:, target] = unknown
            seen = Cases(vocabulary, codes, vocabulary.plain_weights)
            for name, model in {**models, "the world itself": itself}.items():
                results[name].append(scores(model, seen, truth))
        for name, pairs in results.items():
            loss, slope = np.mean(pairs, axis=0)
            rows[name].append(f"{loss:.3f}, {slope:.2f}")
    print(f"| model | {' | '.join(f'{kind}, {ratio:g}' for kind, ratio in columns)} |")
    print(f"|---|{'---|' * len(columns)}")
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, rough figures")
    quick = parser.parse_args(arguments).quick
    every = [("none", 1.0), ("one", 8.0), ("one", 30.0), ("two", 8.0), ("two", 30.0)]
    compare(500 if quick else 20_000, 1 if quick else WORLDS, every[:2] if quick else every)


if __name__ == "__main__":
    main()
