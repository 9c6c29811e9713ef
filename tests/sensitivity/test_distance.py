"""How far apart two networks are: the distance of Chan & Darwiche."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from hamknee.sensitivity.distance import distance
from hamknee.sensitivity.smallest_change import what_would_change
from tests.support import by_hand
from tests.support.by_hand import Tables, Worlds, with_columns, with_number
from tests.support.networks import (
    asia,
    deterministic,
    in_two_parts,
    network,
    random_network,
    with_zeros,
)


def shaken(model: Model, seed: int, share: float = 1.0) -> Tables:
    """Return the tables with a random share of their columns drawn anew; zeros stay zeros."""
    rng = np.random.default_rng(seed)
    cpts = {}
    for name, cpt in model.cpts.items():
        drawn = rng.dirichlet(np.ones(cpt.probabilities.shape[-1]), cpt.probabilities.shape[:-1])
        drawn = np.where(cpt.probabilities > 0, drawn, 0)
        drawn = drawn / drawn.sum(axis=-1, keepdims=True)
        chosen = rng.random((*cpt.probabilities.shape[:-1], 1)) < share
        table = np.where(chosen, drawn, cpt.probabilities)
        cpts[name] = CPT(name, cpt.parents, table)
    return Tables(model.vocabulary, cpts)


def apart(one: Tables | Model, two: Tables | Model) -> float:
    return distance(one.vocabulary, one.cpts, two.cpts)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from([0.1, 0.5, 1.0]))
def test_the_distance_of_random_networks_is_that_of_all_their_worlds(
    seed: int, other: int, share: float
) -> None:
    model = random_network(seed)
    changed = shaken(model, other, share)
    assert apart(model, changed) == pytest.approx(by_hand.distance(model, changed), abs=1e-9)


@pytest.mark.parametrize("build", [asia, with_zeros, deterministic, in_two_parts])
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_worlds_that_are_impossible_in_both_do_not_count(
    build: Callable[[], Model], share: float
) -> None:
    model = build()
    for seed in range(10):
        changed = shaken(model, seed, share)
        assert apart(model, changed) == pytest.approx(by_hand.distance(model, changed), abs=1e-9)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_it_is_a_distance(seed: int, other: int) -> None:
    model = random_network(seed, count=5)
    one, two = shaken(model, other), shaken(model, other + 1)
    assert apart(model, model) == 0
    assert apart(model, one) == pytest.approx(apart(one, model), abs=1e-9)
    assert apart(model, two) <= apart(model, one) + apart(one, two) + 1e-9


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_no_odds_differ_by_more_than_it_says(seed: int, other: int) -> None:
    model = random_network(seed)
    changed = shaken(model, other)
    rng = np.random.default_rng(seed)
    before, after = (Worlds(tables).joint.ravel() for tables in (model, changed))
    for _ in range(20):
        event, known = rng.random((2, len(before))) < 0.5
        ratio = 1.0
        for joint, power in ((before, -1), (after, 1)):
            ratio *= (joint[event & known].sum() / joint[~event & known].sum()) ** power
        assert abs(math.log(ratio)) <= apart(model, changed) + 1e-9


def test_for_one_number_it_is_the_change_of_its_log_odds() -> None:
    changed = with_number(asia(), "lung", (0,), 0, 0.4)
    expected = math.log(0.4 / 0.6) - math.log(0.1 / 0.9)
    assert apart(asia(), changed) == pytest.approx(expected, abs=1e-12)


def test_it_is_the_distance_of_what_would_change() -> None:
    change = what_would_change(with_zeros(), {"test": "yes"}, "b", 0.9).two
    assert change is not None
    changed: Tables = with_zeros()
    for place, value in zip(change.places, change.after, strict=True):
        changed = with_number(changed, place.variable, place.column, place.state, value)
    assert apart(with_zeros(), changed) == pytest.approx(change.distance, abs=1e-9)


def test_a_new_impossibility_is_infinitely_far() -> None:
    model = with_zeros()
    changed = with_number(model, "test", (0,), 1, 0.0)
    assert apart(model, changed) == apart(changed, model) == math.inf


def test_numbers_of_what_cannot_be_may_differ_as_they_like() -> None:
    model = network(
        {
            "cause": ("", [1.0, 0.0]),
            "sign": ("cause", [[0.3, 0.7], [0.5, 0.5]]),
        },
        "cause",
    )
    changed = with_columns(model, {("sign", (1,)): np.array([1.0, 0.0])})
    assert apart(model, changed) == 0


def test_other_arrows_over_the_same_variables_can_be_compared() -> None:
    old = network({"t": ("", [0.3, 0.7]), "x": ("", [0.4, 0.6]), "y": ("t", [[0.1, 0.9]] * 2)}, "t")
    new = network(
        {"t": ("", [0.3, 0.7]), "x": ("t", [[0.2, 0.8], [0.5, 0.5]]), "y": ("", [0.1, 0.9])}, "t"
    )
    assert apart(old, new) == pytest.approx(by_hand.distance(old, new), abs=1e-12)
    assert apart(old, new) == pytest.approx(math.log(0.8 / 0.6 / (0.2 / 0.4)), abs=1e-12)


def test_numbers_next_to_nothing_do_not_overflow() -> None:
    tiny, whole = [1e-300, 1.0], [1.0, 1e-300]
    names = [f"x{number}" for number in range(6)]
    spec = {name: (" ".join(names[:number][-1:]), None) for number, name in enumerate(names)}

    def chain(column: list[float]) -> Model:
        tables = {n: (p, [column] * 2 if p else column) for n, (p, _) in spec.items()}
        return network(tables, "x0")

    assert apart(chain(tiny), chain(whole)) == pytest.approx(12 * 300 * math.log(10), rel=1e-12)
