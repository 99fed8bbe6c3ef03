"""What an address holds, before anything of it is kept: its feed, or those that a page names; stores what a person keeps."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import wait
from dataclasses import dataclass
from typing import Final

from ingest.errors import UsageError
from ingest.model import Source, SourceStatus
from ingest.poll_state import Outcome, SourceState
from ingest.polling.adding import Keeping, Topics, found_at, is_polled, valid_sources
from ingest.polling.batch import Poll
from ingest.polling.discovery import Discovery
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.polling.running.processing import poll_source
from ingest.store.facts import Facts
from ingest.text.urls import without_secrets

_PAUSE: Final = 0.2  # seconds between two looks at whether somebody still waits
_MOST: Final = 6  # feeds of one page that are asked: a site may name one for every tag


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that was asked once: what it answered, what it is here, and how many entries each topic would tag."""

    outcome: Outcome
    status: SourceStatus | None = None  # here; None for one that is not known
    topics: Mapping[str, int] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return self.outcome.source.url


@dataclass(frozen=True, slots=True)
class LookAtAddress:
    """What an address holds: the feeds that were asked, and those that its page names beside them."""

    url: str
    feeds: tuple[FoundFeed, ...]
    others: tuple[str, ...] = ()  # addresses


def look(home: Home, address: str, topics: Topics, stopping: Callable[[], bool] = lambda: False) -> LookAtAddress:
    """Ask an address once, and the feeds that its page names, and store nothing.

    Raises UsageError for what is no address, for a source that is polled already, which nobody needs to ask, and once it
    is `stopping`.
    """
    source = valid_sources((address,))[0]
    shown = without_secrets(source.url)
    with home.stored(quiet=True) as facts:
        if is_polled(facts, source.url):
            raise UsageError(f"{shown}: polled already", "nothing was added")
    with home.engine() as engine:
        asking = engine.submit(_asked(engine, source))
        while not wait((asking,), _PAUSE).done:
            if stopping():
                raise UsageError(f"{shown}: no whole answer in time", "try again later; nothing was added")
        outcomes, others = asking.result()
    with home.stored(quiet=True) as facts:
        return LookAtAddress(source.url, tuple(_found_feed(facts, one, topics) for one in outcomes), others)


def keep(home: Home, found: FoundFeed) -> bool:
    """Add a feed with what it answered, though that be an error; return whether it was not polled already."""
    with home.facts() as facts:
        if is_polled(facts, found.url):
            return False
        keeping = Keeping(home, facts, lambda _feed, _where: found.topics, anyway=True)
        return keeping.keep(found.url, Discovery(found.outcome))


async def _asked(engine: Engine, source: Source) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    """Poll an address, or the first feeds that a page there names; return what they answered, and the others."""
    found = await found_at(engine, source)
    if len(found.named) <= 1:
        return (found.outcome,), ()
    polls = (poll_source(Poll(Source(url), SourceState()), engine) for url in found.named[:_MOST])
    return tuple(await asyncio.gather(*polls)), found.named[_MOST:]


def _found_feed(facts: Facts, outcome: Outcome, topics: Topics) -> FoundFeed:
    known = facts.sources.get(outcome.source.url)
    counts = topics(outcome.feed, outcome.source.url) if outcome.feed else None
    return FoundFeed(outcome, known[0].status if known else None, counts)
