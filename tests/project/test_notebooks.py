"""Every notebook asks one question, runs from top to bottom, and leaves no trace."""

import hashlib
import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

MAKE = runpy.run_path(str(ROOT / "docs" / "make_notebooks.py"))
PAGES = ROOT / "docs" / "notebooks"
MOST = 1_500_000
"""Bytes that the pages with their pictures may take in the repository."""

Run: TypeAlias = Callable[[Path, Path, Path], str]
"""Runs a notebook in a folder, writes what comes of it to a file, and returns what went wrong."""

REMEDY = "make notebook-pages"

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path, kind: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def digests() -> dict[str, str]:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "data", "notebooks"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in tracked.stdout.splitlines()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    temporary = tmp_path_factory.mktemp("temporary")
    with subprocess.Popen(
        [sys.executable, "-c", MAKE["RUNNER"]],
        env=os.environ | {"TMPDIR": str(temporary)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        ask, answers = process.stdin, process.stdout
        assert ask is not None
        assert answers is not None

        def run(path: Path, folder: Path, executed: Path) -> str:
            ask.write(json.dumps([str(path), str(folder), str(executed)]) + "\n")
            ask.flush()
            return str(json.loads(answers.readline()))

        yield run
        ask.close()


def test_they_are_numbered_without_gaps() -> None:
    numbers = [int(path.stem.partition("_")[0]) for path in NOTEBOOKS]
    assert numbers == list(range(1, len(NOTEBOOKS) + 1))
    assert numbers


def test_their_readme_lists_them_all_with_their_questions() -> None:
    readme = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\d\d)\]\((.+?)\) \| (.+?) \|$", readme, re.MULTILINE)
    titles = [cells(path, "markdown")[0].source.splitlines()[0] for path in NOTEBOOKS]
    assert listed == [
        (path.name[:2], path.name, title.removeprefix("# "))
        for path, title in zip(NOTEBOOKS, titles, strict=True)
    ]


@each_notebook
def test_it_begins_with_a_question_and_ends_with_a_conclusion(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert re.match(r"# .+\?\n", notebook.cells[0].source)
    prose = "\n".join(cell.source for cell in cells(path, "markdown"))
    headings = re.findall(r"^#+ .+$", prose, re.MULTILINE)
    assert [line for line in headings if line.startswith("# ")] == headings[:1]
    assert headings[-1] == "## Conclusion"
    assert notebook.cells[-1].cell_type == "markdown"


@each_notebook
def test_outputs_are_stripped(path: Path) -> None:
    nbformat.validate(nbformat.read(path, as_version=4))
    kept = [cell for cell in cells(path, "code") if cell.outputs or cell.execution_count]
    remedy = f"jupyter nbconvert --clear-output --inplace notebooks/{path.name}"
    assert not kept, f"outputs are not to be committed; to strip them: {remedy}"


@each_notebook
def test_it_runs_from_top_to_bottom_and_leaves_no_trace(
    path: Path, run: Run, tmp_path: Path
) -> None:
    # Run away from the repository: a notebook must not depend on the folder it is started in.
    started_in, executed = tmp_path / "started in", tmp_path / path.name
    started_in.mkdir()
    before = digests()
    fault = run(path, started_in, executed)
    assert not fault, fault[-4000:]
    notebook = nbformat.read(executed, as_version=4)
    assert digests() == before
    assert not list(started_in.iterdir())
    found = outputs(notebook)
    assert not [output.text for output in found if output.get("name") == "stderr"]
    # Altair's own kinds of picture would be drawn by a program from the internet.
    kinds = {kind for output in found for kind in output.get("data", {})}
    assert not [kind for kind in kinds if "vega" in kind]
    made = MAKE["Page"](path.stem, notebook)
    assert (PAGES / f"{path.stem}.md").read_text(encoding="utf-8") == made.text, REMEDY
    assert made.pictures.keys() == {found.name for found in PAGES.glob(f"{path.name[:2]}-*.png")}
    if path.stem == "01_from_evidence_to_priors":
        last = [output for output in found if output.output_type == "stream"][-1]
        assert last.text == "identical to the shipped file\n"


@each_notebook
def test_its_page_has_its_code(path: Path) -> None:
    page = (PAGES / f"{path.stem}.md").read_text(encoding="utf-8")
    code = re.findall(r"^```python\n(.*?)\n```$", page, re.DOTALL | re.MULTILINE)
    assert code == [cell.source for cell in cells(path, "code")], REMEDY


def test_every_picture_says_in_words_what_is_to_be_seen() -> None:
    shown = []
    for path in PAGES.glob("*.md"):
        pictures = re.findall(r"<img (.+?)>", path.read_text(encoding="utf-8"))
        for source, words in (re.findall(r'src="(.+?)".+alt="(.+)"', p)[0] for p in pictures):
            assert words.startswith("Across: "), source  # an axis says which number it is of
            assert re.search(r"(Rows|Points|Lines|Strongest): .", words), source
            shown.append(source)
    assert sorted(shown) == sorted(path.name for path in PAGES.glob("*.png"))
    assert len(shown) > 20


def test_the_pages_are_small_and_lead_to_each_other() -> None:
    assert sum(path.stat().st_size for path in PAGES.iterdir()) < MOST
    titles = {path.stem: cells(path, "markdown")[0].source.splitlines()[0] for path in NOTEBOOKS}
    index = MAKE["index"]({name: title.removeprefix("# ") for name, title in titles.items()})
    assert (PAGES / "README.md").read_text(encoding="utf-8") == index, REMEDY


def test_a_table_is_told_as_markdown() -> None:
    import pandas as pd

    frame = pd.DataFrame({"a|b": ["x_y", "<z>"], "n": [1, 2]}, index=pd.Index([0.5, 1], name="row"))
    assert MAKE["as_table"](frame._repr_html_()).splitlines() == [
        "| row | a\\|b | n |",
        "| --- | --- | --- |",
        "| 0.5 | x\\_y | 1 |",
        "| 1.0 | &lt;z> | 2 |",
    ]
    deep = pd.DataFrame(
        {"p": [1, 2, 3]}, index=pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 3)])
    )
    assert MAKE["as_table"](deep._repr_html_()).splitlines()[2:] == [
        "| a | 1 | 1 |",
        "|  | 2 | 2 |",
        "| b | 3 | 3 |",
    ]
