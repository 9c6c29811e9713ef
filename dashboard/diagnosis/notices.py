"""What a reader should know of an address: what was left out, and which numbers it had."""

import streamlit as st

from hamknee import Model
from hamknee.base import short_digest
from parts.texts import plain
from state.case import VisitorCase

MOST = 6


def show_notices(model: Model, case: VisitorCase) -> None:
    """Say what in the address was left out, and what a reader should know of the answers."""
    if case.ignored:
        lines = [f"- {plain(problem[:300])}" for problem in case.ignored[:MOST]]
        more = len(case.ignored) - MOST
        lines += [f"- and {more} more"] if more > 0 else []
        st.warning("Part of the address could not be used:\n" + "\n".join(lines))
    if text := other_numbers(model, case):
        st.warning(plain(text))
    for notice in case.evidence.notices:
        st.warning(plain(notice))


def other_numbers(model: Model, case: VisitorCase) -> str:
    """Return that a link was made with other numbers; empty if it was not."""
    if not case.numbers or model.sha256.startswith(case.numbers):
        return ""
    return (
        f"The address names other numbers ({short_digest(case.numbers)}) than those in force here "
        f"({short_digest(model.sha256)}). The answers are the same, but the probabilities may "
        "differ. Numbers that were changed here and were too many for the address ended with the "
        "session; a file of them can be opened on the Tune page."
    )
