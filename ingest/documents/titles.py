"""Which of a page's words are the article's title, and which are the site's name; knows the page's elements, reads no text."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

from ingest.text.sanitize import one_line

_PARTS: Final = re.compile(r"\s+(?:[|¦·•»«›‹~]|::|//|[-–—])\s+|\s*[|¦»]\s*|(?<=\S):\s+")
_MOST_TITLE: Final = 1_000  # characters of a title that are looked at
_AROUND: Final = frozenset({"header", "nav", "footer", "aside"})
_ARTICLE: Final = frozenset({"article", "main"})
_HOME: Final = re.compile(r"(?:https?://[^/]+)?/?(?:index\.\w+)?(?:[?#].*)?|\./?", re.IGNORECASE)
_SITE_META: Final = ("og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site", "dc.publisher", "publisher")
_SITE_BOX: Final = re.compile(
    r"(^|[\s_-])(masthead|site[_-]?(header|title|name|branding|logo)|blog[_-]?(header|title|name)|top[_-]?bar|navbar|logo|brand(ing)?"
    r"|banner)($|[\s_-])|(^|\s)header(\s|$)",
    re.IGNORECASE,
)
_LETTER: Final = re.compile(r"[\W_]+")


def heading(page: etree._Element, sites: frozenset[str]) -> str:
    """Return the page's own heading: the one h1 that is neither the site's name nor stands in what surrounds the article."""
    heads = [(head, text) for head in page.iter("h1") if (text := _text(head)) and key(text) not in sites]
    inside = [text for head, text in heads if not _stands_around(head)]
    if inside:
        return inside[0] if len(inside) == 1 else ""
    around = {text for head, text in heads if not _is_home(head)}
    element = title_element(page)
    begun = [text for text in around if not element or key(element).startswith(key(text))]
    return begun[0] if len(begun) == 1 else ""


def title_element(page: etree._Element) -> str:
    """Return what the title element of a page says, with the site's name if it has it."""
    return one_line("".join(page.xpath("(//title)[1]//text()")))


def without_site(title: str, page: etree._Element, sites: frozenset[str]) -> str:
    """Return a title without the site's name before or behind it, where it is known to be that."""
    shown = one_line(title)
    if len(shown) > _MOST_TITLE or not _PARTS.search(shown):
        return shown
    headings = {key(_text(head)) for head in page.iter("h1", "h2") if not _stands_around(head)} - sites
    cuts = [(found.start(), found.end()) for found in _PARTS.finditer(shown)]
    for start, end in reversed(cuts):  # the longest title that stands in the article
        if key(shown[:start]) in headings or key(shown[end:]) in sites:
            return without_site(shown[:start], page, sites)
    for start, end in cuts:
        if key(shown[:start]) in sites and key(shown[end:]):
            return without_site(shown[end:], page, sites)
    return shown


def site_names(page: etree._Element, meta: dict[str, list[str]], publisher: Iterable[str], address: str) -> frozenset[str]:
    """Return the names that a site has for itself, as keys: declared, in the page's header, in its address."""
    declared = [name for key_ in _SITE_META for name in meta.get(key_, ())]
    found = {key(name) for name in (*declared, *publisher, *_in_header(page), *_in_title(page), *_of_host(address))} - {""}
    return frozenset(found | {f"the{name}" for name in found} | {name.removeprefix("the") for name in found if name != "the"})


def key(name: str) -> str:
    """Return a name as names are compared: its letters and digits alone, without case."""
    return _LETTER.sub("", name).casefold()


def _text(element: etree._Element) -> str:
    return one_line("".join(element.itertext()))


def _stands_around(element: etree._Element) -> bool:
    """Return whether an element stands in the page's header or beside the article, and not in the article's own header."""
    line = [element, *element.iterancestors()]
    return not any(above.tag in _ARTICLE for above in line) and any(map(_is_around, line))


def _is_around(element: etree._Element) -> bool:
    names = f"{element.get('class', '')[:500]} {element.get('id', '')[:500]}"
    boxed = element.tag not in {"html", "body"} and bool(_SITE_BOX.search(names))
    return boxed or element.tag in _AROUND or element.get("role") in {"banner", "navigation", "contentinfo"}


def _is_home(head: etree._Element) -> bool:
    """Return whether a heading is a link to the site's first page."""
    links = [*head.iter("a"), *(above for above in head.iterancestors("a"))]
    return any(link.get("rel") == "home" or _HOME.fullmatch((link.get("href") or "x").strip()) for link in links)


def _in_header(page: etree._Element) -> Iterator[str]:
    """Yield the names in links to the site's first page, from around the article and from headings."""
    for link in page.iter("a"):
        if _stands_around(link) and (link.get("rel") == "home" or _HOME.fullmatch((link.get("href") or "x").strip())):
            yield _text(link)
            yield link.get("title") or ""
            yield from (image.get("alt") or "" for image in link.iter("img"))
    for head in page.iter("h1", "h2"):
        if _is_home(head):
            yield _text(head)


def _in_title(page: etree._Element) -> Iterator[str]:
    """Yield the first heading where the title element has it behind the title, or before another heading's text."""
    shown = title_element(page)[:_MOST_TITLE]
    cuts = [(found.start(), found.end()) for found in _PARTS.finditer(shown)]
    first = next((_text(head) for head in page.iter("h1")), "")
    others = {key(_text(head)) for head in page.iter("h1", "h2", "h3")} - {key(first)}
    if any(
        key(shown[end:]) == key(first) or (key(shown[:start]) == key(first) and key(shown[end:]) in others) for start, end in cuts
    ):
        yield first


def _of_host(address: str) -> Iterator[str]:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return
    labels = host.removeprefix("www.").split(".")
    yield ".".join(labels)
    yield from labels[:-1]


def publisher_names(ld: dict[str, Any]) -> Iterator[str]:
    """Yield the publisher's name of a JSON-LD article."""
    said = ld.get("publisher")
    for one in said if isinstance(said, list) else [said]:
        name = one.get("name") if isinstance(one, dict) else one
        if isinstance(name, str):
            yield name
