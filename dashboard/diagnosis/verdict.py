"""The verdict: one bar that stays in view, with how soon to seek help and what is most likely."""

import os
import re

import streamlit as st

from diagnosis.interview import Plan
from hamknee.guidance import HOLDS, Triage
from hamknee.sensitivity import CredibleInterval
from parts.announcing import announce
from parts.sentences import headline
from parts.texts import in_html, texts

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


def show_verdict(triage: Triage | None, interval: CredibleInterval | None, plan: Plan) -> None:
    """Show the bar, and tell those who do not see it what has changed.

    Parameters
    ----------
    triage : Triage or None
        Without it, the bar has only what is likely.
    interval : CredibleInterval or None
        What is likely; None while it is not told.
    plan : Plan
        How far the interview is.
    """
    said, parts, kind = [], [], "none"
    if triage is not None:
        kind = "open" if triage.provisional else str(triage.guidance.urgency(triage.level))
        label, reason = triage.about.label, short_reason(triage, plan)
        said += [f"{label}. {reason}"]
        parts.append(f"<p><strong>{in_html(label)}.</strong> {in_html(reason)}</p>")
        if number := emergency_number(triage):
            dialled = re.sub("[ -]", "", number)
            call = f"Call {in_html(number)}"
            parts.append(
                f"<p>{in_html(triage.about.action)}</p>"
                f'<p class="call"><a href="tel:{dialled}">{call}</a><b>{call}</b></p>'
            )
    if interval is not None:
        said.append(f"{headline(interval)}.")
        parts.append(f'<p class="likely">{in_html(headline(interval))}</p>')
    if triage is not None and triage.eased_text:
        said.append(triage.eased_text)
    with st.container(key="verdict"):
        st.html(
            f'<section class="verdict urgency-{kind}" aria-label="{texts().verdict}">'
            f"{''.join(parts)}</section>"
        )
        announce(" ".join(said), plan.now.name)


def show_action(triage: Triage) -> None:
    """Show what to do at this level, the other reasons for it, and what made it less urgent."""
    rest = [reason for reason in triage.deciding if reason.name not in HOLDS][1:]
    lines = "".join(f"<li>{in_html(reason.text)}</li>" for reason in rest)
    action = "" if emergency_number(triage) else f"<p>{in_html(triage.about.action)}</p>"
    eased = f"<p>{in_html(triage.eased_text)}</p>" if triage.eased_text else ""
    if not_meant := _not_meant(triage, deciding=False):
        eased += f"<p>{in_html(not_meant)}</p>"
    if action or lines or eased:
        st.html(f'<div class="what-now">{action}{lines and f"<ul>{lines}</ul>"}{eased}</div>')


def show_level(triage: Triage, whose: str = "") -> None:
    """Show how soon to seek help and why, for one version of a case among several.

    Parameters
    ----------
    triage : Triage
        With a reason.
    whose : str
        Of which version of the case.
    """
    about = triage.about
    # What only holds a lesser level back is asked beside it, or stands in what to do.
    reasons = [reason for reason in triage.deciding if reason.name not in HOLDS]
    lines = "".join(f"<li>{in_html(reason.text)}</li>" for reason in reasons)
    st.html(
        f'<section class="level urgency-{triage.guidance.urgency(triage.level)}" role="alert">'
        f"<h2>{in_html(whose + about.label)}</h2><p>{in_html(about.action)}</p>"
        f"{lines and f'<ul>{lines}</ul>'}</section>"
    )
