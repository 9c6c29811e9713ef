"""The command `decide`: what referring and waiting are expected to cost."""

from typing import Annotated

import typer
from rich.table import Table

from hamknee.base import HamkneeError
from hamknee.cli.terminal import (
    BaseRatesOption,
    Findings,
    JsonOption,
    PriorsOption,
    SettingOption,
    load_model,
    out,
    print_footer,
    print_json,
    read_case,
    records,
)
from hamknee.reasoning import Loss, Referral
from hamknee.reasoning import decide as decide_by_losses

app = typer.Typer()


@app.command()
def decide(
    missed: Annotated[
        list[str],
        typer.Option(
            metavar="CONDITION=LOSS",
            help="What it costs if it is there and nobody is referred, in any one unit (several: "
            "repeat it).",
        ),
    ],
    findings: Findings = None,
    needless: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION=LOSS",
            help="What it costs if it is there and somebody is referred for nothing (repeat it).",
        ),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many questions to list.")] = 10,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Weigh referring against waiting by what it costs to be wrong; it outvotes no warning sign."""
    model = load_model(priors, base_rates, setting)
    case = read_case(findings, model)
    costs = dict(map(_loss, missed)), dict(map(_loss, needless or []))
    names = dict.fromkeys([*costs[0], *costs[1]])
    losses = {name: Loss(costs[0].get(name, 0.0), costs[1].get(name, 0.0)) for name in names}
    referral = decide_by_losses(model, case, losses)
    if as_json:
        answer: dict[str, object] = {"action": referral.action, "text": referral.text}
        answer |= {"refer": referral.refer, "wait": referral.wait}
        print_json(case, answer | {"questions": records(referral.table)})
        return
    console = out()
    console.print(f"{referral.text}\n")
    console.print(_questions(referral, most))
    print_footer(console, model)


def _loss(text: str) -> tuple[str, float]:
    """Return a condition and what it costs."""
    name, _, loss = text.rpartition("=")
    try:
        return name.strip(), float(loss)
    except ValueError:
        raise HamkneeError(
            f"cannot read the loss {text!r}; allowed: CONDITION=LOSS, such as dvt=50"
        ) from None


def _questions(referral: Referral, most: int) -> Table:
    """Return what each question is expected to save as a table for the terminal."""
    table = Table("Question about", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Saves", "Bits", "Could change it"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in referral.table.head(most).to_dict(orient="records"):
        changes = "yes" if row["changes_action"] else "no"
        table.add_row(row["label"], f"{row['saved']:.3g}", f"{row['bits']:.2f}", changes)
    return table
