"""Finds the feeds of a site that a person names: what its page says, else a few usual paths; stores nothing."""

from dataclasses import dataclass, replace
from typing import Final

from ingest.model import Source
from ingest.poll_state import Outcome, SourceState
from ingest.polling.batch import Poll
from ingest.polling.engine import Engine
from ingest.polling.running.processing import poll_source
from ingest.text.urls import absolute

_USUAL: Final = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/rss")


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found at an address: its outcome, or that of the feed found in its place; else the feeds that it names."""

    outcome: Outcome
    named: tuple[str, ...] = ()


async def discover(engine: Engine, source: Source, state: SourceState) -> Discovery:
    """Poll a source's address; where it is a page that names no feed, try a few usual paths beside it.

    Each is one request within the host limit, and the first feed ends the search.
    """
    outcome = await poll_source(Poll(source, state), engine)
    if outcome.led_to:  # the page is not requested again, only its feed
        named = (outcome.led_to,)
        return Discovery(Outcome(source, outcome.at, error="a page that leads to its feed", named_feeds=named), named)
    if outcome.named_feeds is None:
        return Discovery(outcome)
    if outcome.named_feeds:
        return Discovery(outcome, outcome.named_feeds)
    for path in _USUAL:
        guess = await poll_source(Poll(replace(source, url=absolute(path, source.url) or source.url), SourceState()), engine)
        if guess.feed:
            return Discovery(guess)
    return Discovery(outcome)
