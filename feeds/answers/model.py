"""Answers to programs as frozen values: their fields are the keys of the JSON, in the words of `--json` and of exports; pure."""

from dataclasses import dataclass
from datetime import date, datetime

from feeds.site.models import VersionLine


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many stories are dated on a day (UTC)."""

    day: date
    stories: int


@dataclass(frozen=True, slots=True)
class LanguageCount:
    """How many stories are in a language."""

    language: str
    stories: int


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How many stories a source carried first."""

    source: str
    key: str
    stories: int


# Topics


@dataclass(frozen=True, slots=True)
class TopicSummary:
    """A topic in a list."""

    name: str
    title: str
    description: str
    status: str
    version: str
    private: bool
    stories: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class TopicList:
    """The topics, by name."""

    topics: tuple[TopicSummary, ...]


@dataclass(frozen=True, slots=True)
class TopicDetails(TopicSummary):
    """A topic with what it says of itself and its counts."""

    definition: str
    means: tuple[str, ...]
    does_not_mean: tuple[str, ...]
    limits: tuple[str, ...]
    contact: str
    feed_id: str
    by_language: tuple[LanguageCount, ...]
    by_source: tuple[SourceCount, ...]


@dataclass(frozen=True, slots=True)
class TopicDays:
    """The stories of a topic by day."""

    topic: str
    version: str
    stories: int
    by_day: tuple[DayCount, ...]


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The stories of topics by day, of some days; a day without any is left out."""

    since: date
    until: date
    topics: tuple[TopicDays, ...]


# Stories


@dataclass(frozen=True, slots=True)
class CarrierLine:
    """A source that carried an article: its name, where, since when, and by what it was recognised."""

    name: str
    url: str | None
    language: str | None
    first_seen: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class TopicStory:
    """A story as one topic publishes it."""

    id: str
    item: str
    title: str
    url: str | None
    language: str | None
    day: date
    published: datetime | None
    first_seen: datetime
    updated: datetime
    source: str
    carriers: int
    owners: int
    sources: tuple[CarrierLine, ...]
    grade: str
    score: float
    why: str
    summary: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoriesPage:
    """Some stories of a topic, the newest first, and the cursor of the next page."""

    topic: str
    stories: tuple[TopicStory, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class StoryTag:
    """A topic that tags an item of a story, and why."""

    topic: str
    item: str
    version: str
    grade: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class StoryMember:
    """An item of a story. Without an id it is published with its story alone."""

    id: str | None
    title: str
    language: str | None
    date: datetime
    url: str | None
    why: str
    carriers: tuple[CarrierLine, ...]


@dataclass(frozen=True, slots=True)
class RelatedStory:
    """Another article that has to do with a story."""

    id: str
    title: str
    url: str | None
    relation: str
    why: str


@dataclass(frozen=True, slots=True)
class StoryDetails:
    """A story with all its items, and why they are one."""

    lead: str
    title: str
    topics: tuple[StoryTag, ...]
    members: tuple[StoryMember, ...]
    related: tuple[RelatedStory, ...]


# Items


@dataclass(frozen=True, slots=True)
class HitLine:
    """Words that were found, as they stand in the original, and where: `start` and `end` count characters of the stored field."""

    group: str
    term: str
    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class CancelledLine(HitLine):
    """Words that were found and do not count, because of what stands around them."""

    context: str


@dataclass(frozen=True, slots=True)
class TagEvidence:
    """Why a topic tags an item: the reason, the words that were found, and the sentences that hold them."""

    topic: str
    title: str
    version: str
    grade: str
    score: float
    why: str
    hits: tuple[HitLine, ...]
    cancelled: tuple[CancelledLine, ...]
    review: str | None
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemDetails:
    """An item as it is published, with its evidence: why it is tagged, where it came from, who carried it."""

    id: str
    title: str
    title_inferred: bool
    url: str | None
    source: str
    sources: tuple[CarrierLine, ...]
    language: str | None
    published: datetime | None
    updated: datetime
    first_seen: datetime
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    text: str
    tags: tuple[str, ...]
    topics: tuple[TagEvidence, ...]
    versions: tuple[VersionLine, ...]
    story: StoryDetails


# Sources


@dataclass(frozen=True, slots=True)
class SourceDetails:
    """How a source is doing, in the words of `topicwire sources status`."""

    key: str
    name: str
    url: str | None
    site: str | None
    language: str | None
    standing: str
    note: str
    last_good: datetime | None
    next_poll: datetime | None
    why: str
    items: int
    last_new: datetime | None
    gaps: int
    last_gap: datetime | None


@dataclass(frozen=True, slots=True)
class SourcesList:
    """Some sources by name, and the cursor of the next page."""

    sources: tuple[SourceDetails, ...]
    next: str | None
