"""What the commands share: reading findings from words, and printing to a terminal."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from hamknee.evidence import Evidence, EvidenceError, check_evidence, find_variable, parse_value
from hamknee.results import percent, percent_range
from hamknee.uncertainty import CredibleInterval
from hamknee.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd


def out() -> Console:
    """Return the terminal; where it is no terminal, lines are not broken."""
    return Console(highlight=False, markup=False, soft_wrap=not sys.stdout.isatty())


def err() -> Console:
    """Return the terminal for errors and notes."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def parse_findings(vocabulary: Vocabulary, texts: Sequence[str]) -> Evidence:
    """Turn ``variable=value`` texts into checked evidence.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    texts : sequence of str
        As typed.

    Raises
    ------
    EvidenceError
        With every problem found.
    """
    entries: dict[str, object] = {}
    problems: list[str] = []
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            if not equals:
                allowed = "variable=value, such as onset=sudden"
                raise EvidenceError([f"cannot read {text!r}; allowed: {allowed}"])
            variable = find_variable(vocabulary, name.strip())
            if variable.name in entries:
                several = "use | between several values"
                raise EvidenceError([f"{variable.name} is given twice; allowed: once ({several})"])
            entry = parse_value(variable, value)
            check_evidence(vocabulary, {variable.name: entry})
            entries[variable.name] = entry
        except EvidenceError as error:
            problems += error.problems
    if problems:
        raise EvidenceError(problems)
    return check_evidence(vocabulary, entries)


def ranking(interval: CredibleInterval, console: Console, most: int | None = None) -> Table:
    """Return the ranking with its intervals as a table for the terminal.

    Parameters
    ----------
    interval : CredibleInterval
        What to show.
    console : Console
        Where it will be shown; decides what a bar is made of.
    most : int, optional
        How many rows; all by default.
    """
    posterior = interval.posterior
    block = "█" if console.encoding.startswith("utf") else "#"
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(posterior.target.label)
    table.add_column("Now", justify="right", no_wrap=True)
    table.add_column(f"{100 * interval.mass:.0f} % interval", justify="right", no_wrap=True)
    table.add_column("", min_width=8, no_wrap=True)
    table.add_column("At the start", justify="right", no_wrap=True)
    for i in posterior.order[:most]:
        probability = float(posterior.probabilities[i])
        table.add_row(
            posterior.target.states[i].label,
            percent(probability),
            percent_range(float(interval.low[i]), float(interval.high[i])),
            block * round(8 * probability),
            percent(float(posterior.prior[i])),
        )
    return table


def records(frame: "pd.DataFrame") -> list[dict[str, object]]:
    """Return the rows of a table as JSON can hold them: NaN becomes null."""
    return [
        {str(name): plain(value) for name, value in row.items()}
        for row in frame.to_dict(orient="records")
    ]


def plain(value: object) -> object:
    """Return a value as JSON can hold it: numbers of Python, and null for NaN and infinity."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
