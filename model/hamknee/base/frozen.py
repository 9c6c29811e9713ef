"""A mapping that nobody can change, and that travels between processes."""

from __future__ import annotations

from typing import NoReturn, TypeVar

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
