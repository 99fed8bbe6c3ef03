"""`/sources/manage`: all sources, each with what its owner can do: poll, pause, resume, remove; asks no server itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.publication.entry import public_address, source_key
from feeds.server.access import Refusal
from feeds.server.context import OWNER_HEADERS, ServiceContext, in_thread, read_form, refuse
from feeds.server.listing.sources import asked_of
from feeds.site.models import OwnSourcesPage
from feeds.site.render import own_sources_page
from feeds.site.sources import filtered
from feeds.site.views import source_lines
from ingest.errors import UsageError
from ingest.model import Source
from ingest.planner.health import all_health
from ingest.polling.owner.decisions import Decision, decide
from ingest.polling.sources import FILE
from ingest.store.facts import Facts
from ingest.store.lock import is_held

_LARGEST: Final = 10_000  # bytes of a form
_PATH: Final = "sources/manage"
_ASKED: Final = ("q", "standing", "order", "page")  # of the list, kept while its sources change
_DONE: Final = {  # in words, by what was done
    "add": "Added: {name}. What it holds is tagged and published with the next pass{when}.",
    "known": "{name} is polled already.",
    "poll": "Due now: {name} is polled with the next pass{when}.",
    "pause": "Paused: {name} is left alone until you resume it. What it carried stays.",
    "resume": "Resumed: {name} is polled again when it is due.",
    "remove": "Removed: {name} is polled no more. What it carried stays.",
}


@dataclass(slots=True)
class OwnSourcesRoutes:
    """The owner's page of sources and its forms."""

    context: ServiceContext

    def routes(self) -> list[Route]:
        """Return the one route."""
        return [Route(f"/{_PATH}", self._endpoint, methods=["GET", "POST"])]

    async def _endpoint(self, request: Request) -> Response:
        refused = self.context.gate.refused(request)
        if refused:
            return refused
        if request.method != "POST":
            return await in_thread(lambda: self._shown(dict(request.query_params)))
        form = await read_form(request, _LARGEST) or {}
        forged = self.context.gate.forged(request, form.get("token", ""))
        if forged:
            return forged
        return await in_thread(lambda: self._decided(form))

    # The page

    def _shown(self, asked: Mapping[str, str], fault: str = "", status: int = 200) -> Response:
        home = self.context.home
        with home.stored(quiet=True) as facts:
            found = facts.sources.all()
            shape, carried = facts.polls.cost(home.settings.polling.rule).shape, facts.sources.carried()
        now = home.clock()
        lines = source_lines(all_health(found, now, shape), carried)
        in_file = (home.folder / FILE).exists()
        page = OwnSourcesPage(
            listing=filtered(lines, now, *asked_of(asked), path=_PATH),
            token=self.context.gate.secret,
            listed=frozenset(source_key(one) for one, _ in found if in_file and one.origin == "opml"),
            message=self._in_words(asked, [one for one, _ in found]),
            fault=fault,
        )
        return Response(own_sources_page(page, self.context.root), status, OWNER_HEADERS, "text/html; charset=utf-8")

    def _in_words(self, asked: Mapping[str, str], found: list[Source]) -> str:
        """Return what was done last, in words."""
        done, source = _DONE.get(asked.get("did", "")), _of(asked.get("of", ""), found)
        if done is None or source is None:
            return ""
        when = ", within a minute" if is_held(self.context.home.folder) else ""
        return done.format(name=f"“{public_address(source.name)}”", when=when)

    # The forms

    def _decided(self, form: Mapping[str, str]) -> Response:
        kept = {name: form[name] for name in _ASKED if form.get(name)}
        if form.get("do") not in list(Decision):
            return refuse(Refusal(400, "a decision names a source, and poll, pause, resume or remove"))
        decision = Decision(form["do"])
        with self.context.home.stored(quiet=True) as facts:
            fault = _carried_out(self.context, facts, decision, form.get("source", ""))
        if fault:
            return self._shown(kept, fault, 409)
        query = urlencode(kept | {"did": str(decision), "of": form["source"]})
        return RedirectResponse(f"{self.context.root}{_PATH}?{query}", 303, OWNER_HEADERS)


def _of(key: str, found: list[Source]) -> Source | None:
    return next((one for one in found if source_key(one) == key), None)


def _carried_out(context: ServiceContext, facts: Facts, decision: Decision, key: str) -> str:
    """Carry out a decision about a source; return why it was refused, or nothing."""
    source = _of(key, [one for one, _ in facts.sources.all()])
    if source is None:
        return "This source is no longer here, or has moved: choose it again."
    try:
        decide(context.home, facts, decision, (source.url,))
    except UsageError as fault:
        return f"{fault}."
    return ""
