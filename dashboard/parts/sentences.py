"""What pages say of a posterior in a sentence: what comes first, and what cannot be."""

from hamknee import ImpossibleEvidenceError
from hamknee.base import percent, percent_range
from hamknee.inference import Posterior
from hamknee.network import Vocabulary, check_value, parse_value, value_words
from hamknee.sensitivity import CredibleInterval
from parts.texts import plain

MASS = 0.9
"""Probability that the range beside a number holds."""

RIVAL = 0.05  # from here on the second and third are named beside the first


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
