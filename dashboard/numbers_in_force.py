"""The numbers one visitor works with: those of the file, or a version edited on the Tune page.

An edited version lives in the visitor's session and nowhere else: nothing is written on the
server, and no other visitor sees it.
"""

from pathlib import Path

import streamlit as st

import cached
import hamknee
from hamknee.network import Priors
from texts import plain

KEY = "edited-priors"


def priors() -> Priors:
    """Return the numbers in force, with their basis and sources.

    Raises
    ------
    HamkneeError
        With every fault of the file at fault.
    """
    of_file = cached.priors()
    own: Priors = st.session_state.get(KEY, of_file)
    return own if own.vocabulary == of_file.vocabulary else of_file


def model() -> hamknee.Model:
    """Return the numbers in force as a compiled model.

    Raises
    ------
    HamkneeError
        With every fault of the file at fault.
    """
    return cached.compiled(priors()) if edited() else cached.model()


def edited() -> bool:
    """Return whether the numbers in force are others than those of the file."""
    return priors().sha256 != cached.priors().sha256


def use(changed: Priors) -> None:
    """Work with these numbers from now on."""
    if changed.rows == cached.priors().rows:
        use_file()
    else:
        st.session_state[KEY] = changed


def use_file() -> None:
    """Go back to the numbers of the file."""
    st.session_state.pop(KEY, None)


def file_name() -> str:
    """Return the name of the file."""
    return Path(cached.priors().source).name


def origin() -> str:
    """Return where the numbers in force come from, in Markdown, for the end of a sentence."""
    if edited():
        return f"edited in this session, not those of {plain(file_name())}"
    return f"from {plain(file_name())}"


def notice() -> None:
    """Say that the numbers were edited, and lead to where that was done."""
    place = st.container()  # always there, so that what stands below stays where it is
    if not edited():
        return
    with place.container(key="edited", horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**Numbers edited in this session** (`{priors().sha256[:12]}`). "
            f"What you see does not rest on {plain(file_name())}.",
            width="content",
        )
        st.page_link("views/tune.py", label="See or undo the changes")
