"""No answer is lost where the line breaks for minutes, or where the server starts anew."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hamknee.guidance.texts import Guidance
from tests.support.browser import Watched, free_port, launched, served, visiting
from tests.support.on_page import choose
from tests.support.proxy import Line, line_to

FORGETS = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "0"}
"""A server that forgets a session as soon as its line breaks, and not after two minutes."""


@pytest.fixture(scope="module")
def alone(chromium: str) -> Iterator[Browser]:  # noqa: ARG001
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    port = free_port()
    with served(tmp_path_factory.mktemp("forgetful"), port, **FORGETS), line_to(port) as line:
        yield line


@pytest.fixture
def watched(alone: Browser) -> Iterator[Watched]:
    with visiting(alone) as visitor:
        yield visitor


def connected(page: Page, state: str) -> None:
    expect(page.locator(f"[data-test-connection-state='{state}']")).to_be_attached(timeout=30_000)


def interrupt(line: Line, page: Page) -> None:
    """Cut the line until the page has noticed, and wait until it has found the server again."""
    line.cut()
    expect(page.locator("[data-test-connection-state='CONNECTED']")).not_to_be_attached()
    line.mend()
    connected(page, "CONNECTED")


def denied(guidance: Guidance) -> str:
    names = [flag.name for flag in guidance.flags.values()]
    return f"no_flag={'|'.join(names)}"


def test_an_answer_after_a_broken_line_is_kept(
    line: Line, watched: Watched, guidance: Guidance
) -> None:
    page = watched.page
    page.goto(f"{line.address}/?{denied(guidance)}")
    watched.settle()
    choose(page, "onset", "In a moment")
    page.wait_for_url("**onset=sudden**")
    for variable, label, text in (
        ("swelling", "No swelling", "swelling=none"),
        ("warmth", "Yes", "warmth=yes"),
        ("warmth", "No", "warmth=no"),
    ):
        interrupt(line, page)
        choose(page, variable, label)
        page.wait_for_url(f"**{text}**")
        watched.settle()
    assert "onset=sudden&swelling=none&warmth=no" in page.url
    interrupt(line, page)
    page.locator("[data-state=calf]").first.click()
    page.wait_for_url("**location=calf**")
    interrupt(line, page)
    age = page.locator(".st-key-answer-age input")
    age.fill("61")
    age.press("Enter")
    page.wait_for_url("**age=61**")


def test_a_sign_and_none_of_these_after_a_broken_line_are_kept(
    line: Line, watched: Watched
) -> None:
    page = watched.page
    page.goto(f"{line.address}/?onset=sudden")
    watched.settle()
    interrupt(line, page)
    page.locator(".st-key-row-sign-under_18").get_by_text("No", exact=True).click()
    page.wait_for_url(re.compile("no_flag=under_18$"))
    watched.settle()
    interrupt(line, page)
    page.get_by_role("button", name="No to the others").locator("visible=true").click()
    page.wait_for_url("**no_flag=*numb_between_legs*")


def test_an_answer_in_another_act_or_a_folded_group_is_kept(line: Line, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{line.address}/?onset=sudden")
    watched.settle()
    page.get_by_role("radio", name="2 Your pain").click()
    watched.settle()
    interrupt(line, page)
    choose(page, "warmth", "No")
    page.wait_for_url("**onset=sudden&warmth=no")
    watched.settle()
    page.get_by_role("radio", name="3 Sharpen").click()
    watched.settle()
    page.locator(".st-key-any summary").first.click()
    watched.settle()
    page.locator(".st-key-answer-group-examination summary").click()
    watched.settle()
    interrupt(line, page)
    choose(page, "bruising", "Yes")
    page.wait_for_url("**bruising=yes**")


def test_an_answer_after_a_new_start_of_the_server_is_kept(
    alone: Browser, tmp_path: Path, guidance: Guidance
) -> None:
    port = free_port()
    with visiting(alone, 390, 844) as watched:
        page = watched.page
        with served(tmp_path, port) as dashboard:
            page.goto(f"{dashboard.address}/?{denied(guidance)}&location=calf")
            watched.settle()
        expect(page.locator("[data-test-connection-state='CONNECTED']")).not_to_be_attached()
        with served(tmp_path, port):
            connected(page, "CONNECTED")
            choose(page, "onset", "In a moment")
            page.wait_for_url("**onset=sudden**location=calf**")
