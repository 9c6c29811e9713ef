"""XMLBIF (version 0.3), the format of JavaBayes and Weka."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from hamknee.formats.draft import Draft
from hamknee.formats.format import COUNTS, WORDS, Format, numbers_text
from hamknee.formats.nodes import Node
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
    network = only(Tree("BIF", draft).read(text), "NETWORK", draft)
    _check_version(network, draft)
    for element in network.having("VARIABLE"):
        _variable(element, draft)
    for element in network.children:
        if element.tag == "DEFINITION":
            _definition(element, draft)
        elif element.tag not in ("NAME", "PROPERTY", "VARIABLE"):
            draft.stop(element.line, f"found {element.tag!r}", "VARIABLE and DEFINITION")


def _check_version(network: Element, draft: Draft) -> None:
    """Stop at what XMLBIF had before 0.3: nothing says in which order its numbers stand."""
    values = [part for each in network.having("VARIABLE") for part in each.having("VALUE")]
    if old := next(iter([*network.having("PROBABILITY"), *values]), None):
        allowed = "XMLBIF 0.3, with OUTCOME and DEFINITION; or save it as BIF"
        draft.stop(old.line, f"found {old.tag}, which is of XMLBIF before 0.3", allowed)


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
    states = [outcome.text for outcome in element.having("OUTCOME")]
    draft.variable(name, states, element.line, label.strip())


def _definition(element: Element, draft: Draft) -> None:
    child = only(element, "FOR", draft).text
    if child in draft.left_out:
        return
    parents = [given.text for given in element.having("GIVEN")]
    values = numbers(only(element, "TABLE", draft), draft)
    draft.table(child, parents, values, element.line)


XMLBIF = Format(
    "XMLBIF",
    (".xmlbif", ".bifxml", ".xml"),
    write=_write,
    read=_read,
    lost=(COUNTS, *WORDS),
)
