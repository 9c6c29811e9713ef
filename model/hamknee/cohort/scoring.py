"""Scoring a cohort in memory: a frame of cases in, a frame of posteriors out, and no row lost."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hamknee.base import A_FRAME, MOST, Array, Codes, compares_arrays, in_runs, takes, workers_here
from hamknee.cohort.columns import CohortError, ColumnPlan, plan_columns, probability_columns
from hamknee.cohort.report import FaultyRow, Report, Tally
from hamknee.inference import A_MODEL, ImpossibleEvidenceError, Model, log_total
from hamknee.network import (
    AnyMapping,
    Cases,
    Column,
    ColumnMapping,
    as_mapping,
    encode_columns,
    value_text,
)

if TYPE_CHECKING:
    import pandas as pd


Reason = tuple[str, ...]
"""Everything that is wrong with one row, each with what is allowed."""


PART_ROWS = 4_096
"""Rows that are scored at once where nearly every value is another one, such as likelihoods."""

ROWS_WORTH_THREADS = 50_000
"""Rows from which on threads are quicker than they are made."""

MOST_VALUES = 20_000
"""Texts in all columns up to which rows are scored together: each different one takes kilobytes."""


class CohortWarning(UserWarning):
    """Something about a cohort that was perhaps not meant.

    Examples
    --------
    >>> import warnings
    >>> import pandas as pd
    >>> import hamknee
    >>> from hamknee.cohort import CohortWarning
    >>> cohort = pd.DataFrame({"onset": ["sudden"], "wamth": ["yes"]})
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", CohortWarning)  # rather stop than lose a column
    ...     hamknee.score(hamknee.load(), cohort)
    Traceback (most recent call last):
    ...
    hamknee.cohort.scoring.CohortWarning: the column 'wamth' is ignored (did you mean
    'warmth'?)
    """


class Faults:
    """Why rows cannot be scored.

    Parameters
    ----------
    count : int
        How many rows there are.
    """

    def __init__(self, count: int) -> None:
        self.which = np.full(count, -1, dtype=np.int32)
        """For each row the number of its reason, -1 where there is nothing wrong."""
        self.reasons: list[Reason] = []

    @classmethod
    def of_broken(cls, count: int, broken: Mapping[int, str]) -> Faults:
        """Return the faults of rows that could not be taken apart."""
        faults = cls(count)
        if broken:
            number = {text: n for n, text in enumerate(dict.fromkeys(broken.values()))}
            which = faults.which.copy()
            which[list(broken)] = [number[text] for text in broken.values()]
            faults.add(which, [(text,) for text in number])
        return faults

    def add(self, which: npt.NDArray[np.signedinteger[Any]], reasons: Sequence[Reason]) -> None:
        """Note reasons for rows, beside what is noted already.

        Parameters
        ----------
        which : ndarray of int, shape (rows,)
            For each row the number of the reason, -1 for none.
        reasons : sequence of tuple of str
            What the numbers mean.
        """
        rows = np.flatnonzero(which >= 0)
        pairs = np.stack([self.which[rows], which[rows]], axis=1)
        distinct, inverse = np.unique(pairs, axis=0, return_inverse=True)
        self.which[rows] = len(self.reasons) + inverse.ravel()
        for old, new in distinct.tolist():
            self.reasons.append((*(self.reasons[old] if old >= 0 else ()), *reasons[new]))

    @property
    def rows(self) -> npt.NDArray[np.intp]:
        """The rows that cannot be scored."""
        return np.flatnonzero(self.which >= 0)

    @property
    def texts(self) -> list[str]:
        """Each reason as one line, without what is allowed."""
        return [_short(reason) for reason in self.reasons]


@dataclass(frozen=True)
@compares_arrays
class Scored:
    """What the model says of each row.

    Parameters
    ----------
    probabilities : ndarray, shape (rows, target states)
        P(condition | what is known); a row of NaN where there is a fault.
    top : ndarray of int, shape (rows,)
        Number of the most probable state, -1 where there is a fault.
    p_evidence : ndarray, shape (rows,)
        P(what is known), NaN where there is a fault.
    conflict : ndarray, shape (rows,)
        Bits by which what is known disagrees (Jensen, Chamberlain, Nordahl & Jensen 1990), NaN
        where there is a fault.
    faults : Faults
        Which rows could not be scored, and why.
    """

    probabilities: Array
    top: npt.NDArray[np.int16]
    p_evidence: Array
    conflict: Array
    faults: Faults


@takes(model=A_MODEL, frame=A_FRAME)
def score(
    model: Model,
    frame: pd.DataFrame,
    *,
    mapping: AnyMapping = None,
    keep: Iterable[str] = (),
    strict: bool = False,
    broken: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """Score a cohort: the probabilities of every condition for every row of a frame.

    Parameters
    ----------
    model : Model
        The model.
    frame : DataFrame
        A row a case and a column a variable, of any type: texts (read as on the command line:
        ``31``, ``a|b``, ``yes:0.7|no:0.3``), categories, numbers for a variable with a unit; None,
        NaN and "" are not known. A column of the target is never used as evidence.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What their columns are called here (``{"Beginn": "onset"}``; an empty text leaves a column
        alone), or a TOML file that also translates values.
    keep : iterable of str
        Columns to copy to the result, besides ``case_id`` and ``id``.
    strict : bool
        Raise at the first row that cannot be scored.
    broken : mapping of int to str, optional
        Rows from 0 that could not be taken apart where they were read, and why: they get this as
        their fault. `score_file` finds them out by itself.

    Returns
    -------
    DataFrame
        Of pandas, whatever library `frame` is of, with its index: the kept columns,
        ``p_<condition>`` for each, ``top``, ``p_evidence``, ``conflict`` (bits; 0 where nothing is
        known) and ``fault``, which says why
        a row could not be scored and is missing where it could. ``attrs["hamknee"]`` holds the
        report: the digest of the numbers, counts of faults, and what became of the columns.

    Raises
    ------
    CohortError
        If no column can be read or the mapping does not fit; with `strict` also for the first row
        with a fault, naming row, column, value and what is allowed.
    MappingError
        If the file of the mapping has faults.

    Warns
    -----
    CohortWarning
        If a column that is ignored is nearly called like a variable.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> cohort = pd.DataFrame({"id": ["A", "B"], "age": [31, 64], "pop": ["yes", "perhaps"]})
    >>> scored = hamknee.score(hamknee.load(), cohort)
    >>> scored[["id", "fault"]]
      id                            fault
    0  A                              NaN
    1  B  'perhaps' is not a state of pop
    >>> list(scored)[1:3], list(scored)[-4:]
    (['p_tendinopathy', 'p_strain'], ['top', 'p_evidence', 'conflict', 'fault'])
    >>> scored.attrs["hamknee"]["columns"]["read"]
    {'age': 'age', 'pop': 'pop'}
    """
    checked = as_mapping(model.vocabulary, mapping)
    plan = plan_columns(model.vocabulary, list(frame.columns), checked, keep)
    for note in plan.near:
        warnings.warn(note, CohortWarning, stacklevel=2)
    return score_frame(model, frame, plan, checked, strict, broken)


def score_frame(
    model: Model,
    frame: pd.DataFrame,
    plan: ColumnPlan,
    mapping: ColumnMapping,
    strict: bool,
    broken: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """Score a frame, or a part of one, of which is settled what becomes of its columns.

    Parameters
    ----------
    model, frame, strict, broken
        As for `score`.
    plan : ColumnPlan
        What becomes of the columns.
    mapping : ColumnMapping
        What they and their values mean.

    Returns
    -------
    DataFrame
        As of `score`.
    """
    import pandas as pd

    names: dict[str, Hashable] = {str(name): name for name in frame.columns}
    columns = {ours: Column.of_series(frame[names[theirs]]) for ours, theirs in plan.read.items()}
    faults = Faults.of_broken(len(frame), broken or {})
    scored = score_columns(model, columns, len(frame), plan, mapping, faults)
    kept = frame[[names[name] for name in plan.kept]]
    ids = kept.iloc[:, 0] if plan.kept else frame.index.to_series()
    if strict:
        raise_first(scored.faults, lambda row: f"row {frame.index[row]!r}")
    report = Report.of(model, plan, tally(scored.faults, lambda row: str(ids.iloc[row])))
    target = model.vocabulary.target
    headings = probability_columns(target)
    probabilities = pd.DataFrame(scored.probabilities, frame.index, headings, copy=False)
    others = pd.DataFrame(
        {
            "top": pd.Categorical.from_codes(scored.top, pd.Index(target.state_names)),
            "p_evidence": scored.p_evidence,
            "conflict": scored.conflict,
            "fault": pd.array([*scored.faults.texts, None], dtype="str").take(scored.faults.which),
        },
        frame.index,
    )
    result = pd.concat([kept, probabilities, others], axis=1)
    result.attrs = {"hamknee": report.as_json()}
    return result


def score_columns(
    model: Model,
    columns: Mapping[str, Column],
    count: int,
    plan: ColumnPlan,
    mapping: ColumnMapping,
    faults: Faults | None = None,
    workers: int | None = None,
) -> Scored:
    """Score rows that are given as columns.

    Parameters
    ----------
    model : Model
        The model.
    columns : mapping of str to Column
        By variable, in their words.
    count : int
        How many rows.
    plan : ColumnPlan
        What their columns are called, for the reasons.
    mapping : ColumnMapping
        What their values mean.
    faults : Faults, optional
        What is wrong already.
    workers : int, optional
        Threads that share the rows; by default as many as there are, where rows are many.
    """
    faults = Faults(count) if faults is None else faults
    broken = faults.rows
    parts = []
    for rows in _parts(columns, count):
        whole = rows == slice(0, count)
        part = columns if whole else {name: c.part(rows) for name, c in columns.items()}
        scored = _score_rows(model, part, rows.stop - rows.start, plan, mapping, workers)
        parts.append(scored)
        if scored.faults.reasons:
            which = np.full(count, -1, dtype=np.int32)
            which[rows] = scored.faults.which
            faults.add(which, scored.faults.reasons)
    together = _together(parts, faults)
    return _leave_blank(together, broken)


def _together(parts: Sequence[Scored], faults: Faults) -> Scored:
    """Return consecutive parts as one."""
    if len(parts) == 1:
        return replace(parts[0], faults=faults)
    return Scored(
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate([part.top for part in parts]),
        np.concatenate([part.p_evidence for part in parts]),
        np.concatenate([part.conflict for part in parts]),
        faults,
    )


def _parts(columns: Mapping[str, Column], count: int) -> list[slice]:
    """Return which rows to score at once: all, but for those with too many different values."""
    different = sum(column.texts for column in columns.values())
    size = PART_ROWS if different > MOST_VALUES else max(1, count)
    return [slice(start, min(start + size, count)) for start in range(0, max(1, count), size)]


def _score_rows(
    model: Model,
    columns: Mapping[str, Column],
    count: int,
    plan: ColumnPlan,
    mapping: ColumnMapping,
    workers: int | None,
) -> Scored:
    """Return what the model says of some rows, and what is wrong with them."""
    ours = {
        name: Column(column.positions, mapping.translate(model.vocabulary[name], column.values))
        for name, column in columns.items()
    }
    faults = Faults(count)
    workers = workers or (workers_here() if count >= ROWS_WORTH_THREADS else 1)
    cases, unread = encode_columns(model.vocabulary, ours, count, workers)
    for name, problems in unread.items():
        theirs = plan.read[name]
        where = "" if theirs == name else f"column {theirs!r}: "
        reasons = [tuple(f"{where}{text}" for text in texts) for texts in problems.values()]
        number = np.full(len(columns[name].values) + 1, -1, dtype=np.int32)
        number[list(problems)] = range(len(problems))
        faults.add(number[columns[name].positions], reasons)
    scores = model.scores(cases, workers)
    # Nobody else has them, and a copy of so many would take longer than many a step before.
    scores.probabilities.setflags(write=True)
    impossible = np.flatnonzero(scores.impossible & (faults.which < 0))
    if len(impossible):
        faults.add(*_contradictions(model, cases, impossible))
    with np.errstate(over="ignore"):  # likelihoods may be of any size
        p_evidence = np.exp(scores.log_p_evidence)
    scored = Scored(
        scores.probabilities,
        _most_probable(scores.probabilities, workers),
        p_evidence,
        np.where(scores.log_p_alone == 0, 0.0, scores.conflict),  # exact where nothing is known
        faults,
    )
    return _leave_blank(scored, faults.rows)


def _most_probable(probabilities: Array, workers: int) -> npt.NDArray[np.int16]:
    """Return the number of the most probable state of each row."""
    top = np.empty(len(probabilities), np.int16)

    def fill(rows: Sequence[int]) -> None:
        part = slice(rows[0], rows[-1] + 1)
        top[part] = probabilities[part].argmax(axis=1)

    in_runs(fill, range(len(probabilities)), workers)
    return top


def _leave_blank(scored: Scored, rows: npt.NDArray[np.intp]) -> Scored:
    """Take back what was said of rows with a fault."""
    if not len(rows):
        return scored
    for values in (scored.probabilities, scored.p_evidence, scored.conflict):
        values[rows] = np.nan
    scored.top[rows] = -1
    return scored


def tally(faults: Faults, called: Callable[[int], str], start: int = 0, file: str = "") -> Tally:
    """Return how many rows have which fault, and the first of them.

    Parameters
    ----------
    faults : Faults
        Of some rows of a cohort.
    called : callable
        Returns what a row is called.
    start : int
        Number of the first row in its file, from 0.
    file : str
        Name of the file in a folder.
    """
    counts = np.bincount(faults.which[faults.rows], minlength=len(faults.reasons)).tolist()
    by_reason: dict[str, int] = {}
    for text, count in zip(faults.texts, counts, strict=True):
        if count:
            by_reason[text] = by_reason.get(text, 0) + count
    first = [
        FaultyRow(file, start + row + 1, called(row), "; ".join(faults.reasons[faults.which[row]]))
        for row in faults.rows[: Tally.most_examples].tolist()
    ]
    return Tally.of(len(faults.which), by_reason, first)


def raise_first(faults: Faults, place: Callable[[int], str]) -> None:
    """Raise for the first row with a fault, if there is one.

    Raises
    ------
    CohortError
        Naming the row (as `place` says it) and everything that is wrong with it.
    """
    rows = faults.rows
    if len(rows):
        row = int(rows[0])
        raise CohortError([f"{place(row)}: {text}" for text in faults.reasons[faults.which[row]]])


def _contradictions(
    model: Model, cases: Cases, rows: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.int32], list[Reason]]:
    """Return for impossible rows which of their findings contradict each other.

    In all rows at once, findings are left out one after the other as long as the rest is still
    impossible. No part of what is left is impossible, though a smaller contradiction may exist.
    """
    codes: Codes = cases.codes[rows]
    for variable, size in enumerate(model.engine.sizes):
        without = codes.copy()
        without[:, variable] = size
        still = np.isneginf(log_total(model.engine.log_joint(without, cases.weights)))
        codes[still, variable] = size
    patterns, inverse = np.unique(codes, axis=0, return_inverse=True)
    kept = Cases(cases.vocabulary, patterns, cases.weights)
    reasons: list[Reason] = []
    for row in range(len(kept)):
        named = {
            cases.vocabulary.variables[v].name: value_text(kept.value(row, v))
            for v in kept.known(row)
        }
        reasons.append((str(ImpossibleEvidenceError(named)),))
    which: npt.NDArray[np.int32] = np.full(len(cases), -1, dtype=np.int32)
    which[rows] = inverse.ravel()
    return which, reasons


def _short(reason: Reason) -> str:
    """Return a reason as one line of bounded length, without what is allowed."""
    text = "; ".join(problem.rsplit("; ", 1)[0] for problem in reason)
    return text if len(text) <= MOST else f"{text[:MOST]} …"
