"""Cases whose diagnosis is known, with the findings on one side and the diagnosis on the other."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    FRAMES,
    Array,
    Codes,
    CopiedField,
    HamkneeError,
    KeptArrays,
    Kind,
    TableWarning,
    as_seen,
    compares_arrays,
    listing,
    read_table,
    shipped,
    takes,
)
from hamknee.network.cases import Cases, Column, encode
from hamknee.network.evidence import EvidenceError
from hamknee.network.mapping import AnyMapping, ColumnMapping, as_mapping, mapped_headings
from hamknee.network.naming import parts_of, read_headings
from hamknee.network.vocabulary import Variable, Vocabulary

if TYPE_CHECKING:
    import pandas as pd


class CasesError(HamkneeError):
    """A table of cases that cannot be used as it is.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.network import label, read_shipped_or_own
    >>> label(read_shipped_or_own().vocabulary, pd.DataFrame({"pop": ["yes", "no"]}))
    Traceback (most recent call last):
    ...
    hamknee.network.labelled.CasesError: no column 'condition' among pop; allowed: a table with
    a column 'condition' that holds the diagnosis
    """


@dataclass(frozen=True)
@compares_arrays
class LabelledCases(KeptArrays):
    """Cases and what was behind each of them.

    Parameters
    ----------
    cases : Cases
        What is known of each case except its diagnosis.
    truth : ndarray, shape (cases, states of the target)
        1 for each state that the diagnosis may be, else 0; a row of ones where it is not known.
    about : DataFrame
        The columns that are no variables, such as a source or a summary, as they were.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.network import label, read_shipped_or_own
    >>> table = {"condition": ["strain", ""], "pop": ["yes", "no"], "source": ["A 2019", "B 2020"]}
    >>> labelled = label(read_shipped_or_own().vocabulary, pd.DataFrame(table))
    >>> labelled.diagnosed.tolist()
    [True, False]
    >>> dict(labelled.cases.evidence(0)), dict(labelled.with_diagnosis().evidence(0))
    ({'pop': 'yes'}, {'condition': 'strain', 'pop': 'yes'})
    >>> list(labelled[labelled.diagnosed].about["source"])
    ['A 2019']
    """

    cases: Cases
    truth: Array
    about: CopiedField[pd.DataFrame] = CopiedField()  # noqa: RUF009 - a descriptor

    def __repr__(self) -> str:
        """Say how many they are."""
        return f"LabelledCases({len(self):,}, {int(self.diagnosed.sum()):,} diagnosed)"

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.cases)

    def __getitem__(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> LabelledCases:
        """Return some of the cases, by row numbers or by a mask."""
        chosen = np.arange(len(self))[rows]
        return LabelledCases(self.cases[chosen], self.truth[chosen], self.about.iloc[chosen])

    @property
    def diagnosed(self) -> npt.NDArray[np.bool_]:
        """Whether anything is known of the diagnosis, shape (cases,)."""
        return np.asarray(self.truth.min(axis=1) == 0)

    def with_diagnosis(self) -> Cases:
        """Return the cases with the diagnosis among what is known, as far as it is."""
        vocabulary = self.cases.vocabulary
        target = list(vocabulary).index(vocabulary.target.name)
        size = len(vocabulary.target.states)
        patterns, which = np.unique(self.truth, axis=0, return_inverse=True)
        codes = self.cases.codes.copy()
        known = np.array([_code(pattern, size + 1 + n) for n, pattern in enumerate(patterns)])
        codes[:, target] = known[which.ravel()]
        weights = list(self.cases.weights)
        weights[target] = np.vstack([vocabulary.plain_weights[target], patterns])
        return Cases(vocabulary, codes, tuple(weights), self.cases.labels)


def known_findings(cases: Cases) -> Codes:
    """Return how many findings are known of each case, shape (cases,).

    The context and what is known of everyone (age, sex) are not counted.

    Examples
    --------
    >>> from hamknee.network import encode, known_findings, read_shipped_or_own
    >>> cases = [{"age": 31, "pop": "yes", "onset": "sudden"}, {"age": 60}]
    >>> known_findings(encode(read_shipped_or_own().vocabulary, cases)).tolist()
    [2, 0]
    """
    variables = enumerate(cases.vocabulary.variables)
    counted = [
        (number, len(variable.states))
        for number, variable in variables
        if variable.role in ("trait", "finding") and not variable.demographic
    ]
    columns = [number for number, _ in counted]
    return np.asarray((cases.codes[:, columns] != [size for _, size in counted]).sum(axis=1))


def that_count(labelled: LabelledCases, min_findings: int) -> LabelledCases:
    """Return the cases with a known diagnosis of which enough is known.

    Parameters
    ----------
    labelled : LabelledCases
        All cases.
    min_findings : int
        Known findings that a case needs to count; context, age and sex are none.

    Raises
    ------
    CasesError
        If none is left.
    HamkneeError
        If the number is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.network import label, read_shipped_or_own, that_count
    >>> table = {"condition": ["strain", "rupture", ""], "pop": ["yes", "", "no"]}
    >>> labelled = label(read_shipped_or_own().vocabulary, pd.DataFrame(table))
    >>> len(that_count(labelled, min_findings=0)), len(that_count(labelled, min_findings=1))
    (2, 1)
    """
    if min_findings < 0:
        raise HamkneeError(f"found {min_findings} findings at least; allowed: 0 or more")
    kept = labelled[labelled.diagnosed & (known_findings(labelled.cases) >= min_findings)]
    if not len(kept):
        raise CasesError(
            f"of {len(labelled)} cases {int(labelled.diagnosed.sum())} have a known diagnosis, and "
            f"none of those {min_findings} known findings; allowed: cases of which at least one "
            "has both"
        )
    return kept


def diagnoses(target: Variable, truth: Array) -> list[str]:
    """Return the diagnosis of each case by name; ``a|b`` where it is one of several.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.network import State, Variable, diagnoses
    >>> states = [State(name, name) for name in ("strain", "rupture", "other")]
    >>> target = Variable("condition", "target", "Condition", tuple(states))
    >>> diagnoses(target, np.array([[1, 0, 0], [1, 1, 0]]))
    ['strain', 'strain|rupture']
    """
    names = target.state_names
    return ["|".join(names[i] for i in np.flatnonzero(row)) for row in truth]


def diagnosis_label(target: Variable, diagnosis: str) -> str:
    """Return a diagnosis, as `diagnoses` names it, in the words that people read.

    Examples
    --------
    >>> from hamknee.network import State, Variable, diagnosis_label
    >>> states = (State("strain", "Hamstring strain"), State("rupture", "Complete rupture"))
    >>> diagnosis_label(Variable("condition", "target", "Condition", states), "strain|rupture")
    'Hamstring strain or Complete rupture'
    """
    return " or ".join(target.state(name).label for name in _names(target, diagnosis))


def distinct_diagnoses(target: Variable, names: Iterable[str]) -> list[str]:
    """Return each diagnosis once: in the target's order, those that are one of several last.

    Examples
    --------
    >>> from hamknee.network import State, Variable, distinct_diagnoses
    >>> states = [State(name, name) for name in ("strain", "rupture", "other")]
    >>> target = Variable("condition", "target", "Condition", tuple(states))
    >>> distinct_diagnoses(target, ["other", "strain|rupture", "rupture", "other"])
    ['rupture', 'other', 'strain|rupture']
    """

    def place(diagnosis: str) -> tuple[int, list[int]]:
        places = [target.position[name] for name in _names(target, diagnosis)]
        return len(places), places

    return sorted(set(names), key=place)


def _names(target: Variable, diagnosis: str) -> list[str]:
    """Return the states that a diagnosis names; a name of a state may itself hold ``|``."""
    whole = diagnosis in target.position
    return [diagnosis] if whole else parts_of(target, diagnosis) or diagnosis.split("|")


def label(vocabulary: Vocabulary, frame: pd.DataFrame, mapping: AnyMapping = None) -> LabelledCases:
    """Check a table of cases and separate findings from diagnosis.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    frame : DataFrame
        A row a case, a column a variable; the column of the target holds the diagnosis, ``a|b``
        meaning one of these, and an empty cell is not known. Other columns are kept beside.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values are called here, as for `in_our_names`.

    Raises
    ------
    CasesError
        If there is no column for the diagnosis or none for any finding, or the values cannot be.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.network import label, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> table = {"condition": ["strain", "strain|rupture", ""], "pop": ["yes", "", "no"]}
    >>> labelled = label(vocabulary, pd.DataFrame(table))
    >>> labelled.truth.sum(axis=1).tolist()[:2]  # how many diagnoses each case may have
    [1.0, 2.0]
    >>> labelled.diagnosed.tolist()
    [True, True, False]
    """
    target = vocabulary.target.name
    frame = in_our_names(vocabulary, frame, mapping)
    if target not in frame.columns:
        given = listing(map(str, frame.columns))
        raise CasesError(
            f"no column {target!r} among {given}; allowed: a table with a column {target!r} that"
            " holds the diagnosis"
        )
    named = [name for name in frame.columns if name in vocabulary]
    if named == [target]:
        allowed = listing(name for name in vocabulary if name != target)
        raise CasesError(f"no column with a finding; allowed: some of {allowed}")
    try:
        cases = encode(vocabulary, frame[named])
    except EvidenceError as error:
        raise CasesError(str(error)) from None
    number = list(vocabulary).index(target)
    truth = (cases.weights[number][cases.codes[:, number]] > 0).astype(float)
    codes = cases.codes.copy()
    codes[:, number] = len(vocabulary.target.states)
    hidden = Cases(vocabulary, codes, cases.weights, cases.labels)
    return LabelledCases(hidden, truth, frame.drop(columns=named))


def in_our_names(
    vocabulary: Vocabulary, frame: pd.DataFrame, mapping: AnyMapping = None
) -> pd.DataFrame:
    """Return a table whose columns and values are called as in the vocabulary.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    frame : DataFrame
        A row a case.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What their columns are called here (``{"Beginn": "onset"}``; a column mapped to an empty
        text is left out), or a TOML file that also translates values.

    Raises
    ------
    CasesError
        If several columns could be one variable, or the mapping does not fit.
    MappingError
        If the file of the mapping has faults.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.network import in_our_names, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> frame = pd.DataFrame(columns=["CONDITION", "Knall", "pop", "doctor"])
    >>> list(in_our_names(vocabulary, frame, {"Knall": "pop", "pop": ""}))
    ['condition', 'pop', 'doctor']
    """
    words = as_mapping(vocabulary, mapping)
    headings = mapped_headings(vocabulary, [str(name) for name in frame.columns], words)
    if headings.problems:
        raise CasesError("\n".join(headings.problems))
    left_alone = [name for name in frame.columns if words.columns.get(str(name)) == ""]
    ours = frame.drop(columns=left_alone).rename(columns=dict(headings.variables))
    return _translated(vocabulary, ours, words)


def _translated(vocabulary: Vocabulary, frame: pd.DataFrame, words: ColumnMapping) -> pd.DataFrame:
    """Return a table with its values in our words, wherever the mapping says another one."""
    import pandas as pd

    ours = {}
    for name in (str(column) for column in frame.columns if column in vocabulary):
        if words.translates(vocabulary[name]):
            column = Column.of_series(frame[name])
            values = [*words.translate(vocabulary[name], column.values), None]
            cells = pd.Series(values, dtype=object).take(column.positions)
            ours[name] = cells.set_axis(frame.index)
    return frame.assign(**ours)


def read_labelled(
    vocabulary: Vocabulary, path: str | Path | None = None, mapping: AnyMapping = None
) -> LabelledCases:
    """Read cases whose diagnosis is known.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    path : str or Path, optional
        A CSV or Parquet file; by default the published cases that are shipped. A column
        ``case_id`` names the cases.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values are called here, as for `in_our_names`.

    Raises
    ------
    TableError
        If the file cannot be read.
    CasesError
        As for `label`.

    Warns
    -----
    TableWarning
        For each thing that was assumed in reading the file, such as another separator, and each
        column that is nearly called like a variable.

    Examples
    --------
    >>> from hamknee.network import diagnoses, read_labelled, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> published = read_labelled(vocabulary)
    >>> "strain" in diagnoses(vocabulary.target, published.truth)
    True
    >>> "summary" in published.about
    True
    """
    if path:
        table = named_by_id(read_table(Path(path)), vocabulary)
        words = as_mapping(vocabulary, mapping)
        near = mapped_headings(vocabulary, list(map(str, table.columns)), words).near
        for hint in near.values():
            warnings.warn(f"{Path(path).name}: {hint}", TableWarning, stacklevel=2)
        return label(vocabulary, table, words)
    frame = named_by_id(read_table(shipped("data/cases.csv")), vocabulary)
    if (target := vocabulary.target.name) not in frame.columns:
        problem = f"the published cases that are shipped are not about {target!r}"
        raise CasesError(f"{problem}; allowed: a file of cases of your own")
    return label(vocabulary, frame, mapping)


def named_by_id(frame: pd.DataFrame, vocabulary: Vocabulary | None = None) -> pd.DataFrame:
    """Return a table whose rows are called as a column ``case_id`` says, if it has one.

    Parameters
    ----------
    frame : DataFrame
        A row a case.
    vocabulary : Vocabulary, optional
        The variables there are: a network may have one of that name, whose column names no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.network import named_by_id
    >>> list(named_by_id(pd.DataFrame({"CASE_ID": ["A", "B"], "pop": ["yes", "no"]})).index)
    ['A', 'B']
    """
    ids = [name for name in frame.columns if as_seen(str(name)).casefold() == "case_id"]
    variables = read_headings(vocabulary, list(map(str, ids))).variables if vocabulary else {}
    return frame.set_index(ids[0]) if len(ids) == 1 and not variables else frame


SOME_CASES = Kind(
    "cases with their diagnosis: a DataFrame of pandas or polars, a Table of Arrow, the path of a"
    " file, or LabelledCases",
    (LabelledCases, str, Path, NoneType),
    FRAMES,
)
"""Cases whose diagnosis is known, as an argument."""


@takes(cases=SOME_CASES)
def as_labelled(
    vocabulary: Vocabulary,
    cases: LabelledCases | pd.DataFrame | str | Path | None,
    mapping: AnyMapping = None,
) -> LabelledCases:
    """Return cases whose diagnosis is known, in whatever form they come.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    cases : LabelledCases, DataFrame, or path, optional
        As for `label` or `read_labelled`; by default the published cases.
    mapping : ColumnMapping, mapping of str to str, or path, optional
        What columns and values of a table are called here, as for `in_our_names`.

    Raises
    ------
    TableError
        If a file cannot be read.
    CasesError
        As for `label`, or if the cases were read already with another vocabulary or a mapping.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.network import as_labelled, read_shipped_or_own
    >>> vocabulary = read_shipped_or_own().vocabulary
    >>> frame = pd.DataFrame({"condition": ["strain", "rupture"], "pop": ["no", "yes"]})
    >>> labelled = as_labelled(vocabulary, frame)
    >>> as_labelled(vocabulary, labelled) is labelled
    True
    >>> len(as_labelled(vocabulary, None)) > len(labelled)  # the published cases
    True
    """
    if cases is None or isinstance(cases, str | Path):
        return read_labelled(vocabulary, cases, mapping)
    if not isinstance(cases, LabelledCases):
        return label(vocabulary, cases, mapping)
    if mapping is not None:
        raise CasesError("the cases are read already; allowed: a mapping of a table or a file")
    if cases.cases.vocabulary != vocabulary:
        raise CasesError(
            "the cases were read with another vocabulary than the model's; allowed: the same"
        )
    return cases


def _code(pattern: Array, otherwise: int) -> int:
    """Return the code of one state or of not known, else a code of its own."""
    if pattern.all():
        return len(pattern)
    return int(pattern.argmax()) if pattern.sum() == 1 else otherwise
