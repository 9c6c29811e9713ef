"""Breaking a valid file the way hands, spreadsheets, disks and attackers do: edit by edit.

An edit is three plain values, so that hypothesis can shrink a list of them, and libFuzzer can steer
one by the code that it reaches. What has an empty or foreign place in a file leaves it as it is.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

Edit: TypeAlias = tuple[str, int, int]
"""A kind of edit, where (any number: it wraps around), and what (the same)."""

# fmt: off
_TEXTS = (
    "", " ", ",", ";", "|", ":", "=", "\n", "\r", "\r\n", "\n\n", "\t", "\0", "\ufeff",
    '"', "'", '""', '"""', "'''", "\\", "\\ud800", "#", "%", "&", "+", "<", ">", "{}", "[]",
    "0", "1", "-0", "-1", "2", "0.5", "0,5", "50%", "1_0", "1e400", "1e-400", "1e16", "0x10",
    "nan", "inf", "-inf", "NaN", "None", "null", "true", "false", "1979-05-27", "٠.٥", "３",
    "a|b", "yes:1|no:0", "yes:nan", "yes:-1", "yes:0|no:0", "front|back", "yes|yes", ":1",
    "condition", "cause", "sign", "age", "id", "fault", "p_evidence", "given", "c.a='b'",
    "=1+1", "@SUM(A1)", "../../x", "/etc/passwd", "C:\\x", "file:///x", "a/../../b.parquet",
    "[[a]]", "[a.b]", "a = 1", "[" * 3000, '{"a":' * 3000, "a." * 3000 + "a = 1",
    "9" * 5000, "9" * 400, "0x" + "f" * 5000, "x" * 5000, "1e999", "Infinity", '"\\ud800"',
    "&#0;", "&x;", "<!ENTITY x 'y'>", "<![CDATA[", "-->", "@book{k,", "\u2028", "é", "🦵",
)
# fmt: on
TOKENS = (*(text.encode() for text in _TEXTS), b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x80" * 9)
"""What readers have stumbled over: marks, numbers that are none, names, formulas, depth, length."""

_CELL = re.compile(rb"[^\s,;|=\"'{}\[\]<>()]+")
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def mutated(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return data with edits made in it, one after the other."""
    for kind, where, what in edits:
        data = KINDS[kind](data, where, what)
    return data


def _byte(data: bytes, where: int, what: int) -> bytes:
    start = where % (len(data) + 1)
    return data[:start] + bytes([what % 256]) + data[start + 1 :]


def _insert(data: bytes, where: int, what: int) -> bytes:
    start = where % (len(data) + 1)
    return data[:start] + TOKENS[what % len(TOKENS)] + data[start:]


def _delete(data: bytes, where: int, what: int) -> bytes:
    start = where % (len(data) + 1)
    return data[:start] + data[start + 1 + what % 64 :]


def _truncate(data: bytes, where: int, _: int) -> bytes:
    return data[: where % (len(data) + 1)]


def _cell(data: bytes, where: int, what: int) -> bytes:
    """Put a token in the place of a cell, a name or a number."""
    return _replaced(_CELL, data, where, lambda _: TOKENS[what % len(TOKENS)])


def _other_cell(data: bytes, where: int, what: int) -> bytes:
    """Put what stands elsewhere in the place of a cell, a name or a number."""
    return _replaced(_CELL, data, where, lambda found: found[what % len(found)])


def _drop_line(data: bytes, where: int, _: int) -> bytes:
    return _replaced(_LINE, data, where, lambda _: b"")


def _repeat_line(data: bytes, where: int, what: int) -> bytes:
    lines = _LINE.findall(data)
    if lines:
        lines.insert(what % (len(lines) + 1), lines[where % len(lines)])
    return b"".join(lines)


def _swap_lines(data: bytes, where: int, what: int) -> bytes:
    lines = _LINE.findall(data)
    if lines:
        one, other = where % len(lines), what % len(lines)
        lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _replaced(
    pattern: re.Pattern[bytes], data: bytes, where: int, new: Callable[[list[bytes]], bytes]
) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return data
    match = found[where % len(found)]
    text = new([other[0] for other in found])
    return data[: match.start()] + text + data[match.end() :]


KINDS: Mapping[str, Callable[[bytes, int, int], bytes]] = {
    "byte": _byte,
    "insert": _insert,
    "delete": _delete,
    "truncate": _truncate,
    "cell": _cell,
    "other cell": _other_cell,
    "drop line": _drop_line,
    "repeat line": _repeat_line,
    "swap lines": _swap_lines,
}
