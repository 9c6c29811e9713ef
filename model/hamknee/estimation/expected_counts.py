"""Expected counts: how often each state occurs with each of its parents' states in a cohort.

A blank counts by the probability of each state it may be (in networks: Lauritzen 1995). A variable
of which nothing is known, and nothing of what follows from it, is not counted in that case. Such a
case says nothing of its table, and leaving it out moves no maximum.

Cases are taken a block at a time. What a group says of a pattern that many cases share is worked
out once, and what these cases make of it when all blocks are done.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, compares_arrays
from hamknee.estimation.group_evidence import (
    AskedGroup,
    GroupEvidence,
    Tables,
    blocks,
    outside_of,
)
from hamknee.inference import Model, contradiction, log_total
from hamknee.network import Cases


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
        self.codes = cases.codes[:, self.target]
        with np.errstate(divide="ignore"):
            self.on_target = np.log(cases.weights[self.target])
        counted = np.ones(cases.codes.shape, bool) if everything else _counted(model, cases)
        self.of_target = weights * counted[:, self.target]
        self.groups = [GroupEvidence.of(group, cases, counted) for group in model.engine.groups]
        log_p = log_total(model.log_joint(cases))
        if np.isneginf(log_p).any():
            row = int(np.isneginf(log_p).argmax())
            raise contradiction(model.engine, cases, row, one=False)

    def expected(self, tables: Tables) -> Expectation:
        """Count the cohort with a set of tables that hold no other entry for impossible."""
        counts = [np.zeros_like(table) for table in tables]
        log_likelihood = 0.0
        asked = self._asked(tables)
        on_target = [np.zeros_like(a.shared) for a in asked]
        for rows in self._blocks():
            messages, log_posterior, log_p = self._posterior(tables, asked, rows)
            posterior = np.exp(log_posterior)
            weighted = posterior * self.weights[rows, None]
            log_likelihood += float(self.weights[rows] @ log_p)
            if self.own:
                counts[self.target] += self.of_target[rows] @ posterior
            all_alike = weighted.sum(axis=0)
            for each, message, sums in zip(asked, messages, on_target, strict=True):
                if len(sums) == 1:
                    sums += all_alike
                elif each.pattern is None:
                    each.group.count(counts, rows, weighted, message)
                else:
                    _add_up(sums, each.pattern[rows], weighted)
        for each, sums in zip(asked, on_target, strict=True):
            if each.pattern is not None:
                each.group.count(counts, slice(0, len(sums)), sums, each.shared)
        return Expectation(log_likelihood, counts)

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
        known = [np.zeros(table.shape[:-1]) for table in tables]
        complete = [np.zeros(table.shape[:-1]) for table in tables]

        def add(v: int, joint: Array, weights: Array) -> None:
            column = joint.sum(axis=-1)
            mean = np.divide(joint, tables[v], out=np.zeros_like(joint), where=joint > 0)
            known[v] += np.tensordot(weights, (joint * mean).sum(axis=-1) - column**2, axes=1)
            complete[v] += np.tensordot(weights, mean.sum(axis=-1) - column, axes=1)

        asked = self._asked(tables)
        for rows in self._blocks():
            messages, log_posterior, _ = self._posterior(tables, asked, rows)
            if self.own:
                add(self.target, np.exp(log_posterior), self.of_target[rows])
            for each, message in zip(asked, messages, strict=True):
                group, counted = each.group, each.group.evidence.counted
                for some in blocks(group.tree_cells, rows.start, rows.stop):
                    here = slice(some.start - rows.start, some.stop - rows.start)
                    patterns = some if each.pattern is None else each.pattern[some]
                    outside = outside_of(log_posterior[here], message[here])
                    joints = group.families(outside, patterns)
                    for number, (v, joint) in enumerate(zip(group.factors, joints, strict=True)):
                        add(v, joint, self.weights[some] * counted[patterns, number])
        return [
            np.divide(some, all_, out=np.ones_like(all_), where=all_ > 0).clip(0, 1)
            for some, all_ in zip(known, complete, strict=True)
        ]

    def _blocks(self) -> Iterator[slice]:
        return blocks(self.on_target.shape[1], 0, len(self.weights))

    def _asked(self, tables: Tables) -> list["_Asked"]:
        return [_Asked.of(group, tables) for group in self.groups]

    def _posterior(
        self, tables: Tables, asked: Sequence["_Asked"], rows: slice
    ) -> tuple[list[Array], Array, Array]:
        """Return what each group says, log P(target | evidence) and log P(evidence) of cases."""
        of_all = np.zeros(self.on_target.shape[1])
        if self.own:
            with np.errstate(divide="ignore"):
                of_all = np.log(tables[self.target])
        messages = [each.messages(rows) for each in asked]
        of_all = sum((each.shared[0] for each in asked if len(each.shared) == 1), of_all)
        total = self.on_target[self.codes[rows]] + of_all
        for each, message in zip(asked, messages, strict=True):
            if len(each.shared) != 1:
                total += message
        log_p = log_total(total)
        return messages, total - log_p[:, None], log_p


@dataclass(frozen=True)
@compares_arrays
class _Asked:
    """A group with one set of tables, and what it says of the patterns that cases share.

    Parameters
    ----------
    group : AskedGroup
        With its evidence.
    pattern : ndarray of int, shape (cases,), or None
        As in the evidence.
    shared : ndarray, shape (patterns, target states)
        Its messages; none where each case has its own.
    """

    group: AskedGroup
    pattern: npt.NDArray[np.intp] | None
    shared: Array

    @classmethod
    def of(cls, evidence: GroupEvidence, tables: Tables) -> "_Asked":
        group = evidence.with_tables(tables)
        count = 0 if evidence.pattern is None else len(evidence.codes)
        return cls(group, evidence.pattern, group.messages(slice(0, count)))

    def messages(self, rows: slice) -> Array:
        """Return log P(evidence of the group | target) of some cases."""
        if self.pattern is None:
            return self.group.messages(rows)
        if len(self.shared) == 1:
            return np.broadcast_to(self.shared, (rows.stop - rows.start, self.shared.shape[1]))
        return self.shared[self.pattern[rows]]


def _add_up(sums: Array, pattern: npt.NDArray[np.intp], values: Array) -> None:
    """Add the rows of all cases with the same pattern."""
    for state, column in enumerate(values.T):
        sums[:, state] += np.bincount(pattern, column, len(sums))


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
