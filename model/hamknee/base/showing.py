"""How a result shows itself: a line at the prompt, a few sentences and rows in a notebook."""

from __future__ import annotations

import html
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST = 300
"""Characters at the prompt; `print(result.text)` has them all."""
LONGEST_PAGE = 1500
"""Characters of the text in a notebook."""
ROWS = 12
"""Rows of a table in a notebook; the table itself has them all."""


def shown(cls: type[T]) -> type[T]:
    """Let a result with ``text`` and ``table`` show these, and not everything that it holds.

    Stands above ``@dataclass``, whose own listing of all fields would flood a screen.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from hamknee.base import shown
    >>> @shown
    ... @dataclass(frozen=True)
    ... class Answer:
    ...     numbers: tuple[float, ...]
    ...     @property
    ...     def text(self) -> str:
    ...         return f"{len(self.numbers)} numbers."
    >>> Answer((0.1,) * 1000)
    <Answer: 1000 numbers.>
    """
    named: Any = cls
    named.__repr__ = _line
    named._repr_html_ = _notebook
    return cls


def _line(self: Any) -> str:
    text = " ".join(str(self.text).split())
    text = text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} …"
    return f"<{type(self).__name__}: {text}>"


def _notebook(self: Any) -> str:
    """Return the text, and the first rows of the table."""
    text = str(self.text)
    text = text if len(text) <= LONGEST_PAGE else f"{text[:LONGEST_PAGE].rstrip()} …"
    sentences = html.escape(text).replace("\n", "<br>")
    table = getattr(self, "table", None)
    if table is None:
        return f"<p>{sentences}</p>"
    rows = table.head(ROWS).to_html(index=False, border=0)
    more = len(table) - ROWS
    if more <= 0:
        return f"<p>{sentences}</p>{rows}"
    left = f"{more:,} more {'row' if more == 1 else 'rows'}"
    return f"<p>{sentences}</p>{rows}<p>… and {left} in <code>.table</code>.</p>"
