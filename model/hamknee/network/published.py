"""Whether a cohort holds the published cases, which are for checking and never for fitting.

The name of a file tells nothing: a copy, a part of it, or another format holds the same patients. A
case is known again by its key, if what is told of it agrees, and a cohort without the keys by what
it tells.
"""

from collections.abc import Sequence

import numpy as np

from hamknee.base import Codes, Mask, read_table, shipped
from hamknee.network.cases import Cases
from hamknee.network.labelled import CasesError, read_labelled

AGREE = 0.75
"""Share of what both tell that has to agree in a case of the same key."""

ENOUGH = 8
"""Answers that have to be the same in a case without a key: fewer are common to many people."""

SHARE = 0.1
"""Share of a cohort that has to be known again where nothing but the answers tells."""

FEW = 3
"""Cases that make no cohort: so many have to be known again, whatever their share."""


def published_among(cases: Cases, keys: Sequence[object] | None = None) -> list[str]:
    """Return the names of the cases in a cohort that are published ones, in their order.

    Parameters
    ----------
    cases : Cases
        The cohort, what is known of the diagnosis among the rest.
    keys : sequence, optional
        What the cases are called where they come from; `Cases.names` by default.

    Examples
    --------
    >>> from hamknee.network import published_among, read_labelled, read_shipped_or_own
    >>> published = read_labelled(read_shipped_or_own().vocabulary).with_diagnosis()
    >>> published_among(published[:3])
    ['BAK-01', 'BAK-04', 'BAK-06']
    >>> len(published_among(published[:40], keys=range(40))) > 20  # other keys, the same answers
    True
    """
    keys = cases.names() if keys is None else keys
    own = [str(key) for key in keys]
    try:
        published = read_labelled(cases.vocabulary).with_diagnosis()
    except CasesError:  # of another vocabulary, in which only the keys can tell
        shared = set(read_table(shipped("data/cases.csv"))["case_id"])
        same_keys = [key for key in own if key in shared]
        return same_keys if len(same_keys) >= FEW else []
    number = {str(name): row for row, name in enumerate(published.names())}
    comparison = _Same(cases, published)
    known = np.zeros(len(cases), dtype=bool)
    for row, key in enumerate(own):
        if key in number:
            known[row] = comparison.agree(row, number[key])
    alike = comparison.answers()
    if alike.sum() >= max(FEW, SHARE * len(cases)):
        known |= alike
    return [own[row] for row in np.flatnonzero(known).tolist()]


class _Same:
    """Two sets of cases over one vocabulary, to be compared."""

    def __init__(self, cases: Cases, published: Cases) -> None:
        self.codes, self.published = cases.codes, published.codes.copy()
        self.target = cases.vocabulary.index[cases.vocabulary.target.name]
        self.sizes = np.array([len(variable.states) for variable in cases.vocabulary.variables])
        for number, size in enumerate(self.sizes):  # one-of cells may have other codes there
            column = self.published[:, number]
            for code in np.unique(column[column > size]):
                likelihood = published.weights[number][code]
                rows = np.flatnonzero((cases.weights[number] == likelihood).all(axis=1))
                self.published[column == code, number] = rows[0] if len(rows) else -1

    def agree(self, row: int, number: int) -> bool:
        """Return whether one case is told as a published one is, as far as both are told."""
        one, other = self.codes[row], self.published[number]
        both = (one != self.sizes) & (other != self.sizes)
        return bool((one[both] == other[both]).mean() >= AGREE) if both.any() else True

    def answers(self) -> Mask:
        """Return which cases tell enough, all of it as a published one does, shape (cases,)."""
        known: Codes = self.codes != self.sizes
        left = known.sum(axis=1) >= ENOUGH
        alike = np.zeros(len(self.codes), dtype=bool)
        target = self.target
        diagnosis = self.codes[:, target]
        for other in self.published:  # the diagnosis first, which leaves few to compare
            meant = (diagnosis == other[target]) | (diagnosis == self.sizes[target])
            rows = np.flatnonzero(left & meant)
            same = (self.codes[rows] == other) | ~known[rows]
            alike[rows] |= same.all(axis=1)
        return alike
