"""Sums and means below the last case of a table, which are no cases.

Such a row is never taken for a case, and never lost in silence: it keeps its place and is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LAST = 20
"""Rows at the end of a table among which there may be sums."""

ABOVE = 200
"""Rows above them in which a word that is one of the values would be met."""

SUM = re.compile(
    r"(?:(?:grand|sub|in)[ -]?)?totale?s?\b.*|sum(?:me|ma|a|s)?\b.*|insgesamt\b.*|gesamt\w*\b.*"
    r"|averages?\b.*|mean\b.*|median\b.*|mittel(?:wert)?\b.*|durchschnitt\b.*|moyenne\b.*"
    r"|promedio\b.*|standard(?: deviation|abweichung)\b.*|(?:min|max)imum\b.*|n ?= ?[\d.,' ]+",
    re.IGNORECASE,
)
"""What a row of sums begins with."""

SHORT = re.compile(
    r"(?:sd|s\.d\.|std\.?(?: ?dev\.?)?|se|min\.?|max\.?|iqr|range|n|ø)", re.IGNORECASE
)
"""What it may begin with below another one; alone it may be a name or initials."""

NUMBERS = re.compile(r"[\d.,'’ %±()\[\]+–-]*")


def sums(rows: Sequence[Sequence[str]]) -> dict[int, str]:
    """Return which rows at the end of a table hold sums or means, and how each of them begins.

    A row does if its first cell that is not empty is a word for it, which is no value of its
    column, and all others are numbers or empty.

    Parameters
    ----------
    rows : sequence of sequence of str
        The last rows of a table.

    Examples
    --------
    >>> rows = [["K1", "31", "yes"], ["K2", "44", "no"], ["Total", "75", ""], ["SD", "9,2", ""]]
    >>> sums(rows)
    {2: 'Total', 3: 'SD'}
    >>> sums([["total", "31"], ["partial", "40"], ["total", "44"]])
    {}
    """
    begun: dict[int, str] = {}
    for number in range(max(0, len(rows) - LAST), len(rows)):
        place, word = next(
            ((p, c.strip()) for p, c in enumerate(rows[number]) if c.strip()), (0, "")
        )
        others = rows[number][place + 1 :]
        named = SUM.fullmatch(word) or (number - 1 in begun and SHORT.fullmatch(word))
        if (
            named
            and all(NUMBERS.fullmatch(cell) for cell in others)
            and not any(_same(row, place, word) for n, row in enumerate(rows) if n != number)
        ):
            begun[number] = word
    return begun


def _same(row: Sequence[str], place: int, word: str) -> bool:
    return len(row) > place and row[place].strip().casefold() == word.casefold()
