"""The owner's links, put into each page that the owner is sent: what everybody else is sent, and every file, stays as it is."""

import hashlib
import re
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feeds.server.context import ServiceContext, in_thread
from feeds.server.negotiation import deciding_headers, is_not_modified
from feeds.site.render import owner_links, waiting_line
from feeds.store.classifications import Classifications
from ingest.errors import TopicwireError

_END: Final = b"</ul>\n</nav>\n</header>"  # of the header that every page has
_MAIN: Final = re.compile(rb'<main id="main"[^>]*>\n')
_KEPT: Final = timedelta(seconds=5)  # for which a count is good enough
_NO_DATE: Final = 1 << 60  # an answer that is made has no date of change
_PLAIN: Final = {b"if-none-match", b"if-modified-since", b"accept-encoding"}  # what is sent is neither the file nor its coding
_OURS: Final = {b"content-length", b"etag", b"last-modified", b"vary", b"cache-control", b"content-encoding"}
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class _Waiting:
    """How many stories wait for a review at one moment, by topic."""

    at: datetime
    counts: dict[str, int]


@dataclass(slots=True)
class OwnerLine:
    """Says whether a request is for a page and from the owner, and answers it with the links."""

    context: ServiceContext
    _known: _Waiting | None = None
    _lock: Lock = field(default_factory=Lock)

    def may_be_for(self, path: str) -> bool:
        """Return whether a request for a path may get links though it shows no token: on this computer any may."""
        return is_page(path) and not self.context.home.settings.service.review_token and self.context.gate.is_local

    def is_for(self, scope: Scope) -> bool:
        """Return whether a request is for a page and from the owner."""
        return is_page(scope["path"]) and self.context.gate.admits(scope)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return an application that answers as `app` does, with the links in every page."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            asked = scope["headers"]
            if is_file(scope["path"]):
                asked = [(name, value) for name, value in asked if name not in _PLAIN]
            parts: list[Message] = []

            async def keep(message: Message) -> None:
                parts.append(message)

            method = "GET" if scope["method"] == "HEAD" else scope["method"]
            await app({**scope, "method": method, "headers": asked}, receive, keep)
            if not parts:
                return  # the client is gone
            start, body = parts[0], b"".join(part.get("body", b"") for part in parts[1:])
            if dict(start["headers"]).get(b"content-type", b"").startswith(b"text/html"):
                body = await in_thread(lambda: self._with_links(body, scope["path"]))
                start, body = _answer(start, body, scope)
            await send(start)
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

        return answer

    def _with_links(self, body: bytes, path: str) -> bytes:
        """Return a page with the links, and on the front page and those of topics with what waits."""
        context, counts = self.context, self._waiting()
        topics = {topic.name for topic in context.topics() if topic.expression}
        name = path.removesuffix(".html").split("/")[1]
        here = name if name in topics else ""
        waiting = counts.get(here, 0) if here else sum(counts.get(topic, 0) for topic in topics)
        has_alerts = any(alert.feed for alert in context.home.settings.alert)
        links = owner_links(context.root, path, waiting, here, alerts=has_alerts)
        before, end, after = body.partition(_END)
        if waiting and (here or path in {"/", "/index.html"}):
            announced = waiting_line(context.root, waiting, here)
            after = _MAIN.sub(lambda begin: begin[0] + announced, after, count=1)
        return before + links + end + after if end else body

    def _waiting(self) -> dict[str, int]:
        """Return how many stories wait for a review, by topic; what was known last where the database does not answer."""
        now = self.context.home.clock()
        with self._lock:
            known = self._known
            if known is None or not timedelta(0) <= now - known.at < _KEPT:
                try:
                    with self.context.home.stored(quiet=True) as facts:
                        counts = {topic: number for topic, (number, _) in Classifications(facts).waiting().items()}
                except (TopicwireError, sqlite3.Error):
                    counts = known.counts if known else {}
                known = self._known = _Waiting(now, counts)
        return known.counts


def is_file(path: str) -> bool:
    """Return whether a path is that of a page that lies in a file, or is drawn as one: the page has an entity tag."""
    return path.endswith((".html", "/"))


def is_page(path: str) -> bool:
    """Return whether a path is that of a page: of a file of HTML, or without a file's ending."""
    return is_file(path) or "." not in path.rpartition("/")[2]


def _answer(start: Message, body: bytes, scope: Scope) -> tuple[Message, bytes]:
    """Return the start and the body of an answer that no shared cache may keep, and that is asked for anew each time."""
    given = dict(start["headers"])
    headers = [(name, value) for name, value in start["headers"] if name not in _OURS]
    headers += [(b"content-length", str(len(body)).encode()), (b"vary", b"authorization")]
    if start["status"] != _OK or b"no-store" in given.get(b"cache-control", b""):
        return {**start, "headers": [*headers, (b"cache-control", b"no-store")]}, body
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers += [(b"etag", etag.encode()), (b"cache-control", b"private, no-cache")]
    if is_not_modified(etag, _NO_DATE, deciding_headers(scope["headers"])):
        plain = [(name, value) for name, value in headers if name not in {b"content-length", b"content-type"}]
        return {**start, "status": 304, "headers": plain}, b""
    return {**start, "headers": headers}, body
