"""Adding sources by hand: each address is asked once, a site's gives way to the feed that it names; polls nothing later."""

import asyncio
from dataclasses import dataclass

from ingest.console import App, say
from ingest.discover import Found, discover
from ingest.engine import Engine
from ingest.errors import UsageError
from ingest.item import Source, SourceKind, SourceState, SourceStatus
from ingest.pipeline import present_price, settled
from ingest.store import Facts
from ingest.text import one_line
from ingest.urls import feed_address, without_secrets


@dataclass(frozen=True, slots=True)
class Added:
    """How many were added, were there already, and were no feeds."""

    new: int = 0
    known: int = 0
    refused: int = 0


def sound(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Give each address in its one spelling, once. Raises UsageError for what is none, before anything is added."""
    urls = [feed_address(address) for address in addresses]
    for address, url in zip(addresses, urls, strict=True):
        if url is None:
            what = f"{one_line(address)[:200]}: not an http or https address"
            raise UsageError(what, "give the feed's full address; nothing was added")
    return tuple(dict.fromkeys(url for url in urls if url))


def add(app: App, addresses: tuple[str, ...]) -> Added:
    """Add the feeds at `addresses` and say which could not be; what the one request brought is kept (F4)."""
    urls = sound(addresses)
    with app.facts() as facts:
        fresh = [url for url in urls if not _is_polled(facts, url)]
        new = 0
        if fresh:
            with app.engine() as engine:
                found = engine.submit(_all(engine, [Source(url) for url in fresh])).result()
                new = sum(_keep(app, facts, url, one) for url, one in zip(fresh, found, strict=True))
        return Added(new, len(addresses) - len(fresh), len(fresh) - new)


def _is_polled(facts: Facts, url: str) -> bool:
    known = facts.source(url)
    return known is not None and known[0].status is SourceStatus.ACTIVE


async def _all(engine: Engine, sources: list[Source]) -> list[Found]:
    return await asyncio.gather(*(discover(engine, source, SourceState()) for source in sources))


def _keep(app: App, facts: Facts, url: str, found: Found) -> bool:
    """Store what was found at an address; give whether a source was added."""
    outcome, shown = found.outcome, without_secrets(url)
    if len(found.named) > 1:
        say(f"{shown}: a page that names {len(found.named)} feeds; add the one that you mean:")
        say("\n".join(f"  {named}" for named in found.named))
        return False
    if outcome.named_feeds == ():
        say(f"{shown}: {outcome.error}")
        return False
    source = Source(found.named[0]) if found.named else outcome.source
    if source.url != url:
        say(f"{shown}: a page; its feed is {source.url}")
    facts.add_sources([source], app.clock())
    # An answer is kept, whatever it says; without one the next pass asks.
    if outcome.http_status is not None or outcome.feed:
        price = present_price(facts, app.settings, outcome.at)
        facts.record([(outcome, settled(SourceState(), outcome, price, 0.5))])
        if outcome.error:
            say(f"{shown}: {outcome.error}")
    return True


def add_lists(app: App, addresses: tuple[str, ...]) -> Added:
    """Add lists of feeds that are read again once a day."""
    urls = sound(addresses)
    with app.facts() as facts:
        new = facts.add_sources((Source(url, SourceKind.LIST) for url in urls), app.clock())
    return Added(new, len(addresses) - new)
