"""Two versions of a case: what moves, and which changed answer moves it."""

from dataclasses import replace

import numpy as np
import pytest

import hamknee
from hamknee import EvidenceError, HamkneeError, compare, credible_interval
from hamknee.inference.model import Model
from hamknee.sensitivity.comparison import Comparison

FIRST = {"setting": "sports_clinic", "onset": "sudden", "pop": "yes", "warmth": "no"}
SECOND = {"setting": "sports_clinic", "onset": "gradual", "warmth": "no", "swelling": "none"}


@pytest.fixture(scope="module")
def compared(model: Model) -> Comparison:
    first, second = (credible_interval(model, case, draws=50) for case in (FIRST, SECOND))
    return compare(first, second, "rupture")


def test_the_table_holds_both_posteriors_in_the_order_of_the_second(
    model: Model, compared: Comparison
) -> None:
    table = compared.table
    assert list(table["condition"]) == list(model.posterior(SECOND).table["condition"])
    for row in table.itertuples():
        assert row.first == pytest.approx(model.posterior(FIRST)[row.condition])
        assert row.second == pytest.approx(model.posterior(SECOND)[row.condition])
        assert row.difference == pytest.approx(row.second - row.first)
    assert table["difference"].sum() == pytest.approx(0)


def test_only_answers_that_differ_are_accounted_for(compared: Comparison) -> None:
    assert {change.variable for change in compared.changes} == {"onset", "pop", "swelling"}
    words = {change.variable: (change.first, change.second) for change in compared.changes}
    assert words["pop"] == ("Yes", "not known")
    assert words["swelling"] == ("not known", "No swelling")


def test_an_effect_is_what_taking_back_that_answer_alone_would_undo(
    model: Model, compared: Comparison
) -> None:
    after = model.posterior(SECOND)["rupture"]
    for change in compared.changes:
        mixed = SECOND | {change.variable: FIRST.get(change.variable)}
        assert change.without == pytest.approx(model.posterior(mixed)["rupture"])
        assert change.effect == pytest.approx(after - model.posterior(mixed)["rupture"])
    effects = [abs(change.effect or 0) for change in compared.changes]
    assert effects == sorted(effects, reverse=True)


def test_by_default_the_state_that_moves_most_is_accounted_for(compared: Comparison) -> None:
    found = compare(compared.first, compared.second)
    assert found.state == int(np.abs(compared.difference).argmax())


def test_a_single_change_makes_all_of_the_difference(model: Model) -> None:
    first = credible_interval(model, FIRST, draws=50)
    second = credible_interval(model, FIRST | {"onset": "days"}, draws=50)
    (change,) = compare(first, second, "strain").changes
    assert change.effect == pytest.approx(second.posterior["strain"] - first.posterior["strain"])


def test_the_text_names_every_change(compared: Comparison) -> None:
    first, *rest = compared.text.split("\n")
    assert first.startswith("Hamstring tendon torn right through (Complete tendon rupture): ")
    assert len(rest) == 3
    assert any(line.startswith("Onset, Gradually, over weeks instead of In a") for line in rest)
    assert list(compared.changes_table.columns)[:2] == ["variable", "label"]


def test_equal_versions_say_so(model: Model) -> None:
    same = credible_interval(model, FIRST, draws=50)
    assert compare(same, same).text == "The two versions have the same answers."


def test_an_answer_that_the_others_need_has_no_effect_of_its_own(model: Model) -> None:
    # With logical numbers a pop is impossible in a pain that came gradually.
    cpt = model.cpts["pop"]
    place = cpt.parents.index("onset")
    table = np.moveaxis(cpt.probabilities.copy(), place, 0)
    table[model.vocabulary["onset"].position["gradual"]] = [0.0, 1.0]
    changed = np.moveaxis(table, 0, place)
    cpts = dict(model.cpts) | {"pop": replace(cpt, probabilities=changed)}
    logical = Model(model.vocabulary, cpts)
    first = credible_interval(logical, {"onset": "gradual"}, draws=50)
    second = credible_interval(logical, {"onset": "sudden", "pop": "yes"}, draws=50)
    effects = {change.variable: change.effect for change in compare(first, second).changes}
    assert next(iter(effects)) == "onset", "what is needed comes first"
    assert effects["onset"] is None
    assert effects["pop"] is not None
    assert "contradicts the others" in compare(first, second).text


def test_two_models_cannot_be_compared(model: Model) -> None:
    other = Model(model.vocabulary, model.cpts)
    first, second = (credible_interval(m, FIRST, draws=50) for m in (model, other))
    with pytest.raises(HamkneeError, match="found two models"):
        compare(first, second)


def test_the_same_numbers_read_twice_are_one_model(model: Model) -> None:
    first, second = (credible_interval(m, FIRST, draws=50) for m in (model, hamknee.load()))
    assert compare(first, second).changes == ()


def test_an_unknown_state_is_refused(compared: Comparison) -> None:
    with pytest.raises(EvidenceError, match="'ruptur' is not a state of condition"):
        compare(compared.first, compared.second, "ruptur")


def test_what_is_the_same_on_screen_makes_no_difference(compared: Comparison) -> None:
    """Two probabilities that are shown alike would be told as from 1 % to 1 %."""
    change = replace(compared.changes[0], without=compared.second.posterior["rupture"], effect=0.0)
    said = compared.sentence(change)
    assert said.endswith(": makes no difference to it, the rest being as in version B.")
