"""How a CSV file is written is told where it was guessed, and refused where it cannot be."""

import io

import pyarrow as pa
import pytest

from hamknee.base import csv_dialect
from hamknee.base.csv_dialect import MOST_ROW, UNSEEN_LEADS, TableError, read_dialect
from hamknee.base.csv_rows import read_rows
from hamknee.base.frames import parse_sheet
from hamknee.base.words import as_seen

WORDS = "id;Müller;pop\n1;größer;yes\n2;31,5;no\n"


def sources(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)


@pytest.mark.parametrize(
    ("encoding", "mark", "told"),
    [
        ("utf-8", b"", ""),
        ("utf-8", b"\xef\xbb\xbf", ""),
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("cp1252", b"", "Windows-1252"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_letters_and_separators_are_read_and_told(
    encoding: str, mark: bytes, told: str, separator: str
) -> None:
    text = WORDS.replace(",", ".").replace(";", separator)
    sheet = parse_sheet(mark + text.encode(encoding), "in.csv")
    assert list(sheet.frame.columns) == ["id", "Müller", "pop"]
    assert sheet.frame["Müller"].tolist() == ["größer", "31.5"]
    sentences = " ".join(sheet.assumed)
    assert told in sentences
    assert ("separated by" in sentences) == (separator != ",")
    assert len(sheet.assumed) == bool(told) + (separator != ",")


@pytest.mark.parametrize(
    ("head", "separator", "sentences"),
    [
        (b"\n\r\n \n", ",", ["Empty lines above the header are passed over."]),
        (b"sep=,\r\n", ",", ["The first line, 'sep=,', names the separator."]),
        (b'"sep=,"\n', ",", ["The first line, '\"sep=,\"', names the separator."]),
    ],
)
def test_what_stands_above_the_header_is_passed_over(
    head: bytes, separator: str, sentences: list[str]
) -> None:
    data = head + b"id,pop\n1,yes\n2\n"
    dialect = read_dialect(lambda: sources(data), "in.csv")
    assert (dialect.separator, list(dialect.assumed)) == (separator, sentences)
    (rows,) = read_rows(lambda: sources(data), dialect, {"pop": pa.string()}, "in.csv")
    assert rows.table.to_pylist() == [{"pop": "yes"}, {"pop": None}]
    assert rows.broken[1].line == data.count(b"\n")


def test_a_named_separator_is_followed() -> None:
    sheet = parse_sheet(b"sep=;\nid;note\n1;a, b\n", "in.csv")
    assert sheet.frame["note"].tolist() == ["a, b"]
    assert any("semicolons" in sentence for sentence in sheet.assumed)


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        (b"id,pop; or a snap\n1,yes\n", ["id", "pop; or a snap"]),
        (b"id;age, years;pop\n1;31,5;yes\n", ["id", "age, years", "pop"]),
        (b"id,a;b;c\n1;2,yes\n2,no\n", ["id", "a;b;c"]),
        (b"id,pop,,\n1,yes,,\n", ["id", "pop"]),
        (b",id,pop\n0,1,yes\n", ["id", "pop"]),
        (b"pop\nyes\n", ["pop"]),
    ],
)
def test_the_columns_are_those_that_fit_the_rows(data: bytes, columns: list[str]) -> None:
    assert list(parse_sheet(data, "in.csv").frame.columns) == columns


def test_a_row_that_is_cut_where_the_sample_ends_is_not_held_against_a_separator() -> None:
    # Judged by commas, of which each row has one early, the cut row would fit and the others, too.
    row = f"1,5;{'z' * 40_000};yes\n"
    dialect = read_dialect(lambda: sources(f"id,no;note;pop\n{row * 4}".encode()), "in.csv")
    assert dialect.separator == ";"


def test_a_letter_that_is_none_is_told_with_its_line_though_its_block_ends_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hamknee.base.csv_dialect.BLOCK_BYTES", 4)
    data = "é,x".encode() + b"\na\nb" + b"\n1,\xe9" + b"x\n2,y\n"
    with pytest.raises(TableError, match="line 4: byte 0xe9 is not UTF-8"):
        read_dialect(lambda: sources(data), "in.csv")


def test_a_nul_is_told_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for block in (2**23, 8):
        monkeypatch.setattr("hamknee.base.csv_dialect.BLOCK_BYTES", block)
        with pytest.raises(TableError, match="line 4: found a NUL"):
            read_dialect(lambda: sources(b"id,pop\n1,yes\n2,no\n3,\0\n4,no\n"), "in.csv")


def test_a_header_that_does_not_end_is_refused_at_once() -> None:
    class Endless(io.RawIOBase):
        read_so_far = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            assert size > 0
            self.read_so_far += size
            assert self.read_so_far < 2 * MOST_ROW
            return b"x" * size

    with pytest.raises(TableError, match="the header does not end"):
        read_dialect(Endless, "in.csv")  # type: ignore[arg-type]


def test_as_many_columns_as_are_promised_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_dialect, "MOST_COLUMNS", 3)
    assert parse_sheet(b"id,pop,onset\n1,yes,sudden\n", "in.csv").frame.shape == (1, 3)
    with pytest.raises(TableError, match="over 3 columns"):
        parse_sheet(b"id,pop,onset,age\n1,yes,sudden,31\n", "in.csv")


def test_columns_without_end_are_refused() -> None:
    with pytest.raises(TableError, match="over 100,000 columns"):
        read_dialect(lambda: sources(b"a" + b",a" * 200_000), "in.csv")


def test_letters_that_are_cut_between_blocks_are_no_other_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hamknee.base.csv_dialect.BLOCK_BYTES", 5)
    for encoding, mark in (("utf-8", b""), ("utf-16-le", b"\xff\xfe")):
        data = mark + "id,note\n1,größer 𝕏 é\n".encode(encoding)
        assert parse_sheet(data, "in.csv").frame["note"].tolist() == ["größer 𝕏 é"]
    assert not any("Windows" in text for text in parse_sheet("é\né\n".encode(), "a.csv").assumed)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("quoted", [True, False])
def test_a_header_that_is_one_cell_short_is_refused_with_what_to_do(
    mark: str, quoted: bool
) -> None:
    quote = '"' if quoted else ""
    lines = [["age", "pop"], ["1", "31", "yes"], ["2", "44", "no"]]
    data = "\n".join(mark.join(f"{quote}{c}{quote}" for c in line) for line in lines).encode()
    with pytest.raises(TableError, match=r"rows have 3 cells, one more .* row.names = FALSE"):
        parse_sheet(data, "r.csv")


@pytest.mark.parametrize(("longer", "refused"), [(19, False), (20, True)])
def test_a_header_is_judged_by_the_first_20_rows(longer: int, refused: bool) -> None:
    data = ("age,pop\n" + "1,31,yes\n" * longer + "44,no\n" * 3).encode()
    if refused:
        with pytest.raises(TableError, match="one more than the header"):
            parse_sheet(data, "in.csv")
    else:
        assert len(parse_sheet(data, "in.csv").broken) == longer


def test_nor_is_it_held_against_a_header_that_is_one_cell_short() -> None:
    row = "K" * 25_000 + ",31,yes\n"
    with pytest.raises(TableError, match="rows have 3 cells, one more than the header"):
        read_dialect(lambda: sources(f"age,pop\n{row * 4}".encode()), "r.csv")


@pytest.mark.parametrize(
    "text",
    [
        '"age" "pop"\n"1" 31 "yes"\n"2" 44 "no"\n',
        "age onset pop\n1 31 sudden yes\n2 44 days no\n",
        "age onset pop\n31 sudden yes\n44 days no\n",
    ],
)
def test_spaces_between_cells_are_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(TableError, match=r"separated by spaces; allowed: .* row.names = FALSE"):
        parse_sheet(text.encode(), "r.csv")


@pytest.mark.parametrize(
    "text",
    [
        "age,pop\n1,31,yes\n44,no\n",  # one row alone is too long
        "age,pop\n1,31,yes\n",
        "how it began\nall at once\nover days\n",
        "how it began\nall at once\n",  # one row may be chance
        "pop at start\nyes\nno\n",
    ],
)
def test_a_long_row_or_a_heading_of_several_words_is_read(text: str) -> None:
    assert len(parse_sheet(text.encode(), "r.csv").frame) > 0


@pytest.mark.parametrize("letters", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("sign", ["\u200b", "\ufeff", "\u00ad", "\u2060", "\u00a0"])
def test_signs_that_cannot_be_seen_are_no_part_of_a_heading(letters: str, sign: str) -> None:
    sheet = parse_sheet(f"id,{sign}pop{sign}\nK{sign}1,yes\n".encode(letters), "seen.csv")
    assert list(sheet.frame) == ["id", "pop"]
    assert sheet.frame["id"][0] == f"K{sign}1"  # what is kept stays as it is
    assert any("cannot be seen" in sentence for sentence in sheet.assumed)


def test_every_sign_that_cannot_be_seen_begins_as_one() -> None:
    letters = map(chr, (*range(0xD800), *range(0xE000, 0x11000)))
    signs = [sign for sign in letters if as_seen(f"a{sign}b") != f"a{sign}b"]
    assert len(signs) > 30
    assert all(any(lead in sign.encode() for lead in UNSEEN_LEADS) for sign in signs)


def test_a_soft_hyphen_of_western_europe_is_told() -> None:
    sheet = parse_sheet("id,pop\xad\nJosé,yes\n".encode("cp1252"), "seen.csv")
    assert list(sheet.frame) == ["id", "pop"]
    assert len(sheet.assumed) == 2


def test_two_headings_that_look_alike_are_refused() -> None:
    with pytest.raises(TableError, match="'pop' stands twice"):
        parse_sheet("id,pop,po\u200bp\n1,yes,no\n".encode(), "seen.csv")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Knee clinic,,\n,,\nid,age,pop\n1,31,yes\n", r"\('Knee clinic' and 2 empty cells\)"),
        ("Knee clinic,Bern,,\nid,age,pop,sex\n1,31,yes,male\n", "'Knee clinic', 'Bern' and 2"),
        ("Who,,Story,,\nid,age,pop,a,b\n1,31,yes,1,2\n", "'Who', 'Story' and 3 empty cells"),
        ("id|age|pop\n1|31|yes\n2|44|no\n", r"separated by \|; allowed: commas, semicolons, tabs"),
        ('"id,pop"\n"1,yes"\n"2,no"\n', "quotes hold whole lines; allowed: commas"),
        ("sep=;\nid,pop\n1,yes\n", "names semicolons, and the header has commas"),
        ('[{"id": 1, "pop": "yes"}]', "the file is JSON"),
    ],
)
def test_what_is_no_header_is_refused_for_what_it_is(text: str, told: str) -> None:
    with pytest.raises(TableError, match=told):
        parse_sheet(text.encode(), "in.csv")


def test_a_value_in_a_column_without_a_name_is_told_as_such() -> None:
    with pytest.raises(TableError, match="2 columns have no name"):
        parse_sheet(b"id,age,pop,,\n1,31,yes,x,y\n", "in.csv")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Knee clinic\nby year\n\ncase_id,pop\nK1,yes\nK2,no\n", "Knee clinic"),
        ("Knee clinic\n2026\nKnee;pop\nK1;yes\nK2;no\n", "Knee clinic"),
        ("Knee clinic,,\nby year,,\ncase_id,age,pop\nK1,31,yes\n", "Knee clinic"),
        ("Knee clinic;;\n;;\n;;\ncase_id;age;pop\nK1;31;yes\n", "Knee clinic"),
        ("pop\nyes\nno,\nno,\n", ""),  # a column of which rows were spoilt
        ("pop\nyes\nno\nyes,no\n", ""),
        ("note\nbetter\nworse\n", ""),
    ],
)
def test_lines_above_the_header_are_titles_however_many(text: str, title: str) -> None:
    if not title:
        assert len(parse_sheet(text.encode(), "in.csv").frame) == 3 - text.count("note")
        return
    with pytest.raises(TableError, match=f"does not look like a header \\('{title}' a"):
        parse_sheet(text.encode(), "in.csv")


def test_what_helps_is_told_of_a_file_that_is_called_wrongly() -> None:
    with pytest.raises(TableError, match=r"is a Parquet file; allowed: a name that ends in"):
        parse_sheet(b"PAR1 and more", "in.csv")
    with pytest.raises(TableError, match="is a compressed file; allowed: the file that is packed"):
        parse_sheet(b"\x1f\x8b\x08\x00", "in.csv")
