"""What nobody can change: mappings that travel between processes, and the arrays of results."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Generic, NoReturn, Self, TypeVar, overload

import numpy as np

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")
S = TypeVar("S", bound=tuple[int, ...])
D = TypeVar("D", bound="np.dtype[Any]")


def compares_arrays(cls: type[T]) -> type[T]:
    """Let a dataclass with arrays compare by value: equal if every entry of every field is.

    What Python's own comparison of dataclasses says of arrays is an error. Stands below
    ``@dataclass``, which leaves a comparison alone that is there already. NaN equals NaN. There is
    no hash, as arrays have none.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> @dataclass(frozen=True)
    ... @compares_arrays
    ... class Shares:
    ...     values: np.ndarray
    >>> Shares(np.array([0.2, 0.8])) == Shares(np.array([0.2, 0.8]))
    True
    >>> Shares(np.array([0.2, 0.8])) == Shares(np.array([0.3, 0.7]))
    False
    """

    def equal(one: object, other: object) -> bool:
        if type(one) is not type(other):
            return False
        fields = vars(cls)["__dataclass_fields__"].values()
        names = [field.name for field in fields if field.compare]
        return all(_same(getattr(one, name), getattr(other, name)) for name in names)

    cls.__eq__ = equal  # type: ignore[method-assign]
    return cls


def _same(one: object, other: object) -> bool:
    """Whether two values are equal, whatever arrays and tables are in them."""
    if one is other:
        return True
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            return False
        numbers = one.dtype.kind in "fc" and other.dtype.kind in "fc"
        return np.array_equal(one, other, equal_nan=numbers)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and type(one) is type(other):
        return len(one) == len(other) and all(map(_same, one, other))
    if hasattr(one, "equals") or hasattr(other, "equals"):  # tables of pandas
        return type(one) is type(other) and bool(one.equals(other))  # type: ignore[attr-defined]
    return bool(one == other) or (one != one and other != other)


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


class copied_property(cached_property[T]):  # noqa: N801 - as Python's own is written
    """A cached property that hands out a copy, for tables and lists: nobody changes what is kept.

    Examples
    --------
    >>> from hamknee.base import copied_property
    >>> class Answer:
    ...     @copied_property
    ...     def order(self) -> list[int]:
    ...         return [2, 0, 1]
    >>> answer = Answer()
    >>> answer.order.reverse()
    >>> answer.order
    [2, 0, 1]
    """

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Self | T:
        """Return a copy of the value, which is made once and kept under a name of its own."""
        if instance is None:
            return self
        kept, name = vars(instance), f"_kept_{self.attrname}"
        if name not in kept:
            kept[name] = self.func(instance)
        copy: T = _copied(kept[name])
        return copy


class CopiedField(Generic[T]):
    """A field of a dataclass that keeps a copy, and hands one out, for tables.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import pandas as pd
    >>> from hamknee.base import CopiedField
    >>> @dataclass(frozen=True)
    ... class Cohort:
    ...     about: CopiedField[pd.DataFrame] = CopiedField()
    >>> cohort = Cohort(pd.DataFrame({"source": ["A 2019"]}))
    >>> cohort.about.insert(0, "spoilt", 0)
    >>> list(cohort.about)
    ['source']
    """

    def __set_name__(self, owner: type[Any], name: str) -> None:
        """Learn under which name the value is kept."""
        self._kept = f"_kept_{name}"

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any]) -> T: ...
    def __get__(self, instance: object | None, owner: type[Any]) -> Self | T:
        """Return a copy of the value; the class has none, and so no default."""
        if instance is None:
            raise AttributeError(self._kept)
        copy: T = _copied(vars(instance)[self._kept])
        return copy

    def __set__(self, instance: object, value: T) -> None:
        """Keep a copy of the value."""
        vars(instance)[self._kept] = _copied(value)


def _copied(value: Any) -> Any:
    """Return a copy of a table, list or mapping; arrays are read-only as they are."""
    if isinstance(value, Mapping):
        return FrozenMapping({key: _copied(inner) for key, inner in value.items()})
    return value if isinstance(value, np.ndarray) or not hasattr(value, "copy") else value.copy()


class KeptArrays:
    """A frozen result whose arrays and mappings cannot be written to.

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
        """Make the arrays and mappings read-only."""
        keep_arrays(self)


def read_only(array: np.ndarray[S, D]) -> np.ndarray[S, D]:
    """Return an array that cannot be written to, which is the same one.

    >>> read_only(np.zeros(2)).flags.writeable
    False
    """
    array.setflags(write=False)
    return array


def keep_arrays(holder: object) -> None:
    """Make the arrays and dicts that something holds read-only, those in them and in sequences too.

    A dict that is held is replaced by one that refuses changes, a list by a tuple; whoever made it
    keeps theirs.
    """
    for name, value in vars(holder).items():
        _keep(value)
        if type(value) is dict:
            object.__setattr__(holder, name, _frozen(value))
        elif type(value) is list:
            object.__setattr__(holder, name, tuple(value))


def _frozen(value: object) -> object:
    """Return a dict, and each that it holds, as one that refuses changes."""
    if type(value) is not dict:
        return value
    return FrozenMapping({key: _frozen(inner) for key, inner in value.items()})


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
