"""XMLBIF: names that XML would mistake, and broken files."""

from pathlib import Path

import numpy as np
import pytest

from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import export, read_network
from tests.support.network_files import HOSTILE, assert_refused, distance, read, with_states


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
        (
            "<DEFINITION>",
            "<PERHAPS>so</PERHAPS><DEFINITION>",
            "found 'PERHAPS'; allowed: VARIABLE and DEFI",
        ),
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


def before_0_3(of_sign: str, states: int = 2, of_t: str = "0.2 0.8") -> str:
    """Return XMLBIF 0.2 of two variables, of which the second has this table."""
    values = "".join(f"<VALUE>{name}</VALUE>" for name in "abc"[:states])
    return f"""<BIF><NETWORK><NAME>old</NAME>
<VARIABLE><NAME>t</NAME><TYPE>discrete</TYPE>{values}</VARIABLE>
<VARIABLE><NAME>sign</NAME><TYPE>discrete</TYPE>{values}</VARIABLE>
<PROBABILITY><FOR>t</FOR><TABLE>{of_t}</TABLE></PROBABILITY>
<PROBABILITY><FOR>sign</FOR><GIVEN>t</GIVEN><TABLE>{of_sign}</TABLE></PROBABILITY>
</NETWORK></BIF>"""


@pytest.mark.parametrize(
    ("numbers", "order"),
    [
        ("0.1 0.3 0.9 0.7", "slowest"),
        ("0.1 0.9 0.3 0.7", "fastest"),
        ("0.1 0.3 0.9 0.700001", "slowest"),
    ],
)
def test_before_0_3_the_numbers_tell_their_order(tmp_path: Path, numbers: str, order: str) -> None:
    model = read(tmp_path, "xmlbif", before_0_3(numbers))
    rows = model.cpts["sign"].probabilities
    assert rows == pytest.approx(np.array([[0.1, 0.9], [0.3, 0.7]]), abs=2e-6)
    assert [f"states of each variable {order}" in notice for notice in model.notices] == [True]


def test_before_0_3_a_table_that_is_the_same_in_both_orders_is_read(tmp_path: Path) -> None:
    model = read(tmp_path, "xmlbif", before_0_3("0.1 0.9 0.9 0.1"))
    assert model.cpts["sign"].probabilities.tolist() == [[0.1, 0.9], [0.9, 0.1]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            before_0_3("0.5 0.3 0.2 0.2 0.5 0.3 0.3 0.2 0.5", 3, "0.2 0.3 0.5"),
            "line 1: XMLBIF before 0.3 has no order of its own, and its tables add up to 1 in both",
        ),
        (before_0_3("0.1 0.3 0.8 0.6"), "its tables add up to 1 in neither of two orders"),
        (before_0_3("0.1 0.3 0.9 0.701"), "adds up to 1.001"),
        (before_0_3("0.1 0.3 0.9"), "the table of 'sign' has 3 numbers"),
        (before_0_3("0.1 0.3 0.9 0.7").replace("GIVEN>t", "GIVEN>u"), "there is no variable 'u'"),
    ],
)
def test_before_0_3_no_order_is_guessed(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(NetworkFileError, match=message):
        read(tmp_path, "xmlbif", text)
