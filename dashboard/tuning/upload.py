"""Numbers from a visitor's own file: taken if every rule is kept, else every fault is told."""

from dataclasses import replace

import streamlit as st

from hamknee.base import Fault, FaultsError
from hamknee.network import Priors, parse_priors
from parts.texts import plain
from state.numbers import in_force, use

MEGABYTES = 2
"""A file of numbers has a tenth of one; whatever is larger is something else."""

MOST_FAULTS = 20
"""Faults that are shown; who mends these sees the next."""

KEY = "upload"
REFUSED = "upload-refused"


def show_upload() -> None:
    """Ask for a file, and tell what is wrong with the last one."""
    st.file_uploader(
        "Use the numbers of another priors.csv",
        type="csv",
        key=KEY,
        max_upload_size=MEGABYTES,
        on_change=take,
        help="It is read in this session only, and kept nowhere. It needs the same variables.",
    )
    if refused := st.session_state.get(REFUSED):
        st.error(refused)


def take() -> None:
    """Work with the numbers of the file just chosen, or keep what is wrong with it to be told."""
    st.session_state.pop(REFUSED, None)
    if (file := st.session_state.get(KEY)) is None:
        return
    try:
        use(read(file.getvalue(), file.name))
    except FaultsError as error:
        st.session_state[REFUSED] = refusal(file.name, error)


def read(data: bytes, name: str) -> Priors:
    """Return the numbers of a file.

    Parameters
    ----------
    data : bytes
        What it holds.
    name : str
        What it is called, for the faults.

    Raises
    ------
    FaultsError
        With every fault of the file.
    """
    if len(data) > MEGABYTES * 2**20:  # browsers hold such a file back; others may send it
        problem = f"a file of {len(data) / 2**20:,.0f} MB"
        raise FaultsError([Fault(name[:100], None, None, problem, f"{MEGABYTES} MB")])
    now = in_force().priors
    taken = parse_priors(data, now.vocabulary, now.references or (), source=name)
    # The references and the guidance that go with it are still those beside the file in use.
    return replace(taken, source=now.source)


def refusal(name: str, error: FaultsError) -> str:
    """Return in Markdown what is wrong with a file, line by line."""
    lines = [f"- {plain(str(fault))}" for fault in error.faults[:MOST_FAULTS]]
    more = len(error.faults) - MOST_FAULTS
    lines += [f"- and {more} more"] if more > 0 else []
    return (
        f"**{plain(name[:100])} cannot be used, so nothing has changed.** "
        "Mend these lines, then choose it again.\n\n" + "\n".join(lines)
    )
