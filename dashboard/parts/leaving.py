"""A warning before a page is left with what would be lost by that."""

import streamlit as st

# The browser asks, in words of its own, whether the page is to be left.
_ASK = """
export default function ({ data }) {
    const ask = (event) => event.preventDefault();
    if (data) window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
}
"""

_watch = st.components.v2.component("hamknee_leaving", html="", js=_ASK, isolate_styles=False)


def warn_before_leaving() -> None:
    """Let the browser ask before this page is closed or loaded anew; once on a page."""
    with st.container(key="leaving"):
        _watch(data=True, key="leaving-watch")
