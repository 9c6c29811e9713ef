"""The summary of a case on paper: one sheet of A4, however much is known."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import sync_playwright

import hamknee
from hamknee.guidance.guidance_file import guidance_for
from hamknee.inference.model import Model


@pytest.fixture(scope="module")
def sheets(chromium: str) -> Iterator[Callable[[str], int]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()

        def count(html: str) -> int:
            page.set_content(html)
            return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))

        yield count
        browser.close()


@pytest.mark.parametrize("state", [0, -1], ids=["the first state", "the last state"])
def test_a_case_in_which_all_is_known_fits_on_one_sheet(
    model: Model, sheets: Callable[[str], int], state: int
) -> None:
    variables = model.vocabulary.having("context", "trait", "finding")
    case = {variable.name: variable.state_names[state] for variable in variables}
    flags = [f.name for f in guidance_for(model).flags.values() if f.level != "emergency"]
    page = hamknee.summary(model, case, dict.fromkeys(flags, True), days=20, course="worse")
    assert sheets(page.html) == 1


def test_a_case_in_which_nothing_is_known_fits_on_one_sheet(
    model: Model, sheets: Callable[[str], int]
) -> None:
    assert sheets(hamknee.summary(model, {}).html) == 1


def test_the_count_would_notice_a_second_sheet(model: Model, sheets: Callable[[str], int]) -> None:
    html = hamknee.summary(model, {}).html
    assert sheets(html.replace("</main>", "<p>more</p>" * 500 + "</main>")) > 1
