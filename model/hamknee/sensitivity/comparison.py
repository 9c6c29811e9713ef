"""Two versions of one case: how far each posterior moves, and which changed answer moves it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    Kind,
    copied_property,
    percent,
    shown,
    takes,
)
from hamknee.inference import Case, Model
from hamknee.network import Evidence, check_evidence, find_state, value_words
from hamknee.sensitivity.intervals import CredibleInterval, credible_interval

if TYPE_CHECKING:
    import pandas as pd


NOT_KNOWN = "not known"


@dataclass(frozen=True)
class ChangedAnswer:
    """One answer that differs between two versions of a case.

    Parameters
    ----------
    variable : str
        Name of the question.
    label : str
        What people read of it.
    first, second : str
        The answers in words.
    without : float or None
        P(state) in the second version with this one answer as in the first; None where that
        contradicts the other answers.
    effect : float or None
        By how much the answer moves P(state), everything else being as in the second version.
    """

    variable: str
    label: str
    first: str
    second: str
    without: float | None
    effect: float | None


@shown
@dataclass(frozen=True)
class Comparison(KeptArrays):
    """Two versions of one case, side by side.

    Parameters
    ----------
    first, second : CredibleInterval
        Of the two versions, by the same model.
    state : int
        The state of the target whose change is accounted for.
    changes : tuple of ChangedAnswer
        The answers that differ, the one with the greatest effect first. Their effects need not
        add up: what one answer says depends on the others.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> first, second = {"pop": "no", "age": 31}, {"pop": "yes", "sex": "male"}
    >>> comparison = hamknee.compare(model.case(first), model.case(second))
    >>> sorted(change.variable for change in comparison.changes)
    ['age', 'pop', 'sex']
    >>> bool(abs(comparison.difference.sum()) < 1e-9)  # what one state gains, others lose
    True
    >>> list(comparison.table)
    ['condition', 'label', 'first', 'first_low', 'first_high', 'second', 'second_low',
    'second_high', 'difference']
    """

    first: CredibleInterval
    second: CredibleInterval
    state: int
    changes: tuple[ChangedAnswer, ...]

    @property
    def difference(self) -> Array:
        """The second posterior less the first, shape (states,)."""
        return self.second.posterior.probabilities - self.first.posterior.probabilities

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a state, the most probable of the second version first.

        Columns: the target, label, first, first_low, first_high, second, second_low, second_high,
        difference.
        """
        import pandas as pd

        target, order = self.second.posterior.target, self.second.posterior.order
        columns: dict[str, object] = {
            target.name: [target.states[i].name for i in order],
            "label": [target.states[i].label for i in order],
        }
        for name, version in (("first", self.first), ("second", self.second)):
            columns[name] = version.posterior.probabilities[order]
            columns |= {f"{name}_low": version.low[order], f"{name}_high": version.high[order]}
        return pd.DataFrame({**columns, "difference": self.difference[order]})

    @copied_property
    def changes_table(self) -> pd.DataFrame:
        """One row a changed answer: variable, label, first, second, without, effect."""
        import pandas as pd

        names = list(ChangedAnswer.__dataclass_fields__)
        rows = [[getattr(change, name) for name in names] for change in self.changes]
        return pd.DataFrame(rows, columns=names)

    @cached_property
    def text(self) -> str:
        """What the changes do to the state that is accounted for, one sentence a changed answer.

        The first version is called A, the second B.
        """
        if not self.changes:
            return "The two versions have the same answers."
        label = self.second.posterior.target.states[self.state].both_names
        before, after = (
            percent(float(version.posterior.probabilities[self.state]))
            for version in (self.first, self.second)
        )
        lines = [f"{label}: {before} in version A, {after} in version B."]
        return "\n".join([*lines, *(self.sentence(change) for change in self.changes)])

    def sentence(self, change: ChangedAnswer) -> str:
        """Return what one changed answer does."""
        sentence = f"{change.label}, {change.second} instead of {change.first}"
        if change.without is None:
            return f"{sentence}: needed, because the answer in A contradicts the others."
        after = percent(float(self.second.posterior.probabilities[self.state]))
        without = percent(change.without)
        if after == without:
            return f"{sentence}: makes no difference to it, the rest being as in version B."
        return f"{sentence}: takes it from {without} to {after}, the rest being as in version B."


A_VERSION = Kind(
    "a case or its interval, as Model.case or credible_interval returns it",
    (Case, CredibleInterval),
)


@takes(first=A_VERSION, second=A_VERSION)
def compare(
    first: CredibleInterval | Case, second: CredibleInterval | Case, state: str | None = None
) -> Comparison:
    """Compare two versions of one case.

    Parameters
    ----------
    first, second : CredibleInterval or Case
        By one model, from `credible_interval` or `Model.case`.
    state : str, optional
        The state of the target whose change is accounted for; by default the one that changes
        most.

    Returns
    -------
    Comparison

    Raises
    ------
    HamkneeError
        If the two are of different models.
    EvidenceError
        If there is no such state.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> quiet, loud = {"onset": "sudden", "pop": "no"}, {"onset": "sudden", "pop": "yes"}
    >>> comparison = hamknee.compare(model.case(quiet), model.case(loud), "rupture")
    >>> print(comparison.text)
    Hamstring tendon torn right through (Complete tendon rupture): ... % in version A, ... % in
    version B.
    Pop at the start, Yes instead of No: takes it from ... to ..., the rest being as in version B.
    """
    if not _same(first.model, second.model):
        raise HamkneeError("found two models; allowed: two cases of one model")
    first, second = _interval(first), _interval(second)
    difference = second.posterior.probabilities - first.posterior.probabilities
    target = second.posterior.target
    chosen = int(np.abs(difference).argmax()) if state is None else find_state(target, state)
    changes = [
        _change(first.case.evidence, second, chosen, name)
        for name in _changed(first.case.evidence, second.case.evidence)
    ]
    changes.sort(key=lambda change: -abs(1.0 if change.effect is None else change.effect))
    return Comparison(first, second, chosen, tuple(changes))


def _interval(version: CredibleInterval | Case) -> CredibleInterval:
    return credible_interval(version.model, version) if isinstance(version, Case) else version


def _same(first: Model, second: Model) -> bool:
    """Whether two models are one, or were read from the same numbers."""
    if first is second:
        return True
    equal = first.sha256 == second.sha256 and first.vocabulary == second.vocabulary
    return bool(first.sha256) and equal


def _changed(first: Evidence, second: Evidence) -> Iterator[str]:
    for name in first.vocabulary:
        if first.get(name) != second.get(name):
            yield name


def _change(first: Evidence, second: CredibleInterval, state: int, name: str) -> ChangedAnswer:
    """Return one changed answer with its effect, by taking it back alone."""
    model, evidence, variable = second.model, second.case.evidence, first.vocabulary[name]
    mixed = check_evidence(model.vocabulary, {**evidence.known, name: first.get(name)})
    words = [
        NOT_KNOWN if value is None else value_words(variable, value)
        for value in (first.get(name), evidence.get(name))
    ]
    if model.log_p_evidence(mixed) == -math.inf:
        return ChangedAnswer(name, variable.label, words[0], words[1], None, None)
    without = float(model.posterior(mixed).probabilities[state])
    effect = float(second.posterior.probabilities[state]) - without
    return ChangedAnswer(name, variable.label, words[0], words[1], without, effect)
