"""The formats in XML, XMLBIF (version 0.3) and XDSL, read as trees with lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from hamknee.formats.draft import Draft
from hamknee.formats.format import COUNTS, WORDS, Format, numbers_text
from hamknee.formats.nodes import Node

_BLANK = " \t\r\n"
"""What XML takes for white space."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

_NAMES = "hamknee_states"
"""The user property of XDSL with the names of states that GeNIe would refuse."""

_LETTER = "A-Za-z\u0080-\U0010ffff"  # what GeNIe takes for a letter
_IDENTIFIER = re.compile(rf"[{_LETTER}][{_LETTER}0-9_]*")


@dataclass
class _Element:
    """One element.

    Parameters
    ----------
    tag : str
        Its name.
    attributes : dict of str to str
        By name.
    line : int
        Where it starts, from 1.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[_Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text right inside, without white space around it."""
        return "".join(self.pieces).strip(_BLANK)

    def having(self, tag: str) -> list[_Element]:
        """Return the children of that tag, in order."""
        return [child for child in self.children if child.tag == tag]

    def descendants(self) -> Iterator[_Element]:
        """Iterate over everything below, in no promised order."""
        waiting = list(self.children)
        while waiting:
            element = waiting.pop()
            yield element
            waiting += element.children


class _Tree:
    """Reads XML, and nothing that XML could do beyond elements, attributes and text.

    Entities of the file's own are refused, because a few of them can stand for gigabytes or for
    other files. A list of tags (DTD) in front is skipped; one that is elsewhere is not fetched.

    Parameters
    ----------
    root : str
        The tag it must start with.
    draft : Draft
        Which knows the name of the file.
    """

    def __init__(self, root: str, draft: Draft) -> None:
        self.root = root
        self.draft = draft
        self.top = _Element("", {}, 1)
        self.open = [self.top]
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.CommentHandler = lambda _: self._text(" ")
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.SkippedEntityHandler = self._refuse_entity

    def read(self, text: str) -> _Element:
        try:
            self.parser.Parse(text, True)
        except expat.ExpatError as why:
            problem = f"not valid XML: {expat.errors.messages[why.code]}"
            self.draft.stop(why.lineno, problem, f"XML with the root {self.root}")
        root = self.top.children[0]
        if root.tag != self.root:
            self.draft.stop(root.line, f"the root is {root.tag!r}", repr(self.root))
        return root

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        element = _Element(tag, attributes, self.parser.CurrentLineNumber)
        self.open[-1].children.append(element)
        self.open.append(element)

    def _end(self, _tag: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        self.open[-1].pieces.append(text)

    def _refuse_entity(self, name: str, *_: object) -> None:
        problem = f"found the entity {name!r}"
        self.draft.stop(self.parser.CurrentLineNumber, problem, "no entities of its own")


def _write_xmlbif(nodes: Sequence[Node]) -> str:
    """Return variables and definitions, with the labels as properties."""
    lines = ['<BIF VERSION="0.3">', "<NETWORK>", "<NAME>hamknee</NAME>"]
    for node in nodes:
        lines += ['<VARIABLE TYPE="nature">', f"  <NAME>{escape(node.name)}</NAME>"]
        lines += [f"  <OUTCOME>{escape(state)}</OUTCOME>" for state in node.states]
        if node.label:
            lines.append(f"  <PROPERTY>description = {escape(node.label)}</PROPERTY>")
        lines.append("</VARIABLE>")
    for node in nodes:
        lines += ["<DEFINITION>", f"  <FOR>{escape(node.name)}</FOR>"]
        lines += [f"  <GIVEN>{escape(parent)}</GIVEN>" for parent in node.parents]
        rows = (f"    {numbers_text(row)}" for row in node.rows)
        lines += ["  <TABLE>", *rows, "  </TABLE>", "</DEFINITION>"]
    return _DECLARATION + "\n".join([*lines, "</NETWORK>", "</BIF>\n"])


def _read_xmlbif(text: str, draft: Draft) -> None:
    """Take in chance variables and their tables; anything else is refused."""
    network = _only(_Tree("BIF", draft).read(text), "NETWORK", draft)
    for element in network.children:
        if element.tag == "VARIABLE":
            _xmlbif_variable(element, draft)
        elif element.tag == "DEFINITION":
            child = _only(element, "FOR", draft).text
            parents = [given.text for given in element.having("GIVEN")]
            values = _numbers(_only(element, "TABLE", draft), draft)
            draft.table(child, parents, values, element.line)
        elif element.tag not in ("NAME", "PROPERTY"):
            draft.stop(element.line, f"found {element.tag!r}", "VARIABLE and DEFINITION")


def _xmlbif_variable(element: _Element, draft: Draft) -> None:
    name = _only(element, "NAME", draft).text
    kind = element.attributes.get("TYPE", "nature")
    if kind != "nature":
        draft.stop(element.line, f"{name!r} is of the type {kind!r}", "nature")
    properties = [part.text.partition("=") for part in element.having("PROPERTY")]
    label = next((text for key, _, text in properties if key.strip() == "description"), "")
    states = [outcome.text for outcome in element.having("OUTCOME")]
    draft.variable(name, states, element.line, label.strip())


def _write_xdsl(nodes: Sequence[Node]) -> str:
    """Return tables in an order that GeNIe reads, with the labels as the names that it shows."""
    lines = ['<smile version="1.0" id="hamknee">', "<nodes>"]
    for node in _parents_first(nodes):
        lines.append(f"  <cpt id={quoteattr(node.name)}>")
        lines += [f"    <state id={quoteattr(state)} />" for state in _state_ids(node.states)]
        if node.parents:
            lines.append(f"    <parents>{' '.join(node.parents)}</parents>")
        lines += [f"    <probabilities>{numbers_text(node.table.ravel())}</probabilities>"]
        if _state_ids(node.states) != node.states:
            names = json.dumps(node.states, ensure_ascii=False)
            lines.append(f'    <property id="{_NAMES}">{escape(names)}</property>')
        lines.append("  </cpt>")
    lines += ["</nodes>", "<extensions>", '  <genie version="1.0" app="hamknee" name="hamknee">']
    for node in nodes:
        label = escape(node.label or node.name)
        lines.append(f"    <node id={quoteattr(node.name)}><name>{label}</name></node>")
    return _DECLARATION + "\n".join([*lines, "  </genie>", "</extensions>", "</smile>\n"])


def _state_ids(states: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of states as GeNIe's identifiers; the i-th becomes s_i where one is none."""
    if all(_IDENTIFIER.fullmatch(state) for state in states):
        return states
    return tuple(f"s_{number}" for number in range(len(states)))


def _state_names(element: _Element, draft: Draft) -> tuple[str, ...]:
    """Return the names of states, or the identifiers where the file has no names."""
    ids = tuple(state.attributes.get("id", "") for state in element.having("state"))
    properties = element.having("property")
    named = next((part for part in properties if part.attributes.get("id") == _NAMES), None)
    if named is None:
        return ids
    try:
        names = json.loads(named.text)
    except (ValueError, RecursionError):
        names = None
    fits = isinstance(names, list) and all(isinstance(name, str) for name in names)
    if not fits or _state_ids(tuple(names)) != ids:
        draft.stop(named.line, f"{_NAMES} does not go with the states", "a name for each state")
    return tuple(names)


def _parents_first(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes in an order in which GeNIe can read them, the given one where it can."""
    waiting, written, ordered = list(nodes), set[str](), []
    while waiting:
        node = next(node for node in waiting if written.issuperset(node.parents))
        waiting.remove(node)
        written.add(node.name)
        ordered.append(node)
    return ordered


def _read_xdsl(text: str, draft: Draft) -> None:
    """Take in chance variables with a table of numbers; anything else is refused.

    So are tables with several parents that aGrUM wrote: its order of the columns is not GeNIe's.
    """
    root = _Tree("smile", draft).read(text)
    if root.having("dynamic"):
        draft.stop(root.having("dynamic")[0].line, "found a network in time", "one without time")
    labels = {
        element.attributes.get("id"): name.text
        for extension in root.having("extensions")
        for element in extension.descendants()
        if element.tag == "node"
        for name in element.having("name")
    }
    app = next((e.attributes.get("app", "") for e in root.descendants() if e.tag == "genie"), "")
    for element in _only(root, "nodes", draft).children:
        if element.tag != "cpt":
            draft.stop(element.line, f"found {element.tag!r}", "cpt")
        name = element.attributes.get("id", "")
        label = labels.get(name, "")
        states = _state_names(element, draft)
        draft.variable(name, states, element.line, "" if label == name else label)
        parents = [word for part in element.having("parents") for word in part.text.split()]
        if len(parents) > 1 and app.startswith("aGrUM"):
            draft.stop_at_agrum(element.line, repr(name))
        values = _numbers(_only(element, "probabilities", draft), draft)
        draft.table(name, parents, values, element.line)


def _only(element: _Element, tag: str, draft: Draft) -> _Element:
    """Return the one child of a tag, or stop."""
    children = element.having(tag)
    if len(children) != 1:
        problem = f"{element.tag} has {len(children)} of {tag}"
        draft.stop(element.line, problem, "exactly one")
    return children[0]


def _numbers(element: _Element, draft: Draft) -> list[float]:
    return [draft.number(word, element.line) for word in element.text.split()]


XMLBIF = Format(
    "XMLBIF",
    (".xmlbif", ".bifxml", ".xml"),
    write=_write_xmlbif,
    read=_read_xmlbif,
    lost=(COUNTS, *WORDS),
)
XDSL = Format(
    "XDSL",
    (".xdsl",),
    write=_write_xdsl,
    read=_read_xdsl,
    lost=(COUNTS, *WORDS),
    variables=_IDENTIFIER,
    allowed="letters, digits and underscores, a letter first; XMLBIF holds any text",
)
