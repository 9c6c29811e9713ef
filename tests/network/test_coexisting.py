"""coexisting.csv is read whole, or refused with every fault."""

from pathlib import Path

import pytest

from hamknee.base.files import shipped
from hamknee.network.coexisting import (
    Coexisting,
    CoexistingError,
    find_coexisting,
    read_coexisting,
)
from hamknee.network.vocabulary import Vocabulary

SHIPPED = shipped("data/coexisting.csv").read_text("utf-8")


def read(text: str, tmp_path: Path, vocabulary: Vocabulary, references: frozenset[str]) -> object:
    path = tmp_path / "coexisting.csv"
    path.write_text(text, "utf-8")
    return read_coexisting(path, vocabulary, references)


def test_the_shipped_file_is_read_whole(vocabulary: Vocabulary) -> None:
    rows = find_coexisting(vocabulary, "memory")
    assert len(rows) == 93
    assert sum(row.whole for row in rows) < len(rows)
    assert all(0 <= row.low <= row.estimate <= row.high <= 1 for row in rows)
    clot: list[Coexisting] = [row for row in rows if row.also == "dvt" and row.beside]
    assert len(clot) == len(vocabulary.target.states) - 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("strain,,dvt", "strian,,dvt", "line 3, column main: unknown main 'strian' (did you mean"),
        ("strain,,dvt", "strain,,clot", "line 3, column also: unknown also 'clot'; allowed: tend"),
        (",0.002,0.0005,", ",0.9,0.0005,", "column estimate: found '0.0005', '0.9', '0.008'"),
        ("indirect,symptomatic", "guess,symptomatic", "column basis: unknown basis 'guess'"),
        ("indirect,symptomatic", "indirect,felt", "column kind: unknown kind 'felt'"),
        ("symptomatic,0.0002,,", "symptomatic,2,,", "column background: found '2'"),
        ("symptomatic,0.0002,,", "symptomatic,0.0002,age=old,", "column when: found age=old"),
        (",zeng2020,", ",zeng2021,", "source 'zeng2021' is not in references.bib"),
        ("main,main_part", "main,part", "line 1: the columns are main, part"),
        ("main,main_part", '"main"x,main_part', "line 1: cannot be read as a table: "),
        ("strain,,dvt", '"strain"x,,dvt', "line 3: cannot be read as a table: "),
    ],
)
def test_a_fault_is_named_with_line_and_column(
    old: str,
    new: str,
    message: str,
    tmp_path: Path,
    vocabulary: Vocabulary,
    references: frozenset[str],
) -> None:
    assert old in SHIPPED
    with pytest.raises(CoexistingError) as raised:
        read(SHIPPED.replace(old, new, 1), tmp_path, vocabulary, references)
    assert message in str(raised.value)


@pytest.mark.parametrize("edge", ["0", "1"])
def test_a_proportion_may_be_0_or_1_and_its_range_a_point(
    edge: str, tmp_path: Path, vocabulary: Vocabulary, references: frozenset[str]
) -> None:
    old = ",0.002,0.0005,0.008,indirect,symptomatic,0.0002,"
    assert SHIPPED.count(old) == 1
    text = SHIPPED.replace(old, f",{edge},{edge},{edge},indirect,symptomatic,{edge},")
    assert len(read(text, tmp_path, vocabulary, references)) == 93  # type: ignore[arg-type]
    for values in (f"{edge},{edge},1.001", f"{edge},-0.001,{edge}"):
        text = SHIPPED.replace(old, f",{values},indirect,symptomatic,0.0002,")
        with pytest.raises(CoexistingError, match="line 3, column estimate: found"):
            read(text, tmp_path, vocabulary, references)


def test_other_conditions_have_no_shipped_rows() -> None:
    from tests.support.networks import asia

    assert find_coexisting(asia().vocabulary, "memory") == ()
