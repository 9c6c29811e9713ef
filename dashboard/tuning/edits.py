"""What a visitor has changed in the numbers, column by column, and how to take it back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from hamknee.network import FOLLOWED, Priors, Row

Given: TypeAlias = tuple[tuple[str, str], ...]
Columns: TypeAlias = Mapping[tuple[str, frozenset[tuple[str, str]]], tuple[Row, ...]]

NEAR = 1e-9
"""Numbers this close are the same: what is left is rounding on the way to percent and back."""


@dataclass(frozen=True)
class EditedColumn:
    """One column that is not as the file has it.

    Parameters
    ----------
    variable : str
        Whose column.
    given : tuple of (parent, state)
        Which column.
    before, after : tuple of Row
        Its rows in the file and now.
    """

    variable: str
    given: Given
    before: tuple[Row, ...]
    after: tuple[Row, ...]

    @property
    def moved(self) -> list[tuple[Row, Row]]:
        """The numbers that are others now, each with the one of the file."""
        now = {row.state: row for row in self.after}
        pairs = ((row, now[row.state]) for row in self.before)
        return [(old, new) for old, new in pairs if abs(old.probability - new.probability) > NEAR]

    @property
    def stated(self) -> list[tuple[Row, Row]]:
        """Those of them that were entered; all where none is known not to follow another."""
        entered = [pair for pair in self.moved if not pair[1].note.endswith(FOLLOWED)]
        return entered or self.moved


def edits(of_file: Priors, now: Priors) -> list[EditedColumn] | None:
    """Return the columns that differ, or None where the two do not have the same columns.

    Parameters
    ----------
    of_file, now : Priors
        The numbers of the file and those in force.
    """
    old, new = _columns(of_file.rows), _columns(now.rows)
    if old.keys() != new.keys():
        return None
    return [
        EditedColumn(rows[0].variable, rows[0].given, rows, new[key])
        for key, rows in old.items()
        if set(rows) != set(new[key])
    ]


def undone(now: Priors, edit: EditedColumn) -> Priors:
    """Return the numbers with one column as the file has it."""
    before = {row.state: row for row in edit.before}
    column = edit.variable, frozenset(edit.given)
    rows = (
        before[row.state] if (row.variable, frozenset(row.given)) == column else row
        for row in now.rows
    )
    return replace(now, rows=tuple(rows), sha256="")


def settled(of_file: Priors, now: Priors, variable: str, given: Mapping[str, str]) -> Priors:
    """Return the numbers with a column taken back if by value it is that of the file again."""
    for edit in edits(of_file, now) or ():
        if edit.variable == variable and dict(edit.given) == given and not edit.moved:
            same = {row.ess for row in edit.before} == {row.ess for row in edit.after}
            return undone(now, edit) if same else now
    return now


def _columns(rows: Iterable[Row]) -> Columns:
    columns: dict[tuple[str, frozenset[tuple[str, str]]], tuple[Row, ...]] = {}
    for row in rows:
        key = row.variable, frozenset(row.given)
        columns[key] = (*columns.get(key, ()), row)
    return columns
