"""Looked-up sums are the sums, however they are packed."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamknee.inference.lookup import BLOCK_CELLS, TABLE_CELLS, Lookup, Summand, combinations
from tests.support.networks import independent_findings


def drawn_parts(seed: int, groups: list[list[int]], width: int) -> list[Summand]:
    """Return parts with random rows, a tenth of their entries impossible."""
    rng = np.random.default_rng(seed)
    variables = iter(rng.permutation(sum(map(len, groups))).tolist())
    parts = []
    for counts in groups:
        rows = rng.normal(size=(int(np.prod(counts)), width))
        rows[rng.random(rows.shape) < 0.1] = -np.inf
        parts.append(Summand(tuple(next(variables) for _ in counts), tuple(counts), rows))
    return parts


def drawn_codes(parts: list[Summand], cases: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    codes = np.empty((cases, sum(len(part.variables) for part in parts)), dtype=np.intp)
    for part in parts:
        for variable, count in zip(part.variables, part.counts, strict=True):
            codes[:, variable] = rng.integers(count, size=cases)
    return codes


def added_up(parts: list[Summand], codes: np.ndarray) -> np.ndarray:
    """Return the sums without packing: a row of each part, found through an array of its shape."""
    total = np.zeros((len(codes), 1))
    for part in parts:
        shaped = part.rows.reshape(*part.counts, -1)
        total = total + shaped[tuple(codes[:, variable] for variable in part.variables)]
    return total


groups_of_counts = st.lists(
    st.lists(st.integers(1, 9), min_size=0, max_size=4), min_size=1, max_size=12
)


@settings(max_examples=60)
@given(groups_of_counts, st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_the_sums_are_those_of_the_parts(groups: list[list[int]], width: int, seed: int) -> None:
    parts = drawn_parts(seed, groups, width)
    codes = drawn_codes(parts, 50, seed)
    lookup = Lookup(parts, codes.shape[1])
    np.testing.assert_allclose(lookup.sums(codes), added_up(parts, codes), rtol=0, atol=1e-12)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint32, np.int64])
def test_codes_of_any_type_and_order_give_the_same(kind: Any, order: Any) -> None:
    parts = drawn_parts(1, [[3, 2], [7], [2, 2, 4], [5]], width=11)
    codes = drawn_codes(parts, 300, seed=2)
    lookup = Lookup(parts, codes.shape[1])
    expected = lookup.sums(codes)
    np.testing.assert_array_equal(lookup.sums(codes.astype(kind, order=order)), expected)


@pytest.mark.parametrize("counts", [(), (3,), (2, 1, 3), (2, 0)])
def test_all_combinations_of_codes_are_listed_once_the_last_changing_fastest(
    counts: tuple[int, ...],
) -> None:
    expected = list(itertools.product(*map(range, counts)))
    assert [tuple(row) for row in combinations(counts)] == expected


def test_small_parts_share_tables_that_stay_small_and_are_about_as_large() -> None:
    parts = drawn_parts(3, [[3]] * 20 + [[4, 3, 3, 3]], width=11)
    sizes = [len(table) for table in Lookup(parts, 24).tables]
    assert len(sizes) <= 4
    assert max(sizes) * 11 <= TABLE_CELLS
    assert max(sizes) <= 4 * min(sizes)


def test_parts_that_fit_into_one_table_share_it() -> None:
    (table,) = Lookup(drawn_parts(6, [[3], [2, 2], [5]], width=3), 4).tables
    assert table.shape == (60, 3)


@pytest.mark.parametrize(("width", "step"), [(3, BLOCK_CELLS // 5), (BLOCK_CELLS, 1)])
def test_blocks_hold_every_case_once_and_as_many_as_the_cache(width: int, step: int) -> None:
    lookup = Lookup([Summand((0, 1), (1, 1), np.zeros((1, width)))], 2)
    count = 2 * step + 1
    blocks = [range(count)[block] for block in lookup.blocks(count)]
    assert [len(block) for block in blocks] == [step, step, 1]
    assert [block[0] for block in blocks] == [0, step, 2 * step]


def test_a_part_that_is_too_large_stands_alone() -> None:
    large = TABLE_CELLS // 2 + 1
    parts = drawn_parts(4, [[large], [3], [3]], width=2)
    codes = drawn_codes(parts, 100, seed=5)
    lookup = Lookup(parts, 3)
    assert sorted(len(table) for table in lookup.tables) == [9, large]
    np.testing.assert_allclose(lookup.sums(codes), added_up(parts, codes), rtol=0, atol=1e-12)


def test_a_part_with_more_rows_than_single_precision_counts_is_found_exactly() -> None:
    rows = np.arange(2**24 + 3, dtype=np.float64)[:, None]
    lookup = Lookup([Summand((0,), (len(rows),), rows)], 1)
    codes = np.array([[2**24 + 1], [2**24 + 2], [2**24 - 1]])
    np.testing.assert_array_equal(lookup.sums(codes), codes)


def test_a_code_beyond_the_last_table_is_an_error_and_not_another_row() -> None:
    model = independent_findings(seed=1, count=2)
    beyond = np.full((1, 3), 100)
    with pytest.raises(IndexError):
        model.engine.log_joint(beyond, model.vocabulary.plain_weights)
