"""A column as a Dirichlet, what it implies beside what was said, and how it is rounded."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from hamknee.base.errors import HamkneeError
from hamknee.estimation.elicited import Elicited, densities, feedback
from hamknee.estimation.statements import from_counts, from_quantiles, from_range

# The distribution -------------------------------------------------------------------------------


@given(shares=st.lists(st.floats(0.05, 1), min_size=2, max_size=5), ess=st.floats(2, 500))
def test_one_proportion_of_a_dirichlet_is_a_beta(shares: list[float], ess: float) -> None:
    exact = np.array(shares) / sum(shares)
    column = Elicited(tuple("abcde"[: len(shares)]), tuple(exact), ess)
    mean, variance = stats.dirichlet.mean(ess * exact), stats.dirichlet.var(ess * exact)
    for number, state in enumerate(column.states):
        assert stats.beta.mean(*column.counts(state)) == pytest.approx(mean[number])
        assert stats.beta.var(*column.counts(state)) == pytest.approx(variance[number])


@given(p=st.floats(0.05, 0.95), ess=st.floats(2, 500), level=st.floats(0.01, 0.99))
def test_quantiles_and_what_lies_below_them_are_inverse(p: float, ess: float, level: float) -> None:
    column = Elicited(("yes", "no"), (p, 1 - p), ess)
    assert column.below("yes", float(column.quantiles("yes", [level])[0])) == pytest.approx(level)
    assert column.quantiles("no", [1 - level]) == pytest.approx(
        1 - column.quantiles("yes", [level]), abs=1e-9
    )


def test_what_lies_below_is_the_integral_of_the_density() -> None:
    column = Elicited(("yes", "no"), (0.6, 0.4), 14)
    below, _ = integrate.quad(lambda at: stats.beta.pdf(at, 8.4, 5.6), 0, 0.5)
    assert column.below("yes", 0.5) == pytest.approx(below, abs=1e-9)


def test_the_column_is_what_priors_take(priors) -> None:
    column = from_range(0.38, 0.8, best=0.6)
    given_ = {"condition": "rupture"}
    edited = priors.set_column("palpable_defect", **column.column, given=given_)
    rows = edited.column("palpable_defect", given_)
    assert [(row.state, row.probability) for row in rows] == [("yes", 0.6), ("no", 0.4)]
    assert rows[0].ess == pytest.approx(column.ess)


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        (lambda: Elicited(("a", "b"), (0.0, 1.0), 5), "found 0 for 'a'; allowed: strictly"),
        (lambda: Elicited(("a", "b"), (0.5, 0.4), 5), "add up to 0.9; allowed: 1"),
        (lambda: Elicited(("a", "b"), (0.5,), 5), "2 states and 1 probabilities; allowed: as many"),
        (lambda: feedback(from_range(0.3, 0.4), [0.5, 1]), "levels 0.5, 1; allowed: strictly"),
        (lambda: from_range(0.3, 0.4)["maybe"], "no state 'maybe'; allowed: yes, no"),
        (lambda: Elicited(("a", "a"), (0.5, 0.5), 5), "the states a, a; allowed: two or more"),
        (lambda: Elicited(("a", "b"), (0.5, 0.5), 0), "found a sample size of 0; allowed: above"),
        (lambda: Elicited(("a", "b"), (0.5, 0.5), np.inf), "found a sample size of inf; allowed"),
        (lambda: Elicited(("a", "b"), (1.0, 0.0), 5), "found 1 for 'a'; allowed: strictly"),
        (lambda: Elicited(("a",), (0.5,), 5), "the states a; allowed: two or more"),
        (lambda: feedback(from_range(0.3, 0.4), [0, 0.5]), "levels 0, 0.5; allowed: strictly"),
    ],
)
def test_what_is_no_column_is_refused_with_what_is_allowed(stated, message: str) -> None:
    with pytest.raises(HamkneeError) as raised:
        stated()
    assert message in str(raised.value)


# What is given back -----------------------------------------------------------------------------


def test_the_table_has_the_implied_range_of_every_state() -> None:
    table = from_counts({"a": 10, "b": 30, "c": 60}, imagined=0).table
    assert list(table.columns) == ["state", "probability", "ess", "low", "high"]
    low, high = stats.beta.ppf([0.05, 0.95], 30, 70)
    np.testing.assert_allclose(table.loc[1, ["low", "high"]].astype(float), [low, high])


def test_feedback_sets_what_was_said_beside_what_is_implied() -> None:
    table = feedback(from_quantiles((0.4, 0.5, 0.65)), levels=(0.05, 0.5)).table
    assert list(table["level"]) == [0.05, 0.25, 0.5, 0.75]
    assert table["stated"].isna().tolist() == [True, False, False, False]
    assert list(table["stated"][1:]) == [0.4, 0.5, 0.65]
    assert table["implied"].is_monotonic_increasing


def test_feedback_says_where_the_fit_is_furthest_from_what_was_said() -> None:
    assert "It meets everything that was said." in feedback(from_range(0.2, 0.5)).text
    skewed = feedback(from_quantiles((0.2, 0.5, 0.55)))
    column = skewed.elicited
    gaps = {value: abs(column.below("yes", value) - level) for _, level, value in column.stated}
    assert f"yes below {max(gaps, key=lambda value: gaps[value]):g} has a" in skewed.text
    assert "Nothing was said of quantiles" in feedback(from_counts({"a": 1, "b": 2})).text


@given(shares=st.lists(st.floats(0.002, 1), min_size=2, max_size=6), ess=st.floats(0.01, 1e4))
def test_a_rounded_column_still_adds_up_and_is_near(shares: list[float], ess: float) -> None:
    exact = np.array(shares) / sum(shares)
    states = tuple("abcdef"[: len(shares)])
    column = Elicited(states, tuple(exact / exact.sum()), ess).rounded()
    assert sum(column.probabilities) == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(column.probabilities, exact, rtol=0.02)
    assert column.ess <= ess * 1.01
    assert column.ess == pytest.approx(ess, abs=0.1)


def test_rounding_leaves_few_digits() -> None:
    column = Elicited(("a", "b"), (1 / 3, 2 / 3), 12.39).rounded()
    assert (column.probabilities, column.ess) == ((0.333, 0.667), 12.3)


def test_densities_integrate_to_1_and_carry_mean_and_range() -> None:
    columns = {"A": from_range(0.2, 0.5), "B": from_counts({"yes": 30, "no": 10})}
    table = densities(columns, "yes")
    for name, rows in table.groupby("name"):
        assert rows["density"].mean() == pytest.approx(1, abs=1e-3)
        assert set(rows["mean"]) == {columns[str(name)]["yes"]}
    assert table["name"].unique().tolist() == ["A", "B"]
    assert table.index.is_unique
    assert len(table) == 2 * 200  # points of each, unless others are asked for


def test_densities_are_taken_evenly_and_at_no_end() -> None:
    table = densities({"A": from_range(0.2, 0.5)}, "yes", points=4)
    assert table["proportion"].tolist() == [0.125, 0.375, 0.625, 0.875]


@pytest.mark.parametrize(
    ("ess", "words"),
    [(1, "about 1 patient."), (0.5, "about 0.5 patients."), (10, "about 10 patients."),
     (1234.6, "about 1,235 patients.")],
)  # fmt: skip
def test_patients_are_counted_in_words(ess: float, words: str) -> None:
    assert Elicited(("yes", "no"), (0.5, 0.5), ess).text.endswith(f"This is worth {words}")


def test_of_two_states_the_first_is_told_and_of_three_each() -> None:
    assert Elicited(("a", "b"), (0.5, 0.5), 9).spoken_of == ("a",)
    assert Elicited(("a", "b", "c"), (0.5, 0.25, 0.25), 9).spoken_of == ("a", "b", "c")
