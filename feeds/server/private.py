"""`/private/TOKEN/FILE`: the files of a private feed for holders of a granted address; reveals nothing to others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.server.context import ServiceContext, in_threads
from feeds.server.files import FileResponse, FileServer
from feeds.server.negotiation import deciding_headers
from feeds.store.grants import Grants

_NOINDEX: Final = (("x-robots-tag", "noindex, nofollow"),)
_LONGEST: Final = 200  # characters of a token


@dataclass(slots=True)
class PrivateRoutes:
    """The addresses that were granted."""

    context: ServiceContext
    with_error_page: Callable[[FileResponse], FileResponse]
    _files: FileServer = field(init=False)

    def __post_init__(self) -> None:
        """Serve the folder of the private feeds."""
        self._files = FileServer(self.context.home.folder / "private", "private, max-age=300", _NOINDEX)

    def routes(self) -> list[Route]:
        """Return the routes: one address, and a refusal for everything below."""
        return [
            Route("/private/{token}/{name}", in_threads(self._answer)),
            Route("/private/{rest:path}", in_threads(self._missing)),
        ]

    def _missing(self, _request: Request) -> Response:
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
        answer = self._files.answer(f"/{quote(name)}", deciding_headers(request.scope["headers"]))
        if answer.status in {404, 410}:
            return self._refuse(answer.status)
        return Response(answer.body, answer.status, dict(answer.headers))

    def _refuse(self, status: int) -> Response:
        answer = self.with_error_page(FileResponse(status, _NOINDEX))
        return Response(answer.body, status, dict(answer.headers) | {"cache-control": "no-store"})
