"""The Check page in a real browser: a cohort goes in, its answers come out, and all can read it."""

import io
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from hamknee.base.words import percent
from hamknee.inference.model import Model
from tests.support.browser import Served, visiting
from tests.support.on_page import complete, straying, unfold, violations

COHORT = """case_id,condition,onset,Pop_at the START,age
=1+1,rupture,sudden,ja,31
P2,strain,sudden,nein,44
P3,strain,later,no,44
"""

HOSTILE = (
    "![x](http://evil.test/x.png) **b** www.evil.test <img src=http://evil.test/i> a@evil.test "
    ":material/home: :smile: :red[r] $x^2$ a -> b [l](http://evil.test) "
    "\u202eturned \u0645\u0631\u062d\u0628\u0627"
)
MADE = """() => [
    ...document.querySelectorAll(".stMain :is(.katex, img, a[href*=evil], strong strong)"),
    ...[...document.querySelectorAll("[data-testid=stIconMaterial]")].filter(
        (icon) => icon.innerText === "home"
    ),
].map((made) => made.outerHTML)"""
"""What the page made of Markdown or HTML."""


def open_page(page: Page, running: Served) -> None:
    page.goto(f"{running.address}/check")
    expect(page.get_by_role("heading", name="The cases")).to_be_visible(timeout=30_000)
    complete(page)


def upload(page: Page, data: bytes, name: str = "mine.csv") -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": data}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    complete(page)


def assert_readable(page: Page) -> None:
    assert violations(page) == []
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]


def test_a_cohort_goes_in_and_its_answers_come_out(
    model: Model, running: Served, browser: Browser
) -> None:
    with visiting(browser) as watched:
        page = watched.page
        open_page(page, running)
        assert_readable(page)
        page.get_by_role("radio", name="Your own cases").press("Enter")
        complete(page)
        upload(page, b"\x89PNG" * 50)
        expect(page.get_by_text("This file cannot be used.")).to_be_visible()
        upload(page, COHORT.encode())
        assert_readable(page)
        page.get_by_role("button", name="Work out every row").press("Enter")
        expect(page.get_by_role("heading", name="2 of 3 rows have an answer")).to_be_visible()
        complete(page)
        posterior = model.posterior({"onset": "sudden", "pop": "yes", "age": 31})
        label = posterior.target.state(posterior.top).label
        row = page.get_by_role("row", name="=1+1").filter(has_text=label)
        expect(row).to_contain_text(percent(posterior[posterior.top]))
        assert_readable(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download as CSV").click()
        given = pd.read_csv(io.BytesIO(Path(download.value.path()).read_bytes()))
        assert list(given["case_id"]) == ["'=1+1", "P2", "P3"]
        assert given["p_rupture"][0] == pytest.approx(posterior["rupture"])
        assert watched.requests_elsewhere == []
    assert "Traceback" not in running.log.read_text("utf-8")


def test_a_published_case_opens_on_a_telephone_in_the_dark(
    running: Served, browser: Browser
) -> None:
    with visiting(browser, 390, 844, dark=True) as watched:
        page = watched.page
        open_page(page, running)
        assert_readable(page)
        page.get_by_role("link", name="BAK-04").click()
        page.get_by_role("radio", name="3 Sharpen").click(timeout=15_000)
        expect(page.locator(".causes")).to_be_visible(timeout=15_000)
        assert "setting=emergency" in page.url
        page.go_back()
        complete(page)
        page.get_by_role("radio", name="Self-test").click()
        complete(page)
        page.get_by_role("button", name="Draw 2,000 patients").click()
        expect(page.get_by_text("Passed: 2,000 patients")).to_be_visible(timeout=20_000)
        complete(page)
        assert_readable(page)


def test_foreign_words_are_text_on_a_telephone(running: Served, browser: Browser) -> None:
    begins, long = HOSTILE.partition(":")[2], "W" * 200
    rows = [
        [f"{HOSTILE} id", "onset", f"{begins} col", long, "condition"],
        [HOSTILE, begins, begins, HOSTILE, long],
        [long, "sudden", begins, long, "rupture"],
        [begins, "sudden", HOSTILE, long, HOSTILE],
    ]
    data = io.StringIO()
    pd.DataFrame(rows).to_csv(data, header=False, index=False)
    with visiting(browser, 390, 844) as watched:
        page = watched.page
        open_page(page, running)
        page.get_by_role("radio", name="Your own cases").press("Enter")
        complete(page)
        for given in (f"{begins}\n{begins},x,y\n".encode(), data.getvalue().encode()):
            upload(page, given, f"{HOSTILE.replace('/', '')[:150]}.csv")
            unfold(page)
            expect(page.get_by_text(":material").first).to_be_visible()
            assert page.evaluate(MADE) == []
            assert straying(page) == []
        page.get_by_role("button", name="Work out every row").click()
        expect(page.get_by_role("heading", name="2 of 3 rows have an answer")).to_be_visible()
        unfold(page)
        shown = page.locator(".stMain").inner_text()
        assert not {"\N{SMILING FACE WITH OPEN MOUTH AND SMILING EYES}", "\N{RIGHTWARDS ARROW}"} & {
            *shown
        }
        assert page.evaluate(MADE) == []
        assert straying(page) == []
        assert watched.requests_elsewhere == []
