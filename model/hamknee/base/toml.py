"""Reading the tables of a TOML file: types, known keys, and the line of every fault."""

import re
import sys
import tomllib
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from hamknee.base.errors import Fault, FaultsError
from hamknee.base.files import decode, read_bytes
from hamknee.base.words import listing, suggestion

Keys: TypeAlias = Mapping[str, type | tuple[type, ...]]
"""The keys a table may have, and the type of each."""

NUMBER = (int, float)

_NAME = re.compile(r"[a-z0-9_]*[a-z][a-z0-9_]*")
_NAME_ALLOWED = "lower-case ASCII letters, digits and underscores, at least one letter"
_DEEPEST = 50
_LONGEST = 10_000  # bits of a whole number; Python turns no number of 4,300 digits into text
_TYPE_WORDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    NUMBER: "a number",
    dict: "a table",
    list: "a list in square brackets",
    (str, dict): "a text, or a table of texts",
}


class TomlReader:
    """Turns the text of a TOML file into checked tables, collecting faults on the way.

    Parameters
    ----------
    path : Path
        The file.
    error : type of FaultsError
        What to raise.
    """

    def __init__(self, path: Path, error: type[FaultsError]) -> None:
        self.path = path
        self.error = error
        self.text = decode(read_bytes(path, error), path.name, error)
        self.faults: list[Fault] = []

    @cached_property
    def lines(self) -> dict[tuple[str, ...], int]:
        """The line of every table and key; asked only once the file is known to be TOML."""
        return _line_numbers(self.text)

    def fault(self, where: tuple[str, ...], problem: str, allowed: str) -> None:
        """Note a fault at a table or key, with the line of the nearest one that has a line."""
        place = where
        while place and place not in self.lines:
            place = place[:-1]
        line = self.lines.get(place)
        allowed = allowed or "nothing, because there is none to name"
        self.faults.append(Fault(self.path.name, line, ".".join(where) or None, problem, allowed))

    def raise_faults(self) -> None:
        """Raise everything found so far, if anything was."""
        if self.faults:
            raise self.error(self.faults)

    def parsed(self) -> dict[str, Any]:
        """Return the file as plain dicts, or raise where it is not TOML."""
        try:
            tables = tomllib.loads(self.text)
            _check_size(tables)
        except tomllib.TOMLDecodeError as why:
            where = r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)"
            match = re.search(where, str(why))
            line = int(match[2]) if match and match[2] else self.text.count("\n") + 1
            column = f"character {match[3]}" if match and match[3] else None
            problem = f"not valid TOML: {match[1] if match else why}"
            if text := self.text.split("\n")[line - 1].strip():
                problem += f" in {text!r}"
            fault = Fault(self.path.name, line, column, problem, "TOML as in the shipped file")
            raise self.error([fault]) from None
        except RecursionError:
            fault = Fault(self.path.name, None, None, "brackets are nested too deeply", "TOML")
            raise self.error([fault]) from None
        except (OverflowError, ValueError):  # ValueError is Python's own refusal
            problem = "a whole number has thousands of digits"
            fault = Fault(self.path.name, None, None, problem, "numbers of a usual size")
            raise self.error([fault]) from None
        return tables

    def values(
        self, here: tuple[str, ...], table: dict[str, Any], keys: Keys, required: Iterable[str]
    ) -> dict[str, Any]:
        """Return the entries of a table that are known and of the right type."""
        self.check_keys(here, table, keys, required)
        known = {}
        for key, value in table.items():
            if key not in keys:
                continue
            if not isinstance(value, keys[key]) or (
                isinstance(value, bool) and keys[key] is not bool
            ):
                self.fault((*here, key), f"found {value!r}", _TYPE_WORDS[keys[key]])
            elif isinstance(value, str) and not value.strip():
                self.fault((*here, key), "found an empty text", "a text")
            elif isinstance(value, int | float) and not abs(value) <= sys.float_info.max:
                self.fault((*here, key), f"found {value!r}", "a finite number")
            else:
                known[key] = value
        return known

    def check_keys(
        self,
        here: tuple[str, ...],
        table: Mapping[str, Any],
        keys: Collection[str],
        required: Iterable[str],
    ) -> None:
        """Note every unknown key of a table, and every missing one that none of them may mean."""
        missing = [key for key in required if key not in table]
        for key in table:
            if key not in keys:
                hint = suggestion(key, [other for other in keys if other not in table])
                self.fault((*here, key), f"unknown key {key!r}{hint}", listing(keys))
                missing = [other for other in missing if repr(other) not in hint]
        for key in missing:
            self.fault(here, f"{key} is missing", f"{key} is required")

    def check_name(self, where: tuple[str, ...], name: str) -> None:
        """Note a name that is not an identifier."""
        if not _NAME.fullmatch(name):
            self.fault(where, f"{name!r} is not an identifier", _NAME_ALLOWED)

    def check_choice(self, where: tuple[str, ...], value: str, allowed: Iterable[str]) -> None:
        """Note a value that is not one of those allowed."""
        allowed = tuple(allowed)
        if value and value not in allowed:
            problem = f"unknown {where[-1]} {value!r}{suggestion(value, allowed)}"
            self.fault(where, problem, listing(allowed))


def _check_size(value: object, depth: int = 0) -> None:
    """Raise RecursionError or OverflowError for what could not be shown in a message."""
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, int) and value.bit_length() > _LONGEST:
        raise OverflowError
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _check_size(inner, depth + 1)


_KEY = r"(?:[\w-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*')"
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_TABLE = re.compile(rf"[ \t]*\[{{1,2}}[ \t]*({_DOTTED})[ \t]*\]{{1,2}}")
_ASSIGNED = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_PIECE = re.compile(
    r"""
    \"{3}(?:[^\\]|\\.)*?\"{3,5} | '{3}.*?'{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*'
    | \#[^\n]* | [^"'\#\[\]{}\n]+ | .
    """,
    re.VERBOSE | re.DOTALL,
)
"""A text, a comment, a bare value, or else a bracket, a brace or the end of a line."""


def _line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """Return the line of every table and key of valid TOML, because tomllib does not keep them.

    Those inside a list or an inline table have none of their own.
    """
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    start, number = 0, 1
    while start < len(text):
        header, key = _TABLE.match(text, start), _ASSIGNED.match(text, start)
        if header:
            table = _path(header[1])
        path = (*table, *_path(key[1])) if key else table
        for length in range(1, len(path) + 1):
            lines.setdefault(path[:length], number)
        name = header or key
        end = _end(text, name.end() if name else start)
        number += text.count("\n", start, end)
        start = end
    return lines


def _end(text: str, place: int) -> int:
    """Return where the line ends, or the last one of a value over several."""
    depth = 0
    while piece := _PIECE.match(text, place):
        place = piece.end()
        depth += (piece[0] in ("[", "{")) - (piece[0] in ("]", "}"))
        if piece[0] == "\n" and depth == 0:
            break
    return place


def _path(dotted: str) -> tuple[str, ...]:
    """Return the parts of a dotted key; a point in quotes parts nothing."""
    path: tuple[str, ...] = ()
    inner: Any = tomllib.loads(f"{dotted} = 0")
    while isinstance(inner, dict):
        ((key, inner),) = inner.items()
        path += (key,)
    return path
