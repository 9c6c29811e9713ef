"""What to do now that some days have passed: a case, the days since, and how it went."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hamknee.base import HamkneeError, copied_property, listing, shown, suggestion, takes
from hamknee.guidance.advising import Advice, advice_for
from hamknee.guidance.fields import COURSES
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.texts import Course, Guidance
from hamknee.guidance.triaging import Triage, check_flags, judged, triage
from hamknee.inference import A_MODEL, AnyCase, Model

if TYPE_CHECKING:
    import pandas as pd


@shown
@dataclass(frozen=True)
class FollowUp:
    """The level and the advice after some days.

    Parameters
    ----------
    days : float
        Since the advice was first taken up.
    rule : Course
        What guidance.toml says of this course after so many days.
    before : str
        The level without the follow-up.
    advice : Advice
        What to do now.

    Examples
    --------
    >>> import hamknee
    >>> later = hamknee.follow_up(hamknee.load(), {"onset": "gradual"}, days=20, course="same")
    >>> later.rule.name, later.rule.raises
    ('same_long', ('no_better_with_self_care',))
    >>> later.level
    'see_professional'
    >>> list(later.table)
    ['days', 'course', 'rule', 'level_before', 'level', 'text', 'source']
    """

    days: float
    rule: Course
    before: str
    advice: Advice

    @property
    def triage(self) -> Triage:
        """The level now, with its reasons."""
        return self.advice.triage

    @property
    def level(self) -> str:
        """Name of the level now."""
        return self.advice.level

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row: days, course, rule, level_before, level, text, source."""
        import pandas as pd

        row = {
            "days": self.days,
            "course": self.rule.course,
            "rule": self.rule.name,
            "level_before": self.before,
            "level": self.level,
            "text": self.rule.text,
            "source": self.rule.source,
        }
        return pd.DataFrame([row])

    @cached_property
    def course_text(self) -> str:
        """How it went and what follows from it, in plain sentences."""
        words, levels = self.triage.guidance.words, self.triage.guidance.levels
        days = "1 day" if self.days == 1 else f"{self.days:g} days"
        course = words["course"].format(
            days=days, course=words[self.rule.course], text=self.rule.text
        )
        change = words["level_same" if self.before == self.level else "level_now"]
        labels = {"before": levels[self.before].label, "after": levels[self.level].label}
        return f"{course} {change.format(**labels)}"

    @property
    def text(self) -> str:
        """How it went, the level now, and why."""
        return f"{self.course_text} {self.triage.text}"


@takes(model=A_MODEL)
def follow_up(
    model: Model,
    evidence: AnyCase,
    flags: Mapping[str, object] | None = None,
    *,
    days: float,
    course: str,
    not_known: Collection[str] = (),
) -> FollowUp:
    """Return the level and the advice after some days.

    How it went answers warning signs (worse over a week or more; no better for two weeks), and
    the triage is made again with them. So a follow-up never lowers a level by itself: that takes
    other findings.

    Parameters
    ----------
    model, evidence, flags
        As for `triage`, as things are now.
    days : float
        Since the advice was first taken up, 0 or more.
    course : {"better", "same", "worse"}
        How the pain has changed since.
    not_known : collection of str
        As for `triage`.

    Returns
    -------
    FollowUp

    Raises
    ------
    HamkneeError
        If the days or the course cannot be, or as for `triage`.

    Examples
    --------
    >>> import hamknee
    >>> later = hamknee.follow_up(hamknee.load(), {"onset": "gradual"}, days=20, course="same")
    >>> print(later.course_text)
    After 20 days: about the same. It has been two weeks or more. Let somebody look at it; do
    not just try the same again. The level stays “See a professional”.
    """
    guidance = guidance_for(model)
    rule = _rule(guidance, days, course)
    before = triage(model, evidence, flags, not_known=not_known)
    given = check_flags(guidance, flags or {})
    now = judged(guidance, before.interval, given, rule.raises, not_known)
    return FollowUp(float(days), rule, before.level, advice_for(now))


def _rule(guidance: Guidance, days: object, course: object) -> Course:
    """Return the rule of the course with the latest day that has been reached."""
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 <= days < math.inf:
        raise HamkneeError(f"found {days!r} days; allowed: a number, 0 or more")
    if course not in COURSES:
        hint = suggestion(course, COURSES)
        raise HamkneeError(f"unknown course {course!r}{hint}; allowed: {listing(COURSES)}")
    rules = [rule for rule in guidance.follow_up.values() if rule.course == course]
    reached = [rule for rule in rules if rule.from_days <= days]
    return max(reached, key=lambda rule: rule.from_days)
