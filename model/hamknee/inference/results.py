"""What the engine answers: frozen results with numbers, a tidy table and plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hamknee.network import Evidence, Variable, Vocabulary, value_words

if TYPE_CHECKING:
    import pandas as pd  # imported when a table is asked for: it is most of the start-up time
from hamknee.base import Array, KeptArrays, compares_arrays, copied_property, percent, shown


def _exp(log: float | Array) -> Array:
    """Return exp of logarithms; inf where likelihoods make it larger than any number."""
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(log))


def _each(cases: Sequence[object], times: int) -> list[object]:
    """Return the name of every case several times over; names may be of any type."""
    return [case for case in cases for _ in range(times)]


@shown
@dataclass(frozen=True)
@compares_arrays
class Posterior:
    """The target's probabilities in one case.

    Parameters
    ----------
    target : Variable
        What was asked for.
    evidence : Evidence
        What was known.
    probabilities : ndarray, shape (states,)
        P(target | evidence), in the order of the target's states.
    prior : ndarray, shape (states,)
        P(target | context): the starting probabilities, before any trait or finding.
    log_p_evidence : float
        Natural logarithm of P(evidence); for likelihood evidence, of its weighted sum.

    Examples
    --------
    >>> import hamknee
    >>> posterior = hamknee.load().posterior({"onset": "sudden", "pop": "yes"})
    >>> list(posterior.table)
    ['condition', 'label', 'probability', 'prior']
    >>> posterior.table["condition"][0] == posterior.top
    True
    >>> bool(posterior["rupture"] > posterior.prior[posterior.target.position["rupture"]])
    True
    >>> print(posterior.text)
    Most likely: ..., ... % ... (starting probability of the first: ... %).
    """

    target: Variable
    evidence: Evidence
    probabilities: Array
    prior: Array
    log_p_evidence: float

    @property
    def p_evidence(self) -> float:
        """P(evidence)."""
        return float(_exp(self.log_p_evidence))

    @copied_property
    def order(self) -> list[int]:
        """Indices of the target's states, most probable first; ties in the vocabulary's order."""
        return [int(i) for i in np.argsort(-self.probabilities, kind="stable")]

    @property
    def top(self) -> str:
        """The most probable state."""
        return self.target.state_names[self.order[0]]

    def __getitem__(self, state: str) -> float:
        """Return the probability of a state."""
        return float(self.probabilities[self.target.position[state]])

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a state, most probable first: target, label, probability, prior."""
        import pandas as pd

        states = self.target.states
        return pd.DataFrame(
            {
                self.target.name: [states[i].name for i in self.order],
                "label": [states[i].label for i in self.order],
                "probability": self.probabilities[self.order],
                "prior": self.prior[self.order],
            }
        )

    @cached_property
    def text(self) -> str:
        """One plain sentence on the most probable state and its nearest rivals."""
        first, *rest = self.order
        rivals = [i for i in rest if self.probabilities[i] >= 0.05][:2]
        sentence = f"Most likely: {self._named(first)}"
        if rivals:
            sentence += ", then " + " and ".join(self._named(i) for i in rivals)
        started = f"starting probability of the first: {percent(float(self.prior[first]))}"
        return f"{sentence} ({started})."

    def _named(self, state: int) -> str:
        label = self.target.states[state].label
        return f"{label}, {percent(float(self.probabilities[state]))}"

    @cached_property
    def findings_text(self) -> str:
        """The evidence in the labels people read."""
        if not self.evidence:
            return "Nothing is known yet."
        vocabulary = self.evidence.vocabulary
        parts = [
            f"{vocabulary[name].label}: {value_words(vocabulary[name], value)}"
            for name, value in self.evidence.items()
        ]
        return "; ".join(parts) + "."


@shown
@dataclass(frozen=True)
@compares_arrays
class Posteriors(KeptArrays):
    """The target's probabilities in many cases.

    Parameters
    ----------
    target : Variable
        What was asked for.
    cases : sequence
        What each case is called.
    probabilities, prior : ndarray, shape (cases, states)
        P(target | evidence) and P(target | context).
    log_p_evidence : ndarray, shape (cases,)
        Natural logarithm of P(evidence).

    Examples
    --------
    >>> import hamknee
    >>> posteriors = hamknee.load().posterior([{"age": 25, "pop": "yes"}, {"age": 70}])
    >>> len(posteriors.top), list(posteriors.cases)
    (2, [0, 1])
    >>> list(posteriors.table)
    ['condition', 'case', 'label', 'probability', 'prior']
    >>> print(posteriors.text)
    2 cases; first comes ...
    """

    target: Variable
    cases: Sequence[object]
    probabilities: Array
    prior: Array
    log_p_evidence: Array

    @property
    def p_evidence(self) -> Array:
        """P(evidence) of each case."""
        return _exp(self.log_p_evidence)

    @property
    def top(self) -> list[str]:
        """The most probable state of each case."""
        return [self.target.state_names[i] for i in self.probabilities.argmax(axis=1)]

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a case and state: target, case, label, probability, prior."""
        import pandas as pd

        count, states = self.probabilities.shape
        return pd.DataFrame(
            {
                self.target.name: list(self.target.state_names) * count,
                "case": _each(self.cases, states),
                "label": [state.label for state in self.target.states] * count,
                "probability": self.probabilities.ravel(),
                "prior": self.prior.ravel(),
            }
        )

    @cached_property
    def text(self) -> str:
        """How many cases have which state first."""
        if not len(self.cases):
            return "No cases."
        counts = np.bincount(self.probabilities.argmax(axis=1), minlength=len(self.target.states))
        ranked = [int(i) for i in np.argsort(-counts, kind="stable") if counts[i]]
        named = [f"{self.target.states[i].label} in {counts[i]}" for i in ranked]
        cases = "1 case" if len(self.cases) == 1 else f"{len(self.cases)} cases"
        return f"{cases}; first comes " + ", ".join(named) + "."


@dataclass(frozen=True)
@compares_arrays
class Scores(KeptArrays):
    """What a file of results holds of many cases, the impossible ones among them.

    Parameters
    ----------
    target : Variable
        What was asked for.
    probabilities : ndarray, shape (cases, states)
        P(target | evidence), NaN where the evidence is impossible.
    log_p_evidence : ndarray, shape (cases,)
        Natural logarithm of P(evidence), -inf where the evidence is impossible.
    log_p_alone : ndarray, shape (cases,)
        Sum of the natural logarithms of P(e) over all that is known, each taken by itself.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> scores = model.scores(model.encode([{"sex": "male"}, {"onset": "gradual", "pop": "yes"}]))
    >>> scores.conflict.round(9).tolist()[0]  # one finding cannot conflict
    0.0
    >>> bool(scores.conflict[1] > 0)  # a pop at no known moment
    True
    """

    target: Variable
    probabilities: Array
    log_p_evidence: Array
    log_p_alone: Array

    @property
    def impossible(self) -> npt.NDArray[np.bool_]:
        """Whether the evidence of each case contradicts itself, shape (cases,)."""
        return np.isneginf(self.log_p_evidence)

    @property
    def conflict(self) -> Array:
        """Conflict of each case in bits (see `hamknee.conflict`), NaN where it is impossible."""
        log_p = np.where(self.impossible, np.nan, self.log_p_evidence)
        return np.asarray((self.log_p_alone - log_p) / np.log(2))


@shown
@dataclass(frozen=True)
@compares_arrays
class Marginals(KeptArrays):
    """The probabilities of every variable in one case or many.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables.
    probabilities : mapping of str to ndarray, shape (states,) or (cases, states)
        P(variable | evidence) by variable name.
    cases : sequence or None
        What each case is called; None for a single case.

    Examples
    --------
    >>> import hamknee
    >>> marginals = hamknee.load().marginals({"sex": "male"})
    >>> marginals["sex"].tolist(), marginals["pop"].shape
    ([0.0, 1.0], (2,))
    >>> list(marginals.table)
    ['variable', 'state', 'label', 'probability']
    """

    vocabulary: Vocabulary
    probabilities: Mapping[str, Array]
    cases: Sequence[object] | None = None

    def __getitem__(self, name: str) -> Array:
        """Return the probabilities of one variable."""
        return self.probabilities[name]

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a variable and state (and case): variable, state, label, probability."""
        import pandas as pd

        frames = []
        for name, values in self.probabilities.items():
            variable = self.vocabulary[name]
            count = len(np.atleast_2d(values))
            columns: dict[str, object] = {
                "variable": name,
                "state": list(variable.state_names) * count,
                "label": [state.label for state in variable.states] * count,
                "probability": values.ravel(),
            }
            if self.cases is not None:
                columns["case"] = _each(self.cases, len(variable.states))
            frames.append(pd.DataFrame(columns))
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def text(self) -> str:
        """The most probable state of every variable (of a single case)."""
        if self.cases is not None:
            variables, cases = len(self.probabilities), len(self.cases)
            return f"Probabilities of {variables} variables in {cases} cases."
        parts = []
        for name, values in self.probabilities.items():
            best = int(values.argmax())
            label = self.vocabulary[name].states[best].label
            parts.append(f"{self.vocabulary[name].label}: {label}, {percent(float(values[best]))}")
        return "; ".join(parts) + "."


@shown
@dataclass(frozen=True)
class Explanation(KeptArrays):
    """The most probable explanation of one case: every unobserved variable at once.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables.
    states : mapping of str to str
        The jointly most probable state of each variable that was not observed.
    probability : float
        P(states | evidence).
    tied : tuple of str
        Variables that could take another state at the same probability.

    Examples
    --------
    >>> import hamknee
    >>> explanation = hamknee.load().most_probable_explanation({"condition": "rupture"})
    >>> explanation.states["onset"], explanation.states["pop"]
    ('sudden', 'yes')
    >>> list(explanation.table)
    ['variable', 'state', 'label', 'tied']
    >>> print(explanation.text)
    Together most probable (... %): ...
    """

    vocabulary: Vocabulary
    states: Mapping[str, str]
    probability: float
    tied: tuple[str, ...] = ()

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a variable: variable, state, label, tied."""
        import pandas as pd

        names = list(self.states)
        labels = [self.vocabulary[name].state(self.states[name]).label for name in names]
        tied = [name in self.tied for name in names]
        values = list(self.states.values())
        return pd.DataFrame({"variable": names, "state": values, "label": labels, "tied": tied})

    @cached_property
    def text(self) -> str:
        """The explanation as one sentence."""
        parts = [
            f"{self.vocabulary[name].label}: {self.vocabulary[name].state(state).label}"
            for name, state in self.states.items()
        ]
        tied = ", ".join(self.vocabulary[name].label for name in self.tied)
        ties = f" Tied: {tied}." if tied else ""
        joined = "; ".join(parts) or "nothing is left open"
        return f"Together most probable ({percent(self.probability)}): {joined}.{ties}"
