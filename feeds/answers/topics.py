"""Topics with their counts, and stories by day, as an audience may know them; reads the tables that the pages count by."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Final

from feeds.answers.model import (
    DayCount,
    DayCounts,
    LanguageCount,
    SourceCount,
    TopicDays,
    TopicDetails,
    TopicList,
    TopicSummary,
)
from feeds.answers.reading import Reading
from feeds.publication.entry import feed_id, public_address, source_key
from feeds.site.masking import PageMasking
from feeds.site.views import about
from feeds.store.tagged import ListedFilter, TaggedItems
from feeds.tagging.topic.model import Topic
from ingest.errors import UsageError, did_you_mean
from ingest.model import Source

_USUAL_DAYS: Final = 60
_MOST_DAYS: Final = 366
_MOST_SOURCES: Final = 200  # that are counted by name
LARGEST_PAGE: Final = 100  # things
USUAL_PAGE: Final = 20


def all_topics(reading: Reading) -> TopicList:
    """Return the topics by name, each with how many stories it lists."""
    topics = sorted(reading.audience.topics.values(), key=lambda topic: topic.name)
    return TopicList(tuple(_summary(reading, topic) for topic in topics))


def _summary(reading: Reading, topic: Topic) -> TopicSummary:
    tagged, shown = TaggedItems(reading.facts), PageMasking.of([topic]).topic(topic)
    newest = tagged.lines(topic.name, 1)
    return TopicSummary(
        name=topic.name,
        title=shown.title,
        description=shown.description,
        status=topic.status,
        version=topic.version,
        private=topic.publish.private,
        stories=sum(tagged.counts(topic.name, "day").values()),
        newest=newest[0].moment if newest else None,
    )


def one_topic(reading: Reading, name: str) -> TopicDetails:
    """Return a topic, what it says of itself and its counts. Raises UnknownNameError."""
    topic = reading.audience.topic(name)
    said = about(PageMasking.of([topic]).topic(topic))
    languages = _ranked(TaggedItems(reading.facts).counts(topic.name, "language"))
    return TopicDetails(
        **asdict(_summary(reading, topic)),
        definition=said.definition,
        means=said.means,
        does_not_mean=said.does_not_mean,
        limits=said.limits,
        contact=said.contact,
        feed_id=feed_id(reading.target.instance, topic.name),
        by_language=tuple(LanguageCount(language, number) for language, number in languages),
        by_source=_sources(reading, topic)[:_MOST_SOURCES],
    )


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _sources(reading: Reading, topic: Topic) -> tuple[SourceCount, ...]:
    """Return the sources that carried stories of a topic first, as it names them, the busiest first."""
    tagged, masking = TaggedItems(reading.facts), PageMasking.of([topic])
    titles = tagged.source_titles()
    found = (
        SourceCount(masking.name(public_address(titles.get(url) or url)), source_key(Source(url)), number)
        for url, number in tagged.counts(topic.name, "source").items()
    )
    return tuple(sorted(found, key=lambda one: (-one.stories, one.source, one.key)))


def source_address(reading: Reading, topic: Topic, name: str) -> str:
    """Return the address of the source that carried stories of a topic first, by its key or name. Raises UsageError."""
    named = _sources(reading, topic)
    key = next((one.key for one in named if name == one.key or name.casefold() == one.source.casefold()), None)
    urls = {source_key(Source(url)): url for url in TaggedItems(reading.facts).counts(topic.name, "source")}
    if key is None:
        cure = did_you_mean(name, (one.source for one in named), "by_source of the topic has the names and keys")
        raise UsageError(f'source: no source of this topic is called "{name[:80]}"', cure)
    return urls[key]


# Stories by day


def counts_by_day(reading: Reading, asked: Mapping[str, str]) -> DayCounts:
    """Return how many stories are listed by day, of one topic or of all; days without any are left out.

    `asked` may have topic, since, until, language and source (of the topic). Raises UnknownNameError and UsageError.
    """
    since, until = _span(reading, asked)
    name, language, source = (asked.get(key, "") for key in ("topic", "language", "source"))
    topics = [reading.audience.topic(name)] if name else sorted(reading.audience.topics.values(), key=lambda topic: topic.name)
    if source and not name:
        raise UsageError("source: the sources of which topic?", "give topic too")
    address = source_address(reading, topics[0], source) if source else ""
    wanted = ListedFilter(since, day_after(until), language.lower(), address)
    return DayCounts(since, until, tuple(_days(reading, topic, wanted) for topic in topics))


def _days(reading: Reading, topic: Topic, wanted: ListedFilter) -> TopicDays:
    tagged = TaggedItems(reading.facts)
    # What is kept counted is not counted again: a year of a lively topic would take a third of a second.
    counts = tagged.by_day(topic.name, wanted) if wanted.language or wanted.source else tagged.counts(topic.name, "day")
    found = (DayCount(date.fromisoformat(day), number) for day, number in sorted(counts.items()))
    days = tuple(one for one in found if (wanted.since or date.min) <= one.day and (wanted.end is None or one.day < wanted.end))
    return TopicDays(topic.name, topic.version, sum(one.stories for one in days), days)


def _span(reading: Reading, asked: Mapping[str, str]) -> tuple[date, date]:
    """Return the first and the last day: without any the sixty that end with the newest poll."""
    last = reading.facts.polls.last_moment() or reading.target.now
    until = day_of(asked, "until") or last.date()
    since = day_of(asked, "since") or date.fromordinal(max(until.toordinal() - _USUAL_DAYS + 1, 1))
    if since > until:
        raise UsageError(f"since: {since} is after {until}", "the first day comes first")
    if (until - since).days >= _MOST_DAYS:
        raise UsageError(f"since: {since} to {until} are more than {_MOST_DAYS} days", "ask for a year at a time")
    return since, until


# Parts of a query


def day_of(asked: Mapping[str, str], key: str) -> date | None:
    """Return a day of a query; None where there is none. Raises UsageError."""
    text = asked.get(key, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f'{key}: "{text[:40]}" is not a day', "write it as 2026-01-31") from None


def day_after(day: date | None) -> date | None:
    """Return the day before which a filter ends; None for the last day of all."""
    return None if day is None or day == date.max else day + timedelta(days=1)


def page_size(text: str) -> int:
    """Return how many things a page shall hold: 20 where nothing is said. Raises UsageError for other than 1 to 100."""
    if not text:
        return USUAL_PAGE
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= LARGEST_PAGE):  # noqa: PLR2004 - digits
        raise UsageError(f'limit: "{text[:40]}" is not a number from 1 to {LARGEST_PAGE}', "follow `next` to read more")
    return int(text)
