"""Every notebook asks one question, runs from top to bottom, and leaves no trace."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# In a process of its own, away from what other tests leave behind in the event loop; one for all
# notebooks, because Jupyter takes a second to import, but each has a kernel of its own. On a busy
# machine a message from the kernel can still go unnoticed until the time is up, and only then be
# found; that is why whoever waits for one looks again after a moment.
EXECUTE = """
import json
import sys
import traceback
from queue import Empty
from time import monotonic
import nbformat
from jupyter_client.channels import AsyncZMQSocketChannel
from nbclient import NotebookClient

wait = AsyncZMQSocketChannel.get_msg

async def wait_and_look_again(channel, timeout=None):
    end = float("inf") if timeout is None else monotonic() + timeout
    while True:
        left = max(0, end - monotonic())
        try:
            return await wait(channel, min(0.2, left))
        except Empty:
            if not left:
                raise

AsyncZMQSocketChannel.get_msg = wait_and_look_again
for line in sys.stdin:
    path, folder, executed = json.loads(line)
    notebook, fault = nbformat.read(path, as_version=4), ""
    try:
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()
        nbformat.write(notebook, executed)
    except Exception:
        fault = traceback.format_exc()
    print(json.dumps(fault), flush=True)
"""
Run: TypeAlias = Callable[[Path, Path, Path], str]
"""Runs a notebook in a folder, writes what comes of it to a file, and returns what went wrong."""

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
        [sys.executable, "-c", EXECUTE],
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
    if path.stem == "01_from_evidence_to_priors":
        last = [output for output in found if output.output_type == "stream"][-1]
        assert last.text == "identical to the shipped file\n"
