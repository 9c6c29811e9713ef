"""P(target | context): what is believed before any finding, ready for every usual context."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np

from hamknee.base import Array
from hamknee.inference.engine import Engine, normalised
from hamknee.inference.groups import LOOKUP_PATTERNS
from hamknee.inference.lookup import Codes, combinations
from hamknee.network import Cases, Vocabulary


class Starting:
    """Starting probabilities of the target, by what is known of a case's context.

    Parameters
    ----------
    vocabulary : Vocabulary
        Its variables with the role ``context`` are the context.
    engine : Engine
        Compiled from the tables of the same variables.
    """

    def __init__(self, vocabulary: Vocabulary, engine: Engine) -> None:
        self._engine = engine
        variables = vocabulary.having("context")
        self._names = [variable.name for variable in variables]
        self._context = [vocabulary.index[name] for name in self._names]
        self._table = self._all_contexts(vocabulary)

    def of_known(self, known: Mapping[str, object]) -> Array | None:
        """Return P(target | context) of a usual context, shape (target states,), read-only.

        Parameters
        ----------
        known : mapping of str to object
            Variable to its value, as in a case's evidence.

        Returns
        -------
        ndarray or None
            None where a value is neither one state nor missing.
        """
        try:
            return self._table.get(tuple(known.get(name) for name in self._names))
        except TypeError:  # likelihoods, which cannot be looked up
            return None

    def of(self, cases: Cases) -> Array:
        """Return P(target | context) of each case, shape (cases, target states).

        An impossible context raises no error here: it is told when it is asked for.
        """
        counts = tuple(len(cases.weights[v]) for v in self._context)
        context = cases.codes[:, self._context]
        if self._context and math.prod(counts) <= LOOKUP_PATTERNS:
            patterns = combinations(counts)
            place = np.asarray(np.ravel_multi_index(tuple(context.T.astype(np.intp)), counts))
        else:
            patterns, place = np.unique(context, axis=0, return_inverse=True)
        return self._computed(patterns, cases.weights).take(place.ravel(), 0)

    def _computed(self, patterns: Codes, weights: Sequence[Array]) -> Array:
        """Return P(target | context) of some codes of the context, where nothing else is known."""
        codes = np.tile(np.array(self._engine.sizes, dtype=np.intp), (len(patterns), 1))
        codes[:, self._context] = patterns
        return normalised(self._engine.log_joint(codes, weights))[0]

    def _all_contexts(self, vocabulary: Vocabulary) -> dict[tuple[object, ...], Array]:
        """Return P(target | context) for every combination of hard and missing context."""
        variables = vocabulary.having("context")
        shape = tuple(len(variable.states) + 1 for variable in variables)
        if math.prod(shape) > LOOKUP_PATTERNS:
            return {}
        rows = self._computed(combinations(shape), vocabulary.plain_weights)
        rows.setflags(write=False)
        names = [(*variable.state_names, None) for variable in variables]
        return dict(zip(itertools.product(*names), rows, strict=True))
