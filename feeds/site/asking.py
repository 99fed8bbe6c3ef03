"""What the pages that answer a person show, as frozen values: search, review, notices; knows no HTML and no database."""

from dataclasses import dataclass, field

from feeds.site.models import Card, PageLink, TagReason


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A question to everything stored, and the answer."""

    query: str = ""
    topic: str = ""
    source: str = ""
    language: str = ""
    since: str = ""  # 2026-11-22, as typed
    until: str = ""
    topics: tuple[PageLink, ...] = ()  # what can be chosen: key and title
    sources: tuple[PageLink, ...] = ()
    languages: tuple[PageLink, ...] = ()
    results: tuple[Card, ...] = ()
    total: int | None = None  # None before a question
    fault: str = ""  # why the question cannot be answered, and the cure
    feed: str = ""  # the same as a feed
    earlier: str = ""  # address of the next page of results
    later: str = ""


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """An uncertain item: what the rules say, and what they saw."""

    card: Card
    tagged: bool
    reason: TagReason | None = None
    likely: float | None = None  # the second opinion, from 0 to 1


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The uncertain items of a topic, the one to decide on first."""

    topic: str
    title: str
    topics: tuple[PageLink, ...]
    cases: tuple[ReviewCase, ...]
    waiting: int
    token: str = ""  # sent back with each decision
    action: str = "/review"  # where a decision is sent
    said: str = ""  # what was decided last, in words
    undo: str = ""  # id of the item whose decision can be taken back
    fault: str = ""
    hidden: tuple[tuple[str, str], ...] = field(default=())  # further fields of the form


@dataclass(frozen=True, slots=True)
class Notice:
    """A page with nothing but a message."""

    title: str
    said: str
