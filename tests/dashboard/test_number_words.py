"""Numbers, sources and what follows from changed numbers, as people read them."""

import sys
from collections.abc import Iterator

import pytest

import hamknee
from hamknee.base.files import shipped
from hamknee.base.words import percent
from hamknee.network.labelled import read_labelled
from hamknee.network.priors import Priors
from hamknee.sensitivity.differences import difference

from .at_page import at_page, sound, words

CASE = {"onset": "sudden", "pop": "yes", "setting": "sports_clinic"}
GIVEN = {"condition": "rupture", "onset": "sudden"}
POP = {"variable": "pop", "given": "condition=rupture;onset=sudden", "state": "yes"}


@pytest.fixture(scope="module", autouse=True)
def _rooms_of_the_dashboard() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(shipped("dashboard")), *sys.path])
        yield


def shown(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


# Numbers and sources ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proportion", "digits", "text"),
    [
        (1.73e-05, 2, "0.0017 %"),
        (0.0403, 2, "4 %"),
        (0.0403, 3, "4.03 %"),
        (0.123, 2, "12 %"),
        (0.9987, 2, "99.87 %"),
        (0.5, 3, "50 %"),
        (0.0, 2, "0 %"),
        (1.0, 2, "100 %"),
    ],
)
def test_digits_are_counted_from_the_nearer_end(proportion: float, digits: int, text: str) -> None:
    from tuning.number_rows import round_percent

    assert shown(round_percent(proportion, digits)) == text


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
    from tuning.words import curve_text, tornado_text, would_change_text

    number = ("pop", "yes", GIVEN)
    change = hamknee.what_would_change(model, CASE, "rupture", 0.5)
    told = {
        "This number": curve_text(hamknee.sensitivity_function(model, CASE, "rupture", number)),
        "What matters most": tornado_text(hamknee.tornado(model, CASE, "rupture")),
        "What would have to change": would_change_text(change),
    }
    page = at_page("tune", POP, **CASE)
    for panel, text in told.items():
        page = sound(page.button_group(key="tune-panel").set_value(panel).run())
        page = sound(page.selectbox(key="tune-condition").set_value("rupture").run())
        assert shown(text) in words(page)
        for machine in ("P(", "condition=", "Darwiche", "distance", "e-0"):
            assert machine not in words(page), f"{machine} under {panel}"


def test_the_curve_says_how_far_the_number_may_move(model: hamknee.Model) -> None:
    from tuning.number_rows import round_percent
    from tuning.words import curve_text

    number = ("condition", "calf_strain", {"setting": "sports_clinic"})
    found = hamknee.sensitivity_function(model, CASE, "rupture", number)
    low, high = found.admissible
    told = shown(curve_text(found))
    assert told.startswith("It is 7 %, and the probability of Complete tendon rupture ")
    assert shown(f"Between {round_percent(low)} and {round_percent(high)}, ") in told
    idle = hamknee.sensitivity_function(model, {}, "rupture", ("pop", "yes", GIVEN))
    assert "Whatever it is, Knee osteoarthritis stays the most probable." in curve_text(idle)


def test_a_change_names_its_numbers_with_where_they_are_and_would_be(
    model: hamknee.Model,
) -> None:
    from tuning.words import smallest_help, would_change_text

    found = hamknee.what_would_change(model, CASE, "rupture", 0.5)
    assert found.one is not None
    told, note = shown(would_change_text(found)), smallest_help(found)
    now = percent(model.posterior(CASE)["rupture"])
    assert f"to bring the probability of Complete tendon rupture from {now} to 50 %: “" in told
    assert f"{found.one.before[0] * 100:.3g} % to {found.one.after[0] * 100:.3g} %" in told
    assert "Chan and Darwiche" in note
    assert f"(distance {found.one.distance:.2g})" in note


def test_a_level_that_no_number_reaches_is_told(model: hamknee.Model) -> None:
    from tuning.words import would_change_text

    found = hamknee.what_would_change(model, CASE, "rupture", 0.5)
    nothing = hamknee.sensitivity.smallest_change.WhatWouldChange(
        model, found.posterior, found.state, found.level, None, None
    )
    assert would_change_text(nothing).startswith("Neither one number nor two can bring ")


def test_published_cases_are_counted_as_the_library_counts_them(priors: Priors) -> None:
    from tuning.words import difference_help, difference_text

    changed = priors.set("setting", "emergency", probability=0.9)
    found = difference(priors, changed, read_labelled(priors.vocabulary))
    told = difference_text(found)
    assert f"comes first in {len(found.flips)} of the {len(found.cases)} published cases" in told
    right, before = told.removesuffix(".").split("first in ")[-1].split(", by the file in ")
    assert f"The known diagnosis comes first in {right}, " in found.text
    assert right == before or f"before in {before}." in found.text
    assert f"distance of Chan and Darwiche: {found.distance:.2g}" in difference_help(found)

    certain = priors.set("setting", "emergency", probability=1, basis="logical")
    assert "impossible" in difference_help(difference(priors, certain))
