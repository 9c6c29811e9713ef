"""NET, the text format of HUGIN, as far as it tells discrete networks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

import numpy as np

from hamknee.formats.draft import Draft
from hamknee.formats.format import WORDS, Format, numbers_text
from hamknee.formats.nodes import Node
from hamknee.formats.tokens import Word, WordReader

_ALLOWED = "'net', 'node' or 'potential'"


def _write(nodes: Sequence[Node]) -> str:
    """Return nodes and potentials; equivalent sample sizes become HUGIN's experience."""
    parts = ["net\n{\n}\n"]
    for node in nodes:
        states = " ".join(f'"{state}"' for state in node.states)
        label = f'  label = "{node.label}";\n' if node.label else ""
        parts.append(f"node {node.name}\n{{\n{label}  states = ( {states} );\n}}\n")
    for node in nodes:
        given = f" | {' '.join(node.parents)}" if node.parents else ""
        lines = [f"potential ( {node.name}{given} )", "{", f"  data = {_nested(node.table)};"]
        if node.ess is not None:
            lines.append(f"  experience = {_nested(np.atleast_1d(node.ess))};")
        parts.append("\n".join([*lines, "}\n"]))
    return "".join(parts)


def _nested(table: np.ndarray) -> str:
    """Return numbers in brackets, a pair for each axis."""
    if table.ndim == 1:
        return f"( {numbers_text(table)} )"
    return "(" + "\n    ".join(_nested(part) for part in table) + ")"


class _Reader(WordReader):
    """Reads nodes and potentials; attributes of the drawing and of other programs are skipped."""

    comment = opening = r"%[^\n]*"
    string = r'"(?:[^"\\]|\\.)*"'
    signs = "{}()|=;"

    def read(self) -> None:
        self.draft.ones_are_even = True
        self.draft.probabilities += "; HUGIN makes them of counts when it compiles the network"
        if self.take("class"):
            self.name("the name of a class")
            self.expect("{")
            while not self.take("}"):
                self._in_class()
            if not self.at_end():
                problem = f"found {self.words[self.place].text!r} after the class"
                self.draft.stop(self.line, problem, "a single class, or a network")
        while not self.at_end():
            if self.take("net"):
                self._attributes()
            else:
                self._element()

    def _in_class(self) -> None:
        """Read an attribute or an element of a class, which is a network without instances."""
        name = self.name("an attribute, a node or a potential")
        if self.take("="):
            self.until(";")
            return
        if name.text == "instance":
            instance = self.name("the name of an instance").text
            self.draft.refuse(instance, "an instance of another class", name.line)
        if name.text == "temporal":
            clone = self.name("the name of a variable").text
            self.draft.refuse(
                clone, "a variable of another moment, in a network in time", name.line
            )
        self.place -= 1
        self._element()

    def _element(self) -> None:
        """Read a node of whatever kind, or a potential."""
        if self.take("potential"):
            self._potential()
            return
        continuous = self.take("continuous")
        if not continuous:
            self.take("discrete")
        word = self.next(_ALLOWED)
        kind = "" if word.quoted else word.text
        if kind not in ("node", "decision", "utility", "function"):
            self.draft.stop(word.line, f"found {word.text!r}", _ALLOWED)
        name = self._name("the name of a variable")
        if kind != "node":
            self._attributes()
            self.draft.leave_out(name.text, f"a {kind}", name.line)
        elif continuous:
            self.draft.refuse(name.text, "a continuous variable", name.line)
        else:
            self._node(name)

    def _name(self, due: str) -> Word:
        """Read a name, with what stands in brackets behind it, as UnBBayes writes ``Harm(ST4)``."""
        word = self.name(due)
        text = word.text
        while self.take("("):
            text += "("
            while not self.take(")"):
                text += self.name("')'").text
            text += ")"
        return replace(word, text=text)

    def _attributes(self) -> dict[str, list[Word]]:
        self.expect("{")
        attributes: dict[str, list[Word]] = {}
        while not self.take("}"):
            name = self.name("an attribute")
            self.expect("=")
            if name.text in attributes:
                self.draft.stop(name.line, f"{name.text} stands twice", "each attribute once")
            attributes[name.text] = self.until(";")
        return attributes

    def _node(self, name: Word) -> None:
        attributes = self._attributes()
        words = self._flat(attributes.get("states", []))
        if comma := next((word for word in words if "," in word.text and not word.quoted), None):
            self.draft.stop(comma.line, f"found {comma.text!r} among states", 'states as ("a" "b")')
        states = [_plain(word) for word in words]
        if odd := next((state for state in states if "\\" in state), None):
            self.draft.stop(name.line, f"the state {odd!r} has a backslash", "none")
        label = " ".join(_plain(word).replace("\\n", " ") for word in attributes.get("label", []))
        label = "" if label == name.text else label
        self.draft.variable(name.text, states, name.line, label)

    def _potential(self) -> None:
        line = self.expect("(").line
        name = self._name("the name of a variable")
        parents: list[str] = []
        if self.take("|"):
            while not self.take(")"):
                parents.append(self._name("the name of a parent, or ')'").text)
        elif not self.take(")"):
            self.draft.stop(line, f"{name.text!r} shares its table with another", "one variable")
        attributes = self._attributes()
        if name.text in self.draft.left_out:
            return
        if "data" not in attributes:
            self._stop_without_data(name.text, attributes, line)
        values = self.numbers(self._flat(self._plain_data(name, attributes["data"])))
        ess = None
        if "experience" in attributes:
            ess = self.numbers(self._flat(attributes["experience"], bare=True))
        self.draft.table(name.text, parents, values, line, ess)

    def _stop_without_data(
        self, name: str, attributes: Mapping[str, list[Word]], line: int
    ) -> NoReturn:
        """Stop at a table without numbers, which no program that was tried takes for even ones."""
        modelled = any(key.startswith("model_") for key in attributes)
        only = ", only a model of them" if modelled else ""
        problem = f"the table of {name!r} has no numbers{only}"
        allowed = "data = ( ... ); HUGIN writes them when the network was compiled and saved"
        self.draft.stop(line, problem, allowed)

    def _plain_data(self, name: Word, words: list[Word]) -> list[Word]:
        """Return the words of a table, or stop where it is worked out, or has commas."""
        if words and re.match("[A-Za-z]", words[0].text):
            problem = f"the table of {name.text!r} is worked out by {words[0].text!r}"
            self.draft.stop(words[0].line, problem, "its numbers alone: data = ( 0.25 0.75 );")
        if comma := next((word for word in words if "," in word.text), None):
            allowed = "numbers with spaces between them and decimal points, such as 0.25 0.75"
            self.draft.stop(comma.line, f"found {comma.text!r} in a table", allowed)
        return words

    def _flat(self, words: list[Word], *, bare: bool = False) -> list[Word]:
        """Return the words in brackets, whose nesting is only there to be seen.

        HUGIN leaves the brackets out around the one number of a root's experience.
        """
        if bare and len(words) == 1:
            return words
        depth = 0
        inside = []
        for word in words:
            bracket = "" if word.quoted else word.text
            depth += (bracket == "(") - (bracket == ")")
            if depth < 0 or (depth == 0 and bracket != ")"):
                self.draft.stop(word.line, f"found {word.text!r} outside of brackets", "( ... )")
            if bracket not in ("(", ")"):
                inside.append(word)
        if depth:
            self.draft.stop(words[-1].line, "a bracket is not closed", "as many ) as (")
        return inside


_ROWS = re.compile(r"potential\s*\(\s*\w+\s*\|([^)]*)\)\s*\{[^%;]*%([^\n]*)\n[^%;]*%([^\n]*)\n")
"""The parents of a table and the remarks behind its first two columns."""


def _read(text: str, draft: Draft) -> None:
    """Read a network, but for one that an older aGrUM wrote in another order than its own."""
    for table in _ROWS.finditer(text) if re.search(r'software\s*=\s*"aGrUM', text) else ():
        parents = table[1].split()
        first, second = (set(table[place].split()) for place in (2, 3))
        changed = {word.partition("=")[0] for word in first ^ second}
        if len(parents) > 1 and changed == {parents[0]}:
            problem = "its remarks and its numbers have two orders: an older aGrUM wrote it"
            line = text.count("\n", 0, table.start()) + 1
            draft.stop(line, problem, "the same network saved as BIF by that aGrUM")
    _Reader(text, draft).read()


def _plain(word: Word) -> str:
    """Return a text without the backslashes that stand before quotes and backslashes."""
    return re.sub(r'\\(["\\])', r"\1", word.text) if word.quoted else word.text


NET = Format(
    "NET",
    (".net", ".oobn"),
    write=_write,
    read=_read,
    lost=WORDS,
    variables=re.compile(r"[A-Za-z_][A-Za-z0-9_]*"),
    states=re.compile(r"[ -!#-\[\]-~]+"),  # pyAgrum empties others without a word
    labels=re.compile(r'[^"\\]+'),
    allowed=(
        "a variable of ASCII letters, digits and underscores, a state of ASCII characters, and no "
        "double quotes or backslashes in states and labels; XMLBIF holds any text"
    ),
)
