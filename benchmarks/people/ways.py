"""What somebody does on a page to get what they came for, whichever version of it is served."""

from typing import Protocol

from playwright.sync_api import Locator, Page

from people.stories import Story
from people.visit import Visit


class Ways(Protocol):
    """The ways through one version of the page."""

    LEVEL: tuple[str, ...]
    """Selectors of what tells how soon to seek help."""
    QUESTION: str
    """Selector of a question."""
    AGE: str
    """What is added to the address of a case for an age of 34 years."""
    ACTS: tuple[str, ...]
    """Addresses, each with an act of the interview open; the empty one is the first page."""

    def learn_level(self, visit: Visit, story: Story) -> None:
        """Answer until the page says how soon to seek help, and look at that."""

    def learn_cause(self, visit: Visit, story: Story) -> None:
        """Answer what the page asks until it says what is most likely, and look at that."""

    def learn_question(self, visit: Visit, story: Story) -> None:
        """Answer until there are both a ranking and what to ask or test next."""

    def learn_source(self, visit: Visit) -> None:
        """Go from the ranking of a case to a number behind it with its source."""

    def learn_working(self, visit: Visit) -> None:
        """Go from the ranking of a case to how one answer works: 2×2 table and nomogram."""

    def option(self, page: Page, name: str, label: str) -> Locator:
        """Return an answer of a question that can be pressed."""

    def is_chosen(self, page: Page, name: str, label: str) -> bool:
        """Whether an answer is shown as chosen."""

    def ready(self, page: Page) -> None:
        """Get where the questions about the pain can be answered."""
