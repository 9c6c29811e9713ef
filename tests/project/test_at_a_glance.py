"""What looks at the screen sees what is there, and does not see what is not."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.at_a_glance import share_in_view, stops_to, words_in_view
from tests.support.browser import launched, visiting

PAGE = """
<style>* { margin: 0; font: 20px sans-serif; } .tall { height: 1500px; }
  .stMain { height: 400px; overflow-y: scroll; }
  %s
</style>
<a href="#">First</a>
<div class="stMain"><p class="level"><b>Emergency</b></p><button>Yes</button>
<p style="position: absolute; width: 1px; height: 1px; overflow: hidden">Heard, not seen</p>
<div class="tall"></div><p>Emergenza</p></div>
"""
STICKY = ".level { position: sticky; top: 0; background: white; }"


@pytest.fixture(scope="module")
def page(chromium: str) -> Iterator[Page]:  # noqa: ARG001
    with launched() as browser, visiting(browser, 600, 400) as watched:
        yield watched.page


def test_words_that_stay_in_view_are_seen_at_every_position(page: Page) -> None:
    page.set_content(PAGE % STICKY)
    there, positions = share_in_view(page, [".level b"], step=0.5)
    assert there == positions > 5


def test_words_that_are_covered_or_scrolled_away_are_not_seen(page: Page) -> None:
    page.set_content(PAGE % "")
    assert share_in_view(page, [".level b"], step=0.5)[0] == 1
    page.set_content(PAGE % STICKY)
    covered = "<div style='position: fixed; inset: 0 0 auto; height: 80px; background: white'>"
    page.evaluate("cover => addEventListener('scroll', () => document.body.insertAdjacentHTML("
                  "'beforeend', cover), { capture: true, once: true })", covered)  # fmt: skip
    there, positions = share_in_view(page, [".level b"], step=0.5)
    assert there < positions


def test_only_words_that_are_seen_are_counted(page: Page) -> None:
    page.set_content(PAGE % "")
    assert words_in_view(page) == ["First", "Emergency", "Yes"]


def test_stops_of_the_keyboard_are_counted(page: Page) -> None:
    for selector, stops in (("a", 1), ("button", 2), (".none", 4)):
        page.set_content(PAGE % "")
        assert stops_to(page, selector, most=4) == stops
