"""A column that someone has stated, as a Dirichlet, and what it implies beside what was said.

A column holds the probabilities of the states of one variable, given the states of its parents.
In whatever form it was stated (`statements`, `accuracy`, `pooling`), the result is the same: mean
probabilities that add up to 1 and an equivalent sample size, the two things that ``priors.csv``
holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import Array, HamkneeError, Kind, copied_property, listing, shown, takes

if TYPE_CHECKING:
    import pandas as pd

YES_NO = ("yes", "no")
RANGE = (0.05, 0.95)
"""Levels of the 90 % range that tables and sentences show."""


@shown
@dataclass(frozen=True)
class Elicited:
    """A column that someone has stated: a Dirichlet with counts ess × probability.

    Parameters
    ----------
    states : tuple of str
        Names, at least two.
    probabilities : tuple of float
        Mean of the Dirichlet, each strictly between 0 and 1, adding up to 1.
    ess : float
        Equivalent sample size: how many patients the statement is worth.
    stated : tuple of (state, level, value)
        What was said of quantiles: P(proportion of the state < value) = level.
    note : str
        The statement in words, fit for the note of ``priors.csv``.

    Raises
    ------
    HamkneeError
        If the numbers are no such Dirichlet.

    Examples
    --------
    >>> from hamknee.estimation import Elicited
    >>> gap_felt = Elicited(("yes", "no"), (0.6, 0.4), ess=20)
    >>> print(gap_felt.text)
    yes: 0.6, 90 % range 0.42 to 0.77. This is worth about 20 patients.
    >>> gap_felt.counts("yes")  # alpha and beta
    (12.0, 8.0)
    >>> gap_felt.quantiles("yes", [0.25, 0.5, 0.75]).round(2).tolist()
    [0.53, 0.6, 0.68]
    """

    states: tuple[str, ...]
    probabilities: tuple[float, ...]
    ess: float
    stated: tuple[tuple[str, float, float], ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no Dirichlet."""
        check_states(self.states)
        if len(self.states) != len(self.probabilities):
            counts = f"{len(self.states)} states and {len(self.probabilities)} probabilities"
            raise HamkneeError(f"found {counts}; allowed: as many")
        for state, probability in zip(self.states, self.probabilities, strict=True):
            if not 0 < probability < 1:
                raise HamkneeError(
                    f"found {probability:g} for {state!r}; allowed: strictly between 0 and 1,"
                    " because nothing that is observed could change a 0 or a 1"
                )
        if abs(sum(self.probabilities) - 1) > 1e-6:
            total = f"{sum(self.probabilities):.9g}"
            raise HamkneeError(f"the probabilities add up to {total}; allowed: 1")
        if not 0 < self.ess < math.inf:
            raise HamkneeError(f"found a sample size of {self.ess:g}; allowed: above 0, finite")

    @property
    def spoken_of(self) -> tuple[str, ...]:
        """The states to tell about: of two the first, as the second is what remains."""
        return self.states[:1] if len(self.states) == 2 else self.states

    def __getitem__(self, state: str) -> float:
        """Return the mean probability of a state."""
        return self.probabilities[self._place(state)]

    @property
    def column(self) -> dict[str, object]:
        """The column as `Priors.set_column` takes it: probabilities and ess."""
        return {
            "probabilities": dict(zip(self.states, self.probabilities, strict=True)),
            "ess": self.ess,
        }

    def counts(self, state: str) -> tuple[float, float]:
        """Return alpha and beta of the Beta distribution that one state's proportion has."""
        probability = self[state]
        return self.ess * probability, self.ess * (1 - probability)

    def below(self, state: str, value: float) -> float:
        """Return the probability that the proportion of a state is below a value."""
        from scipy import special

        return float(special.betainc(*self.counts(state), value))

    def quantiles(self, state: str, levels: Sequence[float] | Array) -> Array:
        """Return the values that the proportion of a state is below with given probabilities."""
        from scipy import stats

        return np.asarray(stats.beta.ppf(levels, *self.counts(state)))

    def rounded(self, digits: int = 3) -> Elicited:
        """Return the column with as many digits as are known, for a file that people read.

        Parameters
        ----------
        digits : int
            Significant digits of each probability; the most probable state takes up what the
            rounding leaves, so that they still add up to 1. The sample size is rounded down to
            one decimal, or to that many digits where it is below 1.
        """
        largest = int(np.argmax(self.probabilities))
        short = [float(f"{probability:.{digits}g}") for probability in self.probabilities]
        short[largest] = 0.0
        places = max(digits + math.ceil(-math.log10(min(self.probabilities))), digits)
        short[largest] = round(1 - math.fsum(short), places)
        ess = math.floor(self.ess * 10) / 10 if self.ess >= 1 else float(f"{self.ess:.{digits}g}")
        return replace(self, probabilities=tuple(short), ess=ess)

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a state: state, probability, ess, low, high (the implied 90 % range)."""
        import pandas as pd

        ends = np.array([self.quantiles(state, RANGE) for state in self.states])
        return pd.DataFrame(
            {
                "state": self.states,
                "probability": self.probabilities,
                "ess": self.ess,
                "low": ends[:, 0],
                "high": ends[:, 1],
            }
        )

    @cached_property
    def text(self) -> str:
        """Two plain sentences: what is implied for each state, and how much it is worth."""
        implied = "; ".join(self._range_text(state) for state in self.spoken_of)
        return f"{implied}. This is worth {patients(self.ess)}."

    def _range_text(self, state: str) -> str:
        low, high = self.quantiles(state, RANGE)
        return f"{state}: {self[state]:.3g}, 90 % range {low:.2g} to {high:.2g}"

    def _place(self, state: str) -> int:
        if state not in self.states:
            raise HamkneeError(f"no state {state!r}; allowed: {listing(self.states)}")
        return self.states.index(state)


@shown
@dataclass(frozen=True)
class Feedback:
    """What a fit implies, beside what was said.

    Parameters
    ----------
    elicited : Elicited
        The column.
    levels : tuple of float
        Levels to show beside those that were stated.

    Examples
    --------
    >>> from hamknee.estimation import feedback, from_quantiles
    >>> feedback(from_quantiles((0.35, 0.45, 0.60))).table.round(2)
      state  level  stated  implied
    0   yes   0.05     NaN     0.19
    1   yes   0.25    0.35     0.34
    2   yes   0.50    0.45     0.46
    3   yes   0.75    0.60     0.59
    4   yes   0.95     NaN     0.76
    """

    elicited: Elicited
    levels: tuple[float, ...]

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a state and level: state, level, stated (NaN where nothing was), implied."""
        import pandas as pd

        stated = {(state, level): value for state, level, value in self.elicited.stated}
        rows = [
            (state, level, stated.get((state, level), np.nan), float(implied))
            for state in self.elicited.spoken_of
            for levels in [sorted({*self.levels, *(lv for s, lv in stated if s == state)})]
            for level, implied in zip(levels, self.elicited.quantiles(state, levels), strict=True)
        ]
        return pd.DataFrame(rows, columns=["state", "level", "stated", "implied"])

    @cached_property
    def text(self) -> str:
        """Plain sentences: what the column says, and where it is furthest from what was said."""
        return f"{self.elicited.text} {self._furthest}"

    @property
    def _furthest(self) -> str:
        said = self.elicited.stated
        if not said:
            return "Nothing was said of quantiles that it could differ from."
        gap, reached, (state, level, value) = max(
            (abs(reached - statement[1]), reached, statement)
            for statement in said
            for reached in [self.elicited.below(statement[0], statement[2])]
        )
        if gap < 0.005:
            return "It meets everything that was said."
        return (
            f"Furthest from what was said: {state} below {value:g} has a probability of"
            f" {reached:.2g}, and {level:.2g} was said."
        )


@takes(elicited=Kind("what was stated, as from_range returns it", (Elicited,)))
def feedback(elicited: Elicited, levels: Sequence[float] = (0.05, 0.5, 0.95)) -> Feedback:
    """Return what a column implies, to be read by the person who stated it before it is used.

    Parameters
    ----------
    elicited : Elicited
        From any of the forms.
    levels : sequence of float
        Quantiles to show beside those that were stated, strictly between 0 and 1.

    Raises
    ------
    HamkneeError
        If a level is out of range.

    Examples
    --------
    >>> from hamknee.estimation import feedback, from_quantiles
    >>> print(feedback(from_quantiles((0.35, 0.45, 0.60))).text)
    yes: 0.467, 90 % range 0.19 to 0.76. This is worth about 7.4 patients. Furthest from
    what was said: yes below 0.45 has a probability of 0.47, and 0.5 was said.
    """
    if not all(0 < level < 1 for level in levels):
        listed = ", ".join(f"{level:g}" for level in levels)
        raise HamkneeError(f"found the levels {listed}; allowed: strictly between 0 and 1")
    return Feedback(elicited, tuple(levels))


def densities(columns: Mapping[str, Elicited], state: str, points: int = 200) -> pd.DataFrame:
    """Return the densities that several columns give to the proportion of one state.

    Parameters
    ----------
    columns : mapping of name to Elicited
        For example what each expert said.
    state : str
        A state of all of them.
    points : int
        Proportions at which the density is taken, evenly spaced, 0 and 1 left out.

    Returns
    -------
    DataFrame
        Tidy: name, proportion, density; and mean, low, high (90 % range), the same for each point
        of a name.

    Examples
    --------
    >>> from hamknee.estimation import densities, from_frequency
    >>> surgeon, radiologist = from_frequency(70, worth=20), from_frequency(45, worth=50)
    >>> curves = densities({"surgeon": surgeon, "radiologist": radiologist}, "yes")
    >>> curves.groupby("name")["density"].max().round(1).to_dict()  # the surer, the higher
    {'radiologist': 5.6, 'surgeon': 3.9}
    """
    import pandas as pd
    from scipy import stats

    at = (np.arange(points) + 0.5) / points
    parts = []
    for name, column in columns.items():
        low, high = column.quantiles(state, RANGE)
        density = stats.beta.pdf(at, *column.counts(state))
        parts.append(
            pd.DataFrame({"name": name, "proportion": at, "density": density}).assign(
                mean=column[state], low=low, high=high
            )
        )
    return pd.concat(parts, ignore_index=True)


def patients(ess: float) -> str:
    """Return an equivalent sample size in words: ``about 14 patients``."""
    count = f"{ess:,.0f}" if ess >= 10 else f"{ess:.2g}"
    return f"about {count} patient{'' if count == '1' else 's'}"


def check_states(states: tuple[str, ...]) -> None:
    """Refuse fewer than two states, or one twice."""
    if len(states) < 2 or len(set(states)) < len(states):
        raise HamkneeError(f"found the states {listing(states)}; allowed: two or more, each once")
