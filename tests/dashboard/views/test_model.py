"""The Model page: the network, its numbers, and the case; address, filter and search."""

from collections import Counter

from hamknee.network.priors import Priors
from tests.support.at_page import address, at_page, cells, html, press, sound, tables, words


def test_how_much_is_judgement_is_said_first(priors: Priors) -> None:
    judgement = sum(row.basis == "judgement" for row in priors.rows)
    text = words(at_page("model"))
    assert f"**{judgement} of the {len(priors.rows)} numbers" in text


def test_without_a_choice_every_variable_is_counted_and_leads_to_its_numbers(
    priors: Priors,
) -> None:
    page = at_page("model")
    listed = [button for button in page.button if str(button.key).startswith("choose-")]
    assert [button.key for button in listed] == [f"choose-{name}" for name in priors.vocabulary]
    label = listed[list(priors.vocabulary).index("age")].label.replace("\\", "")
    bases = Counter(row.basis for row in priors.rows if row.variable == "age")
    counts = ", ".join(
        f"{bases[basis]} {basis}" for basis in ("published", "indirect", "judgement")
    )
    assert label == f"Age :gray[{bases.total()} numbers: {counts}]"
    page = sound(page.button(key="choose-age").click().run())
    assert address(page) == {"variable": "age"}
    assert len(cells(tables(page)[0])) == bases.total()
    assert not [button for button in page.button if str(button.key).startswith("choose-")]


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
    page = press(page, "Clear the search")
    assert address(page) == {"variable": "swelling"}
    assert cells(tables(page)[0])


def test_many_numbers_come_in_portions(priors: Priors) -> None:
    page = at_page("model", {"basis": "judgement"})
    assert len(cells(tables(page)[0])) == 100
    portion = next(box for box in page.selectbox if "at a time" in box.label)
    page = sound(portion.set_value(1400).run())
    judgement = sum(row.basis == "judgement" for row in priors.rows)
    assert len(cells(tables(page)[0])) == min(100, judgement - 1400)


def test_what_the_address_has_wrong_is_named() -> None:
    page = at_page("model", {"variable": "popp"})
    assert "'popp'" in page.warning[0].value.replace("\\", "")
    assert "'pop'" in page.warning[0].value.replace("\\", "")
    assert page.selectbox(key="model-variable").value == ""


def test_words_of_a_search_stay_words() -> None:
    page = at_page("model", {"variable": "<b>x</b>", "search": "<img src=x onerror=alert(1)>"})
    assert "<img" not in "".join(html(page))
    assert "<b>" not in page.warning[0].value.replace("\\<b\\>", "")


def test_the_network_stands_there_in_words_too() -> None:
    assert "Pop at the start also depends on Onset." in words(at_page("model"))
