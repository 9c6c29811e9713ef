"""WCAG 2.2 AA on every page: by axe, by the keyboard alone, on a telephone and in the dark."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hamknee import load
from hamknee.guidance import guidance_for
from tests.support.browser import Served, Watched
from tests.support.on_page import (
    CASE,
    complete,
    link_to,
    open_panel,
    open_view,
    panels,
    straying,
    unfold,
    violations,
)

DESK, TELEPHONE, ZOOMED = (1440, 900), (390, 844), (320, 640)
"""Widths and heights in pixels; the last is a page at 400 %, as the guidelines want it."""

ENOUGH = "swelling=none&warmth=no&weight_bearing=normal&age=34"
"""What has to be known before a ranking is told, but onset and place."""

SIGNS = tuple(guidance_for(load()).flags)

STOP = """() => {
    const here = document.activeElement, style = getComputedStyle(here);
    if (here === document.body) return null;
    const { x, y, width, height } = here.getBoundingClientRect();
    const spots = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
    const seen = spots.some(([a, b]) => {
        const there = document.elementFromPoint(x + a * width, y + b * height);
        return there && (here.contains(there) || there.contains(here));
    });
    let opacity = 1;
    for (let box = here; box; box = box.parentElement) opacity *= getComputedStyle(box).opacity;
    const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const name = here.getAttribute("aria-label") || here.innerText || here.tagName;
    return { name: name.slice(0, 60), seen: seen && opacity > 0.5, marked };
}"""
"""The element that has the focus: whether it is in view, and whether one sees that it has it."""


def look(page: Page, size: tuple[int, int], *, dark: bool) -> None:
    """Look at the page that is open on another screen."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if dark else "light")
    complete(page)


def faults(page: Page, size: tuple[int, int], *, dark: bool) -> list[str]:
    look(page, size, dark=dark)
    return violations(page) + straying(page)


@pytest.fixture
def page(watched: Watched) -> Page:
    look_at = watched.page
    look_at.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    look_at.emulate_media(color_scheme="light")
    return look_at


def test_nothing_stands_in_anyones_way(view: str, running: Served, page: Page) -> None:
    open_view(page, running.address, view)
    for size, dark in ((DESK, False), (TELEPHONE, True)):
        assert faults(page, size, dark=dark) == [], (size, dark)


def test_with_a_case_and_all_unfolded_it_is_as_good(view: str, running: Served, page: Page) -> None:
    open_view(page, running.address, view, CASE)
    for number, panel in enumerate(panels(page) or [""]):
        if panel:
            open_panel(page, panel)
        unfold(page)
        # Both screens for the first panel; the others take turns, because axe takes its time.
        screens = ((DESK, True), (TELEPHONE, False))
        for size, dark in screens if not number else screens[number % 2 :][:1]:
            assert faults(page, size, dark=dark) == [], (panel, size, dark)
        look(page, ZOOMED, dark=dark)  # as it is: another ground is drawn anew, and alike
        assert straying(page) == [], panel


def test_sharing_a_case_is_as_good(running: Served, page: Page) -> None:
    open_view(page, running.address, "diagnose", f"{CASE}&expert=yes")
    page.locator(".st-key-section-print summary").click()
    complete(page)
    page.get_by_role("button", name="Note for the record").click()
    expect(page.locator("[data-testid='stPopoverBody'] code")).to_be_visible()
    assert violations(page) == []


def test_whoever_goes_by_the_keyboard_sees_where_they_are(
    view: str, running: Served, page: Page
) -> None:
    # The telephone has another navigation, and a bar that stays in view above what scrolls.
    for size in (DESK, TELEPHONE) if view == "diagnose" else (DESK,):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{running.address}/{'' if view == 'diagnose' else view}")
        complete(page)
        stops = list(stops_of(page))
        assert len(stops) > 5
        hidden = [stop["name"] for stop in stops if not (stop["seen"] and stop["marked"])]
        assert hidden == [], size


def stops_of(page: Page) -> Iterator[dict[str, Any]]:
    """Go through the page with the tab key until it is left."""
    for _ in range(250):
        page.keyboard.press("Tab")
        if (stop := page.evaluate(STOP)) is None:
            return
        yield stop
    pytest.fail("the keyboard does not get out of the page")


def tab_to(page: Page, selector: str) -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("(there) => document.activeElement.matches(there)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector}")


def test_a_case_is_answered_and_followed_by_the_keyboard_alone(running: Served, page: Page) -> None:
    open_view(page, running.address, "diagnose", f"?{ENOUGH}")
    tab_to(page, ".st-key-act [role=radio]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator(".st-key-answer-onset")).to_be_visible()
    complete(page)
    tab_to(page, ".leg [role=button]")
    page.keyboard.press("Enter")
    page.wait_for_url("**location=posteromedial*")
    complete(page)
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    tab_to(page, ".st-key-answer-onset [role=radio]")
    page.keyboard.press("Space")
    page.wait_for_url("**onset=sudden*")
    complete(page)
    tab_to(page, ".st-key-answer-pop [role=radio]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.wait_for_url("**pop=no*")
    complete(page)
    expect(page.locator(".causes")).to_be_visible()
    tab_to(page, ".st-key-section-why summary")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-waterfall svg").first).to_be_visible()
    complete(page)
    tab_to(page, link_to("what_if"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/what_if?*onset=sudden&pop=no*")
    expect(page.get_by_role("heading", name="What if", level=1)).to_be_visible()


def test_the_question_comes_before_the_answer(running: Served, page: Page) -> None:
    open_view(page, running.address, "diagnose", f"?{ENOUGH}&location=calf&onset=sudden")
    order = page.evaluate(
        "parts => [...document.querySelectorAll(parts)].map(part => part.className)",
        ".verdict, .st-key-questions, .causes",
    )
    assert order[0].startswith("verdict urgency-")
    assert "st-key-questions" in order[1]
    assert order[2] == "causes"


def test_the_ranking_is_a_table_for_those_who_hear_it(running: Served, page: Page) -> None:
    """Name, probability and interval are read together, whatever the bar looks like."""
    open_view(page, running.address, "diagnose", f"?{ENOUGH}&location=calf&onset=sudden")
    table = page.get_by_role("table").first
    heads = [head.inner_text() for head in table.get_by_role("columnheader").all()]
    assert heads[1:] == ["Now", "90\N{NO-BREAK SPACE}% interval"]
    rows = table.get_by_role("row").all()
    assert len(rows) == 4
    for row in rows[1:]:
        assert row.get_by_role("rowheader").count() == 1
        assert row.get_by_role("cell").count() == 2
        assert "%" in row.get_by_role("cell").first.inner_text()


def test_a_new_level_and_ranking_are_read_out(running: Served, page: Page) -> None:
    """Screen readers read what changes in a region that was there before (WCAG 4.1.3)."""
    open_view(page, running.address, "diagnose", f"?{ENOUGH}&location=posteromedial")
    region = page.locator("[role=status]")
    expect(region).to_have_text(re.compile(r"^Not enough known yet\. "))
    region.evaluate("region => { region.dataset.before = 'yes'; }")
    page.get_by_role("radio", name="2 Your pain").click()
    complete(page)
    page.locator(".st-key-answer-onset").get_by_text("In a moment", exact=True).click()
    expect(region).to_have_text(re.compile(r"^First the .*\. (Most likely: .*|No cause .*)\.$"))
    assert region.get_attribute("data-before") == "yes"
    for line in page.locator(".verdict p").all():
        assert line.inner_text() in region.inner_text().replace(" %", "\N{NO-BREAK SPACE}%")


def test_the_focus_is_not_lost_with_an_answered_question(running: Served, page: Page) -> None:
    """The next question takes the place of the one answered, and the focus goes there."""
    page.set_viewport_size({"width": TELEPHONE[0], "height": TELEPHONE[1]})
    denied = "&no_flag=" + "|".join(SIGNS)
    open_view(page, running.address, "diagnose", f"?location=calf{denied}")
    for name, then in (("onset", "activity"), ("activity", "pop"), ("pop", "swelling")):
        tab_to(page, f".st-key-answer-{name} [role=radio]")
        page.keyboard.press("Space")
        page.wait_for_function(
            "(then) => document.activeElement.closest(`.st-key-step-${then}`) !== null", arg=then
        )
        complete(page)


def test_a_file_of_cases_and_its_answers_are_as_good(
    running: Served, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(
        "patient,condition,onset,pop,age\nA,rupture,sudden,yes,31\nB,dvt,Gradual,no,abc\n", "utf-8"
    )
    open_view(page, running.address, "check")
    open_panel(page, "Your own cases")
    page.locator("input[type=file]").set_input_files(file)
    start = page.locator(".st-key-cohort-start button")
    start.click()
    expect(page.locator(".st-key-cohort-csv button")).to_be_visible(timeout=20_000)
    unfold(page)
    assert faults(page, TELEPHONE, dark=True) == []
