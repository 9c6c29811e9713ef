"""Rows of a CSV file: taken apart as Python's csv module does, or told, whatever the blocks."""

import csv
import io
import time

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base import csv_dialect, csv_rows
from hamknee.base.csv_dialect import TableError, read_dialect
from hamknee.base.csv_rows import BLANK, BrokenRow, read_rows

Cells = list[str | None]


def rows_of(data: bytes) -> tuple[list[Cells], dict[int, BrokenRow]]:
    """Return the cells of every row, None where one is empty, and the broken rows."""

    def source() -> io.BytesIO:
        return io.BytesIO(data)

    dialect = read_dialect(source, "in.csv")
    types = dict.fromkeys(dialect.named, pa.string())
    rows: list[Cells] = []
    broken: dict[int, BrokenRow] = {}
    for part in read_rows(source, dialect, types, "in.csv"):
        assert part.start == len(rows)
        broken |= {part.start + row: why for row, why in part.broken.items()}
        rows += [list(row.values()) for row in part.table.to_pylist()]
    return rows, broken


def refused(data: bytes) -> str:
    with pytest.raises(TableError) as caught:
        rows_of(data)
    return str(caught.value)


SMALL = st.lists(
    st.sampled_from(['"', '"', ",", ",", "\n", "\r\n", "\r", "a", "é", " ", '""', "b"]), max_size=30
).map("".join)


@given(SMALL, st.sampled_from([3, 7, 2**23]))
def test_rows_are_those_of_another_reader_or_the_file_is_refused(text: str, block: int) -> None:
    data = f"x,y,z\n{text}".encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_dialect, "BLOCK_BYTES", block)
        try:
            rows, broken = rows_of(data)
        except TableError:
            assert '"' in text
            assert "quote" in refused(data)
            return
    theirs = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    assert len(rows) == len(theirs)
    for number, (ours, row) in enumerate(zip(rows, theirs, strict=True)):
        blank = not "".join(row).strip(' "')
        if len(row) != 3 or (blank and number in broken):
            assert number in broken
            assert ours == [None] * 3
        else:
            assert number not in broken
            assert ours == [cell or None for cell in row]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("block", [5, 64, 2**23])
def test_the_end_of_a_block_changes_nothing(
    end: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_dialect, "BLOCK_BYTES", block)
    lines = [
        "id,note,x",
        '1,"a' + end + 'b ""c""",1',
        '2,5" wide,2',
        "3,",
        ",,",
        "",
        '4,"d,e",4',
        "5,f,5",
    ]
    rows, broken = rows_of(end.join(lines).encode())
    assert rows[0] == ["1", f'a{end}b "c"', "1"]
    assert rows[1] == ["2", '5" wide', "2"]
    assert rows[4:] == [["4", "d,e", "4"], ["5", "f", "5"]]
    wrong = {2: ("the row has 2 cells", 5), 3: (BLANK, 6)}
    assert {row: (why.problem, why.line) for row, why in broken.items()} == wrong


@pytest.mark.parametrize("blank", [" , ,\t", "\xa0,\xa0,", '\u200b,"\xa0", ', ",\f,\v"])
def test_a_row_that_looks_empty_is_empty(blank: str) -> None:
    rows, broken = rows_of(f"id,note,x\n1,ä,\n{blank}\n\xa0,é,\n".encode())
    assert {row: why.problem for row, why in broken.items()} == {1: BLANK}
    assert rows[2] == ["\xa0", "é", None]


def test_a_cell_of_two_lines_stays_whole_below_a_row_with_a_sign_of_inches() -> None:
    rows, broken = rows_of(b'id,note,x\n1,5" wide,1\n2,"a\nb",2\n"3\n4",c,3\n')
    assert rows == [["1", '5" wide', "1"], ["2", "a\nb", "2"], ["3\n4", "c", "3"]]
    assert not broken


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_sign_of_inches_here_and_there_is_a_letter(count: int) -> None:
    cells = [f'{number}" wide' for number in range(count)]
    rows, broken = rows_of(("id,note\n0,a\n" + "".join(f"1,{c}\n" for c in cells)).encode())
    assert rows == [["0", "a"], *(["1", cell] for cell in cells)]
    assert not broken


def test_a_line_break_at_the_end_of_a_large_block_stays_whole() -> None:
    # Arrow loses the second letter of a line end that stands between two of its blocks.
    for size in (2**24, csv_dialect.BLOCK_BYTES):
        head, start = "case_id,onset,note\n", 'K1,sudden,"'
        note = "z" * (size - 1 - len(head) - len(start)) + "\r\nEND"
        if len(note) < csv_dialect.MOST_ROW - 100:
            rows, _ = rows_of(f'{head}{start}{note}"\nK2,gradual,ok\n'.encode())
            assert rows[0][2] == note


@pytest.mark.parametrize("block", [1, 2**23])
def test_the_mark_of_a_file_stays_where_it_is_a_letter(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_dialect, "BLOCK_BYTES", block)
    rows, _ = rows_of("id,note,x\n\ufeffid,note,x\n1,\ufeff,2\n\ufeff3,a,4\n".encode())
    assert rows == [["\ufeffid", "note", "x"], ["1", "\ufeff", "2"], ["\ufeff3", "a", "4"]]


OPEN = ['1,yes,"fell', '1,"yes,fell', '"1,yes,fell', 'x,no,5\n1,yes,"fell ""twice""']


@pytest.mark.parametrize("row", OPEN)
@pytest.mark.parametrize(
    "after", ["", "\n2,no,ok\n3,no,ok\n", '\n2,no,"ok"\n', '\n2,no,"ok\n3,no,x\n', '\n2,no,""\n']
)
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("block", [16, 2**23])
def test_a_quote_that_is_not_closed_swallows_nothing(
    row: str, after: str, before: bytes, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_dialect, "BLOCK_BYTES", block)
    told = refused(before + f"id,pop,note\n{row}{after}".encode())
    assert f"line {3 if row.startswith('x') else 2}" in told
    assert "quote" in told


def test_a_quote_that_is_not_closed_is_found_far_down_a_file() -> None:
    lines = [f"{number},yes,ok" for number in range(300_000)]
    lines[200_000] = '7,yes,"bad'
    assert "line 200002: a quote opens here" in refused("\n".join(["id,pop,note", *lines]).encode())


def test_a_quote_that_is_not_closed_leaves_a_cell_of_two_lines_above_it_whole() -> None:
    told = refused(b'id,note,x\n1,5" wide,1\n2,"a\nb",2\n"3,c,3\n4,d,4\n')
    assert "line 5: a quote opens here" in told
    assert "line 3" not in told


def test_two_lone_quotes_do_not_make_a_cell_of_the_rows_between() -> None:
    told = refused(b'id,pop,note\n1,yes,"fell\n2,no,ok\n3,no,5"\n4,no,ok\n')
    assert "line 2: a quote holds 3 lines together" in told
    assert "line 2: a quote holds 2 lines" in refused(b'id,pop,note\n1,yes,"fell\n2,no,5"')
    told = refused(b'id,pop,note\n1,"yes,a\n2,no,ok\n3,no",b,c\n')
    assert "line 2: a quote" in told


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_broken_row_below_a_cell_of_two_lines_is_told_with_its_line(end: str) -> None:
    _, broken = rows_of(f'id,note,x\n1,"a\nb",1\n2,c{end}'.encode())
    assert [(row, why.line) for row, why in broken.items()] == [(1, 4)]


def test_a_row_that_does_not_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_dialect, "BLOCK_BYTES", 64)
    monkeypatch.setattr(csv_rows, "MOST_ROW", 500)
    assert "line 2: the row does not end" in refused(b"id,note\n1," + b"x" * 1_000)
    assert "line 3: a quote opens here" in refused(b'id,note\n1,a\n2,"' + b"x\n" * 1_000)


@pytest.mark.parametrize("chunk", [1, 2, 131_072])
def test_an_empty_line_is_a_row_where_there_is_one_column(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "CHUNK_ROWS", chunk)
    assert rows_of(b'pop\nyes\n\n""\nno\n') == ([["yes"], [None], [None], ["no"]], {})
    assert rows_of(b"pop\r\n\r\nyes\r\n") == ([[None], ["yes"]], {})
    assert rows_of(b"pop\r\nyes\r\n\r\n\r\nno") == ([["yes"], [None], [None], ["no"]], {})
    assert len(rows_of(b"id,pop\n1,yes\n\n\n2,no\n")[0]) == 2


def test_a_value_in_a_column_without_a_name_is_refused_with_its_line() -> None:
    assert rows_of(b"id,pop,\n1,yes,\n2,no, \n") == ([["1", "yes"], ["2", "no"]], {})
    told = refused(b"id,pop,\n1,yes,\n2,no,loud\n3,no,low\n")
    assert "line 3: 1 column has no name, and this line holds 'loud' there" in told
    assert "2 columns have no name" in refused(b"id,pop,,\n1,yes,,\n2,no,,loud\n")


@pytest.mark.parametrize("columns", [2_000, 20_000])
def test_lines_of_thousands_of_columns_take_linear_time(columns: int) -> None:
    header = ",".join(f"c{number}" for number in range(columns))
    row = ",".join(["yes"] * columns)
    start = time.perf_counter()
    rows, _ = rows_of("\n".join([header, *[row] * 5]).encode())
    assert len(rows[4]) == columns
    assert time.perf_counter() - start < 20  # a quadratic reader takes minutes


def test_a_file_of_nothing_but_broken_rows_is_read_to_its_end() -> None:
    rows, broken = rows_of(b"a,b,c\n" + b"1\n" * 300_000)
    assert len(rows) == len(broken) == 300_000
    assert broken[299_999].line == 300_001


def test_how_much_was_read_grows_to_the_size_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_dialect, "BLOCK_BYTES", 7)
    data = b"x,y\n" + b"1,2\n" * 9
    dialect = read_dialect(lambda: io.BytesIO(data), "in.csv")
    parts = read_rows(lambda: io.BytesIO(data), dialect, {"x": pa.string()}, "in.csv")
    read = [part.read for part in parts]
    assert len(read) > 3
    assert read == sorted(read)
    assert read[-1] == len(data)
