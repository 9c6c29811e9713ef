"""The first page over a slow line: what comes, and when it can be read."""

from playwright.sync_api import Browser

RATE = {"downloadThroughput": 200_000, "uploadThroughput": 90_000, "latency": 150}
"""Bytes a second and milliseconds: 1.6 Mbit/s, as over a slow telephone."""

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
DONE = ".stMain :is(h1, h2)"


def first_page(browser: Browser, address: str) -> list[list[str]]:
    """Return rows of a table: first words, page, and bytes over the line."""
    _load(browser, address)  # the first visitor waits while scripts are compressed
    painted, complete, size = _load(browser, address)
    return [
        ["first words at 1.6 Mbit/s", f"{painted:.1f} s"],
        ["first page at 1.6 Mbit/s", f"{complete:.1f} s"],
        ["first page, over the line", f"{size / 1e6:.2f} MB"],
    ]


def _load(browser: Browser, address: str) -> tuple[float, float, float]:
    page = browser.new_page()  # with nothing in its cache
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    sizes: list[float] = []
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    line.on(
        "Network.webSocketFrameReceived",  # as base64
        lambda event: sizes.append(len(event["response"]["payloadData"]) * 3 / 4),
    )
    line.send("Network.emulateNetworkConditions", {"offline": False, **RATE})
    page.goto(address, wait_until="commit")
    page.wait_for_selector(DONE, timeout=120_000)
    complete = page.evaluate("performance.now()")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(3000)
    painted = page.evaluate(PAINTED)
    page.close()
    return painted / 1000, complete / 1000, sum(sizes)
