"""About and limits: what the tool is not, and where every number comes from."""

from collections import Counter
from pathlib import Path

import pandas as pd
import streamlit as st

import hamknee
import numbers_in_force
from hamknee.priors import BASES, Priors
from hamknee.results import percent
from sources import source_lines
from texts import plain, texts

MEANINGS = {
    "published": "read from a study of the same question",
    "indirect": "carried over from a study of something near",
    "judgement": "an estimate by judgement, with a stated range",
    "logical": "true by definition",
}


def main() -> None:
    """Show the page."""
    priors = numbers_in_force.priors()
    with st.container(key="about"):
        st.title("About and limits", anchor=False)
        with st.container(key="urgent"):
            st.markdown(texts().urgent)
        st.subheader("What it does not do", anchor=False)
        st.markdown(texts().limits)
        st.subheader("Where the numbers come from", anchor=False)
        show_bases(priors)
        show_sources(priors)
        st.subheader("Which numbers these are", anchor=False)
        st.markdown(
            f"hamknee {hamknee.__version__}, with the file {plain(Path(priors.source).name)} "
            f"whose sha256 is\n\n`{priors.sha256}`\n\n"
            "The same answers to the same two give the same ranking, here and on the command line."
        )
        st.subheader("Your answers", anchor=False)
        st.markdown(texts().privacy)


def show_bases(priors: Priors) -> None:
    """Show how many numbers there are of each kind."""
    bases = Counter(row.basis for row in priors.rows)
    share = percent(bases["judgement"] / bases.total())
    asked = len(priors.vocabulary) - 1
    st.markdown(
        f"{len(priors.vocabulary.target.states)} possibilities are weighed against each other by "
        f"up to {asked} answers, in a Bayesian network of {bases.total()} probabilities. "
        f"{bases['judgement']} of them, {share}, are expert judgement."
    )
    table = {
        "Kind": [basis.capitalize() for basis in BASES],
        "Meaning": [MEANINGS[basis] for basis in BASES],
        "Numbers": [str(bases[basis]) for basis in BASES],
    }
    st.table(pd.DataFrame(table), hide_index=True, border="horizontal")


def show_sources(priors: Priors) -> None:
    """List the literature, folded up because it is long."""
    lines = source_lines(priors)
    if lines:
        with st.expander(f"The {len(lines)} sources, with how many numbers name each"):
            st.markdown("\n".join(lines))


main()
