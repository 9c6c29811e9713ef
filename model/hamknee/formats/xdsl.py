"""XDSL, the format of GeNIe and SMILE."""

import json
import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from hamknee.base import listing
from hamknee.formats.draft import ROUNDING, Draft
from hamknee.formats.format import COUNTS, WORDS, Format, numbers_text
from hamknee.formats.nodes import Node
from hamknee.formats.xml import DECLARATION, Element, Tree, numbers, only
from hamknee.network import SUM_TOLERANCE

_NAMES = "hamknee_states"
"""The user property of XDSL with the names of states that GeNIe would refuse."""

_LETTER = "A-Za-z\u0080-\U0010ffff"  # what GeNIe takes for a letter
_IDENTIFIER = re.compile(rf"[{_LETTER}][{_LETTER}0-9_]*")


def _write(nodes: Sequence[Node]) -> str:
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
    return DECLARATION + "\n".join([*lines, "  </genie>", "</extensions>", "</smile>\n"])


def _state_ids(states: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of states as GeNIe's identifiers; the i-th becomes s_i where one is none."""
    if all(_IDENTIFIER.fullmatch(state) for state in states):
        return states
    return tuple(f"s_{number}" for number in range(len(states)))


def _state_names(element: Element, draft: Draft) -> tuple[str, ...]:
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


def _read(text: str, draft: Draft) -> None:
    """Take in chance variables, however their tables are told; decisions and utilities are out."""
    root = Tree(draft, "smile").read(text)
    if root.having("dynamic"):
        draft.stop(root.having("dynamic")[0].line, "found a network in time", "one without time")
    labels = {
        element.attributes.get("id"): name.text
        for extension in root.having("extensions")
        for element in extension.descendants()  # nodes of submodels stand inside of these
        if element.tag == "node"
        for name in element.having("name")
    }
    app = next((e.attributes.get("app", "") for e in root.descendants() if e.tag == "genie"), "")
    nodes = only(root, "nodes", draft).children
    for element in nodes:
        _variable(element, labels, draft)
    for element in nodes:
        if element.tag in _TABLES:
            _table(element, app, draft)


def _variable(element: Element, labels: Mapping[str | None, str], draft: Draft) -> None:
    name = element.attributes.get("id", "")
    if element.tag in _LEFT_OUT:
        draft.leave_out(name, _LEFT_OUT[element.tag], element.line)
    elif element.tag in _TABLES:
        label = labels.get(name, "")
        states = _state_names(element, draft)
        draft.variable(name, states, element.line, "" if label == name else label)
    else:
        kind = _REFUSED.get(element.tag, f"of the kind {element.tag!r}")
        draft.refuse(name, kind, element.line)


def _table(element: Element, app: str, draft: Draft) -> None:
    """Take in the table of a variable.

    With several parents, tables that aGrUM wrote are refused: its order of the columns is not
    GeNIe's.
    """
    name = element.attributes.get("id", "")
    parents = [word for part in element.having("parents") for word in part.text.split()]
    if len(parents) > 1 and app.startswith("aGrUM"):
        draft.stop_at_agrum(element.line, repr(name))
    values = _TABLES[element.tag](element, parents, name, draft)
    draft.table(name, parents, values, element.line)


def _of_numbers(element: Element, _parents: list[str], _name: str, draft: Draft) -> list[float]:
    return numbers(only(element, "probabilities", draft), draft)


def _deterministic(element: Element, parents: list[str], name: str, draft: Draft) -> list[float]:
    """Return the table of a variable of which each column names one state."""
    draft.shape((*parents, name), element.line)
    ids = [state.attributes.get("id", "") for state in element.having("state")]
    named = only(element, "resultingstates", draft)
    values: list[float] = []
    for state in named.text.split():
        if state not in ids:
            draft.stop(named.line, f"{name!r} has no state {state!r}", ", ".join(ids))
        values += [float(state == other) for other in ids]
    return values


def _noisy_max(element: Element, parents: list[str], name: str, draft: Draft) -> list[float]:
    """Return the table of a noisy-MAX: the strongest of what each parent brings about alone.

    For each parent the file lists its states in the order of their strength, the last of which
    does nothing, then a column of numbers for each in this order, and at the end what is without
    any cause. The variable is at most as strong as a state if every cause leaves it so (Díez
    1993). The order of strength is that of `GetOutcomeOfStrength` in SMILE's header.
    """
    *sizes, states = draft.shape((*parents, name), element.line)
    strengths = numbers(only(element, "strengths", draft), draft)
    values = numbers(only(element, "parameters", draft), draft)
    if len(strengths) != sum(sizes) or len(values) != (sum(sizes) + 1) * states:
        counts = f"{len(strengths)} strengths and {len(values)} parameters"
        allowed = f"{sum(sizes)} and {(sum(sizes) + 1) * states}"
        draft.stop(element.line, f"the noisy-MAX {name!r} has {counts}", allowed)
    columns = np.array(values).reshape(-1, states)
    sums = columns.sum(axis=1)
    if not (np.abs(sums - 1) <= max(SUM_TOLERANCE, states * ROUNDING)).all():
        problem = (
            f"a column of the noisy-MAX {name!r} adds up to {sums[np.abs(sums - 1).argmax()]:.9g}"
        )
        draft.stop(element.line, problem, "1")
    at_most = columns[:, ::-1].cumsum(axis=1)[:, ::-1]  # P(no stronger than each state)
    at_most[:, 0] = 1.0
    product = at_most[-1]
    start = 0
    for parent, size in zip(parents, sizes, strict=True):
        order = strengths[start : start + size]
        if sorted(order) != list(range(size)):
            problem = f"the strengths of {parent!r} in {name!r} are {listing(map(str, order))}"
            draft.stop(element.line, problem, f"each number from 0 to {size - 1} once")
        by_state = at_most[start : start + size][np.argsort(order)]
        product = product[..., None, :] * by_state
        start += size
    table = product - np.append(product[..., 1:], np.zeros((*product.shape[:-1], 1)), axis=-1)
    return [float(p) for p in table.ravel()]


_TABLES = {"cpt": _of_numbers, "deterministic": _deterministic, "noisymax": _noisy_max}
"""The kinds of chance variables, and how the table of each is told."""

_LEFT_OUT = {"decision": "a decision", "utility": "a utility", "mau": "a utility"}
_REFUSED = {
    "equation": "a continuous variable, told by an equation",
    "noisyadder": "a noisy adder (of the type CPT it could be read)",
}


XDSL = Format(
    "XDSL",
    (".xdsl",),
    write=_write,
    read=_read,
    lost=(COUNTS, *WORDS),
    variables=_IDENTIFIER,
    allowed="letters, digits and underscores, a letter first; XMLBIF holds any text",
)
