"""Adds sources by hand: fetches each address once, and takes the feed that a page names in its place; polls nothing later."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from ingest.errors import Failure, UsageError
from ingest.http.conditional import request_for
from ingest.log import log_event
from ingest.model import ParsedFeed, Source, SourceKind, SourceSettings, SourceStatus
from ingest.poll_state import Outcome, SourceState
from ingest.polling.batch import Poll
from ingest.polling.discovery import Discovery, discover
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.polling.pipeline import current_cost, state_after
from ingest.polling.running.processing import poll_source
from ingest.store.facts import Facts
from ingest.text.dates import rfc3339
from ingest.text.pasted_urls import parse_pasted
from ingest.text.sanitize import one_line
from ingest.text.urls import without_secrets

Topics = Callable[[ParsedFeed, str], Mapping[str, int] | None]
"""Returns how many entries of a feed, found at an address, each topic would tag; None where no topics are known."""

Matching = Callable[[Home], Topics]
"""Returns the topics of a home. The caller passes it, since nothing in `ingest` knows what a topic is."""

_LOG: Final = logging.getLogger(__name__)
_NO_NETWORK: Final = {Failure.NAME, Failure.LOOKUP, Failure.NETWORK}


def no_topics(_home: Home) -> Topics:
    """Return a function that knows no topics."""
    return lambda _feed, _where: None


@dataclass(frozen=True, slots=True)
class Added:
    """How many addresses were added, were there already, and were refused."""

    new: int = 0
    known: int = 0
    refused: int = 0


def valid_sources(addresses: tuple[str, ...], kind: SourceKind = SourceKind.FEED) -> tuple[Source, ...]:
    """Return the source that each address means, without duplicates, and log each guessed scheme.

    Raises UsageError for an invalid address, before anything is added.
    """
    sources: dict[str, Source] = {}
    guesses: list[str] = []
    for address in addresses:
        meant = parse_pasted(address)
        if meant is None:
            what = f"{one_line(address)[:200]}: not an http or https address"
            raise UsageError(what, "give the feed's full address; nothing was added")
        guesses += [meant.guess] if meant.instead else []
        sources[meant.url] = Source(meant.url, kind, settings=SourceSettings(scheme_guessed=meant.instead is not None))
    for guess in guesses:
        _tell("scheme_guessed", guess)
    return tuple(sources.values())


def reach(home: Home, engine: Engine, url: str) -> None:
    """Send one request to an address and store nothing. Raises FetchError where nobody answers or the answer is no success."""
    engine.submit(engine.fetch(request_for(Source(url), SourceState(), home.clock(), home.environment))).result()


def add(home: Home, addresses: tuple[str, ...], matching: Matching = no_topics, *, anyway: bool = False) -> Added:
    """Add the feeds at `addresses`, and log what each holds or why it cannot be read; what the request brought is stored.

    A source that failed is added when the failure is temporary, or with `anyway`.
    """
    sources = valid_sources(addresses)
    with home.facts() as facts:
        fresh = [source for source in sources if not is_polled(facts, source.url)]
        kept: list[bool] = []  # of what is not there yet
        if fresh:
            with home.engine() as engine:
                found = engine.submit(_all(engine, fresh)).result()
            keeping = Keeping(home, facts, matching(home), anyway=anyway)
            kept = [
                keeping.keep(source.url, one)
                for source, one in zip(fresh, found, strict=True)
                if not leads_to_known(facts, source.url, one)
            ]
            if all(one.outcome.failure in _NO_NETWORK for one in found):
                _tell("sources_unreachable", "is this computer online?")
        return Added(sum(kept), len(addresses) - len(kept), len(kept) - sum(kept))


def is_polled(facts: Facts, url: str) -> bool:
    """Return whether an address is that of a source that is polled."""
    known = facts.sources.get(url)
    return known is not None and known[0].status is SourceStatus.ACTIVE


def leads_to_known(facts: Facts, url: str, found: Discovery) -> bool:
    """Return whether a page's feed is polled already, whose state must stay as it is."""
    feed = found.outcome.source.url
    if feed == url or not is_polled(facts, feed):
        return False
    _tell("source_known", f"{without_secrets(url)}: a page; its feed {without_secrets(feed)} is polled already")
    return True


async def _all(engine: Engine, sources: list[Source]) -> list[Discovery]:
    return await asyncio.gather(*(found_at(engine, source) for source in sources))


async def found_at(engine: Engine, source: Source) -> Discovery:
    """Poll an address, or the feed that a page there names if it is the only one."""
    found = await discover(engine, source, SourceState())
    if len(found.named) != 1:
        return found
    return Discovery(await poll_source(Poll(Source(found.named[0]), SourceState()), engine))


class Keeping:
    """Stores what was found at addresses, and logs it."""

    def __init__(self, home: Home, facts: Facts, topics: Topics, *, anyway: bool) -> None:
        """Use a home, its open database and its topics; with `anyway` what failed for good is stored too."""
        self._home, self._facts, self._topics, self._anyway = home, facts, topics, anyway

    def keep(self, url: str, found: Discovery) -> bool:
        """Store what was found at an address; return whether a source was added."""
        outcome, shown = found.outcome, without_secrets(url)
        if len(found.named) > 1:
            _tell("page_names_feeds", f"{shown}: a page that names {len(found.named)} feeds; add the one that you mean:")
            for named in found.named:
                _tell("feed_named", f"  {named}", page=shown, feed=named)
            return False
        if outcome.source.url != url:
            _tell("feed_named", f"{shown}: a page; its feed is {outcome.source.url}")
            shown = without_secrets(outcome.source.url)
        if outcome.moved and outcome.source.settings.scheme_guessed:
            _tell("source_moved", f"{shown}: the answer came from {without_secrets(outcome.moved)}")
        temporary = outcome.failure is not None and outcome.failure.is_temporary
        if outcome.error and not (temporary or self._anyway):
            _tell("source_refused", f"{shown}: {outcome.error}; not added: --anyway adds it all the same", source=shown)
            return False
        after = self._stored(outcome)
        if outcome.feed:
            _tell("source_added", f"{shown}: {self._about(outcome.feed, shown)}", source=shown)
        elif outcome.error:
            kind = "this may pass by itself" if temporary else "this will not pass by itself"
            then = "" if outcome.http_status == HTTPStatus.GONE else f", tried again at {rfc3339(after.next_poll)}"
            _tell("source_added", f"{shown}: {outcome.error}; added all the same: {kind}{then}", source=shown)
        return True

    def _stored(self, outcome: Outcome) -> SourceState:
        self._facts.sources.add([outcome.source], self._home.clock())
        cost = current_cost(self._facts, self._home.settings, outcome.at)
        after = state_after(SourceState(), outcome, cost, 0.5)
        self._facts.polls.record([(outcome, after)])
        return after

    def _about(self, feed: ParsedFeed, where: str) -> str:
        """Return a feed in one line: its title, its number of entries, their languages, and the topics that would tag them."""
        count = len(feed.items)
        languages = Counter(item.language or "unknown" for item, _ in feed.items)
        topics = self._topics(feed, where)
        said = [
            feed.title or "(no title)",
            f"{count or 'no'} {'entry' if count == 1 else 'entries'}",
            *([f"languages: {_counted(languages)}"] if count else []),
            *([f"topics: {_counted(topics)}" if topics else "no topic matches"] if topics is not None and count else []),
        ]
        return "; ".join(said)


def _counted(names: Mapping[str, int]) -> str:
    most = sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name} {count}" for name, count in most)


def _tell(event: str, message: str, **fields: str) -> None:
    log_event(_LOG, logging.INFO, event, message, **fields)


def add_lists(home: Home, addresses: tuple[str, ...]) -> Added:
    """Add addresses of lists of feeds, which are read again once a day. Raises UsageError for an invalid address."""
    sources = valid_sources(addresses, SourceKind.LIST)
    with home.facts() as facts:
        new = facts.sources.add(sources, home.clock())
    return Added(new, len(addresses) - new)
