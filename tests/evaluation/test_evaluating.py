"""An evaluation: which cases count, its scores, intervals and tables."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

import hamknee
from hamknee.evaluation.evaluating import Evaluation, evaluate
from hamknee.evaluation.metrics import (
    MEASURES,
)
from hamknee.evaluation.self_testing import simulate_labelled
from hamknee.inference.model import Model
from hamknee.network.labelled import CasesError, label
from tests.support.networks import network


@pytest.fixture(scope="module")
def simulated(model: Model) -> Evaluation:
    return evaluate(model, simulate_labelled(model, 300, known=0.4, seed=5))


# Which cases count --------------------------------------------------------------------------


def frame(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_unknown_diagnoses_are_left_out_and_counted(model: Model) -> None:
    cases = frame(condition=["rupture", "", "strain|rupture"], pop=["yes", "yes", "no"])
    evaluation = evaluate(model, cases)
    assert (evaluation.n, evaluation.read, evaluation.undiagnosed) == (2, 3, 1)
    assert "2 of 3 cases; 1 left out, diagnosis unknown." in evaluation.text
    assert list(evaluation.by_condition["condition"]) == ["rupture", "strain|rupture"]
    assert (
        evaluation.by_condition["label"][1] == "Distal hamstring strain or Complete tendon rupture"
    )
    assert evaluation.confusion["n"].sum() == 1


def test_findings_are_counted_without_age_and_setting(model: Model) -> None:
    cases = frame(
        condition=["rupture", "dvt"],
        pop=["yes", ""],
        onset=["sudden", ""],
        age=["31", "70"],
        setting=["emergency", "emergency"],
    )
    assert evaluate(model, cases).n == 2
    assert evaluate(model, cases, min_findings=2).n == 1
    with pytest.raises(
        CasesError, match="of 2 cases 2 have a known diagnosis, and none of those 3"
    ):
        evaluate(model, cases, min_findings=3)


def impossible_model() -> Model:
    return network(
        {
            "cause": ("", [0.5, 0.5], "p q"),
            "f": ("cause", [[1.0, 0.0], [0.5, 0.5]]),
            "g": ("cause", [[0.5, 0.5], [0.0, 1.0]]),
        },
        "cause",
    )


def test_impossible_cases_are_kept_and_said() -> None:
    model = impossible_model()
    cases = frame(cause=["p", "p", "q"], f=["no", "no", "no"], g=["yes", "no", ""])
    evaluation = evaluate(model, label(model.vocabulary, cases))
    assert (evaluation.n, evaluation.impossible, evaluation.excluded) == (3, 1, 1)
    assert evaluation.top1 == pytest.approx(1 / 3)
    assert evaluation.log_loss == math.inf
    assert "1 with impossible findings count as wrong." in evaluation.text
    assert "In 1 the right condition was given probability 0." in evaluation.text
    assert evaluation.confusion["n"].sum() == 2
    assert evaluation.by_case["first"].fillna("none").tolist() == ["none", "q", "q"]
    answer = json.loads(json.dumps(evaluation.as_json(), allow_nan=False))
    assert answer["log_loss"] is None
    assert answer["cases"]["impossible"] == 1


def test_cases_of_another_vocabulary_are_refused(model: Model) -> None:
    other = impossible_model()
    cases = label(other.vocabulary, frame(cause=["p"], f=["yes"]))
    with pytest.raises(CasesError, match="another vocabulary"):
        evaluate(model, cases)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mass": 1.0}, "found a mass of 1.0; allowed: between 0 and 1"),
        ({"min_findings": -1}, "found -1 findings at least; allowed: 0 or more"),
    ],
)
def test_settings_out_of_range_are_refused(
    model: Model, settings: dict[str, float], message: str
) -> None:
    with pytest.raises(hamknee.HamkneeError, match=message):
        evaluate(model, **settings)


# Scores and tables -----------------------------------------------------------------------


def test_scores_of_single_diagnoses_are_those_of_scikit_learn(simulated: Evaluation) -> None:
    p, y = simulated.probabilities["model"], simulated.truth
    labels = np.arange(p.shape[1])
    right = y.argmax(axis=1)
    assert simulated.log_loss == pytest.approx(metrics.log_loss(right, p, labels=labels))
    brier = metrics.brier_score_loss(y, p, scale_by_half=False)
    assert simulated.brier == pytest.approx(brier)
    for k, ours in ((1, simulated.top1), (3, simulated.top3)):
        assert ours == pytest.approx(metrics.top_k_accuracy_score(right, p, k=k, labels=labels))


def test_intervals_hold_the_value_and_narrow_with_more_cases(model: Model) -> None:
    widths = {}
    for n in (100, 900):
        evaluation = evaluate(model, simulate_labelled(model, n, known=0.4, seed=2))
        rows = evaluation.table
        assert (rows["low"] <= rows["value"]).all()
        assert (rows["value"] <= rows["high"]).all()
        widths[n] = (rows["high"] - rows["low"]).to_numpy()
    assert (widths[900] < 0.5 * widths[100]).all()


@pytest.mark.parametrize("n", [1, 6, 9])
def test_few_cases_are_not_compared(model: Model, n: int) -> None:
    cases = frame(condition=["rupture"] * n, pop=["yes"] * n, onset=["sudden"] * n)
    text = evaluate(model, cases).text
    assert text.endswith("Too few cases to compare with prior only or naive Bayes.")
    assert "lower" not in text
    assert "higher" not in text


def test_six_of_six_is_no_certainty(model: Model) -> None:
    cases = frame(
        condition=["osteoarthritis"] * 6, age=["70"] * 6, onset=["gradual"] * 6, activity=[""] * 6
    )
    evaluation = evaluate(model, cases)
    assert evaluation.top1 == 1
    assert "first in 100 % (95 % interval 61 to 100 %)" in evaluation.text
    row = evaluation.by_condition.iloc[0]
    assert (round(row["top1_low"], 2), row["top1_high"]) == (0.61, 1.0)


def test_one_case_tells_no_interval_of_its_loss(model: Model) -> None:
    evaluation = evaluate(model, frame(condition=["rupture"], pop=["yes"]))
    assert "(no interval)" in evaluation.text
    answer = json.loads(json.dumps(evaluation.as_json(), allow_nan=False))
    assert answer["intervals"]["log_loss"] == [None, None]


def test_only_what_the_cases_tell_is_compared(model: Model) -> None:
    evaluation = evaluate(model)
    assert "lower than with prior only" in evaluation.text
    assert "These cases cannot tell it from that with naive Bayes." in evaluation.text
    ends = evaluation.differences.set_index(["baseline", "measure"]).loc[:, ["low", "high"]]
    assert (ends.loc[("prior_only", "log_loss")] < 0).all()
    assert ends.loc[("naive_bayes", "log_loss"), "low"] < 0
    assert ends.loc[("naive_bayes", "log_loss"), "high"] > 0


def test_a_rival_that_does_better_is_said_to(simulated: Evaluation) -> None:
    forecasts = simulated.probabilities
    blurred = (forecasts["model"] + forecasts["prior_only"]) / 2
    ahead = replace(simulated, probabilities=forecasts | {"prior_only": blurred})
    behind = replace(
        simulated, probabilities=forecasts | {"model": blurred, "prior_only": forecasts["model"]}
    )
    (gap,) = re.findall(r"(0\.\d\d) lower than with prior only", ahead.text)
    assert f"{gap} higher than with prior only" in behind.text


def test_confusion_is_that_of_scikit_learn(simulated: Evaluation) -> None:
    p, y = simulated.probabilities["model"], simulated.truth
    size = p.shape[1]
    expected = metrics.confusion_matrix(y.argmax(axis=1), p.argmax(axis=1), labels=range(size))
    assert simulated.confusion["n"].to_numpy().reshape(size, size).tolist() == expected.tolist()


def test_tables_add_up(simulated: Evaluation) -> None:
    by_condition, by_case = simulated.by_condition, simulated.by_case
    assert by_condition["n"].sum() == len(by_case) == simulated.n
    for measure in ("top1", "top3"):
        mean = np.average(by_condition[measure], weights=by_condition["n"])
        assert mean == pytest.approx(getattr(simulated, measure))
    assert (by_case["rank"] == 1).mean() == simulated.top1
    assert -np.log(by_case["p_true"]).mean() == pytest.approx(simulated.log_loss)
    names = simulated.target.state_names
    assert list(by_condition["condition"]) == [n for n in names if n in set(by_case["condition"])]


def test_json_has_the_promised_keys(simulated: Evaluation) -> None:
    answer = simulated.as_json()
    assert {"n", *MEASURES, "by_condition", "baselines", "intervals"} <= set(answer)
    assert set(answer["baselines"]) == {"prior_only", "naive_bayes"}
    for rival in answer["baselines"].values():
        assert set(rival) == {*MEASURES, "intervals"}
    ends = {f"{share}_{end}" for share in ("top1", "top3") for end in ("low", "high")}
    assert set(answer["by_condition"]["dvt"]) == {"n", "top1", "top3", "mean_p", *ends}
    json.dumps(answer, allow_nan=False)


def test_kinds_are_told_apart(model: Model) -> None:
    cases = frame(
        condition=["rupture", "dvt", "strain", ""],
        pop=["yes", "no", "", "yes"],
        kind=["odd", "usual", "odd", "usual"],
    )
    evaluation = evaluate(model, cases)
    alone = {kind: evaluate(model, cases[cases["kind"] == kind]) for kind in KINDS}
    for kind, part in evaluation.by_kind.items():
        pd.testing.assert_frame_equal(part.table, alone[kind].table)
        assert f"Of the {part.n} of kind {kind}: first in " in evaluation.text
    assert evaluation.kind_table["kind"].tolist() == list(evaluation.by_kind) == KINDS
    assert evaluation.kind_table["log_loss"].tolist() == [alone[kind].log_loss for kind in KINDS]
    answer = json.loads(json.dumps(evaluation.as_json(), allow_nan=False))["by_kind"]
    assert {kind: of["n"] for kind, of in answer.items()} == {"odd": 2, "usual": 1}
    assert set(answer["odd"]) == {"n", *MEASURES, "intervals"}


KINDS = ["odd", "usual"]


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (["a", "", "b"], ["a", "not said", "b"]),
        (["a", None, "a"], ["a", "not said", "a"]),
        (["", "", ""], []),
        ([" a", "a ", "a"], ["a", "a", "a"]),
    ],
)
def test_a_blank_kind_is_one_of_its_own(
    model: Model, kinds: list[str | None], told: list[str]
) -> None:
    cases = frame(condition=["rupture"] * 3, pop=["yes"] * 3).assign(kind=kinds)
    assert list(evaluate(model, cases).kinds) == told


def test_up_to_twelve_kinds_are_told_apart(model: Model) -> None:
    twelve = [f"kind {number}" for number in range(12)]
    cases = frame(condition=["rupture"] * 12, pop=["yes"] * 12, kind=twelve)
    assert list(evaluate(model, cases).kinds) == twelve


def test_a_column_with_a_kind_for_each_case_is_something_else(model: Model) -> None:
    many = [f"kind {number}" for number in range(13)]
    cases = frame(condition=["rupture"] * 13, pop=["yes"] * 13, kind=many)
    evaluation = evaluate(model, cases)
    assert evaluation.by_kind == {}
    assert evaluation.kind_table.empty
    assert "kind" not in evaluation.text


def test_one_condition_of_an_evaluation(model: Model) -> None:
    evaluation = evaluate(model, simulate_labelled(model, 400, known=0.6, seed=4))
    place = model.vocabulary.target.position["strain"]
    alone = evaluation.calibration("strain")
    assert alone.p.tolist() == evaluation.probabilities["model"][:, place].tolist()
    assert alone.y.tolist() == evaluation.truth[:, place].tolist()
    assert alone.label == "Distal hamstring strain"
    curve = evaluation.decision_curve("strain", [0.1, 0.2])
    assert curve.events == evaluation.truth[:, place].sum()
    assert curve.label == "Distal hamstring strain"
    for ask in (evaluation.calibration, evaluation.decision_curve):
        with pytest.raises(hamknee.HamkneeError, match="did you mean 'strain'"):
            ask("straim")
