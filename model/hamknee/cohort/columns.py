"""What becomes of each column of a cohort."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hamknee.base import ProblemsError, as_seen, listing, suggestion
from hamknee.network import ColumnMapping, Variable, Vocabulary, mapped_headings

ID_COLUMNS = ("case_id", "id")
"""Columns that are kept without being asked for."""


class CohortError(ProblemsError):
    """A cohort that cannot be scored as it is asked for.

    Parameters
    ----------
    problems : sequence of str
        Every problem found, a sentence each.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> hamknee.score(hamknee.load(), pd.DataFrame({"onset": ["suddn"]}), strict=True)
    Traceback (most recent call last):
    ...
    hamknee.cohort.columns.CohortError: row 0: 'suddn' is not a state of onset (did you mean
    'sudden'?); allowed: sudden, days, gradual
    """


@dataclass(frozen=True)
class ColumnPlan:
    """What becomes of each column of a cohort.

    Parameters
    ----------
    read : mapping of str to str
        Our variable to their column.
    kept : tuple of str
        Their columns that are copied to the result.
    ignored : tuple of str
        Their columns that are neither read nor kept.
    hidden : str or None
        Their column of the target, which is never used as evidence.
    near : tuple of str
        A sentence for each ignored column that is nearly called like a variable.
    assumed : tuple of str
        A sentence on the columns that are read though they are called otherwise, if there are any.
    """

    read: Mapping[str, str]
    kept: tuple[str, ...]
    ignored: tuple[str, ...]
    hidden: str | None
    near: tuple[str, ...]
    assumed: tuple[str, ...] = ()


def parse_maps(texts: Iterable[str]) -> ColumnMapping:
    """Return the mapping of ``theirs=ours`` texts; ``theirs=`` leaves a column alone.

    Raises
    ------
    CohortError
        With every text that cannot be read, and every column that is given twice.

    Examples
    --------
    >>> from hamknee.cohort import parse_maps
    >>> parse_maps(["Beginn=onset", "age="]).columns
    {'Beginn': 'onset', 'age': ''}
    """
    columns: dict[str, str] = {}
    problems = []
    for text in texts:
        theirs, equals, ours = (part.strip() for part in text.rpartition("="))
        if not equals or not theirs:
            allowed = "theirs=ours, such as Beginn=onset, or theirs= to leave a column alone"
            problems.append(f"cannot read the mapping {text!r}; allowed: {allowed}")
        elif theirs in columns:
            problems.append(f"column {theirs!r} is mapped twice; allowed: once")
        columns[theirs] = ours
    if problems:
        raise CohortError(problems)
    return ColumnMapping(columns)


def plan_columns(
    vocabulary: Vocabulary,
    names: Sequence[object],
    mapping: ColumnMapping,
    keep: Iterable[str] = (),
) -> ColumnPlan:
    """Decide what becomes of each column.

    A column is a variable if it has the name or label of one, else if it has but for capitals, and
    no other column does; what is only alike is pointed out, and never read.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    names : sequence
        The columns of the cohort.
    mapping : ColumnMapping
        What they are called.
    keep : iterable of str
        Columns to copy, besides ``case_id`` and ``id``.

    Raises
    ------
    CohortError
        With every problem: a column that stands twice, a mapping from or to what there is not,
        two columns for one variable, none for any.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.cohort import plan_columns
    >>> from hamknee.network import ColumnMapping
    >>> mapping = ColumnMapping({"Beginn": "onset"})
    >>> names = ["id", "Beginn", "condition", "wamth", "doctor"]
    >>> plan = plan_columns(hamknee.load().vocabulary, names, mapping, keep=["doctor"])
    >>> plan.read, plan.kept, plan.hidden
    ({'onset': 'Beginn'}, ('id', 'doctor'), 'condition')
    >>> plan.near
    ("the column 'wamth' is ignored (did you mean 'warmth'?)",)
    """
    keep = tuple(dict.fromkeys(keep))
    problems = _wrong_names(vocabulary, names, keep)
    headings = mapped_headings(vocabulary, list(map(str, names)), mapping)
    problems += headings.problems
    read = {ours: theirs for theirs, ours in headings.variables.items()}
    others = [n for n in dict.fromkeys(map(str, names)) if n not in headings.variables]
    target = vocabulary.target.name
    hidden = read.pop(target, None)
    if not read:
        problems.append(_nothing_to_read(vocabulary, names))
    if problems:
        raise CohortError(problems)
    ids = {name for name in others if is_id(name) and name not in mapping.columns}
    kept = tuple(name for name in map(str, names) if name in keep or name in ids)
    ignored = tuple(name for name in others if name not in kept)
    near = tuple(hint for name, hint in headings.near.items() if name in ignored)
    return ColumnPlan(read, kept, ignored, hidden, near, headings.assumed)


def is_id(name: str) -> bool:
    """Return whether a column is called like those that name the rows, capitals aside."""
    return as_seen(name).casefold() in ID_COLUMNS


def _wrong_names(vocabulary: Vocabulary, names: Sequence[object], keep: Sequence[str]) -> list[str]:
    """Return which columns stand twice, and which cannot be kept."""
    texts = [str(name) for name in names]
    problems = [
        f"column {name!r} stands twice; allowed: each column once"
        for name, count in Counter(texts).items()
        if count > 1
    ]
    problems += [
        f"there is no column {name!r}{suggestion(name, texts)}; allowed: {listing(texts)}"
        for name in keep
        if name not in texts
    ]
    reserved = [name for name in keep if name in result_columns(vocabulary)]
    problems += [
        f"column {name!r} cannot be kept, because the result has one of that name; allowed: others"
        for name in reserved
    ]
    return problems


def result_columns(vocabulary: Vocabulary) -> list[str]:
    """Return the columns that a result has, after those that are kept."""
    return [*probability_columns(vocabulary.target), "top", "p_evidence", "conflict", "fault"]


def probability_columns(target: Variable) -> list[str]:
    """Return what the column of each state's probability is called, in the order of the states.

    Parameters
    ----------
    target : Variable
        A state ``evidence``, which another program's network may have, gets a column that is not
        that of P(evidence).

    Examples
    --------
    >>> from hamknee.cohort import probability_columns
    >>> from hamknee.network import State, Variable
    >>> states = tuple(State(name, name) for name in ("fraud", "evidence"))
    >>> probability_columns(Variable("case", "target", "Case", states))
    ['p_fraud', 'p_evidence_2']
    """
    names = [f"p_{name}" for name in target.state_names]
    if "p_evidence" in names:
        others = (f"p_evidence_{number}" for number in itertools.count(2))
        names[names.index("p_evidence")] = next(name for name in others if name not in names)
    return names


def _nothing_to_read(vocabulary: Vocabulary, names: Sequence[object]) -> str:
    texts = [str(name) for name in names]
    ours = [name for name in vocabulary if name != vocabulary.target.name]
    problem = f"no column with a finding among {listing(map(repr, texts)) or 'none'}"
    return f"{problem}; allowed: some of {listing(ours)}, or columns mapped to them"
