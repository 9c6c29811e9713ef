"""Words for people: lists, suggestions, percentages."""

import difflib
import math
from collections.abc import Iterable

import numpy as np


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


def exact_percent(proportion: float) -> str:
    """Return a proportion in percent with all the digits it has.

    >>> exact_percent(0.0025)
    '0.25 %'
    """
    return f"{np.format_float_positional(round(100 * proportion, 10), trim='-')} %"


def round_percent(proportion: float, digits: int = 2) -> str:
    """Return a proportion in percent with so many digits, counted from the nearer of 0 and 100.

    >>> [round_percent(proportion) for proportion in (1.73e-05, 0.0403, 0.123, 0.9987, 1)]
    ['0.0017 %', '4 %', '12 %', '99.87 %', '100 %']
    """
    number = 100 * proportion
    near = min(number, 100 - number)
    decimals = max(digits - 1 - math.floor(math.log10(near)), 0) if near > 0 else 0
    text = f"{number:.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if decimals else text} %"


def round_factor(factor: float) -> str:
    """Return a factor in two digits, whole from 10 on."""
    return f"{factor:,.0f}" if factor >= 10 else f"{factor:.2g}"


def fine_range(low: float, high: float) -> str:
    """Return a range in percent, to a tenth near 0 and 100, whose last tenth is not told apart.

    >>> fine_range(0.0004, 0.123)
    'under 0.1 to 12 %'
    """
    return f"{_tenths(low)} to {_tenths(high)} %"


def _tenths(proportion: float) -> str:
    number = 100 * proportion
    if 0 < number < 0.1:
        return "under 0.1"
    if 99.9 < number < 100:
        return "over 99.9"
    return f"{number:.0f}" if 10 <= number <= 90 else f"{number:.1f}".removesuffix(".0")
