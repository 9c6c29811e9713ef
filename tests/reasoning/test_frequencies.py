"""A posterior as whole people, who add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hamknee import HamkneeError, natural_frequencies
from hamknee.inference.model import Model
from hamknee.reasoning.frequencies import largest_remainder

shares = arrays(float, st.integers(1, 15), elements=st.floats(0, 1)).filter(lambda a: a.sum() > 0)


@given(shares, st.integers(1, 10_000))
def test_they_add_up_and_each_is_less_than_one_off(weights: np.ndarray, total: int) -> None:
    parts = weights / weights.sum()
    counts = largest_remainder(parts, total)
    assert counts.sum() == total
    assert (counts >= 0).all()
    assert np.abs(counts - parts * total).max() < 1


@given(shares, st.integers(1, 10_000))
def test_the_larger_share_never_gets_fewer(weights: np.ndarray, total: int) -> None:
    parts = weights / weights.sum()
    counts = largest_remainder(parts, total)
    order = np.argsort(parts, kind="stable")
    apart = np.diff(parts[order]) > 1e-9
    assert (np.diff(counts[order])[apart] >= 0).all()


@pytest.mark.parametrize(
    ("parts", "total", "counts"),
    [
        # Seats of the textbook example: votes of 47, 16, 15.8, 12, 6.1 and 3.1 thousand.
        ([0.47, 0.16, 0.158, 0.12, 0.061, 0.031], 10, [5, 2, 1, 1, 1, 0]),
        ([0.5, 0.5], 1, [1, 0]),
        ([0.1, 0.2, 0.7], 10, [1, 2, 7]),
        ([1.0], 1000, [1000]),
    ],
)
def test_known_roundings(parts: list[float], total: int, counts: list[int]) -> None:
    assert largest_remainder(np.array(parts), total).tolist() == counts


def test_the_table_is_in_the_order_of_the_posterior(model: Model) -> None:
    posterior = model.posterior({"onset": "sudden", "pop": "yes"})
    found = natural_frequencies(posterior)
    assert list(found.table["condition"]) == list(posterior.table["condition"])
    assert found.table["people"].sum() == 1000
    assert list(found.table["people"]) == sorted(found.table["people"], reverse=True)


def test_the_sentence_counts_everybody(model: Model) -> None:
    found = natural_frequencies(model.posterior({"onset": "sudden"}), 200)
    numbers = [int(part.rsplit(":")[-1].strip(" .")) for part in found.text.split(";")]
    assert sum(numbers) == 200
    assert found.text.startswith("Of 200 people like this")


def test_three_are_named_and_the_others_counted_together(model: Model) -> None:
    posterior = model.posterior({"onset": "sudden"})
    *named, others = natural_frequencies(posterior).text.split("; ")
    assert len(named) == 3
    assert others.startswith("any of the others: ")
    alone = natural_frequencies(posterior, 1)
    assert alone.people.tolist() == [int(i == posterior.order[0]) for i in range(21)]
    assert "others" not in alone.text


def test_nobody_cannot_be_divided_up(model: Model) -> None:
    with pytest.raises(HamkneeError, match="found 0 people; allowed: 1 or more"):
        natural_frequencies(model.posterior({}), 0)
