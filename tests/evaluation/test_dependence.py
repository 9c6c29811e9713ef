"""Residual dependence by statsmodels and pgmpy, with and without arrows of the model."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests

import hamknee
from hamknee.evaluation.dependence import (
    PairDependence,
    ResidualDependence,
    residual_dependence,
)
from hamknee.evaluation.self_testing import simulate_labelled
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw
from hamknee.network.labelled import CasesError
from tests.support.networks import Spec, network

APART: Spec = {
    "t": ("", [0.3, 0.3, 0.4]),
    "f": ("t", [[0.7, 0.3], [0.4, 0.6], [0.2, 0.8]]),
    "g": ("t", [[0.6, 0.4], [0.5, 0.5], [0.3, 0.7]]),
    "h": ("t", [[0.5, 0.3, 0.2], [0.2, 0.4, 0.4], [0.1, 0.3, 0.6]]),
}
JOINED: Spec = APART | {
    "g": ("t f", [[[0.9, 0.1], [0.3, 0.7]], [[0.8, 0.2], [0.2, 0.8]], [[0.7, 0.3], [0.2, 0.8]]])
}


def patients(spec: Spec, n: int, seed: int = 0) -> pd.DataFrame:
    """Return complete patients of a network, by the names of states."""
    model = network(spec, "t")
    codes = draw(model, n, np.random.default_rng(seed))
    return pd.DataFrame(
        {
            name: np.array(model.vocabulary[name].state_names)[column]
            for name, column in zip(model.vocabulary, codes.T, strict=True)
        }
    )


def pair(dependence: ResidualDependence, *names: str) -> hamknee.evaluation.PairDependence:
    return next(each for each in dependence.pairs if {each.first, each.second} == set(names))


# Each finding as common as among the cases ---------------------------------------------------


@pytest.mark.parametrize("n", [30, 400])
def test_two_by_two_is_the_test_of_statsmodels(n: int) -> None:
    frame = patients(JOINED, n)
    tested = pair(residual_dependence(network(APART, "t"), frame, margins="cases"), "f", "g")
    tables = [pd.crosstab(of["f"], of["g"]).to_numpy() for _, of in frame.groupby("t")]
    theirs = StratifiedTable(tables).test_null_odds(correction=False)
    assert tested.statistic == pytest.approx(theirs.statistic)
    assert (tested.p, tested.df, tested.n) == (pytest.approx(theirs.pvalue), 1, n)


def test_one_stratum_is_nearly_the_test_of_pearson() -> None:
    frame = patients(JOINED, 300).query("t == 'a'")
    tested = pair(residual_dependence(network(APART, "t"), frame, margins="cases"), "f", "h")
    counts = pd.crosstab(frame["f"], frame["h"])
    theirs = stats.chi2_contingency(counts, correction=False)
    n = len(frame)
    assert tested.statistic == pytest.approx(theirs.statistic * (n - 1) / n)
    assert tested.df == theirs.dof


def test_it_agrees_with_pgmpy_where_there_are_many_cases() -> None:
    from pgmpy.ci_tests import ChiSquare

    frame = patients(JOINED, 3000, seed=1)
    dependence = residual_dependence(network(APART, "t"), frame, margins="cases")
    for names, joined in ((("f", "g"), True), (("f", "h"), False), (("g", "h"), False)):
        theirs = ChiSquare(data=frame)
        theirs(*names, ["t"], significance_level=0.01)
        assert bool(theirs.p_value_ < 0.01) is joined
        assert (pair(dependence, *names).p < 0.01) is joined


def test_an_arrow_that_is_there_explains_what_it_makes() -> None:
    frame = patients(JOINED, 2000, seed=3)
    apart = residual_dependence(network(APART, "t"), frame, margins="cases")
    joined = residual_dependence(network(JOINED, "t"), frame, margins="cases")
    assert [(each.first, each.second) for each in apart.clear] == [("f", "g")]
    assert "The arrow that is missing most: F with G (Yes with Yes in " in apart.text
    assert joined.clear == ()
    assert pair(joined, "f", "g").modelled
    assert "No two go together otherwise than the model says" in joined.text


def test_expected_counts_keep_the_margins_and_the_odds_ratio() -> None:
    frame = patients(JOINED, 1000).query("t == 'b'")
    model = network(JOINED, "t")
    tested = pair(residual_dependence(model, frame, margins="cases"), "f", "g")
    yes = {name: (frame[name] == "yes").sum() for name in ("f", "g")}
    both, n = tested.expected, len(frame)
    odds = both * (n - yes["f"] - yes["g"] + both) / ((yes["f"] - both) * (yes["g"] - both))
    assert odds == pytest.approx((0.8 / 0.2) / (0.2 / 0.8), rel=1e-6)


# Each as common as the model says ------------------------------------------------------------


def test_few_cases_of_each_condition_tell_something_too() -> None:
    """Each condition has one case: nothing is left within them, and much between."""
    rng = np.random.default_rng(1)
    names = [f"c{number}" for number in range(60)]
    p = rng.uniform(0.2, 0.8, 60)
    table = np.column_stack([p, 1 - p])
    spec: Spec = {
        "t": ("", np.full(60, 1 / 60), " ".join(names)),
        **dict.fromkeys(("f", "g", "h"), ("t", table)),
    }
    model = network(spec, "t", ess=20)
    f = rng.random(60) < p
    drawn = {"f": f, "g": f, "h": rng.random(60) < p}
    frame = pd.DataFrame({name: np.where(of, "yes", "no") for name, of in drawn.items()})
    frame["t"] = names
    assert residual_dependence(model, frame, margins="cases").pairs == ()
    dependence = residual_dependence(model, frame)
    assert dependence.margins == "model"
    assert [(each.first, each.second) for each in dependence.clear] == [("f", "g")]


@pytest.mark.parametrize("margins", ["cases", "model"])
def test_patients_of_the_model_itself_show_nothing(margins: str) -> None:
    """The smallest p of three pairs is below 5 % in about one of seven cohorts."""
    model = network(JOINED, "t", ess=40)
    rows = []
    for seed in range(40):
        dependence = residual_dependence(
            model, patients(JOINED, 60, seed), margins=margins, replicates=60, seed=seed
        )
        rows += [each.p for each in dependence.pairs]
    assert np.mean(np.array(rows) < 0.05) < 0.11
    assert 0.35 < np.mean(rows) < 0.65


def test_a_finding_that_is_noted_only_when_there_is_not_taken_for_dependent(model: Model) -> None:
    frame = pd.DataFrame({"condition": ["strain", "rupture", "dvt"] * 8})
    frame["pop"], frame["bruising"] = "yes", "yes"
    dependence = residual_dependence(model, frame, margins="model", replicates=60)
    assert dependence.clear == ()


# What is said ---------------------------------------------------------------------------------


def test_published_cases_are_told_with_labels(model: Model) -> None:
    dependence = residual_dependence(model, replicates=100)
    assert (dependence.cases, dependence.margins) == (111, "model")
    table = dependence.table
    adjusted = multipletests(table["p"], method="holm")[1]
    assert table["p_adjusted"].to_numpy() == pytest.approx(adjusted)
    first = table.iloc[0]
    assert f"{first['first_label']} with {first['second_label']}" in dependence.text
    assert len(dependence.matrix) == 2 * len(table)
    order = list(model.vocabulary)
    sides = dependence.matrix[["first", "second"]].map(order.index)
    assert sides.equals(sides.sort_values(["first", "second"], ignore_index=True))
    again = residual_dependence(model, replicates=100)
    pd.testing.assert_frame_equal(table, again.table)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"margins": "both"}, "found margins 'both'; allowed: 'cases' or 'model'"),
        ({"replicates": 1}, "found 1 replicates; allowed: 2 or more"),
        ({"replicates": 10**6, "margins": "model"}, "more than can be held"),
    ],
)
def test_settings_out_of_range_are_refused(
    model: Model, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(hamknee.HamkneeError, match=message):
        residual_dependence(model, **settings)


def test_nine_cases_are_refused(model: Model) -> None:
    frame = pd.DataFrame({"condition": ["strain"] * 9, "pop": ["yes"] * 9})
    with pytest.raises(CasesError, match="found 9 cases with one diagnosis"):
        residual_dependence(model, frame)


def test_many_cases_do_not_make_the_model_join_what_it_does_not(model: Model) -> None:
    patients_of_it = simulate_labelled(model, 3000, known=0.9, seed=2)
    dependence = residual_dependence(model, patients_of_it)
    assert dependence.margins == "cases"
    assert not pair(dependence, "diabetes", "weight_bearing").modelled
    assert pair(dependence, "pop", "weight_bearing").modelled


def told(model: Model, *p_adjusted: float) -> ResidualDependence:
    """Return a pair for each p, all of the same two findings."""
    names = ("f", "g")
    pairs = tuple(
        PairDependence(*names, 30, False, 9.0, 1.0, p / 3, p, "yes", "no", 12.0, 7.25)
        for p in p_adjusted
    )
    return ResidualDependence(model.vocabulary, 30, "cases", pairs)


def test_the_pair_that_is_missing_most_is_told_in_full_and_three_by_name() -> None:
    model = network(APART, "t")
    one = told(model, 0.003, 0.05).text
    assert one == (
        "30 cases with one diagnosis, 2 pairs of findings. The arrow that is missing most: "
        "F with G (Yes with No in 12 of 30 cases, 7.2 expected; p 0.001, p 0.003 with 2 pairs "
        "allowed for)."
    )
    four = told(model, *[0.0003] * 4).text
    assert four.endswith(f" After it: {', '.join(['F with G (p < 0.001)'] * 3)}.")
    six = told(model, *[0.03] * 6).text
    assert six.endswith(f" After it: {', '.join(['F with G (p 0.010)'] * 3)} and 2 more.")
    none = told(model, 0.36, 0.9).text
    assert "No two go together otherwise than the model says" in none
    assert "p 0.12, p 0.36 with 2 pairs" in none
    assert told(model).text.endswith(
        "Too few cases of a condition know two findings to tell anything."
    )


def test_ten_cases_of_a_condition_on_average_tell_themselves() -> None:
    model = network(APART, "t", ess=20)
    frame = patients(APART, 200).query("t != 'c'")
    twenty, one_less = (
        pd.concat([frame.query("t == 'a'").head(12), frame.query("t == 'b'").head(n)])
        for n in (8, 7)
    )
    assert residual_dependence(model, twenty).margins == "cases"
    assert residual_dependence(model, one_less, replicates=20).margins == "model"


def test_ten_cases_are_enough(model: Model) -> None:
    frame = pd.DataFrame({"condition": ["strain"] * 10, "pop": ["yes", "no"] * 5})
    assert residual_dependence(model, frame).cases == 10


def test_what_the_model_makes_always_alike_is_held_against_nothing() -> None:
    """A finding that its condition alone decides, and cohorts too few to tell how they differ."""
    always: Spec = APART | {"f": ("t", [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])}
    model, frame = network(always, "t", ess=20), patients(always, 19)
    dependence = residual_dependence(model, frame, margins="model", replicates=20)
    assert [(each.first, each.second) for each in dependence.pairs] == [("g", "h")]
    assert residual_dependence(model, frame, margins="model", replicates=2).pairs == ()


def test_cases_that_know_next_to_nothing_tell_of_no_pair() -> None:
    model = network({"t": ("", [0.5, 0.5]), "f": ("t", [[0.9, 0.1], [0.2, 0.8]])}, "t")
    cases = pd.DataFrame({"t": ["yes", "no"] * 6, "f": ["yes", *[None] * 11]})
    answer = hamknee.residual_dependence(model, cases, margins="model", replicates=5)
    assert answer.pairs == ()
    assert "Too few cases of a condition know two findings" in answer.text
