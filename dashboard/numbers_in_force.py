"""The numbers one visitor works with: those of the file, or a version edited on the Tune page.

An edited version lives in the visitor's session and nowhere else: nothing is written on the
server, and no other visitor sees it.
"""

import streamlit as st

import cached
import hamknee
from hamknee.priors import Priors

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
    st.session_state[KEY] = changed


def use_file() -> None:
    """Go back to the numbers of the file."""
    st.session_state.pop(KEY, None)
