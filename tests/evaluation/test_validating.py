"""The figures of a validation, held to scikit-learn, statsmodels and their definitions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, roc_auc_score
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

import hamknee
from hamknee.base import HamkneeError
from hamknee.evaluation import Validation, calibration, needed_for_c, needed_for_ratio, validate
from hamknee.inference import Model, simulate_cases
from tests.support.networks import network

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


# A cohort that is counted by hand ---------------------------------------------------------------

SIGN = {"a": (0.6, 0.2), "b": (0.3, 0.2), "c": (0.1, 0.6)}
"""P(state of the sign | cause) where the cause is p, and where it is q."""


@pytest.fixture(scope="module")
def tiny() -> Model:
    signs = np.array(list(SIGN.values())).T
    spec = {
        "cause": ("", [0.5, 0.5], "p q"),
        "sign": ("cause", signs),
        "never": ("cause", [[1, 0]] * 2),
    }
    return network(spec, "cause")


def patients(causes: str, signs: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"cause": list(causes), "sign": signs})


def test_groups_and_gaps_hold_the_loss_of_their_own_cases(tiny: Model) -> None:
    validated = validate(
        tiny, patients("ppqpq", ["a", "a", "a", "a|b", ""]), subgroups=["sign"], thresholds=[0.5]
    )
    groups = validated.tables["subgroups"].set_index("group")
    assert groups["n"].to_dict() == {"a": 3, "not known": 2}
    assert groups.loc["a", "top1_value"] == pytest.approx(2 / 3)
    by_hand = [-np.log(0.75), -np.log(0.75), -np.log(0.25), -np.log(0.9 / 1.3), -np.log(0.5)]
    assert groups["log_loss"].tolist() == pytest.approx(
        [np.mean(by_hand[:3]), np.mean(by_hand[3:])]
    )
    gap = row(validated, "missing", variable="sign")
    assert (gap.missing, gap.share) == (1, 0.2)
    assert gap.log_loss_missing == pytest.approx(by_hand[4])
    assert gap.log_loss_known == pytest.approx(np.mean(by_hand[:4]))


def test_a_group_of_ten_has_a_slope_and_one_of_nine_has_none() -> None:
    frame = patients("ppppqqqqpq" + "ppppqqqqp", ["a", "c", "a", "b"] * 4 + ["a", "c", "b"])
    frame["place"] = ["near"] * 10 + ["far"] * 9
    spec = {
        "place": ("", [0.5, 0.5], "near far"),
        "cause": ("", [0.5, 0.5], "p q"),
        "sign": ("cause", np.array(list(SIGN.values())).T),
    }
    model = network(spec, "cause", context=("place",))
    groups = validate(model, frame, subgroups=["place"]).tables["subgroups"].set_index("group")
    p = model.posterior(frame.head(10).drop(columns="cause")).probabilities
    y = (frame["cause"].head(10).to_numpy()[:, None] == ["p", "q"]).astype(float)
    alone = calibration(p, y).slope
    near = groups.loc["near", ["slope", "slope_low", "slope_high"]].astype(float)
    assert near.tolist() == pytest.approx([alone.value, alone.low, alone.high])
    assert np.isnan(groups.loc["far", "slope"])


def test_a_probability_at_the_threshold_is_an_event_that_was_told(tiny: Model) -> None:
    at = float(tiny.posterior({"sign": "a"})["p"])
    validated = validate(
        tiny, patients("pppqq", ["a", "b", "a", "a", "c"]), events={"p": ["p"]}, thresholds=[at]
    )
    told = row(validated, "thresholds", event="p", measure="sensitivity")
    assert (told.value, told.of) == (2 / 3, 3)
    told = row(validated, "thresholds", event="p", measure="ppv")
    assert (told.value, told.of) == (2 / 3, 3)


def test_a_condition_of_five_cases_is_looked_at_alone(tiny: Model) -> None:
    validated = validate(tiny, patients("pppppqqqq", ["a"] * 9))
    assert validated.events == {"P": ("p",)}


def test_observed_over_expected_of_an_event_that_was_held_to_be_impossible() -> None:
    spec = {"cause": ("", [0.5, 0.3, 0.2]), "sign": ("cause", [[1, 0], [0.5, 0.5], [0, 1]])}
    cohort = pd.DataFrame({"cause": list("aabb"), "sign": ["yes"] * 4})
    validated = validate(network(spec, "cause"), cohort, events={"c": ["c"], "not a": ["b", "c"]})
    never = row(validated, "calibration", event="c")
    assert np.isnan(never.observed_expected)
    some = row(validated, "calibration", event="not a")
    assert some.observed_expected == pytest.approx(2 / (4 * 0.15 / 0.65))


def test_an_event_of_nobody_has_none_of_what_was_expected(tiny: Model) -> None:
    validated = validate(tiny, patients("qqqq", ["a", "b", "c", "a"]), events={"p": ["p"]})
    told = row(validated, "calibration", event="p")
    assert told.observed_expected == 0
    assert np.isnan(told.observed_expected_low)


def test_the_interval_of_observed_over_expected_is_that_of_its_logarithm(
    model: Model, cohort: pd.DataFrame, validated: Validation
) -> None:
    """Debray et al. (2017), BMJ 356:i6460: var ln(O/E) = (1 - O/N) / O = 1/O - 1/N."""
    _, y = event(model, cohort)
    told = row(validated, "calibration", event="today")
    half = 1.959964 * np.sqrt(1 / y.sum() - 1 / len(y))
    ends = np.log([told.observed_expected_low, told.observed_expected_high])
    assert ends - np.log(told.observed_expected) == pytest.approx([-half, half], rel=1e-5)


def test_cases_that_are_called_alike_are_told_apart(model: Model, tmp_path: Path) -> None:
    """Both knees of one patient: 10 of a woman, 20 of men, whatever they are called."""
    rows = {"condition": ["strain", "rupture", "strain"], "sex": ["male", "female", "male"]}
    frame = pd.DataFrame({name: values * 10 for name, values in rows.items()})
    frame.insert(0, "case_id", ["A", "A", "B"] * 10)
    frame.to_csv(tmp_path / "cohort.csv", index=False)
    groups = validate(model, tmp_path / "cohort.csv", subgroups=["sex"]).tables["subgroups"]
    assert groups[["group", "n"]].to_numpy().tolist() == [["female", 10], ["male", 20]]


def test_the_mean_distance_is_known_within_its_resamples(tiny: Model) -> None:
    """From ten cases on, and by the quantiles of cases drawn anew."""
    frame = patients("ppqpqqqpqp", ["a", "a", "a", "b", "b", "c", "c", "c", "a", "b"])
    few = validate(tiny, frame.head(9), events={"p": ["p"]}, subgroups=[])
    assert np.isnan(row(few, "calibration", event="p").ici_low)
    validated = validate(tiny, frame, events={"p": ["p"]}, subgroups=[], mass=0.8)
    told = row(validated, "calibration", event="p")
    p = tiny.posterior(frame.drop(columns="cause")).probabilities[:, 0]
    y = (frame["cause"] == "p").to_numpy(dtype=float)
    assert told.ici == pytest.approx(calibration(p, y).ici)
    rng = np.random.default_rng(8)
    drawn = (rng.integers(10, size=10) for _ in range(300))
    again = [calibration(p[rows], y[rows]).ici for rows in drawn]
    ends = np.nanquantile(again, [0.1, 0.9])
    assert [told.ici_low, told.ici_high] == pytest.approx(ends, abs=0.04)


def test_what_a_validation_needs_is_told_where_it_can_be(tiny: Model) -> None:
    def needed(causes: str, signs: list[str]) -> dict[str, int]:
        validated = validate(tiny, patients(causes, signs), events={"p": ["p"]}, subgroups=[])
        rows = validated.tables["sample_size"]
        rows = rows[rows["event"] == "p"]
        return dict(zip(rows["interval of"], rows["needed"], strict=True))

    ratio, slope, area = (
        "observed/expected, width 0.4",
        "slope, width 0.4",
        "c-statistic, width 0.1",
    )
    alike = needed("ppqq", ["a"] * 4)  # no spread, so that no slope could be told
    assert alike == {ratio: needed_for_ratio(0.5), area: needed_for_c(0.5, 0.5)}
    assert set(needed("ppqq", ["a", "c", "a", "c"])) == {ratio, slope, area}
    assert set(needed("ppqq", ["a", "a", "c", "c"])) == {ratio, slope}  # parted without a fault
    assert set(needed("ppqq", ["c", "c", "a", "a"])) == {ratio, slope}  # worse than chance


def test_few_findings_and_impossible_ones_are_counted_in_the_flow(tiny: Model) -> None:
    frame = patients("ppqqq", ["a", "", "b", "", "c"]).assign(never=["", "", "", "", "no"])
    flow = validate(tiny, frame, min_findings=1).flow
    assert flow == {
        "rows read": 5,
        "without a diagnosis": 0,
        "with too few findings": 2,
        "counted": 3,
        "of these impossible for the model": 1,
        "of these with one of several diagnoses": 0,
    }


def turned(likelihoods: np.ndarray) -> Model:
    """Return a model with the same conditions, in the other order."""
    spec = {
        "cause": ("", [0.5, 0.5], "q p"),
        "sign": ("cause", likelihoods),
        "never": ("cause", [[1, 0]] * 2),
    }
    return network(spec, "cause")


def test_another_models_conditions_may_stand_in_another_order(tiny: Model) -> None:
    signs = np.array(list(SIGN.values())).T
    frame = patients("pq" * 6, ["a", "c"] * 5 + ["b", "b"])
    same = validate(tiny, frame, against=turned(signs[::-1]))
    assert same.against == pytest.approx(same.evaluation.probabilities["model"])
    unclear = "The cases do not tell which of the two models is better by log loss."
    assert same.text.endswith(unclear)
    wrong = turned(signs)  # what speaks for p is taken to speak for q
    better = validate(tiny, frame, against=wrong)
    assert "By log loss this model is better than the other by " in better.text
    swapped = frame.assign(cause=frame["cause"].map({"p": "q", "q": "p"}))
    worse = validate(tiny, swapped, against=wrong)
    assert "By log loss this model is worse than the other by " in worse.text
    assert validate(tiny, frame.head(9), against=wrong).text.endswith(unclear)


def test_a_report_without_any_event_has_an_empty_table() -> None:
    model = network({"t": ("", [0.5, 0.5]), "f": ("t", [[0.9, 0.1], [0.2, 0.8]])}, "t")
    cases = pd.DataFrame({"t": ["yes", "no", "yes"], "f": ["yes", "no", "yes"]})
    report = validate(model, cases)
    assert not report.events
    assert report.table.empty
    assert "nan" not in report.markdown
