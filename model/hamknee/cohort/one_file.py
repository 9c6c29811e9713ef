"""Scoring files of any size: while one chunk is scored, the next is read and the last written."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import Mask, whole_file, whole_files
from hamknee.cohort.columns import CohortError, ColumnPlan, probability_columns
from hamknee.cohort.reading import Chunk, CohortFile, arrow_column
from hamknee.cohort.report import Report, Tally
from hamknee.cohort.scoring import Faults, Scored, raise_first, score_columns, tally
from hamknee.cohort.writing import write_csv, write_parquet
from hamknee.inference import Model
from hamknee.network import ColumnMapping

if TYPE_CHECKING:
    import pyarrow as pa


AHEAD = 2
"""Chunks that are read and scored before those in front of them are written."""

Progress: TypeAlias = Callable[[int, float], None]
"""Is told how many rows of a file are done, and which share of the file, from 0 to 1."""


@dataclass(frozen=True)
class Job:
    """What is done to every file of a cohort.

    Parameters
    ----------
    model : Model
        The model.
    plan : ColumnPlan
        What becomes of the columns.
    mapping : ColumnMapping
        What they and their values mean.
    strict : bool
        Whether the first row with a fault ends it.
    digest : str
        Of everything that the results of a folder depend on; empty for a single file.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.cohort import Job, plan_columns
    >>> from hamknee.network import ColumnMapping
    >>> model, mapping = hamknee.load(), ColumnMapping()
    >>> job = Job(model, plan_columns(model.vocabulary, ["id", "onset"], mapping), mapping)
    >>> job.plan.kept, job.strict
    (('id',), False)
    """

    model: Model
    plan: ColumnPlan
    mapping: ColumnMapping
    strict: bool = False
    digest: str = ""


def score_one_file(
    job: Job, source: CohortFile, target: Path, name: str = "", progress: Progress | None = None
) -> Tally:
    """Score one file into another one.

    Parameters
    ----------
    job : Job
        What to do.
    source : CohortFile
        The cases.
    target : Path
        A .csv or .parquet file for the results.
    name : str
        What the file is called in a folder.
    progress : callable, optional
        Is told what is done.

    Returns
    -------
    Tally
        It is also in the results: in the footer of a Parquet file as ``hamknee.report``, and in
        ``NAME.csv.json`` beside a CSV file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import hamknee
    >>> from hamknee.cohort import Job, open_file, plan_columns, score_one_file
    >>> from hamknee.network import ColumnMapping
    >>> model, mapping = hamknee.load(), ColumnMapping()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pd.DataFrame({"onset": ["sudden", "suddn"]}).to_csv(Path(folder, "in.csv"), index=False)
    ...     source = open_file(Path(folder, "in.csv"))
    ...     job = Job(model, plan_columns(model.vocabulary, list(source.types), mapping), mapping)
    ...     tally = score_one_file(job, source, Path(folder, "out.csv"))
    >>> tally.rows, tally.faulty
    (2, 1)
    """
    schema = result_schema(job, source)
    done: list[Tally] = []

    def tables() -> Iterator[pa.Table]:
        chunks = source.chunks(list(job.plan.read.values()), job.plan.kept)
        rows = 0
        for table, counted, share in _overlapped(
            chunks, lambda chunk: _scored(job, schema, name, chunk)
        ):
            yield table
            done.append(counted)
            rows += counted.rows
            if progress is not None:
                progress(rows, share)

    def report() -> str:
        about = Report.of(job.model, job.plan, sum(done, Tally()), source.assumed).as_json()
        part = {"job": job.digest, "part": name} if job.digest else {}
        return json.dumps(about | part, indent=1)

    if target.suffix.lower() == ".csv":
        beside = target.with_name(f"{target.name}.json")
        with whole_files(target, beside) as (temporary, note):
            write_csv(temporary, schema, tables())
            note.write_text(report() + "\n", encoding="utf-8", newline="")
    else:
        with whole_file(target) as temporary:
            write_parquet(temporary, schema, tables(), report)
    return sum(done, Tally())


def check_types(source: CohortFile, plan: ColumnPlan) -> None:
    """Raise if a column holds lists or structures.

    Raises
    ------
    CohortError
        With every such column.
    """
    import pyarrow as pa

    nested = [
        name
        for name in dict.fromkeys([*plan.read.values(), *plan.kept])
        if pa.types.is_nested(source.types[name])
    ]
    allowed = "texts, numbers, dates or categories; several states as the text a|b"
    if nested:
        raise CohortError(
            [
                f"{source.path.name}: column {name!r} is of the type {source.types[name]};"
                f" allowed: {allowed}"
                for name in nested
            ]
        )


def result_schema(job: Job, source: CohortFile) -> pa.Schema:
    """Return the columns of the results; categories that are kept become plain values."""
    import pyarrow as pa

    def plain(kind: pa.DataType) -> pa.DataType:
        return kind.value_type if pa.types.is_dictionary(kind) else kind

    fields = [
        *((name, plain(source.types[name])) for name in job.plan.kept),
        *((name, pa.float64()) for name in probability_columns(job.model.vocabulary.target)),
        ("top", pa.dictionary(pa.int16(), pa.string())),
        ("p_evidence", pa.float64()),
        ("conflict", pa.float64()),
        ("fault", pa.string()),
    ]
    # Told twice in a Parquet file, because not every reader shows what the footer says.
    about = {"hamknee.version": version("hamknee"), "hamknee.numbers": job.model.sha256}
    return pa.schema([pa.field(name, kind) for name, kind in fields], metadata=about)


def _scored(job: Job, schema: pa.Schema, name: str, chunk: Chunk) -> tuple[pa.Table, Tally, float]:
    """Return the results of a chunk, its tally and the share of the file that is done with it."""
    table = chunk.table
    faults = Faults.of_broken(len(table), chunk.broken)
    columns = {
        ours: arrow_column(table.column(theirs).combine_chunks())
        for ours, theirs in job.plan.read.items()
    }
    # Reading and writing have threads of their own, which more of them would only hold up.
    scored = score_columns(job.model, columns, len(table), job.plan, job.mapping, faults, workers=1)
    kept = {theirs: table.column(theirs) for theirs in job.plan.kept}

    def place(row: int) -> str:
        called = [f"{theirs} {_cell(column[row])!r}" for theirs, column in kept.items()]
        named = f" ({', '.join(called)})" if called else ""
        return f"{name + ', ' if name else ''}row {chunk.start + row + 1}{named}"

    if job.strict:
        raise_first(scored.faults, place)
    ids = next(iter(kept.values()), None)

    def called(row: int) -> str:
        name = None if ids is None else _cell(ids[row])
        return "" if name is None else str(name)

    counted = tally(scored.faults, called, chunk.start, name)
    states = job.model.vocabulary.target.state_names
    return _table(schema, list(kept.values()), scored, states), counted, chunk.share


def _cell(value: pa.Scalar[Any]) -> object:
    """Return a cell to be told; a text that is no UTF-8, as of a damaged file, is spelt out."""
    try:
        return value.as_py()
    except UnicodeDecodeError:
        return value.as_buffer().to_pybytes().decode(errors="backslashreplace")


def _table(
    schema: pa.Schema, kept: list[pa.ChunkedArray], scored: Scored, states: Sequence[str]
) -> pa.Table:
    """Return results as an Arrow table; what is not known of a row with a fault is null."""
    import pyarrow as pa

    good = scored.faults.which < 0
    known = None if good.all() else good
    by_state = scored.probabilities.T.copy()  # one contiguous column for each
    top = _array(pa.int16(), scored.top, known)
    fault = _array(pa.int32(), scored.faults.which, ~good)
    columns = [
        *(column.cast(field.type) for column, field in zip(kept, schema, strict=False)),
        *(_array(pa.float64(), column, known) for column in by_state),
        pa.DictionaryArray.from_arrays(top, _texts(states)),
        _array(pa.float64(), scored.p_evidence, known),
        _array(pa.float64(), scored.conflict, known),
        pa.DictionaryArray.from_arrays(fault, _texts(scored.faults.texts)).cast(pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _array(kind: pa.DataType, values: npt.NDArray[Any], known: Mask | None) -> pa.Array:
    """Return values, null where they are not known, as Arrow has them.

    ``pa.array`` does the same, and loads pandas, which takes longer than scoring a million rows.
    """
    import pyarrow as pa

    bits = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [bits, pa.py_buffer(values)])


def _texts(texts: Sequence[str]) -> pa.StringArray:
    """Return texts as Arrow has them."""
    import pyarrow as pa

    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))
    )


def _overlapped(
    chunks: Iterator[Chunk], work: Callable[[Chunk], tuple[pa.Table, Tally, float]]
) -> Iterator[tuple[pa.Table, Tally, float]]:
    """Return the results in the order of the chunks: one thread reads, another one works."""

    def following() -> Chunk | None:
        return next(chunks, None)

    with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as worker:
        waiting: deque[Future[tuple[pa.Table, Tally, float]]] = deque()
        ahead = reader.submit(following)
        while (chunk := ahead.result()) is not None:
            ahead = reader.submit(following)
            waiting.append(worker.submit(work, chunk))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
