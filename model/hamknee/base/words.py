"""Words for people: lists, suggestions, percentages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass  # imported when a table is asked for: it is most of the start-up time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass  # imported when a table is asked for: it is most of the start-up time


def listing(names: Iterable[str], most: int = 40) -> str:
    """Return names as one readable list, cut after `most`."""
    names = list(names)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def suggestion(name: object, allowed: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the nearest allowed name, or an empty string."""
    near = difflib.get_close_matches(str(name).strip().lower(), list(allowed), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


def percent(probability: float) -> str:
    """Return a proportion in the words of the screen: whole percent, ``under 1 %`` below."""
    if 0 < probability < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < probability < 1 else f"{round(100 * probability, 9):.0f} %"


def percent_range(low: float, high: float) -> str:
    """Return an interval in the words of the screen: ``19 to 80 %``, or ``under 1 %``."""
    ends = [percent(low).removesuffix(" %"), percent(high)]
    return ends[1] if percent(low) == percent(high) else " to ".join(ends)
