"""The verdict: one bar that stays in view, with how soon to seek help and what is most likely."""

import os
import re
from dataclasses import dataclass

import streamlit as st

from diagnosis.interview import Plan
from hamknee.guidance import HOLDS, Triage
from hamknee.sensitivity import CredibleInterval
from parts.announcing import announce
from parts.sentences import headline
from parts.texts import in_html, texts
from state.numbers import in_force

CALL = "HAMKNEE_EMERGENCY_NUMBER"
"""The environment variable with the number to call instead of the one in guidance.toml."""


def emergency_number(triage: Triage) -> str:
    """Return the number to call at this level, as it is dialled; empty where there is none."""
    stated = triage.about.call
    number = os.environ.get(CALL, stated) if stated else ""
    return number if re.fullmatch(r"\+?[0-9 -]{2,20}", number) else stated


def steps_back(triage: Triage | None) -> bool:
    """Whether what to do matters more than what it may be, or this is not meant for the person."""
    if triage is None:
        return False
    return bool(triage.about.call) or any(flag.answered_below for flag in triage.raised)


def ranked(triage: Triage | None) -> bool:
    """Whether enough is known to tell what is likely."""
    return triage is None or not any(reason.name == "not_enough" for reason in triage.reasons)


def short_reason(triage: Triage, plan: Plan) -> str:
    """Return the first reason in a few words; while the level waits for answers, how many."""
    guidance = triage.guidance
    if triage.provisional:
        signs = len(triage.open_holding)
        asked = [step.name for step in plan.steps if step.name in guidance.enough.findings]
        left = len([name for name in asked if name not in plan.done])
        return f"{_count(signs + left, 'question')} to go."
    reasons = [reason for reason in triage.deciding if reason.name not in HOLDS]
    if not reasons:
        return guidance.words["no_reason"]
    first = reasons[0]
    if not_meant := _not_meant(triage, deciding=True):
        return not_meant
    if first.name in guidance.flags:
        return f"{guidance.flags[first.name].label}."
    return guidance.triage[first.name].why if first.name in guidance.triage else first.text


def _not_meant(triage: Triage, *, deciding: bool) -> str:
    """Return that this is not meant for the person, and who is to be seen; empty if it is.

    Parameters
    ----------
    triage : Triage
        With the signs that are there.
    deciding : bool
        Whether it is this that asks for the level, or something more urgent does.
    """
    flags = [flag for flag in triage.raised if flag.answered_below]
    texts_of = [
        f"{flag.label}. {flag.why}" for flag in flags if (flag.level == triage.level) == deciding
    ]
    return " ".join(texts_of)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


@dataclass(frozen=True)
class Verdict:
    """What the bar says of one version of a case.

    Parameters
    ----------
    triage : Triage or None
        Without it, the bar has only what is likely.
    interval : CredibleInterval or None
        What is likely; None while it is not told.
    plan : Plan
        How far the interview is.
    whose : str
        Of which version, where there are two.
    """

    triage: Triage | None
    interval: CredibleInterval | None
    plan: Plan
    whose: str = ""

    @property
    def level(self) -> str:
        """The level in a word or two; empty where there is none."""
        return "" if self.triage is None else self.triage.about.label

    @property
    def reason(self) -> str:
        """Its first reason in a few words."""
        return "" if self.triage is None else short_reason(self.triage, self.plan)

    @property
    def likely(self) -> str:
        """What is most likely; empty while it is not told."""
        return "" if self.interval is None else f"{headline(self.interval)}."

    @property
    def said(self) -> str:
        """What is told to those who do not see it."""
        whose = f"{self.whose}:" if self.whose else ""
        level = f"{self.level}. {self.reason}" if self.level else ""
        eased = "" if self.triage is None else self.triage.eased_text
        return " ".join(filter(None, [whose, level, self.likely, eased]))

    @property
    def html(self) -> str:
        """The bar."""
        parts, kind = [], "none"
        if triage := self.triage:
            kind = "open" if triage.provisional else str(triage.guidance.urgency(triage.level))
            level = f"<strong>{in_html(self.level)}.</strong> {in_html(self.reason)}"
            parts.append(f"<p>{level}</p>{call_html(triage)}")
        if self.likely:
            parts.append(f'<p class="likely">{in_html(self.likely)}</p>')
        if in_force().edited:
            parts.append(f'<p class="changed">{in_html(texts().changed_numbers)}</p>')
        whose = f"<b>{in_html(self.whose)}</b>" if self.whose else ""
        label = f"{self.whose}: {texts().verdict}" if self.whose else texts().verdict
        return (
            f'<section class="verdict urgency-{kind}" aria-label="{in_html(label)}">'
            f"{whose}<div>{''.join(parts)}</div></section>"
        )


def call_html(triage: Triage) -> str:
    """Return what to do in an emergency, with the number to call; empty at another level."""
    number = emergency_number(triage)
    if not number:
        return ""
    call, dialled = f"Call {in_html(number)}", re.sub("[ -]", "", number)
    return (
        f"<p>{in_html(triage.about.action)}</p>"
        f'<p class="call"><a href="tel:{dialled}">{call}</a><b>{call}</b></p>'
    )


def show_verdict(*verdicts: Verdict, said: str, step: str = "", place: str = "") -> None:
    """Show the bar, for each version of a case where there are two, and tell what has changed.

    Parameters
    ----------
    *verdicts : Verdict
        One, or two.
    said : str
        What is told to those who do not see it.
    step, place : str
        As for `announce`.
    """
    with st.container(key="verdict"):
        st.html(f'<div class="verdicts">{"".join(verdict.html for verdict in verdicts)}</div>')
        announce(said, step, place)


def show_action(*verdicts: Verdict) -> None:
    """Show what to do at each level; versions of a case for which it is the same share it."""
    whose_of: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.triage is not None:
            whose_of.setdefault(_action_html(verdict.triage), []).append(verdict.whose)
    for body, versions in whose_of.items():
        if body:
            whose = " and ".join(filter(None, versions))
            named = f"<b>{in_html(whose)}</b>" if whose else ""
            st.html(f'<div class="what-now">{named}<div>{body}</div></div>')


def _action_html(triage: Triage) -> str:
    """Return what to do, the other reasons for the level, and what made it less urgent."""
    rest = [reason for reason in triage.deciding if reason.name not in HOLDS][1:]
    lines = "".join(f"<li>{in_html(reason.text)}</li>" for reason in rest)
    action = "" if emergency_number(triage) else f"<p>{in_html(triage.about.action)}</p>"
    eased = f"<p>{in_html(triage.eased_text)}</p>" if triage.eased_text else ""
    if not_meant := _not_meant(triage, deciding=False):
        eased += f"<p>{in_html(not_meant)}</p>"
    return f"{action}{lines and f'<ul>{lines}</ul>'}{eased}"
