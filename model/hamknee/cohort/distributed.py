"""Scoring on more than one machine, by Dask, with the results that one process gives.

Nothing here reads or writes a pickle file. Dask itself sends functions and their arguments between
its processes as pickles, so connect only to a scheduler that you trust. A model travels as what it
was made of and is compiled where it arrives (`Model.__reduce__`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hamknee.base import HamkneeError, takes
from hamknee.cohort.columns import CohortError, ColumnPlan, plan_columns
from hamknee.cohort.folders import score_file, tally_of
from hamknee.cohort.one_file import Job, Progress, score_one_file
from hamknee.cohort.reading import CohortFile, on_one_line, open_file
from hamknee.cohort.report import Report, Tally
from hamknee.cohort.results_folder import MANIFEST
from hamknee.cohort.scoring import CohortWarning, score_frame
from hamknee.inference import A_MODEL, Model
from hamknee.network import AnyMapping, ColumnMapping, as_mapping

if TYPE_CHECKING:
    import pandas as pd
    from dask.dataframe import DataFrame
    from distributed import Client, Future


Cluster: TypeAlias = "str | Client"
"""The address of a scheduler, such as ``tcp://10.0.0.5:8786``, or a client of it."""

CONNECT_SECONDS = 10
"""How long to try to reach a scheduler."""

WORKER_SECONDS = 120
"""How long to wait for the first worker: clusters that grow on demand start with none."""


@takes(model=A_MODEL)
def score_dask(
    model: Model,
    frame: DataFrame,
    *,
    mapping: AnyMapping = None,
    keep: Iterable[str] = (),
    strict: bool = False,
) -> DataFrame:
    """Score a Dask DataFrame, partition by partition; `hamknee.score` for more than one machine.

    Nothing is computed until the result is, and then wherever Dask computes.

    Parameters
    ----------
    model : Model
        The model.
    frame : dask.dataframe.DataFrame
        A row a case and a column a variable, as for `hamknee.score`.
    mapping, keep
        As for `hamknee.score`.
    strict : bool
        Raise for a row that cannot be scored: the first of the partition that comes to one first.

    Returns
    -------
    dask.dataframe.DataFrame
        With the columns, rows, index and partitions that `hamknee.score` would give. Its ``attrs``
        hold no counts, because nobody sees all partitions; count the column ``fault`` instead.

    Raises
    ------
    HamkneeError
        If Dask is not installed.
    CohortError, MappingError
        As `hamknee.score`; what is wrong with a row is raised when the result is computed.

    Warns
    -----
    CohortWarning
        If a column that is ignored is nearly called like a variable.

    Examples
    --------
    >>> import dask.dataframe as dd
    >>> import pandas as pd
    >>> import hamknee
    >>> from hamknee.cohort import score_dask
    >>> cohort = pd.DataFrame({"id": ["A", "B"], "onset": ["sudden", "gradual"]})
    >>> scored = score_dask(hamknee.load(), dd.from_pandas(cohort, npartitions=2))
    >>> scored.compute().shape
    (2, 26)
    """
    dask = _imported("dask")
    checked = as_mapping(model.vocabulary, mapping)
    plan = plan_columns(model.vocabulary, list(frame.columns), checked, keep)
    for note in plan.near:
        warnings.warn(note, CohortWarning, stacklevel=2)
    meta = score_frame(model, frame._meta, plan, checked, strict)
    # A task of its own, so that each worker gets it once and a lost one can be made again.
    shared = dask.delayed(model, traverse=False)
    made_by = version("hamknee")
    untyped: Any = frame
    scored: DataFrame = untyped.map_partitions(
        _scored, shared, made_by, plan, checked, strict, meta=meta
    )
    return scored


@takes(model=A_MODEL)
def score_folder(
    model: Model,
    cohort: str | os.PathLike[str],
    out: str | os.PathLike[str],
    cluster: Cluster,
    *,
    mapping: AnyMapping = None,
    keep: Iterable[str] = (),
    strict: bool = False,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Score a folder of Parquet files on the workers of a Dask cluster, each file as a whole.

    The results are those of `hamknee.score_file`, byte for byte, and either can go on with what the
    other has begun. A file whose worker is lost is scored again by another.

    Parameters
    ----------
    model : Model
        The model.
    cohort, out : path
        Two folders that this process and all workers see under the same path.
    cluster : str or distributed.Client
        The address of a scheduler, such as ``tcp://10.0.0.5:8786``, or a client of it. Connect
        only to one that you trust: Dask runs what it is sent.
    mapping, keep, strict, resume, overwrite
        As for `hamknee.score_file`; with `strict` the first fault that is come to ends it.
    progress : callable, optional
        Is told after each file the rows that are done and the share of the job, from 0 to 1.

    Returns
    -------
    Report

    Raises
    ------
    HamkneeError
        If Dask is not installed.
    CohortError
        As `hamknee.score_file`; also if there is no scheduler or no worker, a worker does not see
        the folders or has another version of hamknee or pyarrow, or workers keep dying.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from distributed import Client
    >>> import hamknee
    >>> from hamknee.cohort import score_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cohort, scored = Path(folder, "cohort"), Path(folder, "scored")
    ...     cohort.mkdir()
    ...     pd.DataFrame({"id": ["A"], "onset": ["sudden"]}).to_parquet(cohort / "1.parquet")
    ...     with Client(processes=False, n_workers=1, dashboard_address=":0") as client:
    ...         report = score_folder(hamknee.load(), cohort, scored, client)
    >>> report.tally.rows
    1
    """
    with connected(cluster) as client:
        return score_file(
            model,
            cohort,
            out,
            mapping=mapping,
            keep=keep,
            strict=strict,
            resume=resume,
            overwrite=overwrite,
            progress=progress,
            by=partial(_on_workers, client),
        )


@contextmanager
def connected(cluster: Cluster) -> Iterator[Client]:
    """Give a client of a cluster, and close it at the end if it was opened here.

    Raises
    ------
    HamkneeError
        If Dask is not installed.
    CohortError
        If there is no scheduler at the address.
    """
    distributed = _imported("distributed")
    if not isinstance(cluster, str):
        yield cluster
        return
    try:
        client = distributed.Client(cluster, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, RuntimeError, ImportError) as why:
        problem = f"no Dask scheduler answers at {cluster!r} ({on_one_line(why)})"
        allowed = "the address of a scheduler, such as tcp://10.0.0.5:8786"
        raise CohortError([f"{problem}; allowed: {allowed}"]) from None
    with _without_log(), client:
        yield client


@contextmanager
def _without_log() -> Iterator[None]:
    """Leave out what Dask logs here of a connection that breaks: it is raised as well."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


# On a worker --------------------------------------------------------------------------------------


def _scored(
    part: pd.DataFrame,
    model: Model,
    made_by: str,
    plan: ColumnPlan,
    mapping: ColumnMapping,
    strict: bool,
) -> pd.DataFrame:
    """Return what `hamknee.score` does for a partition, without its counts."""
    _check_versions({"hamknee": made_by})
    result = score_frame(model, part, plan, mapping, strict)
    about = result.attrs["hamknee"]
    result.attrs["hamknee"] = {name: about[name] for name in ("hamknee", "numbers", "columns")}
    return result


def _given(job: Job) -> Job:
    return job


def _score_part(name: str, cohort: str, out: str, job: Job) -> Tally:
    """Score one file of a folder, as long as it belongs to this job.

    Whoever gave it may have been killed, and another job begun in the same folder.
    """

    def check(_rows: int = 0, _share: float = 0) -> None:
        _check_folder(Path(out), job.digest)

    check()
    return score_one_file(job, open_file(Path(cohort, name)), Path(out, name), name, check)


def _check_folder(out: Path, digest: str) -> None:
    """Raise if this machine does not see the folder of results, or would make other bytes."""
    note = out / MANIFEST
    text = note.read_bytes() if note.is_file() else b""
    if hashlib.sha256(text).hexdigest() != digest:
        problem = f"the worker on {socket.gethostname()} does not see the folder {str(out)!r}"
        allowed = "folders that every machine sees under the same path"
        raise CohortError([f"{problem}; allowed: {allowed}"])
    manifest = json.loads(text)
    _check_versions({name: manifest[name] for name in ("hamknee", "pyarrow")})


def _check_versions(wanted: Mapping[str, str]) -> None:
    """Raise if this process has other versions than the one that gave the job."""
    problems = [
        f"the worker on {socket.gethostname()} has {name} {version(name)}; allowed: {right}"
        for name, right in wanted.items()
        if version(name) != right
    ]
    if problems:
        raise CohortError(problems)


# Where the job is given ---------------------------------------------------------------------------


def _on_workers(
    client: Client,
    job: Job,
    files: Mapping[str, CohortFile],
    target: Path,
    progress: Progress | None,
) -> Tally:
    """Have the files of a folder scored by workers, but not those whose results are there."""
    tallies = {name: tally_of(job, name, target / name) for name in files}
    done = {name: tally for name, tally in tallies.items() if tally is not None}
    missing = [name for name in files if name not in done]
    if not missing:
        return sum(done.values(), Tally())
    for folder in {(target / name).parent for name in missing}:
        folder.mkdir(parents=True, exist_ok=True)
    sizes = {name: file.path.stat().st_size for name, file in files.items()}
    total = max(1, sum(sizes.values()))
    # The folder of the cohort is what the path of a file has before its name.
    cohort = files[missing[0]].path.absolute().parents[len(Path(missing[0]).parts) - 1]
    # A task of its own, so that each worker gets it once and a lost one can be made again.
    given = client.submit(_given, job, pure=False)
    futures = client.map(
        partial(_score_part, cohort=str(cohort), out=str(target.absolute())),
        missing,
        job=given,
        pure=False,
    )
    for name, tally in _finished(client, dict(zip(futures, missing, strict=True))):
        done[name] = tally
        if progress is not None:
            rows = sum(tally.rows for tally in done.values())
            progress(rows, sum(sizes[name] for name in done) / total)
    return sum((done[name] for name in files), Tally())


def _finished(client: Any, futures: Mapping[Future[Any], str]) -> Iterator[tuple[str, Tally]]:
    """Return files and tallies as they come; whatever goes wrong, nothing more is begun."""
    distributed = _imported("distributed")  # its methods have types only in part
    comm = _imported("distributed.comm")
    again = "resume goes on with the files that are missing"
    try:
        _wait_for_a_worker(client)
        for future in distributed.as_completed(futures, loop=client.loop):
            yield futures[future], future.result()
    except distributed.KilledWorker:
        problem = "the workers that were given one file died, one after the other"
        allowed = "workers with memory enough for a file"
        raise CohortError([f"{problem}; allowed: {allowed}; {again}"]) from None
    except (distributed.CancelledError, comm.CommClosedError):
        problem = "the connection to the Dask scheduler was lost"
        raise CohortError([f"{problem}; allowed: one that stays up; {again}"]) from None
    finally:
        client.cancel(list(futures))


def _wait_for_a_worker(client: Client) -> None:
    distributed = _imported("distributed")
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except distributed.TimeoutError:
        problem = f"the Dask scheduler has had no worker for {WORKER_SECONDS} s"
        raise CohortError([f"{problem}; allowed: one or more"]) from None


def _imported(name: str) -> Any:
    """Return a module of Dask, or raise if the extra is not installed."""
    try:
        return import_module(name)
    except ImportError:
        wanted = 'pip install "hamknee[dask]"'
        raise HamkneeError(f"Dask is not installed; allowed: after {wanted}") from None
