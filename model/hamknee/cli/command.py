"""The command line: `hamknee diagnose`, `explain`, `sensitivity`, `ask`, `check`, `dashboard`."""

import errno
import io
import os
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Group
from rich.table import Table
from typer.exceptions import TyperException

from hamknee import __version__
from hamknee.base import HamkneeError, percent_range
from hamknee.cli.cohort import app as cohort_app
from hamknee.cli.criticism import app as criticism_app
from hamknee.cli.evaluation import app as evaluation_app
from hamknee.cli.formats import app as formats_app
from hamknee.cli.guidance import app as guidance_app
from hamknee.cli.interview import Interview
from hamknee.cli.learning import app as learning_app
from hamknee.cli.losses import app as losses_app
from hamknee.cli.projects import app as project_app
from hamknee.cli.recalibration import app as recalibration_app
from hamknee.cli.serving import app as serving_app
from hamknee.cli.studies import app as studies_app
from hamknee.cli.terminal import (
    BaseRatesOption,
    Findings,
    FlagOption,
    JsonOption,
    NoFlagOption,
    NotKnownOption,
    PriorsOption,
    RecalibrationOption,
    SettingOption,
    err,
    load_model,
    out,
    parse_flags,
    parse_not_known,
    plain,
    print_also,
    print_footer,
    print_json,
    print_triage,
    ranking,
    read_case,
    records,
    triage_json,
    try_triage,
)
from hamknee.cli.usage import complaint
from hamknee.cli.validation import app as validation_app
from hamknee.evaluation import read_recalibration
from hamknee.guidance import find_guidance, level_questions
from hamknee.inference import load
from hamknee.network import read_shipped_or_own
from hamknee.projects import open_project
from hamknee.reasoning import Reasons, also_present, conflict, next_questions
from hamknee.reasoning import explain as explain_state
from hamknee.sensitivity import CredibleInterval, credible_interval, tornado, what_would_change
from hamknee_command import INTERRUPTED

AGREEMENT = 1e-9
"""Largest difference from pgmpy that counts as agreement."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="What is behind pain where the hamstring meets the knee, and how sure can we be.",
)

SUBJECTS = (
    *(guidance_app, losses_app, evaluation_app, criticism_app, validation_app, studies_app),
    recalibration_app,
    *(learning_app, project_app, formats_app, cohort_app, serving_app),
)
for subject in SUBJECTS:
    app.add_typer(subject)

ConditionOption = Annotated[
    str | None,
    typer.Option("--condition", metavar="NAME", help="Which one; the most likely if not given."),
]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; bad input ends with a plain message and exit code 2."""
    closed = sys.stdout is None  # as of a service, or with >&-
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a letter shows ? for it
    try:
        code = _run(arguments)
        sys.stdout.flush()  # a full disk shows here at the latest
        if closed:
            raise OSError(errno.EBADF, "it is closed")
        sys.exit(code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except HamkneeError as error:
        _complain(str(error))
        sys.exit(2)
    except OSError as why:
        where = "standard output" if why.filename is None else repr(str(why.filename))
        allowed = "a terminal, or a file or program with room for what is printed"
        allowed = allowed if why.filename is None else "files that can be read and written"
        sys.stdout = _nowhere()  # what is left in it would fail once more at the end
        _complain(f"{where} cannot be used: {why.strerror or why}; allowed: {allowed}")
        sys.exit(1)


def _run(arguments: Sequence[str] | None) -> int:
    """Run a command and return its exit code."""
    try:
        code = app(
            args=None if arguments is None else list(arguments),
            prog_name="hamknee",
            standalone_mode=False,
        )
    except SystemExit as end:
        return int(end.code or 0)
    except typer.Abort:  # as where an answer is asked for and input is at its end
        _complain("stopped, as there is nothing more to read")
        return 1
    except TyperException as error:
        if text := complaint(error):
            _complain(text)
        return 2
    return code if isinstance(code, int) else 0


def _nowhere() -> TextIO:
    """Return a stream that takes everything and keeps nothing."""
    return Path(os.devnull).open("w", encoding="utf-8")


def _complain(text: str) -> None:
    with suppress(OSError):  # there is nowhere left to say it
        err().print(f"Error: {text}")


def _print_version(wanted: bool) -> None:
    if wanted:
        model = load()
        out().print(f"hamknee {__version__}\npriors  {model.sha256}\nfrom    {model.source}")
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
    findings: Findings = None,
    flag: FlagOption = None,
    no_flag: NoFlagOption = None,
    not_known: NotKnownOption = None,
    recalibration: RecalibrationOption = None,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Say how soon to seek help, then rank the conditions that could be behind the pain."""
    flags = parse_flags(flag, no_flag)
    model = load_model(priors, base_rates, setting)
    case = read_case(findings, model)
    vain = parse_not_known(model.vocabulary, not_known)
    layer = None if recalibration is None else read_recalibration(model, recalibration)
    urgency = try_triage(case, flags, vain)
    interval = credible_interval(model, case) if urgency is None else urgency.interval
    if as_json:
        answer = {"triage": triage_json(urgency)} | _conditions(interval)
        if layer is not None:
            after = layer.posterior(model, case)
            answer["recalibrated"] = {"text": layer.text, "conditions": records(after.table)}
        print_json(case, answer)
        return
    posterior, console = interval.posterior, out()
    print_triage(console, urgency)
    console.print()
    console.print(f"{posterior.findings_text}\n\n{posterior.text}\n")
    console.print(ranking(interval, console))
    console.print(f"\n{interval.stability}")
    if layer is not None:
        after = layer.posterior(model, case)
        console.print(f"\nRecalibrated: {after.text} {layer.text} How soon to seek help is not.\n")
    print_also(console, also_present(model, case.evidence))
    if case.evidence:
        together = conflict(model, case)
        if together.stands_out:
            console.print(together.text)
    first = () if urgency is None else level_questions(model, case, flags, not_known=vain).names
    console.print(next_questions(model, case, skip=vain, first=first).text)
    print_footer(console, model)


@app.command()
def explain(
    findings: Findings = None,
    condition: ConditionOption = None,
    against: Annotated[
        str | None, typer.Option(metavar="NAME", help="Contrast with this condition.")
    ] = None,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Say how much each finding counts for or against a condition, in bits and in words."""
    model = load_model(priors, base_rates, setting)
    case = read_case(findings, model)
    state = case.posterior.top if condition is None else condition
    reasons = explain_state(model, case, state, against=against)
    if as_json:
        asked = {"condition": state, "against": against}
        totals = {"start_bits": plain(reasons.start), "end_bits": plain(reasons.end)}
        print_json(case, asked | totals | {"weights": records(reasons.table)})
        return
    console = out()
    console.print(reasons.text)
    if reasons.findings:
        console.print(_weights(reasons))
    console.print(conflict(model, case).text)
    print_footer(console, model)


def _weights(reasons: Reasons) -> Group:
    """Return the weights of all findings as a table, with a line on how to read it."""
    table = Table("Finding", "Value", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("In order", "Last", "Mean", "Decibans"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in reasons.table.to_dict(orient="records"):
        names = ("in_order", "leave_one_out", "shapley", "shapley_decibans")
        table.add_row(row["label"], row["value"], *(_signed(row[name]) for name in names))
    read = (
        "Bits for each finding: as entered, if it came last, and the mean over all orders "
        "(also in decibans). 1 bit doubles the odds."
    )
    return Group("", table, read, "")


@app.command()
def sensitivity(
    findings: Findings = None,
    condition: ConditionOption = None,
    level: Annotated[
        float | None,
        typer.Option(
            help="Also tell which numbers would have to change to bring it here (0 to 1)."
        ),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many numbers to list.")] = 10,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Say which numbers of priors.csv the answer hangs on, and which to measure next."""
    model = load_model(priors, base_rates, setting)
    case = read_case(findings, model)
    state = case.posterior.top if condition is None else condition
    ranges = tornado(model, case, state)
    widths = credible_interval(model, case).contributions(state)
    change = None if level is None else what_would_change(model, case, state, level)
    if as_json:
        answer: dict[str, object] = {"condition": state, "tornado": records(ranges.table)}
        answer["contributions"] = records(widths.table)
        if change is not None:
            reached = {"level": level, "reachable": change.reachable}
            answer["change"] = reached | {"numbers": records(change.table)}
        print_json(case, answer)
        return
    console = out()
    console.print(f"{ranges.text}\n{widths.text}\n")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Number", overflow="fold")
    for column in ("Now", "Range", "Moves it", "First stays"):
        table.add_column(column, justify="right", no_wrap=True)
    for entry in ranges.order[:most]:
        table.add_row(
            ranges.entries.place(entry).text(model),
            f"{ranges.entries.probability[entry]:.3g}",
            f"{ranges.low[entry]:.3g} to {ranges.high[entry]:.3g}",
            percent_range(ranges.posterior_low[entry], ranges.posterior_high[entry]),
            f"{ranges.admissible_low[entry]:.3g} to {ranges.admissible_high[entry]:.3g}",
        )
    console.print(table)
    if change is not None:
        console.print(f"\n{' '.join(filter(None, [change.text, change.distance_text]))}")
    print_footer(console, model)


@app.command()
def ask(
    findings: Findings = None,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Be asked, one question at a time, the one first that tells most."""
    model = load_model(priors, base_rates, setting)
    case = read_case(findings, model)
    console = err() if as_json else out()  # the answer alone goes where another program reads
    if (guidance := find_guidance(model)) is not None:
        console.print(guidance.limits_text, style="dim")
    interview = Interview(model, case.evidence, console, console.input)
    try:
        case = interview.run()
    except KeyboardInterrupt:
        console.print()
        raise typer.Exit(code=INTERRUPTED) from None
    urgency = try_triage(case, {}, interview.not_known)
    if as_json:
        answer = {"triage": triage_json(urgency)} | _conditions(credible_interval(model, case))
        print_json(case, answer | {"asked": list(interview.answers)})
        return
    posterior = case.posterior
    console.print()
    print_triage(console, urgency)
    console.print(f"\n{posterior.findings_text}\n{posterior.text}")
    print_also(console, also_present(model, case.evidence))
    print_footer(console, model)


@app.command()
def findings(priors: PriorsOption = None) -> None:
    """List everything that can be entered, with the question and its answers."""
    vocabulary = load(priors).vocabulary
    table = Table("variable", "question", "values", box=None, pad_edge=False, show_lines=False)
    for variable in vocabulary.having("context", "trait", "finding"):
        years = f"{variable.unit}, or " if variable.unit else ""
        table.add_row(variable.name, variable.question, years + " ".join(variable.state_names))
    out().print(table)


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
    console = out()
    console.print(f"{priors.source}: no faults\nvocabulary  {priors.vocabulary.source}")
    guidance = find_guidance(model)
    console.print(f"guidance    {'none' if guidance is None else guidance.source}")
    console.print(f"digest      {priors.sha256}")
    variables = len(priors.vocabulary)
    console.print(f"numbers     {len(priors.rows)} in {variables} variables: {counted}")
    if file is not None and file.is_dir():
        for line in open_project(file).check().text.splitlines()[2:]:
            console.print(line)

    from hamknee.formats import difference_from_pgmpy  # takes seconds, so not before it is needed

    difference = difference_from_pgmpy(model, cases=100, seed=0)
    console.print(f"pgmpy       largest difference on 100 random cases {difference:.1e}")
    if difference > AGREEMENT:
        raise typer.Exit(code=1)


def _conditions(interval: CredibleInterval) -> dict[str, object]:
    return {
        "p_evidence": interval.posterior.p_evidence,
        "conditions": records(interval.table.drop(columns="prior")),
    }


def _signed(weight: object) -> str:
    """Return a weight with its sign, or the words of a certainty."""
    return f"{weight:+.2f}" if isinstance(weight, float) else str(weight)
