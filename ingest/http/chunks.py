"""A body in chunks (RFC 9112, 7.1), rewritten as strictly as a parser wants it, read as browsers read it; knows no connection."""

import re
from typing import Final

from ingest.http.heads import LONGEST, HeadError

_SIZE: Final = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;.*)?", re.DOTALL)
_LAST: Final = b"0\r\n\r\n"


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
            self.clean = False  # what stands behind the end
            end = data.find(b"\n", at)
            self._line += data[at : end if end >= 0 else None]
            if len(self._line) > LONGEST:
                raise HeadError("a chunk without a size")
            at = end + 1 if end >= 0 else len(data)
            if end >= 0 and self._read(self._line.strip()):
                out.append(_LAST)
        return b"".join(out)

    def _read(self, line: bytes) -> bool:
        """Take a line: a chunk's size, the end of its data, or a trailer; say whether it is the last chunk's."""
        self._line = b""
        if self.ended:
            self.clean = not line
            return False
        if self._after_data and not line:
            self._after_data = False
            return False
        found = _SIZE.fullmatch(line)
        if found is None or self._after_data:
            raise HeadError("a chunk without a size")
        self._left = int(found[1], 16)
        self.ended = not self._left
        return self.ended
