"""Every word that a page shows, wherever it stands: labels, options, hints, tables, charts."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

NOT_SHOWN = re.compile(r"(?i)id$|^(.*key|url|pageScriptHash|queryString|datasets|data|mediaType)$")
"""Fields of an element that a reader never sees."""

OF_CHARTS = {"title", "text", "labelExpr", "description", "alt"}
"""Parts of a chart that are words."""


def shown(page: AppTest) -> list[str]:
    """Return every text of a page, without what makes it Markdown or HTML."""
    raw = [text for element in _elements(page.main) for text in _texts(element)]
    return [_read(text) for text in raw if not text.startswith("<style")]


def _elements(block: Any) -> Iterator[Element]:
    for child in block.children.values():
        yield from _elements(child) if isinstance(child, Block) else [child]


def _texts(element: Element) -> Iterator[str]:
    if element.type == "code":  # an address to copy is made of names
        return
    for name, value in MessageToDict(element.proto).items():
        if name == "spec":
            yield from _words(json.loads(value))
        elif not NOT_SHOWN.search(name):
            yield from _strings(value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if not NOT_SHOWN.search(name):
                yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _words(spec: Any) -> Iterator[str]:
    """Return the words of a chart: its titles, labels and signs."""
    if isinstance(spec, list):
        for part in spec:
            yield from _words(part)
    elif isinstance(spec, dict):
        for name, part in spec.items():
            yield from _strings(part) if name in OF_CHARTS else _words(part)


def read_html(page: str) -> str:
    """Return what is read of a page in HTML: no style, no script."""
    return _read(re.sub(r"(?s)<(style|script)>.*?</\1>", " ", page))


def _read(text: str) -> str:
    """Return a text as it is read."""
    bare = unescape(re.sub(r"<[^>]*>|(?<=\])\([^)]*\)", " ", text))
    return re.sub(r"\\(.)", r"\1", bare).replace("\N{NO-BREAK SPACE}", " ")
