"""Kinds of arguments: told from others by place or by name, without loading a library."""

import inspect

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import hamknee
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


def test_a_table_of_another_library_is_taken_by_place_and_by_name() -> None:
    table = pa.table({"pop": ["yes", None], "age": [31, 70]})
    expected = pd.DataFrame({"pop": ["yes", None], "age": [31, 70]})
    for given in (read("a.csv", 5, table=table), read(path="a.csv", table=table, most=5)):
        path, most, frame = given
        assert (path, most) == ("a.csv", 5)
        pd.testing.assert_frame_equal(frame, expected, check_dtype=False)


def test_a_model_answers_a_table_of_arrow_as_one_of_pandas() -> None:
    model = hamknee.load()
    frame = pd.DataFrame(
        {"condition": ["strain", "rupture"] * 20, "pop": ["yes", None] * 20, "age": [31, 70] * 20}
    )
    table = pa.Table.from_pandas(frame, preserve_index=False)
    findings = frame.drop(columns="condition")
    ours = model.posterior(findings).probabilities
    np.testing.assert_array_equal(
        model.posterior(table.drop_columns("condition")).probabilities, ours
    )
    scored = hamknee.score(model, table.drop_columns("condition"))
    pd.testing.assert_frame_equal(scored, hamknee.score(model, findings), check_dtype=False)
    assert hamknee.evaluate(model, table).text == hamknee.evaluate(model, frame).text
