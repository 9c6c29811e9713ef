"""One person at the page: what was pressed, what was read, and how long the page took."""

import re
import time
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

from tests.support.at_a_glance import screens_long
from tests.support.browser import settle

WORD = re.compile(r"\w+(?:['’-]\w+)*")

READING, PRESSING = 0.25, 1.1
"""Seconds that a word and a press take: 240 words a minute, and to point and click by the
keystroke-level model of Card, Moran and Newell (1980)."""

FARTHEST = 150
"""Stops of the keyboard after which something counts as out of reach."""

HERE = "(there) => document.activeElement === there"
BESIDE = """(there) => {
    const here = document.activeElement, group = there.closest(".stButtonGroup");
    return group !== null && group.contains(here) && here.matches("[data-variant]");
}"""
IN_VIEW = """(part) => {
    const { top, bottom } = part.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight && part.checkVisibility();
}"""


class NotPossibleError(Exception):
    """What somebody came for cannot be done on this page; says why."""


@dataclass
class Visit:
    """What one person does.

    Parameters
    ----------
    page : Page
        Open at the address that the person came with.
    by_keys : bool
        Whether the person uses the keyboard alone.
    """

    page: Page
    by_keys: bool = False
    presses: int = 0
    kept: list[bool] = field(default_factory=list)
    machine: float = 0.0
    longest: float = 0.0
    _read: set[str] = field(default_factory=set)

    @property
    def words(self) -> int:
        """How many words were read."""
        return sum(len(WORD.findall(text)) for text in self._read)

    @property
    def seconds(self) -> float:
        """How long it took: reading, pressing, and waiting for the page."""
        return self.words * READING + self.presses * PRESSING + self.machine

    def read(self, part: Locator) -> None:
        """Read something, unless it was read before."""
        self._read |= {line for line in part.inner_text().split("\n") if line}

    def press(self, part: Locator, *, question: Locator | None = None) -> None:
        """Read a question, or the button itself; press it, and wait for what comes of it."""
        self.read(question or part)
        begun = time.perf_counter()
        if self.by_keys:
            self._go_to(part)
            self.page.keyboard.press("Enter" if self._is_button(part) else "Space")
        else:
            part.click()
        settle(self.page)
        self.machine += time.perf_counter() - begun
        self.presses += 1
        self.longest = max(self.longest, screens_long(self.page))
        self.page.wait_for_timeout(300)  # a focus that was lost is put back after a while
        self.kept.append(self.page.evaluate("document.activeElement !== document.body"))

    def fill(self, part: Locator, text: str, question: Locator) -> None:
        """Write something."""
        self.read(question)
        begun = time.perf_counter()
        if self.by_keys:
            self._go_to(part)
        part.fill(text)
        part.press("Enter")
        settle(self.page)
        self.machine += time.perf_counter() - begun
        self.presses += 1

    def look_at(self, part: Locator) -> None:
        """Scroll to what one came for, which is one press more where it is not in view."""
        part.wait_for(timeout=20_000)
        if not part.evaluate(IN_VIEW):
            part.scroll_into_view_if_needed()
            self.presses += 1

    def _is_button(self, part: Locator) -> bool:
        return part.get_attribute("role") != "radio" and part.get_attribute("aria-pressed") is None

    def _go_to(self, part: Locator) -> None:
        """Go somewhere by the keyboard: through the page, and along the answers of a question."""
        for _ in range(FARTHEST):
            if part.evaluate(HERE):
                return
            self.page.keyboard.press("ArrowRight" if part.evaluate(BESIDE) else "Tab")
        raise NotPossibleError("the keyboard does not get there")
