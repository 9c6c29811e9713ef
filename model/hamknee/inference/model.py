"""Questions to a model: posteriors, P(evidence), every marginal, the most probable explanation."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, TypeAlias, overload

import numpy as np

from hamknee.base import Array, Codes, FrozenMapping, HamkneeError, Kind, takes
from hamknee.inference.case import AnyCase, Case
from hamknee.inference.engine import Engine, log_total
from hamknee.inference.explaining import explanations
from hamknee.inference.impossible import contradiction
from hamknee.inference.local_rates import local_cpt, read_base_rates
from hamknee.inference.results import Explanation, Marginals, Posterior, Posteriors, Scores
from hamknee.inference.starting import Starting
from hamknee.network import (
    CPT,
    LOCAL,
    Cases,
    Priors,
    Vocabulary,
    check_evidence,
    checked_cpt,
    encode,
    read_shipped_or_own,
)

if TYPE_CHECKING:
    import pandas as pd

Many: TypeAlias = "Cases | pd.DataFrame | Iterable[Mapping[str, object]]"


CODED = Kind("Cases, as Model.encode returns them", (Cases,))


@takes(
    priors=Kind(
        "the path of a priors.csv, or priors, such as the .priors of a project",
        (str, Path, Priors, NoneType),
    )
)
def load(priors: str | Path | Priors | None = None) -> Model:
    """Read, check and compile a model.

    Parameters
    ----------
    priors : str, Path or Priors, optional
        A priors.csv, or numbers that were read already. By default the file that the environment
        variable HAMKNEE_PRIORS names, else the shipped one. A vocabulary.toml or references.bib
        beside the file goes with it; otherwise the shipped ones do.

    Returns
    -------
    Model

    Raises
    ------
    VocabularyError, ReferencesError, PriorsError
        With every fault of the file.

    Examples
    --------
    >>> import hamknee
    >>> hamknee.load()
    Model('condition', ... variables, source='...priors.csv')
    >>> from hamknee.network import read_shipped_or_own
    >>> given = {"condition": "other"}
    >>> edited = read_shipped_or_own().set("sex", "male", given=given, probability=0.6)
    >>> hamknee.load(edited)
    Model('condition', ... variables, source='...priors.csv, edited')
    """
    numbers = priors if isinstance(priors, Priors) else read_shipped_or_own(priors)
    return Model(
        numbers.vocabulary,
        numbers.cpts(),
        source=numbers.source,
        sha256=numbers.sha256,
        priors=numbers,
    )


class Model:
    """A compiled network with one target. Immutable, so that threads may share it.

    Parameters
    ----------
    vocabulary : Vocabulary
        Variables, states and which of them is the target.
    cpts : mapping of str to CPT
        The table of every variable.
    source : str
        Where the numbers were read from.
    sha256 : str
        Digest of the numbers; empty for a network that was not read from priors.csv.
    notices : sequence of str
        What was not taken as it stands when it was read, a sentence each.
    priors : Priors, optional
        The rows that the tables were made of, if there are such.

    Raises
    ------
    HamkneeError
        If a table is missing, of the wrong shape, or not made of probability distributions; or
        if the variables are linked so closely that exact answers would not fit into memory.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.inference import Model
    >>> from hamknee.network import CPT, State, Variable, Vocabulary
    >>> answers = (State("yes", "Yes"), State("no", "No"))
    >>> torn = Variable("torn", "target", "Torn", answers)
    >>> pop = Variable("pop", "finding", "Pop", answers)
    >>> heard = np.array([[0.9, 0.1], [0.25, 0.75]])  # P(pop | torn), P(pop | not torn)
    >>> cpts = {"torn": CPT("torn", (), np.array([0.2, 0.8])), "pop": CPT("pop", ("torn",), heard)}
    >>> model = Model(Vocabulary((torn, pop)), cpts)
    >>> model
    Model('torn', 2 variables, source='memory')
    >>> round(model.posterior({"pop": "yes"})["yes"], 3)  # 0.2 × 0.9 of 0.2 × 0.9 + 0.8 × 0.25
    0.474
    """

    @takes(
        vocabulary=Kind("a Vocabulary, such as the .vocabulary of a model", (Vocabulary,)),
        cpts=Kind("a CPT by the name of its variable, such as the .cpts of a model", (Mapping,)),
    )
    def __init__(
        self,
        vocabulary: Vocabulary,
        cpts: Mapping[str, CPT],
        *,
        source: str = "memory",
        sha256: str = "",
        notices: Sequence[str] = (),
        priors: Priors | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.cpts: Mapping[str, CPT] = FrozenMapping(
            {name: checked_cpt(vocabulary, cpts, name) for name in vocabulary}
        )
        self.source = source
        self.sha256 = sha256
        self.notices = tuple(notices)
        self._priors = priors
        number = vocabulary.index
        self.engine = Engine(
            sizes=[len(variable.states) for variable in vocabulary.variables],
            families=[
                tuple(number[member] for member in (*cpt.parents, name))
                for name, cpt in self.cpts.items()
            ],
            tables=[cpt.probabilities for cpt in self.cpts.values()],
            target=number[vocabulary.target.name],
        )
        self._starting = Starting(vocabulary, self.engine)

    def __repr__(self) -> str:
        """Name the target, the size and the source."""
        size = f"{len(self.vocabulary)} variables"
        return f"Model({self.vocabulary.target.name!r}, {size}, source={self.source!r})"

    def __reduce__(self) -> tuple[Callable[..., Model], tuple[object, ...]]:
        """Travel to other processes as what the model was made of, to be compiled there."""
        compiled = functools.partial(
            Model, source=self.source, sha256=self.sha256, notices=self.notices
        )
        return compiled, (self.vocabulary, self.cpts)

    @property
    def priors(self) -> Priors:
        """The numbers that the model was made of, with their sources, to look at or to change.

        Raises
        ------
        HamkneeError
            If its tables were not made of such rows, or it came from another process, to which only
            the tables are sent.

        Examples
        --------
        >>> import hamknee
        >>> model = hamknee.load()
        >>> edited = model.priors.set(
        ...     "pop", "yes", given={"condition": "rupture", "onset": "sudden"}, probability=0.95
        ... )
        >>> hamknee.load(edited).p_evidence({"pop": "yes"}) > model.p_evidence({"pop": "yes"})
        True
        """
        if self._priors is None:
            problem = f"the model ({self.source}) was not made of the rows of a priors.csv"
            allowed = "a model of hamknee.load, or hamknee.formats.as_files(model).priors"
            raise HamkneeError(f"{problem}; allowed: {allowed}")
        return self._priors

    def with_base_rates(
        self,
        rates: Mapping[str, float] | str | Path,
        *,
        setting: str | None = None,
        counts: bool = False,
    ) -> Model:
        """Return this model with the base rates of another place, and everything else as it was.

        Parameters
        ----------
        rates : mapping of str to float, str or Path
            Condition to its share of the patients; those not named keep their proportions in what
            is left. With `counts`, how many patients had it: they are added to the numbers, which
            count for their equivalent sample size (1 where none is known). A text or a file says
            which of the two it holds (`hamknee.inference.read_base_rates`).
        setting : str, optional
            Where this is so; in every setting by default.
        counts : bool
            Whether they are counts of diagnoses.

        Raises
        ------
        HamkneeError
            If a condition or setting is none, or the shares leave nothing for the others.

        Notes
        -----
        What findings say of a condition is taken to be the same there; only then is a change of
        base rates enough (Saerens et al. 2002, Neural Computation 14:21).

        Examples
        --------
        >>> import hamknee
        >>> model, case = hamknee.load(), {"setting": "primary_care", "onset": "sudden"}
        >>> club = model.with_base_rates({"strain": 0.3}, setting="primary_care")
        >>> round(club.posterior({"setting": "primary_care"})["strain"], 3)
        0.3
        >>> club.posterior(case)["strain"] > model.posterior(case)["strain"]
        True
        """
        if isinstance(rates, str | Path):
            rates, counts = read_base_rates(self, rates)
        cpt, said = local_cpt(self, rates, counts, setting)
        cpts = {**self.cpts, cpt.variable: cpt}
        return Model(
            self.vocabulary,
            cpts,
            source=f"{self.source.removesuffix(LOCAL)}{LOCAL}",
            sha256=hashlib.sha256(self.sha256.encode() + cpt.probabilities.tobytes()).hexdigest(),
            notices=(*self.notices, said),
        )

    def case(self, evidence: AnyCase) -> Case:
        """Return one case, checked: what every verb on one case takes, so that it is made once.

        Parameters
        ----------
        evidence : mapping or Case
            Variable to value, in the forms that `check_evidence` lists; or a case of this
            model, which is returned as it is.

        Raises
        ------
        EvidenceError
            If a variable or value is not one of the vocabulary.
        ImpossibleEvidenceError
            If P(evidence) = 0.
        HamkneeError
            If the case is one of another model.

        Examples
        --------
        >>> import hamknee
        >>> model = hamknee.load()
        >>> case = model.case({"onset": "sudden", "activity": "explosive"})
        >>> case
        Case(onset=sudden, activity=explosive)
        >>> case.posterior.top, hamknee.stop_rule(model, case).stop
        ('strain', False)
        """
        if not isinstance(evidence, Case):
            case = Case(self, check_evidence(self.vocabulary, evidence))
            _ = case.posterior  # which there is none of where P(evidence) = 0
            return case
        if evidence.model is not self:
            allowed = "a case of this model, such as model.case(case.evidence)"
            raise HamkneeError(f"found a case of {evidence.model!r}; allowed: {allowed}")
        return evidence

    @overload
    def posterior(self, evidence: AnyCase) -> Posterior: ...
    @overload
    def posterior(self, evidence: Many) -> Posteriors: ...
    def posterior(self, evidence: AnyCase | Many) -> Posterior | Posteriors:
        """Return the exact probabilities of the target.

        Parameters
        ----------
        evidence : mapping, Case, or many cases
            One case, as for `case`; or an iterable of mappings of variable to value, a DataFrame
            (a row a case, a column a variable), or `Cases`.

        Returns
        -------
        Posterior or Posteriors

        Raises
        ------
        EvidenceError
            If a variable or value is not one of the vocabulary.
        ImpossibleEvidenceError
            If P(evidence) = 0.

        Examples
        --------
        >>> import hamknee
        >>> model = hamknee.load()
        >>> popped = model.posterior({"onset": "sudden", "pop": "yes"})
        >>> popped["rupture"] > model.posterior({"onset": "sudden"})["rupture"]
        True
        >>> many = model.posterior([{"pop": "yes"}, {"pop": "no"}])
        >>> many.probabilities.shape == (2, len(model.vocabulary.target.states))
        True
        """
        if isinstance(evidence, Case | Mapping):
            return self.case(evidence).posterior
        target, cases = self.vocabulary.target, self.encode(evidence)
        probabilities, log_ps = self.engine.posteriors(cases.codes, cases.weights)
        self._refuse_impossible(cases, log_ps)
        return Posteriors(target, cases.names(), probabilities, self._starting.of(cases), log_ps)

    @overload
    def p_evidence(self, evidence: AnyCase) -> float: ...
    @overload
    def p_evidence(self, evidence: Many) -> Array: ...
    def p_evidence(self, evidence: AnyCase | Many) -> float | Array:
        """Return P(evidence), which is 0 where the evidence is impossible.

        Parameters
        ----------
        evidence : mapping, Case, or many cases
            As for `posterior`. A likelihood counts as P(what was observed | state).

        Returns
        -------
        float, or ndarray of shape (cases,)

        Examples
        --------
        >>> import hamknee
        >>> model = hamknee.load()
        >>> sexes = [{"sex": "female"}, {"sex": "male"}]
        >>> model.p_evidence(sexes).sum().round(9).item()
        1.0
        >>> 0 < model.p_evidence({"sex": "male", "age": 31}) < model.p_evidence({"sex": "male"})
        True
        """
        with np.errstate(over="ignore"):  # likelihoods may be of any size
            p = np.exp(self.log_p_evidence(evidence))
        return float(p) if isinstance(evidence, Case | Mapping) else p

    @overload
    def log_p_evidence(self, evidence: AnyCase) -> float: ...
    @overload
    def log_p_evidence(self, evidence: Many) -> Array: ...
    def log_p_evidence(self, evidence: AnyCase | Many) -> float | Array:
        """Return the natural logarithm of P(evidence), -inf where the evidence is impossible.

        Parameters
        ----------
        evidence : mapping, Case, or many cases
            As for `posterior`.

        Returns
        -------
        float, or ndarray of shape (cases,)
            Also where P(evidence) is too small, or with likelihoods too large, to be written.

        Examples
        --------
        >>> import hamknee
        >>> model = hamknee.load()
        >>> round(model.log_p_evidence({"sex": {"female": 1e300, "male": 1e300}}), 3)  # 300 ln 10
        690.776
        """
        if isinstance(evidence, Case | Mapping):
            one = self.case(evidence).cases if isinstance(evidence, Case) else [evidence]
            return float(self.log_p_evidence(one)[0])
        return log_total(self.log_joint(self.encode(evidence)))

    def marginals(self, evidence: AnyCase | Many) -> Marginals:
        """Return the exact probabilities of every variable, the observed ones included.

        Parameters
        ----------
        evidence : mapping, Case, or many cases
            As for `posterior`.

        Raises
        ------
        EvidenceError, ImpossibleEvidenceError
            As for `posterior`.

        Examples
        --------
        >>> import hamknee
        >>> model = hamknee.load()
        >>> known = model.marginals({"condition": "rupture"})
        >>> known["condition"].shape == (len(model.vocabulary.target.states),)
        True
        >>> bool(known["pop"][0] > model.marginals({})["pop"][0])  # a pop is likelier in a rupture
        True
        """
        if isinstance(evidence, Case | Mapping):
            single = self._marginals(self.case(evidence).cases)
            return Marginals(self.vocabulary, {name: p[0] for name, p in single.items()})
        cases = self.encode(evidence)
        self._log_p_possible(cases)
        return Marginals(self.vocabulary, self._marginals(cases), cases.names())

    @overload
    def most_probable_explanation(self, evidence: AnyCase) -> Explanation: ...
    @overload
    def most_probable_explanation(self, evidence: Many) -> list[Explanation]: ...
    def most_probable_explanation(
        self, evidence: AnyCase | Many
    ) -> Explanation | list[Explanation]:
        """Return the jointly most probable states of everything that was not observed.

        This maximises over all variables at once (Dawid 1992); it is not the list of each
        variable's most probable state. Of tied explanations the one that comes first in the
        vocabulary's order is returned, and the tied variables are named.

        Parameters
        ----------
        evidence : mapping, Case, or many cases
            As for `posterior`.

        Raises
        ------
        EvidenceError, ImpossibleEvidenceError
            As for `posterior`.

        Examples
        --------
        >>> import hamknee
        >>> model = hamknee.load()
        >>> explanation = model.most_probable_explanation({"condition": "rupture", "pop": "yes"})
        >>> len(explanation.states) == len(model.vocabulary) - 2
        True
        >>> explanation.states["onset"]
        'sudden'
        """
        if isinstance(evidence, Case | Mapping):
            return self._explanations(self.case(evidence).cases)[0]
        return self._explanations(self.encode(evidence))

    def encode(self, cases: Many) -> Cases:
        """Check and encode many cases once, for use in several queries.

        Raises
        ------
        EvidenceError
            If a variable or value is not one of the vocabulary.
        HamkneeError
            If cases were encoded already, with other variables or states than the model's.
        """
        return self._own(cases) if isinstance(cases, Cases) else encode(self.vocabulary, cases)

    @takes(codes=Kind("an array of state numbers", (np.ndarray,)))
    def cases(self, codes: Codes) -> Cases:
        """Return cases of hard and missing evidence from state numbers.

        Parameters
        ----------
        codes : ndarray of int, shape (cases, variables)
            In the vocabulary's order: the number of a state, or the number of states where the
            variable is not known. Any type of integer will do; columns of small ones, as
            ``np.empty((cases, variables), np.uint8, order="F")``, are quickest.

        Raises
        ------
        HamkneeError
            If the shape is another, they are no integers, or a code is none of its variable.

        Examples
        --------
        >>> import numpy as np
        >>> import hamknee
        >>> model = hamknee.load()
        >>> not_known = [len(variable.states) for variable in model.vocabulary.variables]
        >>> codes = np.array([not_known, not_known], dtype=np.uint8)
        >>> codes[1, model.vocabulary.index["sex"]] = 1  # male; the rest of both is not known
        >>> cases = model.cases(codes)
        >>> dict(cases.evidence(0)), dict(cases.evidence(1))
        ({}, {'sex': 'male'})
        """
        variables = self.vocabulary.variables
        if codes.ndim != 2 or codes.shape[1] != len(variables):
            allowed = f"a row for each case and {len(variables)} columns"
            raise HamkneeError(f"codes have the shape {codes.shape}; allowed: {allowed}")
        if codes.dtype.kind not in "iu":
            raise HamkneeError(f"codes are of the type {codes.dtype}; allowed: integers")
        for variable, column in zip(variables, codes.T, strict=True):
            most = len(variable.states)
            if len(column) and not (column.min() >= 0 and column.max() <= most):
                row = int(((column < 0) | (column > most)).argmax())
                problem = f"case {row}: {variable.name} has the code {column[row]}"
                raise HamkneeError(f"{problem}; allowed: 0 to {most}, which is not known")
        return Cases(self.vocabulary, codes, self.vocabulary.plain_weights)

    @takes(cases=CODED)
    def log_joint(self, cases: Cases) -> Array:
        """Return log P(target, evidence), shape (cases, target states); -inf where impossible.

        Everything else follows from it; impossible cases raise no error here.
        """
        self._own(cases)
        return self.engine.log_joint(cases.codes, cases.weights)

    @takes(cases=CODED)
    def scores(self, cases: Cases, workers: int = 1) -> Scores:
        """Return what a file of results holds of each case, the impossible ones among them.

        Parameters
        ----------
        cases : Cases
            Checked evidence, as `encode` returns it.
        workers : int
            Threads that share the cases.

        Returns
        -------
        Scores
            Impossible cases raise no error; they have the probabilities NaN.

        Examples
        --------
        >>> import hamknee
        >>> model = hamknee.load()
        >>> scores = model.scores(model.encode([{"pop": "yes"}, {}]))
        >>> scores.probabilities.sum(axis=1).round(9).tolist(), scores.impossible.tolist()
        ([1.0, 1.0], [False, False])
        """
        self._own(cases)
        probabilities, log_ps = self.engine.posteriors(cases.codes, cases.weights, workers)
        alone = self.engine.log_p_alone(cases.codes, cases.weights, workers)
        return Scores(self.vocabulary.target, probabilities, log_ps, alone)

    def starting(self, case: Case) -> Array:
        """Return P(target | context) of a case, shape (target states,): before any finding."""
        usual = self._starting.of_known(case.evidence.known)
        return np.asarray(self._starting.of(case.cases)[0]) if usual is None else usual

    # How ----------------------------------------------------------------------------------

    def _own(self, cases: Cases) -> Cases:
        """Return cases whose codes mean what they mean here, or raise."""
        ours, theirs = self.vocabulary, cases.vocabulary
        if theirs is not ours and theirs.state_index != ours.state_index:
            problem = "the cases were encoded with other variables or states, or in another order"
            raise HamkneeError(f"{problem}; allowed: cases as model.encode returns them")
        return cases

    def _log_p_possible(self, cases: Cases) -> Array:
        """Return log P(evidence) of each case, or raise if one is impossible."""
        log_p = log_total(self.log_joint(cases))
        self._refuse_impossible(cases, log_p)
        return log_p

    def _refuse_impossible(self, cases: Cases, log_p: Array) -> None:
        impossible = np.isneginf(log_p)
        if impossible.any():
            raise contradiction(self.engine, cases, int(impossible.argmax()), one=False)

    def _marginals(self, cases: Cases) -> dict[str, Array]:
        """Return P(variable | evidence) by variable, each of shape (cases, states)."""
        arrays = self.engine.marginals(cases.codes, cases.weights)
        return dict(zip(self.vocabulary, arrays, strict=True))

    def _explanations(self, cases: Cases) -> list[Explanation]:
        log_p = self._log_p_possible(cases)
        return explanations(self.vocabulary, self.engine, cases, log_p)


A_MODEL = Kind("a model, as hamknee.load() returns it, or the .model of a project", (Model,))
"""The network that is asked, as an argument."""
