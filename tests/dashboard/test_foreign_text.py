"""Labels, notes and names of files are shown as they are: never Markdown, HTML or a link."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from hamknee.formats.importing import as_files
from parts.texts import plain, plain_label
from tests.support.at_page import VIEWS, at_page
from tests.support.networks import network

HOSTILE = (
    "![x](http://evil.test/x.png) **b** www.evil.test <img src=http://evil.test/i> a@evil.test"
)
NOT_MARKDOWN = ("options", "raw_value", "value", "json", "spec", "data", "alt")
"""Fields of widgets and pictures that are shown as they are."""

MADE_OF_IT = re.compile(r"(?<!\\)!\[|(?<!\\)\]\(|(?<!\\)\*\*b|http\\?://|www\\?\.")
"""An image, a link or bold words in Markdown, or what becomes a link by itself."""


@pytest.fixture
def _hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the dashboard open a network whose every word is hostile."""
    below = [[0.1, 0.9], [0.3, 0.7], [0.5, 0.5]]
    spec = {"t": ("", [0.2, 0.3, 0.5], "q r s"), "a": ("t", below), "b": ("t", below)}
    as_files(network(spec, "t", ess=20), note=f"Note {HOSTILE}").save(tmp_path)
    words = tmp_path / "vocabulary.toml"
    numbers = iter(range(1000))
    text = re.sub(
        r'(label|question) = "[^"]*"',
        lambda match: f'{match[1]} = "{next(numbers)} {HOSTILE}"',
        words.read_text(encoding="utf-8"),
    )
    words.write_text(text, encoding="utf-8")
    named = tmp_path / "![x](http:evil.test) www.evil.test **b**.csv"
    shutil.move(tmp_path / "priors.csv", named)
    monkeypatch.setenv("HAMKNEE_PRIORS", str(named))


def texts_of(message: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a message to the browser, with the names of the fields it is in."""
    for field, value in message.ListFields():
        if hasattr(value, "items"):
            continue
        for part in value if field.is_repeated else [value]:
            if field.type == field.TYPE_MESSAGE:
                yield from texts_of(part, f"{path}.{field.name}")
            elif field.type == field.TYPE_STRING:
                yield f"{path}.{field.name}", part


def shown(node: Any) -> Iterator[tuple[str, str]]:
    """Yield every text that a page shows as Markdown, or with its tags as HTML."""
    for child in getattr(node, "children", {}).values():
        yield from shown(child)
    proto = getattr(node, "proto", None)
    if hasattr(proto, "ListFields"):
        for path, text in texts_of(proto):
            if path.rpartition(".")[2] not in NOT_MARKDOWN:
                yield f"{node.type}{path}", text


def foreign(page: AppTest) -> list[tuple[str, str]]:
    """Return the texts of a page that hold something hostile."""
    return [(where, text) for where, text in shown(page._tree) if "evil" in text]


@pytest.mark.usefixtures("_hostile")
@pytest.mark.parametrize("view", VIEWS)
def test_no_page_makes_anything_of_foreign_words(view: str) -> None:
    for address in ({}, {"a": "yes"}):
        texts = foreign(at_page(view, address))
        assert texts
        for where, text in texts:
            assert "<img" not in text.replace(r"\<img", ""), where
            if not where.startswith("html"):
                assert not MADE_OF_IT.search(text), where


def test_a_text_that_would_become_a_link_is_taken_apart_where_nobody_sees_it() -> None:
    for text in ("http://a.test", "HTTPS://a.test", "www.a.test", "me@a.test"):
        shown_as = plain(text)
        assert shown_as.replace("\\", "").replace("\N{WORD JOINER}", "") == text
        assert not re.search(r"(?i)https?\\?://|www\\?\.|@a", shown_as)
    assert plain("one\n# two") == r"one \# two"
    assert plain("20 % of wwwide: 3:2") == "20\N{NO-BREAK SPACE}% of wwwide\\: 3\\:2"


def test_an_icon_or_arrow_is_taken_apart_as_well_which_no_escape_prevents() -> None:
    for text in (":material/home:", ":material_home:", ":streamlit:", "a -> b", "a <- b", "1 -- 2"):
        shown_as = plain_label(text)
        assert shown_as.replace("\\", "").replace("\N{WORD JOINER}", "") == text
        assert not re.search(r":(?=material|streamlit)|<\\?-|-\\?>|-\\?-", shown_as)
    assert plain_label("a->b 2-3") == r"a\-\>b 2\-3"


def test_a_label_is_read_as_it_stands_unless_something_is_made_of_it() -> None:
    for label in ("Yes (this number)", "Under 40, in percent?", "Age: 40 to 59"):
        assert plain_label(label) == label
    for label in ("a_b_", "*a*", "[a](b)", ":red[a]", "1. a", "- a", "<b>", "www.a.test", "a\n# b"):
        assert plain_label(label) == plain(label) != label
