"""A mapping that nobody can change, and what importing the package leaves alone."""

import pickle
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hamknee
from hamknee.base.frozen import FrozenMapping

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


def test_pickling_of_others_is_as_python_has_it() -> None:
    with pytest.raises(TypeError, match="mappingproxy"):
        pickle.dumps(MappingProxyType({}))
    posterior = hamknee.load().posterior({"warmth": {"yes": 0.7, "no": 0.3}})
    assert pickle.loads(pickle.dumps(posterior)).evidence == posterior.evidence
