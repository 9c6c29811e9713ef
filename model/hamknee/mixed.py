"""How P(target, evidence) changes with two numbers of the tables at once: second derivatives.

Given the target, groups of variables do not speak to each other, so that for two numbers of
different groups the second derivative is a product of first ones. Within a group, P(evidence) is
linear in each table: with the direction in which a number moves its column in place of the table,
the passes that give the first derivatives (Darwiche 2003) give the second ones.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from hamknee.covariation import covaried, directions
from hamknee.derivatives import Derivatives, differentiate
from hamknee.groups import BLOCK_CELLS
from hamknee.junction_tree import Array
from hamknee.parameters import Entries


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
