"""Model: the network as a picture, and every number with its range, its basis and its sources."""

from collections import Counter
from functools import partial

import streamlit as st

from hamknee import ImpossibleEvidenceError
from hamknee.base import percent, short_digest, suggestion
from hamknee.charts import network_chart, network_of_case, network_text
from hamknee.network import BASES, Priors
from parts.announcing import announce
from parts.sentences import contradiction_text
from parts.texts import plain
from parts.widgets import apart, dark_theme, pick, show_in_widget
from state import answers
from state.case import current_case, open_address
from state.numbers import in_force
from tuning import number_rows
from tuning.expected import ExpectedAnswers, expected_html
from tuning.sources import Reference, named, references

ALL = ""
"""The choice of no variable in particular."""

PAGE = 100
"""How many numbers are shown at once."""

KEYS = {"variable": "model-variable", "basis": "model-basis", "search": "model-search"}
"""Parameters of the address, and the widgets that set them."""

NUMBERS, THIS_CASE = "The numbers", "This case"
"""What can be read of the network."""

MEANINGS = (
    "90\N{NO-BREAK SPACE}% range: the middle 90\N{NO-BREAK SPACE}% of what is thought possible. "
    f"{number_rows.WEIGHT} (equivalent sample size); for a judgement nobody was."
)
NOTES = (
    " Note: from which the number was made. Its range, a proportion, was stated for this number "
    "alone; a weight belongs to several numbers, so that the range in the table may differ. Facts "
    "are rows of data/evidence/facts.csv."
)
"""What the table has."""


def main() -> None:
    """Show the page."""
    priors = in_force().priors
    st.title("The model and its numbers", anchor=False)
    st.markdown(judgement_text(priors))
    read_address(priors)
    with st.container(key="model"):
        with st.container(key="numbers"):
            shown = pick("What to read", (NUMBERS, THIS_CASE), "model-what")
            ask_variable(priors)
            announce(variable_words(priors, st.session_state.get(KEYS["variable"]) or ALL))
            case = show_case(priors) if shown == THIS_CASE else None
            if shown == NUMBERS:
                ask_filter(priors)
                show_numbers(priors)
                show_download(priors)
        with st.container(key="network"):
            show_network(priors, case)


def judgement_text(priors: Priors) -> str:
    """Return how many of the numbers are judgement, first of all."""
    bases = Counter(row.basis for row in priors.rows)
    share = plain(percent(bases["judgement"] / bases.total()))
    others = [f"{bases[b]} {number_rows.BASIS_WORDS[b].lower()}" for b in BASES if b != "judgement"]
    used = [text for text in others if not text.startswith("0 ")]
    return (
        f"**{bases['judgement']} of the {bases.total()} numbers, {share}, are expert judgement**"
        f"{'; ' if used else ''}{', '.join(used)}. Each has a range, and each that is published or "
        "indirect names its sources."
    )


# The address ------------------------------------------------------------------------------


def read_address(priors: Priors) -> None:
    """Make the widgets show what the address says, and tell what in it cannot be used."""
    vocabulary = priors.vocabulary
    variable = st.query_params.get("variable", ALL)
    if variable not in (ALL, *vocabulary):
        hint = suggestion(variable, vocabulary)
        st.warning(plain(f"There is no variable {variable[:100]!r}{hint}."))
        variable = ALL
    given = st.query_params.get("basis", "").split("|")
    show_in_widget(KEYS["variable"], variable)
    show_in_widget(
        KEYS["basis"], [basis for basis in number_rows.used_bases(priors) if basis in given]
    )
    show_in_widget(KEYS["search"], st.query_params.get("search", ""))


def write_address() -> None:
    """Write to the address what the widgets say."""
    values = {
        "variable": st.session_state.get(KEYS["variable"]) or "",
        "basis": "|".join(st.session_state.get(KEYS["basis"]) or []),
        "search": st.session_state.get(KEYS["search"]) or "",
    }
    open_address({name: value for name, value in values.items() if value})


def choose_variable(name: str) -> None:
    """Show the numbers of a variable, or of none in particular."""
    open_address({"variable": name} if name else {})


def choose_clicked() -> None:
    """Show the numbers of the variable that was clicked in the picture."""
    clicked = st.session_state["network-chart"]["selection"]["variable"]
    if clicked:
        choose_variable(clicked[0]["name"])


# The numbers ------------------------------------------------------------------------------


def ask_variable(priors: Priors) -> None:
    """Ask which variable to read about."""
    names = [ALL, *priors.vocabulary]
    st.selectbox(
        "Variable",
        names,
        key=KEYS["variable"],
        format_func=apart(names, partial(variable_words, priors)),
        on_change=write_address,
    )


def variable_words(priors: Priors, name: str) -> str:
    """Return what a choice of a variable is called."""
    return priors.vocabulary[name].label if name else "All variables"


def ask_filter(priors: Priors) -> None:
    """Ask which numbers to show."""
    with st.container(key="numbers-filter"):
        st.pills(
            "Basis",
            number_rows.used_bases(priors),
            selection_mode="multi",
            key=KEYS["basis"],
            format_func=number_rows.BASIS_WORDS.__getitem__,
            on_change=write_address,
        )
        st.text_input(
            "Search",
            key=KEYS["search"],
            placeholder="a word of a state, a source or a note",
            max_chars=200,
            on_change=write_address,
        )


def show_numbers(priors: Priors) -> None:
    """Show the numbers that are asked for, or an overview if nothing is."""
    variable, bases, search = (st.session_state.get(key) for key in KEYS.values())
    if not (variable or bases or search):
        show_overview(priors)
        return
    known = references(priors)
    rows = number_rows.choose(
        priors, known, variable=variable or "", bases=bases or (), search=search or ""
    )
    if variable:
        show_about(priors, variable)
    if not rows:
        st.markdown("No number fits all of this.")
        st.button("Clear the search", on_click=choose_variable, args=(variable or ALL,))
        return
    with st.container(key="numbers-head", horizontal=True, vertical_alignment="center"):
        first = show_count(len(rows), len(priors.rows))
        notes = ask_notes()
    shown = rows[first : first + PAGE]
    st.caption(MEANINGS + (NOTES if notes else ""))
    words = priors.vocabulary
    st.html(number_rows.rows_html(words, shown, known, name_variable=not variable, notes=notes))
    show_sources(named(known, dict.fromkeys(key for row in shown for key in row.sources)))


def show_overview(priors: Priors) -> None:
    """List the variables, each of which leads to its numbers."""
    st.caption("Choose a variable here or in the picture to read its numbers.")
    with st.container(key="overview"):
        for name, counts in number_rows.overview(priors).items():
            st.button(
                f"{plain(priors.vocabulary[name].label)} :gray[{plain(counts)}]",
                key=f"choose-{name}",
                type="tertiary",
                width="stretch",
                on_click=choose_variable,
                args=(name,),
            )


def show_sources(sources: list[Reference]) -> None:
    """List the sources of the numbers shown, folded up because they may be many."""
    if sources:
        with st.expander(f"The {len(sources)} sources of these numbers"):
            st.markdown("\n".join(f"- {source.line_with_key}" for source in sources))


def ask_notes() -> bool:
    """Ask whether to show the notes; a word that is searched may stand in one."""
    if st.session_state.get(KEYS["search"]):
        return True
    return st.toggle("Show the notes", key="model-notes")


def show_about(priors: Priors, name: str) -> None:
    """Say what a variable means, what it depends on, and where to change its numbers."""
    variable = priors.vocabulary[name]
    parents = [priors.vocabulary[parent].label for parent in priors.parents[name]]
    depends = f" Depends on {', '.join(parents)}." if parents else ""
    st.markdown(plain(f"{variable.question or variable.help}{depends}"))
    st.page_link("views/tune.py", label="Change these numbers", query_params={"variable": name})


def show_count(count: int, of: int) -> int:
    """Say how many numbers there are, and return the first to show."""
    if count <= PAGE:
        st.caption(f"{count} of {of} numbers", width="content")
        return 0
    starts = range(0, count, PAGE)
    chosen = st.selectbox(
        f"{count} of {of} numbers, {PAGE} at a time",
        starts,
        format_func=lambda start: f"{start + 1} to {min(start + PAGE, count)}",
    )
    return int(chosen or 0)


def show_download(priors: Priors) -> None:
    """Offer the numbers in force as a file."""
    st.download_button(
        "Download the numbers (CSV)",
        priors.to_csv(),
        file_name=f"priors-{short_digest(priors.sha256)}.csv",
        mime="text/csv",
        on_click="ignore",
    )


# The case ---------------------------------------------------------------------------------


def show_case(priors: Priors) -> ExpectedAnswers | None:
    """Show what the model expects of every variable in the case; None where it is impossible."""
    model = in_force().model
    case = current_case(priors.vocabulary, answers.guidance(model))
    try:
        start = model.marginals(case.evidence.only("context"))
        expected = ExpectedAnswers(case.evidence, start, model.marginals(case.evidence))
    except ImpossibleEvidenceError as error:
        st.warning(contradiction_text(priors.vocabulary, error))
        return None
    st.caption(
        "What is to be expected of everything that was not asked, by your answers."
        if case.evidence
        else "There are no answers yet: what is to be expected of anyone."
    )
    st.html(expected_html(expected, st.session_state.get(KEYS["variable"]) or ""))
    return expected


# The picture ------------------------------------------------------------------------------


def show_network(priors: Priors, case: ExpectedAnswers | None) -> None:
    """Show the network as a picture and in words."""
    words = network_text(priors.vocabulary, priors.parents)
    network = priors.vocabulary, priors.parents
    chosen = st.session_state.get(KEYS["variable"]) or ""
    dark = dark_theme()
    chart = (
        network_chart(*network, number_rows.shares(priors), chosen=chosen, dark=dark)
        if case is None
        else network_of_case(*network, case.now, set(case.known), chosen=chosen, dark=dark)
    )
    st.altair_chart(chart, theme=None, key="network-chart", on_select=choose_clicked, alt=words)
    with st.expander("The network in words"):
        st.markdown(plain(words))


main()
