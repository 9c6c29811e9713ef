"""What the library says of a case, kept by the content of the case and of the numbers.

The answers are the same for whoever asks, so visitors may share them; nothing in a key or a value
tells who asked.
"""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

import hamknee
from cached import stamp
from evidence import VisitorCase
from hamknee.guidance import Advice, Guidance, Summary, Triage, advice_for, find_guidance
from hamknee.network import Evidence, check_evidence, value_text
from hamknee.reasoning import Conflict, Reasons, Stop
from hamknee.sensitivity import CredibleInterval

KEPT = 128
"""How many answers of each kind are kept; the largest are a third of a megabyte."""

DRAWS = 500
"""Combinations of answers drawn for the stopping rule, which turns on 95 %: its standard error is
1 % there, and the page has to keep up with the clicks."""


def guidance(model: hamknee.Model) -> Guidance | None:
    """Return what there is to tell a person; None where nothing goes with the model."""
    return find_guidance(model)


def interval(model: hamknee.Model, case: VisitorCase) -> CredibleInterval:
    """Return the posterior with its intervals; of the triage where there is one."""
    if guidance(model) is not None:
        return triage(model, case).interval
    return _interval(_key(model, case.evidence), model, case.evidence)


def triage(model: hamknee.Model, case: VisitorCase) -> Triage:
    """Return how soon to seek help, and why."""
    key = _key(model, case.evidence, sorted(case.flags.items()))
    return _triage(key, model, case.evidence, case.flags)


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
    return Summary(advice(model, case), model.sha256, not_known=case.not_known)


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
    key = _key(model, case.evidence, case.not_known, state, per_minute)
    return _stop(key, model, case.evidence, case.not_known, state, per_minute)


def reasons(model: hamknee.Model, case: VisitorCase, state: str, against: str | None) -> Reasons:
    """Return the weight of each finding."""
    key = _key(model, case.evidence, state, against)
    return _reasons(key, model, case.evidence, state, against)


def conflict(model: hamknee.Model, case: VisitorCase) -> Conflict:
    """Return how well the findings go together."""
    return _conflict(_key(model, case.evidence), model, case.evidence)


def _key(model: hamknee.Model, evidence: Evidence, *more: object) -> str:
    """Return what an answer depends on: the files read, the numbers, and what is known.

    One text, because Streamlit takes long to make a key of anything that has parts.
    """
    known = [(name, value_text(value)) for name, value in evidence.items()]
    return repr((stamp(), model.sha256, known, more))


# With a key of its own each, because neither models nor evidence can be hashed.


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _interval(key: str, _model: hamknee.Model, _known: Evidence) -> CredibleInterval:  # noqa: ARG001
    return hamknee.credible_interval(_model, _known)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _triage(
    key: str,  # noqa: ARG001
    _model: hamknee.Model,
    _known: Evidence,
    _flags: Mapping[str, object],
) -> Triage:
    return hamknee.triage(_model, _known, _flags)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _stop(
    key: str,  # noqa: ARG001
    _model: hamknee.Model,
    _known: Evidence,
    _skip: tuple[str, ...],
    _state: str | None,
    _per_minute: bool,
) -> Stop:
    return hamknee.stop_rule(
        _model, _known, _state, per_minute=_per_minute, skip=_skip, draws=DRAWS
    )


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _reasons(
    key: str,  # noqa: ARG001
    _model: hamknee.Model,
    _known: Evidence,
    _state: str,
    _against: str | None,
) -> Reasons:
    return hamknee.explain(_model, _known, _state, against=_against)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _conflict(key: str, _model: hamknee.Model, _known: Evidence) -> Conflict:  # noqa: ARG001
    # How typical the case is, which is what the draws are for, is not shown.
    return hamknee.conflict(_model, _known, draws=1)
