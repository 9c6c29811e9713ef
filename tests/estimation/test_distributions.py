"""Distributions of SciPy and PreliZ in and out, held to what these libraries say of them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.estimation.distributions import LEVELS, from_distribution, to_preliz, to_scipy
from hamknee.estimation.elicited import Elicited
from hamknee.inference.model import Model


@pytest.mark.parametrize("by", ["quantiles", "moments"])
@pytest.mark.parametrize("counts", [(24, 36), (0.7, 9), (300, 1.5)])
def test_a_beta_comes_back_as_it_went_in(counts: tuple[float, float], by: Any) -> None:
    column = from_distribution(stats.beta(*counts), by=by)
    assert column.counts("yes") == pytest.approx(counts, rel=1e-4)
    assert to_scipy(column).args == pytest.approx(counts, rel=1e-4)


def test_moments_are_those_of_the_distribution() -> None:
    uniform = stats.uniform(0.2, 0.4)
    beta = to_scipy(from_distribution(uniform, by="moments"))
    assert (beta.mean(), beta.var()) == pytest.approx((uniform.mean(), uniform.var()))


def test_quantiles_are_as_close_as_any_beta_comes() -> None:
    """No Beta nearby is closer to the five points of the distribution function."""
    said = stats.triang(0.3, 0.1, 0.6)
    values = said.ppf(LEVELS)

    def off(alpha: float, beta: float) -> float:
        return float(((stats.beta.cdf(values, alpha, beta) - LEVELS) ** 2).sum())

    alpha, beta = from_distribution(said).counts("yes")
    assert off(alpha, beta) < 1e-3
    for factor in (0.97, 1.03):
        assert off(alpha, beta) < off(factor * alpha, beta)
        assert off(alpha, beta) < off(alpha, factor * beta)


def test_a_dirichlet_is_taken_as_it_is() -> None:
    said = stats.dirichlet([3, 12, 5])
    column = from_distribution(said, states=("normal", "limping", "unable"))
    assert column.probabilities == pytest.approx(said.mean())
    np.testing.assert_allclose(to_scipy(column).var(), said.var())
    assert to_scipy(column, "limping").var() == pytest.approx(said.var()[1])


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (stats.norm(0.05, 0.05), "outside 0 to 1"),
        (stats.norm(3, 1), "outside 0 to 1"),
        (0.4, "found 0.4; allowed: a distribution"),
        (stats.dirichlet([1, 2, 3]), "2 states and 3 probabilities"),
    ],
)
def test_what_is_no_proportion_is_refused(said: Any, problem: str) -> None:
    with pytest.raises(HamkneeError, match=problem):
        from_distribution(said)


def test_moments_that_no_beta_has_are_refused() -> None:
    always = dict.fromkeys(("ppf", "mean"), lambda *_: 0.5)
    certain: Any = SimpleNamespace(cdf=lambda x: float(x >= 0.5), var=lambda: 0.0, **always)
    with pytest.raises(HamkneeError, match="no Beta has"):
        from_distribution(certain, by="moments")


def test_a_way_of_matching_that_there_is_not_is_refused() -> None:
    with pytest.raises(HamkneeError, match="allowed: 'quantiles', 'moments'"):
        from_distribution(stats.beta(2, 3), by="eye")  # type: ignore[arg-type]


def test_a_distribution_is_a_statement_of_a_project() -> None:
    project = hamknee.open_project()
    stated = project.state("pop", "strain", stats.beta(24, 36), note="our clinic")
    written = project.state("pop", "strain", "24 of 60")
    assert stated.model.marginals({"condition": "strain"})["pop"][0] == pytest.approx(0.4, abs=1e-4)
    assert "a distribution with mean 0.4, by its quantiles; our clinic" in stated.changes[0]
    assert "worth 60 patients" in stated.changes[0]
    assert "worth 61 patients" in written.changes[0]  # a count adds one imagined patient


def test_a_row_of_the_numbers_is_its_share_of_the_dirichlet(model: Model) -> None:
    column = model.priors.column(
        "weight_bearing", {"condition": "strain", "onset": "days", "pop": "no"}
    )
    whole = stats.dirichlet([row.probability * row.ess for row in column])
    for row, mean, variance in zip(column, whole.mean(), whole.var(), strict=True):
        assert to_scipy(row).mean() == pytest.approx(mean)
        assert to_scipy(row).var() == pytest.approx(variance)
    with pytest.raises(HamkneeError, match="the row is about"):
        to_scipy(column[0], "flying")


def test_preliz_is_asked_for_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "preliz", None)
    with pytest.raises(HamkneeError, match="PreliZ is not installed"):
        to_preliz(Elicited(("yes", "no"), (0.4, 0.6), 60))


@pytest.mark.filterwarnings("ignore")
def test_preliz_distributions_come_and_go() -> None:
    preliz = pytest.importorskip("preliz")
    column = from_distribution(preliz.Beta(24, 36))
    assert column.counts("yes") == pytest.approx((24, 36), rel=1e-4)
    back = to_preliz(column)
    assert back.cdf(0.45) == pytest.approx(stats.beta.cdf(0.45, 24, 36), rel=1e-4)
    kumaraswamy = from_distribution(preliz.Kumaraswamy(2, 5), by="moments")
    assert kumaraswamy["yes"] == pytest.approx(float(preliz.Kumaraswamy(2, 5).mean()), rel=1e-6)
    whole = Elicited(("a", "b", "c"), (0.2, 0.3, 0.5), 10)
    again = from_distribution(to_preliz(whole), states=whole.states)
    assert again.probabilities == pytest.approx(whole.probabilities)
    assert again.ess == pytest.approx(whole.ess)


def test_a_coin_is_no_beta() -> None:
    """The variance of a coin, nearly 0 or 1, is mean × (1 - mean), which no Beta reaches."""
    coin: Any = SimpleNamespace(
        cdf=lambda x: 0.5 * (x > 0) + 0.5 * (x >= 1),
        ppf=lambda level: float(level > 0.5),
        mean=lambda: 0.5,
        var=lambda: 0.25,
    )
    with pytest.raises(HamkneeError, match=r"a mean of 0\.5 and a variance of 0\.25; allowed: a"):
        from_distribution(coin, by="moments")


def outside(below: float, above: float) -> Any:
    """Return a distribution with so much of it below 0 and above 1."""
    within = stats.beta(24, 36)
    return SimpleNamespace(
        cdf=lambda x: below if x <= 0 else 1 - above if x >= 1 else within.cdf(x),
        ppf=within.ppf,
        mean=within.mean,
        var=within.var,
    )


def test_one_in_a_thousand_outside_0_to_1_is_lost_and_more_is_refused() -> None:
    assert from_distribution(outside(0.0, 0.0009))["yes"] == pytest.approx(0.4)
    assert from_distribution(outside(0.001, 0.0))["yes"] == pytest.approx(0.4)
    for below, above in ((0.0011, 0.0), (0.0, 0.0011), (0.0006, 0.0006)):
        with pytest.raises(HamkneeError, match=r"0\.1[12] % of the distribution is outside 0 to 1"):
            from_distribution(outside(below, above))
