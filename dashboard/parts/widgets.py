"""Widgets: what they show, and a choice that outlasts a look at another page."""

import math
from collections.abc import Callable, Iterable, Sequence

import streamlit as st

NEAR = 1e-9
"""Numbers nearer than this are the same to a widget."""


def show_in_widget(key: str, value: str | float | Sequence[str] | None) -> None:
    """Make a widget show what is chosen.

    Only where it shows something else: whatever is set is sent to the browser, and would undo a
    choice made there in the meantime.
    """
    if key not in st.session_state or not _same(st.session_state[key], value):
        st.session_state[key] = value


def _same(shown: object, value: object) -> bool:
    if isinstance(shown, float) and isinstance(value, float):
        return math.isclose(shown, value, rel_tol=0, abs_tol=NEAR)
    if isinstance(shown, list) and isinstance(value, list):
        return sorted(shown) == sorted(value)
    return shown == value


def pick(label: str, options: Iterable[str], key: str, words: Callable[[str], str] = str) -> str:
    """Ask for one of a few; the first one unless another is chosen, also on an earlier visit."""
    named = list(options)
    st.session_state.setdefault(key, named[0])
    chosen = st.segmented_control(
        label, named, format_func=words, key=key, required=True, persist_state="session"
    )
    return str(chosen)


def dark_theme() -> bool:
    """Return whether this visitor looks at a dark page."""
    return bool(st.context.theme.type == "dark")
