"""`/alerts.atom`: the messages of alerts that ask for it, for the owner alone; knows no table and no format."""

import hashlib
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.alerts.collect import AlertStories
from feeds.alerts.delivery import stored_message
from feeds.alerts.status_feed import PATH, status_feed
from feeds.server.context import OWNER_HEADERS, ServiceContext, in_threads
from feeds.server.negotiation import deciding_headers, is_not_modified, media_type
from feeds.store.alerts.outbox import AlertOutbox
from ingest.store.instance import instance_of

_MESSAGES: Final = 50
_NO_DATE: Final = 1 << 60  # it is made when it is asked for: no If-Modified-Since is late enough


@dataclass(frozen=True, slots=True)
class AlertRoutes:
    """The feed of alerts."""

    context: ServiceContext

    def routes(self) -> list[Route]:
        """Return its route; none where no alert asks for it."""
        return [Route(f"/{PATH}", in_threads(self._answer))] if any(one.feed for one in self.context.home.settings.alert) else []

    def _answer(self, request: Request) -> Response:
        if refusal := self.context.gate.refused(request):
            return refusal
        body = self._feed()
        etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        if is_not_modified(etag, _NO_DATE, deciding_headers(request.scope["headers"])):
            return Response(None, 304, OWNER_HEADERS | {"etag": etag})
        return Response(body, 200, OWNER_HEADERS | {"etag": etag}, media_type(PATH))

    def _feed(self) -> bytes:
        settings = self.context.home.settings
        by_name = {alert.name: alert for alert in settings.alert if alert.feed}
        with self.context.home.stored(quiet=True) as facts:
            outbox = AlertOutbox(facts)
            stories = AlertStories(facts, self.context.topics(), self.context.target(facts))
            found = outbox.messages(by_name, _MESSAGES)
            made = [stored_message(outbox, stories, by_name[one.alert], one, settings.base_url) for one in found]
            return status_feed([one for one in made if not one.is_empty], instance_of(facts), settings.base_url)
