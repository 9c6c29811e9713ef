"""What every page has to do, in a browser and without one. The pages are found by their files."""

import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from hamknee.inference.model import Model
from tests.support.at_page import VIEWS, at_page, sound, words
from tests.support.browser import Served, Watched
from tests.support.on_page import complete, link_to, open_view

CASE = {"onset": "sudden", "pop": "yes"}
IMPOSSIBLE = {"onset": "suddn", "nothing": "<b>x</b>", "age": "-3"}


@pytest.mark.parametrize("case", [{}, CASE, IMPOSSIBLE], ids=["no case", "a case", "nonsense"])
def test_a_page_shows_one_title_and_the_numbers_it_rests_on(
    view: str, case: dict[str, str], model: Model
) -> None:
    page: AppTest = at_page(view, **case)
    if view == "diagnose":  # which a patient may look at; there the numbers are for experts
        assert not any(model.sha256[:12] in caption.value for caption in page.caption)
        page = sound(page.toggle("expert").set_value(True).run())
    assert len(page.title) == 1
    assert any(model.sha256[:12] in caption.value for caption in page.caption)
    assert "does not diagnose or treat" in words(page)


def test_the_navigation_leads_to_every_page(running: Served, watched: Watched) -> None:
    page = watched.page
    open_view(page, running.address, "diagnose")
    links = page.locator("[data-testid='stTopNavLink']")
    expect(links).to_have_count(len(VIEWS))
    for view in VIEWS:
        expect(page.locator(link_to(view))).to_have_count(1)


def test_a_page_is_reached_reloaded_and_left(view: str, running: Served, watched: Watched) -> None:
    page = watched.page
    missing: list[str] = []
    page.on(
        "response",
        lambda response: missing.append(response.url) if response.status >= 400 else None,
    )
    open_view(page, running.address, view, "?onset=sudden&pop=yes")
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_count(1)
    words, address = title.inner_text(), page.url
    expect(page).to_have_title(f"{page.locator(link_to(view)).inner_text()} · hamknee")
    page.reload()
    complete(page)
    expect(title).to_have_text(words)
    assert page.url == address
    page.locator(link_to("diagnose")).click()
    expect(page.locator(".verdict")).to_be_visible()
    assert watched.requests_elsewhere == []
    # Below a path of its own Streamlit looks there for its server first, then where it is.
    assert [url for url in missing if f"/{view}/_stcore/" not in url] == []
    assert [error for error in watched.errors if "404 (Not Found)" not in error] == []
    assert "Traceback" not in running.log.read_text("utf-8")
