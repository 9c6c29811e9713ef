"""What could still be answered: every combination against all worlds, and exact draws."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.inference.case import Case
from hamknee.reasoning import answers
from hamknee.reasoning.answers import answered, draw_answers
from tests.support.by_hand import Worlds
from tests.support.drawn import random_evidence
from tests.support.networks import asia, deterministic, exclusive_or, random_network

seeds = st.integers(0, 10_000)


def joint_by_hand(case: Case, chosen: tuple[int, ...]) -> np.ndarray:
    """Return P(answers, target | evidence), a row for each combination of answers."""
    names, target = list(case.model.vocabulary), case.model.vocabulary.target.name
    table = Worlds(case.model).table([*(names[v] for v in chosen), target], dict(case.evidence))
    return table.reshape(-1, table.shape[-1])


# Every combination ------------------------------------------------------------------------------


@given(seeds, seeds)
def test_every_combination_has_its_probability_in_all_worlds(seed: int, other: int) -> None:
    model = random_network(seed)
    case = model.case(random_evidence(model, other, known=0.3))
    sets = [s for size in range(3) for s in itertools.combinations(case.open, size)]
    joint, starts = answered(case, sets)
    ends = [*starts[1:], len(joint)]
    for chosen, start, end in zip(sets, starts, ends, strict=True):
        np.testing.assert_allclose(joint[start:end], joint_by_hand(case, chosen), atol=1e-12)


@given(seeds, seeds)
def test_each_set_adds_up_to_what_is_known_now(seed: int, other: int) -> None:
    model = random_network(seed)
    case = model.case(random_evidence(model, other, known=0.3))
    joint, starts = answered(case, [(v,) for v in case.open])
    if case.open:
        sums = np.add.reduceat(joint, starts)
        expected = np.tile(case.posterior.probabilities, (len(starts), 1))
        np.testing.assert_allclose(sums, expected, atol=1e-12)


def test_an_uncertain_answer_is_weighed_before_it_is_asked_again() -> None:
    case = asia().case({"xray": {"yes": 3, "no": 1}})
    xray = case.model.vocabulary.index["xray"]
    joint, _ = answered(case, [(xray,)])
    p_yes = Worlds(case.model).p({"xray": "yes"})
    expected = 3 * p_yes / (3 * p_yes + 1 - p_yes)
    assert joint.sum(axis=1).tolist() == pytest.approx([expected, 1 - expected])


def test_what_cannot_be_answered_has_probability_0() -> None:
    case = deterministic().case({"copy": "yes"})
    joint, _ = answered(case, [(case.model.vocabulary.index["sign"],)])
    assert joint.sum(axis=1).tolist() == pytest.approx([0.5, 0.5, 0])


def test_working_in_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    case = asia().case({"dysp": "yes"})
    sets = list(itertools.combinations(case.open, 2))
    whole, starts = answered(case, sets)
    monkeypatch.setattr(answers, "BLOCK_ROWS", 10)
    in_blocks, same = answered(case, sets)
    np.testing.assert_array_equal(starts, same)
    np.testing.assert_array_equal(whole, in_blocks)


def test_no_questions_have_one_combination_and_no_sets_none() -> None:
    case = exclusive_or().case({})
    joint, starts = answered(case, [()])
    assert starts.tolist() == [0]
    np.testing.assert_allclose(joint, [case.posterior.probabilities])
    none, starts = answered(case, [])
    assert none.shape == (0, 2)
    assert starts.tolist() == []


# Draws ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_answers_are_drawn_from_their_joint_distribution(seed: int) -> None:
    model = random_network(seed, count=5)
    first, second, *_ = (v for v in model.vocabulary.variables if v.role != "target")
    unsure = dict(zip(first.state_names, (0.9, 0.2, 0.5), strict=False))
    evidence = {first.name: unsure, second.name: second.state_names[0]}
    case = model.case(evidence)
    names = [list(model.vocabulary)[v] for v in case.open]
    table = Worlds(model).table(names, evidence)
    codes = draw_answers(case, case.open, 20_000, np.random.default_rng(seed))
    counts = np.zeros(table.shape)
    np.add.at(counts, tuple(codes[:, v] for v in case.open), 1)
    error = np.sqrt(table * (1 - table) / 20_000)
    assert (np.abs(counts / 20_000 - table) <= 5 * error + 1e-12).all()
    known = [v for v in range(len(model.vocabulary)) if v not in case.open]
    assert (codes[:, known] == case.codes[known]).all()


@given(seeds, seeds)
def test_only_what_is_asked_is_drawn_and_no_draw_is_impossible(seed: int, other: int) -> None:
    model = random_network(seed)
    case = model.case(random_evidence(model, other, known=0.3))
    asked = case.open[::2]
    codes = draw_answers(case, asked, 50, np.random.default_rng(other))
    rest = [v for v in range(len(model.vocabulary)) if v not in asked]
    assert (codes[:, rest] == case.codes[rest]).all()
    assert (codes[:, asked] < case.sizes[asked]).all()
    assert np.isfinite(case.log_joint(codes).max(axis=1)).all()


def test_what_is_certain_is_drawn_every_time() -> None:
    case = deterministic().case({"left": "yes", "right": "yes"})
    index = case.model.vocabulary.index
    codes = draw_answers(case, case.open, 200, np.random.default_rng(1))
    assert (codes[:, index["copy"]] == 0).all()
    assert set(codes[:, index["sign"]]) == {0, 1}
