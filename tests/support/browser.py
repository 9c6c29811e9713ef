"""The dashboard in a real browser: starting both, and waiting for them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
"""Path of the browser; None where there is none."""

# Nothing that the browser does of itself may look like a request of the page.
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Notes what the page asks of its server, whether an answer has come, and what it draws.
_WATCH = """
    const seen = window.seen = { asked: 0, answered: 0, changed: true, calm: 0 };
    const Socket = window.WebSocket;
    window.WebSocket = class extends Socket {
        constructor(...where) {
            super(...where);
            super.addEventListener("message", () => { seen.answered = seen.asked; });
        }
        send(data) {
            seen.asked += 1;
            super.send(data);
        }
    };
    new MutationObserver(() => { seen.changed = true; }).observe(
        document, { childList: true, characterData: true, subtree: true }
    );
"""
_CALM = """(frames) => {
    const done = document.querySelector("[data-test-script-state='notRunning'] .st-key-footer");
    const undone = document.querySelector(
        "[data-testid=stSkeleton], [data-stale=true], .stVegaLiteChart:not(:has(svg, canvas))"
    );
    const calm = done && !undone && !seen.changed && seen.answered === seen.asked;
    seen.calm = calm ? seen.calm + 1 : 0;
    seen.changed = false;
    return seen.calm >= frames;
}"""
_FRAMES = 8
"""Frames of the screen in which nothing changes once all is drawn. A page that is not done yet
changes sooner: a click is sent, and a chart is fitted to its place, within a frame or two; and
unlike milliseconds, frames get longer on a machine that is busy."""

_SLOW_SOCKET = """
    const Socket = window.WebSocket;
    window.WebSocket = class extends Socket {
        send(data) { setTimeout(() => super.send(data), %(delay)d); }
        addEventListener(type, handle) {
            const wait = type === "message" ? %(delay)d : 0;
            super.addEventListener(type, (event) => setTimeout(() => handle(event), wait));
        }
    };
"""
_START = 60.0
"""Seconds that a start may take."""


@dataclass
class Served:
    """A running dashboard: its address, and what it printed."""

    address: str
    log: Path


@dataclass
class Watched:
    """A page of a browser, what it asked of other machines, and what it complained of."""

    page: Page
    requests_elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until the dashboard has run after the last click and has drawn its answer."""
        settle(self.page)

    def slow_down(self, milliseconds: int) -> None:
        """Let every message to and from the server take its time, on pages opened from now on."""
        self.page.add_init_script(_SLOW_SOCKET % {"delay": milliseconds})

    def on_request(self, request: Request) -> None:
        """Note a request to another machine."""
        self.check(request.url)

    def check(self, url: str) -> None:
        """Note an address on another machine."""
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname != "localhost":
            self.requests_elsewhere.append(url)

    def on_console(self, message: ConsoleMessage) -> None:
        """Note an error of the page."""
        if message.type == "error":
            self.errors.append(message.text)


def settle(page: Page) -> None:
    """Wait until the last run is over and drawn."""
    page.evaluate("seen.calm = 0")
    page.wait_for_function(_CALM, arg=_FRAMES)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(folder: Path, port: int = 0, **settings: str) -> Iterator[Served]:
    """Start the dashboard as a person would, in an empty home that never saw it.

    Parameters
    ----------
    folder : Path
        Empty; working directory, home and place of the log.
    port : int
        Where it listens; by default where nobody else does.
    **settings : str
        Environment variables.
    """
    port = port or free_port()
    address, log = f"http://localhost:{port}", folder / "log.txt"
    command = [sys.executable, "-m", "hamknee", "dashboard", "--port", str(port)]
    environment = os.environ | {"HOME": str(folder), "USERPROFILE": str(folder)} | settings
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait_until_up(f"{address}/_stcore/health", process, log)
            yield Served(address, log)
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:  # refused, or too busy starting to answer
            time.sleep(0.2)
    raise RuntimeError(f"the dashboard did not start:\n{log.read_text('utf-8')}")


@contextmanager
def launched() -> Iterator[Browser]:
    """Start a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(
    browser: Browser,
    width: int = 1440,
    height: int = 900,
    *,
    dark: bool = False,
    scale: float = 1,
) -> Iterator[Watched]:
    """Be a new visitor, of whom the browser knows nothing, with a page of the size in pixels."""
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        device_scale_factor=scale,
    )
    watched = Watched(page)
    page.add_init_script(_WATCH)
    page.on("request", watched.on_request)
    page.on("websocket", lambda socket: watched.check(socket.url))
    page.on("console", watched.on_console)
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    try:
        yield watched
    finally:
        page.close()


@contextmanager
def browsing(
    width: int = 1440, height: int = 900, *, dark: bool = False, scale: float = 1
) -> Iterator[Watched]:
    """Start a browser with one empty page of the given size in pixels."""
    with launched() as browser, visiting(browser, width, height, dark=dark, scale=scale) as page:
        yield page
