"""What nobody can change: mappings that travel between processes, and the arrays of results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn, TypeVar

import numpy as np

K = TypeVar("K")
V = TypeVar("V")


class FrozenMapping(dict[K, V]):
    """A dict that refuses every change.

    Python's own `types.MappingProxyType` cannot be pickled, and teaching pickle to do so would
    change pickling for the whole process of whoever imports this package.

    Raises
    ------
    TypeError
        When it is changed.

    Examples
    --------
    >>> weights = FrozenMapping({"yes": 0.7, "no": 0.3})
    >>> weights["yes"], weights == {"yes": 0.7, "no": 0.3}
    (0.7, True)
    >>> weights["yes"] = 0.9
    Traceback (most recent call last):
    ...
    TypeError: this mapping cannot be changed; make another with dict(...)
    """

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping cannot be changed; make another with dict(...)")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        """Return the same for equal mappings, whatever the order of their entries."""
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[FrozenMapping[K, V]], tuple[dict[K, V]]]:
        """Travel as a plain dict, of which the mapping is made anew."""
        return type(self), (dict(self),)


class KeptArrays:
    """A frozen result whose arrays cannot be written to.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from hamknee.base import KeptArrays
    >>> @dataclass(frozen=True)
    ... class Shares(KeptArrays):
    ...     shares: np.ndarray
    >>> Shares(np.array([0.25, 0.75])).shares[0] = 1
    Traceback (most recent call last):
    ...
    ValueError: assignment destination is read-only
    """

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        keep_arrays(self)


def keep_arrays(holder: object) -> None:
    """Make the arrays that something holds read-only, those in mappings and sequences too."""
    for value in vars(holder).values():
        _keep(value)


def _keep(value: object) -> None:
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, Mapping):
        for part in value.values():
            _keep(part)
    elif isinstance(value, tuple | list):
        for part in value:
            if not isinstance(part, np.ndarray | tuple | list | Mapping):
                return  # a sequence of something else, which may be long
            _keep(part)
