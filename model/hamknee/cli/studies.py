"""The command that says what to measure next, in patients: `studies`."""

from typing import Annotated

import typer
from rich.table import Table

from hamknee.base import short_digest
from hamknee.cli.terminal import (
    BaseRatesOption,
    JsonOption,
    PriorsOption,
    SettingOption,
    echo_json,
    load_model,
    out,
    records,
)
from hamknee.sensitivity import Studies, next_studies

app = typer.Typer()


@app.command()
def studies(
    patients: Annotated[
        int, typer.Option("--patients", min=1, metavar="N", help="Patients in each study.")
    ] = 100,
    known: Annotated[
        float,
        typer.Option(
            metavar="P", help="How much is known of each patient whom the study shall help: 0 to 1."
        ),
    ] = 0.5,
    most: Annotated[int, typer.Option("--most", min=1, help="How many studies to list.")] = 10,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Say which finding to record in more patients of which condition."""
    model = load_model(priors, base_rates, setting)
    best = next_studies(model, patients, known=known)
    if as_json:
        answer = {
            "priors": {"source": model.source, "sha256": model.sha256},
            "patients": best.n,
            "unknown": best.unknown,
            "text": best.text,
            "studies": records(best.table.head(most)),
        }
        echo_json(answer)
        return
    console = out()
    console.print(f"{best.text}\n")
    console.print(_table(best, most))
    console.print("± is a standard deviation. Bits: of the log score.", style="dim")
    console.print(f"\npriors {short_digest(model.sha256)} from {model.source}", style="dim")


def _table(best: Studies, most: int) -> Table:
    """Return the best studies as a table for the terminal."""
    table = Table("Record", "In patients with", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Bits", "Now", "Then"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in best.table.head(most).to_dict(orient="records"):
        table.add_row(
            f"{row['label']} ({row['state_label']})",
            row["given_label"],
            f"{row['bits']:.4f}",
            f"{row['probability']:.2f} ± {row['sd']:.2f}",
            f"± {row['sd_after']:.2f}",
        )
    return table
