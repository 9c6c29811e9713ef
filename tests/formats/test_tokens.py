"""The words of files in braces, each with its line."""

import pytest

from hamknee.formats.draft import Draft, NetworkFileError
from hamknee.formats.tokens import Word, WordReader


class Reader(WordReader):
    comment = r"#[^\n]*"
    opening = "#"
    string = r'"[^"]*"'
    signs = "{};,"


def test_words_have_their_lines_and_a_sign_in_quotes_is_no_sign() -> None:
    reader = Reader('a { # not b\n"}" c#glued;\n;\n}', Draft("file"))
    assert reader.name("a name") == Word("a", 1)
    assert reader.take("{")
    assert reader.until(";") == [Word("}", 2, quoted=True), Word("c", 2)]
    assert reader.line == 4
    assert reader.take("}")
    assert reader.at_end()


def test_what_is_not_due_is_told_with_its_line() -> None:
    for text, message in (
        ("a\n;", "line 2: found ';'; allowed: a name"),
        ("a", "line 1: the file ends too early; allowed: a name"),
    ):
        reader = Reader(text, Draft("file"))
        reader.expect("a")
        with pytest.raises(NetworkFileError, match=message):
            reader.name("a name")


def test_numbers_may_have_commas_between_them() -> None:
    reader = Reader("0.5, 1e-3 .25;", Draft("file"))
    assert reader.numbers(reader.until(";")) == [0.5, 0.001, 0.25]
    assert reader.numbers([Word(text, 1) for text in ("0.5", ",", "0.5", "0.5")]) == [0.5] * 3
    with pytest.raises(NetworkFileError, match="line 2: found two commas in a row"):
        reader.numbers([Word("0.5", 1), Word(",", 1), Word(",", 2)])
