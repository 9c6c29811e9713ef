"""A slope by statsmodels' conditional logit, out of fold, and never on published cases."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.discrete.conditional_models import ConditionalLogit

import hamknee
from hamknee.base.files import shipped
from hamknee.evaluation.baselines import posteriors, prior_only
from hamknee.evaluation.metrics import scores
from hamknee.evaluation.recalibrating import Recalibration, recalibrate
from hamknee.evaluation.self_testing import simulate_labelled
from hamknee.inference.model import Model
from hamknee.network.labelled import CasesError, LabelledCases, read_labelled


def milder(model: Model, n: int, seed: int, slope: float = 0.5) -> LabelledCases:
    """Return patients in whom the findings say half as much as the model takes them to."""
    patients = simulate_labelled(model, n, known=0.6, seed=seed)
    p, prior = posteriors(model, patients.cases), prior_only(model, patients.cases)
    true = prior * (p / prior) ** slope
    true /= true.sum(axis=1, keepdims=True)
    rng = np.random.default_rng(seed)
    truth = np.array([rng.multinomial(1, row / row.sum()) for row in true]).astype(float)
    return replace(patients, truth=truth)


@pytest.fixture(scope="module")
def patients(model: Model) -> LabelledCases:
    return milder(model, 400, seed=1)


@pytest.fixture(scope="module")
def fitted(model: Model, patients: LabelledCases) -> Recalibration:
    return recalibrate(model, patients, name="clinic.csv")


@pytest.mark.parametrize("kind", ["slope", "temperature"])
def test_the_slope_is_that_of_a_conditional_logit(
    model: Model, patients: LabelledCases, kind: str
) -> None:
    ours = recalibrate(model, patients, kind=kind, folds=2)
    p, prior = posteriors(model, patients.cases), prior_only(model, patients.cases)
    log_p, log_prior = np.log(p).ravel(), np.log(prior).ravel()
    offset = log_prior if kind == "slope" else np.zeros_like(log_p)
    groups = np.repeat(np.arange(len(p)), p.shape[1])
    theirs = ConditionalLogit(
        patients.truth.ravel(), (log_p - offset)[:, None], groups=groups, offset=offset
    ).fit(disp=False)
    assert ours.slope.value == pytest.approx(theirs.params[0], rel=1e-3)
    low, high = theirs.conf_int()[0]
    assert (ours.slope.low, ours.slope.high) == pytest.approx((low, high), rel=0.01)


def test_cases_that_the_case_mix_excludes_do_not_move_the_slope(
    model: Model, patients: LabelledCases
) -> None:
    names = model.vocabulary.target.state_names
    mix = {name: float(name != "strain") for name in names}
    mix = {name: share / sum(mix.values()) for name, share in mix.items()}
    there = patients.truth[:, names.index("strain")] == 0
    every, others = (
        recalibrate(model, some, case_mix=mix, folds=2) for some in (patients, patients[there])
    )
    assert not there.all()
    assert every.slope.value == pytest.approx(others.slope.value, rel=1e-3)


def test_it_helps_where_the_findings_say_less(fitted: Recalibration) -> None:
    assert fitted.slope.low < 0.5 < fitted.slope.high
    assert fitted.helps
    assert "Findings count 0.4" in fitted.text
    assert "fitted to 400 cases of clinic.csv." in fitted.text
    assert fitted.text.endswith("It helps.")
    assert fitted.calibration("model").slope.high < 1
    assert fitted.calibration().slope.low < 1 < fitted.calibration().slope.high


def test_it_does_not_where_the_model_is_right(model: Model) -> None:
    fitted = recalibrate(model, simulate_labelled(model, 200, known=0.5, seed=3))
    assert fitted.slope.low < 1 < fitted.slope.high
    assert not fitted.helps
    assert "These cases cannot tell that it helps" in fitted.text


def test_the_layer_answers_as_its_slope_says(
    model: Model, patients: LabelledCases, fitted: Recalibration
) -> None:
    layer = fitted.layer
    assert (layer.numbers, layer.cases, layer.cohort) == (model.sha256, 400, "clinic.csv")
    assert layer.slope == fitted.slope.value
    whole = scores(layer.probabilities(model, patients.cases), patients.truth)["log_loss"].mean()
    assert whole <= fitted.board.value("recalibrated", "log_loss")
    again = recalibrate(model, patients, name="clinic.csv")
    assert again.layer == layer
    other = recalibrate(model, milder(model, 400, seed=2), name="clinic.csv").layer
    assert other.cohort_sha256 != layer.cohort_sha256


def test_no_case_is_judged_by_a_slope_it_was_fitted_to(
    model: Model, patients: LabelledCases, fitted: Recalibration
) -> None:
    fold = np.random.default_rng(1).permutation(np.arange(400) % 10)
    truth = patients.truth.copy()
    held_out = np.flatnonzero(fold == 0)
    truth[held_out] = np.eye(truth.shape[1])[truth[held_out].argmax(axis=1) - 1]
    changed = recalibrate(model, replace(patients, truth=truth))
    assert changed.after[held_out] == pytest.approx(fitted.after[held_out], abs=1e-12)
    others = np.flatnonzero(fold == 1)
    assert np.abs(changed.after[others] - fitted.after[others]).max() > 1e-4


def test_a_case_mix_can_be_stated_with_it(model: Model, patients: LabelledCases) -> None:
    fitted = recalibrate(model, patients, case_mix={"osteoarthritis": 0.9})
    assert fitted.layer.case_mix is not None
    assert fitted.text.startswith("Case mix as stated, 90 % Knee osteoarthritis the most.")


# What is refused ------------------------------------------------------------------------------


def test_published_cases_are_refused_however_they_come(model: Model) -> None:
    published = read_labelled(model.vocabulary)
    frame = pd.read_csv(shipped("data/cases.csv"), dtype=str, keep_default_na=False)
    for cases in (published, published[:60], frame, frame.drop(columns="case_id").iloc[::-1]):
        with pytest.raises(CasesError, match=r"these are published cases .*a cohort of your own"):
            recalibrate(model, cases)
    with pytest.raises(CasesError, match="found no cases; allowed: a cohort of your own"):
        recalibrate(model, None)  # type: ignore[arg-type]


def test_few_cases_are_refused(model: Model, patients: LabelledCases) -> None:
    with pytest.raises(
        CasesError, match=r"found 19 cases with a diagnosis .*; allowed: 20 or more"
    ):
        recalibrate(model, patients[:19])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "both"}, "found the kind 'both'; allowed: 'slope' or 'temperature'"),
        ({"folds": 1}, "found 1 folds; allowed: 2 to 400"),
        ({"mass": 1.0}, "found a mass of 1.0; allowed: between 0 and 1"),
        ({"case_mix": {"sprain": 0.1}}, "unknown condition 'sprain'"),
    ],
)
def test_settings_out_of_range_are_refused(
    model: Model, patients: LabelledCases, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(hamknee.HamkneeError, match=message):
        recalibrate(model, patients, **settings)


def test_an_interval_without_an_upper_end_is_told_in_words(model: Model) -> None:
    fitted = recalibrate(model, simulate_labelled(model, 40, known=0.5, seed=1))
    endless = replace(fitted, slope=replace(fitted.slope, high=np.inf))
    assert f"interval of the slope {fitted.slope.low:.2f} or more. On cases" in endless.text
