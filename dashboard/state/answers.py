"""What the library says of a case and of the numbers, kept by the content of both.

The answers are the same for whoever asks, so visitors may share them; nothing in a key or a value
tells who asked.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st

import hamknee
from hamknee.evaluation import Evaluation, PredictiveCheck, ResidualDependence, SelfTest, self_test
from hamknee.guidance import (
    Advice,
    Flag,
    Guidance,
    LevelQuestions,
    Summary,
    Triage,
    TriageCheck,
    advice_for,
    find_guidance,
)
from hamknee.network import (
    Evidence,
    LabelledCases,
    Vocabulary,
    check_evidence,
    read_labelled,
    value_text,
)
from hamknee.reasoning import AlsoPresent, Conflict, Reasons, Stop
from hamknee.sensitivity import CredibleInterval, Difference, Tornado
from parts.texts import plain, texts
from state.case import VisitorCase
from state.numbers import Numbers, in_force, stamp

KEPT = 512
"""How many answers are kept; the largest are a third of a megabyte."""

DRAWS = 500
"""Combinations of answers drawn for the stopping rule, which turns on 95 %: its standard error is
1 % there, and the page has to keep up with the clicks."""

Answer = TypeVar("Answer")


def kept(make: Callable[[], Answer], what: str, *on: object) -> Answer:
    """Return an answer, worked out once for everything it depends on.

    Parameters
    ----------
    make : callable
        Works it out.
    what : str
        Which answer it is.
    *on : object
        What it depends on beside the files that were read: models, evidence, and whatever `repr`
        tells apart.
    """
    # One text, because Streamlit takes long to make a key of anything that has parts.
    answer: Answer = _kept(repr((stamp(), what, [_content(part) for part in on])), make)
    return answer


def _content(part: object) -> object:
    if isinstance(part, hamknee.Model):
        return part.sha256
    if isinstance(part, Evidence):
        return [(name, value_text(value)) for name, value in part.items()]
    return part


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _kept(key: str, _make: Callable[[], Any]) -> Any:  # noqa: ARG001
    return _make()


# One case ---------------------------------------------------------------------------------


def guidance(model: hamknee.Model) -> Guidance | None:
    """Return what there is to tell a person; None where nothing goes with the model."""
    return find_guidance(model)


def heading(model: hamknee.Model) -> str:
    """Return what the numbers are about, in Markdown: the knee, or what another network asks."""
    own = texts().title
    return own if guidance(model) is not None else plain(model.vocabulary.target.label)


def interval(model: hamknee.Model, case: VisitorCase) -> CredibleInterval:
    """Return the posterior with its intervals; of the triage where there is one."""
    if guidance(model) is not None:
        return triage(model, case).interval
    known = case.evidence
    return kept(lambda: hamknee.credible_interval(model, known), "interval", model, known)


def triage(model: hamknee.Model, case: VisitorCase) -> Triage:
    """Return how soon to seek help, and why."""
    known, flags, vain = case.evidence, case.flags, case.not_known
    return kept(
        lambda: hamknee.triage(model, known, flags, not_known=vain),
        *("triage", model, known, sorted(flags.items()), vain),
    )


def safe_triage(model: hamknee.Model, case: VisitorCase) -> Triage:
    """Return the triage; of the warning signs alone where the answers contradict each other."""
    try:
        return triage(model, case)
    except hamknee.ImpossibleEvidenceError:
        return triage(model, replace(case, evidence=check_evidence(model.vocabulary, {})))


def advice(model: hamknee.Model, case: VisitorCase) -> Advice:
    """Return what to do, what to leave and when to seek help."""
    return advice_for(triage(model, case))


def summary(model: hamknee.Model, case: VisitorCase) -> Summary:
    """Return the case on one page."""
    changed = in_force().edited
    return Summary(advice(model, case), model.sha256, not_known=case.not_known, changed=changed)


def also_present(model: hamknee.Model, case: VisitorCase) -> AlsoPresent:
    """Return what may be there beside the main cause."""
    known = case.evidence
    return kept(lambda: hamknee.also_present(model, known), "also present", model, known)


def unsafe(model: hamknee.Model, case: VisitorCase) -> dict[str, str]:
    """Return the questions that must not be asked now, and why not."""
    texts = guidance(model)
    return {} if texts is None else texts.unsafe_questions(case.evidence)


def level_questions(
    model: hamknee.Model, case: VisitorCase
) -> tuple[tuple[str, ...], tuple[Flag, ...]]:
    """Return the questions and the warning signs that could still make it more urgent."""
    if guidance(model) is None:
        return (), ()
    known, flags, vain = case.evidence, case.flags, case.not_known
    names, signs = kept(
        lambda: _level_questions(hamknee.level_questions(model, known, flags, not_known=vain)),
        *("level questions", model, known, sorted(flags.items()), vain),
    )
    closed = unsafe(model, case)
    return tuple(name for name in names if name not in closed), signs


def _level_questions(asking: LevelQuestions) -> tuple[tuple[str, ...], tuple[Flag, ...]]:
    return asking.names, asking.flags


def stop(
    model: hamknee.Model, case: VisitorCase, state: str | None = None, *, per_minute: bool = True
) -> Stop:
    """Return what to ask next, and whether to go on asking.

    Parameters
    ----------
    model, case
        What is asked about.
    state : str, optional
        The state of the target that is to be settled; by default, which one comes first.
    per_minute : bool
        Whether the time that a question takes counts.
    """
    first, signs = level_questions(model, case)
    known, skip = case.evidence, tuple(dict.fromkeys([*case.not_known, *unsafe(model, case)]))
    front = () if state else first  # who settles one cause has chosen what is asked
    rule: Stop = kept(
        lambda: hamknee.stop_rule(
            model, known, state, per_minute=per_minute, skip=skip, first=front, draws=DRAWS
        ),
        *("stop", model, known, skip, front, state, per_minute),
    )
    goes_on = rule.questions.asked and (first or signs)
    return replace(rule, reason=None) if goes_on else rule


def reasons(model: hamknee.Model, case: VisitorCase, state: str, against: str | None) -> Reasons:
    """Return the weight of each finding."""
    known = case.evidence
    return kept(
        lambda: hamknee.explain(model, known, state, against=against),
        *("reasons", model, known, state, against),
    )


def conflict(model: hamknee.Model, case: VisitorCase) -> Conflict:
    """Return how well the findings go together."""
    known = case.evidence
    # How typical the case is, which is what the draws are for, is not shown.
    return kept(lambda: hamknee.conflict(model, known, draws=1), "conflict", model, known)


def tornado(model: hamknee.Model, case: VisitorCase, state: str) -> Tornado:
    """Return how far each number alone moves the probability of a state."""
    known = case.evidence
    return kept(lambda: hamknee.tornado(model, known, state), "tornado", model, known, state)


# The numbers ------------------------------------------------------------------------------


def published_cases(vocabulary: Vocabulary) -> LabelledCases | None:
    """Return the published cases; None where they do not fit the vocabulary in use."""
    return kept(lambda: _published_cases(vocabulary), "published cases")


def _published_cases(vocabulary: Vocabulary) -> LabelledCases | None:
    try:
        return read_labelled(vocabulary)
    except hamknee.HamkneeError:
        return None


def difference(of_file: Numbers, in_force: Numbers) -> Difference:
    """Return how the numbers in force differ from those of the file, also in published cases."""
    old, new = of_file.priors, in_force.priors
    return kept(
        lambda: hamknee.difference(old, new, published_cases(old.vocabulary)),
        *("difference", old.sha256, new.sha256),
    )


def scores(model: hamknee.Model, cases: LabelledCases, min_findings: int) -> Evaluation:
    """Return how good the answers to the published cases are.

    Parameters
    ----------
    model : Model
        What is checked.
    cases : LabelledCases
        As `published_cases` returns them.
    min_findings : int
        Known findings that a case needs to count.
    """
    return kept(
        lambda: hamknee.evaluate(model, cases, min_findings=min_findings),
        *("scores", model, min_findings),
    )


def urgency(model: hamknee.Model, cases: LabelledCases, min_findings: int) -> TriageCheck:
    """Return how urgent the published cases get, beside what their diagnoses call for.

    Parameters
    ----------
    model, cases, min_findings
        As for `scores`.
    """
    return kept(
        lambda: hamknee.triage_check(model, cases, min_findings=min_findings),
        *("urgency", model, min_findings),
    )


def criticism(
    model: hamknee.Model, cases: LabelledCases
) -> tuple[PredictiveCheck, ResidualDependence]:
    """Return what the model lacks on the published cases."""
    return kept(
        lambda: (hamknee.predictive_check(model, cases), hamknee.residual_dependence(model, cases)),
        *("criticism", model),
    )


def simulated(model: hamknee.Model, n: int, seed: int) -> SelfTest:
    """Return how good the answers to patients drawn from the model are."""
    return kept(lambda: self_test(model, n=n, seed=seed), "self-test", model, n, seed)
