import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.http import http1
from ingest.http.http1 import Chunks, Head, HeadError

OK = b"HTTP/1.1 200 OK\r\n"


def take(data: bytes) -> Head:
    """Read a head that is complete."""
    found = http1.split_head(data)
    assert found is not None
    return found[0]


def fields(data: bytes) -> bytes:
    """Return the fields as they are rewritten."""
    return take(data).data.partition(b"\r\n")[2]


def test_a_valid_head_stays_as_it_is() -> None:
    """Byte for byte: validators are opaque."""
    head = OK + b'ETag: W/"\xc3\xa9"\r\nX:  a\t \r\nContent-Length: 5\r\n\r\n'
    assert http1.split_head(head + b"hello") == (Head(head, 200, 5), b"hello")
    assert http1.split_head(head[:-1]) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"X: one\r\n two\r\n\tthree\r\n", b"X: one two three\r\n"),
        (b"X : y\r\n", b"X: y\r\n"),
        (b"X: y\n", b"X: y\r\n"),
        (b"X: a\0b\rc\r\n", b"X: a b c\r\n"),
        (b"nonsense\r\nX: y\r\n: z\r\nA B: c\r\n\xc3\xa9: d\r\n", b"X: y\r\n"),
    ],
)
def test_odd_fields_are_read_as_browsers_read_them(written: bytes, read: bytes) -> None:
    """Folded, spaced, with bare line feeds or control characters; what is no field is left out."""
    assert fields(OK + written + b"\r\n") == read + b"\r\n"


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (b"HTTP/1.1 200", b"HTTP/1.1 200 "),
        (b"http/1.0 404 \xd7\x98", b"HTTP/1.0 404 ??"),
        (b"HTTP/2 200", b"HTTP/1.1 200 "),
        (b"ICY 200 OK", b"HTTP/1.0 200 OK"),
        (b"\r\n\r\nHTTP/1.1  200  fine", b"HTTP/1.1 200 fine"),
    ],
)
def test_odd_status_lines_are_read(line: bytes, read: bytes) -> None:
    """The three digits are what counts."""
    assert take(line + b"\r\n\r\n").data.partition(b"\r\n")[0].rstrip() == read.rstrip()


@pytest.mark.parametrize("line", [b"SSH-2.0-x", b"<rss>", b"HTTP/1.1 20", b"HTTP/1.1 2000 x", b"HTTP/1.1 abc"])
def test_what_is_no_http_is_refused(line: bytes) -> None:
    """As soon as it shows."""
    with pytest.raises(HeadError, match="it does not begin like HTTP"):
        http1.split_head(line + b"\r\n\r\n")


@pytest.mark.parametrize(
    ("framing", "length", "chunked"),
    [
        (b"", None, False),
        (b"Content-Length: 5\r\nContent-Length: 5\r\n", 5, False),
        (b"Content-Length: 5, 5\r\n", 5, False),
        (b"Content-Length: 05\r\nContent-Length: 5\r\n", 5, False),
        (b"content-length : 5\r\n", 5, False),
        (b"Content-Length: abc\r\n", None, False),
        (b"Content-Length:\r\n", None, False),
        (b"Content-Length: -1\r\n", None, False),
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", None, True),
        (b"Transfer-Encoding: gzip, Chunked\r\n", None, True),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", None, True),
        (b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n", 5, False),
        (b"Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", 5, False),
    ],
)
def test_the_end_of_a_body_is_found(framing: bytes, length: int | None, *, chunked: bool) -> None:
    """Equal lengths count once, chunks outrank them, and what is no number says nothing (RFC 9112, 6.3)."""
    head = take(OK + framing + b"\r\n")
    assert (head.length, head.chunked) == (length, chunked)
    named = re.findall(rb"(?i)(content-length|transfer-encoding): *([^\r]*)", head.data)
    assert len(named) == (length is not None or chunked)


def test_lengths_that_differ_are_refused() -> None:
    """Nobody can say where such a body ends."""
    with pytest.raises(HeadError, match="two lengths that differ, 5 and 6"):
        http1.split_head(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n")


@pytest.mark.parametrize("status", [204, 304])
def test_some_answers_have_no_body(status: int) -> None:
    """Whatever they announce."""
    head = take(b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status)
    assert (head.length, head.is_bodiless) == (0, True)


def test_a_head_is_bounded() -> None:
    """One field may have 64 kB, all together 256."""
    assert take(OK + b"X: " + b"y" * 65_000 + b"\r\n\r\n").status == 200
    assert take(OK + (b"X: " + b"y" * 65_000 + b"\r\n") * 4 + b"\r\n").status == 200
    for long in (b"X: " + b"y" * 66_000 + b"\r\n\r\n", b"X: y\r\n" * 50_000, (b"X: " + b"y" * 65_000 + b"\r\n") * 5 + b"\r\n"):
        with pytest.raises(HeadError, match="more than"):
            http1.split_head(OK + long)


@given(st.binary(max_size=200) | st.text("HTP/1. 20OK:\r\nabc,;content-lghtrsfd\0", max_size=200).map(str.encode))
def test_any_bytes_are_a_head_or_refused_in_words(data: bytes) -> None:
    """What is rewritten is valid, and is not rewritten again."""
    with contextlib.suppress(HeadError):
        found = http1.split_head(b"HTTP/1.1 200 " + data + b"\r\n\r\n")
        assert found is not None
        assert http1.rewrite_head(found[0].data) == found[0]


# Chunks


def chunked(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Write a body in chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + end


def unchunked(data: bytes, step: int) -> tuple[bytes, Chunks]:
    """Rewrite a body that comes in pieces, and take the rewritten chunks apart."""
    chunks = Chunks()
    out = b"".join(chunks.feed(data[at : at + step]) for at in range(0, len(data), step))
    body = b""
    while out:
        size, _, out = out.partition(b"\r\n")
        body, out = body + out[: int(size, 16)], out[int(size, 16) + 2 :]
    return body, chunks


@pytest.mark.parametrize("step", [1, 3, 1_000])
@pytest.mark.parametrize(
    "data",
    [
        chunked(b"hello ", b"world"),
        chunked(b"hello ", b"world").replace(b"\r\n", b"\n"),
        chunked(b"hello ", b"world").replace(b"5\r\n", b'005 ;a="b;c"\r\n'),
        chunked(b"hello ", b"world", end=b"0\r\nX: y\r\nZ: w\r\n\r\n"),
    ],
)
def test_chunks_are_read_as_browsers_read_them(data: bytes, step: int) -> None:
    """With extensions, trailers, leading zeros and bare line feeds."""
    body, chunks = unchunked(data, step)
    assert (body, chunks.ended, chunks.clean) == (b"hello world", True, True)


def test_what_follows_the_last_chunk_is_dropped() -> None:
    """And the connection is known to be unclean."""
    body, chunks = unchunked(chunked(b"hello") + b"HTTP/1.1 200 lies", 4)
    assert (body, chunks.ended, chunks.clean) == (b"hello", True, False)


@pytest.mark.parametrize("data", [b"xyz\r\n", b"5\r\nhelloX\r\n", b"-1\r\n", b"\r\n\r\n", b"1" * 20 + b"\r\n", b";" * 70_000])
def test_what_is_no_chunk_is_refused(data: bytes) -> None:
    """Nothing is guessed."""
    with pytest.raises(HeadError, match="a chunk without a size"):
        Chunks().feed(data)
