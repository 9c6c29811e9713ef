"""What is no table is refused, by every reader in the same words; cells stay as they are."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from hamknee.base.errors import HamkneeError
from hamknee.base.frames import COMMAS, EMPTY, TableError, parse_table, read_table
from hamknee.cli.command import main
from hamknee.cohort.reading import open_file

READERS: list[Callable[[Path], object]] = [read_table, open_file]

SEMICOLONS = f"the cells are separated by semicolons; allowed: {COMMAS}"
TABS = f"the cells are separated by tabs; allowed: {COMMAS}"
NOTHING = "; allowed: ".join(EMPTY)

FILES = [
    pytest.param("cohort.csv", b"", NOTHING, id="no bytes"),
    pytest.param("cohort.csv", b"\xef\xbb\xbf", NOTHING, id="a byte-order mark alone"),
    pytest.param("cohort.csv", b"\r\n\r\n", NOTHING, id="empty lines"),
    pytest.param("cohort.parquet", b"", NOTHING, id="no bytes of Parquet"),
    pytest.param("cohort.csv", b"id;age\r\n1;31,5\r\n", SEMICOLONS, id="decimal commas"),
    pytest.param("cohort.csv", b"\xef\xbb\xbfid;age\n1;31\n", SEMICOLONS, id="as Excel saves it"),
    pytest.param("cohort.csv", b"id\tage\n1\t31\n", TABS, id="tabs"),
]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(("name", "data", "told"), FILES)
def test_a_table_is_refused_in_the_same_words_by_every_reader(
    read: Callable[[Path], object], name: str, data: bytes, told: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(HamkneeError) as caught:
        read(tmp_path / name)
    assert f"{name}: {told}" in str(caught.value)


@pytest.mark.parametrize("command", ["evaluate", "score"])
@pytest.mark.parametrize(("name", "data", "told"), FILES)
def test_the_commands_say_the_same(
    command: str,
    name: str,
    data: bytes,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / name).write_bytes(data)
    options = ["-o", str(tmp_path / f"out{Path(name).suffix}")] if command == "score" else []
    with pytest.raises(SystemExit) as exit_:
        main([command, str(tmp_path / name), *options])
    assert exit_.value.code == 2
    assert told in " ".join(capsys.readouterr().err.split())


def test_a_semicolon_in_a_cell_of_the_header_is_no_separator(tmp_path: Path) -> None:
    (tmp_path / "cohort.csv").write_text("id,pop; or a snap\n1,yes\n", encoding="utf-8")
    assert list(read_table(tmp_path / "cohort.csv").columns) == ["id", "pop; or a snap"]
    assert list(open_file(tmp_path / "cohort.csv").types) == ["id", "pop; or a snap"]


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
