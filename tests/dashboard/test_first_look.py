"""What one sees of the Diagnose page: few words at first, short acts, the verdict in view."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from hamknee.guidance.texts import Guidance
from tests.support.at_a_glance import screens_long, share_in_view, stops_to, words_in_view
from tests.support.browser import Served, visiting
from tests.support.on_page import choose, complete

DESK, TELEPHONE = (1440, 900), (390, 844)

SCREENS = 2
"""How many screens an act may be long on a telephone."""

WORDS = 120
"""How many words may stand on the first screen."""

KNOWN = "location=posteromedial&onset=gradual&swelling=none&warmth=no&weight_bearing=normal&age=34"

STOPS = 8
"""Presses of the tab key to the first question."""


@pytest.fixture(params=[DESK, TELEPHONE], ids=["desk", "telephone"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height = request.param
    with visiting(browser, width, height) as watched:
        yield watched.page


def everything(guidance: Guidance) -> str:
    return f"no_flag={'|'.join(guidance.flags)}"


def test_few_words_stand_on_the_first_screen(running: Served, page: Page) -> None:
    page.goto(running.address)
    complete(page)
    words = words_in_view(page)
    assert 40 < len(words) <= WORDS, words


def test_the_level_is_seen_wherever_the_page_is_scrolled_to(
    running: Served, page: Page, guidance: Guidance
) -> None:
    """By the pixels of the screen: what covers the words is not in the document."""
    for case in (f"{KNOWN}&{everything(guidance)}&expert=yes",
                 "onset=sudden&flag=breathless_or_chest_pain", ""):  # fmt: skip
        page.goto(f"{running.address}/?{case}")
        complete(page)
        there, positions = share_in_view(page, [".verdict strong"], step=0.2)
        assert (there, positions > 0) == (positions, True), case


def test_the_first_question_is_a_few_stops_of_the_keyboard_away(
    running: Served, page: Page
) -> None:
    page.goto(running.address)
    complete(page)
    assert stops_to(page, "[class*='st-key-row-sign-'], [class*='st-key-answer-']") <= STOPS


def test_nothing_scrolls_inside_the_page(running: Served, page: Page, guidance: Guidance) -> None:
    page.goto(f"{running.address}/?{KNOWN}&{everything(guidance)}")
    complete(page)
    assert page.evaluate(
        """() => [...document.querySelectorAll(".stMain *")].filter((part) =>
            part.scrollHeight > part.clientHeight + 1 &&
            ["auto", "scroll"].includes(getComputedStyle(part).overflowY)
        ).map((part) => part.className)"""
    ) == []  # fmt: skip


def test_an_act_is_at_most_two_screens_long_on_a_telephone(
    running: Served, browser: Browser, guidance: Guidance
) -> None:
    urgent = [flag.name for flag in guidance.holding]
    signs = [f"no_flag={'|'.join(['under_18', *urgent[:count]])}" for count in (0, 3, 9, 14)]
    pain = [f"{everything(guidance)}&{'&'.join(KNOWN.split('&')[:count])}" for count in range(6)]
    sharpen = [f"{KNOWN}&{everything(guidance)}", f"{KNOWN}&no_flag=under_18|{'|'.join(urgent)}"]
    with visiting(browser, *TELEPHONE) as watched:
        for case in [*signs, *pain, *sharpen]:
            watched.page.goto(f"{running.address}/?{case}")
            watched.settle()
            length = screens_long(watched.page)
            assert length <= SCREENS, (case, length)


def test_the_bar_is_large_enough_to_read(running: Served, page: Page) -> None:
    page.goto(f"{running.address}/?{KNOWN}")
    complete(page)
    sizes = page.evaluate(
        "[...document.querySelectorAll('.verdict *')]"
        ".map(part => parseFloat(getComputedStyle(part).fontSize))"
    )
    assert min(sizes) >= 16


def test_an_answer_keeps_the_focus_and_the_place(
    running: Served, browser: Browser, guidance: Guidance
) -> None:
    """Also where the answer lets a level, or a reason for it, appear above."""
    with visiting(browser, *DESK) as watched:
        page = watched.page
        page.goto(f"{running.address}/?{everything(guidance)}")
        watched.settle()
        for variable, label in (("pop", "No"), ("warmth", "No"), ("onset", "In a moment")):
            question = page.locator(f".st-key-answer-{variable}")
            question.scroll_into_view_if_needed()
            choose(page, variable, label)
            watched.settle()
            here = f"document.activeElement.closest('.st-key-answer-{variable}') !== null"
            assert page.evaluate(here)
            expect(question).to_be_in_viewport()


CUT = """(words) => {
    const box = [...document.querySelectorAll(".verdict, .what-now")];
    const whole = box.map((part) => part.innerText).join(" ").replace(/\\s+/g, " ");
    const inside = [...document.querySelectorAll(".verdict p, .what-now p")].every((part) => {
        const { left, right } = part.getBoundingClientRect();
        return left >= 0 && right <= innerWidth && part.scrollWidth <= part.clientWidth + 1;
    });
    return whole.includes(words) && inside;
}"""


def test_the_action_of_every_level_is_whole_on_a_telephone(
    running: Served, browser: Browser, guidance: Guidance
) -> None:
    cases = {
        "emergency": "flag=breathless_or_chest_pain",
        "same_day": "flag=pop_with_marked_swelling",
        "see_professional": f"{KNOWN}&{everything(guidance)}&b.pop=yes&warmth=yes&flag=lump",
        "self_care": f"{KNOWN}&{everything(guidance)}",
    }
    assert list(cases) == list(guidance.levels)
    with visiting(browser, *TELEPHONE) as watched:
        for level, case in cases.items():
            watched.page.goto(f"{running.address}/?{case}")
            watched.settle()
            about = guidance.levels[level]
            assert watched.page.evaluate(CUT, about.label), level
            assert watched.page.evaluate(CUT, about.action), level


def test_both_bars_of_what_if_stay_in_view_and_are_large_enough(
    running: Served, page: Page, guidance: Guidance
) -> None:
    page.goto(f"{running.address}/what_if?{KNOWN}&{everything(guidance)}&b.swelling=leg")
    complete(page)
    assert page.locator(".verdict").count() == 2
    sizes = page.evaluate(
        "[...document.querySelectorAll('.verdict, .verdict *')]"
        ".map(part => parseFloat(getComputedStyle(part).fontSize))"
    )
    assert min(sizes) >= 16
    for bar in ("first", "last"):
        level = f".verdict:{bar}-child strong"
        there, positions = share_in_view(page, [level], step=0.3)
        assert (there, positions > 0) == (positions, True), bar


def test_a_slow_second_tap_does_not_answer_the_next_question(
    running: Served, browser: Browser, guidance: Guidance
) -> None:
    with visiting(browser, *TELEPHONE) as watched:
        page = watched.page
        page.goto(f"{running.address}/?{everything(guidance)}&location=calf&onset=days")
        watched.settle()
        page.wait_for_timeout(700)
        box = page.locator(".st-key-answer-activity button").last.bounding_box()
        assert box is not None
        place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.click(*place)
        page.wait_for_selector(".st-key-step-pop", state="visible")
        page.mouse.click(*place)
        watched.settle()
        assert "pop" not in page.url.partition("?")[2].replace("pop_with", "")
        assert page.locator(".st-key-step-pop").is_visible()
