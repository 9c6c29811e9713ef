"""Networks of pgmpy: its files, states by name, and what is refused."""

import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pgmpy.factors.discrete import TabularCPD
from pgmpy.models import DiscreteBayesianNetwork

from hamknee.base.errors import HamkneeError
from hamknee.formats.interchange import export, read_network
from hamknee.formats.pgmpy import from_pgmpy
from hamknee.inference.model import Model
from tests.support.network_files import NAMED, distance
from tests.support.networks import asia, bundled, random_network, with_zeros

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself


@pytest.mark.parametrize("kind", NAMED)
@pytest.mark.parametrize("make", [asia, with_zeros, partial(random_network, 3)])
def test_pgmpy_reads_what_we_write_and_we_what_pgmpy_writes(
    tmp_path: Path, kind: str, make: Callable[[], Model]
) -> None:
    from pgmpy.models import DiscreteBayesianNetwork

    model = make()
    target = model.vocabulary.target.name
    path = tmp_path / f"ours.{kind}"
    export(model, path)
    theirs = DiscreteBayesianNetwork.load(str(path), filetype=kind)
    assert distance(model, from_pgmpy(theirs, target=target)) < 1e-12
    theirs.save(str(tmp_path / "theirs"), filetype=kind)
    again = read_network(tmp_path / "theirs", target=target, format=kind)
    assert distance(model, again) < 1e-8  # pgmpy rounds in NET


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
