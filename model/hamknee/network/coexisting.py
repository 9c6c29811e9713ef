"""What may be there beside the main cause: reads and checks coexisting.csv."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hamknee.base import (
    Fault,
    FaultsError,
    FrozenMapping,
    decode,
    listing,
    read_bytes,
    shipped,
    suggestion,
)
from hamknee.network.priors import beside
from hamknee.network.priors_file import ReferencesError, read_references, references_for
from hamknee.network.rows import BASES
from hamknee.network.vocabulary import Vocabulary

KINDS = ("symptomatic", "imaging")
"""What is felt, and what only a scan shows."""

COLUMNS = (
    *("main", "main_part", "also", "also_part", "estimate", "low", "high", "basis", "kind"),
    *("background", "when", "sources", "facts", "background_facts", "note"),
)


class CoexistingError(FaultsError):
    r"""coexisting.csv holds something that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> import hamknee
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "coexisting.csv")
    ...     _ = path.write_text("main,also\n", "utf-8")
    ...     read_coexisting(path, hamknee.load().vocabulary, references=[])
    Traceback (most recent call last):
    ...
    hamknee.network.coexisting.CoexistingError: coexisting.csv: 1 fault
      coexisting.csv, line 1: the columns are main, also; allowed: main, main_part, ...
    """


@dataclass(frozen=True)
class Coexisting:
    """P(one cause is there as well | another is the main one), from one row of the file.

    Parameters
    ----------
    main, also : str
        States of the target.
    main_part, also_part : str
        Which part of them is meant; a row with either is for wording only.
    estimate, low, high : float
        Best estimate and its 90 % range.
    basis : str
        What kind of number it is.
    kind : str
        ``symptomatic`` (felt) or ``imaging`` (seen by a scan only).
    background : float
        P(also) in people without the main cause; NaN where nobody counted.
    when : mapping of str to frozenset of str
        By variable, the states of which one has to be possible for the line to be told.
    sources : tuple of str
        Keys of references.bib.

    Examples
    --------
    >>> import hamknee
    >>> row = find_coexisting(hamknee.load().vocabulary, "memory")[0]
    >>> row.main, row.also, row.kind
    ('tendinopathy', 'dvt', 'symptomatic')
    """

    main: str
    also: str
    main_part: str
    also_part: str
    estimate: float
    low: float
    high: float
    basis: str
    kind: str
    background: float
    when: Mapping[str, frozenset[str]]
    sources: tuple[str, ...]

    @property
    def beside(self) -> bool:
        """Whether it counts for how often a condition is there at all, beside another one."""
        return self.whole and self.kind == "symptomatic" and self.main != self.also

    @property
    def whole(self) -> bool:
        """Whether it is about whole conditions, and so more than wording."""
        return not self.main_part and not self.also_part


def find_coexisting(vocabulary: Vocabulary, source: str) -> tuple[Coexisting, ...]:
    """Return the rows that go with a model: those beside its numbers, or the shipped ones.

    Parameters
    ----------
    vocabulary : Vocabulary
        Of the model.
    source : str
        Where its numbers were read from.

    Returns
    -------
    tuple of Coexisting
        Empty where the shipped file is of other conditions.

    Raises
    ------
    CoexistingError
        With every fault of a coexisting.csv beside the numbers.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> len(find_coexisting(model.vocabulary, model.source)) > 50
    True
    """
    if (own := beside(source, "coexisting.csv")) is not None:
        return read_coexisting(own, vocabulary, references_for(own))
    try:
        references = read_references(shipped("data/references.bib"))
        return read_coexisting(shipped("data/coexisting.csv"), vocabulary, references)
    except (CoexistingError, ReferencesError):
        return ()


def read_coexisting(
    path: Path, vocabulary: Vocabulary, references: Collection[str]
) -> tuple[Coexisting, ...]:
    """Read and check coexisting.csv.

    Parameters
    ----------
    path : Path
        The file.
    vocabulary : Vocabulary
        The conditions and findings it may name.
    references : collection of str
        The keys of references.bib it may name.

    Raises
    ------
    CoexistingError
        With every fault found: line, column, what was found, what is allowed.

    Examples
    --------
    >>> import hamknee
    >>> path = shipped("data/coexisting.csv")
    >>> references = read_references(shipped("data/references.bib"))
    >>> rows = read_coexisting(path, hamknee.load().vocabulary, references)
    >>> {row.kind for row in rows} == set(KINDS)
    True
    """
    text = decode(read_bytes(path, CoexistingError), path.name, CoexistingError)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows, faults = [], []
    try:
        if tuple(reader.fieldnames or ()) != COLUMNS:
            problem = f"the columns are {listing(reader.fieldnames or ['none'])}"
            raise CoexistingError([Fault(path.name, 1, None, problem, ", ".join(COLUMNS))])
        for line in reader:
            problems = list(_problems(line, vocabulary, references))
            faults += [Fault(path.name, reader.line_num, *problem) for problem in problems]
            if not problems:
                rows.append(_row(line))
    except csv.Error as why:
        problem, allowed = f"cannot be read as a table: {why}", "closed quotes, and commas between"
        where = max(1, reader.reader.line_num)
        raise CoexistingError([Fault(path.name, where, None, problem, allowed)]) from None
    if faults:
        raise CoexistingError(faults)
    return tuple(rows)


def _problems(
    line: Mapping[str, str], vocabulary: Vocabulary, references: Collection[str]
) -> Iterator[tuple[str | None, str, str]]:
    """Yield the column of each problem, what was found and what is allowed."""
    if None in line or None in line.values():
        yield None, "a row of another length", f"{len(COLUMNS)} cells"
        return
    names = vocabulary.target.state_names
    for column, allowed in (("main", names), ("also", names), ("basis", BASES), ("kind", KINDS)):
        if line[column] not in allowed:
            hint = suggestion(line[column], allowed)
            yield column, f"unknown {column} {line[column]!r}{hint}", listing(allowed)
    low, middle, high = (_number(line[column]) for column in ("low", "estimate", "high"))
    if not 0 <= low <= middle <= high <= 1:
        stated = f"found {line['low']!r}, {line['estimate']!r}, {line['high']!r}"
        yield "estimate", stated, "proportions, low to high"
    if line["background"] and not 0 <= _number(line["background"]) <= 1:
        yield "background", f"found {line['background']!r}", "a proportion, or an empty cell"
    for variable, states in _when(line["when"]).items():
        known = vocabulary[variable].state_names if variable in vocabulary else ()
        for state in states - set(known):
            yield "when", f"found {variable}={state}", "variable=state|state, with ; between"
    for key in line["sources"].split():
        if key not in references:
            hint = suggestion(key, references)
            yield "sources", f"source {key!r} is not in references.bib{hint}", "its keys"


def _row(line: Mapping[str, str]) -> Coexisting:
    return Coexisting(
        main=line["main"],
        also=line["also"],
        main_part=line["main_part"],
        also_part=line["also_part"],
        estimate=float(line["estimate"]),
        low=float(line["low"]),
        high=float(line["high"]),
        basis=line["basis"],
        kind=line["kind"],
        background=_number(line["background"]),
        when=FrozenMapping(_when(line["when"])),
        sources=tuple(line["sources"].split()),
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _when(text: str) -> dict[str, frozenset[str]]:
    parts = [part.partition("=") for part in text.split(";") if part]
    return {name: frozenset(states.split("|")) for name, _, states in parts}
