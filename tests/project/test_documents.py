"""What the documents link to and name is there, and what they tell is run."""

import re
import subprocess
from pathlib import Path

import pytest
import typer

from hamknee.cli.command import app

ROOT = Path(__file__).resolve().parents[2]
LISTED = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True)
DOCUMENTS = LISTED.stdout.split() or [str(path.relative_to(ROOT)) for path in ROOT.glob("*.md")]
COMMANDS = vars(typer.main.get_command(app))["commands"]
each_document = pytest.mark.parametrize("name", DOCUMENTS)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(name: str) -> str:
    """Return a document without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text(name), flags=re.DOTALL | re.MULTILINE)


def headings(name: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", prose(name), re.MULTILINE)


def anchors(name: str) -> set[str]:
    """Return what a link can name in a document, by GitHub's rule."""
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in headings(name)}


@each_document
def test_every_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", prose(name))
    for link in ("".join(pair) for pair in links):
        if link.startswith(("https://", "mailto:")):
            continue
        file, _, anchor = link.partition("#")
        target = (ROOT / name).parent / file if file else ROOT / name
        assert target.exists(), link
        assert not anchor or anchor in anchors(str(target.resolve().relative_to(ROOT))), link


@each_document
def test_headings_can_be_told_apart(name: str) -> None:
    if name != "CHANGELOG.md":  # which repeats its headings for each version
        assert len(headings(name)) == len(set(headings(name)))


@each_document
def test_every_command_that_is_named_is_one(name: str) -> None:
    code = re.findall(r"^```.*?^```|`[^`]+`", text(name), re.DOTALL | re.MULTILINE)
    called = re.findall(r"(?:^|[`/])hamknee ([a-z][\w-]*)", "\n".join(code), re.MULTILINE)
    assert set(called) <= set(COMMANDS)


@each_document
def test_what_looks_like_an_example_is_run(name: str) -> None:
    run = {"README.md", "docs/library.md"}  # the second is made of docstrings, which are run
    assert ">>>" not in text(name) or name in run


def test_every_path_that_the_map_names_is_there() -> None:
    roots = [ROOT, *(ROOT / folder for folder in ("model/hamknee", "dashboard", "tests", "data"))]
    spans = re.findall(r"`([\w./-]+)`", prose("ARCHITECTURE.md"))
    named = [span for span in spans if re.search(r"/|\.(py|toml|csv|md|bib|lock|css)$", span)]
    paths = [span for span in named if "ROOM" not in span and span != "pages/"]
    paths = [path for path in paths if not path.startswith("build/")]  # which `make` makes
    assert [path for path in paths if not any((root / path).exists() for root in roots)] == []
    assert len(paths) > 50


@pytest.mark.parametrize(("name", "most"), [("ARCHITECTURE.md", 130), ("README.md", 130)])
def test_it_stays_short(name: str, most: int) -> None:
    assert len(text(name).splitlines()) <= most
