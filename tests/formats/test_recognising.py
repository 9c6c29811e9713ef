"""Files that are not what their ending says: read as what they are, or refused with what to do."""

import re
import time
from pathlib import Path

import pytest

from hamknee.base.errors import HamkneeError
from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import FORMATS, export, read_network
from tests.support.network_files import distance, with_states


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("ending", ["bif", "xml", "net", "xdsl", "uai"])
def test_a_network_is_read_as_what_it_is(tmp_path: Path, kind: str, ending: str) -> None:
    model = with_states("yes", "no")
    export(model, tmp_path / "net", kind)
    (tmp_path / "net").rename(tmp_path / f"net.{ending}")
    again = read_network(tmp_path / f"net.{ending}", target="v0" if kind == "uai" else "t")
    if kind != "uai":
        assert distance(again, model) == 0
    said = [notice for notice in again.notices if f"is {FORMATS[kind].name}, and was" in notice]
    assert len(said) == (kind != {"xml": "xmlbif"}.get(ending, ending))


def test_a_format_that_is_named_is_the_one(tmp_path: Path) -> None:
    export(with_states("yes", "no"), tmp_path / "net.bif", "xmlbif")
    with pytest.raises(NetworkFileError, match="line 1: found '<"):
        read_network(tmp_path / "net.bif", target="t", format="bif")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.dne", "", ".dne is the ending of a network of Netica; allowed: GeNIe opens it"),
        ("a.bif", "// ~->[DNET-1]->~\nbnet a { };", "line 1: this is a network of Netica"),
        ("a.elv", "", ".elv is the ending of a network of Elvira; allowed: BIF, XMLBIF, NET"),
        ("a.bif", '// Bayesian Network\n//   Elvira format \n\nbnet  "" { \n', "network of Elvira"),
        ("a.dsl", "", ".dsl is the ending of a network in GeNIe's format before XDSL"),
        ("a.net", "net A\n{\n HEADER = \n {", "GeNIe's format before XDSL; allowed: GeNIe saves"),
        ("a.net", "*Vertices 3\n1 a", "this is a graph of Pajek; allowed: BIF, XMLBIF, NET (HUG"),
        (
            "a.net",
            "(network 'a :probability)\n(var 'b '(c d))",
            "in the Lisp of IDEAL; allowed: BIF",
        ),
        ("a.xml", "<?xml version='1.0'?>\n<ProbModelXML/>", "this is a network of OpenMarkov"),
        (
            "a.xml",
            '<?xml version=\'1.0\'?>\n<mstns:BIF VERSION="0" xmlns:mstns="x">\n  <mstns:HEADER>',
            "line 1: this is a network in an XML of UnBBayes's own; allowed: UnBBayes saves it",
        ),
        ("a.xml", "<BIF>\n<HEADER>\n</HEADER></BIF>", "in an XML of UnBBayes's own"),
        ("a.xml", "<!DOCTYPE A SYSTEM 'x'>\n<ANALYSISNOTEBOOK/>", "a network of MSBNx (XBN)"),
        ("a.bif", "\n<!DOCTYPE html><html>", "this is a web page; allowed: the file alone"),
        ("a.bif", "version https://git-lfs.github.com/spec/v1\n", "as git lfs pull brings it"),
        ("a.net", '{"nodes": []}', "this is JSON"),
        ("a.rds", "", ".rds is the ending of an object of R; allowed: in R write.bif of bnlearn"),
        ("a.pkl", "", "allowed: hamknee.formats.from_pgmpy"),
        ("a.bif.zip", "", "a zip archive; allowed: what is in it"),
        ("a.hkb", "", "HUGIN saves it as .net"),
        ("a.txt", "network a { }", "or the format by name: bif, xmlbif, net, xdsl, uai"),
    ],
)
def test_what_is_not_read_is_refused_with_what_to_do(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(HamkneeError, match=re.escape(message)):
        read_network(tmp_path / name, target="t")


@pytest.mark.parametrize(
    "piece", ["<!-- -->", "<? ?>", "/* */", "// \n", "% \n", " ", "<!DOCTYPE ["]
)
def test_a_long_beginning_takes_linear_time(tmp_path: Path, piece: str) -> None:
    (tmp_path / "a.bif").write_text(piece * (1_000_000 // len(piece)))
    start = time.process_time()
    with pytest.raises(HamkneeError):
        read_network(tmp_path / "a.bif", target="t")
    assert time.process_time() - start < 5
