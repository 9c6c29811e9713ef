"""The numbers: rows of priors.csv, the tables they make, saving and the digest."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hamknee.files import write_whole
from hamknee.vocabulary import Vocabulary

BASES = ("published", "indirect", "judgement", "logical")
COLUMNS = ("variable", "state", "given", "probability", "ess", "basis", "sources", "note")


@dataclass(frozen=True)
class Row:
    """One probability and where it comes from.

    Parameters
    ----------
    variable, state : str
        Of what this is the probability.
    given : tuple of (parent, state)
        The parent configuration; empty for a variable without parents.
    probability : float
        P(variable = state | given), a proportion.
    ess : float
        Equivalent sample size of the column: the Dirichlet over its states is ess × probability.
    basis : {"published", "indirect", "judgement", "logical"}
        What kind of number it is.
    sources : tuple of str
        Keys of references.bib.
    note : str
        Anything a reader should know.
    """

    variable: str
    state: str
    given: tuple[tuple[str, str], ...]
    probability: float
    ess: float
    basis: str
    sources: tuple[str, ...] = ()
    note: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the row as the texts of priors.csv."""
        return (
            self.variable,
            self.state,
            given_text(self.given),
            _number_text(self.probability),
            _number_text(self.ess),
            self.basis,
            " ".join(self.sources),
            self.note,
        )


@dataclass(frozen=True)
class CPT:
    """The conditional probability table of one variable.

    Parameters
    ----------
    variable : str
        The child.
    parents : tuple of str
        In the vocabulary's order.
    probabilities : ndarray, shape (parents' states..., states)
        P(variable | parents).
    ess : ndarray, shape (parents' states...), or None
        Equivalent sample size of each column; None where nothing is known about it.
    """

    variable: str
    parents: tuple[str, ...]
    probabilities: npt.NDArray[np.float64]
    ess: npt.NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Priors:
    """All rows of one priors.csv, checked against a vocabulary.

    Parameters
    ----------
    vocabulary : Vocabulary
        What the rows were checked against.
    rows : tuple of Row
        In the order of the file.
    source : str
        Where they were read from.
    sha256 : str
        Digest of the file, or of what `save` would write.
    """

    vocabulary: Vocabulary
    rows: tuple[Row, ...]
    source: str = "memory"
    sha256: str = field(default="")

    def __post_init__(self) -> None:
        """Fill in the digest of rows that were not read from a file."""
        if not self.sha256:
            object.__setattr__(self, "sha256", digest(self.to_csv().encode()))

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """Parents of every variable, in the vocabulary's order."""
        named = {row.variable: {parent for parent, _ in row.given} for row in self.rows}
        return {
            name: tuple(parent for parent in self.vocabulary if parent in named.get(name, ()))
            for name in self.vocabulary
        }

    def cpts(self) -> dict[str, CPT]:
        """Return the table of every variable, filled by name, whatever the order of the rows."""
        tables = {}
        for name, parents in self.parents.items():
            shape = tuple(len(self.vocabulary[parent].states) for parent in parents)
            states = len(self.vocabulary[name].states)
            table = CPT(name, parents, np.full((*shape, states), np.nan), np.full(shape, np.nan))
            tables[name] = table
        for row in self.rows:
            table = tables[row.variable]
            given = dict(row.given)
            column = tuple(self.vocabulary[p].position[given[p]] for p in table.parents)
            state = self.vocabulary[row.variable].position[row.state]
            table.probabilities[(*column, state)] = row.probability
            if table.ess is not None:
                table.ess[column] = row.ess
        return tables

    def to_csv(self) -> str:
        """Return the text of priors.csv: UTF-8, line feeds, shortest exact numbers."""
        return "".join(_line(cells) for cells in (COLUMNS, *(row.cells() for row in self.rows)))

    def save(self, path: str | Path) -> None:
        """Write priors.csv whole or not at all.

        Parameters
        ----------
        path : str or Path
            Written beside itself under a temporary name first, then renamed.
        """
        write_whole(Path(path), self.to_csv())


def digest(data: bytes) -> str:
    """Return the sha256 of some bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def given_text(given: Iterable[tuple[str, str]]) -> str:
    """Return a parent configuration as priors.csv writes it."""
    return ";".join(f"{parent}={state}" for parent, state in given)


def _line(cells: Iterable[str]) -> str:
    """Return one line of a CSV file; cells with any kind of line break are put in quotes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"


def _number_text(number: float) -> str:
    """Return the shortest text that reads back as the same number, without an exponent."""
    return np.format_float_positional(number, trim="-")
