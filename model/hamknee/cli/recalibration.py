"""The command `recalibrate`: a layer over the answers, fitted to cases of one's own."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from hamknee.base import HamkneeError, percent, percent_range, shipped, short_digest, writing
from hamknee.cli.terminal import (
    BaseRatesOption,
    JsonOption,
    MapOption,
    MappingOption,
    PriorsOption,
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
    Recalibration,
    RecalibrationKind,
    number_range,
    with_case_mix,
)
from hamknee.evaluation import recalibrate as fit
from hamknee.network import priors_path

app = typer.Typer()


@app.command()
def recalibrate(
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="LAYER.json", help="Where to write the layer."),
    ],
    cohort: Annotated[
        Path | None,
        typer.Argument(
            metavar="[COHORT]",
            help="Cases of your own with their diagnosis, CSV or Parquet; without them only the "
            "case mix changes.",
        ),
    ] = None,
    maps: MapOption = None,
    mapping: MappingOption = None,
    kind: Annotated[
        RecalibrationKind,
        typer.Option(
            metavar="KIND",
            help="'slope': how much the findings count; 'temperature': how much everything does.",
        ),
    ] = "slope",
    case_mix: Annotated[
        list[str] | None,
        typer.Option(
            "--case-mix",
            metavar="CONDITION=SHARE",
            help="How common a condition is where it will be used (several: repeat it).",
        ),
    ] = None,
    folds: Annotated[int, typer.Option(help="Parts of the cross-validation.")] = 10,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Make answers fit a place: its case mix, and how much findings count there."""
    model, mix = load_model(priors, base_rates, setting), dict(map(_share, case_mix or []))
    for path in filter(None, (cohort, priors_path(priors), shipped("data/priors.csv"))):
        if output.exists() and path.exists() and output.samefile(path):
            problem = f"{str(output)!r} is read, and would be overwritten"
            raise HamkneeError(f"{problem}; allowed: the name of a new file")
    fitted = None
    if cohort is not None:
        fitted = fit(
            model,
            read_diagnosed(model.vocabulary, cohort, read_words(model.vocabulary, maps, mapping)),
            kind=kind,
            case_mix=mix or None,
            folds=folds,
            name=cohort.name,
        )
        layer = fitted.layer
    elif mix:
        layer = with_case_mix(model, mix)
    else:
        raise HamkneeError("found neither a cohort nor --case-mix; allowed: one of them, or both")
    with writing(output):
        layer.save(output)
    text = layer.text if fitted is None else fitted.text
    if as_json:
        answer: dict[str, object] = {"output": str(output), "text": text}
        answer |= {"numbers": layer.numbers, "slope": layer.slope, "kind": layer.kind}
        answer["case_mix"] = records(layer.table)
        if fitted is not None:
            ends = [plain(fitted.slope.low), plain(fitted.slope.high)]
            answer |= {"slope_interval": ends, "helps": fitted.helps}
            answer["scores"] = records(fitted.table)
        echo_json(answer)
        return
    console = out()
    console.print(f"{text}\n")
    if fitted is not None:
        console.print(_scores(fitted))
        console.print("By cross-validation. Of the last two less is better.", style="dim")
    console.print(f"\nwritten: {output}, for the numbers {short_digest(layer.numbers)}")


def _share(text: str) -> tuple[str, float]:
    """Return a condition and its share."""
    name, _, share = text.partition("=")
    try:
        return name.strip(), float(share)
    except ValueError:
        raise HamkneeError(
            f"found the case mix {text!r}; allowed: CONDITION=SHARE, such as dvt=0.1"
        ) from None


def _scores(fitted: Recalibration) -> Table:
    """Return the measures with the layer and without as a table for the terminal."""
    table = Table("", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for forecast in fitted.board.by_case:
        table.add_column(FORECASTS[forecast], no_wrap=True)
    for measure, label in MEASURES.items():
        cells = []
        for forecast in fitted.board.by_case:
            value = fitted.board.value(forecast, measure)
            ends = fitted.board.interval(forecast, measure)
            share = f"{percent(value)} ({percent_range(*ends)})"
            cells.append(share if measure in SHARES else number_range(value, *ends))
        table.add_row(label, *cells)
    return table
