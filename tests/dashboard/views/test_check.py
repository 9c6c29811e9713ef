"""The Check page: the cases listed, edited numbers beside those of the file, the self-test."""

from urllib.parse import parse_qs

import numpy as np

import hamknee
from hamknee.evaluation.evaluating import evaluate
from hamknee.evaluation.self_testing import self_test
from hamknee.inference.model import Model
from hamknee.network.evidence import parse_value
from hamknee.network.labelled import read_labelled
from tests.support.at_page import at_page, go, links, sound, words
from tests.support.check_page import at


def test_each_listed_case_opens_with_what_was_known_of_it(model: Model) -> None:
    page = at("Published cases", listed="All")
    cases = read_labelled(model.vocabulary)
    for row, name in enumerate(cases.cases.names()):
        known = {key: text for key, (text,) in parse_qs(links(page)[str(name)]).items()}
        assert known.pop("expert") == "yes"
        read = {key: parse_value(model.vocabulary[key], text) for key, text in known.items()}
        expected = model.posterior(cases.cases.evidence(row)).probabilities
        np.testing.assert_array_equal(model.posterior(read).probabilities, expected)


def test_the_list_parts_right_from_wrong(model: Model) -> None:
    rank = evaluate(model).by_case["rank"]
    page = at("Published cases")
    for chosen, count in (
        ("Another came first", (rank > 1).sum()),
        ("Right one first", (rank == 1).sum()),
    ):
        page = sound(page.button_group(key="check-listed").set_value(chosen).run())
        assert f"{count} of {len(rank)} cases." in words(page)


def test_edited_numbers_stand_beside_those_of_the_file() -> None:
    page = at_page("tune", {"variable": "setting"})
    page = sound(page.number_input(key="tune-number-setting--emergency").set_value(90.0).run())
    page = go(page, "check")
    edited = page.session_state["edited-priors"]
    assert "by the file" in words(page)
    assert evaluate(hamknee.load(edited)).text in words(page)
    assert "by the file" not in words(at("Published cases"))


def test_the_self_test_is_that_of_the_library(model: Model) -> None:
    page = at("Self-test")
    assert "Passed" not in words(page)
    page = sound(page.button(key="check-draw").click().run())
    assert self_test(model).text in words(page)
