"""Draws of the tables and of posteriors as ArviZ holds them, to plot and summarise there."""

from __future__ import annotations

import inspect
import warnings
from importlib import import_module
from typing import Any

import numpy as np

from hamknee.base import Array, HamkneeError, takes
from hamknee.inference import A_MODEL, AnyCase, Model, drawn_tables
from hamknee.network import CPT
from hamknee.sensitivity.intervals import credible_interval


@takes(model=A_MODEL)
def to_arviz(model: Model, evidence: AnyCase, *, draws: int = 1000, seed: int = 0) -> Any:
    """Return how uncertain the numbers are, and what follows for one case, as ArviZ holds it.

    Parameters
    ----------
    model : Model
        With an equivalent sample size for each column that is not logical (only 0 and 1).
    evidence : mapping or Case
        One case, as for `Model.case`.
    draws : int
        How often the tables are drawn.
    seed : int
        For the draws; the same seed gives the same answer.

    Returns
    -------
    InferenceData or DataTree
        The first from ArviZ below 1, the second from 1 on. Its one chain holds independent draws.
        Group ``posterior``: ``p_condition`` (called by the target), of shape (chain, draw, states),
        is P(state | evidence) of each draw given the case, as of `credible_interval`. Group
        ``prior``: the same with only the context known; and ``table_pop`` and so on, of shape
        (chain, draw, states of the parents…, states): each table as its Dirichlets have it.

    Raises
    ------
    HamkneeError
        If ArviZ is not installed, or as for `credible_interval`.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.

    Notes
    -----
    Kumar, Carroll, Hartikainen & Martin (2019), Journal of Open Source Software 4:1143.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.sensitivity import to_arviz
    >>> data = to_arviz(hamknee.load(), {"onset": "sudden", "pop": "yes"}, draws=200)
    >>> data["posterior"]["p_condition"].dims
    ('chain', 'draw', 'condition')
    >>> data["prior"]["table_pop"].dims
    ('chain', 'draw', 'condition', 'onset', 'pop')
    >>> data["posterior"]["p_condition"].sel(condition="rupture").mean().round(2).item()
    0.01
    """
    arviz, case = _arviz(), model.case(evidence)
    rng = np.random.default_rng(seed)
    tables = [drawn_tables(model, rng) for _ in range(draws)]
    context = [variable.name for variable in model.vocabulary.having("context")]
    start = {name: value for name, value in case.evidence.items() if name in context}
    target = f"p_{model.vocabulary.target.name}"
    posteriors = {
        group: {target: _one_chain(credible_interval(model, known, draws=draws, seed=seed).samples)}
        for group, known in (("posterior", case), ("prior", model.case(start)))
    }
    for name in model.vocabulary:
        drawn = np.stack([table[name].probabilities for table in tables])
        posteriors["prior"][f"table_{name}"] = _one_chain(drawn)
    dims = {f"table_{cpt.variable}": list(_axes(cpt)) for cpt in model.cpts.values()}
    coords = {name: list(model.vocabulary[name].state_names) for name in model.vocabulary}
    named = {"dims": dims | {target: [model.vocabulary.target.name]}, "coords": coords}
    one = "data" in inspect.signature(arviz.from_dict).parameters  # from ArviZ 1 on
    data = arviz.from_dict(posteriors, **named) if one else arviz.from_dict(**posteriors, **named)
    about = {"source": model.source, "sha256": model.sha256, "seed": seed}
    for group in posteriors:
        data[group].attrs.update(about | {"evidence": str(case)})
    return data


def _arviz() -> Any:
    """Return the library, without the warning by which it announces another version."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return import_module("arviz")
        except ImportError:
            allowed = "after `pip install 'hamknee[arviz]'`"
            raise HamkneeError(f"ArviZ is not installed; allowed: {allowed}") from None


def _one_chain(samples: Array) -> Array:
    return samples[None]


def _axes(cpt: CPT) -> tuple[str, ...]:
    return (*cpt.parents, cpt.variable)
