"""What follows from changed numbers in sentences: labels and percent, and methods only in help."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

from hamknee.base import percent
from hamknee.inference import Model
from hamknee.network import Variable
from hamknee.sensitivity import (
    ChangedNumbers,
    Difference,
    Place,
    SensitivityFunction,
    Tornado,
    WhatWouldChange,
)
from parts.texts import plain
from tuning.number_rows import exact_percent, given_pairs, number_words, range_text, round_percent

# One number -------------------------------------------------------------------------------


def place_words(model: Model, place: Place) -> str:
    """Return what a number is the probability of, in quotes."""
    variable, state, given = place.names(model)
    return f"“{number_words(model.vocabulary, variable, state, given_pairs(given))}”"


def curve_text(found: SensitivityFunction) -> str:
    """Return where a number is, what it leads to, and how far it may move."""
    target = found.posterior.target
    label, first = (target.states[i].label for i in (found.state, found.posterior.order[0]))
    now = percent(float(found.posterior.probabilities[found.state]))
    low, high = found.admissible
    room = (
        f"Whatever it is, {first} stays the most probable."
        if (low, high) == (0.0, 1.0)
        else f"Between {round_percent(low)} and {round_percent(high)}, {first} stays the most "
        "probable."
    )
    number = exact_percent(round(found.probability, 6))
    at = f"It is {number}, and the probability of {label} {now}."
    equal = "As it is 100 %, the others share equally what is freed."
    return " ".join([at, room, *([equal] if found.shared_equally else [])])


def tornado_text(found: Tornado) -> str:
    """Return which number matters most, and how many could decide."""
    widest, model, target = found.order[0], found.entries.model, found.posterior.target
    number = place_words(model, found.entries.place(widest))
    over = range_text(float(found.low[widest]), float(found.high[widest]))
    ends = (percent(float(end[widest])) for end in (found.posterior_low, found.posterior_high))
    return (
        f"The probability of {target.states[found.state].label}, "
        f"{percent(float(found.posterior.probabilities[found.state]))}, depends most on "
        f"{number}. Over the {percent(found.mass)} range of that number, {over}, it moves from "
        f"{' to '.join(ends)}. Each within its own range, {len(found.deciding)} of "
        f"{len(found.entries)} numbers can alone put another diagnosis before "
        f"{target.states[found.posterior.order[0]].label}."
    )


# What would have to change ----------------------------------------------------------------


def would_change_text(found: WhatWouldChange) -> str:
    """Return what one number would have to become, and what two."""
    label = found.posterior.target.states[found.state].label
    now = percent(float(found.posterior.probabilities[found.state]))
    aim = f"bring the probability of {label} from {now} to {round_percent(found.level)}"
    if not found.reachable:
        return f"Neither one number nor two can {aim}."
    one = (
        f"No one number can {aim}."
        if found.one is None
        else f"The smallest change of one number to {aim}: {_moves(found.model, found.one)}."
    )
    if found.two is None:
        return f"{one} No two numbers do it with less."
    return f"{one} The smallest change of two: {_moves(found.model, found.two)}."


def _moves(model: Model, change: ChangedNumbers) -> str:
    return ", and ".join(
        f"{place_words(model, place)} from {round_percent(old, 3)} to {round_percent(new, 3)}"
        for place, old, new in zip(change.places, change.before, change.after, strict=True)
    )


def smallest_help(found: WhatWouldChange) -> str:
    """Return in what sense a change is the smallest."""
    changes = (("one number", found.one), ("two", found.two))
    factors = [
        f"{_factor(math.exp(change.distance))} with {words} (distance {change.distance:.2g})"
        for words, change in changes
        if change is not None
    ]
    return (
        "Smallest in the distance of Chan and Darwiche: whatever is known of a person, the odds of "
        f"anything change by at most a factor. Here it is {' and '.join(factors)}."
    )


# Published cases --------------------------------------------------------------------------


def difference_text(found: Difference) -> str:
    """Return in how many cases another diagnosis comes first, and in how many the right one."""
    count, flips = len(found.cases), len(found.flips)
    now, before = (_right(found, column) for column in ("first_after", "first_before"))
    return (
        f"Another diagnosis comes first in {flips or 'none'} of the {count} published cases. The "
        f"right one comes first in {now}, by the file in {before}."
    )


def _right(found: Difference, column: str) -> int:
    """Return in how many cases a diagnosis that comes first is right."""
    pairs = zip(found.cases["diagnosis"], found.cases[column], strict=True)
    return sum(first in str(right).split("|") for right, first in pairs)


def difference_help(found: Difference) -> str:
    """Return how far apart two sets of numbers are at most."""
    if math.isinf(found.distance):
        return "One set of numbers holds to be impossible what is possible in the other."
    return (
        "Whatever is known of a person, the odds of anything differ by at most a factor of "
        f"{_factor(found.odds)} (distance of Chan and Darwiche: {found.distance:.2g})."
    )


def _factor(odds: float) -> str:
    return f"{odds:,.0f}" if odds >= 10 else f"{odds:.2g}"


def flip_text(target: Variable, case: Mapping[Hashable, Any]) -> str:
    """Return in Markdown what was behind a case, and what came first and what comes first now."""
    label = {state.name: state.label for state in target.states}
    right = " or ".join(label[name] for name in str(case["diagnosis"] or "").split("|") if name)
    before, now = (
        label.get(case[column], "impossible") for column in ("first_before", "first_after")
    )
    told = f"First by the file: {before}. First now: {now}."
    return f"**{plain(right or 'Not diagnosed')}.** {plain(told)}"
