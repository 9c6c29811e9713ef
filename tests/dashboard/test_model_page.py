"""The Model page: every number with its range, basis and sources; address, filter and search."""

import re
from html import unescape
from pathlib import Path

import pytest
from scipy.stats import beta
from streamlit.testing.v1 import AppTest

from hamknee.inference import Model, read_shipped_or_own
from hamknee.priors import Priors
from hamknee.results import percent

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


def test_without_a_choice_every_variable_is_counted(priors: Priors) -> None:
    (table,) = tables(at_page("model"))
    rows = cells(table)
    assert [row[0] for row in rows] == [v.label for v in priors.vocabulary.variables]
    assert sum(int(row[1]) for row in rows) == len(priors.rows)
    assert all(int(row[1]) == sum(map(int, row[2:])) for row in rows)


def test_a_variable_shows_each_of_its_numbers(priors: Priors) -> None:
    page = at_page("model", {"variable": "pop"})
    assert page.selectbox(key="model-variable").value == "pop"
    (table,) = tables(page)
    rows = cells(table)
    numbers = [row for row in priors.rows if row.variable == "pop"]
    shown = [float(row[-4].removesuffix("\N{NO-BREAK SPACE}%")) / 100 for row in rows]
    assert shown == pytest.approx([row.probability for row in numbers], abs=1e-12)
    assert [row[-2] for row in rows] == [f"{row.ess:g}" for row in numbers]


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
    links = re.findall(r'<a href="(https://[^"]+)" target="_blank">([^<]+)</a>', shown)
    assert [key for _, key in links] == list(row.sources)


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
    page = at_page("model", {"search": "zebra"})
    assert "No number fits" in words(page)


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
