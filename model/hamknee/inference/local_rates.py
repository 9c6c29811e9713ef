"""Base rates of one's own place: how common each condition is there, and nothing else changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import Array, HamkneeError, listing, suggestion
from hamknee.network import CPT

if TYPE_CHECKING:
    from hamknee.inference.model import Model

FEWEST = 1e-9
"""What has to be left for the conditions that are not named, where they are possible at all."""


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
    if left < -1e-9 or (others > 0 and left < FEWEST) or (others == 0 and abs(left) > 1e-9):
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
