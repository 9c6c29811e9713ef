"""Answers after a break: the line is cut for a while, or the server is started again."""

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from people.stories import LINK, TELEPHONE
from people.ways import Ways
from tests.support.browser import free_port, served, settle, visiting
from tests.support.proxy import Line, line_to

FORGETS = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "0"}
"""The server forgets a session as soon as its line breaks, and not after two minutes."""

ANSWERS = {
    "onset": "In a moment",
    "activity": "Twist or turn",
    "pop": "Yes",
    "swelling": "No swelling",
    "warmth": "Yes",
}
"""The first answer after a break, by question, in the order in which they are asked."""

BEFORE = ("location=calf", "onset=days", "activity=none", "pop=no", "swelling=focal")
"""What was answered before it."""

SIGNS = LINK[LINK.index("no_flag") :]

PATIENCE = 120_000
"""Milliseconds that a page may take after a new start, before this version had a quick one."""

UP = "[data-test-connection-state='CONNECTED']"


def answers_lost(browser: Browser, ways: Ways, trials: int, **settings: str) -> tuple[int, int]:
    """Return how many first answers were lost after a cut line, and after a new start.

    Parameters
    ----------
    browser : Browser
        On a telephone.
    ways : Ways
        Through the page.
    trials : int
        Of each kind.
    **settings : str
        Environment of the server.
    """
    port = free_port()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        line = stack.enter_context(line_to(port))
        page = stack.enter_context(visiting(browser, *TELEPHONE)).page
        page.set_default_timeout(PATIENCE)
        with served(folder, port, **settings, **FORGETS):
            cut = sum(not kept for kept in _after_cuts(page, line, ways, trials))
        again = sum(not kept for kept in _after_starts(page, port, ways, trials, settings))
    return cut, again


def _after_cuts(page: Page, line: Line, ways: Ways, trials: int) -> Iterator[bool]:
    for trial in range(trials):
        _open(page, line.address, trial)
        line.cut()
        expect(page.locator(UP)).not_to_be_attached()
        line.mend()
        expect(page.locator(UP)).to_be_attached(timeout=30_000)
        yield _is_kept(page, ways, trial)


def _after_starts(
    page: Page, port: int, ways: Ways, trials: int, settings: dict[str, str]
) -> Iterator[bool]:
    for trial in range(trials):
        with tempfile.TemporaryDirectory() as folder:
            wait_until_free(port)
            with served(Path(folder), port, **settings) as dashboard:
                _open(page, dashboard.address, trial)
            expect(page.locator(UP)).not_to_be_attached()
            wait_until_free(port)
            with served(Path(folder), port, **settings):
                expect(page.locator(UP)).to_be_attached(timeout=60_000)
                yield _is_kept(page, ways, trial)


def wait_until_free(port: int) -> None:
    """Wait until a server has let go of its port, which one of an earlier version does late."""
    for _ in range(600):
        with socket.socket() as trial:
            if trial.connect_ex(("localhost", port)):
                return
        time.sleep(0.1)
    raise RuntimeError(f"port {port} is still taken")


def _open(page: Page, address: str, trial: int) -> None:
    """Open a case in which one question after the other was answered, up to that of the trial."""
    known = BEFORE[: trial % len(ANSWERS) + 1]
    page.goto(f"{address}/?{'&'.join(known)}&{SIGNS}")
    settle(page)


def _is_kept(page: Page, ways: Ways, trial: int) -> bool:
    name = list(ANSWERS)[trial % len(ANSWERS)]
    ways.option(page, name, ANSWERS[name]).click()
    page.wait_for_timeout(500)
    settle(page)
    return f"{name}=" in page.url
