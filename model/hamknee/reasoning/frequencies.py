"""A posterior as numbers of people: of 1,000 people like this, so many have each condition.

Whole people are easier to grasp than percentages (Gigerenzer & Hoffrage 1995). They are rounded
together by the method of the largest remainder, so that they add up to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hamknee.base import HamkneeError, KeptArrays, Kind, copied_property, shown, takes
from hamknee.inference import Case, Posterior

if TYPE_CHECKING:
    import pandas as pd

    from hamknee.base import Array


Counts = npt.NDArray[np.intp]

NAMED = 3
"""How many states are named in the sentence; the others are counted together."""


@shown
@dataclass(frozen=True)
class Frequencies(KeptArrays):
    """How many of some people with the same findings are in each state of the target.

    Parameters
    ----------
    posterior : Posterior
        What is rounded.
    people : ndarray of int, shape (states,)
        In the order of the target's states; adds up to `of`.
    of : int
        How many people there are.

    Examples
    --------
    >>> import hamknee
    >>> frequencies = hamknee.natural_frequencies(hamknee.load().posterior({"pop": "yes"}), of=100)
    >>> frequencies.people.sum().item(), list(frequencies.table)
    (100, ['condition', 'label', 'people', 'probability'])
    """

    posterior: Posterior
    people: Counts
    of: int

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a state, most probable first: target, label, people, probability."""
        import pandas as pd

        posterior = self.posterior
        states = [posterior.target.states[i] for i in posterior.order]
        return pd.DataFrame(
            {
                posterior.target.name: [state.name for state in states],
                "label": [state.label for state in states],
                "people": self.people[posterior.order],
                "probability": posterior.probabilities[posterior.order],
            }
        )

    @cached_property
    def text(self) -> str:
        """One sentence with the first states by name and the others together."""
        order, states = self.posterior.order, self.posterior.target.states
        named = [i for i in order[:NAMED] if self.people[i]]
        parts = [f"{states[i].both_names}: {self.people[i]:,}" for i in named]
        rest = self.of - int(self.people[named].sum())
        if rest:
            parts.append(f"any of the others: {rest:,}")
        return f"Of {self.of:,} people like this, by these numbers: {'; '.join(parts)}."


@takes(posterior=Kind("a posterior or a case of a model", (Posterior, Case)))
def natural_frequencies(posterior: Posterior | Case, of: int = 1000) -> Frequencies:
    """Return a posterior as whole people.

    Parameters
    ----------
    posterior : Posterior or Case
        Of one case, or the case itself.
    of : int
        How many people to divide up, 1 or more.

    Returns
    -------
    Frequencies

    Raises
    ------
    HamkneeError
        If there are no people to divide up.

    Notes
    -----
    Gigerenzer & Hoffrage (1995), Psychological Review 102:684.

    Examples
    --------
    >>> import hamknee
    >>> posterior = hamknee.load().posterior({"onset": "sudden", "pop": "yes"})
    >>> people = hamknee.natural_frequencies(posterior, of=100)
    >>> int(people.people.sum()), people.table["condition"][0] == posterior.top
    (100, True)
    >>> print(people.text)
    Of 100 people like this, by these numbers: ...
    """
    if of < 1:
        raise HamkneeError(f"found {of} people; allowed: 1 or more")
    posterior = posterior.posterior if isinstance(posterior, Case) else posterior
    return Frequencies(posterior, largest_remainder(posterior.probabilities, of), of)


def largest_remainder(shares: Array, total: int) -> Counts:
    """Round shares of a total to whole numbers that add up to it.

    Each share gets its whole part; what is left goes, one each, to the largest remainders, and
    among equal ones to those that come first.

    Parameters
    ----------
    shares : ndarray, shape (parts,)
        Proportions that add up to 1.
    total : int
        What to divide up.

    Returns
    -------
    ndarray of int, shape (parts,)

    Examples
    --------
    >>> largest_remainder(np.array([1 / 3, 1 / 3, 1 / 3]), 1000).tolist()
    [334, 333, 333]
    """
    exact = shares * total
    # What is a whole number but for the last digit must not be rounded down to the one before.
    counts = np.floor(exact + 1e-9).astype(np.intp)
    left = total - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:left]] += 1
    return counts
