"""XMLBIF: names that XML would mistake, and broken files."""

from pathlib import Path

import pytest

from hamknee.formats.interchange import export, read_network
from tests.support.network_files import HOSTILE, assert_refused, distance, with_states


@pytest.mark.parametrize("name", HOSTILE)
def test_xmlbif_holds_any_printable_name(tmp_path: Path, name: str) -> None:
    model = with_states(name, name=name, label="a <label> & more")
    export(model, tmp_path / "net.xml")
    again = read_network(tmp_path / "net.xml", target="t")
    assert distance(model, again) == 0
    assert again.vocabulary[name].label == "a <label> & more"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'TYPE="nature">\n  <NAME>t<',
            'TYPE="decision">\n  <NAME>t<',
            "'sign' depends on 't', which is a decision",
        ),
        ('"nature"', '"real"', "'t' is of the type 'real'"),
        ("DEFINITION>", "PROBABILITY>", "found PROBABILITY, which is of XMLBIF before 0.3"),
        ("OUTCOME>q</OUTCOME", "VALUE>q</VALUE", "found VALUE, which is of XMLBIF before 0.3"),
        ("<FOR>t</FOR>", "", "DEFINITION has 0 of FOR"),
        ("0.2 0.8", "0.2 x", "found 'x' where a number is due"),
    ],
)
def test_a_broken_xmlbif_file_is_told_as_such(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert_refused(tmp_path, "xmlbif", old, new, message)


def test_a_variable_of_the_older_type_discrete_is_read(tmp_path: Path) -> None:
    model = with_states("yes", "no")
    export(model, tmp_path / "net.xml")
    text = (tmp_path / "net.xml").read_text(encoding="utf-8")
    (tmp_path / "old.xml").write_text(text.replace('"nature"', '"discrete"'), encoding="utf-8")
    assert distance(model, read_network(tmp_path / "old.xml", target="t")) == 0
