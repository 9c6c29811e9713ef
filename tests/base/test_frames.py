"""Every reader reads a table the same way, or refuses it in the same words."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from hamknee.base.csv_dialect import EMPTY, TableError
from hamknee.base.errors import HamkneeError
from hamknee.base.frames import TableWarning, parse_sheet, parse_table, read_table
from hamknee.cli.command import main
from hamknee.cohort.reading import open_file


def in_chunks(path: Path) -> object:
    """Read a file to its end, as score does."""
    file = open_file(path)
    return list(file.chunks(list(file.types), []))


READERS: list[Callable[[Path], object]] = [read_table, in_chunks]

NOTHING = "; allowed: ".join(EMPTY)

FILES = [
    pytest.param("cohort.csv", b"", NOTHING, id="no bytes"),
    pytest.param("cohort.csv", b"\xef\xbb\xbf", NOTHING, id="a byte-order mark alone"),
    pytest.param("cohort.csv", b"\r\n\r\n", NOTHING, id="empty lines"),
    pytest.param("cohort.parquet", b"", NOTHING, id="no bytes of Parquet"),
    pytest.param("cohort.csv", b"PK\x03\x04" + b"x" * 99, "the file is a zip archive", id="zip"),
    pytest.param("cohort.csv", b"<html><table>", "the file is a web page", id="a web page"),
    pytest.param("cohort.csv", b"a\0\n", "found a NUL character", id="binary"),
    pytest.param(
        "cohort.csv", b"\xff\xfea\x00\n", "the file is damaged UTF-16", id="half a letter"
    ),
    pytest.param("cohort.csv", b"\xff\xfe\0\0a\0\0\0", "the file is UTF-32", id="UTF-32"),
    pytest.param("cohort.csv", "é\n\xe9\n".encode() + b"\xe9\n", "byte 0xe9 is not", id="mixed"),
    pytest.param("cohort.csv", b"a\n\x81\n", "byte 0x81 is not UTF-8", id="no code page"),
    pytest.param(
        "cohort.csv", b"Clinic,,\nid,age,pop\n1,2,yes\n", "'Clinic' and 2 empty", id="title"
    ),
    pytest.param("cohort.csv", b"Clinic\n\nid,age\n1,2\n", "'Clinic' alone", id="title alone"),
    pytest.param("cohort.csv", b",,\n1,2,3\n", "no names of columns", id="no names"),
    pytest.param("cohort.csv", b"id,pop,\n1,yes,\n2,no,x\n", "1 column has no name", id="no name"),
    pytest.param("cohort.csv", b"sep=!\nid!pop\n", "the first line names", id="other separator"),
    pytest.param("cohort.csv", b"a,b;c\n1,2;3\n", "cannot tell whether", id="two separators"),
    pytest.param("cohort.csv", b'id,"pop\n1,yes\n', "a quote that is not closed", id="header"),
    pytest.param("cohort.csv", b"a,a\n1,2\n", "column 'a' stands twice", id="twice"),
    pytest.param("cohort.xlsx", b"PK", "a workbook (.xlsx) is not read", id="workbook"),
]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(("name", "data", "told"), FILES)
def test_a_table_is_refused_in_the_same_words_by_every_reader(
    read: Callable[[Path], object], name: str, data: bytes, told: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(HamkneeError) as caught:
        read(tmp_path / name)
    assert name in str(caught.value)
    assert told in str(caught.value)
    assert "; allowed: " in str(caught.value)


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
    options = ["-o", str(tmp_path / "out.csv")] if command == "score" else []
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
        ("cases", b"", "cannot tell what a file without an ending is"),
        ("cases.csv", b"a,b\n1,2,3\n", "line 2: the row has 3 cells; allowed: 2"),
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


def test_rows_with_nothing_in_them_are_counted_in_words() -> None:
    for below, words in {
        "1,31\n": (),
        "1,31\n,\n": ("1 row has nothing in it and is left out.",),
        ",\n1,31\n,\n": ("2 rows have nothing in them and are left out.",),
    }.items():
        assert parse_sheet(f"id,age\n{below}".encode(), "in.csv").notes == words


@pytest.mark.parametrize(
    ("count", "more"),
    [
        (20, []),
        (21, ["in.csv: 1 more row has too few or too many cells; allowed: 2"]),
        (2_020, ["in.csv: 2,000 more rows have too few or too many cells; allowed: 2"]),
    ],
)
def test_the_first_broken_rows_are_told_one_by_one_and_the_others_counted(
    count: int, more: list[str]
) -> None:
    with pytest.raises(TableError) as caught:
        parse_table(b"id,age\n" + b"1\n" * count, "in.csv")
    told = [str(fault) for fault in caught.value.faults]
    lines = [f"in.csv, line {line}: the row has 1 cell; allowed: 2" for line in range(2, 22)]
    assert sorted(told) == sorted([*lines, *more])


def test_what_is_assumed_is_told_where_the_table_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id;age\n1;31\n")
    with pytest.warns(TableWarning, match=r"in\.csv: .*semicolons") as warned:
        read_table(tmp_path / "in.csv")
    assert warned[0].filename == __file__


def test_who_asks_is_told_how_much_is_read_before_and_after_each_part() -> None:
    sizes: list[tuple[int, int]] = []
    parse_sheet(b"id,age\n1,31\n2,44\n", "in.csv", lambda *size: sizes.append(size))
    assert (sizes[0], sizes[-1]) == ((0, 2), (2, 2))


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    frame = pd.DataFrame({"age": [31.5, None], "pop": pd.Categorical(["yes", None])})
    frame.to_parquet(tmp_path / "cases.parquet")
    pd.testing.assert_frame_equal(read_table(tmp_path / "cases.parquet"), frame)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_too_large_to_hold_is_refused_before_it_is_read(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"cohort.{ending}"
    with path.open("wb") as file:
        file.truncate(2**31)  # takes no room
    with pytest.raises(TableError, match=r"a file of 2,048 MB; allowed: 128 MB; a file of fewer"):
        read_table(path)


@pytest.mark.parametrize(
    "arguments", [["evaluate"], ["update", "--output", "new.csv"], ["validate"], ["criticise"]]
)
def test_every_command_refuses_a_file_too_large_to_hold(
    arguments: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with Path("cohort.csv").open("wb") as file:
        file.truncate(2**31)
    command, *rest = arguments
    with pytest.raises(SystemExit, match="2"):
        main([command, "cohort.csv", *rest])
    assert "a file of 2,048 MB; allowed: 128 MB" in capsys.readouterr().err
