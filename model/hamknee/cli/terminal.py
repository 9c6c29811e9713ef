"""What the commands share: reading findings from words, and printing to a terminal."""

import json
import sys
from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from hamknee.base import HamkneeError, Sheet, percent, read_sheet, short_digest
from hamknee.cohort import parse_maps
from hamknee.guidance import FlagError, Triage, find_guidance, triage
from hamknee.inference import Case, Model, load
from hamknee.network import (
    ColumnMapping,
    Evidence,
    EvidenceError,
    LabelledCases,
    Priors,
    Variable,
    Vocabulary,
    check_evidence,
    find_variable,
    label,
    mapped_headings,
    named_by_id,
    parse_value,
    read_mapping,
    variable_of,
)
from hamknee.reasoning import AlsoPresent
from hamknee.sensitivity import CredibleInterval

if TYPE_CHECKING:
    import pandas as pd


MOST_CASES = 250_000
"""Cases of a cohort that is held as a whole, which takes 2 to 5 kB for each."""

Findings = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[VARIABLE=VALUE]...",
        help="What is known, such as onset=sudden, age=31, "
        "'location=posteromedial|posterolateral' (one of these) or 'warmth=yes:0.7|no:0.3' "
        "(how likely each answer makes what was seen). 'hamknee findings' lists them all.",
    ),
]
RecalibrationOption = Annotated[
    Path | None,
    typer.Option(
        "--recalibration", metavar="LAYER.json", help="Recalibrate by what `recalibrate` wrote."
    ),
]
PriorsOption = Annotated[
    Path | None,
    typer.Option(
        "--priors", metavar="FILE", help="Use another priors.csv, or the folder of a project."
    ),
]
BaseRatesOption = Annotated[
    str | None,
    typer.Option(
        "--base-rates",
        metavar="RATES",
        help="How common causes are at your place: strain=0.3,dvt=0.01, or counts of patients "
        "(strain=12,dvt=3), or a CSV or Parquet file of either, or of the diagnoses alone.",
    ),
]
SettingOption = Annotated[
    str | None,
    typer.Option("--setting", metavar="STATE", help="With --base-rates: where; else everywhere."),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="THEIRS=OURS",
        help="What a column is called here, such as Beginn=onset (several: repeat it); "
        "THEIRS= leaves a column alone.",
    ),
]
MappingOption = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE", help="A TOML file that maps columns and values."),
]
CasesArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[CASES.csv]",
        help="Cases with their diagnosis, CSV or Parquet; the published ones if not given.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
FlagOption = Annotated[
    list[str] | None,
    typer.Option(
        "--flag",
        metavar="NAME",
        help="A warning sign that is there (several: repeat it). 'hamknee flags' lists them.",
    ),
]
NoFlagOption = Annotated[
    list[str] | None,
    typer.Option("--no-flag", metavar="NAME", help="A warning sign that was asked and is not."),
]

NotKnownOption = Annotated[
    list[str] | None,
    typer.Option(
        "--not-known", metavar="VARIABLE", help="What was asked in vain (several: repeat it)."
    ),
]


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
        try:
            variable, value = _parted(vocabulary, text)
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


def _parted(vocabulary: Vocabulary, text: str) -> tuple[Variable, str]:
    """Return variable and value of a text; both may have a sign ``=`` in their names."""
    signs = [place for place, letter in enumerate(text) if letter == "="]
    if not signs:
        one = next(iter(vocabulary.having("finding", "trait", "context")), vocabulary.target)
        allowed = f"variable=value, such as {one.name}={one.state_names[0]}"
        raise EvidenceError([f"cannot read {text!r}; allowed: {allowed}"])
    named = [s for s in signs if variable_of(vocabulary, text[:s].strip()) is not None]
    sign = named[0] if len(named) == 1 else signs[0]
    return find_variable(vocabulary, text[:sign].strip()), text[sign + 1 :]


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
    table.add_column(f"{percent(interval.mass)} interval", justify="right", no_wrap=True)
    table.add_column("", min_width=8, no_wrap=True)
    table.add_column("Start", justify="right", no_wrap=True)
    for i, state in islice(zip(posterior.order, interval.ranking, strict=True), most):
        bar = block * round(8 * float(posterior.probabilities[i]))
        table.add_row(state.label, state.now, state.interval, bar, state.start)
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


def load_model(
    priors: Path | Priors | None, base_rates: str | None = None, setting: str | None = None
) -> Model:
    """Return the model of some numbers, with the base rates of another place if they are given."""
    model = load(priors)
    if base_rates is None:
        if setting is not None:
            raise HamkneeError("found --setting alone; allowed: with --base-rates")
        return model
    local = model.with_base_rates(base_rates, setting=setting)
    err().print(f"Note: {local.notices[-1]}")
    return local


def read_case(findings: Sequence[str] | None, model: Model) -> Case:
    """Return the case that a command is about; notes go to the error stream."""
    evidence = parse_findings(model.vocabulary, findings or [])
    for notice in evidence.notices:
        err().print(f"Note: {notice}.")
    return model.case(evidence)


def read_words(
    vocabulary: Vocabulary, maps: Sequence[str] | None, mapping: Path | None
) -> ColumnMapping:
    """Return what columns and values of a cohort are called here, by a file and by options."""
    words = ColumnMapping() if mapping is None else read_mapping(vocabulary, mapping)
    return words | parse_maps(maps or [])


def read_all(path: Path) -> Sheet:
    """Return a file of cases that is held as a whole.

    Raises
    ------
    TableError
        If it cannot be read.
    HamkneeError
        If it has more rows than `MOST_CASES`, which is told as soon as they are seen.
    """
    return read_sheet(path, _check_count)


def _check_count(rows: int, _columns: int) -> None:
    if rows > MOST_CASES:
        allowed = f"{MOST_CASES:,} at once, such as a random part; hamknee score takes any number"
        raise HamkneeError(f"found over {MOST_CASES:,} cases; allowed: {allowed}")


def read_cohort(vocabulary: Vocabulary, sheet: Sheet, words: ColumnMapping) -> "pd.DataFrame":
    """Return the cases of a file; what was assumed in reading it goes to the error stream."""
    frame = sheet.cases()
    headings = mapped_headings(vocabulary, [str(column) for column in frame.columns], words)
    near = (f"Perhaps not meant: {hint}." for hint in headings.near.values())
    for note in (*sheet.notes, *headings.assumed, *near):
        err().print(f"Note: {note}")
    return frame


def read_diagnosed(vocabulary: Vocabulary, path: Path, words: ColumnMapping) -> LabelledCases:
    """Return the cases of a file with their diagnoses, named by its column ``case_id``.

    Raises
    ------
    CasesError, TableError
        If the file or its cases cannot be used.
    """
    frame = read_cohort(vocabulary, read_all(path), words)
    return label(vocabulary, named_by_id(frame, vocabulary), words)


def parse_flags(yes: Sequence[str] | None, no: Sequence[str] | None) -> dict[str, bool]:
    """Return the answers to warning signs, by name.

    Parameters
    ----------
    yes, no : sequence of str or None
        Names of those that are there, and of those that were asked and are not.

    Raises
    ------
    FlagError
        With every one that is given as both.
    """
    both = [name for name in dict.fromkeys(yes or []) if name in (no or [])]
    if both:
        problem = "{} is given with --flag and with --no-flag; allowed: one of the two"
        raise FlagError([problem.format(name) for name in both])
    return dict.fromkeys(yes or [], True) | dict.fromkeys(no or [], False)


def parse_not_known(vocabulary: Vocabulary, names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the variables that were asked in vain, or raise EvidenceError with every problem."""
    problems: list[str] = []
    checked = []
    for name in names or ():
        try:
            checked.append(find_variable(vocabulary, name.strip()).name)
        except EvidenceError as error:
            problems += error.problems
    if problems:
        raise EvidenceError(problems)
    return tuple(dict.fromkeys(checked))


def try_triage(
    case: Case, flags: dict[str, bool], not_known: Collection[str] = ()
) -> Triage | None:
    """Return the triage; None where no guidance goes with the model and no flag was given."""
    if not flags and find_guidance(case.model) is None:
        return None
    return triage(case.model, case, flags, not_known=not_known)


def print_triage(console: Console, urgency: Triage | None) -> None:
    """Print the level, what to do, the reasons, and which warning signs are open."""
    if urgency is None:
        console.print("No guidance goes with this vocabulary: nothing here says how urgent it is.")
        return
    console.print(f"{urgency.about.label}. {urgency.about.action}", style="bold")
    for text in urgency.reasons_beside_open:
        console.print(f"- {text}")
    if urgency.eased_text:
        console.print(urgency.eased_text)
    if urgency.open:
        console.print(f"{urgency.open_text} 'hamknee flags' has the questions.", style="dim")
    else:
        console.print(urgency.open_text, style="dim")


def triage_json(urgency: Triage | None) -> dict[str, object] | None:
    """Return level and reasons as JSON can hold them."""
    if urgency is None:
        return None
    about = {"level": urgency.level, "provisional": urgency.provisional}
    return about | {"reasons": urgency.reason_texts, "eased": urgency.eased_text}


def print_json(case: Case, answer: dict[str, object]) -> None:
    """Print an answer as JSON, with the numbers and the findings it rests on."""
    about = {
        "priors": {"source": case.model.source, "sha256": case.model.sha256},
        "evidence": case.evidence.as_json(),
    }
    echo_json(about | answer)


def echo_json(answer: object) -> None:
    """Print an answer as JSON; what is no number, which JSON does not have, is refused."""
    typer.echo(json.dumps(answer, indent=2, allow_nan=False))


def print_also(console: Console, also: AlsoPresent) -> None:
    """Print what may be there beside the main cause."""
    for text in filter(None, [also.text, also.clot_text]):
        console.print(text)


def print_footer(console: Console, model: Model) -> None:
    """Print the limits and the digest of the numbers."""
    guidance = find_guidance(model)
    limits = "" if guidance is None else f"{guidance.limits_text}\n"
    console.print(f"\n{limits}priors {short_digest(model.sha256)} from {model.source}", style="dim")
