"""XMLBIF (version 0.3, and what JavaBayes wrote before it), the format of JavaBayes and Weka."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

import numpy as np

from hamknee.formats.draft import Draft
from hamknee.formats.format import COUNTS, WORDS, Format, numbers_text
from hamknee.formats.nodes import Node
from hamknee.formats.xml import DECLARATION, Element, Tree, numbers, only

_CLEARLY = 0.01
"""Columns that are off by more do not add up to 1, however their numbers were rounded."""


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
    network = only(Tree("BIF", draft).read(text), "NETWORK", draft)
    for element in network.children:
        if element.tag not in ("NAME", "PROPERTY", "VARIABLE", *_DEFINITIONS):
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
    turned = [_turned(table, draft) for table in tables]
    slowest, fastest = (all(_adds_up(t, draft) for t in some) for some in (turned, tables))
    if slowest == fastest and turned != tables:
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
    return turned if slowest else list(tables)


def _turned(table: _Table, draft: Draft) -> _Table:
    """Return a table with the states of its variable fastest, where they were slowest."""
    *_, states = draft.shape((*table.parents, table.child), table.line)
    if len(table.values) % states:
        return table
    values = np.array(table.values).reshape(states, -1).T.ravel()
    return table._replace(values=[float(value) for value in values])


def _adds_up(table: _Table, draft: Draft) -> bool:
    """Whether the columns of a table add up to 1, as far as it has the numbers for them."""
    states = len(draft.states_of(table.child, table.line))
    if len(table.values) % states:
        return True
    sums = np.array(table.values).reshape(-1, states).sum(axis=1)
    return bool((np.abs(sums - 1) <= _CLEARLY).all())


XMLBIF = Format(
    "XMLBIF",
    (".xmlbif", ".bifxml", ".xml"),
    write=_write,
    read=_read,
    lost=(COUNTS, *WORDS),
)
