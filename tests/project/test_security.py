"""What SECURITY.md promises of code, files and paths; the readers are fuzzed in tests/fuzz."""

import ast
import gzip
import pickle
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import hamknee
from hamknee.base.errors import HamkneeError
from hamknee.base.files import shipped
from hamknee.base.frames import TableError, parse_table
from hamknee.cli.command import app
from hamknee.cohort.columns import CohortError
from hamknee.cohort.folders import score_file
from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from hamknee.network.priors_file import PriorsError, ReferencesError, parse_priors, read_references

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted([*(ROOT / "model").rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")])

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", ' "=1"', "see\n=1+1", "x;=1+1", "＝1"]


# Code ---------------------------------------------------------------------------------------------


def dangers(code: str) -> set[str]:
    """Return what in some code could run what it reads: calls, imports, arguments."""
    forbidden = {"eval", "exec", "compile", "__import__", "read_pickle", "to_pickle", "system"}
    modules = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml"}
    modules |= {"zipfile", "tarfile"}
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names} & modules
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").split(".")[0]} & modules
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            of = getattr(getattr(node.func, "value", None), "id", "")
            found |= {name} & forbidden if (of, name) != ("re", "compile") else set()
        elif isinstance(node, ast.keyword):
            found |= {node.arg or ""} & {"shell", "allow_pickle", "unsafe_allow_html"}
    return found


BOUNDED = {"dashboard/checking/workbook.py": {"zipfile"}}
"""The one archive that is unpacked: a workbook, in memory, after its size was looked up."""


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_code_runs_what_it_reads(path: Path) -> None:
    known = BOUNDED.get(path.relative_to(ROOT).as_posix(), set())
    assert dangers(path.read_text(encoding="utf-8")) == known


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from yaml import load",
        "eval('1')",
        "pd.read_pickle('x')",
        "subprocess.run('ls', shell=True)",
        "os.system('ls')",
        "np.load('x', allow_pickle=True)",
        "st.markdown('x', unsafe_allow_html=True)",
    ],
)
def test_such_code_would_be_found(code: str) -> None:
    assert dangers(code)


# Files --------------------------------------------------------------------------------------------


class Evil:
    """What creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_what_is_pickled_in_a_parquet_file_stays_so(model: Model, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    evil = pickle.dumps(Evil(canary), 0)
    pickle.loads(evil)
    canary.unlink()  # it does work
    about = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": evil,
    }
    schema = pa.schema(
        [pa.field("pop", pa.string(), metadata=about), pa.field("id", pa.binary())],
        metadata={b"pandas": evil, b"pickle": evil},
    )
    table = pa.table([["yes", "no"], [evil, b"p2"]], schema=schema)
    source = tmp_path / "in.parquet"
    pq.write_table(table, source)
    report = score_file(model, source, tmp_path / "out.parquet")
    assert report.tally.rows == 2
    with pytest.raises(TableError, match="; allowed: "):  # what pandas noted is no JSON
        parse_table(source.read_bytes(), source.name)
    assert not canary.exists()


def test_archives_are_not_unpacked(model: Model, tmp_path: Path) -> None:
    packed = gzip.compress(b"pop\nyes\n")
    with zipfile.ZipFile(tmp_path / "zip.csv", "w") as archive:
        archive.writestr("cases.csv", "pop\nyes\n")
    (tmp_path / "gzip.csv").write_bytes(packed)
    (tmp_path / "cases.csv.gz").write_bytes(packed)
    for name in ("zip.csv", "gzip.csv", "cases.csv.gz"):
        with pytest.raises(CohortError, match="; allowed: "):
            score_file(model, tmp_path / name, tmp_path / "out.csv")
        with pytest.raises(TableError, match="; allowed: "):
            parse_table((tmp_path / name).read_bytes(), name)


# Spreadsheets -------------------------------------------------------------------------------------


@pytest.mark.parametrize("note", FORMULAS)
def test_a_note_that_is_a_formula_is_refused_when_read_and_when_typed(
    note: str, priors: Priors, references: frozenset[str]
) -> None:
    line = "setting,primary_care,,"
    frame = pd.read_csv(shipped("data/priors.csv"), dtype=str, keep_default_na=False)
    frame.loc[frame.variable == "setting", "note"] = note
    with pytest.raises(PriorsError, match="formula"):
        parse_priors(frame.to_csv(index=False).encode(), priors.vocabulary, references, source="p")
    assert line in priors.to_csv()
    with pytest.raises(HamkneeError, match="formula"):
        priors.set("setting", "primary_care", probability=0.5, note=note)


def test_a_key_that_is_a_formula_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "references.bib"
    path.write_text("@book{=1+1, title = {x}}\n")
    with pytest.raises(ReferencesError, match="formula"):
        read_references(path)


def test_few_files_write_csv_and_all_are_harmless() -> None:
    def writes(path: Path) -> bool:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        frames = {call for call in calls if call.endswith(".to_csv")}
        frames -= {"priors.to_csv", "self.priors.to_csv", "self.to_csv"}
        return bool(frames or calls & {"csv.writer", "csv.DictWriter", "CSVWriter"})

    assert {path.stem for path in CODE if writes(path)} == {
        *("priors", "writing", "dossier"),
        "ratio_table",  # identifiers and numbers
        "workbook",  # only to be read
    }


# Paths --------------------------------------------------------------------------------------------

ODD = ["a;b $(touch x) `y` '.csv", "-o.csv", "two\nlines.csv", "%s{0}.csv", "…é🦵.csv", "*.csv"]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_is_a_name(name: str, model: Model, tmp_path: Path) -> None:
    source, target = tmp_path / name, tmp_path / f"out {name}"
    source.write_text("pop\nyes\n")
    score_file(model, source, target)
    score_file(model, source, target, overwrite=True)
    assert {path.name for path in tmp_path.iterdir()} == {
        name, target.name, f"{target.name}.json",
    }  # fmt: skip
    assert len(pd.read_csv(target)) == 1


def test_a_link_in_the_place_of_a_result_is_replaced(model: Model, tmp_path: Path) -> None:
    source, target, mine = tmp_path / "in.csv", tmp_path / "out.csv", tmp_path / "mine.csv"
    source.write_text("pop\nyes\n")
    mine.write_text("mine")
    target.symlink_to(mine)
    score_file(model, source, target, overwrite=True)
    assert mine.read_text() == "mine"
    assert not target.is_symlink()


# The dashboard ------------------------------------------------------------------------------------


def test_the_dashboard_is_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    config = tomllib.loads((shipped("dashboard") / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["address"] == "localhost"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    commands: list[list[str]] = []

    def started(command: list[str], *_: object) -> None:
        commands.append(command)

    monkeypatch.setattr("hamknee.cli.serving.become", started)
    assert CliRunner().invoke(app, ["dashboard"]).exit_code == 0
    assert "--server.address=localhost" in commands[0]
    assert all(isinstance(word, str) for word in commands[0])


def test_the_model_never_changes(model: Model) -> None:
    with pytest.raises((ValueError, TypeError)):
        model.cpts["condition"].probabilities[...] = 0
    assert hamknee.load().sha256 == model.sha256
