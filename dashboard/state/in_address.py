"""Changed numbers in an address, so that a reload keeps them and a link hands them on.

They are few. Each changed column stands there as the number that was entered, or whole where that
does not say it all, after the first digits of the digest of the numbers that were changed.
"""

import math

from hamknee.base import HamkneeError
from hamknee.estimation import keep_averages
from hamknee.network import Priors, given_pairs, given_text
from state.edits import NEAR, EditedColumn, edits, is_split_again

EDITS = "edits"
"""The parameter that holds them."""

LONGEST = 1500
"""Letters of an address that every browser, message and chat takes."""

MOST = 40
"""Columns: more are never short enough."""

DIGITS = 12
"""Of the digest of the numbers that were changed."""

COLUMN, PART, VALUE = "~", "*", ","

AGAIN = "!"
"""Stands behind the digest where splits follow, so that their averages stay."""


class EditsError(HamkneeError):
    """An address holds changes that the numbers here cannot take."""


def edits_text(of_file: Priors, now: Priors) -> str:
    """Return the changes as text; empty where there are none, or too many for an address."""
    columns = edits(of_file, now)
    if not columns:
        return ""
    texts = (_column_text(of_file, column) for column in columns[:MOST])
    head = of_file.sha256[:DIGITS] + (AGAIN if is_split_again(now) else "")
    text = COLUMN.join([head, *texts])
    return text if len(text) <= LONGEST and _says_all(of_file, now, text) else ""


def with_edits(of_file: Priors, text: str) -> Priors:
    """Return the numbers of the file with the changes of an address.

    Raises
    ------
    EditsError
        If they cannot be read, or the numbers here have no such column.
    """
    head, *columns = text.split(COLUMN)
    numbers = of_file
    try:
        for column in columns:
            numbers = _with_column(numbers, *column.split(PART))
        if head.endswith(AGAIN):
            numbers = keep_averages(of_file, numbers)
    except (HamkneeError, ValueError, TypeError, KeyError) as error:
        raise EditsError(f"the changes in the address do not fit: {error}") from error
    return numbers


def made_to(text: str) -> str:
    """Return the first digits of the digest of the numbers that were changed."""
    return text.partition(COLUMN)[0].removesuffix(AGAIN)


def _column_text(of_file: Priors, column: EditedColumn) -> str:
    old, new = column.before[0].ess, column.after[0].ess
    ess = f"{new:.9g}" if old != new else ""
    where = PART.join([column.variable, given_text(column.given), ess])
    if len(column.stated) == 1:
        _, row = column.stated[0]
        short = f"{where}{PART}{row.state}={row.probability:.12g}"
        try:
            if _same(_with_column(of_file, *short.split(PART)), column):
                return short
        except HamkneeError:  # it is allowed only together with other changes of the column
            pass
    return where + PART + VALUE.join(f"{row.probability:.12g}" for row in column.after)


def _with_column(numbers: Priors, variable: str, given: str, ess: str, values: str) -> Priors:
    """Return the numbers with one column of an address."""
    where, weight = dict(given_pairs(given)), float(ess) if ess else None
    if "=" in values:
        state, _, value = values.rpartition("=")
        number = float(value)
        basis = "logical" if number in (0, 1) else None  # it holds by definition, or is refused
        return numbers.set(
            variable, state, given=where, probability=number, ess=weight, basis=basis
        )
    column = numbers.column(variable, where)
    shares = [float(value) for value in values.split(VALUE)]
    total = math.fsum(shares) or 1.0  # not quite 1: twelve digits leave something out
    by_state = {row.state: p / total for row, p in zip(column, shares, strict=True)}
    return numbers.set_column(variable, by_state, given=where, ess=weight)


def _same(numbers: Priors, column: EditedColumn) -> bool:
    now = {row.state: row for row in numbers.column(column.variable, dict(column.given))}
    return all(
        abs(now[row.state].probability - row.probability) <= NEAR and now[row.state].ess == row.ess
        for row in column.after
    )


def _says_all(of_file: Priors, now: Priors, text: str) -> bool:
    """Whether the text brings back every probability and weight, whatever names there are."""
    try:
        again = {row.name: row for row in with_edits(of_file, text).rows}
    except EditsError:
        return False
    return all(
        abs(again[row.name].probability - row.probability) <= NEAR
        and math.isclose(again[row.name].ess, row.ess, rel_tol=NEAR)
        for row in now.rows
    )
