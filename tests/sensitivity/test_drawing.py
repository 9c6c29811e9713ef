"""Draws of tables given a case: each against worlds, all together against weighted draws."""

import dataclasses
from functools import cache

import numpy as np
import pytest
from scipy import stats

from hamknee.inference.model import Model
from hamknee.inference.simulation import draw_given
from hamknee.network.evidence import check_evidence
from hamknee.sensitivity import drawing
from hamknee.sensitivity.drawing import DrawnBlock, Sampler, drawn_table
from hamknee.sensitivity.intervals import credible_interval
from tests.support.by_hand import Tables, p_joint, with_columns
from tests.support.networks import asia, with_zeros
from tests.support.weighing import DrawnWorlds, drawn_worlds, largest_gap

CASES = {
    "nothing": {},
    "hard": {"test": "yes", "echo": "no"},
    "all": {"place": "home", "site": "side", "sign": "weak", "test": "yes", "echo": "no"},
    "one of": {"site": {"front", "side"}, "sign": {"weak", "none"}},
    "one of one": {"site": {"front": 0.4}, "sign": {"weak": 1}},
    "a leaf's parent": {"sign": "weak", "test": "yes"},
    "a likelihood": {"site": {"front": 0.2, "back": 0.7, "all": 0.2}, "test": {"yes": 3, "no": 1}},
    "above the target": {"place": "clinic", "echo": "yes"},
    "the target itself": {"cause": {"a": 0.5, "b": 0.1, "c": 0.4}, "echo": "yes"},
    "a likelihood above": {"place": {"home": 0.2, "clinic": 0.8}, "sign": {"strong": 1, "weak": 2}},
}
BLOCK = DrawnBlock(seed=0, first=0, size=50)


@cache
def worlds(target: str) -> DrawnWorlds:
    return drawn_worlds(with_zeros(ess=5, target=target), 10_000, seed=11)


# All draws together -----------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("target", ["cause", "sign", "place"])
def test_draws_follow_the_weights_of_the_case(case: str, target: str) -> None:
    """They are drawn as often as P(evidence | draw) weighs draws that were made without a case."""
    posteriors, weights = worlds(target).weighted(CASES[case])
    effective = 1 / (weights**2).sum()
    assert effective > 2500
    samples = Sampler(worlds(target).model.case(CASES[case])).posteriors(10_000, seed=3)
    allowed = 2.2 * np.sqrt(1 / effective + 1 / len(samples))  # 1 in 8,000 for equal weights
    for state in range(samples.shape[1]):
        if 0 < samples[:, state].mean() < 1:
            assert largest_gap(posteriors[:, state], weights, samples[:, state]) < allowed


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("target", ["cause", "sign", "place"])
def test_their_mean_is_the_posterior(case: str, target: str) -> None:
    known = with_zeros(ess=2, target=target).case(CASES[case])
    samples = Sampler(known).posteriors(20_000, seed=5)
    error = samples.std(axis=0) / np.sqrt(len(samples))
    gaps = np.abs(samples.mean(axis=0) - known.posterior.probabilities)
    assert (gaps <= 4.5 * error + 1e-12).all()


# Each draw --------------------------------------------------------------------------------------


def moved_tables(sampler: Sampler, block: DrawnBlock, number: int) -> Tables:
    """Return the tables of one draw, with the columns moved that its patient uses."""
    model, names = sampler.case.model, list(sampler.case.model.vocabulary)
    (patient,) = draw_given(sampler.case, sampler.case.open, block.uniforms)[number : number + 1]
    columns = {}
    for part in sampler.parts:
        cpt = model.cpts[names[part.variable]]
        assert cpt.ess is not None
        table = drawn_table(cpt, part.variable, block)[..., number]
        used = tuple(patient[names.index(parent)] for parent in cpt.parents)
        for column in np.ndindex(cpt.probabilities.shape[:-1]):
            values = table[:, *column].copy()
            if column == used:
                step = 1 - np.exp(-block.exponentials(part.variable)[number] / cpt.ess[column])
                values *= 1 - step
                values[patient[part.variable]] += step
            columns[names[part.variable], column] = values
    return with_columns(model, columns)


@pytest.mark.parametrize("case", [name for name in CASES if name != "nothing"])
@pytest.mark.parametrize("target", ["cause", "sign", "place"])
def test_every_draw_is_the_posterior_of_a_model_made_of_it(case: str, target: str) -> None:
    model = with_zeros(ess=5, target=target)
    sampler, block = Sampler(model.case(CASES[case])), DrawnBlock(1, 0, 12)
    samples = sampler.posteriors(12, seed=1)
    evidence = check_evidence(model.vocabulary, CASES[case])
    for number in range(12):
        joint = p_joint(moved_tables(sampler, block, number), evidence)
        np.testing.assert_allclose(samples[number], joint / joint.sum(), atol=1e-12)


def test_working_in_runs_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    case = with_zeros(ess=8).case(CASES["hard"])
    whole = Sampler(case).posteriors(500, seed=0)
    monkeypatch.setattr(drawing, "CELLS_AT_ONCE", 2000)
    assert (Sampler(case).posteriors(500, seed=0) == whole).all()


def test_drawing_in_blocks_changes_nothing_but_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    case = with_zeros(ess=8).case(CASES["hard"])
    whole = Sampler(case).posteriors(8000, seed=0)
    monkeypatch.setattr(drawing, "BLOCK_CELLS", 3000)
    parts = Sampler(case).posteriors(8001, seed=0)
    assert parts.shape == (8001, 3)
    assert stats.ks_2samp(whole[:, 0], parts[:, 0]).pvalue > 0.001


# What is drawn ----------------------------------------------------------------------------------


def test_a_table_is_drawn_from_the_dirichlets_of_its_columns(model: Model) -> None:
    cpt = model.cpts["onset"]
    assert cpt.ess is not None
    drawn = drawn_table(cpt, list(model.vocabulary).index("onset"), DrawnBlock(0, 0, 20_000))
    for column, ess in enumerate(cpt.ess):
        for state, p in enumerate(cpt.probabilities[column]):
            beta = stats.beta(p * ess, (1 - p) * ess)
            assert stats.kstest(drawn[state, column], beta.cdf).pvalue > 1e-4


def test_a_table_with_a_case_more_is_drawn_from_its_dirichlet() -> None:
    """One more case with a state, is a step from Beta(1, count) towards it."""
    for ess in (0.7, 12.0):
        counts, rng = ess * np.array([0.2, 0.5, 0.3]), np.random.default_rng(3)
        columns = rng.dirichlet(counts, 20_000)
        (part,) = (p for p in Sampler(with_zeros(ess=ess).case({})).parts if p.variable == 0)
        patients = np.zeros((20_000, 6), dtype=np.intp)
        steps = part.steps(patients, rng.standard_exponential(20_000))
        moved = columns * (1 - steps[:, None])
        moved[:, 1] += steps
        for state, count in enumerate(counts + np.eye(3)[1]):
            beta = stats.beta(count, ess + 1 - count)
            assert stats.kstest(moved[:, state], beta.cdf).pvalue > 1e-4


def test_only_what_matters_to_the_case_is_looked_at(model: Model) -> None:
    names = list(model.vocabulary)

    def looked_at(evidence: dict[str, object]) -> dict[str, tuple[int, ...]]:
        sampler = Sampler(model.case(evidence))
        return {
            names[p.variable]: (1 if p.summed else len(p.states), *map(len, p.columns))
            for p in sampler.parts
        }

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


def test_the_draws_are_the_same_for_every_case(model: Model) -> None:
    """So two cases differ because of the cases: a finding that says nothing changes no draw."""
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
    number = list(model.vocabulary).index("pop")
    shared = [drawn_table(m.cpts["pop"], number, BLOCK) for m in (model, silent)]
    assert (shared[0] == shared[1]).all()


def test_equal_tables_are_not_drawn_alike(model: Model) -> None:
    one, two = (drawn_table(model.cpts["onset"], variable, BLOCK) for variable in (4, 5))
    assert not (one == two).any()


def test_every_variable_and_use_has_random_numbers_of_its_own() -> None:
    numbers = [f(v) for f in (BLOCK.uniforms, BLOCK.exponentials) for v in (1, 2)]
    uniform = [numbers[0], numbers[1], np.exp(-numbers[2]), np.exp(-numbers[3])]
    assert (np.abs(np.corrcoef(uniform) - np.eye(4)) < 0.6).all()
    assert (DrawnBlock(1, 0, 50).uniforms(1) != numbers[0]).all()
    assert (DrawnBlock(0, 50, 50).uniforms(1) != numbers[0]).all()


def test_what_is_shared_cannot_be_changed(model: Model) -> None:
    for shared in (drawn_table(model.cpts["pop"], 5, BLOCK), BLOCK.uniforms(5)):
        with pytest.raises(ValueError, match="read-only"):
            shared[0] = 1


def test_the_tables_of_a_case_are_drawn_once(model: Model) -> None:
    """All that the shipped network can need is kept together."""
    complete = {variable.name: variable.state_names[0] for variable in model.vocabulary.variables}
    del complete["condition"]
    credible_interval(model, complete)
    kept = drawing._kept.cache_info()
    credible_interval(model, complete)
    again = drawing._kept.cache_info()
    assert again.misses == kept.misses
    assert again.hits == kept.hits + len(model.cpts)


def test_tables_too_large_to_keep_are_drawn_the_same(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = credible_interval(model, {"pop": "yes"}, draws=300)
    monkeypatch.setattr(drawing, "KEPT_CELLS", 0)
    assert (credible_interval(model, {"pop": "yes"}, draws=300).samples == kept.samples).all()


def test_logical_zeros_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "SMALLEST", 0.25)  # even where counts are raised to a smallest
    monkeypatch.setattr(drawing, "KEPT_CELLS", 0)  # nor what was drawn with the usual one
    interval = credible_interval(with_zeros(ess=2), {"place": "home", "test": "yes"}, draws=500)
    impossible = interval.posterior.target.position["c"]
    assert interval.posterior.probabilities[impossible] == 0
    assert not interval.samples[:, impossible].any()
    assert (interval.low[impossible], interval.high[impossible]) == (0, 0)


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
    interval = credible_interval(with_zeros(ess=1e-3), CASES["hard"], draws=2000)
    assert np.isfinite(interval.samples).all()
    assert interval.samples.sum(axis=1) == pytest.approx(1)
