"""What the model expects of every variable in the case: the answers, and what they let expect."""

from dataclasses import dataclass

from hamknee.base import percent
from hamknee.inference import Marginals
from hamknee.network import Evidence, Variable, value_words
from parts.tables import table_html


@dataclass(frozen=True)
class ExpectedAnswers:
    """Every variable in one case.

    Parameters
    ----------
    known : Evidence
        What is known of the case.
    before, now : Marginals
        Probabilities of every state at the start, where only the context is known, and now.
    """

    known: Evidence
    before: Marginals
    now: Marginals


def expected_html(expected: ExpectedAnswers, variable: str = "") -> str:
    """Return how probable each state of one variable is, or the most probable one of each."""
    vocabulary = expected.now.vocabulary
    if variable:
        return _states_html(expected, vocabulary[variable])
    rows = [_row(expected, about) for about in vocabulary.variables]
    return table_html(("Variable", "Answered or most probable", "Start", "Now"), rows)


def _states_html(expected: ExpectedAnswers, about: Variable) -> str:
    numbers = zip(expected.before[about.name], expected.now[about.name], strict=True)
    rows = [
        (state.label, percent(float(before)), percent(float(now)))
        for state, (before, now) in zip(about.states, numbers, strict=True)
    ]
    return table_html((about.label, "Start", "Now"), rows)


def _row(expected: ExpectedAnswers, about: Variable) -> tuple[str, str, str, str]:
    if about.name in expected.known:
        return about.label, f"Answered: {value_words(about, expected.known[about.name])}", "", ""
    best = int(expected.now[about.name].argmax())
    ends = (float(expected.before[about.name][best]), float(expected.now[about.name][best]))
    return about.label, about.states[best].label, percent(ends[0]), percent(ends[1])
