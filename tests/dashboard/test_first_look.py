"""What one sees of the Diagnose page: few words at first, short acts, the verdict in view."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from hamknee.guidance.texts import Guidance
from tests.support.browser import Served, visiting
from tests.support.on_page import choose, complete

DESK, TELEPHONE = (1440, 900), (390, 844)

SCREENS = 2
"""How many screens an act may be long on a telephone."""

WORDS = 120
"""How many words may stand on the first screen."""

KNOWN = "location=posteromedial&onset=gradual&swelling=none&warmth=no&weight_bearing=normal&age=34"

IN_VIEW = """() => {
    const seen = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(walk.currentNode);
        const { top, bottom, left, right } = range.getBoundingClientRect();
        const box = walk.currentNode.parentElement;
        if (bottom <= 0 || top >= innerHeight || right <= 0 || left >= innerWidth) continue;
        if (box.closest("style, script, [role=status], .st-key-act label, h2")) continue;
        if (box.closest("a[href^='#'], [data-testid=stIconMaterial]")) continue;
        if (!box.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true })) continue;
        seen.push(walk.currentNode.textContent);
    }
    return seen.join(" ");
}"""

LENGTH = "document.querySelector('.stMainBlockContainer').scrollHeight"

SCROLLED = """(down) => {
    const main = document.querySelector(".stMain");
    main.scrollTop = down * (main.scrollHeight - main.clientHeight);
    const bar = document.querySelector(".verdict"), { top, bottom } = bar.getBoundingClientRect();
    const level = bar.querySelector("strong").getBoundingClientRect();
    const there = document.elementFromPoint(level.x + level.width / 2, level.y + level.height / 2);
    return top >= 0 && bottom <= innerHeight && bar.contains(there);
}"""


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
    words = re.findall(r"\w+(?:['-]\w+)*", page.evaluate(IN_VIEW))
    assert 40 < len(words) <= WORDS, words


def test_the_verdict_is_in_view_wherever_the_page_is(
    running: Served, page: Page, guidance: Guidance
) -> None:
    for case in ("", everything(guidance), f"{KNOWN}&{everything(guidance)}&expert=yes",
                 "onset=sudden&flag=breathless_or_chest_pain"):  # fmt: skip
        page.goto(f"{running.address}/?{case}")
        complete(page)
        for down in (0.0, 0.25, 0.5, 0.75, 1.0):
            assert page.evaluate(SCROLLED, down), (case, down)


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
            length = watched.page.evaluate(LENGTH)
            assert length <= SCREENS * TELEPHONE[1], (case, length)


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
