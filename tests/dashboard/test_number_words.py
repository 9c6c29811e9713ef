"""Numbers, sources and what follows from changed numbers, as people read them."""

import sys
from collections.abc import Iterator

import pytest

import hamknee
from hamknee.base.files import shipped
from hamknee.network.priors import Priors

from .at_page import at_page, sound, words

CASE = {"onset": "sudden", "pop": "yes", "setting": "sports_clinic"}
GIVEN = {"condition": "rupture", "onset": "sudden"}
POP = {"variable": "pop", "given": "condition=rupture;onset=sudden", "state": "yes"}


@pytest.fixture(scope="module", autouse=True)
def _rooms_of_the_dashboard() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(shipped("dashboard")), *sys.path])
        yield


def test_sources_are_cited_by_author_and_year(priors: Priors) -> None:
    from tuning.sources import references

    known = references(priors)
    told = {
        "decary2017": "Decary et al. 2017",
        "eyanson1979": "Eyanson and Macfarlane 1979",
        "canoso2017": "Canoso 2017",
        "kwak2006a": "Kwak et al. 2006a",  # one of two papers of a year
        "yamada_nd": "Yamada et al., undated",
        "painful_knee_ultrasound_2006": "",
    }
    assert {key: known[key].cited for key in told} == told
    cited = [source.cited for source in known.values() if source.cited]
    assert len(set(cited)) == len(cited)
    assert ">painful_knee_ultrasound_2006</a>" in known["painful_knee_ultrasound_2006"].short


# What follows -----------------------------------------------------------------------------


def test_every_panel_says_what_the_library_found_without_its_notation(
    model: hamknee.Model,
) -> None:
    number = ("pop", "yes", GIVEN)
    said = {
        "This number": hamknee.sensitivity_function(model, CASE, "rupture", number),
        "What matters most": hamknee.tornado(model, CASE, "rupture"),
        "What would have to change": hamknee.what_would_change(model, CASE, "rupture", 0.5),
    }
    page = at_page("tune", POP, **CASE)
    for panel, result in said.items():
        page = sound(page.button_group(key="tune-panel").set_value(panel).run())
        page = sound(page.selectbox(key="tune-condition").set_value("rupture").run())
        assert result.text in words(page)
        for machine in ("P(", "condition=", "Darwiche", "distance", "e-0"):
            assert machine not in words(page), f"{machine} under {panel}"
