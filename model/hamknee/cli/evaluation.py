"""The commands for those who tune and check the numbers."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from hamknee.base import HamkneeError, percent, percent_range, shipped, short_digest
from hamknee.cli.terminal import (
    BaseRatesOption,
    CasesArgument,
    JsonOption,
    MapOption,
    MappingOption,
    PriorsOption,
    RecalibrationOption,
    SettingOption,
    echo_json,
    load_model,
    out,
    plain,
    read_diagnosed,
    read_words,
    records,
)
from hamknee.evaluation import (
    FORECASTS,
    MEASURES,
    SHARES,
    DecisionCurve,
    Evaluation,
    number_range,
    read_recalibration,
)
from hamknee.evaluation import evaluate as evaluate_model
from hamknee.network import (
    CasesError,
    ColumnMapping,
    LabelledCases,
    Priors,
    read_labelled,
    read_shipped_or_own,
)
from hamknee.projects import ProjectDifference, compare_numbers
from hamknee.sensitivity import Difference, vocabulary_differences
from hamknee.sensitivity import difference as compare

app = typer.Typer()


@app.command()
def evaluate(
    cases: CasesArgument = None,
    maps: MapOption = None,
    mapping: MappingOption = None,
    min_findings: Annotated[
        int,
        typer.Option(min=0, help="Leave out cases of which fewer findings are known."),
    ] = 0,
    decision: Annotated[
        str | None,
        typer.Option(
            metavar="CONDITION",
            help="Say at which thresholds acting on the probability of this one would help.",
        ),
    ] = None,
    prevalence: Annotated[
        float | None,
        typer.Option(
            metavar="P",
            help="With --decision: the share of people with it where one would act, such as 0.01.",
        ),
    ] = None,
    recalibration: RecalibrationOption = None,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Say how often the ranking is right in cases whose diagnosis is known."""
    if prevalence is not None and decision is None:
        raise HamkneeError("found --prevalence alone; allowed: with --decision CONDITION")
    model = load_model(priors, base_rates, setting)
    labelled = (
        None
        if cases is None
        else read_diagnosed(model.vocabulary, cases, read_words(model.vocabulary, maps, mapping))
    )
    layer = None if recalibration is None else read_recalibration(model, recalibration)
    evaluation = evaluate_model(model, labelled, min_findings=min_findings, recalibration=layer)
    curve = None if decision is None else evaluation.decision_curve(decision, prevalence=prevalence)
    if as_json:
        numbers = {"priors": {"source": model.source, "sha256": model.sha256}}
        answer = numbers | evaluation.as_json()
        if curve is not None:
            answer |= {"decision": {"condition": decision} | _decision(curve)}
        echo_json(answer)
        return
    console = out()
    console.print(f"{evaluation.text}\n")
    console.print(_scores(evaluation))
    console.print("Log loss and Brier score: less is better.\n", style="dim")
    console.print(_by_condition(evaluation))
    console.print("Mean: of the probability of the right condition.", style="dim")
    if curve is not None:
        console.print(f"\n{curve.text}")
    console.print(f"\npriors {short_digest(model.sha256)} from {model.source}", style="dim")


def _decision(curve: DecisionCurve) -> dict[str, object]:
    """Return a decision curve as JSON holds it."""
    about = {"n": curve.n, "events": curve.events, "prevalence": curve.prevalence}
    return about | {"text": curve.text, "thresholds": records(curve.differences)}


def _scores(evaluation: Evaluation) -> Table:
    """Return the measures of the model and its baselines, with intervals."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(f"{percent(evaluation.mass)} intervals")
    for forecast in evaluation.probabilities:
        table.add_column(FORECASTS[forecast], no_wrap=True)
    for measure, words in MEASURES.items():
        cells = []
        for forecast in evaluation.probabilities:
            value = evaluation.board.value(forecast, measure)
            ends = evaluation.board.interval(forecast, measure)
            share = f"{percent(value)} ({percent_range(*ends)})"
            cells.append(share if measure in SHARES else number_range(value, *ends))
        table.add_row(words, *cells)
    return table


def _by_condition(evaluation: Evaluation) -> Table:
    """Return how often each diagnosis was found, with intervals."""
    table = Table("Diagnosis", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("First", "In first three", "Mean"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in evaluation.by_condition.to_dict(orient="records"):
        shares = (
            f"{round(row[name] * row['n'])} of {row['n']} "
            f"({percent_range(row[f'{name}_low'], row[f'{name}_high'])})"
            for name in SHARES
        )
        table.add_row(row["label"], *shares, percent(row["mean_p"]))
    return table


@app.command()
def diff(
    old: Annotated[
        str, typer.Argument(metavar="A", help="A priors.csv, or 'shipped' for the shipped one.")
    ],
    new: Annotated[str, typer.Argument(metavar="B", help="Another, or 'shipped'.")],
    cases: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Cases in which to try both, CSV or Parquet; the published ones if not given.",
        ),
    ] = None,
    maps: MapOption = None,
    mapping: MappingOption = None,
    most: Annotated[int, typer.Option(min=1, help="How many numbers to list.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Say which numbers differ, how far apart they are, and which first diagnoses change."""
    if cases is None and (maps or mapping is not None):
        raise HamkneeError("found --map or --mapping alone; allowed: with --cases")
    before, after = _read_numbers(old), _read_numbers(new)
    words = read_words(before.vocabulary, maps, mapping)
    labelled = _cases_for(before, cases, words)
    numbers = {
        name: {"source": priors.source, "sha256": priors.sha256}
        for name, priors in (("old", before), ("new", after))
    }
    grown = vocabulary_differences(before.vocabulary, after.vocabulary)
    if grown and before.vocabulary.target.name == after.vocabulary.target.name:
        _print_grown(compare_numbers(before, after, labelled), numbers, most, as_json)
        return
    difference = compare(before, after, labelled)
    if as_json:
        answer = {
            "distance": plain(difference.distance),  # null where it is infinite
            "changed": records(difference.table),
            "averages": records(difference.averages),
            "cases": records(difference.cases),
            "flips": [str(name) for name in difference.flips["case"]],
        }
        echo_json(numbers | answer)
        return
    console = out()
    console.print(difference.text)
    if difference.labelled is None:
        console.print("The published cases do not fit this vocabulary and were left out.")
    if difference.changed:
        console.print()
        console.print(_changed(difference, most))
    if len(difference.changed) > most:
        console.print(f"{len(difference.changed) - most} more; --most lists more, --json all.")
    console.print(f"\nold {short_digest(before.sha256)} from {before.source}", style="dim")
    console.print(f"new {short_digest(after.sha256)} from {after.source}", style="dim")


def _print_grown(
    both: ProjectDifference, numbers: dict[str, dict[str, str]], most: int, as_json: bool
) -> None:
    """Print what is new, gone and changed where the two have other conditions or findings."""
    if as_json:
        words = [{"kind": kind, "name": name} for kind, name in both.words]
        cases = [{"case": case, "before": old, "after": new} for case, old, new in both.cases]
        answer = {"words": words, "changed": records(both.table), "cases": cases}
        echo_json(numbers | answer)
        return
    console = out()
    console.print(f"{both.text}\n")
    table = Table("Number", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Before", "After"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in both.table.head(most).to_dict(orient="records"):
        given = f" | {row['given']}" if row["given"] else ""
        name = f"P({row['variable']}={row['state']}{given})"
        table.add_row(name, f"{row['before']:.4g}", f"{row['after']:.4g}")
    console.print(table)
    for name, about in numbers.items():
        console.print(f"{name} {short_digest(about['sha256'])} from {about['source']}", style="dim")


def _read_numbers(name: str) -> Priors:
    return read_shipped_or_own(shipped("data/priors.csv") if name == "shipped" else name)


def _cases_for(priors: Priors, file: Path | None, words: ColumnMapping) -> LabelledCases | None:
    """Return the cases of a file; without one the published cases, if they fit the vocabulary."""
    try:
        if file is not None:
            return read_diagnosed(priors.vocabulary, file, words)
        return read_labelled(priors.vocabulary)
    except CasesError:
        if file is None:
            return None
        raise


def _changed(difference: Difference, most: int) -> Table:
    """Return the rows that differ, each with its numbers before and after."""
    table = Table("Number", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Before", "After", "ess", "then"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("Basis", no_wrap=True)
    for old, new in difference.changed[:most]:
        rows = (old, new)
        bases = dict.fromkeys(row.basis for row in rows if row)
        table.add_row(
            next(row.name for row in rows if row),
            *(f"{row.probability:.4g}" if row else "none" for row in rows),
            *(f"{row.ess:g}" if row else "" for row in rows),
            " → ".join(bases),
        )
    return table
