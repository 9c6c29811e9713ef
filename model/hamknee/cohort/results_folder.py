"""The folder of results: what may be in it, and how new results take the place of old ones.

Nothing is touched before it is clear that all of it is ours, and no result goes before its
successor is whole: what is to replace something is made in a folder with a dot, and moved file by
file at the end.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from hamknee.base import PART, alone, listing, write_whole
from hamknee.cohort.columns import CohortError

MANIFEST = "_hamknee.json"
"""In a folder of results, what they were made of. Readers of a folder skip names with _ or dot."""

NEW = f".new{PART}"
"""In a folder of results, the folder of those that are to replace it."""

T = TypeVar("T")


def fill_folder(
    target: Path,
    manifest: str,
    names: Iterable[str],
    work: Callable[[Path], T],
    *,
    resume: bool,
    overwrite: bool,
    strict: bool,
) -> T:
    """Have results made in a folder, whole or not at all.

    Parameters
    ----------
    target : Path
        The folder.
    manifest : str
        What the results depend on, as JSON.
    names : iterable of str
        The results there will be.
    work : callable
        Makes what is missing of them in the folder it is given.
    resume, overwrite, strict : bool
        As for `hamknee.score_file`.

    Returns
    -------
    object
        What `work` returns.

    Raises
    ------
    CohortError
        If there is anything else in the folder, a link, or another job at work in it.
    """
    noted, staged = _noted(target), _noted(target / NEW)
    anew = noted is not None and overwrite and not (resume and noted == manifest)
    if noted is not None and resume and noted != manifest:
        anew = overwrite or staged == manifest  # new results that were interrupted
        if not anew:
            problem = f"{str(target)!r} was begun with other {_difference(noted, manifest)}"
            allowed = "to go on with the same, or overwrite, or another folder"
            raise CohortError([f"{problem}; allowed: {allowed}"])
    known = _names_in(noted) | _names_in(staged) | {MANIFEST} if anew else set()
    if not (noted == manifest and resume):
        _check_nothing_else(target, known)
    _check_links(target)
    with _unless_empty(target), alone(target, inside=True):
        if not anew:
            shutil.rmtree(target / NEW, ignore_errors=True)  # of a run that was to replace these
            if noted != manifest:
                write_whole(target / MANIFEST, manifest)
            return work(target)
        return _anew(target, manifest, set(names), work, strict=strict)


def _anew(
    target: Path, manifest: str, names: set[str], work: Callable[[Path], T], *, strict: bool
) -> T:
    """Have new results made beside the old ones, and put them in their place when all are whole."""
    new = target / NEW
    if _noted(new) != manifest:
        shutil.rmtree(new, ignore_errors=True)
    with _unless_empty(new):
        write_whole(new / MANIFEST, manifest)
    try:
        made = work(new)
    except CohortError:
        if strict:
            shutil.rmtree(new, ignore_errors=True)
        raise
    old = _names_in(_noted(target))
    for name in sorted(names):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (new / name).replace(target / name)
    for path in list(_files_below(target)):
        if _name(target, path) in old - names:
            path.unlink()
            for folder in path.relative_to(target).parents[:-1]:
                if not any((target / folder).iterdir()):
                    (target / folder).rmdir()
    (new / MANIFEST).replace(target / MANIFEST)
    shutil.rmtree(new, ignore_errors=True)
    return made


@contextmanager
def _unless_empty(folder: Path) -> Iterator[None]:
    """Make a folder; it goes again if what follows fails and has put nothing into it."""
    folder.mkdir(exist_ok=True)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            folder.rmdir()
        raise


def _noted(folder: Path) -> str | None:
    """Return what a folder says that it was made of, None if it says nothing."""
    note = folder / MANIFEST
    return note.read_text(encoding="utf-8", errors="replace") if note.is_file() else None


def _names_in(manifest: str | None) -> set[str]:
    """Return the results that a manifest names; they are never taken for paths."""
    try:
        names = {str(entry["name"]) for entry in json.loads(manifest or "{}")["files"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        return set()
    return {name for name in names if name.lower().endswith(".parquet")}


def _difference(noted: str, manifest: str) -> str:
    """Return which entries of two manifests differ."""
    ours = json.loads(manifest)
    try:
        theirs = json.loads(noted)
        return listing(key for key in ours if theirs.get(key) != ours[key])
    except (ValueError, AttributeError, RecursionError):
        return "entries that cannot be read"


def _check_nothing_else(target: Path, known: set[str]) -> None:
    """Raise if a folder holds anything but what is known; empty folders of results may be."""
    if not target.exists():
        return
    others = [path for path in _files_below(target) if _name(target, path) not in known]
    if not known:
        others += [path for path in target.iterdir() if path.is_dir() and not _is_leftover(path)]
    if others or not target.is_dir():
        problem = f"{str(target)!r} is there already and not empty"
        if known:
            named = listing([repr(_name(target, path)) for path in sorted(others)], most=3)
            problem += f" but for earlier results: it holds {named}"
        allowed = "another folder, or resume or overwrite where it holds results of hamknee alone"
        raise CohortError([f"{problem}; allowed: {allowed}"])


def _check_links(target: Path) -> None:
    """Raise if there is a link in a folder: what is written to it would go elsewhere."""
    for place, folders, names in os.walk(target):
        for name in (*folders, *names):
            path = Path(place, name)
            if path.is_symlink():
                problem = f"{str(path)!r} is a symbolic link"
                raise CohortError([f"{problem}; allowed: files and folders in the results"])


def _files_below(target: Path) -> Iterator[Path]:
    """Yield the files of a folder, links included, but for what a killed run has left behind."""
    for place, folders, names in os.walk(target):
        paths = [Path(place, name) for name in (*names, *folders)]
        folders[:] = [name for name in folders if not _is_leftover(Path(place, name))]
        for path in paths:
            if (path.is_symlink() or not path.is_dir()) and not _is_leftover(path):
                yield path


def _name(target: Path, path: Path) -> str:
    return path.relative_to(target).as_posix()


def _is_leftover(path: Path) -> bool:
    """Tell whether a path is what a run that was killed has left behind, or is at work on."""
    return path.suffix == PART and path.name.startswith(".")
