"""How a column of a table makes room when one of its numbers moves.

When one entry of a column moves to t, the others of the column share 1 - t in the proportions
they had: proportional co-variation (Coupé & van der Gaag 2002). Of all ways to make room for t it
is the one that distorts the distribution least (Chan & Darwiche 2005). Where the entry is 1 the
others have no proportions, and share equally.
"""

import numpy as np

from hamknee.base import Array


def moved(column: Array, state: int, value: float) -> Array:
    """Return a column with one entry moved to a value and the others making room.

    Parameters
    ----------
    column : ndarray, shape (states,)
        Probabilities.
    state : int
        Which of them moves.
    value : float
        Where to.

    Returns
    -------
    ndarray, shape (states,)
        Adds up to 1 whatever rounding there was in `column`; the same column if nothing moves.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.network import moved
    >>> moved(np.array([0.5, 0.375, 0.125]), state=0, value=0.6).round(3)  # 3 : 1 stays 3 : 1
    array([0.6, 0.3, 0.1])
    """
    if value == column[state]:
        return column.copy()
    others = column.copy()
    others[state] = 0
    if not others.any():
        others = 1 - np.eye(len(column))[state]
    changed: Array = others / (others.sum() or 1) * (1 - value)
    changed[state] = value
    return changed


def directions(columns: Array) -> Array:
    """Return how a column moves when one of its entries does.

    Parameters
    ----------
    columns : ndarray, shape (columns, states)
        Probabilities.

    Returns
    -------
    ndarray, shape (columns, states, states)
        d entry k / d entry j at [column, j, k]: 1 for j itself, and the others make room.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.network import directions
    >>> directions(np.array([[0.5, 0.25, 0.25]]))[0]  # what the first gains, the others lose alike
    array([[ 1.        , -0.5       , -0.5       ],
           [-0.66666667,  1.        , -0.33333333],
           [-0.66666667, -0.33333333,  1.        ]])
    """
    states = columns.shape[-1]
    others = 1 - np.eye(states)
    left = 1 - columns[:, :, None]
    equal = others / max(states - 1, 1)
    shares = np.divide(
        columns[:, None, :] * others,
        left,
        out=np.tile(equal, (len(columns), 1, 1)),
        where=left != 0,
    )
    return np.asarray(np.eye(states) - shares)


def covaried(table: Array, probabilities: Array) -> Array:
    """Turn derivatives by each entry alone into derivatives under proportional co-variation.

    Parameters
    ----------
    table : ndarray, shape (rows, parents' states..., states)
        Derivatives by each entry.
    probabilities : ndarray, shape (parents' states..., states)
        The entries.

    Returns
    -------
    ndarray, shape (rows, columns, states)

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.network import covaried
    >>> by_each_entry = np.array([[4.0, 0.0, 2.0]])  # one row of derivatives
    >>> covaried(by_each_entry, np.array([0.5, 0.25, 0.25]))
    array([[[ 3.        , -3.33333333, -0.66666667]]])
    """
    states = probabilities.shape[-1]
    flat = table.reshape(len(table), -1, states)
    return np.asarray(
        np.einsum("rck,cjk->rcj", flat, directions(probabilities.reshape(-1, states)))
    )
