"""Networks of pgmpy: its files, states by name, and what is refused."""

import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pgmpy.factors.discrete import TabularCPD
from pgmpy.models import DiscreteBayesianNetwork

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.formats.interchange import export, read_network
from hamknee.formats.pgmpy import from_pgmpy, pgmpy_pseudo_counts, to_pgmpy
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw
from tests.support.network_files import NAMED, distance
from tests.support.networks import asia, bundled, network, random_network, with_zeros

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
    made.add_cpds(TabularCPD("a", 2, [[wrong], [0.7]], state_names={"a": ["x", "y"]}))
    with pytest.raises(HamkneeError, match="a column of a does not add up to 1"):
        from_pgmpy(made, target="a")


def test_words_and_counts_come_back_with_the_numbers() -> None:
    model = hamknee.load()
    counts = {name: cpt.ess for name, cpt in model.cpts.items()}
    again = from_pgmpy(to_pgmpy(model), vocabulary=model.vocabulary, ess=counts)
    assert list(again.vocabulary) == list(model.vocabulary)
    for name, cpt in model.cpts.items():
        np.testing.assert_allclose(again.cpts[name].probabilities, cpt.probabilities, atol=1e-15)
        np.testing.assert_array_equal(again.cpts[name].ess, cpt.ess)
    assert again.posterior({"age": 70}).text == model.posterior({"age": 70}).text


def test_a_vocabulary_of_other_nodes_or_states_is_refused_with_all_that_differs() -> None:
    words = from_pgmpy(two_nodes(), target="a").vocabulary
    with pytest.raises(HamkneeError) as refused:
        from_pgmpy(two_nodes(a=["x", "z"], b=["y", "u"]), vocabulary=words)
    assert [line.split(" has")[0] for line in str(refused.value).splitlines()] == ["a", "b"]
    with pytest.raises(HamkneeError, match="found the target 'b'; allowed: a"):
        from_pgmpy(two_nodes(), target="b", vocabulary=words)
    with pytest.raises(HamkneeError, match="nothing says which node is asked for"):
        from_pgmpy(two_nodes())


@pytest.mark.parametrize(
    "ess", [-1.0, {"a": [1.0, 2.0]}, {"c": 3.0}], ids=["sign", "shape", "name"]
)
def test_counts_that_cannot_be_are_refused(ess: object) -> None:
    with pytest.raises(HamkneeError, match="allowed: "):
        from_pgmpy(two_nodes(), target="a", ess=ess)  # type: ignore[arg-type]


def test_pseudo_counts_stand_in_the_order_in_which_pgmpy_reads_them() -> None:
    """Parents that the alphabet puts the other way round, and of unlike sizes."""
    from pgmpy.parameter_estimator import DiscreteBayesianEstimator

    rng = np.random.default_rng(5)
    spec = {
        "z": ("", [0.2, 0.8]),
        "a": ("", rng.dirichlet([1, 1, 1])),
        "t": ("z a", rng.dirichlet([1, 1], size=(2, 3))),
    }
    model = network(spec, "t", ess=7.0)
    names = {v.name: list(v.state_names) for v in model.vocabulary.variables}
    frame = pd.DataFrame(
        [
            [names[v][code] for v, code in zip(names, row, strict=True)]
            for row in draw(model, 80, rng)
        ],
        columns=list(names),
    )
    counts = pgmpy_pseudo_counts(model)
    estimator = DiscreteBayesianEstimator(names, prior_type="dirichlet", pseudo_counts=counts)
    theirs = to_pgmpy(model)
    tables = estimator.fit(theirs, frame).parameters_
    theirs.remove_cpds(*theirs.get_cpds())
    theirs.add_cpds(*tables)
    fitted = from_pgmpy(theirs, vocabulary=model.vocabulary)
    by_hand = np.zeros((2, 3, 2))
    for z, a, t in draw_rows(frame, names):
        by_hand[z, a, t] += 1
    by_hand += model.cpts["t"].probabilities * 7
    by_hand /= by_hand.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(fitted.cpts["t"].probabilities, by_hand, atol=1e-12)


def draw_rows(frame: pd.DataFrame, names: dict[str, list[str]]) -> list[tuple[int, ...]]:
    """Return each row as numbers of states."""
    return [
        tuple(names[name].index(row[name]) for name in names) for row in frame.to_dict("records")
    ]


def test_pseudo_counts_need_counts() -> None:
    with pytest.raises(HamkneeError, match="no equivalent sample size"):
        pgmpy_pseudo_counts(from_pgmpy(two_nodes(), target="a"))


def test_a_table_as_a_frame_has_the_numbers_of_pgmpy_in_their_places(model: Model) -> None:
    network = to_pgmpy(model)
    for name in ("pop", "setting", "warmth"):
        frame = model.cpts[name].to_frame(model.vocabulary)
        cpd = network.get_cpds(name)
        for place in frame.index:
            keys = place if isinstance(place, tuple) else (place,) * len(model.cpts[name].parents)
            given = dict(zip(model.cpts[name].parents, keys, strict=True))
            for state in frame.columns:
                assert cpd.get_value(**given, **{name: state}) == frame.loc[place, state]
