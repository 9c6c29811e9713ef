"""The answer to a case: one sentence, the ranking, what it rests on, what does not fit."""

from collections import Counter
from collections.abc import Iterable, Sequence

import streamlit as st

import numbers_in_force
from announcing import announce
from drawing import show_chart
from evidence import VisitorCase
from hamknee import ImpossibleEvidenceError, Model
from hamknee.base import percent, percent_range
from hamknee.charts import ranking, ranking_rows
from hamknee.inference import Posterior
from hamknee.network import Variable, Vocabulary, check_value, parse_value, value_words
from hamknee.reasoning import LOCAL, Conflict
from hamknee.sensitivity import CredibleInterval
from texts import in_html, plain

CONFLICT = 1.0  # bits: from here on answers that go together half as often as by chance are told
RIVAL = 0.05  # from here on the second and third are named beside the first

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


def headline(interval: CredibleInterval) -> str:
    """Return the most probable state with its interval in a few words."""
    posterior = interval.posterior
    first = posterior.order[0]
    start = "Most likely" if has_findings(posterior) else "Before any finding"
    return f"{start}: {_named(interval, first)}"


def detail(interval: CredibleInterval) -> str:
    """Return the rivals of the most probable state, and how firm its place is."""
    posterior = interval.posterior
    first, *rest = posterior.order
    rivals = [i for i in rest[:2] if posterior.probabilities[i] >= RIVAL]
    named = " and ".join(_named(interval, i) for i in rivals)
    then = f"Then {named}. " if named else ""
    if not has_findings(posterior):
        return then
    start = percent(float(posterior.prior[first]))
    share = float(interval.p_top[first])
    firm = f"{percent(share)} of all draws" if share < 1 else "all draws"
    return (
        f"{then}The starting probability of the first was {start}. With the numbers as uncertain "
        f"as they are, it comes first in {firm}."
    )


def _named(interval: CredibleInterval, state: int) -> str:
    label = interval.posterior.target.states[state].label
    now = percent(float(interval.posterior.probabilities[state]))
    ends = percent_range(float(interval.low[state]), float(interval.high[state]))
    return f"{label}, {now} ({ends})"


def has_findings(posterior: Posterior) -> bool:
    """Whether anything is known beyond where the question is asked."""
    return bool(posterior.evidence.only("trait", "finding"))


def show_ranking(interval: CredibleInterval) -> None:
    """Show the ranking as a chart, and folded up as a table."""
    show_chart(ranking, interval.table, ranking_rows, key="chart", alt=RANKING_ALT)


def show_table(interval: CredibleInterval) -> None:
    """Show the ranking in numbers."""
    rows = [(state.label, state.start, state.now, state.interval) for state in interval.ranking]
    label = interval.posterior.target.label
    head = (label, "Start", "Now", f"{percent(interval.mass)} interval")
    st.html(table_html(head, rows))


def table_html(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column names the rows."""
    columns = "".join(f'<th scope="col">{in_html(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{in_html(name)}</th>'
        + "".join(f"<td>{in_html(cell)}</td>" for cell in cells)
        + "</tr>"
        for name, *cells in rows
    )
    return f'<table class="numbers"><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>'


def given(model: Model, case: VisitorCase, found: Conflict) -> str:
    """Return what the ranking rests on: the answers, and what stands in for an open context."""
    posterior = found.case.posterior
    sentences = [f"Your answers: {posterior.findings_text}"] if posterior.evidence else []
    sentences += [agreement_text(found)] if agreement_text(found) else []
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


def agreement_text(found: Conflict) -> str:
    """Return how well the answers go together; empty where one has to be checked."""
    if len(found.order) < 2 or conflict_text(found):
        return ""
    times = 2**-found.bits
    told = f"{times:,.{0 if times >= 9.95 else 1}f}"
    often = "as often" if told == "1.0" else f"{told} times as often"
    return f"They are seen together {often} as by chance."


def show_conflict(found: Conflict) -> None:
    """Tell which answer to check, where the answers do not go together."""
    if text := conflict_text(found):
        st.html(f'<p class="notice">{in_html(text)}</p>')


def conflict_text(found: Conflict) -> str:
    """Return which answer to check first and what would explain it; empty if nothing stands out."""
    if not found.order or (found.bits < CONFLICT and found.drop[found.order[0]] < LOCAL):
        return ""
    first, case = found.order[0], found.case
    variable = case.model.vocabulary.variables[case.known[first]]
    rest, alone = float(found.p_given_rest[first]), float(found.p_alone[first])
    told = (
        f"These answers rarely go together. Check first: {variable.label} "
        f"({case.words(case.known[first])}). With your other answers it is seen in "
        f"{percent(rest)} of cases, by itself in {percent(alone)}."
    )
    posterior = case.posterior
    likely = [n for n in found.explained_by if posterior[n] >= RIVAL]
    labels = " or ".join(posterior.target.state(n).label for n in likely)
    return f"{told} If it is right, {labels} would explain it." if labels else told


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
        f"{change}, or take it back with a second click.\n\n" + "\n".join(lines)
    )


def show_meanings(target: Variable) -> None:
    """Show what is meant by each state of the target."""
    lines = [f"- **{plain(s.label)}**: {plain(s.description)}" for s in target.states]
    st.markdown("\n".join(lines))


def show_basis() -> None:
    """Show how many of the numbers behind the ranking are judgement, and lead to them."""
    priors = numbers_in_force.priors()
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
