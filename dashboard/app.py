"""The dashboard: page, navigation and footer. Start it with ``hamknee dashboard``."""

from pathlib import Path

import streamlit as st

import hamknee
from diagnosis.warning_signs import show_signs
from hamknee.base import short_digest
from parts.leaving import warn_before_leaving
from parts.texts import plain, shipped_guidance, texts
from parts.turns import in_turn
from parts.widgets import catch_up
from state.case import complete_address, keep_case
from state.numbers import (
    beside_shipped_words,
    edits_in_address,
    in_force,
    notice,
    take_edits,
)

HERE = Path(__file__).parent

# The files of the pages and what they are called, in the order of the navigation.
PAGES = {
    "diagnose": "Diagnose",
    "what_if": "What if",
    "model": "Model",
    "tune": "Tune",
    "check": "Check",
    "about": "About and limits",
}
# The pages that hold the case in their address, and answer at once; the last one holds a second
# version too.
CASE = (PAGES["diagnose"], PAGES["what_if"])


def pages() -> list[st.Page]:
    """Return the pages, the first of which opens."""
    first = next(iter(PAGES))
    there = {name: title for name, title in PAGES.items() if (HERE / f"views/{name}.py").is_file()}
    return [
        st.Page(f"views/{name}.py", title=title, default=name == first)
        for name, title in there.items()
    ]


def footer(model: hamknee.Model, *, short: bool) -> None:
    """Say what the tool is not, and unless it is to be short what the numbers are."""
    numbers = f"numbers `{short_digest(model.sha256)}` {in_force().origin}"
    rest = "" if short else f" hamknee {hamknee.__version__}, {numbers}."
    with st.container(key="footer"):
        st.caption(f"{texts().informs}{rest}")


def show_faults(error: hamknee.HamkneeError) -> None:
    """Say what is wrong with the files, so that whoever edited them can mend them."""
    heading, *faults = str(error).splitlines()
    lines = "\n".join(f"- {plain(fault.strip())}" for fault in faults)
    st.error(
        "**The numbers cannot be used.** Mend the file, then reload this page.\n\n"
        f"{plain(heading)}\n\n{lines}"
    )
    if beside_shipped_words():
        show_signs(shipped_guidance())


def main() -> None:
    """Show the page that is asked for, or what is wrong with the numbers."""
    page = st.navigation(pages(), position="top")
    title = f"{page.title} · hamknee"
    st.set_page_config(page_title=title, layout="wide", page_icon=HERE / "icon.svg")
    st.html(HERE / "style.css")
    try:
        take_edits()
        model = in_force().model
    except hamknee.HamkneeError as error:
        show_faults(error)
        return
    keep_case(
        page.title,
        short_digest(model.sha256),
        edited=in_force().edited,
        holds_case=page.title in CASE,
        holds_changes=page.title == CASE[-1],
    )
    to_patients = page.title == CASE[0] and "expert" not in st.query_params
    notice(digest=not to_patients)
    if page.title in CASE:
        in_turn(page.run)
    else:
        page.run()
    complete_address(holds_case=page.title in CASE)
    if in_force().edited and not edits_in_address():
        warn_before_leaving()
    footer(model, short=to_patients and not in_force().edited)
    catch_up()


main()
