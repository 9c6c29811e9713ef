"""BIF, the interchange format of Cozman (version 0.15), as bnlearn's repository uses it."""

import itertools
import math
import re
from collections.abc import Sequence

from hamknee.formats.columns import Column, check_column, joined
from hamknee.formats.draft import Draft
from hamknee.formats.dsc import DscReader
from hamknee.formats.format import COUNTS, LABELS, WORDS, Format, numbers_text
from hamknee.formats.nodes import Node
from hamknee.formats.tokens import Word, WordReader

_ALLOWED = "'network', 'variable' or 'probability'"


def _write(nodes: Sequence[Node]) -> str:
    """Return a row of numbers for each combination of the parents' states."""
    states = {node.name: node.states for node in nodes}
    parts = ["network hamknee {\n}\n"]
    for node in nodes:
        count = len(node.states)
        kind = f"type discrete [ {count} ] {{ {', '.join(node.states)} }};"
        parts.append(f"variable {node.name} {{\n  {kind}\n}}\n")
    for node in nodes:
        given = f" | {', '.join(node.parents)}" if node.parents else ""
        lines = [f"probability ( {node.name}{given} ) {{"]
        columns = itertools.product(*(states[parent] for parent in node.parents))
        for column, row in zip(columns, node.rows, strict=True):
            start = f"({', '.join(column)})" if column else "table"
            lines.append(f"  {start} {numbers_text(row, ', ')};")
        parts.append("\n".join(lines) + "\n}\n")
    return "".join(parts)


class _Reader(WordReader):
    comment = r"//[^\n]*|/\*(?s:.*?)\*/|#(?=\s)[^\n]*"
    opening = r"//|/\*"
    string = r'"[^"]*"'
    signs = "{}()[]|,;"
    remark = "#"

    def read(self) -> None:
        """Read variables, and then tables, which may stand before the variables that they name."""
        tables = []
        while not self.at_end():
            if self.take(";"):  # behind the bracket of a block, as some write it
                continue
            word = self.next(_ALLOWED)
            kind = "" if word.quoted else word.text
            if kind == "network":
                self.until("{")
                self._properties()
            elif kind == "variable":
                self._variable()
            elif kind == "probability":
                tables.append(self.place)
                self.until("}")
            elif kind in ("decision", "utility"):
                self.draft.refuse(self.name("its name").text, f"a {kind}", word.line)
            else:
                self.draft.stop(word.line, f"found {word.text!r}", _ALLOWED)
        for self.place in tables:
            self._probability()

    def _properties(self) -> None:
        while not self.take("}"):
            self.expect("property")
            self.until(";")

    def _variable(self) -> None:
        name = self.name("the name of a variable")
        self.expect("{")
        states: list[str] | None = None
        while not self.take("}"):
            if self.take("property"):
                self.until(";")
            else:
                self.expect("type")
                states = self._states(name)
        self.draft.variable(name.text, states or (), name.line)

    def _states(self, name: Word) -> list[str]:
        if not self.take("discrete"):
            kind = self.name("'discrete'").text
            self.draft.refuse(name.text, f"a variable of the type {kind!r}", name.line)
        self.expect("[")
        count = self.next("the number of states")
        self.expect("]")
        self.expect("{")
        announced = int(count.text) if count.text.isdecimal() else None
        states = self._list("}", announced)
        self.expect(";")
        if count.text != str(len(states)):
            problem = f"{name.text!r} has {len(states)} states, but {count.text} are announced"
            self.draft.stop(count.line, problem, "the same number; names with spaces in quotes")
        return states

    def _list(self, end: str, count: int | None = None) -> list[str]:
        """Read names with commas between them, which some writers leave out.

        Where that does not give as many as there should be, but the commas do, names have spaces.
        """
        names: list[str] = []
        between: list[list[str]] = [[]]
        while not self.take(end):
            names.append(self.name("a name, in quotes where it has signs").text)
            between[-1].append(names[-1])
            if self.take(","):
                between.append([])
                if self.sees(end):
                    self.draft.stop(self.line, "found a comma and no name after it", "a name")
        return (
            [" ".join(words) for words in between] if len(names) != count == len(between) else names
        )

    def _probability(self) -> None:
        self.expect("(")
        name = self.name("the name of a variable")
        self.take("|")  # which JavaBayes leaves out, and others replace by a comma
        self.take(",")
        parents = self._list(")")
        self.expect("{")
        shape = self.draft.shape((*parents, name.text), name.line)
        columns: dict[Column, list[float]] = {}
        table: list[float] | None = None
        default: list[float] | None = None
        while not self.take("}"):
            line = self.line
            if self.take("property"):
                self.until(";")
            elif self.take("("):
                column = tuple(self._list(")", len(parents)))
                check_column(column, parents, line, self.draft)
                if column in columns:
                    self.draft.stop(line, f"({', '.join(column)}) stands twice", "each once")
                columns[column] = self.row(shape[-1])
            elif self.take("default"):
                default = self.row(shape[-1])
            else:
                self.expect("table")
                table = self.row(math.prod(shape))
        if table is not None and (columns or default):
            self.draft.stop(name.line, f"{name.text!r} has a table and rows", "one of the two")
        values = self._child_last(table, shape) if table else []
        if table is None:
            values = joined(name, parents, columns, default, self.draft)
        self.draft.table(name.text, parents, values, name.line)

    @staticmethod
    def _child_last(table: list[float], shape: tuple[int, ...]) -> list[float]:
        """Return a whole table in our order; BIF has the states of the variable slowest."""
        columns = math.prod(shape[:-1])
        return [table[s * columns + c] for c in range(columns) for s in range(shape[-1])]


def _read(text: str, draft: Draft) -> None:
    """Read BIF, or DSC, which starts with words of its own."""
    reader = _Reader(text, draft)
    if reader.take("belief") and reader.sees("network"):
        DscReader(text, draft).read()
        return
    reader.place = 0
    reader.read()


BIF = Format(
    "BIF",
    (".bif",),
    write=_write,
    read=_read,
    also_read=(".dsc",),
    lost=(LABELS, COUNTS, *WORDS),
    variables=re.compile(r"[A-Za-z_][A-Za-z0-9_]*"),
    states=re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.+-]*[A-Za-z0-9_])?"),
    reserved=frozenset(
        ("network", "variable", "probability", "property", "type", "discrete", "table", "default")
    ),
    allowed=(
        "ASCII letters, digits and underscores (a state also . + - inside); XMLBIF holds any text"
    ),
)
