"""Tables that are told row by row, each with the states of the parents that it is for."""

import itertools
from collections.abc import Mapping, Sequence

from hamknee.formats.draft import Draft
from hamknee.formats.tokens import Word

Column = tuple[str, ...]
"""A state of each parent."""


def check_column(column: Column, parents: Sequence[str], line: int, draft: Draft) -> None:
    """Stop where a row does not name one state of each parent."""
    if len(column) != len(parents):
        problem = f"found the {len(column)} states ({', '.join(column)})"
        draft.stop(line, problem, f"one for each parent, of which there are {len(parents)}")
    for parent, state in zip(parents, column, strict=True):
        allowed = draft.states_of(parent, line)
        if state not in allowed:
            draft.stop(line, f"{parent!r} has no state {state!r}", ", ".join(allowed))


def joined(
    name: Word,
    parents: Sequence[str],
    columns: Mapping[Column, list[float]],
    default: list[float] | None,
    draft: Draft,
) -> list[float]:
    """Return all rows one after the other, the last parent's state changing fastest."""
    states = [draft.states_of(parent, name.line) for parent in parents]
    values: list[float] = []
    for column in itertools.product(*states):
        row = columns.get(column, default)
        if row is None:
            problem = f"{name.text!r} has no row for ({', '.join(column)})"
            draft.stop(name.line, problem, "one for every combination, or a default")
        values += row
    return values
