"""XML, read as trees with lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from hamknee.formats.draft import Draft

_BLANK = " \t\r\n"
"""What XML takes for white space."""

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass
class Element:
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
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text right inside, without white space around it."""
        return "".join(self.pieces).strip(_BLANK)

    def having(self, tag: str) -> list[Element]:
        """Return the children of that tag, in order."""
        return [child for child in self.children if child.tag == tag]

    def descendants(self) -> Iterator[Element]:
        """Iterate over everything below, in no promised order."""
        waiting = list(self.children)
        while waiting:
            element = waiting.pop()
            yield element
            waiting += element.children


class Tree:
    """Reads XML, and nothing that XML could do beyond elements, attributes and text.

    Entities of the file's own are refused, because a few of them can stand for gigabytes or for
    other files. A list of tags (DTD) in front is skipped; one that is elsewhere is not fetched.

    Parameters
    ----------
    draft : Draft
        Which knows the name of the file.
    *roots : str
        The tag it must start with, or one of several, of which errors name the first.
    """

    def __init__(self, draft: Draft, *roots: str) -> None:
        self.roots = roots
        self.draft = draft
        self.top = Element("", {}, 1)
        self.open = [self.top]
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.CommentHandler = lambda _: self._text(" ")
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.SkippedEntityHandler = self._refuse_entity

    def read(self, text: str) -> Element:
        """Return the root of a text, or stop."""
        # What it declares was obeyed already, and pages that are copied have empty lines above it.
        text = re.sub(
            r"\A\s*<\?(?i:xml)\s[^>]*\?>", lambda match: "\n" * match[0].count("\n"), text
        )
        try:
            self.parser.Parse(text, True)
        except expat.ExpatError as why:
            problem = f"not valid XML: {expat.errors.messages[why.code]}"
            self.draft.stop(why.lineno, problem, f"XML with the root {self.roots[0]}")
        root = self.top.children[0]
        if root.tag not in self.roots:
            self.draft.stop(root.line, f"the root is {root.tag!r}", repr(self.roots[0]))
        return root

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        element = Element(tag, attributes, self.parser.CurrentLineNumber)
        self.open[-1].children.append(element)
        self.open.append(element)

    def _end(self, _tag: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        self.open[-1].pieces.append(text)

    def _refuse_entity(self, name: str, *_: object) -> None:
        problem = f"found the entity {name!r}"
        self.draft.stop(self.parser.CurrentLineNumber, problem, "no entities of its own")


def only(element: Element, tag: str, draft: Draft) -> Element:
    """Return the one child of a tag, or stop."""
    children = element.having(tag)
    if len(children) != 1:
        problem = f"{element.tag} has {len(children)} of {tag}"
        draft.stop(element.line, problem, "exactly one")
    return children[0]


def numbers(element: Element, draft: Draft) -> list[float]:
    """Return the numbers that are the text of an element, which may have commas between them.

    Decimal commas give twice as many numbers as there should be, and are refused for that.
    """
    return draft.numbers((word, element.line) for word in re.findall(r",|[^\s,]+", element.text))
