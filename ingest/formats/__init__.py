"""Bytes of a feed -> ParsedFeed: finds out the format and hands over; opens nothing and contacts nothing."""

import re
from datetime import datetime
from html import unescape

from ingest.errors import ParseError
from ingest.formats import jsonfeed, sitemap, syndication
from ingest.item import NOTHING, Before, ParsedFeed
from ingest.text import one_line
from ingest.urls import absolute

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


def parse_feed(body: bytes, headers: dict[str, str], url: str, now: datetime, before: Before = NOTHING) -> ParsedFeed:
    """Translate the bytes of a feed served at `url`.

    `headers` are the response's, names in lower case; items that `before` has are not made again.
    Raises ParseError, in words for a person, for what is not a feed.
    """
    head = body[:_SNIFF]
    if not body.strip():
        raise ParseError("the document is empty", "the server may be mending it: it is asked again")
    if _HTML.search(head) and not _FEED.search(head):
        feeds = named_feeds(body, url)
        raise ParseError("an HTML page, not a feed", _cure(feeds), feeds=feeds)
    if head.translate(None, _MARKS).lstrip()[:1] in {b"{", b"["}:
        return jsonfeed.parse(body, url, now)
    if _SITEMAP.search(head) and not _FEED.search(head):
        return sitemap.parse(body, url, now)
    return syndication.parse(body, headers, url, now, before)


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
