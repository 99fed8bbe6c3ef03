"""Sources and what they said, as frozen values; knows no parser, no network, no database and no topic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from ingest.faults import Fault


class SourceKind(StrEnum):
    """What stands behind a source's address."""

    FEED = "feed"  # polled over HTTP
    DOCUMENT = "document"  # read from a file, a folder or standard input
    LIST = "list"  # a list of feeds, read again by schedule


class SourceStatus(StrEnum):
    """Whether a source is polled."""

    ACTIVE = "active"  # polled when due
    ONCE = "once"  # read by hand (`ingest`), never polled
    PAUSED = "paused"  # left alone until its owner resumes it; its items stay
    RETIRED = "retired"  # removed by its owner; its items stay
    GONE = "gone"  # its server said that it is gone for good (410); its items stay


@dataclass(frozen=True, slots=True)
class Author:
    """A person or organisation named as author (RFC 4287, 4.2.1)."""

    name: str
    uri: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """A publisher's own category (RFC 4287, 4.2.2)."""

    term: str
    scheme: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A related resource, possibly large; its address is recorded, never fetched."""

    url: str
    type: str | None = None
    length: int | None = None
    duration: int | None = None  # seconds
    kind: str | None = None  # thumbnail, transcript; of a medium without a type what it is: image, audio, video


@dataclass(frozen=True, slots=True)
class Place:
    """The geographic place of an item's subject (GeoRSS): numbers as the source wrote them, latitude before longitude."""

    form: str  # point, line, polygon, box or circle
    value: str


@dataclass(frozen=True, slots=True)
class Item:
    """One article as one source served it.

    Every string is XML-safe. `summary` and `content` are sanitised HTML, `text` is their
    plain reading, one block a line. Dates are aware UTC or None; the raw strings are kept.
    """

    guid: str | None
    url: str | None
    title: str
    title_inferred: bool = False
    summary: str = ""
    content: str = ""
    text: str = ""
    boilerplate: str = ""  # of the page, taken off `text`: "Share this", "Log in to comment"
    language: str | None = None
    language_from: str | None = None  # "declared" or "detected"
    published: datetime | None = None
    published_raw: str | None = None
    updated: datetime | None = None
    updated_raw: str | None = None
    authors: tuple[Author, ...] = ()
    categories: tuple[Category, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Keys:
    """What an item can be recognised by; an absent key recognises nothing."""

    fingerprint: str  # everything the source served: the same again means nothing new
    content: str  # what a reader would see: a change is a new version
    guid: str | None  # within one source
    url: str | None  # canonical address
    text: str | None  # normalised title and text, when long enough to mean something
    bare: str | None = None  # the same without boilerplate
    body: str | None = None  # the text alone, without title and boilerplate


@dataclass(frozen=True, slots=True)
class Hints:
    """When a feed asks to be polled: `ttl`, `skipHours`, `skipDays` (RSS 2.0), `sy:updatePeriod` (RSS 1.0 syndication)."""

    interval: float | None = None  # seconds between its changes
    skip_hours: tuple[int, ...] = ()  # UTC
    skip_days: tuple[int, ...] = ()  # UTC, Monday is 0


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A parsed document: its own title and links, and its items in document order."""

    items: tuple[tuple[Item, Keys], ...]
    title: str = ""
    site_url: str | None = None
    feed_id: str | None = None
    updated: datetime | None = None
    language: str | None = None
    hints: Hints = Hints()
    hub: str | None = None  # where its changes are announced (WebSub)
    self_url: str | None = None  # the address under which the hub knows it (rel=self)
    notes: tuple[str, ...] = ()  # what was inferred, repaired or left out, a line each
    faults: tuple[Fault, ...] = ()  # of our own: each cost an entry or a value of it, and is among the notes
    parser: str = ""  # the reader that made it
    served: tuple[tuple[str, str], ...] = ()  # all that was served: hash of the entry as it was, fingerprint of its item
    # Summary and content of items that come without them, packed, by the items' fingerprints.
    markups: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What was served: the fingerprints of `items`, and of those that were known and not made again."""
        return tuple({key.fingerprint: None for _, key in self.items} | {print_: None for _, print_ in self.served})


@dataclass(frozen=True, slots=True)
class Before:
    """The entries of a source's last document, which are not normalised again when they come unchanged."""

    parser: str = ""  # the reader that its identities came from
    entries: Mapping[str, str] = field(default_factory=dict)  # `ParsedFeed.served`


NOTHING: Final = Before()


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """The owner's settings for polling one source; secrets are named by environment variable, never stored."""

    user_agent: str | None = None
    auth: str | None = None  # the environment variable that holds `user:password`
    header: str | None = None  # `Name=VARIABLE`: a header, and the environment variable that holds its value
    shortest: float | None = None  # seconds between two polls, at least
    longest: float | None = None  # seconds between two polls, at most
    expect: float | None = None  # days within which it should bring something
    tags: tuple[str, ...] = ()
    ca_file: str | None = None  # a file with authorities that are trusted for it, beside the system's
    scheme_guessed: bool = False  # the owner left the scheme out: http is tried where https fails


@dataclass(frozen=True, slots=True)
class Source:
    """A source of items, with its own title, site and language."""

    url: str
    kind: SourceKind = SourceKind.FEED
    title: str = ""
    site_url: str | None = None
    feed_id: str | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()  # its place in the reader's own order (OPML folders)
    origin: str = "command"  # who added it: starter, opml, command, import, ingest, seeds
    status: SourceStatus = SourceStatus.ACTIVE
    settings: SourceSettings = SourceSettings()

    @property
    def name(self) -> str:
        """The name that people are shown."""
        return self.title or self.url


@dataclass(frozen=True, slots=True)
class Sighting:
    """One source that carried an item: under which names, since when."""

    source: Source
    guid: str | None
    url: str | None
    reason: str  # what it was recognised by: first, guid, address, text
    title: str
    published: datetime | None
    first_seen: datetime
    feed_updated: datetime | None = None  # the source feed's own `updated` at that time
    language: str | None = None  # of what it carried


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item as it is known now: its present version, and who carried it, first carrier first."""

    row: int  # its number in the database; never shown, never published
    id: str
    seq: int  # rises whenever the present version changes
    item: Item
    first_seen: datetime
    changed: datetime  # when the present version was first seen
    versions: int  # texts that the source of the present one has given it
    sightings: tuple[Sighting, ...]

    @property
    def carrier(self) -> Sighting:
        """The first source that carried it."""
        return self.sightings[0]
