"""Decodes the bytes of a body within bounds, by what they are more than by their label; opens nothing."""

import importlib
import re
import zlib
from collections.abc import Iterator
from typing import Any, Final, Protocol

from ingest.errors import Failure, FetchError


def _brotli() -> Any:
    """Return the extra `brotli`, if it is there and can stop in the middle."""
    try:
        module = importlib.import_module("brotli")
    except ImportError:
        return None
    return module if hasattr(module.Decompressor, "can_accept_more_data") else None


_BROTLI: Final = _brotli()
_FAULTS: Final[tuple[type[Exception], ...]] = (zlib.error, _BROTLI.error) if _BROTLI else (zlib.error,)
ENCODINGS: Final = ("gzip", "deflate", *(("br",) if _BROTLI else ()))  # sent as Accept-Encoding
_DEEPEST: Final = 3  # packings inside each other
_PIECE: Final = 65_536  # bytes unpacked at a time
_LOOK: Final = 512  # bytes that tell text from what is packed
_GZIP: Final = b"\x1f\x8b\x08"
_ZLIB: Final = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0", b"\0\0\0<")  # how UTF-16 and UTF-32 begin
_NOT_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HEADER, _TRAILER = 10, 8  # bytes around each member of a gzip, at least
_LONGEST_HEADER: Final = 65_536
_EXTRA, _NAME, _COMMENT, _CHECK = 4, 8, 16, 2  # flags of a gzip's header (RFC 1952)
_PLAIN: Final = frozenset({"", "identity", "none", "gzip", "x-gzip"})  # labels that the first bytes prove or refute


class Unpacker:
    """Takes a body piece by piece and keeps its document, however often it is packed and whatever its label says.

    Raises FetchError for what cannot be unpacked, and as soon as the document is larger than `most` bytes.
    """

    def __init__(self, label: str, most: int) -> None:
        """Take the Content-Encoding that the server gave, and the bound."""
        labels = {part.strip().lower() for part in label.split(",")}
        self._stage, self._most, self._document = _Stage(frozenset(labels), 0), most, bytearray()

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        self._keep(self._stage.feed(data))

    def finish(self) -> tuple[bytes, bool]:
        """Return the document, and whether it is complete: packed data may end too early."""
        self._keep(self._stage.last())
        return bytes(self._document), self._stage.whole

    def _keep(self, pieces: Iterator[bytes]) -> None:
        try:
            for piece in pieces:
                self._document += piece
                if len(self._document) > self._most:
                    what = f"larger than {self._most // 1024 // 1024} MB after decompression"
                    raise FetchError(what, "it was not read to its end; no feed needs that", kind=Failure.SIZE)
        except _FAULTS as fault:
            raise FetchError(f"no answer that can be unpacked ({fault})", "it is tried again later", kind=Failure.CUT) from fault


class _Packing(Protocol):
    @property
    def whole(self) -> bool:
        """True when the end was seen and its checksum is right."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Unpack a piece, at most `_PIECE` bytes at a time."""


class _Stage:
    """One packing, chosen by the first bytes, and what is inside it; a document that is not packed passes through."""

    def __init__(self, labels: frozenset[str], depth: int) -> None:
        self._labels, self._depth = labels, depth
        self._held: bytes | None = b""  # until enough is there to choose by
        self._packing: _Packing | None = None
        self._inside: _Stage | None = None

    @property
    def whole(self) -> bool:
        """True when no packing ended too early."""
        return self._packing is None or (self._packing.whole and (self._inside is None or self._inside.whole))

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Unpack a piece."""
        if self._held is None:
            yield from self._through(data)
            return
        self._held += data
        if len(self._held) >= _LOOK:
            yield from self._begin()

    def last(self) -> Iterator[bytes]:
        """Unpack what was held back."""
        if self._held is not None:
            yield from self._begin()
        if self._inside is not None:
            yield from self._inside.last()

    def _begin(self) -> Iterator[bytes]:
        data, self._held = self._held or b"", None
        self._packing = _packing_of(data, self._labels)
        if self._packing is not None:
            if self._depth == _DEEPEST:
                raise FetchError(f"packed more than {_DEEPEST} times over", "tell its publisher")
            self._inside = _Stage(frozenset({""}), self._depth + 1)
        yield from self._through(data)

    def _through(self, data: bytes) -> Iterator[bytes]:
        if self._packing is None or self._inside is None:
            yield data
            return
        for piece in self._packing.feed(data):
            yield from self._inside.feed(piece)


def _packing_of(data: bytes, labels: frozenset[str]) -> _Packing | None:
    """Return how bytes that begin with `data` are packed; None for not at all. Raises FetchError for an unknown packing."""
    if data.startswith(_GZIP):
        return _Gzip()
    if data.startswith(_ZLIB):
        return _Deflated(zlib.MAX_WBITS)
    if not data or (_is_text(data[:_LOOK]) and not data.startswith(_ZSTANDARD)):
        return None
    if "deflate" in labels:
        return _Deflated(-zlib.MAX_WBITS)
    if "br" in labels and _BROTLI:
        return _Brotli()
    strange = sorted(labels - _PLAIN) or (["zstd"] if data.startswith(_ZSTANDARD) else [])
    if strange:
        named = "".join(c for c in strange[0] if c.isprintable())[:40]
        raise FetchError(f"packed in a way that was not asked for ({named})", "tell its publisher")
    return None


def _is_text(data: bytes) -> bool:
    return data.startswith(_WIDE) or not _NOT_TEXT.search(data)


def _inflated(inflate: Any, data: bytes) -> Iterator[bytes]:
    """Inflate in pieces until all of `data` is used or the stream has ended."""
    while not inflate.eof:
        piece = inflate.decompress(data, _PIECE)
        data = inflate.unconsumed_tail
        if piece:
            yield piece
        if not data and len(piece) < _PIECE:
            return


class _Deflated:
    """Deflated data, with zlib's header or without; both are labelled `deflate`."""

    def __init__(self, bits: int) -> None:
        self._inflate = zlib.decompressobj(bits)

    @property
    def whole(self) -> bool:
        return self._inflate.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        return _inflated(self._inflate, data)


class _Gzip:
    """The members of a gzip, one after the other; whatever follows the last is no part of it (RFC 1952).

    A wrong checksum is recorded, but the data is returned all the same, as browsers do.
    """

    def __init__(self) -> None:
        self._inflate: Any = None
        self._held = b""  # of a header or a trailer
        self._sum, self._between, self._over, self._valid = 0, False, False, True

    @property
    def whole(self) -> bool:
        ended = self._over or self._between
        return ended and self._valid and (not self._between or self._agrees(self._held))

    def feed(self, data: bytes) -> Iterator[bytes]:
        data, self._held = self._held + data, b""
        while data and not self._over:
            if self._inflate is None:
                data = self._opened(data)
            if self._inflate is None:
                return
            for piece in _inflated(self._inflate, data):
                self._sum = zlib.crc32(piece, self._sum)
                yield piece
            data = b""
            if self._inflate.eof:
                data, self._inflate, self._between = self._inflate.unused_data, None, True

    def _opened(self, data: bytes) -> bytes:
        """Return what follows the header of the next member; keep an incomplete trailer or header for the next call."""
        if self._between:
            if len(data) < _TRAILER + len(_GZIP):
                self._held = data
                return b""
            self._valid, self._between = self._valid and self._agrees(data), False
            data = data[_TRAILER:]
            self._over = not data.startswith(_GZIP)
        end = _header_end(data)
        if end is None or self._over:
            if len(data) > _LONGEST_HEADER and not self._over:
                raise FetchError("packed with a header without an end", "tell its publisher")
            self._held = data
            return b""
        self._inflate, self._sum = zlib.decompressobj(-zlib.MAX_WBITS), 0
        return data[end:]

    def _agrees(self, trailer: bytes) -> bool:
        return len(trailer) < _TRAILER or int.from_bytes(trailer[:4], "little") == self._sum


def _header_end(data: bytes) -> int | None:
    """Return where the header of a gzip's member ends; None while it has not."""
    if len(data) < _HEADER:
        return None
    flags, at = data[3], _HEADER
    if flags & _EXTRA:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            end = data.find(b"\0", at)
            if end < 0:
                return None
            at = end + 1
    at += 2 if flags & _CHECK else 0
    return at if at <= len(data) else None


class _Brotli:
    """Brotli: only its decoder knows where the data ends."""

    def __init__(self) -> None:
        self._unpack = _BROTLI.Decompressor()

    @property
    def whole(self) -> bool:
        return bool(self._unpack.is_finished())

    def feed(self, data: bytes) -> Iterator[bytes]:
        while not self._unpack.is_finished():
            piece = self._unpack.process(data, output_buffer_limit=_PIECE)
            if piece:
                yield piece
            if self._unpack.can_accept_more_data():
                return
            data = b""
