"""The numbers of the tables, one by one: where each stands, and models with one or two moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, HamkneeError, KeptArrays, Kind, compares_arrays, read_only
from hamknee.inference import Model, Posterior
from hamknee.network import (
    CPT,
    check_given,
    find_state,
    find_variable,
    given_pairs,
    given_text,
    moved,
    number_words,
)

Indices: TypeAlias = npt.NDArray[np.intp]
Parameter: TypeAlias = tuple[str, str, Mapping[str, str]]
"""One number as people name it: variable, state, and the state of each parent."""

A_NUMBER = Kind('one number, as ("pop", "yes", {"condition": "strain", "onset": "days"})', (tuple,))
"""One number, as an argument."""


@dataclass(frozen=True)
class Place:
    """Where one number stands.

    Parameters
    ----------
    variable : str
        Whose table.
    column : tuple of int
        Numbers of the parents' states.
    state : int
        Number of the variable's state.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.sensitivity import Place
    >>> model = hamknee.load()
    >>> place = Place("sex", column=(0,), state=1)
    >>> place.text(model)
    'P(sex=male | condition=...)'
    >>> female, male = place.column_of(model)
    >>> bool(place.value(model) == male), round(float(female + male), 9)
    (True, 1.0)
    """

    variable: str
    column: tuple[int, ...]
    state: int

    def value(self, model: Model) -> float:
        """Return the number."""
        return float(model.cpts[self.variable].probabilities[(*self.column, self.state)])

    def column_of(self, model: Model) -> Array:
        """Return the column in which it stands, shape (states,)."""
        return np.asarray(model.cpts[self.variable].probabilities[self.column])

    def same_column(self, other: "Place") -> bool:
        """Return whether another number stands in the same column."""
        return (self.variable, self.column) == (other.variable, other.column)

    def names(self, model: Model) -> tuple[str, str, str]:
        """Return variable, state and given, as priors.csv writes them."""
        state = model.vocabulary[self.variable].state_names[self.state]
        return self.variable, state, given_names(model, self.variable, self.column)

    def text(self, model: Model) -> str:
        """Return the number's name, such as ``P(pop=yes | condition=strain;onset=sudden)``."""
        variable, state, given = self.names(model)
        return f"P({variable}={state}{' | ' + given if given else ''})"

    def words(self, model: Model) -> str:
        """Return the same in quoted labels, such as ``“Setting: Sports clinic”``."""
        variable, state, given = self.names(model)
        return f"“{number_words(model.vocabulary, variable, state, given_pairs(given))}”"


def find_place(model: Model, parameter: Parameter) -> Place:
    """Return where a number stands.

    Parameters
    ----------
    model : Model
        In whose tables.
    parameter : (variable, state, mapping of parent to state)
        The number; the order of the parents does not matter.

    Raises
    ------
    HamkneeError
        If there is no such variable, state or parent, or a parent is missing.
    """
    name, state, given = parameter
    variable = find_variable(model.vocabulary, name)
    parents = model.cpts[variable.name].parents
    states = check_given(model.vocabulary, variable.name, parents, given)
    column = tuple(model.vocabulary[p].position[state] for p, state in states.items())
    return Place(variable.name, column, find_state(variable, state))


@dataclass(frozen=True)
@compares_arrays
class Entries(KeptArrays):
    """The numbers of a model that can be moved one at a time, as parallel arrays.

    Each entry of each column of each table, except that the two entries of a column of two are
    one parameter, told by the first.

    Parameters
    ----------
    model : Model
        Whose numbers they are.
    variable : ndarray of int, shape (entries,)
        Number of the variable in the vocabulary.
    column : ndarray of int, shape (entries,)
        Number of the parent configuration, the last parent varying fastest.
    state : ndarray of int, shape (entries,)
        Number of the variable's state.
    probability : ndarray, shape (entries,)
        P(variable = state | parents).
    """

    model: Model
    variable: Indices
    column: Indices
    state: Indices
    probability: Array

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.variable)

    def __getitem__(self, chosen: npt.NDArray[np.bool_]) -> "Entries":
        """Return some of the entries."""
        return Entries(
            self.model,
            self.variable[chosen],
            self.column[chosen],
            self.state[chosen],
            self.probability[chosen],
        )

    def place(self, entry: int) -> Place:
        """Return where an entry stands."""
        variable = self.model.vocabulary.variables[self.variable[entry]].name
        shape = self.model.cpts[variable].probabilities.shape[:-1]
        column = np.unravel_index(self.column[entry], shape) if shape else ()
        return Place(variable, tuple(int(c) for c in column), int(self.state[entry]))

    @cached_property
    def ess(self) -> Array:
        """Equivalent sample size of each entry's column, shape (entries,); NaN where not known."""
        ess = np.full(len(self), np.nan)
        for number, cpt in enumerate(self.model.cpts.values()):
            rows = self.variable == number
            if cpt.ess is not None:
                ess[rows] = cpt.ess.ravel()[self.column[rows]]
        return read_only(ess)


def entries(model: Model) -> Entries:
    """Return every number of a model that can be moved."""
    parts: list[tuple[Indices, ...]] = []
    values: list[Array] = []
    for number, cpt in enumerate(model.cpts.values()):
        states = cpt.probabilities.shape[-1]
        if states < 2:
            continue
        kept = 1 if states == 2 else states
        table = cpt.probabilities.reshape(-1, states)[:, :kept]
        column, state = np.indices(table.shape).reshape(2, -1)
        parts.append((np.full(table.size, number), column, state))
        values.append(table.ravel())
    variable, column, state = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Entries(model, variable, column, state, np.concatenate(values))


def given_names(model: Model, variable: str, column: Sequence[int | np.intp]) -> str:
    """Return a parent configuration, told by numbers of states, as priors.csv writes it."""
    parents = [model.vocabulary[parent] for parent in model.cpts[variable].parents]
    states = [p.state_names[int(s)] for p, s in zip(parents, column, strict=True)]
    return given_text(zip((p.name for p in parents), states, strict=True))


def p_evidence_of(posterior: Posterior) -> float:
    """Return P(evidence), or raise where it is beyond all numbers that can be written."""
    if not 0 < posterior.p_evidence < np.inf:
        problem = f"P(evidence) is exp({posterior.log_p_evidence:.6g}), which has no coefficients"
        raise HamkneeError(f"{problem}; allowed: to ask for values")
    return posterior.p_evidence


def with_moved(model: Model, places: Sequence[Place], values: Sequence[float]) -> Model:
    """Return a model with one or two numbers moved and the rest of their columns co-varying.

    Parameters
    ----------
    model : Model
        As it is.
    places : sequence of Place
        The numbers; two of one column must leave some of it to share.
    values : sequence of float
        Where they move.
    """
    cpts = dict(model.cpts)
    if len(places) == 2 and places[0].same_column(places[1]):
        columns = {places[0]: _two_moved(places, values, model)}
    else:
        columns = {
            p: moved(p.column_of(model), p.state, v) for p, v in zip(places, values, strict=True)
        }
    for place, column in columns.items():
        cpt = cpts[place.variable]
        table = cpt.probabilities.copy()
        table[place.column] = column
        cpts[place.variable] = CPT(cpt.variable, cpt.parents, table, cpt.ess)
    return Model(model.vocabulary, cpts)


def _two_moved(places: Sequence[Place], values: Sequence[float], model: Model) -> Array:
    column = places[0].column_of(model)
    states = [place.state for place in places]
    rest = (1 - sum(values)) / np.delete(column, states).sum()
    changed = column * rest
    changed[states] = values
    return np.asarray(changed)


def beta_range(probability: Array, ess: Array, mass: float) -> tuple[Array, Array]:
    """Return the central range of the Beta distribution that ess × probability implies.

    Parameters
    ----------
    probability, ess : ndarray, shape (numbers,)
        The numbers, and the equivalent sample size of the column of each.
    mass : float
        Probability that a number is in its range, between 0 and 1.

    Returns
    -------
    low, high : ndarray, shape (numbers,)
        Numbers that are 0 or 1 stay where they are.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.sensitivity import beta_range
    >>> low, high = beta_range(np.array([0.6, 0.6, 1.0]), np.array([10.0, 100.0, 10.0]), mass=0.9)
    >>> low.round(2).tolist(), high.round(2).tolist()  # what is certain stays
    ([0.34, 0.52, 1.0], [0.83, 0.68, 1.0])
    """
    from scipy.special import betaincinv  # here, because it is slow to import

    low, high = probability.copy(), probability.copy()
    free = (low > 0) & (low < 1)
    a = ess[free] * probability[free]
    b = ess[free] - a
    low[free] = betaincinv(a, b, (1 - mass) / 2)
    high[free] = betaincinv(a, b, (1 + mass) / 2)
    return low, high
