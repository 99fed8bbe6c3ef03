"""Bytes of a feed -> ParsedFeed: finds out the format and hands over; opens nothing and contacts nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from html import unescape

from ingest import limits
from ingest.errors import ParseError
from ingest.formats import jsonfeed, sitemap, syndication
from ingest.item import NOTHING, Before, ParsedFeed
from ingest.normalize import Context, names, normalize
from ingest.raw import RawFeed, RawLink
from ingest.text import one_line
from ingest.urls import absolute, machine_of

_HTML = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FEED = re.compile(rb"<(?:\w+:)?(rss|feed|rdf)\b", re.IGNORECASE)
_SITEMAP = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_FEED_TYPES = set(
    "application/rss+xml application/atom+xml application/rdf+xml application/feed+json text/xml application/xml".split()
)
_HEAD = 200_000  # bytes of a page in which its feeds are looked for
_MARKS = b"\xef\xbb\xbf\xff\xfe\x00"  # what may stand before and between the letters of UTF-8 and UTF-16
_SNIFF = 4_096  # bytes that tell a format
_REMARK = re.compile(rb"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_OF_THE_WEB = re.compile(r"\.(?:[a-z]{2,}|xn--[a-z0-9-]+)$")  # `localhost`, `backend`, `10.0.0.7` are names behind a proxy
_MOST_REMARKS = 1_000_000  # bytes in which it is looked for
_HEADER_LINK = re.compile(r'<([^<>]*)>\s*;[^,<]*?\brel\s*=\s*"?([^";,]*)', re.IGNORECASE)


def parse_feed(body: bytes, headers: dict[str, str], url: str, now: datetime, before: Before = NOTHING) -> ParsedFeed:
    """Translate the bytes of a feed served at `url`.

    `headers` are the response's, names in lower case; items that `before` has are not made again.
    Raises ParseError, in words for a person, for what is not a feed.
    """
    raw, parser = _read(body, headers, url)
    context = Context(now, url, _base(headers, url), tuple(_header_links(headers)))
    if before.parser == syndication.JUDGE and parser == syndication.QUICK:
        # A source that feedparser read before changes hands with the first document whose entries both call the same.
        judged = syndication.judged_alone(body, headers, limits.MOST_ENTRIES)
        if names(judged, context) != names(raw, context):
            raw, parser = judged, syndication.JUDGE
    return replace(normalize(raw, context, before), parser=parser)


def _read(body: bytes, headers: dict[str, str], url: str) -> tuple[RawFeed, str]:
    """Find out the format, and read; gives the reader's name too."""
    if not body.strip():
        raise ParseError("the document is empty", "the server may be mending it: it is asked again")
    head = beginning(body)
    if _HTML.search(head) and not _FEED.search(head):
        feeds = named_feeds(body, url)
        raise ParseError("an HTML page, not a feed", _cure(feeds), feeds=feeds)
    if head.translate(None, _MARKS).lstrip()[:1] in {b"{", b"["}:
        return jsonfeed.read(body, limits.MOST_ENTRIES), "jsonfeed"
    if _SITEMAP.search(head) and not _FEED.search(head):
        return sitemap.read(body, url, limits.MOST_ENTRIES), "sitemap"
    return syndication.read(body, headers, limits.MOST_ENTRIES)


def beginning(body: bytes) -> bytes:
    """Give the first bytes of a document that tell its format: comments and processing instructions say nothing of it."""
    if _REMARK.search(body, 0, _SNIFF) is None:
        return body[:_SNIFF]
    return _REMARK.sub(b"", body[:_MOST_REMARKS])[:_SNIFF]


def _base(headers: dict[str, str], url: str) -> str:
    """Give the address on which a document's are read: its server may name another than it was asked for (RFC 9110, 8.7)."""
    said = absolute(headers.get("content-location"), url)
    known = said and (machine_of(said) == machine_of(url) or _OF_THE_WEB.search(machine_of(said)))
    return said if said and known else url


def _header_links(headers: dict[str, str]) -> Iterator[RawLink]:
    for target, relation in _HEADER_LINK.findall(headers.get("link", "")):
        yield RawLink(target, relation.strip().lower())


def _cure(feeds: tuple[str, ...]) -> str:
    if not feeds:
        return "it names no feed: look for an RSS or Atom link on the site"
    return f"it names {'this feed' if len(feeds) == 1 else 'these feeds'}: {' '.join(feeds[:5])}"


def named_feeds(body: bytes, url: str) -> tuple[str, ...]:
    """Give the feeds that an HTML page names by `link rel=alternate`, in order, absolute on `url`."""
    found: dict[str, None] = {}
    for tag in _LINK.findall(body[:_HEAD].decode("utf-8", "replace")):
        named = {m[1].lower(): unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(tag)}
        is_feed = "alternate" in named.get("rel", "").lower().split() and named.get("type", "").lower() in _FEED_TYPES
        address = absolute(named.get("href"), url) if is_feed else None
        if address:
            found[one_line(address)] = None
    return tuple(found)
