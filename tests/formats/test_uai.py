"""UAI: the order of its numbers, and broken files."""

from pathlib import Path

import pytest

from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import read_network
from tests.support.network_files import assert_refused


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


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("BAYES", "MARKOV", "line 1: found a network of the kind 'MARKOV'"),
        ("0.2 0.8", "0.2", "found '0.1'; allowed: the number of numbers"),
        ("2 2", "2 999999999", "more than the file has numbers for"),
        ("2 2", "2 1000000000", "found '1000000000'; allowed: the number of states"),
        ("2 0 1", "2 0 2", "there is no variable 2; allowed: 0 to 1"),
        ("2 0 1", "2 1 1", "'v1', 'v1' name one twice"),
        ("0.3 0.7", "0.3", "the file ends too early"),
        ("0.3 0.7", "0.3 0.7 1", "found '1' after the last table"),
        ("0.3 0.7", "0.3 0.7.1", "found '0.7.1' where a number is due"),
    ],
)
def test_a_broken_file_is_told_as_such(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert_refused(tmp_path, "uai", old, new, message)


def test_uai_of_pgmpy_is_refused_as_such(tmp_path: Path) -> None:
    (tmp_path / "net.uai").write_text(
        "BAYES\n3\n2 2 2\n3\n1 0\n1 1\n3 1 0 2\n\n2\n 0.4 0.6\n2\n 0.3 0.7\n"
        "8\n 0.1 0.2 0.3 0.4 0.9 0.8 0.7 0.6\n"
    )
    message = (
        "its tables have the states of each variable slowest, as pgmpy writes UAI; allowed: the"
    )
    with pytest.raises(NetworkFileError, match=message):
        read_network(tmp_path / "net.uai", target="v2")
