"""Run errands on the dashboard as somebody would, in Chromium, on a telephone and at a desk.

``python benchmarks/errands.py`` measures this checkout; with ``--checkout PATH`` an earlier one is
measured first, in the same run: the work tree of a commit from before the page asked first, such as
``git worktree add --detach PATH 4d33a446`` makes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from measuring import machine, table
from people.earlier import Earlier
from people.errands import ERRANDS, Errand
from people.looks import LOOKS
from people.lost import answers_lost
from people.now import Now
from people.slow_line import first_page
from people.stories import DESK, LINK, TELEPHONE
from people.visit import NotPossibleError, Visit
from people.ways import Ways
from playwright.sync_api import Browser
from playwright.sync_api import Error as BrowserError

from tests.support.browser import launched, served, visiting

ROOT = Path(__file__).resolve().parents[1]

SIZES = {TELEPHONE: "telephone", DESK: "desk"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Run errands on the dashboard in Chromium.")
    parser.add_argument("--checkout", type=Path, help="an earlier version, measured before")
    parser.add_argument("--trials", type=int, default=10, help="broken lines, and new starts")
    chosen = parser.parse_args(arguments)
    print(machine())
    begun = time.perf_counter()
    versions: dict[str, tuple[Path, Ways]] = {"now": (ROOT, Now())}
    if chosen.checkout:
        versions = {"before": (chosen.checkout.resolve(), Earlier()), **versions}
    runs: list[list[list[str]]] = [[], [], []]
    for name, (checkout, ways) in versions.items():
        for rows, found in zip(runs, measured(checkout, ways, chosen.trials), strict=True):
            rows += [[row[0], name, *row[1:]] for row in found]
    errands, looks, lines = (sorted(rows, key=first_of(rows)) for rows in runs)
    columns = ["who", "", "screen", "came for", "presses", "words", "page", "in all", "screens"]
    table("Eight errands, to the first useful answer", [*columns, "what came of it"], errands)
    table("The page itself", ["", "", *SIZES.values()], looks)
    table("A slow line and a broken one", ["", "", ""], lines)
    print(f"\n{time.perf_counter() - begun:.0f} s in all.")


def measured(checkout: Path, ways: Ways, trials: int) -> list[list[list[str]]]:
    """Return the rows of one version, for each table."""
    settings = {"PYTHONPATH": str(checkout / "model")}
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        with served(Path(folder), **settings) as running:
            slow = first_page(browser, running.address)
            done = [run(browser, running.address, errand, ways) for errand in ERRANDS]
            looks = [
                [name, *(look(browser, running.address, ways, size) for size in SIZES)]
                for name, look in LOOKS.items()
            ]
        cut, again = answers_lost(browser, ways, trials, **settings)
    lost = [
        ["answers lost after a broken line", f"{cut} of {trials}"],
        ["answers lost after a new start", f"{again} of {trials}"],
    ]
    return [done, looks, [*slow, *lost]]


def run(browser: Browser, address: str, errand: Errand, ways: Ways) -> list[str]:
    """Run one errand; return its row."""
    with visiting(browser, *errand.size) as watched:
        link = f"{errand.link}{ways.AGE if errand.link == LINK else ''}"
        watched.page.goto(f"{address}/?{link}" if link else address)
        watched.settle()
        visit = Visit(watched.page, errand.by_keys)
        try:
            outcome = errand.run(visit, ways) or "there"
        except (NotPossibleError, BrowserError) as error:
            return [errand.who, SIZES[errand.size], errand.goal, *["–"] * 5, first_line(error)]
    figures = [str(visit.presses)] + ["–"] * 4
    if visit.words:
        figures[1:] = [str(visit.words), f"{visit.machine:.1f} s"]
        figures += [f"{visit.seconds:.0f} s", f"{visit.longest:.1f}"]
    return [errand.who, SIZES[errand.size], errand.goal, *figures, outcome]


def first_line(error: Exception) -> str:
    """Return that something was not possible, and why."""
    return f"not possible: {str(error).partition(chr(10))[0]}"


def first_of(rows: list[list[str]]) -> Callable[[list[str]], int]:
    """Return the key that puts rows of the same name together, in the order of the first."""
    names = [row[0] for row in rows]
    return lambda row: names.index(row[0])


if __name__ == "__main__":
    main()
