"""Two ways to take experts together, and how their disagreement is shown."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from hamknee.base.errors import HamkneeError
from hamknee.estimation.elicited import Elicited, feedback
from hamknee.estimation.pooling import pool
from hamknee.estimation.statements import from_range

A = Elicited(("yes", "no"), (0.6, 0.4), 14)
B = Elicited(("yes", "no"), (0.3, 0.7), 40)
C = Elicited(("yes", "no"), (0.45, 0.55), 6)
WEIGHTS = {"A": 0.5, "B": 0.2, "C": 0.3}
EXPERTS = {"A": A, "B": B, "C": C}


@st.composite
def panels(draw: st.DrawFn) -> tuple[dict[str, Elicited], dict[str, float]]:
    """Draw two to four experts on one to three free proportions, and their weights."""
    states = tuple("abcd"[: draw(st.integers(2, 4))])
    names = "PQRS"[: draw(st.integers(2, 4))]
    parts = st.lists(st.floats(0.05, 1), min_size=len(states), max_size=len(states))
    experts = {}
    for name in names:
        shares = np.array(draw(parts))
        means = tuple(float(share) for share in shares / shares.sum())
        experts[name] = Elicited(states, means, draw(st.floats(1, 200)))
    raw = np.array(draw(st.lists(st.floats(0.05, 1), min_size=len(names), max_size=len(names))))
    return experts, dict(zip(names, map(float, raw / raw.sum()), strict=True))


def density(at: float, expert: Elicited) -> float:
    return float(stats.beta.pdf(at, *expert.counts("yes")))


# The pooled column ------------------------------------------------------------------------------


@given(panels())
def test_a_linear_pool_has_the_weighted_means(
    panel: tuple[dict[str, Elicited], dict[str, float]],
) -> None:
    experts, weights = panel
    column = pool(experts, weights).column
    for state in column.states:
        mean = sum(weights[name] * expert[state] for name, expert in experts.items())
        assert column[state] == pytest.approx(mean, rel=1e-12)


@given(panels())
def test_no_proportion_of_a_linear_pool_varies_less_than_in_the_mixture(
    panel: tuple[dict[str, Elicited], dict[str, float]],
) -> None:
    experts, weights = panel
    column = pool(experts, weights).column
    least = {
        s: min(1, *(expert.counts(s)[0] for expert in experts.values())) for s in column.states
    }
    if any(column.counts(s)[0] == pytest.approx(least[s], rel=1e-9) for s in column.states):
        return  # held back from piling up at an end
    assert all(column.counts(s)[0] > least[s] for s in column.states)
    ratios = []
    for state in column.states:
        squares = sum(
            weights[name] * (stats.beta.var(*expert.counts(state)) + expert[state] ** 2)
            for name, expert in experts.items()
        )
        ratios.append(stats.beta.var(*column.counts(state)) / (squares - column[state] ** 2))
    assert min(ratios) == pytest.approx(1, rel=1e-6)


def test_mean_and_variance_of_two_states_are_those_of_drawn_patients() -> None:
    rng = np.random.default_rng(1)
    column = pool(EXPERTS, WEIGHTS).column
    whose = rng.choice(3, p=[0.5, 0.2, 0.3], size=400_000)
    counts = np.array([expert.counts("yes") for expert in EXPERTS.values()])[whose]
    drawn = rng.beta(counts[:, 0], counts[:, 1])
    assert column["yes"] == pytest.approx(drawn.mean(), abs=0.001)
    assert stats.beta.var(*column.counts("yes")) == pytest.approx(drawn.var(), rel=0.01)


def test_a_logarithmic_pool_is_the_normalised_product_of_powers() -> None:
    column = pool(EXPERTS, WEIGHTS, method="logarithmic").column

    def product(at: float) -> float:
        return float(np.prod([density(at, e) ** WEIGHTS[name] for name, e in EXPERTS.items()]))

    total, _ = integrate.quad(product, 0, 1)
    for at in (0.1, 0.3, 0.42, 0.6, 0.9):
        assert density(at, column) == pytest.approx(product(at) / total, rel=1e-6)


@settings(max_examples=20)
@given(panels(), st.sampled_from(["linear", "logarithmic"]))
def test_experts_who_agree_are_their_own_pool(
    panel: tuple[dict[str, Elicited], dict[str, float]], method: str
) -> None:
    experts, weights = panel
    one = next(iter(experts.values()))
    pooled = pool(dict.fromkeys(experts, one), weights, method=method)  # type: ignore[arg-type]
    assert pooled.column.probabilities == pytest.approx(one.probabilities, rel=1e-12)
    assert pooled.column.ess == pytest.approx(one.ess, rel=1e-9)
    assert max(pooled.divergence.values()) == pytest.approx(0, abs=1e-9)
    assert max(pooled.spread.values()) == pytest.approx(0, abs=1e-12)


def test_disagreement_widens_the_linear_pool_and_not_the_logarithmic_one() -> None:
    near = Elicited(("yes", "no"), (0.55, 0.45), 14)
    far = Elicited(("yes", "no"), (0.1, 0.9), 14)
    linear = [pool({"A": A, "B": other}).column.ess for other in (near, far)]
    logarithmic = [
        pool({"A": A, "B": other}, method="logarithmic").column.ess for other in (near, far)
    ]
    assert linear[1] < linear[0] / 3
    assert logarithmic == pytest.approx([14, 14])


def test_weights_are_equal_unless_said() -> None:
    assert pool(EXPERTS).column["yes"] == pytest.approx((0.6 + 0.3 + 0.45) / 3)


def test_an_expert_of_weight_0_changes_nothing() -> None:
    pooled = pool(EXPERTS, {"A": 0.5, "B": 0.5, "C": 0})
    alone = pool({"A": A, "B": B})
    assert pooled.column.column == alone.column.column
    assert pooled.divergence == pytest.approx(alone.divergence)


# Two camps --------------------------------------------------------------------------------------

LOW, HIGH = from_range(0.05, 0.10, best=0.07), from_range(0.85, 0.95, best=0.90)
CAMPS = {"A": LOW, "B": HIGH}


def test_two_camps_do_not_become_a_u() -> None:
    """By the mixture's variance alone it was Beta(0.22, 0.23), most of it beyond 0.05 and 0.95."""
    variance = 0.25 * (0.9 - 0.07) ** 2 + sum(
        0.5 * stats.beta.var(*expert.counts("yes")) for expert in (LOW, HIGH)
    )
    assert 0.485 * 0.515 / variance - 1 == pytest.approx(0.45, abs=0.01)
    column = pool(CAMPS).column
    assert column["yes"] == pytest.approx(0.485)
    assert column.counts("yes") == pytest.approx((1, 0.515 / 0.485))
    beyond = stats.beta.cdf(0.01, *column.counts("yes")) + stats.beta.sf(
        0.99, *column.counts("yes")
    )
    assert beyond < 0.025, "where both know that it does not lie"


def test_no_end_is_piled_up_unless_an_expert_does_so() -> None:
    vague = Elicited(("yes", "no"), (0.05, 0.95), 4)  # 0.2 patients with yes
    column = pool({"A": vague, "B": HIGH}).column
    assert column.counts("yes")[0] >= 0.2
    ignored = pool({"A": vague, "B": HIGH, "C": LOW}, {"A": 0, "B": 0.5, "C": 0.5}).column
    assert ignored.column == pool({"B": HIGH, "C": LOW}).column.column


@settings(max_examples=20)
@given(panels())
def test_no_count_of_a_pool_is_below_1_and_that_of_every_expert(
    panel: tuple[dict[str, Elicited], dict[str, float]],
) -> None:
    experts, weights = panel
    column = pool(experts, weights).column
    for state in column.states:
        least = min(1, *(expert.counts(state)[0] for expert in experts.values()))
        assert column.counts(state)[0] >= least * (1 - 1e-9)


def test_how_much_of_a_pool_no_expert_believes_is_told() -> None:
    pooled = pool(CAMPS)
    a, b = pooled.column.counts("yes")
    ends = [stats.beta.ppf([0.005, 0.995], *expert.counts("yes")) for expert in (LOW, HIGH)]
    held = sum(np.diff(stats.beta.cdf(each, a, b))[0] for each in ends)
    assert pooled.unbelieved["yes"] == pytest.approx(1 - held, abs=1e-9)
    assert pooled.unbelieved["yes"] == pytest.approx(0.78, abs=0.01)
    assert "78 % of the pool lies where none of them thinks it possible." in pooled.text
    assert pooled.column.note.endswith("; 78 % of it where none of them stands")
    assert max(pool(EXPERTS, WEIGHTS).unbelieved.values()) < 0.02
    assert "none of them stands" not in pool(EXPERTS, WEIGHTS).column.note


def test_ranges_that_overlap_are_counted_once() -> None:
    wide, inside = Elicited(("yes", "no"), (0.5, 0.5), 10), Elicited(("yes", "no"), (0.5, 0.5), 99)
    pooled = pool({"A": wide, "B": inside})
    low, high = wide.quantiles("yes", [0.005, 0.995])
    held = float(np.diff(stats.beta.cdf([low, high], *pooled.column.counts("yes")))[0])
    assert pooled.unbelieved["yes"] == pytest.approx(1 - held, abs=1e-12)


def test_the_mixture_itself_is_kept() -> None:
    pooled = pool(EXPERTS, WEIGHTS)
    rng = np.random.default_rng(5)
    whose = rng.choice(3, p=[0.5, 0.2, 0.3], size=400_000)
    counts = np.array([expert.counts("yes") for expert in EXPERTS.values()])[whose]
    drawn = rng.beta(counts[:, 0], counts[:, 1])
    levels = [0.05, 0.25, 0.5, 0.95]
    np.testing.assert_allclose(
        pooled.quantiles("yes", levels), np.quantile(drawn, levels), atol=0.002
    )
    for level, value in zip(levels, pooled.quantiles("yes", levels), strict=True):
        assert pooled.below("yes", value) == pytest.approx(level, abs=1e-12)


def test_feedback_holds_a_linear_column_against_the_mixture() -> None:
    column = pool(CAMPS).column
    rows = feedback(column).table.set_index("level")["stated"]
    assert rows.loc[[0.05, 0.5, 0.95]].tolist() == pytest.approx(
        list(pool(CAMPS).quantiles("yes", [0.05, 0.5, 0.95]))
    )
    assert "Furthest from what was said: yes below 0.2" in feedback(column).text


def test_the_mixture_is_drawn_where_the_column_does_not_stand_for_it() -> None:
    curves = pool(CAMPS).densities("yes")
    assert list(dict.fromkeys(curves["name"])) == ["A", "B", "mixture", "pool"]
    mixture = curves[curves["name"] == "mixture"]
    own = [0.5 * density(at, LOW) + 0.5 * density(at, HIGH) for at in mixture["proportion"]]
    np.testing.assert_allclose(mixture["density"], own, atol=1e-9)
    assert list(dict.fromkeys(pool(EXPERTS).densities("yes")["name"])) == ["A", "B", "C", "pool"]
    narrow = pool(CAMPS, method="logarithmic").densities("yes")
    assert all(drawn.index.is_unique for drawn in (curves, narrow))
    assert list(dict.fromkeys(narrow["name"])) == ["A", "B", "pool"]


# Disagreement -----------------------------------------------------------------------------------


def test_divergence_is_that_of_jensen_and_shannon() -> None:
    def integrand(at: float) -> float:
        each = {name: density(at, expert) for name, expert in EXPERTS.items()}
        mixed = sum(WEIGHTS[name] * f for name, f in each.items())
        return sum(WEIGHTS[name] * f * np.log(f / mixed) for name, f in each.items() if f > 1e-300)

    steps = pairwise(np.linspace(0, 1, 21))
    apart = sum(integrate.quad(integrand, low, high)[0] for low, high in steps)
    most = -sum(weight * np.log(weight) for weight in WEIGHTS.values())
    assert pool(EXPERTS, WEIGHTS).divergence["yes"] == pytest.approx(apart / most, abs=1e-7)


def test_divergence_is_1_where_nothing_overlaps() -> None:
    low, high = (Elicited(("yes", "no"), (p, 1 - p), 5000) for p in (0.1, 0.9))
    assert pool({"A": low, "B": high}).divergence["yes"] == pytest.approx(1, abs=1e-6)


def test_nobody_stands_further_apart_than_that() -> None:
    """Though the sum over many points may."""
    low, high = from_range(0.1, 0.2), from_range(0.8, 0.9)
    assert pool({"A": low, "B": high}).divergence["yes"] == 1


def test_coverage_is_what_the_pools_range_holds_of_each_expert() -> None:
    pooled = pool(EXPERTS, WEIGHTS)
    low, high = pooled.column.quantiles("yes", [0.05, 0.95])
    for name, expert in EXPERTS.items():
        held = integrate.quad(lambda at, e=expert: density(at, e), low, high)[0]
        assert pooled.coverage("yes")[name] == pytest.approx(held, abs=1e-7)


def test_the_table_has_a_row_for_each_expert_and_the_pool() -> None:
    table = pool(EXPERTS, WEIGHTS).table
    assert list(table["name"]) == ["A", "B", "C", "pool"]
    assert list(table["weight"]) == [0.5, 0.2, 0.3, 1]
    assert list(table["probability"][:3]) == [0.6, 0.3, 0.45]
    assert table["covered"].iloc[-1] == 0.9


def test_the_text_warns_where_the_pool_leaves_an_expert_out() -> None:
    sure = Elicited(("yes", "no"), (0.9, 0.1), 200)
    doubting = Elicited(("yes", "no"), (0.2, 0.8), 10)
    apart = pool({"A": sure, "B": doubting}, method="logarithmic")
    assert apart.coverage("yes")["B"] < 0.5
    assert "what B thinks possible" in apart.text
    assert "They stand far apart" in apart.text


def test_the_text_warns_of_two_camps_that_a_linear_pool_holds_both() -> None:
    low, high = (Elicited(("yes", "no"), (p, 1 - p), 20) for p in (0.2, 0.7))
    camps = pool({"A": low, "B": high})
    assert min(camps.coverage("yes").values()) > 0.5
    assert "They stand far apart" in camps.text
    assert "far apart" not in pool(EXPERTS, WEIGHTS).text


# What cannot be pooled --------------------------------------------------------------------------

OTHER = Elicited(("no", "yes"), (0.6, 0.4), 14)


@pytest.mark.parametrize(
    ("experts", "weights", "method", "message"),
    [
        ({"A": A}, None, "linear", "found the experts A; allowed: two or more"),
        ({"A": A, "pool": B}, None, "linear", "allowed: two or more, none named 'pool' or"),
        ({"A": A, "B": OTHER}, None, "linear", "the states no, yes from B; allowed: yes, no"),
        ({"A": A, "B": B}, {"A": 0.5, "B": 0.4}, "linear", "weights add up to 0.9; allowed: 1"),
        ({"A": A, "B": B}, {"A": 1.5, "B": -0.5}, "linear", "the weights B: -0.5; allowed: 0 or"),
        ({"A": A, "B": B}, {"A": 1}, "linear", "weights for A; allowed: one for each of A, B"),
        ({"A": A, "B": B}, {"A": float("nan"), "B": 1}, "linear", "weights A: nan; allowed: 0 or"),
        ({"A": A, "B": B}, None, "median", "found the method 'median'; allowed: 'linear'"),
    ],
)
def test_what_cannot_be_pooled_is_refused(experts, weights, method, message: str) -> None:
    with pytest.raises(HamkneeError) as raised:
        pool(experts, weights, method=method)
    assert message in str(raised.value)
