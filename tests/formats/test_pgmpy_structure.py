"""Structure questions: against Pearl's definition, SciPy, and cohorts with a known arrow."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from hamknee.base.errors import HamkneeError
from hamknee.formats.pgmpy_structure import (
    Independence,
    implied_independences,
    markov_blanket,
    search_structure,
)
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw
from tests.support.networks import asia, network

HALF = [0.5, 0.5]
PLAIN = {
    "t": ("", [0.4, 0.6]),
    "a": ("t", [[0.8, 0.2], [0.3, 0.7]]),
    "b": ("t", [[0.7, 0.3], [0.2, 0.8]]),
}
WITH_ARROW = {**PLAIN, "b": ("t a", [[[0.9, 0.1], [0.3, 0.7]], [[0.6, 0.4], [0.1, 0.9]]])}


def cohort(model: Model, count: int, seed: int) -> pd.DataFrame:
    codes = draw(model, count, np.random.default_rng(seed))
    return pd.DataFrame(
        {
            variable.name: np.array(variable.state_names, dtype=object)[codes[:, number]]
            for number, variable in enumerate(model.vocabulary.variables)
        }
    )


def test_a_blanket_is_parents_children_and_their_other_parents() -> None:
    model = asia()
    parents = {name: set(cpt.parents) for name, cpt in model.cpts.items()}
    for name in model.vocabulary:
        children = {child for child, own in parents.items() if name in own}
        by_definition = parents[name] | children | {p for c in children for p in parents[c]}
        assert set(markov_blanket(model, name)) == by_definition - {name}


def test_a_statement_has_the_chi_square_of_each_stratum_added_up() -> None:
    model = network(PLAIN, "t")
    frame = cohort(model, 600, seed=2)
    frame.loc[:20, "a"] = None
    (statement,) = implied_independences(model, frame).statements
    assert (statement.first, statement.second, statement.given) == ("a", "b", ("t",))
    tables = [pd.crosstab(own["a"], own["b"]) for _, own in frame.dropna().groupby("t")]
    tests = [chi2_contingency(table) for table in tables]  # Yates, as pgmpy does for 2 × 2
    assert statement.n == 600 - 21
    assert statement.statistic == pytest.approx(sum(test.statistic for test in tests))
    assert statement.df == 2
    assert not statement.sparse


def test_a_missing_arrow_contradicts_and_no_missing_arrow_does_not() -> None:
    model = network(PLAIN, "t")
    assert implied_independences(model, cohort(model, 800, seed=3)).clear == ()
    wrong = implied_independences(model, cohort(network(WITH_ARROW, "t"), 800, seed=3))
    assert [(one.first, one.second) for one in wrong.clear] == [("a", "b")]
    assert "A and B go together, given T." in wrong.text
    assert wrong.table["given"].tolist() == ["t"]


def test_what_no_case_tells_is_not_tested() -> None:
    model = network(PLAIN, "t")
    implied = implied_independences(model, cohort(model, 20, seed=1).assign(a=None))
    (statement,) = implied.statements
    assert (statement.n, statement.df) == (0, 0)
    assert np.isnan([statement.statistic, statement.p, statement.p_adjusted]).all()
    assert implied.text.startswith("0 of 1 independences that the arrows imply were tested on 20")


@pytest.mark.parametrize(("n", "sparse"), [(9, True), (10, False)])
def test_five_cases_for_each_degree_of_freedom_are_enough(n: int, sparse: bool) -> None:
    assert Independence("a", "b", (), n, 3.1, 2, 0.04, 0.04).sparse == sparse


def test_few_cases_never_contradict() -> None:
    model = network(PLAIN, "t")
    few = cohort(network(WITH_ARROW, "t"), 800, seed=3).iloc[:9]
    assert implied_independences(model, few).clear == ()
    with pytest.raises(HamkneeError, match="allowed: chi_square, g_sq"):
        implied_independences(model, few, test="fisher")  # type: ignore[arg-type]


def test_the_search_keeps_the_arrows_and_finds_the_one_that_is_missing() -> None:
    model = network(PLAIN, "t")
    assert search_structure(model, cohort(model, 800, seed=4)).added == ()
    search = search_structure(model, cohort(network(WITH_ARROW, "t"), 800, seed=4))
    (arrow,) = search.added
    assert set(arrow[:2]) == {"a", "b"}
    assert arrow[2] == pytest.approx(bic_gain(cohort(network(WITH_ARROW, "t"), 800, seed=4), arrow))
    assert search.table.shape == (1, 3)


def test_two_variables_are_enough_to_search() -> None:
    model = network({name: PLAIN[name] for name in ("t", "a")}, "t")
    search = search_structure(model, cohort(model, 200, seed=4))
    assert (search.added, search.left_out) == ((), ())


def bic_gain(frame: pd.DataFrame, arrow: tuple[str, str, float]) -> float:
    """Return what an arrow beside one from t is worth, by the formula of the BIC."""
    one, other, _ = arrow

    def log_likelihood(given: list[str]) -> float:
        counts = frame.groupby([*given, other]).size()
        return float((counts * np.log(counts / counts.groupby(given).transform("sum"))).sum())

    more = log_likelihood(["t", one]) - log_likelihood(["t"])
    return more - 0.5 * np.log(len(frame)) * 2  # two more columns of one free number each


def test_a_cohort_without_complete_cases_is_refused() -> None:
    rows = pd.DataFrame({"t": ["yes", "no", None], "a": [None, None, "yes"]})
    with pytest.raises(HamkneeError, match="allowed: a cohort with complete cases"):
        search_structure(network(PLAIN, "t"), rows)
