"""EM in a network: expected counts and tables in turn, from given tables to a fixed point.

The M-step is (a + N) / Σ (a + N), where N are the expected counts and a is ess × probability less
`off`. It maximises the expected log-likelihood of the completed cases + Σ a log probability, so
that the observed data's log-likelihood + Σ a log probability never falls (Dempster, Laird & Rubin
1977). Up to a constant that is the logarithm of a posterior density:

- off 0, the mean of the updated Dirichlet: the density of the log odds (MacKay 1998), also that of
  the probabilities when the prior is the Dirichlet with counts ess × probability + 1;
- off 1, the mode of the updated Dirichlet: the density of the probabilities.

The E-step counts how often each state occurs with each state of its parents, a blank by the
probability of each state it may be (in networks: Lauritzen 1995). Given the target a network falls
apart into groups, so a group needs to be asked once for each *distinct* pattern of its evidence:
all cases with that pattern enter it together, as one weight on each state of the target.

A variable of which nothing is known, and nothing of what follows from it, is not counted in that
case. Such a case says nothing of its table, and leaving it out moves no maximum.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, Codes, HamkneeError, Mask, compares_arrays, listing
from hamknee.inference import BLOCK_CELLS, Group, Model, contradiction, log_total, relative
from hamknee.network import CPT, Cases

Tables = Sequence[Array]
"""The table of each variable by number, each of shape (parents' states..., states)."""


@dataclass(frozen=True)
@compares_arrays
class Expectation:
    """What one set of tables makes of a cohort.

    Parameters
    ----------
    log_likelihood : float
        Natural logarithm of the probability of all that was observed, cases weighted.
    counts : list of ndarray, each (parents' states..., states)
        By number of the variable, how many cases have this state with these parents.
    """

    log_likelihood: float
    counts: list[Array]


@dataclass(frozen=True)
@compares_arrays
class _Part:
    """The evidence of all cases on one group, sorted into its distinct patterns.

    Parameters
    ----------
    group : Group
        Of the engine.
    likelihoods : list of (ndarray of shape (patterns, states), or None)
        Evidence on each member.
    counted : ndarray of bool, shape (patterns, factors)
        Whether a pattern says anything of the variable of each factor.
    pattern : ndarray of int, shape (cases,)
        Which of the patterns each case has.
    order, starts : ndarray of int
        The cases sorted by pattern, and where each pattern begins.
    """

    group: Group
    likelihoods: list[Array | None]
    counted: npt.NDArray[np.bool_]
    pattern: Codes
    order: Codes
    starts: Codes

    def sums(self, values: Array) -> Array:
        """Add up the rows of all cases with the same pattern, shape (patterns, ...)."""
        return np.asarray(np.add.reduceat(values[self.order], self.starts, axis=0))

    def messages(self, tables: Tables) -> Array:
        """Return log P(pattern | target), shape (patterns, target states)."""
        tree = self.group.tree
        potentials = tree.potentials([tables[v][None] for v in self.group.factors])
        blocks = []
        for rows in _blocks(len(self.starts), tree.cells):
            collected = tree.collect(potentials, [None, *self._likelihoods(rows)])
            message = tree.root_belief(collected, 0, np.sum)
            blocks.append(np.broadcast_to(message, (len(self.starts[rows]), message.shape[1])))
        return np.concatenate(blocks)

    def families(self, tables: Tables, on_target: Array, patterns: Codes) -> list[Array]:
        """Return P(variable, parents | evidence) of every factor.

        Parameters
        ----------
        tables : Tables
            Of the network.
        on_target : ndarray, shape (rows, target states)
            What the target hears from everything outside this group.
        patterns : ndarray of int, shape (rows,)
            The group's own evidence.

        Returns
        -------
        list of ndarray, each (rows, parents' states..., states)
            Adding up to 1.
        """
        factors = [tables[v][None] for v in self.group.factors]
        likelihoods = [on_target, *self._likelihoods(patterns)]
        slopes = self.group.tree.differentiate(factors, likelihoods)
        joints = [table * slope for table, slope in zip(factors, slopes.factors, strict=True)]
        return [joint / _over_family(joint.sum(_axes(joint)), joint) for joint in joints]

    def _likelihoods(self, patterns: Codes | slice) -> list[Array | None]:
        return [None if rows is None else rows[patterns] for rows in self.likelihoods]


class ExpectedCounts:
    """A cohort, ready to be counted with one set of tables after another.

    Parameters
    ----------
    model : Model
        The arrows, and the tables under which every case must be possible.
    cases : Cases
        What is known, the target included.
    weights : ndarray, shape (cases,)
        For how many cases each counts, above 0.
    everything : bool
        Whether a variable is counted also where nothing is known of it or of what follows.

    Raises
    ------
    ImpossibleEvidenceError
        Naming the first case that the model holds impossible.
    """

    def __init__(
        self, model: Model, cases: Cases, weights: Array, *, everything: bool = False
    ) -> None:
        self.target = model.engine.target
        self.weights = weights
        self.own = not model.cpts[model.vocabulary.target.name].parents
        with np.errstate(divide="ignore"):
            self.on_target = np.log(cases.weights[self.target])[cases.codes[:, self.target]]
        counted = np.ones(cases.codes.shape, bool) if everything else _counted(model, cases)
        self.of_target = weights * counted[:, self.target]
        self.parts = [_part(group, cases, counted) for group in model.engine.groups]
        log_p = log_total(model.log_joint(cases))
        if np.isneginf(log_p).any():
            row = int(np.isneginf(log_p).argmax())
            raise contradiction(model.engine, cases, row, one=False)

    def expected(self, tables: Tables) -> Expectation:
        """Count the cohort with a set of tables that hold no other entry for impossible."""
        messages = [part.messages(tables) for part in self.parts]
        log_posterior, log_p = self._posterior(tables, messages)
        posterior = np.exp(log_posterior)
        weighted = posterior * self.weights[:, None]
        counts = [np.zeros_like(table) for table in tables]
        if self.own:
            counts[self.target] = self.of_target @ posterior
        for part, message in zip(self.parts, messages, strict=True):
            on_target = part.sums(weighted)
            totals = on_target.sum(axis=1)
            with np.errstate(divide="ignore"):
                outside = _outside(np.log(on_target), message)
            for rows in _blocks(len(totals), part.group.tree.cells):
                joints = part.families(tables, outside[rows], np.arange(len(totals))[rows])
                for number, (v, joint) in enumerate(zip(part.group.factors, joints, strict=True)):
                    each = totals[rows] * part.counted[rows, number]
                    counts[v] += np.tensordot(each, joint, axes=1)
        return Expectation(float(self.weights @ log_p), counts)

    def information(self, tables: Tables) -> list[Array]:
        """Return which share of what complete cases would tell each column is told by these.

        Of each case and column, take the score: the derivative of the log-likelihood by the
        column's entries. What is observed knows only the mean of the score of the completed case,
        so the share is the sum of the squared means over the sum of the mean squares: 1 minus
        the fraction of missing information (Orchard & Woodbury 1972; Louis 1982). It is 1 where
        nothing is missing.

        Returns
        -------
        list of ndarray, each (parents' states...)
            By number of the variable; 1 where no case reaches a column.
        """
        messages = [part.messages(tables) for part in self.parts]
        log_posterior, _ = self._posterior(tables, messages)
        known = [np.zeros(table.shape[:-1]) for table in tables]
        complete = [np.zeros(table.shape[:-1]) for table in tables]

        def add(v: int, joint: Array, weights: Array) -> None:
            column = joint.sum(axis=-1)
            mean = np.divide(joint, tables[v], out=np.zeros_like(joint), where=joint > 0)
            known[v] += np.tensordot(weights, (joint * mean).sum(axis=-1) - column**2, axes=1)
            complete[v] += np.tensordot(weights, mean.sum(axis=-1) - column, axes=1)

        if self.own:
            add(self.target, np.exp(log_posterior), self.of_target)
        for part, message in zip(self.parts, messages, strict=True):
            for rows in _blocks(len(self.weights), part.group.tree.cells):
                patterns = part.pattern[rows]
                outside = _outside(log_posterior[rows], message[patterns])
                joints = part.families(tables, outside, patterns)
                for number, (v, joint) in enumerate(zip(part.group.factors, joints, strict=True)):
                    add(v, joint, self.weights[rows] * part.counted[patterns, number])
        return [
            np.divide(some, all_, out=np.ones_like(all_), where=all_ > 0).clip(0, 1)
            for some, all_ in zip(known, complete, strict=True)
        ]

    def _posterior(self, tables: Tables, messages: Sequence[Array]) -> tuple[Array, Array]:
        """Return log P(target | evidence) and log P(evidence) of every case."""
        total = self.on_target.copy()
        if self.own:
            with np.errstate(divide="ignore"):
                total += np.log(tables[self.target])
        for part, message in zip(self.parts, messages, strict=True):
            total += message[part.pattern]
        log_p = log_total(total)
        return total - log_p[:, None], log_p


def _part(group: Group, cases: Cases, counted: npt.NDArray[np.bool_]) -> _Part:
    """Sort the cases by their evidence on a group, and by what of it is counted."""
    codes = cases.codes[:, group.variables]
    flags = counted[:, group.factors]
    _, first, pattern = np.unique(
        np.hstack([codes, flags]), axis=0, return_index=True, return_inverse=True
    )
    pattern = pattern.ravel()
    likelihoods: list[Array | None] = []
    for variable in group.variables:
        known = cases.codes[first, variable]
        size = len(cases.vocabulary.variables[variable].states)
        blank = bool((known == size).all())
        likelihoods.append(None if blank else cases.weights[variable][known])
    order = np.argsort(pattern, kind="stable")
    starts = np.searchsorted(pattern[order], np.arange(len(first)))
    return _Part(group, likelihoods, flags[first], pattern, order, starts)


def _counted(model: Model, cases: Cases) -> npt.NDArray[np.bool_]:
    """Return whether a case tells anything of a variable's table, shape (cases, variables).

    It does if something is known of the variable or of what follows from it.
    """
    names = list(model.vocabulary)
    known: npt.NDArray[np.bool_] = cases.codes != np.array(model.engine.sizes)
    children: dict[str, list[str]] = {name: [] for name in names}
    for name, cpt in model.cpts.items():
        for parent in cpt.parents:
            children[parent].append(name)
    counted = np.empty_like(known)
    for number, name in enumerate(names):
        below, open_ = {name}, [name]
        while open_:
            for child in children[open_.pop()]:
                if child not in below:
                    below.add(child)
                    open_.append(child)
        counted[:, number] = known[:, [names.index(each) for each in sorted(below)]].any(axis=1)
    return counted


def _outside(log_target: Array, message: Array) -> Array:
    """Return what the target hears from outside a group, scaled to a largest entry of 1.

    Parameters
    ----------
    log_target : ndarray, shape (rows, target states)
        Logarithm of the target's weights with the group's own message in them.
    message : ndarray, shape (rows, target states)
        The group's own message, which is taken out.
    """
    possible = ~np.isneginf(log_target)
    log = np.subtract(log_target, message, out=np.full_like(log_target, -np.inf), where=possible)
    return relative(log)


def _axes(joint: Array) -> tuple[int, ...]:
    """Return all axes but that of the rows."""
    return tuple(range(1, joint.ndim))


def _over_family(rows: Array, joint: Array) -> Array:
    """Return a number for each row, shaped to divide an array by."""
    return rows.reshape(-1, *(1,) * (joint.ndim - 1))


def _blocks(count: int, cells: int) -> Iterator[slice]:
    step = max(1, BLOCK_CELLS // cells)
    return (slice(start, start + step) for start in range(0, count, step))


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
