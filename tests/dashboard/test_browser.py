"""The main job in a real browser: answer, see the ranking change, reload, see the same."""

from pathlib import Path

from playwright.sync_api import Browser, Page

from hamknee import credible_interval
from hamknee.base.words import percent, percent_range
from hamknee.inference.model import Model
from tests.support.browser import Served, visiting


def choose(page: Page, variable: str, label: str) -> None:
    page.locator(f".st-key-answer-{variable}").get_by_text(label, exact=True).click()


def headline(page: Page) -> str:
    return page.locator(".st-key-sentence h2").inner_text().replace("\N{NO-BREAK SPACE}", " ")


def drawn(page: Page) -> list[str]:
    """Return the words of the ranking: labels, then numbers, then intervals."""
    return page.locator(".st-key-chart svg .mark-text.role-mark text").all_text_contents()


def expected(model: Model, case: dict[str, object]) -> list[str]:
    table = credible_interval(model, case).table
    intervals = map(percent_range, table["low"], table["high"])
    return [*table["label"], *table["probability"].map(percent), *intervals]


def test_a_case_from_the_first_answer_to_the_reload(
    model: Model, running: Served, browser: Browser
) -> None:
    with visiting(browser) as watched:
        page = watched.page
        page.goto(running.address)
        watched.settle()
        assert headline(page).startswith("Before any finding: ")
        assert drawn(page) == expected(model, {})

        choose(page, "onset", "In a moment")
        watched.settle()
        choose(page, "pop", "Yes")
        choose(page, "location", "Behind, inner side")
        choose(page, "location", "Behind, outer side")
        watched.settle()
        case: dict[str, object] = {
            "onset": "sudden",
            "pop": "yes",
            "location": {"posteromedial", "posterolateral"},
        }
        query = "?onset=sudden&pop=yes&location=posteromedial%7Cposterolateral"
        assert page.url == f"{running.address}/{query}"
        assert drawn(page) == expected(model, case)
        answered = headline(page)
        assert answered.startswith(f"Most likely: {model.posterior(case).table['label'][0]}")

        page.reload()
        watched.settle()
        assert headline(page) == answered
        assert drawn(page) == expected(model, case)
        chosen = page.locator(".st-key-answer-onset [aria-checked=true]")
        assert chosen.all_inner_texts() == ["In a moment"]

        choose(page, "pop", "Don't know")
        watched.settle()
        del case["pop"]
        assert "pop=" not in page.url
        assert page.url.endswith("&unknown=pop")
        assert drawn(page) == expected(model, case)

        page.go_back()
        watched.settle()
        assert headline(page) == answered

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
        page.goto(running.address)
        watched.settle()
        page.wait_for_timeout(1000)
        for variable, label in [
            ("onset", "In a moment"),
            ("location", "Behind, inner side"),
            ("location", "Behind, outer side"),
            ("pop", "Yes"),
            ("warmth", "No"),
            ("location", "Calf"),
            ("swelling", "No swelling"),
        ]:
            choose(page, variable, label)
            page.wait_for_timeout(400)
        places = "location=posteromedial%7Cposterolateral%7Ccalf"
        query = f"?onset=sudden&pop=yes&swelling=none&warmth=no&{places}"
        page.wait_for_url(f"{running.address}/{query}", timeout=15_000)
        page.wait_for_timeout(1000)
        pressed = page.locator(".st-key-answer-location [aria-pressed=true]")
        assert pressed.all_inner_texts() == ["Behind, inner side", "Behind, outer side", "Calf"]
        assert page.url.endswith(query)


def test_warning_signs_cards_and_panels_by_keyboard(running: Served, browser: Browser) -> None:
    with visiting(browser, 390, 844) as watched:
        page = watched.page
        page.goto(f"{running.address}/?onset=sudden&pop=yes")
        watched.settle()
        box = page.locator(".st-key-chart").bounding_box()
        assert box is not None
        assert box["y"] < 844
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

        page.locator(".st-key-group-signs summary").focus()
        page.keyboard.press("Enter")
        watched.settle()
        sign = page.locator(".st-key-sign-foot_numb_weak_cold_pale")
        sign.get_by_text("Yes", exact=True).click()
        watched.settle()
        assert page.get_by_role("alert").first.inner_text().startswith("Emergency")
        assert page.url.endswith("flag=foot_numb_weak_cold_pale")

        card = page.locator(".st-key-card [role=radio]").first
        card.focus()
        page.keyboard.press("Enter")
        watched.settle()
        assert len(page.url.split("&")) == 4

        for panel in ("Why", "Of 1,000 people", "What to do"):
            page.get_by_role("radio", name=panel).click()
            watched.settle()
        assert page.locator(".advice h3").first.inner_text() == "What to do now"
        with page.expect_download() as download:
            page.get_by_text("Summary to print").click()
        printed = Path(download.value.path()).read_text("utf-8")
        assert "Emergency" in printed
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
        page.locator(".st-key-second-onset").get_by_text("In a moment", exact=True).click()
        page.wait_for_url("**/what_if?onset=sudden&pop=yes&b.pop=no&b.onset=")
        page.reload()
        watched.settle()
        chosen = page.locator(".st-key-second-pop [aria-checked=true]")
        assert chosen.all_inner_texts() == ["No"]
        assert page.locator(".st-key-second-onset [aria-checked=true]").count() == 0
        page.get_by_role("link", name="Diagnose").click()
        page.wait_for_url("**/?onset=sudden&pop=yes")
