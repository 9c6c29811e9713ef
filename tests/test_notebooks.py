"""Every notebook runs from top to bottom and leaves no trace in the repository."""

import hashlib
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


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


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_stripped(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_from_top_to_bottom_and_changes_no_file(path, tmp_path):
    before = digests()
    notebook = nbformat.read(path, as_version=4)
    # Run away from the repository: a notebook must not depend on the folder it is started in.
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    assert digests() == before
    if path.stem == "01_from_evidence_to_priors":
        assert notebook.cells[-1].outputs[0]["text"] == "identical to the shipped file\n"
