"""What to ask next: the question that would help most, answered in place; for experts, all."""

from dataclasses import replace

import streamlit as st

from diagnosis.asking import Form, ask, ask_for_one, question
from hamknee import Model
from hamknee.base import percent
from hamknee.network import Variable
from hamknee.reasoning import IS_STABLE, NOTHING_LEFT, Questions, Stop
from parts.tables import table_html
from parts.texts import in_html, plain
from state import answers
from state.case import VisitorCase, hold_case

CARDS = 3

RAISES = "The answer could change how soon you should be seen."
SORTS = "The answer would help most to tell the causes apart."
SIGNS_OPEN = "Answer the open warning signs first: they could change how soon you should be seen."

AMOUNTS = ((0.2, "a lot"), (0.05, "some"), (0.0, "a little"))
"""How much a question tells in words, by its share of what is still unknown."""

TIMES = ((0.15, "a few seconds"), (0.35, "a quarter of a minute"), (0.7, "half a minute"))
"""How long a question takes in words, up to so many minutes."""

SIGNS_FIRST = "Once the urgent warning signs are answered, you can stop here."

ALL_CAUSES = ""
"""The choice of no condition in particular."""

ORDERS = {"what they tell per minute": True, "what they tell": False}
"""The orders of the questions, and whether the time of asking counts in them."""

HELP = (
    "What a question tells is its expected information: by how many bits its answer is expected to "
    "lower the entropy of the ranking, or of whether it is one condition. The cards are in the "
    "order of bits, or of bits for each minute."
)


def show_next_question(model: Model, form: Form) -> None:
    """Show whether to go on, and the question that would help most, to be answered in place."""
    case, (raising, signs) = form.case, answers.level_questions(model, form.case)
    stop = answers.stop(model, case)
    if stop.reason is not None:
        st.markdown(plain(stop_text(stop, signs_open(model, case))))
        if stop.reason == NOTHING_LEFT:
            return
    elif signs and not raising:
        st.markdown(SIGNS_OPEN)
    if stop.reason is None or st.toggle(
        "Ask me more all the same", key="ask-on", on_change=hold_case
    ):
        name = best(stop.questions)[0]
        show_card(stop.questions, name, form, why=RAISES if name in raising else SORTS)


def show_questions(model: Model, form: Form) -> None:
    """Show the questions that would tell most, in numbers, for all causes or for one."""
    # Both are chosen below the questions.
    state = st.session_state.get("settle", ALL_CAUSES) or None
    per_minute = ORDERS[st.session_state.get("order-by", next(iter(ORDERS)))]
    stop = answers.stop(model, form.case, state, per_minute=per_minute)
    if stop.reason is not None:
        st.markdown(plain(stop_text(stop, signs_open(model, form.case))))
    questions = stop.questions
    if questions.asked:
        names = best(questions)
        asked = [f"**{plain(model.vocabulary[name].question)}**" for name in names]
        whys = [plain(why_in_numbers(questions, name)) for name in names]
        st.markdown("\n".join(map("- {} {}".format, asked, whys)))
        st.html(table_html(("Question", "Tells", "Takes"), ranked_rows(questions)))
    show_aim(model.vocabulary.target)


def show_aim(target: Variable) -> None:
    """Ask what the questions are to settle, and in which order they come."""
    words = {ALL_CAUSES: "which cause it is"}
    words |= {state.name: f"whether it is: {state.label}" for state in target.states}
    with st.container(key="choose-questions", horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Questions are to settle",
            list(words),
            format_func=words.__getitem__,
            key="settle",
            help=HELP,
            on_change=hold_case,
            persist_state="session",
        )
        st.selectbox(
            "Order",
            list(ORDERS),
            key="order-by",
            on_change=hold_case,
            persist_state="session",
        )


def ranked_rows(questions: Questions) -> list[tuple[str, str, str]]:
    """Return every open question, what share of what is open it tells, and how long it takes."""
    variables = questions.case.model.vocabulary.variables
    return [
        (variables[number].question, percent(share(questions, rank)), time_words(questions, rank))
        for rank, number in enumerate(questions.asked)
    ]


def signs_open(model: Model, case: VisitorCase) -> bool:
    """Whether an urgent warning sign has not been answered."""
    return answers.guidance(model) is not None and bool(answers.triage(model, case).open_urgent)


def stop_text(stop: Stop, signs: bool) -> str:
    """Return that one may stop, and why; with warning signs open, that these come first."""
    may = SIGNS_FIRST if signs else "You can stop here."
    if stop.reason == NOTHING_LEFT:
        return SIGNS_OPEN if signs else "Everything has been asked."
    if stop.reason == IS_STABLE:
        stays = percent(stop.decision.probability)
        return f"{may} Whatever the open questions bring, {_decision(stop)} in {stays} of cases."
    return f"{may} No open question is expected to tell much more."


def _decision(stop: Stop) -> str:
    """Return what would stay as it is."""
    posterior, state = stop.decision.case.posterior, stop.decision.state
    if stop.questions.state is None:
        return "the first place stays as it is"
    label = posterior.target.states[state].everyday
    return f"{label} stays first" if state == posterior.order[0] else f"{label} does not come first"


def best(questions: Questions) -> list[str]:
    """Return the questions to show; first those that are best together, if single ones are not."""
    variables = questions.case.model.vocabulary.variables
    ranked = [variables[number].name for number in questions.asked]
    return list(dict.fromkeys([*questions.best, *ranked]))[:CARDS]


def show_card(questions: Questions, name: str, form: Form, why: str) -> None:
    """Show one question with its answers, and why it is asked; to an expert in numbers, too."""
    variable = questions.case.model.vocabulary[name]
    if variable.unit:
        ask(variable, replace(form, key="next"))
    else:
        ask_for_one(variable, form, f"next-{name}", question(variable, form))
    if variable.several:
        st.caption("Is it more than one? Add the others among the questions.")
    numbers = f" {why_in_numbers(questions, name)}" if form.case.expert else ""
    st.html(f'<p class="why">{in_html(why + numbers)}</p>')


def why_in_numbers(questions: Questions, name: str) -> str:
    """Return what a question tells, how long it takes, and what its answers would do."""
    variables = questions.case.model.vocabulary.variables
    rank = [variables[number].name for number in questions.asked].index(name)
    fraction = share(questions, rank)
    amount = next(words for least, words in AMOUNTS if fraction >= least)
    open_part = f"{percent(fraction)} of what is still open"
    return (
        f"Tells {amount} ({open_part}), takes {time_words(questions, rank)}. {questions.why(rank)}."
    )


def share(questions: Questions, rank: int) -> float:
    """Return what share of what is still open a question tells."""
    return float(questions.gain[rank]) / questions.remaining if questions.remaining else 0.0


def time_words(questions: Questions, rank: int) -> str:
    """Return how long a question takes."""
    minutes = questions.case.model.vocabulary.variables[questions.asked[rank]].minutes
    return next((words for most, words in TIMES if minutes <= most), f"{minutes:g} min")
