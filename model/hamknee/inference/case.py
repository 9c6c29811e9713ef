"""One case, made ready for many variations of it in one evaluation of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, Codes
from hamknee.inference.engine import log_total
from hamknee.inference.model import Model
from hamknee.inference.results import Posterior
from hamknee.network import Cases, check_evidence, find_variable, value_words


@dataclass(frozen=True)
class OneCase:
    """One possible case of one model, with its evidence as codes.

    Parameters
    ----------
    model : Model
        The model.
    posterior : Posterior
        What the model says of the case, with the checked evidence.
    cases : Cases
        The case as the engine reads it; one row.
    """

    model: Model
    posterior: Posterior
    cases: Cases

    @property
    def codes(self) -> Codes:
        """What is known of each variable, shape (variables,)."""
        return np.asarray(self.cases.codes[0])

    @cached_property
    def sizes(self) -> Codes:
        """Number of states of each variable, which is also the code of "not known"."""
        return np.array(self.model.engine.sizes, dtype=np.intp)

    @cached_property
    def known(self) -> list[int]:
        """Indices of the variables on which something is known, in the order entered."""
        return [self.index(name) for name in self.posterior.evidence]

    @cached_property
    def open(self) -> list[int]:
        """Indices of the variables without a definite answer, the target left out.

        One of several states, or likelihoods, still leave something to ask.
        """
        target = self.model.engine.target
        return [v for v, size in enumerate(self.sizes) if self.codes[v] >= size and v != target]

    def open_without(self, skip: Iterable[str]) -> list[int]:
        """Return the open variables but for some; raise EvidenceError for an unknown name."""
        vocabulary = self.model.vocabulary
        skipped = {self.index(find_variable(vocabulary, name).name) for name in skip}
        return [v for v in self.open if v not in skipped]

    def index(self, name: str) -> int:
        """Return the index of a variable."""
        return self._index[name]

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.model.vocabulary)}

    def words(self, variable: int) -> str:
        """Return what is known of a variable in the labels people read."""
        known = self.model.vocabulary.variables[variable]
        return value_words(known, self.posterior.evidence[known.name])

    def keeping(self, kept: npt.NDArray[np.bool_]) -> Codes:
        """Return the case with some of its evidence left out.

        Parameters
        ----------
        kept : ndarray of bool, shape (variations, known variables)
            In the order of `known`.

        Returns
        -------
        ndarray of int, shape (variations, variables)
        """
        codes = np.tile(self.sizes, (len(kept), 1))
        codes[:, self.known] = np.where(kept, self.codes[self.known], self.sizes[self.known])
        return codes

    def log_joint(self, codes: Codes) -> Array:
        """Return log P(target, evidence) of variations, shape (variations, target states)."""
        return self.model.log_joint(Cases(self.model.vocabulary, codes, self.cases.weights))

    def posteriors(self, codes: Codes) -> Array:
        """Return P(target | evidence) of possible variations, shape (variations, target states)."""
        log_joint = self.log_joint(codes)
        return np.asarray(np.exp(log_joint - log_total(log_joint)[:, None]))


def one_case(model: Model, evidence: Mapping[str, object]) -> OneCase:
    """Check one case and encode it.

    Parameters
    ----------
    model : Model
        The model.
    evidence : mapping
        Variable to value, in the forms `hamknee.network.evidence` lists.

    Raises
    ------
    EvidenceError
        If a variable or value is not one of the vocabulary.
    ImpossibleEvidenceError
        If P(evidence) = 0.
    """
    posterior = model.posterior(check_evidence(model.vocabulary, evidence))
    return OneCase(model, posterior, model.encode([posterior.evidence]))


def entropy(probabilities: Array) -> Array:
    """Return the entropy in bits along the last axis (Shannon 1948); 0 log 0 is 0."""
    positive = probabilities > 0
    logs = np.log2(probabilities, out=np.zeros_like(probabilities), where=positive)
    return np.asarray(np.maximum(-(probabilities * logs).sum(axis=-1), 0.0))
