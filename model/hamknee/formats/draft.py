"""A network as it is read from a file, and its checks."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from hamknee.base import Fault, FaultsError, listing, suggestion
from hamknee.formats.nodes import PLAIN, TOLD_APART, Node, not_plain, not_told_apart
from hamknee.network import SUM_TOLERANCE

MOST_NUMBERS = 10_000_000
"""Numbers in all tables, so that a short file cannot ask for more memory than there is."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


class NetworkFileError(FaultsError):
    """A file that cannot be read as a network.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import hamknee
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "clinic.bif")
    ...     _ = path.write_text("network clinic { } variable lung { type discrete [2] { ill }; }")
    ...     hamknee.read_network(path, target="lung")
    Traceback (most recent call last):
    ...
    hamknee.formats.draft.NetworkFileError: clinic.bif: 1 fault
      clinic.bif, line 1: 'lung' has 1 states, but 2 are announced; allowed: the same number
    """


@dataclass(frozen=True)
class _Variable:
    states: tuple[str, ...]
    label: str
    line: int


@dataclass(frozen=True)
class _Table:
    parents: tuple[str, ...]
    values: Sequence[float]
    line: int
    ess: Sequence[float] | None


class Draft:
    """Variables and tables as they are read, checked against each other at the end.

    Parameters
    ----------
    source : str
        Name of the file.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._variables: dict[str, _Variable] = {}
        self._tables: dict[str, _Table] = {}
        self._faults: list[Fault] = []
        self._count = 0

    def stop(self, line: int | None, problem: str, allowed: str) -> NoReturn:
        """Raise at once, where reading on would be guessing."""
        raise NetworkFileError([Fault(self.source, line, None, problem, allowed)])

    def stop_at_agrum(self, line: int, what: str) -> NoReturn:
        """Raise at a table with several parents that aGrUM wrote: its order is not the format's."""
        order = "puts such tables in an order that the format does not have"
        problem = f"{what} has several parents, and aGrUM, which wrote this, {order}"
        self.stop(line, problem, "the same network saved as BIF or NET")

    def number(self, text: str, line: int) -> float:
        """Return a number, or stop."""
        if not _NUMBER.fullmatch(text):
            self.stop(line, f"found {text!r} where a number is due", "numbers such as 0.25")
        return float(text)

    def variable(self, name: str, states: Iterable[str], line: int, label: str = "") -> None:
        """Take in a variable; names must be of plain text, and its states distinct."""
        states = tuple(states)
        for text in (name, *states):
            if problem := not_plain(text):
                self.stop(line, f"{text!r} in {name!r} {problem}", PLAIN)
        if name in self._variables:
            first = self._variables[name].line
            self.stop(line, f"{name!r} is also in line {first}", "each variable once")
        if problem := not_told_apart(name, states):
            self.stop(line, problem, TOLD_APART)
        label = " ".join(label.split())
        if not label.isprintable():
            self.stop(line, f"the label {label!r} of {name!r} cannot be printed", PLAIN)
        self._variables[name] = _Variable(states, label, line)

    def table(
        self,
        name: str,
        parents: Iterable[str],
        values: Sequence[float],
        line: int,
        ess: Sequence[float] | None = None,
    ) -> None:
        """Take in a table: flat, the last parent before the others, the states fastest."""
        if name in self._tables:
            first = self._tables[name].line
            self.stop(line, f"{name!r} has a table also in line {first}", "one table for each")
        self._count += len(values)
        if self._count > MOST_NUMBERS:
            self.stop(line, f"found {self._count} numbers so far", f"at most {MOST_NUMBERS}")
        self._tables[name] = _Table(tuple(parents), values, line, ess)

    def states_of(self, name: str, line: int) -> tuple[str, ...]:
        """Return the states of a variable, or stop."""
        if name not in self._variables:
            hint = suggestion(name, self._variables)
            self.stop(line, f"there is no variable {name!r}{hint}", self._names())
        return self._variables[name].states

    def shape(self, names: Sequence[str], line: int) -> tuple[int, ...]:
        """Return the shape of a table over some variables, or stop where it is too large."""
        if len(set(names)) < len(names):
            self.stop(line, f"{listing(map(repr, names))} name one twice", "each once")
        shape = tuple(len(self.states_of(name, line)) for name in names)
        if math.prod(shape) > MOST_NUMBERS:
            problem = f"the table of {names[-1]!r} would have {math.prod(shape)} numbers"
            self.stop(line, problem, f"at most {MOST_NUMBERS}")
        return shape

    def nodes(self, tolerance: float = SUM_TOLERANCE) -> tuple[Node, ...]:
        """Return the network, or raise with everything that is wrong with it.

        Parameters
        ----------
        tolerance : float
            How far a column may be from adding up to 1. One that is off by more than 0.000001 is
            divided by its sum; the others stay as they are, to the last bit.
        """
        if not self._variables:
            self.stop(None, "no variable was found", "a network of discrete variables")
        for name, table in self._tables.items():
            self.states_of(name, table.line)
        nodes = [self._node(name, tolerance) for name in self._variables]
        self._check_acyclic()
        if self._faults:
            raise NetworkFileError(self._faults)
        return tuple(node for node in nodes if node is not None)

    def _node(self, name: str, tolerance: float) -> Node | None:
        variable = self._variables[name]
        if name not in self._tables:
            self._fault(variable.line, f"{name!r} has no table", "one for each variable")
            return None
        table = self._tables[name]
        shape = self.shape((*table.parents, name), table.line)
        if len(table.values) != math.prod(shape):
            problem = f"the table of {name!r} has {len(table.values)} numbers"
            sizes = " × ".join(map(str, shape))
            self._fault(table.line, problem, f"{math.prod(shape)}, which is {sizes}")
            return None
        values = np.array(table.values, dtype=float).reshape(shape)
        if not ((values >= 0) & (values <= 1)).all():
            worst = values[~((values >= 0) & (values <= 1))][0]
            problem = f"the table of {name!r} holds {worst:g}"
            self._fault(table.line, problem, "numbers from 0 to 1")
            return None
        sums = values.sum(axis=-1, keepdims=True)
        self._check_sums(name, table, sums[..., 0], tolerance)
        off = np.abs(sums - 1) > SUM_TOLERANCE
        values = np.where(off & (sums > 0), values / np.where(off & (sums > 0), sums, 1), values)
        ess = self._ess(name, table, shape[:-1])
        rescaled = int(off.sum())
        label = variable.label
        return Node(name, variable.states, table.parents, values, label, ess, rescaled)

    def _check_sums(
        self, name: str, table: _Table, sums: npt.NDArray[np.float64], tolerance: float
    ) -> None:
        wrong = np.argwhere(~(np.abs(sums - 1) <= tolerance))
        if not len(wrong):
            return
        column = tuple(int(i) for i in wrong[0])
        states = (
            f"{p}={self.states_of(p, table.line)[i]}"
            for p, i in zip(table.parents, column, strict=True)
        )
        given = ", ".join(states)
        where = f"P({name}{' | ' + given if given else ''})"
        others = f", and {len(wrong) - 1} more of its columns are off" if len(wrong) > 1 else ""
        problem = f"{where} adds up to {sums[column]:.9g}{others}"
        allowed = f"1, within {tolerance:g}; a larger tolerance is for numbers that were rounded"
        self._fault(table.line, problem, allowed)

    def _ess(
        self, name: str, table: _Table, shape: tuple[int, ...]
    ) -> npt.NDArray[np.float64] | None:
        if table.ess is None:
            return None
        counts = np.array(table.ess, dtype=float)
        if counts.size != math.prod(shape) or not ((counts > 0) & np.isfinite(counts)).all():
            problem = f"the experience of {name!r} is {listing((f'{n:g}' for n in table.ess), 8)}"
            self._fault(table.line, problem, f"{math.prod(shape)} numbers above 0")
            return None
        return counts.reshape(shape)

    def _check_acyclic(self) -> None:
        try:
            TopologicalSorter({name: t.parents for name, t in self._tables.items()}).prepare()
        except CycleError as error:
            problem = f"the arrows form a cycle: {' → '.join(error.args[1])}"
            line = self._tables[error.args[1][0]].line
            self._fault(line, problem, "no variable above itself")

    def _fault(self, line: int, problem: str, allowed: str) -> None:
        self._faults.append(Fault(self.source, line, None, problem, allowed))

    def _names(self) -> str:
        return listing(map(repr, self._variables)) or "variables stand before their tables"
