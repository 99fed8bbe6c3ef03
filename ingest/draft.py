"""What a reader found of an item, still raw -> Item: title, safe bodies, plain text, language, dates; knows no format."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ingest import dates, language
from ingest.item import Author, Category, Enclosure, Item
from ingest.text import one_line, plain, safe_html, shorten
from ingest.urls import absolute

MOST_ENTRIES: Final = 5_000
MOST_TEXT: Final = 2_000_000  # characters of one body
_MOST_NAMES: Final = 100  # authors, categories or enclosures of one item
_TITLE_LENGTH: Final = 120


@dataclass(frozen=True, slots=True)
class Draft:
    """An item as a reader found it: bodies are unsafe HTML, dates raw, addresses relative to `base`."""

    guid: str | None = None
    url: str | None = None
    base: str = ""
    title: str = ""  # plain text
    summary: str = ""
    content: str = ""
    cut: str = ""  # page furniture that was taken off
    languages: tuple[str | None, ...] = ()  # as declared, the closest first
    published: str | None = None
    updated: str | None = None
    authors: tuple[Author, ...] = ()
    categories: tuple[Category, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document was read as."""

    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()  # what was inferred or left out, a line each


def finish(draft: Draft, now: datetime) -> Item:
    """Make the item: bodies sanitised, a missing title inferred from the text, dates understood or left out."""
    summary, content = (safe_html(body[:MOST_TEXT], draft.base or None) for body in (draft.summary, draft.content))
    text = plain(content or summary)
    title = one_line(draft.title)
    said, how = language.decide(f"{title}. {text}", *draft.languages)
    return Item(
        guid=one_line(draft.guid or "") or None,
        url=absolute(draft.url, draft.base or None),
        title=title or shorten(text.partition("\n")[0], _TITLE_LENGTH),
        title_inferred=not title,
        summary="" if summary == content else summary,
        content=content,
        text=text,
        cut=draft.cut,
        language=said,
        language_from=how,
        published=dates.understand(draft.published, now, said),
        published_raw=one_line(draft.published or "") or None,
        updated=dates.understand(draft.updated, now, said),
        updated_raw=one_line(draft.updated or "") or None,
        authors=draft.authors[:_MOST_NAMES],
        categories=draft.categories[:_MOST_NAMES],
        enclosures=draft.enclosures[:_MOST_NAMES],
    )


def categories(terms: Iterable[object]) -> tuple[Category, ...]:
    """Give publisher's words as categories, each once."""
    found = (one_line(term) for term in terms if isinstance(term, str))
    return tuple(Category(term) for term in dict.fromkeys(found) if term)


def says_something(item: Item) -> bool:
    """Say whether there is anything in an item."""
    return bool(item.guid or item.url or item.title or item.text or item.enclosures)
