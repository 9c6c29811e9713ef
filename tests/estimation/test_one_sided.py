"""Findings that are written down only when present: named, refused, and never found in blanks."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hamknee
from hamknee.estimation.learning import LearningError, update
from hamknee.estimation.one_sided import OneSided, one_sided_columns
from hamknee.inference.simulation import draw
from hamknee.network.cases import Cases
from hamknee.network.priors import CPT, Priors
from tests.support.by_hand import Tables
from tests.support.cohorts import priors_of, recoded
from tests.support.networks import compiled, network


def only(cases: Cases, **sides: tuple[str, ...]) -> Cases:
    """Return cases in which these states of some variables are all that is written down."""
    codes = cases.codes.copy()
    for name, states in sides.items():
        number, variable = cases.vocabulary.index[name], cases.vocabulary[name]
        kept = [variable.position[state] for state in states]
        codes[~np.isin(codes[:, number], kept), number] = len(variable.states)
    return Cases(cases.vocabulary, codes, cases.weights)


@pytest.fixture(scope="module")
def drawn(model: hamknee.Model) -> Cases:
    """Return 1,500 patients of the shipped numbers, complete."""
    return model.cases(draw(model, 1500, np.random.default_rng(4)))


# The cohort of the shipped numbers --------------------------------------------------------------


def test_a_pop_without_a_single_no_is_refused_by_name(priors: Priors, drawn: Cases) -> None:
    with pytest.raises(LearningError) as raised:
        update(priors, only(drawn, pop=("yes",)))
    message = str(raised.value)
    assert "\npop: 'no' in 0 of " in message
    assert "or name them in one_sided (--one-sided)" in message
    assert message.count("cases that tell it") == 1, "no other column is named"


def test_asked_for_it_is_learned_and_said(
    priors: Priors, model: hamknee.Model, drawn: Cases
) -> None:
    tear = {"condition": "meniscal_tear"}
    assert model.marginals(tear)["pop"][0] == pytest.approx(0.19, abs=0.001)
    learned = update(priors, only(drawn, pop=("yes",)), one_sided="pop")
    wrong = hamknee.load(learned.priors).marginals(tear)["pop"][0]
    assert wrong > 0.4, "which is why it is refused"
    assert "Learned all the same, though told on one side only: pop: 'no' in 0 of" in learned.text
    assert [column.variable for column in learned.one_sided] == ["pop"]


def test_every_such_column_is_named(priors: Priors, model: hamknee.Model, drawn: Cases) -> None:
    cases = only(drawn, swelling=("focal", "effusion", "leg"), warmth=("yes",), bruising=("no",))
    columns = one_sided_columns(model, cases)
    assert {(column.variable, column.states) for column in columns} == {
        ("swelling", ("none",)),
        ("warmth", ("no",)),
        ("bruising", ("yes",)),  # the other way round is no better
    }
    with pytest.raises(LearningError, match=r"(?s)swelling: 'none'.*bruising: 'yes'"):
        update(priors, cases, one_sided=["warmth"])


def test_a_few_slips_do_not_hide_it(model: hamknee.Model, drawn: Cases) -> None:
    cases = only(drawn, pop=("yes",))
    number = drawn.vocabulary.index["pop"]
    slips = np.flatnonzero(drawn.codes[:, number] == 1)[:6]
    cases = recoded(cases, "pop", 1, slips)
    (column,) = one_sided_columns(model, cases)
    assert (column.variable, column.count) == ("pop", 6)


def test_what_is_complete_or_blank_at_random_is_not_suspected(
    model: hamknee.Model, drawn: Cases
) -> None:
    sizes = np.array(model.engine.sizes)
    for seed, share in enumerate((0.0, 0.2, 0.5, 0.9)):
        hidden = np.random.default_rng(seed).random(drawn.codes.shape) < share
        cases = model.cases(np.where(hidden, sizes, drawn.codes))
        assert one_sided_columns(model, cases) == []


def test_nor_is_a_clinic_that_differs_as_much_as_the_numbers_leave_open(
    priors: Priors,
) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        cpts = {}
        for name, cpt in priors.cpts().items():
            assert cpt.ess is not None
            gammas = rng.gamma(cpt.ess[..., None] * cpt.probabilities)
            cpts[name] = CPT(name, cpt.parents, gammas / gammas.sum(-1, keepdims=True), cpt.ess)
        truth = compiled(Tables(priors.vocabulary, cpts))
        codes = draw(truth, 400, rng)
        hidden = rng.random(codes.shape) < 0.4
        cases = truth.cases(np.where(hidden, truth.engine.sizes, codes))
        assert one_sided_columns(hamknee.load(priors), cases) == []


def test_a_setting_is_never_suspected(model: hamknee.Model, drawn: Cases) -> None:
    assert one_sided_columns(model, only(drawn, setting=("emergency",))) == []


def test_diagnoses_of_one_kind_among_blanks_are_suspected(
    model: hamknee.Model, drawn: Cases
) -> None:
    (column,) = one_sided_columns(model, only(drawn, condition=("osteoarthritis",)))
    assert column.variable == "condition"
    assert len(column.states) == 20
    several = only(drawn, condition=("osteoarthritis", "meniscal_tear"))
    assert one_sided_columns(model, several) == []


# By hand ----------------------------------------------------------------------------------------

SPEC = {"t": ("", [0.5, 0.5]), "x": ("t", [[0.75, 0.25], [0.5, 0.5]])}


def test_what_should_be_there_is_what_the_rest_of_each_case_lets_expect() -> None:
    model = network(SPEC, "t", ess=10_000.0)
    rows = [{"t": "yes", "x": "yes"}] * 20 + [{"t": "no", "x": "yes"}] * 20 + [{"t": "no"}] * 30
    (column,) = one_sided_columns(model, model.encode(rows))
    assert column == OneSided("x", ("no",), recorded=40, blank=30, count=0, expected=15.0)
    # without enough blanks for those that are missing, it is a finding and no habit
    assert one_sided_columns(model, model.encode(rows[:45])) == []


def test_the_surprise_is_about_that_of_the_exact_distribution() -> None:
    """0 of 40 is no surprise by numbers worth one patient, and is by numbers worth 60."""
    for ess, suspected in ((1.0, False), (60.0, True)):
        model = network(SPEC, "t", ess=ess)
        rows = [{"t": "no", "x": "yes"}] * 40 + [{"t": "no"}] * 40
        exact = stats.betabinom(40, 0.5 * ess, 0.5 * ess).pmf(0)
        assert (exact < 1e-4) == suspected
        assert bool(one_sided_columns(model, model.encode(rows))) == suspected


def test_a_value_that_leaves_the_other_side_open_is_none_of_a_side() -> None:
    frame = pd.DataFrame({"t": ["no"] * 80, "x": ["yes:0.9|no:0.1"] * 40 + [""] * 40})
    priors = priors_of(network(SPEC, "t", ess=60.0))
    assert update(priors, frame).one_sided == ()


@pytest.mark.parametrize(("no", "suspected"), [(10, True), (11, False)])
def test_an_answer_is_suspected_up_to_a_fifth_of_what_should_be_there(
    no: int, suspected: bool
) -> None:
    model = network(SPEC, "t", ess=10_000.0)  # which lets expect 50 of 100
    told = [{"t": "no", "x": "no"}] * no + [{"t": "no", "x": "yes"}] * (100 - no)
    cases = model.encode([*told, *[{"t": "no"}] * 100])
    assert bool(one_sided_columns(model, cases)) == suspected


@pytest.mark.parametrize(("blank", "suspected"), [(34, True), (33, False)])
def test_there_are_blanks_for_half_of_what_should_be_there_among_all(
    blank: int, suspected: bool
) -> None:
    model = network(SPEC, "t", ess=10_000.0)  # which lets expect 67 of 134, and 66.5 of 133
    rows = [{"t": "no", "x": "yes"}] * 100 + [{"t": "no"}] * blank
    assert bool(one_sided_columns(model, model.encode(rows))) == suspected
