"""What a case lets expect of every variable."""

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from hamknee.base.words import percent
from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from tests.support.at_page import at_page, cells, sound, tables, words
from tests.support.own_numbers import pop_by_definition


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
        ends = [percent(float(by[variable.name][best])) for by in (before, now)]
        expected = [variable.states[best].label, *ends]
        if variable.name in case:
            states = [variable.state(name).label for name in case[variable.name].split("|")]
            expected = [f"Answered: {' or '.join(states)}", "", ""]
        assert rows[variable.label] == expected


def test_a_variable_is_shown_with_all_its_states(model: Model) -> None:
    page = of_case(onset="sudden")
    page = sound(page.selectbox(key="model-variable").set_value("warmth").run())
    (table,) = tables(page)
    now = model.marginals({"onset": "sudden"})["warmth"]
    shown = [row[2] for row in cells(table)]
    assert shown == [percent(float(p)) for p in now]


def test_an_impossible_case_is_told(own_priors: Callable[[str], Path], priors: Priors) -> None:
    own_priors(pop_by_definition(priors, onset="gradual").to_csv())
    page = of_case(onset="gradual", pop="yes")
    assert "impossible in this model" in words(page)
