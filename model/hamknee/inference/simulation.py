"""Cases drawn from the model itself, with part of each hidden."""

from collections.abc import Mapping
from graphlib import TopologicalSorter

import numpy as np

from hamknee.base import Codes
from hamknee.inference.model import Model
from hamknee.network import Cases


def simulate(model: Model, count: int, *, known: float, seed: int) -> Cases:
    """Draw cases from the model and hide some of what was drawn.

    Parameters
    ----------
    model : Model
        Sampled forwards, parents before children.
    count : int
        How many cases.
    known : float
        Probability, for each variable of each case, of being known. The target never is.
    seed : int
        For the draws.

    Returns
    -------
    Cases
        Possible by construction.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.inference import simulate
    >>> model = hamknee.load()
    >>> cases = simulate(model, 100, known=0.5, seed=1)
    >>> len(cases), all("condition" not in cases.evidence(row) for row in range(100))
    (100, True)
    >>> model.posterior(cases).probabilities.sum(axis=1).round(9).min().item()  # all are possible
    1.0
    """
    rng = np.random.default_rng(seed)
    sizes = np.array(model.engine.sizes, dtype=np.intp)
    codes = draw(model, count, rng)
    hidden = rng.random(codes.shape) >= known
    hidden[:, model.engine.target] = True
    return model.cases(np.where(hidden, sizes, codes))


def draw(
    model: Model, count: int, rng: np.random.Generator, held: Mapping[str, int] | None = None
) -> Codes:
    """Return the states of every variable in cases drawn from the model.

    Parameters
    ----------
    model : Model
        Sampled forwards, parents before children.
    count : int
        How many cases.
    rng : Generator
        For the draws.
    held : mapping of str to int, optional
        States at which variables are held. The rest is drawn given them only if they have no
        parents.

    Returns
    -------
    ndarray of int, shape (cases, variables)
        In the vocabulary's order.

    Examples
    --------
    >>> import numpy as np
    >>> import hamknee
    >>> from hamknee.inference import draw
    >>> model = hamknee.load()
    >>> codes = draw(model, 5, np.random.default_rng(1), held={"setting": 2})
    >>> codes.shape == (5, len(model.vocabulary))
    True
    >>> codes[:, model.vocabulary.index["setting"]].tolist()
    [2, 2, 2, 2, 2]
    """
    index = model.vocabulary.index
    codes = np.empty((count, len(index)), dtype=np.intp)
    order = TopologicalSorter({name: cpt.parents for name, cpt in model.cpts.items()})
    for name in order.static_order():
        if held and name in held:
            codes[:, index[name]] = held[name]
            continue
        cpt = model.cpts[name]
        parents = tuple(codes[:, index[parent]] for parent in cpt.parents)
        columns = cpt.probabilities[parents] if parents else cpt.probabilities[None]
        edges = columns.cumsum(axis=-1)
        drawn = (rng.random((count, 1)) * edges[:, -1:] >= edges).sum(axis=1)
        codes[:, index[name]] = np.minimum(drawn, columns.shape[-1] - 1)
    return codes
