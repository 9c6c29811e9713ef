"""The ways through the page as it is in this checkout."""

import re

from playwright.sync_api import Locator, Page

from people.stories import LINK, Story
from people.visit import NotPossibleError, Visit
from tests.support.browser import settle

STEPS = """() => [...document.querySelectorAll(".st-key-steps [class*='st-key-step-']")]
    .filter((step) => step.checkVisibility())
    .map((step) => [...step.classList].find((name) => name.startsWith("st-key-step-")).slice(12))"""

SETTLED = ".verdict:not(.urgency-open):not(.urgency-none)"
LIKELY = ".verdict .likely"
"""The bar with a level that waits for nothing, and what is most likely."""

PAIN = re.compile("Your pain$")
"""The name of the second act."""

CHOSEN = "[aria-checked=true]"
SHARPEN = f".st-key-act {CHOSEN}:has-text('Sharpen')"
"""The last act, once it is open."""

DONE = f"{CHOSEN}, .leg .first, input"
"""What an answered question has; an age that is still open is asked for before."""

MOST = 40
"""Answers after which somebody gives up."""


class Now:
    """The verdict bar and the interview."""

    LEVEL = (".verdict strong",)
    QUESTION = "[class*='st-key-row-sign-'], [class*='st-key-answer-']"
    AGE = "&age=34"
    ACTS = ("", LINK.partition("&location")[0] + LINK[LINK.index("&no_flag") :], f"{LINK}{AGE}")

    def learn_level(self, visit: Visit, story: Story) -> None:
        """Answer until the bar has a level that waits for nothing."""
        self._answer_until(visit, story, SETTLED)
        visit.look_at(visit.page.locator(SETTLED))

    def learn_cause(self, visit: Visit, story: Story) -> None:
        """Answer until the bar has what is most likely."""
        self._answer_until(visit, story, LIKELY)
        visit.look_at(visit.page.locator(LIKELY))

    def learn_question(self, visit: Visit, story: Story) -> None:
        """Switch to the expert's view, answer about the pain, open what to ask."""
        page = visit.page
        visit.press(page.locator(".st-key-expert label"))
        visit.press(page.get_by_role("radio", name=PAIN))
        self._answer_until(visit, story, SHARPEN)
        visit.press(page.locator(".st-key-section-questions summary"))
        visit.look_at(page.locator(".st-key-section-questions table").first)
        visit.look_at(page.locator(".causes"))

    def learn_source(self, visit: Visit) -> None:
        """Switch to the expert's view, open the reasons, follow a number."""
        page = visit.page
        visit.press(page.locator(".st-key-expert label"))
        visit.press(page.locator(".st-key-section-why summary"))
        visit.press(page.locator(".st-key-numbers-behind a").first)
        visit.look_at(page.locator(".rows a").first)

    def learn_working(self, visit: Visit) -> None:
        """Switch to the expert's view and open the section."""
        page = visit.page
        visit.press(page.locator(".st-key-expert label"))
        visit.press(page.locator(".st-key-section-teaching summary"))
        visit.look_at(page.locator(".st-key-teaching table").nth(1))
        visit.look_at(page.locator(".st-key-fagan svg").first)

    def option(self, page: Page, name: str, label: str) -> Locator:
        """Return an answer."""
        answers = page.locator(f".st-key-answer-{name} button[data-variant=pills]")
        return answers.filter(has_text=re.compile(f"^{re.escape(label)}$"))

    def is_chosen(self, page: Page, name: str, label: str) -> bool:
        """Whether an answer is chosen."""
        return self.option(page, name, label).get_attribute("aria-checked") == "true"

    def ready(self, page: Page) -> None:
        """Go to the second act, unless it is there."""
        act = page.get_by_role("radio", name=PAIN)
        act.click()
        settle(page)

    def _answer_until(self, visit: Visit, story: Story, goal: str) -> None:
        for _ in range(MOST):
            if visit.page.locator(goal).count():
                return
            self._answer_one(visit, story)
        raise NotPossibleError(f"no {goal} after {MOST} answers")

    def _answer_one(self, visit: Visit, story: Story) -> None:
        """Answer the first question in view that is open; where there is none, go on."""
        page = visit.page
        for name in page.evaluate(STEPS):
            step = page.locator(f".st-key-step-{name}")
            if name.startswith("signs-"):
                return self._answer_signs(visit, story, name, step)
            if name == "age" and not step.locator("input").input_value():
                return visit.fill(step.locator("input"), story.findings[name], step)
            if name == "location" and not step.locator(".leg .first").count():
                place = step.locator(f".leg [data-state={story.findings[name]}][role=button]")
                return visit.press(place, question=step)
            if name in story.findings and not step.locator(DONE).count():
                return visit.press(self.option(page, name, story.findings[name]), question=step)
        return visit.press(page.get_by_role("button", name="Next"))

    def _answer_signs(self, visit: Visit, story: Story, name: str, step: Locator) -> None:
        """Say yes to the next sign that is there; when there is none left, no to the others."""
        there = [step.locator(f".st-key-sign-{flag}") for flag in story.flags]
        rows = [row for row in there if row.count() and not row.locator(CHOSEN).count()]
        yes = [row.get_by_role("radio", name="Yes") for row in rows[:1]]
        (answer,) = yes or [step.locator(f".st-key-{name}-none button")]
        visit.press(answer, question=step)
