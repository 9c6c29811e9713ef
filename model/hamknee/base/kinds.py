"""What kind of thing an argument is: a sentence for whoever passes another."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from types import NoneType
from typing import ParamSpec, TypeVar

from hamknee.base.errors import HamkneeError

P = ParamSpec("P")
R = TypeVar("R")

PLAIN = (NoneType, bool, int, float, str, list, tuple, set, dict)
"""Values that are shown as they are, in at most so many characters."""

MOST_SHOWN = 60


class KindError(HamkneeError, TypeError):
    """An argument of another kind than a function takes.

    Examples
    --------
    >>> import hamknee
    >>> hamknee.load({})
    Traceback (most recent call last):
    ...
    hamknee.base.kinds.KindError: found {} as priors of load; allowed: the path of a priors.csv, or
    priors, such as the .priors of a project
    """


@dataclass(frozen=True)
class Kind:
    """What an argument may be.

    Parameters
    ----------
    words : str
        What to pass, and where it comes from.
    types : tuple of type
        Of which it has to be one.
    others : tuple of str
        Classes of libraries that are not loaded to find out, as "pandas.DataFrame".

    Examples
    --------
    >>> import pandas as pd
    >>> from pathlib import Path
    >>> kind = Kind("a frame or a path", (str, Path), ("pandas.DataFrame",))
    >>> kind.holds("cases.csv"), kind.holds(pd.DataFrame()), kind.holds(5)
    (True, True, False)
    """

    words: str
    types: tuple[type, ...]
    others: tuple[str, ...] = ()

    def holds(self, value: object) -> bool:
        """Whether a value is of this kind."""
        if isinstance(value, self.types):
            return True
        classes = type(value).__mro__ if self.others else ()
        return any(f"{_library(c)}.{c.__name__}" in self.others for c in classes)


A_PATH = Kind("the path of a file or folder", (str, os.PathLike))
"""Where something is read or written."""

FRAMES = ("pandas.DataFrame",)
"""Tables in memory, for `Kind.others`."""

A_FRAME = Kind("a DataFrame of pandas or polars, or a Table of Arrow", (), FRAMES)
"""A table in memory."""

A_TABLE = Kind("a DataFrame, such as the .table of a result", (), FRAMES)
"""What a chart draws."""


def in_pandas(value: object) -> object:
    """Return a table of polars, Arrow, Modin and the like as one of pandas; all else as it is.

    Parameters
    ----------
    value : object
        Tables that are not worked out yet (lazy ones) stay as they are.

    Notes
    -----
    Narwhals knows the libraries without loading any that is not there.

    Examples
    --------
    >>> import pyarrow as pa
    >>> in_pandas(pa.table({"pop": ["yes", "no"]}))
       pop
    0  yes
    1   no
    >>> in_pandas("cases.csv")
    'cases.csv'
    """
    if value is None or isinstance(value, str | os.PathLike | list | dict):
        return value
    import narwhals as nw

    frame = nw.from_native(value, eager_only=True, pass_through=True)
    return frame.to_pandas() if isinstance(frame, nw.DataFrame) else value


def takes(**kinds: Kind) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function refuse arguments of a wrong kind in one sentence.

    Parameters
    ----------
    **kinds : Kind
        By the name of a parameter.

    Examples
    --------
    >>> @takes(path=A_PATH)
    ... def size(path, unit="bytes"): ...
    >>> size(5)
    Traceback (most recent call last):
    ...
    hamknee.base.kinds.KindError: found 5 as path of size; allowed: the path of a file or folder
    """

    def checking(function: Callable[P, R]) -> Callable[P, R]:
        code = function.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        checks = [(names.index(name), name, kind) for name, kind in kinds.items()]

        @functools.wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            for place, name, kind in checks:
                if place < len(args):
                    value: object = args[place]
                elif name in kwargs:
                    value = kwargs[name]
                else:
                    continue
                if kind.holds(value):
                    continue
                if set(FRAMES) <= set(kind.others) and kind.holds(frame := in_pandas(value)):
                    by_name = dict(zip(names, args, strict=False)) | kwargs | {name: frame}
                    return checked(**by_name)  # type: ignore[call-arg, arg-type]
                verb = function.__qualname__.removesuffix(".__init__")
                problem = f"found {thing(value)} as {name} of {verb}"
                raise KindError(f"{problem}; allowed: {kind.words}")
            return function(*args, **kwargs)

        return checked

    return checking


def thing(value: object) -> str:
    """Return what a value is, in a few words: as it stands if it is plain, else by its kind.

    Examples
    --------
    >>> import pandas as pd
    >>> thing(5), thing("pop"), thing(pd.DataFrame())
    ('5', "'pop'", 'a DataFrame of pandas')
    """
    if isinstance(value, PLAIN):
        text = repr(value)
        return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
    cls = type(value)
    library = _library(cls)
    article = "an" if cls.__name__[0].lower() in "aeiou" else "a"
    where = "" if library in ("builtins", "hamknee") else f" of {library}"
    return f"{article} {cls.__name__}{where}"


def _library(cls: type) -> str:
    return cls.__module__.partition(".")[0]
