"""The main job in a real browser: answer, see the ranking change, reload, see the same."""

from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page

from hamknee import credible_interval
from hamknee.inference.model import Model
from tests.support.browser import Served, visiting
from tests.support.on_page import choose

SIGNS = "//div[contains(@class, 'st-key-step-signs')]//button[normalize-space()='None of these']"

KNOWN = "onset=gradual&swelling=none&warmth=no&weight_bearing=normal&age=34"


def likely(page: Page) -> str:
    """Return the line of the bar with what is most likely."""
    return page.locator(".verdict .likely").inner_text().replace("\N{NO-BREAK SPACE}", " ")


def causes(page: Page) -> list[list[str]]:
    """Return name, probability and interval of the causes in the open."""
    rows = page.locator(".causes tbody tr").all()
    cells = [row.locator("th, td").all_inner_texts() for row in rows]
    return [[cell.split("\n")[0].replace("\N{NO-BREAK SPACE}", " ") for cell in r] for r in cells]


def expected(model: Model, case: dict[str, object]) -> list[list[str]]:
    interval = credible_interval(model, case)
    states = [model.vocabulary.target.states[place] for place in interval.posterior.order]
    pairs = zip(states, interval.ranking, strict=True)
    return [[state.everyday, row.now, row.interval] for state, row in pairs][:3]


def test_a_case_from_the_first_answer_to_the_reload(
    model: Model, running: Served, browser: Browser
) -> None:
    with visiting(browser, 390, 844) as watched:
        page = watched.page
        page.goto(running.address)
        watched.settle()
        assert page.locator(".causes").count() == 0
        for _ in range(4):
            page.locator(SIGNS).locator("visible=true").click()
            watched.settle()
        page.locator("[data-state=posteromedial]").first.click()
        watched.settle()
        page.get_by_role("button", name="Next").click()
        watched.settle()
        for variable, label in (
            ("onset", "Gradually, over weeks"),
            ("activity", "Long run or ride"),
            ("pop", "No"),
            ("swelling", "No swelling"),
            ("warmth", "No"),
            ("weight_bearing", "Normally"),
        ):
            assert page.locator(f".st-key-answer-{variable}").is_visible()
            choose(page, variable, label)
            watched.settle()
        assert page.locator(".causes").count() == 0, "age is not known yet"
        page.locator(".st-key-answer-age input").fill("34")
        page.locator(".st-key-answer-age input").press("Enter")
        watched.settle()
        choose(page, "setting", "Primary care")
        watched.settle()
        case: dict[str, object] = {
            "setting": "primary_care",
            "age": 34,
            "onset": "gradual",
            "pop": "no",
            "swelling": "none",
            "warmth": "no",
            "location": "posteromedial",
            "activity": "endurance",
            "weight_bearing": "normal",
        }
        query = urlencode(case)
        assert page.url.startswith(f"{running.address}/?{query}&no_flag=")
        assert causes(page) == expected(model, case)
        answered, address = likely(page), page.url

        page.reload()
        watched.settle()
        assert likely(page) == answered
        assert page.url == address
        assert causes(page) == expected(model, case)
        page.get_by_role("radio", name="2 Your pain").click()
        watched.settle()
        chosen = page.locator(".st-key-answer-onset [aria-checked=true]")
        assert chosen.all_text_contents() == ["Gradually, over weeks"]

        page.set_viewport_size({"width": 1440, "height": 900})
        choose(page, "pop", "Don't know")
        watched.settle()
        del case["pop"]
        assert "pop=" not in page.url.replace("unknown=pop", "")
        assert page.url.endswith("&unknown=pop")
        assert causes(page) == expected(model, case)

        page.go_back()
        watched.settle()
        assert likely(page) == answered

        assert watched.requests_elsewhere == []
        assert watched.errors == []
        printed = running.log.read_text("utf-8")
        assert running.address in printed
        assert "Traceback" not in printed
        assert "email" not in printed.lower()
        assert "statistics" not in printed.lower()


def test_quick_answers_over_a_slow_line_are_all_kept(running: Served, browser: Browser) -> None:
    with visiting(browser) as watched:
        watched.slow_down(250)
        page = watched.page
        page.goto(f"{running.address}/?location=posteromedial")
        watched.settle()
        page.get_by_role("radio", name="2 Your pain").click()
        watched.settle()
        page.wait_for_timeout(1000)
        for variable, label in [
            ("onset", "In a moment"),
            ("also-location", "Behind, outer side"),
            ("pop", "Yes"),
            ("warmth", "No"),
            ("also-location", "Calf"),
            ("swelling", "No swelling"),
        ]:
            choose(page, variable, label)
            page.wait_for_timeout(400)
        places = "location=posteromedial%7Cposterolateral%7Ccalf"
        query = f"?onset=sudden&pop=yes&swelling=none&warmth=no&{places}"
        page.wait_for_url(f"{running.address}/{query}", timeout=15_000)
        page.wait_for_timeout(1000)
        pressed = page.locator(".st-key-answer-also-location [aria-pressed=true]")
        assert pressed.all_inner_texts() == ["Behind, outer side", "Calf"]
        assert page.url.endswith(query)


def test_an_emergency_a_folded_group_and_a_page_to_print(running: Served, browser: Browser) -> None:
    with visiting(browser, 390, 844) as watched:
        page = watched.page
        page.goto(f"{running.address}/?{KNOWN}&location=posteromedial")
        watched.settle()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        sign = page.locator(".st-key-row-sign-foot_numb_weak_cold_pale")
        sign.get_by_text("Yes", exact=True).click()
        watched.settle()
        assert page.locator(".verdict").inner_text().startswith("Emergency")
        assert page.get_by_role("link", name="Call 112").get_attribute("href") == "tel:112"
        assert page.url.endswith("flag=foot_numb_weak_cold_pale")
        sign.get_by_text("No", exact=True).click()
        watched.settle()

        page.get_by_role("radio", name="3 Sharpen").click()
        watched.settle()
        for summary in (".st-key-any summary", ".st-key-answer-group-examination summary"):
            page.locator(summary).first.focus()
            page.keyboard.press("Enter")
            watched.settle()
        choose(page, "bruising", "No")
        watched.settle()
        choose(page, "skin_or_fever", "Neither")  # the group stays open
        watched.settle()
        focused = "document.activeElement.closest('.st-key-answer-skin_or_fever') !== null"
        assert page.evaluate(focused), "and keeps the focus"

        for title in ("What to do", "Why", "Of 1,000 people", "Print or share"):
            page.locator(".st-key-sections summary", has_text=title).click()
            watched.settle()
        assert page.locator(".advice h3").first.inner_text() == "What to do now"
        with page.expect_download() as download:
            page.get_by_role("button", name="Page to print").click()
        printed = Path(download.value.path()).read_text("utf-8")
        assert "First the warning signs" in printed
        assert watched.errors == []


def test_a_case_is_brought_along_to_what_if_and_back(running: Served, browser: Browser) -> None:
    with visiting(browser) as watched:
        page = watched.page
        page.goto(f"{running.address}/?onset=sudden&pop=yes")
        watched.settle()
        page.get_by_role("link", name="What if").click()
        page.wait_for_url("**/what_if?onset=sudden&pop=yes")
        page.locator(".st-key-second-pop").get_by_text("No", exact=True).click()
        page.wait_for_url("**/what_if?onset=sudden&pop=yes&b.pop=no")
        page.locator(".st-key-second-onset").get_by_text("Don't know", exact=True).click()
        page.wait_for_url("**/what_if?onset=sudden&pop=yes&b.pop=no&b.unknown=onset&b.onset=")
        page.reload()
        watched.settle()
        chosen = page.locator(".st-key-second-pop [aria-checked=true]")
        assert chosen.all_inner_texts() == ["No"]
        unknown = page.locator(".st-key-second-onset [aria-checked=true]")
        assert unknown.all_inner_texts() == ["Don't know"]
        page.get_by_role("link", name="Diagnose").click()
        page.wait_for_url("**/?onset=sudden&pop=yes")
