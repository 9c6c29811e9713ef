"""What is sent before a page can be made: scripts compressed, words over a slow line."""

import asyncio
from collections.abc import Callable

import pyarrow
import pytest
from playwright.sync_api import Browser
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from serving.quick_start import STATIC, QuickStart, bare, static_file
from tests.support.browser import Served

SCRIPT = next((STATIC / "js").glob("index.*.js"))
NAME = f"/static/js/{SCRIPT.name}"
SHELL = '<title>Streamlit</title><div id="root"></div>'


def ask(
    path: str, answer: Callable[[Scope, Receive, Send], object], **headers: str
) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of what is sent for a path."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    raw = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": raw}
    asyncio.run(QuickStart(answer)(scope, receive, send))  # type: ignore[arg-type]
    start, *bodies = sent
    named = {name.decode(): text.decode() for name, text in start["headers"]}
    return named, b"".join(body.get("body", b"") for body in bodies)


def unpacked(body: bytes, coding: str) -> bytes:
    stream = pyarrow.CompressedInputStream(
        pyarrow.BufferReader(body), coding.replace("br", "brotli")
    )
    return bytes(stream.read())


@pytest.mark.parametrize("base", ["", "/clinic", "/tune"])
def test_a_script_is_sent_compressed_to_who_can_read_it(base: str) -> None:
    sizes = []
    for accepted, coding in (("gzip, deflate", "gzip"), ("gzip, deflate, br", "br")):
        headers, body = ask(base + NAME, PlainTextResponse("elsewhere"), accept_encoding=accepted)
        assert headers["content-encoding"] == coding
        assert headers["vary"] == "Accept-Encoding"
        assert "immutable" in headers["cache-control"]
        assert int(headers["content-length"]) == len(body) < SCRIPT.stat().st_size / 3
        assert unpacked(body, coding) == bare(SCRIPT)
        sizes.append(len(body))
    assert sizes[1] < 0.9 * sizes[0]
    headers, body = ask(base + NAME, PlainTextResponse("elsewhere"))
    assert "content-encoding" not in headers
    assert body == bare(SCRIPT)


@pytest.mark.parametrize(
    "path", ["/", "/static/js/none.js", "/static/js/../../index.html", "/x.js"]
)
def test_nothing_else_is_taken_for_a_script(path: str) -> None:
    assert static_file(path) is None
    assert ask(path, PlainTextResponse("as it is"))[1] == b"as it is"


def test_the_page_that_loads_the_scripts_holds_words() -> None:
    headers, body = ask("/", HTMLResponse(SHELL, headers={"etag": "of the page without words"}))
    assert b"Emergency, if you have or get" in body
    assert int(headers["content-length"]) == len(body)
    assert "etag" not in headers


def test_a_page_of_another_kind_is_sent_as_it_is() -> None:
    assert ask("/", HTMLResponse("<p>Other</p>"))[1] == b"<p>Other</p>"


def test_over_a_slow_line_there_are_words_within_two_seconds(
    running: Served, browser: Browser
) -> None:
    page = browser.new_page()
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    sizes: list[int] = []
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    rate = {"downloadThroughput": 200_000, "uploadThroughput": 90_000}  # 1.6 Mbit/s
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": 150, **rate})
    page.goto(running.address, wait_until="commit")
    page.wait_for_function("performance.getEntriesByType('paint').length == 2")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert page.locator("#first-words h1").is_visible()
    assert painted < 2000
    page.wait_for_selector(".stMain h1, .stMain h2")
    page.wait_for_selector("#first-words", state="detached")
    page.wait_for_load_state("networkidle")
    assert sum(sizes) < 1.5e6
    page.close()
