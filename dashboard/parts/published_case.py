"""One published case in a list: what is said of it, and where to look at it."""

from urllib.parse import quote

import streamlit as st

from hamknee.network import LabelledCases, value_text
from parts.texts import plain


def show_case(cases: LabelledCases, row: int, words: str, place: str = "") -> None:
    """Show one case, whose name opens it on the Diagnose page.

    Parameters
    ----------
    cases : LabelledCases
        All of them.
    row : int
        Which one.
    words : str
        What is said of it, in Markdown; its summary follows.
    place : str
        Which list of the page it is in, where there are several.
    """
    name = str(cases.cases.names()[row])
    about = cases.about.iloc[row]
    # Whoever checks wants the ranking, however little is known.
    known = {n: value_text(value) for n, value in cases.cases.evidence(row).items()}
    with st.container(key=f"case-row-{place}{name}"):
        st.page_link(
            "views/diagnose.py",
            label=plain(name),
            query_params=known | {"expert": "yes"},
        )
        link = quote(str(about.get("link", "")), safe=":/?&=%#")
        st.markdown(
            f"{words} {plain(str(about.get('summary', '')))}"
            + (f" [Report]({link})" if link.startswith("https://") else "")
        )
