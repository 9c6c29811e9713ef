"""The dashboard: page, navigation and footer. Start it with ``hamknee dashboard``."""

from pathlib import Path

import streamlit as st

import hamknee
import numbers_in_force
from evidence import keep_case
from texts import plain, texts

HERE = Path(__file__).parent


def footer(model: hamknee.Model) -> None:
    """Say what the numbers are and what the tool is not."""
    with st.container(key="footer"):
        st.caption(
            f"{texts().informs} hamknee {hamknee.__version__}, numbers "
            f"`{model.sha256[:12]}` from {plain(Path(model.source).name)}."
        )


def show_faults(error: hamknee.HamkneeError) -> None:
    """Say what is wrong with the files, so that whoever edited them can mend them."""
    heading, *faults = str(error).splitlines()
    lines = "\n".join(f"- {plain(fault.strip())}" for fault in faults)
    st.error(
        "**The numbers cannot be used.** Mend the file, then reload this page.\n\n"
        f"{plain(heading)}\n\n{lines}"
    )
    with st.container(key="urgent"):
        st.markdown(texts().urgent)


def main() -> None:
    """Show the page that is asked for, or what is wrong with the numbers."""
    st.set_page_config(page_title=texts().title, layout="wide", page_icon=HERE / "icon.svg")
    st.html(HERE / "style.css")
    diagnose = st.Page("views/diagnose.py", title="Diagnose", default=True)
    about = st.Page("views/about.py", title="About and limits")
    page = st.navigation([diagnose, about], position="top")
    try:
        model = numbers_in_force.model()
    except hamknee.HamkneeError as error:
        show_faults(error)
        return
    keep_case(away=page is not diagnose)
    page.run()
    footer(model)


main()
