"""An HTML page -> the feeds that it names and the address that it sends its readers on to; opens nothing, follows nothing."""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from lxml import etree

from ingest.text.sanitize import one_line
from ingest.text.urls import absolute, feed_address

_TYPES: Final = frozenset(
    "application/rss+xml application/atom+xml application/rdf+xml application/feed+json text/xml application/xml"
    " application/rss application/atom application/x-rss+xml application/x-atom+xml text/rss text/rss+xml text/atom+xml".split()
)
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
# A feed of readers' comments: by its address, whose words are English almost everywhere, else by its title.
_COMMENTS_PATH: Final = re.compile(r"(?<![a-z])(?:comments(?![a-z])|comment[-_/]?(?:feed|rss|atom))", re.IGNORECASE)
_COMMENTS_TITLE: Final = re.compile(
    r"\b(?:comments|kommentare?|commentaires?|comentarios|coment[aá]rios|commenti|reacties|kommentarer|kommentit|komentarze"
    r"|komentáře|комментарии|коментарі|yorumlar|σχόλια)\b|コメント|评论|評論|댓글|תגובות|تعليقات|التعليقات|टिप्पणियाँ|ความคิดเห็น",
    re.IGNORECASE,
)
# WHATWG HTML, 4.2.5.3: the seconds, then what separates, then perhaps `url=` and a quote.
_REFRESH: Final = re.compile(
    r"""\s*(?:\d+|(?=\.))[\d.]*(?:\s*+[;,]\s*+|\s++)(?:url\s*=\s*)?+(?:"([^"]*)"?|'([^']*)'?|([^"'].*))""",
    re.IGNORECASE | re.DOTALL,
)
_LINK: Final = re.compile(r"""<([^<>]*)>((?:\s*+;\s*+[^\s;,="<>]++(?:\s*+=\s*+(?:"(?:[^"\\]|\\.)*+"|[^\s;,"]*+))?+)*+)""")
_PARAMETER: Final = re.compile(r""";\s*([^\s;,="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))""")


@dataclass(frozen=True, slots=True)
class Page:
    """The feeds that a page names, in order, and the address to which it sends its readers (refresh)."""

    feeds: tuple[str, ...] = ()
    refresh: str | None = None


def read_page(body: bytes, headers: Mapping[str, str], url: str) -> Page:
    """Read a whole page served at `url`; `headers` are the response's, names in lower case.

    A feed is named by a `link`, `a` or `area` that is an alternate of a feed's type or `rel=feed`, or by the Link header
    (RFC 8288); addresses resolve on `base`. Feeds of readers' comments count where there is no other; comments in
    the HTML do not.
    """
    noted = _PageLinks()
    parser: Any = partial(etree.HTMLParser, huge_tree=True)  # its types know no target of this form
    parser(target=noted, encoding=_encoding(body, headers.get("content-type", ""))).feed(body or b" ")
    base = absolute(noted.base, url) or url
    links = [(link, base) for link in noted.links] + [(link, url) for link in header_links(headers.get("link", ""))]
    feeds: dict[str, bool] = {}
    for link, on in links:
        address = absolute(link.get("href"), on) if _is_feed(link) else None
        if address and feed_address(address) != feed_address(url):
            feeds.setdefault(one_line(address), _is_of_comments(address, link.get("title", "")))
    refresh = next((target for said in (headers.get("refresh"), noted.refresh) if (target := _target(said, url, base))), None)
    posts = tuple(address for address, is_of_comments in feeds.items() if not is_of_comments)
    return Page(posts or tuple(feeds), refresh)


@dataclass(slots=True)
class _PageLinks:
    """Collects links, base and refresh from lxml's parser, element by element; no tree is built."""

    base: str | None = None
    refresh: str | None = None
    links: list[dict[str, str]] = field(default_factory=list)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "base":
            self.base = self.base or attributes.get("href")
        elif tag in {"link", "a", "area"} and "rel" in attributes and "href" in attributes:
            self.links.append(dict(attributes))
        elif tag == "meta" and attributes.get("http-equiv", "").strip().lower() == "refresh":
            self.refresh = self.refresh or attributes.get("content")

    def close(self) -> None:
        """End."""


def _encoding(body: bytes, content_type: str) -> str | None:
    """Return the encoding of a page, or None where its own head decides."""
    said = _CHARSET.search(content_type)
    try:
        if said:
            return codecs.lookup(said[1]).name
        if body[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return None
        body.decode()
    except (LookupError, UnicodeDecodeError):
        return None
    return "utf-8"


def _is_feed(link: Mapping[str, str]) -> bool:
    relations = set(link.get("rel", "").lower().split())
    kind = link.get("type", "").partition(";")[0].strip().lower()
    if "feed" in relations:
        return not kind or kind in _TYPES
    return "alternate" in relations and "stylesheet" not in relations and kind in _TYPES


def _is_of_comments(address: str, title: str) -> bool:
    path = address.partition("://")[2].partition("/")[2]
    return bool(_COMMENTS_PATH.search(path) or _COMMENTS_TITLE.search(title))


def _target(said: str | None, url: str, base: str) -> str | None:
    """Return the address of a refresh (WHATWG HTML, 4.2.5.3), unless it is the page itself."""
    found = _REFRESH.match(said or "")
    target = absolute((found[1] or found[2] or found[3] or "").strip(), base) if found else None
    return target if target and feed_address(target) != feed_address(url) else None


def header_links(value: str) -> Iterator[dict[str, str]]:
    """Yield the links of a Link header, each with its `href` and its parameters, names in lower case (RFC 8288, 3)."""
    for target, parameters in _LINK.findall(value):
        named: dict[str, str] = {}
        for name, quoted, plain in _PARAMETER.findall(parameters):
            named.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or plain)
        if "anchor" not in named:  # such a link is another page's
            yield named | {"href": target.strip()}
