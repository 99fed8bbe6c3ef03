"""Adding sources by hand: each address is asked once, a site's gives way to the feed that it names; polls nothing later."""

import asyncio
from dataclasses import dataclass

from ingest.console import App, say
from ingest.discover import Found, discover
from ingest.engine import Engine
from ingest.errors import UsageError
from ingest.item import Source, SourceKind, SourceSettings, SourceState, SourceStatus
from ingest.pasted import pasted
from ingest.pipeline import present_price, settled
from ingest.store import Facts
from ingest.text import one_line
from ingest.urls import without_secrets


@dataclass(frozen=True, slots=True)
class Added:
    """How many were added, were there already, and were no feeds."""

    new: int = 0
    known: int = 0
    refused: int = 0


def sound(addresses: tuple[str, ...], kind: SourceKind = SourceKind.FEED) -> tuple[Source, ...]:
    """Give the source that each address means, once, and say which scheme was guessed.

    Raises UsageError for what is no address, before anything is added.
    """
    sources: dict[str, Source] = {}
    guesses: list[str] = []
    for address in addresses:
        meant = pasted(address)
        if meant is None:
            what = f"{one_line(address)[:200]}: not an http or https address"
            raise UsageError(what, "give the feed's full address; nothing was added")
        guesses += [meant.guess] if meant.instead else []
        sources[meant.url] = Source(meant.url, kind, settings=SourceSettings(scheme_guessed=meant.instead is not None))
    for guess in guesses:
        say(guess)
    return tuple(sources.values())


def add(app: App, addresses: tuple[str, ...]) -> Added:
    """Add the feeds at `addresses` and say which could not be; what the one request brought is kept (F4)."""
    sources = sound(addresses)
    with app.facts() as facts:
        fresh = [source for source in sources if not _is_polled(facts, source.url)]
        new = 0
        if fresh:
            with app.engine() as engine:
                found = engine.submit(_all(engine, fresh)).result()
                new = sum(_keep(app, facts, source.url, one) for source, one in zip(fresh, found, strict=True))
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
    if outcome.moved and outcome.source.settings.scheme_guessed:
        say(f"{shown}: the answer came from {without_secrets(outcome.moved)}")
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
    sources = sound(addresses, SourceKind.LIST)
    with app.facts() as facts:
        new = facts.add_sources(sources, app.clock())
    return Added(new, len(addresses) - new)
