"""Network files: what is written reads back, here and elsewhere, and what is broken is told."""

import random
import re
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import FORMATS, export, read_network
from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from hamknee.network.vocabulary import State, Variable, Vocabulary
from hamknee.sensitivity.intervals import credible_interval
from tests.support.network_files import BIF, BROKEN, HOSTILE, NAMED, distance, read, with_states
from tests.support.networks import asia, network, random_network, with_zeros

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself
    import pyagrum


@pytest.mark.parametrize("kind", FORMATS)
def test_the_shipped_model_comes_back_to_the_last_bit(
    model: Model, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"knee.{kind}"
    export(model, path)
    again = read_network(path, vocabulary=model.vocabulary)
    assert again.vocabulary == model.vocabulary
    for name, cpt in model.cpts.items():
        assert again.cpts[name].parents == cpt.parents
        assert np.array_equal(again.cpts[name].probabilities, cpt.probabilities)
    assert again.posterior({"pop": "yes"}).top == model.posterior({"pop": "yes"}).top


@pytest.mark.parametrize("kind", ["xmlbif", "net", "xdsl"])
def test_labels_of_variables_are_kept(model: Model, tmp_path: Path, kind: str) -> None:
    export(model, tmp_path / f"knee.{kind}")
    again = read_network(tmp_path / f"knee.{kind}", target="condition")
    assert all(again.vocabulary[name].label == model.vocabulary[name].label for name in again.cpts)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_model_gives_the_same_bytes(tmp_path: Path, kind: str) -> None:
    for name in ("one", "two"):
        export(asia(), tmp_path / name, kind)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def plain_texts() -> st.SearchStrategy[str]:
    anything = st.text(min_size=1, max_size=8) | st.sampled_from(HOSTILE + BROKEN)
    return anything | st.text("ab1_- .<&\"'%;(){}\\", min_size=1, max_size=5)


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), names=st.lists(plain_texts(), min_size=20, unique=True))
@example(seed=1, names=["x", "y", "z", "w", "a", *map(str, range(15))])  # "a" is a state already
def test_any_names_come_back_exactly_or_are_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, seed: int, names: list[str]
) -> None:
    model = renamed(random_network(seed, count=4), names, random.Random(seed))
    folder = tmp_path_factory.getbasetemp()
    for kind in NAMED:
        path = folder / f"net.{kind}"
        try:
            export(model, path)
        except HamkneeError as error:
            refused = str(error)
        else:
            refused = ""
            again = read_network(path, target=model.vocabulary.target.name)
            assert distance(model, again) == 0
        known = {*model.vocabulary, *(s for v in model.vocabulary.values() for s in v.position)}
        assert not refused or any(repr(name) in refused for name in known)


def renamed(model: Model, names: list[str], rng: random.Random) -> Model:
    """Return a model in which half of the names are others; two states may come to share one."""
    spare = (name for name in names if name not in model.vocabulary)
    new = {name: next(spare) if rng.random() < 0.5 else name for name in model.vocabulary}
    variables = tuple(
        Variable(
            new[v.name],
            v.role,
            new[v.name],
            tuple(State(next(spare), s.label) if rng.random() < 0.3 else s for s in v.states),
        )
        for v in model.vocabulary.variables
    )
    cpts = {
        new[n]: CPT(new[n], tuple(new[p] for p in c.parents), c.probabilities)
        for n, c in model.cpts.items()
    }
    return Model(Vocabulary(variables), cpts)


@pytest.mark.parametrize("ending", ["bif", "bifxml", "net"])
@pytest.mark.parametrize("make", [asia, with_zeros, hamknee.load])
def test_pyagrum_has_the_same_posteriors_of_what_we_write(
    tmp_path: Path, ending: str, make: Callable[[], Model]
) -> None:
    model = make()
    target = model.vocabulary.target
    export(model, tmp_path / f"ours.{ending}")
    engine = pyagrum.LazyPropagation(pyagrum.loadBN(str(tmp_path / f"ours.{ending}")))
    others = [v for v in model.vocabulary.variables[-2:] if v is not target]
    evidence = {variable.name: variable.state_names[0] for variable in others}
    engine.setEvidence(evidence)
    engine.makeInference()
    posterior = engine.posterior(target.name)
    theirs = [posterior[{target.name: state}] for state in target.state_names]
    assert model.posterior(evidence).probabilities == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("ending", ["bif", "bifxml", "net"])
@pytest.mark.parametrize("make", [asia, with_zeros, partial(random_network, 5)])
def test_we_read_what_pyagrum_writes(
    tmp_path: Path, ending: str, make: Callable[[], Model]
) -> None:
    model = make()
    export(model, tmp_path / f"ours.{ending}")
    theirs = pyagrum.loadBN(str(tmp_path / f"ours.{ending}"))
    pyagrum.saveBN(theirs, str(tmp_path / f"theirs.{ending}"))
    target = model.vocabulary.target.name
    again = read_network(tmp_path / f"theirs.{ending}", target=target, tolerance=1e-5)
    assert distance(model, again) < 2e-6  # six digits in XMLBIF


@pytest.mark.parametrize("ending", ["xdsl", "uai"])
def test_pyagrum_agrees_on_xdsl_and_uai_where_no_table_has_several_parents(
    tmp_path: Path, ending: str
) -> None:
    model = with_states("yes", "no")
    export(model, tmp_path / f"net.{ending}")
    theirs = pyagrum.loadBN(str(tmp_path / f"net.{ending}"))
    parent, child = ("0", "1") if ending == "uai" else ("t", "sign")
    column = theirs.cpt(child)[{parent: 1}]
    assert list(column) == pytest.approx([0.3, 0.7])


@pytest.mark.parametrize("ending", ["xdsl", "uai"])
def test_files_of_pyagrum_with_several_parents_in_its_own_order_are_refused(
    tmp_path: Path, ending: str
) -> None:
    pyagrum.saveBN(pyagrum.fastBN("a->c<-b"), str(tmp_path / f"net.{ending}"))
    with pytest.raises(NetworkFileError, match="several parents, and aGrUM"):
        read_network(tmp_path / f"net.{ending}", target="c", tolerance=1e-5)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_cut_anywhere_is_an_error_or_the_whole_network(tmp_path: Path, kind: str) -> None:
    export(with_states("yes", "no"), tmp_path / f"good.{kind}")
    text = (tmp_path / f"good.{kind}").read_text(encoding="utf-8")
    whole = read(tmp_path, kind, text)
    for end in range(len(text)):
        try:
            part = read(tmp_path, kind, text[:end])
        except NetworkFileError:
            continue
        assert distance(part, whole) == 0
        assert len(text) - end <= 2


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"target": "tt"}, "no variable 'tt' (did you mean 't'?); allowed: t, sign"),
        ({}, "allowed: t, sign"),
        ({"target": "t", "format": "xdls"}, "unknown format 'xdls' (did you mean 'xdsl'?)"),
        ({"target": "t", "tolerance": 1.0}, "found a tolerance of 1.0"),
        ({"vocabulary": asia().vocabulary}, "the vocabulary has no 't'"),
    ],
)
def test_what_was_asked_wrongly_is_told(
    tmp_path: Path, asked: dict[str, object], message: str
) -> None:
    (tmp_path / "net.bif").write_text(BIF)
    with pytest.raises(HamkneeError, match=re.escape(message)):
        read_network(tmp_path / "net.bif", **asked)  # type: ignore[arg-type]


def test_counts_are_given_where_the_file_has_none(tmp_path: Path) -> None:
    model = network({"t": ("x", [[0.1, 0.9], [0.3, 0.7]]), "x": ("", [0.2, 0.8])}, "t")
    export(model, tmp_path / "net.bif")
    read = partial(read_network, tmp_path / "net.bif", target="t")
    assert read().cpts["t"].ess is None
    assert read(ess=12).cpts["t"].ess.tolist() == [12, 12]
    by_node = read(ess={"t": [3.0, 40.0]})
    assert by_node.cpts["t"].ess.tolist() == [3, 40]
    assert by_node.cpts["x"].ess is None
    assert credible_interval(read(ess=12), {"x": read().vocabulary["x"].state_names[0]}, draws=50)
    for wrong, message in (({"y": 3}, "ess names 'y'"), ({"t": [1.0]}, "the shape"), (-1, "-1")):
        with pytest.raises(HamkneeError, match=message):
            read(ess=wrong)


@pytest.mark.parametrize("kind", NAMED)
def test_a_file_is_said_to_be_another_only_where_it_is(tmp_path: Path, kind: str) -> None:
    model = with_states("yes", "no")
    export(model, tmp_path / f"net.{kind}")
    assert read_network(tmp_path / f"net.{kind}", target="t").notices == ()
    other = "net" if kind == "bif" else "bif"
    (tmp_path / f"net.{kind}").rename(tmp_path / f"odd.{other}")
    odd = read_network(tmp_path / f"odd.{other}", target="t")
    assert distance(model, odd) == 0
    ends, is_one = FORMATS[other].name, FORMATS[kind].name
    assert odd.notices == (f"it ends as {ends} does, but is {is_one}, and was read as such.",)
