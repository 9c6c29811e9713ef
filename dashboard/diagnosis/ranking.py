"""The answer to a case: one sentence, the ranking, what it rests on, what does not fit."""

from collections import Counter

import streamlit as st

from hamknee import Model
from hamknee.base import percent
from hamknee.charts import ranking, ranking_rows
from hamknee.network import Variable
from hamknee.reasoning import AlsoPresent, Conflict
from hamknee.sensitivity import CredibleInterval
from parts.announcing import announce
from parts.drawing import show_chart
from parts.sentences import detail, headline
from parts.tables import table_html
from parts.texts import in_html, plain
from state.case import VisitorCase
from state.numbers import in_force

RANKING_ALT = "The possible causes, the most likely first, each with its 90 % interval."


def show_sentence(interval: CredibleInterval, level: str | None) -> None:
    """Show the most probable state, and what competes with it.

    Parameters
    ----------
    interval : CredibleInterval
        Of the case.
    level : str or None
        How soon to seek help. It stays in view with the sentence where that does.
    """
    with st.container(key="sentence"):
        if level:
            st.html(f'<p class="how-soon">{in_html(level)}</p>')
        st.header(plain(headline(interval)), anchor=False)
        announce(headline(interval))
    with st.container(key="detail"):
        st.markdown(plain(detail(interval)))


def show_beside(also: AlsoPresent) -> None:
    """Show what may be there beside the main cause."""
    text = " ".join(filter(None, [also.text, also.clot_text]))
    if text:
        with st.container(key="beside"):
            st.markdown(plain(text))


def show_ranking(interval: CredibleInterval) -> None:
    """Show the ranking as a chart, and folded up as a table."""
    show_chart(ranking, interval.table, ranking_rows, key="chart", alt=RANKING_ALT)


def show_table(interval: CredibleInterval) -> None:
    """Show the ranking in numbers."""
    rows = [(state.label, state.start, state.now, state.interval) for state in interval.ranking]
    label = interval.posterior.target.label
    head = (label, "Start", "Now", f"{percent(interval.mass)} interval")
    st.html(table_html(head, rows))


def given(model: Model, case: VisitorCase, conflict: Conflict) -> str:
    """Return what the ranking rests on: the answers, and what stands in for an open context."""
    posterior = conflict.case.posterior
    sentences = [f"Your answers: {posterior.findings_text}"] if posterior.evidence else []
    if conflict.verdict and not conflict.stands_out:
        sentences.append(conflict.verdict)
    if case.not_known:
        labels = "; ".join(model.vocabulary[name].label for name in case.not_known)
        sentences.append(f"Asked, but not known: {labels}.")
    for variable in model.vocabulary.having("context"):
        if variable.name not in posterior.evidence:
            shares = model.marginals({})[variable.name]
            pairs = zip(variable.states, shares, strict=True)
            mix = ", ".join(f"{state.label} {percent(float(share))}" for state, share in pairs)
            sentences.append(f"{variable.label} not known, so a mix stands in: {mix}.")
    return " ".join(sentences)


def show_conflict(conflict: Conflict) -> None:
    """Tell which answer to check, where the answers do not go together."""
    if conflict.stands_out:
        st.html(f'<p class="notice">{in_html(conflict.verdict)}</p>')


def show_meanings(target: Variable) -> None:
    """Show what is meant by each state of the target."""
    lines = [f"- **{plain(s.label)}**: {plain(s.description)}" for s in target.states]
    st.markdown("\n".join(lines))


def show_basis() -> None:
    """Show how many of the numbers behind the ranking are judgement, and lead to them."""
    priors = in_force().priors
    bases = Counter(row.basis for row in priors.rows)
    with st.container(key="basis", horizontal=True):
        st.caption(
            f"{bases['judgement']} of the {bases.total()} numbers behind this are expert "
            "judgement. The bars are 90\N{NO-BREAK SPACE}% intervals for these numbers alone: what "
            "the model leaves out is in none of them."
        )
        lead_to_numbers("See them")
        lead_to_numbers("Where the starting probabilities come from", priors.vocabulary.target.name)


def lead_to_numbers(label: str, variable: str | None = None) -> None:
    """Lead to the numbers, or to those of one variable.

    A link in Markdown would open a window of its own, in which edited numbers are not in force.
    """
    chosen = {} if variable is None else {"variable": variable}
    st.page_link("views/model.py", label=label, query_params=chosen)
