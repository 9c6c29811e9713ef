"""Reading the tables of a TOML file: types, known keys, and the line of every fault."""

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
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
        self.lines = _line_numbers(self.text)
        self.faults: list[Fault] = []

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
            found = re.search(where, str(why))
            line = int(found[2]) if found and found[2] else self.text.count("\n") + 1
            column = f"character {found[3]}" if found and found[3] else None
            problem = f"not valid TOML: {found[1] if found else why}"
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
        known = {}
        missing = [key for key in required if key not in table]
        for key, value in table.items():
            if key not in keys:
                hint = suggestion(key, [other for other in keys if other not in table])
                self.fault((*here, key), f"unknown key {key!r}{hint}", listing(keys))
                missing = [other for other in missing if repr(other) not in hint]
            elif not isinstance(value, keys[key]) or (
                isinstance(value, bool) and keys[key] is not bool
            ):
                self.fault((*here, key), f"found {value!r}", _TYPE_WORDS[keys[key]])
            elif isinstance(value, str) and not value.strip():
                self.fault((*here, key), "found an empty text", "a text")
            elif isinstance(value, int | float) and not abs(value) <= sys.float_info.max:
                self.fault((*here, key), f"found {value!r}", "a finite number")
            else:
                known[key] = value
        for key in missing:
            self.fault(here, f"{key} is missing", f"{key} is required")
        return known

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
_TOKENS = re.compile(
    rf"""
    (?P<comment>\#[^\n]*)
    | (?P<key>{_DOTTED})(?=[ \t]*=)
    | (?P<text>\"{{3}}(?:[^\\]|\\.)*?\"{{3,5}} | '{{3}}.*?'{{3,5}}
        | "(?:[^"\\\n]|\\.)*" | '[^'\n]*')
    | (?P<open>[\[{{]) | (?P<close>[\]}}])
    """,
    re.VERBOSE | re.DOTALL,
)
_HEADER = re.compile(rf"[ \t]*\[{{1,2}}[ \t]*({_DOTTED})[ \t]*\]{{1,2}}")


def _line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """Return the line of every table and key, because tomllib does not keep them.

    What stands in a text, a comment, a list or an inline table is no table and no key.
    """
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    depth, place, number = 0, 0, 1
    while place < len(text):
        starts = depth == 0 and (place == 0 or text[place - 1] == "\n")
        if starts and (header := _HEADER.match(text, place)):
            table = _path(header[1])
            for length in range(len(table)):
                lines.setdefault(table[: length + 1], number)
            place = header.end()
            continue
        token = _TOKENS.match(text, place)
        if token is None:
            number += text[place] == "\n"
            place += 1
            continue
        if token["key"] and depth == 0:
            lines.setdefault((*table, *_path(token["key"])), number)
        depth += bool(token["open"]) - bool(token["close"])
        number += token[0].count("\n")
        place = token.end()
    return lines


def _path(dotted: str) -> tuple[str, ...]:
    """Return the parts of a dotted key; a point in quotes parts nothing."""
    return tuple(part.strip("\"'") for part in re.findall(_KEY, dotted))
