"""A page in the browser: opening it, waiting for it, and what stands in anyone's way on it."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.support.browser import settle

CASE = "?setting=sports_clinic&onset=sudden&pop=yes&swelling=leg&location=posteromedial|calf"
"""A case with a warning sign, which shows everything that a page can show of one."""

RULES = {
    # Part of WCAG 2.2 AA, but switched off in axe unless it is asked for.
    "target-size": {"enabled": True},
    # Advice and not part of WCAG, and the role is that of Streamlit's own uploader.
    "presentation-role-conflict": {"enabled": False},
}

STRAYING = """() => {
    const main = document.querySelector(".stMain"), straying = [];
    const scrolls = (box) => getComputedStyle(box).overflowX !== "visible";
    for (const part of main.querySelectorAll("*")) {
        const { right, width } = part.getBoundingClientRect();
        if (!width || right <= innerWidth + 1) continue;
        let box = part.parentElement;
        while (box !== main && !scrolls(box)) box = box.parentElement;
        if (box === main) straying.push(part.outerHTML.slice(0, 200));
    }
    if (main.scrollWidth > main.clientWidth) straying.unshift(`scrolls to ${main.scrollWidth}`);
    return straying;
}"""
"""What reaches out of the page to the right, unless it scrolls in a box of its own."""


def complete(page: Page) -> None:
    """Wait until the last run is over and drawn."""
    settle(page)


def link_to(view: str) -> str:
    """Return the selector of a page in the navigation."""
    end = "/" if view == "diagnose" else f"/{view}"
    return f"[data-testid='stTopNavLink'][href$='{end}']"


def open_view(page: Page, address: str, view: str, case: str = "") -> None:
    """Open a page: by its address, or with a case through the navigation from the first page."""
    page.goto(f"{address}/{case}" if case or view == "diagnose" else f"{address}/{view}")
    complete(page)
    if case and view != "diagnose":
        page.locator(link_to(view)).click()
        page.wait_for_url(f"**/{view}*")
        complete(page)


def choose(page: Page, variable: str, label: str) -> None:
    """Choose an answer to a question."""
    page.locator(f".st-key-answer-{variable}").get_by_text(label, exact=True).click()


def panels(page: Page) -> list[str]:
    """Return the names of the panels of which one is open."""
    groups = page.locator("[role=radiogroup]:has(> [data-variant=segmented_control])")
    return groups.first.get_by_role("radio").all_inner_texts() if groups.count() else []


def open_panel(page: Page, name: str) -> None:
    """Open one of the panels."""
    page.get_by_role("radio", name=name, exact=True).first.click()
    complete(page)


def unfold(page: Page) -> None:
    """Open everything that is folded up."""
    for _ in range(3):  # what is open may hold more
        closed = "details:not([open]) > summary"
        if not page.evaluate(
            f"[...document.querySelectorAll('{closed}')].map(s => s.click()).length"
        ):
            return
        complete(page)


def violations(page: Page) -> list[str]:
    """Return what axe finds against the guidelines."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"rules": RULES, "resultTypes": ["violations"], "preload": False}
    broken: list[dict[str, Any]] = page.evaluate(
        "(options) => axe.run(document, options).then((report) => report.violations)", options
    )
    return [f"{v['id']}: {node['html'][:200]}" for v in broken for node in v["nodes"]]


def straying(page: Page) -> list[str]:
    """Return what can only be seen by scrolling sideways."""
    parts: list[str] = page.evaluate(STRAYING)
    return parts
