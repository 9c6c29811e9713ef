"""Make the pictures of the documents: python docs/images/make.py [FOLDER]."""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1]))

from tests.support.browser import browsing, served  # noqa: E402 - found by the line above
from tests.support.on_page import complete  # noqa: E402

SIGNS = (
    "under_18|breathless_or_chest_pain|foot_numb_weak_cold_pale|numb_between_legs"
    "|calf_swollen_clot_risk|sudden_calf_clot_risk|fever_or_unwell_hot_joint|hot_swollen_joint"
    "|hot_or_red_skin|cannot_bear_weight|pop_with_marked_swelling|gap_after_injury|fall_or_blow"
    "|deformity_or_bone_tenderness|hurts_at_night|night_sweats_weight_loss_mass"
    "|worse_over_weeks"
)
CASE = (
    "setting=sports_clinic&onset=sudden&pop=yes&location=posteromedial|posterolateral"
    "&activity=explosive&age=31&swelling=none&warmth=no&weight_bearing=normal"
)
POP = "variable=pop&given=condition%3Drupture%3Bonset%3Dsudden&state=yes"
DESK, TELEPHONE = (1440, 900, 1.0), (390, 844, 2.0)


@dataclass(frozen=True)
class Picture:
    """One picture.

    Parameters
    ----------
    address : str
        What is looked at, below the address of the dashboard.
    screen : tuple of int, int, float
        Width and height in pixels of a style sheet, and how many of the screen each of them is.
    panel : str
        The panel that is opened first; empty for the one that is open.
    press : str
        What is pressed then, as a selector; empty for nothing.
    dark : bool
        Whether the device is set to dark.
    """

    address: str
    screen: tuple[int, int, float] = DESK
    panel: str = ""
    press: str = ""
    dark: bool = False


PICTURES = {
    "diagnose-desktop.png": Picture(f"?{CASE}&no_flag={SIGNS}"),
    "diagnose-phone.png": Picture(
        f"?no_flag={SIGNS}", TELEPHONE, press="[data-state=posteromedial]"
    ),
    "diagnose-why-dark.png": Picture(
        f"?{CASE}&no_flag={SIGNS}", press=".st-key-section-why summary", dark=True
    ),
    "what-if.png": Picture(f"what_if?{CASE}&b.pop=no&b.bruising=yes"),
    "model.png": Picture("model?variable=pop"),
    "tune.png": Picture(f"tune?{POP}", panel="What matters most"),
    "check.png": Picture("check"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write every picture into a folder, this one unless another is named."""
    chosen = sys.argv[1:] if arguments is None else arguments
    folder = Path(chosen[0]) if chosen else HERE
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as dashboard:
        for name, picture in PICTURES.items():
            take(dashboard.address, picture, folder / name)


def take(address: str, picture: Picture, path: Path) -> None:
    """Take one picture."""
    width, height, scale = picture.screen
    with browsing(width, height, dark=picture.dark, scale=scale) as watched:
        page = watched.page
        page.goto(f"{address}/{picture.address}")
        complete(page)
        if picture.panel:
            page.get_by_role("radio", name=picture.panel, exact=True).click()
            complete(page)
            page.mouse.move(0, 0)
        if picture.press:
            page.locator(picture.press).first.click()
            complete(page)
            page.mouse.move(0, 0)
        page.wait_for_selector(".stVegaLiteChart svg, .causes, .leg svg")
        page.wait_for_timeout(500)  # the last chart is drawn
        page.screenshot(path=path)


if __name__ == "__main__":
    main()
