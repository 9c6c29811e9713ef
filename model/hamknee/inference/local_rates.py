"""Base rates of one's own place: how common each condition is there, and nothing else changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import Array, HamkneeError, listing, read_table, suggestion
from hamknee.network import CPT, in_our_names, state_of, typed_number

if TYPE_CHECKING:
    import pandas as pd

    from hamknee.inference.model import Model

FEWEST = 1e-9
"""What has to be left for the conditions that are not named, where they are possible at all.

Where they are not, the shares may miss 1 by as much."""


ENDINGS = (".csv", ".parquet")
BESIDE = {"share": False, "count": True}
"""What the column beside the conditions may be called, and whether it holds counts."""


def read_base_rates(model: Model, text: str | Path) -> tuple[dict[str, float], bool]:
    """Return base rates as they are typed or stand in a file, and whether they are counts.

    Parameters
    ----------
    model : Model
        Whose conditions are meant.
    text : str or Path
        ``strain=0.3,dvt=1 %`` (shares), ``strain=12,dvt=3`` (whole numbers are patients), or the
        path of a CSV or Parquet file: conditions with a column ``share`` or ``count`` beside them,
        or the diagnoses alone, a row a patient, which are counted.

    Raises
    ------
    HamkneeError
        If it is none of these, or counts and shares are mixed.
    TableError, EvidenceError
        If the file or its diagnoses cannot be read.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.inference import read_base_rates
    >>> read_base_rates(hamknee.load(), "strain=0.3, dvt=1 %")
    ({'strain': 0.3, 'dvt': 0.01}, False)
    >>> read_base_rates(hamknee.load(), "strain=12, dvt=3")
    ({'strain': 12.0, 'dvt': 3.0}, True)
    """
    if Path(text).suffix.lower() in ENDINGS:
        return _in_file(model, Path(text))
    pairs = [part.rpartition("=") for part in str(text).split(",") if part.strip()]
    read = [(_condition(model, name), *_number(number)) for name, _, number in pairs]
    if len({name for name, _, _ in read}) < len(read):
        raise HamkneeError(f"found a condition twice in {str(text)!r}; allowed: each once")
    if len({whole for _, _, whole in read}) > 1:
        raise HamkneeError(
            f"found counts and shares in {str(text)!r}; allowed: whole numbers, or shares such as"
            " 0.3 or 30 %"
        )
    return {name: number for name, number, _ in read}, any(whole for _, _, whole in read)


def _in_file(model: Model, path: Path) -> tuple[dict[str, float], bool]:
    """Return the base rates of a table, or the counts of the diagnoses in one."""
    target, table = model.vocabulary.target, read_table(path)
    frame = in_our_names(model.vocabulary, table)
    if target.name not in frame:
        problem = f"{path.name} has no column {target.name!r}"
        raise HamkneeError(f"{problem}; allowed: one, alone or with a column share or count")
    beside = [name for name in BESIDE if name in frame]
    if len(beside) > 1:
        raise HamkneeError(f"{path.name} has a column share and a column count; allowed: one")
    if not beside:
        return _tallied(model, frame), True
    numbers = frame[beside[0]]
    texts = numbers.astype(str).where(numbers.notna(), "")
    cells = zip(frame[target.name], texts, strict=True)
    rates = [(_condition(model, str(name)), _number(cell)[0]) for name, cell in cells]
    if len(dict(rates)) < len(rates):
        raise HamkneeError(f"{path.name} has a condition twice; allowed: each once")
    return dict(rates), BESIDE[beside[0]]


def _tallied(model: Model, frame: pd.DataFrame) -> dict[str, float]:
    """Return how many rows have each diagnosis; empty ones are not counted."""
    target = model.vocabulary.target
    codes = model.encode(frame[[target.name]]).codes[:, model.vocabulary.index[target.name]]
    if (codes > len(target.states)).any():
        raise HamkneeError("found a diagnosis that is one of several; allowed: one a patient")
    counts = np.bincount(codes, minlength=len(target.states))[: len(target.states)]
    return {n: float(k) for n, k in zip(target.state_names, counts, strict=True) if k}


def _condition(model: Model, name: str) -> str:
    """Return the condition that a name or label means; what is none is refused later."""
    return state_of(model.vocabulary.target, name.strip()) or name.strip()


def _number(text: str) -> tuple[float, bool]:
    """Return a number, and whether it is a count: a whole number without a decimal sign."""
    plain = text.strip().removesuffix("%").strip()
    if (number := typed_number(plain)) is None:
        raise HamkneeError(
            f"found {text!r} as a base rate; allowed: a share such as 0.3 or 30 %, or a count of"
            " patients"
        )
    return (number / 100, False) if text.strip().endswith("%") else (number, plain.isdigit())


def local_cpt(
    model: Model, rates: Mapping[str, float], counts: bool, setting: str | None
) -> tuple[CPT, str]:
    """Return the target's table with other base rates, and a sentence on them.

    Parameters
    ----------
    model : Model
        Whose target is meant.
    rates : mapping of str to float
        Condition to its share, or to how many patients had it.
    counts : bool
        Whether they are counts.
    setting : str or None
        The state of the target's parent that is meant; all of them if None.

    Raises
    ------
    HamkneeError
        If a condition or setting is none, or the numbers cannot be.
    """
    target = model.vocabulary.target
    old = model.cpts[target.name]
    _check_names(rates, target.state_names, target.name)
    probabilities = old.probabilities.copy()
    where = _columns(model, old, setting)
    ess = None if old.ess is None else old.ess.copy()
    for column in where:
        weight = 1.0 if old.ess is None else float(old.ess[column])
        now = probabilities[column]
        if counts:
            probabilities[column], total = _counted(now, rates, target.position, weight)
            if ess is not None:
                ess[column] = total
        else:
            probabilities[column] = _stated(now, rates, target.position)
    place = f" in {setting}" if setting else ""
    what = f"{sum(rates.values()):g} patients" if counts else "the shares that were stated"
    said = f"Base rates of {listing(rates, 6)}{place} are those of {what}."
    return CPT(target.name, old.parents, probabilities, ess), said


def _check_names(rates: Mapping[str, float], names: tuple[str, ...], target: str) -> None:
    if not rates:
        raise HamkneeError("found no base rate; allowed: one or more conditions with their share")
    for name in rates:
        if name not in names:
            hint = suggestion(name, names)
            raise HamkneeError(
                f"{name!r} is not a state of {target}{hint}; allowed: {listing(names)}"
            )


def _columns(model: Model, cpt: CPT, setting: str | None) -> list[tuple[int, ...]]:
    """Return the columns of the target's table that are meant."""
    if setting is None:
        return list(np.ndindex(cpt.probabilities.shape[:-1]))
    if len(cpt.parents) != 1:
        parents = listing(cpt.parents) or "nothing"
        raise HamkneeError(f"{cpt.variable} hangs on {parents}; allowed: no setting")
    parent = model.vocabulary[cpt.parents[0]]
    if setting not in parent.state_names:
        hint = suggestion(setting, parent.state_names)
        allowed = listing(parent.state_names)
        raise HamkneeError(f"{setting!r} is not a state of {parent.name}{hint}; allowed: {allowed}")
    return [(parent.position[setting],)]


def _stated(now: Array, rates: Mapping[str, float], position: Mapping[str, int]) -> Array:
    """Return a column with some shares as they are stated; the others keep their proportions."""
    wrong = [f"{name} {share:g}" for name, share in rates.items() if not 0 <= share <= 1]
    if wrong:
        raise HamkneeError(f"found {listing(wrong)}; allowed: shares from 0 to 1")
    fixed = np.zeros(len(now), dtype=bool)
    new = now.copy()
    for name, share in rates.items():
        fixed[position[name]], new[position[name]] = True, share
    left, others = 1 - new[fixed].sum(), now[~fixed].sum()
    if left < FEWEST if others > 0 else abs(left) > FEWEST:
        raise HamkneeError(
            f"the base rates add up to {new[fixed].sum():.6g}; allowed: less than 1, because other"
            " conditions are possible, or 1 where all are named"
        )
    if others > 0:
        new[~fixed] *= left / others
    return np.asarray(new / new.sum())


def _counted(
    now: Array, counts: Mapping[str, float], position: Mapping[str, int], weight: float
) -> tuple[Array, float]:
    """Return the mean of a Dirichlet after so many patients, and what it is worth then."""
    wrong = [f"{name} {n:g}" for name, n in counts.items() if not 0 <= n < math.inf]
    if wrong or not sum(counts.values()) > 0:
        raise HamkneeError(f"found {listing(wrong) or 'no patient'}; allowed: counts, not all 0")
    seen = np.zeros(len(now))
    for name, n in counts.items():
        seen[position[name]] = n
    total = weight + float(seen.sum())
    return (weight * now + seen) / total, total
