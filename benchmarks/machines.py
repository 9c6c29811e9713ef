"""Time a folder of files by one process, and shared out by Dask among two.

``python benchmarks/machines.py``, or with ``--quick`` for a short run whose figures are rough. On
one machine this shows what sharing out costs: the processes have the same cores and the same disk.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import distributed
from cohorts import KNOWN, QUICK_ROWS, REPEATS, ROWS, write_cohort
from measuring import SEED, machine, table

import hamknee
from hamknee.cohort import score_folder

PARTS = 8


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Time a folder by one process and by Dask.")
    parser.add_argument("--quick", action="store_true", help="a small cohort, rough figures")
    quick = parser.parse_args(arguments).quick
    rows, repeats = (QUICK_ROWS, 1) if quick else (ROWS, REPEATS)
    print(machine())
    with (
        tempfile.TemporaryDirectory() as folder,
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        measured(client, Path(folder), rows, repeats)


def measured(client: distributed.Client, folder: Path, rows: int, repeats: int) -> None:
    """Score the same folder both ways, in turn, and compare the results byte for byte."""
    model = hamknee.load()
    cohort = folder / "cohort"
    cohort.mkdir()
    for part in range(PARTS):
        write_cohort(model, cohort / f"{part}.parquet", rows // PARTS, KNOWN, SEED + part)

    def alone() -> None:
        hamknee.score_file(model, cohort, folder / "alone", overwrite=True)

    def shared() -> None:
        score_folder(model, cohort, folder / "shared", client, overwrite=True)

    runs = {"one process": alone, "Dask, two processes of one thread": shared}
    for action in runs.values():
        action()  # the workers import hamknee and compile the model
    for path in cohort.iterdir():
        results = {(folder / way / path.name).read_bytes() for way in ("alone", "shared")}
        if len(results) > 1:
            raise SystemExit(f"the results of {path.name} differ")
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, action in runs.items():
            spent[name].append(_seconds(action))
    lines = []
    for name, found in spent.items():
        seconds = statistics.median(found)
        lines.append([name, f"{seconds:.2f} s", f"{rows / seconds:,.0f}"])
    heading = f"A folder of {PARTS} files with {rows:,} rows together, on this machine"
    table(heading, ["", "time", "rows/s"], lines)


def _seconds(action: Callable[[], None]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
