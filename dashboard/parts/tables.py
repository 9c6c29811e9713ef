"""Tables as HTML: numbers with a name for each row, and rows of words that scroll."""

from collections.abc import Iterable, Sequence

from parts.texts import in_html


def table_html(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column names the rows."""
    body = "".join(
        f'<tr><th scope="row">{in_html(name)}</th>'
        + "".join(f"<td>{in_html(cell)}</td>" for cell in cells)
        + "</tr>"
        for name, *cells in rows
    )
    return headed(head, body, "numbers")


def rows_html(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], label: str) -> str:
    """Return a table of words, which scrolls sideways where it is too wide.

    The last cell of a row that is too short takes the room of those that are missing.
    """
    body = "".join(_row_html(cells, len(head)) for cells in rows)
    return scrolling(headed(head, body), label, "cells")


def _row_html(cells: tuple[str, ...], width: int) -> str:
    *first, last = (in_html(cell) for cell in cells)
    span = f' colspan="{width - len(first)}"' if len(cells) < width else ""
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in first)}<td{span}>{last}</td></tr>"


def headed(head: Iterable[str], body: str, kind: str = "") -> str:
    """Return a table of rows that are HTML already, under a head of words."""
    columns = "".join(f'<th scope="col">{in_html(cell)}</th>' for cell in head)
    named = f' class="{kind}"' if kind else ""
    return f"<table{named}><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"


def scrolling(table: str, label: str, kind: str = "") -> str:
    """Return a table in a frame of its own, which the keyboard reaches to scroll it."""
    return (
        f'<div class="scroll {kind}" role="region" tabindex="0" aria-label="{in_html(label)}">'
        f"{table}</div>"
    )
