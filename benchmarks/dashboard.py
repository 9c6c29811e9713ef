"""Time the dashboard: from a click to the last change, and with many visitors at once.

``python benchmarks/dashboard.py`` starts the dashboard, opens it in Chromium and clicks answers
that no one has given before, so that nothing is in a cache.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import SEED, machine, milliseconds, table, target

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from visitors import ACT, START, visit

from tests.support.browser import browsing, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAUSES = (3.0, 0.0)
"""Seconds that a visitor thinks between two clicks, on average."""

SECTIONS = {"none": "", "Why": "why", "Of 1,000 people": "people", "What to do": "to-do"}
"""The sections of which one is open, by their keys."""

CLICK = """
([area, choice]) => new Promise((resolve) => {
    const seen = { all: 0, ranking: 0 };
    const watch = (name, element) => {
        const observer = new MutationObserver(() => { seen[name] = performance.now(); });
        observer.observe(element, {
            subtree: true, childList: true, attributes: true, characterData: true,
        });
        return observer;
    };
    const observers = [
        watch("all", document.querySelector(".stMain")),
        watch("ranking", document.querySelector(".st-key-ranking")),
    ];
    const app = document.querySelector("[data-test-script-state]");
    const start = performance.now();
    const buttons = document.querySelectorAll(area + " button[data-variant='pills']");
    buttons[choice % buttons.length].click();
    const settle = setInterval(() => {
        const quiet = performance.now() - Math.max(seen.all, start) > 500;
        if (quiet && app.dataset.testScriptState === "notRunning") {
            clearInterval(settle);
            observers.forEach((observer) => observer.disconnect());
            resolve([seen.ranking - start, seen.all - start]);
        }
    }, 20);
})
"""
"""Clicks an answer; returns milliseconds to the last change of the ranking, and of the page."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Time the dashboard in Chromium.")
    parser.add_argument("--clicks", type=int, default=50, help="for each section")
    parser.add_argument("--visitors", type=int, default=20, help="how many at once")
    chosen = parser.parse_args(arguments)
    print(machine())
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as running:
        rows = [measured(running.address, panel, chosen.clicks) for panel in SECTIONS]
        crowd = [visited(running.address, chosen.visitors, pause) for pause in PAUSES]
    columns = ["open section", "ranking, median", "ranking, 95 %", "page, median", "page, 95 %"]
    heading = f"From a click to the last change in Chromium, {chosen.clicks} clicks"
    table(heading, [*columns, "target"], rows)
    heading = f"{chosen.visitors} visitors at once, from a click to the complete answer"
    table(heading, ["seconds between clicks", "median", "95 %", "target"], crowd)


def measured(address: str, panel: str, clicks: int) -> list[str]:
    """Return one row of the table."""
    with browsing() as watched:
        page = watched.page
        page.goto(f"{address}/?{START}")
        watched.settle()
        page.get_by_role("radio", name=ACT).click()
        watched.settle()
        if SECTIONS[panel]:
            page.locator(f".st-key-section-{SECTIONS[panel]} summary").click()
            watched.settle()
        found = [click(page, random.Random(f"{SEED} {panel} {n}")) for n in range(clicks)]
    ranking, whole = ([pair[i] / 1000 for pair in found] for i in (0, 1))
    slow = percentile(whole)
    return [
        panel,
        milliseconds(statistics.median(ranking)),
        milliseconds(percentile(ranking)),
        milliseconds(statistics.median(whole)),
        milliseconds(slow),
        target(slow <= 0.3, "at most 300 ms"),
    ]


def visited(address: str, count: int, pause: float) -> list[str]:
    """Return one row of the table of many visitors."""
    seconds = visit(address, count, 5, pause, SEED)
    slow = percentile(seconds)
    told = f"{pause:g} on average" if pause else "none, all in the same moment"
    goal = target(slow <= 1, "at most 1 s")
    return [told, milliseconds(statistics.median(seconds)), milliseconds(slow), goal]


def click(page: Page, rng: random.Random) -> list[float]:
    """Click any answer of any question in view."""
    found: list[float] = page.evaluate(CLICK, [".st-key-steps", rng.randrange(10**6)])
    return found


def percentile(seconds: Sequence[float]) -> float:
    """Return what 95 of 100 stay below."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    main()
