"""The commands on what to do: `hamknee flags`, `follow-up` and `summary`."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from hamknee.base import write_whole, writing
from hamknee.cli.terminal import (
    Findings,
    FlagOption,
    JsonOption,
    NoFlagOption,
    PriorsOption,
    out,
    parse_flags,
    print_footer,
    print_json,
    print_triage,
    read_case,
    records,
    triage_json,
)
from hamknee.guidance import follow_up, guidance_for, summary
from hamknee.inference import load

app = typer.Typer()

DaysOption = Annotated[float, typer.Option("--days", help="Days since you began.")]
CourseOption = Annotated[
    str, typer.Option("--course", metavar="better|same|worse", help="How it has gone since.")
]


@app.command()
def flags(as_json: JsonOption = False, priors: PriorsOption = None) -> None:
    """List the warning signs, with the question and the level each asks for."""
    guidance = guidance_for(load(priors))
    if as_json:
        listed = [
            {"name": flag.name, "question": flag.question, "level": flag.level}
            for flag in guidance.flags.values()
        ]
        typer.echo(json.dumps(listed, indent=2))
        return
    table = Table("name", "question", "level", box=None, pad_edge=False)
    for flag in guidance.flags.values():
        table.add_row(flag.name, flag.question, guidance.levels[flag.level].label)
    out().print(table)


@app.command("follow-up")
def follow_up_command(
    days: DaysOption,
    course: CourseOption,
    findings: Findings = None,
    flag: FlagOption = None,
    no_flag: NoFlagOption = None,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
) -> None:
    """Say what to do now that some days have passed, from how it went."""
    answers = parse_flags(flag, no_flag)
    model, evidence = read_case(findings, priors)
    found = follow_up(model, evidence, answers, days=days, course=course)
    if as_json:
        told = {"days": found.days, "course": found.rule.course, "level_before": found.before}
        told |= {"triage": triage_json(found.triage), "text": found.course_text}
        print_json(model, evidence, told | {"advice": records(found.advice.table)})
        return
    console = out()
    print_triage(console, found.triage)
    console.print(f"\n{found.course_text}\n\n{found.advice.text}")
    print_footer(console, model)


@app.command("summary")
def summary_command(
    findings: Findings = None,
    flag: FlagOption = None,
    no_flag: NoFlagOption = None,
    as_html: Annotated[bool, typer.Option("--html", help="HTML instead of Markdown.")] = False,
    file: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write it.")
    ] = None,
    priors: PriorsOption = None,
) -> None:
    """Put the case on one printable page: findings, ranking, warning signs, advice, limits."""
    answers = parse_flags(flag, no_flag)
    model, evidence = read_case(findings, priors)
    page = summary(model, evidence, answers)
    text = page.html if as_html else page.markdown
    if file is None:
        typer.echo(text, nl=False)
    else:
        with writing(file):
            write_whole(file, text)
