"""Tables as HTML: numbers with a name for each row, and rows of words that scroll."""

from collections.abc import Iterable, Sequence

from parts.texts import in_html


def table_html(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column names the rows."""
    columns = "".join(f'<th scope="col">{in_html(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{in_html(name)}</th>'
        + "".join(f"<td>{in_html(cell)}</td>" for cell in cells)
        + "</tr>"
        for name, *cells in rows
    )
    return f'<table class="numbers"><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>'


def rows_html(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], label: str) -> str:
    """Return a table of words, which scrolls sideways where it is too wide.

    The last cell of a row that is too short takes the room of those that are missing.
    """
    columns = "".join(f'<th scope="col">{in_html(cell)}</th>' for cell in head)
    body = "".join(_row_html(cells, len(head)) for cells in rows)
    table = f"<table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"
    return scrolling(table, label, "cells")


def _row_html(cells: tuple[str, ...], width: int) -> str:
    *first, last = (in_html(cell) for cell in cells)
    span = f' colspan="{width - len(first)}"' if len(cells) < width else ""
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in first)}<td{span}>{last}</td></tr>"


def scrolling(table: str, label: str, kind: str = "") -> str:
    """Return a table in a frame of its own, which the keyboard reaches to scroll it."""
    return (
        f'<div class="scroll {kind}" role="region" tabindex="0" aria-label="{in_html(label)}">'
        f"{table}</div>"
    )
