"""Scores on cases with a known diagnosis: definitions, baselines, intervals, the command."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.naive_bayes import CategoricalNB

import hamknee
from hamknee.cli.command import main
from hamknee.evaluation.baselines import naive_bayes, posteriors, prior_only
from hamknee.evaluation.evaluating import Evaluation, evaluate
from hamknee.evaluation.metrics import (
    MEASURES,
    Scoreboard,
    bootstrap_means,
    percentile_interval,
    scores,
)
from hamknee.evaluation.self_testing import self_test, simulate_labelled
from hamknee.inference.model import Model
from hamknee.network.labelled import CasesError, label, read_labelled
from hamknee.network.priors import CPT
from tests.support.by_hand import Worlds
from tests.support.networks import asia, network


@pytest.fixture(scope="module")
def simulated(model: Model) -> Evaluation:
    return evaluate(model, simulate_labelled(model, 300, known=0.4, seed=5), resamples=200)


# Measures -----------------------------------------------------------------------------------


def test_scores_of_single_diagnoses_are_those_of_scikit_learn(simulated: Evaluation) -> None:
    p, y = simulated.probabilities["model"], simulated.truth
    labels = np.arange(p.shape[1])
    right = y.argmax(axis=1)
    assert simulated.log_loss == pytest.approx(metrics.log_loss(right, p, labels=labels))
    brier = metrics.brier_score_loss(y, p, scale_by_half=False)
    assert simulated.brier == pytest.approx(brier)
    for k, ours in ((1, simulated.top1), (3, simulated.top3)):
        assert ours == pytest.approx(metrics.top_k_accuracy_score(right, p, k=k, labels=labels))


def test_one_of_several_diagnoses_is_met_by_any_of_them() -> None:
    found = scores(np.array([[0.1, 0.5, 0.3, 0.1]]), np.array([[1.0, 0, 1, 0]]))
    assert found["top1"] == 0
    assert found["top3"] == 1
    assert found["log_loss"] == pytest.approx(-math.log(0.4))
    assert found["brier"] == pytest.approx(0.6**2 + 0.5**2 + 0.1**2)


def test_of_equal_probabilities_the_first_state_goes_first() -> None:
    level = np.full((4, 4), 0.25)
    found = scores(level, np.eye(4))
    assert found["top1"].tolist() == [1, 0, 0, 0]
    assert found["top3"].tolist() == [1, 1, 1, 0]


def test_what_cannot_be_answered_counts_as_wrong() -> None:
    found = scores(np.array([[np.nan, np.nan], [0.0, 1.0]]), np.array([[1.0, 0], [1, 0]]))
    assert found["top1"].tolist() == found["top3"].tolist()[:1] * 2 == [0, 0]
    assert found["log_loss"].tolist() == [math.inf, math.inf]
    assert found["brier"].tolist() == [2, 2]


distributions = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(
    lambda weights: np.array(weights) / sum(weights)
)


@given(said=distributions, true=distributions)
def test_log_loss_and_brier_are_proper(said: np.ndarray, true: np.ndarray) -> None:
    """On average nothing scores better than the truth."""
    for measure in ("log_loss", "brier"):
        expected = {
            name: true @ scores(np.tile(p, (4, 1)), np.eye(4))[measure]
            for name, p in (("said", said), ("true", true))
        }
        assert expected["true"] <= expected["said"] + 1e-12


@given(p=distributions, true=st.integers(1, 15))
def test_scores_keep_to_their_ranges(p: np.ndarray, true: int) -> None:
    truth = np.array([[float(true >> k & 1) for k in range(4)]])
    found = {name: float(values[0]) for name, values in scores(p[None], truth).items()}
    assert found["top1"] <= found["top3"]
    assert found["log_loss"] >= 0
    assert 0 <= found["brier"] <= 2


# Intervals ----------------------------------------------------------------------------------


def test_bootstrap_means_scatter_as_means_do() -> None:
    values = np.random.default_rng(0).normal(3, 2, size=(400, 1))
    means = bootstrap_means(values, 4000, np.random.default_rng(1))
    assert means.mean() == pytest.approx(values.mean(), abs=0.01)
    assert means.std() == pytest.approx(values.std() / 20, rel=0.05)


def test_blocks_of_resamples_are_all_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hamknee.evaluation.metrics.CELLS", 25)
    means = bootstrap_means(np.ones((10, 2)), 7, np.random.default_rng(1))
    assert means == pytest.approx(np.ones((7, 2)))


def test_one_infinite_loss_makes_the_upper_end_infinite() -> None:
    values = np.array([[1.0], [1.0], [math.inf], [1.0]])
    low, high = percentile_interval(bootstrap_means(values, 500, np.random.default_rng(1)), 0.95)
    assert low == 1
    assert high == math.inf


def test_intervals_hold_the_value_and_narrow_with_more_cases(model: Model) -> None:
    widths = {}
    for n in (100, 900):
        found = evaluate(model, simulate_labelled(model, n, known=0.4, seed=2), resamples=500)
        rows = found.table
        assert (rows["low"] <= rows["value"]).all()
        assert (rows["value"] <= rows["high"]).all()
        widths[n] = (rows["high"] - rows["low"]).to_numpy()
    assert (widths[900] < 0.5 * widths[100]).all()


def test_differences_are_taken_on_the_same_resamples() -> None:
    rng = np.random.default_rng(0)
    hard = rng.exponential(size=200)  # some cases are harder than others, for all alike
    by_case = {
        name: dict.fromkeys(MEASURES, hard + shift)
        for name, shift in (("model", 0.0), ("rival", 0.25))
    }
    board = Scoreboard(by_case, mass=0.95, resamples=200, seed=1)
    gap, (low, high) = board.difference("model", "rival", "log_loss")
    assert (gap, low, high) == pytest.approx((-0.25, -0.25, -0.25))


def test_the_seed_decides(model: Model) -> None:
    cases = read_labelled(model.vocabulary)
    first, again, other = (evaluate(model, cases, seed=seed, resamples=99) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first.table, again.table)
    assert not first.table.equals(other.table)


# Baselines ----------------------------------------------------------------------------------


def test_prior_only_is_the_starting_probability(model: Model) -> None:
    cases = read_labelled(model.vocabulary).cases
    assert prior_only(model, cases) == pytest.approx(model.posterior(cases).prior, abs=1e-12)


def test_naive_bayes_is_that_of_scikit_learn() -> None:
    """Which learns it from every world of a network, each with its probability as weight."""
    model = asia()
    worlds = Worlds(model)
    codes = np.array(list(np.ndindex(worlds.joint.shape)))
    target = model.engine.target
    findings = np.delete(codes, target, axis=1)
    theirs = CategoricalNB(alpha=1e-14, force_alpha=True)
    theirs.fit(findings, codes[:, target], sample_weight=worlds.joint.ravel())
    codes[:, target] = model.engine.sizes[target]
    cases = model.cases(codes)
    assert naive_bayes(model, cases) == pytest.approx(theirs.predict_proba(findings), abs=1e-9)


def test_naive_bayes_is_the_model_where_findings_are_independent() -> None:
    tree = network(
        {
            "cause": ("", [0.5, 0.3, 0.2], "p q r"),
            "f": ("cause", [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]),
            "g": ("cause", [[0.3, 0.7], [0.0, 1.0], [0.5, 0.5]]),
        },
        "cause",
    )
    cases = tree.encode([{"f": "yes"}, {"f": {"yes": 0.7, "no": 0.2}, "g": "yes"}, {}])
    assert naive_bayes(tree, cases) == pytest.approx(posteriors(tree, cases), abs=1e-12)


def test_naive_bayes_counts_twice_what_the_model_counts_once() -> None:
    echo = network(
        {
            "cause": ("", [0.5, 0.5], "p q"),
            "f": ("cause", [[0.8, 0.2], [0.2, 0.8]]),
            "g": ("cause f", [[[1.0, 0.0], [0.0, 1.0]]] * 2),  # g repeats f
        },
        "cause",
    )
    cases = echo.encode([{"f": "yes", "g": "yes"}])
    assert posteriors(echo, cases)[0, 0] == pytest.approx(0.8)
    assert naive_bayes(echo, cases)[0, 0] == pytest.approx(0.64 / 0.68)


def test_a_state_that_cannot_be_stays_at_0_in_every_baseline() -> None:
    spec = {
        "cause": ("", [0.5, 0.5, 0.0], "p q r"),
        "f": ("cause", [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]),
    }
    model = network(spec, "cause")
    cases = model.encode([{"f": "yes"}])
    for answer in (posteriors, prior_only, naive_bayes):
        assert answer(model, cases)[0, 2] == 0


# Which cases count --------------------------------------------------------------------------


def frame(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_unknown_diagnoses_are_left_out_and_counted(model: Model) -> None:
    cases = frame(condition=["rupture", "", "strain|rupture"], pop=["yes", "yes", "no"])
    found = evaluate(model, cases)
    assert (found.n, found.read, found.undiagnosed) == (2, 3, 1)
    assert "2 of 3 cases; 1 left out, diagnosis unknown." in found.text
    assert list(found.by_condition["condition"]) == ["rupture", "strain|rupture"]
    assert found.by_condition["label"][1] == "Distal hamstring strain or Complete tendon rupture"
    assert found.confusion["n"].sum() == 1


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
    found = evaluate(model, label(model.vocabulary, cases), resamples=50)
    assert (found.n, found.impossible, found.excluded) == (3, 1, 1)
    assert found.top1 == pytest.approx(1 / 3)
    assert found.log_loss == math.inf
    assert "1 with impossible findings count as wrong." in found.text
    assert "In 1 the right condition was given probability 0." in found.text
    assert found.confusion["n"].sum() == 2
    assert found.by_case["first"].fillna("none").tolist() == ["none", "q", "q"]
    answer = json.loads(json.dumps(found.as_json(), allow_nan=False))
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
        ({"resamples": 0}, "found 0 resamples; allowed: 1 or more"),
        ({"min_findings": -1}, "found -1 findings at least; allowed: 0 or more"),
    ],
)
def test_settings_out_of_range_are_refused(
    model: Model, settings: dict[str, float], message: str
) -> None:
    with pytest.raises(hamknee.HamkneeError, match=message):
        evaluate(model, **settings)


# Tables -------------------------------------------------------------------------------------


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
    assert set(answer["by_condition"]["dvt"]) == {"n", "top1", "top3", "mean_p"}
    json.dumps(answer, allow_nan=False)


# Self-test ----------------------------------------------------------------------------------


def test_the_engine_is_calibrated_on_patients_of_its_own_model(model: Model) -> None:
    for known in (0.2, 0.8, {"onset": 1, "location": 1, "age": 0.5}):
        found = self_test(model, n=1500, known=known)
        assert found.passed, found.text
        assert found.text.startswith("Passed: 1,500 patients drawn from the model.")


def test_a_wrong_engine_fails_the_self_test(model: Model) -> None:
    """One that takes the rare for common: other priors than those that made the patients."""
    prior = model.cpts["condition"]
    turned = CPT("condition", prior.parents, prior.probabilities[..., ::-1].copy())
    wrong = Model(model.vocabulary, model.cpts | {"condition": turned})
    found = self_test(model, n=1500, answered_by=wrong)
    assert not found.passed
    assert found.text.startswith("Failed")


def test_an_engine_that_counts_everything_twice_fails_the_self_test(model: Model) -> None:
    sharper = {
        name: CPT(name, cpt.parents, _squared(cpt.probabilities))
        for name, cpt in model.cpts.items()
        if name != "setting"
    }
    found = self_test(model, n=1500, answered_by=Model(model.vocabulary, model.cpts | sharper))
    assert not found.passed
    assert found.calibration.slope.high < 1


def _squared(table: np.ndarray) -> np.ndarray:
    return table**2 / (table**2).sum(axis=-1, keepdims=True)


def test_simulated_patients_have_what_was_asked_for(model: Model) -> None:
    drawn = simulate_labelled(model, 400, known={"onset": 1, "pop": 0.5}, seed=1)
    known = drawn.cases.codes != np.array(model.engine.sizes)
    share = dict(zip(model.vocabulary, known.mean(axis=0), strict=True))
    assert share.pop("onset") == 1
    assert share.pop("pop") == pytest.approx(0.5, abs=0.08)
    assert set(share.values()) == {0}
    counted = drawn.truth.mean(axis=0)
    assert counted == pytest.approx(model.posterior({}).probabilities, abs=0.06)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n": 0}, "found 0 patients; allowed: 1 or more"),
        ({"known": 1.5}, "found 1.5 as the probability of knowing"),
        ({"known": {"onsett": 1.0}}, "did you mean 'onset'?"),
    ],
)
def test_a_self_test_that_cannot_be_is_refused(
    model: Model, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(hamknee.HamkneeError) as caught:
        self_test(model, **settings)  # type: ignore[arg-type]
    assert message in str(caught.value)


# The command --------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(("evaluate", *arguments))
    captured = capsys.readouterr()
    return int(exit_.value.code or 0), captured.out, captured.err


def test_the_command_prints_scores_beside_the_baselines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = run(capsys, "--min-findings", "3")
    assert (code, err) == (0, "")
    assert out.startswith("40 of 58 cases with at least 3 findings. The right condition")
    tables = out.split("\n\n", 1)[1].splitlines()
    assert " ".join(tables[0].split()) == "95 % intervals hamknee prior only naive Bayes"
    assert all(len(line) <= 80 for line in tables if not line.startswith("priors"))
    assert any(line.startswith("Deep vein thrombosis") for line in tables)


def test_the_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["n"] == 58
    assert answer["priors"]["sha256"] == hamknee.load().sha256
    assert {"n", *MEASURES, "by_condition", "baselines"} <= set(answer)


def test_the_command_takes_a_file_of_ones_own(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("condition,pop,age\nrupture,yes,31\n,no,40\n", encoding="utf-8")
    code, out, _ = run(capsys, str(path), "--json")
    assert code == 0
    assert json.loads(out)["cases"] == {
        "read": 2,
        "diagnosis_unknown": 1,
        "min_findings": 0,
        "impossible": 0,
        "excluded": 0,
    }


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        (None, [], "there is no file"),
        ("pop\nyes\n", [], "no column 'condition' among pop"),
        ("condition,pop\nruptur,yes\n", [], "did you mean 'rupture'?"),
        ("condition,pop\n,yes\n", [], "of 1 cases 0 have a known diagnosis"),
        ("condition,pop\nrupture,yes\n", ["--min-findings", "-1"], "Invalid value"),
        ("condition,pop\nrupture,yes\n", ["--priors", "none.csv"], "there is no file"),
    ],
)
def test_bad_input_ends_with_exit_code_2(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    text: str | None,
    arguments: list[str],
    message: str,
) -> None:
    path = tmp_path / "mine.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    code, out, err = run(capsys, str(path), *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
