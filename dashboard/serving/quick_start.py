"""What is sent before a page can be made: its first words at once, and its scripts compressed.

Streamlit's scripts are three megabytes, which over a slow line is a quarter of a minute of a white
page, and its server sends them as they are. Here each is compressed once and kept; and the empty
page that loads them holds words to be read meanwhile.
"""

import asyncio
import gzip
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import pyarrow
import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.first_words import with_first_words
from serving.own_words import in_own_words

STATIC = Path(streamlit.__file__).parent / "static" / "static"
"""The scripts and styles of Streamlit."""

KINDS = {".js": "text/javascript", ".css": "text/css"}

_BROTLI = pyarrow.Codec("brotli", compression_level=10)

CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda content: bytes(_BROTLI.compress(content, asbytes=True)),
    "gzip": lambda content: gzip.compress(content, compresslevel=9, mtime=0),
}
"""Ways to compress, the tightest first. Level 11 of Brotli would save two in a hundred more and
take three times as long."""

FOREVER = "public, immutable, max-age=31536000"
"""Their names change with what they hold."""


class QuickStart:
    """Sends scripts compressed and pages with words, and hands on everything else.

    Parameters
    ----------
    app : ASGI application
        Streamlit's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        if file := static_file(scope["path"]):
            coding = best_coding(Headers(scope=scope).get("accept-encoding", ""))
            content = await asyncio.to_thread(packed, file, coding)
            headers = {"cache-control": FOREVER, "vary": "Accept-Encoding"}
            headers |= {"content-encoding": coding} if coding else {}
            response = Response(content, headers=headers, media_type=KINDS[file.suffix])
            await response(scope, receive, send)
            return
        page = _Page(send)
        await self.app(scope, receive, page.send)


class _Page:
    """Hands a response on; one that is a page gets its first words."""

    def __init__(self, send: Send) -> None:
        self.hand_on = send
        self.start: Message | None = None
        self.parts: list[bytes] = []

    async def send(self, message: Message) -> None:
        """Take one part of a response."""
        if message["type"] == "http.response.start" and _is_page(message):
            self.start = message
        elif self.start is None:
            await self.hand_on(message)
        elif message["type"] == "http.response.body":
            self.parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self.finish(self.start)

    async def finish(self, start: Message) -> None:
        body = with_first_words(b"".join(self.parts))
        headers = MutableHeaders(raw=start["headers"])
        headers["content-length"] = str(len(body))
        for name in ("etag", "last-modified"):  # of the page without the words
            if name in headers:
                del headers[name]
        await self.hand_on(start)
        await self.hand_on({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    whole = start["status"] == 200 and "content-encoding" not in headers
    return whole and headers.get("content-type", "").startswith("text/html")


def static_file(path: str) -> Path | None:
    """Return the script or style that a path asks for, below whatever base it is served.

    >>> static_file("/clinic/static/js/../../app.py") is None
    True
    """
    base, _, name = path.rpartition("/static/")
    return _files().get(name) if name and "/static" not in base else None


@lru_cache(maxsize=1)
def _files() -> dict[str, Path]:
    every = (path for kind in ("js", "css") for path in (STATIC / kind).iterdir())
    return _by_name(path for path in every if path.suffix in KINDS)


def _by_name(paths: Iterable[Path]) -> dict[str, Path]:
    return {path.relative_to(STATIC).as_posix(): path for path in paths}


def best_coding(accepted: str) -> str:
    """Return the tightest way to compress that a browser can read; empty for none.

    Browsers read Brotli from an encrypted address and from this machine alone.

    >>> best_coding("gzip, deflate, br"), best_coding("gzip"), best_coding("br;q=0")
    ('br', 'gzip', '')
    """
    parts = [part.replace(" ", "").split(";q=") for part in accepted.lower().split(",")]
    names = {name for name, *weight in parts if not weight or weight[0].strip("0.")}
    return next((coding for coding in CODINGS if coding in names), "")


@lru_cache(maxsize=1024)
def packed(file: Path, coding: str) -> bytes:
    """Return a file compressed, or bare for an empty coding; worked out once."""
    content = bare(file)
    return CODINGS[coding](content) if coding else content


def bare(file: Path) -> bytes:
    """Return a file with the words of this tool where it has those of Streamlit."""
    return in_own_words(file.read_bytes())
