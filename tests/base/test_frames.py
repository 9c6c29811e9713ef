"""Every reader of tables refuses an empty file, and cells without commas, in the same words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hamknee.base.errors import HamkneeError
from hamknee.base.frames import COMMAS, EMPTY, read_table
from hamknee.cli.command import main
from hamknee.cohort.reading import open_file

READERS: list[Callable[[Path], object]] = [read_table, open_file]

SEMICOLONS = f"the cells are separated by semicolons; allowed: {COMMAS}"
TABS = f"the cells are separated by tabs; allowed: {COMMAS}"
NOTHING = "; allowed: ".join(EMPTY)

FILES = [
    pytest.param("cohort.csv", b"", NOTHING, id="no bytes"),
    pytest.param("cohort.csv", b"\xef\xbb\xbf", NOTHING, id="a byte-order mark alone"),
    pytest.param("cohort.csv", b"\r\n\r\n", NOTHING, id="empty lines"),
    pytest.param("cohort.parquet", b"", NOTHING, id="no bytes of Parquet"),
    pytest.param("cohort.csv", b"id;age\r\n1;31,5\r\n", SEMICOLONS, id="decimal commas"),
    pytest.param("cohort.csv", b"\xef\xbb\xbfid;age\n1;31\n", SEMICOLONS, id="as Excel saves it"),
    pytest.param("cohort.csv", b"id\tage\n1\t31\n", TABS, id="tabs"),
]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(("name", "data", "told"), FILES)
def test_a_table_is_refused_in_the_same_words_by_every_reader(
    read: Callable[[Path], object], name: str, data: bytes, told: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(HamkneeError) as caught:
        read(tmp_path / name)
    assert f"{name}: {told}" in str(caught.value)


@pytest.mark.parametrize("command", ["evaluate", "score"])
@pytest.mark.parametrize(("name", "data", "told"), FILES)
def test_the_commands_say_the_same(
    command: str,
    name: str,
    data: bytes,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / name).write_bytes(data)
    options = ["-o", str(tmp_path / f"out{Path(name).suffix}")] if command == "score" else []
    with pytest.raises(SystemExit) as exit_:
        main([command, str(tmp_path / name), *options])
    assert exit_.value.code == 2
    assert told in " ".join(capsys.readouterr().err.split())


def test_a_semicolon_in_a_cell_of_the_header_is_no_separator(tmp_path: Path) -> None:
    (tmp_path / "cohort.csv").write_text("id,pop; or a snap\n1,yes\n", encoding="utf-8")
    assert list(read_table(tmp_path / "cohort.csv").columns) == ["id", "pop; or a snap"]
    assert list(open_file(tmp_path / "cohort.csv").types) == ["id", "pop; or a snap"]
