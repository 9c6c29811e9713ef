"""What may be there beside the main cause, as far as it was counted or judged.

A network with one target ranks main causes. What is there as well comes from coexisting.csv: it is
not updated by the findings of a case, it is no second vote for a main cause, and a pair that is
missing is not known, which is not the same as never.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from hamknee.base import copied_property, percent, percent_range, shown, takes
from hamknee.inference import A_MODEL, AnyCase, Model, Posterior
from hamknee.network import Coexisting, Evidence, find_coexisting, find_state, possible_states

if TYPE_CHECKING:
    import pandas as pd

TOLD_FROM = 0.10
"""From here on what is felt is told, and what scans show from so much above its background."""

CLOT = "dvt"
CLOT_FROM = 0.01
"""A clot that is not the main cause is told from here on: it is the danger that hides best."""

_rows: WeakKeyDictionary[Model, tuple[Coexisting, ...]] = WeakKeyDictionary()


@shown
@dataclass(frozen=True)
class AlsoPresent:
    """What may be there beside the main cause.

    Parameters
    ----------
    posterior : Posterior
        Of the main cause.
    main : str
        The main cause that the lines are about.
    lines : tuple of Coexisting
        What is worth telling, the most frequent first.
    rows : tuple of Coexisting
        All that goes with the model.

    Examples
    --------
    >>> import hamknee
    >>> cyst = {"location": "popliteal", "swelling": "focal", "onset": "gradual", "age": 60}
    >>> also = hamknee.also_present(hamknee.load(), cyst, "bakers_cyst")
    >>> [line.also for line in also.lines][:2]
    ['meniscal_tear', 'osteoarthritis']
    """

    posterior: Posterior
    main: str
    lines: tuple[Coexisting, ...]
    rows: tuple[Coexisting, ...]

    def present(self, state: str) -> tuple[float, float, float]:
        """Return P(it is there at all), as the main cause or beside it, with its range.

        Parameters
        ----------
        state : str
            Of the target.

        Returns
        -------
        tuple of float
            The estimate, and its ends where the shares beside other causes have theirs.

        Notes
        -----
        P(main = state) + Σ P(main = A) P(state as well | A), over what is felt of whole
        conditions. A pair that nobody stated adds nothing, so the sum can be too small.
        """
        place = find_state(self.posterior.target, state)
        alone = float(self.posterior.probabilities[place])
        beside = [
            (self.posterior[row.main], row) for row in self.rows if row.also == state and row.beside
        ]
        ends = [
            alone + sum(p * getattr(row, end) for p, row in beside)
            for end in ("estimate", "low", "high")
        ]
        return ends[0], ends[1], ends[2]

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a line: main, also, label, estimate, low, high, background, kind, basis."""
        import pandas as pd

        columns = ["main", "also", "label", "estimate", "low", "high", "background", "kind"]
        target = self.posterior.target
        rows = [
            (r.main, r.also, target.state(r.also).label, r.estimate, r.low, r.high, r.background,
             r.kind, r.basis, " ".join(r.sources))
            for r in self.lines
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=[*columns, "basis", "sources"])

    @cached_property
    def text(self) -> str:
        """One sentence a line; empty where nothing is worth telling."""
        return " ".join(self.sentence(line) for line in self.lines)

    @cached_property
    def clot_text(self) -> str:
        """How often a clot is there at all; empty where it comes first, or hardly ever is."""
        target = self.posterior.target
        if CLOT not in target.state_names or self.main == CLOT:
            return ""
        share, low, high = self.present(CLOT)
        if share < CLOT_FROM:
            return ""
        ends = f"{percent(share)} ({percent_range(low, high)})"
        return f"{target.state(CLOT).both_names}, as the main cause or beside it: {ends}."

    def sentence(self, line: Coexisting) -> str:
        """Return one line in words."""
        label = self.posterior.target.state(line.also).both_names
        share = f"{percent(line.estimate)} ({percent_range(line.low, line.high)})"
        if line.kind == "symptomatic":
            return f"{label} may be there too: in {share} of people with this."
        often = f", and in {percent(line.background)} without" if line.background >= 0 else ""
        return f"Scans show {label} in {share} of people with this{often}; it need not hurt."


@takes(model=A_MODEL)
def also_present(model: Model, evidence: AnyCase, main: str | None = None) -> AlsoPresent:
    """Return what may be there beside the main cause, from coexisting.csv.

    Parameters
    ----------
    model : Model
        Whose coexisting.csv is meant: the one beside its numbers, or the shipped one.
    evidence : mapping or Case
        One case, as for `Model.case`.
    main : str, optional
        The main cause; by default the most probable one.

    Raises
    ------
    EvidenceError, ImpossibleEvidenceError
        As for `Model.case`.
    CoexistingError
        If the file beside the numbers cannot be used.

    Examples
    --------
    >>> import hamknee
    >>> swollen = {"onset": "days", "swelling": "leg", "location": "calf"}
    >>> also = hamknee.also_present(hamknee.load(), swollen)
    >>> estimate, low, high = also.present("dvt")
    >>> also.posterior["dvt"] < low < estimate < high
    True
    """
    posterior = model.case(evidence).posterior
    if main is None:
        main = posterior.top
    find_state(posterior.target, main)
    rows = coexisting(model)
    lines = [row for row in rows if row.main == main and _told(row, posterior.evidence)]
    lines.sort(key=lambda row: -row.estimate)
    return AlsoPresent(posterior, main, tuple(lines), rows)


def coexisting(model: Model) -> tuple[Coexisting, ...]:
    """Return the rows of coexisting.csv that go with a model, read once.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.reasoning import coexisting
    >>> {row.main for row in coexisting(hamknee.load())} <= set(
    ...     hamknee.load().vocabulary.target.state_names
    ... )
    True
    """
    if model not in _rows:
        _rows[model] = find_coexisting(model.vocabulary, model.source)
    return _rows[model]


def _told(row: Coexisting, evidence: Evidence) -> bool:
    """Return whether a row is worth telling of a case."""
    if not row.whole:
        return False
    possible = (
        name not in evidence or possible_states(evidence[name]) & states
        for name, states in row.when.items()
    )
    if not all(possible):
        return False
    above = 0.0 if row.kind == "symptomatic" else row.background
    return not math.isnan(above) and row.estimate >= above + TOLD_FROM - 1e-12
