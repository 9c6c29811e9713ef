"""What follows from the numbers in force, kept by the content of the numbers."""

import streamlit as st

import numbers_in_force
from cached import priors as priors_of_file
from cached import stamp
from hamknee.base import HamkneeError
from hamknee.inference import Model
from hamknee.network import Evidence, LabelledCases, Priors, Vocabulary, read_labelled, value_text
from hamknee.sensitivity import Difference, Tornado, difference, tornado


def on_published_cases() -> Difference:
    """Return how the numbers in force differ from those of the file, also in published cases."""
    old, new = priors_of_file(), numbers_in_force.priors()
    return _difference((stamp(), old.sha256, new.sha256), old, new)


@st.cache_resource(show_spinner=False, max_entries=64)
def _difference(key: tuple[object, ...], _old: Priors, _new: Priors) -> Difference:  # noqa: ARG001
    return difference(_old, _new, _published(stamp(), _old.vocabulary))


@st.cache_resource(show_spinner=False, max_entries=2)
def _published(key: object, _vocabulary: Vocabulary) -> LabelledCases | None:  # noqa: ARG001
    """Return the published cases; None where they do not fit the vocabulary in use."""
    try:
        return read_labelled(_vocabulary)
    except HamkneeError:
        return None


def tornado_of(model: Model, known: Evidence, state: str) -> Tornado:
    """Return how far each number alone moves the probability of a state."""
    key = stamp(), model.sha256, state, tuple((n, value_text(v)) for n, v in known.items())
    return _tornado(key, model, known, state)


@st.cache_resource(show_spinner=False, max_entries=64)
def _tornado(key: tuple[object, ...], _model: Model, _known: Evidence, _state: str) -> Tornado:  # noqa: ARG001
    return tornado(_model, _known, _state)
