"""Which evidence can matter to the target at all, read from the arrows alone.

Two variables are d-separated when every trail between them is blocked by what is known (Pearl
1988). What is d-separated from the target cannot change it, whatever the numbers are, so that its
weight is exactly 0 and not a rounding error away from it.
"""

import numpy as np
import numpy.typing as npt

from hamknee.base import Codes, Mask
from hamknee.inference import Model


def relevant(model: Model, codes: Codes) -> Mask:
    """Return which variables are d-connected to the target, given what else is known.

    A ball starts at the target and rolls along the arrows as far as the evidence lets it (the
    Bayes ball, Shachter 1998), for many sets of evidence at once. Of a known variable the answer
    says whether its value can matter beside the other evidence, of an unknown one whether
    learning it could.

    Parameters
    ----------
    model : Model
        Only its arrows are looked at.
    codes : ndarray of int, shape (cases, variables)
        As in `Cases`. Uncertain evidence on a variable acts like a known child of it: it lets
        the ball pass, and opens a meeting of arrows.

    Returns
    -------
    ndarray of bool, shape (cases, variables)
        True for the target itself.
    """
    parents = _parents(model)
    sizes = np.array(model.engine.sizes)
    closed = codes < sizes
    heard = codes != sizes  # will hold the known variables and all their ancestors
    while (wider := heard | _step(heard, parents)).sum() > heard.sum():
        heard = wider
    from_child = np.zeros(codes.shape, dtype=bool)
    from_child[:, model.engine.target] = True
    from_parent = np.zeros(codes.shape, dtype=bool)
    reached = 0
    while (count := int(from_child.sum() + from_parent.sum())) > reached:
        reached = count
        passing = from_child & ~closed
        from_child = from_child | _step(passing | (from_parent & heard), parents)
        from_parent = from_parent | _step(passing | (from_parent & ~closed), parents.T)
    return from_child | from_parent


def without_irrelevant(model: Model, codes: Codes) -> Codes:
    """Return cases from which the evidence that cannot matter to the target is taken out.

    The posterior stays the same (d-separation is a graphoid with intersection, so that all of it
    may go at once), and two cases that differ only in such evidence become one and the same.

    Parameters
    ----------
    model, codes
        As for `relevant`.
    """
    return np.where(relevant(model, codes), codes, np.array(model.engine.sizes))


def _parents(model: Model) -> npt.NDArray[np.float32]:
    """Return 1 where the column is a parent of the row; floats, because they multiply fast."""
    index = model.vocabulary.index
    edges = np.zeros((len(index), len(index)), dtype=np.float32)
    for name, cpt in model.cpts.items():
        edges[index[name], [index[parent] for parent in cpt.parents]] = 1
    return edges


def _step(mask: Mask, arrows: npt.NDArray[np.float32]) -> Mask:
    """Return what is one step from the marked variables."""
    return np.asarray(mask.astype(np.float32) @ arrows > 0)
