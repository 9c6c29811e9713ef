"""The main job in a real browser: answer, see the ranking change, reload, see the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from hamknee.inference import Model
from hamknee.results import percent

from .browser import Served, browsing, served

pytestmark = pytest.mark.usefixtures("chromium")


def choose(page: Page, variable: str, label: str) -> None:
    page.locator(f".st-key-answer-{variable}").get_by_text(label, exact=True).click()


def headline(page: Page) -> str:
    return page.locator(".st-key-sentence h3").inner_text().replace("\N{NO-BREAK SPACE}", " ")


def drawn(page: Page) -> list[str]:
    """Return the words of the chart in the order of its rows: labels, then numbers."""
    return page.locator(".stVegaLiteChart svg .mark-text.role-mark text").all_text_contents()


def expected(model: Model, case: dict[str, object]) -> list[str]:
    table = model.posterior(case).table
    return [*table["label"], *table["probability"].map(percent)]


@pytest.fixture
def dashboard(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as running:
        yield running


def test_a_case_from_the_first_answer_to_the_reload(model: Model, dashboard: Served) -> None:
    with browsing() as watched:
        page = watched.page
        page.goto(dashboard.address)
        watched.settle()
        assert headline(page).startswith("Before any answer: ")
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
        assert page.url == f"{dashboard.address}/{query}"
        assert drawn(page) == expected(model, case)
        answered = headline(page)
        assert answered.startswith(f"Most likely: {model.posterior(case).table['label'][0]}")

        page.reload()
        watched.settle()
        assert headline(page) == answered
        assert drawn(page) == expected(model, case)
        chosen = page.locator(".st-key-answer-onset [aria-checked=true]")
        assert chosen.all_inner_texts() == ["In a moment"]

        choose(page, "pop", "Not known")
        watched.settle()
        del case["pop"]
        assert "pop=" not in page.url
        assert drawn(page) == expected(model, case)

        page.go_back()
        watched.settle()
        assert headline(page) == answered

        assert watched.requests_elsewhere == []
        assert watched.errors == []
        printed = dashboard.log.read_text("utf-8")
        assert dashboard.address in printed
        assert "Traceback" not in printed
        assert "email" not in printed.lower()
        assert "statistics" not in printed.lower()


def test_quick_answers_over_a_slow_line_are_all_kept(dashboard: Served) -> None:
    with browsing() as watched:
        watched.slow_down(250)
        page = watched.page
        page.goto(dashboard.address)
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
        page.wait_for_url(f"{dashboard.address}/{query}", timeout=15_000)
        page.wait_for_timeout(1000)
        pressed = page.locator(".st-key-answer-location [aria-pressed=true]")
        assert pressed.all_inner_texts() == ["Behind, inner side", "Behind, outer side", "Calf"]
        assert page.url.endswith(query)
