"""Statements as people and papers write them: "24 of 60", "0.40 (0.25 to 0.55)", "LR+ 3.1 (…)"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from hamknee.base import HamkneeError, percent
from hamknee.estimation.elicited import YES_NO, Elicited
from hamknee.estimation.statements import from_chips, from_counts, from_quantiles, from_range

PAPERS = 0.95
"""Mass of the intervals that papers print beside an estimate."""

FORMS = (
    '"24 of 60"; "0.40 (0.25 to 0.55)" or "40 % (25 to 55 %)"; "0.25 to 0.55"; '
    '"LR+ 3.1 (1.9 to 5.0)"; "LR- 0.4 (0.3 to 0.6)"; "quartiles 0.3 0.4 0.5"; "chips 0 3 10 6 1"'
)
"""The texts that are read, for messages."""

_N = r"(\d+(?:\.\d+)?|\.\d+)"
_TO = r"\s*(?:to|-|–|,|;)\s*"
_COUNT = re.compile(rf"{_N}\s*(?:of|/|out of)\s*{_N}")
_MASS = rf"(?:(?:{_N}\s*%\s*)?(?:CI|interval|range)?:?\s*)"
_RANGED = re.compile(rf"{_N}\s*(%?)\s*[(\[]\s*{_MASS}{_N}\s*%?{_TO}{_N}\s*(%?)\s*[)\]]", re.I)
_RANGE = re.compile(rf"{_MASS}{_N}\s*(%?){_TO}{_N}\s*(%?)", re.I)
_RATIO = re.compile(rf"LR\s*([+\-−–]?)\s*[:=]?\s*{_N}\s*[(\[]\s*{_MASS}{_N}{_TO}{_N}\s*[)\]]", re.I)
_LISTED = re.compile(rf"(quartiles|chips)\s*:?\s*({_N}(?:[\s,;]+{_N})+)", re.I)


def read_statement(
    text: str,
    *,
    states: Sequence[str] = YES_NO,
    mass: float = PAPERS,
    without: float | None = None,
) -> Elicited:
    """Return the column that a short text states of its first state.

    Parameters
    ----------
    text : str
        A count of patients, an estimate with its interval, an interval alone, a likelihood ratio
        with its interval, three quartiles, or chips in equal bins from 0 to 1.
    states : sequence of str
        The two states; the text is about the first.
    mass : float
        Of an interval, where the text does not say it; papers print 95 % intervals.
    without : float, optional
        P(first state | another cause), which LR+ multiplies; LR- multiplies the rest of it.

    Returns
    -------
    Elicited
        A count adds one imagined patient, as `from_counts` does.

    Raises
    ------
    HamkneeError
        If the text has none of the forms, or says what cannot be.

    Examples
    --------
    >>> from hamknee.estimation import read_statement
    >>> print(read_statement("24 of 60").text)
    yes: 0.402, 90 % range 0.3 to 0.51. This is worth about 61 patients.
    >>> read_statement("40 % (95 % CI 25 to 55 %)").note
    '95 % range 0.25 to 0.55, best estimate 0.4'
    >>> print(read_statement("LR+ 3.1 (1.9 to 5.0)", without=0.1).note)
    LR+ 3.1 (95 % range 1.9 to 5) of 0.1 with other causes
    >>> print(read_statement("LR- 0.4 (0.3 to 0.6)", without=0.1).text)
    yes: 0.64, 90 % range 0.56 to 0.72. This is worth about 101 patients.
    >>> read_statement("about a third")
    Traceback (most recent call last):
    ...
    hamknee.base.errors.HamkneeError: cannot read 'about a third'; allowed: "24 of 60"; ...
    """
    said = text.strip()
    if match := _COUNT.fullmatch(said):
        return _counted(states, float(match[1]), float(match[2]))
    if match := _RATIO.fullmatch(said):
        return _ratio(states, match, mass, without)
    if match := _RANGED.fullmatch(said):
        best, percent_sign, stated, low, high, other_sign = match.groups()
        scale = 100 if percent_sign or other_sign else 1
        ends = float(low) / scale, float(high) / scale
        return from_range(*ends, best=float(best) / scale, mass=_mass(stated, mass), states=states)
    if match := _RANGE.fullmatch(said):
        stated, low, first_sign, high, second_sign = match.groups()
        scale = 100 if first_sign or second_sign else 1
        mass = _mass(stated, mass)
        return from_range(float(low) / scale, float(high) / scale, mass=mass, states=states)
    if match := _LISTED.fullmatch(said):
        return _listed(states, match[1].lower(), [float(n) for n in re.findall(_N, match[2])])
    raise HamkneeError(f"cannot read {text!r}; allowed: {FORMS}")


def _counted(states: Sequence[str], number: float, of: float) -> Elicited:
    if not 0 <= number <= of or of == 0 or not (number.is_integer() and of.is_integer()):
        stated = f"found {number:g} of {of:g}"
        raise HamkneeError(f"{stated}; allowed: whole numbers, the first not above the second")
    column = from_counts({states[0]: number, states[1]: of - number})
    return replace(column, note=f"{number:g} of {of:g}")


def _ratio(
    states: Sequence[str], match: re.Match[str], mass: float, without: float | None
) -> Elicited:
    """Return the column of LR+ = P(finding | condition) / P(finding | others), or of LR-.

    LR- is the same ratio of the finding's absence.
    """
    sign, ratio, stated, low, high = match.groups()
    name = "LR+" if sign in ("", "+") else "LR-"
    if without is None:
        raise HamkneeError(
            "a likelihood ratio multiplies P(finding | other causes), which is not known here;"
            " allowed: a proportion as `without`"
        )
    mass = _mass(stated, mass)
    others = without if name == "LR+" else 1 - without
    best, *ends = (float(number) * others for number in (ratio, low, high))
    if not 0 < best < 1:
        answer = "the finding" if name == "LR+" else "its absence"
        problem = (
            f"found {name} {ratio}, with {others:.3g} for {answer} in other causes: {best:.3g}"
        )
        raise HamkneeError(f"{problem}; allowed: a product below 1")
    ends = [min(end, 1.0) for end in ends]
    if name == "LR-":
        best, ends = 1 - best, [1 - end for end in reversed(ends)]
    column = from_range(*ends, best=best, mass=mass, states=states)
    said = f"{name} {ratio} ({percent(mass)} range {low} to {float(high):g})"
    return replace(column, note=f"{said} of {without:.3g} with other causes")


def _listed(states: Sequence[str], kind: str, numbers: list[float]) -> Elicited:
    if kind == "quartiles":
        if len(numbers) != 3:
            raise HamkneeError(f"found {len(numbers)} quartiles; allowed: three")
        return from_quantiles(numbers, states=states)
    bins = len(numbers)
    edges = [number / bins for number in range(bins + 1)]
    return from_chips(edges, [int(number) for number in numbers], states=states)


def _mass(stated: str | None, mass: float) -> float:
    """Return the mass that the text says, else the usual one."""
    share = mass if stated is None else float(stated) / 100
    if not 0 < share < 1 or not math.isfinite(share):
        raise HamkneeError(f"found an interval of {stated} %; allowed: between 0 and 100 %")
    return share
