"""Make the pictures of the README from the running dashboard: python docs/images/make.py."""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1]))

from tests.dashboard.browser import browsing, served  # noqa: E402 - found by the line above

CASE = (
    "?setting=sports_clinic&onset=sudden&pop=yes&location=posteromedial|posterolateral"
    "&activity=explosive&age=31"
)
PICTURES = {"diagnose-desktop.png": (1440, 900, 1.0), "diagnose-phone.png": (390, 844, 2.0)}


def main() -> None:
    """Write every picture beside this file."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as dashboard:
        for name, (width, height, scale) in PICTURES.items():
            with browsing(width, height, scale=scale) as watched:
                watched.page.goto(f"{dashboard.address}/{CASE}")
                watched.settle()
                watched.page.screenshot(path=HERE / name)


if __name__ == "__main__":
    main()
