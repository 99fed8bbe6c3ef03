"""A web page saved as a file -> RawFeed: what its head declares, and its main text without the page around it."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from ingest.documents.metadata import Metadata, metadata
from ingest.documents.text import decode
from ingest.errors import ParseError
from ingest.raw import RawDate, RawEntry, RawFeed, RawLink, RawText
from ingest.text.sanitize import one_line

_CHARSET: Final = re.compile(rb"<meta\b[^>]{0,200}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_DECLARED: Final = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})""")
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_HEAD: Final = 100_000  # bytes in which a page declares its encoding: scripts may stand before
# What a page cannot be in when it says so in ASCII (HTML standard, 13.2.3.2).
_NOT_SO: Final = re.compile(r"(?:x-)?(utf-?16|unicode|ucs-?2|csunicode|iso-10646-ucs-2)", re.IGNORECASE)
_AROUND: Final = "script style noscript template nav aside footer form button iframe svg dialog select input menu".split()
_ROLES: Final = frozenset("navigation banner complementary contentinfo search dialog menu".split())
_BOILERPLATE: Final = re.compile(
    r"(^|[-_ ])(nav|navbar|menu|breadcrumbs?|sidebar|share|sharing|social|related|recommend\w*|comments?|respond|cookies?|consent"
    r"|newsletter|promo|advert\w*|ads?|banner|footer|subscribe|paywall|pagination|skip)($|[-_ ])",
    re.IGNORECASE,
)
_MAIN: Final = ".//*[@itemprop='articleBody'] | .//article | .//main | .//*[@role='main']"
# Each is looked for among those before it: the time grows with the square.
_MANY_ATTRIBUTES: Final = re.compile(
    rb"""<[A-Za-z][^\s<>/]*+(?:\s++[^\s=<>"'/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>=]++))?+){1001}"""
)


def parse(body: bytes, name: str, address: str = "", labels: tuple[str, ...] = ()) -> RawFeed:
    """Read an HTML file called `name`; its main text is found by the extra `extract` where that is installed.

    `address` is where it was saved from and `labels` its charsets, where something beside the page says so.
    Raises ParseError when it is no page.
    """
    page = _page(body, labels)
    said = metadata(page, address)
    title = said.title[0]
    content, by = _main_text(page, title)
    entry = RawEntry(
        id=name,
        texts=(
            RawText("title", title, plain=True),
            RawText("content", content),
            RawText("summary", said.summary[0], plain=True),
        ),
        links=(RawLink(said.url[0]),),
        dates=(RawDate("published", said.published[0]), RawDate("updated", said.updated[0])),
        authors=said.authors,
        categories=said.categories,
        languages=(said.language[0],),
    )
    return RawFeed(form="document", entries=(entry,), total=1, notes=(*_notes(said), f"main text by {by}"))


def _page(body: bytes, labels: tuple[str, ...]) -> etree._Element:
    if _MANY_ATTRIBUTES.search(body):
        raise ParseError("an element with more than 1000 attributes", "no page needs that; save it anew from a browser")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        text = decode(
            body, (*labels, *charset_labels(body))
        )  # by its mark, or its own word if that is true (HTML standard, 13.2.3.2)
        page = etree.fromstring(text.replace("\x00", "").encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        page = None
    if page is None:
        raise ParseError("a page without words", "save it anew from a browser")
    return page


def charset_labels(body: bytes) -> list[str]:
    """Return the charsets that a page says it is in, in its meta element and in an XML declaration."""
    head = _COMMENT.sub(b"", body[:_HEAD])
    said = [found[1].decode("ascii", "replace") for found in (_CHARSET.search(head), _DECLARED.match(head)) if found]
    return [_meant(label) for label in said]


def _meant(label: str) -> str:
    if label.lower() == "x-user-defined":
        return "windows-1252"
    return "utf-8" if _NOT_SO.match(label) else label


def _notes(said: Metadata) -> Iterator[str]:
    for what in ("title", "url", "published", "updated", "language"):
        value, where = getattr(said, what)
        if value:
            yield f"{what} from {where}"
    if said.authors_from:
        yield f"authors from {said.authors_from}"


def _main_text(page: etree._Element, title: str) -> tuple[str, str]:
    """Return the main text as HTML, not yet sanitised, and what found it."""
    by_extra = _extracted(page)
    if by_extra:
        return by_extra, "trafilatura"
    for element in list(page.iter("*")):
        if element.tag in _AROUND or _is_boilerplate(element):
            _drop(element)
    candidates = [*page.xpath(_MAIN), *page.iter("body")]
    main = max(candidates, key=_weight, default=page)
    if len(main) and main.tag == "body":
        main = max((main, *main.iter("div", "section", "td")), key=_own_weight)
        main = page.find("body") if _own_weight(main) == 0 else main
    for heading in list(main.iter("h1")):
        if one_line("".join(heading.itertext())) == title:
            _drop(heading)
    return etree.tostring(main, encoding="unicode", method="html", with_tail=False), "our own rules"


def _extracted(page: etree._Element) -> str:
    try:
        from trafilatura import extract  # noqa: PLC0415 - an extra, and slow to load
    except ImportError:
        return ""
    html = etree.tostring(page, encoding="unicode", method="html")
    return extract(html, output_format="html", include_links=True, include_comments=False, include_tables=True) or ""


def _is_boilerplate(element: etree._Element) -> bool:
    if element.tag in {"html", "body", "main", "article"}:
        return False
    names = f"{element.get('class', '')[:500]} {element.get('id', '')[:500]}"
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    return hidden or element.get("role") in _ROLES or bool(_BOILERPLATE.search(names))


def _drop(element: etree._Element) -> None:
    """Remove an element, but keep the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _weight(element: etree._Element) -> int:
    """Return a candidate's letters in paragraphs, twice for one that is marked: it wins over the body if it holds half of it."""
    letters = sum(len("".join(p.itertext())) for p in element.iter("p"))
    return letters if element.tag == "body" else letters * 2


def _own_weight(element: etree._Element) -> int:
    return sum(len("".join(child.itertext())) for child in element if child.tag in {"p", "blockquote", "ul", "ol"})
