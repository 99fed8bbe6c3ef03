"""News sitemaps (sitemaps.org) -> RawFeed; any other sitemap is an error that says what it is; follows nothing."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from lxml import etree

from ingest.errors import ParseError
from ingest.faults import Faults
from ingest.formats.xml.parser import hardened_parser
from ingest.formats.xml.values import split_commas
from ingest.raw import RawCategory, RawDate, RawEntry, RawFeed, RawLink, RawText
from ingest.text import dates
from ingest.text.sanitize import one_line, shorten
from ingest.text.urls import absolute

_MOST_NAMED: Final = 20  # sitemaps of an index that may be opened in its place
_NEWS_NAME: Final = re.compile(r"news(?!letter)", re.IGNORECASE)
_NEWS_SPACE: Final = "sitemap-news"


def read(body: bytes, url: str, most: int, now: datetime) -> RawFeed:
    """Read a news sitemap served at `url`; raises ParseError for an index and for a sitemap without news.

    Source: sitemaps.org/protocol.html and the news extension (`news:publication`, `publication_date`, `title`).
    """
    root = _root(body)
    if root is None or _name(root) not in {"urlset", "sitemapindex"}:
        raise ParseError("not a sitemap that can be read", "open the address in a browser to see what it is")
    if _name(root) == "sitemapindex":
        raise _index(root, url, now)
    pages = [child for child in root if _name(child) == "url"]
    news = [(page, found) for page in pages if (found := _child(page, "news")) is not None]
    if not news:
        what = f"a sitemap of {len(pages)} pages, none of them marked as news"
        raise ParseError(what, "such a list has no titles and no texts: look for the site's feed or its news sitemap")
    faults = Faults()
    read = [faults.attempt(f"entry {number} left out", _entry, one, None) for number, one in enumerate(news[:most], 1)]
    entries = tuple(entry for entry in read if entry and absolute(entry.links[0].href, url))
    return RawFeed(
        form="sitemap",
        entries=entries,
        total=len(news),
        titles=tuple(RawText("title", _text(_child(about, "publication"), "name")) for _, about in news[:1]),
        notes=tuple(_notes(len(pages), len(news), sum(entry is not None for entry in read) - len(entries))),
        faults=tuple(faults.found),
    )


def _root(body: bytes) -> etree._Element | None:
    parser = hardened_parser(recover=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(body.strip(), parser)
    except etree.XMLSyntaxError as fault:
        raise ParseError(f"a sitemap that cannot be read ({shorten(one_line(str(fault)), 100)})", "tell its publisher") from fault


def _index(root: etree._Element, url: str, now: datetime) -> ParseError:
    """Return the error for an index, with its sitemaps that most likely hold news first: by name, by namespace, else the newest."""
    named = [(_rank(child, address, now), address) for child in root if (address := absolute(_text(child, "loc"), url))]
    best = [address for _, address in sorted(named, key=lambda one: one[0], reverse=True)][:_MOST_NAMED]
    shown = f": {best[0]}" if best else ""
    what = f"a sitemap index that lists {len(named)} sitemaps, not a feed"
    return ParseError(what, f"give the address of its news sitemap{shown}", elsewhere=tuple(best))


def _rank(listed: etree._Element, address: str, now: datetime) -> tuple[bool, float]:
    """Return how likely a sitemap of an index holds news: the largest is opened first."""
    path = address.partition("://")[2].partition("/")[2]
    is_news = bool(_NEWS_NAME.search(path)) or any(_NEWS_SPACE in str(part.tag) for part in listed)
    changed = dates.parse_date(_text(listed, "lastmod") or None, now)
    return is_news, changed.timestamp() if changed else 0.0


def _notes(pages: int, news: int, without: int) -> Iterator[str]:
    if news < pages:
        yield f"{pages - news} pages left out: they are not marked as news"
    if without:
        yield f"{without} pages left out: they have no address"


def _entry(found: tuple[etree._Element, etree._Element]) -> RawEntry:
    page, about = found
    return RawEntry(
        texts=(RawText("title", _text(about, "title")),),
        links=(RawLink(_text(page, "loc")),),
        dates=(RawDate("published", _text(about, "publication_date")), RawDate("updated", _text(page, "lastmod"))),
        categories=tuple(map(RawCategory, split_commas(_text(about, "keywords")))),
        languages=(_text(_child(about, "publication"), "language"),),
    )


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first child of a name, in whatever namespace: publishers spell that of the extension in several ways."""
    return next((child for child in (() if element is None else element) if _name(child) == name), None)


def _text(element: etree._Element | None, name: str) -> str:
    child = _child(element, name)
    return "" if child is None else "".join(child.itertext()).strip()
