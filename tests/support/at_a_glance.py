"""What somebody sees of a page without doing anything.

Its words, its length, and by the pixels of the screen whether something is in view.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import Locator, Page

Pixels = npt.NDArray[np.int16]
"""A picture: rows, columns, and red, green and blue."""

INK, UNLIKE = 48, 30.0
"""How far a pixel of a word is from the ground behind it at least, and from the same pixel
elsewhere at most, on average, in steps of 255: words may be set a fraction of a pixel lower."""

_TEXTS = """() => {
    const hidden = (box) => {  // for those who hear the page alone, it is in a box of one pixel
        for (; box; box = box.parentElement) {
            const { width, height } = box.getBoundingClientRect();
            const clips = getComputedStyle(box).overflow === "hidden";
            if (clips && Math.min(width, height) <= 1) return true;
        }
        return false;
    };
    const seen = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const range = document.createRange(), box = walk.currentNode.parentElement;
        range.selectNodeContents(walk.currentNode);
        const { top, bottom, left, right } = range.getBoundingClientRect();
        if (bottom <= 0 || top >= innerHeight || right <= 0 || left >= innerWidth) continue;
        if (box.closest("style, script, [data-testid=stIconMaterial]") || hidden(box)) continue;
        if (!box.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true })) continue;
        seen.push(walk.currentNode.textContent);
    }
    return seen.join(" ");
}"""

_POSITIONS = """() => {
    const main = document.querySelector(".stMain");
    return [main.scrollHeight - main.clientHeight, main.clientHeight];
}"""
_SCROLL = """(top) => new Promise((done) => {
    document.querySelector(".stMain").scrollTop = top;
    requestAnimationFrame(() => requestAnimationFrame(done));
})"""


def words_in_view(page: Page) -> list[str]:
    """Return the words on the first screen."""
    return re.findall(r"\w+(?:['’-]\w+)*", page.evaluate(_TEXTS))


def screens_long(page: Page) -> float:
    """Return how many screens the page is long."""
    length = page.evaluate("document.querySelector('.stMainBlockContainer').scrollHeight")
    assert page.viewport_size is not None
    return float(length) / page.viewport_size["height"]


def stops_to(page: Page, selector: str, most: int = 100) -> int:
    """Return how often one presses Tab, on a page just opened, to what is within a selector."""
    for count in range(1, most + 1):
        page.keyboard.press("Tab")
        if page.evaluate("(part) => document.activeElement.closest(part) !== null", selector):
            return count
    return most


# By pixels ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """A part of the screen as it looks.

    Parameters
    ----------
    pixels : array
        What it looks like.
    left : int
        How many pixels it is from the left edge of the screen.
    """

    pixels: Pixels
    left: int

    def is_in(self, screen: Pixels) -> bool:
        """Whether it is anywhere on a screen, at the same distance from its left edge."""
        height, width, _ = self.pixels.shape
        strip = screen[:, self.left : self.left + width]
        ground = np.median(self.pixels, axis=(0, 1))
        ink = np.abs(self.pixels - ground).max(axis=2) > INK
        words = self.pixels[ink]
        starts = range(len(strip) - height + 1)
        return any(np.abs(strip[y : y + height][ink] - words).mean() < UNLIKE for y in starts)


def seen(part: Locator) -> Seen:
    """Return what a part of the page that is in view looks like."""
    box = part.bounding_box()
    assert box is not None
    return Seen(_pixels(part.screenshot(animations="disabled")), int(box["x"]))


def screens(page: Page, step: float = 0.1) -> Iterator[Pixels]:
    """Scroll down the page and return what is on the screen, from the top to the bottom.

    Parameters
    ----------
    page : Page
        In which the main part scrolls.
    step : float
        How far at a time, in screens.
    """
    most, height = page.evaluate(_POSITIONS)
    for top in [*np.arange(0, most, step * height), most]:
        page.evaluate(_SCROLL, float(top))
        yield _pixels(page.screenshot(animations="disabled"))


def share_in_view(page: Page, selectors: Sequence[str], step: float = 0.1) -> tuple[int, int]:
    """Return at how many positions of the page the words of a part are in view, and of how many.

    Any of some parts will do. One that is not on the first screen is scrolled to, to see what it
    looks like.
    """
    parts = [page.locator(selector).first for selector in selectors]
    looks = [seen(part) for part in parts if part.is_visible()]
    there = [any(look.is_in(screen) for look in looks) for screen in screens(page, step)]
    return sum(there), len(there)


def _pixels(png: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.int16)
