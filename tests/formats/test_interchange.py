"""Network files: what is written reads back, here and elsewhere, and what is broken is told."""

import gzip
import random
import re
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.base.files import shipped
from hamknee.cli.command import main
from hamknee.formats.draft import NetworkFileError
from hamknee.formats.importing import as_files
from hamknee.formats.interchange import FORMATS, export, read_network
from hamknee.formats.pgmpy import from_pgmpy
from hamknee.inference.model import Model
from hamknee.network.priors import CPT
from hamknee.network.vocabulary import State, Variable, Vocabulary
from tests.support.networks import TARGETS, asia, network, random_network, textbook, with_zeros

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself
    import pyagrum

NAMED = [name for name in FORMATS if name != "uai"]
HOSTILE = ["≥3 mm (full)", "0-5/10", "é", "a b", "a,b", "{x}", "<&>", "it's", "table", "5", "%x;"]
BROKEN = ["", " a", "a\nb", "a\x00b", "\ud800", "a\u200bb"]


def tables(model: Model) -> dict[str, dict[frozenset[tuple[str, str]], float]]:
    """Return every probability of a model by the names it is about, whatever the order."""
    found = {}
    for name, cpt in model.cpts.items():
        members = (*cpt.parents, name)
        states = [model.vocabulary[member].state_names for member in members]
        found[name] = {
            frozenset((m, s[i]) for m, s, i in zip(members, states, place, strict=True)): float(p)
            for place, p in np.ndenumerate(cpt.probabilities)
        }
    return found


def distance(a: Model, b: Model) -> float:
    """Return the largest difference of a number; names must be the same."""
    ours, theirs = tables(a), tables(b)
    assert ours.keys() == theirs.keys()
    assert all(ours[name].keys() == theirs[name].keys() for name in ours)
    return max(abs(ours[n][k] - theirs[n][k]) for n in ours for k in ours[n])


def with_states(first: str, second: str = "other", name: str = "sign", label: str = "") -> Model:
    """Return a target with one finding of the given names."""
    target = Variable("t", "target", "t", (State("q", "q"), State("r", "r")))
    states = (State(first, first), State(second, second))
    finding = Variable(name, "finding", label or name, states)
    table = np.array([[0.1, 0.9], [0.3, 0.7]])
    cpts = {"t": CPT("t", (), np.array([0.2, 0.8])), name: CPT(name, ("t",), table)}
    return Model(Vocabulary((target, finding)), cpts)


# There and back --------------------------------------------------------------------------------


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


def test_net_keeps_equivalent_sample_sizes(model: Model, tmp_path: Path) -> None:
    export(model, tmp_path / "knee.net")
    again = read_network(tmp_path / "knee.net", target="condition")
    for name, cpt in model.cpts.items():
        ess = again.cpts[name].ess
        assert ess is not None
        assert cpt.ess is not None
        assert np.array_equal(ess, cpt.ess)


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


@pytest.mark.parametrize("name", HOSTILE)
def test_xmlbif_holds_any_printable_name(tmp_path: Path, name: str) -> None:
    model = with_states(name, name=name, label="a <label> & more")
    export(model, tmp_path / "net.xml")
    again = read_network(tmp_path / "net.xml", target="t")
    assert distance(model, again) == 0
    assert again.vocabulary[name].label == "a <label> & more"


@pytest.mark.parametrize("name", HOSTILE)
def test_xdsl_holds_any_printable_state_beside_an_identifier(tmp_path: Path, name: str) -> None:
    export(with_states(name), tmp_path / "net.xdsl")
    text = (tmp_path / "net.xdsl").read_text(encoding="utf-8")
    assert all(re.fullmatch(r"[^\W\d]\w*", found) for found in re.findall('state id="(.*?)"', text))
    assert distance(with_states(name), read_network(tmp_path / "net.xdsl", target="t")) == 0


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("kind", NAMED)
def test_a_name_that_cannot_be_seen_is_refused_everywhere(
    tmp_path: Path, kind: str, name: str
) -> None:
    with pytest.raises(HamkneeError, match=re.escape(repr(name))):
        export(with_states(name), tmp_path / f"net.{kind}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", NAMED)
def test_two_states_of_one_name_are_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(HamkneeError, match="'sign' has the states 'yes', 'yes'; allowed: at least"):
        export(with_states("yes", "yes"), tmp_path / f"net.{kind}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("kind", "name"),
    [("bif", "≥3 mm (full)"), ("bif", "a,b"), ("bif", "table"), ("net", "é"), ("net", 'a"b')],
)
def test_a_state_that_others_would_mistake_is_refused(tmp_path: Path, kind: str, name: str) -> None:
    with pytest.raises(HamkneeError, match=re.escape(f"the state {name!r} of 'sign'")):
        export(with_states(name), tmp_path / f"net.{kind}")


# In other programs -----------------------------------------------------------------------------


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
    found = engine.posterior(target.name)
    theirs = [found[{target.name: state}] for state in target.state_names]
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
    found = theirs.cpt(child)[{parent: 1}]
    assert list(found) == pytest.approx([0.3, 0.7])


@pytest.mark.parametrize("ending", ["xdsl", "uai"])
def test_files_of_pyagrum_with_several_parents_in_its_own_order_are_refused(
    tmp_path: Path, ending: str
) -> None:
    pyagrum.saveBN(pyagrum.fastBN("a->c<-b"), str(tmp_path / f"net.{ending}"))
    with pytest.raises(NetworkFileError, match="several parents, and aGrUM"):
        read_network(tmp_path / f"net.{ending}", target="c", tolerance=1e-5)


def test_uai_has_the_last_parent_faster_than_the_first_and_the_variable_fastest(
    tmp_path: Path,
) -> None:
    (tmp_path / "net.uai").write_text(
        "BAYES\n3\n2 2 2\n3\n1 0\n1 1\n3 0 1 2\n\n2\n 0.4 0.6\n2\n 0.3 0.7\n"
        "8\n 0.1 0.9 0.2 0.8\n 0.3 0.7 0.4 0.6\n"
    )
    model = read_network(tmp_path / "net.uai", target="v2")
    posterior = model.posterior({"v0": "s0", "v1": "s1"})
    assert posterior.probabilities == pytest.approx([0.2, 0.8])


@pytest.mark.parametrize("name", ["alarm", "hepar2"])
def test_published_networks_read_as_pgmpy_reads_them(tmp_path: Path, name: str) -> None:
    folder = resources.files("pgmpy") / "utils" / "example_models"
    (tmp_path / "net.bif").write_bytes(gzip.decompress((folder / f"{name}.bif.gz").read_bytes()))
    found = read_network(tmp_path / "net.bif", target=TARGETS[name])
    assert distance(found, textbook(name)) < 1e-6


def test_the_table_of_a_bif_file_has_the_variable_slowest(tmp_path: Path) -> None:
    text = BIF.replace("(q) 0.1, 0.9;\n  (r) 0.3, 0.7;", "table 0.1, 0.3, 0.9, 0.7;")
    assert text != BIF
    assert distance(with_states("yes", "no"), read(tmp_path, "bif", text)) == 0


def test_a_default_row_of_a_bif_file_stands_for_those_that_are_missing(tmp_path: Path) -> None:
    text = BIF.replace("(r) 0.3, 0.7;", "default 0.3 0.7;").replace("\n", "\r\n")
    assert distance(with_states("yes", "no"), read(tmp_path, "bif", text)) == 0


# Broken files ----------------------------------------------------------------------------------

BIF = """network x { // by hand
}
variable t { type discrete [ 2 ] { q, r }; }
variable sign { type discrete [ 2 ] { yes, no }; property a = b; }
probability ( t ) { table 0.2, 0.8; }
probability ( sign | t ) {
  (q) 0.1, 0.9;
  (r) 0.3, 0.7;
}
"""

BAD: Mapping[str, list[tuple[str, str, str]]] = {
    "bif": [
        ("0.2, 0.8", "0.2, 0.7", "line 5: P(t) adds up to 0.9;"),
        ("0.2, 0.8", "0.2, nan", "line 5: found 'nan' where a number is due"),
        ("0.2, 0.8", "-0.2, 1.2", "line 5: the table of 't' holds -0.2"),
        ("0.2, 0.8", "0.2,, 0.8", "line 5: found two commas in a row"),
        ("0.2, 0.8", "0.2", "line 5: found 1 numbers"),
        ("(r) 0.3, 0.7;", "", "line 6: 'sign' has no row for (r)"),
        ("(r)", "(q)", "line 8: (q) stands twice"),
        ("(r)", "(s)", "line 8: 't' has no state 's'"),
        ("(r)", "(r, r)", "line 8: found the 2 states"),
        ("probability ( t ) { table 0.2, 0.8; }", "", "line 3: 't' has no table"),
        ("[ 2 ] { q", "[ 3 ] { q", "line 3: 't' has 2 states, but 3 are announced"),
        ("q, r }", "q, q }", "line 3: 't' has the states 'q', 'q'"),
        ("variable sign", "variable t", "line 4: 't' is also in line 3"),
        ("| t )", "| tt )", "line 6: there is no variable 'tt' (did you mean 't'?)"),
        ("( t )", "( t | sign )", "line 5: found 2 numbers"),
        ("(r) 0.3, 0.7;\n}", "(r) 0.3, 0.7;", "the file ends too early"),
        ("discrete [ 2 ] { q", "continuous [ 2 ] { q", "line 3: found 'continuous'"),
        ("network x", "utility x", "line 1: found 'utility'"),
        (BIF, "", "no variable was found"),
        (BIF, "\0\1\2", "NUL character"),
    ],
    "net": [
        ('"q"', '"q', "never closed"),
        ("node t\n", "utility t\n", "found 'utility'"),
        ("( 0.2 0.8 )", "( 0.2 0.8", "a bracket is not closed"),
        ("( 0.2 0.8 )", "( 0.2 0.8 0.0 )", "the table of 't' has 3 numbers"),
        ("( 0.2 0.8 )", "0.2 0.8", "found '0.2' outside of brackets"),
        ("data = ( 0.2 0.8 );", "", "the table of 't' has no data"),
        ("data = ( 0.2 0.8 );", "data = ( 0.2 0.8 );experience = ( 0 );", "the experience of 't'"),
    ],
    "xmlbif": [
        ("<BIF", '<!DOCTYPE BIF [<!ENTITY a "b">]><BIF', "found the entity 'a'"),
        ("<BIF", '<!DOCTYPE BIF [<!ENTITY a SYSTEM "/etc/hosts">]><BIF', "found the entity 'a'"),
        ("<NAME>t", "<NAME>&a;t", "not valid XML: undefined entity"),
        ("</NETWORK>", "", "not valid XML: mismatched tag"),
        ('"nature"', '"decision"', "'t' is of the type 'decision'"),
        ("<FOR>t</FOR>", "", "DEFINITION has 0 of FOR"),
        ("0.2 0.8", "0.2 x", "found 'x' where a number is due"),
        ("BIF", "smile", "the root is 'smile'"),
    ],
    "xdsl": [
        ('<cpt id="t"', '<noisymax id="t"', "not valid XML"),
        ("<nodes>", "<nodes><decision />", "found 'decision'"),
        ("<nodes>", "<dynamic /><nodes>", "found a network in time"),
        ("<parents>t</parents>", "<parents>sign</parents>", "'sign', 'sign' name one twice"),
    ],
    "uai": [
        ("BAYES", "MARKOV", "line 1: found a network of the kind 'MARKOV'"),
        ("0.2 0.8", "0.2", "found '0.1'; allowed: the number of numbers"),
        ("2 2", "2 999999999", "more than the file has numbers for"),
        ("2 0 1", "2 0 7", "there is no variable 7"),
        ("2 0 1", "2 1 1", "'v1', 'v1' name one twice"),
        ("0.3 0.7", "0.3", "the file ends too early"),
        ("0.3 0.7", "0.3 0.7 1", "found '1' after the last table"),
        ("0.3 0.7", "0.3 0.7.1", "found '0.7.1' where a number is due"),
    ],
}


def read(folder: Path, kind: str, text: str) -> Model:
    path = folder / f"net.{kind}"
    path.write_bytes(text.encode())
    return read_network(path, target="v0" if kind == "uai" else "t")


@pytest.mark.parametrize(
    ("kind", "old", "new", "message"),
    [(kind, *case) for kind, cases in BAD.items() for case in cases],
)
def test_a_broken_file_is_told_as_such(
    tmp_path: Path, kind: str, old: str, new: str, message: str
) -> None:
    path = tmp_path / f"good.{kind}"
    export(with_states("yes", "no"), path)
    text = BIF if kind == "bif" else path.read_text(encoding="utf-8")
    assert old in text
    read(tmp_path, kind, text)
    with pytest.raises(NetworkFileError, match=re.escape(message)):
        read(tmp_path, kind, text.replace(old, new))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_cut_anywhere_is_an_error_or_the_whole_network(tmp_path: Path, kind: str) -> None:
    export(with_states("yes", "no"), tmp_path / f"good.{kind}")
    text = (tmp_path / f"good.{kind}").read_text(encoding="utf-8")
    whole = read(tmp_path, kind, text)
    for end in range(len(text)):
        try:
            found = read(tmp_path, kind, text[:end])
        except NetworkFileError:
            continue
        assert distance(found, whole) == 0
        assert len(text) - end <= 2


def test_a_list_of_tags_in_front_of_xmlbif_is_skipped(tmp_path: Path) -> None:
    export(with_states("yes", "no"), tmp_path / "good.xml")
    text = (tmp_path / "good.xml").read_text(encoding="utf-8")
    listed = text.replace("<BIF", "<!DOCTYPE BIF [<!ELEMENT BIF (NETWORK)*>]>\n<BIF", 1)
    assert distance(read(tmp_path, "xml", listed), with_states("yes", "no")) == 0


def test_a_column_within_the_tolerance_is_rescaled_only_when_that_was_asked_for(
    tmp_path: Path,
) -> None:
    path = tmp_path / "net.bif"
    path.write_text(BIF.replace("0.2, 0.8", "0.2, 0.799"))
    with pytest.raises(NetworkFileError, match=r"P\(t\) adds up to 0\.999;"):
        read_network(path, target="t")
    found = read_network(path, target="t", tolerance=0.01)
    assert found.cpts["t"].probabilities == pytest.approx([0.2 / 0.999, 0.799 / 0.999])
    assert np.array_equal(found.cpts["sign"].probabilities, [[0.1, 0.9], [0.3, 0.7]])


def test_a_default_row_cannot_ask_for_more_memory_than_there_is(tmp_path: Path) -> None:
    names = [f"x{i}" for i in range(40)]
    lines = [f"variable {name} {{ type discrete [ 2 ] {{ a, b }}; }}" for name in names]
    lines.append(f"probability ( x0 | {', '.join(names[1:])} ) {{ default 0.5 0.5; }}")
    with pytest.raises(NetworkFileError, match="at most 10000000"):
        read(tmp_path, "bif", "\n".join(lines))


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


# As files of ours ------------------------------------------------------------------------------


def run(*arguments: object) -> None:
    with pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    assert end.value.code == 0


def test_the_shipped_model_goes_out_and_comes_in_with_the_same_posteriors(
    model: Model, tmp_path: Path
) -> None:
    run("export", tmp_path / "knee.xdsl")
    run("import", tmp_path / "knee.xdsl", "--target", "condition", "--ess", 12, "-o", tmp_path)
    again = hamknee.load(tmp_path / "priors.csv")
    cases = [{}, {"pop": "yes", "onset": "sudden"}, {"age": "40_to_59", "warmth": "yes"}]
    for case in cases:
        difference = again.posterior(case).probabilities - model.posterior(case).probabilities
        assert np.abs(difference).max() <= 1e-12
    assert all(cpt.ess is not None and (cpt.ess == 12).all() for cpt in again.cpts.values())


def test_with_the_vocabulary_even_uai_comes_back_with_all_its_words(
    model: Model, tmp_path: Path
) -> None:
    run("export", tmp_path / "knee.uai")
    words = shipped("data/vocabulary.toml")
    run("import", tmp_path / "knee.uai", "--vocabulary", words, "--ess", 1, "-o", tmp_path / "new")
    again = hamknee.load(tmp_path / "new" / "priors.csv")
    assert again.vocabulary == model.vocabulary
    assert distance(again, model) == 0


def test_hostile_names_become_identifiers_and_stay_as_labels(tmp_path: Path) -> None:
    model = with_states("<5", ">5", name='Größe "x"')
    found = as_files(model, ess=3, note="from a test")
    found.save(tmp_path)
    again = hamknee.load(tmp_path / "priors.csv").vocabulary["grosse_x"]
    assert again.label == 'Größe "x"'
    assert [(s.name, s.label) for s in again.states] == [("state_5", "<5"), ("state_5_2", ">5")]
    assert ('Größe "x"=>5', "state_5_2") in found.renamed
    with pytest.raises(HamkneeError, match="is there already"):
        found.save(tmp_path)


def test_names_that_stand_for_something_else_are_given_others(tmp_path: Path) -> None:
    found = as_files(with_states("yes", "no", name="flag"), ess=3, note="from a test")
    found.save(tmp_path)
    again = hamknee.load(tmp_path / "priors.csv").vocabulary["flag_2"]
    assert again.label == "flag"


def test_zeros_and_ones_of_an_imported_network_are_logical(tmp_path: Path) -> None:
    found = as_files(with_zeros(), note="from a test")
    assert {row.basis for row in found.priors.rows if row.probability in (0, 1)} == {"logical"}
    assert {row.basis for row in found.priors.rows if 0 < row.probability < 1} == {"judgement"}
    assert {row.ess for row in found.priors.rows} == {20}
    found.save(tmp_path)
    assert distance(hamknee.load(tmp_path / "priors.csv"), with_zeros()) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--target", "t"], "an equivalent sample size (--ess N)"),
        (["--target", "t", "--ess", "0"], "found an ess of 0.0"),
        (["--target", "x", "--ess", "5"], "the network has no variable 'x'"),
        (["--ess", "5"], "which variable is asked for"),
    ],
)
def test_import_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (tmp_path / "net.bif").write_text(BIF)
    with pytest.raises(SystemExit) as end:
        main(["import", str(tmp_path / "net.bif"), "-o", str(tmp_path / "new"), *arguments])
    assert end.value.code == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["knee.txt", "no/such/folder/knee.bif"])
def test_export_that_cannot_be_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["export", str(tmp_path / name)])
    assert end.value.code == 2
    assert "allowed: " in capsys.readouterr().err


def test_parents_come_before_children_in_xdsl_whatever_the_order_of_the_vocabulary(
    tmp_path: Path,
) -> None:
    model = network({"t": ("x", [[0.1, 0.9], [0.3, 0.7]]), "x": ("", [0.2, 0.8])}, "t")
    export(model, tmp_path / "net.xdsl")
    order = re.findall('cpt id="(.*?)"', (tmp_path / "net.xdsl").read_text())
    assert all(a != "t" for a, _ in pairwise(order))
    assert distance(model, read_network(tmp_path / "net.xdsl", target="t")) == 0
