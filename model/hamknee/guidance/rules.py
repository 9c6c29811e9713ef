"""What the rules ask for: judged on the case, and on the case without any of its worrying answers.

A worrying answer never lowers a level. So a rule counts where it is reached with or without any of
the worrying answers: the engine answers all these versions of the case at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hamknee.base import Array, Codes
from hamknee.guidance.texts import Guidance, Rule
from hamknee.inference import Case
from hamknee.network import possible_states
from hamknee.reasoning import coexisting


@dataclass(frozen=True)
class Reached:
    """A rule that a case reaches.

    Parameters
    ----------
    rule : Rule
        Of the guidance.
    probability : float
        What it was judged on.
    without : tuple of str
        The worrying answers without which it is reached; empty where it is reached with all.
    """

    rule: Rule
    probability: float
    without: tuple[str, ...]


@dataclass(frozen=True)
class AppliedRules:
    """What the rules say of one case.

    Parameters
    ----------
    guidance : Guidance
        Whose rules are meant.
    case : Case
        What is known.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.guidance import guidance_for
    >>> model = hamknee.load()
    >>> case = model.case({"onset": "days", "swelling": "leg", "location": "calf"})
    >>> applied = AppliedRules(guidance_for(model), case)
    >>> applied.worrying
    ('swelling',)
    >>> applied.reached()[0].rule.level
    'same_day'
    """

    guidance: Guidance
    case: Case

    @cached_property
    def worrying(self) -> tuple[str, ...]:
        """The known findings of which a worrying state is possible."""
        evidence, states = self.case.evidence, self.guidance.worrying
        return tuple(
            name
            for name in evidence
            if name in states and possible_states(evidence[name]) & states[name]
        )

    def reached(self) -> list[Reached]:
        """Return the most urgent rule that each condition reaches, most urgent first."""
        versions = self._without_any(self.worrying)
        values = self._values(versions)
        left_out = [self._left_out(row) for row in versions]
        fewest = np.argsort([len(names) for names in left_out], kind="stable")
        best: dict[str, Reached] = {}
        for number, rule in self._by_urgency():
            rows = [row for row in fewest if values[row, number] >= rule.at_least]
            if rows and rule.condition not in best:
                row = rows[0]
                best[rule.condition] = Reached(rule, float(values[row, number]), left_out[row])
        return list(best.values())

    def level_without(self, name: str) -> str:
        """Return the level that the rules ask for without one answer."""
        versions = self._without_any(self.worrying)
        versions[:, self.case.model.vocabulary.index[name]] = self._unknown(name)
        return self.guidance.most_urgent(self._levels(versions))

    def levels_with(self, name: str) -> list[str]:
        """Return the level that the rules ask for with each answer to an open question.

        A worrying answer may be left out again, like those that are known.
        """
        variable = self.case.model.vocabulary[name]
        place = self.case.model.vocabulary.index[name]
        now = self._without_any(self.worrying)
        levels = []
        for state, label in enumerate(variable.state_names):
            versions = now.copy()
            versions[:, place] = state
            if label in self.guidance.worrying.get(name, ()):
                versions = np.concatenate([versions, now])
            levels.append(self.guidance.most_urgent(self._levels(versions)))
        return levels

    # How ----------------------------------------------------------------------------------

    def _by_urgency(self) -> list[tuple[int, Rule]]:
        rules = enumerate(self.guidance.triage.values())
        return sorted(rules, key=lambda one: self.guidance.urgency(one[1].level))

    def _levels(self, versions: Codes) -> Iterable[str]:
        """Yield the level of every rule that some version reaches."""
        highest = self._values(versions).max(axis=0)
        for number, rule in enumerate(self.guidance.triage.values()):
            if highest[number] >= rule.at_least:
                yield rule.level

    def _values(self, versions: Codes) -> Array:
        """Return what each rule is judged on, shape (versions, rules)."""
        model = self.case.model
        probabilities, _ = model.engine.posteriors(versions, self.case.cases.weights)
        # A version that cannot be is no reason for a level.
        return np.asarray(np.nan_to_num(probabilities) @ self._weights)

    @cached_property
    def _weights(self) -> Array:
        """P(what a rule is about is there | main cause), shape (target states, rules)."""
        model, rules = self.case.model, self.guidance.triage.values()
        target = model.vocabulary.target
        weights = np.zeros((len(target.states), len(rules)))
        for number, rule in enumerate(rules):
            weights[target.position[rule.condition], number] = 1.0
            for row in coexisting(model) if rule.present else ():
                if row.also == rule.condition and row.beside:
                    weights[target.position[row.main], number] = row.estimate
        return weights

    def _without_any(self, names: Sequence[str]) -> Codes:
        """Return the case without any of some answers, shape (2 ** names, variables)."""
        versions = np.tile(self.case.codes, (2 ** len(names), 1))
        for bit, name in enumerate(names):
            out = np.arange(len(versions)) >> bit & 1 == 1
            versions[out, self.case.model.vocabulary.index[name]] = self._unknown(name)
        return versions

    def _unknown(self, name: str) -> int:
        return len(self.case.model.vocabulary[name].states)

    def _left_out(self, version: Codes) -> tuple[str, ...]:
        index = self.case.model.vocabulary.index
        return tuple(n for n in self.worrying if version[index[n]] != self.case.codes[index[n]])


def called_for(guidance: Guidance, conditions: Collection[str]) -> str:
    """Return the level that the rules give to a condition that is certain.

    Parameters
    ----------
    guidance : Guidance
        Whose rules are meant.
    conditions : collection of str
        What is certain; of several the most urgent level holds.
    """
    rules = guidance.triage.values()
    return guidance.most_urgent(rule.level for rule in rules if rule.condition in conditions)


def urgent_conditions(guidance: Guidance) -> list[str]:
    """Return the conditions that, if they were certain, could not wait for an appointment.

    Parameters
    ----------
    guidance : Guidance
        Whose rules are meant.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.guidance import guidance_for, urgent_conditions
    >>> "dvt" in urgent_conditions(guidance_for(hamknee.load()))
    True
    """
    names = dict.fromkeys(rule.condition for rule in guidance.triage.values())
    levels = {name: guidance.levels[called_for(guidance, [name])] for name in names}
    return [name for name, level in levels.items() if not level.rehabilitation]
