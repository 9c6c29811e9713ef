"""What it may be: three causes with their probability, the others folded up, what does not fit."""

from collections import Counter

import streamlit as st

from hamknee import Model
from hamknee.base import percent
from hamknee.network import Variable
from hamknee.reasoning import AlsoPresent, Conflict
from hamknee.sensitivity import CredibleInterval
from parts.sentences import detail, headline, stands_out
from parts.tables import table_html
from parts.texts import in_html, plain, texts
from state.case import VisitorCase, hold_case
from state.numbers import in_force

SHOWN = 3
"""How many causes stand in the open."""


def show_ranking(interval: CredibleInterval) -> None:
    """Show the first causes, and all others where they are unfolded."""
    st.header(
        plain(headline(interval)) if not stands_out(interval) else texts().result, anchor=False
    )
    rows = list(range(len(interval.ranking)))
    st.html(causes_html(interval, rows[:SHOWN]))
    rest = rows[SHOWN:]
    if not rest:
        return
    most = percent(float(interval.posterior.probabilities[interval.posterior.order[SHOWN]]))
    st.caption(
        f"{len(rest)} others, each {most if most.startswith('under') else f'{most} or less'}."
    )
    with (others := st.expander("All other causes", key="others", on_change=hold_case)):
        if others.open:
            st.html(causes_html(interval, rest))


def causes_html(interval: CredibleInterval, ranks: list[int]) -> str:
    """Return some rows of the ranking as a table, each with a bar that is its probability."""
    posterior = interval.posterior
    body = ""
    for rank in ranks:
        place, row = posterior.order[rank], interval.ranking[rank]
        state = posterior.target.states[place]
        medical = f"<small>{in_html(state.label)}</small>" if state.plain else ""
        low, high = float(interval.low[place]), float(interval.high[place])
        body += (
            f'<tr><th scope="row">{in_html(state.everyday)}{medical}'
            f"{_bar(float(posterior.probabilities[place]), low, high)}</th>"
            f"<td>{in_html(row.now)}</td><td>{in_html(row.interval)}</td></tr>"
        )
    head = "".join(
        f'<th scope="col">{in_html(name)}</th>'
        for name in (posterior.target.label, "Now", f"{percent(interval.mass)} interval")
    )
    return f'<table class="causes"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _bar(probability: float, low: float, high: float) -> str:
    """Return a bar as long as the probability, with a thin line as long as the interval."""
    return (
        '<span class="bar" aria-hidden="true">'
        f'<i style="width:{probability:.2%}"></i>'
        f'<b style="left:{low:.2%};width:{high - low:.2%}"></b></span>'
    )


def show_beside(also: AlsoPresent) -> None:
    """Show what may be there beside the main cause."""
    text = " ".join(filter(None, [also.text, also.clot_text]))
    if text:
        with st.container(key="beside"):
            st.markdown(plain(text))


def show_conflict(conflict: Conflict) -> None:
    """Tell which answer to check, where the answers do not go together."""
    if conflict.stands_out:
        st.html(f'<p class="notice">{in_html(conflict.verdict)}</p>')


# Behind it --------------------------------------------------------------------------------


def show_numbers(interval: CredibleInterval) -> None:
    """Show the whole ranking in numbers, how firm it is, and what it rests on."""
    st.markdown(plain(detail(interval)))
    st.html(numbers_html(interval))
    show_basis()


def numbers_html(interval: CredibleInterval) -> str:
    """Return the ranking in numbers, beside where it started."""
    rows = [(state.label, state.start, state.now, state.interval) for state in interval.ranking]
    label = interval.posterior.target.label
    return table_html((label, "Start", "Now", f"{percent(interval.mass)} interval"), rows)


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
            "judgement. The lines are 90\N{NO-BREAK SPACE}% intervals for these numbers alone: "
            "what the model leaves out is in none of them."
        )
        lead_to_numbers("See them")
        lead_to_numbers("Where the starting probabilities come from", priors.vocabulary.target.name)


def lead_to_numbers(label: str, variable: str | None = None) -> None:
    """Lead to the numbers, or to those of one variable.

    A link in Markdown would open a window of its own, in which edited numbers are not in force.
    """
    chosen = {} if variable is None else {"variable": variable}
    st.page_link("views/model.py", label=label, query_params=chosen)
