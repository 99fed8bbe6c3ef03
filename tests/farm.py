"""A farm of misbehaving feeds: what each answers at its nth visit, and the log of its visits on a virtual clock."""

import gzip
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from making import home_at
from support import Call, Clock, FakeWeb, Page, rss, rss_item

from feeds.store.classifications import Classifications
from ingest.model import Source, StoredItem
from ingest.poll_state import SourceState
from ingest.polling.pipeline import poll_sources
from ingest.store.facts import Facts

HOURS: Final = 30
TICK: Final = timedelta(minutes=10)
SETTINGS: Final = {
    "fetch.host_pause": "0",
    "fetch.timeout": "1",
    "fetch.max_megabytes": "1",
    "polling.requests_per_day": "48",
}


def story(name: str, number: int = 0) -> str:
    """Return an item of a feed."""
    return rss_item(
        f"{name} {number}", f"http://{name}.example/{number}", guid=f"{name}-{number}", text=f"Story {number} of {name}."
    )


@dataclass(frozen=True)
class Visit:
    """A request as the farm saw it."""

    at: datetime
    headers: Mapping[str, str]


@dataclass
class Feed:
    """One feed: its name is its path and its only story."""

    name: str
    visits: list[Visit] = field(default_factory=list)

    def page(self, **changes: object) -> Page:
        """Return its well-behaved answer, with some changes."""
        body = rss(story(self.name))
        return replace(Page(body=body, headers=(("Content-Type", "application/rss+xml"),), etag=f'"{self.name}"'), **changes)  # type: ignore[arg-type]

    def fail(self, status: int, **headers: str) -> Page:
        """Return an error with headers, whose names are written with _ for -."""
        return Page(status, b"no", tuple((name.replace("_", "-"), value) for name, value in headers.items()))

    @property
    def waits(self) -> list[float]:
        """Return the hours between its visits."""
        return [(later.at - earlier.at).total_seconds() / 3_600 for earlier, later in pairwise(self.visits)]

    def sent(self, header: str) -> list[str | None]:
        """Return what a header held at each visit, None where it was absent."""
        return [visit.headers.get(header) for visit in self.visits]


Play = Callable[[Feed, int, datetime], Page]


@dataclass
class Farm:
    """The feeds, the web that serves them and the home that polls them."""

    web: FakeWeb
    home: Path
    clock: Clock
    feeds: dict[str, Feed] = field(default_factory=dict)

    def plant(self, name: str, play: Play, *, polled: bool = True) -> None:
        """Serve a feed at /name; `play` gives its answer to visit number n (from 0) at a moment."""
        feed = self.feeds[name] = Feed(name)

        def answer(call: Call) -> Page:
            feed.visits.append(Visit(self.clock(), call.headers))
            return play(feed, len(feed.visits) - 1, self.clock())

        url = self.web.script(f"/{name}", answer)
        if polled:
            with self._facts() as facts:
                facts.sources.add([Source(url)], self.clock())

    def _facts(self) -> Facts:
        return home_at(self.home, clock=self.clock).facts()

    def live(self, hours: float) -> None:
        """Let so many hours pass; what is due is polled by processes that end and start again, as cron would."""
        end = self.clock() + timedelta(hours=hours)
        while self.clock() < end:
            with self.process() as tick:
                for _ in range(45):
                    tick()
                    self.clock.forward(seconds=TICK.total_seconds())

    @contextmanager
    def process(self) -> Iterator[Callable[[], None]]:
        """Yield the tick of a freshly started process."""
        made = home_at(self.home, SETTINGS | {"fetch.allow": self.web.allow}, self.clock)
        chances = iter(n * 0.618 % 1 for n in range(1_000_000))
        with made.facts() as facts, made.engine() as engine:

            def tick() -> None:
                for _ in poll_sources(facts, engine, facts.sources.due(self.clock()), made.settings, lambda: next(chances)):
                    pass

            yield tick

    def state(self, name: str) -> tuple[Source, SourceState]:
        """Return what is known of a feed, by the address under which it was planted."""
        with self._facts() as facts:
            found = facts.sources.get(self.web.url(f"/{name}"))
        assert found is not None
        return found

    def was_read(self, name: str) -> bool:
        """Say whether a feed that is polled ever gave a good answer."""
        with self._facts() as facts:
            found = facts.sources.get(self.web.url(f"/{name}"))
        return found is not None and found[1].last_success is not None

    def error(self, name: str) -> str:
        """Return the cause of a feed's last failure."""
        return self.state(name)[1].error or ""

    def items(self, name: str) -> list[StoredItem]:
        """Return what was stored of a feed's stories."""
        with self._facts() as facts:
            Classifications(facts)
            return [item for item in facts.items.all() if item.item.title.startswith(f"{name} ")]


def growing(feed: Feed) -> bool:
    """Say whether a feed was visited again and again, later and later: tick, jitter and a slow hour of the day aside."""
    waits, slack = feed.waits, 1.5 * TICK.total_seconds() / 3_600
    steps = all(after > before * 0.8 - slack for before, after in pairwise(waits))
    return len(waits) >= 2 and steps and waits[-1] > 1.5 * waits[0]


# What the feeds do, where it takes more than a line


def http_date(moment: datetime) -> str:
    """Write a moment as HTTP does."""
    return format_datetime(moment, usegmt=True)


_PACKED: Final = gzip.compress(bytes(64 * 1024 * 1024), 1)


def bomb(feed: Feed) -> Page:
    """Return a small answer that unpacks to 64 MB."""
    return feed.page(body=_PACKED, headers=(("Content-Encoding", "gzip"),))


def endless() -> Page:
    """Return an answer without an end."""
    return Page(stream=lambda: b"<!-- and on -->" * 5_000)


def drip() -> Page:
    """Return a byte, then nothing for a while, for ever."""
    beat = iter([b"<"])
    return Page(stream=lambda: next(beat, b"") or _rest())


def _rest() -> bytes:
    time.sleep(0.05)  # the server's own patience, not the test's
    return b" "


def mute() -> Page:
    """Begin an answer and say nothing more."""
    return Page(stream=_silence)


def _silence() -> bytes:
    time.sleep(1.2)  # longer than the farm's visitors wait
    return b""
