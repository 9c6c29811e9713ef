"""What the numbers are derived from: estimates with ranges, figures behind them, associations."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeAlias

from hamknee.base import Fault, FaultsError, FrozenMapping, decode, listing, read_bytes, suggestion
from hamknee.network import BASES, Vocabulary, note_problems

ESTIMATES, FACTS, ASSOCIATIONS = "estimates.csv", "facts.csv", "associations.csv"
"""The files of a folder of evidence."""

ESTIMATE_COLUMNS = (
    *("variable", "state", "given", "estimate", "low", "high", "basis", "facts", "why"),
)
ASSOCIATION_COLUMNS = (
    *("variable", "state", "parent", "parent_state", "given", "odds_ratio", "why"),
)
FACT_COLUMNS = (
    *("fact", "source", "condition", "variable", "state"),
    *("numerator", "denominator", "value", "low", "high"),
)

Place: TypeAlias = tuple[str, str]
"""A variable and what it is given, which together name one column."""

Problem: TypeAlias = tuple[str, str, str]
"""A column of the file, what was found in it and what is allowed."""

_CLOSE = 1e-6
"""How far the estimates of a column may be from adding up to 1."""


class DossierError(FaultsError):
    """A file of evidence holds something that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> import hamknee
    >>> from hamknee.estimation import read_dossier
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "estimates.csv").write_text("variable,state", "utf-8")
    ...     read_dossier(Path(folder), hamknee.load().vocabulary)
    Traceback (most recent call last):
    ...
    hamknee.estimation.dossier.DossierError: estimates.csv: 1 fault
      estimates.csv, line 1: the columns are variable, state; allowed: variable, state, given, ...
    """


@dataclass(frozen=True)
class StatedEstimate:
    """One proportion as it was stated, before it is split over further parents.

    Parameters
    ----------
    variable, state : str
        Of what it is the proportion.
    given : str
        ``parent=state``, or empty for a variable without parents.
    estimate, low, high : float
        Best estimate and its 90 % range.
    basis : str
        What kind of number it is.
    facts : tuple of str
        The figures it rests on, by their names in ``facts.csv``.
    why : str
        A reason, where there is one.

    Examples
    --------
    >>> from hamknee.estimation import StatedEstimate
    >>> StatedEstimate("pop", "yes", "condition=strain", 0.2, 0.1, 0.3, "judgement").cells()
    ('pop', 'yes', 'condition=strain', '0.2', '0.1', '0.3', 'judgement', '', '')
    """

    variable: str
    state: str
    given: str
    estimate: float
    low: float
    high: float
    basis: str
    facts: tuple[str, ...] = ()
    why: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the row of ``estimates.csv``."""
        numbers = (f"{number:.12g}" for number in (self.estimate, self.low, self.high))
        where = (self.variable, self.state, self.given)
        return (*where, *numbers, self.basis, " ".join(self.facts), self.why)


@dataclass(frozen=True)
class Association:
    """How much more likely a state is in one state of a further parent than in the first.

    Parameters
    ----------
    variable, state : str
        What moves.
    parent, parent_state : str
        With what.
    given : str
        ``condition=state`` where it holds in that condition only, else empty.
    odds_ratio : float
        Against the parent state whose ratio is 1.
    why : str
        The reason.

    Examples
    --------
    >>> from hamknee.estimation import Association
    >>> Association("pop", "yes", "onset", "days", "", 0.1, "seldom at once").cells()
    ('pop', 'yes', 'onset', 'days', '', '0.1', 'seldom at once')
    """

    variable: str
    state: str
    parent: str
    parent_state: str
    given: str
    odds_ratio: float
    why: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the row of ``associations.csv``."""
        where = (self.variable, self.state, self.parent, self.parent_state, self.given)
        return (*where, f"{self.odds_ratio:.12g}", self.why)


@dataclass(frozen=True)
class Dossier:
    """All evidence of a network.

    Parameters
    ----------
    estimates : tuple of StatedEstimate
        In the order of the file, which is that of the numbers derived from it.
    associations : tuple of Association
        What moves with what.
    facts : tuple of mapping of str to str
        Rows of ``facts.csv`` by column: each with its source.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.base import shipped
    >>> from hamknee.estimation import read_dossier
    >>> dossier = read_dossier(shipped("data/evidence"), hamknee.load().vocabulary)
    >>> [f"{e.state} {e.estimate:g}" for e in dossier.columns["sex", "condition=rupture"]]
    ['female 0.16', 'male 0.84']
    >>> dossier.parents["pop"]
    ('onset',)
    """

    estimates: tuple[StatedEstimate, ...]
    associations: tuple[Association, ...] = ()
    facts: tuple[Mapping[str, str], ...] = ()

    @cached_property
    def columns(self) -> Mapping[Place, tuple[StatedEstimate, ...]]:
        """The estimates of each column."""
        columns: defaultdict[Place, list[StatedEstimate]] = defaultdict(list)
        for estimate in self.estimates:
            columns[estimate.variable, estimate.given].append(estimate)
        return FrozenMapping((place, tuple(column)) for place, column in columns.items())

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """Further parents of each variable that has any, as they are first named."""
        named: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for association in self.associations:
            named[association.variable][association.parent] = None
        return FrozenMapping((variable, tuple(parents)) for variable, parents in named.items())

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """The key in references.bib of each figure."""
        return FrozenMapping((fact["fact"], fact["source"]) for fact in self.facts)

    def files(self) -> dict[str, str]:
        """Return the text of each file, by its name."""
        facts = ([fact.get(column, "") for column in FACT_COLUMNS] for fact in self.facts)
        return {
            ESTIMATES: _text(ESTIMATE_COLUMNS, (e.cells() for e in self.estimates)),
            FACTS: _text(FACT_COLUMNS, facts),
            ASSOCIATIONS: _text(ASSOCIATION_COLUMNS, (a.cells() for a in self.associations)),
        }


def read_dossier(folder: Path, vocabulary: Vocabulary) -> Dossier:
    """Read and check the evidence in a folder.

    Parameters
    ----------
    folder : Path
        With ``estimates.csv``, and ``facts.csv`` and ``associations.csv`` where there are any.
    vocabulary : Vocabulary
        The variables and states they may name.

    Raises
    ------
    DossierError
        With every fault of the first file that has any: line, column, what is allowed.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.base import shipped
    >>> from hamknee.estimation import read_dossier
    >>> len(read_dossier(shipped("data/evidence"), hamknee.load().vocabulary).estimates)
    1515
    """
    facts = tuple(FrozenMapping(line) for _, line in _lines(folder / FACTS, FACT_COLUMNS))
    known = {fact["fact"] for fact in facts}
    estimates, associations = [], []
    faults = _Faults(folder / ESTIMATES)
    for number, line in _lines(folder / ESTIMATES, ESTIMATE_COLUMNS, needed=True):
        if faults.none(number, _estimate_problems(line, vocabulary, known)):
            estimates.append(_estimate(line))
    if not faults.faults:
        faults.none(None, _column_problems(Dossier(tuple(estimates)), vocabulary))
    faults.raise_any()
    faults = _Faults(folder / ASSOCIATIONS)
    for number, line in _lines(folder / ASSOCIATIONS, ASSOCIATION_COLUMNS):
        if faults.none(number, _association_problems(line, vocabulary)):
            associations.append(_association(line))
    dossier = Dossier(tuple(estimates), tuple(associations), facts)
    if not faults.faults:
        faults.none(None, _association_problems_together(dossier))
    faults.raise_any()
    return dossier


class _Faults:
    """The faults of one file, as they are found."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[Fault] = []

    def none(self, line: int | None, problems: Iterable[Problem]) -> bool:
        """Take in the problems of a line; return whether there are none."""
        new = [Fault(self.path.name, line, *problem) for problem in problems]
        self.faults += new
        return not new

    def raise_any(self) -> None:
        """Raise what was found."""
        if self.faults:
            raise DossierError(self.faults)


def _lines(
    path: Path, columns: Sequence[str], *, needed: bool = False
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of each line and its cells by column; nothing where there is no file."""
    if not needed and not path.exists():
        return
    text = decode(read_bytes(path, DossierError), path.name, DossierError)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(reader.fieldnames or ()) != tuple(columns):
            problem = f"the columns are {listing(reader.fieldnames or ['none'])}"
            raise DossierError([Fault(path.name, 1, None, problem, ", ".join(columns))])
        for line in reader:
            if None in line or None in line.values():
                problem, allowed = "a row of another length", f"{len(columns)} cells"
                raise DossierError([Fault(path.name, reader.line_num, None, problem, allowed)])
            yield reader.line_num, line
    except csv.Error as why:
        problem, allowed = f"cannot be read as a table: {why}", "closed quotes, and commas between"
        where = max(1, reader.reader.line_num)
        raise DossierError([Fault(path.name, where, None, problem, allowed)]) from None


def _estimate_problems(
    line: Mapping[str, str], vocabulary: Vocabulary, facts: Collection[str]
) -> Iterator[Problem]:
    yield from _state_problems(line, vocabulary, "variable", "state")
    yield from _given_problems(line["given"], vocabulary)
    if line["basis"] not in BASES:
        hint = suggestion(line["basis"], BASES)
        yield "basis", f"unknown basis {line['basis']!r}{hint}", listing(BASES)
    low, best, high = (_number(line[name]) for name in ("low", "estimate", "high"))
    if not 0 <= low <= best <= high <= 1:
        stated = f"found {line['low']!r}, {line['estimate']!r}, {line['high']!r}"
        yield "estimate", stated, "proportions, low to high"
    yield from (("why", *problem) for problem in note_problems(line["why"]))
    for fact in line["facts"].split():
        if fact not in facts:
            yield (
                "facts",
                f"there is no fact {fact!r}{suggestion(fact, facts)}",
                f"those of {FACTS}",
            )


def _column_problems(dossier: Dossier, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield what no single line shows: a column that is missing, incomplete or off its sum."""
    for (variable, given), column in dossier.columns.items():
        where = f"{variable} | {given}" if given else variable
        states, names = [e.state for e in column], vocabulary[variable].state_names
        total = sum(e.estimate for e in column)
        if sorted(states) != sorted(names):
            yield (
                "state",
                f"{where} has the states {listing(states)}",
                f"once each {listing(names)}",
            )
        elif abs(total - 1) > _CLOSE:
            yield "estimate", f"{where} adds up to {total:.9g}", "1"
    stated: defaultdict[str, set[str]] = defaultdict(set)
    for variable, given in dossier.columns:
        stated[variable].add(given)
    for name in vocabulary:
        if not stated[name]:
            yield "variable", f"there is nothing about {name}", "every variable of the vocabulary"
            continue
        parents = {given.partition("=")[0] for given in stated[name]}
        parent = parents.pop()
        above = vocabulary[parent].state_names if parent else ()
        complete = {f"{parent}={state}" for state in above} or {""}
        if parents or stated[name] != complete:
            yield "given", f"{name} is given {listing(sorted(stated[name]))}", "each state once"


def _association_problems(line: Mapping[str, str], vocabulary: Vocabulary) -> Iterator[Problem]:
    yield from _state_problems(line, vocabulary, "variable", "state")
    yield from _state_problems(line, vocabulary, "parent", "parent_state")
    if line["given"]:
        yield from _given_problems(line["given"], vocabulary)
    yield from (("why", *problem) for problem in note_problems(line["why"]))
    if not 0 < _number(line["odds_ratio"]) < math.inf:
        yield "odds_ratio", f"found {line['odds_ratio']!r}", "a number above 0"


def _association_problems_together(dossier: Dossier) -> Iterator[Problem]:
    """Yield what no single line shows: a parent elsewhere, what is said twice, a cycle."""
    places = defaultdict(set)
    for variable, given in dossier.columns:
        places[variable].add(given)
    for a in dossier.associations:
        if places[a.parent] != places[a.variable]:
            alike = listing(name for name in places if places[name] == places[a.variable])
            yield "parent", f"{a.parent} and {a.variable} are given different things", alike
        if a.given and a.given not in places[a.variable]:
            known = listing(sorted(places[a.variable]))
            yield "given", f"{a.variable} is not given {a.given}", f"an empty cell, or {known}"
    said = Counter(astuple(replace(a, odds_ratio=1.0, why="")) for a in dossier.associations)
    for (variable, state, parent, parent_state, *_), count in said.items():
        if count > 1:
            where = f"{variable}={state} with {parent}={parent_state}"
            yield "odds_ratio", f"{where} stands {count} times", "each once"
    try:
        TopologicalSorter(dossier.parents).prepare()
    except CycleError as error:
        yield "parent", f"the arrows form a cycle: {' → '.join(error.args[1])}", "none above itself"


def _state_problems(
    line: Mapping[str, str], vocabulary: Vocabulary, name: str, state: str
) -> Iterator[Problem]:
    if line[name] not in vocabulary:
        yield name, f"there is no {line[name]!r}{suggestion(line[name], vocabulary)}", "a variable"
    elif line[state] not in (names := vocabulary[line[name]].state_names):
        hint = suggestion(line[state], names)
        yield state, f"{line[name]} has no state {line[state]!r}{hint}", listing(names)


def _given_problems(given: str, vocabulary: Vocabulary) -> Iterator[Problem]:
    parent, _, state = given.partition("=")
    known = vocabulary[parent].state_names if parent in vocabulary else ()
    if given and state not in known:
        yield "given", f"found {given!r}", "variable=state of the vocabulary, or an empty cell"


def _estimate(line: Mapping[str, str]) -> StatedEstimate:
    return StatedEstimate(
        variable=line["variable"],
        state=line["state"],
        given=line["given"],
        estimate=float(line["estimate"]),
        low=float(line["low"]),
        high=float(line["high"]),
        basis=line["basis"],
        facts=tuple(line["facts"].split()),
        why=line["why"],
    )


def _association(line: Mapping[str, str]) -> Association:
    return Association(
        variable=line["variable"],
        state=line["state"],
        parent=line["parent"],
        parent_state=line["parent_state"],
        given=line["given"],
        odds_ratio=float(line["odds_ratio"]),
        why=line["why"],
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue()
