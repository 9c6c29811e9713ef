"""Two projects side by side, also where one has conditions or findings that the other has not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hamknee.base import HamkneeError, copied_property, listing, shown
from hamknee.inference import load
from hamknee.network import LabelledCases, Priors, Row, Vocabulary

if TYPE_CHECKING:
    import pandas as pd


@shown
@dataclass(frozen=True, eq=False)
class ProjectDifference:
    """What is new, gone and changed between two projects.

    Parameters
    ----------
    old, new : Priors
        The numbers of both.
    cases : tuple of (str, str, str)
        Cases that both can read and whose first diagnosis differs: the case, before and after.
    read : int
        How many cases both can read.

    Examples
    --------
    >>> import hamknee
    >>> shipped = hamknee.open_project()
    >>> edited = shipped.state("overweight", "rupture", "0.5 (0.4 to 0.6)")
    >>> both = shipped.diff(edited)
    >>> both.table[["variable", "state", "before", "after"]].round(2)
         variable state  before  after
    0  overweight   yes    0.25    0.5
    1  overweight    no    0.75    0.5
    """

    old: Priors
    new: Priors
    cases: tuple[tuple[str, str, str], ...]
    read: int

    @cached_property
    def words(self) -> tuple[tuple[str, str], ...]:
        """What differs between the vocabularies: ``new``, ``gone`` or ``changed``, and the name."""
        return tuple(_words(self.old.vocabulary, self.new.vocabulary))

    @copied_property
    def table(self) -> pd.DataFrame:
        """Every number that both have and that differs, farthest first."""
        import pandas as pd

        before = {row.name: row for row in self.old.rows}
        both = [(before[row.name], row) for row in self.new.rows if row.name in before]
        rows = [
            (n.variable, n.state, _given(n), o.probability, n.probability, o.ess, n.ess, n.basis)
            for o, n in both
            if (o.probability, o.ess, o.basis) != (n.probability, n.ess, n.basis)
        ]
        names = ["variable", "state", "given", "before", "after", "ess_before", "ess", "basis"]
        frame = pd.DataFrame(rows, columns=names)
        farthest = (frame.after - frame.before).abs().sort_values(ascending=False, kind="stable")
        return frame.loc[farthest.index].reset_index(drop=True)

    @property
    def text(self) -> str:
        """The same in sentences."""
        parts = []
        for kind in ("new", "gone", "changed"):
            if names := [name for which, name in self.words if which == kind]:
                parts.append(f"{kind.capitalize()}: {listing(names, 12)}.")
        parts = parts or ["The vocabularies are the same."]
        count = len(self.table)
        parts.append(f"Numbers of both that differ: {count or 'none'}.")
        if self.read:
            flipped = listing((f"{c} ({a} → {b})" for c, a, b in self.cases), 12)
            differing = f"the first diagnosis differs in {len(self.cases)}"
            parts.append(f"Cases that both read: {self.read}; {differing}: {flipped or 'none'}.")
        return " ".join(parts)


def compare_numbers(
    old: Priors, new: Priors, labelled: LabelledCases | None = None
) -> ProjectDifference:
    """Compare two sets of numbers, also of other vocabularies, and what they say of cases first.

    Parameters
    ----------
    old, new : Priors
        Which of them has more does not matter.
    labelled : LabelledCases, optional
        Those that both can read are counted.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.projects import compare_numbers
    >>> shipped = hamknee.open_project()
    >>> grown = shipped.add_condition("plica", "Plica", "1 of 200", {"onset=days": "7 of 9"})
    >>> print(compare_numbers(shipped.priors, grown.priors).text)
    New: condition=plica. Numbers of both that differ: 63.
    """
    if labelled is None:
        return ProjectDifference(old, new, (), 0)
    models = load(old), load(new)
    names, before, after = [], [], []
    for row in range(len(labelled)):
        evidence = labelled.cases.evidence(row)
        try:
            first = [model.posterior(evidence).top for model in models]
        except HamkneeError:
            continue  # one of them has no word for what is known, or calls it impossible
        names.append(str(labelled.cases.names()[row]))
        before.append(str(first[0]))
        after.append(str(first[1]))
    triples = zip(names, before, after, strict=True)
    flips = tuple(triple for triple in triples if triple[1] != triple[2])
    return ProjectDifference(old, new, flips, len(names))


def _words(old: Vocabulary, new: Vocabulary) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys([*old, *new]):
        if name not in old:
            yield "new", name
        elif name not in new:
            yield "gone", name
        else:
            states = old[name].state_names, new[name].state_names
            yield from (("new", f"{name}={s}") for s in states[1] if s not in states[0])
            yield from (("gone", f"{name}={s}") for s in states[0] if s not in states[1])
            if states[0] == states[1] and old[name] != new[name]:
                yield "changed", name


def _given(row: Row) -> str:
    return ";".join(f"{parent}={state}" for parent, state in row.given)
