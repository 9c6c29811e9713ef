"""What to ask next: the best questions as cards that can be answered in place."""

import streamlit as st

import assessed
from asking import Form, ask_for_one
from evidence import hold_case
from hamknee import Model
from hamknee.questions import Questions
from hamknee.results import percent
from hamknee.stopping import IS_STABLE, NOTHING_LEFT, Stop
from texts import in_html, plain

CARDS = 3

AMOUNTS = ((0.2, "a lot"), (0.05, "some"), (0.0, "a little"))
"""How much a question tells in words, by its share of what is still unknown."""

TIMES = ((0.15, "a few seconds"), (0.35, "a quarter of a minute"), (0.7, "half a minute"))
"""How long a question takes in words, up to so many minutes."""


HELP = (
    "What a question tells is its expected information: by how many bits its answer is expected to "
    "lower the entropy of the ranking. The cards are in the order of bits for each minute."
)


def show_next_question(model: Model, form: Form) -> None:
    """Show whether to go on, and the questions that would tell most."""
    found = assessed.stop(model, form.case)
    if found.reason is not None:
        st.markdown(plain(stop_text(found)))
        if found.reason == NOTHING_LEFT:
            return
        if not st.toggle("Show questions all the same", key="ask-on", on_change=hold_case):
            return
    first, *others = best(found.questions)
    with st.container(key="card", border=True):
        show_card(found.questions, first, form, plain(model.vocabulary[first].question))
    for name in others:
        question = plain(model.vocabulary[name].question)
        with (card := st.expander(question, key=f"card-{name}", on_change=hold_case)):
            if card.open:
                show_card(found.questions, name, form, "Your answer")
    st.caption("The order is by what an answer tells for the time it takes.", help=HELP)


def stop_text(found: Stop) -> str:
    """Return that one may stop, and why."""
    if found.reason == NOTHING_LEFT:
        return "Everything has been asked."
    if found.reason == IS_STABLE:
        stays = percent(found.decision.probability)
        return (
            f"You can stop here. Whatever the open questions bring, the first place stays as it is "
            f"in {stays} of cases. The warning signs are worth going through all the same."
        )
    return "You can stop here: no open question is expected to tell much more."


def best(questions: Questions) -> list[str]:
    """Return the questions to show; first those that are best together, if single ones are not."""
    variables = questions.case.model.vocabulary.variables
    ranked = [variables[number].name for number in questions.asked]
    return list(dict.fromkeys([*questions.best, *ranked]))[:CARDS]


def show_card(questions: Questions, name: str, form: Form, label: str) -> None:
    """Show one question with its answers, what it tells, and what each answer would do."""
    variables = questions.case.model.vocabulary.variables
    rank = [variables[number].name for number in questions.asked].index(name)
    ask_for_one(questions.case.model.vocabulary[name], form, f"next-{name}", label)
    st.html(f'<p class="why">{in_html(why(questions, rank))}</p>')


def why(questions: Questions, rank: int) -> str:
    """Return what a question tells, how long it takes, and what its answers would do."""
    share = float(questions.gain[rank]) / questions.remaining if questions.remaining else 0.0
    amount = next(words for least, words in AMOUNTS if share >= least)
    minutes = questions.case.model.vocabulary.variables[questions.asked[rank]].minutes
    time = next((words for most, words in TIMES if minutes <= most), f"{minutes:g} min")
    told = f"Tells {amount} ({percent(share)} of what is still open), takes {time}."
    return f"{told} {questions.why(rank)}."
