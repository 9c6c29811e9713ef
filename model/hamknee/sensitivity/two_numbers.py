"""How a posterior depends on two numbers of the tables at once, exactly.

P(state, evidence) and P(evidence) are bilinear in two numbers, whose columns co-vary in
proportion, so that their quotient is known from four corners (Coupé & van der Gaag 2002; Chan &
Darwiche 2004).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    copied_property,
    percent,
    shown,
    stated_percent,
    takes,
)
from hamknee.inference import A_MODEL, AnyCase, Model, Posterior
from hamknee.network import find_state, moved
from hamknee.sensitivity.derivatives import replaced
from hamknee.sensitivity.parameters import A_NUMBER, Parameter, Place, find_place, p_evidence_of

if TYPE_CHECKING:
    import pandas as pd


@shown
@dataclass(frozen=True)
@compares_arrays
class TwoWay(KeptArrays):
    """P(state | evidence) as a function of two numbers of the tables.

    Parameters
    ----------
    names : tuple of str
        The two numbers.
    words : tuple of str
        The same in labels.
    probabilities : tuple of float
        Their values in the tables.
    state : int
        Number of the target's state.
    posterior : Posterior
        With the numbers as they are.
    corners : ndarray, shape (2, 2, target states)
        P(target, evidence) with the first and the second number at 0 and 1, divided by
        P(evidence) as it is. For two numbers of one column the last corner is outside what is
        possible, and only closes the plane.
    same_column : bool
        Whether both are of one column, so that they cannot add up to more than 1.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "sudden", "pop": "yes"}
    >>> rupture = ("pop", "yes", {"condition": "rupture", "onset": "sudden"})
    >>> strain = ("pop", "yes", {"condition": "strain", "onset": "sudden"})
    >>> both = hamknee.two_way(model, case, "rupture", rupture, strain)
    >>> now = both.value(*both.probabilities)
    >>> round(float(now) - model.posterior(case)["rupture"], 9) == 0
    True
    >>> bool(both.value(0.9, 0.1) > both.value(0.1, 0.9)), both.table["term"].tolist()
    (True, ['t1*t2', 't1', 't2', '1'])
    """

    names: tuple[str, str]
    words: tuple[str, str]
    probabilities: tuple[float, float]
    state: int
    posterior: Posterior
    corners: Array
    same_column: bool

    @property
    def coefficients(self) -> tuple[Array, Array]:
        """Numerator and denominator, each the coefficients of t1·t2, t1, t2 and 1."""
        corners = self.corners * p_evidence_of(self.posterior)
        return _terms(corners[..., self.state], self.same_column), _terms(
            corners.sum(axis=-1), self.same_column
        )

    def value(self, t1: npt.ArrayLike, t2: npt.ArrayLike) -> Array:
        """Return P(state | evidence) with the two numbers moved, of their broadcast shape.

        Raises
        ------
        HamkneeError
            If they are not between 0 and 1, add up to more than 1 in one column, or make the
            evidence impossible.
        """
        t1, t2 = np.broadcast_arrays(np.asarray(t1, float), np.asarray(t2, float))
        inside = (t1 >= 0) & (t1 <= 1) & (t2 >= 0) & (t2 <= 1)
        if not inside.all():
            raise HamkneeError(f"found {t1} and {t2}; allowed: 0 to 1")
        if self.same_column and (t1 + t2 > 1 + 1e-12).any():
            raise HamkneeError(f"{' and '.join(self.names)} add up to more than 1; allowed: 1")
        one, two = np.stack([1 - t1, t1]), np.stack([1 - t2, t2])
        joint = np.einsum("a...,b...,abh->...h", one, two, self.corners)
        total = joint.sum(axis=-1)
        if (total <= 0).any():
            raise HamkneeError("with some of these numbers the evidence is impossible")
        return np.asarray(joint[..., self.state] / total)

    @copied_property
    def table(self) -> pd.DataFrame:
        """The coefficients: term, numerator, denominator."""
        import pandas as pd

        numerator, denominator = self.coefficients
        terms = ["t1*t2", "t1", "t2", "1"]
        return pd.DataFrame({"term": terms, "numerator": numerator, "denominator": denominator})

    @cached_property
    def text(self) -> str:
        """Plain sentences: the two numbers, and where they may be."""
        label = self.posterior.target.states[self.state].label
        now = percent(float(self.posterior.probabilities[self.state]))
        numbers = " and ".join(
            f"{words} ({stated_percent(value)})"
            for words, value in zip(self.words, self.probabilities, strict=True)
        )
        limit = " They are of one column and add up to 100 % at most." if self.same_column else ""
        return f"The probability of {label}, {now}, as a function of {numbers}.{limit}"


@takes(model=A_MODEL, parameter_1=A_NUMBER, parameter_2=A_NUMBER)
def two_way(
    model: Model,
    evidence: AnyCase,
    state: str,
    parameter_1: Parameter,
    parameter_2: Parameter,
) -> TwoWay:
    """Return P(state | evidence) as a function of two numbers of the tables.

    Parameters
    ----------
    model, evidence, state
        As for `sensitivity_function`.
    parameter_1, parameter_2 : (variable, state, mapping of parent to state)
        Two numbers. If they are of one column, the rest of it shares what they leave in
        proportion, and there is no term in t1·t2.

    Raises
    ------
    HamkneeError
        If the two are one number, or as for `sensitivity_function`.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.

    Notes
    -----
    Coupé & van der Gaag (2002); Chan & Darwiche (2004).

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "sudden", "pop": "yes"}
    >>> rupture = ("pop", "yes", {"condition": "rupture", "onset": "sudden"})
    >>> strain = ("pop", "yes", {"condition": "strain", "onset": "sudden"})
    >>> both = hamknee.two_way(model, case, "rupture", rupture, strain)
    >>> print(both.text)
    The probability of Complete tendon rupture, ... %, as a function of “Pop at the start: Yes,
    given Complete tendon rupture; Onset: In a moment” (... %) and “Pop at the start: Yes,
    given Distal hamstring strain; Onset: In a moment” (... %).
    """
    one, two = find_place(model, parameter_1), find_place(model, parameter_2)
    number, case = find_state(model.vocabulary.target, state), model.case(evidence)
    same = one.same_column(two)
    changes = _one_column(model, one, two) if same else _two_columns(model, one, two)
    corners = replaced(case, changes)
    if same:
        corners = np.vstack([corners, corners[1] + corners[2] - corners[0]])
    return TwoWay(
        (one.text(model), two.text(model)),
        (one.words(model), two.words(model)),
        (one.value(model), two.value(model)),
        number,
        case.posterior,
        corners.reshape(2, 2, -1),
        same,
    )


def _two_columns(model: Model, one: Place, two: Place) -> list[tuple[Place, Sequence[Array]]]:
    """Return the columns of two numbers in the four corners: 00, 01, 10, 11."""
    first, second = (
        [moved(place.column_of(model), place.state, end) for end in (0.0, 1.0)]
        for place in (one, two)
    )
    return [
        (one, [first[0], first[0], first[1], first[1]]),
        (two, [second[0], second[1], second[0], second[1]]),
    ]


def _one_column(model: Model, one: Place, two: Place) -> list[tuple[Place, Sequence[Array]]]:
    """Return a column with two of its numbers in three corners: 00, 01, 10."""
    column = one.column_of(model)
    if one.state == two.state or len(column) == 2:
        names = f"{one.text(model)} and {two.text(model)}"
        raise HamkneeError(f"{names} are one number; allowed: two that can move apart")
    rest = column.copy()
    rest[[one.state, two.state]] = 0.0
    left = 1 - column[one.state] - column[two.state]
    if rest.any() and left > 0:
        rest = rest / left
    else:
        rest = np.full(len(column), 1 / (len(column) - 2))
        rest[[one.state, two.state]] = 0.0
    unit = np.eye(len(column))
    return [(one, [rest, unit[two.state], unit[one.state]])]


def _terms(corners: Array, plane: bool) -> Array:
    """Return the coefficients of t1·t2, t1, t2 and 1 of a bilinear function from its corners."""
    (c00, c01), (c10, c11) = corners
    return np.array([0.0 if plane else c11 - c10 - c01 + c00, c10 - c00, c01 - c00, c00])
