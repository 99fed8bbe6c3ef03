"""The HTTP application of a home: published files by a short way, all other addresses by routes; knows no content of either."""

import hashlib
import logging
import re
import sqlite3
from asyncio import CancelledError
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from urllib.parse import quote

from anyio import CapacityLimiter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router, request_response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feeds.server.alerts import AlertRoutes
from feeds.server.api.endpoints import DESCRIPTION as API_DESCRIPTION
from feeds.server.api.endpoints import ROOT as API
from feeds.server.api.routes import ApiRoutes, unavailable
from feeds.server.context import ServiceContext, in_threads
from feeds.server.editor.routes import EditorRoutes
from feeds.server.files import SECURITY_HEADERS, FileResponse, FileServer, Headers
from feeds.server.health import HealthRoutes
from feeds.server.listing.sources import SourcesRoutes
from feeds.server.negotiation import deciding_headers, is_not_modified
from feeds.server.owner.adding import AddingRoutes
from feeds.server.owner.line import OwnerLine
from feeds.server.owner.queue import ReviewQueue
from feeds.server.owner.sources import OwnSourcesRoutes
from feeds.server.private import PrivateRoutes
from feeds.server.review import ReviewRoutes
from feeds.server.search import SearchRoutes
from feeds.server.websub import route as websub_route
from feeds.site.render import assets, gone, not_found
from ingest.errors import TopicwireError, database_failed
from ingest.log import log_event
from ingest.polling.home import Home
from ingest.settings import Settings

_FEEDS: Final = (".atom", ".rss", ".json")
_SAFE_METHODS: Final = {"GET", "HEAD"}
_RETRY: Final = {"cache-control": "no-store", "retry-after": "30"}
_LOG: Final = logging.getLogger(__name__)
_NOT_FOUND, _NOT_ALLOWED, _GONE = 404, 405, 410
_ITEM: Final = re.compile(r"/item/([0-9a-f]+)\.html")
_AT_ONCE: Final = 2  # pages drawn at the same time
_NO_DATE: Final = 1 << 60  # a drawn page has no date of change: no If-Modified-Since is late enough


@dataclass(slots=True)
class SiteApplication:
    """An ASGI application: a few routes, and the published folder for every other path."""

    files: FileServer
    error_pages: Mapping[int, bytes]  # by status
    drawn: Callable[[str], bytes | None] = lambda _uid: None  # the page of an item of which there is no file
    owner: OwnerLine | None = None
    answered: Counter[int] = field(default_factory=Counter)  # requests by status
    _router: Router = field(default_factory=lambda: Router(redirect_slashes=False))
    _limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_AT_ONCE))
    _last_fault: str = ""
    _routed_names: set[str] = field(default_factory=set)  # first parts of the paths of routes

    def add(self, routes: Iterable[Route]) -> None:
        """Add routes; no file is served below the first part of their paths."""
        for route in routes:
            self._router.routes.append(route)
            self._routed_names.add(route.path.split("/")[1])

    def not_modified(self, target: str, headers: dict[str, str]) -> bytes | None:
        """Return the header lines of a 304, or None where another answer is due: the protocol asks this first."""
        differs = self._is_routed(target) or (self.owner is not None and self.owner.may_be_for(target))
        lines = None if differs else self.files.not_modified(target, headers)
        if lines is not None:
            self.answered[304] += 1
        return lines

    def _is_routed(self, path: str) -> bool:
        return path[1:].partition("/")[0] in self._routed_names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, to the owner with the owner's links."""
        if scope["type"] != "http":
            return
        links = self.owner if self.owner is not None and self.owner.is_for(scope) else None
        await (links.around(self._answer) if links else self._answer)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_routed(scope["path"]):
            await self._route(scope, receive, self._counting(send))
            return
        answer = self._file(scope)
        if answer.status in {_NOT_FOUND, _GONE} and (named := _ITEM.fullmatch(scope["path"])):
            await self._route(scope, receive, self._counting(send), self._item_endpoint(named[1], answer))
            return
        self.answered[answer.status] += 1
        headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    def _item_endpoint(self, uid: str, missing: FileResponse) -> ASGIApp:
        """Return what answers for an item of which there is no file: its page is drawn, as very many older ones are."""

        def answer(request: Request) -> Response:
            page = self.drawn(uid)
            if page is None:
                return Response(missing.body, missing.status, dict(missing.headers))
            etag = f'"{hashlib.blake2b(page, digest_size=12).hexdigest()}"'
            headers = {"etag": etag, "cache-control": self.files.cache}
            if is_not_modified(etag, _NO_DATE, deciding_headers(request.scope["headers"])):
                return Response(None, 304, headers)
            return Response(page, 200, headers, "text/html; charset=utf-8")

        return request_response(in_threads(answer, self._limiter))

    async def _route(self, scope: Scope, receive: Receive, send: Send, endpoint: ASGIApp | None = None) -> None:
        try:
            await (endpoint or self._router)(scope, receive, send)
        except ClientDisconnect:
            pass  # the client is gone
        except CancelledError:  # the service stops: a short answer is better than none
            await PlainTextResponse("The service stops.\n", 503, _RETRY)(scope, receive, send)
        except (TopicwireError, sqlite3.Error) as fault:  # a route does all of its work before its answer begins
            if self._last_fault != str(fault):  # once: repeated requests must not fill a log
                self._last_fault = str(fault)
                message = str(fault) if isinstance(fault, TopicwireError) else database_failed(fault)
                log_event(_LOG, logging.ERROR, "request_failed", f"topicwire: {message}", path=scope["path"].split("/")[1])
            plain = PlainTextResponse("The database does not answer just now.\n", 503, _RETRY)
            await (unavailable() if scope["path"].startswith(API) else plain)(scope, receive, send)

    def _file(self, scope: Scope) -> FileResponse:
        if scope["method"] not in _SAFE_METHODS:
            return self.with_error_page(FileResponse(_NOT_ALLOWED, (("allow", "GET, HEAD"), *SECURITY_HEADERS)))
        target = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        answer = self.files.answer(target, deciding_headers(scope["headers"]))
        return self.with_error_page(answer) if answer.status >= _NOT_FOUND else answer

    def with_error_page(self, answer: FileResponse) -> FileResponse:
        """Return a refusal with its page, or with one line where its status has none."""
        body = self.error_pages.get(answer.status, b"This can only be read.\n")
        kind = f"text/{'html' if answer.status in self.error_pages else 'plain'}; charset=utf-8"
        about = (("content-type", kind), ("content-length", str(len(body))), ("cache-control", "public, max-age=60"))
        return FileResponse(answer.status, (*about, *answer.headers), body)

    def _counting(self, send: Send) -> Send:
        """Return `send` that counts the answers of routes and adds the security headers that they lack."""

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answered[message["status"]] += 1
                present = {name for name, _ in message["headers"]}
                more = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS if name.encode() not in present]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        return counted


def application(home: Home) -> SiteApplication:
    """Return the application of a home, whose folder may still be empty; create nothing in it."""
    public = home.folder / "public"
    context = ServiceContext(home)
    error_pages = {404: not_found(context.root), 410: gone(context.root)}
    # Pages that are drawn when they are asked for name files which a new program has not yet published.
    files = FileServer(public, links=partial(feed_links, home.settings), ready=dict(assets()))
    site = SiteApplication(files, error_pages, context.item_page, OwnerLine(context))
    site.add(HealthRoutes(context, lambda: dict(site.answered)).routes())
    site.add(SearchRoutes(context).routes())
    site.add(SourcesRoutes(context).routes())
    site.add(ApiRoutes(context).routes())
    site.add(AlertRoutes(context).routes())
    site.add(PrivateRoutes(context, site.with_error_page).routes())
    site.add(ReviewRoutes(context, ReviewQueue(context)).routes())
    site.add(EditorRoutes(context).routes())
    site.add(OwnSourcesRoutes(context).routes())
    site.add(AddingRoutes(context).routes())
    site.add([websub_route(home.database_path, home.clock)])
    return site


def feed_links(settings: Settings, name: str) -> Headers:
    """Return the Link header of a feed: its own address and, where there is one, its hub (WebSub, section 4).

    The index links to the description of the interface for programs (RFC 8631).
    """
    if name == "index.html" and settings.service.api:
        return (("link", f'<{settings.base_url}{API_DESCRIPTION}>; rel="service-desc"; type="application/json"'),)
    if not name.endswith(_FEEDS) or "/" in name:
        return ()
    hub = f', <{settings.publish.hub}>; rel="hub"' if settings.publish.hub else ""
    return (("link", f'<{settings.base_url}/{quote(name)}>; rel="self"{hub}'),)
