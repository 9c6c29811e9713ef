"""The ways through the page as it was before it asked first (commit 4d33a446)."""

import re

from playwright.sync_api import Locator, Page

from people.stories import LINK, Story
from people.visit import NotPossibleError, Visit

ASKED = ("onset", "pop", "swelling", "warmth", "location", "activity", "setting")
"""The questions in the open."""

PLACES = {"posteromedial": "Behind, inner side", "popliteal": "Hollow of the knee"}


class Earlier:
    """Ranking at once, questions below or beside it."""

    LEVEL = (".level h2", ".how-soon")
    QUESTION = "[class*='st-key-answer-'], [class*='st-key-sign-'], .st-key-card"
    AGE = "&age=under_40"
    ACTS = ("", LINK)

    def learn_level(self, visit: Visit, story: Story) -> None:
        """Open the warning signs, answer those that are there, go back up to the banner."""
        page = visit.page
        visit.read(page.locator(".st-key-signs"))
        visit.press(page.locator(".st-key-group-signs summary"))
        for flag in story.flags:
            sign = page.locator(f".st-key-sign-{flag}")
            visit.press(sign.get_by_role("radio", name="Yes"), question=sign)
        visit.look_at(page.locator(".level h2"))

    def learn_cause(self, visit: Visit, story: Story) -> None:
        """Deny the signs, answer what is in the open, go back up to the sentence."""
        page = visit.page
        visit.press(page.locator(".st-key-no-sign button"), question=page.locator(".st-key-signs"))
        for name in ASKED:
            label = PLACES.get(story.findings[name], story.findings[name])
            question = page.locator(f".st-key-answer-{name}")
            visit.press(self.option(page, name, label), question=question)
        visit.look_at(page.locator(".st-key-sentence h2"))

    def learn_question(self, visit: Visit, story: Story) -> None:
        """Do the same; the next question stands beside the ranking."""
        self.learn_cause(visit, story)
        visit.look_at(visit.page.locator(".st-key-card label").first)

    def learn_source(self, visit: Visit) -> None:
        """Open the reasons, follow a number."""
        page = visit.page
        visit.press(page.get_by_role("radio", name="Why"))
        visit.press(page.locator(".st-key-numbers-behind a").first)
        visit.look_at(page.locator(".rows a").first)

    def learn_working(self, visit: Visit) -> None:
        """Look for it."""
        if not visit.page.get_by_text("nomogram").count():
            raise NotPossibleError("neither a 2×2 table nor a nomogram")

    def option(self, page: Page, name: str, label: str) -> Locator:
        """Return an answer."""
        answers = page.locator(f".st-key-answer-{name} button[data-variant=pills]")
        return answers.filter(has_text=re.compile(f"^{re.escape(label)}$"))

    def is_chosen(self, page: Page, name: str, label: str) -> bool:
        """Whether an answer is chosen."""
        chosen = page.locator(
            f".st-key-answer-{name} :is([aria-checked=true], [aria-pressed=true])"
        )
        return label in chosen.all_inner_texts()

    def ready(self, page: Page) -> None:
        """They are all in the open."""
