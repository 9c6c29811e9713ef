"""Whether two findings go together more than a model says: the test of one pair."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hamknee.base import Array

SAME = 1e-9
"""Difference of two probabilities that is rounding."""

NO_SPREAD = 1e-6
"""Deviation below which replicates are all alike."""

RAKES = 200
"""Rounds in which a table of the model is fitted to the margins of the cases."""


class PairTest(NamedTuple):
    """What the cases tell of a pair: the test, and the answers that stand out."""

    n: int
    modelled: bool
    statistic: float
    df: float
    p: float
    cell: tuple[int, int]
    observed: float
    expected: float


def of_counts(counts: Array, joint: Array) -> PairTest | None:
    """Return the test of counts by condition against the model, or None where they tell nothing.

    Parameters
    ----------
    counts : ndarray, shape (conditions, first states, second states)
        Of cases.
    joint : ndarray, of the same shape
        P(both | case) by the model, added up over the same cases.
    """
    from scipy.stats import chi2

    rows, columns = counts.sum(axis=2), counts.sum(axis=1)
    n = counts.sum(axis=(1, 2))
    varied = ((rows > 0).sum(axis=1) > 1) & ((columns > 0).sum(axis=1) > 1)
    counts, joint, rows, columns, n = (each[varied] for each in (counts, joint, rows, columns, n))
    if not varied.any():
        return None
    expected, modelled = _expected(joint, rows, columns, n)
    shape = (counts[0].size, counts[0].size)
    spread = np.einsum(
        "s,sij,skl->ikjl", 1 / (n - 1), _scatter(rows, n), _scatter(columns, n)
    ).reshape(shape)
    gap = (counts - expected).sum(axis=0).ravel()
    df = int(np.linalg.matrix_rank(spread, hermitian=True))
    statistic = float(gap @ np.linalg.pinv(spread, hermitian=True) @ gap)
    deviation = np.sqrt(np.diag(spread))
    far = np.divide(np.abs(gap), deviation, out=np.zeros_like(gap), where=deviation > 0)
    cell = np.unravel_index(int(far.round(6).argmax()), counts.shape[1:])
    return PairTest(
        n=int(n.sum()),
        modelled=modelled,
        statistic=statistic,
        df=df,
        p=float(chi2.sf(statistic, df)),
        cell=(int(cell[0]), int(cell[1])),
        observed=float(counts[:, cell[0], cell[1]].sum()),
        expected=float(expected[:, cell[0], cell[1]].sum()),
    )


def _scatter(margins: Array, n: Array) -> Array:
    """Return how the answers of each condition scatter, shape (conditions, states, states)."""
    alone = margins[:, :, None] * np.eye(margins.shape[1])
    return np.asarray(alone - margins[:, :, None] * margins[:, None, :] / n[:, None, None])


def _expected(joint: Array, rows: Array, columns: Array, n: Array) -> tuple[Array, bool]:
    """Return the counts expected with these margins, and whether the model joins the two.

    The table of the model is fitted to the margins by iterative proportions, which leave its odds
    ratios as they are (Deming & Stephan 1940).
    """
    apart = rows[:, :, None] * columns[:, None, :] / n[:, None, None]
    total = joint.sum(axis=(1, 2), keepdims=True)
    independent = joint.sum(axis=2, keepdims=True) * joint.sum(axis=1, keepdims=True)
    if (np.abs(joint * total - independent) <= SAME * total**2).all():
        return apart, False
    table = np.where(total > 0, joint, apart)
    for _ in range(RAKES):
        before = table
        for axis, margin in ((2, rows[:, :, None]), (1, columns[:, None, :])):
            now = table.sum(axis=axis, keepdims=True)
            table = table * np.divide(margin, now, out=np.zeros_like(now), where=now > 0)
        if np.abs(table - before).max() < 1e-10:
            break
    return table, True


def of_products(n: int, seen: Array, made: Array, together: Array) -> PairTest | None:
    """Return the test of products of deviations against those of replicates, or None if all alike.

    Parameters
    ----------
    n : int
        Cases in which both are known.
    seen, together : ndarray, shape (first states, second states)
        Sums of products, and how often both answers were given.
    made : ndarray, shape (replicates, first states, second states)
        Sums of products by the model.
    """
    from scipy.stats import chi2

    middle, spread = made.mean(axis=0), made.std(axis=0)
    scale = np.where(spread > NO_SPREAD, spread, np.inf)
    gap = seen - middle
    statistic = float(((gap / scale) ** 2).sum())
    sums = (((made - middle) / scale) ** 2).sum(axis=(1, 2))
    if sums.std() <= NO_SPREAD * sums.mean():
        return None
    df = 2 * sums.mean() ** 2 / sums.var()
    row, column = np.unravel_index(int(np.abs(gap / scale).round(6).argmax()), gap.shape)
    observed = float(together[row, column])
    return PairTest(
        n=n,
        modelled=bool((np.abs(middle) > 4 * spread / np.sqrt(len(made))).any()),
        statistic=statistic,
        df=float(df),
        p=float(chi2.sf(statistic * df / sums.mean(), df)),
        cell=(int(row), int(column)),
        observed=observed,
        expected=max(observed - float(gap[row, column]), 0.0),
    )
