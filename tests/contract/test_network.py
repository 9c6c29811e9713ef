"""To pgmpy and back: nothing is lost."""

import numpy as np
import pytest

from hamknee.formats.pgmpy import difference_from_pgmpy, from_pgmpy, to_pgmpy
from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from tests.support.networks import NETWORKS, TARGETS, bundled, named, textbook


@pytest.mark.parametrize("name", NETWORKS)
def test_to_pgmpy_and_back_loses_no_number(name: str) -> None:
    model = named(name)
    back = from_pgmpy(to_pgmpy(model), target=model.vocabulary.target.name)
    assert set(back.vocabulary) == set(model.vocabulary)
    assert back.vocabulary.target.name == model.vocabulary.target.name
    for variable, cpt in model.cpts.items():
        assert back.vocabulary[variable].state_names == model.vocabulary[variable].state_names
        other = back.cpts[variable]
        assert set(other.parents) == set(cpt.parents)
        axes = [cpt.parents.index(parent) for parent in other.parents]
        turned = cpt.probabilities.transpose([*axes, cpt.probabilities.ndim - 1])
        np.testing.assert_allclose(other.probabilities, turned, rtol=1e-15, atol=0)


@pytest.mark.parametrize("name", TARGETS)
def test_from_pgmpy_and_back_keeps_nodes_edges_states_and_numbers(name: str) -> None:
    original, back = bundled(name), to_pgmpy(textbook(name))
    assert list(back.nodes) == list(original.nodes)
    assert set(back.edges) == set(original.edges)
    for node in original.nodes:
        one, other = original.get_cpds(node), back.get_cpds(node)
        assert dict(one.state_names) == dict(other.state_names)
        order = [one.variables.index(variable) for variable in other.variables]
        np.testing.assert_allclose(other.values, one.values.transpose(order), rtol=0, atol=2e-7)


def test_the_shipped_network_has_the_edges_of_its_numbers() -> None:
    model = named("shipped")
    edges = {(parent, name) for name, cpt in model.cpts.items() for parent in cpt.parents}
    assert set(to_pgmpy(model).edges) == edges


def test_the_built_in_comparison_with_pgmpy_finds_no_difference() -> None:
    assert difference_from_pgmpy(named("shipped"), cases=10, seed=1) < 1e-9


def test_the_built_in_comparison_with_pgmpy_finds_another_network_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = named("asia")
    turned = model.cpts["xray"].probabilities[::-1].copy()
    other = Model(model.vocabulary, {**model.cpts, "xray": CPT("xray", ("either",), turned)})
    monkeypatch.setattr("hamknee.formats.pgmpy.to_pgmpy", lambda _: to_pgmpy(other))
    assert difference_from_pgmpy(model, cases=10, seed=1) > 0.1
