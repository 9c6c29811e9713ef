"""Diagnose: the verdict on top, an interview in three acts, and what comes of it beside it."""

from dataclasses import replace
from functools import partial

import streamlit as st

from diagnosis.asking import Form, ask, ask_folded
from diagnosis.interview import (
    LAST,
    NAMES,
    PAIN,
    SHARPEN,
    Plan,
    Step,
    asked_again,
    begin,
    go_to,
    plan_of,
    save,
)
from diagnosis.next_question import show_next_question
from diagnosis.notices import show_notices
from diagnosis.panels import show_sections
from diagnosis.picture import find_picture, show_picture
from diagnosis.ranking import SHOWN, show_beside, show_conflict, show_ranking
from diagnosis.so_far import show_answers, show_blank
from diagnosis.verdict import Verdict, ranked, show_action, show_verdict, steps_back
from diagnosis.warning_signs import ask_all_signs, ask_signs
from hamknee import ImpossibleEvidenceError, Model
from hamknee.guidance import Guidance, Triage
from hamknee.sensitivity import CredibleInterval
from parts.sentences import contradiction_text, has_findings
from parts.texts import ExampleCase, examples, plain, texts
from parts.widgets import first_run, hear, press, start_value
from state import answers
from state.case import ON, current_case, hold_case, open_case, read_case
from state.numbers import in_force


def main() -> None:
    """Show the page."""
    model = in_force().model
    guidance = answers.guidance(model)
    case = current_case(model.vocabulary, guidance)
    triage = None if guidance is None else answers.safe_triage(model, case)
    plan = plan_of(model, case, triage)
    latest = partial(current_case, model.vocabulary, guidance)
    form = Form("answer", case, latest, partial(save, plan), unsafe=answers.unsafe(model, case))
    interval, contradiction = None, ""
    try:
        interval = answers.interval(model, case)
    except ImpossibleEvidenceError as error:
        contradiction = contradiction_text(model.vocabulary, error)
    known = interval is not None and (case.expert or ranked(triage))
    with st.container(key="header"):
        st.title(answers.heading(model), anchor=False)
        if case.example:
            show_ribbon()
    likely = interval if known and not steps_back(triage) else None
    verdict = Verdict(triage, likely, plan)
    show_verdict(verdict, said=verdict.said, step=plan.now.name, place=asked_again())
    # Always there, empty or not: what stands below would be made anew, and lose the focus.
    with st.container(key="action"):
        if triage is not None and not triage.provisional:
            show_action(verdict)
    with st.container(key="notices"):
        show_notices(model, case)
    with st.container(key="case"):
        with st.container(key="questions"):
            show_interview(model, form, triage, plan)
        with st.container(key="answer"):
            if contradiction:
                st.warning(contradiction)
                show_answers(model, form, triage, plan)
            elif known and interval is not None:
                show_answer(model, form, triage, interval)
            else:
                show_start(model, form, triage, plan)


def show_ribbon() -> None:
    """Say that this is an example, and offer to be rid of it."""
    with st.container(key="ribbon", horizontal=True, vertical_alignment="center"):
        st.markdown(texts().example, width="content")
        press("Clear", begin, {}, key="clear-example")


# The interview ----------------------------------------------------------------------------


def show_interview(model: Model, form: Form, triage: Triage | None, plan: Plan) -> None:
    """Show the act that is open with its steps, and ways to the others."""
    st.header("Questions", anchor=False)
    asking, ways = st.container(key="asking"), st.container(key="ways")
    with ways:  # below what is asked, but it tells which act that is
        steps = st.container()
        plan = choose_act(plan)
    now = plan.now
    with asking:
        show_progress(plan)
        with st.container(key="steps"):
            for step in plan.of_act(now.act):
                with st.container(key=f"step-{step.name}"):
                    show_step(model, form, triage, step)
            st.html(f"<style>{only_step(now)}</style>")
    with steps:
        show_ways(plan)
    if now.act == SHARPEN:
        with (box := st.expander("Answer any question", key="any", on_change=hold_case)):
            if box.open:
                if triage is not None:
                    ask_all_signs(triage.guidance, triage, form)
                ask_folded(model.vocabulary, form, [])
    show_switches(form)


def choose_act(plan: Plan) -> Plan:
    """Show the acts, and return the interview in the one that is chosen."""
    if len(plan.acts) == 1:
        return plan
    chosen = st.segmented_control(
        "Part of the interview",
        plan.acts,
        format_func=NAMES.__getitem__,
        key="act",
        default=start_value("act", plan.now.act),
        required=True,
        label_visibility="collapsed",
        on_change=_open_act,
        args=(plan,),
        width="stretch",
    )
    if first_run() and chosen and chosen != plan.now.act:
        # What was answered there is heard only if it is asked.
        go_to(plan.into(chosen).name)
        return replace(plan, asked=plan.into(chosen).name)
    return plan


def _open_act(plan: Plan) -> None:
    hold_case()
    go_to(plan.into(st.session_state["act"]).name)


def show_progress(plan: Plan) -> None:
    """Show how far the act is: the step, or where all are in view how many were answered."""
    place, count = plan.place
    step = f'<p class="progress step">Step {place} of {count}{_stripe(place, count)}</p>'
    if plan.now.act == PAIN:
        done = len(plan.done.intersection(step.name for step in plan.of_act(PAIN)))
        step += f'<p class="progress all">{done} of {count} answered{_stripe(done, count)}</p>'
    st.html(step)


def _stripe(place: int, count: int) -> str:
    return f'<span aria-hidden="true"><i style="width:{place / count:.0%}"></i></span>'


def show_step(model: Model, form: Form, triage: Triage | None, step: Step) -> None:
    """Show what one step asks."""
    if step.name == LAST:
        try:
            show_next_question(model, form)
        except ImpossibleEvidenceError:
            st.markdown("Change one of the answers that do not go together.")
    elif step.flags and triage is not None:
        ask_signs(step.flags, triage, form, step.name)
    else:
        variable = model.vocabulary[step.name]
        picture = find_picture(model.vocabulary, in_force().file)
        drawn = picture is not None and picture.variable == variable.name and variable.several
        if drawn and picture is not None:
            st.markdown(f"**{plain(variable.question)}** {plain(variable.help)}")
            show_picture(picture, variable, form)
        ask(variable, form, named=not drawn)


def only_step(now: Step) -> str:
    """Return the style that leaves only the open step in view; of the pain only on a telephone.

    What it may be is left to the last act on a telephone, where it would stand far below.
    """
    narrow = "@media (max-width: 59.99rem)"
    rule = (
        '.st-key-steps > :has(> [class*="st-key-step-"]):not(:has(> .st-key-step-'
        f"{now.name})) {{ display: none; }}"
    )
    if now.act == PAIN:
        rule = f"{narrow} {{ {rule} }}"
    if now.act != SHARPEN:
        rule += f"{narrow} {{ :has(> .st-key-answer):has(.st-key-sections) {{ display: none; }} }}"
    return rule


def show_ways(plan: Plan) -> None:
    """Show the ways back and on."""
    with st.container(key=f"ways-{plan.now.act}", horizontal=True):
        if plan.before is not None:
            press("Back", _step, plan.before.name, key="back", type="tertiary")
        if plan.after is not None:
            label = "Next" if plan.now.name in plan.done else "Skip"
            press(label, _step, plan.after.name, key="next", type="tertiary")
    if plan.now.act == PAIN and SHARPEN in plan.acts:
        with st.container(key="to-sharpen"):
            press(f"Go on to: {NAMES[SHARPEN]}", _step, plan.into(SHARPEN).name, key="go-on")


def _step(name: str) -> None:
    hold_case()
    go_to(name)


def show_switches(form: Form) -> None:
    """Offer to start again, and to see everything that an expert may want to."""
    with st.container(key="switches", horizontal=True, vertical_alignment="center"):
        if form.case.address:
            press("Start again", begin, {}, key="start-again", type="tertiary")
        on = form.case.expert
        held = st.toggle(
            "Expert",
            bool(start_value("expert", on)),
            key="expert",
            on_change=_look,
            args=(form,),
        )
        hear(held, on, _look, form)


def _look(form: Form) -> None:
    open_case(form.latest().viewing("expert", st.session_state["expert"]).address)


# What comes of it -------------------------------------------------------------------------


def show_start(model: Model, form: Form, triage: Triage | None, plan: Plan) -> None:
    """Show where the answer will stand and what was answered, while there is nothing to tell."""
    with st.container(key="start"):
        st.header(texts().result, anchor=False)
        show_blank(SHOWN)
    if not form.case.address:
        show_examples(model, answers.guidance(model))
        return
    with st.container(key="given"):
        if triage is not None and triage.provisional:
            st.markdown(plain(triage.about.action))
        st.header(texts().so_far, anchor=False)
        show_answers(model, form, triage, plan)


def show_examples(model: Model, guidance: Guidance | None) -> None:
    """Offer cases to try, of those that the vocabulary has the words for."""
    usable = [example for example in examples() if _is_usable(model, guidance, example)]
    if not usable:
        return
    with (box := st.expander("Try an example", key="try", on_change=hold_case)):
        if not box.open:
            return
        for number, example in enumerate(usable):
            case = {**example.answers, "example": ON}
            press(plain(example.label), begin, case, key=f"example-{number}", type="tertiary")


def _is_usable(model: Model, guidance: Guidance | None, example: ExampleCase) -> bool:
    address = {name: [text] for name, text in example.answers.items()}
    return not read_case(model.vocabulary, address, guidance).ignored


def show_answer(
    model: Model, form: Form, triage: Triage | None, interval: CredibleInterval
) -> None:
    """Show what it may be, and what follows."""
    case = form.case
    with st.container(key="ranking"):
        if has_findings(interval.posterior):
            show_conflict(answers.conflict(model, case))
        if steps_back(triage):
            st.markdown(texts().steps_back)
            with (box := st.expander(texts().result, key="stepped-back", on_change=hold_case)):
                if box.open:
                    show_ranking(interval)
        else:
            show_ranking(interval)
            if has_findings(interval.posterior):
                show_beside(answers.also_present(model, case))
    with st.container(key="sections"):
        show_sections(model, form)


main()
