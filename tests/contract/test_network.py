"""To pgmpy and back: nothing is lost, and what cannot be read is refused."""

import numpy as np
import pytest
from pgmpy.factors.discrete import TabularCPD
from pgmpy.models import DiscreteBayesianNetwork

from hamknee.base.errors import HamkneeError
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


# Refused ----------------------------------------------------------------------------------------


def two_nodes(**states: list[object]) -> DiscreteBayesianNetwork:
    made = DiscreteBayesianNetwork([("a", "b")])
    names = {"a": states.get("a", ["x", "y"]), "b": states.get("b", ["x", "y"])}
    made.add_cpds(
        TabularCPD("a", 2, [[0.3], [0.7]], state_names={"a": names["a"]}),
        TabularCPD("b", 2, [[0.1, 0.6], [0.9, 0.4]], ["a"], [2], state_names=names),
    )
    return made


def test_states_that_are_not_texts_become_texts() -> None:
    model = from_pgmpy(two_nodes(a=[0, 1], b=[True, False]), target="a")
    assert model.vocabulary["a"].state_names == ("0", "1")
    assert model.posterior({"b": "True"}).probabilities == pytest.approx([0.03 / 0.45, 0.42 / 0.45])


def test_states_are_matched_by_name_where_a_child_lists_them_in_another_order() -> None:
    made = two_nodes()
    turned = {"a": ["y", "x"], "b": ["x", "y"]}
    made.add_cpds(TabularCPD("b", 2, [[0.6, 0.1], [0.4, 0.9]], ["a"], [2], state_names=turned))
    model = from_pgmpy(made, target="a")
    np.testing.assert_array_equal(model.cpts["b"].probabilities, [[0.1, 0.9], [0.6, 0.4]])


def test_an_unknown_target_is_refused() -> None:
    with pytest.raises(HamkneeError, match=r"no node 'lungs' \(did you mean 'lung'\?\); allowed: "):
        from_pgmpy(bundled("asia"), target="lungs")


def test_states_that_read_the_same_as_text_are_refused() -> None:
    with pytest.raises(HamkneeError, match="the states of a are not distinct as text"):
        from_pgmpy(two_nodes(a=[1, "1"]), target="a")


def test_a_node_without_a_table_is_refused() -> None:
    with pytest.raises(HamkneeError, match="a has no table; allowed: a TabularCPD for each node"):
        from_pgmpy(DiscreteBayesianNetwork([("a", "b")]), target="a")


@pytest.mark.parametrize("wrong", [0.2, np.nan], ids=["sum", "NaN"])
def test_a_column_that_is_no_distribution_is_refused(wrong: float) -> None:
    made = two_nodes()
    made.get_cpds("a").values[0] = wrong
    with pytest.raises(HamkneeError, match="a column of a does not add up to 1"):
        from_pgmpy(made, target="a")
