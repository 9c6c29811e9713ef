"""Sums below the last case are told, and a case is never taken for one in silence."""

import io

import pyarrow as pa
import pytest

from hamknee.base.csv_dialect import read_dialect
from hamknee.base.csv_foot import sums
from hamknee.base.csv_rows import CHUNK_ROWS, MOST_SUM, read_rows
from hamknee.base.frames import parse_sheet

CASES = [["K1", "31", "yes"], ["K2", "44", "no"]]


@pytest.mark.parametrize(
    "word",
    [
        *("Total", "TOTAL:", "Grand total", "Subtotal", "Summe", "Sum", "Gesamt", "Insgesamt"),
        *("n = 40", "N=40", "Mean age", "Median", "Mittelwert", "Average (years)", "Moyenne"),
    ],
)
def test_a_row_that_sums_up_is_found(word: str) -> None:
    assert sums([*CASES, [word, "37,5", ""]]) == {2: word}
    assert sums([*CASES, ["", word, "75 (9.5)"]]) == {2: word}
    assert sums([*CASES, [word, "", ""], ["", "", ""]]) == {2: word}


@pytest.mark.parametrize(
    "row",
    [
        ["Total", "31", "yes"],  # a case that is called so has findings
        ["Tot", "31", ""],
        ["Sumner", "31", ""],
        ["Max", "31", ""],
        ["SD", "31", ""],
        ["Meana", "31", ""],
        ["K3", "31", "Total"],
        ["31", "Total", ""],
        ["n", "31", ""],
        ["", "", ""],
    ],
)
def test_a_case_is_no_sum(row: list[str]) -> None:
    assert sums([*CASES, row]) == {}


def test_a_sum_may_be_the_only_row_and_stand_below_shorter_ones() -> None:
    assert sums([["Total", "75"]]) == {0: "Total"}
    assert sums([["K1"], ["", "Total"]]) == {1: "Total"}


def test_what_is_a_value_of_its_column_is_no_sum() -> None:
    assert sums([["total", "31"], ["partial", "40"], ["total", "44"]]) == {}


def test_short_words_count_below_a_sum_alone() -> None:
    assert sums([*CASES, ["Mean", "37", ""], ["SD", "9", ""], ["n", "2", ""]]) == {
        2: "Mean",
        3: "SD",
        4: "n",
    }


def test_only_the_last_rows_of_a_file_may_be_sums() -> None:
    rows = [f"K{number},31" for number in range(CHUNK_ROWS + 100)]
    rows[50] = "Total,31"
    data = "\n".join(["id,age", *rows, "Total,41", "," + "1" * MOST_SUM]).encode()
    dialect = read_dialect(lambda: io.BytesIO(data), "many.csv")
    broken = {
        rows.start + row: why
        for rows in read_rows(
            lambda: io.BytesIO(data), dialect, dict.fromkeys(["id"], pa.string()), "many.csv"
        )
        for row, why in rows.broken.items()
    }
    assert [(row, why.line) for row, why in broken.items()] == [
        (CHUNK_ROWS + 100, CHUNK_ROWS + 102)
    ]


def test_a_sum_is_left_out_of_the_cases_and_told() -> None:
    sheet = parse_sheet(b"id;age;pop\nK1;31;yes\nTotal;31;\n", "cohort.csv")
    assert len(sheet.frame) == 2
    assert list(sheet.cases()["id"]) == ["K1"]
    assert sheet.broken[1].line == 3
    assert sheet.notes[-1] == (
        "Line 3 is left out: the row begins with 'Total', as a sum or mean of the others does, and"
        " has nothing but numbers."
    )
