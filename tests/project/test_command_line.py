"""docs/command-line.md names every command and option that there is, and no other."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from hamknee.cli.command import app

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
COMMANDS: dict[str, Any] = vars(typer.main.get_command(app))["commands"]
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def section(name: str) -> str:
    """Return what the page says of one command."""
    return PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]


def usage(name: str) -> str:
    """Return the line that shows how a command is called."""
    return section(name).split("```")[1].strip()


def options(name: str) -> dict[str, bool]:
    """Return every spelling of every option that `--help` lists, and whether it is needed."""
    listed = [param for param in COMMANDS[name].params if param.param_type_name == "option"]
    return {spelling: option.required for option in listed for spelling in option.opts}


def arguments(name: str) -> dict[str, bool]:
    """Return what `--help` calls every argument, and whether it is needed."""
    listed = [param for param in COMMANDS[name].params if param.param_type_name == "argument"]
    return {(entry.metavar or entry.name).strip("[]."): entry.required for entry in listed}


def test_the_page_has_a_section_for_each_command() -> None:
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert headings[0] == "What goes for all"
    assert sorted(headings[1:]) == sorted(COMMANDS)


def test_the_table_leads_to_each_command() -> None:
    assert set(re.findall(r"\[`([\w-]+)`\]\(#([\w-]+)\)", PAGE)) == {(n, n) for n in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_usage_names_every_option_and_which_are_needed(name: str) -> None:
    optional = OPTION.findall(" ".join(re.findall(r"\[(.+?)\]", usage(name))))
    named = {option: option not in optional for option in OPTION.findall(usage(name))}
    assert named == options(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_usage_names_every_argument_as_the_help_does(name: str) -> None:
    before = usage(name).removeprefix(f"hamknee {name}")
    words = re.findall(r"(?:^| )(\[?)([A-Za-z][\w.=]*)", re.split(r" [\[(]?-", before)[0])
    assert {word: not bracket for bracket, word in words} == arguments(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_words_name_only_options_that_there_are(name: str) -> None:
    spans = re.findall(r"`([^`\n]+)`", section(name).split("```")[2])
    assert set(OPTION.findall(" ".join(spans))) <= set(options(name))
