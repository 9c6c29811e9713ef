"""What a format of network files is: how it is written and read, its names, and what it loses.

A further format is a file that ends in a `Format`, and a word in `interchange.FORMATS`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hamknee.base import HamkneeError
from hamknee.formats.draft import Draft
from hamknee.formats.nodes import PLAIN, TOLD_APART, Node, not_plain, not_told_apart

NAMES = "names of variables and states"
LABELS = "labels"
COUNTS = "equivalent sample sizes"
WORDS = ("roles", "questions", "labels of states", "basis and sources of the numbers")
"""What no format has a place for."""


@dataclass(frozen=True)
class Format:
    """A format of network files.

    Parameters
    ----------
    name : str
        As it is usually written.
    endings : tuple of str
        Of the files, in lower case.
    write : callable
        Returns nodes, whose names were checked, as the text of a file.
    read : callable
        Puts the variables and tables of a text into a draft; raises NetworkFileError at the first
        thing that is not understood, with its line.
    lost : tuple of str
        What of a model has no place in it.
    variables, states, labels : re.Pattern, or None
        What a name or label has to match as a whole, so that other programs read it as it was
        meant; None where any plain text will do.
    reserved : frozenset of str
        Names that mean something else, in lower case.
    allowed : str
        The patterns in words.
    also_read : tuple of str
        Endings of files that are read as it, and never written.
    """

    name: str
    endings: tuple[str, ...]
    write: Callable[[Sequence[Node]], str]
    read: Callable[[str, Draft], None]
    lost: tuple[str, ...]
    variables: re.Pattern[str] | None = None
    states: re.Pattern[str] | None = None
    labels: re.Pattern[str] | None = None
    reserved: frozenset[str] = frozenset()
    allowed: str = "any printable text"
    also_read: tuple[str, ...] = ()

    def text(self, nodes: Sequence[Node]) -> str:
        """Return what the file of a network holds.

        Raises
        ------
        HamkneeError
            With every name that the format cannot hold, and states that share one.
        """
        if NAMES not in self.lost and (problems := list(self._problems(nodes))):
            raise HamkneeError("\n".join(problems))
        return self.write(nodes)

    def _problems(self, nodes: Iterable[Node]) -> Iterator[str]:
        for node in nodes:
            what = f"the variable {node.name!r}"
            yield from self._problem(what, node.name, self.variables, self.reserved)
            for state in node.states:
                what = f"the state {state!r} of {node.name!r}"
                yield from self._problem(what, state, self.states, self.reserved)
            if problem := not_told_apart(node.name, node.states):
                yield f"{problem}; allowed: {TOLD_APART}"
            if node.label and LABELS not in self.lost:
                what = f"the label {node.label!r} of {node.name!r}"
                yield from self._problem(what, node.label, self.labels, ())

    def _problem(
        self, what: str, text: str, pattern: re.Pattern[str] | None, reserved: Collection[str]
    ) -> Iterator[str]:
        if problem := not_plain(text):
            yield f"{what} {problem}; allowed: {PLAIN}"
        elif pattern is not None and not pattern.fullmatch(text):
            yield f"{what} has no safe form in {self.name}; allowed: {self.allowed}"
        elif text.lower() in reserved:
            yield f"{what} is a word of {self.name} itself; allowed: another name"


def numbers_text(numbers: Iterable[float], between: str = " ") -> str:
    """Return the shortest decimal texts that read back as the same numbers to the last bit."""
    return between.join(np.format_float_positional(number, trim="0") for number in numbers)
