"""HTTP/1.1 responses (RFC 9112): head and chunks rewritten as strictly as a parser wants them; knows no connection."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST: Final = 262_144  # bytes of all fields together
LONGEST: Final = 65_536  # bytes of one field
_NO_BODY: Final = frozenset({204, 304})  # RFC 9112, 6.3
_LINE: Final = re.compile(rb"\r?\n")
# A head that every parser accepts: at most its fields on the body's length need rewriting.
_SOUND: Final = re.compile(rb"HTTP/1\.[01] [1-9]\d\d [ -~]*+\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[\t -~\x80-\xff]*+\r\n)*+\r\n")
_FRAMING: Final = re.compile(rb"\r\n(content-length|transfer-encoding):[ \t]*([^\r\n]*)", re.IGNORECASE)
_STATUS: Final = re.compile(rb"(?:HTTP/(\d(?:\.\d)?)|ICY)[ \t]+([1-9]\d\d)(?!\d)[ \t]*(.*)", re.IGNORECASE | re.DOTALL)
_BEGINNING: Final = re.compile(rb"HTTP/|ICY[ \t]|.{0,4}\Z", re.IGNORECASE | re.DOTALL)
_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CHUNKED: Final = (b"Transfer-Encoding", b"chunked")
_DIGITS: Final = re.compile(rb"\d{1,18}")

_CHUNK_SIZE: Final = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;.*)?", re.DOTALL)
_LAST_CHUNK: Final = b"0\r\n\r\n"


class HeadError(ValueError):
    """The bytes are not the head of an HTTP response, or the head does not end."""


@dataclass(frozen=True, slots=True)
class Head:
    """A head as a strict parser takes it, and how many bytes of body belong to it (None: until its chunks, or it, end)."""

    data: bytes
    status: int
    length: int | None
    chunked: bool = False
    is_bodiless: bool = False  # it has no body, though it announces one, which may come all the same (RFC 9110, 15.4.5)

    @property
    def is_interim(self) -> bool:
        """True when another head follows (RFC 9110, 15.2), as after early hints."""
        return 100 <= self.status < 200 and self.status != 101  # noqa: PLR2004 - 101 ends HTTP on a connection


def split_head(data: bytes) -> tuple[Head, bytes] | None:
    """Split what came in so far into a head and what follows it; None while its end is missing. Raises HeadError."""
    begin = _start(data)
    end = _end(data, begin)
    if end is None:
        if len(data) > MOST:
            raise HeadError(f"headers of more than {MOST >> 10} kB")
        if not _BEGINNING.match(data, begin):
            raise HeadError("it does not begin like HTTP")
        return None
    return rewrite_head(data[begin:end]), data[end:]


def _end(data: bytes, begin: int) -> int | None:
    """Return where the body begins: behind the first blank line."""
    strict = data.find(b"\n\r\n", begin)
    bare = data.find(b"\n\n", begin, strict if strict >= 0 else len(data))
    if bare >= 0:
        return bare + 2
    return strict + 3 if strict >= 0 else None


def _start(data: bytes) -> int:
    """Return where the status line begins: blank lines before it mean nothing (RFC 9112, 2.2)."""
    return len(data) - len(data.lstrip(b"\r\n"))


def rewrite_head(raw: bytes) -> Head:
    """Rewrite a head from its status line to its blank line. Raises HeadError for what cannot be read.

    Lines may end in a bare LF and be folded, a name may have spaces before its colon; a line that is no field is left
    out. Equal lengths count once, and `chunked` outranks them (RFC 9112, 6.3).
    """
    if len(raw) > MOST:
        raise HeadError(f"headers of more than {MOST >> 10} kB")
    framing = _FRAMING.findall(raw)
    if len(raw) <= LONGEST and _SOUND.fullmatch(raw) and (plain := _plain(framing)) is not None:
        return _head(raw, int(raw[9:12]), *plain)
    return _rewritten(raw)


def _plain(framing: list[tuple[bytes, bytes]]) -> tuple[int | None, bool] | None:
    """Return the length that a regular head gives in one plain number, or that it names chunks; None for anything else."""
    if not framing:
        return None, False
    name, value = framing[0][0].lower(), framing[0][1].strip().lower()
    if len(framing) > 1:
        return None
    if name == b"content-length":
        return (int(value), False) if _DIGITS.fullmatch(value) else None
    return (None, True) if value == b"chunked" else None


def _head(data: bytes, status: int, length: int | None, chunked: bool) -> Head:  # noqa: FBT001 - as the fields say
    if status in _NO_BODY:
        return Head(data, status, 0, is_bodiless=chunked or bool(length))
    return Head(data, status, length, chunked)


def _rewritten(raw: bytes) -> Head:
    first, *lines = _LINE.split(raw.rstrip(b"\r\n"))
    said = _STATUS.fullmatch(first)
    if said is None:
        raise HeadError("it does not begin like HTTP")
    status = int(said[2])
    fields = list(_fields(lines))
    framing, length = _framing(fields)
    kept = [(name, value) for name, value in fields if name.lower() not in {b"content-length", b"transfer-encoding"}]
    minor = b"0" if said[1] in {None, b"1.0", b"0.9"} else b"1"
    reason = re.sub(rb"[^ -~]", b"?", said[3])
    head = [b"HTTP/1.%b %d %b" % (minor, status, reason), *(b"%b: %b" % field for field in (*kept, *framing))]
    return _head(b"\r\n".join([*head, b"", b""]), status, length, framing == [_CHUNKED])


def _fields(lines: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for line in _unfolded(lines):
        if len(line) > LONGEST:
            raise HeadError(f"a header of more than {LONGEST >> 10} kB")
        name, colon, value = line.partition(b":")
        if colon and _TOKEN.fullmatch(name.strip()):
            yield name.strip(), _CONTROLS.sub(b" ", value).strip()


def _unfolded(lines: list[bytes]) -> Iterator[bytes]:
    """Join each line with its continuations (RFC 9112, 5.2)."""
    whole: list[bytes] = []
    for line in lines:
        if whole and line[:1] in {b" ", b"\t"}:
            whole.append(line.strip())
            continue
        if whole:
            yield b" ".join(whole)
        whole = [line]
    if whole:
        yield b" ".join(whole)


def _framing(fields: list[tuple[bytes, bytes]]) -> tuple[list[tuple[bytes, bytes]], int | None]:
    """Return the one field that says where the body ends, and the length that it names."""
    codings = [coding for coding in _listed(fields, b"transfer-encoding") if coding not in {b"", b"identity"}]
    if codings and codings[-1] == b"chunked":
        return [_CHUNKED], None
    lengths = {int(value) for value in _listed(fields, b"content-length") if _DIGITS.fullmatch(value)}
    if len(lengths) > 1:
        raise HeadError(f"two lengths that differ, {min(lengths)} and {max(lengths)}")
    return [(b"Content-Length", b"%d" % length) for length in lengths], next(iter(lengths), None)


def _listed(fields: list[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    return [part.strip().lower() for name, value in fields if name.lower() == wanted for part in value.split(b",")]


class Chunks:
    """Takes a body piece by piece: extensions and trailers are left out, lines may end in a bare LF."""

    def __init__(self) -> None:
        """Begin before the first chunk."""
        self.ended = False  # the last chunk was seen
        self.clean = False  # and nothing behind its trailers
        self._left = 0  # bytes of the present chunk
        self._line = b""  # of a line that has not ended
        self._after_data = False

    def feed(self, data: bytes) -> bytes:
        """Rewrite a piece; what follows the last chunk is dropped. Raises HeadError for what is no chunk."""
        out: list[bytes] = []
        at = 0
        while at < len(data):
            if self._left:
                piece = data[at : at + self._left]
                at += len(piece)
                self._left -= len(piece)
                self._after_data = not self._left
                out.append(b"%x\r\n%b\r\n" % (len(piece), piece))
                continue
            self.clean = False  # bytes after the end
            end = data.find(b"\n", at)
            self._line += data[at : end if end >= 0 else None]
            if len(self._line) > LONGEST:
                raise HeadError("a chunk without a size")
            at = end + 1 if end >= 0 else len(data)
            if end >= 0 and self._read(self._line.strip()):
                out.append(_LAST_CHUNK)
        return b"".join(out)

    def _read(self, line: bytes) -> bool:
        """Take a line: a chunk's size, the end of its data, or a trailer; return whether it is the last chunk's."""
        self._line = b""
        if self.ended:
            self.clean = not line
            return False
        if self._after_data and not line:
            self._after_data = False
            return False
        found = _CHUNK_SIZE.fullmatch(line)
        if found is None or self._after_data:
            raise HeadError("a chunk without a size")
        self._left = int(found[1], 16)
        self.ended = not self._left
        return self.ended
