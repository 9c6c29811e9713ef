"""The command line: `hamknee diagnose`, `findings`, `check` and `dashboard`."""

import io
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hamknee import __version__
from hamknee.evidence import Evidence, EvidenceError, check_evidence, find_variable, parse_value
from hamknee.faults import HamkneeError
from hamknee.inference import Model, load, read_shipped_or_own
from hamknee.results import Posterior, percent
from hamknee.shipped import shipped
from hamknee.vocabulary import Vocabulary

LIMITS = (
    "This informs; it does not diagnose or treat anyone. Most of its numbers are expert judgement. "
    "Seek help now for sudden pain with a pop and marked swelling, a leg that cannot bear weight, "
    "a swollen warm calf, breathlessness, or fever."
)
AGREEMENT = 1e-9
"""Largest difference from pgmpy that counts as agreement."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="What is behind pain where the hamstring meets the knee, and how sure can we be.",
)

PriorsOption = Annotated[
    Path | None, typer.Option("--priors", metavar="FILE", help="Use another priors.csv.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; bad input ends with a plain message and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a letter shows ? for it
    try:
        app(args=list(arguments) if arguments is not None else None)
    except HamkneeError as error:
        _err().print(f"Error: {error}")
        sys.exit(2)


def _print_version(wanted: bool) -> None:
    if wanted:
        model = load()
        _out().print(f"hamknee {__version__}\npriors  {model.sha256}\nfrom    {model.source}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Show the version and the digest of the numbers.",
        ),
    ] = False,
) -> None:
    """Hold the options that stand before any command."""


@app.command()
def diagnose(
    findings: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[VARIABLE=VALUE]...",
            help="What is known, such as onset=sudden, age=31, "
            "'location=posteromedial|posterolateral' (one of these) or 'warmth=yes:0.7|no:0.3' "
            "(how likely each answer makes what was seen). 'hamknee findings' lists them all.",
        ),
    ] = None,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
) -> None:
    """Rank the conditions that could be behind the pain."""
    model = load(priors)
    evidence = parse_findings(model.vocabulary, findings or [])
    posterior = model.posterior(evidence)
    for notice in evidence.notices:
        _err().print(f"Note: {notice}.")
    if as_json:
        typer.echo(json.dumps(_as_json(model, posterior), indent=2))
        return
    out = _out()
    out.print(f"{posterior.findings_text}\n\n{posterior.text}\n")
    out.print(_ranking(posterior, "█" if out.encoding.startswith("utf") else "#"))
    out.print(f"\n{LIMITS}\npriors {model.sha256[:12]} from {model.source}", style="dim")


@app.command()
def findings(priors: PriorsOption = None) -> None:
    """List everything that can be entered, with the question and its answers."""
    vocabulary = load(priors).vocabulary
    table = Table("variable", "question", "values", box=None, pad_edge=False, show_lines=False)
    for variable in vocabulary.having("context", "trait", "finding"):
        years = f"{variable.unit}, or " if variable.unit else ""
        table.add_row(variable.name, variable.question, years + " ".join(variable.state_names))
    _out().print(table)


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[PRIORS.CSV]", help="The shipped file if not given.")
    ] = None,
) -> None:
    """Validate a priors.csv, then compare the engine with pgmpy on 100 random cases."""
    priors = read_shipped_or_own(file)
    model = load(file)
    bases = Counter(row.basis for row in priors.rows)
    counted = ", ".join(f"{count} {basis}" for basis, count in bases.most_common())
    out = _out()
    out.print(f"{priors.source}: no faults\nvocabulary  {priors.vocabulary.source}")
    out.print(f"digest      {priors.sha256}")
    out.print(f"numbers     {len(priors.rows)} in {len(priors.vocabulary)} variables: {counted}")

    from hamknee.network import difference_from_pgmpy  # takes seconds, so not before it is needed

    difference = difference_from_pgmpy(model, cases=100, seed=0)
    out.print(f"pgmpy       largest difference on 100 random cases {difference:.1e}")
    if difference > AGREEMENT:
        raise typer.Exit(code=1)


@app.command()
def dashboard(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; 8501 or the next free one.")
    ] = None,
    address: Annotated[
        str, typer.Option(help="Address to serve on; only this machine can reach localhost.")
    ] = "localhost",
    priors: PriorsOption = None,
) -> None:
    """Open the dashboard; the address is printed."""
    model = load(priors)
    folder = shipped("dashboard")
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "app.py")]
    command += ["--server.headless=true", f"--server.address={address}"]
    command += ["--browser.gatherUsageStats=false"]
    command += [f"--server.port={port}"] if port else []
    environment = os.environ | {"HAMKNEE_PRIORS": str(Path(model.source).resolve())}
    try:
        raise typer.Exit(subprocess.run(command, cwd=folder, env=environment).returncode)
    except KeyboardInterrupt:
        raise typer.Exit from None


def parse_findings(vocabulary: Vocabulary, texts: Sequence[str]) -> Evidence:
    """Turn ``variable=value`` texts into checked evidence.

    Raises
    ------
    EvidenceError
        With every problem found.
    """
    entries: dict[str, object] = {}
    problems: list[str] = []
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            if not equals:
                allowed = "variable=value, such as onset=sudden"
                raise EvidenceError([f"cannot read {text!r}; allowed: {allowed}"])
            variable = find_variable(vocabulary, name.strip())
            if variable.name in entries:
                several = "use | between several values"
                raise EvidenceError([f"{variable.name} is given twice; allowed: once ({several})"])
            entry = parse_value(variable, value)
            check_evidence(vocabulary, {variable.name: entry})
            entries[variable.name] = entry
        except EvidenceError as error:
            problems += error.problems
    if problems:
        raise EvidenceError(problems)
    return check_evidence(vocabulary, entries)


def _as_json(model: Model, posterior: Posterior) -> dict[str, object]:
    target = posterior.target
    return {
        "priors": {"source": model.source, "sha256": model.sha256},
        "evidence": posterior.evidence.as_json(),
        "p_evidence": posterior.p_evidence,
        "conditions": [
            {
                target.name: target.states[i].name,
                "label": target.states[i].label,
                "probability": float(posterior.probabilities[i]),
            }
            for i in posterior.order
        ],
    }


def _ranking(posterior: Posterior, block: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(posterior.target.label)
    table.add_column("Probability", justify="right")
    table.add_column("")
    table.add_column("Starting", justify="right")
    for i in posterior.order:
        probability, prior = float(posterior.probabilities[i]), float(posterior.prior[i])
        bar = block * round(20 * probability)
        table.add_row(posterior.target.states[i].label, percent(probability), bar, percent(prior))
    return table


def _err() -> Console:
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def _out() -> Console:
    """Return the terminal; where it is no terminal, lines are not broken."""
    return Console(highlight=False, markup=False, soft_wrap=not sys.stdout.isatty())
