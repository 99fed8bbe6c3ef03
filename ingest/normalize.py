"""RawFeed -> items: the one place with limits, defaults and repairs, whatever the format; opens nothing.

Texts become safe, links absolute, dates and languages are read or left out. A fault of ours costs one value or one entry, never
its neighbours. Entries that were seen before are not normalised again.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Final, Literal, TypeVar

import msgspec

from ingest import identity
from ingest.faults import Faults
from ingest.model import NOTHING, Author, Before, Category, Enclosure, Hints, Item, Keys, ParsedFeed, Place
from ingest.raw import RawCategory, RawDate, RawEntry, RawFeed, RawFile, RawHints, RawLink, RawPerson, RawPoint, RawText
from ingest.text import dates
from ingest.text.language import codes, detection
from ingest.text.sanitize import one_line, paragraphs, plain, safe_html, shorten, title_text, xml_safe
from ingest.text.url_placeholders import is_placeholder
from ingest.text.urls import absolute, canonical

# How much of one document is taken, whatever its format; docs/parsing.md says what happens to the rest.
MOST_ENTRIES: Final = 5_000
MOST_TEXT: Final = 2_000_000  # characters of one body
MOST_NAMES: Final = 500  # authors, categories, enclosures or places of one entry
# In this order, whatever the order of the elements is. Media elements describe media: theirs come last.
TITLES: Final = ("title", "dc:title")
MEDIA_TITLE: Final = "media:title"  # where there is no text to find a title in either
CONTENTS: Final = ("content", "encoded")  # of several the longest
SUMMARIES: Final = ("description", "summary", "abstract", "dc:description", "itunes:summary")
MEDIA_TEXT: Final = "media:description"  # used where there is no other text
PUBLISHED: Final = ("published", "issued", "available", "created", "submitted")
UPDATED: Final = ("updated", "modified", "dc:date")
# Most writers of RSS give one date, under whatever name.
PUBLISHED_IN_RSS: Final = ("published", "issued", "available", "dc:date", "created", "submitted", "updated", "modified")
_RANKS: Final = {"original": 0, "element": 1, "alternate": 2, "external": 4}
_OTHER_TYPE: Final = 1  # more, where an alternate is no page
_PAGES: Final = frozenset({"", "text/html", "html", "xhtml", "application/xhtml+xml"})

_Texts = dict[str, list[RawText]]  # by their roles
_A = TypeVar("_A")
_B = TypeVar("_B")
_TITLE_LENGTH: Final = 120
_LENGTH_DIGITS: Final = 15  # more is no file's length and no SQLite integer
_NUMBERS: Final = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[ ,]+[-+]?\d+(?:\.\d+)?)+", re.ASCII)
_LONGEST_PLACE: Final = 10_000  # characters: the outline of a country, drawn finely
_CLOCK: Final = re.compile(r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,7})(?:\.\d*)?", re.ASCII)
_PERIODS: Final = {"hourly": 3_600.0, "daily": 86_400.0, "weekly": 604_800.0, "monthly": 2_592_000.0, "yearly": 31_536_000.0}
_DAYS: Final = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_HOURS: Final = 24
_LONGEST_INTERVAL: Final = 2_592_000.0  # seconds: a month
_HINT_DIGITS: Final = 9
_NOWHERE: Final = "relative.invalid"  # where relative links lead at first (RFC 6761)
_RULES: Final = "2"  # raise it when the same entry would make another item: then all entries are read again
_RAW: Final = 8  # bytes of the hash of an entry as it was served
_packed: Final = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Context:
    """What normalising needs beside the document: its address, the time, and what its server sent with it."""

    now: datetime
    url: str = ""
    base: str = ""  # on which its addresses are read (RFC 3986, 5.1)
    links: tuple[RawLink, ...] = ()  # of the Link header


def normalize(raw: RawFeed, context: Context, before: Before = NOTHING) -> ParsedFeed:
    """Return the items of a document; of those that `before` has already only the fingerprints."""
    work = _Normalizer(raw, context)
    hashes = [work.hash(entry) for entry in raw.entries]
    known = _known(work, hashes, before) if before.entries else {}
    notes = list(raw.notes)
    if raw.total > MOST_ENTRIES:
        notes.append(f"{raw.total} entries: the first {MOST_ENTRIES} were taken")
    made: dict[str, tuple[Item, Keys]] = {}
    for number, (entry, as_served) in enumerate(zip(raw.entries, hashes, strict=True), 1):
        if as_served in known or as_served in made:
            continue
        work.faults.part = f"entry {number}: "
        pair = work.faults.attempt("left out", work.pair, entry, None)
        if pair:
            made[as_served] = pair
        elif pair is False:
            notes.append(f"entry {number} left out: it says nothing")
    work.faults.part = ""
    notes += dates.note_of_unread(
        (*work.unread_of_the_feed(), *dates.unread_dates((item for item, _ in made.values()), context.now))
    )
    pairs = identity.distinct_items(made.values())
    new = {as_served: key.fingerprint for as_served, (_, key) in made.items()}
    return work.feed(pairs, notes, tuple({**known, **new}.items()))


def entry_names(raw: RawFeed, context: Context) -> list[tuple[str, str | None]]:
    """Return the names of each entry: guid and address."""
    work = _Normalizer(raw, context)
    return [(entry.id, work.link(entry)) for entry in raw.entries]


def _known(work: "_Normalizer", hashes: list[str], before: Before) -> dict[str, str]:
    """Return the entries that need no work: the same as before, and with names that no other entry has.

    Entries that share a guid or an address decide together what it is worth: they are always made.
    """
    own = [{one_line(entry.id), canonical(work.link(entry))} - {"", None} for entry in work.raw.entries]
    times = Counter(chain.from_iterable(own))
    return {
        as_served: before.entries[as_served]
        for as_served, its in zip(hashes, own, strict=True)
        if as_served in before.entries and all(times[name] == 1 for name in its)
    }


def _says_something(item: Item, entry: RawEntry) -> bool:
    """Return whether an entry is not empty; a date alone is not enough."""
    said = item.guid or item.url or item.title or item.text or item.content or item.summary
    return bool(said or item.enclosures or item.categories or item.places or (item.authors and entry.authors))


class _Normalizer:
    """One document's entries -> Items."""

    def __init__(self, raw: RawFeed, context: Context) -> None:
        self.raw, self._context = raw, context
        self._base = context.base or context.url
        self.faults = Faults(raw.faults)
        self._has_relative_links = False  # as far as was seen
        # An entry without an author has its feed's (RFC 4287, 4.2.1; JSON Feed 1.1).
        self._inherited = tuple(self._authors(raw.authors)) if raw.form in {"atom", "json"} else ()
        self._published = PUBLISHED_IN_RSS if raw.form == "rss" else PUBLISHED
        said = (_RULES, context.url, self._base, raw.form, raw.language, raw.authors)
        self._hash = hashlib.blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=_RAW)

    def hash(self, entry: RawEntry) -> str:
        """Hash an entry as it was served, with all else that its item depends on."""
        state = self._hash.copy()
        try:
            state.update(_packed(entry))
        except UnicodeEncodeError:  # half of a surrogate pair
            state.update(repr(entry).encode())
        return state.hexdigest()

    # The feed

    def feed(self, pairs: tuple[tuple[Item, Keys], ...], notes: list[str], served: tuple[tuple[str, str], ...]) -> ParsedFeed:
        """Return the parsed feed; a value of its own that fails is left out and noted."""
        raw, attempt = self.raw, self.faults.attempt
        feed = ParsedFeed(
            items=pairs,
            title=attempt("the feed's title left out", self._feed_title, raw, ""),
            site_url=attempt("the site's address left out", self._site, raw, None),
            feed_id=one_line(raw.id) or None,
            updated=self._date(raw.dates, UPDATED, raw.language)[0],
            language=attempt("the feed's language left out", codes.primary, raw.language, None),
            hints=attempt("the feed's hints left out", _hints, raw.hints, ParsedFeed(()).hints),
            hub=attempt("the hub left out", self._named, "hub", None),
            self_url=attempt("the feed's own address left out", self._named, "self", None),
            served=served,
        )
        return replace(feed, notes=(*notes, *(fault.line for fault in self.faults.found)), faults=tuple(self.faults.found))

    def unread_of_the_feed(self) -> tuple[dates.DateReading, ...]:
        """Return the reading of the document's own date, if it was not understood."""
        moment, said = self._date(self.raw.dates, UPDATED, self.raw.language)
        reading = None if moment else dates.read_date(said, self._context.now, self.raw.language)
        return (reading,) if reading and reading.fault else ()

    def _feed_title(self, raw: RawFeed) -> str:
        return _title(_by_role(raw.titles), (*TITLES, MEDIA_TITLE))

    def _site(self, raw: RawFeed) -> str | None:
        own = tuple(link for link in raw.links if link.rel != "original")  # which is of an entry that was cut in two
        return self._best(own, raw.id if raw.id_is_link else "")

    def _named(self, relation: str) -> str | None:
        """Return the first valid address of a relation, the server's word before the document's (WebSub 4)."""
        found = (self._address(link.href) for link in (*self._context.links, *self.raw.links) if relation in link.rel.split())
        return next((address for address in found if address), None)

    # An entry

    def pair(self, entry: RawEntry) -> tuple[Item, Keys] | Literal[False]:
        """Return the item of an entry and its keys; False for an empty entry."""
        item = self.item(entry)
        return (item, identity.keys(item)) if _says_something(item, entry) else False

    def item(self, entry: RawEntry) -> Item:
        """Make the item of an entry."""
        link = self.link(entry)
        texts = _by_role(entry.texts)
        summary, content = self._bodies(texts, link, SUMMARIES)
        text = plain(content) or plain(summary)
        titles = TITLES if text else (*TITLES, MEDIA_TITLE)
        if not text:
            summary = summary or self._bodies(texts, link, (MEDIA_TEXT,))[0]
            text = plain(summary)
        title = _title(texts, titles)
        shown = title or shorten(text.partition("\n")[0], _TITLE_LENGTH)
        language, language_from = self._language(entry, texts, f"{shown}. {text}")
        published, published_raw = self._date(entry.dates, self._published, language)
        updated, updated_raw = self._date(entry.dates, UPDATED, language)
        return Item(
            guid=one_line(entry.id) or None,
            url=link,
            title=shown,
            title_inferred=not title or entry.title_inferred,
            summary="" if summary == content else summary,
            content=content,
            text=text,
            boilerplate=entry.boilerplate,
            language=language,
            language_from=language_from,
            published=published,
            published_raw=published_raw,
            updated=updated,
            updated_raw=updated_raw,
            authors=self._listed(self._authors, entry.authors) or self._inherited,
            categories=self._listed(_categories, entry.categories),
            enclosures=self._listed(self._enclosures, (entry,) if entry.files else ()),
            places=self._listed(_places, entry.points),
        )

    def _listed(self, make: Callable[[Iterable[_A]], Iterable[_B]], of: tuple[_A, ...]) -> tuple[_B, ...]:
        """Return the values that `make` makes, at most MOST_NAMES; a fault of ours costs the whole list."""
        if not of:
            return ()
        made = self.faults.attempt("a list of names left out", lambda raw: tuple(make(raw)), of, ())
        return made[:MOST_NAMES]

    def _language(self, entry: RawEntry, texts: _Texts, text: str) -> tuple[str | None, str | None]:
        """Return the language and how it is known: declared for the entry, its body, its title or the feed, or detected."""
        body = next((texts[role][0].language for role in (*CONTENTS, *SUMMARIES) if role in texts), None)
        title = next((texts[role][0].language for role in TITLES if role in texts), None)
        declared = (*entry.languages, body, title, self.raw.language)
        return self.faults.attempt("a language left out", lambda tags: detection.decide(text, *tags), declared, (None, None))

    def _date(
        self, written: tuple[RawDate, ...], order: tuple[str, ...], language: str | None
    ) -> tuple[datetime | None, str | None]:
        """Return the first date in the order of roles that can be read, with its text; else None and the first text."""
        there = [date for date in written if date.value and date.role in order]
        if len(there) > 1:
            there.sort(key=lambda date: order.index(date.role))
        now = self._context.now
        for date in there:
            moment = self.faults.attempt("a date left out", lambda text: dates.parse_date(text, now, language), date.value, None)
            if moment:
                return moment, one_line(date.value)
        return None, (one_line(there[0].value) or None) if there else None

    # Texts

    def _bodies(self, texts: _Texts, link: str | None, roles: tuple[str, ...]) -> tuple[str, str]:
        """Return summary and content by the order of roles; of two texts of one element the longer is the content."""
        contents = [self._body(text, link) for role in CONTENTS if role in texts for text in texts[role]]
        content = max(contents, key=len) if contents else ""
        for role in roles:
            if role in texts:
                found = [body for text in texts[role] if (body := self._body(text, link))]
                if len(found) > 1 and not content and (found := sorted(set(found), key=len, reverse=True))[1:]:
                    return found[1], found[0]
                if found:
                    return max(found, key=len), content
        return "", content

    def _body(self, text: RawText, link: str | None) -> str:
        value = text.value[:MOST_TEXT]
        if text.plain:
            return paragraphs(xml_safe(value).strip())
        if text.base:
            return safe_html(value, absolute(text.base, self._base) or self._base)
        return self._on_its_own(value, link) if link and self.raw.form != "atom" else safe_html(value, self._base or None)

    def _on_its_own(self, html: str, link: str) -> str:
        """Sanitise a text whose links are resolved on its article's address.

        Where the document declares no base, a text is the article's own; only Atom says that it is the feed's (RFC 4287, 2).
        """
        if not self._has_relative_links:
            # Few feeds have any, and a cleaner for each article would cost as much as a short text.
            safe = safe_html(html, f"{link.partition(':')[0].lower()}://{_NOWHERE}/")
            if _NOWHERE not in safe:
                return safe
            self._has_relative_links = True
        return safe_html(html, link)

    # Addresses

    def link(self, entry: RawEntry) -> str | None:
        """Return the address of an entry."""
        return self._best(entry.links, entry.id if entry.id_is_link else "")

    def _best(self, links: tuple[RawLink, ...], guid: str) -> str | None:
        """Return the best address of a kind of links, whatever their order is; a guid stands for one only where it is an address.

        Of several equals it is the one that the guid names too, else the shortest.
        """
        if len(links) == 1 and _rank(links[0]) is not None and (url := self._address(links[0].href)):
            return url
        ranked = ((rank, url != guid, len(url), url) for rank, url in self._ranked(links))
        best = min(ranked, default=None)
        return best[3] if best else (absolute(guid, None) if guid and not is_placeholder(guid) else None)

    def _ranked(self, links: tuple[RawLink, ...]) -> Iterator[tuple[int, str]]:
        for link in links:
            rank = _rank(link)
            if rank is not None and (url := self._address(link.href)):
                yield rank, url

    def _address(self, raw: str) -> str | None:
        return absolute(raw, self._base or None) if raw and not is_placeholder(raw) else None

    # Lists

    def _authors(self, people: Iterable[RawPerson]) -> Iterator[Author]:
        seen = set()
        for person in people:
            known = title_text(person.name or person.email), self._address(person.uri), one_line(person.email) or None
            if known[0] and known not in seen:
                seen.add(known)
                yield Author(*known)

    def _enclosures(self, entries: Iterable[RawEntry]) -> Iterator[Enclosure]:
        """Return the files of an entry, each once; a duration of the entry is that of its first audio or video."""
        found: dict[str, Enclosure] = {}
        duration = None
        for entry in entries:
            duration = _seconds(entry.duration)
            for raw in entry.files:
                if url := self._address(raw.url):
                    one = _enclosure(url, raw)
                    known = found.get(url)
                    found[url] = _both(known, one) if known else one
        heard = [one for one in found.values() if (one.kind or "") not in {"thumbnail", "transcript", "image"}]
        first = next((one for one in heard if not (one.type or "").startswith("image/")), None)
        if first and duration and first.duration is None:
            found[first.url] = replace(first, duration=duration)
        return iter(found.values())


def _rank(link: RawLink) -> int | None:
    """Return the rank of a link as the article's own, 0 is best; None for a link to something else."""
    rank = _RANKS.get("alternate" if " " in link.rel and "alternate" in link.rel.split() else link.rel)
    return rank + _OTHER_TYPE if rank == _RANKS["alternate"] and link.type not in _PAGES else rank


def _by_role(texts: Iterable[RawText]) -> _Texts:
    found: _Texts = {}
    for text in texts:
        found.setdefault(text.role, []).append(text)
    return found


def _title(texts: _Texts, order: tuple[str, ...]) -> str:
    return next((title for role in order if role in texts for text in texts[role] if (title := title_text(text.value))), "")


def _categories(tags: Iterable[RawCategory]) -> Iterator[Category]:
    seen = set()
    for tag in tags:
        label = title_text(tag.label) if tag.label else ""
        known = title_text(tag.term) if tag.term else label, one_line(tag.scheme) or None if tag.scheme else None, label or None
        if known[0] and known not in seen:
            seen.add(known)
            yield Category(*known)


def _enclosure(url: str, raw: RawFile) -> Enclosure:
    has_length = raw.length.isascii() and raw.length.isdecimal() and len(raw.length) <= _LENGTH_DIGITS
    kind = raw.role if raw.role in {"thumbnail", "transcript"} else None
    said = one_line(raw.type) or None
    return Enclosure(
        url,
        said,
        int(raw.length) if has_length else None,
        _seconds(raw.duration),
        kind or (None if said else one_line(raw.medium) or None),
    )


def _both(one: Enclosure, other: Enclosure) -> Enclosure:
    """Return one enclosure of what two elements say of one file."""
    better = other if one.kind == "thumbnail" else one
    return Enclosure(one.url, one.type or other.type, one.length or other.length, one.duration or other.duration, better.kind)


def _places(points: Iterable[RawPoint]) -> Iterator[Place]:
    """Return the places whose numbers are numbers, as they were written, each once."""
    found = {}
    for point in points:
        value = " ".join(point.value.split())
        if len(value) <= _LONGEST_PLACE and _NUMBERS.fullmatch(value):
            found[point.form, value] = Place(point.form, value)
    return iter(found.values())


def _seconds(text: str) -> int | None:
    """Read a duration: seconds, or hours, minutes and seconds with colons."""
    said = _CLOCK.fullmatch(text.strip())
    hours, minutes, seconds = (int(part or 0) for part in said.groups()) if said else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds or None


def _hints(raw: RawHints) -> Hints:
    """Read `ttl`, `skipHours`, `skipDays` (RSS 2.0) and `sy:updatePeriod` (the syndication module of RSS 1.0).

    The longer of two intervals counts. A feed that would skip every hour or every day skips none.
    """
    hours = {int(_number(hour)) % _HOURS for hour in raw.hours if _is_number(hour) and _number(hour) <= _HOURS}  # 24 is midnight
    days = {_DAYS[day[:3].lower()] for day in raw.days if day[:3].lower() in _DAYS}
    interval = max(_number(raw.ttl) * 60, _PERIODS.get(raw.period.lower(), 0.0) / max(_number(raw.frequency), 1.0))
    return Hints(
        interval=min(interval, _LONGEST_INTERVAL) or None,
        skip_hours=tuple(sorted(hours)) if len(hours) < _HOURS else (),
        skip_days=tuple(sorted(days)) if len(days) < len(_DAYS) else (),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _number(text: str) -> float:
    return float(text[:_HINT_DIGITS]) if _is_number(text) else 0.0
