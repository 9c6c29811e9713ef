"""Intervals of posteriors: golden values, brute force, coverage, and what must not matter."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

import hamknee
from hamknee.base.types import Array
from hamknee.base.words import percent, percent_range
from hamknee.inference.model import Model
from hamknee.inference.simulation import simulate
from hamknee.network.evidence import check_evidence
from hamknee.network.priors import CPT
from hamknee.sensitivity import intervals
from hamknee.sensitivity.intervals import (
    Sampler,
    credible_interval,
    drawn_table,
    width_contributions,
)
from tests.support.by_hand import p_joint, p_state, with_columns
from tests.support.networks import asia, compiled, with_zeros

CASES = {
    "nothing": {},
    "hard": {"test": "yes", "echo": "no"},
    "one of": {"site": {"front", "side"}, "sign": {"weak", "none"}},
    "a leaf's parent": {"sign": "weak", "test": "yes"},
    "a likelihood": {"site": {"front": 0.2, "back": 0.7, "all": 0.2}, "test": {"yes": 3, "no": 1}},
    "above the target": {"place": "clinic", "echo": "yes"},
    "the target itself": {"cause": {"a": 0.5, "b": 0.1, "c": 0.4}, "echo": "yes"},
    "a likelihood above": {"place": {"home": 0.2, "clinic": 0.8}, "sign": {"strong": 1, "weak": 2}},
}


def scaled(model: Model, factor: float) -> Model:
    cpts = {}
    for name, cpt in model.cpts.items():
        assert cpt.ess is not None
        cpts[name] = dataclasses.replace(cpt, ess=cpt.ess * factor)
    return Model(model.vocabulary, cpts)


def dirichlet_model(model: Model, rng: np.random.Generator) -> Model:
    """Draw every column of every table, and compile a model of them."""
    columns = {}
    for name, cpt in model.cpts.items():
        assert cpt.ess is not None
        for column in np.ndindex(cpt.ess.shape):
            counts = cpt.ess[column] * cpt.probabilities[column]
            drawn = np.zeros(len(counts))
            drawn[counts > 0] = rng.dirichlet(counts[counts > 0])
            columns[name, column] = drawn
    return compiled(with_columns(model, columns))


# Golden values ---------------------------------------------------------------------------------


def test_asia_has_its_golden_interval() -> None:
    evidence = {"xray": "yes", "dysp": "yes"}
    found = credible_interval(asia(), evidence, mass=0.95, draws=200_000, seed=3)
    yes = found.posterior.target.position["yes"]
    assert found.samples[:, yes].mean() == pytest.approx(0.625, abs=0.002)
    assert found.samples[:, yes].std() == pytest.approx(0.233, abs=0.001)
    assert found.low[yes] == pytest.approx(0.147, abs=0.003)
    assert found.high[yes] == pytest.approx(0.972, abs=0.002)
    assert found.posterior["yes"] == pytest.approx(0.621253, abs=1e-6)


def test_the_delta_method_has_its_golden_values_on_asia() -> None:
    found = width_contributions(asia(), {"xray": "yes", "dysp": "yes"}, "yes")
    assert found.sd == pytest.approx(0.266072, abs=1e-6)
    mean = p_state(asia(), {"xray": "yes", "dysp": "yes"}, "yes")
    count = mean * (1 - mean) / found.sd**2 - 1
    assert (mean * count, (1 - mean) * count) == pytest.approx((1.4436, 0.8801), abs=1e-4)
    assert (found.table.variable[0], found.table.given[0]) == ("xray", "either=no")


# Against brute force ---------------------------------------------------------------------------


def drawn_columns(
    model: Model, number: int, draws: int, seed: int
) -> dict[tuple[str, tuple[int, ...]], Array]:
    """Return the columns of one draw of all tables."""
    columns = {}
    for variable, (name, cpt) in enumerate(model.cpts.items()):
        table = drawn_table(cpt, variable, seed, 0, draws)[..., number]
        for column in np.ndindex(cpt.probabilities.shape[:-1]):
            columns[name, column] = table[:, *column]
    return columns


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("target", ["cause", "sign", "place"])
def test_every_draw_is_the_posterior_of_a_model_made_of_it(case: str, target: str) -> None:
    model = with_zeros(ess=5, target=target)
    evidence = check_evidence(model.vocabulary, CASES[case])
    found = credible_interval(model, evidence, draws=12, seed=1).samples
    for number in range(12):
        joint = p_joint(with_columns(model, drawn_columns(model, number, 12, 1)), evidence)
        np.testing.assert_allclose(found[number], joint / joint.sum(), atol=1e-12)


def test_a_table_is_drawn_from_the_dirichlets_of_its_columns(model: Model) -> None:
    number = list(model.vocabulary).index("onset")
    cpt = model.cpts["onset"]
    assert cpt.ess is not None
    drawn = drawn_table(cpt, number, 0, 0, 20_000)
    for column, ess in enumerate(cpt.ess):
        for state, p in enumerate(cpt.probabilities[column]):
            beta = stats.beta(p * ess, (1 - p) * ess)
            assert stats.kstest(drawn[state, column], beta.cdf).pvalue > 1e-4


@pytest.mark.parametrize("case", CASES)
def test_intervals_agree_with_compiling_a_model_for_each_draw(case: str) -> None:
    model = with_zeros(ess=8)
    found = credible_interval(model, CASES[case], draws=20_000, seed=2)
    rng = np.random.default_rng(7)
    slow = np.array(
        [dirichlet_model(model, rng).posterior(CASES[case]).probabilities for _ in range(400)]
    )
    for state in range(slow.shape[1]):
        test = stats.ks_2samp(slow[:, state], found.samples[:, state])
        assert test.pvalue > 0.001


def test_working_in_blocks_changes_nothing_but_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    model, evidence = with_zeros(ess=8), CASES["hard"]
    whole = credible_interval(model, evidence, draws=8000)
    monkeypatch.setattr(intervals, "BLOCK_CELLS", 3000)
    parts = credible_interval(model, evidence, draws=8001)
    assert parts.samples.shape == (8001, 3)
    assert stats.ks_2samp(whole.samples[:, 0], parts.samples[:, 0]).pvalue > 0.001


def test_shares_agree_with_differences_of_rebuilt_models() -> None:
    model, evidence = with_zeros(ess=6), CASES["a likelihood"]
    found = width_contributions(model, evidence, "b")
    expected = {}
    step = 1e-6
    for name, cpt in model.cpts.items():
        assert cpt.ess is not None
        for column in np.ndindex(cpt.ess.shape):
            p = cpt.probabilities[column]
            gradient = np.zeros(len(p))
            for state in np.flatnonzero(p):
                ends = []
                for sign in (1, -1):
                    # towards the state and away from it, which adds up to 1; the part of the
                    # gradient along the column itself does not count
                    moved = p + sign * step * (np.eye(len(p))[state] - p)
                    ends.append(
                        p_state(with_columns(model, {(name, column): moved}), evidence, "b")
                    )
                gradient[state] = (ends[0] - ends[1]) / (2 * step)
            spread = p @ gradient**2 - (p @ gradient) ** 2
            given = ";".join(
                f"{parent}={model.vocabulary[parent].state_names[s]}"
                for parent, s in zip(cpt.parents, column, strict=True)
            )
            expected[name, given] = spread / 7
    total = sum(expected.values())
    assert found.sd == pytest.approx(np.sqrt(total), rel=1e-6)
    table = found.table
    assert table.share.sum() == pytest.approx(1, abs=1e-12)
    assert table.share.is_monotonic_decreasing
    got = dict(zip(zip(table.variable, table.given, strict=True), table.share, strict=True))
    for place, variance in expected.items():
        assert got.get(place, 0.0) == pytest.approx(variance / total, abs=1e-7)


# What an interval is for -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def truths() -> list[tuple[dict[str, object], int, float]]:
    """Cases, a state of each, and what its probability truly is: 50 cases of 48 truths each.

    The truth is drawn with another generator, of all columns, and asked of a compiled model.
    """
    model = with_zeros(ess=10)
    rng = np.random.default_rng(20_240_101)
    cases = simulate(model, 50, known=0.5, seed=8)
    found = []
    for row in range(50):
        evidence = dict(cases.evidence(row))
        for _ in range(48):
            truth = dirichlet_model(model, rng).posterior(evidence).probabilities
            state = int(rng.choice(np.flatnonzero(model.posterior(evidence).probabilities)))
            found.append((evidence, state, float(truth[state])))
    return found


def coverage(truths: list[tuple[dict[str, object], int, float]], model: Model) -> float:
    intervals = {
        str(evidence): credible_interval(model, evidence, draws=4000, seed=4)
        for evidence in {str(evidence): evidence for evidence, _, _ in truths}.values()
    }
    inside = [
        intervals[str(evidence)].low[state] <= truth <= intervals[str(evidence)].high[state]
        for evidence, state, truth in truths
        if intervals[str(evidence)].low[state] < intervals[str(evidence)].high[state]
    ]
    assert len(inside) >= 2000
    return float(np.mean(inside))


def test_the_90_percent_interval_covers_the_truth_in_90_percent(
    truths: list[tuple[dict[str, object], int, float]],
) -> None:
    assert 0.88 <= coverage(truths, with_zeros(ess=10)) <= 0.92


@pytest.mark.parametrize(("ess", "least", "most"), [(20.0, 0.0, 0.86), (5.0, 0.94, 1.0)])
def test_coverage_tells_when_the_counts_are_wrong(
    truths: list[tuple[dict[str, object], int, float]], ess: float, least: float, most: float
) -> None:
    assert least <= coverage(truths, with_zeros(ess=ess)) <= most


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


# What is drawn ---------------------------------------------------------------------------------


def test_only_what_matters_to_the_case_is_looked_at(model: Model) -> None:
    names = list(model.vocabulary)

    def looked_at(evidence: dict[str, object]) -> dict[str, tuple[int, ...]]:
        sampler = Sampler(model.case(evidence))
        return {names[p.variable]: (p.size, *map(len, p.columns)) for p in sampler.parts}

    assert looked_at({}) == {"setting": (3,), "condition": (21, 3)}
    assert looked_at({"setting": "emergency"}) == {"setting": (1,), "condition": (21, 1)}
    assert looked_at({"setting": "emergency", "location": "calf"})["location"] == (1, 21)
    # the second parent is not known, and is needed whole
    assert looked_at({"setting": "emergency", "pop": "yes"}) == {
        "setting": (1,),
        "condition": (21, 1),
        "onset": (3, 21),
        "pop": (1, 21, 3),
    }
    assert looked_at({"setting": "emergency", "pop": "yes", "onset": "days"})["pop"] == (1, 21, 1)


def test_the_drawn_tables_are_the_same_for_every_case(model: Model) -> None:
    """So two cases differ because of the cases: a finding that says nothing changes no draw."""
    names = list(model.vocabulary)
    cpts = dict(model.cpts)
    alike = np.broadcast_to(
        cpts["warmth"].probabilities[:1, :1], cpts["warmth"].probabilities.shape
    )
    ess = np.full(alike.shape[:-1], 1e12)
    cpts["warmth"] = dataclasses.replace(cpts["warmth"], probabilities=alike, ess=ess)
    silent = Model(model.vocabulary, cpts)
    one = credible_interval(silent, {"onset": "sudden", "swelling": "focal"})
    two = credible_interval(silent, {"onset": "sudden", "swelling": "focal", "warmth": "yes"})
    np.testing.assert_allclose(one.samples, two.samples, atol=1e-5)
    # and what was not changed is drawn as before
    number = names.index("pop")
    shared = [drawn_table(m.cpts["pop"], number, 3, 0, 50) for m in (model, silent)]
    assert (shared[0] == shared[1]).all()


def test_equal_tables_are_not_drawn_alike(model: Model) -> None:
    cpt = model.cpts["onset"]
    one, two = (drawn_table(cpt, variable, 0, 0, 50) for variable in (4, 5))
    assert not (one == two).any()


def test_what_is_shared_cannot_be_changed(model: Model) -> None:
    with pytest.raises(ValueError, match="read-only"):
        drawn_table(model.cpts["pop"], 5, 0, 0, 50)[0] = 1


def test_tables_too_large_to_keep_are_drawn_the_same(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = credible_interval(model, {"pop": "yes"}, draws=300)
    monkeypatch.setattr(intervals, "KEPT_CELLS", 0)
    assert (credible_interval(model, {"pop": "yes"}, draws=300).samples == kept.samples).all()


def test_logical_zeros_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "SMALLEST", 0.25)  # even where counts are raised to a smallest
    monkeypatch.setattr(intervals, "KEPT_CELLS", 0)  # nor what was drawn with the usual one
    found = credible_interval(with_zeros(ess=2), {"place": "home", "test": "yes"}, draws=500)
    impossible = found.posterior.target.position["c"]
    assert found.posterior.probabilities[impossible] == 0
    assert not found.samples[:, impossible].any()
    assert (found.low[impossible], found.high[impossible]) == (0, 0)


def test_tables_of_zeros_and_ones_need_no_count() -> None:
    model = asia()
    cpts = dict(model.cpts)
    cpts["either"] = dataclasses.replace(cpts["either"], ess=None)
    without = credible_interval(Model(model.vocabulary, cpts), {"dysp": "yes"}, draws=300)
    cpts["either"] = dataclasses.replace(cpts["either"], ess=np.full((2, 2), np.nan))
    unknown = credible_interval(Model(model.vocabulary, cpts), {"dysp": "yes"}, draws=300)
    expected = credible_interval(model, {"dysp": "yes"}, draws=300)
    assert (without.samples == expected.samples).all()
    assert (unknown.samples == expected.samples).all()


def test_counts_near_0_give_probabilities_all_the_same() -> None:
    found = credible_interval(with_zeros(ess=1e-3), CASES["hard"], draws=2000)
    assert np.isfinite(found.samples).all()
    assert found.samples.sum(axis=1) == pytest.approx(1)


# Faults and words ------------------------------------------------------------------------------


@pytest.mark.parametrize("function", [credible_interval, width_contributions])
def test_a_model_without_counts_is_refused(function: Callable[..., object]) -> None:
    more = ("yes",) if function is width_contributions else ()
    with pytest.raises(hamknee.HamkneeError, match=r"asia has columns without an equivalent"):
        function(asia(ess=None), {"dysp": "yes"}, *more)


def test_a_column_without_a_count_is_refused() -> None:
    model = asia()
    cpts = dict(model.cpts)
    cpts["bronc"] = CPT("bronc", ("smoke",), cpts["bronc"].probabilities, np.array([20, np.nan]))
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


def test_impossible_evidence_and_unknown_states_are_refused() -> None:
    with pytest.raises(hamknee.ImpossibleEvidenceError):
        credible_interval(asia(), {"tub": "yes", "either": "no"})
    with pytest.raises(hamknee.HamkneeError, match=r"'yess' is not a state of lung \(did you mean"):
        width_contributions(asia(), {}, "yess")


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
    assert found.text.startswith(f"Most likely: {row.label}, {100 * row.probability:.0f} % (90 %")
    assert f"{row.label} comes first in {100 * row.p_top:.0f} % of 4,000 draws" in found.text
    second = table[table.p_top < row.p_top].sort_values("p_top").iloc[-1]
    assert f"{second.label} in {100 * second.p_top:.0f} %" in found.stability


def test_the_ranking_is_the_table_in_words(model: Model) -> None:
    interval = credible_interval(model, {"pop": "yes"}, draws=50)
    for state, row in zip(interval.ranking, interval.table.itertuples(), strict=True):
        assert state.label == row.label
        assert state.now == percent(row.probability)
        assert state.interval == percent_range(row.low, row.high)
        assert state.start == percent(row.prior)


def test_the_result_tells_what_to_measure_next(model: Model) -> None:
    found = credible_interval(model, {"setting": "emergency"}, draws=100)
    contributions = found.contributions("dvt")
    assert list(contributions.table.columns) == ["variable", "given", "ess", "share"]
    assert list(contributions.table.given) == ["setting=emergency"]
    measure = "measure “Condition, given Setting: Emergency department” next"
    assert f"{measure}: it now counts as 49 cases" in contributions.text


def test_nothing_to_measure_is_said() -> None:
    found = width_contributions(asia(), {"lung": "yes"}, "yes")
    assert found.table.empty
    assert found.sd == 0
    assert found.text == "No number that could be measured changes the probability of Yes."
