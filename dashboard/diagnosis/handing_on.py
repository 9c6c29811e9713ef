"""What to take along: the page for paper, and a note for the record."""

import streamlit as st

from hamknee import Model
from state import answers
from state.case import VisitorCase, hold_case


def show_handing_on(model: Model, case: VisitorCase) -> None:
    """Offer the page to print, and the note to copy; the note is made only where it is open."""
    st.download_button(
        "Page to print",
        lambda: answers.summary(model, case).html,
        file_name="hamknee-page.html",
        mime="text/html",
        on_click="ignore",
        key="page-to-print",
        help="One side of A4, for you and for whoever treats you. Open it, then print it.",
    )
    with (note := st.popover("Note for the record", key="note", on_change=hold_case)):
        if note.open:
            st.code(answers.summary(model, case).note, language=None, wrap_lines=True)
