"""Networks by names alone: the order of variables and states is the vocabulary's."""

import re

import numpy as np
import pytest

from hamknee.base.errors import HamkneeError
from hamknee.formats.nodes import model_of, nodes_of, not_told_apart, vocabulary_of, with_ess
from hamknee.network.vocabulary import Variable, Vocabulary
from tests.support.network_files import distance, with_states
from tests.support.networks import asia, named


def test_a_network_is_the_same_in_whatever_order_its_vocabulary_is() -> None:
    model = named("deterministic")
    turned = Vocabulary(
        tuple(
            Variable(v.name, v.role, v.label, v.states[::-1])
            for v in model.vocabulary.variables[::-1]
        )
    )
    again = model_of(nodes_of(model), turned, "memory")
    assert list(again.vocabulary) == list(model.vocabulary)[::-1]
    assert distance(model, again) == 0
    for name, cpt in again.cpts.items():
        assert cpt.probabilities.flags.c_contiguous
        assert (cpt.ess is None) == (model.cpts[name].ess is None)


def test_equivalent_sample_sizes_follow_their_columns() -> None:
    model = named("shipped")
    turned = Vocabulary(
        tuple(Variable(v.name, v.role, v.label, v.states[::-1]) for v in model.vocabulary.variables)
    )
    again = model_of(nodes_of(model), turned, "memory")
    for name, cpt in model.cpts.items():
        ess = again.cpts[name].ess
        assert ess is not None
        assert cpt.ess is not None
        np.testing.assert_array_equal(np.flip(ess), cpt.ess)


def test_names_and_states_without_labels_are_their_own() -> None:
    model = named("asia")
    words = vocabulary_of(nodes_of(model), "lung", "here")
    assert words.target.name == "lung"
    assert [state.label for state in words["xray"].states] == list(words["xray"].state_names)


def test_a_label_is_told_where_it_says_more_than_the_name() -> None:
    target, sign = nodes_of(with_states("yes", label="A sign"))
    assert (target.label, sign.label) == ("", "A sign")
    words = vocabulary_of([target, sign], "t", "here")
    assert (words["t"].label, words["sign"].label) == ("t", "A sign")


@pytest.mark.parametrize(
    ("states", "told"), [("", "none"), ("a", "'a'"), ("aa", "'a', 'a'"), ("ab", ""), ("abc", "")]
)
def test_states_are_at_least_two_and_all_different(states: str, told: str) -> None:
    assert not_told_apart("x", states) == (f"'x' has the states {told}" if told else "")


def test_columns_count_for_as_many_cases_as_is_said() -> None:
    model = asia(ess=None)
    words, cpts = model.vocabulary, model.cpts
    for cpt in with_ess(words, cpts, 7).values():
        assert np.array_equal(cpt.ess, np.full(cpt.probabilities.shape[:-1], 7.0))
    each = with_ess(words, cpts, {"either": np.array([[1, 2], [3, 4]]), "tub": 5.0})
    assert each["either"].ess.tolist() == [[1, 2], [3, 4]]
    assert each["tub"].ess.tolist() == [5, 5]
    assert each["asia"].ess is None


@pytest.mark.parametrize(
    ("ess", "message"),
    [
        ({"tb": 5}, "ess names 'tb'; allowed: asia, tub, smoke"),
        ({"tub": [1, 2, 3]}, "ess of tub has the shape (3,); allowed: one number, or (2,)"),
        ({"tub": [1, -2]}, "tub: found an ess of -2.0; allowed: a finite number"),
        (0, "asia: found an ess of 0.0; allowed: a finite number"),
    ],
)
def test_what_columns_cannot_count_for_is_refused(ess: object, message: str) -> None:
    model = asia(ess=None)
    with pytest.raises(HamkneeError, match=re.escape(message)):
        with_ess(model.vocabulary, model.cpts, ess)  # type: ignore[arg-type]
