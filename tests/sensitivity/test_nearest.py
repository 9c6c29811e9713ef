"""The nearest point of a curve of two numbers, against a grid, and the worlds that count."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from hamknee.sensitivity.nearest import Curves, lower_bounds, nearest, possible_worlds
from hamknee.sensitivity.parameters import Place, entries
from tests.support.by_hand import Worlds, distance, with_number
from tests.support.networks import asia, deterministic, with_zeros

ALL = np.ones((1, 3, 3), dtype=bool)
"""Every class of worlds can occur."""


def curve(*coefficients: float, one: float, two: float) -> Curves:
    return Curves(*(np.array([value]) for value in (*coefficients, one, two)))


def log_odds(p: float) -> float:
    return float(np.log(p / (1 - p)))


# The nearest point ------------------------------------------------------------------------------


def test_the_nearest_point_of_a_curve_is_on_it_and_no_nearer_than_the_bound() -> None:
    rng = np.random.default_rng(6)
    count = 300
    a, b, c = rng.normal(size=(3, count))
    one, two = rng.uniform(0.05, 0.95, size=(2, count))
    # through a point between 0 and 1, so that every curve can be reached
    t1, t2 = rng.uniform(0.05, 0.95, size=(2, count))
    curves = Curves(a, b, c, -(a * t1 * t2 + b * t1 + c * t2), one, two)
    possible = rng.random((count, 3, 3)) < 0.6
    possible[:, 2, 2] = True
    possible[:, [0, 1], 2] = possible[:, 2, [0, 1]] = True  # so that no move is free
    found, x, y = nearest(curves, possible)
    on = a * x * y + b * x + c * y + curves.d
    assert on == pytest.approx(0, abs=1e-9)
    assert (found >= lower_bounds(curves) * (1 - 1e-9)).all()
    grid = 1 / (1 + np.exp(-np.linspace(-6, 6, 2001)))[:, None]
    with np.errstate(divide="ignore"):
        other = -(b * grid + curves.d) / (a * grid + c)
    inside = (other > 0) & (other < 1)
    other = np.where(inside, other, 0.5)
    moves = [
        np.log([t / p, (1 - t) / (1 - p), np.ones_like(t)])
        for t, p in ((grid + 0 * one, one), (other, two))
    ]
    both = moves[0][:, None] + moves[1][None]
    occurs = possible.transpose(1, 2, 0)[:, :, None]
    largest = np.where(occurs, both, -np.inf).max(axis=(0, 1))
    spread = largest - np.where(occurs, both, np.inf).min(axis=(0, 1))
    on_grid = np.where(inside, spread, np.inf).min(axis=0)
    assert (found <= on_grid + 1e-9).all()
    assert np.median(on_grid - found) < 0.01


@pytest.mark.parametrize("tiny", [1e-100, 1e-200, 1e-300])
def test_numbers_next_to_nothing_have_a_nearest_point_too(tiny: float) -> None:
    one, two = [tiny, tiny, 0.3], [tiny, 0.3, tiny]
    a, b, c, d = np.repeat([[1.0], [0.2], [0.1], [-0.05]], 3, axis=1)
    curves = Curves(a, b, c, d, np.array(one), np.array(two))
    nearest_by_hand = [
        min(_apart_on_grid(some[np.array([pair])]) for some in (curves, curves.turned()))
        for pair in range(3)
    ]
    found, x, y = nearest(curves, np.repeat(ALL, 3, axis=0))
    assert a * x * y + b * x + c * y + d == pytest.approx(0, abs=1e-12)
    assert (found <= np.array(nearest_by_hand) + 1e-9).all()
    assert found == pytest.approx(nearest_by_hand, rel=0.01)
    assert (lower_bounds(curves) <= found + 1e-9).all()


def _apart_on_grid(curves: Curves) -> float:
    """Return the smallest distance of many points of one curve, by the definition."""
    whole = np.linspace(-720, 720, 400_001)
    t1 = np.exp(-np.logaddexp(0, -whole))
    t2 = -(curves.b * t1 + curves.d) / (curves.a * t1 + curves.c)
    t1, t2 = (t[(t1 > 0) & (t1 < 1) & (t2 > 0) & (t2 < 1)] for t in (t1, t2))
    moves = [
        np.stack([np.log(t) - np.log(now), np.log1p(-t) - np.log1p(-now), 0 * t])
        for t, now in ((t1, curves.one), (t2, curves.two))
    ]
    both = (moves[0][:, None] + moves[1][None]).reshape(9, -1)
    return float(np.ptp(both, axis=0).min())


def test_where_only_one_number_counts_only_it_moves() -> None:
    curves = curve(0.0, 0.0, 1.0, -0.6, one=0.7, two=0.2)  # t2 = 0.6, whatever t1
    (found,), (t1,), (t2,) = nearest(curves, ALL)
    assert (t1, t2) == pytest.approx((0.7, 0.6))
    assert found == pytest.approx(log_odds(0.6) - log_odds(0.2))
    assert lower_bounds(curves)[0] <= found + 1e-12


def test_a_point_on_the_curve_is_there_already() -> None:
    curves = curve(1.0, 0.0, 0.0, -0.06, one=0.2, two=0.3)  # t1·t2 = 0.06
    (found,), (t1,), (t2,) = nearest(curves, ALL)
    assert found == pytest.approx(0, abs=1e-9)
    assert (t1, t2) == pytest.approx((0.2, 0.3))
    assert lower_bounds(curves)[0] == pytest.approx(0, abs=1e-9)


def test_a_curve_that_does_not_pass_between_0_and_1_is_out_of_reach() -> None:
    curves = curve(0.0, 1.0, 1.0, -3.0, one=0.2, two=0.3)  # t1 + t2 = 3
    (found,), _, _ = nearest(curves, ALL)
    assert found == np.inf


def test_turning_the_numbers_round_turns_the_point_round() -> None:
    rng = np.random.default_rng(2)
    a, b, c, d = rng.normal(size=(4, 200))
    one, two = rng.uniform(0.05, 0.95, size=(2, 200))
    possible = np.repeat(ALL, 200, axis=0)
    there = nearest(Curves(a, b, c, d, one, two), possible)
    back = nearest(Curves(a, c, b, d, two, one), possible)
    np.testing.assert_allclose(there[0], back[0], rtol=1e-9)
    bounds = lower_bounds(Curves(a, b, c, d, one, two))
    np.testing.assert_allclose(bounds, lower_bounds(Curves(a, c, b, d, two, one)), rtol=1e-9)


def test_some_of_the_curves_are_those_curves() -> None:
    rng = np.random.default_rng(3)
    curves = Curves(*rng.uniform(0.1, 0.9, size=(6, 5)))
    some = curves[np.array([3, 1])]
    assert some.a.tolist() == curves.a[[3, 1]].tolist()
    assert some.two.tolist() == curves.two[[3, 1]].tolist()


# Which worlds can occur -------------------------------------------------------------------------


def classes_by_hand(model: Model, place: Place) -> np.ndarray:
    """Return which class each world is of for a number, with an axis for each variable."""
    worlds = Worlds(model)
    grid = dict(zip(worlds.axis, np.indices(worlds.joint.shape), strict=True))
    parents = model.cpts[place.variable].parents
    applies = np.ones(worlds.joint.shape, dtype=bool)
    for parent, state in zip(parents, place.column, strict=True):
        applies &= grid[parent] == state
    return np.where(applies, np.where(grid[place.variable] == place.state, 0, 1), 2)


@pytest.mark.parametrize("build", [asia, with_zeros, deterministic])
def test_the_classes_that_can_occur_are_those_of_all_worlds(build: Callable[[], Model]) -> None:
    model = build()
    among = entries(model)
    places = [among.place(entry) for entry in range(len(among))]
    pairs = [p for p in itertools.combinations(places, 2) if not p[0].same_column(p[1])]
    rng = np.random.default_rng(4)
    pairs = [pairs[k] for k in rng.choice(len(pairs), min(60, len(pairs)), replace=False)]
    found = possible_worlds(model, pairs)
    happens = Worlds(model).joint > 0
    for possible, (one, two) in zip(found, pairs, strict=True):
        both = classes_by_hand(model, one)[happens], classes_by_hand(model, two)[happens]
        expected = np.zeros((3, 3), dtype=bool)
        expected[both] = True
        expected[2, 2] = True  # which is always said, and changes no distance
        np.testing.assert_array_equal(possible, expected)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (
            Place("lung", (0,), 0),
            Place("bronc", (1,), 0),
        ),  # under states of one parent that exclude each other
        (Place("smoke", (), 0), Place("lung", (0,), 0)),
        (Place("tub", (1,), 0), Place("either", (1, 1), 0)),
        (Place("xray", (1,), 0), Place("dysp", (1, 1), 0)),
    ],
)
def test_the_distance_is_that_of_the_two_networks(one: Place, two: Place) -> None:
    logical = asia()
    table = logical.cpts["either"].probabilities * 0.8 + 0.1  # so that no number is 0 or 1
    either = CPT("either", ("tub", "lung"), table)
    model = Model(logical.vocabulary, logical.cpts | {"either": either})
    curves = curve(0.7, -0.4, 0.9, -0.2, one=one.value(model), two=two.value(model))
    (found,), (t1,), (t2,) = nearest(curves, possible_worlds(model, [(one, two)]))

    def apart(first: float, second: float) -> float:
        moved = with_number(model, one.variable, one.column, one.state, first)
        return distance(model, with_number(moved, two.variable, two.column, two.state, second))

    assert apart(t1, t2) == pytest.approx(found)
    for first in np.linspace(0.01, 0.99, 50):
        second = -(-0.4 * first - 0.2) / (0.7 * first + 0.9)
        assert 0 < second < 1
        assert apart(first, second) >= found - 1e-9
