"""The figures of a home at one moment, from counts that are kept and tables of bounded size; knows no name of a metric."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Final

from feeds.store.monitor import JudgementFigures, judgement_figures
from ingest.errors import TopicwireError
from ingest.planner.health import HealthState, all_health
from ingest.planner.overview import SourcesOverview
from ingest.polling.home import Home
from ingest.store.monitor import Monitor

_KEPT: Final = timedelta(minutes=1)  # to judge ten thousand sources takes most of a second


@dataclass(frozen=True, slots=True)
class HomeFigures:
    """A home in numbers; what could not be read is missing."""

    requests: Mapping[int, int]  # answered by this process, by status
    published: float | None  # when a feed's file last changed, in seconds since 1970
    disk_free: int
    overview: SourcesOverview | None = None  # None: the database cannot be read
    states: Mapping[HealthState, int] = field(default_factory=dict)
    failing: Mapping[str, int] = field(default_factory=dict)  # sources by the kind of their failure
    items: int = 0
    judgements: JudgementFigures = field(default_factory=JudgementFigures)
    tallies: Mapping[tuple[str, str], float] = field(default_factory=dict)
    database_size: int = 0  # bytes
    log_size: int = 0  # of the log of changes
    free_size: int = 0  # in the file


class FigureReader:
    """Reads the figures of a home; the states of sources are kept for a minute."""

    def __init__(self, home: Home) -> None:
        """Take the home."""
        self._home, self._lock = home, Lock()
        self._states: tuple[datetime, Mapping[HealthState, int]] | None = None

    def read(self, requests: Mapping[int, int], topics: Collection[str], named: Collection[str]) -> HomeFigures:
        """Return the figures: backlogs of all `topics` in force, tags of those that may be `named`."""
        folder, path = self._home.folder, self._home.database_path
        bare = HomeFigures(requests, _newest(folder / "public" / f"{name}.atom" for name in named), shutil.disk_usage(folder).free)
        try:
            with Monitor(path) as monitor:
                found = judgement_figures(monitor, topics)
                tags = {name: count for name, count in found.tags.items() if name in named}
                return replace(
                    bare,
                    overview=monitor.overview(),
                    states=self._judged(),
                    failing=monitor.failing(),
                    items=monitor.items(),
                    judgements=replace(found, tags=tags),
                    tallies=monitor.tallies(),
                    database_size=_size(path),
                    log_size=_size(path.with_name(f"{path.name}-wal")),
                    free_size=monitor.free_bytes(),
                )
        except (sqlite3.Error, TopicwireError):
            return bare

    def _judged(self) -> Mapping[HealthState, int]:
        """Return how many sources there are of each state, in the words of `topicwire sources status`."""
        now = self._home.clock()
        with self._lock:  # of two that ask at once one reads
            if self._states is None or not timedelta(0) <= now - self._states[0] < _KEPT:
                with self._home.stored(quiet=True) as facts:
                    shape = facts.polls.cost(self._home.settings.polling.rule).shape
                    found = Counter(one.standing for one in all_health(facts.sources.all(), now, shape))
                self._states = now, found
            return self._states[1]


def _newest(feeds: Iterable[Path]) -> float | None:
    return max((path.stat().st_ctime for path in feeds if path.is_file()), default=None)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
