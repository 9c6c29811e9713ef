"""What is assumed is counted."""

from dataclasses import replace

import pytest

from hamknee.projects import open_project


def test_the_shipped_project_has_nothing_assumed() -> None:
    checked = open_project().check()
    assert checked.text == (
        "No faults: 2,670 numbers of 27 variables, 21 conditions.\n"
        "Kinds of numbers: 2,162 judgement, 370 indirect, 138 published."
    )
    assert checked.table.to_dict("list") == {
        "basis": ["published", "indirect", "judgement"],
        "numbers": [138, 370, 2162],
    }


def test_a_count_of_ones_own_is_a_kind_of_its_own() -> None:
    project = open_project().state("overweight", "rupture", "10 of 40")
    assert project.check().bases["cohort"] == 2


@pytest.mark.parametrize(
    ("flat", "words"),
    [
        (("pop | strain",), "1 column was never stated and is flat: pop | strain."),
        (("pop | a", "pop | b"), "2 columns were never stated and are flat: pop | a, pop | b."),
    ],
)
def test_columns_that_nobody_stated_are_named(flat: tuple[str, ...], words: str) -> None:
    assert replace(open_project().check(), flat=flat).text.splitlines()[2:] == [words]


def test_a_condition_without_advice_is_named() -> None:
    assert open_project().check().untold == ()
    grown = open_project().add_condition("plica", "Plica", "1 of 200")
    assert grown.check().untold == ("Plica",)
