"""How much each number adds to a posterior's uncertainty: worked out by hand, and from draws."""

from collections.abc import Iterator

import numpy as np
import pytest

import hamknee
from hamknee.inference.model import Model
from hamknee.sensitivity.contributions import width_contributions
from hamknee.sensitivity.intervals import credible_interval
from tests.support.by_hand import Column, Tables, Worlds, p_state, with_columns
from tests.support.networks import asia, with_zeros


def test_asia_has_its_golden_values() -> None:
    """Golden: below by hand; without the case it was 0.266, and draws say 0.236."""
    contributions = width_contributions(asia(), {"xray": "yes", "dysp": "yes"}, "yes")
    assert contributions.sd == pytest.approx(0.253817, abs=1e-6)
    assert contributions.table.variable.tolist()[:3] == ["xray", "lung", "tub"]
    assert contributions.table.share.tolist()[:3] == pytest.approx(
        [0.3274, 0.3101, 0.3009], abs=1e-4
    )


# By hand ----------------------------------------------------------------------------------------


def versions(model: Model, evidence: dict[str, object]) -> Iterator[tuple[Column, list[tuple]]]:
    """Yield each column as a mixture of Dirichlets given the case: weight and counts of each."""
    worlds = Worlds(model)
    for name, cpt in model.cpts.items():
        assert cpt.ess is not None
        used = worlds.table([*cpt.parents, name], evidence)
        for column in np.ndindex(cpt.ess.shape):
            counts = cpt.ess[column] * cpt.probabilities[column]
            more = list(zip(used[column], counts + np.eye(len(counts)), strict=True))
            yield (name, column), [(1 - used[column].sum(), counts), *more]


def covariance(mixture: list[tuple]) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of a mixture of Dirichlets."""
    first, second = 0.0, 0.0
    for weight, counts in mixture:
        mean = counts / counts.sum()
        spread = (np.diag(mean) - np.outer(mean, mean)) / (counts.sum() + 1)
        first, second = first + weight * mean, second + weight * (spread + np.outer(mean, mean))
    return np.asarray(first), np.asarray(second - np.outer(first, first))


def gradient(tables: Tables, column: Column, evidence: dict[str, object], state: str) -> np.ndarray:
    """Return how a posterior moves when a column is moved towards each of its possible states."""
    name, place = column
    p, step = tables.cpts[name].probabilities[place], 1e-6
    slopes = np.zeros(len(p))
    for towards in np.flatnonzero(p):
        ends = [
            p_state(
                with_columns(tables, {column: p + sign * step * (np.eye(len(p))[towards] - p)}),
                evidence,
                state,
            )
            for sign in (1, -1)
        ]
        slopes[towards] = (ends[0] - ends[1]) / (2 * step)
    return slopes


@pytest.mark.parametrize(
    "evidence",
    [
        {"site": {"front": 0.2, "back": 0.7, "all": 0.2}, "test": {"yes": 3, "no": 1}},
        {"place": "home", "site": "back", "sign": "weak", "test": "yes", "echo": "no"},
    ],
)
def test_shares_are_those_of_rebuilt_models(evidence: dict[str, object]) -> None:
    model = with_zeros(ess=6)
    mixtures = dict(versions(model, evidence))
    means = {column: covariance(mixture)[0] for column, mixture in mixtures.items()}
    tables = with_columns(model, means)
    expected = {}
    for column, mixture in mixtures.items():
        slopes = gradient(tables, column, evidence, "b")
        name, place = column
        given = ";".join(
            f"{parent}={model.vocabulary[parent].state_names[s]}"
            for parent, s in zip(model.cpts[name].parents, place, strict=True)
        )
        expected[name, given] = float(slopes @ covariance(mixture)[1] @ slopes)
    total = sum(expected.values())
    contributions = width_contributions(model, evidence, "b")
    assert contributions.sd == pytest.approx(np.sqrt(total), rel=1e-6)
    table = contributions.table
    assert table.share.sum() == pytest.approx(1, abs=1e-12)
    assert table.share.is_monotonic_decreasing
    got = dict(zip(zip(table.variable, table.given, strict=True), table.share, strict=True))
    for where, variance in expected.items():
        assert got.get(where, 0.0) == pytest.approx(variance / total, abs=1e-7)


def test_where_counts_are_large_it_is_the_spread_of_the_draws() -> None:
    model, evidence = with_zeros(ess=500), {"test": "yes", "echo": "no"}
    contributions = width_contributions(model, evidence, "a")
    samples = credible_interval(model, evidence, draws=20_000).samples
    assert contributions.sd == pytest.approx(samples[:, 0].std(), rel=0.03)


# Faults and words ------------------------------------------------------------------------------


def test_a_model_without_counts_is_refused() -> None:
    with pytest.raises(hamknee.HamkneeError, match=r"asia has columns without an equivalent"):
        width_contributions(asia(ess=None), {"dysp": "yes"}, "yes")


def test_unknown_states_are_refused() -> None:
    with pytest.raises(hamknee.HamkneeError, match=r"'yess' is not a state of lung \(did you mean"):
        width_contributions(asia(), {}, "yess")


def test_the_result_tells_what_to_measure_next(model: Model) -> None:
    found = credible_interval(model, {"setting": "emergency"}, draws=100)
    contributions = found.contributions("dvt")
    assert list(contributions.table.columns) == ["variable", "given", "ess", "share"]
    assert list(contributions.table.given) == ["setting=emergency"]
    measure = "measure “Condition, given Setting: Emergency department” next"
    assert f"{measure}: it now counts as 49 cases" in contributions.text


def test_nothing_to_measure_is_said() -> None:
    found = width_contributions(asia(), {"lung": "yes"}, "yes")
    assert found.table.empty
    assert found.sd == 0
    assert found.text == "No number that could be measured changes the probability of Yes."
