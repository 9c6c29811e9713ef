"""BIF as others write it, and as it is broken."""

import gzip
import warnings
from importlib import resources
from pathlib import Path

import pytest

from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import read_network
from tests.support.network_files import (
    BIF,
    assert_refused,
    distance,
    read,
    with_states,
)
from tests.support.networks import TARGETS, textbook

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its compiled part warns of itself


@pytest.mark.parametrize("name", ["alarm", "hepar2"])
def test_published_networks_read_as_pgmpy_reads_them(tmp_path: Path, name: str) -> None:
    folder = resources.files("pgmpy") / "utils" / "example_models"
    (tmp_path / "net.bif").write_bytes(gzip.decompress((folder / f"{name}.bif.gz").read_bytes()))
    model = read_network(tmp_path / "net.bif", target=TARGETS[name])
    assert distance(model, textbook(name)) < 1e-6


def test_the_table_of_a_bif_file_has_the_variable_slowest(tmp_path: Path) -> None:
    text = BIF.replace("(q) 0.1, 0.9;\n  (r) 0.3, 0.7;", "table 0.1, 0.3, 0.9, 0.7;")
    assert text != BIF
    assert distance(with_states("yes", "no"), read(tmp_path, "bif", text)) == 0


def test_a_table_may_stand_before_the_variables_that_it_names(tmp_path: Path) -> None:
    lines = BIF.splitlines()
    variables = [line for line in lines if line.startswith("variable")]
    assert variables
    upside_down = [line for line in lines if line not in variables] + variables
    again = read(tmp_path, "bif", "\n".join(upside_down))
    assert distance(read(tmp_path, "bif", BIF), again) == 0
    with pytest.raises(NetworkFileError, match="line 5: there is no variable 't'"):
        read(tmp_path, "bif", "\n" * 4 + "probability ( t ) { table 1.0; }")


def test_states_of_several_words_are_told_apart_by_commas_and_their_number(
    tmp_path: Path,
) -> None:
    model = read(tmp_path, "bif", BIF.replace("{ yes, no }", "{ very bad, no pain at all }"))
    assert model.vocabulary["sign"].state_names == ("very bad", "no pain at all")
    without = read(tmp_path, "bif", BIF.replace("{ yes, no }", "{ yes no }"))
    assert without.vocabulary["sign"].state_names == ("yes", "no")


def test_a_default_row_of_a_bif_file_stands_for_those_that_are_missing(tmp_path: Path) -> None:
    text = BIF.replace("(r) 0.3, 0.7;", "default 0.3 0.7;").replace("\n", "\r\n")
    assert distance(with_states("yes", "no"), read(tmp_path, "bif", text)) == 0


def test_a_default_row_cannot_ask_for_more_memory_than_there_is(tmp_path: Path) -> None:
    names = [f"x{i}" for i in range(40)]
    lines = [f"variable {name} {{ type discrete [ 2 ] {{ a, b }}; }}" for name in names]
    lines.append(f"probability ( x0 | {', '.join(names[1:])} ) {{ default 0.5 0.5; }}")
    with pytest.raises(NetworkFileError, match="at most 10000000"):
        read(tmp_path, "bif", "\n".join(lines))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
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
        (
            "[ 2 ] { q, r",
            "[ 2 ] { q, r, s t",
            "but 2 are announced; allowed: the same number; names",
        ),
        ("{ q, r", "{ (0,1], r", "found '('; allowed: a name, in quotes where it has signs"),
        ("[ 2 ] { q", "[ 3 ] { q", "line 3: 't' has 2 states, but 3 are announced"),
        ("[ 2 ] { q", "[ two ] { q", "line 3: 't' has 2 states, but two are announced"),
        ("q, r }", "q, q }", "line 3: 't' has the states 'q', 'q'"),
        ("variable sign", "variable t", "line 4: 't' is also in line 3"),
        ("| t )", "| tt )", "line 6: there is no variable 'tt' (did you mean 't'?)"),
        ("( t )", "( t | sign )", "line 5: found 2 numbers"),
        ("(r) 0.3, 0.7;\n}", "(r) 0.3, 0.7;", "the file ends too early"),
        (
            "discrete [ 2 ] { q",
            "continuous [ 2 ] { q",
            "line 3: 't' is a variable of the type 'continuous'",
        ),
        ("network x", "utility x", "line 1: 'x' is a utility"),
        (BIF, "", "no variable was found"),
        (BIF, "\0\1\2", "NUL character"),
    ],
)
def test_a_broken_file_is_told_as_such(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert_refused(tmp_path, "bif", old, new, message)
