"""The commands on what to do: `hamknee flags`, `follow-up` and `summary`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from hamknee.base import write_whole, writing
from hamknee.cli.terminal import (
    BaseRatesOption,
    Findings,
    FlagOption,
    JsonOption,
    NoFlagOption,
    NotKnownOption,
    PriorsOption,
    SettingOption,
    echo_json,
    load_model,
    out,
    parse_flags,
    parse_not_known,
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
        echo_json(listed)
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
    not_known: NotKnownOption = None,
    as_json: JsonOption = False,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Say what to do now that some days have passed, from how it went."""
    answers = parse_flags(flag, no_flag)
    model = load_model(priors, base_rates, setting)
    case = read_case(findings, model)
    vain = parse_not_known(model.vocabulary, not_known)
    followed = follow_up(model, case, answers, days=days, course=course, not_known=vain)
    if as_json:
        answer: dict[str, object] = {"days": followed.days, "course": followed.rule.course}
        answer |= {"level_before": followed.before, "triage": triage_json(followed.triage)}
        answer |= {"text": followed.course_text, "advice": records(followed.advice.table)}
        print_json(case, answer)
        return
    console = out()
    print_triage(console, followed.triage)
    console.print(f"\n{followed.course_text}\n\n{followed.advice.text}")
    print_footer(console, model)


@app.command("summary")
def summary_command(
    findings: Findings = None,
    flag: FlagOption = None,
    no_flag: NoFlagOption = None,
    not_known: NotKnownOption = None,
    as_html: Annotated[
        bool, typer.Option("--html", help="One side of A4 as HTML instead of Markdown.")
    ] = False,
    as_note: Annotated[
        bool, typer.Option("--note", help="A few lines of plain text for the record.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write it.")
    ] = None,
    priors: PriorsOption = None,
    base_rates: BaseRatesOption = None,
    setting: SettingOption = None,
) -> None:
    """Put the case on one printable page: findings, ranking, warning signs, advice, limits."""
    answers = parse_flags(flag, no_flag)
    model = load_model(priors, base_rates, setting)
    case = read_case(findings, model)
    page = summary(model, case, answers, not_known=not_known or ())
    text = page.note if as_note else page.html if as_html else page.markdown
    if file is None:
        typer.echo(text, nl=False)
    else:
        with writing(file):
            write_whole(file, text)
