"""Errors for people: what was wrong, where, and what is allowed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MOST = 400
"""Characters of a problem that are shown: what was found may be very long."""


class HamkneeError(ValueError):
    """An error whose message is written for the person who can mend it.

    Whatever is wrong with a case, a number or a file is told by one.

    Examples
    --------
    >>> import hamknee
    >>> try:
    ...     hamknee.load().posterior({"onset": "suddn"})
    ... except hamknee.HamkneeError as error:
    ...     print(error)
    'suddn' is not a state of onset (did you mean 'sudden'?); allowed: sudden, days, gradual
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """Go from one process to another as it is, whatever its constructor takes."""
        return _same_error, (type(self), self.args, self.__dict__)


class ProblemsError(HamkneeError):
    """An error that holds every problem found.

    Parameters
    ----------
    problems : sequence of str
        A sentence each.

    Examples
    --------
    >>> error = ProblemsError(["there is no pop", "there is no onset"])
    >>> error.problems
    ('there is no pop', 'there is no onset')
    >>> print(error)
    there is no pop
    there is no onset
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def _same_error(kind: type[HamkneeError], args: tuple[Any, ...], about: dict[str, Any]) -> Any:
    error = kind.__new__(kind, *args)
    error.__dict__.update(about)
    return error


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one file.

    Parameters
    ----------
    source : str
        Name of the file.
    line : int or None
        Line in the file, from 1; None where the fault belongs to the whole file.
    column : str or None
        Column of a CSV file or key of a TOML file.
    problem : str
        What is wrong, and what was found.
    allowed : str
        What would be right.
    """

    source: str
    line: int | None
    column: str | None
    problem: str
    allowed: str

    def __str__(self) -> str:
        """Return the fault as one line."""
        line = "" if self.line is None else f", line {self.line}"
        column = "" if self.column is None else f", column {self.column}"
        problem = self.problem if len(self.problem) <= MOST else f"{self.problem[:MOST]} …"
        return f"{self.source}{line}{column}: {problem}; allowed: {self.allowed}"


class FaultsError(HamkneeError):
    """All faults of one file, reported together.

    Parameters
    ----------
    faults : iterable of Fault
        At least one.

    Examples
    --------
    >>> import hamknee
    >>> try:
    ...     hamknee.load("my_prior.csv")
    ... except hamknee.FaultsError as error:
    ...     print(error)
    my_prior.csv: 1 fault
      my_prior.csv: there is no file 'my_prior.csv'; allowed: the path of an existing file
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line or 0))
        count = len(self.faults)
        heading = f"{self.faults[0].source}: {count} {'fault' if count == 1 else 'faults'}"
        super().__init__("\n".join([heading, *(f"  {fault}" for fault in self.faults)]))
