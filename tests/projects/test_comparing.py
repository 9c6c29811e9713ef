"""Two projects are compared, also across changed vocabularies."""

import hamknee
from hamknee.network import read_labelled
from hamknee.projects import open_project


def test_what_is_new_gone_and_changed_is_named() -> None:
    shipped = open_project()
    grown = shipped.add_condition("plica", "Plica", "1 of 200")
    grown = grown.add_finding(
        "click", "Click", "Does it click?", {"plica": "6 of 10"}, others="1 of 9"
    )
    there, back = shipped.diff(grown), grown.diff(shipped)
    assert there.words == (("new", "condition=plica"), ("new", "click"))
    assert back.words == (("gone", "condition=plica"), ("gone", "click"))
    assert set(there.table["variable"]) == {"condition"}
    assert there.text.startswith("New: condition=plica, click.")


def test_cases_that_both_read_are_tried() -> None:
    shipped = open_project()
    edited = shipped.state("pop", "strain", "0.9 (0.8 to 0.95)")
    cases = read_labelled(hamknee.load().vocabulary)
    difference = shipped.diff(edited, cases)
    assert difference.read == 111
    assert all(before != after for _, before, after in difference.cases)
    assert {"strain"} & {after for _, _, after in difference.cases}
    assert "the first diagnosis differs in" in difference.text
    name, before, after = difference.cases[0]
    assert f"{len(difference.cases)}: {name} ({before} → {after})" in difference.text
    assert shipped.diff(shipped, cases).text.endswith("the first diagnosis differs in 0: none.")
