"""Predictive checks: surprise by the definition, shares by hand, and silence where all is well."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.evaluation.predictive_checks import PredictiveCheck, predictive_check
from hamknee.evaluation.self_testing import simulate_labelled
from hamknee.inference.model import Model
from hamknee.network.labelled import CasesError
from tests.support.networks import network


@pytest.fixture(scope="module")
def published(model: Model) -> PredictiveCheck:
    return predictive_check(model, replicates=100)


def test_surprise_is_the_probability_of_what_is_known(model: Model) -> None:
    frame = pd.DataFrame(
        {"condition": ["strain", ""], "setting": ["emergency", ""], "pop": ["yes", "no"]}
    )
    check = predictive_check(model, frame, replicates=5)
    known = [{"condition": "strain", "setting": "emergency", "pop": "yes"}, {"pop": "no"}]
    assert check.surprise == pytest.approx([-math.log2(model.p_evidence(case)) for case in known])


def test_answers_are_counted_as_they_were_asked(published: PredictiveCheck) -> None:
    table = published.table
    for _, answers in table.groupby("variable"):
        assert len(set(answers["n"])) == 1
        for share in ("observed", "expected"):
            assert answers[share].sum() == pytest.approx(1)
    assert (table["n"] > 0).all()
    assert table["z"].abs().is_monotonic_decreasing
    tender = table.query("variable == 'tenderness' and state == 'yes'").iloc[0]
    assert (tender["n"], tender["observed"]) == (41, 1.0)
    assert tender["off"]
    assert "Tenderness" in published.text or "Sex" in published.text


def test_a_finding_that_was_asked_once_is_told_and_one_that_never_was_is_not(model: Model) -> None:
    frame = pd.DataFrame({"condition": ["strain"] * 2, "pop": ["yes", "no"], "warmth": ["", "yes"]})
    table = predictive_check(model, frame, replicates=5).table
    assert table.groupby("variable")["n"].first().to_dict() == {"pop": 2, "warmth": 1}


def test_expected_shares_are_those_of_the_model(model: Model) -> None:
    n = 400
    frame = pd.DataFrame({"condition": ["rupture"] * n, "pop": ["yes"] * n, "bruising": ["no"] * n})
    table = predictive_check(model, frame, replicates=100).table.set_index(["variable", "state"])
    given = model.marginals({"condition": "rupture"})
    for name in ("pop", "bruising"):
        assert table.loc[(name, "yes"), "expected"] == pytest.approx(given[name][0], abs=0.05)


@pytest.mark.parametrize("seed", range(2))
def test_patients_of_the_model_are_no_surprise(model: Model, seed: int) -> None:
    patients = simulate_labelled(model, 300, known=0.5, seed=seed)
    check = predictive_check(model, patients, replicates=60, seed=seed)
    assert check.table["off"].mean() < 0.2
    assert (check.by_case["rarer"] <= 0.05).mean() == pytest.approx(0.05, abs=0.04)
    assert "that is as many as the 5 %" in check.text or "fewer than" in check.text


def test_patients_of_another_world_are(priors: hamknee.network.Priors) -> None:
    given = {"condition": "osteoarthritis"}
    other = hamknee.load(priors.set("morning_stiffness", "yes", given=given, probability=0.01))
    n = 200
    frame = pd.DataFrame({"condition": ["osteoarthritis"] * n})
    frame["morning_stiffness"] = np.where(np.arange(n) < 0.8 * n, "yes", "no")
    check = predictive_check(other, frame, replicates=60)
    first = check.table.iloc[0]
    assert first["variable"] == "morning_stiffness"
    assert first["off"]
    assert "that is more than the 5 %" in check.text


def test_impossible_worlds_are_left_out_and_impossible_answers_are_rarest() -> None:
    model = network(
        {
            "place": ("", [0.5, 0.5], "p q"),
            "cause": ("place", [[1.0, 0.0], [0.5, 0.5]], "a b"),
            "f": ("cause", [[1.0, 0.0], [0.5, 0.5]]),
        },
        "cause",
        context=("place",),
        ess=50,
    )
    rows = {"cause": ["b", "a", "b"], "place": ["p", "q", "q"], "f": ["yes", "no", "no"]}
    frame = pd.DataFrame({name: values * 4 for name, values in rows.items()})
    check = predictive_check(model, frame, replicates=20)
    assert (len(check.cases), check.impossible) == (8, 4)
    assert check.surprise[0] == math.inf
    assert check.by_case["rarer"][0] == pytest.approx(1 / 21)
    assert "4 left out, impossible by the model." in check.text
    assert "Too few cases to say" in check.text
    with pytest.raises(CasesError, match="no case is possible"):
        predictive_check(model, frame.iloc[[0]], replicates=20)


def test_an_answer_is_as_rare_as_the_answers_that_are_no_likelier() -> None:
    model = network(
        {"cause": ("", [0.5, 0.5], "a b"), "f": ("cause", [[0.6, 0.4], [0.6, 0.4]])}, "cause"
    )
    frame = pd.DataFrame({"cause": ["a", "b"] * 10, "f": ["yes", "yes", "no", "no"] * 5})
    rarer = predictive_check(model, frame, replicates=400).by_case["rarer"].to_numpy()
    assert (rarer[0::4], rarer[1::4]) == (pytest.approx(1), pytest.approx(1))
    assert (rarer[2::4], rarer[3::4]) == (pytest.approx(0.4, abs=0.1), pytest.approx(0.4, abs=0.1))


def test_replicates_are_needed(model: Model) -> None:
    with pytest.raises(hamknee.HamkneeError, match="found 1 replicates; allowed: 2 or more"):
        predictive_check(model, replicates=1)


def counted(check: PredictiveCheck, rare: int, n: int) -> PredictiveCheck:
    """Return a check of n cases, so many of them rarer than each of 19 that the model makes."""
    surprise = np.where(np.arange(n) < rare, 1.0, 0.0)
    made = {"made": check.made[:19], "no_likelier": np.where(surprise > 0, 0, 19)}
    return replace(check, cases=range(n), surprise=surprise, **made)


@pytest.mark.parametrize(
    ("rare", "n", "verdict"),
    [(0, 100, "fewer than"), (5, 100, "as many as"), (20, 100, "more than"), (0, 10, "as many as")],
)
def test_one_in_twenty_is_rare_by_chance(
    published: PredictiveCheck, rare: int, n: int, verdict: str
) -> None:
    check = counted(published, rare, n)
    assert check.by_case["rarer"].tolist() == [0.05] * rare + [1.0] * (n - rare)
    assert f" {rare} of them ({round(100 * rare / n)} %, 95 % interval " in check.text
    assert f"that is {verdict} the 5 % that would be by chance." in check.text
    assert "left out" not in check.text


def test_nine_cases_say_nothing(published: PredictiveCheck) -> None:
    assert "Too few cases to say" in counted(published, 0, 9).text


def test_an_answer_is_off_outside_the_middle_95_percent_of_cohorts(
    published: PredictiveCheck,
) -> None:
    check = replace(published, made=np.tile(np.arange(101.0)[:, None], published.made.shape[1]))
    for seen, off in ((2, True), (3, False), (97, False), (98, True)):
        every = np.full(len(check.n), float(seen))
        table = replace(check, seen=every, n=np.full(len(check.n), 100)).table
        assert table["off"].tolist() == [off] * len(table)
        assert table.loc[0, ["low", "expected", "high"]].tolist() == pytest.approx(
            [0.025, 0.5, 0.975]
        )
        assert table.loc[0, "z"] == pytest.approx((seen - 50) / np.arange(101).std())


def test_what_every_cohort_has_is_not_off(published: PredictiveCheck) -> None:
    five = np.full(len(published.n), 5.0)
    table = replace(published, seen=five, made=np.tile(five, (20, 1))).table
    assert not table["off"].any()
    assert not table["z"].any()


def test_three_findings_that_are_off_are_named(published: PredictiveCheck) -> None:
    assert published.table["off"].sum() > 3
    words = published.text.partition("Furthest off: ")[2]
    labels = [part.partition(" (")[0] for part in words.split("; ")]
    assert len(labels) == len(set(labels)) == 3
    assert labels[0] == published.table["variable_label"][0]
