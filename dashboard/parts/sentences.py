"""What pages say of a posterior in a sentence: what comes first, and what cannot be."""

from hamknee import ImpossibleEvidenceError
from hamknee.base import percent
from hamknee.inference import Posterior
from hamknee.network import Vocabulary, check_value, parse_value, value_words
from hamknee.sensitivity import CredibleInterval
from parts.texts import plain

MASS = 0.9
"""Probability that the range beside a number holds."""

CLEAR, WIDE = 0.5, 0.8
"""A cause stands out where it comes first in this share of the draws, with a narrower interval."""

RIVAL = 0.05  # from here on the second and third are named beside the first


def headline(interval: CredibleInterval) -> str:
    """Return the most probable state with its interval in a few words, or that none stands out."""
    if not has_findings(interval.posterior):
        return f"Before any finding: {_named(interval, 0)}"
    if not stands_out(interval):
        return "No cause stands out yet"
    return f"Most likely: {_named(interval, 0)}"


def stands_out(interval: CredibleInterval) -> bool:
    """Whether the interval of the most probable state says anything, and others come after it."""
    first = interval.posterior.order[0]
    width = float(interval.high[first] - interval.low[first])
    return float(interval.p_top[first]) >= CLEAR and width < WIDE


def detail(interval: CredibleInterval) -> str:
    """Return the rivals of the most probable state, and how firm its place is."""
    posterior = interval.posterior
    first, *rest = posterior.order
    rivals = [
        _named(interval, rank)
        for rank, state in enumerate(rest[:2], start=1)
        if posterior.probabilities[state] >= RIVAL
    ]
    then = f"Then {' and '.join(rivals)}. " if rivals else ""
    if not has_findings(posterior):
        return then
    start, share = interval.ranking[0].start, float(interval.p_top[first])
    firm = f"{percent(share).removesuffix(' %')} of 100" if share < 1 else "all"
    return (
        f"{then}The starting probability of the first was {start}. The numbers behind this are "
        f"uncertain; of the ways they could be, it comes first in {firm}."
    )


def _named(interval: CredibleInterval, rank: int) -> str:
    row, posterior = interval.ranking[rank], interval.posterior
    name = posterior.target.states[posterior.order[rank]].everyday
    return f"{name}, {row.now} ({row.interval})"


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
        f"{change}, or choose that you don't know.\n\n" + "\n".join(lines)
    )
