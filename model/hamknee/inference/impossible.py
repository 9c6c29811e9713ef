"""Impossible evidence: an error that names a smallest set of contradicting findings."""

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np

from hamknee.base import HamkneeError
from hamknee.inference.engine import Engine, log_total
from hamknee.network import Cases, value_text

MOST_SUBSETS = 20_000
"""How many smaller sets are tried when looking for a smallest contradiction."""


class ImpossibleEvidenceError(HamkneeError):
    """P(evidence) = 0: the findings contradict each other.

    Parameters
    ----------
    contradiction : mapping of str to str
        A smallest set of findings that cannot be true together.
    smallest : bool
        True if no set has fewer findings; False if that was too much to try, in which case still
        no part of this set is contradictory.
    case : object or None
        Which of many cases.

    Examples
    --------
    >>> from hamknee.inference import ImpossibleEvidenceError
    >>> error = ImpossibleEvidenceError({"torn": "yes", "pop": "no"}, case="A")
    >>> print(error)
    case A: these findings cannot be true together in this model: torn=yes, pop=no; change or
    remove one of them
    >>> error.contradiction, error.smallest
    ({'torn': 'yes', 'pop': 'no'}, True)
    """

    def __init__(
        self, contradiction: Mapping[str, str], smallest: bool = True, case: object = None
    ) -> None:
        self.contradiction = dict(contradiction)
        self.smallest = smallest
        self.case = case
        named = ", ".join(f"{name}={value}" for name, value in self.contradiction.items())
        if len(self.contradiction) == 1:
            problem = f"{named} cannot be true in this model"
        else:
            problem = f"these findings cannot be true together in this model: {named}"
        where = "" if case is None else f"case {case}: "
        super().__init__(f"{where}{problem}; change or remove one of them")


def contradiction(engine: Engine, cases: Cases, row: int, one: bool) -> ImpossibleEvidenceError:
    """Return the error for an impossible case.

    Findings are left out one by one as long as the rest is still impossible; then every smaller
    set is tried, if they are not too many.

    Parameters
    ----------
    engine : Engine
        In which P(evidence) = 0.
    cases : Cases
        The evidence.
    row : int
        Which of the cases.
    one : bool
        Whether the case was asked for alone, and needs no name.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.inference import Model, contradiction
    >>> from hamknee.network import CPT, State, Variable, Vocabulary
    >>> answers = (State("yes", "Yes"), State("no", "No"))
    >>> torn = Variable("torn", "target", "Torn", answers)
    >>> pop = Variable("pop", "finding", "Pop", answers)
    >>> always = np.array([[1.0, 0.0], [0.25, 0.75]])
    >>> cpts = {"torn": CPT("torn", (), np.array([0.2, 0.8])), "pop": CPT("pop", ("torn",), always)}
    >>> model = Model(Vocabulary((torn, pop)), cpts)
    >>> cases = model.encode([{"torn": "yes", "pop": "no"}])
    >>> print(contradiction(model.engine, cases, row=0, one=True))
    these findings cannot be true together in this model: torn=yes, pop=no; change or remove one
    of them
    """
    known = cases.known(row)
    kept = list(known)
    for variable in known:
        rest = [other for other in kept if other != variable]
        if _impossible(engine, cases, row, [rest])[0]:
            kept = rest
    sizes = range(1, len(kept))
    smallest = sum(math.comb(len(known), size) for size in sizes) <= MOST_SUBSETS
    if smallest:
        subsets = [s for size in sizes for s in itertools.combinations(known, size)]
        impossible = _impossible(engine, cases, row, subsets)
        kept = next((list(s) for s, yes in zip(subsets, impossible, strict=True) if yes), kept)
    findings = {cases.vocabulary.variables[v].name: value_text(cases.value(row, v)) for v in kept}
    return ImpossibleEvidenceError(findings, smallest, None if one else cases.names()[row])


def _impossible(
    engine: Engine, cases: Cases, row: int, subsets: Sequence[Sequence[int]]
) -> Sequence[bool]:
    """Return for each subset of the known variables whether it alone is impossible."""
    if not subsets:
        return []
    codes = np.tile(np.array(engine.sizes, dtype=np.intp), (len(subsets), 1))
    for number, subset in enumerate(subsets):
        codes[number, list(subset)] = cases.codes[row, list(subset)]
    return [bool(p) for p in np.isneginf(log_total(engine.log_joint(codes, cases.weights)))]
