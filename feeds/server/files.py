"""The files of a folder as HTTP answers, each read and hashed once for every version of it; knows no feed and no database."""

import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Final

from feeds.server.negotiation import CODINGS, GONE, codings, file_named, has_it, media_type
from feeds.site.render import POLICY

Headers = tuple[tuple[str, str], ...]

SAFE: Final[Headers] = (
    ("content-security-policy", f"{POLICY}; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
)
"""What every answer says: nothing from elsewhere, no inline script, no framing, no telling where one came from."""

_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NAMED_BY_BYTES: Final = "static/"  # where a file with other bytes has another name
_MOST: Final = 10_000  # versions remembered


@dataclass(frozen=True, slots=True)
class FileResponse:
    """A status, its headers and the bytes to send."""

    status: int
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class _Version:
    """What is known of one version of a file: found out once, true as long as its key is that of the file."""

    key: tuple[int, int, int]  # inode, time, size
    etag: str
    modified: int
    known: Headers  # what a 304 says too
    quick: bytes  # a 304's header lines


def _no_links(_name: str) -> Headers:
    return ()


@dataclass(slots=True)
class FileServer:
    """A folder's files: strong ETag and Last-Modified, 304, the compressed file beside for who can read it.

    Nothing hidden is served, nothing by a symbolic link. `links` gives headers that a file has by its name.
    """

    folder: Path
    cache: str = "public, max-age=300"
    extra: Headers = ()
    links: Callable[[str], Headers] = _no_links
    _versions: dict[str, _Version] = field(default_factory=dict)
    _root: str = field(init=False)

    def __post_init__(self) -> None:
        """Write the folder's name once."""
        self._root = f"{self.folder}/"

    def answer(self, target: str, headers: Mapping[str, str]) -> FileResponse:
        """FileResponse GET for a path as it was sent, by the request's headers; 404 and 410 have no body yet."""
        name = file_named(target)
        found = self._regular(name) if name else None
        if name is None or found is None:
            return self._nothing(name)
        for coding in (*codings(headers.get("accept-encoding", "")), ""):
            if self._beside(name, found, coding) is not None and (read := self._read(name + CODINGS.get(coding, ""))):
                return self._found(name, coding, *read, headers)
        return self._nothing(name)

    def _found(self, name: str, coding: str, version: _Version, body: bytes, headers: Mapping[str, str]) -> FileResponse:
        if has_it(version.etag, version.modified, headers):
            return FileResponse(304, version.known)
        coded = (("content-encoding", coding),) if coding else ()
        about = (("content-type", media_type(name)), ("content-length", str(len(body))))
        return FileResponse(200, (*about, *coded, *version.known, *SAFE, *self.extra, *self.links(name)), body)

    def unchanged(self, target: str, headers: Mapping[str, str]) -> bytes | None:
        """Return the header lines of a 304 at the cost of a look at the file, or None where that is not the answer."""
        name = file_named(target)
        found = self._regular(name) if name else None
        if name is None or found is None:
            return None
        for coding in (*codings(headers.get("accept-encoding", "")), ""):
            if (beside := self._beside(name, found, coding)) is not None:
                version = self._versions.get(name + CODINGS.get(coding, ""))
                if version is None or version.key != _key(beside) or not has_it(version.etag, version.modified, headers):
                    return None
                return version.quick
        return None

    def _nothing(self, name: str | None) -> FileResponse:
        gone = name is not None and self._regular(name + GONE) is not None
        return FileResponse(410 if gone else 404, (*SAFE, *self.extra))

    def _regular(self, name: str) -> os.stat_result | None:
        """Look at a file that is one, in folders that are some: a symbolic link is nothing."""
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
        """Look at the file that holds a coding of a document; one that is older than the document is of another version."""
        if not coding:
            return found
        beside = self._regular(name + CODINGS[coding])
        return beside if beside is not None and beside.st_mtime_ns >= found.st_mtime_ns else None

    def _read(self, path: str) -> tuple[_Version, bytes] | None:
        """Read a file as it is at one moment: what was found out before may be of the one that it replaced (D3)."""
        try:
            handle = os.open(self._root + path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                body, now = file.read(), os.fstat(handle)
        except OSError:
            return None
        version = self._versions.get(path)
        if version is None or version.key != _key(now):
            version = _version(now, body, _FOR_EVER if path.startswith(_NAMED_BY_BYTES) else self.cache)
            if len(self._versions) >= _MOST:
                self._versions.clear()
            self._versions[path] = version
        return version, body


def _version(found: os.stat_result, body: bytes, cache: str) -> _Version:
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    modified = int(found.st_mtime)
    date = formatdate(modified, usegmt=True)
    known = (("etag", etag), ("last-modified", date), ("cache-control", cache), ("vary", "accept-encoding"))
    return _Version(_key(found), etag, modified, known, _lines(known))


def _key(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_mtime_ns, found.st_size


def _lines(headers: Headers) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii")
