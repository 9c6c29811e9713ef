"""What is sent before a page can be made: its first words at once, and its scripts compressed.

Streamlit's scripts are three megabytes, which over a slow line is a quarter of a minute of a white
page, and its server sends them as they are. Here each is compressed once and kept; and the empty
page that loads them holds words to be read meanwhile.
"""

import asyncio
import gzip
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.first_words import with_first_words
from serving.own_words import in_own_words

STATIC = Path(streamlit.__file__).parent / "static" / "static"
"""The scripts and styles of Streamlit."""

KINDS = {".js": "text/javascript", ".css": "text/css"}

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
            zipped = "gzip" in Headers(scope=scope).get("accept-encoding", "")
            content = await asyncio.to_thread(packed if zipped else bare, file)
            headers = {"cache-control": FOREVER, "vary": "Accept-Encoding"}
            headers |= {"content-encoding": "gzip"} if zipped else {}
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


@lru_cache(maxsize=512)
def packed(file: Path) -> bytes:
    """Return a file compressed; worked out once."""
    return gzip.compress(bare(file), compresslevel=6, mtime=0)


def bare(file: Path) -> bytes:
    """Return a file with the words of this tool where it has those of Streamlit."""
    return in_own_words(file.read_bytes())
