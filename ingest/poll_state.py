"""What polling knows of a source and what one poll brought, as frozen values; knows no network and no database."""

from dataclasses import dataclass, field
from datetime import datetime

from ingest.errors import Failure
from ingest.model import Hints, ParsedFeed, Source


@dataclass(frozen=True, slots=True)
class PollingRule:
    """The user's rule for polling as a whole: a number of requests or a delay."""

    per_day: float | None = 12.0  # requests per source, on average
    delay: float | None = None  # or seconds that an entry waits, on average
    longest: float = 43_200.0  # seconds between two polls, at most


@dataclass(frozen=True, slots=True)
class PublishingRate:
    """When a source posts, as far as its documents showed; of bounded size, whatever the source does."""

    at: datetime  # of these counts; later they weigh less
    items: float  # entries seen, discounted by half every 14 days
    seconds: float  # time watched, likewise
    burst: float  # entries seen, discounted by half every 6 hours
    window: int  # entries in its last document
    hours: bytes  # entries by hour of the week, Monday 0 h UTC first: 168 half floats
    shape: bytes = b""  # relative rate by hour of the week, 168 half floats; empty: as all sources together
    shaped_at: datetime | None = None
    shaped_items: float = 0.0
    names: bytes = b""  # CRC-32 of guids and addresses in its last documents
    tight: float | None = None  # seconds: the longest interval, since entries may have been missed
    hints: Hints = field(default_factory=Hints)
    news: datetime | None = None  # when an entry was last new


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of polling a source; validators are opaque and kept byte for byte (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    last_poll: datetime | None = None
    last_success: datetime | None = None
    http_status: int | None = None
    error: str | None = None
    failure: Failure | None = None  # the kind of the error
    failures: int = 0
    next_poll: datetime | None = None
    unchanged_since: datetime | None = None  # the first of the unbroken 304s until now
    distrusted: datetime | None = None  # when its validators were found to lie
    why: str = ""  # the planner's reason for `next_poll`, a word of ingest.planner.next_poll.Reason
    polls: int = 0  # answers and failures, in all
    not_modified: int = 0  # of them 304
    wasted: int = 0  # full answers for nothing since its last 304: its validators do not work
    gaps: int = 0  # documents that shared no entry with those before: something may have been missed
    last_gap: datetime | None = None
    publishing_rate: PublishingRate | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one poll of a source brought: a feed, nothing new, or the cause of a failure."""

    source: Source
    at: datetime
    feed: ParsedFeed | None = None
    error: str | None = None
    http_status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    failure: Failure | None = None  # the kind of the error
    wait: float | None = None  # seconds that the server asked to wait (Retry-After, capped at a day)
    fresh: float | None = None  # seconds for which it called its answer fresh (max-age, Expires), uncapped
    conditional: bool = False  # whether a validator was sent
    moved: str | None = None  # where the feed now lives, by permanent redirects alone (301, 308)
    named_feeds: tuple[str, ...] | None = None  # what a page that is no feed names as its feeds; None: it is no page
    led_to: str | None = None  # the feed that a page sent us on to, and that was read in its place


@dataclass(frozen=True, slots=True)
class Trial:
    """What a look at a source gave that stores nothing (`try`)."""

    where: str  # its address after redirects, or its name
    size: int  # bytes
    feed: ParsedFeed
    led: str = ""  # the page that named it
