"""Diagnose: the questions on one side, the ranking of causes on the other."""

from collections import Counter
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

import numbers_in_force
from evidence import Case, ask_all, current_case, open_case, read_case
from hamknee import ImpossibleEvidenceError, Model
from hamknee.charts import ranking
from hamknee.evidence import check_value, parse_value, value_words
from hamknee.results import Posterior, percent
from hamknee.vocabulary import Variable, Vocabulary
from texts import examples, plain, texts

MOST_NOTICES = 6
RIVAL = 0.05  # from here on the second and third are named beside the first


def main() -> None:
    """Show the page."""
    model = numbers_in_force.model()
    case = current_case(model.vocabulary)
    show_header()
    show_notices(case)
    with st.container(key="case"):
        with st.container(key="answer"):
            show_answer(model, case)
        with st.container(key="questions"):
            show_questions(model.vocabulary, case)


def show_header() -> None:
    """Say what the page is for, and when not to wait for it."""
    with st.container(key="header"):
        st.title(texts().title, anchor=False)
        with st.container(key="urgent"):
            st.markdown(texts().urgent)


def show_notices(case: Case) -> None:
    """Say what in the address was left out, and what a reader should know of the answers."""
    if case.ignored:
        lines = [f"- {plain(problem[:300])}" for problem in case.ignored[:MOST_NOTICES]]
        more = len(case.ignored) - MOST_NOTICES
        lines += [f"- and {more} more"] if more > 0 else []
        st.warning("Part of the address could not be used:\n" + "\n".join(lines))
    for notice in case.evidence.notices:
        st.warning(plain(notice))


# The questions ----------------------------------------------------------------------------


def show_questions(vocabulary: Vocabulary, case: Case) -> None:
    """Show all questions, and a way to be rid of the answers."""
    with st.container(key="questions-head", horizontal=True, vertical_alignment="center"):
        st.subheader("Questions", anchor=False)
        address = bool(st.query_params)
        st.button("Start again", on_click=open_case, args=({},), disabled=not address)
    ask_all(vocabulary, case)


# The answer -------------------------------------------------------------------------------


def show_answer(model: Model, case: Case) -> None:
    """Show the ranking in a sentence, a chart and a table, or why there is none."""
    try:
        posterior = model.posterior(case.evidence)
    except ImpossibleEvidenceError as error:
        st.warning(contradiction_text(model.vocabulary, error))
        return
    with st.container(key="sentence"):
        st.subheader(plain(headline(posterior)), anchor=False)
    with st.container(key="detail"):
        st.markdown(plain(detail(posterior)))
    with st.container(key="given"):
        st.caption(plain(given(model, posterior)))
        if not findings(posterior):
            show_examples(model.vocabulary)
    with st.container(key="ranking"):
        with st.container(key="chart"):
            show_chart(posterior)
        with st.container(key="table"):
            show_table(posterior)
    with st.container(key="notes"):
        show_meanings(posterior.target)
        st.caption(basis_text())
        if case.texts:
            show_link(case)


def headline(posterior: Posterior) -> str:
    """Return the most probable state in a few words."""
    first = posterior.target.states[posterior.order[0]].label
    start = "Most likely" if findings(posterior) else "Before any answer"
    return f"{start}: {first}, {percent(posterior[posterior.top])}"


def detail(posterior: Posterior) -> str:
    """Return the rivals of the most probable state, and where that one started."""
    states, probabilities = posterior.target.states, posterior.probabilities
    rivals = [i for i in posterior.order[1:3] if probabilities[i] >= RIVAL]
    named = [f"{states[i].label}, {percent(float(probabilities[i]))}" for i in rivals]
    then = f"Then {' and '.join(named)}. " if named else ""
    if not findings(posterior):
        return then
    before = percent(float(posterior.prior[posterior.order[0]]))
    return f"{then}Before your answers the first stood at {before}."


def given(model: Model, posterior: Posterior) -> str:
    """Return what the ranking rests on: the answers, and what stands in for an open context."""
    sentences = [f"Your answers: {posterior.findings_text}"] if posterior.evidence else []
    for variable in model.vocabulary.having("context"):
        if variable.name not in posterior.evidence:
            shares = model.marginals({})[variable.name]
            pairs = zip(variable.states, shares, strict=True)
            mix = ", ".join(f"{state.label} {percent(float(share))}" for state, share in pairs)
            sentences.append(f"{variable.label} not known, so a mix stands in: {mix}.")
    return " ".join(sentences)


def findings(posterior: Posterior) -> bool:
    """Whether anything is known beyond where the question is asked."""
    return bool(posterior.evidence.only("trait", "finding"))


def contradiction_text(vocabulary: Vocabulary, error: ImpossibleEvidenceError) -> str:
    """Return, in the words of the questions, which answers cannot be true together."""
    lines = []
    for name, text in error.contradiction.items():
        variable = vocabulary[name]
        value = check_value(variable, parse_value(variable, text))
        words = "" if value is None else value_words(variable, value)
        lines.append(f"- {plain(variable.question or variable.label)} **{plain(words)}**")
    what = "This answer is" if len(lines) == 1 else "These answers together are"
    change = "Change it" if len(lines) == 1 else "Change one of them"
    return (
        f"**{what} impossible in this model, so there is no ranking.** "
        f"{change}, or set it to “Not known”.\n\n" + "\n".join(lines)
    )


def show_examples(vocabulary: Vocabulary) -> None:
    """Offer cases to try, of those that the vocabulary has the words for."""
    usable = [
        example
        for example in examples()
        if not read_case(vocabulary, {k: [v] for k, v in example.answers.items()}).ignored
    ]
    if not usable:
        return
    st.markdown(f"{texts().lead} Or try a case:")
    with st.container(key="examples", horizontal=True):
        for example in usable:
            st.button(plain(example.label), on_click=open_case, args=(example.answers,))


def show_chart(posterior: Posterior) -> None:
    """Show the ranking as bars."""
    chart = ranking(posterior.table, dark=st.context.theme.type == "dark")
    st.altair_chart(chart, theme=None, key="ranking-chart", alt=posterior.text)


def show_table(posterior: Posterior) -> None:
    """Show the ranking in numbers."""
    table = posterior.table
    columns = {
        posterior.target.label: table["label"].map(plain),
        "Start": table["prior"].map(percent),
        "Now": table["probability"].map(percent),
    }
    st.table(pd.DataFrame(columns), hide_index=True, border="horizontal")


def show_meanings(target: Variable) -> None:
    """Show what is meant by each state of the target."""
    with st.expander("What the names mean", key="meanings"):
        lines = [f"- **{plain(s.label)}**: {plain(s.description)}" for s in target.states]
        st.markdown("\n".join(lines))


def basis_text() -> str:
    """Return how many of the numbers behind the ranking are judgement."""
    bases = Counter(row.basis for row in numbers_in_force.priors().rows)
    return (
        f"{bases['judgement']} of the {bases.total()} numbers behind this are expert judgement. "
        "“Start” is the starting probability: how common a cause is before any answer."
    )


def show_link(case: Case) -> None:
    """Show the address of the case, and what it gives away."""
    with st.popover("Share this case"):
        st.markdown(texts().privacy)
        st.code(f"{st.context.url or ''}?{urlencode(case.texts)}", language=None, wrap_lines=True)


main()
