"""Networks by names alone: the order of variables and states is the vocabulary's."""

import numpy as np

from hamknee.formats.nodes import model_of, nodes_of, vocabulary_of
from hamknee.network.vocabulary import Variable, Vocabulary
from tests.support.network_files import distance
from tests.support.networks import named


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
