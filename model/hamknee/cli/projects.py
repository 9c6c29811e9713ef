"""The commands `new`, `state` and `add`: a project of one's own, without Python."""

from pathlib import Path
from typing import Annotated

import typer

from hamknee.cli.terminal import out
from hamknee.projects import new_project, open_project

app = typer.Typer()

FolderArgument = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="A project, as `hamknee new` makes it.")
]


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to; not there yet.")],
) -> None:
    """Make a project of your own: a copy of the numbers, words and evidence."""
    project = new_project(folder)
    out().print(f"{folder}: {', '.join(project.files)}")
    out().print(f'Next: hamknee state {folder} pop strain "24 of 60"')


@app.command()
def state(
    folder: FolderArgument,
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="A finding, or finding=state.")],
    given: Annotated[
        str, typer.Argument(metavar="CONDITION", help="The condition in which it is so often seen.")
    ],
    statement: Annotated[
        str,
        typer.Argument(
            metavar="STATEMENT",
            help='"24 of 60", "0.40 (0.25 to 0.55)", "LR+ 3.1 (1.9 to 5.0)", '
            '"LR- 0.4 (0.3 to 0.6)", "quartiles 0.3 0.4 0.5" or "chips 0 3 10 6 1".',
        ),
    ],
    source: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Where it is published: a key of references.bib."),
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="What stands beside the number.")] = "",
) -> None:
    """State one number anew; the project is changed, and what followed is said."""
    project = open_project(folder)
    stated = project.state(finding, given, statement, source=source, note=note)
    stated.save(folder, overwrite=True)
    for sentence in stated.changes:
        out().print(sentence)


@app.command()
def add(
    folder: FolderArgument,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.TOML", help=r"Tables \[condition.NAME] and \[finding.NAME]."),
    ],
) -> None:
    """Add conditions and findings that a file states; numbers nobody states are flat."""
    grown = open_project(folder).add(file)
    grown.save(folder, overwrite=True)
    for line in (*grown.changes, grown.check().text):
        out().print(line)
