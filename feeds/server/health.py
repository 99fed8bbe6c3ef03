"""Health checks and metrics, for load balancers and Prometheus: states and counts, no address and no name of a reader."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from feeds.server.context import NO_STORE, in_threads
from feeds.store.monitor import tag_counts
from ingest.store.monitor import Monitor, readable

_RECENT: Final = timedelta(hours=2)  # without a poll for so long, polling has stopped


@dataclass(frozen=True, slots=True)
class HealthRoutes:
    """`/healthz`, `/readyz` and `/metrics`."""

    database_path: Path
    public: Path
    clock: Callable[[], datetime]
    answered: Callable[[], dict[int, int]]  # requests by status
    topics: Callable[[], Iterable[str]]  # the public ones

    def routes(self) -> list[Route]:
        """Return the three routes."""
        answers = {"/healthz": self._alive, "/readyz": self._ready, "/metrics": self._metrics}
        return [Route(path, in_threads(answer)) for path, answer in answers.items()]

    def _alive(self, _request: Request) -> Response:
        good = readable(self.database_path)
        return JSONResponse({"status": "ok" if good else "failing"}, 200 if good else 503, NO_STORE)

    def _ready(self, _request: Request) -> Response:
        checks = {"database": readable(self.database_path), "published": (self.public / "index.html").is_file()}
        checks["polled"] = checks["database"] and self._is_polled()
        good = all(checks.values())
        return JSONResponse({"status": "ready" if good else "not ready", "checks": checks}, 200 if good else 503, NO_STORE)

    def _is_polled(self) -> bool:
        """Return whether polling goes on: the next poll is not long overdue, or the last poll was recent."""
        with Monitor(self.database_path) as monitor:
            state = monitor.polling()
        moments = [moment for moment in (state.next_poll, state.last_poll) if moment is not None]
        return state.polled == 0 or any(moment > self.clock() - _RECENT for moment in moments)

    def _metrics(self, _request: Request) -> Response:
        try:
            with Monitor(self.database_path) as monitor:
                lines = [*self._requests(), *_facts(monitor, self.topics()), *_newest(self.public)]
        except sqlite3.Error:
            lines = [*self._requests(), *_newest(self.public)]  # what is known without the database
        return PlainTextResponse("\n".join((*lines, "")), headers=NO_STORE, media_type="text/plain; version=0.0.4")

    def _requests(self) -> Iterator[str]:
        yield from _named("topicwire_requests_total", "counter", "Requests answered, by status.")
        yield from (f'topicwire_requests_total{{status="{status}"}} {count}' for status, count in sorted(self.answered().items()))


def _named(name: str, kind: str, words: str) -> tuple[str, str]:
    return f"# HELP {name} {words}", f"# TYPE {name} {kind}"


def _facts(monitor: Monitor, topics: Iterable[str]) -> Iterator[str]:
    yield from _named("topicwire_sources", "gauge", "Polled sources, by state.")
    yield from (f'topicwire_sources{{state="{state}"}} {count}' for state, count in monitor.source_states())
    yield from _named("topicwire_items", "gauge", "Items stored.")
    yield f"topicwire_items {monitor.items()}"
    yield from _named("topicwire_tags", "gauge", "Tags given, by topic.")
    tags = tag_counts(monitor)
    yield from (f'topicwire_tags{{topic="{topic}"}} {tags.get(topic, 0)}' for topic in sorted(topics))
    yield from _named("topicwire_last_poll_timestamp_seconds", "gauge", "When a source was last asked.")
    last = monitor.polling().last_poll
    yield f"topicwire_last_poll_timestamp_seconds {last.timestamp() if last else 0:.0f}"


def _newest(public: Path) -> Iterator[str]:
    yield from _named("topicwire_published_timestamp_seconds", "gauge", "When a published file last changed.")
    moments = [path.stat().st_ctime for path in public.glob("*.atom") if path.is_file()]
    yield f"topicwire_published_timestamp_seconds {max(moments, default=0):.0f}"
