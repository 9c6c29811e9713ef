"""Tune: change numbers and see at once what that changes, in this session only."""

import streamlit as st

import hamknee
from hamknee.base import percent, stated_percent
from hamknee.estimation import keep_averages
from hamknee.network import Priors, given_words
from parts.sentences import has_findings
from parts.texts import plain
from state import answers
from state.case import VisitorCase, current_case
from state.edits import EditedColumn, can_be_kept, edits, is_split_again, undone
from state.numbers import in_force, of_file, use, use_file
from tuning.changing import Chosen, ask_number, ask_origin, read_chosen, show_column
from tuning.number_rows import state_words
from tuning.panels import PANELS, preferred_state, show_impossible
from tuning.sharing import show_sharing
from tuning.upload import show_upload

MOST_EDITS = 12
"""Changes that are listed one by one."""


def main() -> None:
    """Show the page."""
    priors, model = in_force().priors, in_force().model
    case = current_case(priors.vocabulary, answers.guidance(model))
    st.title("Tune the numbers", anchor=False)
    st.markdown(
        "Change a number and see what follows. Nothing is written on the server: your numbers are "
        "yours alone. A few changes are kept in the address of the page; all can be downloaded."
    )
    preferred = preferred_states(model, case)
    chosen = read_chosen(priors, strongest(model, case, preferred), preferred)
    with st.container(key="tune"):
        with st.container(key="change"):
            ask_number(priors, chosen)
            show_column(priors, chosen)
            show_summary(model, case)
            show_averages()
            ask_origin(priors, chosen)
            st.page_link(
                "views/model.py",
                label="All numbers of this variable, with their sources",
                query_params={"variable": chosen.variable},
            )
        with st.container(key="effect"):
            show_effect(model, case, chosen)
        with st.container(key="changes"):
            show_changes(priors)


def preferred_states(model: hamknee.Model, case: VisitorCase) -> dict[str, str]:
    """Return for each variable the state that the case has, or most probably has."""
    known = {name: value for name, value in case.evidence.items() if isinstance(value, str)}
    target = model.vocabulary.target.name
    return known | {target: preferred_state(model, case)}


def strongest(model: hamknee.Model, case: VisitorCase, preferred: dict[str, str]) -> Chosen:
    """Return the number that moves the case most; the first one where the case is impossible."""
    target = model.vocabulary.target.name
    try:
        tornado = answers.tornado(model, case, preferred[target])
    except hamknee.ImpossibleEvidenceError:
        row = in_force().priors.rows[0]
        return Chosen(row.variable, row.state, dict(row.given))
    return Chosen.named(*tornado.entries.place(tornado.order[0]).names(model))


def show_summary(model: hamknee.Model, case: VisitorCase) -> None:
    """Say in one sentence what the changes do, beside the numbers."""
    if not in_force().edited:
        return
    try:
        now, before = model.posterior(case.evidence), of_file().model.posterior(case.evidence)
    except hamknee.ImpossibleEvidenceError:
        return
    place = now.order[0]
    label = now.target.states[place].label
    ends = percent(float(before.probabilities[place])), percent(float(now.probabilities[place]))
    flips = len(answers.difference(of_file(), in_force()).flips)
    which = "The case" if has_findings(now) else "Before any finding"
    st.markdown(
        f"**{which}: {plain(f'{label} {ends[0]} → {ends[1]}')}. Published cases with another "
        f"first diagnosis: {flips}.**"
    )


def show_averages() -> None:
    """Say which averages over further answers the changes move, and offer to keep them."""
    if not in_force().edited:
        return
    difference = answers.difference(of_file(), in_force())
    if difference.averages_text:
        st.markdown(plain(difference.averages_text))
    if can_be_kept(difference, edits(of_file().priors, in_force().priors)):
        more = "The numbers that make up such an average follow, so that it stays as it was stated."
        st.button("Keep these averages", on_click=keep, help=more)


def keep() -> None:
    """Let the splits follow, so that their averages stay."""
    use(keep_averages(of_file().priors, in_force().priors))


# The changes ------------------------------------------------------------------------------


def show_changes(priors: Priors) -> None:
    """List what differs from the file, with a way back, and offer the numbers as a file."""
    st.header("Your changes", anchor=False)
    columns = edits(of_file().priors, priors)
    if not in_force().edited:
        st.caption(f"None so far. These are the numbers of {plain(in_force().file.name)}.")
    elif columns is None:
        st.markdown("Your numbers have other arrows than the file, so all can be undone at once.")
    else:
        for edit in columns[:MOST_EDITS]:
            show_change(priors, edit)
        if len(columns) > MOST_EDITS:
            st.caption(f"and {len(columns) - MOST_EDITS} more columns")
        if is_split_again(priors):
            st.caption("Other numbers follow these, so that their averages stay.")
    with st.container(key="changes-actions", horizontal=True):
        edited = in_force().edited
        st.button("Undo all", on_click=use_file, disabled=not edited)
        st.download_button(
            "Download priors.csv",
            priors.to_csv(),
            file_name="priors.csv",
            mime="text/csv",
            on_click="ignore",
        )
        if edited:
            with (
                share := st.popover("Share these numbers", key="share-numbers", on_change="rerun")
            ):
                if share.open:
                    show_sharing()
    show_upload()


def show_change(priors: Priors, edit: EditedColumn) -> None:
    """Show one column that differs, and a way back."""
    vocabulary = priors.vocabulary
    where = given_words(vocabulary, edit.given)
    moves = [
        f"{state_words(vocabulary, old.variable, old.state)} "
        f"{stated_percent(old.probability)} → "
        f"{stated_percent(new.probability)}"
        for old, new in edit.stated
    ]
    followers = len(edit.moved) - len(edit.stated)
    label = vocabulary[edit.variable].label
    changes = ", ".join(moves) or "the same numbers, another weight, basis, source or note"
    if followers:
        changes += f"; {followers} {'other follows' if followers == 1 else 'others follow'}"
    key = f"undo-{edit.variable}-{given_words(vocabulary, edit.given)}"
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-{key}"):
        st.markdown(
            f"**{plain(label)}**{plain(f', {where}' if where else '')}: {plain(changes)}",
            width="stretch",
        )
        st.button("Undo", key=key, on_click=undo, args=(edit,))


def undo(edit: EditedColumn) -> None:
    """Take one change back."""
    use(undone(of_file().priors, in_force().priors, edit))


# What follows -----------------------------------------------------------------------------


def show_effect(model: hamknee.Model, case: VisitorCase, chosen: Chosen) -> None:
    """Show one of the panels; only the open one is computed."""
    st.session_state.setdefault("tune-panel", next(iter(PANELS)))
    st.segmented_control("What to look at", list(PANELS), key="tune-panel", required=True)
    try:
        PANELS[st.session_state["tune-panel"]](model, case, chosen)
    except hamknee.ImpossibleEvidenceError as error:
        show_impossible(model, error)


main()
