"""The rows of priors.csv as people read them."""

import re

import pytest
from scipy.stats import beta

from hamknee.network.priors import Priors
from tests.support.at_page import at_page, cells, sound, tables, words


def test_a_variable_shows_each_of_its_numbers(priors: Priors) -> None:
    page = at_page("model", {"variable": "mechanical"})
    assert page.selectbox(key="model-variable").value == "mechanical"
    (table,) = tables(page)
    rows = cells(table)
    numbers = [row for row in priors.rows if row.variable == "mechanical"]
    shown = [float(row[-4].removesuffix(" %")) / 100 for row in rows]
    assert shown == pytest.approx([row.probability for row in numbers], abs=1e-12)
    weights = [f"{row.ess:.0f}" if row.ess > 10 else f"{row.ess:g}" for row in numbers]
    assert [row[-2] for row in rows] == weights
    assert '<th scope="col">Weight</th>' in table
    assert "as if so many patients had been observed" in words(page)


def test_a_row_has_one_range_until_the_notes_are_asked_for(priors: Priors) -> None:
    page = at_page("model", {"variable": "setting"})
    notes = [row.note for row in priors.rows if row.variable == "setting"]
    assert all(note.startswith("range") for note in notes)
    assert not any(note in tables(page)[0] for note in notes)
    page = sound(page.toggle(key="model-notes").set_value(True).run())
    assert all(f"Note: {note}" in tables(page)[0] for note in notes)
    assert "was stated for this number alone" in words(page)

    page = at_page("model", {"variable": "setting", "search": "0.78"})
    assert "range 0.4 to 0.78" in tables(page)[0], "a word that was searched is in sight"


def test_sources_are_told_by_author_and_year_and_searched_by_key_too() -> None:
    for search in ("decary2017", "Decary et al. 2017"):
        page = at_page("model", {"search": search})
        assert 'title="decary2017: ' in tables(page)[0]
        assert ">Decary et al. 2017</a>" in tables(page)[0]
    assert "(decary2017)" in words(page), "in the list of the sources"


def test_the_range_is_that_of_the_beta_and_sources_are_links(priors: Priors) -> None:
    (row,) = (r for r in priors.column("sex", {"condition": "dvt"}) if r.state == "male")
    assert row.sources
    page = at_page("model", {"variable": "sex"})
    (table,) = tables(page)
    lines = re.findall(r"<tr>(.*?)</tr>", table)
    number = f"<strong>{100 * row.probability:g} %</strong>"
    shown = next(line for line in lines if number in line and row.sources[0] in line)
    low, high = beta.ppf([0.05, 0.95], row.ess * row.probability, row.ess * (1 - row.probability))
    assert f"{100 * low:.0f} to {100 * high:.0f} %" in shown
    links = re.findall(r'<a href="https://[^"]+" target="_blank" title="(\w+): [^"]+">', shown)
    assert links == list(row.sources)
