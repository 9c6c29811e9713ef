"""Time a cohort from file to file, and say where the time goes.

``python benchmarks/cohorts.py``, or with ``--quick`` for a short run whose figures are rough.
The cohort is drawn from the model: an identifier, an age in years, a state or nothing in every
other column, and here and there one of two states.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from measuring import SEED, machine, table, target

import hamknee
from hamknee.cohort import (
    Chunk,
    Job,
    arrow_column,
    open_file,
    plan_columns,
    score_one_file,
    write_parquet,
)
from hamknee.inference import simulate_cases
from hamknee.network import Cases, Column, ColumnMapping, encode_columns

ROWS, QUICK_ROWS, REPEATS = 2_000_000, 20_000, 3
KNOWN = 0.7
BLOCK = 100_000


def cohort_tables(
    model: hamknee.Model, rows: int, known: float = KNOWN, seed: int = SEED
) -> Iterator[pa.Table]:
    """Draw a cohort, a block of rows at a time."""
    rng = np.random.default_rng(seed)
    for start in range(0, rows, BLOCK):
        count = min(BLOCK, rows - start)
        cases = simulate_cases(model, count, known=known, seed=seed + start)
        columns = {
            "case_id": pa.array([f"p{number:09d}" for number in range(start, start + count)])
        }
        for number, variable in enumerate(model.vocabulary.variables):
            if variable.role == "target":
                continue
            codes = cases.codes[:, number]
            names = np.array([*variable.state_names, None], dtype=object)
            if variable.unit:
                edges = np.array([[s.lower, min(s.upper, 100)] for s in variable.states] + [[0, 1]])
                years = rng.integers(edges[codes, 0].astype(int), edges[codes, 1].astype(int))
                column = pa.array(years, mask=codes == len(variable.states))
            else:
                column = pa.array(names[codes], pa.string())
            if variable.name == "location":
                several = pa.array(rng.random(count) < 0.1)
                column = pa.compute.if_else(several, "posteromedial|posterolateral", column)
            columns[variable.name] = column
        yield pa.table(columns)


def write_cohort(
    model: hamknee.Model, path: Path, rows: int, known: float = KNOWN, seed: int = SEED
) -> None:
    """Write a cohort as CSV or Parquet."""
    tables = cohort_tables(model, rows, known, seed)
    first = next(tables)
    csv = path.suffix == ".csv"
    make = arrow_csv.CSVWriter if csv else pq.ParquetWriter
    with make(path, first.schema) as writer:
        writer.write_table(first)
        for block in tables:
            writer.write_table(block)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description="Time a cohort from file to file.")
    parser.add_argument("--quick", action="store_true", help="a small cohort, rough figures")
    quick = parser.parse_args(arguments).quick
    rows, repeats = (QUICK_ROWS, 1) if quick else (ROWS, REPEATS)
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        # Fresh processes come first: on Linux a child's peak memory begins at its parent's size.
        end_to_end(Path(folder), rows, repeats)
        stages(hamknee.load(), Path(folder) / "cohort.parquet", rows, repeats)


def end_to_end(folder: Path, rows: int, repeats: int) -> None:
    """Time fresh processes from file to file, and their peak memory."""
    lines = []
    for name, known, least in (
        ("cohort.parquet", KNOWN, 1_500_000),
        ("complete.parquet", 1.0, 1_500_000),
        ("cohort.csv", KNOWN, None),
    ):
        source, out = folder / name, folder / f"out{Path(name).suffix}"
        _python(_WRITE, source, rows, known)
        runs = [_python(_SCORE, source, out) for _ in range(repeats)]
        seconds = statistics.median(run[0] for run in runs)
        peak = max(run[1] for run in runs)
        row = [f"{source.suffix} to {out.suffix}, {1 - known:.0%} blank", f"{seconds:.2f} s"]
        row += [f"{rows / seconds:,.0f}", f"{peak:,.0f} MB"]
        lines.append(
            [*row, target(rows / seconds >= least, f"at least {least:,}") if least else ""]
        )
    table(f"A cohort of {rows:,} rows", ["", "time", "rows/s", "peak memory", "target"], lines)


_WRITE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import cohorts, hamknee
cohorts.write_cohort(hamknee.load(), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
"""
_SCORE = """
import resource, sys, time
import hamknee
model = hamknee.load()
start = time.perf_counter()
hamknee.score_file(model, sys.argv[2], sys.argv[3], overwrite=True)
print(time.perf_counter() - start)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
"""


def _python(code: str, *arguments: object) -> list[float]:
    """Run code in a process of its own and return the numbers that it prints."""
    here = Path(__file__).resolve().parent
    command = [sys.executable, "-c", code, str(here), *map(str, arguments)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [float(number) for number in out.split()]


def stages(model: hamknee.Model, source: Path, rows: int, repeats: int) -> None:
    """Time each stage alone, one after the other in one thread."""
    file = open_file(source)
    plan = plan_columns(model.vocabulary, list(file.types), ColumnMapping())
    job = Job(model, plan, ColumnMapping())
    chunks: list[Chunk] = []
    columns: list[dict[str, Column]] = []

    def read() -> None:
        chunks[:] = file.chunks(list(plan.read.values()), plan.kept)

    def distinct() -> None:
        columns[:] = [
            {name: arrow_column(c.table.column(name).combine_chunks()) for name in plan.read}
            for c in chunks
        ]

    def encode() -> None:
        coded[:] = [
            encode_columns(model.vocabulary, block, len(chunk.table))[0]
            for block, chunk in zip(columns, chunks, strict=True)
        ]

    coded: list[Cases] = []
    again = source.with_name("again.parquet")

    def score() -> None:
        for cases in coded:
            model.scores(cases)

    def write() -> None:
        result = pq.ParquetFile(source.with_name("out.parquet"))
        write_parquet(
            again,
            result.schema_arrow,
            (pa.Table.from_batches([batch]) for batch in result.iter_batches(131_072)),
            lambda: "",
        )

    def whole() -> None:
        score_one_file(job, file, again)

    named: list[tuple[str, Callable[[], None]]] = [
        ("read Parquet", read),
        ("distinct values", distinct),
        ("codes", encode),
        ("posterior, P(evidence), conflict", score),
        ("read results and write them as Parquet", write),
        ("all of it, overlapped", whole),
    ]
    lines = []
    for name, action in named:
        seconds = statistics.median(_seconds(action) for _ in range(repeats))
        lines.append([name, f"{seconds:.2f} s", f"{1e9 * seconds / rows:,.0f} ns"])
    table(f"Where the time goes, {rows:,} rows", ["stage", "time", "per row"], lines)


def _seconds(action: Callable[[], None]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
