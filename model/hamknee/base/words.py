"""Words for people: lists, suggestions, percentages."""

import difflib
import math
from collections.abc import Iterable

MOST_TIMES = 100
"""Beyond this a ratio of two small numbers is too unsure to be told apart."""


def listing(names: Iterable[str], most: int = 40) -> str:
    """Return names as one readable list, cut after `most`."""
    names = list(names)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def suggestion(name: object, allowed: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the nearest allowed name, or an empty string.

    None is said where one name is the other behind a syllable, or with "out" after it: such a pair
    tends to be of opposites (abnormal, inactive, without).
    """
    word = str(name).strip().lower()
    near = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    if not near or _opposite(*sorted((word, near[0].lower()), key=len)):
        return ""
    return f" (did you mean {near[0]!r}?)"


def _opposite(short: str, long: str) -> bool:
    return short != long and (long.endswith(short) or long == f"{short}out")


def percent(probability: float) -> str:
    """Return a proportion in the words of the screen: whole percent, ``under 1 %`` below."""
    if 0 < probability < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < probability < 1 else f"{round(100 * probability, 9):.0f} %"


def percent_range(low: float, high: float) -> str:
    """Return an interval in the words of the screen: ``19 to 80 %``, or ``under 1 %``."""
    ends = [percent(low).removesuffix(" %"), percent(high)]
    return ends[1] if percent(low) == percent(high) else " to ".join(ends)


def stated_percent(proportion: float) -> str:
    """Return a number of the tables in percent, in the digits that somebody could have stated.

    >>> [stated_percent(proportion) for proportion in (0.0025, 0.41985, 0.00001734, 0.99999)]
    ['0.25 %', '41.98 %', '0.0017 %', 'over 99.99 %']
    """
    number = 100 * proportion
    return round_percent(proportion) if 0 < number < 0.1 else _to_hundredths(number)


def round_percent(proportion: float, digits: int = 2) -> str:
    """Return a proportion in percent with so many digits, counted from the nearer of 0 and 100.

    Near 100 no more than two stand behind the point.

    >>> [round_percent(proportion) for proportion in (1.73e-05, 0.0403, 0.123, 0.9987, 1)]
    ['0.0017 %', '4 %', '12 %', '99.87 %', '100 %']
    """
    number = 100 * proportion
    near = min(number, 100 - number)
    decimals = max(digits - 1 - math.floor(math.log10(near)), 0) if near > 0 else 0
    if number > 50 and decimals > 2:
        return _to_hundredths(number)
    return _trimmed(f"{number:.{decimals}f}")


def _to_hundredths(number: float) -> str:
    return "over 99.99 %" if 99.99 < number < 100 else _trimmed(f"{number:.2f}")


def _trimmed(text: str) -> str:
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def round_factor(factor: float) -> str:
    """Return a factor in two digits, whole from 10 on."""
    return f"{factor:,.0f}" if factor >= 10 else f"{factor:.2g}"


def times(ratio: float) -> str:
    """Return how many times as often, in the digits people use; far numbers are not told apart.

    >>> [times(ratio) for ratio in (1.5, 12.3, 1548)]
    ['1.5', '12', 'more than 100']
    """
    if ratio > MOST_TIMES:
        return f"more than {MOST_TIMES}"
    return f"{ratio:.0f}" if ratio >= 9.95 else f"{ratio:.1f}"


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
