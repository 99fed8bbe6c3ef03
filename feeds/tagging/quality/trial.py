"""Shows a trial of a source, in words and as values: entries, what was inferred, what topics would tag; pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from feeds.model import Classification, document_of_item
from feeds.tagging.classifier import tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.model import Topic
from ingest.model import Item, ParsedFeed, Source
from ingest.poll_state import Trial
from ingest.text.dates import rfc3339
from ingest.text.sanitize import shorten

_SHOWN: Final = 20  # entries that a person is shown

ClassifiedEntry = tuple[Item, tuple[Classification, ...]]


def classified(trial: Trial, matcher: Matcher) -> tuple[ClassifiedEntry, ...]:
    """Return the entries, each with the topics that would tag it; which sentences the source repeats is not known yet."""
    source = Source(trial.where, title=trial.feed.title)
    return tuple((item, tag(matcher, document_of_item(item, [source])).tags) for item, _ in trial.feed.items)


def tagged_counts(topics: tuple[Topic, ...]) -> Callable[[ParsedFeed, str], Mapping[str, int]]:
    """Return a function (feed, address) that counts how many entries each topic would tag."""
    matcher = Matcher(topics)

    def counted(feed: ParsedFeed, where: str) -> Mapping[str, int]:
        return Counter(one.topic for _, tags in classified(Trial(where, 0, feed), matcher) for one in tags)

    return counted


def inferred(item: Item) -> list[str]:
    """Return, in words, what was inferred of an entry because its source left it out or gave an implausible value."""
    return [
        *(["title inferred from the text"] if item.title_inferred and item.title else []),
        *([] if item.title else ["no title"]),
        *([] if item.text else ["no text"]),
        *([f"language {item.language} detected"] if item.language_from == "detected" else []),
        *(["language unknown"] if item.language is None else []),
        *([] if item.url else ["no address"]),
        *_doubts("published", item.published is None, item.published_raw),
        *_doubts("updated", item.updated is None, item.updated_raw),
        *([] if item.published or item.published_raw or item.updated_raw else ["no date"]),
        *([f"{len(item.boilerplate.splitlines())} lines cut as boilerplate"] if item.boilerplate else []),
    ]


def _doubts(what: str, unknown: bool, raw: str | None) -> list[str]:  # noqa: FBT001 - one of three parts of a fact
    return [f"{what} date not believed: “{shorten(raw, 60)}”"] if unknown and raw else []


def as_values(trial: Trial, entries: tuple[ClassifiedEntry, ...]) -> dict[str, Any]:
    """Return everything as values for programs."""
    feed = trial.feed
    return {
        "source": trial.where,
        "named_by": trial.led or None,
        "bytes": trial.size,
        "parser": feed.parser,
        "title": feed.title,
        "site_url": feed.site_url,
        "feed_id": feed.feed_id,
        "updated": rfc3339(feed.updated),
        "language": feed.language,
        "notes": list(feed.notes),
        "items": [_entry(item, tags) for item, tags in entries],
    }


def _entry(item: Item, tags: tuple[Classification, ...]) -> dict[str, Any]:
    dates = {"published": rfc3339(item.published), "updated": rfc3339(item.updated)}
    said = {"inferred": inferred(item), "tags": [one.topic for one in tags], "why": {one.topic: one.why for one in tags}}
    values = {"cut" if name == "boilerplate" else name: value for name, value in asdict(item).items()}  # as programs know it
    return values | dates | said


def as_lines(trial: Trial, entries: tuple[ClassifiedEntry, ...]) -> Iterator[str]:
    """Yield everything in words: the source, what was noticed, then the first entries."""
    feed = trial.feed
    yield feed.title or "(no title)"
    yield f"  {trial.where}{f', named by {trial.led}' if trial.led else ''}; {trial.size:,} bytes; read by {feed.parser}"
    yield f"  {_about(item for item, _ in entries)}"
    yield from (f"  {note}" for note in feed.notes)
    for item, tags in entries[:_SHOWN]:
        yield f"- {rfc3339(item.published or item.updated) or 'no date':20}  {item.language or '?':3} {item.title}"
        yield from (f"    {line}" for line in (item.url, "; ".join(inferred(item))) if line)
        yield from (f"    tagged {one.topic} ({one.grade}): {one.why}" for one in tags)
    if len(entries) > _SHOWN:
        yield f"and {len(entries) - _SHOWN} more: --json shows them all"


def _about(items: Iterable[Item]) -> str:
    found = list(items)
    if not found:
        return "no entries"
    languages = Counter(item.language or "unknown" for item in found)
    dates = sorted(moment for item in found if (moment := item.published or item.updated))
    span = f"; dated {dates[0]:%Y-%m-%d} to {dates[-1]:%Y-%m-%d}" if dates else ""
    lacking = len(found) - len(dates)
    return (
        f"{len(found)} {'entry' if len(found) == 1 else 'entries'}; "
        f"languages: {', '.join(f'{code} {count}' for code, count in languages.most_common())}{span}"
        f"{f'; {lacking} without a date' if lacking else ''}"
    )
