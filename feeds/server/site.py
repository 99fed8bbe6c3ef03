"""One ASGI application of two: files by the short way, everything that needs the database by routes; knows neither's content."""

import sqlite3
from asyncio import CancelledError
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router
from starlette.types import Message, Receive, Scope, Send

from feeds.server.files import SAFE, FileResponse, FileServer
from feeds.server.negotiation import asked
from ingest.cli.console import database_failed, say
from ingest.errors import TopicwireError

_READING = {"GET", "HEAD"}
_AGAIN: Final = {"cache-control": "no-store", "retry-after": "30"}
_NOT_FOUND, _NOT_ALLOWED = 404, 405


@dataclass(slots=True)
class SiteApplication:
    """The published folder and a few routes beside it. A request for anything else than a route is one for a file."""

    files: FileServer
    pages: Mapping[int, bytes]  # shown with a status that is a refusal
    answered: Counter[int] = field(default_factory=Counter)  # requests by status
    _router: Router = field(default_factory=lambda: Router(redirect_slashes=False))
    _said: str = ""
    _own: set[str] = field(default_factory=set)  # first parts of the paths of routes

    def add(self, routes: Iterable[Route]) -> None:
        """Answer these too: everything below the first part of their paths is no file."""
        for route in routes:
            self._router.routes.append(route)
            self._own.add(route.path.split("/")[1])

    def unchanged(self, target: str, headers: dict[str, str]) -> bytes | None:
        """Return the header lines of a 304, or None where another answer is due: asked before anything else is done."""
        lines = None if self._routed(target) else self.files.unchanged(target, headers)
        if lines is not None:
            self.answered[304] += 1
        return lines

    def _routed(self, path: str) -> bool:
        return path[1:].partition("/")[0] in self._own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if self._routed(scope["path"]):
            await self._route(scope, receive, self._guarded(send))
            return
        answer = self._file(scope)
        self.answered[answer.status] += 1
        headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._router(scope, receive, send)
        except ClientDisconnect:
            pass  # nobody is there any more who could be told
        except CancelledError:  # the service stops: an answer, however short, is better than none
            await PlainTextResponse("The service stops.\n", 503, _AGAIN)(scope, receive, send)
        except (TopicwireError, sqlite3.Error) as fault:  # all of a route's work is done before its answer begins
            if self._said != str(fault):  # once: whoever asks again and again must not fill a log
                self._said = str(fault)
                say(f"topicwire: {fault if isinstance(fault, TopicwireError) else database_failed(fault)}")
            await PlainTextResponse("The database does not answer just now.\n", 503, _AGAIN)(scope, receive, send)

    def _file(self, scope: Scope) -> FileResponse:
        if scope["method"] not in _READING:
            return self.notice(FileResponse(_NOT_ALLOWED, (("allow", "GET, HEAD"), *SAFE)))
        target = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        answer = self.files.answer(target, asked(scope["headers"]))
        return self.notice(answer) if answer.status >= _NOT_FOUND else answer

    def notice(self, answer: FileResponse) -> FileResponse:
        """Return a refusal its small page, or one line."""
        body = self.pages.get(answer.status, b"This can only be read.\n")
        kind = f"text/{'html' if answer.status in self.pages else 'plain'}; charset=utf-8"
        about = (("content-type", kind), ("content-length", str(len(body))), ("cache-control", "public, max-age=60"))
        return FileResponse(answer.status, (*about, *answer.headers), body)

    def _guarded(self, send: Send) -> Send:
        """Count what a route answers, and say with it what every answer says."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answered[message["status"]] += 1
                said = {name for name, _ in message["headers"]}
                more = [(name.encode(), value.encode()) for name, value in SAFE if name.encode() not in said]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        return sent
