"""The encodings of network files: as declared, as asked for, and those that are refused."""

import gzip
import re
from pathlib import Path

import pytest

from hamknee.base.errors import HamkneeError
from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import export, read_network
from tests.support.network_files import BIF, with_states


@pytest.fixture
def xdsl(tmp_path: Path) -> str:
    export(with_states("yes", label="größer – Ж"), tmp_path / "good.xdsl")
    return (tmp_path / "good.xdsl").read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-16", "UTF-16LE", "UTF-16BE"])
def test_xml_is_read_as_it_declares_or_its_first_bytes_tell(
    tmp_path: Path, xdsl: str, encoding: str
) -> None:
    path = tmp_path / "net.xdsl"
    path.write_bytes(xdsl.replace("UTF-8", encoding).encode(encoding))
    assert read_network(path, target="t").vocabulary["sign"].label == "größer – Ж"


@pytest.mark.parametrize(
    ("declared", "letter", "message"),
    [
        ("x-mine", b"a", "line 1: it is encoded as 'x-mine', which is not known"),
        ("shift_jis", b"a", "it is encoded as 'shift_jis', which is not known"),
        ("utf-7", b"a", "it is encoded as 'utf-7', which is not known"),
        ("utf-16", b"a", "line 1: it says that it is utf-16, but is not"),
        ("UTF-8", b"\x96", "byte 0x96 is not UTF-8"),
        ("windows-1253", b"\xff", "line {line}: byte 0xff is not cp1253"),
    ],
)
def test_an_encoding_that_is_not_known_is_refused_and_not_guessed(
    tmp_path: Path, xdsl: str, declared: str, letter: bytes, message: str
) -> None:
    path = tmp_path / "net.xdsl"
    label = "größer – Ж".encode()
    path.write_bytes(xdsl.replace("UTF-8", declared).encode().replace(label, letter))
    line = xdsl.partition("größer")[0].count("\n") + 1
    with pytest.raises(NetworkFileError, match=re.escape(message.format(line=line))):
        read_network(path, target="t")


def test_the_encoding_that_is_asked_for_counts(tmp_path: Path) -> None:
    path = tmp_path / "net.bif"
    path.write_bytes(BIF.replace("yes", "да").encode("cp1251"))
    guessed = read_network(path, target="t")
    assert guessed.vocabulary["sign"].state_names[0] == "äà"
    assert "--encoding" in guessed.notices[0]
    asked = read_network(path, target="t", encoding="windows-1251")
    assert asked.vocabulary["sign"].state_names[0] == "да"
    assert not asked.notices
    with pytest.raises(HamkneeError, match="unknown encoding 'mine'; allowed: utf-8, utf-16"):
        read_network(path, target="t", encoding="mine")
    with pytest.raises(NetworkFileError, match="is not UTF-8"):
        read_network(path, target="t", encoding="utf-8")


def test_a_packed_file_is_unpacked_if_it_is_whole_and_not_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.bif.gz"
    packed = gzip.compress(BIF.encode())
    path.write_bytes(packed)
    assert read_network(path, target="t").posterior({}).top == "r"
    for broken in (packed[:-9], b"no gzip"):
        path.write_bytes(broken)
        with pytest.raises(NetworkFileError, match="cannot be unpacked"):
            read_network(path, target="t")
    path.write_bytes(gzip.compress(BIF.encode() + b"\n" * 3000))
    monkeypatch.setattr("hamknee.formats.encoding.LARGEST", 2000)
    with pytest.raises(NetworkFileError, match="unpacks to too much; allowed: at most 2000 bytes"):
        read_network(path, target="t")
