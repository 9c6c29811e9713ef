"""The command `validate`: a report of an external validation."""

from pathlib import Path
from typing import Annotated

import typer

from hamknee.base import HamkneeError, write_whole, writing
from hamknee.cli.terminal import (
    BaseRatesOption,
    CasesArgument,
    MapOption,
    MappingOption,
    PriorsOption,
    SettingOption,
    load_model,
    out,
    read_diagnosed,
    read_words,
)
from hamknee.evaluation import THRESHOLDS
from hamknee.evaluation import validate as validate_model
from hamknee.guidance import find_guidance, urgent_conditions
from hamknee.inference import Model, load

app = typer.Typer()


@app.command()
def validate(
    cases: CasesArgument = None,
    maps: MapOption = None,
    mapping: MappingOption = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Report to write: .html or .md."),
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=A|B", help="An event of several conditions; may be given several times."
        ),
    ] = None,
    threshold: Annotated[
        list[float] | None,
        typer.Option(metavar="P", help="Probability from which on it says yes; several times."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="PRIORS", help="Another priors.csv, or a project, to compare with."),
    ] = None,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Report how good the model is on a cohort, as TRIPOD+AI asks."""
    if output is not None and output.suffix.lower() not in (".html", ".md"):
        raise HamkneeError(f"found the report {str(output)!r}; allowed: a name with .html or .md")
    model = load_model(priors, base_rates, setting)
    labelled = None
    if cases is not None:
        words = read_words(model.vocabulary, maps, mapping)
        labelled = read_diagnosed(model.vocabulary, cases, words)
    validated = validate_model(
        model,
        labelled,
        events=dict(map(_event, event or [])) or _urgent(model),
        thresholds=threshold or THRESHOLDS,
        against=None if against is None else load(against),
    )
    out().print(validated.text)
    if output is not None:
        report = validated.html if output.suffix.lower() == ".html" else validated.markdown
        with writing(output):
            write_whole(output, report)
        out().print(f"Report: {output}")


def _event(text: str) -> tuple[str, list[str]]:
    name, equals, states = text.partition("=")
    if not equals or not name or not states:
        raise HamkneeError(f"cannot read the event {text!r}; allowed: 'needs a scan=rupture|dvt'")
    return name, states.split("|")


def _urgent(model: Model) -> dict[str, list[str]]:
    """Return the conditions that by the guidance call for a doctor today, as one event."""
    guidance = find_guidance(model)
    urgent = [] if guidance is None else urgent_conditions(guidance)
    return {"needs a doctor today": urgent} if urgent else {}
