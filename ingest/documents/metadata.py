"""What the head of a web page declares: JSON-LD, OpenGraph, meta and link elements, each value with its origin; reads no text."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from ingest.documents import titles
from ingest.raw import RawCategory, RawPerson
from ingest.text.sanitize import one_line
from ingest.text.urls import absolute

Value = tuple[str, str]  # what is declared, and where
_MOST_OBJECTS: Final = 1_000  # of JSON-LD that are looked at
_MOST_AUTHORS: Final = 20
_KINDS: Final = ("Article", "BlogPosting", "LiveBlogPosting", "Report", "SocialMediaPosting")
_PUBLISHED: Final = "article:published_time dc.date dc.date.issued dcterms.created dcterms.issued date pubdate publish-date".split()
_UPDATED: Final = "article:modified_time og:updated_time dcterms.modified last-modified".split()
_NOTHING: Final[Value] = ("", "")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page declares of itself; a value that is not declared is an empty string."""

    title: Value
    url: Value
    summary: Value
    published: Value
    updated: Value
    language: Value
    authors: tuple[RawPerson, ...]
    authors_from: str
    categories: tuple[RawCategory, ...]


def metadata(page: etree._Element, address: str = "") -> Metadata:
    """Read what a page declares. JSON-LD describes the article alone, so it comes first; a title element comes last.

    `address` is where the page was saved from, which counts where it names none itself.
    """
    ld, meta = _article(page), _meta(page)
    authors, origin = _authors(ld, meta)
    url, url_from = _first(
        ("its canonical link", _attribute(page, "//link[@rel='canonical']/@href")),
        *_of(meta, "og:url"),
        *_in(ld, "url", "mainEntityOfPage"),
        ("where it was saved from", address),
    )
    sites = titles.site_names(page, meta, titles.publisher_names(ld), absolute(url, None) or "")
    keywords = [word for value in meta.get("keywords", ()) for word in value.split(",")]
    title, title_from = _first(
        *_in(ld, "headline"),
        *_of(meta, "og:title", "twitter:title"),
        ("its heading", titles.heading(page, sites)),
        ("its title element", titles.title_element(page)),
    )
    return Metadata(
        title=(titles.without_site(title, page, sites), title_from),
        url=(absolute(url, None) or "", url_from) if absolute(url, None) else _NOTHING,
        summary=_first(*_of(meta, "og:description", "description"), *_in(ld, "description")),
        published=_first(
            *_in(ld, "datePublished"),
            *_of(meta, *_PUBLISHED),
            ("a time element", _attribute(page, "//time[@pubdate or @itemprop='datePublished']/@datetime")),
        ),
        updated=_first(*_in(ld, "dateModified"), *_of(meta, *_UPDATED)),
        language=_first(
            ("its html element", page.get("lang") or ""),
            *_in(ld, "inLanguage"),
            *_of(meta, "og:locale", "content-language", "dc.language"),
        ),
        authors=authors,
        authors_from=origin,
        categories=tuple(map(RawCategory, (*meta.get("article:tag", ()), *keywords))),
    )


def _first(*values: Value | tuple[str, str]) -> Value:
    """Return the first value that is not empty, with its origin; each comes as (origin, value)."""
    return next(((what, where) for where, raw in values if (what := one_line(raw))), _NOTHING)


def _of(meta: dict[str, list[str]], *names: str) -> Iterator[tuple[str, str]]:
    yield from ((f"meta {name}", value) for name in names for value in meta.get(name, ()))


def _in(ld: dict[str, Any], *names: str) -> Iterator[tuple[str, str]]:
    for name in names:
        value = ld.get(name)
        found = value.get("@id", value.get("name")) if isinstance(value, dict) else value
        if isinstance(found, str):
            yield f"JSON-LD {name}", found


def _attribute(page: etree._Element, path: str) -> str:
    found = page.xpath(path)
    return str(found[0]) if isinstance(found, list) and found else ""


def _meta(page: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in page.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("http-equiv") or ""
        found.setdefault(name.lower(), []).append(element.get("content") or "")
    return found


def _authors(ld: dict[str, Any], meta: dict[str, list[str]]) -> tuple[tuple[RawPerson, ...], str]:
    said = ld.get("author")
    listed = said if isinstance(said, list) else [said]
    names = [(one.get("name"), one.get("url")) if isinstance(one, dict) else (one, None) for one in listed[:_MOST_AUTHORS]]
    authors = dict.fromkeys(
        RawPerson(one_line(_string(name)), absolute(_string(uri), None) or "") for name, uri in names if _string(name).strip()
    )
    if authors:
        return tuple(authors), "JSON-LD author"
    for key in ("author", "article:author", "dc.creator", "parsely-author"):
        found = dict.fromkeys(
            RawPerson(one_line(name)) for name in meta.get(key, ())[:_MOST_AUTHORS] if one_line(name) and "://" not in name
        )
        if found:
            return tuple(found), f"meta {key}"
    return (), ""


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _article(page: etree._Element) -> dict[str, Any]:
    """Return the first JSON-LD object that is an article; an empty one where none is."""
    for script in page.iter("script"):
        if (script.get("type") or "").lower() == "application/ld+json":
            for one in _objects(script.text or ""):
                kinds = one.get("@type")
                if any(_string(kind).endswith(_KINDS) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                    return one
    return {}


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-LD text, outermost first."""
    try:
        waiting = [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        return
    for one in waiting:  # grows while it is read
        if isinstance(one, dict):
            yield one
        inner = one.get("@graph") if isinstance(one, dict) else one
        if isinstance(inner, list) and len(waiting) < _MOST_OBJECTS:
            waiting += inner[:_MOST_OBJECTS]
