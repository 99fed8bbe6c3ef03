"""`/sources/add`: an address, what it holds, and then perhaps a source; asks a server only when the owner's form is sent."""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from feeds.publication.entry import public_address, source_key
from feeds.server.context import BUSY, OWNER_HEADERS, ServiceContext, in_thread, read_form
from feeds.server.editor.previews import PreviewRunner
from feeds.server.owner.offers import offers
from feeds.site.models import AddSourcePage
from feeds.site.render import add_source_page
from feeds.tagging.quality.trial import tagged_counts
from ingest.errors import TopicwireError
from ingest.polling.owner.looking import LookAtAddress, keep, look
from ingest.text.sanitize import one_line

_SECONDS: Final = 60.0  # for one address: a page may name several feeds of a slow server
_LARGEST: Final = 20_000  # bytes of a form
_LONGEST: Final = 4_000  # characters of an address
_KEPT: Final = timedelta(minutes=15)
_MOST: Final = 8  # looks that are remembered
_LATE: Final = "What was found is no longer remembered: look again."


class RecentLooks:
    """What was found lately, so that keeping it asks no server a second time."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._found: OrderedDict[str, tuple[datetime, LookAtAddress]] = OrderedDict()
        self._lock = Lock()

    def remember(self, found: LookAtAddress, now: datetime) -> str:
        """Remember what was found at an address; return its key."""
        key = secrets.token_urlsafe(9)
        with self._lock:
            self._found[key] = (now, found)
            while len(self._found) > _MOST:
                self._found.popitem(last=False)
        return key

    def get(self, key: str, now: datetime) -> LookAtAddress | None:
        """Return what was found, or None where that is too long ago or is not known."""
        with self._lock:
            at, found = self._found.get(key, (None, None))
        return found if at is not None and timedelta(0) <= now - at < _KEPT else None


@dataclass(slots=True)
class AddingRoutes:
    """The form for a new source, in two steps: look, then keep."""

    context: ServiceContext
    runner: PreviewRunner = field(default_factory=lambda: PreviewRunner(_SECONDS))
    _looks: RecentLooks = field(default_factory=RecentLooks)

    def routes(self) -> list[Route]:
        """Return the one route."""
        return [Route("/sources/add", self._endpoint, methods=["GET", "POST"])]

    async def _endpoint(self, request: Request) -> Response:
        refused = self.context.gate.refused(request)
        if refused:
            return refused
        if request.method != "POST":
            return self._shown(self._page(request.query_params))
        form = await read_form(request, _LARGEST) or {}
        forged = self.context.gate.forged(request, form.get("token", ""))
        if forged:
            return forged
        if "keep" in form:
            return await in_thread(lambda: self._kept(form))
        if self.runner.is_busy:
            return PlainTextResponse("Too many addresses wait; try again in a moment.\n", 503, BUSY)
        return await self.runner.run(request, lambda stopping: self._looked(form, stopping))

    def _page(self, asked: Mapping[str, str]) -> AddSourcePage:
        return AddSourcePage(self.context.gate.secret, one_line(asked.get("address", ""))[:_LONGEST])

    def _shown(self, page: AddSourcePage, status: int = 200) -> Response:
        return Response(add_source_page(page, self.context.root), status, OWNER_HEADERS, "text/html; charset=utf-8")

    # The first step

    def _looked(self, form: Mapping[str, str], stopping: Callable[[], bool]) -> Response:
        page, home = self._page(form), self.context.home
        if not page.address.strip():
            return self._shown(replace(page, fault="Give the address of a feed or of a site."), 422)
        try:
            found = look(home, page.address, tagged_counts(self.context.topics()), stopping)
        except TopicwireError as fault:
            return self._shown(replace(page, fault=f"{fault}."), 422)
        now = home.clock()
        return self._shown(
            replace(
                page,
                look=self._looks.remember(found, now),
                offers=offers(found, now),
                others=tuple(map(public_address, found.others)),
            )
        )

    # The second

    def _kept(self, form: Mapping[str, str]) -> Response:
        page, home = self._page(form), self.context.home
        found = self._looks.get(form.get("look", ""), home.clock())
        feeds = found.feeds if found else ()
        number = form["keep"]
        if not (number.isdecimal() and len(number) < 3 and int(number) < len(feeds)):  # noqa: PLR2004 - digits
            return self._shown(replace(page, fault=_LATE), 409)
        chosen = feeds[int(number)]
        try:
            new = keep(home, chosen)
        except TopicwireError as fault:
            return self._shown(replace(page, fault=f"Not added: {fault}."), 422)
        where = chosen.outcome.moved or chosen.url
        query = urlencode({"did": "add" if new else "known", "of": source_key(replace(chosen.outcome.source, url=where))})
        return RedirectResponse(f"{self.context.root}sources/manage?{query}", 303, OWNER_HEADERS)
