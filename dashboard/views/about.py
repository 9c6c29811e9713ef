"""About and limits: what the tool is not, and where every number comes from."""

from collections import Counter
from importlib.metadata import metadata

import pandas as pd
import streamlit as st

import hamknee
from diagnosis.warning_signs import show_signs
from hamknee.base import percent, short_digest
from hamknee.network import BASES, Priors
from parts.texts import plain, texts
from state import answers
from state.numbers import in_force
from tuning.sources import source_lines

MEANINGS = {
    "published": "read from a study of the same question",
    "indirect": "carried over from a study of something near",
    "cohort": "counted among patients of one's own",
    "judgement": "an estimate by judgement, with a stated range",
    "logical": "true by definition",
}


def main() -> None:
    """Show the page."""
    priors = in_force().priors
    guidance = answers.guidance(in_force().model)
    with st.container(key="about"):
        st.title("About and limits", anchor=False)
        if guidance is not None:
            show_signs(guidance)
        st.header("What it does not do", anchor=False)
        st.markdown(texts().limits_elsewhere if guidance is None else texts().limits)
        st.header("How it works", anchor=False)
        st.markdown(texts().method)
        if guidance is not None:
            st.markdown(texts().signs_apart)
        st.header("Where the numbers come from", anchor=False)
        show_bases(priors)
        st.page_link("views/model.py", label="Read every number with its sources")
        show_sources(priors)
        st.header("Which numbers these are", anchor=False)
        show_digest(priors)
        st.header("How to cite it", anchor=False)
        show_citation(priors)
        st.header("What is stored", anchor=False)
        st.markdown(texts().stored)
        st.markdown(texts().privacy)
        st.header("Accessibility", anchor=False)
        st.markdown(texts().accessibility)


def show_digest(priors: Priors) -> None:
    """Show version and digest, which together settle every answer."""
    st.markdown(
        f"hamknee {hamknee.__version__}, with numbers {in_force().origin}, whose sha256 is"
        f"\n\n`{priors.sha256}`\n\n"
        "The same answers to the same two give the same ranking, here and on the command line."
    )


def show_citation(priors: Priors) -> None:
    """Show how to cite the tool together with the numbers in force, as text and as BibTeX."""
    about = metadata("hamknee")
    elsewhere = answers.guidance(in_force().model) is None
    title = texts().citation_elsewhere if elsewhere else texts().citation
    fields = {
        "author": f"{{{about['Author']}}}",
        "title": title,
        "version": hamknee.__version__,
        "note": f"Numbers with sha256 {priors.sha256}",
    }
    st.markdown(
        plain(
            f"{about['Author']}. {title}. Version {hamknee.__version__}, "
            f"numbers {short_digest(priors.sha256)}."
        )
    )
    lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items())
    st.code(f"@software{{hamknee,\n{lines}\n}}", language=None, wrap_lines=True)


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
