"""`/private/TOKEN/FILE`: the files of a private feed for who was given an address; says nothing of what others could read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.server.context import ServiceContext
from feeds.server.files import FileResponse, FileServer
from feeds.server.negotiation import asked
from feeds.server.threads import threaded
from feeds.store.grants import Grants

_QUIET: Final = (("x-robots-tag", "noindex, nofollow"),)
_LONGEST: Final = 200  # characters of a token


@dataclass(slots=True)
class Private:
    """The addresses that were given."""

    context: ServiceContext
    notice: Callable[[FileResponse], FileResponse]  # gives a refusal its page
    _files: FileServer = field(init=False)

    def __post_init__(self) -> None:
        """Serve a folder of their own."""
        self._files = FileServer(self.context.home.folder / "private", "private, max-age=300", _QUIET)

    def routes(self) -> list[Route]:
        """Return the one address."""
        return [Route("/private/{token}/{name}", threaded(self._answer)), Route("/private/{rest:path}", threaded(self._nothing))]

    def _nothing(self, _request: Request) -> Response:
        return self._refuse(404)

    def _answer(self, request: Request) -> Response:
        token, name = request.path_params["token"], request.path_params["name"]
        if len(token) > _LONGEST or not self.context.home.database_path.exists():
            return self._refuse(404)
        with self.context.home.stored(quiet=True) as facts:
            grants = Grants(facts)
            grant = grants.find(token)
            if grant is None or name.partition(".")[0] != grant.topic:
                return self._refuse(404)
            if grant.revoked is not None:
                return self._refuse(410)
            grants.note_use(grant, token, self.context.home.clock())
        answer = self._files.answer(f"/{quote(name)}", asked(request.scope["headers"]))
        if answer.status in {404, 410}:
            return self._refuse(answer.status)
        return Response(answer.body, answer.status, dict(answer.headers))

    def _refuse(self, status: int) -> Response:
        answer = self.notice(FileResponse(status, _QUIET))
        return Response(answer.body, status, dict(answer.headers) | {"cache-control": "no-store"})
