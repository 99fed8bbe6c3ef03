"""What was found at an address -> what a person needs to know before it is kept; pure, asks no server."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from feeds.publication.entry import public_address, public_url
from feeds.site.models import EntryLine, FeedOffer
from ingest.model import Item, ParsedFeed, SourceStatus
from ingest.polling.owner.looking import FoundFeed, LookAtAddress
from ingest.text.language import names
from ingest.text.sanitize import shorten

_SHOWN: Final = 5  # entries, and notes
_LONGEST: Final = 200  # characters of a title
_OLD: Final = timedelta(days=365)
_STATES: Final = {
    SourceStatus.PAUSED: "It is here already and paused: keeping it resumes it.",
    SourceStatus.RETIRED: "It was removed once: keeping it has it polled again.",
    SourceStatus.GONE: "Its server once said that it is gone for good.",
}


def offers(look: LookAtAddress, now: datetime) -> tuple[FeedOffer, ...]:
    """Return the feeds that were found at an address, each with its newest entries and what is odd about it."""
    return tuple(_offer(look, found, now) for found in look.feeds)


def _offer(look: LookAtAddress, found: FoundFeed, now: datetime) -> FeedOffer:
    outcome, feed = found.outcome, found.outcome.feed
    known = found.status is SourceStatus.ACTIVE
    shown = public_address(found.url)
    if feed is None:
        temporary = outcome.failure is not None and outcome.failure.is_temporary
        then = "this may pass by itself" if temporary else "this will not pass by itself"
        fault = f"{outcome.error or 'It brought nothing'}; {then}"
        return FeedOffer(shown, shown, "", fault=public_address(fault), button="" if known else "Keep it all the same")
    return FeedOffer(
        title=shorten(feed.title, _LONGEST) or shown,
        url=shown,
        facts=_facts(feed, found.topics),
        newest=tuple(_entry(item) for item in newest(feed)[:_SHOWN]),
        warnings=tuple(_warnings(look, found, feed, now)),
        button="" if known else "Keep it",
    )


def newest(feed: ParsedFeed) -> list[Item]:
    """Return the entries of a feed, newest first; those without a date come last, in their order."""
    items = [item for item, _ in feed.items]
    return sorted(items, key=lambda one: -date.timestamp() if (date := _date(one)) else 0.0)


def _date(item: Item) -> datetime | None:
    return item.published or item.updated


def _entry(item: Item) -> EntryLine:
    title = shorten(item.title, _LONGEST) or "(no title)"
    return EntryLine(title, public_url(item.url), item.language, _date(item))


def _facts(feed: ParsedFeed, topics: Mapping[str, int] | None) -> str:
    """Return a feed in one line: its number of entries, their languages, and the topics that would tag them."""
    count = len(feed.items)
    if not count:
        return "no entries"
    languages = Counter(names.name(item.language) for item, _ in feed.items)
    tagged = f"topics: {_counted(topics)}" if topics else "no topic matches"
    entries = f"{count} {'entry' if count == 1 else 'entries'}"
    return " · ".join((entries, _counted(languages), *((tagged,) if topics is not None else ())))


def _counted(found: Mapping[str, int]) -> str:
    most = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name} {count}" for name, count in most)


def _warnings(look: LookAtAddress, found: FoundFeed, feed: ParsedFeed, now: datetime) -> Iterator[str]:
    if found.status in _STATES:
        yield _STATES[found.status]
    if found.url != look.url and len(look.feeds) == 1:
        yield f"The address is that of a page; this is a feed of it: {public_address(found.url)}"
    if found.outcome.moved:
        yield f"It has moved for good: it will be polled at {public_address(found.outcome.moved)}"
    dates = [date for item, _ in feed.items if (date := _date(item))]
    if not feed.items:
        yield "It holds no entry at present."
    elif not dates:
        yield "No entry has a date: each is taken to be of the moment when it is first seen."
    elif now - max(dates) > _OLD:
        yield f"Nothing is new there since {max(dates):%Y-%m-%d}."
    yield from map(public_address, feed.notes[:_SHOWN])
    if len(feed.notes) > _SHOWN:
        yield f"{len(feed.notes) - _SHOWN} more notes: `topicwire try` shows them."
