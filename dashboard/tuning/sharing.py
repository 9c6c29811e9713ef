"""Changed numbers handed on: as a link where they fit into one, as a file always."""

from urllib.parse import urlencode, urlsplit

import streamlit as st

from parts.texts import plain
from state.numbers import edits_in_address, kept_where

HERE_ONLY = ("localhost", "127.0.0.1", "::1", None)
"""Hosts that mean the machine itself, and none."""

OF_THE_MACHINE = (
    "This address reaches nobody else: it is that of your own machine. To somebody elsewhere give "
    "the file, to be opened on the Tune page there."
)


def show_sharing() -> None:
    """Show the link that holds the changes, or why there is none."""
    edits = edits_in_address()
    if not edits:
        st.markdown(kept_where())
        return
    url = (st.context.url or "").partition("?")[0]
    st.markdown("This link holds your changes, and no answers.")
    st.code(f"{url}?{urlencode(edits)}", language=None, wrap_lines=True)
    if urlsplit(url).hostname in HERE_ONLY:
        st.markdown(plain(OF_THE_MACHINE))
