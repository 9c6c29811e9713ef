"""XMLBIF and XDSL: names that XML or GeNIe would mistake, and broken files."""

import re
import warnings
from itertools import pairwise
from pathlib import Path

import pytest

from hamknee.formats.interchange import export, read_network
from tests.support.network_files import HOSTILE, assert_refused, distance, read, with_states
from tests.support.networks import network

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself


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
    assert all(re.fullmatch(r"[^\W\d]\w*", state) for state in re.findall('state id="(.*?)"', text))
    assert distance(with_states(name), read_network(tmp_path / "net.xdsl", target="t")) == 0


def test_a_list_of_tags_in_front_of_xmlbif_is_skipped(tmp_path: Path) -> None:
    export(with_states("yes", "no"), tmp_path / "good.xml")
    text = (tmp_path / "good.xml").read_text(encoding="utf-8")
    listed = text.replace("<BIF", "<!DOCTYPE BIF [<!ELEMENT BIF (NETWORK)*>]>\n<BIF", 1)
    assert distance(read(tmp_path, "xml", listed), with_states("yes", "no")) == 0


def test_parents_come_before_children_in_xdsl_whatever_the_order_of_the_vocabulary(
    tmp_path: Path,
) -> None:
    model = network({"t": ("x", [[0.1, 0.9], [0.3, 0.7]]), "x": ("", [0.2, 0.8])}, "t")
    export(model, tmp_path / "net.xdsl")
    order = re.findall('cpt id="(.*?)"', (tmp_path / "net.xdsl").read_text())
    assert all(a != "t" for a, _ in pairwise(order))
    assert distance(model, read_network(tmp_path / "net.xdsl", target="t")) == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<BIF", '<!DOCTYPE BIF [<!ENTITY a "b">]><BIF', "found the entity 'a'"),
        ("<BIF", '<!DOCTYPE BIF [<!ENTITY a SYSTEM "/etc/hosts">]><BIF', "found the entity 'a'"),
        ("<NAME>t", "<NAME>&a;t", "not valid XML: undefined entity"),
        ("</NETWORK>", "", "not valid XML: mismatched tag"),
        ('"nature"', '"decision"', "'t' is of the type 'decision'"),
        ("<FOR>t</FOR>", "", "DEFINITION has 0 of FOR"),
        ("0.2 0.8", "0.2 x", "found 'x' where a number is due"),
        ("BIF", "smile", "the root is 'smile'"),
    ],
)
def test_a_broken_xmlbif_file_is_told_as_such(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert_refused(tmp_path, "xmlbif", old, new, message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('<cpt id="t"', '<noisymax id="t"', "not valid XML"),
        ("<nodes>", "<nodes><decision />", "found 'decision'"),
        ("<nodes>", "<dynamic /><nodes>", "found a network in time"),
        ("<parents>t</parents>", "<parents>sign</parents>", "'sign', 'sign' name one twice"),
    ],
)
def test_a_broken_xdsl_file_is_told_as_such(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert_refused(tmp_path, "xdsl", old, new, message)
