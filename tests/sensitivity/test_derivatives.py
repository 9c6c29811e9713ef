"""Derivatives of P(target, evidence) by one number, and by two."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from hamknee.inference.model import Model
from hamknee.sensitivity.derivatives import _in_proportion, derivatives, mixed
from hamknee.sensitivity.parameters import entries
from tests.support.by_hand import p_joint, with_number
from tests.support.networks import CASES, Spec, network


@pytest.mark.parametrize(("build", "evidence"), [case[:2] for case in CASES])
def test_derivatives_give_the_same_as_the_two_ends(
    build: Callable[[], Model], evidence: dict[str, object]
) -> None:
    model = build()
    among = entries(model)
    slopes = derivatives(model.case(evidence)).slopes(among)
    p = p_joint(model, evidence).sum()
    zeros = 0
    for entry, slope in enumerate(slopes):
        place = among.place(entry)
        number = (place.variable, place.column, place.state)
        ends = [p_joint(with_number(model, *number, t), evidence) for t in (0.0, 1.0)]
        np.testing.assert_allclose(slope, (ends[1] - ends[0]) / p, atol=1e-12)
        zeros += among.probability[entry] == 0 and bool(np.abs(slope).max() > 1e-6)
    # the derivative by a number that is 0 cannot be told from a marginal, and must be there
    assert zeros or not evidence


def test_the_derivatives_of_the_target_alone_are_right() -> None:
    # the target has no parents, and one of its states is impossible
    model = network(
        {"a": ("", [0.5, 0.5, 0.0], "x y z"), "b": ("a", [[0.2, 0.8], [0.5, 0.5], [1, 0]], "u v")},
        "a",
    )
    among = entries(model)
    slopes = derivatives(model.case({"b": "u"})).slopes(among)
    for entry in range(3):
        ends = [p_joint(with_number(model, "a", (), entry, t), {"b": "u"}) for t in (0.0, 1.0)]
        np.testing.assert_allclose(slopes[entry], (ends[1] - ends[0]) / 0.35, atol=1e-12)


def _ruled_out() -> Model:
    """Return a model in which what is seen rules out one state of the target."""
    spec: Spec = {
        "cause": ("", [0.4, 0.6], "a b"),
        "hidden": ("cause", [[0.5, 0.5], [1.0, 0.0]], "u v"),
        "sign": ("hidden", [[0.0, 1.0], [0.3, 0.7]], "x y"),
    }
    return network(spec, "cause")


TWO_OF = [*(case[:2] for case in CASES), (_ruled_out, {"sign": "x"})]


@pytest.mark.parametrize(("build", "evidence"), TWO_OF)
def test_second_derivatives_agree_with_four_corners(
    build: Callable[[], Model], evidence: dict[str, object]
) -> None:
    model = build()
    among = entries(model)
    functional = np.random.default_rng(1).normal(size=len(model.vocabulary.target.states))
    found = mixed(derivatives(model.case(evidence)), among, functional)
    p = p_joint(model, evidence).sum()
    places = [among.place(entry) for entry in range(len(among))]
    rng = np.random.default_rng(2)
    pairs = [
        pair
        for pair in itertools.combinations(range(len(among)), 2)
        if not places[pair[0]].same_column(places[pair[1]])
    ]
    different = 0
    for i, j in (pairs[k] for k in rng.permutation(len(pairs))[:150]):
        one, two = ((q.variable, q.column, q.state) for q in (places[i], places[j]))
        corners = [
            functional @ p_joint(with_number(with_number(model, *one, s), *two, t), evidence)
            for s, t in itertools.product((0.0, 1.0), repeat=2)
        ]
        expected = (corners[3] - corners[2] - corners[1] + corners[0]) / p
        assert found[i, j] == pytest.approx(expected, abs=1e-11)
        assert found[j, i] == pytest.approx(expected, abs=1e-11)
        different += abs(expected) > 1e-6
    assert different > 5 or not evidence


def test_a_table_of_next_to_nothing_is_scaled_without_a_warning() -> None:
    table, log = _in_proportion(np.array([[5e-324, 0.0], [0.0, 0.0]]), np.zeros(2))
    assert table.tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert log.tolist() == [np.log(5e-324), -np.inf]
