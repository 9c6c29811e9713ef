"""Words that the command cannot use are told in one sentence each, without the usage."""

from pathlib import Path

import pytest
import typer

from hamknee.cli.command import app
from tests.support.command_line import run

WHOLE = "a whole number from 1 to 65535"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        *(
            (f"dashboard --port {port}", f"--port cannot be {port!r}; allowed: {WHOLE}")
            for port in ("abc", "99999", "-1", "0", "8501.5", "٣x")
        ),
        ("sensitivity --most 0", "--most cannot be '0'; allowed: a whole number of at least 1"),
        ("sensitivity --level half", "--level cannot be 'half'; allowed: a number"),
        ("validate --threshold 0.1 --threshold x", "--threshold cannot be 'x'; allowed: a number"),
        ("criticise --margins x", "--margins cannot be 'x'; allowed: 'cases', 'model'"),
        ("recalibrate -o x --kind y", "--kind cannot be 'y'; allowed: 'slope', 'temperature'"),
        ("score in.csv -o", "-o needs a value"),
        ("diagnose --json=3", "--json takes no value"),
        ("follow-up --days 3", "--course is missing: How it has gone since"),
        ("score", "COHORT is missing: A .csv or .parquet file"),
        ("diff shipped", "B is missing: Another, or 'shipped'; 'hamknee diff -h' tells more"),
        ("new a b c", "nothing is asked for that 'b c' could be; 'hamknee new -h' tells"),
        ("dashbord", "'dashbord' is no command (did you mean 'dashboard'?); allowed: diagnose, "),
        (
            "findings --prior x",
            "'--prior' is no option of 'hamknee findings' (did you mean '--prio",
        ),
        ("--what", "'--what' is no option of 'hamknee'; allowed: --version, --help"),
        ("diff shipped shipped --map a=b", "found --map or --mapping alone; allowed: with --cases"),
        ("studies --patients 99999999999999999999", "found 99999999999999999999 patients; allowed"),
    ],
)
def test_the_sentence_names_the_word_and_what_is_allowed(
    words: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *words.split())
    assert code == 2
    assert out == ""
    assert " ".join(err.split()).startswith(f"Error: {sentence}")
    assert err.count("\n") == 1


def test_help_is_shown_where_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys)
    assert code == 2
    assert "Commands" in out + err
    assert "Error" not in out + err


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "onset=sudden", "--condition"],
        ["sensitivity", "onset=sudden", "--condition"],
        ["evaluate", "--decision"],
        ["diff", "shipped"],
        ["findings", "--priors"],
        ["summary", "onset=sudden", "-o"],
        ["update", "in.csv", "-o", "new.csv", "--priors"],
    ],
)
def test_an_empty_word_as_of_a_variable_that_is_not_set_is_no_choice(
    words: list[str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("condition,pop\nstrain,yes\n")
    code, _, err = run(capsys, *words, "")
    assert code == 2
    assert err.startswith("Error: ")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def numeric_options() -> list[tuple[str, str]]:
    """Return every option of every command that takes a number, so that a new one is tested."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return [
        (name, option.opts[-1])
        for name, command in commands.items()
        for option in command.params
        if {"int", "float"} & {*str(option.type_descriptor.annotation).split("'")}
        or "float" in str(option.type_descriptor.annotation)
    ]


def test_no_number_is_made_of_what_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    options = numeric_options()
    assert {("dashboard", "--port"), ("update", "--weight")} <= {*options}
    for command, option in options:
        for text in ("many", "", "1,5", "0x10", "1 2"):
            code, _, err = run(capsys, command, option, text)
            assert code == 2
            told = " ".join(err.split())
            assert told.startswith(f"Error: {option} cannot be {text!r}; allowed: a "), told


def test_every_list_has_ten_rows_where_no_number_is_asked_for() -> None:
    commands = vars(typer.main.get_command(app))["commands"]
    most = {
        name: parameter.default
        for name, command in commands.items()
        for parameter in command.params
        if "--most" in parameter.opts
    }
    assert most == dict.fromkeys(
        ("sensitivity", "decide", "diff", "criticise", "studies", "update"), 10
    )
