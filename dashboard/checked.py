"""How good the answers are, kept by the content of the numbers: nothing of a visitor is in it."""

import streamlit as st

from cached import stamp
from hamknee.base import HamkneeError
from hamknee.evaluation import Evaluation, SelfTest, evaluate, self_test
from hamknee.guidance import TriageCheck, triage_check
from hamknee.inference import Model
from hamknee.network import LabelledCases, Vocabulary, read_labelled

KEPT = 24
"""How many evaluations are kept."""


def published(vocabulary: Vocabulary) -> LabelledCases | None:
    """Return the published cases; None where they do not fit the vocabulary in use."""
    return _published(stamp(), vocabulary)


def on_published_cases(model: Model, cases: LabelledCases, min_findings: int) -> Evaluation:
    """Return how good the answers to the published cases are.

    Parameters
    ----------
    model : Model
        What is checked.
    cases : LabelledCases
        As `published` returns them.
    min_findings : int
        Known findings that a case needs to count.
    """
    return _evaluation((stamp(), model.sha256, min_findings), model, cases)


def urgency(model: Model, cases: LabelledCases, min_findings: int) -> TriageCheck:
    """Return how urgent the published cases get, beside what their diagnoses call for.

    Parameters
    ----------
    model, cases, min_findings
        As for `on_published_cases`.
    """
    return _urgency((stamp(), model.sha256, min_findings), model, cases)


def on_simulated_patients(model: Model, n: int, seed: int) -> SelfTest:
    """Return how good the answers to patients drawn from the model are."""
    return _self_test((stamp(), model.sha256, n, seed), model)


@st.cache_resource(show_spinner=False, max_entries=2)
def _published(key: object, _vocabulary: Vocabulary) -> LabelledCases | None:  # noqa: ARG001
    try:
        return read_labelled(_vocabulary)
    except HamkneeError:
        return None


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _evaluation(key: tuple[object, str, int], _model: Model, _cases: LabelledCases) -> Evaluation:
    return evaluate(_model, _cases, min_findings=key[-1])


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _urgency(key: tuple[object, str, int], _model: Model, _cases: LabelledCases) -> TriageCheck:
    return triage_check(_model, _cases, min_findings=key[-1])


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _self_test(key: tuple[object, str, int, int], _model: Model) -> SelfTest:
    _, _, n, seed = key
    return self_test(_model, n=n, seed=seed)
