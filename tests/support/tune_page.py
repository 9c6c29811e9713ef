"""The Tune page at one number, and after it was changed."""

from streamlit.testing.v1 import AppTest

from tests.support.at_page import at_page, sound

CASE = {"onset": "sudden", "pop": "yes", "setting": "sports_clinic"}

GIVEN = {"condition": "rupture", "onset": "sudden"}

POP = {"variable": "pop", "given": "condition=rupture;onset=sudden", "state": "yes"}
"""The address of one number."""

COLUMN = "tune-number-pop-condition=rupture;onset=sudden"
"""What the keys of the fields of its column begin with."""


def tuned(percents: float, **case: str) -> AppTest:
    """Return the page after P(pop | rupture, sudden) was changed."""
    page = at_page("tune", POP, **case)
    return sound(page.number_input(key=f"{COLUMN}-yes").set_value(percents).run())
