"""What would have to change for another answer: the nearest number, and the nearest two."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from hamknee.inference.model import Model
from hamknee.inference.simulation import simulate_cases
from hamknee.sensitivity.one_way import sensitivity_function
from hamknee.sensitivity.smallest_change import what_would_change
from tests.support.by_hand import (
    Tables,
    Worlds,
    all_numbers,
    distance,
    free_pairs,
    p_joint,
    p_state,
    parameter,
    with_columns,
    with_number,
)
from tests.support.networks import asia, network, with_zeros

LEVELS = [
    (asia, {"xray": "yes", "dysp": "yes"}, "yes", 0.3),
    (asia, {"xray": "yes", "dysp": "yes"}, "yes", 0.9),
    (asia, {"xray": "yes", "dysp": "yes"}, "yes", 0.99),
    (asia, {"dysp": "no"}, "yes", 0.5),
    (with_zeros, {"test": "yes", "echo": "no"}, "a", 0.5),
    (with_zeros, {"test": "yes", "echo": "no"}, "b", 0.8),
    (with_zeros, {"site": {"front", "side"}, "sign": {"weak", "none"}}, "c", 0.6),
    (with_zeros, {"place": "clinic", "site": "all"}, "c", 0.2),
    (with_zeros, {}, "b", 0.6),
]


# The smallest change ----------------------------------------------------------------------------


def one_by_brute_force(
    model: Model, evidence: dict[str, object], state: str, level: float
) -> float:
    best = np.inf
    for number in all_numbers(model):
        old = model.cpts[number[0]].probabilities[(*number[1], number[2])]
        found = sensitivity_function(model, evidence, state, parameter(model, *number))
        t = found.crossing(level)
        if 0 < old < 1 and t is not None and 0 < t < 1:
            best = min(best, abs(np.log(t / (1 - t)) - np.log(old / (1 - old))))
    return best


@pytest.mark.parametrize(("build", "evidence", "state", "level"), LEVELS)
def test_the_smallest_change_of_one_number_is_the_smallest(
    build: Callable[[], Model], evidence: dict[str, object], state: str, level: float
) -> None:
    model = build()
    found = what_would_change(model, evidence, state, level).one
    expected = one_by_brute_force(model, evidence, state, level)
    if found is None:
        assert expected == np.inf
        return
    assert found.distance == pytest.approx(expected, abs=1e-9)
    (place,) = found.places
    changed = with_number(model, place.variable, place.column, place.state, found.after[0])
    assert p_state(changed, evidence, state) == pytest.approx(level, abs=1e-9)
    assert found.reached == pytest.approx(level, abs=1e-9)
    assert distance(model, changed) == pytest.approx(found.distance, abs=1e-9)


def best_on_a_grid(model: Model, evidence: dict[str, object], state: str, level: float) -> float:
    """Return the smallest distance of two numbers that give the level, one of them on a grid."""
    place = model.vocabulary.target.position[state]
    functional = np.eye(len(model.vocabulary.target.states))[place] - level
    before = Worlds(model).joint
    best = np.inf
    for one, two in free_pairs(model):
        logs = []
        for number in (one, two):
            ratio = Worlds(with_number(model, *number, 0.5)).joint / np.where(
                before > 0, before, np.nan
            )
            old = model.cpts[number[0]].probabilities[(*number[1], number[2])]
            # in which worlds the number itself, or the rest of its column, counts
            near = np.isclose(ratio, 0.5 / old), np.isclose(ratio, 0.5 / (1 - old))
            if old == 0.5:
                continue
            logs.append((old, near[0][before > 0], near[1][before > 0]))
        if len(logs) < 2:
            continue
        g = {
            (s, t): functional
            @ p_joint(with_number(with_number(model, *one, s), *two, t), evidence)
            for s, t in itertools.product((0.0, 1.0), repeat=2)
        }
        t1 = 1 / (1 + np.exp(-np.linspace(-7, 7, 281)))
        zero, unit = ((1 - t1) * g[0, k] + t1 * g[1, k] for k in (0, 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            t2 = zero / (zero - unit)
        inside = (t2 > 0) & (t2 < 1)
        change = np.zeros((inside.sum(), int((before > 0).sum())))
        for (old, here, rest), t in zip(logs, (t1[inside], t2[inside]), strict=True):
            change += np.log(t / old)[:, None] * here + np.log((1 - t) / (1 - old))[:, None] * rest
        if inside.any():
            best = min(best, float((change.max(axis=1) - change.min(axis=1)).min()))
    return best


@pytest.mark.parametrize(("build", "evidence", "state", "level"), LEVELS)
def test_the_smallest_change_of_two_numbers_is_the_smallest(
    build: Callable[[], Model], evidence: dict[str, object], state: str, level: float
) -> None:
    model = build()
    found = what_would_change(model, evidence, state, level)
    on_grid = best_on_a_grid(model, evidence, state, level)
    one = np.inf if found.one is None else found.one.distance
    assert on_grid >= min(one, np.inf if found.two is None else found.two.distance) * (1 - 1e-5)
    if found.two is None:
        return
    assert found.two.distance < one
    changed: Tables | Model = model
    assert not found.two.places[0].same_column(found.two.places[1])
    for place, value in zip(found.two.places, found.two.after, strict=True):
        changed = with_number(changed, place.variable, place.column, place.state, value)
    assert p_state(changed, evidence, state) == pytest.approx(level, abs=1e-9)
    assert found.two.reached == pytest.approx(level, abs=1e-9)
    assert distance(model, changed) == pytest.approx(found.two.distance, abs=1e-9)


def test_some_of_these_levels_need_two_numbers() -> None:
    found = [what_would_change(build(), *rest) for build, *rest in LEVELS]
    assert sum(each.two is not None for each in found) >= 4
    assert sum(each.one is None and each.two is not None for each in found) >= 1


def test_nothing_is_nearer_than_the_change_of_the_log_odds(model: Model) -> None:
    cases = simulate_cases(model, 3, known=0.3, seed=5)
    reached = 0
    for row in range(3):
        evidence = cases.evidence(row)
        posterior = model.posterior(evidence)
        second = posterior.target.state_names[posterior.order[1]]
        p = posterior[second]
        found = what_would_change(model, evidence, second, 0.6)
        if found.one is None:  # no single number of this case can do it
            continue
        reached += 1
        bound = abs(np.log(0.6 / 0.4) - np.log(p / (1 - p)))
        assert found.one.distance >= bound - 1e-9
        assert found.one.reached == pytest.approx(0.6, abs=1e-9)
        if found.two is not None:
            assert bound - 1e-9 <= found.two.distance < found.one.distance
            assert found.two.reached == pytest.approx(0.6, abs=1e-9)
    assert reached >= 2


def test_both_of_one_column_move_alike_where_that_is_nearest() -> None:
    # b is fixed by a logical column, so only the columns of c can move; one of them is logical too
    model = network(
        {
            "t": ("m", [[1.0, 0.0], [0.0, 1.0]], "x y"),
            "m": ("c", [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], "g h"),
            "c": ("", [0.1, 0.2, 0.3, 0.4], "u v w z"),
        },
        "t",
    )
    found = what_would_change(model, {}, "x", 0.5)
    assert found.one is not None
    assert found.two is not None
    assert found.two.places[0].same_column(found.two.places[1])
    assert sorted(found.two.names) == ["P(c=u)", "P(c=v)"]
    assert sorted(found.two.after) == pytest.approx([1 / 6, 1 / 3])
    assert found.two.distance == pytest.approx(np.log(7 / 3))
    assert found.two.distance < found.one.distance
    assert found.two.reached == pytest.approx(0.5, abs=1e-12)
    changed = with_columns(model, {("c", ()): np.array([1 / 6, 1 / 3, 3 / 14, 2 / 7])})
    assert distance(model, changed) == pytest.approx(found.two.distance)


# Where nothing can or need change, and words ----------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "state"), [({"place": "home", "test": "yes"}, "c"), ({"cause": "a"}, "a")]
)
def test_what_logic_rules_out_is_unreachable(evidence: dict[str, object], state: str) -> None:
    found = what_would_change(with_zeros(), evidence, state, 0.5)
    assert not found.reachable
    assert found.table.empty
    assert found.distance_text == ""
    assert found.text.startswith("Neither one number nor two can bring the prob")


def test_a_level_that_is_there_already_needs_no_change() -> None:
    level = with_zeros().posterior({"echo": "yes"})["a"]
    found = what_would_change(with_zeros(), {"echo": "yes"}, "a", level)
    assert found.one is not None
    assert found.one.distance == 0
    assert found.two is None
    assert found.text.endswith("as it is.")


def test_the_answer_in_words() -> None:
    found = what_would_change(asia(), {"xray": "yes", "dysp": "yes"}, "yes", 0.5)
    assert found.text == (
        "The smallest change of one number to bring the probability of Yes from 62 % to 50 %: "
        "“Lung: Yes, given Smoke: Yes” from 10 % to 5.9 %. The smallest change of two: "
        "“Lung: Yes, given Smoke: Yes” from 10 % to 6.3 %, and “Lung: Yes, given Smoke: No” "
        "from 1 % to 0.63 %."
    )
    assert found.distance_text.endswith(
        "at most a factor. Here it is 1.8 with one number (distance 0.57) and 1.7 with two "
        "(distance 0.51)."
    )
    assert list(found.table.numbers) == [1, 2, 2]
    assert list(found.table.given) == ["smoke=yes", "smoke=yes", "smoke=no"]
