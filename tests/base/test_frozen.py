"""A mapping that nobody can change, results that compare, and what importing leaves alone."""

import dataclasses
import inspect
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import walk_packages
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hamknee
from hamknee.base.frozen import FrozenMapping, KeptArrays, compares_arrays

ENTRIES = st.dictionaries(st.text(max_size=3), st.floats(allow_nan=False), max_size=4)


@given(ENTRIES)
def test_it_is_equal_to_its_dict_and_travels(entries: dict[str, float]) -> None:
    frozen = FrozenMapping(entries)
    assert frozen == entries
    assert hash(frozen) == hash(FrozenMapping(dict(reversed(entries.items()))))
    again = pickle.loads(pickle.dumps(frozen))
    assert type(again) is FrozenMapping
    assert list(again.items()) == list(entries.items())


CHANGES = {
    "set": lambda m: m.__setitem__("a", 2),
    "delete": lambda m: m.__delitem__("a"),
    "update": lambda m: m.update(a=2),
    "default": lambda m: m.setdefault("b", 2),
    "pop": lambda m: m.pop("a"),
    "popitem": lambda m: m.popitem(),
    "clear": lambda m: m.clear(),
    "or": lambda m: m.__ior__({"a": 2}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_is_taken(change: str) -> None:
    frozen = FrozenMapping({"a": 1})
    with pytest.raises(TypeError, match="cannot be changed"):
        CHANGES[change](frozen)
    assert frozen == {"a": 1}


@dataclass(frozen=True)
class Deep(KeptArrays):
    """A result that holds arrays in whatever holds arrays."""

    array: np.ndarray
    rows: list[np.ndarray]
    by_name: Mapping[str, Mapping[str, np.ndarray]]
    words: list[str]


def test_what_a_result_holds_cannot_be_written_to_however_deep() -> None:
    array, row, inner = np.zeros(2), np.zeros(2), np.zeros(2)
    rows, by_name, words = [row], {"a": {"b": inner}}, ["x"]
    held = Deep(array, rows, by_name, words)
    assert not any(one.flags.writeable for one in (array, row, inner))
    assert held.array is array
    assert held.rows[0] is row
    assert type(held.rows) is type(held.words) is tuple
    assert type(held.by_name) is type(held.by_name["a"]) is FrozenMapping
    assert held.by_name == by_name
    by_name["c"] = {}  # whoever made it keeps theirs
    assert list(held.by_name) == ["a"]


def test_pickling_of_others_is_as_python_has_it() -> None:
    with pytest.raises(TypeError, match="mappingproxy"):
        pickle.dumps(MappingProxyType({}))
    posterior = hamknee.load().posterior({"warmth": {"yes": 0.7, "no": 0.3}})
    assert pickle.loads(pickle.dumps(posterior)).evidence == posterior.evidence


# Results with arrays ----------------------------------------------------------------------------


@dataclass(frozen=True)
@compares_arrays
class Held:
    value: object
    aside: object = field(default=None, compare=False)


@dataclass(frozen=True)
@compares_arrays
class HeldElsewhere:
    value: object


def values() -> list[object]:
    """Return one of each kind of value, made anew each time, no two of them equal."""
    return [
        np.array([0.2, 0.8]),
        np.array([0.2, np.nan]),
        np.array([[0.2, 0.8]]),
        np.array(["a", "b"]),
        np.array(["a", None], dtype=object),
        {"a": np.array([1.0]), "b": np.array([2.0])},
        {"a": np.array([1.0])},
        (np.array([1.0]), None),
        [np.array([1.0]), None],
        (np.array([1.0]),),
        pd.DataFrame({"a": [1.0, np.nan]}),
        pd.DataFrame({"b": [1.0, np.nan]}),
        Held(np.array([3.0])),
        float("nan"),
        0.5,
        None,
    ]


def test_results_are_equal_if_every_entry_is() -> None:
    for row, one in enumerate(values()):
        for column, other in enumerate(values()):
            assert (Held(one) == Held(other)) is (row == column), (one, other)


def test_what_does_not_compare_does_not_count_and_another_class_is_another() -> None:
    assert Held(np.ones(2), aside=1) == Held(np.ones(2), aside=2)
    assert Held(1) != HeldElsewhere(1)
    assert Held(1) != 1


def classes() -> Iterator[type]:
    """Return every dataclass of the package that compares its fields."""
    for found in walk_packages(hamknee.__path__, "hamknee."):
        if not found.name.endswith("__main__"):
            for cls in vars(import_module(found.name)).values():
                own = inspect.isclass(cls) and cls.__module__ == found.name
                if own and dataclasses.is_dataclass(cls) and cls.__dataclass_params__.eq:
                    yield cls


def test_every_class_with_arrays_or_tables_compares_them() -> None:
    kinds = ("Array", "Codes", "Mask", "ndarray", "DataFrame", "Series", "Index")
    lacking, with_arrays = [], 0
    for cls in classes():
        types = [str(field.type) for field in dataclasses.fields(cls) if field.compare]
        if any(kind in name for name in types for kind in kinds):
            with_arrays += 1
            if "compares_arrays" not in cls.__eq__.__qualname__:
                lacking.append(cls)
    assert with_arrays > 30
    assert lacking == []


def test_a_table_of_probabilities_and_what_is_made_of_it_compare() -> None:
    """Two that were read apart are equal, and differ in one number."""
    one, two = (hamknee.load().cpts["pop"] for _ in range(2))
    assert one == two
    changed = two.probabilities.copy()
    changed[0, 0] = [0.5, 0.5]
    assert one != dataclasses.replace(two, probabilities=changed)
    assert (
        hamknee.evaluate(hamknee.load()).board != hamknee.evaluate(hamknee.load(), mass=0.5).board
    )
