"""How P(target, evidence) changes with every number of every table.

P(target, evidence) is linear in each entry of each table (Castillo, Gutiérrez & Hadi 1997), so
its derivatives (Darwiche 2003) say all there is to say of one number at a time, and two passes
over the junction trees give all of them.

How P(target, evidence) changes with two numbers of the tables at once: second derivatives.

Given the target, groups of variables do not speak to each other, so that for two numbers of
different groups the second derivative is a product of first ones. Within a group, P(evidence) is
linear in each table: with the direction in which a number moves its column in place of the table,
the passes that give the first derivatives (Darwiche 2003) give the second ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, KeptArrays, compares_arrays, copied_property
from hamknee.inference import BLOCK_CELLS, Case, Differential, Group
from hamknee.network import covaried, directions
from hamknee.sensitivity.parameters import Entries, Place

LARGEST = 650.0
"""Logarithm of the largest derivative that is told; where a number is 0, it may be more."""


@dataclass(frozen=True)
@compares_arrays
class GroupDerivatives(KeptArrays):
    """The derivatives of one group's message to the target.

    Parameters
    ----------
    group : Group
        Of the engine.
    message : ndarray, shape (target states,)
        P(evidence in the group | target), each divided by itself: 1, or 0 where impossible.
    tables : mapping of int to ndarray, each (target states, parents' states..., states)
        By variable number, the derivatives of the message, with the same scales.
    log_scale : ndarray, shape (target states,)
        Logarithm of what was divided out.
    """

    group: Group
    message: Array
    tables: Mapping[int, Array]
    log_scale: Array


@dataclass(frozen=True)
@compares_arrays
class Derivatives(KeptArrays):
    """P(target, evidence) of one case and its derivatives, all divided by P(evidence).

    Parameters
    ----------
    case : Case
        As it is, by the model whose numbers move.
    parts : tuple of GroupDerivatives
        For the groups of variables whose numbers can matter to this case.
    outer : ndarray, shape (target states,)
        Evidence on the target itself, divided by P(evidence), with the scales of the parts.
    """

    case: Case
    parts: tuple[GroupDerivatives, ...]
    outer: Array

    def outside(self, *parts: int, own: bool = True) -> Array:
        """Return the product of everything but some parts, shape (target states,).

        Parameters
        ----------
        *parts : int
            Numbers of the parts to leave out.
        own : bool
            Whether the target's own table counts, if it stands in no group.
        """
        others = [part.message for number, part in enumerate(self.parts) if number not in parts]
        table = np.exp(self.case.model.engine.log_own) if own else np.ones_like(self.outer)
        return np.asarray(np.prod([self.outer, table, *others], axis=0))

    @copied_property
    def tables(self) -> dict[str, Array]:
        """∂P(target, evidence) / ∂entry ÷ P(evidence), by variable name.

        Each of shape (target states, parents' states..., states). Variables whose numbers cannot
        matter to the case are left out.
        """
        model = self.case.model
        names, target = list(model.vocabulary), model.vocabulary.target.name
        tables = {}
        if not model.cpts[target].parents:
            tables[target] = np.diag(self.outside(own=False))
        for number, part in enumerate(self.parts):
            outside = self.outside(number)
            for variable, table in part.tables.items():
                tables[names[variable]] = _times(table, outside)
        return tables

    def slopes(self, among: Entries) -> Array:
        """Return the derivatives by each entry under proportional co-variation.

        Returns
        -------
        ndarray, shape (entries, target states)
            dP(target, evidence) / dt ÷ P(evidence); 0 for numbers that cannot matter.
        """
        index = self.case.model.vocabulary.index
        return _slopes(self, among, {index[name]: table for name, table in self.tables.items()})


def derivatives(case: Case) -> Derivatives:
    """Differentiate P(target, evidence) by every number of every table.

    Parameters
    ----------
    case : Case
        By any model.

    Raises
    ------
    ImpossibleEvidenceError
        If P(evidence) = 0.
    """
    log_p_evidence = case.posterior.log_p_evidence
    parts = tuple(_part(case, group) for group in concerned(case))
    log_scale = np.sum([part.log_scale for part in parts], axis=0) - log_p_evidence
    with np.errstate(divide="ignore"):
        log_outer = np.log(on_target(case)) + log_scale
    return Derivatives(case, parts, np.exp(np.minimum(log_outer, LARGEST)))


def concerned(case: Case) -> list[Group]:
    """Return the groups of variables whose numbers can matter to a case.

    A group without evidence sends the target a message of ones, whatever its numbers are, unless
    the target's parents are in it.
    """
    engine, known = case.model.engine, set(case.known)
    return [
        group
        for group in engine.groups
        if engine.target in group.factors or not known.isdisjoint(group.variables)
    ]


def on_target(case: Case) -> Array:
    """Return the evidence on the target itself, shape (target states,)."""
    return case.likelihoods[case.model.engine.target]


def differentiate(case: Case, group: Group, tables: Mapping[int, Array]) -> Differential:
    """Differentiate a group's message to the target, one row for each state of the target.

    Parameters
    ----------
    case : Case
        What is known.
    group : Group
        Of the engine.
    tables : mapping of int to ndarray, each (tables, parents' states..., states)
        What stands in place of some variables' tables, all of the same number. For each, there
        are as many rows as the target has states.
    """
    states = len(on_target(case))
    copies = max((len(table) for table in tables.values()), default=1)
    repeated = {v: np.repeat(table, states, axis=0) for v, table in tables.items()}
    each_state = np.tile(np.eye(states), (copies, 1))
    return group.tree.differentiate(
        _factors(case, group, repeated), [each_state, *_known(case, group)]
    )


def substituted(case: Case, tables: Mapping[int, Array]) -> Array:
    """Return log P(target, evidence) of one case with other tables in place of some.

    Parameters
    ----------
    case : Case
        What is known.
    tables : mapping of int to ndarray, each (tables, parents' states..., states)
        By variable number, all as many.

    Returns
    -------
    ndarray, shape (tables, target states)
        Natural logarithms, -inf where impossible.
    """
    engine, target = case.model.engine, case.model.vocabulary.target.name
    own = tables.get(engine.target)
    if own is None or case.model.cpts[target].parents:
        own = np.exp(engine.log_own)[None]
    with np.errstate(divide="ignore"):
        total = np.log(on_target(case) * own)
    copies = max((len(table) for table in tables.values()), default=1)
    total = np.broadcast_to(total, (copies, total.shape[1]))
    for group in concerned(case):
        potentials = group.tree.potentials(_factors(case, group, tables))
        total = total + group.sent(potentials, _known(case, group))
    return np.asarray(total)


def replaced(case: Case, changes: Sequence[tuple[Place, Sequence[Array]]]) -> Array:
    """Return P(target, evidence) with columns replaced, divided by P(evidence) as it is.

    Parameters
    ----------
    case : Case
        What is known, by the tables as they are.
    changes : sequence of (Place, sequence of ndarray of shape (states,))
        Where columns are replaced, and by what; the same number for each place.

    Returns
    -------
    ndarray, shape (replacements, target states)
    """
    tables: dict[int, Array] = {}
    for place, columns in changes:
        number = case.model.vocabulary.index[place.variable]
        table = case.model.cpts[place.variable].probabilities
        copies = tables.setdefault(number, np.stack([table] * len(columns)))
        for copy, column in zip(copies, columns, strict=True):
            copy[place.column] = column
    log = substituted(case, tables) - case.posterior.log_p_evidence
    return np.exp(log - max(0.0, float(log.max()) - LARGEST))  # what counts is how they compare


def _factors(case: Case, group: Group, tables: Mapping[int, Array]) -> list[Array]:
    """Return the tables of a group, with others in place of some."""
    cpts = list(case.model.cpts.values())
    return [tables.get(v, cpts[v].probabilities[None]) for v in group.factors]


def _known(case: Case, group: Group) -> list[Array | None]:
    """Return the evidence on each member of a group, None where nothing is known."""
    return group.likelihoods(case.cases.codes[:, group.variables], case.cases.weights)


def _part(case: Case, group: Group) -> GroupDerivatives:
    by_entry = differentiate(case, group, {})
    rows = [
        _in_proportion(table, log)
        for table, log in zip(by_entry.factors, by_entry.log_scales, strict=True)
    ]
    # Where the target makes the evidence impossible, it is the derivatives that set the scale.
    possible = np.isfinite(by_entry.log_total)
    highest = np.max([np.broadcast_to(log, possible.shape) for _, log in rows], axis=0)
    otherwise = np.where(np.isfinite(highest), highest, 0.0)
    scale = np.where(possible, by_entry.log_total, otherwise)
    tables = {
        variable: _times(table, np.exp(np.minimum(log - scale, LARGEST)))
        for variable, (table, log) in zip(group.factors, rows, strict=True)
    }
    return GroupDerivatives(group, possible.astype(float), tables, scale)


def _in_proportion(table: Array, log: Array) -> tuple[Array, Array]:
    """Return each row divided by its largest, and the logarithm of that; -inf where all are 0."""
    largest = np.abs(table).reshape(len(table), -1).max(axis=1)
    log_largest = np.log(largest, out=np.full(len(table), -np.inf), where=largest > 0)
    # divided, as one over the least that a float holds is more than it holds
    rows = np.where(largest > 0, largest, 1.0).reshape(-1, *(1,) * (table.ndim - 1))
    return table / rows, log_largest + log


def _times(table: Array, rows: Array) -> Array:
    """Multiply each row of a table by a number."""
    return np.asarray(table * rows.reshape(-1, *(1,) * (table.ndim - 1)))


def mixed(derivatives: Derivatives, among: Entries, functional: Array) -> Array:
    """Return the second derivatives of a weighted sum of P(target, evidence) by pairs of numbers.

    Parameters
    ----------
    derivatives : Derivatives
        Of the case.
    among : Entries
        The numbers.
    functional : ndarray, shape (target states,)
        Weight of each state of the target.

    Returns
    -------
    ndarray, shape (entries, entries)
        Divided by P(evidence); each column co-varies in proportion. Only for numbers of different
        columns; what stands for two of one column has no meaning.
    """
    parts = [_own_slopes(derivatives, among), *_local_slopes(derivatives, among)]
    second = np.zeros((len(among), len(among)))
    for i, one in enumerate(parts):
        for j, two in enumerate(parts[:i]):
            second += (one * (_outside(derivatives, i, j) * functional)) @ two.T
    second += second.T
    for number in range(len(derivatives.parts)):
        outside = _outside(derivatives, number + 1) * functional
        for rows, within in _second_slopes(derivatives, among, number):
            second[rows] += np.einsum("rhn,h->rn", within, outside)
    return second


def _outside(derivatives: Derivatives, *parts: int) -> Array:
    """Return the product of everything but some parts, of which number 0 is the target itself."""
    return derivatives.outside(*(part - 1 for part in parts if part), own=0 not in parts)


def _own_slopes(derivatives: Derivatives, among: Entries) -> Array:
    """Return the slopes of P(target) by the target's own entries, shape (entries, target states).

    All 0 where the target has parents: its table is then in a group.
    """
    model, slopes = derivatives.case.model, np.zeros((len(among), len(derivatives.outer)))
    target = model.cpts[model.vocabulary.target.name]
    if not target.parents:
        rows = among.variable == model.engine.target
        table = target.probabilities
        slopes[rows] = directions(table[None])[0][among.state[rows]]
    return slopes


def _local_slopes(derivatives: Derivatives, among: Entries) -> Iterator[Array]:
    """Return the slopes of each group's message, shape (entries, target states)."""
    return (_slopes(derivatives, among, part.tables) for part in derivatives.parts)


def _slopes(derivatives: Derivatives, among: Entries, tables: Mapping[int, Array]) -> Array:
    """Return the slopes of what was differentiated by each table, shape (entries, target states).

    0 for the entries of other tables.
    """
    cpts = list(derivatives.case.model.cpts.values())
    slopes = np.zeros((len(among), len(derivatives.outer)))
    for variable, table in tables.items():
        rows = among.variable == variable
        by_entry = covaried(table, cpts[variable].probabilities)
        slopes[rows] = by_entry[:, among.column[rows], among.state[rows]].T
    return slopes


def _second_slopes(
    derivatives: Derivatives, among: Entries, number: int
) -> Iterator[tuple[npt.NDArray[np.intp], Array]]:
    """Yield the second derivatives of a group's message, some rows at a time.

    Yields
    ------
    rows : ndarray of int
        Entries of one variable.
    second : ndarray, shape (rows, target states, entries)
        By each entry of the other variables' tables; 0 for entries of the same table, of which a
        world has only one.
    """
    part, states = derivatives.parts[number], len(derivatives.outer)
    cpts = list(derivatives.case.model.cpts.values())
    step = max(1, BLOCK_CELLS // (states * part.group.tree.cells))
    for variable in part.group.factors if len(part.group.factors) > 1 else ():
        all_rows = np.flatnonzero(among.variable == variable)
        probabilities = cpts[variable].probabilities
        for rows in (all_rows[i : i + step] for i in range(0, len(all_rows), step)):
            tables = _direction_tables(probabilities, among, rows)
            moved_by = differentiate(derivatives.case, part.group, {variable: tables})
            scales = np.tile(part.log_scale, len(rows))
            second = np.zeros((len(rows), states, len(among)))
            for other, table, log in zip(
                part.group.factors, moved_by.factors, moved_by.log_scales, strict=True
            ):
                if other == variable:
                    continue
                of_other = among.variable == other
                slopes = covaried(table, cpts[other].probabilities)
                slopes = slopes * np.exp(np.minimum(log - scales, LARGEST))[:, None, None]
                kept = slopes[:, among.column[of_other], among.state[of_other]]
                second[:, :, of_other] = kept.reshape(len(rows), states, -1)
            yield rows, second


def _direction_tables(probabilities: Array, among: Entries, rows: npt.NDArray[np.intp]) -> Array:
    """Return for some entries of a table how it changes with each, shape (rows, table...)."""
    states = probabilities.shape[-1]
    columns = probabilities.reshape(-1, states)
    tables = np.zeros((len(rows), *columns.shape))
    column, state = among.column[rows], among.state[rows]
    tables[np.arange(len(rows)), column] = directions(columns)[column, state]
    return tables.reshape(len(rows), *probabilities.shape)
