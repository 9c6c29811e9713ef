"""Kinds of arguments: told from others by place or by name, without loading a library."""

import inspect

import pandas as pd
import pytest

from hamknee.base.kinds import A_FRAME, A_PATH, Kind, KindError, takes


@takes(path=A_PATH, table=A_FRAME)
def read(path: object, most: int = 3, *, table: object = None) -> tuple[object, ...]:
    """Say what was given."""
    return path, most, table


def test_what_is_right_goes_through_by_place_and_by_name() -> None:
    frame = pd.DataFrame()
    assert read("a.csv") == ("a.csv", 3, None)  # a default is not looked at
    assert read(most=1, path="a.csv", table=frame) == ("a.csv", 1, frame)


@pytest.mark.parametrize(
    ("arguments", "named", "found"),
    [
        ((5,), {}, "5 as path"),
        ((), {"path": None}, "None as path"),
        (("a.csv",), {"table": "a frame"}, "'a frame' as table"),
        (("a.csv",), {"table": type("Table", (), {"__module__": "arrow"})()}, "a Table of arrow"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(
    arguments: tuple[object, ...], named: dict[str, object], found: str
) -> None:
    with pytest.raises(KindError, match=rf"^found {found}.* of read; allowed: .*") as error:
        read(*arguments, **named)
    assert isinstance(error.value, TypeError)


def test_what_is_long_is_cut() -> None:
    with pytest.raises(KindError) as error:
        read(list(range(1000)))
    assert len(str(error.value)) < 150


def test_what_is_missing_is_left_to_python() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'path'"):
        read()


def test_a_class_of_a_library_is_known_by_its_name_and_by_those_made_of_it() -> None:
    class Special(pd.DataFrame):
        """A table with more to it."""

    assert A_FRAME.holds(Special())
    assert not A_FRAME.holds(pd.Series())
    assert Kind("text", (str,)).holds("")


def test_the_function_looks_as_before() -> None:
    assert read.__name__ == "read"
    assert read.__doc__ == "Say what was given."
    assert list(inspect.signature(read).parameters) == ["path", "most", "table"]
