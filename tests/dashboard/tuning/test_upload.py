"""Numbers from a visitor's own file: taken whole, or every fault is told."""

import pytest
from streamlit.testing.v1 import AppTest

from hamknee.network.priors import Priors, digest
from tests.support.at_page import at_page, press, sound, words
from tests.support.own_numbers import pop_by_definition
from tests.support.tune_page import CASE, COLUMN, GIVEN, POP


def uploaded(page: AppTest, data: bytes) -> AppTest:
    return sound(page.file_uploader[0].upload("mine.csv", data, "text/csv").run())


def test_a_file_is_taken_into_the_session(priors: Priors) -> None:
    data = priors.set("pop", "yes", given=GIVEN, probability=0.9).to_csv().encode()
    page = uploaded(at_page("tune", POP), data)
    assert page.number_input(key=f"{COLUMN}-yes").value == pytest.approx(90)
    assert digest(data)[:12] in words(page)
    page = press(page, "Undo all")
    assert page.number_input(key=f"{COLUMN}-yes").value == pytest.approx(70.7)


def test_a_file_with_other_arrows_is_compared_as_a_whole(priors: Priors) -> None:
    kept = [row for row in priors.to_csv().splitlines() if not row.startswith("overweight,")]
    text = "\n".join(
        [*kept, "overweight,yes,,0.4,9,judgement,,", "overweight,no,,0.6,9,judgement,,"]
    )
    page = uploaded(at_page("tune", POP), f"{text}\n".encode())
    assert "other arrows" in words(page)
    assert "edited in this session" in words(page)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"\x00\x01\x02" * 1000, "NUL character"),
        (b"\xff\xfe" + "variable".encode("utf-16-le"), "is not UTF-8"),
        (b"name,age\nAda,36\n", "header"),
        (b"", "the line is empty"),
        (b"variable;state;given\n", "semicolons"),
    ],
)
def test_a_file_that_is_something_else_is_refused(data: bytes, fault: str) -> None:
    page = uploaded(at_page("tune", POP), data)
    assert fault in page.error[0].value.replace("\\", "")
    assert "nothing has changed" in page.error[0].value
    assert "edited in this session" not in words(page)


def test_faults_are_told_line_by_line(priors: Priors) -> None:
    lines = priors.to_csv().splitlines()
    lines[5] = lines[5].replace(lines[5].split(",")[3], "=1+1")
    lines[9] = lines[9].replace(",judgement,", ",guess,").replace(",indirect,", ",guess,")
    page = uploaded(at_page("tune", POP), ("\n".join(lines) + "\n").encode())
    text = page.error[0].value.replace("\\", "")
    assert "mine.csv, line 6, column probability: found '=1+1'" in text
    assert "mine.csv, line 10, column basis: unknown basis 'guess'" in text


def test_a_flood_of_faults_is_cut(priors: Priors) -> None:
    head = priors.to_csv().splitlines()[0]
    page = uploaded(at_page("tune", POP), (head + "\n" + "a,b,c,d,e,f,g,h\n" * 50_000).encode())
    text = page.error[0].value
    assert len(text) < 20_000
    assert "and 981 more" in text


def test_a_contradiction_by_the_numbers_of_a_file_explains_itself(priors: Priors) -> None:
    certain = pop_by_definition(priors, onset="sudden")
    page = uploaded(at_page("tune", POP, **CASE), certain.to_csv().encode())
    assert "impossible in this model" in page.warning[0].value
    assert "edited in this session" in words(page)
