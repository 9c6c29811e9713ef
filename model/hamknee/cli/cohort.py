"""The command `score`: a cohort in, the probabilities of every row out."""

import sys
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from hamknee.cli.terminal import (
    BaseRatesOption,
    JsonOption,
    MapOption,
    MappingOption,
    PriorsOption,
    SettingOption,
    err,
    load_model,
    out,
    print_footer,
    read_words,
)
from hamknee.cohort import score_file, score_folder
from hamknee_command import INTERRUPTED

app = typer.Typer()


@app.command()
def score(
    cohort: Annotated[
        Path,
        typer.Argument(
            metavar="COHORT",
            help="A .csv or .parquet file with a row a case and a column a variable, or a folder "
            "of .parquet files.",
        ),
    ],
    results: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="OUT", help="A .csv or .parquet file; for a folder a folder."
        ),
    ],
    maps: MapOption = None,
    mapping: MappingOption = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN", help="Copy this column too, besides case_id and id (repeat it)."
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first row that cannot be scored.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a folder after an interruption.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace results that are there already.")
    ] = False,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Share the files of a folder out among the workers of this Dask scheduler, such "
            "as tcp://10.0.0.5:8786. They must see the same folders. Only one that you trust.",
        ),
    ] = None,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Score a cohort of any size: the probability of every condition for every row."""
    model = load_model(priors, base_rates, setting)
    words = read_words(model.vocabulary, maps, mapping)
    scorer = score_file if dask is None else partial(score_folder, cluster=dask)
    shown = _Bar()
    try:
        with shown.bar:
            report = scorer(
                model,
                cohort,
                results,
                mapping=words,
                keep=keep or (),
                strict=strict,
                resume=resume,
                overwrite=overwrite,
                progress=shown.advance,
            )
    except KeyboardInterrupt:
        after = " --resume goes on with a folder." if cohort.is_dir() else ""
        err().print(f"Stopped; no file is half written.{after}")
        raise typer.Exit(code=INTERRUPTED) from None
    if as_json:
        typer.echo(report.json_text)
        return
    console = out()
    console.print(f"{report.text}\nThe results are in {results}.")
    print_footer(console, model)


class _Bar:
    """A progress bar with rate and remaining time, on a terminal only."""

    def __init__(self) -> None:
        self.bar = Progress(
            TextColumn("{task.fields[rows]:,} rows"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]:,} rows/s"),
            TimeRemainingColumn(),
            console=err(),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self.start = time.monotonic()
        self.task = self.bar.add_task("", total=1.0, rows=0, rate=0)

    def advance(self, rows: int, share: float) -> None:
        rate = round(rows / max(time.monotonic() - self.start, 1e-9))
        self.bar.update(self.task, completed=share, rows=rows, rate=rate)
