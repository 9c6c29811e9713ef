"""The Model page: every number with its range, basis and sources; address, filter and search."""

import re
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from scipy.stats import beta
from streamlit.testing.v1 import AppTest

from hamknee.base.words import percent
from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from hamknee.network.priors_file import read_shipped_or_own

from .at_page import address, at_page, sound, words


def tables(page: AppTest) -> list[str]:
    found = [block.proto.body for block in page.html]
    return [body for body in found if body.startswith("<table")]


def cells(html: str) -> list[list[str]]:
    """Return the text of every cell of the body, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", html.partition("<tbody>")[2])
    return [
        [
            unescape(re.sub("<[^>]*>", "", cell))
            for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)
        ]
        for row in rows
    ]


def test_how_much_is_judgement_is_said_first(priors: Priors) -> None:
    judgement = sum(row.basis == "judgement" for row in priors.rows)
    told = words(at_page("model"))
    assert f"**{judgement} of the {len(priors.rows)} numbers" in told


def test_without_a_choice_every_variable_is_counted_and_leads_to_its_numbers(
    priors: Priors,
) -> None:
    page = at_page("model")
    listed = [button for button in page.button if str(button.key).startswith("choose-")]
    assert [button.key for button in listed] == [f"choose-{name}" for name in priors.vocabulary]
    told = listed[list(priors.vocabulary).index("age")].label.replace("\\", "")
    bases = Counter(row.basis for row in priors.rows if row.variable == "age")
    counts = ", ".join(
        f"{bases[basis]} {basis}" for basis in ("published", "indirect", "judgement")
    )
    assert told == f"Age :gray[{bases.total()} numbers: {counts}]"
    page = sound(page.button(key="choose-age").click().run())
    assert address(page) == {"variable": "age"}
    assert len(cells(tables(page)[0])) == bases.total()
    assert not [button for button in page.button if str(button.key).startswith("choose-")]


def test_a_variable_shows_each_of_its_numbers(priors: Priors) -> None:
    page = at_page("model", {"variable": "pop"})
    assert page.selectbox(key="model-variable").value == "pop"
    (table,) = tables(page)
    rows = cells(table)
    numbers = [row for row in priors.rows if row.variable == "pop"]
    shown = [float(row[-4].removesuffix("\N{NO-BREAK SPACE}%")) / 100 for row in rows]
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
    number = f"<strong>{100 * row.probability:g}\N{NO-BREAK SPACE}%</strong>"
    shown = next(line for line in lines if number in line and row.sources[0] in line)
    low, high = beta.ppf([0.05, 0.95], row.ess * row.probability, row.ess * (1 - row.probability))
    assert f"{100 * low:.0f} to {100 * high:.0f}\N{NO-BREAK SPACE}%" in shown
    links = re.findall(r'<a href="https://[^"]+" target="_blank" title="(\w+): [^"]+">', shown)
    assert links == list(row.sources)


def test_filter_and_search_narrow_the_numbers_and_stand_in_the_address(priors: Priors) -> None:
    page = at_page("model", {"variable": "swelling"})
    page = sound(page.button_group(key="model-basis").set_value(["published"]).run())
    assert address(page) == {"variable": "swelling", "basis": "published"}
    published = [r for r in priors.rows if r.variable == "swelling" and r.basis == "published"]
    assert f"{len(published)} of {len(priors.rows)} numbers" in words(page)

    page = sound(page.text_input(key="model-search").set_value("Clot Leg").run())
    assert address(page)["search"] == "Clot Leg"
    rows = cells(tables(page)[0])
    assert rows
    assert all("(clot)" in row[0] or len(row) == 5 for row in rows)

    named = [row for row in priors.rows if "decary2017" in row.sources]
    page = at_page("model", {"search": "decary2017"})
    assert len(cells(tables(page)[0])) == len(named)
    page = at_page("model", {"variable": "swelling", "basis": "published", "search": "zebra"})
    assert "No number fits" in words(page)
    page = sound(next(b for b in page.button if b.label == "Clear the search").click().run())
    assert address(page) == {"variable": "swelling"}
    assert cells(tables(page)[0])


def test_many_numbers_come_in_portions(priors: Priors) -> None:
    page = at_page("model", {"basis": "judgement"})
    assert len(cells(tables(page)[0])) == 100
    portion = next(box for box in page.selectbox if "at a time" in box.label)
    page = sound(portion.set_value(700).run())
    judgement = sum(row.basis == "judgement" for row in priors.rows)
    assert len(cells(tables(page)[0])) == judgement - 700


def test_what_the_address_has_wrong_is_named() -> None:
    page = at_page("model", {"variable": "popp"})
    assert "'popp'" in page.warning[0].value.replace("\\", "")
    assert "'pop'" in page.warning[0].value.replace("\\", "")
    assert page.selectbox(key="model-variable").value == ""


def test_words_of_a_search_stay_words() -> None:
    page = at_page("model", {"variable": "<b>x</b>", "search": "<img src=x onerror=alert(1)>"})
    assert "<img" not in "".join(block.proto.body for block in page.html)
    assert "<b>" not in page.warning[0].value.replace("\\<b\\>", "")


def test_the_network_stands_there_in_words_too() -> None:
    assert "Pop at the start also depends on Onset." in words(at_page("model"))


# The case ---------------------------------------------------------------------------------


def of_case(**case: str) -> AppTest:
    page = at_page("model", **case)
    return sound(page.button_group("model-what").set_value("This case").run())


def test_every_variable_is_shown_with_what_the_case_lets_expect(model: Model) -> None:
    case = {"onset": "sudden", "location": "posteromedial|calf"}
    known = {"onset": "sudden", "location": {"posteromedial", "calf"}}
    before, now = model.marginals({}), model.marginals(known)
    (table,) = tables(of_case(**case))
    rows = {row[0]: row[1:] for row in cells(table)}
    assert list(rows) == [variable.label for variable in model.vocabulary.variables]
    for variable in model.vocabulary.variables:
        best = int(now[variable.name].argmax())
        told = [percent(float(found[variable.name][best])) for found in (before, now)]
        expected = [variable.states[best].label, *told]
        if variable.name in case:
            states = [variable.state(name).label for name in case[variable.name].split("|")]
            expected = [f"Answered: {' or '.join(states)}", "", ""]
        assert [c.replace("\N{NO-BREAK SPACE}", " ") for c in rows[variable.label]] == expected


def test_a_variable_is_shown_with_all_its_states(model: Model) -> None:
    page = of_case(onset="sudden")
    page = sound(page.selectbox(key="model-variable").set_value("warmth").run())
    (table,) = tables(page)
    now = model.marginals({"onset": "sudden"})["warmth"]
    shown = [row[2].replace("\N{NO-BREAK SPACE}", " ") for row in cells(table)]
    assert shown == [percent(float(p)) for p in now]


def test_an_impossible_case_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    priors = read_shipped_or_own()
    for state in priors.vocabulary.target.state_names:
        given = {"condition": state, "onset": "gradual"}
        priors = priors.set("pop", "yes", given=given, probability=0, basis="logical")
    priors.save(tmp_path / "priors.csv")
    monkeypatch.setenv("HAMKNEE_PRIORS", str(tmp_path / "priors.csv"))
    page = of_case(onset="gradual", pop="yes")
    assert "impossible in this model" in words(page)
