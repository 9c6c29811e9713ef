"""The layer itself: what it does to an answer, what it says of itself, and how it is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from hamknee.base import (
    A_PATH,
    Array,
    HamkneeError,
    TableError,
    copied_property,
    listing,
    percent,
    read_bytes,
    short_digest,
    shown,
    suggestion,
    takes,
    write_whole,
)
from hamknee.evaluation.baselines import posteriors, prior_only
from hamknee.inference import A_MODEL, AnyCase, Model, Posterior, conditioned
from hamknee.network import Cases, Variable

if TYPE_CHECKING:
    import pandas as pd


RecalibrationKind = Literal["slope", "temperature"]

FORMAT = "hamknee recalibration 1"
"""What a file of a layer begins with."""

NEARLY_ONE = 0.005
"""How far the shares of a whole case mix may be from 1 altogether, as they are rounded."""


@shown
@dataclass(frozen=True)
class RecalibrationLayer:
    """What is done to the answers of one set of numbers, and where it comes from.

    Parameters
    ----------
    target : Variable
        What is answered.
    numbers : str
        Digest of the numbers it was made for; it is applied to no others.
    kind : {"slope", "temperature"}
        What the slope works on: see `recalibrate`.
    slope : float
        1 leaves what the findings say as it is.
    case_mix : tuple of float, optional
        Share of each state of the target; None leaves the starting probabilities as they are.
    cohort, cohort_sha256 : str
        What the slope was fitted to, and the digest of what that says; empty if it was not fitted.
    cases : int
        How many.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.evaluation import with_case_mix
    >>> model = hamknee.load()
    >>> layer = with_case_mix(model, {"osteoarthritis": 0.6})
    >>> case = {"onset": "gradual", "age": 66}
    >>> before, after = model.posterior(case), layer.posterior(model, case)
    >>> before["osteoarthritis"] < after["osteoarthritis"]
    True
    >>> layer.table.set_index("condition")["share"].round(3).head(2).to_dict()
    {'tendinopathy': 0.016, 'strain': 0.017}
    """

    target: Variable
    numbers: str
    kind: RecalibrationKind
    slope: float
    case_mix: tuple[float, ...] | None = None
    cohort: str = ""
    cases: int = 0
    cohort_sha256: str = ""

    def probabilities(self, model: Model, cases: Cases) -> Array:
        """Return P(target | case) with the layer, NaN for impossible cases, (cases, states)."""
        self._check(model)
        p, prior = posteriors(model, cases), prior_only(model, cases)
        return recalibrated(p, prior, self.slope, self.kind, self.case_mix)

    def posterior(self, model: Model, evidence: AnyCase) -> Posterior:
        """Return the answer to one case with the layer.

        Raises
        ------
        EvidenceError, ImpossibleEvidenceError
            As for `Model.posterior`.
        HamkneeError
            If the layer was made for other numbers.
        """
        self._check(model)
        case = model.case(evidence)
        prior = prior_only(model, case.cases)[0]
        p = case.posterior.probabilities
        after = recalibrated(p[None], prior[None], self.slope, self.kind, self.case_mix)[0]
        start = prior if self.case_mix is None else np.array(self.case_mix)
        return replace(case.posterior, probabilities=after, prior=start)

    def _check(self, model: Model) -> None:
        if model.sha256 != self.numbers:
            raise HamkneeError(
                f"the recalibration was made for the numbers {short_digest(self.numbers)}, and "
                f"these are {short_digest(model.sha256)}; allowed: the same numbers"
            )

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a state: the target, its label, and its share; NaN where none is stated."""
        import pandas as pd

        states = self.target.states
        shares = [np.nan] * len(states) if self.case_mix is None else list(self.case_mix)
        columns = {self.target.name: list(self.target.state_names)}
        return pd.DataFrame(columns | {"label": [s.label for s in states], "share": shares})

    @cached_property
    def text(self) -> str:
        """Plain sentences: what it does, and where it comes from."""
        says = []
        if self.case_mix is not None:
            first = int(np.argmax(self.case_mix))
            label = self.target.states[first].label
            says.append(f"Case mix as stated, {percent(self.case_mix[first])} {label} the most.")
        if self.cases:
            what = "Findings count" if self.kind == "slope" else "Everything counts"
            says.append(
                f"{what} {self.slope:.2f} times as much, fitted to {self.cases:,} cases of "
                f"{self.cohort}."
            )
        return " ".join(says)

    def content(self) -> dict[str, object]:
        """Return the layer as JSON holds it."""
        mix = self.case_mix
        names = self.target.state_names
        return {
            "format": FORMAT,
            "numbers": self.numbers,
            "kind": self.kind,
            "slope": self.slope,
            "case_mix": None if mix is None else dict(zip(names, mix, strict=True)),
            "cohort": {"name": self.cohort, "cases": self.cases, "sha256": self.cohort_sha256},
        }

    def save(self, path: str | Path) -> None:
        """Write the layer as JSON, whole or not at all."""
        write_whole(Path(path), json.dumps(self.content(), indent=2) + "\n")


def recalibrated(
    p: Array,
    prior: Array,
    slope: float,
    kind: RecalibrationKind,
    case_mix: tuple[float, ...] | None,
) -> Array:
    """Return answers with a layer, shape (cases, states); NaN where there was no answer.

    Parameters
    ----------
    p, prior : ndarray, shape (cases, states)
        P(target | case), and P(target | context of the case).
    slope, kind, case_mix
        As of `RecalibrationLayer`.
    """
    fixed, scaled = log_terms(p, prior, kind, case_mix)
    with np.errstate(invalid="ignore"):  # what cannot be stays so
        log_p = fixed + slope * scaled
    answers = conditioned(np.where(np.isnan(log_p), -np.inf, log_p))
    answers[np.isnan(p).any(axis=1)] = np.nan
    return np.asarray(answers)


def log_terms(
    p: Array, prior: Array, kind: RecalibrationKind, case_mix: tuple[float, ...] | None
) -> tuple[Array, Array]:
    """Return the logarithms that a layer adds up, each (cases, states): as they are, and by slope.

    Parameters
    ----------
    p, prior, kind, case_mix
        As for `recalibrated`.
    """
    start = prior if case_mix is None else np.broadcast_to(case_mix, prior.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        mix = np.log(start)
        weights = np.where(p > 0, np.log(p) - np.log(prior), -np.inf)
        return (mix, weights) if kind == "slope" else (np.zeros((1, 1)), mix + weights)


@takes(model=A_MODEL)
def with_case_mix(model: Model, case_mix: Mapping[str, float]) -> RecalibrationLayer:
    """Return a layer that answers as where the causes are as common as stated.

    Parameters
    ----------
    model : Model
        Whose answers it is for. Its numbers stay.
    case_mix : mapping of str to float
        Share of each condition; those not named share the rest as they do in the model.

    Raises
    ------
    HamkneeError
        If a condition is unknown, or the shares are out of range.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.evaluation import with_case_mix
    >>> print(with_case_mix(hamknee.load(), {"dvt": 0.4, "calf_strain": 0.3}).text)
    Case mix as stated, 40 % Deep vein thrombosis (clot) the most.
    """
    mix = check_case_mix(model, case_mix)
    return RecalibrationLayer(model.vocabulary.target, model.sha256, "slope", 1.0, mix)


def check_case_mix(model: Model, case_mix: Mapping[str, float]) -> tuple[float, ...]:
    """Return the share of each state of the target, the rest shared as in the model.

    Parameters
    ----------
    model, case_mix
        As for `with_case_mix`.
    """
    target = model.vocabulary.target
    for name, share in case_mix.items():
        if name not in target.position:
            hint = suggestion(name, target.state_names)
            allowed = listing(target.state_names)
            raise HamkneeError(f"unknown {target.name} {name!r}{hint}; allowed: {allowed}")
        if not 0 <= share <= 1:
            raise HamkneeError(f"found a share of {share} for {name}; allowed: 0 to 1")
    shares = np.array([case_mix.get(name, np.nan) for name in target.state_names], dtype=float)
    open_ = np.isnan(shares)
    rest = 1 - float(np.nansum(shares))
    if rest < -NEARLY_ONE or (not open_.any() and abs(rest) > NEARLY_ONE):
        raise HamkneeError(
            f"found shares that add up to {1 - rest:.3g}; allowed: 1, or less where some are open"
        )
    start = np.where(open_, model.posterior({}).probabilities, 0.0)
    shares = np.where(open_, max(rest, 0.0) * start / max(start.sum(), 1e-300), shares)
    if shares.sum() <= 0:
        raise HamkneeError("found a case mix of nothing; allowed: a share above 0")
    return tuple(float(share) for share in shares / shares.sum())


@takes(model=A_MODEL, path=A_PATH)
def read_recalibration(model: Model, path: str | Path) -> RecalibrationLayer:
    """Read a layer that `RecalibrationLayer.save` wrote.

    Parameters
    ----------
    model : Model
        It was made for.
    path : str or Path
        The file.

    Raises
    ------
    HamkneeError
        If the file cannot be read, is no layer, or was made for other numbers.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import hamknee
    >>> from hamknee.evaluation import read_recalibration, with_case_mix
    >>> model = hamknee.load()
    >>> layer = with_case_mix(model, {"dvt": 0.4})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     layer.save(Path(folder) / "clinic.json")
    ...     read_recalibration(model, Path(folder) / "clinic.json") == layer
    True
    """
    file = Path(path)
    problem = f"{str(file)!r} is no recalibration"
    data = read_bytes(file, TableError)
    try:
        layer = _layer(model, json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        allowed = f"a file that starts with the format {FORMAT!r}, as `hamknee recalibrate` writes"
        raise HamkneeError(f"{problem}; allowed: {allowed}") from error
    layer._check(model)
    return layer


def _layer(model: Model, content: Mapping[str, Any]) -> RecalibrationLayer:
    """Return the layer that a file tells, or raise ValueError, KeyError or TypeError."""
    slope, kind, mix, cohort = (content[key] for key in ("slope", "kind", "case_mix", "cohort"))
    if content["format"] != FORMAT or kind not in get_args(RecalibrationKind):
        raise ValueError
    if not (isinstance(slope, float | int) and 0 < slope < np.inf):
        raise ValueError
    return RecalibrationLayer(
        target=model.vocabulary.target,
        numbers=str(content["numbers"]),
        kind=kind,
        slope=float(slope),
        case_mix=None if mix is None else check_case_mix(model, mix),
        cohort=str(cohort["name"]),
        cases=int(cohort["cases"]),
        cohort_sha256=str(cohort["sha256"]),
    )
