"""One case: checked once, coded once, answered once, and ready for many variations of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, Codes, copied_property, read_only
from hamknee.inference.engine import conditioned
from hamknee.inference.impossible import contradiction
from hamknee.inference.results import Posterior
from hamknee.network import Cases, Evidence, encode, find_variable, value_text, value_words

if TYPE_CHECKING:
    from hamknee.inference.model import Model

AnyCase: TypeAlias = "Case | Mapping[str, object]"
"""What every verb on one case takes: a case that was made before, or the mapping to make one of."""


@dataclass(frozen=True, repr=False)
class Case:
    """One possible case of one model, which `Model.case` makes and every verb hands on.

    What follows from the case alone is worked out when it is first asked for, and kept.

    Parameters
    ----------
    model : Model
        The model.
    evidence : Evidence
        What is known, checked against the vocabulary of the model.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> case = model.case({"age": 31, "onset": {"sudden", "days"}})
    >>> case
    Case(age=under_40, onset=sudden|days)
    >>> dict(case.evidence)
    {'age': 'under_40', 'onset': ('sudden', 'days')}
    >>> onset = model.vocabulary.index["onset"]
    >>> case.likelihoods[onset].tolist(), onset in case.open  # there is still something to ask
    ([1.0, 1.0, 0.0], True)
    """

    model: Model
    evidence: Evidence

    def __repr__(self) -> str:
        """Say what is known, as on the command line."""
        known = ", ".join(f"{name}={value_text(value)}" for name, value in self.evidence.items())
        return f"Case({known})"

    # The answer ---------------------------------------------------------------------------

    @cached_property
    def posterior(self) -> Posterior:
        """The exact probabilities of the target.

        Raises
        ------
        ImpossibleEvidenceError
            If P(evidence) = 0. `Model.case` asks for this at once, so that no verb meets such a
            case.
        """
        log_joint = self._log_joint
        top = float(log_joint.max())
        if top == -math.inf:
            raise contradiction(self.model.engine, self.cases, 0, one=True)
        scaled = np.exp(log_joint - top)
        total = float(scaled.sum())
        scaled /= total
        scaled.setflags(write=False)  # whoever asks gets the same one
        return Posterior(
            self.model.vocabulary.target,
            self.evidence,
            scaled,
            self.model.starting(self),
            top + math.log(total),
        )

    @property
    def _log_joint(self) -> Array:
        """Logarithm of P(target, evidence), shape (target states,).

        Definite answers are looked up without being coded, which spares a quarter of the time
        (decision 0019); anything else goes the way of many cases.
        """
        known, states = self.evidence.known, self.model.vocabulary.state_index
        definite = [states[name, value] for name, value in known.items() if isinstance(value, str)]
        if len(definite) == len(known):
            looked_up = self.model.engine.log_joint_of(definite)
            if looked_up is not None:
                return looked_up
        return np.asarray(self.model.log_joint(self.cases)[0])

    # As the engine reads it ---------------------------------------------------------------

    @cached_property
    def cases(self) -> Cases:
        """The case as the engine reads it: one row of codes, read-only, and their likelihoods."""
        cases = encode(self.model.vocabulary, [self.evidence])
        cases.codes.setflags(write=False)
        return cases

    @property
    def codes(self) -> Codes:
        """What is known of each variable, shape (variables,)."""
        return np.asarray(self.cases.codes[0])

    @copied_property
    def likelihoods(self) -> list[Array]:
        """P(evidence | state) of each variable, of shape (states,); ones where nothing is known."""
        return [rows[code] for rows, code in zip(self.cases.weights, self.codes, strict=True)]

    @cached_property
    def sizes(self) -> Codes:
        """Number of states of each variable, which is also the code of "not known"."""
        return read_only(np.array(self.model.engine.sizes, dtype=np.intp))

    @copied_property
    def known(self) -> list[int]:
        """Indices of the variables on which something is known, in the order entered."""
        return [self.model.vocabulary.index[name] for name in self.evidence]

    @copied_property
    def open(self) -> list[int]:
        """Indices of the variables without a definite answer, the target left out.

        One of several states, or likelihoods, still leave something to ask.
        """
        target = self.model.engine.target
        return [v for v, size in enumerate(self.sizes) if self.codes[v] >= size and v != target]

    def open_without(self, skip: Iterable[str]) -> list[int]:
        """Return the open variables but for some; raise EvidenceError for an unknown name."""
        vocabulary = self.model.vocabulary
        skipped = {vocabulary.index[find_variable(vocabulary, name).name] for name in skip}
        return [v for v in self.open if v not in skipped]

    def words(self, variable: int) -> str:
        """Return what is known of a variable in the labels people read."""
        known = self.model.vocabulary.variables[variable]
        return value_words(known, self.evidence[known.name])

    def keeping(self, kept: npt.NDArray[np.bool_]) -> Codes:
        """Return the case with some of its evidence left out.

        Parameters
        ----------
        kept : ndarray of bool, shape (variations, known variables)
            In the order of `known`.

        Returns
        -------
        ndarray of int, shape (variations, variables)

        Examples
        --------
        >>> import numpy as np
        >>> import hamknee
        >>> model = hamknee.load()
        >>> case = model.case({"onset": "sudden", "pop": "yes"})
        >>> codes = case.keeping(np.array([[True, True], [True, False]]))  # without the pop
        >>> whole, less = case.posteriors(codes)[:, model.vocabulary.target.position["rupture"]]
        >>> bool(whole > less), bool(abs(whole - case.posterior["rupture"]) < 1e-9)
        (True, True)
        """
        codes = np.tile(self.sizes, (len(kept), 1))
        codes[:, self.known] = np.where(kept, self.codes[self.known], self.sizes[self.known])
        return codes

    def log_joint(self, codes: Codes) -> Array:
        """Return log P(target, evidence) of variations, shape (variations, target states)."""
        return self.model.log_joint(Cases(self.model.vocabulary, codes, self.cases.weights))

    def posteriors(self, codes: Codes) -> Array:
        """Return P(target | evidence) of possible variations, shape (variations, target states)."""
        return conditioned(self.log_joint(codes))


def entropy(probabilities: Array) -> Array:
    """Return the entropy in bits along the last axis (Shannon 1948); 0 log 0 is 0.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.inference import entropy
    >>> entropy(np.array([[0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0, 0], [1, 0, 0, 0]])).tolist()
    [2.0, 1.0, 0.0]
    """
    positive = probabilities > 0
    logs = np.log2(probabilities, out=np.zeros_like(probabilities), where=positive)
    return np.asarray(np.maximum(-(probabilities * logs).sum(axis=-1), 0.0))
