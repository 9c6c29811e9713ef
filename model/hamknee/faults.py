"""Errors for people: what was wrong, where, and what is allowed."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST = 400
"""Characters of a problem that are shown: what was found may be very long."""


class HamkneeError(ValueError):
    """An error whose message is written for the person who can mend it."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Go from one process to another as it is, whatever its constructor takes."""
        return _same_error, (type(self), self.args, self.__dict__)


def _same_error(kind: type[HamkneeError], args: tuple[Any, ...], about: dict[str, Any]) -> Any:
    error = kind.__new__(kind, *args)
    error.__dict__.update(about)
    return error


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one file.

    Parameters
    ----------
    source : str
        Name of the file.
    line : int or None
        Line in the file, from 1; None where the fault belongs to the whole file.
    column : str or None
        Column of a CSV file or key of a TOML file.
    problem : str
        What is wrong, and what was found.
    allowed : str
        What would be right.
    """

    source: str
    line: int | None
    column: str | None
    problem: str
    allowed: str

    def __str__(self) -> str:
        """Return the fault as one line."""
        line = "" if self.line is None else f", line {self.line}"
        column = "" if self.column is None else f", column {self.column}"
        problem = self.problem if len(self.problem) <= MOST else f"{self.problem[:MOST]} …"
        return f"{self.source}{line}{column}: {problem}; allowed: {self.allowed}"


class FaultsError(HamkneeError):
    """All faults of one file, reported together.

    Parameters
    ----------
    faults : iterable of Fault
        At least one.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line or 0))
        count = len(self.faults)
        heading = f"{self.faults[0].source}: {count} {'fault' if count == 1 else 'faults'}"
        super().__init__("\n".join([heading, *(f"  {fault}" for fault in self.faults)]))


def listing(names: Iterable[str], most: int = 40) -> str:
    """Return names as one readable list, cut after `most`."""
    names = list(names)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def suggestion(name: object, allowed: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the nearest allowed name, or an empty string."""
    near = difflib.get_close_matches(str(name).strip().lower(), list(allowed), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


def other_separator(header: str) -> str:
    """Return what separates the cells of a CSV header in place of commas, or an empty string."""
    names = {";": "semicolons", "\t": "tabs"}
    return "" if "," in header else next((names[mark] for mark in names if mark in header), "")


def read_bytes(path: Path, error: type[FaultsError]) -> bytes:
    """Return the bytes of a file.

    Parameters
    ----------
    path : Path
        File to read.
    error : type of FaultsError
        What to raise when it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        problem, allowed = f"there is no file {str(path)!r}", "the path of an existing file"
    except OSError as why:
        problem, allowed = f"{str(path)!r} cannot be read: {why.strerror}", "a readable file"
    raise error([Fault(path.name, None, None, problem, allowed)])


def decode(data: bytes, source: str, error: type[FaultsError]) -> str:
    """Return the text of a UTF-8 file, without a byte-order mark.

    Parameters
    ----------
    data : bytes
        What the file holds.
    source : str
        Name of the file, for the error.
    error : type of FaultsError
        What to raise when it is not text.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        line = data.count(b"\n", 0, why.start) + 1
        problem, allowed = f"byte 0x{data[why.start]:02x} is not UTF-8", "text saved as UTF-8"
        raise error([Fault(source, line, None, problem, allowed)]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problem = "found a NUL character, as in a binary file"
        raise error([Fault(source, line, None, problem, "plain text")])
    return text
