"""Health checks and metrics, for monitors and Prometheus: states and counts, no address and no name of a reader."""

import sqlite3
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from feeds.server.access import knows_token
from feeds.server.context import NO_STORE, ServiceContext, in_threads
from feeds.server.monitoring.figures import FigureReader
from feeds.server.monitoring.metrics import exposition
from ingest.planner.overview import SourcesOverview
from ingest.store.monitor import Monitor, readable


class HealthRoutes:
    """`/healthz`, `/readyz` and `/metrics`."""

    def __init__(self, context: ServiceContext, answered: Callable[[], dict[int, int]]) -> None:
        """Take the home that is served; `answered` counts requests by status."""
        self.context, self.answered, self._reader = context, answered, FigureReader(context.home)

    def routes(self) -> list[Route]:
        """Return the three routes."""
        answers = {"/healthz": self._alive, "/readyz": self._ready, "/metrics": self._metrics}
        return [Route(path, in_threads(answer)) for path, answer in answers.items()]

    def _alive(self, _request: Request) -> Response:
        good = readable(self.context.home.database_path)
        return JSONResponse({"status": "ok" if good else "failing"}, 200 if good else 503, NO_STORE)

    def _ready(self, _request: Request) -> Response:
        overview, public = self._overview(), self.context.home.folder / "public"
        checks = {"database": overview is not None, "published": (public / "index.html").is_file()}
        checks["polled"] = overview is not None and not overview.is_stopped(self.context.home.clock())
        checks["reached"] = overview is not None and not (overview.outage and overview.outage.is_whole)
        good = all(checks.values())
        return JSONResponse({"status": "ready" if good else "not ready", "checks": checks}, 200 if good else 503, NO_STORE)

    def _overview(self) -> SourcesOverview | None:
        """Return how the sources are doing; None where the database does not answer."""
        try:
            with Monitor(self.context.home.database_path) as monitor:
                return monitor.overview()
        except sqlite3.Error:
            return None

    def _metrics(self, request: Request) -> Response:
        """Answer a scrape; the names of private topics are for whoever sends the token."""
        home, topics = self.context.home, self.context.topics()
        told = knows_token(request.headers.get("authorization", ""), home.settings.service.review_token)
        named = [topic.name for topic in topics if told or not topic.publish.private]
        figures = self._reader.read(self.answered(), [topic.name for topic in topics], named)
        body, media_type = exposition(figures, home.clock().timestamp(), request.headers.get("accept", ""))
        return Response(body, headers=NO_STORE | {"content-type": media_type})
