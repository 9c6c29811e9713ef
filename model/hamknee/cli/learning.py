"""The command `update`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from hamknee.base import shipped, short_digest, suggestion, writing
from hamknee.cli.terminal import (
    JsonOption,
    MapOption,
    MappingOption,
    PriorsOption,
    echo_json,
    out,
    read_all,
    read_cohort,
    read_words,
    records,
)
from hamknee.estimation import METHODS, LearningError, Update
from hamknee.estimation import update as update_priors
from hamknee.network import (
    ColumnMapping,
    Vocabulary,
    mapped_headings,
    priors_path,
    read_references,
    read_shipped_or_own,
)

if TYPE_CHECKING:
    import pandas as pd

MOST_LIKELIHOODS = 100_000
"""Different likelihoods of a cohort to learn from, which take minutes where EM does not settle."""

app = typer.Typer()


@app.command()
def update(
    cohort: Annotated[
        Path,
        typer.Argument(
            metavar="COHORT",
            help="CSV or Parquet: a row a case, a column a variable, one of them the diagnosis; "
            "empty cells are not known.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="NEW.csv", help="Where to write the numbers.")
    ],
    maps: MapOption = None,
    mapping: MappingOption = None,
    weight: Annotated[
        float, typer.Option(help="For how many cases each counts: below 1 for old data.")
    ] = 1.0,
    method: Annotated[
        str, typer.Option(metavar="METHOD", help=f"One of: {', '.join(METHODS)}.")
    ] = "posterior_mean",
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VARIABLE",
            help="Leave its numbers, and those of what leads to it, as they are (several: repeat "
            "it); 'condition' where the cases were chosen by their diagnosis.",
        ),
    ] = None,
    learn: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VARIABLE",
            help="Learn it though it says where the cases were seen; otherwise 'setting' stays.",
        ),
    ] = None,
    one_sided: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VARIABLE",
            help="Learn from it though it seems to be written down only when it is there.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Key of references.bib to name as a source."),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many numbers to list.")] = 10,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
) -> None:
    """Add the cases of a cohort to the numbers and write a new priors.csv."""
    sheet = read_all(cohort)
    numbers = read_shipped_or_own(priors)
    _check_files(cohort, output, priors)
    _check_source(source, output)
    words = read_words(numbers.vocabulary, maps, mapping)
    frame = read_cohort(numbers.vocabulary, sheet, words)
    _check_likelihoods(numbers.vocabulary, frame, words)
    learned = update_priors(
        numbers,
        frame,
        mapping=words,
        weight=weight,
        method=method,
        keep=keep or (),
        learn=learn or (),
        one_sided=one_sided or (),
        name=cohort.name.encode(errors="replace").decode(),  # it need not be text
        source=source,
    )
    with writing(output):
        learned.priors.save(output)
    if as_json:
        echo_json(_as_json(learned, output))
        return
    console = out()
    console.print(f"{learned.text}\n")
    console.print(_numbers(learned, most))
    console.print(f"\nwritten: {output}, digest {short_digest(learned.priors.sha256)}")
    console.print(f"priors {short_digest(numbers.sha256)} from {numbers.source}", style="dim")


def _check_files(cohort: Path, output: Path, priors: Path | None) -> None:
    """Raise if an input would be overwritten."""
    for path in (cohort, priors_path(priors), shipped("data/priors.csv")):
        if output.exists() and output.samefile(path):
            problem = f"{str(output)!r} is read, and would be overwritten"
            raise LearningError(f"{problem}; allowed: the name of a new file")


def _check_likelihoods(vocabulary: Vocabulary, frame: "pd.DataFrame", words: ColumnMapping) -> None:
    """Raise if there are more likelihoods than can be gone over a thousand times in minutes."""
    headings = mapped_headings(vocabulary, [str(name) for name in frame.columns], words)
    distinct = (
        frame[name].drop_duplicates().astype(str)
        for name in frame.columns
        if str(name) in headings.variables
    )
    count = sum(int(column.str.contains(":", regex=False).sum()) for column in distinct)
    if count > MOST_LIKELIHOODS:
        allowed = f"{MOST_LIKELIHOODS:,} to learn from, such as those of a random part of the cases"
        raise LearningError(f"found {count:,} different likelihoods; allowed: {allowed}")


def _check_source(source: str | None, output: Path) -> None:
    """Raise if the numbers could not be read again with that source."""
    if source is None:
        return
    own = output.parent / "references.bib"
    path = own if own.is_file() else shipped("data/references.bib")
    keys = read_references(path)
    if source not in keys:
        problem = f"unknown source {source!r}{suggestion(source, keys)}"
        allowed = f"a key of {path}, or of a references.bib beside {output.name}"
        raise LearningError(f"{problem}; allowed: {allowed}")


def _numbers(learned: Update, most: int) -> Table:
    """Return the numbers that moved most as a table for the terminal."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Number", overflow="fold")
    for column in ("Was", "Is", "ESS was", "ESS is", "Cases"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in learned.table.head(most).to_dict(orient="records"):
        given = f" | {row['given']}" if row["given"] else ""
        numbers = (row[name] for name in ("old", "new", "old_ess", "ess", "count"))
        table.add_row(f"{row['variable']}={row['state']}{given}", *(f"{n:.3g}" for n in numbers))
    return table


def _as_json(learned: Update, output: Path) -> dict[str, object]:
    """Return the update as JSON can hold it."""
    return {
        "priors": {"source": learned.before.source, "sha256": learned.before.sha256},
        "output": {"source": str(output), "sha256": learned.priors.sha256},
        "cohort": learned.name,
        "cases": learned.size,
        "complete": learned.complete,
        "weight": learned.weight,
        "method": learned.method,
        "kept": dict(learned.kept),
        "one_sided": [column.text for column in learned.one_sided],
        "iterations": learned.iterations,
        "converged": learned.converged,
        "log_likelihood": [float(value) for value in learned.log_likelihood],
        "text": learned.text,
        "numbers": records(learned.table),
    }
