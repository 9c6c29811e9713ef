"""Labels, notes and names of files are shown as they are: never Markdown, HTML or a link."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from hamknee.formats.importing import as_files
from parts.texts import in_html, plain, plain_label
from tests.support.at_page import at_page, sound
from tests.support.networks import network

HOSTILE = (
    "![x](http://evil.test/x.png) **b** www.evil.test <img src=http://evil.test/i> a@evil.test "
    ":material/home: :smile: :+1: :red[r] $x^2$ a -> b [l](http://evil.test) evil"
)
NAMED = "evil ![x](http:evil.test) www.evil.test **b** :material_home: :smile: $x^2$.csv"
"""A name that a file may have."""

AS_THEY_ARE = ("id", "raw_value", "value", "json", "spec", "data", "alt")
"""Fields of widgets and pictures that are shown as they are."""

OPTIONS = ("selectbox.options", "multiselect.options")
"""What can be chosen in these is shown as it is; pills make Markdown of it."""

FOLDED = (
    *("any", "others", "table", "stepped-back"),
    *(f"answer-group-{group}" for group in ("history", "examination", "background")),
    *("section-why", "section-answers", "section-people", "section-print", "section-teaching"),
    *("section-questions", "section-names", "section-numbers", "section-weights"),
)

PLACES = (
    ("diagnose", {}, {}),
    ("diagnose", {"a": "yes"}, {}),
    ("diagnose", {"a": "yes", "c": "no", "expert": "yes"}, {}),
    ("diagnose", {f"no such {HOSTILE[:60]} evil": "yes", "a": f"{HOSTILE[:60]} evil"}, {}),
    ("what_if", {"a": "yes", "b_a": "no"}, {}),
    ("model", {}, {}),
    ("model", {"variable": "b"}, {}),
    ("model", {"search": "evil"}, {}),
    *(
        ("tune", {"variable": "b", "given": "t=q;a=yes", "state": "yes"}, {"tune-panel": panel})
        for panel in ("Effect", "This number", "What matters most", "What would have to change")
    ),
    ("check", {}, {}),
    ("about", {}, {}),
)
"""Pages, what their address says, and what is chosen on them."""


@pytest.fixture
def _hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the dashboard open a network whose every word is hostile."""
    below = [[0.1, 0.9], [0.3, 0.7], [0.5, 0.5]]
    twice = [[row, row[::-1]] for row in below]
    spec = {
        "t": ("", [0.2, 0.3, 0.5], "q r s"),
        "a": ("t", below),
        "b": ("t a", twice),
        "c": ("t", below),
    }
    as_files(network(spec, "t", ess=20), note=f"Note {HOSTILE}").save(tmp_path)
    words = tmp_path / "vocabulary.toml"
    numbers = iter(range(1000))
    text = re.sub(
        r'(label|question) = "[^"]*"',
        lambda match: f'{match[1]} = "{next(numbers)} {HOSTILE}"',
        words.read_text(encoding="utf-8"),
    )
    words.write_text(text, encoding="utf-8")
    shutil.move(tmp_path / "priors.csv", tmp_path / NAMED)
    monkeypatch.setenv("HAMKNEE_PRIORS", str(tmp_path / NAMED))


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
            where = f"{node.type}{path}"
            if where.rpartition(".")[2] not in AS_THEY_ARE and where not in OPTIONS:
                yield where, text


def made_of_it(page: AppTest) -> list[tuple[str, str]]:
    """Return the texts of a page in which something hostile stands and was not taken apart."""
    rest = []
    for where, text in shown(page._tree):
        for words in (HOSTILE, NAMED, f"{HOSTILE[:60]} evil"):
            for safe in (plain(words), in_html(words)):
                text = text.replace(safe, "")
        if "evil" in text:
            rest.append((where, text))
    return rest


@pytest.mark.usefixtures("_hostile")
@pytest.mark.parametrize(("view", "address", "chosen"), PLACES)
def test_no_page_makes_anything_of_foreign_words(
    view: str, address: dict[str, str], chosen: dict[str, str]
) -> None:
    page = at_page(view, address)
    assert made_of_it(page) == []
    for key, value in chosen.items():
        page.session_state[key] = value
    for _ in range(2):  # what is open may hold more
        for key in FOLDED:
            page.session_state[key] = True
        page = sound(page.run())
    assert "evil" in str(list(shown(page._tree)))
    assert made_of_it(page) == []


@pytest.mark.usefixtures("_hostile")
def test_changes_and_files_of_foreign_words_are_shown_as_they_are() -> None:
    page = at_page("tune", {"variable": "b", "given": "t=q;a=yes", "state": "yes"})
    page = sound(page.number_input(key="tune-number-b-t=q;a=yes-yes").set_value(20.0).run())
    assert "evil" in " ".join(block.value for block in page.markdown)
    assert made_of_it(page) == []
    (uploader,) = page.file_uploader
    page = sound(
        uploader.upload(NAMED, f"variable,{HOSTILE}\n{HOSTILE}".encode(), "text/csv").run()
    )
    assert page.error
    assert made_of_it(page) == []


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
    for label in ("a_b_", "*a*", "[a](b)", ":red[a]", "1. a", "2) a", "- a", "<b>", "www.a.test"):
        assert plain_label(label) == plain(label) != label
    for label in (":+1:", ":man-boy:", "a\n# b"):
        assert plain_label(label) == plain(label) != label
    assert plain_label("    no code\n") == " no code "


def test_no_word_turns_others_round_or_is_too_long_for_a_telephone() -> None:
    for shows in (plain, plain_label, in_html):
        assert shows("a\N{RIGHT-TO-LEFT OVERRIDE}b\N{FIRST STRONG ISOLATE}c") == "abc"
        assert shows("W" * 50).split("\N{ZERO WIDTH SPACE}") == ["W" * 20, "W" * 20, "W" * 10]
        assert shows("skin_or_vein_inflammation".replace("_", " ")) == "skin or vein inflammation"
    assert in_html("immobility_or_clot_risk") == "immobility_or_clot_risk"
    assert "\N{ZERO WIDTH SPACE}" in in_html("a_" * 40)
    assert "\N{ZERO WIDTH SPACE}" in in_html("=" * 40)
