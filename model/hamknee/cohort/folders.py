"""From a cohort on disk to its results on disk: a file, or a folder that can be gone on with."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from hamknee.base import A_PATH, alone, takes
from hamknee.cohort.columns import CohortError, plan_columns
from hamknee.cohort.one_file import Job, Progress, check_types, result_schema, score_one_file
from hamknee.cohort.reading import CohortFile, on_one_line, open_file
from hamknee.cohort.report import Report, Tally
from hamknee.cohort.results_folder import fill_folder
from hamknee.cohort.writing import arrow_file
from hamknee.inference import A_MODEL, Model
from hamknee.network import AnyMapping, as_mapping

FolderScorer: TypeAlias = Callable[[Job, Mapping[str, CohortFile], Path, Progress | None], Tally]
"""Scores the files of a folder, by name, into another one, but not those whose results are there.
"""


@takes(model=A_MODEL, cohort=A_PATH, out=A_PATH)
def score_file(
    model: Model,
    cohort: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    mapping: AnyMapping = None,
    keep: Iterable[str] = (),
    strict: bool = False,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    by: FolderScorer | None = None,
) -> Report:
    """Score a cohort of any size from files to files, in bounded memory.

    Parameters
    ----------
    model : Model
        The model.
    cohort : path
        A CSV file, a Parquet file, or a folder of Parquet files.
    out : path
        Where the results go: a .csv or .parquet file, or for a folder a folder, with one file of
        the same name for each. Every file is written under another name and renamed, so that it
        is whole or not there.
    mapping, keep, strict
        As for `hamknee.score`.
    resume : bool
        Go on with a folder after an interruption: files that are there and whole stay.
    overwrite : bool
        Replace earlier results when their successors are whole, those of a folder when all are.
    progress : callable, optional
        Is told the rows that are done and the share of the job, from 0 to 1.
    by : callable, optional
        Scores the files of a folder, and only of a folder; this process does, one after the other,
        if nothing is given. `hamknee.cohort.score_folder` has several machines do it.

    Returns
    -------
    Report
        It is also in the results: in the footer of every Parquet file as ``hamknee.report``, and
        in ``NAME.csv.json`` beside a CSV file.

    Raises
    ------
    CohortError
        If a file cannot be read or written, its columns do not fit, results are there already, or
        with `strict` a row cannot be scored.
    MappingError
        If the file of the mapping has faults.
    HamkneeError
        If another job is writing to the same place.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import hamknee
    >>> cohort = pd.DataFrame({"id": ["A", "B"], "Beginn": ["sudden", "gradual"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source, out = Path(folder, "cohort.parquet"), Path(folder, "scored.csv")
    ...     cohort.to_parquet(source)
    ...     report = hamknee.score_file(hamknee.load(), source, out, mapping={"Beginn": "onset"})
    ...     list(pd.read_csv(out))[:2]
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['id', 'p_tendinopathy']
    ['cohort.parquet', 'scored.csv', 'scored.csv.json']
    >>> report.tally.rows, report.tally.faulty
    (2, 0)
    """
    import pyarrow as pa

    source, target = Path(cohort), Path(out)
    checked = as_mapping(model.vocabulary, mapping)
    try:
        _check_paths(source, target)
        if not source.is_dir():
            if resume:
                only = "only a folder can be gone on with"
                raise CohortError([f"{only}; allowed: resume where the cohort is a folder"])
            if by is not None:
                only = "only the files of a folder can be shared out"
                raise CohortError([f"{only}; allowed: a folder of .parquet files"])
            _check_target(target, overwrite)
            file = open_file(source)
            job = Job(model, plan_columns(model.vocabulary, [*file.types], checked, keep), checked)
            check_types(file, job.plan)
            with alone(target):
                done = score_one_file(replace(job, strict=strict), file, target, progress=progress)
            return Report.of(model, job.plan, done, file.assumed)
        files, ignored = _files_in(source)
        first = next(iter(files.values()))
        job = Job(model, plan_columns(model.vocabulary, [*first.types], checked, keep), checked)
        _check_alike(files, job)
        manifest = _manifest(job, source, files)
        job = replace(job, strict=strict, digest=hashlib.sha256(manifest.encode()).hexdigest())
        done = fill_folder(
            target,
            manifest,
            files,
            lambda place: (by or _one_by_one)(job, files, place, progress),
            resume=resume,
            overwrite=overwrite,
            strict=strict,
        )
        return replace(Report.of(model, job.plan, done), ignored_files=ignored)
    except pa.ArrowException as why:
        problem = f"{str(target)!r} cannot be written: {on_one_line(why)}"
        allowed = "columns that the kind of file can hold"
        raise CohortError([f"{problem}; allowed: {allowed}"]) from None
    except OSError as why:
        place = str(why.filename or target)
        allowed = "files that can be read, and a folder to write in with room enough"
        raise CohortError([f"{place!r}: {why.strerror or why}; allowed: {allowed}"]) from None


# Paths --------------------------------------------------------------------------------------------


def _check_paths(source: Path, target: Path) -> None:
    """Raise if the cohort is not there, or the results would go into it."""
    if not source.exists():
        allowed = "a .csv or .parquet file, or a folder of .parquet files"
        raise CohortError([f"there is no {str(source)!r}; allowed: {allowed}"])
    inside, outside = target.resolve(), source.resolve()
    same = target.exists() and target.samefile(source)
    if same or outside in inside.parents or inside in outside.parents:
        problem = f"the results {str(target)!r} would be written into the cohort, or around it"
        raise CohortError([f"{problem}; allowed: another place"])
    if not target.parent.is_dir():
        problem = f"there is no folder {str(target.parent)!r}"
        raise CohortError([f"{problem}; allowed: results in a folder that exists"])
    endings = (".csv", ".parquet")
    if source.is_dir() == (target.suffix.lower() in endings):
        kind = "a folder" if source.is_dir() else "a file"
        allowed = "a folder" if source.is_dir() else "a .csv or .parquet file"
        raise CohortError(
            [f"the cohort is {kind}, the results {target.name!r}; allowed: {allowed}"]
        )


def _check_target(target: Path, overwrite: bool) -> None:
    """Raise if there is a file of results that may not be replaced."""
    report = target.with_name(f"{target.name}.json")
    there = [target, *([report] if target.suffix.lower() == ".csv" else [])]
    for path in there:
        if path.is_dir():
            raise CohortError([f"{str(path)!r} is a folder; allowed: another name"])
        if os.path.lexists(path) and not overwrite:  # a link may lead nowhere
            allowed = "another name, or overwrite"
            raise CohortError([f"{str(path)!r} is there already; allowed: {allowed}"])


# Folders ------------------------------------------------------------------------------------------


def _files_in(folder: Path) -> tuple[dict[str, CohortFile], tuple[str, ...]]:
    """Return the Parquet files of a folder in the order of their names, and what else is in it."""
    files: dict[str, CohortFile] = {}
    ignored = []
    links = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted([*names, *folders]):
            path = Path(place, name)
            relative = path.relative_to(folder).as_posix()
            if path.is_symlink():
                links.append(relative)
            elif path.is_file() and not name.startswith((".", "_")):
                if path.suffix.lower() == ".parquet":
                    files[relative] = open_file(path)
                else:
                    ignored.append(relative)
    if links:
        raise CohortError(
            [
                f"{name!r} is a symbolic link; allowed: the files themselves, because a link may"
                " lead out of the folder"
                for name in links
            ]
        )
    if not files:
        raise CohortError([f"no .parquet file in {str(folder)!r}; allowed: one or more"])
    return dict(sorted(files.items())), tuple(ignored)


def _check_alike(files: dict[str, CohortFile], job: Job) -> None:
    """Raise if the files differ in their columns, or names of folders hold values."""
    first_name, first = next(iter(files.items()))
    problems = []
    for name, file in files.items():
        for column in sorted(first.types.keys() ^ file.types.keys()):
            has, lacks = (name, first_name) if column in file.types else (first_name, name)
            problems.append(
                f"{has} has a column {column!r} and {lacks} has not; allowed: the same columns in"
                " every file"
            )
        if problems:
            continue
        check_types(file, job.plan)
        if result_schema(job, file) != result_schema(job, first):
            problems.append(
                f"the kept columns of {name} are of other types than those of {first_name};"
                " allowed: the same types in every file"
            )
        for part in Path(name).parts[:-1]:
            column, equals, _ = part.partition("=")
            if equals and job.mapping.columns.get(column, column) in job.model.vocabulary:
                problems.append(
                    f"{name} has {column!r} in the name of a folder; allowed: as a column of the"
                    " files"
                )
    if problems:
        raise CohortError(problems[:20])


def _manifest(job: Job, folder: Path, files: dict[str, CohortFile]) -> str:
    """Return all that the results depend on, as JSON."""
    import pyarrow as pa

    inputs = []
    for name in files:
        about = (folder / name).stat()
        inputs.append({"name": name, "bytes": about.st_size, "modified_ns": about.st_mtime_ns})
    entries = {
        "hamknee": version("hamknee"),
        "pyarrow": pa.__version__,
        "numbers": job.model.sha256,
        "model": fingerprint(job.model),
        "mapping": job.mapping.as_json(),
        "kept": list(job.plan.kept),
        "files": inputs,
    }
    return json.dumps(entries, indent=1, sort_keys=True) + "\n"


def fingerprint(model: Model) -> str:
    """Return a digest of states, bins and tables, for a vocabulary is no part of the numbers."""
    parts = hashlib.sha256()
    for variable in model.vocabulary.variables:
        states = [(state.name, state.lower, state.upper) for state in variable.states]
        bounds = (variable.minimum, variable.maximum, variable.unit)
        parts.update(repr((variable.name, variable.role, bounds, states)).encode())
        cpt = model.cpts[variable.name]
        parts.update(repr(cpt.parents).encode())
        parts.update(np.ascontiguousarray(cpt.probabilities).tobytes())
    return parts.hexdigest()


def _one_by_one(
    job: Job, files: Mapping[str, CohortFile], target: Path, progress: Progress | None
) -> Tally:
    """Score file after file, but not those whose results are there."""
    sizes = {name: file.path.stat().st_size for name, file in files.items()}
    total, before = max(1, sum(sizes.values())), 0
    done = Tally()
    for name, file in files.items():
        rows, start, size = done.rows, before, sizes[name]

        def advance(
            here: int, share: float, rows: int = rows, start: int = start, size: int = size
        ) -> None:
            if progress is not None:
                progress(rows + here, (start + share * size) / total)

        result = target / name
        counted = tally_of(job, name, result)
        if counted is None:
            result.parent.mkdir(parents=True, exist_ok=True)
            counted = score_one_file(job, file, result, name, advance)
        done += counted
        before += size
        advance(counted.rows, 1.0)
    return done


def tally_of(job: Job, name: str, result: Path) -> Tally | None:
    """Return the tally of results that are there and of this same job, or None."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not result.is_file():
        return None
    try:
        with arrow_file(result) as file:
            about = pq.read_metadata(file)
        report: dict[str, Any] = json.loads(about.metadata[b"hamknee.report"])
        counted = Tally.from_json(report)
    except (pa.ArrowException, OSError, ValueError, LookupError, TypeError):
        return None
    except (AttributeError, OverflowError, RecursionError):  # JSON, and none that was written here
        return None
    expected = (job.digest, name, about.num_rows)
    return counted if expected == (report.get("job"), report.get("part"), counted.rows) else None
