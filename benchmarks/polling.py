"""Replay real posting times through the shipped planner and three others at equal requests: how long entries wait to be found.

    python benchmarks/polling.py --series FILE [--per-day 12 | --delay MINUTES] [--history-days 7] [--longest 12] [--window 0]

FILE is JSON, perhaps gzipped: {feed: [unix seconds, ...]}. The first days are history: every policy polls through
them and learns from what its polls show, nothing more; the days after count. The planner is the service's own,
`next_state` and `steer`, fed with outcomes as the pipeline makes them. The others are tuned by halving to the
requests that it spent:

- fixed: one interval for all;
- entry frequency (Miniflux's rule): a week by the entries of the last week times a factor, 5 minutes to 24 hours;
- AIMD: half the interval after news, a step more without, 5 minutes to 24 hours.

An entry waits from its posting to the first poll that shows it. A document holds a feed's newest entries: --window of
them, or 10 to 100, drawn by the feed's name. What has left it before a poll is missed.
"""

import argparse
import gzip
import heapq
import json
import random
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import Final
from zlib import crc32

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

from ingest.model import Item, Keys, ParsedFeed, Source
from ingest.planner.next_poll import next_state
from ingest.planner.polling_cost import PollingCost, adjust_cost, is_stale, with_requests
from ingest.poll_state import Outcome, PollingRule, SourceState

DAY: Final = 86_400.0
SHORTEST: Final = 300.0
WINDOWS: Final = (10, 10, 15, 20, 20, 25, 30, 40, 50, 100)
SETTLE: Final = 2 * DAY  # after the series, so that its last entries are found too


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that posts at these times, and how many entries its document holds."""

    name: str
    times: tuple[float, ...]
    window: int

    def served(self, now: float) -> int:
        """Return how many entries it has posted until now."""
        return bisect_right(self.times, now)


@dataclass(slots=True)
class Tally:
    """What a policy cost and found in the days that count."""

    polls: int = 0
    waits: list[float] = field(default_factory=list)
    missed: int = 0

    @property
    def figures(self) -> tuple[float, float, float]:
        """Mean, median and 95th percentile of the wait, in minutes."""
        return fmean(self.waits) / 60, median(self.waits) / 60, quantiles(self.waits, n=20)[-1] / 60


@dataclass(frozen=True, slots=True)
class Look:
    """One poll: which feed, when, how many entries were served before and now."""

    number: int
    feed: Feed
    now: float
    before: int
    posted: int


Policy = Callable[[Look], float]  # seconds until the next poll


@dataclass(frozen=True, slots=True)
class Series:
    """Feeds over a span of time, of which the end counts."""

    feeds: tuple[Feed, ...]
    start: float
    counted: float
    end: float

    def replay(self, policy: Policy, first: float) -> Tally:
        """Poll every feed as the policy says, the first time within `first` seconds; give what came of it."""
        tally = Tally()
        seen = [0] * len(self.feeds)
        chance = random.Random(1)
        queue = [(self.start + chance.random() * first, number) for number in range(len(self.feeds))]
        heapq.heapify(queue)
        while queue:
            now, number = heapq.heappop(queue)
            feed = self.feeds[number]
            look = Look(number, feed, now, seen[number], feed.served(now))
            self._count(tally, look)
            seen[number] = look.posted
            later = now + policy(look)
            if later < self.end + SETTLE:
                heapq.heappush(queue, (later, number))
        return tally

    def _count(self, tally: Tally, look: Look) -> None:
        tally.polls += self.counted <= look.now < self.end
        shown = max(look.before, look.posted - look.feed.window)
        tally.missed += sum(time >= self.counted for time in look.feed.times[look.before : shown])
        tally.waits += [look.now - time for time in look.feed.times[shown : look.posted] if time >= self.counted]


def read_series(path: Path, history_days: float, window: int) -> Series:
    """Read posting times."""
    data = path.read_bytes()
    rows: dict[str, list[float]] = json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    feeds = tuple(
        Feed(name, tuple(sorted(times)), window or WINDOWS[crc32(name.encode()) % len(WINDOWS)]) for name, times in rows.items()
    )
    start = min(feed.times[0] for feed in feeds if feed.times)
    end = max(feed.times[-1] for feed in feeds if feed.times)
    return Series(feeds, start, start + history_days * DAY, end)


# The policies


class Shipped:
    """The service's planner, fed as the pipeline feeds it."""

    def __init__(self, series: Series, rule: PollingRule) -> None:
        """Start with nothing known."""
        self._sources = [Source(feed.name) for feed in series.feeds]
        self.states = [SourceState() for _ in series.feeds]
        self.cost = PollingCost(rule)
        self._chance = random.Random(2)

    def __call__(self, look: Look) -> float:
        """Return the seconds until the next poll."""
        now = moment(look.now)
        if is_stale(self.cost, now):
            self.cost = adjust_cost(self.cost, [state.publishing_rate for state in self.states], now)
        state = self.states[look.number]
        fresh = look.posted != look.before or state.last_poll is None
        shown = look.feed.times[max(look.posted - look.feed.window, 0) : look.posted] if fresh else ()
        outcome = Outcome(
            self._sources[look.number],
            now,
            feed=ParsedFeed(tuple(entry(time, number) for number, time in enumerate(shown, look.posted - len(shown))))
            if fresh
            else None,
            http_status=200 if fresh else 304,
            etag=f'"{look.posted}"',
            body_hash=f"{look.posted}",
            conditional=True,
        )
        after = next_state(state, outcome, self.cost, self._chance.random())
        self.cost = with_requests(self.cost, 1)
        self.states[look.number] = after
        assert after.next_poll
        return (after.next_poll - now).total_seconds()


def moment(seconds: float) -> datetime:
    """Return unix seconds as a moment."""
    return datetime.fromtimestamp(seconds, UTC)


@cache
def entry(time: float, number: int) -> tuple[Item, Keys]:
    """Return the entry that a feed posted as its number so-and-so at a time."""
    name = f"{number}"
    return Item(name, None, name, published=moment(time)), Keys(name, name, name, None, None)


def fixed(interval: float) -> Policy:
    """Ask all feeds equally often."""
    return lambda _: interval


def entry_frequency(factor: float) -> Policy:
    """Ask as often as the feed posted in the last week, as far as polls showed it, times a factor."""

    def policy(look: Look) -> float:
        week = look.posted - look.feed.served(look.now - 7 * DAY)
        return min(max(7 * DAY / (week * factor), SHORTEST), DAY) if week else DAY

    return policy


def aimd(step: float) -> Policy:
    """Halve the interval after news, add a step without."""
    intervals: dict[int, float] = {}

    def policy(look: Look) -> float:
        interval = intervals.get(look.number, 7_200.0)
        interval = interval / 2 if look.posted > look.before else interval + step
        intervals[look.number] = min(max(interval, SHORTEST), DAY)
        return intervals[look.number]

    return policy


def equal_requests(series: Series, make: Callable[[float], Policy], low: float, high: float, polls: int) -> Tally:
    """Tune a policy by halving until it spends as many requests; `low` is the argument that spends the fewest."""
    for _ in range(14):
        middle = (low * high) ** 0.5
        tally = series.replay(make(middle), 7_200.0)
        if abs(tally.polls - polls) <= polls / 500:
            break
        low, high = (middle, high) if tally.polls < polls else (low, middle)
    return tally


# The table


def rows(series: Series, rule: PollingRule) -> Iterator[tuple[str, Tally]]:
    """Yield each policy's name and what came of it, the planner first."""
    shipped = series.replay(Shipped(series, rule), 7_200.0)
    yield "topicwire", shipped
    yield "fixed interval", equal_requests(series, fixed, 7 * DAY, 60.0, shipped.polls)
    yield "entry frequency", equal_requests(series, entry_frequency, 0.001, 10_000.0, shipped.polls)
    yield "AIMD", equal_requests(series, aimd, DAY, 0.1, shipped.polls)


def table(series: Series, found: Iterable[tuple[str, Tally]]) -> Iterator[str]:
    """Yield the lines to print."""
    days = (series.end - series.counted) / DAY
    yield f"{'':16} {'requests':>9} {'mean':>8} {'median':>8} {'p95':>8} {'missed':>7}   topicwire's mean, median, p95 as a ratio"
    ours: Tally | None = None
    for name, tally in found:
        ours = ours or tally
        ratios = "  ".join(f"{a / b:6.2f}" if b else "     -" for a, b in zip(ours.figures, tally.figures, strict=True))
        per_day = tally.polls / days / len(series.feeds)
        mean, middle, p95 = (f"{value:8.1f}" for value in tally.figures)
        yield f"{name:16} {per_day:9.2f} {mean} {middle} {p95} {tally.missed:7}   {ratios if tally is not ours else ''}".rstrip()


def main() -> None:
    """Replay and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--series", type=Path, required=True)
    knob = parser.add_mutually_exclusive_group()
    knob.add_argument("--per-day", type=float, default=12.0, help="requests per feed")
    knob.add_argument("--delay", type=float, help="instead: minutes that an entry may wait on average")
    parser.add_argument("--history-days", type=float, default=7.0)
    parser.add_argument("--longest", type=float, default=12.0, help="hours between two polls, at most")
    parser.add_argument("--window", type=int, default=0, help="entries in every document")
    arguments = parser.parse_args()
    series = read_series(arguments.series, arguments.history_days, arguments.window)
    print(f"{len(series.feeds)} feeds, {sum(len(feed.times) for feed in series.feeds)} entries; requests per feed and day, minutes")
    wanted = (None, arguments.delay * 60) if arguments.delay else (arguments.per_day, None)
    for line in table(series, rows(series, PollingRule(*wanted, arguments.longest * 3_600))):
        print(line, flush=True)


if __name__ == "__main__":
    main()
