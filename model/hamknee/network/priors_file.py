"""Reading priors.csv and references.bib: every fault is collected, and all are raised together."""

from __future__ import annotations

import csv
import io
import itertools
import math
import os
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from hamknee.base import (
    Fault,
    FaultsError,
    decode,
    listing,
    other_separator,
    read_bytes,
    shipped,
    suggestion,
)
from hamknee.network.priors import Priors, digest
from hamknee.network.rows import (
    COLUMNS,
    SUM_TOLERANCE,
    Problem,
    Row,
    basis_problems,
    certainty_problems,
    given_text,
    note_problems,
    sources_problems,
)
from hamknee.network.vocabulary import Variable, Vocabulary, read_vocabulary

MOST_FAULTS = 1000
"""Faults after which a file is taken for something else, which need not be read to its end."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_PROBABILITY = "a number from 0 to 1 with a decimal point"
_ESS = "a number above 0 with a decimal point"


class PriorsError(FaultsError):
    """priors.csv holds something that cannot be used."""


class ReferencesError(FaultsError):
    """references.bib holds something that cannot be used."""


def read_references(path: Path) -> frozenset[str]:
    """Return the keys of a BibTeX file.

    Raises
    ------
    ReferencesError
        If the file cannot be read, or holds a key twice or none at all.

    Examples
    --------
    >>> from hamknee.base import shipped
    >>> from hamknee.network import read_references
    >>> keys = read_references(shipped("data/references.bib"))
    >>> "decary2017" in keys
    True
    """
    text = decode(read_bytes(path, ReferencesError), path.name, ReferencesError)
    first: dict[str, int] = {}
    faults = []
    for number, line in enumerate(text.split("\n"), start=1):
        if entry := re.match(r"\s*@\w+\s*\{\s*([^,\s]+)\s*,", line):
            if (key := entry[1]) in first:
                problem = f"key {key!r} stands also in line {first[key]}"
                faults.append(Fault(path.name, number, "key", problem, "each key once"))
            if key.startswith(tuple("=+-@")):
                problem = f"key {key!r} would be a formula in a spreadsheet"
                faults.append(Fault(path.name, number, "key", problem, "a letter or digit first"))
            first.setdefault(key, number)
        elif re.match(r"\s*@(?!comment|string|preamble)", line, re.IGNORECASE):
            problem = f"cannot read {line.strip()!r}"
            faults.append(Fault(path.name, number, "key", problem, "@article{key, on one line"))
    if not first and not faults:
        allowed = "entries such as @article{key, ...}"
        faults.append(Fault(path.name, None, None, "no entry was found", allowed))
    if faults:
        raise ReferencesError(faults)
    return frozenset(first)


def read_priors(path: Path, vocabulary: Vocabulary, references: Collection[str]) -> Priors:
    """Read and check priors.csv.

    Parameters
    ----------
    path : Path
        The file.
    vocabulary : Vocabulary
        The variables and states there are; each must get its numbers.
    references : collection of str
        The keys that sources may name.

    Raises
    ------
    PriorsError
        With every fault found: line, column, what was found, what is allowed.

    Examples
    --------
    >>> from hamknee.base import shipped
    >>> from hamknee.network import read_priors, read_references, read_vocabulary
    >>> vocabulary = read_vocabulary(shipped("data/vocabulary.toml"))
    >>> references = read_references(shipped("data/references.bib"))
    >>> priors = read_priors(shipped("data/priors.csv"), vocabulary, references)
    >>> {row.variable for row in priors.rows} == set(vocabulary)
    True
    """
    data = read_bytes(path, PriorsError)
    return parse_priors(data, vocabulary, references, source=str(path))


def parse_priors(
    data: bytes, vocabulary: Vocabulary, references: Collection[str], *, source: str
) -> Priors:
    """Read and check what a priors.csv holds, wherever it came from.

    Parameters
    ----------
    data : bytes
        The whole file.
    vocabulary, references
        As for `read_priors`.
    source : str
        Where it came from; faults name the last part of it.

    Raises
    ------
    PriorsError
        As for `read_priors`.

    Examples
    --------
    >>> from hamknee.network import parse_priors, read_shipped_or_own
    >>> priors = read_shipped_or_own()
    >>> data = priors.to_csv().encode()
    >>> parse_priors(data, priors.vocabulary, priors.references, source="mine").rows == priors.rows
    True
    >>> parse_priors(b"a,table", priors.vocabulary, priors.references, source="mine.csv")
    Traceback (most recent call last):
    ...
    hamknee.network.priors_file.PriorsError: mine.csv: 1 fault
      mine.csv, line 1, column header: found 'a,table'; allowed:
    variable,state,given,probability,ess,basis,sources,note
    """
    path = Path(source)
    rows = _Reader(path, vocabulary, references).rows(decode(data, path.name, PriorsError))
    known = frozenset(references)
    return Priors(vocabulary, rows, source=source, sha256=digest(data), references=known)


@dataclass(frozen=True)
class _Numbered:
    """A row with its line; None stands for a cell at fault, so that one fault is told once."""

    line: int
    variable: Variable
    state: str
    given: tuple[tuple[str, str], ...]
    probability: float | None
    ess: float | None
    basis: str
    sources: tuple[str, ...]
    note: str


class _Reader:
    def __init__(self, path: Path, vocabulary: Vocabulary, references: Collection[str]) -> None:
        self.path = path
        self.vocabulary = vocabulary
        self.references = references
        self.faults: list[Fault] = []
        self.unplaced: set[str | None] = set()

    def fault(self, line: int | None, column: str | None, problem: str, allowed: str) -> None:
        name = self.path.name
        self.faults.append(Fault(name, line, column, problem, allowed))
        if len(self.faults) == MOST_FAULTS:
            problem = f"{MOST_FAULTS} faults up to here, so that reading stopped"
            allowed = "a file as data/README.md describes it"
            raise PriorsError([*self.faults, Fault(name, line, None, problem, allowed)])

    def refuse(self, line: int, column: str, problems: Iterable[Problem]) -> None:
        for problem, allowed in problems:
            self.fault(line, column, problem, allowed)

    def rows(self, text: str) -> tuple[Row, ...]:
        records = self._records(text)
        numbered = [row for line, record in records if (row := self._row(line, record))]
        by_variable: dict[str, list[_Numbered]] = defaultdict(list)
        for row in numbered:
            by_variable[row.variable.name].append(row)
        if records and not any(fault.column == "header" for fault in self.faults):
            self._check_variables(by_variable)
        if self.faults:
            raise PriorsError(self.faults)
        return tuple(
            Row(
                row.variable.name,
                row.state,
                row.given,
                row.probability or 0.0,
                row.ess or 0.0,
                row.basis,
                row.sources,
                row.note,
            )
            for row in numbered
        )

    # From text to records -----------------------------------------------------------------

    def _records(self, text: str) -> list[tuple[int, dict[str, str]]]:
        """Return the cells of every row by column name, with the row's line."""
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        records: list[tuple[int, dict[str, str]]] = []
        line = 1
        try:
            if not self._check_header(header := next(reader, [])):
                return []
            line = reader.line_num + 1
            for cells in reader:
                if cells == header:
                    self.fault(line, "header", "the header stands here again", "in line 1 only")
                elif len(cells) == len(header):
                    records.append((line, dict(zip(header, cells, strict=True))))
                elif cells:
                    self._refuse_cells(line, len(cells), len(header))
                line = reader.line_num + 1
        except csv.Error as error:
            why = "a quote is opened and not closed" if "end of data" in str(error) else str(error)
            self.fault(line, None, f"not valid CSV: {why}", "quotes in pairs, commas between")
            self.unplaced.add(None)
        if not records and not self.faults:
            self.fault(None, None, "the file has no rows", "one row for each probability")
        return records

    def _refuse_cells(self, line: int, cells: int, expected: int) -> None:
        perhaps = "perhaps a decimal comma, or a comma in a cell that is not in quotes"
        problem = f"found {cells} cells" + (f" ({perhaps})" if cells > expected else "")
        self.fault(line, None, problem, f"{expected} cells, one for each column")
        self.unplaced.add(None)

    def _check_header(self, header: list[str]) -> bool:
        if marks := other_separator(",".join(header)):
            self.fault(1, "header", f"the columns are separated by {marks}", "commas")
            return False
        if not any(name.strip().lower() in COLUMNS for name in header):
            problem = f"found {','.join(header)!r}" if header else "the line is empty"
            self.fault(1, "header", problem, ",".join(COLUMNS))
            return False
        missing = [name for name in COLUMNS if name not in header]
        for name in dict.fromkeys(header):
            if name not in COLUMNS:
                hint = suggestion(name, missing)
                self.fault(1, "header", f"unknown column {name!r}{hint}", listing(COLUMNS))
                missing = [other for other in missing if repr(other) not in hint]
            elif header.count(name) > 1:
                self.fault(1, "header", f"column {name!r} stands twice", listing(COLUMNS))
        for name in missing:
            self.fault(1, "header", f"column {name!r} is missing", listing(COLUMNS))
        return not self.faults

    # One row ------------------------------------------------------------------------------

    def _row(self, line: int, record: dict[str, str]) -> _Numbered | None:
        probability = self._number(line, "probability", record["probability"], _PROBABILITY)
        ess = self._number(line, "ess", record["ess"], _ESS)
        basis = record["basis"]
        self.refuse(line, "basis", basis_problems(basis))
        if uncertain := certainty_problems(probability, basis):
            self.refuse(line, "probability", uncertain)
            probability = None
        sources = tuple(record["sources"].split())
        self.refuse(line, "sources", sources_problems(sources, basis, self.references))
        self.refuse(line, "note", note_problems(record["note"]))
        variable = self._variable(line, "variable", record["variable"])
        if variable is None:
            self.unplaced.add(None)
            return None
        state = self._state(line, "state", variable, record["state"])
        given = self._given(line, variable, record["given"])
        if state is None or given is None:
            self.unplaced.add(variable.name)
            return None
        note = record["note"]
        return _Numbered(line, variable, state, given, probability, ess, basis, sources, note)

    def _number(self, line: int, column: str, text: str, allowed: str) -> float | None:
        """Return a number in range, or None with a fault that says what is wrong with it."""
        if not text.strip():
            problem = "the cell is empty"
        elif text != text.strip():
            problem = f"found {text!r} with spaces around it"
        elif re.fullmatch(r"[+-]?[0-9]*,[0-9]+", text):
            problem = f"found {text!r} with a decimal comma"
        elif text.endswith("%"):
            problem = f"found {text!r}, a percentage"
        elif not _NUMBER.fullmatch(text):
            problem = f"found {text!r}, which is not a finite number"
        else:
            number = float(text)
            if column == "probability" and 0 <= number <= 1:
                return number
            if column == "ess" and 0 < number < math.inf:
                return number
            problem = f"found {text}, which is out of range"
        self.fault(line, column, problem, allowed)
        return None

    def _variable(self, line: int, column: str, name: str) -> Variable | None:
        if name in self.vocabulary:
            return self.vocabulary[name]
        hint = suggestion(name, self.vocabulary)
        self.fault(line, column, f"unknown variable {name!r}{hint}", listing(self.vocabulary))
        return None

    def _state(self, line: int, column: str, variable: Variable, name: str) -> str | None:
        if name in variable.position:
            return name
        hint = suggestion(name, variable.state_names)
        problem = f"unknown state {name!r} of {variable.name}{hint}"
        self.fault(line, column, problem, listing(variable.state_names))
        return None

    def _given(
        self, line: int, variable: Variable, text: str
    ) -> tuple[tuple[str, str], ...] | None:
        """Return the parent configuration, or None with a fault."""
        pairs: list[tuple[str, str]] = []
        for part in text.split(";") if text else []:
            name, equals, state = part.partition("=")
            if not equals:
                problem = f"cannot read {part!r}"
                self.fault(line, "given", problem, "parent=state, with ; between several")
                return None
            if name in dict(pairs) or name == variable.name:
                problem = "its own parent" if name == variable.name else "a parent twice"
                self.fault(line, "given", f"{name} is {problem}", "each parent once, none itself")
                return None
            parent = self._variable(line, "given", name)
            if parent is None or self._state(line, "given", parent, state) is None:
                return None
            pairs.append((name, state))
        return tuple(pairs)

    # All rows -----------------------------------------------------------------------------

    def _check_variables(self, by_variable: dict[str, list[_Numbered]]) -> None:
        parents: dict[str, tuple[str, ...]] = {}
        for variable in self.vocabulary.variables:
            rows = by_variable.get(variable.name, [])
            if not rows:
                if not self._may_lack_rows(variable):
                    self.fault(None, "variable", f"{variable.name} has no rows", "one per state")
                continue
            # What most rows say is meant, so that one odd row is told as one.
            sets = [tuple(sorted(name for name, _ in row.given)) for row in rows]
            common = Counter(sets).most_common(1)[0][0]
            first = rows[sets.index(common)]
            parents[variable.name] = names = tuple(name for name, _ in first.given)
            if self._same_parents(rows, names, first.line):
                self._check_columns(variable, rows, names)
        self._check_acyclic(parents, by_variable)

    def _may_lack_rows(self, variable: Variable) -> bool:
        """Whether rows may be missing only because they were at fault, which is told already."""
        return None in self.unplaced or variable.name in self.unplaced

    def _same_parents(self, rows: list[_Numbered], names: tuple[str, ...], line: int) -> bool:
        expected = listing(names) or "no parents"
        odd = [row for row in rows if {name for name, _ in row.given} != set(names)]
        for row in odd:
            problem = f"{row.variable.name} has {given_text(row.given) or 'no parents'} here"
            self.fault(row.line, "given", problem, f"{expected}, as in line {line}")
        return not odd

    def _check_columns(
        self, variable: Variable, rows: list[_Numbered], names: tuple[str, ...]
    ) -> None:
        columns: dict[tuple[str, ...], list[_Numbered]] = defaultdict(list)
        for row in rows:
            given = dict(row.given)
            columns[tuple(given[name] for name in names)].append(row)
        for configuration, column in columns.items():
            self._check_column(variable, column, given_text(zip(names, configuration, strict=True)))
        if self._may_lack_rows(variable):
            return
        states = [self.vocabulary[name].state_names for name in names]
        for configuration in itertools.product(*states):
            if configuration not in columns:
                missing = given_text(zip(names, configuration, strict=True))
                problem = f"{variable.name} has no rows for {missing}"
                self.fault(rows[-1].line, "given", problem, "every combination of parent states")

    def _check_column(self, variable: Variable, column: list[_Numbered], given: str) -> None:
        where = f"P({variable.name}{' | ' + given if given else ''})"
        lines: dict[str, int] = {}
        for row in column:
            if row.state in lines:
                problem = f"{where} has {row.state} also in line {lines[row.state]}"
                self.fault(row.line, "state", problem, "each state once")
            lines.setdefault(row.state, row.line)
        last = column[-1].line
        missing = [name for name in variable.state_names if name not in lines]
        probabilities = [row.probability for row in column if row.probability is not None]
        if missing and not self._may_lack_rows(variable):
            problem = f"{where} has no row for {listing(missing)}"
            self.fault(last, "state", problem, listing(variable.state_names))
        total = math.fsum(probabilities)
        whole = not missing and len(probabilities) == len(column) == len(variable.states)
        if whole and abs(total - 1) > SUM_TOLERANCE:
            problem = f"{where} adds up to {total:.9g}"
            self.fault(last, "probability", problem, f"1, within {SUM_TOLERANCE:.6f}")
        counts = [row.ess for row in column if row.ess is not None]
        if len(lines) == len(column) and len(set(counts)) > 1:
            problem = f"{where} has several: {listing(f'{count:g}' for count in counts)}"
            self.fault(last, "ess", problem, "the same on each row")

    def _check_acyclic(
        self, parents: dict[str, tuple[str, ...]], by_variable: dict[str, list[_Numbered]]
    ) -> None:
        try:
            TopologicalSorter(parents).prepare()
        except CycleError as error:
            cycle: Iterable[str] = error.args[1]
            problem = f"the parents form a cycle: {' → '.join(cycle)}"
            line = by_variable[error.args[1][0]][0].line
            self.fault(line, "given", problem, "no variable above itself")


def priors_path(priors: str | Path | None = None) -> Path:
    """Return the path of the priors.csv that `load` reads; of a folder, the one in it.

    Examples
    --------
    >>> from hamknee.network import priors_path
    >>> priors_path("clinic.csv").name, priors_path().name
    ('clinic.csv', 'priors.csv')
    """
    if priors is None:
        priors = os.environ.get("HAMKNEE_PRIORS") or shipped("data/priors.csv")
    path = Path(priors)
    return path / "priors.csv" if path.is_dir() else path


def read_shipped_or_own(priors: str | Path | None = None) -> Priors:
    """Read and check the numbers that `load` would compile, with their basis and sources.

    Parameters
    ----------
    priors : str or Path, optional
        As for `load`.

    Raises
    ------
    VocabularyError, ReferencesError, PriorsError
        With every fault of the file.

    Examples
    --------
    >>> from hamknee.network import read_shipped_or_own
    >>> priors = read_shipped_or_own()
    >>> priors.parents["pop"]
    ('condition', 'onset')
    >>> [row.name for row in priors.column("pop", {"condition": "strain", "onset": "sudden"})]
    ['P(pop=yes | condition=strain;onset=sudden)', 'P(pop=no | condition=strain;onset=sudden)']
    """
    path = priors_path(priors)

    def beside(name: str) -> Path:
        own = path.parent / name
        return own if own.is_file() else shipped(f"data/{name}")

    vocabulary = read_vocabulary(beside("vocabulary.toml"))
    return read_priors(path, vocabulary, references_for(path))


def references_for(path: str | Path) -> frozenset[str]:
    """Return the keys that the files of a folder may name: its own, and the shipped ones.

    Parameters
    ----------
    path : str or Path
        A file of the folder; a references.bib beside it is read as well.

    Raises
    ------
    ReferencesError
        With every fault of a references.bib.

    Examples
    --------
    >>> from hamknee.network import references_for
    >>> "decary2017" in references_for("anywhere/priors.csv")
    True
    """
    known = read_references(shipped("data/references.bib"))
    own = Path(path).parent / "references.bib"
    return known | read_references(own) if own.is_file() else known
