"""Words for people: lists, suggestions, percentages."""

import math
import re
from collections import Counter
from collections.abc import Iterable

MOST_TIMES = 100
"""Beyond this a ratio of two small numbers is too unsure to be told apart."""

MOST_FACTOR = 1_000_000
"""Beyond this a factor is not told apart."""

DENIALS = re.compile(
    "no|non|not|none|never|nor|without|unable|free|absent|(?:can|ca|do|does|did|is|are|was|were|has"
    "|have|had|could|would|should|wo)(?:n|no)?t"
)
"""Words that turn what stands beside them into its opposite."""

OPPOSITE_STARTS = (("abduct", "adduct"), ("abduce", "adduce"), ("hyper", "hypo"))
"""What opposites begin with that are one letter or two apart."""

UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff]")
"""Signs that take no room: zero-width spaces and joiners, soft hyphens, marks of direction."""

SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""Spaces of another width, or at which no line may break."""


def as_seen(text: str) -> str:
    r"""Return a text as it looks: without signs that take no room, and with plain spaces.

    >>> as_seen("\ufeffsud\xadden\u200b"), as_seen("\xa031\xa0years ")
    ('sudden', '31 years')
    """
    return text.strip() if text.isascii() else SPACES.sub(" ", UNSEEN.sub("", text)).strip()


def listing(names: Iterable[str], most: int = 40) -> str:
    """Return names as one readable list, cut after `most`."""
    names = list(names)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def counted(number: int, things: str) -> str:
    """Return how many there are of what is named in the plural, which ends with an s.

    >>> counted(1, "variables"), counted(2670, "numbers")
    ('1 variable', '2,670 numbers')
    """
    return f"{number:,} {things.removesuffix('s') if number == 1 else things}"


def suggestion(name: object, allowed: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the one allowed name that a slip of the pen made it.

    Capitals, spaces, signs and one letter may differ, and two be left out, but never the first:
    what a word begins with turns it into its opposite. So does a word that denies.

    >>> suggestion("suddn", ["sudden", "gradual"])
    " (did you mean 'sudden'?)"
    >>> suggestion("abnormal", ["impaired", "normal"]), suggestion("cant_walk", ["can_walk"])
    ('', '')
    """
    written = _letters(name)
    near = {
        other
        for other in allowed
        if _one_slip(written, _letters(other)) and not _opposite(str(name), other)
    }
    same = {other for other in near if written == _letters(other)}
    near = same or near
    return f" (did you mean {near.pop()!r}?)" if len(near) == 1 else ""


def part_suggestion(part: object, allowed: Iterable[str]) -> str:
    """Return a hint like `suggestion` for the one long name of which some whole words were given.

    None where the words that are left out deny the others.

    >>> part_suggestion("fever", ["fever_or_unwell", "cannot_bear_weight"])
    " (did you mean 'fever_or_unwell'?)"
    >>> part_suggestion("bear_weight", ["fever_or_unwell", "cannot_bear_weight"])
    ''
    """
    words = _words(part)
    near = [other for other in allowed if words and _holds(_words(other), words)]
    if len(near) != 1 or _opposite(str(part), near[0]):
        return ""
    return f" (did you mean {near[0]!r}?)"


def _holds(name: list[str], part: list[str]) -> bool:
    """Return whether some words follow each other in a name."""
    return any(name[at : at + len(part)] == part for at in range(len(name)))


def _opposite(one: str, other: str) -> bool:
    """Return whether one of two names may deny the other, as ``can`` and ``can't`` do."""
    if _letters(one) == _letters(other):
        return False
    words, others = _words(one), _words(other)
    if len(words) == len(others) == 1:
        return any({words[0][: len(a)], others[0][: len(a)]} == {a, b} for a, b in OPPOSITE_STARTS)
    return Counter(filter(DENIALS.fullmatch, words)) != Counter(filter(DENIALS.fullmatch, others))


def _words(name: object) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub("['’]", "", str(name)).casefold())


def _letters(name: object) -> str:
    return re.sub(r"[\W_]+", "", str(name)).casefold()


def _one_slip(written: str, meant: str) -> bool:
    """Return whether a letter was left out, put in, taken for another or changed places."""
    if not written or not meant or written[0] != meant[0]:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), None
    )
    if start is None:
        return abs(len(written) - len(meant)) <= 1
    one, other = written[start:], meant[start:]
    if len(written) == len(meant) < 3:
        return False  # NA is no slip of no
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    if swapped or one[1:] == other[1:] or one[1:] == other or one == other[1:]:
        return True
    letters = iter(meant)
    return 4 <= len(written) == len(meant) - 2 and all(letter in letters for letter in written)


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
    """Return a factor in two digits, whole from 10 on; beyond a million it is not told apart.

    >>> [round_factor(factor) for factor in (1.23, 1548, 1e300)]
    ['1.2', '1,548', 'more than 1,000,000']
    """
    if MOST_FACTOR < factor < math.inf:
        return f"more than {MOST_FACTOR:,}"
    return f"{factor:,.0f}" if factor >= 10 else f"{factor:.2g}"


def of_bits(bits: float) -> float:
    """Return 2 to the power of so many bits, which is infinite beyond what a float holds.

    >>> of_bits(3), of_bits(2000)
    (8, inf)
    """
    return 2**bits if bits < 1024 else math.inf


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


def short_digest(sha256: str) -> str:
    """Return the beginning of a digest, which is enough to tell numbers apart.

    Examples
    --------
    >>> from hamknee.base import short_digest
    >>> short_digest("becfe372c2c3" + 52 * "0")
    'becfe372c2c3'
    """
    return sha256[:12]
