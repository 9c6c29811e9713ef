"""The entry: a file with faults is shown with them, and with the signs not to wait with."""

from collections.abc import Callable
from pathlib import Path

from hamknee.base.files import shipped
from hamknee.guidance.texts import Guidance
from tests.support.at_page import diagnose, sound, words


def test_a_broken_file_shows_its_faults(
    own_priors: Callable[[str], Path], guidance: Guidance
) -> None:
    text = shipped("data/priors.csv").read_text("utf-8")
    path = own_priors(text.replace("0.6,", "0.7,", 1).replace(",judgement,", ",guess,", 2))
    page = diagnose()
    message = page.error[0].value.replace("\\", "")
    assert "adds up to 1.1" in message
    assert "unknown basis 'guess'" in message
    assert guidance.levels["emergency"].label in words(page)
    assert not page.button_group
    path.write_text(text, encoding="utf-8")
    assert "Not enough known yet" in words(sound(page.run()))
