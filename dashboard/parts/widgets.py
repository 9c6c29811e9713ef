"""Widgets: what they show, and choices that outlast another page or a lost connection.

A browser keeps what its widgets hold. When it comes back after a broken line, a locked telephone or
a new start of the server, its session may be gone: the first message of the new one brings the
address, and widgets that hold more than the address says. That more is what was answered last. No
callback belongs to it yet, so it is heard in the first run and taken at its end.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

import streamlit as st

NEAR = 1e-9
"""Numbers nearer than this are the same to a widget."""

Shown = TypeVar("Shown", str | None, float | None, list[str], bool)

_BEGUN, _LATE = "begun", "late-answers"


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


# Answers that come first -----------------------------------------------------------------


def first_run() -> bool:
    """Whether the session has not been through a run yet."""
    return _BEGUN not in st.session_state


def start_value(key: str, value: Shown) -> Shown | None:
    """Return what a widget starts with, where its browser does not hold anything yet.

    After the first run it is set to the value instead, and starts with nothing of its own.
    """
    if first_run():
        return value
    show_in_widget(key, value)
    return None


def hear(held: object, value: object, take: Callable[..., None], *args: object) -> None:
    """Note that a widget came with another answer than the address, to be taken by `catch_up`."""
    if first_run() and not _same(held, value):
        st.session_state.setdefault(_LATE, []).append(partial(take, *args))


def press(label: str, take: Callable[..., None], *args: object, key: str, **look: object) -> None:
    """Show a button, whose click counts also where it opens the session."""
    hear(st.button(label, key=key, on_click=take, args=args, **look), False, take, *args)  # type: ignore[arg-type]


def catch_up() -> None:
    """End the first run: take the answers that it came with, and show the page with them."""
    if not first_run():
        return
    st.session_state[_BEGUN] = True
    late = st.session_state.pop(_LATE, [])
    for take in late:
        take()
    if late:
        st.rerun()


# What several pages use ------------------------------------------------------------------


def pick(label: str, options: Iterable[str], key: str, words: Callable[[str], str] = str) -> str:
    """Ask for one of a few; the first one unless another is chosen, also on an earlier visit."""
    named = list(options)
    st.session_state.setdefault(key, named[0])
    chosen = st.segmented_control(
        label, named, format_func=words, key=key, required=True, persist_state="session"
    )
    return str(chosen)


def apart(options: Iterable[str], words: Callable[[str], str]) -> Callable[[str], str]:
    """Return words for options of which no two are alike: by its words a widget knows its choice.

    Whatever is alike, because it was shortened or is called like a choice of the page, is numbered.
    """
    named: dict[str, str] = {}
    taken: set[str] = set()
    times: Counter[str] = Counter()
    for option in options:
        shown_as = once = words(option)
        while shown_as in taken:
            times[once] += 1
            shown_as = f"{once} ({times[once] + 1})"
        taken.add(shown_as)
        named[option] = shown_as
    return lambda option: named[option] if option in named else words(option)


def dark_theme() -> bool:
    """Return whether this visitor looks at a dark page."""
    return bool(st.context.theme.type == "dark")
