"""What the numbers hold already, as a distribution: of one column, and over all other causes.

An expert's statement is looked at beside it: the two are told, drawn and pooled alike.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hamknee.base import HamkneeError
from hamknee.estimation.elicited import Elicited
from hamknee.inference import load
from hamknee.network import Priors, find_state, find_variable


def from_column(priors: Priors, variable: str, given: Mapping[str, str] | None = None) -> Elicited:
    """Return one column of the numbers as a distribution.

    Parameters
    ----------
    priors : Priors
        The numbers.
    variable, given
        As for `Priors.column`.

    Raises
    ------
    HamkneeError
        If there is no such column, or it holds a 0 or a 1, which no case could change.

    Examples
    --------
    >>> from hamknee.estimation import from_column
    >>> from hamknee.network import read_shipped_or_own
    >>> column = from_column(read_shipped_or_own(), "palpable_defect", {"condition": "rupture"})
    >>> print(column.text)
    yes: 0.6, 90 % range ... to .... This is worth about ... patients.
    """
    rows = priors.column(variable, given)
    probabilities = tuple(row.probability for row in rows)
    return Elicited(tuple(row.state for row in rows), probabilities, rows[0].ess)


def from_others(
    priors: Priors, variable: str, condition: str, evidence: Mapping[str, object] | None = None
) -> Elicited:
    """Return a finding's distribution in those who have another condition.

    It is the average over all other conditions, each as common as the evidence makes it, and as
    uncertain as their columns make that average. With what an expert says of the finding *in* the
    condition it makes an `Accuracy`.

    Parameters
    ----------
    priors : Priors
        The numbers.
    variable : str
        A finding whose only parent is the target.
    condition : str
        State of the target that is left out.
    evidence : mapping of str to object, optional
        What is known of the people meant, such as the setting; not the finding itself.

    Returns
    -------
    Elicited
        With the mean of the average, and the equivalent sample size of its variance: the smallest
        of those of its states.

    Raises
    ------
    HamkneeError
        If the finding has other parents, or nothing else than the condition is possible.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.

    Examples
    --------
    >>> from hamknee.estimation import from_others
    >>> from hamknee.network import read_shipped_or_own
    >>> priors, place = read_shipped_or_own(), {"setting": "emergency"}
    >>> elsewhere = from_others(priors, "palpable_defect", "rupture", place)
    >>> elsewhere["yes"] < 0.02  # a gap is hardly ever felt in anything else
    True
    """
    target = priors.vocabulary.target
    left_out = find_state(target, condition)
    name = find_variable(priors.vocabulary, variable).name
    if priors.parents[name] != (target.name,):
        parents = ", ".join(priors.parents[name]) or "none"
        raise HamkneeError(f"the parents of {name} are {parents}; allowed: only {target.name}")
    weights = load(priors).posterior(dict(evidence or {})).probabilities.copy()
    weights[left_out] = 0.0
    if not weights.sum() > 0:
        raise HamkneeError(f"nothing but {condition} is possible; allowed: what leaves another")
    weights = weights / weights.sum()
    columns = [priors.column(name, {target.name: state}) for state in target.state_names]
    means = np.array([[row.probability for row in column] for column in columns])
    sizes = np.array([column[0].ess for column in columns])
    average = weights @ means
    variance = weights**2 @ (means * (1 - means) / (sizes[:, None] + 1))
    ess = float((average * (1 - average) / variance - 1).min())
    states = tuple(row.state for row in columns[0])
    return Elicited(states, tuple(average.tolist()), ess)
