"""Functions of two numbers."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

import hamknee
from hamknee.inference.model import Model
from hamknee.sensitivity.one_way import sensitivity_function
from hamknee.sensitivity.two_numbers import two_way
from tests.support.by_hand import free_pairs, p_joint, p_state, parameter, with_columns, with_number
from tests.support.networks import CASES, asia, network, with_zeros


def test_asia_has_its_golden_function_of_two() -> None:
    numbers = ("smoke", "yes", {}), ("lung", "yes", {"smoke": "yes"})
    found = two_way(asia(), {"dysp": "yes"}, "yes", *numbers)
    numerator, denominator = found.coefficients
    assert numerator == pytest.approx([0.82, -0.0076, 0, 0.0076], abs=1e-12)
    assert denominator == pytest.approx([0.29688, 0.2039868, 0, 0.3191332], abs=1e-12)
    assert list(found.table.numerator) == list(numerator)


@pytest.mark.parametrize(("build", "evidence", "state"), CASES)
def test_functions_of_two_numbers_agree_with_adding_up_worlds(
    build: Callable[[], Model], evidence: dict[str, object], state: str
) -> None:
    model = build()
    place = model.vocabulary.target.position[state]
    rng = np.random.default_rng(3)
    pairs = free_pairs(model)
    for index in rng.choice(len(pairs), 40, replace=False):
        one, two = pairs[index]
        numbers = parameter(model, *one), parameter(model, *two)
        found = two_way(model, evidence, state, *numbers)
        numerator, denominator = found.coefficients
        for t1, t2 in ((0.2, 0.7), (0.9, 0.4)):
            joint = p_joint(with_number(with_number(model, *one, t1), *two, t2), evidence)
            terms = np.array([t1 * t2, t1, t2, 1])
            assert numerator @ terms == pytest.approx(joint[place], abs=1e-12)
            assert denominator @ terms == pytest.approx(joint.sum(), abs=1e-12)
            assert found.value(t1, t2) == pytest.approx(joint[place] / joint.sum(), abs=1e-10)


@pytest.mark.parametrize("column", [(0,), (1,)])
def test_two_numbers_of_one_column_share_what_they_leave(column: tuple[int, ...]) -> None:
    model, evidence = with_zeros(), {"site": {"front", "side"}, "echo": "yes"}
    old = model.cpts["site"].probabilities[column]
    for one, two in itertools.permutations(range(4), 2):
        numbers = [parameter(model, "site", column, state) for state in (one, two)]
        found = two_way(model, evidence, "a", *numbers)
        assert found.same_column
        assert found.coefficients[0][0] == found.coefficients[1][0] == 0
        rest = [k for k in range(4) if k not in (one, two)]
        for t1, t2 in ((0.2, 0.3), (0.9, 0.1), (0.0, 0.0)):
            new = np.zeros(4)
            new[[one, two]] = t1, t2
            new[rest] = max(1 - t1 - t2, 0) * old[rest] / old[rest].sum()
            changed = with_columns(model, {("site", column): new})
            assert found.value(t1, t2) == pytest.approx(p_state(changed, evidence, "a"), abs=1e-10)
        assert found.text.endswith(" They are of one column and add up to 100 % at most.")
        with pytest.raises(hamknee.HamkneeError, match="add up to more than 1"):
            found.value(0.6, 0.5)


def test_a_rest_of_nothing_is_shared_equally() -> None:
    model = with_zeros()
    numbers = [("sign", state, {"place": "clinic", "cause": "b"}) for state in ("weak", "none")]
    found = two_way(model, {"test": "no"}, "b", *numbers)
    changed = with_columns(model, {("sign", (1, 1)): np.array([0.5, 0.2, 0.3])})
    assert found.value(0.2, 0.3) == pytest.approx(p_state(changed, {"test": "no"}, "b"), abs=1e-12)


def test_all_that_are_left_have_the_same_share_of_such_a_rest() -> None:
    table = np.array([[0.4, 0.6, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]])
    model = network({"t": ("", [0.5, 0.5]), "f": ("t", table.tolist())}, "t")
    numbers = [("f", state, {"t": "yes"}) for state in ("a", "b")]
    function = two_way(model, {"f": "c"}, "yes", *numbers)
    for t1, t2 in ((0.2, 0.3), (0.0, 0.0), (0.9, 0.05)):
        share = (1 - t1 - t2) / 2
        assert function.value(t1, t2) == pytest.approx(share / (share + 0.25), abs=1e-12)


@pytest.mark.parametrize("at", [(-0.1, 0.5), (1.1, 0.5), (0.5, -0.1), (0.5, 1.1)])
def test_a_number_beyond_0_and_1_is_refused(at: tuple[float, float]) -> None:
    numbers = ("smoke", "yes", {}), ("lung", "yes", {"smoke": "yes"})
    both = two_way(asia(), {"dysp": "yes"}, "yes", *numbers)
    assert both.value([0, 1], [1, 0]).shape == (2,)
    with pytest.raises(hamknee.HamkneeError, match=f"found {at[0]} and {at[1]}; allowed: 0 to 1"):
        both.value(*at)


def test_functions_take_arrays() -> None:
    numbers = ("smoke", "yes", {}), ("lung", "yes", {"smoke": "yes"})
    both = two_way(asia(), {"dysp": "yes"}, "yes", *numbers)
    grid = both.value(np.linspace(0, 1, 5)[:, None], np.linspace(0, 1, 7))
    assert grid.shape == (5, 7)
    assert grid[2, 3] == both.value(0.5, 0.5)
    one = sensitivity_function(asia(), {"dysp": "yes"}, "yes", numbers[0])
    assert list(one.table.probability) == pytest.approx(one.value(one.table.value))
    assert "column" not in both.text
    assert both.value(one.table.value, 0.1) == pytest.approx(one.table.probability, abs=1e-12)
