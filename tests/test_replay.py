import random
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Final

import pytest
from making import home_at
from support import NOON, Clock, FakeWeb, rss, rss_item

from ingest.model import Source
from ingest.poll_state import SourceState
from ingest.polling.pipeline import poll_sources
from ingest.store.facts import Facts

DAYS: Final = 4
HISTORY: Final = 2
PER_DAY: Final = 12
WINDOW: Final = 10


@dataclass
class Town:
    """Feeds that post by day on a virtual clock, served over real HTTP, polled by the service's own passes."""

    home: Path
    web: FakeWeb
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        """Draw when each of six feeds posts: from forty a day to one in two days, between six and twenty-two o'clock."""
        chance = random.Random(3)
        self.posted = {}
        for number, per_day in enumerate((40, 10, 3, 1, 0.5, 0.5)):
            days = [NOON + timedelta(days=chance.uniform(0, DAYS)) for _ in range(round(per_day * DAYS))]
            self.posted[f"/{number}"] = sorted(day.replace(hour=6 + day.hour * 2 // 3) for day in days)

    def serve(self) -> None:
        """Put up what each feed shows now: its newest entries."""
        for path, times in self.posted.items():
            shown = bisect_right(times, self.clock())
            entries = [
                rss_item(
                    f"Story {number} of {path}",
                    f"http://x.example{path}/{number}",
                    guid=f"{path}/{number}",
                    date=format_datetime(time),
                )
                for number, time in enumerate(times[:shown])
            ][-WINDOW:]
            self.web.serve(path, rss(*entries, title=path), etag=f'"{shown}"')

    def live(self) -> list[SourceState]:
        """Let the days pass, jumping from one due moment to the next; give what is then known of each feed."""
        made = home_at(self.home, {"fetch.allow": self.web.allow, "fetch.host_pause": "0"}, self.clock)
        chance = random.Random(4)
        with made.facts() as facts, made.engine() as engine:
            facts.sources.add((Source(self.web.url(path)) for path in self.posted), NOON)
            while self.clock() < NOON + timedelta(days=DAYS):
                self.serve()
                list(poll_sources(facts, engine, facts.sources.due(self.clock()), made.settings, chance.random))
                self.clock.set(min(state.next_poll for _, state in facts.sources.all() if state.next_poll))
            return [state for _, state in facts.sources.all()]


def test_four_days_of_six_feeds(home: Path, web: FakeWeb) -> None:
    """Who posts more is asked more, the budget is kept, nothing is missed; entries wait less than at equal intervals."""
    town = Town(home, web)
    states = town.live()
    with Facts(home / "topicwire.db") as facts:
        found = {stored.sightings[0].guid: stored.first_seen for stored in facts.items.all()}
    start, end = NOON + timedelta(days=HISTORY), NOON + timedelta(days=DAYS, hours=-12)
    posted = [(f"{path}/{n}", time) for path, times in town.posted.items() for n, time in enumerate(times)]
    waits = [(found[guid] - time).total_seconds() for guid, time in posted if start <= time < end]
    polls = [state.polls for state in states]
    assert sum(waits) / len(waits) < 0.7 * 86_400 / PER_DAY / 2
    assert sum(polls) / DAYS / len(polls) == pytest.approx(PER_DAY, rel=0.2)
    assert polls[0] > polls[1] > polls[3] > 2 * DAYS
    assert all(state.gaps == 0 for state in states)
