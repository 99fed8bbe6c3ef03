"""`/sources`: every source by page, name and standing; lines are kept for a minute, as thousands take a while to read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.publication.files import served_topics
from feeds.server.context import NO_STORE, ServiceContext, in_threads
from feeds.site.models import SourceLine
from feeds.site.render import sources as sources_page
from feeds.site.sources import filtered, lines
from feeds.store.classifications import Classifications
from feeds.tagging.topic.folders import topic_folders
from ingest.text.sanitize import one_line

_KEPT: Final = timedelta(minutes=1)
_AT_ONCE: Final = 2  # requests that read
_LONGEST: Final = 200  # characters of a name
_LAST_PAGE: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    """The lines at one moment."""

    at: datetime
    topics: frozenset[str]
    lines: tuple[SourceLine, ...]
    as_of: datetime | None


@dataclass(slots=True)
class SourcesRoutes:
    """The page of sources, as anybody may see it."""

    context: ServiceContext
    _known: _Known | None = None
    _lock: Lock = field(default_factory=Lock)

    def routes(self) -> list[Route]:
        """Return the route."""
        return [Route("/sources", in_threads(self._answer, CapacityLimiter(_AT_ONCE)))]

    def _answer(self, request: Request) -> Response:
        asked: Mapping[str, str] = request.query_params
        with self._lock:  # of two that ask at once one reads
            known = self._fresh(self.context.home.clock)
        page = filtered(known.lines, known.as_of, *asked_of(asked))
        return Response(sources_page(page, self.context.root), 200, NO_STORE, "text/html; charset=utf-8")

    def _fresh(self, clock: Callable[[], datetime]) -> _Known:
        now, topics = clock(), self.context.open_topics()
        known = self._known
        if known is None or known.topics != topics.keys() or not timedelta(0) <= now - known.at < _KEPT:
            known = self._known = self._read(now)
        return known

    def _read(self, now: datetime) -> _Known:
        home, topics = self.context.home, self.context.open_topics()
        with home.stored(quiet=True) as facts:
            Classifications(facts)
            names = topic_folders(home.folder, home.settings).files().keys() | served_topics(facts)
            as_of = facts.polls.last_moment()
            found = lines(facts, topics, home.settings.polling.rule, as_of or now, private=bool(names - topics.keys()))
        return _Known(now, frozenset(topics), found, as_of)


def asked_of(asked: Mapping[str, str]) -> tuple[str, str, int, str]:
    """Return what a request or a form asks a list of sources for: words, a standing, a page, an order."""
    query, standing, order = (one_line(asked.get(key, ""))[:_LONGEST] for key in ("q", "standing", "order"))
    return query, standing, _number(asked.get("page", "")), order


def _number(text: str) -> int:
    return min(max(int(text), 1), _LAST_PAGE) if text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004 - digits of a page
