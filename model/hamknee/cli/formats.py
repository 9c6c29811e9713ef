"""The commands `export` and `import`."""

from pathlib import Path
from typing import Annotated

import typer

from hamknee.base import counted
from hamknee.cli.terminal import BaseRatesOption, PriorsOption, SettingOption, load_model, out
from hamknee.formats import FORMATS, as_files, read_network
from hamknee.formats import export as export_model

app = typer.Typer()

FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help=f"One of: {', '.join(FORMATS)}; what the ending tells if not given.",
    ),
]


@app.command()
def export(
    path: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="OUT.bif, OUT.xmlbif, OUT.net, OUT.xdsl or OUT.uai."),
    ],
    format: FormatOption = None,  # noqa: A002
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Write the model as a network file for other programs."""
    out().print(export_model(load_model(priors, base_rates, setting), path, format).text)


@app.command("import")
def import_network(
    path: Annotated[
        Path, typer.Argument(metavar="NET", help="A BIF, XMLBIF, NET, XDSL or UAI file.")
    ],
    folder: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FOLDER", help="Where to write the two files."),
    ],
    target: Annotated[
        str | None, typer.Option(metavar="NAME", help="The variable that is asked for.")
    ] = None,
    ess: Annotated[
        float | None,
        typer.Option(
            metavar="N",
            help="Equivalent sample size: for how many cases each column shall count when data are "
            "added. Needed unless the file tells it (NET's experience).",
        ),
    ] = None,
    words: Annotated[
        Path | None,
        typer.Option(
            "--vocabulary",
            metavar="FILE",
            help="A vocabulary.toml with the same variables and states; names those of UAI.",
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            metavar="P",
            help="How far columns may be from adding up to 1; those that are off are rescaled. "
            "What six digits cost if not given.",
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Such as windows-1251; what the file says if not given."),
    ] = None,
    format: FormatOption = None,  # noqa: A002
) -> None:
    """Make priors.csv and vocabulary.toml of a network file of another program."""
    model = read_network(
        path,
        target=target,
        format=format,
        vocabulary=words,
        tolerance=tolerance,
        encoding=encoding,
    )
    name = path.name.encode(errors="replace").decode()  # a name of a file need not be text
    imported = as_files(model, ess=ess, note=f"imported from {name}", words=words)
    imported.save(folder)
    console = out()
    variables = counted(len(model.vocabulary), "variables")
    console.print(f"{variables} and {len(imported.priors.rows)} probabilities.")
    for notice in model.notices:
        console.print(notice)
    for old, new in imported.renamed:
        console.print(f"{old} is called {new}, and keeps its name as its label.")
    if words is None:
        console.print("Roles, questions and groups in vocabulary.toml are placeholders.")
    console.print(f"Use it with --priors {folder / 'priors.csv'}")
