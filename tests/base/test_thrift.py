"""Structures in Thrift's compact protocol, as the specification writes them."""

import pytest

from hamknee.base.thrift import I32, I64, TEXT, ThriftError, ThriftReader

EVERYTHING = bytes.fromhex(
    "11"  # field 1: true
    "13 07"  # field 2: a byte
    "14 03"  # field 3: a short number, -2
    "15 8c01"  # field 4: 70
    "16 ffffffffffffffffff01"  # field 5: the least number of 64 bits
    "17 0000000000000840"  # field 6: 3.0
    "18 026869"  # field 7: hi
    "19 25 0204"  # field 8: the list 1, 2
    "1a 12 01"  # field 9: a set of a truth value
    "1b 01 58 02 0161"  # field 10: a map of 1 to a
    "1c 15 06 00"  # field 11: a structure with field 1: 3
    "1b 00"  # field 12: a map of nothing
)


def test_only_the_fields_that_are_wanted_come_out() -> None:
    reader = ThriftReader(EVERYTHING + b"\x00 more")
    wanted = {4: I32, 5: I64, 7: TEXT, 8: [I32], 11: {1: I32, 2: I32}, 13: I32}
    fields = reader.structure(wanted)
    assert fields == {4: 70, 5: -(2**63), 7: b"hi", 8: [1, 2], 11: {1: 3}}
    assert reader.data[reader.place :] == b" more"


def test_a_field_may_be_numbered_anew() -> None:
    assert ThriftReader(b"\x15\x02\x05\x90\x03\x04\x1b\x00\x00").structure({200: I32}) == {200: 2}


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"\x16\x02\x00", {1: I32}),  # a number of 64 bits for one of 32
        (b"\x19\x11\x01\x00", {1: [I32]}),  # truth values
        (b"\x19\x16\x02\x00", {1: [I32]}),
        (b"\x19\x16\x02\x00", {1: {1: I64}}),
        (b"\x1d\x00", {}),  # there is no such kind
        (b"\x16" + b"\xff" * 20, {}),
        (b"\x1c" * 100 + b"\x00" * 101, {}),
    ],
)
def test_what_is_of_another_kind_is_refused(data: bytes, wanted: dict[int, object]) -> None:
    with pytest.raises(ThriftError):
        ThriftReader(data).structure(wanted)


def test_structures_may_be_nested_32_deep() -> None:
    assert ThriftReader(b"\x1c" * 32 + b"\x00" * 33).structure({}) == {}
    with pytest.raises(ThriftError, match="too deep"):
        ThriftReader(b"\x1c" * 33 + b"\x00" * 34).structure({})


@pytest.mark.parametrize("length", range(len(EVERYTHING) + 1))
def test_what_ends_too_early_says_so(length: int) -> None:
    with pytest.raises(IndexError):
        ThriftReader(EVERYTHING[:length]).structure({})


def test_a_list_that_says_it_is_endless_ends_with_the_data() -> None:
    with pytest.raises(IndexError):
        ThriftReader(b"\x19\xf5\xff\xff\xff\xff\x7f\x02\x02").structure({1: [I32]})
