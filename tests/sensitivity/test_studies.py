"""The worth of a study by compiling a model for each of its results, and by SciPy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import hamknee
from hamknee.inference.model import Model
from hamknee.inference.simulation import simulate_cases
from hamknee.network.cases import Cases
from hamknee.sensitivity.studies import Studies, Study, next_studies
from tests.support.networks import asia, network

CASES = 40


def small() -> Model:
    """Return a target with a context above it, and a finding with a second parent."""
    return network(
        {
            "place": ("", [0.6, 0.4], "home clinic"),
            "t": ("place", [[0.5, 0.3, 0.2], [0.1, 0.3, 0.6]]),
            "f": ("t", [[0.7, 0.3], [0.4, 0.6], [0.2, 0.8]]),
            "g": ("t f", [[[0.9, 0.1], [0.3, 0.7]], [[0.8, 0.2], [0.2, 0.8]], [[0.5, 0.5]] * 2]),
            "h": ("g", [[0.9, 0.1], [0.2, 0.8]]),
        },
        "t",
        context=("place",),
        ess=6.0,
    )


def study(studies: Studies, variable: str, **given: str) -> Study:
    return next(
        each for each in studies.studies if each.variable == variable and dict(each.given) == given
    )


def worth(
    model: Model, cases: Cases, changed: dict[tuple[int, ...], np.ndarray], name: str
) -> float:
    """Return the mean gain in bits of columns put in the place of those of a table."""
    cpt = model.cpts[name]
    table = cpt.probabilities.copy()
    for column, values in changed.items():
        table[column] = values
    after = Model(model.vocabulary, model.cpts | {name: replace(cpt, probabilities=table)})
    old, new = (np.exp(each.log_joint(cases)) for each in (model, after))
    log_scores = np.log2(new / new.sum(axis=1, keepdims=True))
    log_scores -= np.log2(old / old.sum(axis=1, keepdims=True))
    # The patients are drawn with the old numbers, so each counts as often as with the new.
    return float((new * log_scores).sum(axis=1) @ (1 / old.sum(axis=1)) / len(cases))


@pytest.mark.parametrize("n", [1, 4])
def test_one_column_is_worth_what_its_results_are(n: int) -> None:
    model = small()
    cases = simulate_cases(model, CASES, known=0.6, seed=1)
    studies = next_studies(model, n, known=0.6, cases=CASES, draws=20_000, seed=1)
    before = model.cpts["f"].probabilities[1] * 6
    expected = 0.0
    for yes in range(n + 1):
        p = stats.betabinom(n, *before).pmf(yes)
        after = (before + np.array([yes, n - yes])) / (6 + n)
        expected += p * worth(model, cases, {(1,): after}, "f")
    assert study(studies, "f", t="b").bits == pytest.approx(expected, rel=0.05)


def test_the_diagnosis_in_a_setting_is_worth_what_its_results_are() -> None:
    model = small()
    cases = simulate_cases(model, CASES, known=0.6, seed=1)
    studies = next_studies(model, 1, known=0.6, cases=CASES, draws=20_000, seed=1)
    before = model.cpts["t"].probabilities[1]
    expected = 0.0
    for state, p in enumerate(before):
        expected += p * worth(model, cases, {(1,): (6 * before + np.eye(3)[state]) / 7}, "t")
    assert study(studies, "t", place="clinic").bits == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(("name", "given"), [("g", {"t": "a"}), ("h", {})])
def test_patients_fall_into_the_columns_of_other_parents(name: str, given: dict[str, str]) -> None:
    """One patient: first the other parents, then the finding, each as likely as it is."""
    model = small()
    cases = simulate_cases(model, CASES, known=0.6, seed=1)
    studies = next_studies(model, 1, known=0.6, cases=CASES, draws=20_000, seed=1)
    parent = "f" if name == "g" else "g"
    columns = [(0, 0), (0, 1)] if name == "g" else [(0,), (1,)]
    expected = 0.0
    for weight, column in zip(model.marginals(given)[parent], columns, strict=True):
        before = model.cpts[name].probabilities[column]
        for state, p in enumerate(before):
            after = (6 * before + np.eye(2)[state]) / 7
            expected += weight * p * worth(model, cases, {column: after}, name)
    assert study(studies, name, **given).bits == pytest.approx(expected, rel=0.05)


def test_what_is_left_to_know_of_a_number_is_that_of_a_beta() -> None:
    each = study(next_studies(small(), 10, cases=5, draws=5), "f", t="b")
    now = stats.beta(2.4, 3.6)
    after = sum(
        stats.betabinom(10, 2.4, 3.6).pmf(yes) * stats.beta(2.4 + yes, 13.6 - yes).var()
        for yes in range(11)
    )
    assert (each.probability, each.sd) == pytest.approx((now.mean(), now.std()))
    assert each.sd_after == pytest.approx(np.sqrt(after))


def test_more_patients_are_worth_more_and_sure_numbers_nothing() -> None:
    unsure, sure = (
        small(),
        network({"t": ("", [0.4, 0.6]), "f": ("t", [[0.7, 0.3], [0.4, 0.6]])}, "t", ess=1e9),
    )
    few, many = (next_studies(unsure, n, cases=200, draws=400) for n in (5, 200))
    assert many.studies[0].bits > 2 * few.studies[0].bits > 0
    assert next_studies(sure, 100, cases=50, draws=50).studies[0].bits < 1e-6
    assert few.table["bits"].min() > -1e-3


def test_what_is_so_by_definition_is_not_studied() -> None:
    names = {each.variable for each in next_studies(asia(), 10, cases=20, draws=5).studies}
    assert "either" not in names
    assert "xray" in names


def test_the_text_names_the_best_three(model: Model) -> None:
    studies = next_studies(model, 100, cases=100, draws=20)
    for each, row in zip(studies.studies[:3], studies.table.to_dict("records"), strict=False):
        assert f"{row['given_label']}, {each.bits:.4f} bits" in studies.text
    assert len(studies.studies) > 3
    assert studies.text.count(" bits") == 1 + 3, "what is unknown, and three studies"
    assert "the diagnosis in Primary care" in studies.text
    again = next_studies(model, 100, cases=100, draws=20)
    assert again.studies == studies.studies


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n": 0}, "found 0 patients; allowed: 1 or more"),
        ({"n": 10**9 + 1}, "found 1000000001 patients; allowed: at most 1,000,000,000"),
        ({"cases": 0}, "found 0 cases"),
        ({"draws": 0}, "found 0 draws"),
        ({"known": -0.1}, "found -0.1 as the probability of being known; allowed: 0 to 1"),
        ({"known": 1.5}, "found 1.5 as the probability of being known; allowed: 0 to 1"),
    ],
)
def test_settings_out_of_range_are_refused(
    model: Model, settings: dict[str, float], message: str
) -> None:
    with pytest.raises(hamknee.HamkneeError, match=message):
        next_studies(model, **settings)


def test_sample_sizes_are_needed() -> None:
    with pytest.raises(hamknee.HamkneeError, match="without an equivalent sample size"):
        next_studies(asia(ess=None))


def test_a_share_is_of_what_is_not_known_yet() -> None:
    model = small()
    studies = next_studies(model, 20, known=0.6, cases=CASES, draws=20, seed=1)
    p = np.exp(model.log_joint(simulate_cases(model, CASES, known=0.6, seed=1)))
    entropies = stats.entropy(p / p.sum(axis=1, keepdims=True), base=2, axis=1)
    assert studies.unknown == pytest.approx(entropies.mean())
    assert studies.table["share"].tolist() == pytest.approx(
        [each.bits / entropies.mean() for each in studies.studies]
    )
    assert f"({entropies.mean():.2f} bits are unknown of each on average)" in studies.text


def test_what_is_left_to_know_of_an_average_adds_up_over_its_columns() -> None:
    """Each column varies as its Beta, and counts by the square of how many fall into it."""
    each = study(next_studies(small(), 10, cases=5, draws=5), "g", t="a")
    columns = {0.7: stats.beta(5.4, 0.6), 0.3: stats.beta(1.8, 4.2)}  # P(f | t=a)
    mean = sum(weight * column.mean() for weight, column in columns.items())
    now = {weight: weight**2 * column.var() for weight, column in columns.items()}
    after = sum(part * 6 / (6 + 10 * weight) for weight, part in now.items())
    assert each.probability in (pytest.approx(mean), pytest.approx(1 - mean))
    assert (each.sd, each.sd_after) == pytest.approx((sum(now.values()) ** 0.5, after**0.5))


def test_the_error_is_how_far_studies_of_other_patients_are_apart() -> None:
    seeds = [
        study(next_studies(small(), 20, cases=40, draws=200, seed=seed), "f", t="b")
        for seed in range(25)
    ]
    apart = np.std([each.bits for each in seeds])
    assert np.mean([each.error for each in seeds]) == pytest.approx(apart, rel=0.5)


def test_where_nothing_is_left_to_measure_that_is_said() -> None:
    sure = network({"t": ("", [1.0, 0.0]), "f": ("t", [[1.0, 0.0], [0.0, 1.0]])}, "t", ess=5)
    studies = next_studies(sure, 1000, cases=3, draws=2)
    assert studies.studies == ()
    assert studies.text == "No study of 1,000 patients would change an answer."


@pytest.mark.parametrize("known", [0, 1])
def test_the_smallest_settings_are_allowed(known: float) -> None:
    assert next_studies(small(), 1, known=known, cases=1, draws=1).studies


def test_a_billion_patients_can_be_studied() -> None:
    each = study(next_studies(small(), 10**9, cases=1, draws=1), "f", t="b")
    assert each.sd_after < 1e-4
