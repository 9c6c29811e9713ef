"""The figures of a validation, held to scikit-learn, statsmodels and their definitions."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, roc_auc_score
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

import hamknee
from hamknee.base import HamkneeError
from hamknee.evaluation import Validation, validate
from hamknee.inference import Model, simulate_cases

TODAY = {"today": ["dvt", "inflamed_joint", "skin_or_vein_inflammation"]}


@pytest.fixture(scope="module")
def cohort(model: Model) -> pd.DataFrame:
    """Simulated patients with their diagnosis; some findings are not known."""
    cases = simulate_cases(model, 400, known=0.6, seed=5)
    rng = np.random.default_rng(6)
    frame = pd.DataFrame([dict(cases.evidence(row)) for row in range(len(cases))])
    names = np.array(model.vocabulary.target.state_names)
    p = model.posterior(frame.drop(columns="condition", errors="ignore")).probabilities
    return frame.assign(condition=[str(rng.choice(names, p=row / row.sum())) for row in p])


@pytest.fixture(scope="module")
def other() -> Model:
    """A model that is plainly worse: half of all worn knees begin in a moment."""
    project = hamknee.open_project()
    return project.state("onset=sudden", "osteoarthritis", "0.6 (0.5 to 0.7)").model


@pytest.fixture(scope="module")
def validated(model: Model, other: Model, cohort: pd.DataFrame) -> Validation:
    return validate(model, cohort, events=TODAY, thresholds=(0.1, 0.3), against=other)


def event(model: Model, cohort: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    p = model.posterior(cohort.drop(columns="condition")).probabilities
    states = [model.vocabulary.target.position[name] for name in TODAY["today"]]
    return p[:, states].sum(axis=1), cohort["condition"].isin(TODAY["today"]).to_numpy()


def row(validated: Validation, table: str, **where: object) -> pd.Series:
    rows = validated.tables[table]
    for column, value in where.items():
        rows = rows[rows[column] == value]
    (only,) = [each for _, each in rows.iterrows()]
    return only


def test_discrimination_is_that_of_scikit_learn(
    model: Model, cohort: pd.DataFrame, validated: Validation
) -> None:
    p, y = event(model, cohort)
    assert row(validated, "discrimination", event="today").c_statistic == pytest.approx(
        roc_auc_score(y, p)
    )


def test_observed_over_expected_is_by_its_definition(
    model: Model, cohort: pd.DataFrame, validated: Validation
) -> None:
    p, y = event(model, cohort)
    told = row(validated, "calibration", event="today")
    assert told.observed_expected == pytest.approx(y.sum() / p.sum())
    assert told.observed_expected_low < told.observed_expected < told.observed_expected_high
    assert told.ici_low <= told.ici <= told.ici_high


def test_sensitivity_and_specificity_are_those_of_scikit_learn(
    model: Model, cohort: pd.DataFrame, validated: Validation
) -> None:
    p, y = event(model, cohort)
    (tn, fp), (fn, tp) = confusion_matrix(y, p >= 0.1)
    expected = {
        "sensitivity": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "ppv": (tp, tp + fp),
        "npv": (tn, tn + fn),
    }
    for measure, (right, of) in expected.items():
        told = row(validated, "thresholds", event="today", threshold=0.1, measure=measure)
        low, high = proportion_confint(right, of, method="wilson")
        assert (told.value, told.low, told.high) == pytest.approx((right / of, low, high))


def test_net_benefit_is_by_its_definition(
    model: Model, cohort: pd.DataFrame, validated: Validation
) -> None:
    p, y = event(model, cohort)
    said = p >= 0.3
    benefit = (said & y).mean() - (said & ~y).mean() * 0.3 / 0.7
    everyone = y.mean() - (~y).mean() * 0.3 / 0.7
    told = row(validated, "net_benefit", event="today", threshold=0.3)
    assert told.gain == pytest.approx(benefit - max(everyone, 0))


def test_subgroups_part_all_cases(cohort: pd.DataFrame, validated: Validation) -> None:
    groups = validated.tables["subgroups"].groupby("variable")["n"].sum()
    assert groups.to_dict() == {"sex": 400, "age": 400, "setting": 400}
    women = cohort["sex"] == "female"
    assert row(validated, "subgroups", variable="sex", group="female").n == women.sum()


def test_missing_data_are_counted(cohort: pd.DataFrame, validated: Validation) -> None:
    assert row(validated, "missing", variable="pop").missing == cohort["pop"].isna().sum()


def test_two_models_are_compared_case_by_case(
    model: Model, other: Model, cohort: pd.DataFrame, validated: Validation
) -> None:
    findings, names = (
        cohort.drop(columns="condition"),
        list(model.vocabulary["condition"].state_names),
    )
    right = [names.index(name) for name in cohort["condition"]]
    losses = [
        -np.log(each.posterior(findings).probabilities[np.arange(len(right)), right])
        for each in (model, other)
    ]
    value, (low, high) = validated.comparison.difference("model", "other model", "log_loss")
    interval = DescrStatsW(losses[0] - losses[1]).tconfint_mean()
    assert (value, low, high) == pytest.approx(((losses[0] - losses[1]).mean(), *interval))
    clear = "By log loss this model is better" if high < 0 else "do not tell which of the two"
    assert clear in validated.text


def test_rows_go_somewhere(model: Model, cohort: pd.DataFrame) -> None:
    some = cohort.copy()
    some.loc[:9, "condition"] = ""
    some.loc[10:16, "condition"] = "strain|rupture"
    flow = validate(model, some).flow
    assert (flow["rows read"], flow["without a diagnosis"], flow["counted"]) == (400, 10, 390)
    assert flow["of these with one of several diagnoses"] == 7


def test_the_report_holds_every_section_and_no_markup_of_others(
    model: Model, cohort: pd.DataFrame
) -> None:
    validated = validate(model, cohort.head(60), events={"<b>today</b>": TODAY["today"]})
    page = validated.html
    for heading in ("Flow of cases", "Discrimination", "Calibration", "Subgroups", "Sample size"):
        assert f"<h2>{heading}</h2>" in page
        assert f"## {heading}" in validated.markdown
    assert "<b>" not in page
    assert page.count("<svg") >= 1
    assert 'role="img" aria-label="' in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"events": {"x": ["strian"]}}, "did you mean 'strain'"),
        ({"thresholds": [1.0]}, "found the threshold 1.0"),
        ({"subgroups": ["sexx"]}, "did you mean 'sex'"),
    ],
)
def test_what_is_none_is_refused(
    model: Model, cohort: pd.DataFrame, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(HamkneeError, match=message):
        validate(model, cohort, **arguments)  # type: ignore[arg-type]


def test_another_models_conditions_must_be_the_same(model: Model, cohort: pd.DataFrame) -> None:
    grown = hamknee.open_project().add_condition("plica", "Plica", "1 of 200").model
    with pytest.raises(HamkneeError, match=r"other conditions \(plica\)"):
        validate(model, cohort, against=grown)


@pytest.mark.parametrize("count", [1, 3, 12])
def test_a_clinic_with_one_disease_is_validated_too(model: Model, count: int) -> None:
    patients = hamknee.simulate(model, count, known=0.6, seed=3).assign(condition="rupture")
    validated = validate(model, patients)
    assert validated.tables["sample_size"].empty
    assert f"{count} of {count} cases" in validated.text
    assert "nan" not in f"{validated.text} {validated.markdown}"


def test_an_event_that_nobody_has_is_validated_too(model: Model) -> None:
    patients = hamknee.simulate(model, 12, known=0.6, seed=3).assign(condition="tendinopathy")
    validated = validate(model, patients, events={"clot": ["dvt"]})
    assert validated.tables["sample_size"].empty
    assert "12 of 12 cases" in validated.text
    assert "nan" not in f"{validated.text} {validated.markdown}"
