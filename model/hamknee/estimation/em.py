"""EM in a network: expected counts and tables in turn, from given tables to a fixed point.

The M-step is (a + N) / Σ (a + N), where N are the expected counts and a is ess × probability less
`off`. It maximises the expected log-likelihood of the completed cases + Σ a log probability, so
that the observed data's log-likelihood + Σ a log probability never falls (Dempster, Laird & Rubin
1977). Up to a constant that is the logarithm of a posterior density:

- off 0, the mean of the updated Dirichlet: the density of the log odds (MacKay 1998), also that of
  the probabilities when the prior is the Dirichlet with counts ess × probability + 1;
- off 1, the mode of the updated Dirichlet: the density of the probabilities.

The E-step is in `expected_counts`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from hamknee.base import Array, HamkneeError, Mask, compares_arrays, listing
from hamknee.estimation.expected_counts import ExpectedCounts
from hamknee.network import CPT


class NoModeError(HamkneeError):
    """A Dirichlet without a mode inside.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> from hamknee.network import read_shipped_or_own
    >>> priors = read_shipped_or_own()
    >>> unsure = {"probabilities": {"yes": 0.5, "no": 0.5}, "ess": 2}
    >>> priors = priors.set_column("palpable_defect", **unsure, given={"condition": "rupture"})
    >>> case = pd.DataFrame({"condition": ["rupture"], "palpable_defect": ["yes"]})
    >>> hamknee.update(priors, case, method="map", keep=["condition", "setting"])
    Traceback (most recent call last):
    ...
    hamknee.estimation.em.NoModeError: 2 numbers have ess × probability of 1 or less, so that
    their column has no mode inside: palpable_defect (2); allowed: method 'posterior_mean', or
    larger equivalent sample sizes
    """


@dataclass(frozen=True)
@compares_arrays
class Fitted:
    """Where EM ended.

    Parameters
    ----------
    tables, counts : list of ndarray, each (parents' states..., states)
        The tables, and the expected counts they were made of.
    learned : list of ndarray of bool, each (parents' states...)
        The columns that cases reach and that were not to stay.
    log_likelihood, log_posterior : tuple of float
        Under the given tables and after each iteration; the second is what never falls.
    converged : bool
        Whether the last iteration moved no probability by more than the tolerance.
    """

    tables: list[Array]
    counts: list[Array]
    learned: list[Mask]
    log_likelihood: tuple[float, ...]
    log_posterior: tuple[float, ...]
    converged: bool


def fit(
    cohort: ExpectedCounts,
    given: Sequence[CPT],
    *,
    keep: Collection[str],
    off: float,
    iterations: int,
    tolerance: float,
) -> Fitted:
    """Run EM.

    Parameters
    ----------
    cohort : ExpectedCounts
        What is counted.
    given : sequence of CPT
        Where to start, with equivalent sample sizes; an entry of 0 stays 0, and so does a column
        that holds a 1.
    keep : collection of str
        Variables whose tables stay.
    off : float
        0 or 1; see above.
    iterations : int
        At most.
    tolerance : float
        Largest change of a probability that ends the run.

    Raises
    ------
    NoModeError
        If ess × probability is not above `off` in a column that cases reach.
    """
    tables = [cpt.probabilities for cpt in given]
    pseudo = [_pseudo_counts(cpt, off) for cpt in given]
    expectation = cohort.expected(tables)
    learned = [
        _free(cpt, keep) & (counts.sum(axis=-1) > 0)
        for cpt, counts in zip(given, expectation.counts, strict=True)
    ]
    _check(given, pseudo, learned)
    likelihoods = [expectation.log_likelihood]
    posteriors = [expectation.log_likelihood + _log_prior(tables, pseudo, learned)]
    counts, converged = expectation.counts, False
    while not converged and len(likelihoods) <= iterations:
        counts, before = expectation.counts, tables
        tables = [_maximised(*each) for each in zip(before, pseudo, counts, learned, strict=True)]
        expectation = cohort.expected(tables)
        likelihoods.append(expectation.log_likelihood)
        posteriors.append(expectation.log_likelihood + _log_prior(tables, pseudo, learned))
        moves = [np.abs(new - old).max() for new, old in zip(tables, before, strict=True)]
        converged = bool(max(moves) <= tolerance)
    return Fitted(tables, counts, learned, tuple(likelihoods), tuple(posteriors), converged)


def _pseudo_counts(cpt: CPT, off: float) -> Array:
    """Return a: ess × probability less `off`, and 0 where the probability is 0."""
    assert cpt.ess is not None  # Priors always state it
    counts = cpt.ess[..., None] * cpt.probabilities
    return np.where(cpt.probabilities > 0, counts - off, 0.0)


def _free(cpt: CPT, keep: Collection[str]) -> Mask:
    """Return which columns may move: not those of 0 and 1, nor any of a variable to be kept."""
    uncertain: Mask = ((cpt.probabilities != 0) & (cpt.probabilities != 1)).any(axis=-1)
    return uncertain & (cpt.variable not in keep)


def _maximised(old: Array, pseudo: Array, counts: Array, learned: Mask) -> Array:
    """Return a table with the learned columns replaced."""
    total = pseudo + counts
    sums = np.where(learned, total.sum(axis=-1), 1.0)
    return np.where(learned[..., None], total / sums[..., None], old)


def _log_prior(tables: Sequence[Array], pseudo: Sequence[Array], learned: Sequence[Mask]) -> float:
    """Return Σ a log probability over the learned columns."""
    total = 0.0
    for table, a, mask in zip(tables, pseudo, learned, strict=True):
        used = mask[..., None] & (table > 0)
        total += float(a[used] @ np.log(table[used]))
    return total


def _check(given: Sequence[CPT], pseudo: Sequence[Array], learned: Sequence[Mask]) -> None:
    """Raise if a learned column has an entry whose pseudo-count is not above 0."""
    bad = {
        cpt.variable: int((mask[..., None] & (cpt.probabilities > 0) & (a <= 0)).sum())
        for cpt, a, mask in zip(given, pseudo, learned, strict=True)
    }
    named = {name: count for name, count in bad.items() if count}
    if named:
        numbers = listing(f"{name} ({count})" for name, count in named.items())
        raise NoModeError(
            f"{sum(named.values())} numbers have ess × probability of 1 or less, so that their "
            f"column has no mode inside: {numbers}; allowed: method 'posterior_mean', or larger "
            "equivalent sample sizes"
        )
