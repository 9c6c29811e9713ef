"""Intervals of posteriors: golden values, coverage, and what must not matter."""

import dataclasses
import itertools
from functools import cache

import numpy as np
import pytest

import hamknee
from hamknee.base.words import percent, percent_range
from hamknee.inference.model import Model
from hamknee.sensitivity.intervals import CredibleInterval, credible_interval
from tests.support.networks import asia, with_zeros
from tests.support.weighing import drawn_worlds


def scaled(model: Model, factor: float) -> Model:
    cpts = {}
    for name, cpt in model.cpts.items():
        assert cpt.ess is not None
        cpts[name] = dataclasses.replace(cpt, ess=cpt.ess * factor)
    return Model(model.vocabulary, cpts)


# Golden values ---------------------------------------------------------------------------------

CLOT = {
    "setting": "primary_care",
    "age": 70,
    "sex": "female",
    "onset": "days",
    "swelling": "leg",
    "warmth": "yes",
    "location": "calf",
    "tenderness": "yes",
}


def test_a_swollen_calf_has_its_golden_interval(model: Model) -> None:
    """Golden: 400,000 draws of numpy, tables multiplied by hand, weighted by P(evidence | draw).

    Without the weights: 0.004 to 0.933, first in 37.1 %.
    """
    interval = credible_interval(model, CLOT, draws=12_000, seed=3)
    clot = interval.posterior.target.position["dvt"]
    assert interval.posterior["dvt"] == pytest.approx(0.36725, abs=1e-5)
    assert interval.samples[:, clot].mean() == pytest.approx(0.36725, abs=0.012)
    assert interval.low[clot] == pytest.approx(0.0028, abs=0.0006)
    assert interval.high[clot] == pytest.approx(0.952, abs=0.007)
    assert interval.p_top[clot] == pytest.approx(0.351, abs=0.014)


def test_asia_has_its_golden_interval() -> None:
    """Golden: all worlds of 300,000 draws, weighted. Without weights: 0.147 to 0.972, sd 0.233."""
    evidence = {"xray": "yes", "dysp": "yes"}
    interval = credible_interval(asia(), evidence, mass=0.95, draws=200_000, seed=3)
    yes = interval.posterior.target.position["yes"]
    assert interval.posterior["yes"] == pytest.approx(0.621253, abs=1e-6)
    assert interval.samples[:, yes].mean() == pytest.approx(0.621253, abs=0.002)
    assert interval.samples[:, yes].std() == pytest.approx(0.2356, abs=0.001)
    assert interval.low[yes] == pytest.approx(0.1405, abs=0.003)
    assert interval.high[yes] == pytest.approx(0.9729, abs=0.001)


def test_the_ends_are_those_of_weighted_draws() -> None:
    evidence = {"site": {"front", "side"}, "test": "yes"}
    posteriors, weights = drawn_worlds(with_zeros(ess=6), 30_000, seed=4).weighted(evidence)
    interval = credible_interval(with_zeros(ess=6), evidence, draws=30_000, seed=4)
    for state, below in enumerate(posteriors.T):
        assert weights @ (below < interval.low[state]) == pytest.approx(0.05, abs=0.007)
        assert weights @ (below > interval.high[state]) == pytest.approx(0.05, abs=0.007)
    first = np.bincount(posteriors.argmax(axis=1), weights, minlength=posteriors.shape[1])
    assert interval.p_top == pytest.approx(first, abs=0.015)


# What an interval is for -----------------------------------------------------------------------


PATIENTS = 6000


@cache
def truths(known: float) -> list[tuple[dict[str, object], np.ndarray]]:
    """Patients of whom so much is known, with what their own tables say.

    Each has tables of its own, drawn from the stated Dirichlets, and is drawn from these.
    """
    model = with_zeros(ess=10)
    worlds = drawn_worlds(model, PATIENTS, seed=20_240_101)
    rng = np.random.default_rng(8)
    patients = worlds.patients(rng)
    shown = rng.random(patients.shape) < known
    cases = []
    for number, (states, known_here) in enumerate(zip(patients, shown, strict=True)):
        evidence = {
            variable.name: variable.state_names[state]
            for variable, state, here in zip(
                model.vocabulary.variables, states, known_here, strict=True
            )
            if here and variable.name != "cause"
        }
        own = dataclasses.replace(worlds, joint=worlds.joint[number : number + 1])
        cases.append((evidence, own.weighted(evidence)[0][0]))
    return cases


def coverage(known: float, model: Model) -> float:
    """Return how often the interval of the first state holds the truth.

    Each case has draws of its own, lest they are all a little wrong together.
    """
    seeds = itertools.count()

    @cache
    def interval(evidence: tuple[tuple[str, object], ...]) -> CredibleInterval:
        return credible_interval(model, dict(evidence), draws=4000, seed=next(seeds))

    inside = []
    for evidence, truth in truths(known):
        said = interval(tuple(evidence.items()))
        first = said.posterior.order[0]
        if said.low[first] < said.high[first]:  # else logic alone decides
            inside.append(said.low[first] <= truth[first] <= said.high[first])
    assert len(inside) > 4000
    return float(np.mean(inside))


@pytest.mark.parametrize("known", [0.4, 0.9])
def test_the_90_percent_interval_holds_the_truth_of_90_percent_of_patients(known: float) -> None:
    """More than 4,000 patients have a standard error of at most 0.5 %."""
    assert 0.88 <= coverage(known, with_zeros(ess=10)) <= 0.92


@pytest.mark.parametrize(("ess", "least", "most"), [(20.0, 0.0, 0.86), (5.0, 0.94, 1.0)])
def test_coverage_tells_when_the_counts_are_wrong(ess: float, least: float, most: float) -> None:
    assert least <= coverage(0.4, with_zeros(ess=ess)) <= most


def test_counts_a_thousand_times_as_large_collapse_the_interval(model: Model) -> None:
    evidence = {"onset": "sudden", "pop": "yes", "setting": "sports_clinic"}
    wide = credible_interval(model, evidence)
    narrow = credible_interval(scaled(model, 1000), evidence)
    first = wide.posterior.order[0]
    assert wide.high[first] - wide.low[first] > 0.2
    assert narrow.high - narrow.low == pytest.approx((wide.high - wide.low) / 1000**0.5, abs=0.01)
    assert (narrow.low <= wide.posterior.probabilities).all()
    assert (narrow.high >= wide.posterior.probabilities).all()
    assert narrow.p_top[first] == 1


def test_intervals_narrow_as_counts_grow(model: Model) -> None:
    evidence = {"onset": "sudden", "swelling": "focal"}
    first = model.posterior(evidence).order[0]
    found = [credible_interval(scaled(model, factor), evidence) for factor in (1, 4, 16, 64)]
    widths = [float(interval.high[first] - interval.low[first]) for interval in found]
    assert widths == sorted(widths, reverse=True)


def test_a_wider_mass_gives_a_wider_interval(model: Model) -> None:
    narrow, wide = (credible_interval(model, {"pop": "yes"}, mass=mass) for mass in (0.5, 0.95))
    assert (wide.low < narrow.low).all()
    assert (wide.high > narrow.high).all()


def test_the_seed_decides(model: Model) -> None:
    one, same, other = (
        credible_interval(model, {"pop": "yes"}, draws=500, seed=seed) for seed in (5, 5, 6)
    )
    assert (one.samples == same.samples).all()
    assert not (one.samples == other.samples).any()


# Faults and words ------------------------------------------------------------------------------


def test_a_model_without_counts_is_refused() -> None:
    with pytest.raises(hamknee.HamkneeError, match=r"asia has columns without an equivalent"):
        credible_interval(asia(ess=None), {"dysp": "yes"})


def test_a_column_without_a_count_is_refused() -> None:
    model = asia()
    cpts = dict(model.cpts)
    cpts["bronc"] = dataclasses.replace(cpts["bronc"], ess=np.array([20, np.nan]))
    with pytest.raises(hamknee.HamkneeError, match=r"table of bronc .* allowed: an ess above 0"):
        credible_interval(Model(model.vocabulary, cpts), {})


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"mass": 1.0}, "found a mass of 1.0; allowed: between 0 and 1"),
        ({"mass": 0.0}, "found a mass of 0.0"),
        ({"draws": 0}, "found 0 draws; allowed: 1 or more"),
    ],
)
def test_what_is_out_of_range_is_refused(keywords: dict[str, float], message: str) -> None:
    with pytest.raises(hamknee.HamkneeError, match=message):
        credible_interval(asia(), {}, **keywords)


def test_impossible_evidence_is_refused() -> None:
    with pytest.raises(hamknee.ImpossibleEvidenceError):
        credible_interval(asia(), {"tub": "yes", "either": "no"})


def test_the_table_and_the_sentences(model: Model) -> None:
    evidence = {"setting": "sports_clinic", "onset": "sudden", "swelling": "focal"}
    found = credible_interval(model, evidence, seed=1)
    table = found.table
    columns = ["condition", "label", "probability", "low", "high", "p_top", "prior"]
    assert list(table.columns) == columns
    assert table.probability.is_monotonic_decreasing
    assert list(table.probability) == list(model.posterior(evidence).table.probability)
    assert table.p_top.sum() == pytest.approx(1)
    shares = np.bincount(found.samples.argmax(axis=1), minlength=11) / 4000
    assert list(table.p_top) == list(shares[found.posterior.order])
    row = table.iloc[0]
    first = model.vocabulary.target.state(row.condition)
    named = f"Most likely: {first.both_names}, {100 * row.probability:.0f} % (90 %"
    assert found.text.startswith(named)
    often = f"Of 100 ways they could be, {first.plain} comes first in {100 * row.p_top:.0f}"
    assert often in found.text
    second = table[table.p_top < row.p_top].sort_values("p_top").iloc[-1]
    plain = model.vocabulary.target.state(second.condition).plain
    assert f"{plain} in {100 * second.p_top:.0f}" in found.stability
    assert "draws" not in found.text


def test_what_comes_first_however_the_numbers_are_is_said_so(model: Model) -> None:
    interval = credible_interval(model, {"onset": "sudden"}, draws=50)
    always = np.zeros(len(interval.p_top))
    always[interval.posterior.order[0]] = 1.0
    assert dataclasses.replace(interval, p_top=always).stability.endswith(" comes first in all.")


def test_the_ranking_is_the_table_in_words(model: Model) -> None:
    interval = credible_interval(model, {"pop": "yes"}, draws=50)
    for state, row in zip(interval.ranking, interval.table.itertuples(), strict=True):
        assert state.label == row.label
        assert state.now == percent(row.probability)
        assert state.interval == percent_range(row.low, row.high)
        assert state.start == percent(row.prior)


def test_at_most_two_rivals_of_five_in_a_hundred_or_more_are_named(model: Model) -> None:
    interval = credible_interval(model, {"onset": "sudden"}, draws=1)
    first, *rest = interval.posterior.order
    states = interval.posterior.target.states

    def told(*shares: float) -> str:
        p_top = np.zeros(len(states))
        p_top[[first, *rest[: len(shares)]]] = [1 - sum(shares), *shares]
        text = dataclasses.replace(interval, p_top=p_top).stability
        return text.partition(f"{states[first].everyday} comes first in ")[2]

    one, two, three = (states[i].everyday for i in rest[:3])
    assert told(0.05, 0.049) == f"90; {one} in 5."
    assert told(0.1, 0.3) == f"60; {two} in 30 and {one} in 10."
    assert told(0.1, 0.2, 0.3) == f"40; {three} in 30 and {two} in 20."
