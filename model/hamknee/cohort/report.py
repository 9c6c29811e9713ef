"""What there is to tell about a scored cohort: how many rows, which faults, what was read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, ClassVar

from hamknee.base import copied_property, listing, shown
from hamknee.cohort.columns import ColumnPlan
from hamknee.inference import Model

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class FaultyRow:
    """One row that could not be scored.

    Parameters
    ----------
    file : str
        Name of the file, where a folder was scored.
    row : int
        Number of the row in its file or frame, from 1, the header not counted.
    name : str
        What the row is called: its first kept column, or its label in the frame.
    reason : str
        What is wrong with it, and what is allowed.
    """

    file: str
    row: int
    name: str
    reason: str

    def __str__(self) -> str:
        """Return the example as one line."""
        file = f"{self.file}, " if self.file else ""
        name = f" ({self.name!r})" if self.name else ""
        return f"{file}row {self.row}{name}: {self.reason}"


@dataclass(frozen=True)
class Tally:
    """Counts of rows and faults, which add up over the parts of a cohort.

    Parameters
    ----------
    rows : int
        All rows.
    faults : mapping of str to int
        Rows that could not be scored, by reason.
    others : int
        Rows with further reasons, where there are too many to list.
    examples : tuple of FaultyRow
        The first rows with a fault.
    """

    rows: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    others: int = 0
    examples: tuple[FaultyRow, ...] = ()

    most_examples: ClassVar[int] = 10
    most_reasons: ClassVar[int] = 100

    @classmethod
    def of(cls, rows: int, faults: Mapping[str, int], examples: Sequence[FaultyRow]) -> Tally:
        """Return the tally of some rows, with as many reasons and examples as are listed."""
        listed = dict(list(faults.items())[: cls.most_reasons])
        others = sum(faults.values()) - sum(listed.values())
        return cls(rows, listed, others, tuple(examples[: cls.most_examples]))

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of both, these rows coming first."""
        faults = dict(self.faults)
        for reason, count in other.faults.items():
            faults[reason] = faults.get(reason, 0) + count
        both = Tally.of(self.rows + other.rows, faults, (*self.examples, *other.examples))
        return Tally(
            both.rows, both.faults, both.others + self.others + other.others, both.examples
        )

    @property
    def faulty(self) -> int:
        """How many rows could not be scored."""
        return sum(self.faults.values()) + self.others

    def as_json(self) -> dict[str, Any]:
        """Return the tally as JSON can hold it."""
        return {
            "rows": self.rows,
            "scored": self.rows - self.faulty,
            "faults": dict(self.faults),
            "other_faults": self.others,
            "examples": [asdict(example) for example in self.examples],
        }

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> Tally:
        """Return the tally that `as_json` was made of."""
        examples = tuple(FaultyRow(**example) for example in entries["examples"])
        faults = {str(reason): int(count) for reason, count in entries["faults"].items()}
        return cls(int(entries["rows"]), faults, int(entries["other_faults"]), examples)


@shown
@dataclass(frozen=True)
class Report:
    """How a cohort was scored, and what could not be.

    Parameters
    ----------
    numbers : str
        Digest of the numbers it was scored with; empty if they come from no priors.csv.
    plan : ColumnPlan
        What became of the columns.
    tally : Tally
        Rows and faults.
    ignored_files : tuple of str
        Files of a folder that are no part of the cohort.
    assumed : tuple of str
        A sentence on each thing that was assumed in reading the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import hamknee
    >>> cohort = pd.DataFrame({"onset": ["sudden", "suddn"], "doctor": ["C", "D"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source, out = Path(folder, "cohort.csv"), Path(folder, "scored.csv")
    ...     cohort.to_csv(source, index=False)
    ...     report = hamknee.score_file(hamknee.load(), source, out)
    >>> print(report.text)
    1 of 2 rows scored, from 1 column of findings.
    1 could not be scored and are kept without probabilities; the column 'fault' says why:
      1 × 'suddn' is not a state of onset (did you mean 'sudden'?)
    The first of them:
      row 2: 'suddn' is not a state of onset (did you mean 'sudden'?); allowed: ...
    Not read and not kept: 'doctor'.
    No column names the rows; they are in the order of the cohort.
    """

    numbers: str
    plan: ColumnPlan
    tally: Tally
    ignored_files: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, model: Model, plan: ColumnPlan, tally: Tally, assumed: tuple[str, ...] = ()
    ) -> Report:
        """Return the report on what was scored with a model."""
        return cls(model.sha256, plan, tally, assumed=assumed)

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        columns = {
            "read": {theirs: ours for ours, theirs in self.plan.read.items()},
            "kept": list(self.plan.kept),
            "ignored": list(self.plan.ignored),
            "diagnosis_not_used": self.plan.hidden,
        }
        about = {"hamknee": version("hamknee"), "numbers": self.numbers, "columns": columns}
        files: dict[str, Any] = {}
        if self.ignored_files:
            files["ignored_files"] = list(self.ignored_files)
        if assumed := [*self.assumed, *self.plan.assumed]:
            files["assumed"] = assumed
        return about | files | self.tally.as_json()

    @property
    def json_text(self) -> str:
        """The report as JSON."""
        return json.dumps(self.as_json(), indent=2)  # of counts and texts alone

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a reason, the most frequent first. Columns: reason, rows."""
        import pandas as pd

        counts = sorted(self.tally.faults.items(), key=lambda entry: -entry[1])
        if self.tally.others:
            counts.append(("other reasons", self.tally.others))
        return pd.DataFrame(counts, columns=["reason", "rows"])

    @cached_property
    def text(self) -> str:
        """How many rows were scored, what is wrong with the others, and what was not read."""
        return "\n".join([self._rows(), *self._faults(), *self._columns()])

    def _rows(self) -> str:
        rows, faulty = self.tally.rows, self.tally.faulty
        counted = f"{rows - faulty:,} of {rows:,} {'row' if rows == 1 else 'rows'} scored"
        columns = f"{len(self.plan.read)} {'column' if len(self.plan.read) == 1 else 'columns'}"
        return f"{counted}, from {columns} of findings."

    def _faults(self) -> list[str]:
        if not self.tally.faulty:
            return []
        counts = sorted(self.tally.faults.items(), key=lambda entry: -entry[1])[:10]
        unsaid = self.tally.faulty - sum(count for _, count in counts)
        kept = "kept without probabilities; the column 'fault' says why"
        lines = [f"{self.tally.faulty:,} could not be scored and are {kept}:"]
        lines += [f"  {count:,} × {reason}" for reason, count in counts]
        lines += [f"  {unsaid:,} × other reasons"] if unsaid else []
        return [*lines, "The first of them:", *(f"  {one}" for one in self.tally.examples[:5])]

    def _columns(self) -> list[str]:
        lines = []
        if self.plan.hidden is not None:
            lines.append(
                f"The column {self.plan.hidden!r} holds the diagnosis and was not used as evidence."
            )
        if self.plan.ignored:
            named = listing([repr(name) for name in self.plan.ignored], most=10)
            lines.append(f"Not read and not kept: {named}.")
        lines += [*self.assumed, *self.plan.assumed]
        lines += [f"Perhaps not meant: {note}." for note in self.plan.near]
        if not self.plan.kept:
            lines.append("No column names the rows; they are in the order of the cohort.")
        if self.ignored_files:
            named = listing([repr(name) for name in self.ignored_files], most=10)
            lines.append(f"Files that are no part of the cohort: {named}.")
        return lines
