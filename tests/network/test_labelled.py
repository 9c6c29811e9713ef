"""Cases whose diagnosis is known: reading them, hiding the diagnosis, putting it back."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hamknee.base.frames import TableError, parse_table, read_table
from hamknee.network.labelled import CasesError, LabelledCases, known_findings, label, read_labelled
from hamknee.network.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def published(vocabulary: Vocabulary) -> LabelledCases:
    return read_labelled(vocabulary)


def test_the_published_cases_are_read_whole(published: LabelledCases) -> None:
    assert len(published) == 111
    assert published.diagnosed.all()
    about = ["kind", "coexisting", "detail", "confirmation", "source", "link", "summary"]
    assert list(published.about) == [*about, "urgency", "urgency_why", "red_flags"]
    assert published.cases.names()[0] == "BAK-01"


def test_age_sex_and_setting_are_not_counted_as_findings(published: LabelledCases) -> None:
    counts = known_findings(published.cases)
    assert (counts >= 3).sum() == 84
    assert (counts >= 5).sum() == 51


def test_the_diagnosis_is_hidden_and_can_be_put_back(vocabulary: Vocabulary) -> None:
    cells = {
        "condition": ["rupture", "strain|rupture", "", "rupture"],
        "pop": ["yes", "", "no", "no"],
    }
    read = label(vocabulary, pd.DataFrame(cells))
    assert all("condition" not in read.cases.evidence(row) for row in range(4))
    back = read.with_diagnosis()
    assert dict(back.evidence(0)) == {"condition": "rupture", "pop": "yes"}
    assert dict(back.evidence(1)) == {"condition": ("strain", "rupture")}
    assert dict(back.evidence(2)) == {"pop": "no"}
    assert read.diagnosed.tolist() == [True, True, False, True]
    assert read.truth.sum(axis=1).tolist() == [1, 2, len(vocabulary.target.states), 1]


def test_some_of_the_cases_by_mask_or_number(published: LabelledCases) -> None:
    some = published[np.array([3, 5])]
    assert some.cases.names() == [published.cases.names()[3], published.cases.names()[5]]
    assert len(some.about) == len(some.truth) == 2
    assert len(published[known_findings(published.cases) >= 5]) == 51


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"pop": ["yes"]}, "no column 'condition' among pop"),
        ({"condition": ["rupture"]}, "no column with a finding; allowed: some of setting"),
        ({"condition": ["ruptur"], "pop": ["yes"]}, "did you mean 'rupture'?"),
    ],
)
def test_what_is_no_table_of_cases_is_refused(
    vocabulary: Vocabulary, columns: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(CasesError) as caught:
        label(vocabulary, pd.DataFrame(columns))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        (
            "cases.xlsx",
            b"PK\x03\x04",
            "cannot tell what .xlsx is; allowed: a .csv or .parquet file",
        ),
        ("cases", b"", "cannot tell what a file without an ending is"),
        ("cases.csv", b"", "the file is empty; allowed: a header and at least one row"),
        ("cases.csv", b"\xef\xbb\xbf\r\n", "the file is empty"),
        ("cases.parquet", b"", "the file is empty"),
        ("cases.csv", b"\na;b\r\n1;2,5\r\n", "separated by semicolons; allowed: commas. Where"),
        ("cases.csv", b"a\tb\n1\t2\n", "the cells are separated by tabs; allowed: commas"),
        ("cases.csv", b"a,b\n1,2,3\n", "Expected 2 fields in line 2, saw 3"),
        ("cases.csv", b"a,a\n1,2\n", "column 'a' stands twice; allowed: each column once"),
        ("cases.csv", b"caf\xe9,b\n", "line 1: byte 0xe9 is not UTF-8"),
        ("cases.parquet", b"PAR1", "not a Parquet file"),
        ("cases.parquet", b"a,b\n", "not a Parquet file"),
    ],
)
def test_what_is_no_table_is_refused(name: str, data: bytes, message: str) -> None:
    with pytest.raises(TableError) as caught:
        parse_table(data, name)
    assert message in str(caught.value)


def test_cells_of_a_csv_file_are_text_and_nothing_is_guessed(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b"\xef\xbb\xbfid , age,pop\r\n007,31,NA\r\n008,,\r\n")
    frame = read_table(path)
    assert list(frame.columns) == ["id", "age", "pop"]
    assert frame["id"].tolist() == ["007", "008"]
    assert frame["pop"].isna().tolist() == [False, True]


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    frame = pd.DataFrame({"age": [31.5, None], "pop": pd.Categorical(["yes", None])})
    frame.to_parquet(tmp_path / "cases.parquet")
    pd.testing.assert_frame_equal(read_table(tmp_path / "cases.parquet"), frame)
