"""The most probable explanation of each of many cases, in the words of the vocabulary."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, Codes
from hamknee.inference.engine import Engine
from hamknee.inference.results import Explanation
from hamknee.network import Cases, Vocabulary


def explanations(
    vocabulary: Vocabulary, engine: Engine, cases: Cases, log_p: Array
) -> list[Explanation]:
    """Return the jointly most probable states of what each case leaves open.

    Parameters
    ----------
    vocabulary : Vocabulary
        In whose words they are told.
    engine : Engine
        Compiled from the tables of its variables.
    cases : Cases
        None of them impossible.
    log_p : ndarray, shape (cases,)
        log P(evidence) of each.

    Returns
    -------
    list of Explanation
    """
    states, log_joint, tied = engine.explain(cases.codes, cases.weights)
    probability = np.exp(log_joint - log_p)
    return [
        _in_words(vocabulary, cases.codes[row], states[row], tied[row], float(probability[row]))
        for row in range(len(cases))
    ]


def _in_words(
    vocabulary: Vocabulary,
    codes: Codes,
    states: Codes,
    tied: npt.NDArray[np.bool_],
    probability: float,
) -> Explanation:
    variables = vocabulary.variables
    open_ = [v for v, variable in enumerate(variables) if codes[v] >= len(variable.states)]
    return Explanation(
        vocabulary,
        {variables[v].name: variables[v].state_names[int(states[v])] for v in open_},
        probability,
        tuple(variables[v].name for v in open_ if tied[v]),
    )
