"""One finding as a test: held to the exact engine, to Bayes' theorem and to published tables."""

import math

import numpy as np
import pytest
from scipy.stats import beta

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.base.words import percent_range, round_factor
from hamknee.inference.model import Model
from hamknee.sensitivity.one_finding import LABELS, FindingValue, finding_value
from hamknee.sensitivity.ratio_table import likelihood_ratios
from tests.support.networks import Spec, network

CLINIC = {"setting": "emergency"}


@pytest.fixture(scope="module")
def calf(model: Model) -> FindingValue:
    return finding_value(model, CLINIC, "dvt", "swelling", "leg", seed=1)


def test_the_probabilities_are_those_of_the_engine(model: Model, calf: FindingValue) -> None:
    with_it = model.posterior(CLINIC | {"swelling": "leg"})
    others = tuple(s for s in model.vocabulary["swelling"].state_names if s != "leg")
    without = model.posterior(CLINIC | {"swelling": others})
    assert calf.measures["before"].value == pytest.approx(model.posterior(CLINIC)["dvt"])
    assert calf.measures["with_it"].value == pytest.approx(with_it["dvt"])
    assert calf.measures["without_it"].value == pytest.approx(without["dvt"])
    sure = math.exp(
        model.posterior(CLINIC | {"swelling": "leg", "condition": "dvt"}).log_p_evidence
        - model.posterior(CLINIC | {"condition": "dvt"}).log_p_evidence
    )
    assert calf.measures["sensitivity"].value == pytest.approx(sure)


def test_odds_after_are_the_ratio_times_the_odds_before(calf: FindingValue) -> None:
    value = calf.measures["before"].value
    odds = value / (1 - value)
    for ratio, after in (("lr_plus", "with_it"), ("lr_minus", "without_it")):
        later = odds * calf.measures[ratio].value
        assert calf.measures[after].value == pytest.approx(later / (1 + later))
    for about in calf.measures.values():
        assert about.low < about.value < about.high


def test_the_intervals_are_those_of_the_column_where_nothing_else_matters(model: Model) -> None:
    """P(x | h) with one parent and no evidence has the Beta that its sample size implies."""
    name, cpt = next((n, c) for n, c in model.cpts.items() if c.parents == ("condition",))
    state = model.vocabulary[name].state_names[0]
    value = finding_value(model, {}, "strain", name, state, draws=8000, seed=3)
    counts = cpt.dirichlet[model.vocabulary.target.position["strain"]]
    ends = beta.ppf([0.05, 0.95], counts[0], counts[1:].sum())
    assert value.measures["sensitivity"][1:] == pytest.approx(ends, abs=0.02)


def test_the_intervals_of_before_and_after_are_those_of_the_case(model: Model) -> None:
    value = finding_value(model, CLINIC, "dvt", "swelling", "leg", draws=8000, seed=1)
    interval = hamknee.credible_interval(model, CLINIC, draws=8000, seed=2)
    place = model.vocabulary.target.position["dvt"]
    ends = interval.low[place], interval.high[place]
    assert value.measures["before"][1:] == pytest.approx(ends, abs=0.01)


def test_people_add_up_and_agree_with_the_shares(calf: FindingValue) -> None:
    (seen, wrong), (missed, spared) = calf.people(10_000).tolist()
    assert seen + wrong + missed + spared == 10_000
    assert calf.people().sum() == 1000
    assert seen / (seen + missed) == pytest.approx(calf.measures["sensitivity"].value, abs=0.01)
    assert spared / (wrong + spared) == pytest.approx(calf.measures["specificity"].value, abs=0.001)
    assert seen / (seen + wrong) == pytest.approx(calf.measures["with_it"].value, abs=0.01)


def test_what_the_evidence_says_of_the_finding_is_its_value(model: Model) -> None:
    known = CLINIC | {"onset": "days", "swelling": {"leg", "effusion"}}
    value = finding_value(model, known, "dvt", "swelling", draws=50)
    assert set(value.value) == {"leg", "effusion"}
    assert "swelling" not in value.case.evidence
    assert value.measures["with_it"].value == pytest.approx(model.posterior(known)["dvt"])


def test_it_is_said_in_words_and_in_a_table(calf: FindingValue) -> None:
    assert list(calf.table["measure"]) == list(LABELS)
    assert [row[0] for row in calf.rows] == list(LABELS.values())
    ends = {label: end for label, _, end in calf.rows}
    plus, sure = calf.measures["lr_plus"], calf.measures["sensitivity"]
    assert ends[LABELS["lr_plus"]] == f"{round_factor(plus.low)} to {round_factor(plus.high)}"
    assert ends[LABELS["sensitivity"]] == percent_range(sure.low, sure.high)
    assert "times as often with Deep vein thrombosis (clot) as with the other causes" in calf.text
    assert calf.label == "Swelling: The lower leg or calf"


def test_a_finding_that_speaks_against_is_told_the_other_way_round(model: Model) -> None:
    value = finding_value(model, CLINIC, "dvt", "swelling", "none", draws=50)
    assert value.measures["lr_plus"].value < 1
    assert "times as often with the other causes as with Deep vein thrombosis (clot)" in value.text


@pytest.mark.parametrize(
    ("case", "finding", "value", "problem"),
    [
        ({}, "condition", "dvt", "not the target"),
        ({}, "swelling", None, "swelling is not known in this case"),
        ({"swelling": {"leg": 0.7, "none": 0.3}}, "swelling", None, "one or several of"),
        ({"condition": "dvt"}, "swelling", "leg", "certain or ruled out"),
        ({"condition": "strain"}, "swelling", "leg", "certain or ruled out"),
        ({}, "sweling", "leg", "did you mean 'swelling'"),
    ],
)
def test_what_cannot_be_a_test_is_refused(
    model: Model, case: dict[str, object], finding: str, value: object, problem: str
) -> None:
    with pytest.raises(HamkneeError, match=problem):
        finding_value(model, case, "dvt", finding, value, draws=10)
    for mass in (0.0, 1.0):
        with pytest.raises(HamkneeError, match="found a mass of"):
            finding_value(model, {}, "dvt", "pop", "yes", mass=mass)


def test_the_same_seed_gives_the_same_answer(model: Model) -> None:
    one, other = (
        finding_value(model, CLINIC, "dvt", "warmth", "yes", draws=100, seed=7) for _ in range(2)
    )
    assert one.measures == other.measures
    assert np.isfinite(one.table["value"]).all()


def test_an_answer_that_only_one_cause_gives_has_no_end_to_its_ratio() -> None:
    spec = {"t": ("", [0.3, 0.7]), "f": ("t", [[0.4, 0.6], [0.0, 1.0]])}
    value = finding_value(network(spec, "t", ess=20), {}, "yes", "f", "yes", draws=50)
    assert value.measures["lr_plus"].high == math.inf
    assert value.measures["with_it"].low == 1
    assert "nan" not in f"{value.text} {value.rows}"


def test_an_answer_that_nobody_gives_is_no_test() -> None:
    spec = {"t": ("", [0.3, 0.7]), "f": ("t", [[0.0, 1.0], [0.0, 1.0]])}
    model = network(spec, "t", ess=20)
    with pytest.raises(HamkneeError, match="f: Yes never occurs here"):
        finding_value(model, {}, "yes", "f", "yes", draws=10)
    rows = likelihood_ratios(model, {}, draws=10).to_markdown()
    assert "nan" not in rows
    assert "| 0.00 | 1.00 | – |" in rows


def test_an_answer_that_the_cause_never_gives_is_told_without_a_number() -> None:
    spec = {"t": ("", [0.3, 0.7]), "f": ("t", [[0.0, 1.0], [0.4, 0.6]])}
    value = finding_value(network(spec, "t", ess=20), {}, "yes", "f", "yes", draws=10)
    assert "in 0 % of those with Yes and in 40 % of the others: more than 100 times as often" in (
        value.text
    )
    assert value.measures["with_it"].value == 0


def test_what_is_as_common_with_and_without_is_told_as_once() -> None:
    spec = {"t": ("", [0.5, 0.5]), "f": ("t", [[0.25, 0.75]] * 2)}
    value = finding_value(network(spec, "t", ess=20), {}, "yes", "f", "yes", draws=10)
    assert value.measures["lr_plus"].value == 1
    assert "times as often with Yes as with the other causes" in value.text


@pytest.mark.parametrize("scale", [1e-250, 1e250])
def test_of_likelihoods_only_their_ratio_counts(scale: float) -> None:
    spec: Spec = {
        "t": ("", [0.5, 0.3, 0.2], "x y z"),
        "e": ("t", [[0.1, 0.9], [0.3, 0.7], [0.5, 0.5]], "u v"),
        "f": ("t", [[0.2, 0.8], [0.3, 0.7], [0.5, 0.5]], "u v"),
    }
    values = [
        finding_value(network(spec, "t", ess=10), {"e": weights}, "x", "f", "u", draws=20).table
        for weights in ({"u": 1, "v": 2}, {"u": scale, "v": 2 * scale})
    ]
    assert values[1].value.to_list() == pytest.approx(values[0].value.to_list())


def test_how_much_more_often_the_others_show_it_is_told() -> None:
    spec: Spec = {"t": ("", [0.3, 0.7]), "f": ("t", [[0.1, 0.9], [0.4, 0.6]])}
    value = finding_value(network(spec, "t", ess=20), {}, "yes", "f", "yes", draws=10)
    assert "of the others: 4.0 times as often with the other causes as with Yes." in value.text
