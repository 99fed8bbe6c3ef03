"""The sources and how each is doing, by name and page, as an audience may know them; of many, the caller keeps them for a while."""

from collections.abc import Mapping, Sequence

from feeds.answers import cursor
from feeds.answers.model import SourceDetails, SourcesList
from feeds.answers.reading import Reading
from feeds.answers.topics import page_size
from feeds.site.models import SourceLine
from feeds.site.sources import lines
from ingest.errors import UsageError
from ingest.planner.health import HealthState
from ingest.text.sanitize import one_line

_LONGEST = 200  # characters of a name


def all_sources(reading: Reading) -> tuple[SourceDetails, ...]:
    """Return every source that the audience may know, by name.

    Where there are topics that it does not know, only sources of which something is published are named.
    """
    facts, topics, target = reading.facts, reading.audience.topics, reading.target
    now = facts.polls.last_moment() or target.now
    hidden = not reading.audience.owner and bool(target.known - topics.keys())
    found = map(_details, lines(facts, topics, target.settings.polling.rule, now, private=hidden))
    return tuple(sorted(found, key=_place))


def _details(line: SourceLine) -> SourceDetails:
    return SourceDetails(
        key=line.key,
        name=line.name,
        url=line.url,
        site=line.site,
        language=line.language,
        standing=str(line.standing),
        note=line.note,
        last_good=line.last_good,
        next_poll=line.next_poll,
        why=line.why,
        items=line.items,
        last_new=line.news,
        gaps=line.gaps,
        last_gap=line.last_gap,
    )


def _place(one: SourceDetails) -> tuple[str, str]:
    return one.name.casefold()[:_LONGEST], one.key


def sources_page(found: Sequence[SourceDetails], asked: Mapping[str, str]) -> SourcesList:
    """Return a page of `found`, which stand by name. `asked` may have q, standing, limit and cursor. Raises UsageError."""
    standing, limit = asked.get("standing", ""), page_size(asked.get("limit", ""))
    if standing and standing not in set(HealthState):
        raise UsageError(f'standing: "{standing[:40]}" is no state', f"take one of {', '.join(HealthState)}")
    after = tuple(cursor.read(asked["cursor"], 2)) if asked.get("cursor") else ("", "")
    words = one_line(asked.get("q", ""))[:_LONGEST].casefold().split()
    some = [
        one
        for one in found
        if _place(one) > after
        and standing in {"", one.standing}
        and all(word in f"{one.name} {one.url}".casefold() for word in words)
    ]
    shown = tuple(some[:limit])
    return SourcesList(shown, cursor.written(*_place(shown[-1])) if len(some) > limit else None)
