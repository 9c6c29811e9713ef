"""Many cases as arrays: what is known of each variable, as a row number in a table of likelihoods.

For a variable of k states, code 0 … k - 1 is that state, code k is "not known", and any higher
code is one of the other likelihoods that occur among the cases. So hard, missing, one-of and
likelihood evidence are the same thing to the engine, and equal evidence has an equal code.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from hamknee.network.evidence import (
    Evidence,
    EvidenceError,
    Value,
    check_evidence,
    check_value,
    find_variable,
    likelihood,
    parse_value,
)
from hamknee.network.vocabulary import Variable, Vocabulary

if TYPE_CHECKING:
    import pandas as pd  # most of the start-up time, and needed only where a frame comes or goes
from hamknee.base import Codes, HamkneeError, compares_arrays, in_pandas, in_runs, read_only, thing


@dataclass(frozen=True)
@compares_arrays
class Cases:
    """Checked evidence on many cases.

    Parameters
    ----------
    vocabulary : Vocabulary
        What it was checked against.
    codes : ndarray of int, shape (cases, variables)
        For each variable in the vocabulary's order, a row of its table of likelihoods.
    weights : tuple of ndarray, each (rows, states)
        Per variable: the unit rows of its states, a row of ones, and what else occurs.
    labels : sequence, optional
        What to call each case in errors and tables; 0, 1, … by default.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.network import encode, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> frame = pd.DataFrame({"onset": ["sudden|days", ""], "sex": ["male", "female"]}, ["A", "B"])
    >>> cases = encode(vocabulary, frame)
    >>> len(cases), cases.names()
    (2, ['A', 'B'])
    >>> cases.value(0, vocabulary.index["onset"])
    ('sudden', 'days')
    >>> [list(vocabulary)[variable] for variable in cases.known(1)]
    ['sex']
    """

    vocabulary: Vocabulary
    codes: Codes
    weights: tuple[npt.NDArray[np.float64], ...]
    labels: Sequence[object] | None = None

    def __post_init__(self) -> None:
        """Look at the codes through a view that cannot be written to; they may be somebody's."""
        object.__setattr__(self, "codes", read_only(self.codes.view()))
        if isinstance(self.labels, list):
            object.__setattr__(self, "labels", tuple(self.labels))

    def __repr__(self) -> str:
        """Say how many they are."""
        return f"Cases({len(self):,} of {len(self.vocabulary)} variables)"

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.codes)

    def __getitem__(self, rows: slice | npt.NDArray[np.intp]) -> Cases:
        """Return some of the cases."""
        labels = self.names()
        chosen = np.arange(len(self))[rows]
        return Cases(
            self.vocabulary, self.codes[rows], self.weights, [labels[row] for row in chosen]
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the cases as a table: a row a case, a column a variable, names of states.

        Returns
        -------
        DataFrame
            A cell is empty (None) where nothing is known, ``a|b`` where it is one of several.

        Raises
        ------
        HamkneeError
            If a case has likelihoods, for which a cell has no words.

        Examples
        --------
        >>> import hamknee
        >>> model = hamknee.load()
        >>> frame = model.encode([{"age": 31, "onset": {"sudden", "days"}}, {}]).to_frame()
        >>> frame[["age", "onset"]].to_dict("records")
        [{'age': 'under_40', 'onset': 'sudden|days'}, {'age': None, 'onset': None}]
        >>> model.encode(frame).to_frame().equals(frame)  # and back
        True
        """
        import pandas as pd

        columns = {}
        for variable, codes, weights in zip(
            self.vocabulary.variables, self.codes.T, self.weights, strict=True
        ):
            present, place = np.unique(codes, return_inverse=True)
            words = [_words(variable, weights[code]) for code in present]
            columns[variable.name] = np.array([*words, None], dtype=object)[place]
        index = None if self.labels is None else list(self.labels)
        return pd.DataFrame(columns, index=index, dtype=object)

    def names(self) -> Sequence[object]:
        """Return what to call each case."""
        return range(len(self)) if self.labels is None else list(self.labels)

    def only(self, names: Collection[str]) -> Cases:
        """Return the cases as if nothing but these variables had been asked.

        Examples
        --------
        >>> from hamknee.network import encode, read_shipped_or_own
        >>> cases = encode(read_shipped_or_own().vocabulary, [{"sex": "male", "onset": "sudden"}])
        >>> dict(cases.only(["onset"]).evidence(0))
        {'onset': 'sudden'}
        """
        kept = [name in names for name in self.vocabulary]
        plain = self.vocabulary.plain_weights
        unknown = np.array([len(variable.states) for variable in self.vocabulary.variables])
        weights = zip(kept, self.weights, plain, strict=True)
        return Cases(
            self.vocabulary,
            np.where(kept, self.codes, unknown),
            tuple(own if keep else none for keep, own, none in weights),
            self.labels,
        )

    def value(self, row: int, variable: int) -> Value:
        """Return what is known of a variable (by index) in one case."""
        states = self.vocabulary.variables[variable].state_names
        weights = self.weights[variable][self.codes[row, variable]]
        positive = {name: float(w) for name, w in zip(states, weights, strict=True) if w}
        if set(positive.values()) != {1.0}:
            return positive
        return next(iter(positive)) if len(positive) == 1 else tuple(positive)

    def evidence(self, row: int) -> Evidence:
        """Return one case as checked evidence."""
        names = list(self.vocabulary)
        known = {names[v]: self.value(row, v) for v in self.known(row)}
        return check_evidence(self.vocabulary, known)

    def known(self, row: int) -> list[int]:
        """Return the indices of the variables on which something is known in one case."""
        sizes = [len(variable.states) for variable in self.vocabulary.variables]
        return [v for v, size in enumerate(sizes) if self.codes[row, v] != size]


def _words(variable: Variable, likelihoods: npt.NDArray[np.float64]) -> str | None:
    """Return which states a row of likelihoods allows; None for all of them."""
    if not np.isin(likelihoods, (0, 1)).all():
        problem = f"{variable.name} has likelihoods in a case"
        raise HamkneeError(f"{problem}; allowed: states, one of several, or not known")
    if likelihoods.all():
        return None
    pairs = zip(variable.state_names, likelihoods, strict=True)
    return "|".join(name for name, likely in pairs if likely)


MOST_UNREAD = 100
"""Different values in a column of a frame that cannot be read, after which no more are told."""


def encode(vocabulary: Vocabulary, cases: Iterable[Mapping[str, object]] | pd.DataFrame) -> Cases:
    """Check and encode many cases.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    cases : iterable of mappings, or DataFrame
        One mapping a case, as `hamknee.network.check_evidence` takes them; or a frame with
        a row a case and a column a variable, in which an empty cell (None, NaN, "") is not
        known and text is read as on the command line: ``31``, ``a|b``, ``yes:0.7|no:0.3``.

    Raises
    ------
    EvidenceError
        Naming the case and what is wrong with it.

    Examples
    --------
    >>> from hamknee.network import encode, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> cases = encode(vocabulary, [{"age": 31, "pop": "yes"}, {}])
    >>> cases.codes.shape == (2, len(vocabulary))
    True
    >>> dict(cases.evidence(0))
    {'age': 'under_40', 'pop': 'yes'}
    >>> encode(vocabulary, [{"age": 31}, {"pop": "loud"}])
    Traceback (most recent call last):
    ...
    hamknee.network.evidence.EvidenceError: case 1: 'loud' is not a state of pop; allowed: yes,
    no
    """
    if hasattr(cases, "columns") and not hasattr(cases, "index"):
        cases = cast("pd.DataFrame", in_pandas(cases))
    if hasattr(cases, "columns") and hasattr(cases, "index"):
        return _encode_frame(vocabulary, cast("pd.DataFrame", cases))
    if not isinstance(cases, Iterable) or isinstance(cases, str):
        allowed = "a mapping of variable to value, an iterable of such mappings, or a DataFrame"
        raise EvidenceError([f"evidence cannot be {thing(cases)}; allowed: {allowed}"])
    coder = _Coder(vocabulary)
    coded: list[dict[int, int]] = []
    problems: list[str] = []
    for number, case in enumerate(cases):
        try:
            coded.append(coder.case(case))
        except EvidenceError as error:
            problems += [f"case {number}: {text}" for text in error.problems]
    if problems:
        raise EvidenceError(problems)
    codes = coder.blank(len(coded))
    rows = [row for row, known in enumerate(coded) for _ in known]
    codes[rows, [v for known in coded for v in known]] = [
        code for known in coded for code in known.values()
    ]
    return Cases(vocabulary, codes, coder.weights())


class _Coder:
    """Gives each distinct value of each variable its code."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.index = vocabulary.index
        # By the bytes of its numbers, a fifth of what the same takes as objects.
        self.extra: dict[str, dict[bytes, int]] = {name: {} for name in vocabulary}
        self.joined: dict[str, bytes] = {}

    def code(self, variable: Variable, value: Value) -> int:
        if isinstance(value, str):
            return variable.position[value]
        key = likelihood(variable, value).tobytes()
        seen = self.extra[variable.name]
        return seen.setdefault(key, len(variable.states) + 1 + len(seen))

    def blank(self, count: int) -> Codes:
        sizes = [len(variable.states) for variable in self.vocabulary.variables]
        return np.tile(np.array(sizes, dtype=np.intp), (count, 1))

    def weights(self) -> tuple[npt.NDArray[np.float64], ...]:
        plain = zip(self.extra.items(), self.vocabulary.plain_weights, strict=True)
        others = ((self.joined.get(name) or b"".join(seen), rows) for (name, seen), rows in plain)
        return tuple(
            np.vstack([rows, np.frombuffer(other).reshape(-1, rows.shape[1])]) if other else rows
            for other, rows in others
        )

    def column(
        self,
        variable: Variable,
        values: Sequence[object] | npt.NDArray[np.number[Any]],
        most: int | None,
    ) -> tuple[Codes, dict[int, tuple[str, ...]]]:
        """Return the code of each value and of an empty cell, and what cannot be read."""
        codes = np.full(len(values) + 1, len(variable.states), dtype=np.intp)
        problems: dict[int, tuple[str, ...]] = {}
        left: Iterable[int] = range(len(values))
        if variable.unit and isinstance(values, np.ndarray):
            codes[:-1] = _bins(variable, values)
            outside = np.flatnonzero(codes == IN_NO_BIN)
            codes[outside] = len(variable.states)
            left = outside.tolist()
        for number in left:
            value = values[number]
            try:
                entry = parse_value(variable, value) if isinstance(value, str) else value
                if (checked := check_value(variable, entry)) is not None:
                    codes[number] = self.code(variable, checked)
            except EvidenceError as error:
                problems[number] = error.problems
                if len(problems) == most:
                    break
        # A column is coded once, so that its numbers alone are held beside those of the next.
        self.joined[variable.name] = b"".join(self.extra[variable.name])
        self.extra[variable.name] = {}
        return codes, problems

    def case(self, entries: Mapping[str, object]) -> dict[int, int]:
        """Check one case, unless it is checked, and return its codes by number of the variable."""
        if isinstance(entries, Evidence) and entries.vocabulary is self.vocabulary:
            return self.checked(entries)
        if not isinstance(entries, Mapping):
            check_evidence(self.vocabulary, entries)
        states = self.vocabulary.state_index
        codes: dict[int, int] = {}
        others: dict[str, object] = {}
        for name, entry in entries.items():
            # Nearly all evidence is a state by its name, for which one look-up is check enough.
            if type(entry) is str and (name, entry) in states:
                variable, code = states[name, entry]
                codes[variable] = code
            else:
                others[name] = entry
        if not others:
            return codes
        checked = self.checked(check_evidence(self.vocabulary, others))
        if twice := codes.keys() & checked.keys():
            name = self.vocabulary.variables[min(twice)].name
            raise EvidenceError([f"{name} is given twice; allowed: once"])
        return codes | checked

    def checked(self, evidence: Evidence) -> dict[int, int]:
        """Return the codes of checked evidence by number of the variable."""
        vocabulary = self.vocabulary
        return {self.index[n]: self.code(vocabulary[n], v) for n, v in evidence.known.items()}


def _encode_frame(vocabulary: Vocabulary, frame: pd.DataFrame) -> Cases:
    """Encode a frame column by column, or raise with the problems in it."""
    import pandas as pd

    if not frame.columns.is_unique:
        twice = sorted({str(name) for name in frame.columns[frame.columns.duplicated()]})
        raise EvidenceError([f"column {name!r} stands twice; allowed: once" for name in twice])
    coder = _Coder(vocabulary)
    codes = coder.blank(len(frame))
    problems: list[str] = []
    seen: set[str] = set()
    for name in frame.columns:
        try:
            ours = find_variable(vocabulary, name).name
            if ours in seen:
                raise EvidenceError([f"{ours} is in two columns; allowed: one"])
            seen.add(ours)
            column = Column.of_series(frame[name])
        except EvidenceError as error:
            problems += [f"column {name!r}: {text}" for text in error.problems]
            continue
        coded, wrong = coder.column(vocabulary[ours], column.values, most=MOST_UNREAD + 1)
        # The last entry is for an empty cell, whose position is -1.
        codes[:, coder.index[ours]] = coded[column.positions]
        for number, texts in list(wrong.items())[:MOST_UNREAD]:
            row = int(np.argmax(column.positions == number))
            problems += [f"case {frame.index[row]}: {text}" for text in texts]
        if len(wrong) > MOST_UNREAD:
            problems.append(f"column {name!r}: more such values follow; allowed: as above")
    if problems:
        raise EvidenceError(problems)
    labels = None if isinstance(frame.index, pd.RangeIndex) else list(frame.index)
    return Cases(vocabulary, codes, coder.weights(), labels)


IN_NO_BIN = -1
"""In place of the position of a bin."""


def _bins(variable: Variable, numbers: npt.NDArray[np.number[Any]]) -> Codes:
    """Return the position of the bin that each number is in."""
    positions = np.full(len(numbers), IN_NO_BIN, dtype=np.intp)
    for position, state in enumerate(variable.states):
        if state.lower is not None and state.upper is not None:
            positions[(numbers >= state.lower) & (numbers < state.upper)] = position
    for bound, outside in ((variable.minimum, np.less), (variable.maximum, np.greater)):
        if bound is not None:
            positions[outside(numbers, bound)] = IN_NO_BIN
    return positions


FEW_CATEGORIES = 100
"""Categories up to which the codes of a column are taken as they are."""

TRUTHS = (bool, np.bool_)


@dataclass(frozen=True)
class _Truth:
    """A truth value, which is not the same as 1 or 0."""

    value: bool


def _told_apart(cell: object) -> object:
    return _Truth(bool(cell)) if isinstance(cell, TRUTHS) else cell


@dataclass(frozen=True)
@compares_arrays
class Column:
    """One variable in many cases, each distinct value once.

    Parameters
    ----------
    positions : ndarray of int, shape (cases,)
        For each case the position of its value, -1 where nothing is known.
    values : sequence, or ndarray of numbers
        As `hamknee.network.check_value` takes them; text is read as on the command line.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.network import Column
    >>> pop = Column.of_series(pd.Series(["yes", "no", None, "yes"]))
    >>> pop.positions.tolist(), pop.values
    ([0, 1, -1, 0], ['yes', 'no'])
    """

    positions: npt.NDArray[np.signedinteger[Any]]
    values: Sequence[object] | npt.NDArray[np.number[Any]]

    @property
    def texts(self) -> int:
        """How many different values there are, but for an array of numbers."""
        return 0 if isinstance(self.values, np.ndarray) else len(self.values)

    def part(self, rows: slice) -> Column:
        """Return the column in some of the cases, with no values but theirs."""
        positions = self.positions[rows]
        known = positions >= 0
        used, places = np.unique(positions[known], return_inverse=True)
        there = np.full(len(positions), -1, dtype=np.intp)
        there[known] = places
        if isinstance(self.values, np.ndarray):
            return Column(there, self.values[used])
        return Column(there, [self.values[number] for number in used.tolist()])

    @classmethod
    def of_series(cls, series: pd.Series) -> Column:
        """Return a column of a frame."""
        import pandas as pd

        if series.dtype == object and pd.api.types.infer_dtype(series).startswith("mixed"):
            # Or else True would be the same value as 1.
            apart = cls._factorized(series.map(_told_apart))
            distinct = list(apart.values)
            plain = [cell.value if isinstance(cell, _Truth) else cell for cell in distinct]
            return cls(apart.positions, plain)
        if isinstance(series.dtype, pd.CategoricalDtype):
            return cls._of_categories(series)
        return cls._factorized(series)

    @classmethod
    def _of_categories(cls, series: pd.Series) -> Column:
        """Return a column of categories, whose codes are positions already."""
        categories = series.cat.categories
        if len(categories) > FEW_CATEGORIES:  # so that looking for each one takes longer
            return cls._factorized(series)
        codes = np.asarray(series.cat.codes, dtype=np.int8)
        used = [bool((codes == number).any()) for number in range(len(categories))]
        # What nobody has cannot be wrong.
        values = [value if some else None for value, some in zip(categories, used, strict=True)]
        return cls(codes, values)

    @classmethod
    def _factorized(cls, series: pd.Series) -> Column:
        import pandas as pd

        try:
            positions, values = pd.factorize(series)
        except (TypeError, NotImplementedError):  # sets, lists, mappings: each cell its own value
            empty = np.array([pd.api.types.is_scalar(cell) and pd.isna(cell) for cell in series])
            positions = np.where(empty, -1, np.cumsum(~empty) - 1)
            return cls(np.asarray(positions, dtype=np.intp), list(series[~empty]))
        numbers = isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf"
        distinct = np.asarray(values) if numbers else list(values)
        return cls(np.asarray(positions, dtype=np.intp), distinct)


Unread: TypeAlias = dict[str, dict[int, tuple[str, ...]]]
"""By variable and position of the value, what is wrong with values that cannot be read."""


def encode_columns(
    vocabulary: Vocabulary,
    columns: Mapping[str, Column],
    count: int,
    workers: int = 1,
    most: int | None = None,
) -> tuple[Cases, Unread]:
    """Encode cases column by column, checking each distinct value once.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    columns : mapping of str to Column
        By variable name.
    count : int
        How many cases.
    workers : int
        Threads that share the variables.
    most : int, optional
        How many values of a variable that cannot be read are enough, so that no more are looked at.

    Returns
    -------
    Cases
        Its codes are of the smallest type that holds them and contiguous by variable, which is
        the quickest for the engine. Values that cannot be read count as not known.
    Unread
        What is wrong with those values.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.network import Column, encode_columns, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> pop = Column(np.array([0, 1, -1, 0]), ["yes", "loud"])
    >>> cases, unread = encode_columns(vocabulary, {"pop": pop}, count=4)
    >>> [dict(cases.evidence(row)) for row in range(4)]
    [{'pop': 'yes'}, {}, {}, {'pop': 'yes'}]
    >>> unread  # by the place among the distinct values
    {'pop': {1: ("'loud' is not a state of pop; allowed: yes, no",)}}
    """
    coder = _Coder(vocabulary)
    unread: Unread = {}
    codes_of: dict[int, Codes] = {}
    for name, column in columns.items():
        codes_of[coder.index[name]], problems = coder.column(vocabulary[name], column.values, most)
        if problems:
            unread[name] = problems
    weights = coder.weights()
    dtype = np.min_scalar_type(max(len(rows) for rows in weights))
    codes = np.empty((count, len(vocabulary)), dtype=dtype, order="F")
    columns_by_index = {coder.index[name]: column for name, column in columns.items()}

    def fill(numbers: Sequence[int]) -> None:
        for number in numbers:
            if number in codes_of:
                # The last entry is for an empty cell, whose position is -1.
                places = columns_by_index[number].positions
                codes[:, number] = codes_of[number].astype(dtype)[places]
            else:
                codes[:, number] = len(vocabulary.variables[number].states)

    in_runs(fill, range(len(vocabulary.variables)), workers)
    return Cases(vocabulary, codes, weights), unread
