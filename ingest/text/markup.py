"""Summary and markup of an article, packed as what they have beyond its plain text; pure, and knows no table."""

import zlib
from dataclasses import replace
from typing import Final

from ingest.model import Item, ParsedFeed

_BETWEEN: Final = "\0"  # and this stands for nothing: no text of an item has either (XML 1.0, 2.2)
_ABSENT: Final = "\1"
_WINDOW: Final = 32_768  # bytes of the text that deflate looks back at
_RAW: Final = -15  # without header and checksum
_LEVEL: Final = 6


def pack(summary: str | None, content: str | None, text: str) -> bytes:
    """Return summary and markup in few bytes; they are found again with the same text."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW, zdict=_known(text))
    both = _BETWEEN.join(_ABSENT if part is None else part for part in (summary, content))
    return packer.compress(both.encode()) + packer.flush()


def unpack(packed: bytes, text: str) -> tuple[str | None, str | None]:
    """Return (summary, markup) that were packed with a text."""
    both = zlib.decompressobj(_RAW, zdict=_known(text)).decompress(packed).decode()
    summary, _, content = both.partition(_BETWEEN)
    return _present(summary), _present(content)


def pack_feed(feed: ParsedFeed) -> ParsedFeed:
    """Return a feed with summary and markup of its items packed, and no longer in the items themselves."""
    items = tuple((replace(item, summary="", content=""), key) for item, key in feed.items)
    return replace(
        feed, items=items, markups={key.fingerprint: pack(item.summary, item.content, item.text) for item, key in feed.items}
    )


def unpack_feed(feed: ParsedFeed) -> ParsedFeed:
    """Return a packed feed with summary and markup in its items again."""
    return replace(
        feed, items=tuple((_whole(item, feed.markups.get(key.fingerprint)), key) for item, key in feed.items), markups={}
    )


def _whole(item: Item, packed: bytes | None) -> Item:
    summary, content = unpack(packed, item.text) if packed else (item.summary, item.content)
    return replace(item, summary=summary or "", content=content or "")


def _known(text: str) -> bytes:
    return text.encode()[:_WINDOW]


def _present(part: str) -> str | None:
    return None if part == _ABSENT else part
