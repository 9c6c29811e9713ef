"""Small files of every dialect that programs write, each with the answer it gives."""

import re
import tomllib
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hamknee.base.errors import HamkneeError
from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import read_network

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself
    import pyagrum

CORPUS = Path(__file__).with_name("corpus")
NETWORKS: dict[str, dict[str, Any]] = tomllib.loads((CORPUS / "expected.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_read_as_it_is_meant(name: str) -> None:
    network = NETWORKS[name]
    model = read_network(CORPUS / network["file"], target=network["ask"])
    posterior = model.posterior(network["given"])
    assert posterior.probabilities == pytest.approx(network["answer"], abs=1e-12)
    assert list(model.notices) == network.get("notices", [])
    labels = network.get("labels", {})
    assert {variable: model.vocabulary[variable].label for variable in labels} == labels


def pgmpy_answer(path: Path, ask: str, given: dict[str, str]) -> list[float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pgmpy.inference import VariableElimination

        network = pgmpy_reader(path.suffix)(str(path)).get_model()
    query = VariableElimination(network).query([ask], evidence=given, show_progress=False)
    return list(query.values)


@cache
def pgmpy_reader(ending: str) -> Callable[[str], Any]:
    from pgmpy.readwrite import BIFReader, NETReader, XDSLReader, XMLBIFReader

    readers = {".bif": BIFReader, ".net": NETReader, ".xdsl": XDSLReader, ".xmlbif": XMLBIFReader}
    return readers[ending]


def pyagrum_answer(path: Path, ask: str, given: dict[str, str]) -> list[float]:
    engine = pyagrum.LazyPropagation(pyagrum.loadBN(str(path)))
    engine.setEvidence(given)
    engine.makeInference()
    return list(engine.posterior(ask).toarray())


PEERS = {"pyagrum": pyagrum_answer, "pgmpy": pgmpy_answer}


@pytest.mark.parametrize(
    ("name", "peer"), [(name, peer) for name, n in NETWORKS.items() for peer in n.get("peers", [])]
)
def test_a_peer_that_reads_it_says_the_same(name: str, peer: str) -> None:
    network = NETWORKS[name]
    answer = PEERS[peer](CORPUS / network["file"], network["ask"], network["given"])
    assert sorted(answer) == pytest.approx(sorted(network["answer"]), abs=1e-6)


NET = """net { }
node strain { states = ("yes" "no"); }
node pop { states = ("yes" "no"); }
potential (strain) { data = (0.3 0.7); }
potential (pop | strain) { data = ((0.9 0.1) (0.2 0.8)); }
"""
XDSL = (
    '<smile version="1.0" id="k"><nodes>'
    '<cpt id="strain"><state id="yes"/><state id="no"/><probabilities>0.3 0.7</probabilities></cpt>'
    '<cpt id="pop"><state id="yes"/><state id="no"/><parents>strain</parents>'
    "<probabilities>0.9 0.1 0.2 0.8</probabilities></cpt></nodes></smile>"
)
BIF = """variable strain { type discrete[2] { yes, no }; }
variable pop { type discrete[2] { yes, no }; }
probability ( strain ) { table 0.3, 0.7; }
probability ( pop | strain ) { (yes) 0.9, 0.1; (no) 0.2, 0.8; }
"""
FILES = {"net": NET, "xdsl": XDSL, "bif": BIF}


@pytest.mark.parametrize(
    ("kind", "old", "new", "message"),
    [
        ("net", "node strain", "decision strain", "'pop' depends on 'strain', which is a dec"),
        ("net", "node strain", "continuous node strain", "'strain' is a continuous variable"),
        ("net", "net { }", "class a { instance b : c (d=e) { } }", "'b' is an instance of another"),
        ("net", "net { }", "class a { } class b { }", "found 'class' after the class"),
        ("net", "potential (strain) { data = (0.3 0.7); }", "% none", "'strain' has no table"),
        (
            "net",
            "potential (strain) {",
            "potential (strain) { experience = (-1);",
            "the experience",
        ),
        (
            "net",
            "potential (strain) {",
            "potential (strain) { experience = (1 2);",
            "the experienc",
        ),
        ("bif", "variable strain", "decision strain { } variable strain", "'strain' is a decision"),
        (
            "bif",
            "discrete[2] { yes, no }; }\nprob",
            "real; }\nprob",
            "'pop' is a variable of the ty",
        ),
        ("bif", "variable strain", "/* variable strain", "a comment that is never closed"),
        ("bif", "0.9, 0.1", "0.9, 0.100003", "adds up to 1.000003; allowed: 1, within 0.000001;"),
        ("bif", "0.9, 0.1", "1.00001, 0", "holds 1.00001"),
    ],
)
def test_what_is_refused_is_told_by_name(
    tmp_path: Path, kind: str, old: str, new: str, message: str
) -> None:
    path = tmp_path / f"net.{kind}"
    path.write_text(FILES[kind])
    assert read_network(path, target="strain").posterior({"pop": "yes"}).top == "yes"
    assert old in FILES[kind]
    path.write_text(FILES[kind].replace(old, new))
    with pytest.raises(NetworkFileError, match=re.escape(message)):
        read_network(path, target="strain")


@pytest.mark.parametrize(
    ("element", "message"),
    [
        ('<equation id="e" />', "'e' is a continuous variable, told by an equation"),
        ('<noisyadder id="e" />', "'e' is a noisy adder"),
        ('<other id="e" />', "'e' is of the kind 'other'"),
        (
            '<deterministic id="e"><state id="a"/><state id="b"/><parents>pop</parents>'
            "<resultingstates>a c</resultingstates></deterministic>",
            "'e' has no state 'c'",
        ),
        (
            '<noisymax id="e"><state id="a"/><state id="b"/><parents>pop</parents>'
            "<strengths>0 1</strengths><parameters>0.8 0.2 0 1</parameters></noisymax>",
            "the noisy-MAX 'e' has 2 strengths and 4 parameters; allowed: 2 and 6",
        ),
        (
            '<noisymax id="e"><state id="a"/><state id="b"/><parents>pop</parents>'
            "<strengths>0 0</strengths><parameters>0.8 0.2 0 1 0 1</parameters></noisymax>",
            "the strengths of 'pop' in 'e'",
        ),
        (
            '<noisymax id="e"><state id="a"/><state id="b"/><parents>pop</parents>'
            "<strengths>0 1</strengths><parameters>0.8 0.3 0 1 0 1</parameters></noisymax>",
            "a column of the noisy-MAX 'e' adds up to 1.1",
        ),
        (
            '<decision id="d"><state id="a"/><state id="b"/></decision><cpt id="e"><state id="a"/>'
            '<state id="b"/><parents>d</parents><probabilities>1 0 0 1</probabilities></cpt>',
            "'e' depends on 'd', which is a decision",
        ),
    ],
)
def test_what_genie_has_beyond_tables_is_refused_by_name(
    tmp_path: Path, element: str, message: str
) -> None:
    path = tmp_path / "net.xdsl"
    path.write_text(XDSL.replace("</nodes>", f"{element}</nodes>"))
    with pytest.raises(NetworkFileError, match=re.escape(message)):
        read_network(path, target="strain")


@pytest.mark.parametrize("ask", ["weight", "treat"])
def test_what_is_left_out_cannot_be_asked_for(ask: str) -> None:
    file = {"weight": "weka_all.xmlbif", "treat": "decision_and_utility.net"}[ask]
    kind = {"weight": "a variable with one state only", "treat": "a decision"}[ask]
    with pytest.raises(HamkneeError, match=f"'{ask}' is {kind}; allowed: strain, pop"):
        read_network(CORPUS / file, target=ask)


def test_the_experience_of_hugin_is_read_in_all_its_forms() -> None:
    cpts = read_network(CORPUS / "experience.net", target="strain").cpts
    assert [np.asarray(cpt.ess).tolist() for cpt in cpts.values()] == [
        120,
        [36, 84],
        [[1, 2], [3, 4]],
    ]
    assert read_network(CORPUS / "experience_zero.net", target="strain").cpts["pop"].ess is None


def test_numbers_off_by_what_is_allowed_are_kept_to_the_last_bit() -> None:
    sevenths = read_network(CORPUS / "sevenths.bif", target="site").cpts
    assert set(sevenths["site"].probabilities) == {0.142857}
    assert sevenths["pop"].probabilities[0].tolist() == [0.7, 0.300001]
    assert read_network(CORPUS / "six_digits.bif", target="site").posterior({}).probabilities == (
        pytest.approx([1 / 12] * 12, abs=1e-12)
    )
