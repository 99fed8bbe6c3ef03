"""The files of a folder as HTTP answers, each read and hashed once until it changes; knows no feed and no database."""

import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Final

from feeds.server.negotiation import CODINGS, GONE, acceptable_codings, file_of_target, is_not_modified, media_type
from feeds.site.render import POLICY

Headers = tuple[tuple[str, str], ...]

SECURITY_HEADERS: Final[Headers] = (
    ("content-security-policy", f"{POLICY}; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
)
"""Headers of every answer: nothing from elsewhere, no inline script, no framing, no referrer."""

_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_HASHED_NAMES: Final = "static/"  # in this folder a file with other bytes has another name
_NO_DATE: Final = 1 << 60  # what is in memory has no date of change: no If-Modified-Since is late enough
_MOST_REMEMBERED: Final = 10_000  # files remembered


@dataclass(frozen=True, slots=True)
class FileResponse:
    """An answer: status, headers and body."""

    status: int
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class _FileState:
    """What is known of a file: valid as long as the file has the same key."""

    key: tuple[int, int, int]  # inode, time, size
    etag: str
    modified: int
    headers: Headers  # of a 200 and of a 304
    lines: bytes  # the same headers as the lines of a 304


def _no_links(_name: str) -> Headers:
    return ()


@dataclass(slots=True)
class FileServer:
    """The files of a folder: strong ETag and Last-Modified, 304, the compressed file beside it for clients that accept it.

    Hidden files and symbolic links are not served. `links` returns headers for a file by its name. `ready` has files by their
    names that the folder will have, and that are answered while it lacks them.
    """

    folder: Path
    cache: str = "public, max-age=300"
    extra: Headers = ()
    links: Callable[[str], Headers] = _no_links
    ready: Mapping[str, bytes] = field(default_factory=dict)
    _states: dict[str, _FileState] = field(default_factory=dict)
    _root: str = field(init=False)

    def __post_init__(self) -> None:
        """Write the name of the folder once."""
        self._root = f"{self.folder}/"

    def answer(self, target: str, headers: Mapping[str, str]) -> FileResponse:
        """Answer GET for a path as it was sent, by the request's headers; 404 and 410 have no body yet."""
        name = file_of_target(target)
        found = self._regular(name) if name else None
        if name is None or found is None:
            return self._missing(name, headers)
        for coding in (*acceptable_codings(headers.get("accept-encoding", "")), ""):
            if self._beside(name, found, coding) is not None and (read := self._read(name + CODINGS.get(coding, ""))):
                return self._found(name, coding, *read, headers)
        return self._missing(name, headers)

    def _found(self, name: str, coding: str, state: _FileState, body: bytes, headers: Mapping[str, str]) -> FileResponse:
        if is_not_modified(state.etag, state.modified, headers):
            return FileResponse(304, state.headers)
        coded = (("content-encoding", coding),) if coding else ()
        about = (("content-type", media_type(name)), ("content-length", str(len(body))))
        return FileResponse(200, (*about, *coded, *state.headers, *SECURITY_HEADERS, *self.extra, *self.links(name)), body)

    def not_modified(self, target: str, headers: Mapping[str, str]) -> bytes | None:
        """Return the header lines of a 304 without reading the file, or None where another answer is due."""
        name = file_of_target(target)
        found = self._regular(name) if name else None
        if name is None or found is None:
            return None
        for coding in (*acceptable_codings(headers.get("accept-encoding", "")), ""):
            if (beside := self._beside(name, found, coding)) is not None:
                state = self._states.get(name + CODINGS.get(coding, ""))
                if state is None or state.key != _key(beside) or not is_not_modified(state.etag, state.modified, headers):
                    return None
                return state.lines
        return None

    def _missing(self, name: str | None, headers: Mapping[str, str]) -> FileResponse:
        if name is not None and name in self.ready:
            return self._from_memory(name, self.ready[name], headers)
        gone = name is not None and self._regular(name + GONE) is not None
        return FileResponse(410 if gone else 404, (*SECURITY_HEADERS, *self.extra))

    def _from_memory(self, name: str, body: bytes, headers: Mapping[str, str]) -> FileResponse:
        """Answer with a file that the folder lacks, under the tag that it will have there."""
        etag = _etag(body)
        about = (("etag", etag), ("cache-control", self._cache_of(name)), ("vary", "accept-encoding"))
        if is_not_modified(etag, _NO_DATE, headers):
            return FileResponse(304, about)
        kind = (("content-type", media_type(name)), ("content-length", str(len(body))))
        return FileResponse(200, (*kind, *about, *SECURITY_HEADERS, *self.extra), body)

    def _cache_of(self, path: str) -> str:
        return _IMMUTABLE if path.startswith(_HASHED_NAMES) else self.cache

    def _regular(self, name: str) -> os.stat_result | None:
        """Return the status of a regular file in real folders; None for anything else, such as a symbolic link."""
        try:
            start = name.find("/")
            while start > 0:
                if not stat.S_ISDIR(os.lstat(f"{self._root}{name[:start]}").st_mode):
                    return None
                start = name.find("/", start + 1)
            found = os.lstat(self._root + name)
        except (OSError, ValueError):
            return None
        return found if stat.S_ISREG(found.st_mode) else None

    def _beside(self, name: str, found: os.stat_result, coding: str) -> os.stat_result | None:
        """Return the status of the file that holds a document in a coding; None for one that is older than the document."""
        if not coding:
            return found
        beside = self._regular(name + CODINGS[coding])
        return beside if beside is not None and beside.st_mtime_ns >= found.st_mtime_ns else None

    def _read(self, path: str) -> tuple[_FileState, bytes] | None:
        """Return a file's state and body of the same moment: between two looks another file may have replaced it."""
        try:
            handle = os.open(self._root + path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                body, now = file.read(), os.fstat(handle)
        except OSError:
            return None
        state = self._states.get(path)
        if state is None or state.key != _key(now):
            state = _state_of(now, body, self._cache_of(path))
            if len(self._states) >= _MOST_REMEMBERED:
                self._states.clear()
            self._states[path] = state
        return state, body


def _etag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _state_of(found: os.stat_result, body: bytes, cache: str) -> _FileState:
    etag = _etag(body)
    modified = int(found.st_mtime)
    date = formatdate(modified, usegmt=True)
    headers = (("etag", etag), ("last-modified", date), ("cache-control", cache), ("vary", "accept-encoding"))
    return _FileState(_key(found), etag, modified, headers, _lines(headers))


def _key(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_mtime_ns, found.st_size


def _lines(headers: Headers) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii")
