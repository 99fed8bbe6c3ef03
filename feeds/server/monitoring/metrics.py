"""Figures of a home -> metrics for Prometheus, in its text format or OpenMetrics; the names are a contract, deploy/ uses them."""

import platform
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from feeds.server.monitoring.figures import HomeFigures
from ingest.errors import Failure
from ingest.planner.health import HealthState
from ingest.planner.overview import SourcesOverview
from ingest.store.watch.tallies import BOUNDS, DONE, STAGES

_PROCESS: Final = ProcessCollector(registry=None)
# A sum that begins at 0 shows its first rise too.
_NO_POLLS: Final = dict.fromkeys(("read", "unchanged", "not_modified"), 0.0) | {
    f"{result} {cause}": 0.0 for result in ("failed", "offline") for cause in Failure if result == "failed" or cause.is_unreached
}
_NO_RESTARTS: Final = dict.fromkeys(("time", "processor", "death"), 0.0)


def exposition(figures: HomeFigures, now: float, accept: str) -> tuple[bytes, str]:
    """Return the metrics in the form that a scraper accepts, and its media type; `now` is in seconds since 1970."""
    encode, media_type = choose_encoder(accept)
    registry = CollectorRegistry()
    registry.register(_Home(figures, now))
    registry.register(_PROCESS)
    return encode(registry), media_type


class _Home(Collector):
    """The metrics of one scrape."""

    def __init__(self, figures: HomeFigures, now: float) -> None:
        self._figures, self._now = figures, now

    def describe(self) -> Iterable[Metric]:
        """Return nothing: what is told depends on the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        figures = self._figures
        yield _build()
        requests = [((str(status),), count) for status, count in sorted(figures.requests.items())]
        yield _counter("requests", "Requests answered by this process, by status.", ("status",), requests)
        yield _gauge("disk_free_bytes", "Free on the disk of the home.", figures.disk_free)
        if figures.published is not None:
            yield _gauge("published_timestamp_seconds", "When a published feed last changed.", figures.published)
        yield _gauge("database_up", "Whether the database could be read: 1 or 0.", figures.overview is not None)
        if figures.overview is not None:
            yield from _sources(figures, figures.overview, self._now)
            yield from _stored(figures)
            yield from _backlogs(figures)
            yield from _work(figures.tallies)


def _build() -> Metric:
    labels = ("version", "python", "sqlite")
    built = GaugeMetricFamily("topicwire_build_info", "What runs, as labels; always 1.", labels=labels)
    built.add_metric((version("topicwire"), platform.python_version(), sqlite3.sqlite_version), 1)
    return built


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"topicwire_{name}", words, value=value)


def _gauges(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"topicwire_{name}", words, labels=(label,))
    for one, value in values.items():
        family.add_metric((one,), value)
    return family


def _counter(name: str, words: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    family = CounterMetricFamily(f"topicwire_{name}", words, labels=labels)
    for ones, value in values:
        family.add_metric(ones, value)
    return family


def _sources(figures: HomeFigures, overview: SourcesOverview, now: float) -> Iterator[Metric]:
    states = {str(state): figures.states.get(state, 0) for state in HealthState}
    yield _gauges("sources", "Sources by state, in the words of `topicwire sources status`.", "state", states)
    yield _gauges("failing_sources", "Polled sources whose last poll failed, by cause.", "cause", figures.failing)
    yield _gauge("polled_sources", "Sources that are to be polled.", overview.polled)
    unread = 2 if overview.outage and overview.outage.is_whole else 1 if overview.outage else 0
    yield _gauge("outage", "What the pages say: 0 nothing, 1 many sources cannot be read, 2 none can.", unread)
    overdue = max(now - overview.next_poll.timestamp(), 0.0) if overview.next_poll else 0.0
    yield _gauge("poll_overdue_seconds", "How long the source that is longest overdue has waited for its poll.", overdue)
    if overview.last_poll:
        yield _gauge("last_poll_timestamp_seconds", "When a source was last polled.", overview.last_poll.timestamp())
    if overview.last_good:
        yield _gauge("last_read_timestamp_seconds", "When a source was last read without an error.", overview.last_good.timestamp())


def _stored(figures: HomeFigures) -> Iterator[Metric]:
    yield _gauge("items", "Items stored.", figures.items)
    yield _gauge("stories", "Stories of several items.", figures.judgements.stories)
    yield _gauges("tags", "Tags given, by topic.", "topic", dict(sorted(figures.judgements.tags.items())))
    sizes = {"database": figures.database_size, "log": figures.log_size}
    yield _gauges("database_bytes", "Size of the database file and of its log of changes (WAL).", "file", sizes)
    yield _gauge("database_free_bytes", "Bytes of the database file that hold nothing.", figures.free_size)


def _backlogs(figures: HomeFigures) -> Iterator[Metric]:
    found = figures.judgements
    waiting = {"group": found.ungrouped, "classify": found.unclassified, "classify_again": found.reclassified}
    words = "Changes of items that wait for a stage: to be grouped, classified, classified again by a new wording."
    yield _gauges("backlog_changes", words, "stage", waiting)
    due = {"entries": found.entries, "pages": found.pages}
    yield _gauges("publication_backlog", "What may have changed since it was published, at most 100000 each.", "of", due)
    yield _gauge("hub_failing_feeds", "Feeds of which the hub could not be told.", found.hub_failures)
    messages = {"waiting": found.messages, "failing": found.failing_messages}
    yield _gauges("alert_messages", "Messages of alerts that wait to be sent, or could not be sent yet.", "state", messages)


def _work(tallies: Mapping[tuple[str, str], float]) -> Iterator[Metric]:
    def of(name: str) -> dict[str, float]:
        return {labels: number for (one, labels), number in sorted(tallies.items()) if one == name}

    polls = [(labels.partition(" ")[::2], number) for labels, number in (_NO_POLLS | of("polls")).items()]
    words = "Polls by result (read, unchanged, not_modified, failed, offline) and, of failures, by cause."
    yield _counter("polls", words, ("result", "cause"), polls)
    restarts = [((cause,), number) for cause, number in (_NO_RESTARTS | of("parser_restarts")).items()]
    words = "Parser processes that were replaced: out of time, of processor time, or dead."
    yield _counter("parser_restarts", words, ("cause",), restarts)
    words = "When work last ended well: poll, publish, backup."
    yield _gauges("last_success_timestamp_seconds", words, "work", of(DONE))
    yield _stages(of(STAGES))


def _stages(sums: Mapping[str, float]) -> Metric:
    """Return the histogram of the stages; each bound is stored with the runs between it and the one below."""
    family = HistogramMetricFamily("topicwire_stage_seconds", "What a run of a stage of the work took.", labels=("stage",))
    bounds = {f"{bound:g}": str(bound) for bound in BOUNDS} | {"+Inf": "+Inf"}
    for stage in sorted({labels.partition(" ")[0] for labels in sums}):
        counts = accumulate(sums.get(f"{stage} {bound}", 0.0) for bound in bounds)
        family.add_metric((stage,), list(zip(bounds.values(), counts, strict=True)), sums.get(f"{stage} sum", 0.0))
    return family
