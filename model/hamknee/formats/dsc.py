"""DSC, from which BIF came: MSBNx has it, and bnlearn writes it. It is read, never written."""

from hamknee.formats.columns import Column, check_column, joined
from hamknee.formats.tokens import Word, WordReader

_ALLOWED = "'node', 'probability' or 'properties'"


class DscReader(WordReader):
    """Reads nodes and the rows of their tables, which name the parents' states by number."""

    comment = r"//[^\n]*|/\*(?s:.*?)\*/"
    opening = r"//|/\*"
    string = r'"[^"]*"'
    signs = "{}()[]|,;:="

    def read(self) -> None:
        """Read nodes, and then tables."""
        self.expect("belief")
        self.expect("network")
        if not self.at_end() and not self.sees("node"):
            self.name("the name of the network")
        tables = []
        while not self.at_end():
            word = self.next(_ALLOWED)
            kind = "" if word.quoted else word.text
            if kind == "node":
                self._node()
            elif kind == "probability":
                tables.append(self.place)
                self.until("}")
            elif kind == "properties":
                self.expect("{")
                self.until("}")
            else:
                self.draft.stop(word.line, f"found {word.text!r}", _ALLOWED)
        for self.place in tables:
            self._probability()

    def _node(self) -> None:
        name = self.name("the name of a node")
        self.expect("{")
        states: list[str] = []
        label = ""
        while not self.take("}"):
            attribute = self.name("an attribute")
            if attribute.text == "type":
                self.expect(":")
                states = self._states(name)
            elif attribute.text == "name":
                self.expect(":")
                label = " ".join(word.text for word in self.until(";"))
            else:
                self.until(";")
        self.draft.variable(name.text, states, name.line, "" if label == name.text else label)

    def _states(self, name: Word) -> list[str]:
        kind = self.name("'discrete'").text
        if kind != "discrete":
            self.draft.refuse(name.text, f"a variable of the type {kind!r}", name.line)
        self.expect("[")
        count = self.next("the number of states")
        self.expect("]")
        self.expect("=")
        self.expect("{")
        states = [word.text for word in self.until("}") if word.quoted or word.text != ","]
        self.expect(";")
        if count.text != str(len(states)):
            problem = f"{name.text!r} has {len(states)} states, but {count.text} are announced"
            self.draft.stop(count.line, problem, "the same number; names with spaces in quotes")
        return states

    def _probability(self) -> None:
        self.expect("(")
        name = self.name("the name of a node")
        parents: list[str] = []
        while not self.take(")"):
            if not (self.take("|") or self.take(",")):
                parents.append(self.name("the name of a parent").text)
        self.expect("{")
        *_, states = self.draft.shape((*parents, name.text), name.line)
        columns: dict[Column, list[float]] = {}
        while not self.take("}"):
            line = self.line
            column = self._column(parents) if parents else ()
            if column in columns:
                numbers = f"({', '.join(column)})"
                self.draft.stop(line, f"the row for {numbers} stands twice", "each once")
            columns[column] = self.row(states)
        self.draft.table(
            name.text, parents, joined(name, parents, columns, None, self.draft), name.line
        )

    def _column(self, parents: list[str]) -> Column:
        """Read the numbers of the parents' states, from 0, as what these are called."""
        line = self.line
        self.expect("(")
        words = [word for word in self.until(")") if word.quoted or word.text != ","]
        self.expect(":")
        if len(words) != len(parents):
            problem = f"found the numbers of {len(words)} states"
            self.draft.stop(line, problem, f"one for each of {len(parents)} parents")
        column = []
        for parent, word in zip(parents, words, strict=True):
            states = self.draft.states_of(parent, line)
            numbered = not word.quoted and word.text.isdecimal()
            if numbered and int(word.text) >= len(states):
                problem = f"{parent!r} has no state of the number {word.text}"
                self.draft.stop(line, problem, f"0 to {len(states) - 1}")
            column.append(states[int(word.text)] if numbered else word.text)
        check_column(tuple(column), parents, line, self.draft)
        return tuple(column)
