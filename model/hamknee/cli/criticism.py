"""The command that holds the model against patients: `criticise`."""

from typing import Annotated

import typer
from rich.table import Table

from hamknee.base import HamkneeError, percent, percent_range, short_digest
from hamknee.cli.terminal import (
    BaseRatesOption,
    CasesArgument,
    JsonOption,
    MapOption,
    MappingOption,
    PriorsOption,
    SettingOption,
    echo_json,
    load_model,
    out,
    read_diagnosed,
    read_words,
    records,
)
from hamknee.estimation import update
from hamknee.evaluation import (
    Margins,
    PredictiveCheck,
    ResidualDependence,
    predictive_check,
    residual_dependence,
)
from hamknee.network import read_shipped_or_own

app = typer.Typer()


@app.command()
def criticise(
    cases: CasesArgument = None,
    maps: MapOption = None,
    mapping: MappingOption = None,
    margins: Annotated[
        Margins | None,
        typer.Option(
            metavar="KIND",
            help="How common a finding is within a condition: as among the 'cases', or as the "
            "'model' says; by default 'cases' where they are many.",
        ),
    ] = None,
    after_update: Annotated[
        bool,
        typer.Option(
            "--after-update",
            help="First let the numbers learn from these cases: what is still off then is not for "
            "want of numbers.",
        ),
    ] = False,
    most: Annotated[int, typer.Option("--most", min=1, help="How many rows to list.")] = 10,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Say whether the model makes such patients, and which arrow it lacks most."""
    numbers = read_shipped_or_own(priors)
    labelled = (
        None
        if cases is None
        else read_diagnosed(
            numbers.vocabulary, cases, read_words(numbers.vocabulary, maps, mapping)
        )
    )
    if after_update:
        if cases is None or labelled is None:
            raise HamkneeError(
                "found --after-update without a file; allowed: with cases of your own, because "
                "nothing is learned from the published ones"
            )
        numbers = update(numbers, labelled, name=cases.name).priors
    model = load_model(numbers, base_rates, setting)
    check = predictive_check(model, labelled)
    dependence = residual_dependence(model, labelled, margins=margins)
    if as_json:
        answer = {
            "priors": {"source": model.source, "sha256": model.sha256},
            "after_update": after_update,
            "text": [check.text, dependence.text],
            "answers": records(check.table),
            "cases": records(check.by_case),
            "margins": dependence.margins,
            "pairs": records(dependence.table),
        }
        echo_json(answer)
        return
    console = out()
    console.print(f"{check.text}\n")
    console.print(_answers(check, most))
    console.print(f"\n{dependence.text}\n")
    console.print(_pairs(dependence, most))
    console.print(f"\npriors {short_digest(model.sha256)} from {model.source}", style="dim")


def _answers(check: PredictiveCheck, most: int) -> Table:
    """Return the answers that are furthest off as a table for the terminal."""
    table = Table("Answer", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Given", "Expected", "95 % of cohorts"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in check.table.head(most).to_dict(orient="records"):
        table.add_row(
            f"{row['variable_label']}: {row['state_label']}",
            f"{percent(row['observed'])} of {row['n']}",
            percent(row["expected"]),
            percent_range(row["low"], row["high"]),
        )
    return table


def _pairs(dependence: ResidualDependence, most: int) -> Table:
    """Return the pairs that go together most as a table for the terminal."""
    table = Table("Finding", "With", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Both", "Expected", "p", "of all pairs"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in dependence.table.head(most).to_dict(orient="records"):
        table.add_row(
            f"{row['first_label']}: {row['first_state_label']}",
            f"{row['second_label']}: {row['second_state_label']}",
            f"{row['observed']:.0f} of {row['n']}",
            f"{row['expected']:.1f}",
            f"{row['p']:.2g}",
            f"{row['p_adjusted']:.2g}",
        )
    return table
