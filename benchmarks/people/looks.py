"""What is measured of the page itself, without an errand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from people.stories import LINK
from people.ways import Ways
from tests.support.at_a_glance import screens_long, share_in_view, stops_to, words_in_view
from tests.support.browser import settle, visiting

LEVELS = (
    f"{LINK}&flag=breathless_or_chest_pain",
    "onset=sudden&flag=cannot_bear_weight",
    LINK,
)
"""Cases with three levels; the ages that a version takes are added."""

Look = Callable[[Browser, str, Ways, tuple[int, int]], str]
"""Takes browser, address of the dashboard, ways and the size of the screen."""


@contextmanager
def opened(browser: Browser, address: str, size: tuple[int, int]) -> Iterator[Page]:
    """Open an address on a screen of a size."""
    with visiting(browser, *size) as watched:
        watched.page.goto(address)
        watched.settle()
        yield watched.page


def words(browser: Browser, address: str, _: Ways, size: tuple[int, int]) -> str:
    """Count the words on the first screen."""
    with opened(browser, address, size) as page:
        return str(len(words_in_view(page)))


def stops(browser: Browser, address: str, ways: Ways, size: tuple[int, int]) -> str:
    """Count the stops of the keyboard to the first question."""
    with opened(browser, address, size) as page:
        return str(stops_to(page, ways.QUESTION))


def lengths(browser: Browser, address: str, ways: Ways, size: tuple[int, int]) -> str:
    """Measure each act in screens."""
    found = []
    for act in ways.ACTS:
        with opened(browser, f"{address}/?{act}", size) as page:
            found.append(f"{screens_long(page):.1f}")
    return ", ".join(found)


def level(browser: Browser, address: str, ways: Ways, size: tuple[int, int]) -> str:
    """Look whether the words of the level are on the screen wherever the page is scrolled to."""
    there = positions = 0
    with opened(browser, address, size) as page:
        for case in LEVELS:
            page.goto(f"{address}/?{case}{ways.AGE}")
            settle(page)
            seen, of = share_in_view(page, ways.LEVEL)
            there, positions = there + seen, positions + of
    return f"{there} of {positions}"


LOOKS: Mapping[str, Look] = {
    "words on the first screen": words,
    "stops to the first question": stops,
    "screens long, each act": lengths,
    "level in view, positions": level,
}
"""What is measured, and how."""
