"""Run the notebooks and set each as a page with its results: python docs/make_notebooks.py.

The pages in docs/notebooks are what a repository shows without running anything. A table is one of
Markdown, a chart a picture of few colours with its alternative text, a widget a line that says so.
"""

import base64
import io
import json
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
PAGES = ROOT / "docs" / "notebooks"

COLOURS = 64
"""Of a picture: as many as its edges need to stay smooth."""

INDEX = """\
# Notebooks with their results

<!-- Made by `make notebook-pages`. -->

What [the notebooks](../../notebooks/README.md) show when they are run, to read without running
anything. What is moved by hand needs the notebooks themselves: `make notebooks`.

| page | answers |
|---|---|
"""

# Jupyter takes a second to import, so that one process serves all; each notebook has a kernel of
# its own. On a busy machine a message from the kernel can go unnoticed until the time is up, and
# only then be found; that is why whoever waits for one looks again after a moment.
RUNNER = """
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
"""A program that runs the notebooks it is told of, one a line, and answers what went wrong."""


class Table(HTMLParser):
    """The cells of an HTML table as pandas writes it.

    Parameters
    ----------
    page : str
        The HTML.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.heads = 0
        """How many rows are headings."""
        self._inside = False
        self._spans: dict[int, int] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell; a cell that spans rows leaves the ones below it empty."""
        values = dict(attrs)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._room()
            self._spans[len(self.rows[-1])] = int(values.get("rowspan") or 1) - 1
            self.rows[-1] += [""] * int(values.get("colspan") or 1)
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        """End a cell, or the headings."""
        if tag in ("td", "th"):
            self._inside = False
        elif tag == "thead":
            self.heads = len(self.rows)
        elif tag == "tr":
            self._room()

    def handle_data(self, data: str) -> None:
        """Add words to a cell."""
        if self._inside:
            self.rows[-1][-1] += data

    def _room(self) -> None:
        """Leave what a cell above still fills."""
        while self._spans.get(len(self.rows[-1]), 0) > 0:
            self._spans[len(self.rows[-1])] -= 1
            self.rows[-1].append("")


def as_table(page: str) -> str:
    """Return a table as Markdown, its headings in one line."""
    table = Table(page)
    heads, rows = table.rows[: table.heads], table.rows[table.heads :]
    width = max(map(len, table.rows))
    columns = [[row[i] for row in heads if i < len(row) and row[i]] for i in range(width)]
    lines = [[" / ".join(dict.fromkeys(words)) for words in columns], ["---"] * width, *rows]
    return "\n".join(f"| {' | '.join(map(_in_cell, line))} |" for line in lines)


def _in_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("_", "\\_")


def as_picture(data: str) -> bytes:
    """Return a PNG of few colours: a fifth of the size, and the same to the eye."""
    picture = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
    small, written = picture.quantize(COLOURS, dither=Image.Dither.NONE), io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()


def fenced(text: str, language: str = "") -> str:
    """Return text as a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def code_of(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the cells of code."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


class Page:
    """One executed notebook as Markdown, and its pictures by name.

    Parameters
    ----------
    name : str
        Of the notebook, without its ending.
    notebook : NotebookNode
        With its outputs.
    """

    def __init__(self, name: str, notebook: nbformat.NotebookNode) -> None:
        self.name = name
        self.pictures: dict[str, bytes] = {}
        made = f"<!-- Made by `make notebook-pages` of notebooks/{name}.ipynb: change that. -->"
        parts = [part for cell in notebook.cells for part in self._cell(cell)]
        self.text = "\n\n".join([parts[0], made, *parts[1:]]) + "\n"

    def _cell(self, cell: nbformat.NotebookNode) -> list[str]:
        if cell.cell_type == "markdown":
            title, _, rest = cell.source.partition("\n")
            return [part for part in (title, rest.strip()) if part] if title else [rest]
        shown = self._joined(cell.outputs)
        return [fenced(cell.source, "python"), *(self._output(output) for output in shown)]

    @staticmethod
    def _joined(outputs: list[Any]) -> list[Any]:
        """Return outputs with what was printed in pieces as one."""
        joined: list[Any] = []
        for output in outputs:
            if joined and output.output_type == joined[-1].output_type == "stream":
                joined[-1] = nbformat.from_dict(
                    {**joined[-1], "text": joined[-1].text + output.text}
                )
            else:
                joined.append(output)
        return joined

    def _output(self, output: nbformat.NotebookNode) -> str:
        if output.output_type == "stream":
            return fenced(output.text)
        data = output.data
        if "image/png" in data:
            return self._picture(data["image/png"], output.metadata["image/png"])
        if "application/vnd.jupyter.widget-view+json" in data:
            return "*Something to move by hand, which needs the notebook itself.*"
        if "text/html" in data:
            return as_table(data["text/html"])
        return fenced(data["text/plain"])

    def _picture(self, data: str, about: dict[str, Any]) -> str:
        name = f"{self.name[:2]}-{len(self.pictures) + 1}.png"
        self.pictures[name] = as_picture(data)
        alternative = about["alt"].replace('"', "&quot;").replace("<", "&lt;")
        return f'<img src="{name}" width="{about["width"]}" alt="{alternative}">'


def index(titles: dict[str, str]) -> str:
    """Return the page that leads to all others."""
    rows = [f"| [{name[:2]}]({name}.md) | {title} |" for name, title in titles.items()]
    return INDEX + "\n".join(rows) + "\n"


def run(paths: list[Path], folder: Path) -> list[nbformat.NotebookNode]:
    """Run notebooks, away from the repository, and return them with their outputs."""
    tasks = [json.dumps([str(path), str(folder), str(folder / path.name)]) for path in paths]
    program = [sys.executable, "-c", RUNNER]
    answers = subprocess.run(
        program, input="\n".join(tasks), capture_output=True, text=True, check=True
    )
    faults = [json.loads(line) for line in answers.stdout.splitlines()]
    if any(faults):
        sys.exit("\n".join(fault for fault in faults if fault))
    return [nbformat.read(folder / path.name, as_version=4) for path in paths]


def main() -> None:
    """Write all pages anew, and nothing that no page shows."""
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    with tempfile.TemporaryDirectory() as folder:
        notebooks = run(paths, Path(folder))
    pages = [Page(path.stem, notebook) for path, notebook in zip(paths, notebooks, strict=True)]
    PAGES.mkdir(exist_ok=True)
    for old in PAGES.iterdir():
        old.unlink()
    titles = {page.name: re.sub("^# ", "", page.text.splitlines()[0]) for page in pages}
    (PAGES / "README.md").write_text(index(titles), encoding="utf-8")
    for page in pages:
        (PAGES / f"{page.name}.md").write_text(page.text, encoding="utf-8")
        for name, picture in page.pictures.items():
            (PAGES / name).write_bytes(picture)


if __name__ == "__main__":
    main()
