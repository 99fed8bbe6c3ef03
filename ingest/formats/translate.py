"""Served -> ParsedFeed: texts made safe, links absolute, dates and languages understood; only what is new is worked at."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Final

import msgspec

from ingest import dates, identity, language
from ingest.draft import MOST_TEXT, says_something
from ingest.formats.places import sound
from ingest.formats.served import Body, Entry, File, Person, Served, Tag
from ingest.item import NOTHING, Author, Before, Category, Enclosure, Item, Keys, ParsedFeed
from ingest.text import one_line, paragraphs, plain, safe_html, shorten, title_text, xml_safe
from ingest.urls import absolute, canonical

_TITLE_LENGTH: Final = 120
_LENGTH_DIGITS: Final = 15  # more is no file's length and no SQLite integer
_RULES: Final = "2"  # raise it when the same entry would make another item
_RAW: Final = 8  # bytes of the hash of an entry as it was served
_packed: Final = msgspec.msgpack.Encoder().encode


def translate(served: Served, url: str, now: datetime, before: Before = NOTHING) -> ParsedFeed:
    """Make the items of a document; those that `before` has already are named by their fingerprints alone."""
    translation = _Translation(served, url, now)
    raws = [translation.raw(entry) for entry in served.entries]
    known = _known(served, raws, before, [translation.link(entry) for entry in served.entries] if before.entries else [])
    notes = list(served.notes)
    if served.total > len(served.entries):
        notes.append(f"{served.total} entries: the first {len(served.entries)} were taken")
    items, made = [], []
    for number, (entry, raw) in enumerate(zip(served.entries, raws, strict=True), 1):
        if raw in known:
            continue
        item = _item(translation, entry, number, notes)
        if item:
            items.append(item)
            made.append(raw)
    pairs = identity.document_keys(tuple(items))
    keys = {id(item): key.fingerprint for item, key in pairs}
    new = {raw: keys[id(item)] for item, raw in zip(items, made, strict=True) if id(item) in keys}
    notes += dates.note_of_unread((*translation.channel_fault(), *dates.unread(items, now)))
    return replace(translation.feed(pairs, tuple(notes)), served=tuple({**known, **new}.items()))


def _item(translation: "_Translation", entry: Entry, number: int, notes: list[str]) -> Item | None:
    """Make an item, or a note that says why there is none."""
    try:
        item = translation.item(entry)
    except Exception as fault:  # noqa: BLE001 - one bad entry must not lose its neighbours (S11)
        notes.append(f"entry {number} left out: {type(fault).__name__}: {shorten(one_line(str(fault)), 100)}")
        return None
    if says_something(item):
        return item
    notes.append(f"entry {number} left out: it says nothing")
    return None


def _known(served: Served, raws: list[str], before: Before, links: list[str | None]) -> dict[str, str]:
    """Give the entries that need no work: the same as before, and with names that no other entry has.

    Entries that share a guid or an address decide together what it is worth: they are always made.
    """
    if not before.entries:
        return {}
    names = list(map(_names, served.entries, links))
    times = Counter(chain.from_iterable(names))
    return {
        raw: before.entries[raw]
        for raw, own in zip(raws, names, strict=True)
        if raw in before.entries and all(times[name] == 1 for name in own)
    }


def _names(entry: Entry, link: str | None) -> set[str | None]:
    return {one_line(entry.id), canonical(link)} - {"", None}


class _Translation:
    """One document's entries -> Items."""

    def __init__(self, served: Served, url: str, now: datetime) -> None:
        self._served, self._url, self._now = served, url, now
        # An entry without an author has its feed's (RFC 4287, 4.2.1).
        self._inherited = tuple(self._authors(served.authors)) if served.is_atom else ()
        said = (_RULES, url, served.is_atom, served.language, served.authors)
        self._context = hashlib.blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=_RAW)

    def raw(self, entry: Entry) -> str:
        """Hash an entry as it was served, with all else that its item depends on."""
        state = self._context.copy()
        state.update(_as_served(entry))
        return state.hexdigest()

    def channel_fault(self) -> tuple[dates.DateReading, ...]:
        """Give the reading of the document's own date, if it was not understood."""
        reading = dates.read_date(self._served.updated, self._now, self._served.language)
        return (reading,) if reading and reading.fault else ()

    def feed(self, pairs: tuple[tuple[Item, Keys], ...], notes: tuple[str, ...]) -> ParsedFeed:
        """Give the document with what it says of itself."""
        served = self._served
        return ParsedFeed(
            items=pairs,
            title=title_text(served.title),
            site_url=absolute(served.link, self._url),
            feed_id=one_line(served.id) or None,
            updated=dates.understand(served.updated, self._now, served.language),
            language=language.primary(served.language),
            notes=notes,
        )

    def item(self, entry: Entry) -> Item:
        """Make the item of an entry."""
        summary, content = self._bodies(entry)
        text = plain(content or summary)
        title = title_text(entry.title)
        shown = title or shorten(text.partition("\n")[0], _TITLE_LENGTH)
        said, how = language.decide(f"{shown}. {text}", _declared(entry), self._served.language)
        published, published_raw = self._date(entry.published, said)
        updated, updated_raw = self._date(entry.updated, said)
        if published_raw is None and not self._served.is_atom:  # dc:date, which is the only date of many feeds
            published, published_raw = updated, updated_raw
        return Item(
            guid=one_line(entry.id) or None,
            url=self.link(entry),
            title=shown,
            title_inferred=not title,
            summary=summary,
            content=content,
            text=text,
            language=said,
            language_from=how,
            published=published,
            published_raw=published_raw,
            updated=updated,
            updated_raw=updated_raw,
            authors=tuple(self._authors(entry.authors)) or self._inherited,
            categories=tuple(_categories(entry.tags)),
            enclosures=tuple(self._enclosures(entry.files)),
            places=tuple(sound(entry.spots)),
        )

    def _date(self, raw: str | None, spoken: str | None) -> tuple[datetime | None, str | None]:
        return dates.understand(raw, self._now, spoken), one_line(raw) if raw else None

    def _bodies(self, entry: Entry) -> tuple[str, str]:
        content = max((self._body(body) for body in entry.contents), key=len, default="")
        summary = self._body(entry.summary) if entry.summary else ""
        return ("" if summary == content else summary), content

    def _body(self, body: Body) -> str:
        value = body.value[:MOST_TEXT]
        if body.plain:
            return paragraphs(xml_safe(value).strip())
        return safe_html(value, absolute(body.base, self._url) or self._url)

    def link(self, entry: Entry) -> str | None:
        """Give the address of an entry: its link's, else the first alternate's."""
        # A guid stands for a link only where it is an address: a relative one would be invented.
        base = None if entry.link_is_id else self._url
        return next((url for link in (entry.link, *entry.alternates) if (url := absolute(link, base))), None)

    def _authors(self, people: Iterable[Person]) -> Iterator[Author]:
        for person in people:
            if shown := one_line(person.name or person.email):
                yield Author(shown, absolute(person.uri, self._url), one_line(person.email) or None)

    def _enclosures(self, files: Iterable[File]) -> Iterator[Enclosure]:
        for file in files:
            if url := absolute(file.url, self._url):
                sound = file.length.isdecimal() and len(file.length) <= _LENGTH_DIGITS
                yield Enclosure(url, one_line(file.type) or None, int(file.length) if sound else None)


def _as_served(entry: Entry) -> bytes:
    try:
        return _packed(entry)
    except UnicodeEncodeError:  # half of a surrogate pair
        return repr(entry).encode()


def _declared(entry: Entry) -> str | None:
    body = entry.contents[0] if entry.contents else entry.summary
    return entry.language or (body.language if body else None) or entry.title_language


def _categories(tags: Iterable[Tag]) -> Iterator[Category]:
    for tag in tags:
        if term := one_line(tag.term or tag.label or ""):
            yield Category(term, one_line(tag.scheme or "") or None, one_line(tag.label or "") or None)
