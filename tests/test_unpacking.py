import contextlib
import gzip
import io
import tracemalloc
import zlib
from typing import Final

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import rss, rss_item

from ingest.errors import FetchError
from ingest.http.content_coding import Unpacker

DOCUMENT: Final = rss(*(rss_item(f"Title {n * 7_919}", f"http://harbour.example/{n}") for n in range(300)))
GZIP: Final = gzip.compress(DOCUMENT)
MOST: Final = 1 << 20


def unpacked(body: bytes, label: str = "", step: int = 1_000, most: int = MOST) -> tuple[bytes, bool]:
    """Unpack a body that comes in pieces."""
    unpacker = Unpacker(label, most)
    for at in range(0, len(body), step):
        unpacker.feed(body[at : at + step])
    return unpacker.finish()


def raw(body: bytes) -> bytes:
    """Deflate without a frame, as old servers do."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def with_name(body: bytes) -> bytes:
    """Pack as gzip does a file, with its name in the header."""
    file = io.BytesIO()
    with gzip.GzipFile(filename="feed.xml", fileobj=file, mode="wb") as packed:
        packed.write(body)
    return file.getvalue()


PACKED: Final = {
    "plain": (DOCUMENT, ""),
    "plain, called gzip": (DOCUMENT, "gzip"),
    "plain, called deflate": (DOCUMENT, "deflate"),
    "plain, called br": (DOCUMENT, "br"),
    "plain, called utf-8": (DOCUMENT, "utf-8"),
    "wide, called gzip": (DOCUMENT.decode().encode("utf-16"), "gzip"),
    "gzip": (GZIP, "gzip"),
    "gzip, called x-gzip": (GZIP, "X-GZIP"),
    "gzip, called nothing": (GZIP, ""),
    "gzip, called deflate": (GZIP, "deflate"),
    "gzip, called br": (GZIP, "br"),
    "gzip with a name": (with_name(DOCUMENT), ""),
    "gzip twice": (gzip.compress(GZIP), "gzip, gzip"),
    "gzip twice, called once": (gzip.compress(GZIP), "gzip"),
    "gzip in members": (gzip.compress(DOCUMENT[:999]) + gzip.compress(DOCUMENT[999:]), "gzip"),
    "gzip and garbage": (GZIP + b"garbage, more than a header's worth of it", "gzip"),
    "gzip and zeros": (GZIP + bytes(600), "gzip"),
    "gzip without its trailer": (GZIP[:-8], "gzip"),
    "zlib": (zlib.compress(DOCUMENT), "deflate"),
    "zlib, called gzip": (zlib.compress(DOCUMENT), "gzip"),
    "deflate": (raw(DOCUMENT), "deflate"),
    "brotli": (brotli.compress(DOCUMENT), "br"),
}


@pytest.mark.parametrize(("body", "label"), list(PACKED.values()), ids=list(PACKED))
@pytest.mark.parametrize("step", [1, 700, 1 << 20])
def test_the_bytes_tell_how_they_are_packed(body: bytes, label: str, step: int) -> None:
    """Whatever the label says, and in whatever pieces they come."""
    document, whole = unpacked(body, label, step)
    assert document.decode("utf-16" if "\0" in repr(body[2:4]) or body[:2] == b"\xff\xfe" else "utf-8") == DOCUMENT.decode()
    assert whole


@pytest.mark.parametrize("end", [-4, -30, len(GZIP) // 2, 30, 12, 5])
def test_packed_data_that_ends_too_early_is_said_to(end: int) -> None:
    """What could be unpacked is given."""
    document, whole = unpacked(GZIP[:end], "gzip")
    assert DOCUMENT.startswith(document)
    assert whole == (end == -4)  # nothing but a part of its trailer is missing


def test_a_checksum_that_is_wrong_is_said() -> None:
    """The document is given all the same, as browsers do."""
    assert unpacked(GZIP[:-8] + b"checksum", "gzip") == (DOCUMENT, False)


def test_packings_inside_each_other_are_bounded() -> None:
    """Nobody means four."""
    body = DOCUMENT
    for _ in range(4):
        body = gzip.compress(body)
    with pytest.raises(FetchError, match="packed more than 3 times over"):
        unpacked(body)


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (gzip.compress(bytes(64 << 20)), "gzip"),
        (gzip.compress(gzip.compress(bytes(64 << 20))), "gzip"),
        (zlib.compress(bytes(64 << 20)), "deflate"),
        (brotli.compress(bytes(64 << 20), quality=1), "br"),
        (b"\x1f\x8b\x08\x08" + b"n" * (1 << 20), "gzip"),
    ],
    ids=["gzip", "gzip twice", "deflate", "brotli", "a name without an end"],
)
def test_a_bomb_is_left_at_the_bound(body: bytes, label: str) -> None:
    """However it is packed, it costs little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match=r"larger than 1 MB after decompression|a header without an end"):
            unpacked(body, label, step=65_536)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=300), st.sampled_from(["", "gzip", "deflate", "br", "zstd", "gzip, br"]), st.integers(1, 300))
def test_any_bytes_are_a_document_or_refused_in_words(body: bytes, label: str, step: int) -> None:
    """No body breaks the reading."""
    with contextlib.suppress(FetchError):
        document, _ = unpacked(body, label, step, 1_000)
        assert len(document) <= 1_000
