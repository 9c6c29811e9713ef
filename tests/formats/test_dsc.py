"""DSC: as bnlearn and MSBNx write it, and what it leaves unsaid."""

import re
from pathlib import Path

import pytest

from hamknee.base.errors import HamkneeError
from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import export, read_network
from hamknee.inference.model import Model
from tests.support.network_files import distance, with_states

DSC = """belief network "clinic"
// a comment
node t {
  type : discrete [ 2 ] = { "q", "r" };
}
node sign
{
    name : "Sign; of it";
    type : discrete[2] =
    {
        "yes",
        "no"
    };
    position : (207, 95);
}
probability ( t ) {
   0.2, 0.8;
}
probability ( sign | t ) {
  (1) : 0.3, 7.0e-01;
  (0) : 0.1, 0.9;
}
properties { type MS_Addins = array of string, "x"; }
"""


def read(folder: Path, text: str, ending: str = "dsc", target: str = "t") -> Model:
    path = folder / f"net.{ending}"
    path.write_text(text)
    return read_network(path, target=target)


@pytest.mark.parametrize("ending", ["dsc", "DSC", "bif"])
def test_dsc_is_read_by_the_numbers_of_states(tmp_path: Path, ending: str) -> None:
    model = read(tmp_path, DSC, ending)
    assert distance(model, with_states("yes", "no")) == 0
    assert model.vocabulary["sign"].label == "Sign; of it"
    assert not model.notices


def test_a_number_is_one_also_where_states_are_called_by_numbers(tmp_path: Path) -> None:
    model = read(tmp_path, DSC.replace('{ "q", "r" }', '{ "1", "0" }'))
    assert model.cpts["sign"].probabilities.tolist() == [[0.1, 0.9], [0.3, 0.7]]
    named = read(tmp_path, DSC.replace("(1) :", '("r") :'))
    assert named.cpts["sign"].probabilities.tolist() == [[0.1, 0.9], [0.3, 0.7]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("(1) :", "(0) :", "line 21: the row for (q) stands twice; allowed: each once"),
        ("(1) :", "(0, 0) :", "found the numbers of 2 states; allowed: one for each of 1 parents"),
        ("(1) :", "(2) :", "'t' has no state of the number 2; allowed: 0 to 1"),
        ("(1) :", '("s") :', "'t' has no state 's'"),
        ("  (1) : 0.3, 7.0e-01;\n", "", "'sign' has no row for (r)"),
        ("7.0e-01", "0.7, 0.1", "found 3 numbers; allowed: 2"),
        ("discrete [ 2 ]", "discrete [ 3 ]", "'t' has 2 states, but 3 are announced"),
        ("discrete [ 2 ]", "real [ 2 ]", "'t' is a variable of the type 'real'"),
        ("node t {", "decision t {", "found 'decision'; allowed: 'node', 'probability' or"),
        ("   0.2, 0.8;", "   function = max;", "found 'function' where a number is due"),
    ],
)
def test_what_dsc_leaves_unsaid_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in DSC
    with pytest.raises(NetworkFileError, match=re.escape(message)):
        read(tmp_path, DSC.replace(old, new, 1))


def test_dsc_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(HamkneeError, match=re.escape("cannot tell the format of 'net.dsc'")):
        export(with_states("yes", "no"), tmp_path / "net.dsc")
