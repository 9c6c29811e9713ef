"""UAI, the format of the inference competitions: sizes, scopes and numbers, but no names."""

from collections.abc import Iterator, Sequence

from hamknee.formats.draft import Draft
from hamknee.formats.format import COUNTS, LABELS, NAMES, WORDS, Format, numbers_text
from hamknee.formats.nodes import Node
from hamknee.formats.orders import add_up, turned


def _write(nodes: Sequence[Node]) -> str:
    """Return sizes, scopes and tables; variable i is the i-th of the nodes."""
    number = {node.name: str(i) for i, node in enumerate(nodes)}
    lines = ["BAYES", str(len(nodes)), " ".join(str(len(node.states)) for node in nodes)]
    lines.append(str(len(nodes)))
    for node in nodes:
        scope = (*node.parents, node.name)
        lines.append(" ".join([str(len(scope)), *(number[name] for name in scope)]))
    for node in nodes:
        lines += ["", str(node.table.size), *map(numbers_text, node.rows)]
    return "\n".join([*lines, ""])


class _Reader:
    """Reads the tables, with v0, v1, … for the variables and s0, s1, … for their states."""

    def __init__(self, text: str, draft: Draft) -> None:
        self.draft = draft
        self.by_agrum = "#" in text  # only aGrUM's comments start so, those of the format with c
        self.length = len(text)
        self.words = _words(text)
        self.line = 1

    def read(self) -> None:
        if (kind := self._next("BAYES")).upper() != "BAYES":
            self.draft.stop(self.line, f"found a network of the kind {kind[:40]!r}", "BAYES")
        sizes = [self._whole("the number of states") for _ in range(self._whole("how many"))]
        names = [f"v{i}" for i in range(len(sizes))]
        if sum(sizes) > self.length:  # every state has at least one number
            problem = f"{sum(sizes)} states are announced, more than the file has numbers for"
            self.draft.stop(self.line, problem, "as many as there are")
        for name, size in zip(names, sizes, strict=True):
            self.draft.variable(name, (f"s{state}" for state in range(size)), self.line)
        scopes = [self._scope(names) for _ in range(self._whole("the number of tables"))]
        for scope, line in scopes:
            if len(scope) > 2 and self.by_agrum:
                self.draft.stop_at_agrum(line, "a table")
        ordered, by_pgmpy = True, True
        for scope, _ in scopes:
            count = self._whole("the number of numbers")
            line = self.line
            values = [self.draft.number(self._next("a number"), self.line) for _ in range(count)]
            states = len(self.draft.states_of(scope[-1], line))
            ordered &= add_up(values, states)
            by_pgmpy &= add_up(turned(values, states), states)
            self.draft.table(scope[-1], scope[:-1], values, line)
        if by_pgmpy and not ordered:
            problem = "its tables have the states of each variable slowest, as pgmpy writes UAI"
            self.draft.stop(None, problem, "the same network saved as BIF, NET or XMLBIF")
        if (more := next(self.words, None)) is not None:
            self.draft.stop(more[1], f"found {more[0]!r} after the last table", "nothing")

    def _scope(self, names: list[str]) -> tuple[list[str], int]:
        scope = []
        for _ in range(self._whole("the number of variables in a table")):
            number = self._whole("the number of a variable")
            if number >= len(names):
                problem = f"there is no variable {number}"
                self.draft.stop(self.line, problem, f"0 to {len(names) - 1}")
            scope.append(names[number])
        if not scope:
            self.draft.stop(self.line, "a table is of no variable", "at least one")
        return scope, self.line

    def _whole(self, due: str) -> int:
        text = self._next(due)
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            self.draft.stop(self.line, f"found {text!r}", f"{due}, a whole number")
        return int(text)

    def _next(self, due: str) -> str:
        word = next(self.words, None)
        if word is None:
            self.draft.stop(self.line, "the file ends too early", due)
        text, self.line = word
        return text


def _words(text: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.split()[:1] != ["c"]:
            for word in line.partition("#")[0].split():
                yield word, number


UAI = Format(
    "UAI",
    (".uai",),
    write=_write,
    read=lambda text, draft: _Reader(text, draft).read(),
    lost=(NAMES, LABELS, COUNTS, *WORDS),
)
