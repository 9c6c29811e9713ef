"""What becomes of a column of priors.csv when one of its numbers, or all, are stated anew."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hamknee.base import HamkneeError, listing
from hamknee.network.covariation import moved
from hamknee.network.evidence import find_state
from hamknee.network.rows import (
    LONGEST_NOTE,
    SUM_TOLERANCE,
    Problem,
    Row,
    as_float,
    basis_problems,
    certainty_problems,
    ess_problems,
    note_problems,
    probability_problems,
    sources_problems,
)
from hamknee.network.vocabulary import Variable

STATED = "edited"
"""Note of a number that moved, where no other is given."""

FOLLOWED = "in proportion to an edited number"
"""Added to the note of a number that moved because another did."""


WAS = "was "
"""What a note begins with that speaks of a number before it moved."""


@dataclass(frozen=True)
class Provenance:
    """What is said of the numbers that are stated; None where nothing is.

    An edited number does not stay published by itself. One that moves becomes a judgement without
    sources, unless its basis and sources are said. One that follows becomes a judgement too, but
    keeps the sources it was derived from. One that does not move keeps what was said of it. A note
    that spoke of another number or another sample size says of which, since it may hold a range.

    Parameters
    ----------
    references : collection of str, or None
        The keys that sources may name; None where they are not at hand.
    ess : float or None
        Equivalent sample size of the whole column.
    basis : str or None
        What kind of number it is.
    sources : iterable of str, str, or None
        Keys of references.bib.
    note : str or None
        Anything a reader should know.
    """

    references: Collection[str] | None
    ess: float | None = None
    basis: str | None = None
    sources: Iterable[str] | str | None = None
    note: str | None = None

    @cached_property
    def keys(self) -> tuple[str, ...] | None:
        """The sources as keys; text is split as in priors.csv."""
        if self.sources is None:
            return None
        if isinstance(self.sources, str):
            return tuple(self.sources.split())
        return tuple(self.sources) if isinstance(self.sources, Iterable) else (self.sources,)

    def one(
        self, column: Sequence[Row], variable: Variable, state: str, probability: float
    ) -> tuple[Row, ...]:
        """Return a column with one number moved and the others in proportion.

        Parameters
        ----------
        column : sequence of Row
            One for each state, in their order.
        variable : Variable
            Whose column it is.
        state : str
            Whose number moves.
        probability : float
            Where to.

        Raises
        ------
        HamkneeError
            If there is no such state, or a value is not allowed.
        """
        number = find_state(variable, state)
        self._check([column[number]], [probability])
        old = np.array([row.probability for row in column])
        new = [_clean(value) for value in moved(old, number, as_float(probability))]
        new[number] = as_float(probability) + 0.0  # exactly as stated, but no -0.0
        return self._edited(column, new, {state})

    def whole(
        self, column: Sequence[Row], variable: Variable, probabilities: Mapping[str, float]
    ) -> tuple[Row, ...]:
        """Return a column with every number stated.

        Parameters
        ----------
        column, variable
            As for `one`.
        probabilities : mapping of str to float
            One for each state.

        Raises
        ------
        HamkneeError
            If a state is unknown or missing, a value is not allowed, or they do not add up to 1.
        """
        for state in probabilities:
            find_state(variable, state)
        name = column[0].name.replace(f"={column[0].state}", "", 1)
        missing = [state for state in variable.state_names if state not in probabilities]
        if missing:
            allowed = f"a number for each of {listing(variable.state_names)}"
            raise HamkneeError(f"{name} has none for {listing(missing)}; allowed: {allowed}")
        values = [probabilities[row.state] for row in column]
        self._check(column, values)
        new = [as_float(value) + 0.0 for value in values]
        if abs(math.fsum(new) - 1) > SUM_TOLERANCE:
            allowed = f"1, within {SUM_TOLERANCE:.6f}"
            raise HamkneeError(f"{name} adds up to {math.fsum(new):.9g}; allowed: {allowed}")
        return self._edited(column, new, set(probabilities))

    def _check(self, rows: Sequence[Row], probabilities: Sequence[object]) -> None:
        """Raise one error with every value that is not allowed, of the numbers and what is said."""
        said: list[Problem] = []
        if self.ess is not None:
            said += ess_problems(self.ess)
        if self.basis is not None:
            said += basis_problems(self.basis)
        if self.keys is not None:
            said += sources_problems(self.keys, "judgement", self.references)
        if self.note is not None:
            said += note_problems(self.note)
        of_numbers = [
            (row.name, problem)
            for row, probability in zip(rows, probabilities, strict=True)
            for problem in probability_problems(probability)
        ]
        _refuse([*of_numbers, *((rows[0].name, problem) for problem in said)])

    def _edited(
        self, column: Sequence[Row], probabilities: Sequence[float], stated: Collection[str]
    ) -> tuple[Row, ...]:
        edited = tuple(
            self._stated(row, value) if row.state in stated else self._followed(row, value)
            for row, value in zip(column, probabilities, strict=True)
        )
        _refuse((row.name, problem) for row in edited for problem in _problems(row))
        return edited

    def _stated(self, row: Row, probability: float) -> Row:
        if probability != row.probability:
            row = replace(row, probability=probability, basis="judgement", sources=(), note=STATED)
        return replace(
            row,
            ess=row.ess if self.ess is None else as_float(self.ess),
            basis=self.basis or row.basis,
            sources=row.sources if self.keys is None else self.keys,
            note=self._note(row) if self.note is None else self.note,
        )

    def _note(self, row: Row) -> str:
        """Return the note of a number that stays, or of its edit."""
        weighed = self.ess is not None and as_float(self.ess) != row.ess
        return row.note if row.note == STATED or not weighed else note_of(row)

    def _followed(self, row: Row, probability: float) -> Row:
        ess = row.ess if self.ess is None else as_float(self.ess)
        if probability == row.probability:
            return replace(row, ess=ess, note=self._note(row))
        certain = probability in (0.0, 1.0) and self.basis == "logical"
        return replace(
            row,
            probability=probability,
            ess=ess,
            basis="logical" if certain else "judgement",
            note=row.note if row.note.endswith(FOLLOWED) else note_of(row, FOLLOWED),
        )


def note_of(row: Row, more: str = "") -> str:
    """Return the note of a row that is about to change: what it said, of which number.

    Parameters
    ----------
    row : Row
        As it was.
    more : str
        What else to say.

    Examples
    --------
    >>> from hamknee.network import Row, note_of
    >>> row = Row("pop", "no", (), 0.8, 20.0, "judgement", note="range 0.65 to 0.9")
    >>> note_of(row, "in proportion to an edited number")
    'was 0.8 (ess 20): range 0.65 to 0.9; in proportion to an edited number'
    """
    note = row.note
    if note and not note.startswith(WAS):
        note = f"{WAS}{row.probability:.4g} (ess {row.ess:.4g}): {note}"
    return "; ".join(filter(None, [note[: LONGEST_NOTE - len(more) - 2], more]))


def _clean(value: float) -> float:
    """Return a number to 15 digits, so that 1 - 0.9 is 0.1 in the file."""
    return float(f"{value:.15g}")


def _problems(row: Row) -> Iterator[Problem]:
    """Return what is wrong with a row whose values are each allowed."""
    yield from certainty_problems(row.probability, row.basis)
    yield from sources_problems(row.sources, row.basis, None)


def _refuse(problems: Iterable[tuple[str, Problem]]) -> None:
    """Raise one error with every problem, if there are any."""
    lines = [f"{name}: {problem}; allowed: {allowed}" for name, (problem, allowed) in problems]
    if lines:
        raise HamkneeError("\n".join(lines))
