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

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from hamknee.base import Array
from hamknee.inference import BLOCK_CELLS, Differential, Group, Model, Posterior
from hamknee.network import Cases, check_evidence, covaried, directions, encode
from hamknee.sensitivity.parameters import Entries, Place


@dataclass(frozen=True)
class GroupDerivatives:
    """The derivatives of one group's message to the target.

    Parameters
    ----------
    group : Group
        Of the engine.
    message : ndarray, shape (target states,)
        P(evidence in the group | target), scaled to a largest entry of 1.
    tables : mapping of int to ndarray, each (target states, parents' states..., states)
        By variable number, the derivatives of the message, with the same scale.
    log_scale : float
        Logarithm of what was divided out.
    """

    group: Group
    message: Array
    tables: Mapping[int, Array]
    log_scale: float


@dataclass(frozen=True)
class Derivatives:
    """P(target, evidence) of one case and its derivatives, all divided by P(evidence).

    Parameters
    ----------
    model : Model
        Whose numbers move.
    cases : Cases
        The evidence, one row.
    posterior : Posterior
        The case as it is.
    parts : tuple of GroupDerivatives
        For the groups of variables whose numbers can matter to this case.
    outer : ndarray, shape (target states,)
        Evidence on the target itself, divided by P(evidence), with the scales of the parts.
    """

    model: Model
    cases: Cases
    posterior: Posterior
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
        table = np.exp(self.model.engine.log_own) if own else np.ones_like(self.outer)
        return np.asarray(np.prod([self.outer, table, *others], axis=0))

    @cached_property
    def tables(self) -> dict[str, Array]:
        """∂P(target, evidence) / ∂entry ÷ P(evidence), by variable name.

        Each of shape (target states, parents' states..., states). Variables whose numbers cannot
        matter to the case are left out.
        """
        names = list(self.model.vocabulary)
        target = self.model.vocabulary.target.name
        found = {}
        if not self.model.cpts[target].parents:
            found[target] = np.diag(self.outside(own=False))
        for number, part in enumerate(self.parts):
            outside = self.outside(number)
            for variable, table in part.tables.items():
                found[names[variable]] = _times(table, outside)
        return found

    def slopes(self, among: Entries) -> Array:
        """Return the derivatives by each entry under proportional co-variation.

        Returns
        -------
        ndarray, shape (entries, target states)
            dP(target, evidence) / dt ÷ P(evidence); 0 for numbers that cannot matter.
        """
        found = np.zeros((len(among), len(self.outer)))
        for number, name in enumerate(self.model.vocabulary):
            if name in self.tables:
                mine = among.variable == number
                slopes = covaried(self.tables[name], self.model.cpts[name].probabilities)
                found[mine] = slopes[:, among.column[mine], among.state[mine]].T
        return found


def derivatives(model: Model, evidence: Mapping[str, object]) -> Derivatives:
    """Differentiate P(target, evidence) by every number of every table.

    Parameters
    ----------
    model : Model
        Any compiled model.
    evidence : mapping
        One case, as for `Model.posterior`.

    Raises
    ------
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.
    """
    checked = check_evidence(model.vocabulary, evidence)
    posterior = model.posterior(checked)
    cases = encode(model.vocabulary, [checked])
    parts = tuple(_part(model, cases, group) for group in concerned(model, cases))
    scale = math.exp(sum(part.log_scale for part in parts) - posterior.log_p_evidence)
    return Derivatives(model, cases, posterior, parts, on_target(model, cases) * scale)


def concerned(model: Model, cases: Cases) -> list[Group]:
    """Return the groups of variables whose numbers can matter to a case.

    A group without evidence sends the target a message of ones, whatever its numbers are, unless
    the target's parents are in it.
    """
    sizes, known = model.engine.sizes, cases.codes[0]
    return [
        group
        for group in model.engine.groups
        if model.engine.target in group.factors
        or any(known[v] != sizes[v] for v in group.variables)
    ]


def on_target(model: Model, cases: Cases) -> Array:
    """Return the evidence on the target itself, shape (target states,)."""
    target = model.engine.target
    return np.asarray(cases.weights[target][cases.codes[0, target]])


def differentiate(
    model: Model, cases: Cases, group: Group, tables: Mapping[int, Array]
) -> Differential:
    """Differentiate a group's message to the target, one row for each state of the target.

    Parameters
    ----------
    model, cases, group
        Of one case.
    tables : mapping of int to ndarray, each (tables, parents' states..., states)
        What stands in place of some variables' tables, all of the same number. For each, there
        are as many rows as the target has states.
    """
    names = list(model.vocabulary)
    states = model.engine.sizes[model.engine.target]
    copies = max((len(table) for table in tables.values()), default=1)
    factors = [
        np.repeat(tables[v], states, axis=0)
        if v in tables
        else model.cpts[names[v]].probabilities[None]
        for v in group.factors
    ]
    known = _known(model, cases, group)
    return group.tree.differentiate(factors, [np.tile(np.eye(states), (copies, 1)), *known])


def substituted(model: Model, cases: Cases, tables: Mapping[str, Array]) -> Array:
    """Return log P(target, evidence) of one case with other tables in place of some.

    Parameters
    ----------
    model, cases
        Of one case.
    tables : mapping of str to ndarray, each (tables, parents' states..., states)
        By variable name, all of the same number.

    Returns
    -------
    ndarray, shape (tables, target states)
        Natural logarithms, -inf where impossible.
    """
    names = list(model.vocabulary)
    target = model.engine.target
    own = tables.get(names[target])
    if own is None or model.cpts[names[target]].parents:
        own = np.exp(model.engine.log_own)[None]
    with np.errstate(divide="ignore"):
        total = np.log(on_target(model, cases) * own)
    copies = max((len(table) for table in tables.values()), default=1)
    total = np.broadcast_to(total, (copies, total.shape[1]))
    for group in concerned(model, cases):
        factors = [
            tables.get(names[v], model.cpts[names[v]].probabilities[None]) for v in group.factors
        ]
        potentials = group.tree.potentials(factors)
        collected = group.tree.collect(potentials, [None, *_known(model, cases, group)])
        total = total + group.tree.root_belief(collected, 0, np.sum)
    return np.asarray(total)


def replaced(
    model: Model, posterior: Posterior, changes: Sequence[tuple[Place, Sequence[Array]]]
) -> Array:
    """Return P(target, evidence) with columns replaced, divided by P(evidence) as it is.

    Parameters
    ----------
    model : Model
        With the tables as they are.
    posterior : Posterior
        The case as it is.
    changes : sequence of (Place, sequence of ndarray of shape (states,))
        Where columns are replaced, and by what; the same number for each place.

    Returns
    -------
    ndarray, shape (replacements, target states)
    """
    tables: dict[str, Array] = {}
    for place, columns in changes:
        table = model.cpts[place.variable].probabilities
        copies = tables.setdefault(place.variable, np.stack([table] * len(columns)))
        for copy, column in zip(copies, columns, strict=True):
            copy[place.column] = column
    cases = encode(model.vocabulary, [posterior.evidence])
    return np.exp(substituted(model, cases, tables) - posterior.log_p_evidence)


def _known(model: Model, cases: Cases, group: Group) -> list[Array | None]:
    """Return the evidence on each member of a group, None where nothing is known."""
    sizes, codes = model.engine.sizes, cases.codes
    return [
        None if codes[0, v] == sizes[v] else cases.weights[v][codes[:, v]] for v in group.variables
    ]


def _part(model: Model, cases: Cases, group: Group) -> GroupDerivatives:
    found = differentiate(model, cases, group, {})
    scale = float(found.log_total.max())
    tables = {
        variable: _times(table, np.exp(log - scale))
        for variable, table, log in zip(group.factors, found.factors, found.log_scales, strict=True)
    }
    return GroupDerivatives(group, np.exp(found.log_total - scale), tables, scale)


def _times(table: Array, rows: Array) -> Array:
    """Multiply each row of a table by a number."""
    return np.asarray(table * rows.reshape(-1, *(1,) * (table.ndim - 1)))


def mixed(found: Derivatives, among: Entries, functional: Array) -> Array:
    """Return the second derivatives of a weighted sum of P(target, evidence) by pairs of numbers.

    Parameters
    ----------
    found : Derivatives
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
    parts = [_own_slopes(found, among), *_local_slopes(found, among)]
    second = np.zeros((len(among), len(among)))
    for i, one in enumerate(parts):
        for j, two in enumerate(parts[:i]):
            second += (one * (_outside(found, i, j) * functional)) @ two.T
    second += second.T
    for number in range(len(found.parts)):
        outside = _outside(found, number + 1) * functional
        for rows, within in _second_slopes(found, among, number):
            second[rows] += np.einsum("rhn,h->rn", within, outside)
    return second


def _outside(found: Derivatives, *parts: int) -> Array:
    """Return the product of everything but some parts, of which number 0 is the target itself."""
    return found.outside(*(part - 1 for part in parts if part), own=0 not in parts)


def _own_slopes(found: Derivatives, among: Entries) -> Array:
    """Return the slopes of P(target) by the target's own entries, shape (entries, target states).

    All 0 where the target has parents: its table is then in a group.
    """
    target = found.model.vocabulary.target.name
    slopes = np.zeros((len(among), len(found.outer)))
    if not found.model.cpts[target].parents:
        mine = among.variable == found.model.engine.target
        table = found.model.cpts[target].probabilities
        slopes[mine] = directions(table[None])[0][among.state[mine]]
    return slopes


def _local_slopes(found: Derivatives, among: Entries) -> Iterator[Array]:
    """Yield the slopes of each group's message, shape (entries, target states)."""
    names = list(found.model.vocabulary)
    for part in found.parts:
        slopes = np.zeros((len(among), len(found.outer)))
        for variable, table in part.tables.items():
            mine = among.variable == variable
            all_slopes = covaried(table, found.model.cpts[names[variable]].probabilities)
            slopes[mine] = all_slopes[:, among.column[mine], among.state[mine]].T
        yield slopes


def _second_slopes(
    found: Derivatives, among: Entries, number: int
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
    part, states = found.parts[number], len(found.outer)
    names = list(found.model.vocabulary)
    step = max(1, BLOCK_CELLS // (states * part.group.tree.cells))
    for variable in part.group.factors if len(part.group.factors) > 1 else ():
        all_rows = np.flatnonzero(among.variable == variable)
        probabilities = found.model.cpts[names[variable]].probabilities
        for rows in (all_rows[i : i + step] for i in range(0, len(all_rows), step)):
            tables = _direction_tables(probabilities, among, rows)
            moved_by = differentiate(found.model, found.cases, part.group, {variable: tables})
            second = np.zeros((len(rows), states, len(among)))
            for other, table, log in zip(
                part.group.factors, moved_by.factors, moved_by.log_scales, strict=True
            ):
                if other == variable:
                    continue
                mine = among.variable == other
                slopes = covaried(table, found.model.cpts[names[other]].probabilities)
                slopes = slopes * np.exp(log - part.log_scale)[:, None, None]
                kept = slopes[:, among.column[mine], among.state[mine]]
                second[:, :, mine] = np.broadcast_to(
                    kept, (len(rows) * states, kept.shape[1])
                ).reshape(len(rows), states, -1)
            yield rows, second


def _direction_tables(probabilities: Array, among: Entries, rows: npt.NDArray[np.intp]) -> Array:
    """Return for some entries of a table how it changes with each, shape (rows, table...)."""
    states = probabilities.shape[-1]
    columns = probabilities.reshape(-1, states)
    tables = np.zeros((len(rows), *columns.shape))
    column, state = among.column[rows], among.state[rows]
    tables[np.arange(len(rows)), column] = directions(columns)[column, state]
    return tables.reshape(len(rows), *probabilities.shape)
