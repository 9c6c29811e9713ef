"""The text of a network file, in the encoding that it declares or that programs used to write."""

import codecs
import gzip
import io
import re
from pathlib import Path

from hamknee.base import Fault, HamkneeError, decode, read_bytes
from hamknee.formats.draft import Draft, NetworkFileError

LARGEST = 100_000_000
"""Bytes of a file; the largest networks of the usual collections have a twentieth of it."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KNOWN = re.compile(
    r"utf-8|utf-16(-le|-be)?|ascii|iso8859-\d+|cp(125\d|437|85\d|86\d|874)|koi8-[ru]|mac-\w+"
)
"""Encodings by Python's names: those of Unicode, and those with a letter for each byte."""

_ALLOWED = "utf-8, utf-16, iso-8859-1, windows-1252 or another with one byte for each letter"
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"']{1,40})["']""")


def read_text(path: Path, draft: Draft, *, xml: bool, encoding: str | None = None) -> str:
    """Return the text of a network file, with line breaks as they are here.

    Parameters
    ----------
    path : Path
        A file, which may be compressed by gzip.
    draft : Draft
        Which is told what was assumed.
    xml : bool
        Whether the file says itself how it is encoded, which then counts.
    encoding : str, optional
        How it is encoded, in place of what it says. By default a mark at its start tells, or it is
        UTF-8; a file in braces that is no UTF-8 is read as windows-1252.

    Raises
    ------
    NetworkFileError
        If it cannot be read, is too large, or is not text in that encoding.
    HamkneeError
        If the encoding asked for is not known.
    """
    data = _contents(path)
    chosen = _known(encoding)
    if encoding is not None and chosen is None:
        raise HamkneeError(f"unknown encoding {encoding!r}; allowed: {_ALLOWED}")
    if chosen is None:
        chosen = _marked(data) or (_declared(data, draft) if xml else None) or "utf-8"
    if chosen == "utf-8" and not xml and encoding is None:
        chosen = _as_it_is(data, draft)
    if chosen == "iso8859-1" and re.search(rb"[\x80-\x9f]", data):
        draft.notices.append(
            "it says Latin-1, but has letters of windows-1252, which were read as such."
        )
        chosen = "cp1252"
    if chosen in ("utf-8", "ascii"):
        text = decode(data, draft.source, NetworkFileError)
    else:
        text = _decoded(data, chosen, draft)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _contents(path: Path) -> bytes:
    if path.is_file() and (size := path.stat().st_size) > LARGEST:
        fault = Fault(path.name, None, None, f"it has {size} bytes", f"at most {LARGEST}")
        raise NetworkFileError([fault])
    data = read_bytes(path, NetworkFileError)
    if path.suffix.lower() != ".gz":
        return data
    try:
        with gzip.open(io.BytesIO(data)) as unpacked:
            data = unpacked.read(LARGEST + 1)
    except (OSError, EOFError) as why:
        fault = Fault(path.name, None, None, f"it cannot be unpacked: {why}", "a gzip file")
        raise NetworkFileError([fault]) from None
    if len(data) > LARGEST:
        problem = "it unpacks to too much"
        raise NetworkFileError([Fault(path.name, None, None, problem, f"at most {LARGEST} bytes")])
    return data


def _known(name: str | None) -> str | None:
    """Return Python's name of an encoding, or None if it is not one that is read."""
    if name is None:
        return None
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return known if _KNOWN.fullmatch(known) else None


def _marked(data: bytes) -> str | None:
    """Return the encoding that the first bytes tell, or None."""
    marked = (encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark))
    by_sign = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
    return next(marked, by_sign.get(data[:2]))


def _declared(data: bytes, draft: Draft) -> str | None:
    """Return the encoding that an XML file declares, or stop where it is not one that is read."""
    match = _DECLARED.match(data.lstrip())
    if match is None:
        return None
    name = match[1].decode("ascii", "replace")
    chosen = _known(name)
    if chosen is None:
        draft.stop(1, f"it is encoded as {name!r}, which is not known", _ALLOWED)
    if chosen.startswith("utf-16"):
        draft.stop(1, f"it says that it is {name}, but is not", "the encoding that it has")
    return chosen


def _as_it_is(data: bytes, draft: Draft) -> str:
    """Return the encoding of a file that does not tell it."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        draft.notices.append(
            "The file is no UTF-8 and was read as windows-1252; --encoding names another."
        )
        return "cp1252"
    return "utf-8"


def _decoded(data: bytes, encoding: str, draft: Draft) -> str:
    """Return the text of a file that is not UTF-8."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as why:
        if encoding == "cp1252":  # comments of older machines hold any byte
            return data.decode("iso8859-1")
        line = data.count(b"\n", 0, why.start) + 1
        draft.stop(line, f"byte 0x{data[why.start]:02x} is not {encoding}", _ALLOWED)
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        draft.stop(None, "found a NUL character, as in a binary file", "plain text")
    return text
