"""Structures in Thrift's compact protocol, in which Parquet says what a file holds.

Arrow reads them too, but ends the whole process where some are damaged, and does not show those in
front of pages. Only what is asked for is kept; the rest is stepped over.
"""

from __future__ import annotations

from typing import Any

I32, I64, TEXT = 5, 6, 8

_TRUTHS, _LIST, _STRUCTURE = (1, 2), 9, 12

_DEEPEST = 32


class ThriftError(ValueError):
    """What is no structure, or another one than is asked for."""


class ThriftReader:
    r"""Reads one value after the other.

    Parameters
    ----------
    data : bytes
        What is read; what goes on beyond its end raises IndexError.

    Examples
    --------
    >>> from hamknee.base.thrift import I32, ThriftReader
    >>> reader = ThriftReader(b"\x15\x02\x15\x8c\x01\x18\x02hi\x00")
    >>> reader.structure({2: I32})
    {2: 70}
    >>> reader.place
    10
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def structure(self, wanted: dict[int, Any], depth: int = 0) -> dict[int, Any]:
        """Return the wanted fields of a structure that are there.

        Parameters
        ----------
        wanted : dict
            By its number what each field is: `I32`, `I64`, `TEXT`, a dict for a structure, or a
            list with one of these.
        depth : int
            How many others it stands in.

        Raises
        ------
        ThriftError
            If a field is of another kind, or the data are no structure.
        IndexError
            If the data end before it does.
        """
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._whole()
            kind = head & 15
            if kind in _TRUTHS:
                continue  # the kind is the value
            asked = wanted.get(number)
            value = self._value(kind, asked, depth)
            if asked is not None:
                fields[number] = value
        return fields

    def _value(self, kind: int, asked: Any, depth: int) -> Any:
        if asked is not None and kind != _kind_of(asked):
            raise ThriftError(f"a value is of kind {kind}")
        match kind:
            case 4 | 5 | 6:
                return self._whole()
            case 12 if depth < _DEEPEST:
                return self.structure(asked or {}, depth + 1)
            case 8:
                return self._bytes(self._varint())
            case 9 | 10 if depth < _DEEPEST:
                head = self._byte()
                count = head >> 4 if head >> 4 < 15 else self._varint()
                inner = None if asked is None else asked[0]
                values = (self._value(head & 15, inner, depth + 1) for _ in range(count))
                return [value for value in values if inner is not None]
            case 11 if depth < _DEEPEST:
                count = self._varint()
                kinds = self._byte() if count else 0
                for _ in range(count):
                    self._value(kinds >> 4, None, depth + 1)
                    self._value(kinds & 15, None, depth + 1)
                return None
            case 7:
                return self._bytes(8)
            case 1 | 2 | 3:
                return self._byte()
        raise ThriftError(f"a value is of kind {kind}, or too deep")

    def _byte(self) -> int:
        self.place += 1
        return self.data[self.place - 1]

    def _bytes(self, count: int) -> bytes:
        start = self.place
        self.place += count
        if self.place > len(self.data):
            raise IndexError
        return self.data[start : self.place]

    def _whole(self) -> int:
        """Return a whole number, whose sign is its last bit."""
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        """Return a number of seven bits a byte, the lowest first."""
        value = self._byte()
        if value < 128:
            return value
        value &= 127
        for shift in range(7, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise ThriftError("a number does not end")


def _kind_of(asked: Any) -> int:
    if isinstance(asked, int):
        return asked
    return _STRUCTURE if isinstance(asked, dict) else _LIST
