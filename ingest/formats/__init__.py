"""Bytes of a feed -> ParsedFeed: finds out the format and hands over; opens nothing and contacts nothing."""

import re
from datetime import datetime

from ingest.autodiscovery import Page, read_page
from ingest.errors import ParseError
from ingest.formats import jsonfeed, sitemap, syndication
from ingest.item import NOTHING, Before, ParsedFeed
from ingest.text import one_line

_HTML = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FEED = re.compile(rb"<(?:\w+:)?(rss|feed|rdf)\b", re.IGNORECASE)
_SITEMAP = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
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
        page = read_page(body, headers, url)
        raise ParseError("an HTML page, not a feed", _cure(page), feeds=page.feeds, elsewhere=_elsewhere(page))
    if head.translate(None, _MARKS).lstrip()[:1] in {b"{", b"["}:
        return jsonfeed.parse(body, url, now)
    if _SITEMAP.search(head) and not _FEED.search(head):
        return sitemap.parse(body, url, now)
    return syndication.parse(body, headers, url, now, before)


def _cure(page: Page) -> str:
    if page.feeds:
        return f"it names {'this feed' if len(page.feeds) == 1 else 'these feeds'}: {' '.join(page.feeds[:5])}"
    if page.refresh:
        return f"it leads to {one_line(page.refresh)}, where no feed was found"
    return "it names no feed: look for an RSS or Atom link on the site"


def _elsewhere(page: Page) -> tuple[str, ...]:
    return () if page.feeds or not page.refresh else (page.refresh,)
