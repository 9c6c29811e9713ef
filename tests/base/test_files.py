"""Files are written whole or not at all; what cannot be read or written is said in a sentence."""

import errno
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest

from hamknee.base.errors import FaultsError, HamkneeError
from hamknee.base.files import (
    PART,
    _check_ordinary,
    alone,
    decode,
    other_separator,
    read_bytes,
    shipped,
    whole_file,
    whole_files,
    write_whole,
    writing,
)


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, "é\r\n\n")
    assert path.read_bytes() == "é\r\n\n".encode()
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def interrupted() -> None:
        with whole_file(path) as temporary:
            temporary.write_text("half of the ne")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_permissions_stay_and_leftovers_go(tmp_path: Path) -> None:
    path, leftover = tmp_path / "a[1].txt", tmp_path / f".a[1].txt.x1{PART}"
    path.write_text("old")
    path.chmod(0o600)
    leftover.write_text("of a run that was killed")
    write_whole(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not leftover.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o022, 0o644), (0o002, 0o664)])
def test_new_files_are_as_open_as_the_user_wants_them(
    umask: int, mode: int, tmp_path: Path
) -> None:
    before = os.umask(umask)
    try:
        with whole_file(tmp_path / "a.txt") as temporary:
            assert stat.S_IMODE(temporary.stat().st_mode) & ~mode == 0
            temporary.write_text("new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == mode


def test_leftovers_of_a_file_with_a_longer_name_are_left(tmp_path: Path) -> None:
    other = tmp_path / f".part.parquet.2.parquet.x1{PART}"
    other.write_text("of another")
    write_whole(tmp_path / "part.parquet", "new")
    assert other.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other locks")
def test_a_place_is_held_by_one_alone_and_left_clean(tmp_path: Path) -> None:
    mark = tmp_path / f".out.lock{PART}"
    mark.write_text("of a run that was killed")
    with alone(tmp_path / "out"), pytest.raises(HamkneeError, match="another job is writing"):
        alone(tmp_path / "out").__enter__()
    assert not list(tmp_path.iterdir())

    def once(_: int) -> bool:
        try:
            with alone(tmp_path / "out"):
                return True
        except HamkneeError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert any(pool.map(once, range(40)))
    assert not list(tmp_path.iterdir())


def test_whoever_holds_a_place_does_not_mind_that_its_mark_was_swept_away(tmp_path: Path) -> None:
    with alone(tmp_path / "a.csv"):
        (mark,) = tmp_path.iterdir()
        mark.unlink()
    assert list(tmp_path.iterdir()) == []


def test_what_another_is_still_writing_is_no_leftover(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with whole_file(path) as temporary:
        temporary.write_text("the first to begin")
        write_whole(path, "the first to end")
        assert path.read_text() == "the first to end"
    assert path.read_text() == "the first to begin"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_of_several_that_write_at_once_each_writes_the_whole_file(tmp_path: Path) -> None:
    path, texts = tmp_path / "a.txt", [f"{number}\n" * 1000 for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: write_whole(path, text), texts))
    assert path.read_text() in texts
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other locks")
def test_where_a_file_system_has_no_locks_leftovers_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", flock)
    (tmp_path / f".a.txt.x1{PART}").write_text("of a run that was killed")
    write_whole(tmp_path / "a.txt", "new")
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    path = tmp_path / "none" / "a.txt"
    message = "'.*a.txt' cannot be written: No such file or directory; allowed: a file in"
    with pytest.raises(HamkneeError, match=message), writing(path):
        write_whole(path, "")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a\n\xff\n", "x.csv, line 2: byte 0xff is not UTF-8; allowed: text saved as UTF-8"),
        (b"a\n\n\0", "x.csv, line 3: found a NUL character, as in a binary file"),
    ],
)
def test_what_is_no_text_is_named_with_its_line(data: bytes, message: str) -> None:
    with pytest.raises(FaultsError, match=message):
        decode(data, "x.csv", FaultsError)


def test_a_mark_of_byte_order_is_no_text() -> None:
    assert decode(b"\xef\xbb\xbfa", "x.csv", FaultsError) == "a"


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaultsError, match="there is no file"):
        read_bytes(tmp_path / "none", FaultsError)
    with pytest.raises(FaultsError, match="cannot be read: "):
        read_bytes(tmp_path, FaultsError)


@pytest.mark.parametrize(
    ("header", "name"), [("a;b", "semicolons"), ("a\tb", "tabs"), ("a,b;c", ""), ("a", "")]
)
def test_other_separators_are_named(header: str, name: str) -> None:
    assert other_separator(header) == name


def test_the_shipped_files_are_there() -> None:
    assert shipped("data/priors.csv").is_file()
    assert (shipped("dashboard") / "app.py").is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_what_is_no_ordinary_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    pipe, link = tmp_path / "out.csv", tmp_path / "link.csv"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for place in (pipe, link):
        message = "cannot be written: it is no ordinary file"
        with pytest.raises(HamkneeError, match=message), writing(place):
            write_whole(place, "numbers")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert link.is_symlink()
    assert sorted(tmp_path.iterdir()) == [link, pipe]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux names open files so")
@pytest.mark.parametrize("name", ["/dev/null", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_the_name_of_a_device_or_an_open_file_stays_what_it_is(name: str) -> None:
    with pytest.raises(OSError, match="no ordinary file"):
        _check_ordinary(Path(name))


def test_of_two_that_belong_together_both_are_old_or_both_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "a.csv.json"]

    def write(text: str) -> None:
        with whole_files(*paths) as temporaries:
            for temporary in temporaries:
                temporary.write_text(text)

    def there() -> list[str]:
        return [path.read_text() for path in sorted(tmp_path.iterdir())]

    write("old")
    for failing in (1, 2):
        outcomes = [None] * (failing - 1) + [OSError(errno.EIO, os.strerror(errno.EIO))]
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", Mock(side_effect=outcomes))
            with pytest.raises(OSError, match="Input/output"):
                write("new")
        assert there() == ["old", "old"]
    write("new")
    assert there() == ["new", "new"]


def test_a_later_one_is_never_beside_an_earlier_one_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "a.csv.json"]
    seen, replaces = [], Path.replace

    def replace(temporary: Path, path: Path) -> Path:
        seen.append({p.name: p.read_text() for p in paths if p.exists()})
        return replaces(temporary, path)

    monkeypatch.setattr(Path, "replace", replace)
    for text in ("old", "new"):
        with whole_files(*paths) as temporaries:
            for temporary in temporaries:
                temporary.write_text(text)
    assert seen[2:] == [{"a.csv": "old"}, {"a.csv": "new"}]
