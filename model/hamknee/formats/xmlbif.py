"""XMLBIF (version 0.3, and what JavaBayes wrote before it), the format of JavaBayes and Weka."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from hamknee.formats.draft import Draft
from hamknee.formats.format import COUNTS, WORDS, Format, numbers_text
from hamknee.formats.nodes import Node
from hamknee.formats.orders import add_up, turned
from hamknee.formats.xml import DECLARATION, Element, Tree, numbers, only


def _write(nodes: Sequence[Node]) -> str:
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
    return DECLARATION + "\n".join([*lines, "</NETWORK>", "</BIF>\n"])


def _read(text: str, draft: Draft) -> None:
    """Take in chance variables and their tables; decisions and utilities are left out."""
    root = Tree(draft, "BIF", "NETWORK").read(text)
    network = root if root.tag == "NETWORK" else only(root, "NETWORK", draft)
    for element in network.children:
        empty = not (element.children or element.text or element.attributes)
        if element.tag not in ("NAME", "PROPERTY", "VARIABLE", *_DEFINITIONS) and not empty:
            draft.stop(element.line, f"found {element.tag!r}", "VARIABLE and DEFINITION")
    for element in network.having("VARIABLE"):
        _variable(element, draft)
    tables = [_definition(element, draft) for element in _having(network, _DEFINITIONS)]
    tables = [table for table in tables if table.child not in draft.left_out]
    if _is_old(network):
        tables = _in_order(tables, network.line, draft)
    for table in tables:
        draft.table(table.child, table.parents, table.values, table.line)


_DEFINITIONS = ("DEFINITION", "PROBABILITY")
_OUTCOMES = ("OUTCOME", "VALUE")
"""What holds a table, and what a state, in XMLBIF 0.3 and before it."""


def _having(element: Element, tags: Sequence[str]) -> list[Element]:
    """Return the children of one of some tags, in order."""
    return [child for child in element.children if child.tag in tags]


def _is_old(network: Element) -> bool:
    """Whether it is XMLBIF before 0.3, which does not say in which order its numbers stand."""
    values = (part for each in network.having("VARIABLE") for part in each.having("VALUE"))
    return next(iter([*network.having("PROBABILITY"), *values]), None) is not None


def _variable(element: Element, draft: Draft) -> None:
    name = only(element, "NAME", draft).text
    kind = element.attributes.get("TYPE", "nature")
    if kind in ("decision", "utility"):
        draft.leave_out(name, f"a {kind}", element.line)
        return
    if kind not in ("nature", "discrete"):  # the second is older, and pgmpy and pyAgrum read it
        draft.refuse(name, f"of the type {kind!r}", element.line)
    properties = [part.text.partition("=") for part in element.having("PROPERTY")]
    label = next((text for key, _, text in properties if key.strip() == "description"), "")
    states = [outcome.text for outcome in _having(element, _OUTCOMES)]
    draft.variable(name, states, element.line, label.strip())


class _Table(NamedTuple):
    child: str
    parents: list[str]
    values: list[float]
    line: int


def _definition(element: Element, draft: Draft) -> _Table:
    child = only(element, "FOR", draft).text
    parents = [given.text for given in element.having("GIVEN")]
    values = numbers(only(element, "TABLE", draft), draft) if child not in draft.left_out else []
    return _Table(child, parents, values, element.line)


def _in_order(tables: Sequence[_Table], line: int, draft: Draft) -> list[_Table]:
    """Return tables in our order, where their own numbers tell in which of two they stand.

    JavaBayes had the states of the variable slowest, as in BIF; XMLBIF 0.3 has them fastest. In
    one of the orders every column of every table adds up to 1.
    """
    counts = [len(draft.states_of(table.child, table.line)) for table in tables]
    others = [
        table._replace(values=turned(table.values, states))
        for table, states in zip(tables, counts, strict=True)
    ]
    slowest, fastest = (
        all(add_up(table.values, states) for table, states in zip(some, counts, strict=True))
        for some in (others, tables)
    )
    if slowest == fastest and others != tables:
        which = "both orders" if slowest else "neither of two orders"
        problem = (
            f"XMLBIF before 0.3 has no order of its own, and its tables add up to 1 in {which}"
        )
        draft.stop(line, problem, "XMLBIF 0.3, with OUTCOME and DEFINITION; or save it as BIF")
    order = "slowest" if slowest else "fastest"
    draft.notices.append(
        "it is XMLBIF before 0.3, which does not tell the order of its numbers: they add up to 1 "
        f"with the states of each variable {order}, and were read so."
    )
    return others if slowest else list(tables)


XMLBIF = Format(
    "XMLBIF",
    (".xmlbif", ".bifxml", ".xml"),
    write=_write,
    read=_read,
    lost=(COUNTS, *WORDS),
)
