"""What a source said, as frozen values; knows no parser, no network, no database and no topic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from ingest.errors import Failure
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
class GeoPlace:
    """Where what an item tells of lies: the numbers as its source wrote them, latitude before longitude (GeoRSS)."""

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
    cut: str = ""  # page furniture that was taken off `text`
    language: str | None = None
    language_from: str | None = None  # "declared" or "detected"
    published: datetime | None = None
    published_raw: str | None = None
    updated: datetime | None = None
    updated_raw: str | None = None
    authors: tuple[Author, ...] = ()
    categories: tuple[Category, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    places: tuple[GeoPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class Keys:
    """What an item can be recognised by; an absent key recognises nothing."""

    fingerprint: str  # everything the source served: the same again means nothing new
    content: str  # what a reader would see: a change is a new version
    guid: str | None  # within one source
    url: str | None  # canonical address
    text: str | None  # normalised title and text, when long enough to mean something
    bare: str | None = None  # the same without page furniture
    body: str | None = None  # the text alone, without title and furniture


@dataclass(frozen=True, slots=True)
class Hints:
    """When a feed itself says that asking it is of use: `ttl`, `sy:updatePeriod`, `skipHours`, `skipDays`."""

    interval: float | None = None  # seconds between its changes
    skip_hours: tuple[int, ...] = ()  # UTC
    skip_days: tuple[int, ...] = ()  # UTC, Monday is 0


@dataclass(frozen=True, slots=True)
class PublishingRate:
    """When a source posts, as far as its documents showed; of bounded size, whatever the source does."""

    at: datetime  # of these counts; later they weigh less
    items: float  # entries seen, half of their weight gone every 14 days
    seconds: float  # time watched, likewise
    burst: float  # entries seen, half of their weight gone every 6 hours
    window: int  # entries in its last document
    hours: bytes  # entries by hour of the week, Monday 0 h UTC first: 168 half floats
    shape: bytes = b""  # relative rate by hour of the week, 168 half floats; empty: as all sources together
    shaped_at: datetime | None = None
    shaped_items: float = 0.0
    names: bytes = b""  # CRC-32 of guids and addresses in its last documents
    tight: float | None = None  # seconds: the longest interval, since entries may have been missed
    hints: Hints = Hints()
    news: datetime | None = None  # when an entry was last new


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document translated: what it says of itself, and its items in document order."""

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

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What was served: the fingerprints of `items`, and of those that were known and not made again."""
        return tuple({key.fingerprint: None for _, key in self.items} | {print_: None for _, print_ in self.served})


@dataclass(frozen=True, slots=True)
class Before:
    """What a source's last document held, so that what comes again costs nothing."""

    parser: str = ""  # the reader that its identities came from
    entries: Mapping[str, str] = field(default_factory=dict)  # `ParsedFeed.served`


NOTHING: Final = Before()


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What its owner says about asking one source; secrets are named by environment variable, never held."""

    user_agent: str | None = None
    auth: str | None = None  # the environment variable that holds `user:password`
    header: str | None = None  # `Name=VARIABLE`: a header, and the environment variable that holds its value
    shortest: float | None = None  # seconds between two polls, at least
    longest: float | None = None  # seconds between two polls, at most
    expect: float | None = None  # days within which it should bring something
    tags: tuple[str, ...] = ()
    ca_file: str | None = None  # a file with authorities that are trusted for it, beside the system's
    scheme_guessed: bool = False  # its owner left the scheme out: http is asked where https gives no answer


@dataclass(frozen=True, slots=True)
class Source:
    """A place that items come from, and what it says of itself."""

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
        """What to call it before people."""
        return self.title or self.url


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of polling a source; validators are opaque and kept byte for byte (F1)."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    last_poll: datetime | None = None
    last_success: datetime | None = None
    http_status: int | None = None
    error: str | None = None
    failures: int = 0
    next_poll: datetime | None = None
    unchanged_since: datetime | None = None  # the first of the unbroken 304s until now (F13)
    distrusted: datetime | None = None  # when its validators were found to lie
    why: str = ""  # the planner's reason for `next_poll`, a word of ingest.planner.next_poll.Reason
    polls: int = 0  # answers and failures, in all
    not_modified: int = 0  # of them 304
    wasted: int = 0  # full answers for nothing since its last 304: its validators do not work
    gaps: int = 0  # documents that shared no entry with those before: something may have been missed
    last_gap: datetime | None = None
    rhythm: PublishingRate | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look at a source brought: a feed, nothing new, or the cause of a failure."""

    source: Source
    at: datetime
    feed: ParsedFeed | None = None
    error: str | None = None
    http_status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    failure: Failure | None = None  # the kind of the error
    wait: float | None = None  # seconds after which the server asked to be asked again (Retry-After, capped at a day)
    fresh: float | None = None  # seconds for which it called its answer fresh (max-age, Expires), uncapped
    conditional: bool = False  # whether a validator was sent
    moved: str | None = None  # where the feed now lives, by permanent redirects alone (301, 308)
    named_feeds: tuple[str, ...] | None = None  # what a page that is no feed names as its feeds; None: it is no page
    led_to: str | None = None  # the feed that a page sent us on to, and that was read in its place


@dataclass(frozen=True, slots=True)
class Trial:
    """What one look at a source gave that left no trace."""

    where: str  # its address after redirects, or its name
    size: int  # bytes
    feed: ParsedFeed
    led: str = ""  # the page that named it


@dataclass(frozen=True, slots=True)
class Sighting:
    """That a source carried an item: under which names, since when."""

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
