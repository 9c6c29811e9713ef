"""What a visitor has changed in the numbers, column by column, and how to take it back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from hamknee.estimation import RESPLIT, keep_averages
from hamknee.network import FOLLOWED, Priors, Row, given_pairs, is_noted, with_moves_noted
from hamknee.sensitivity import Difference

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
    """Return the columns that somebody edited, or None where the two do not have the same columns.

    Those that only follow are left out: a split whose average is kept, or of which only the note
    says that its average has moved.

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
        if not _follows(rows, new[key])
    ]


def can_be_kept(difference: Difference, columns: Sequence[EditedColumn] | None) -> bool:
    """Return whether an average moved of which nobody edited a column.

    Parameters
    ----------
    difference : Difference
        Of the numbers of the file and those in force.
    columns : sequence of EditedColumn, or None
        As `edits` returns them.
    """
    if columns is None:  # with other arrows there is nothing alike to keep
        return False
    target = difference.old.vocabulary.target.name
    edited = {(edit.variable, dict(edit.given).get(target)) for edit in columns}
    return any(
        (variable, dict(given_pairs(given))[target]) not in edited
        for variable, _, given, *_ in difference.moved
    )


def is_split_again(now: Priors) -> bool:
    """Return whether splits follow, so that their averages stay."""
    return any(row.note.endswith(RESPLIT) for row in now.rows)


def undone(of_file: Priors, now: Priors, edit: EditedColumn) -> Priors:
    """Return the numbers with one column as the file has it, and what follows from the others.

    Parameters
    ----------
    of_file, now : Priors
        The numbers of the file and those in force.
    edit : EditedColumn
        What to take back.
    """
    others = [each for each in edits(of_file, now) or () if each != edit]
    rows = {row.name: row for other in others for row in other.after}
    stated = tuple(rows.get(row.name, row) for row in of_file.rows)
    noted = with_moves_noted(of_file.vocabulary, of_file.parents, of_file.rows, stated)
    left = replace(now, rows=noted, sha256="")
    return keep_averages(of_file, left) if is_split_again(now) else left


def settled(of_file: Priors, now: Priors, variable: str, given: Mapping[str, str]) -> Priors:
    """Return the numbers with a column taken back if by value it is that of the file again."""
    for edit in edits(of_file, now) or ():
        if edit.variable == variable and dict(edit.given) == given and not edit.moved:
            same = {row.ess for row in edit.before} == {row.ess for row in edit.after}
            return undone(of_file, now, edit) if same else now
    return now


def _follows(before: tuple[Row, ...], after: tuple[Row, ...]) -> bool:
    """Return whether a column is as in the file, but for what follows from other columns."""
    was = {row.state: row for row in before}
    return all(
        row == was[row.state] or is_noted(was[row.state], row) or row.note.endswith(RESPLIT)
        for row in after
    )


def _columns(rows: Iterable[Row]) -> Columns:
    columns: dict[tuple[str, frozenset[tuple[str, str]]], tuple[Row, ...]] = {}
    for row in rows:
        key = row.variable, frozenset(row.given)
        columns[key] = (*columns.get(key, ()), row)
    return columns
