"""Files that are none: no uploader of any page is brought down by them, and each says why not."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from streamlit.proto.ButtonGroup_pb2 import ButtonGroup as ButtonGroupProto
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup

from hamknee.base.files import shipped
from hamknee.inference.model import Model
from tests.support.at_page import VIEWS, at_page, sound, words
from tests.support.browser import Served, Watched
from tests.support.on_page import open_panel, open_view, panels

BAD = {
    "nothing": b"",
    "binary": bytes(range(256)) * 400,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(500),
    "an archive": b"PK\x03\x04" + bytes(range(255, 0, -1)) * 9,
    "a broken encoding": "variable,state\nM\xfcller,\xe9\n".encode("latin-1"),
    "another encoding": "variable,state\npop,yes\n".encode("utf-16"),
    "wrong columns": b"name,colour\nAnna,blue\n",
    "a column twice": b"pop,pop\nyes,no\n",
    "semicolons": b"variable;state;given\npop;yes;\n",
    "rows of every length": b"variable,state\npop\npop,yes,no,maybe\n",
    "an open quote": b'variable,state\n"pop,yes\n' * 50,
    "formulas": b"variable,state,given,probability,ess,basis,sources,note\n"
    b"=1+1,@SUM(A1),+cmd|' /C calc'!A0,-2+3,\t=9,=HYPERLINK(\"x\"),,\n",
    "a page": b"<!doctype html><script>alert(1)</script>",
    "one line without an end": b"a," * 300_000,
}


GOOD = b"onset,pop\nsudden,yes\n"
"""Cases, for a page that takes them."""

HUGE = 200 * 2**20

BEHIND = ("Choices from earlier",)
"""Uploaders that wait for the file of another; bad files for them are in checking/."""


def panel_of(page: AppTest) -> ButtonGroup[Any] | None:
    """Return what chooses the panel of a page, if there are panels."""
    style = ButtonGroupProto.SEGMENTED_CONTROL
    return next((group for group in page.button_group if group.proto.style == style), None)


def at_panel(view: str, panel: str) -> AppTest:
    page = at_page(view)
    group = panel_of(page)
    return page if group is None or not panel else sound(group.set_value(panel).run())


@pytest.fixture(scope="module")
def uploaders() -> list[tuple[str, str]]:
    """Every page with an uploader, and the panel that has to be open for it."""
    places = []
    for view in VIEWS:
        group = panel_of(at_page(view))
        for panel in group.options if group else [""]:
            if at_panel(view, panel).file_uploader:
                places.append((view, panel))
                break
    return places


def test_every_uploader_is_found(uploaders: list[tuple[str, str]]) -> None:
    written = [path.read_text("utf-8") for path in shipped("dashboard").rglob("*.py")]
    count = sum(text.count("st.file_uploader(") for text in written)
    assert len(uploaders) + len(BEHIND) == count > len(BEHIND)


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_is_refused_or_shown_and_the_page_goes_on(
    bad: str, uploaders: list[tuple[str, str]], model: Model
) -> None:
    for view, panel in uploaders:
        page = at_panel(view, panel)
        page = sound(page.file_uploader[0].upload("mine.csv", BAD[bad], "text/csv").run())
        assert "mine.csv" in words(page)  # what is wrong with it, or what has been read of it
        assert any(model.sha256[:12] in caption.value for caption in page.caption)
        for button in page.button:
            if button.key == "cohort-start" and not button.disabled:
                page = sound(button.click().run())
        page = sound(page.file_uploader[0].upload("next.csv", GOOD, "text/csv").run())
        assert "next.csv" in words(page)


def test_a_huge_file_is_refused_before_it_is_sent(
    uploaders: list[tuple[str, str]], running: Served, watched: Watched, tmp_path: Path
) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(HUGE)
    page = watched.page
    for view, panel in uploaders:
        open_view(page, running.address, view)
        if panel in panels(page):
            open_panel(page, panel)
        page.locator("input[type=file]").set_input_files(huge)
        expect(page.get_by_text(re.compile(r"File must be [\d.]+MB or smaller"))).to_be_visible()
        expect(page.locator(".st-key-footer")).to_be_visible()
    assert "Traceback" not in running.log.read_text("utf-8")


def test_a_huge_file_that_gets_through_is_refused_too(uploaders: list[tuple[str, str]]) -> None:
    data = b"a,b\n" * (HUGE // 4)
    for view, panel in uploaders:
        page = at_panel(view, panel)
        page = sound(page.file_uploader[0].upload("mine.csv", data, "text/csv").run())
        assert "200 MB" in words(page)
