"""NET: what it keeps, and broken files."""

import re
from pathlib import Path

import numpy as np
import pytest

from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import export, read_network
from hamknee.inference.model import Model
from tests.support.network_files import assert_refused, distance, read, with_states


def test_net_keeps_equivalent_sample_sizes(model: Model, tmp_path: Path) -> None:
    export(model, tmp_path / "knee.net")
    again = read_network(tmp_path / "knee.net", target="condition")
    for name, cpt in model.cpts.items():
        ess = again.cpts[name].ess
        assert ess is not None
        assert cpt.ess is not None
        assert np.array_equal(ess, cpt.ess)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"q"', '"q', "never closed"),
        ("( t )", "( t(a ))", "there is no variable 't(a)'"),
        ("( t )", "( t(a ", "found '{'; allowed: ')'"),
        ("node t\n", "node t(a\n", "found '{'; allowed: ')'"),
        ("node t\n", "group t\n", "found 'group'"),
        (
            "( 0.2 0.8 )",
            "( 20 80 )",
            "holds 20; allowed: numbers from 0 to 1; HUGIN makes them of c",
        ),
        ("( 0.2 0.8 )", "( 0.2 0.8", "a bracket is not closed"),
        ("( 0.2 0.8 )", "( 0.2\n0.8\n", "line 15: a bracket is not closed"),
        ("( 0.2 0.8 )", "( 0.2 0.8 0.0 )", "the table of 't' has 3 numbers"),
        ("( 0.2 0.8 )", "0.2 0.8", "found '0.2' outside of brackets"),
        ("( 0.2 0.8 )", "0.2", "found '0.2' outside of brackets"),
        ("data = ( 0.2 0.8 );", "data = ( 0.2 0.8 );experience = 3 4;", "found '3' outside of br"),
        ("( 0.2 0.8 )", "( 0.2, 0.8 )", "found '0.2,' in a table; allowed: numbers with spaces"),
        ('"q" "r"', '"q", "r"', "found ',' among states"),
        ("( 0.2 0.8 )", "normalize( 2 8 )", "the table of 't' is worked out by 'normalize'"),
        ("data = ( 0.2 0.8 );", "", "the table of 't' has no numbers"),
        (
            "data = ( 0.2 0.8 );",
            'model_nodes = (); model_data = ( "Binomial (1, 0.2)" );',
            "'t' has no numbers, only a model of them; allowed: data = ( ... ); HUGIN writes them",
        ),
        ("data = ( 0.2 0.8 );", "data = ( 0.2 0.8 );experience = ( -1 );", "the experience of 't'"),
    ],
)
def test_a_broken_file_is_told_as_such(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert_refused(tmp_path, "net", old, new, message)


@pytest.mark.parametrize("written", ["12", "( 12 )"])
def test_the_experience_of_a_root_may_stand_without_brackets(written: str, tmp_path: Path) -> None:
    text = CLASS.replace("data = ( 0.2 0.8 );", f"data = ( 0.2 0.8 ); experience = {written};")
    ess = read(tmp_path, "net", text).cpts["t"].ess
    assert ess is not None
    assert ess.tolist() == 12


CLASS = """class clinic
{
  inputs = (a b);
  node t { states = ( "q" "r" ); label = "t"; }
  node sign { label = "A \\"sign\\"\\nof it"; states = ( "yes" "no" ); }
  potential ( t ) { data = ( 0.2 0.8 ); }
  potential ( sign | t ) { data = (( 0.1 0.9 ) ( 0.3 0.7 )); }
}
"""


def test_a_class_without_instances_is_a_network(tmp_path: Path) -> None:
    model = read(tmp_path, "net", CLASS)
    assert distance(model, with_states("yes", "no")) == 0
    labels = {name: variable.label for name, variable in model.vocabulary.items()}
    assert labels == {"t": "t", "sign": 'A "sign" of it'}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CLASS + "node u { }", "line 9: found 'node' after the class; allowed: a single class"),
        (
            CLASS.replace("inputs = (a b);", "instance ward : clinic();"),
            "line 3: 'ward' is an inst",
        ),
        (
            CLASS.replace("inputs = (a b);", "temporal T_t : t { }"),
            "line 3: 'T_t' is a variable of another moment, in a network in time",
        ),
        (
            CLASS.replace("data = ( 0.2", "data =\nnormal( 0.2"),
            "line 7: the table of 't' is worked",
        ),
    ],
)
def test_what_a_class_cannot_hold_is_refused_with_its_line(
    text: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(NetworkFileError, match=re.escape(message)):
        read(tmp_path, "net", text)


AGRUM = """net { software = "aGrUM 0.17.2"; }
node a { states = (0 1 ); }
node b { states = (0 1 ); }
node c { states = (0 1 ); }
potential (a) { data = ( 0.2 0.8); }
potential (b) { data = ( 0.3 0.7); }
potential ( c | a   b   ) {
   data =
   (((   0.4   0.6)   % a=0   b=0
   (   0.5   0.5))   % a=1   b=0
   ((   0.25   0.75)   % a=0   b=1
   (   1   0)));   % a=1   b=1
}
"""


def test_an_order_that_the_remarks_of_agrum_deny_is_refused(tmp_path: Path) -> None:
    message = "line 7: its remarks and its numbers have two orders: an older aGrUM wrote it"
    with pytest.raises(NetworkFileError, match=message):
        read_net(tmp_path, AGRUM)


def test_newer_files_of_agrum_and_those_of_others_are_read_in_the_order_of_the_format(
    tmp_path: Path,
) -> None:
    newer = AGRUM.replace("c | a   b", "c | b   a")
    assert read_net(tmp_path, newer).posterior({"a": "1", "b": "0"}).probabilities == (
        pytest.approx([0.5, 0.5])
    )
    other = AGRUM.replace("aGrUM 0.17.2", "clinic")
    assert read_net(tmp_path, other).posterior({"a": "1", "b": "0"}).probabilities == (
        pytest.approx([0.25, 0.75])
    )


def read_net(tmp_path: Path, text: str) -> Model:
    path = tmp_path / "net.net"
    path.write_text(text)
    return read_network(path, target="c")
