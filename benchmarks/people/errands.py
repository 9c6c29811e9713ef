"""The eight errands: who comes for what, and when they have it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from people.excel import csv_of_excel, workbook
from people.stories import DESK, LINK, OLDER, PATIENT, RUNNER, TELEPHONE
from people.visit import NotPossibleError, Visit
from people.ways import Ways
from tests.support.browser import settle

BETWEEN_TAPS = 400
"""Milliseconds between two taps of somebody who is not sure that the first one was taken."""

HASTY = {name: PATIENT.findings[name] for name in ("onset", "activity", "pop", "swelling")}
"""The answers of the careless user, in the order in which they are asked."""

HURRIED = f"location=calf&{LINK[LINK.index('no_flag') :]}"


@dataclass(frozen=True)
class Errand:
    """What somebody comes for.

    Parameters
    ----------
    who, goal : str
        In words.
    size : (int, int)
        Of the screen, in pixels.
    run : callable
        Takes the visit and the ways through the page, and returns what is worth saying of it.
    link : str
        The case of a link by which they come; otherwise they come to the first page.
    by_keys : bool
        Whether by the keyboard alone.
    """

    who: str
    goal: str
    size: tuple[int, int]
    run: Callable[[Visit, Ways], str | None]
    link: str = ""
    by_keys: bool = False


def quick(visit: Visit, ways: Ways) -> str:
    """Have a ranking and the next test within ninety seconds."""
    ways.learn_question(visit, PATIENT)
    return "in time" if visit.seconds <= 90 else "too late"


def cohort(data: bytes, name: str) -> Callable[[Visit, Ways], str]:
    """Have answers to all rows of a file."""

    def run(visit: Visit, _: Ways) -> str:
        page = visit.page
        page.get_by_role("link", name="Check").click()
        expect(page.get_by_role("heading", name="Check", level=1)).to_be_visible()
        settle(page)
        visit.presses += 1
        visit.press(page.get_by_role("radio", name="Your own cases"))
        kind = "application/octet-stream"
        file = {"name": name, "mimeType": kind, "buffer": data}
        page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
        settle(page)
        visit.presses += 2
        start = page.get_by_role("button", name="Work out every row")
        if not start.count():
            raise NotPossibleError(_refusal(page))
        visit.press(start)
        heading = page.get_by_role("heading", name=re.compile(" an answer$"))
        visit.look_at(heading)
        return heading.inner_text()

    return run


def _refusal(page: Page) -> str:
    told = page.locator(".stFileUploader, [data-testid=stAlert]").all_inner_texts()
    return "refused: " + re.sub(r"\\s+", " ", told[-1])[:90]


def by_ear(visit: Visit, ways: Ways) -> str:
    """Answer by the keyboard, with words read out for each new verdict."""
    page = visit.page
    page.evaluate(
        """() => {
            window.said = 0;
            const note = () => { window.said += 1; };
            for (const region of document.querySelectorAll("[role=status], [role=alert]"))
                new MutationObserver(note).observe(
                    region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    ways.learn_cause(visit, OLDER)
    rows = page.get_by_role("table").get_by_role("row").filter(has_text="%").count()
    said = page.evaluate("window.said")
    return (
        f"focus kept {sum(visit.kept)}/{len(visit.kept)}, read out {said}, rows of a table {rows}"
    )


def careless(visit: Visit, ways: Ways) -> str:
    """Tap each answer twice in the same place, and load the page again in between."""
    page = visit.page
    unread: set[str] = set()
    for name, label in HASTY.items():
        if name in unread:
            continue
        option = ways.option(page, name, label)
        option.scroll_into_view_if_needed()
        box = option.bounding_box()
        assert box is not None
        before = answered(page)
        for _ in range(2):
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.wait_for_timeout(BETWEEN_TAPS)
        settle(page)
        visit.presses += 2
        unread |= answered(page) - before - {name}
    asked = set(HASTY) - unread
    twice = len(answered(page) & asked)
    page.reload()
    settle(page)
    ways.ready(page)
    again = sum(ways.is_chosen(page, name, HASTY[name]) for name in asked)
    told = f"kept after a second tap {twice}/{len(asked)}, after a reload {again}/{len(asked)}"
    return f"{told}, answered unread {len(unread)}"


def answered(page: Page) -> set[str]:
    """Return the questions that the address has an answer to."""
    return set(parse_qs(urlsplit(page.url).query)) - {"no_flag", "location"}


ERRANDS = (
    Errand(
        "worried runner",
        "how soon to be seen",
        TELEPHONE,
        lambda visit, ways: ways.learn_level(visit, RUNNER),
    ),
    Errand(
        "older person, swollen spot",
        "what it is likely to be",
        TELEPHONE,
        lambda visit, ways: ways.learn_cause(visit, OLDER),
    ),
    Errand("physiotherapist, 90 s", "ranking and next test", DESK, quick),
    Errand(
        "doctor who doubts",
        "a number with its source",
        DESK,
        lambda visit, ways: ways.learn_source(visit),
        link=LINK,
    ),
    Errand(
        "teacher of Bayes",
        "2×2 table and nomogram",
        DESK,
        lambda visit, ways: ways.learn_working(visit),
        link=LINK,
    ),
    Errand(
        "cohort from Excel, CSV",
        "an answer for each row",
        DESK,
        cohort(csv_of_excel(), "Kohorte.csv"),
    ),
    Errand(
        "cohort from Excel, .xlsx",
        "an answer for each row",
        DESK,
        cohort(workbook(), "Kohorte.xlsx"),
    ),
    Errand("keyboard and screen reader", "what it is likely to be", DESK, by_ear, by_keys=True),
    Errand("careless user", "nothing lost", TELEPHONE, careless, link=HURRIED),
)
