"""A small read-only HTTP application over `public/`; knows files, not what is in them."""

import hashlib
import mimetypes
import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from ingest.errors import TopicwireError, UsageError

_TYPES: Final = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
}
_LAST_PORT: Final = 65_535
_HEADERS: Final = {
    "cache-control": "public, max-age=300",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
    ),
    "x-content-type-options": "nosniff",
}


class Published(StaticFiles):
    """The files of a folder: ETag, Last-Modified, 304 and HEAD; nothing hidden, no links out of it."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Find a file; names that begin with a dot are unfinished or not ours to show."""
        return ("", None) if any(part.startswith(".") for part in Path(path).parts if part != ".") else super().lookup_path(path)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Answer with a file as it is at one moment, or 304 where the client has it already.

        What was found out of it before (`stat_result`) is not used: it may have been replaced since, and
        then the length of one would be sent with the bytes of another (D3).
        """
        del stat_result
        try:
            with Path(full_path).open("rb") as file:
                body, changed = file.read(), os.fstat(file.fileno()).st_mtime
        except OSError:
            raise HTTPException(404) from None
        kind = _TYPES.get(Path(full_path).suffix) or mimetypes.guess_type(full_path)[0] or "application/octet-stream"
        tag = hashlib.blake2b(body, digest_size=12).hexdigest()
        known = {"etag": f'"{tag}"', "last-modified": formatdate(changed, usegmt=True)}
        response = Response(body, status_code, {**_HEADERS, **known}, kind)
        return NotModifiedResponse(response.headers) if self.is_not_modified(response.headers, Headers(scope=scope)) else response


def application(folder: Path, healthy: Callable[[], bool]) -> Starlette:
    """Make the application over a folder, which may still be empty; `healthy` answers /healthz."""
    folder.mkdir(parents=True, exist_ok=True)

    def health(_request: Request) -> Response:
        good = healthy()
        return JSONResponse({"status": "ok" if good else "failing"}, 200 if good else 503, {"cache-control": "no-store"})

    return Starlette(
        routes=[Route("/healthz", health), Mount("/", Published(directory=folder, html=True, follow_symlink=False))],
        middleware=[Middleware(GZipMiddleware, minimum_size=500)],
    )


class Server(uvicorn.Server):
    """uvicorn for one application, without its own signal handling: whoever started it stops it."""

    def __init__(self, site: Starlette) -> None:
        """Keep no access log: who reads what is nobody's business."""
        super().__init__(uvicorn.Config(site, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=5))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def listen(bind: str) -> socket.socket:
    """Open the listening socket for `host:port`. Raises UsageError for another form, TopicwireError when it is taken."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _LAST_PORT:  # a port alone would mean every network there is
        raise UsageError(f'service.bind: "{bind}" is not host:port', 'write "127.0.0.1:8080"')
    family = socket.AF_INET6 if "[" in host else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), int(port)), family=family)
    except OSError as fault:
        cause = os.strerror(fault.errno) if fault.errno and fault.errno > 0 else fault.strerror  # below 0: of the name's look-up
        raise TopicwireError(f"cannot listen on {bind}: {cause}", "stop what listens there or set service.bind") from fault


def readable(database: Path) -> bool:
    """Say whether the database answers: the health of the service."""
    try:
        db = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=1)
        try:
            return db.execute("select count(*) from source").fetchone() is not None
        finally:
            db.close()
    except sqlite3.Error:
        return False
