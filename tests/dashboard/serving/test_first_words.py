"""The words that are read while the page is on its way."""

from hamknee.guidance.texts import Guidance
from serving.first_words import FONT, MARK, with_first_words
from serving.quick_start import STATIC
from tests.support.shown import read_html


def test_they_say_what_it_is_and_when_not_to_wait(guidance: Guidance) -> None:
    page = with_first_words(b"<title>Streamlit</title>" + MARK).decode()
    text = read_html(page)
    assert "<title>Streamlit" not in page
    assert page.endswith(MARK.decode())
    assert "Pain where the hamstring meets the knee" in text
    assert "does not diagnose or treat" in text
    assert guidance.urgent
    assert all(flag.label in text for flag in guidance.urgent)


def test_a_page_without_the_place_for_them_stays_as_it_is() -> None:
    assert with_first_words(b"<p>Other</p>") == b"<p>Other</p>"


def test_the_letters_are_not_loaded_before_the_scripts() -> None:
    shell = (STATIC.parent / "index.html").read_bytes()
    assert FONT.search(shell), "another version of Streamlit says it otherwise"
    page = with_first_words(shell)
    assert b"woff2" not in page
    assert page.count(b"<link") == shell.count(b"<link") - 1
