"""The routes below `/api/`: they read one state of the database, answer with an entity tag, and refuse with a reason."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from feeds.answers.audience import Audience
from feeds.answers.model import SourceDetails, StoryDetails
from feeds.answers.reading import Reading
from feeds.answers.sources import all_sources, sources_page
from feeds.server.api.endpoints import DESCRIPTION, ENDPOINTS, ROOT, ApiEndpoint, ApiIndex
from feeds.server.api.openapi import document
from feeds.server.api.problems import PROBLEM, Problem, problem, problem_of
from feeds.server.context import BUSY, NO_STORE, ServiceContext, audience_of, in_threads
from feeds.server.negotiation import deciding_headers, is_not_modified
from feeds.store.classifications import Classifications
from ingest.errors import TopicwireError, UsageError
from ingest.text.dates import rfc3339

_AT_ONCE: Final = 4  # requests that read
_READ: Final = {"GET", "HEAD"}
_VARY: Final = {"vary": "authorization"}
_KEPT: Final = timedelta(minutes=1)  # the lines of sources: thousands take a while to read
_NO_DATE: Final = 1 << 60  # an answer has no date of change: no If-Modified-Since is late enough
_LONGEST: Final = 4_000  # characters of a query
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class _KnownSources:
    """The sources as one audience knew them at a moment."""

    at: datetime
    topics: frozenset[str]
    sources: tuple[SourceDetails, ...]


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """An ASGI application at one address, for all methods: what is not read is refused as a problem too."""

    answer: Callable[[Request], Response]
    limiter: CapacityLimiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in _READ:
            refusal = problem(405, f"{request.method} is not known here: this interface can only be read, with GET or HEAD")
            response = _refused(refusal, {"allow": "GET, HEAD"})
        else:
            response = await in_threads(self.answer, self.limiter, _busy)(request)
        await response(scope, receive, send)


@dataclass(slots=True)
class ApiRoutes:
    """The read-only interface for programs. Few requests read at the same time."""

    context: ServiceContext
    _limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_AT_ONCE))
    _known: dict[bool, _KnownSources] = field(default_factory=dict)  # by whether it is the owner
    _lock: Lock = field(default_factory=Lock)

    def routes(self) -> list[Route]:
        """Return the routes: one that refuses everything where the owner has closed the interface."""
        unknown = _Endpoint(self._unknown, self._limiter)
        everything = [Route(f"{ROOT}{{rest:path}}", unknown), Route(ROOT.rstrip("/"), unknown)]
        if not self.context.home.settings.service.api:
            return everything
        index = [Route(ROOT, self._endpoint(self._index)), Route(DESCRIPTION, self._endpoint(self._description))]
        return [*index, *(Route(one.path, self._endpoint(self._reader(one))) for one in ENDPOINTS), *everything]

    def _endpoint(self, answer: Callable[[Request], Response]) -> _Endpoint:
        def refusing(request: Request) -> Response:
            try:
                return answer(request)
            except TopicwireError as fault:
                if (refusal := problem_of(fault)) is None:
                    raise
                return _refused(refusal)

        return _Endpoint(refusing, self._limiter)

    def _unknown(self, request: Request) -> Response:
        if not self.context.home.settings.service.api:
            return _refused(problem(404, "the owner has closed this interface (service.api)"))
        return _refused(problem(404, f"there is nothing at {request.url.path[:80]}; {ROOT} has the addresses"))

    def _index(self, request: Request) -> Response:
        _asked(request, frozenset())
        audience = audience_of(self.context, request)
        with self.context.home.stored(quiet=True) as facts:
            as_of = rfc3339(facts.polls.last_moment())
        here = self.context.root.rstrip("/")
        addresses = tuple(f"{here}{one.path}" for one in ENDPOINTS)
        index = ApiIndex("topicwire", version("topicwire"), as_of, f"{here}{DESCRIPTION}", addresses)
        return _answered(request, msgspec.json.encode(index), audience)

    def _description(self, request: Request) -> Response:
        _asked(request, frozenset())
        body = msgspec.json.encode(document(self.context.base.rstrip("/"), version("topicwire")))
        return _answered(request, body, audience_of(self.context, request))

    # Answers of the table

    def _reader(self, endpoint: ApiEndpoint) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            asked = _asked(request, endpoint.names)
            if asked.get("q") and endpoint.name == "stories" and not self.context.home.settings.service.search:
                raise UsageError("q: the owner has closed the search", "leave it out")
            audience = audience_of(self.context, request)
            read = self._read(endpoint, audience, asked | request.path_params)
            if isinstance(read, StoryDetails) and read.lead != request.path_params["item"]:
                return Response(None, 307, _kept(audience) | {"location": self._address("/api/stories/" + read.lead)})
            return _answered(request, msgspec.json.encode(read), audience, self._next(request, asked, read))

        return answer

    def _read(self, endpoint: ApiEndpoint, audience: Audience, asked: dict[str, str]) -> Any:
        if endpoint.name == "sources":
            return sources_page(self._sources(audience), asked)
        return self._in_one_state(audience, lambda reading: endpoint.read(reading, asked))

    def _in_one_state(self, audience: Audience, read: Callable[[Reading], Any]) -> Any:
        """Read everything from one state of the database, whatever is published meanwhile."""
        with self.context.home.stored(quiet=True) as facts:
            Classifications(facts)  # even where nothing was classified yet
            target = self.context.target(facts)
            with facts.snapshot():
                return read(Reading(facts, audience, target))

    def _sources(self, audience: Audience) -> tuple[SourceDetails, ...]:
        now, topics = self.context.home.clock(), frozenset(audience.topics)
        with self._lock:  # of two that ask at once one reads
            known = self._known.get(audience.owner)
            if known is None or known.topics != topics or not timedelta(0) <= now - known.at < _KEPT:
                known = _KnownSources(now, topics, self._in_one_state(audience, all_sources))
                self._known[audience.owner] = known
        return known.sources

    def _next(self, request: Request, asked: dict[str, str], read: Any) -> dict[str, str]:
        """Return the link to the next page (RFC 8288) where there is one."""
        cursor = getattr(read, "next", None)
        if cursor is None:
            return {}
        path = self._address(quote(request.url.path))
        return {"link": f'<{path}?{urlencode(asked | {"cursor": cursor})}>; rel="next"'}

    def _address(self, path: str) -> str:
        return self.context.root.rstrip("/") + path


def _asked(request: Request, known: frozenset[str]) -> dict[str, str]:
    """Return what a request asks. Raises UsageError for what is not known, and for what is asked twice."""
    query = request.url.query
    if len(query) > _LONGEST:
        raise UsageError(f"the query is longer than {_LONGEST} characters", "ask for less at once")
    pairs = parse_qsl(query, keep_blank_values=True)
    asked = dict(pairs)
    if unknown := sorted(asked.keys() - known):
        names = ", ".join(name[:40] for name in unknown[:10])
        raise UsageError(f"not known here: {names}", f"known are: {', '.join(sorted(known)) or 'none'}")
    if len(asked) < len(pairs):
        raise UsageError("a parameter is given twice", "give each one once")
    return asked


def _answered(request: Request, body: bytes, audience: Audience, more: dict[str, str] | None = None) -> Response:
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": etag} | _kept(audience) | (more or {})
    if is_not_modified(etag, _NO_DATE, deciding_headers(request.scope["headers"])):
        return Response(None, 304, headers)
    return Response(body, 200, headers, _JSON)


def _kept(audience: Audience) -> dict[str, str]:
    return {"cache-control": "private, no-store" if audience.owner else "public, max-age=60"} | _VARY


def _refused(refusal: Problem, more: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(refusal), refusal.status, NO_STORE | _VARY | (more or {}), PROBLEM)


def _busy() -> Response:
    return _refused(problem(503, "too many ask at once; try again in a moment"), BUSY)


def unavailable() -> Response:
    """Return the refusal while the database does not answer."""
    return _refused(problem(503, "the database does not answer just now; try again in a moment"), {"retry-after": "30"})
