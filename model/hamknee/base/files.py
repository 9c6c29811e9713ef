"""Files: where the shipped ones are, reading text, and writing whole or not at all."""

import errno
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from hamknee.base.errors import Fault, FaultsError, HamkneeError

PART = ".part"
"""Ending of a file that is being written; its name starts with a dot, so that readers of a folder
leave it alone."""

DEVICES, PROCESSES = Path("/dev"), Path("/proc")
"""Folders whose names stand for devices and open files."""

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parents[1]


def shipped(name: str) -> Path:
    """Return the path of something shipped, such as ``"data/priors.csv"`` or ``"dashboard"``.

    A wheel carries the files inside the package; in a checkout they stand at its top.
    """
    inside = _PACKAGE / name
    return inside if inside.exists() else _CHECKOUT / name


# Writing ----------------------------------------------------------------------------------


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary name beside a file, and rename to the file when all is written.

    Of several that write the same file at once, the last one counts.

    Parameters
    ----------
    path : Path
        Keeps its permissions. It is the old file or the new one at any time, never a part of it.

    Raises
    ------
    OSError
        If it cannot be written, or is a device, a pipe or a socket: a file would take its place.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder, "a.txt")) as temporary:
    ...         _ = temporary.write_text("all of it")
    ...     Path(folder, "a.txt").read_text()
    'all of it'
    """
    with whole_files(path) as (temporary,):
        yield temporary


@contextmanager
def whole_files(*paths: Path) -> Iterator[tuple[Path, ...]]:
    """Do as `whole_file` for several that belong together, such as a result and its report.

    All are written and synced before any is replaced, and a later one is never beside an earlier
    one that it does not belong to: where the process is killed between the two, it is missing.

    Parameters
    ----------
    *paths : Path
        The one that can stand alone comes first.

    Raises
    ------
    OSError
        As `whole_file`; the old ones stay as they are.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_files(Path(folder, "a.csv"), Path(folder, "a.json")) as temporaries:
    ...         written = [temporary.write_text("all of it") for temporary in temporaries]
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['a.csv', 'a.json']
    """
    for path in paths:
        _check_ordinary(path)
        _remove_leftovers(path)
    temporaries: list[Path] = []
    with ExitStack() as hold:
        try:
            temporaries.extend(_temporary(path, hold) for path in paths)
            yield tuple(temporaries)
            for temporary in temporaries:
                with temporary.open("rb+") as written:
                    os.fsync(written.fileno())
            for path in paths[1:]:
                path.unlink(missing_ok=True)
            for temporary, path in zip(temporaries, paths, strict=True):
                temporary.replace(path)
        except BaseException:
            for temporary in temporaries:
                temporary.unlink(missing_ok=True)
            raise


def _check_ordinary(path: Path) -> None:
    special = path.exists() and not (path.is_file() or path.is_dir())
    folder = path.parent.resolve()
    if not path.name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    # /dev/stdout is a link, which may lead to a file.
    if special or folder == DEVICES or PROCESSES in folder.parents:
        raise OSError(errno.EINVAL, "it is no ordinary file")


def _remove_leftovers(path: Path) -> None:
    """Remove what runs that were killed have left behind of a file, and of no other."""
    own = re.compile(rf"{re.escape(f'.{path.name}.')}[^.]+{re.escape(PART)}")
    with suppress(FileNotFoundError):
        for leftover in list(path.parent.iterdir()):
            if own.fullmatch(leftover.name):
                with suppress(OSError), _held(leftover, wait=False):
                    leftover.unlink()


def _temporary(path: Path, hold: ExitStack) -> Path:
    """Return a new file beside another, which nobody takes for a leftover while it is held.

    It has the permissions of the file it is to replace, else those that the user wants new files
    to have (umask).
    """
    mode = path.stat().st_mode & 0o777 if path.is_file() else None
    while True:
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}{PART}")
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR
        os.close(os.open(temporary, flags, 0o666 if mode is None else 0o600))
        with suppress(FileNotFoundError), _gone_on_failure(temporary):
            if mode is not None:
                temporary.chmod(mode)
            hold.enter_context(_held(temporary, wait=True))
        if temporary.exists():  # or else somebody was quicker than the lock
            return temporary


@contextmanager
def _gone_on_failure(temporary: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def alone(path: Path, *, inside: bool = False) -> Iterator[None]:
    """Hold a place to write to, while nobody else who asks for it may have it.

    Parameters
    ----------
    path : Path
        What is written. A file beside it marks that; what a killed run has left of it does not
        matter.
    inside : bool
        Whether the mark stands inside, because it is a folder.

    Raises
    ------
    HamkneeError
        If another process or thread holds it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, alone(Path(folder, "a.csv")):
    ...     with alone(Path(folder, "a.csv")):
    ...         pass
    Traceback (most recent call last):
    ...
    hamknee.base.errors.HamkneeError: another job is writing to '...a.csv'; allowed: to wait until
    it has ended, or another place
    """
    mark = path / f".lock{PART}" if inside else path.with_name(f".{path.name}.lock{PART}")
    with ExitStack() as hold:
        while True:
            mark.touch()
            try:
                with suppress(FileNotFoundError):
                    lock = hold.enter_context(_held(mark, wait=False))
                    if lock is None or os.path.samestat(lock, mark.stat()):
                        break
            except BlockingIOError:
                problem = f"another job is writing to {str(path)!r}"
                allowed = "to wait until it has ended, or another place"
                raise HamkneeError(f"{problem}; allowed: {allowed}") from None
        try:
            yield
        finally:
            mark.unlink(missing_ok=True)


@contextmanager
def _held(path: Path, *, wait: bool) -> Iterator[os.stat_result | None]:
    """Lock a file, or raise BlockingIOError where another process or thread has locked it.

    What is held is told, because a file of that name may be another one by then.
    """
    if sys.platform == "win32":  # where nobody can remove a file that is open
        yield None
        return
    import fcntl

    with path.open("rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise
        except OSError:
            pass  # a file system without locks
        yield os.fstat(file.fileno())


def write_whole(path: Path, text: str) -> None:
    """Write text as UTF-8, as it is, whole or not at all.

    Parameters
    ----------
    path : Path
        As for `whole_file`.
    text : str
        What to write.
    """
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


@contextmanager
def writing(path: Path, allowed: str = "a file in an existing folder") -> Iterator[None]:
    """Say in one sentence that a file cannot be written, where that is so.

    Parameters
    ----------
    path : Path
        What is being written.
    allowed : str
        What would be right.

    Raises
    ------
    HamkneeError
        In place of the OSError.

    Examples
    --------
    >>> with writing(Path("no/such/folder/a.csv")):
    ...     write_whole(Path("no/such/folder/a.csv"), "")
    Traceback (most recent call last):
    ...
    hamknee.base.errors.HamkneeError: 'no/such/folder/a.csv' cannot be written: No such file or
    directory; allowed: a file in an existing folder
    """
    try:
        yield
    except OSError as why:
        problem = f"{str(path)!r} cannot be written: {why.strerror}"
        raise HamkneeError(f"{problem}; allowed: {allowed}") from None


# Reading ----------------------------------------------------------------------------------


def other_separator(header: str) -> str:
    """Return what separates the cells of a CSV header in place of commas, or an empty string."""
    names = {";": "semicolons", "\t": "tabs"}
    return "" if "," in header else next((names[mark] for mark in names if mark in header), "")


def read_bytes(path: Path, error: type[FaultsError]) -> bytes:
    """Return the bytes of a file.

    Parameters
    ----------
    path : Path
        File to read.
    error : type of FaultsError
        What to raise when it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        problem, allowed = f"there is no file {str(path)!r}", "the path of an existing file"
    except OSError as why:
        problem, allowed = f"{str(path)!r} cannot be read: {why.strerror}", "a readable file"
    raise error([Fault(path.name, None, None, problem, allowed)])


def decode(data: bytes, source: str, error: type[FaultsError]) -> str:
    """Return the text of a UTF-8 file, without a byte-order mark.

    Parameters
    ----------
    data : bytes
        What the file holds.
    source : str
        Name of the file, for the error.
    error : type of FaultsError
        What to raise when it is not text.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        line = data.count(b"\n", 0, why.start) + 1
        problem, allowed = f"byte 0x{data[why.start]:02x} is not UTF-8", "text saved as UTF-8"
        raise error([Fault(source, line, None, problem, allowed)]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problem = "found a NUL character, as in a binary file"
        raise error([Fault(source, line, None, problem, "plain text")])
    return text
