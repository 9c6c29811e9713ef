"""A network as it is read from a file, and its checks."""

import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from hamknee.base import Fault, FaultsError, listing, suggestion
from hamknee.formats.nodes import PLAIN, TOLD_APART, Node, not_plain, not_told_apart
from hamknee.network import SUM_TOLERANCE

LARGEST_TOLERANCE = 0.1
"""How far a column may be from adding up to 1 at the most, whoever asks for it."""

MOST_NUMBERS = 10_000_000
"""Numbers in all tables, so that a short file cannot ask for more memory than there is."""

ROUNDING = 0.5e-6
"""What a number loses at most where it is written with six digits, or was in single precision."""

CHANCE = "chance variables with states; change it in the program that it comes from"
"""What a network may hold."""

_SLACK = 1 + 1e-6
"""Sums of binary fractions miss a bound that is written in decimal by a little."""

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
      clinic.bif, line 1: 'lung' has 1 states, but 2 are announced; allowed: the same number; names
    with spaces in quotes
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

    Attributes
    ----------
    notices : list of str
        A sentence on each thing that was not taken as it stands.
    left_out : dict of str to str
        Names of what is no part of the network, and what it is: ``"a utility"``.
    ones_are_even : bool
        Whether a column of nothing but ones leaves its probabilities open, as HUGIN has it.
    probabilities : str
        What a table may hold, and where there is a way to it.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.notices: list[str] = []
        self.left_out: dict[str, str] = {}
        self.ones_are_even = False
        self.probabilities = "numbers from 0 to 1"
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

    def refuse(self, name: str, kind: str, line: int) -> NoReturn:
        """Raise at a variable that no network of chance variables can hold."""
        self.stop(line, f"{name!r} is {kind}", CHANCE)

    def leave_out(self, name: str, kind: str, line: int) -> None:
        """Take note of a decision or utility; whatever depends on it will be refused."""
        if name in self._variables or name in self.left_out:
            self.stop(line, f"{name!r} stands twice", "each variable once")
        self.left_out[name] = kind

    def number(self, text: str, line: int) -> float:
        """Return a number, or stop."""
        if not _NUMBER.fullmatch(text):
            self.stop(line, f"found {text!r} where a number is due", "numbers such as 0.25")
        return float(text)

    def numbers(self, words: Iterable[tuple[str, int]]) -> list[float]:
        """Return words, each with its line, as numbers; single commas between them are left out."""
        words = list(words)
        for (before, _), (after, line) in pairwise(words):
            if before == after == ",":
                self.stop(line, "found two commas in a row", "a number between them")
        return [self.number(text, line) for text, line in words if text != ","]

    def variable(self, name: str, states: Iterable[str], line: int, label: str = "") -> None:
        """Take in a variable; names must be of plain text, and its states distinct.

        One with a single state is no part of the network, but its tables may name it.
        """
        states = tuple(states)
        for text in (name, *states):
            if problem := not_plain(text):
                self.stop(line, f"{text!r} in {name!r} {problem}", PLAIN)
        if name in self._variables:
            first = self._variables[name].line
            self.stop(line, f"{name!r} is also in line {first}", "each variable once")
        if len(states) != 1 and (problem := not_told_apart(name, states)):
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
        if name in self.left_out:
            return
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
        if (other := next((name for name in names if name in self.left_out), None)) is not None:
            problem = f"{names[-1]!r} depends on {other!r}, which is {self.left_out[other]}"
            self.stop(line, problem, CHANCE)
        shape = tuple(len(self.states_of(name, line)) for name in names)
        if math.prod(shape) > MOST_NUMBERS:
            problem = f"the table of {names[-1]!r} would have {math.prod(shape)} numbers"
            self.stop(line, problem, f"at most {MOST_NUMBERS}")
        return shape

    def nodes(self, tolerance: float | None = None) -> tuple[Node, ...]:
        """Return the network, or raise with everything that is wrong with it.

        Parameters
        ----------
        tolerance : float, optional
            How far a column may be from adding up to 1; by default as far as rounding to six
            digits takes it. One that is off by more than 0.000001 is divided by its sum; the
            others stay as they are, to the last bit.
        """
        if not self._variables:
            self.stop(None, "no variable was found", "a network of discrete variables")
        for name, table in self._tables.items():
            self.states_of(name, table.line)
        nodes = [self._node(name, tolerance) for name in self._variables]
        self._check_acyclic()
        if self._faults:
            raise NetworkFileError(self._faults)
        self._note_rescaled([node for node in nodes if node is not None])
        return self._without_constants([node for node in nodes if node is not None])

    def _without_constants(self, nodes: list[Node]) -> tuple[Node, ...]:
        """Return the network without the variables that have one state, and say what is out."""
        constant = [node.name for node in nodes if len(node.states) == 1]
        self.left_out |= dict.fromkeys(constant, "a variable with one state only")
        for kind in dict.fromkeys(self.left_out.values()):
            names = [name for name, other in self.left_out.items() if other == kind]
            which = listing(map(repr, names), 8)
            alone = f"{which} is {kind} and was left out."
            self.notices.append(
                alone if len(names) == 1 else f"{which} were left out: each is {kind}."
            )
        kept = tuple(_less(node, constant) for node in nodes if node.name not in constant)
        if not kept:
            self.stop(None, "no variable has more than one state", "at least one that has")
        return kept

    def _node(self, name: str, tolerance: float | None) -> Node | None:
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
        read = self._with_even(name, np.array(table.values, dtype=float).reshape(shape))
        near = np.abs(read - read.clip(0, 1)) <= SUM_TOLERANCE
        values = np.where(near, read.clip(0, 1), read)
        if not ((values >= 0) & (values <= 1)).all():
            worst = values[~((values >= 0) & (values <= 1))][0]
            problem = f"the table of {name!r} holds {worst:g}"
            self._fault(table.line, problem, self.probabilities)
            return None
        sums = values.sum(axis=-1, keepdims=True)
        rounded = max(SUM_TOLERANCE, shape[-1] * ROUNDING * _SLACK)
        bound = rounded if tolerance is None else tolerance * _SLACK
        self._check_sums(name, table, sums[..., 0], bound)
        off = (np.abs(sums - 1) > SUM_TOLERANCE) | (values != read).any(axis=-1, keepdims=True)
        values = values / np.where(off & (sums > 0), sums, 1)
        ess = self._ess(name, table, shape[:-1])
        rescaled = tuple(tuple(map(int, column)) for column in np.argwhere(off[..., 0]))
        return Node(name, variable.states, table.parents, values, variable.label, ess, rescaled)

    def _with_even(self, name: str, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return a table with even columns in place of those that were left open."""
        states = values.shape[-1]
        is_open = (values == 1).all(axis=-1, keepdims=True)
        if not self.ones_are_even or states == 1 or not is_open.any():
            return values
        count = int(is_open.sum())
        columns = "a column" if count == 1 else f"{count} columns"
        self.notices.append(
            f"{name!r} has {columns} of nothing but ones, as HUGIN writes what is left open: every "
            "state was read as equally likely there."
        )
        return np.where(is_open, 1 / states, values)

    def _check_sums(
        self, name: str, table: _Table, sums: npt.NDArray[np.float64], tolerance: float
    ) -> None:
        wrong = np.argwhere(~(np.abs(sums - 1) <= tolerance))
        if not len(wrong):
            return
        column = tuple(int(i) for i in wrong[0])
        more = len(wrong) - 1
        others = f", and {more} more of its columns {'is' if more == 1 else 'are'} off"
        where = self._column(name, table.parents, column)
        problem = f"{where} adds up to {sums[column]:.9g}{others if more else ''}"
        bound = np.format_float_positional(round(tolerance, 9), trim="-")
        needed = _rounded_up(float(np.abs(sums - 1).max()))
        rounded = f"; a tolerance of {needed} is for numbers that were rounded" if needed else ""
        self._fault(table.line, problem, f"1, within {bound}{rounded}")

    def _column(self, name: str, parents: Sequence[str], column: Sequence[int]) -> str:
        """Return the name of a column: ``P(pop | site=inner)``."""
        states = (
            f"{parent}={self._variables[parent].states[i]}"
            for parent, i in zip(parents, column, strict=True)
        )
        given = ", ".join(states)
        return f"P({name}{' | ' + given if given else ''})"

    def _note_rescaled(self, nodes: Sequence[Node]) -> None:
        columns = [
            self._column(node.name, node.parents, column)
            for node in nodes
            for column in node.rescaled
        ]
        if columns:
            were = "was" if len(columns) == 1 else "were"
            did = f"{len(columns)} column{'s' * (len(columns) > 1)} did not add up to 1 and {were}"
            self.notices.append(f"{did} divided by the sum: {listing(columns, 4)}.")

    def _ess(
        self, name: str, table: _Table, shape: tuple[int, ...]
    ) -> npt.NDArray[np.float64] | None:
        if table.ess is None:
            return None
        counts = np.array(table.ess, dtype=float)
        if counts.size != math.prod(shape) or not ((counts >= 0) & np.isfinite(counts)).all():
            problem = f"the experience of {name!r} is {listing((f'{n:g}' for n in table.ess), 8)}"
            self._fault(table.line, problem, f"{math.prod(shape)} numbers from 0 on")
            return None
        if not counts.all():  # HUGIN's way to say that there is none
            said = "which says nothing of any, and was left out"
            self.notices.append(f"the experience of {name!r} is 0 in some columns, {said}.")
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
        return listing(map(repr, self._variables)) or "the name of a variable of the file"


def _less(node: Node, constant: Collection[str]) -> Node:
    """Return a node without the parents that have one state."""
    axes = tuple(i for i, parent in enumerate(node.parents) if parent in constant)
    parents = tuple(parent for parent in node.parents if parent not in constant)
    ess = None if node.ess is None else node.ess.squeeze(axes)
    return replace(node, parents=parents, table=node.table.squeeze(axes), ess=ess)


def _rounded_up(off: float) -> str:
    """Return the tolerance that takes a column that is off, with one digit; empty if none does."""
    if off > LARGEST_TOLERANCE * _SLACK:
        return ""
    unit = 10.0 ** math.floor(math.log10(off))
    needed = math.ceil(off / unit / _SLACK) * unit
    return np.format_float_positional(round(min(needed, LARGEST_TOLERANCE), 12), trim="-")
