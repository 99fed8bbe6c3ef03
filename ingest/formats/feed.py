"""Bytes of a feed -> ParsedFeed: finds out the format and calls its reader; opens nothing and contacts nothing."""

import re
from dataclasses import replace
from datetime import datetime

from ingest.errors import ParseError
from ingest.formats import jsonfeed, sitemap
from ingest.formats.autodiscovery import Page, header_links, read_page
from ingest.formats.xml import reader
from ingest.model import NOTHING, Before, ParsedFeed
from ingest.normalize import MOST_ENTRIES, Context, entry_names, normalize
from ingest.raw import RawFeed, RawLink
from ingest.text.sanitize import one_line
from ingest.text.urls import absolute, machine_of

_HTML = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FEED = re.compile(rb"<(?:\w+:)?(rss|feed|rdf)\b", re.IGNORECASE)
_SITEMAP = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_MARKS = b"\xef\xbb\xbf\xff\xfe\x00"  # what may stand before and between the letters of UTF-8 and UTF-16
_SNIFF = 4_096  # bytes that tell a format
_REMARK = re.compile(rb"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_OF_THE_WEB = re.compile(r"\.(?:[a-z]{2,}|xn--[a-z0-9-]+)$")  # `localhost`, `backend`, `10.0.0.7` are names behind a proxy
_MOST_REMARKS = 1_000_000  # bytes in which it is looked for


def parse_feed(body: bytes, headers: dict[str, str], url: str, now: datetime, before: Before = NOTHING) -> ParsedFeed:
    """Parse the bytes of a feed served at `url`.

    `headers` are the response's, names in lower case; entries that `before` has are not normalised again.
    Raises ParseError, in words for a person, for what is not a feed.
    """
    raw, parser = _read(body, headers, url, now)
    links = tuple(RawLink(link["href"], link.get("rel", "").strip().lower()) for link in header_links(headers.get("link", "")))
    context = Context(now, url, _base(headers, url), links)
    if before.parser == reader.FEEDPARSER and parser == reader.LXML:
        # A source that the feedparser reader read before goes to the other with the first document whose entries both name alike.
        same = reader.read_with_feedparser(body, headers, MOST_ENTRIES)
        if entry_names(same, context) != entry_names(raw, context):
            raw, parser = same, reader.FEEDPARSER
    return replace(normalize(raw, context, before), parser=parser)


def _read(body: bytes, headers: dict[str, str], url: str, now: datetime) -> tuple[RawFeed, str]:
    """Return what the reader of the document's format finds, and the reader's name. Raises ParseError."""
    if not body.strip():
        raise ParseError("the document is empty", "the server may be mending it: it is asked again")
    head = beginning(body)
    if _HTML.search(head) and not _FEED.search(head):
        page = read_page(body, headers, url)
        elsewhere = () if page.feeds or not page.refresh else (page.refresh,)
        raise ParseError("an HTML page, not a feed", _cure(page), feeds=page.feeds, elsewhere=elsewhere)
    if head.translate(None, _MARKS).lstrip()[:1] in {b"{", b"["}:
        return jsonfeed.read(body, MOST_ENTRIES), "jsonfeed"
    if _SITEMAP.search(head) and not _FEED.search(head):
        return sitemap.read(body, url, MOST_ENTRIES, now), "sitemap"
    return reader.read(body, headers, MOST_ENTRIES)


def beginning(body: bytes) -> bytes:
    """Return the first bytes of a document that tell its format: without comments and processing instructions."""
    if _REMARK.search(body, 0, _SNIFF) is None:
        return body[:_SNIFF]
    return _REMARK.sub(b"", body[:_MOST_REMARKS])[:_SNIFF]


def _base(headers: dict[str, str], url: str) -> str:
    """Return the base address of a document: its server may name another than was asked for (RFC 9110, 8.7)."""
    said = absolute(headers.get("content-location"), url)
    known = said and (machine_of(said) == machine_of(url) or _OF_THE_WEB.search(machine_of(said)))
    return said if said and known else url


def _cure(page: Page) -> str:
    if page.feeds:
        return f"it names {'this feed' if len(page.feeds) == 1 else 'these feeds'}: {' '.join(page.feeds[:5])}"
    if page.refresh:
        return f"it leads to {one_line(page.refresh)}, where no feed was found"
    return "it names no feed: look for an RSS or Atom link on the site"
