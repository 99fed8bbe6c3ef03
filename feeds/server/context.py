"""What the routes that need the database share: the home, the topics in force, who may see the owner's pages, threads."""

import secrets
from collections.abc import Awaitable, Callable
from threading import Lock
from typing import Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from feeds.answers.audience import Audience
from feeds.publication.edition import Target
from feeds.publication.files import served_topics
from feeds.server.access import Access, Refusal, knows_token
from feeds.site.publish import item_page
from feeds.stories.grouping import Stories
from feeds.tagging.topic.cache import TopicCache
from feeds.tagging.topic.folders import topic_folders
from feeds.tagging.topic.model import Topic
from ingest.polling.home import Home
from ingest.settings import Service
from ingest.store.facts import Facts
from ingest.store.instance import instance_of

_T = TypeVar("_T")
NO_STORE: Final = {"cache-control": "no-store"}
# Otherwise a browser sends a form's origin as "null", and ours cannot be told from another's (Fetch, 3.2.5).
OWNER_HEADERS: Final = NO_STORE | {"referrer-policy": "same-origin", "x-robots-tag": "noindex"}
_PLAIN: Final = "text/plain; charset=utf-8"
_MOST_WAITING: Final = 32  # requests that wait for one limiter
BUSY: Final = NO_STORE | {"retry-after": "5"}


class OwnerGate:
    """Lets the owner alone to the pages for reviewing and editing: at this computer, or with the token."""

    def __init__(self, home: Home) -> None:
        """Take the home that is served, and make the secret that our forms send back."""
        self._home, self.secret = home, secrets.token_urlsafe(24)

    @property
    def is_local(self) -> bool:
        """True when the service is for this computer alone."""
        return access_of(self._home.settings.service).is_local

    def refused(self, request: Request) -> Response | None:
        """Return the refusal of whoever may not see the owner's pages; None for the owner."""
        refusal = self._refusal(request.scope)
        return refuse(refusal) if refusal else None

    def admits(self, scope: Scope) -> bool:
        """Return whether a request is the owner's."""
        return self._refusal(scope) is None

    def _refusal(self, scope: Scope) -> Refusal | None:
        client = scope["client"][0] if scope.get("client") else ""
        access = access_of(self._home.settings.service)
        return access.refusal(Headers(scope=scope), client, scope["http_version"], scope["path"])

    def forged(self, request: Request, token: str) -> Response | None:
        """Return the refusal of a form that is not of our own page; None for one of ours. `token` is what it sent back."""
        refusal = access_of(self._home.settings.service).forgery(request.headers, self.secret, token)
        return refuse(refusal) if refusal else None


def refuse(refusal: Refusal) -> Response:
    """Return a refusal as an answer."""
    more = {"www-authenticate": 'Basic realm="review", charset="UTF-8"'} if refusal.status == 401 else {}  # noqa: PLR2004 - by name
    return Response(f"{refusal.why}\n", refusal.status, OWNER_HEADERS | more, _PLAIN)


async def read_form(request: Request, largest: int) -> dict[str, str] | None:
    """Read a form; None for one of more than `largest` bytes."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > largest:
            return None
    return dict(parse_qsl(body.decode("utf-8", "replace")))


class ServiceContext:
    """The home that a site serves. Routes use it from several threads."""

    def __init__(self, home: Home) -> None:
        """Take the home that is served."""
        self.home = home
        self.base = f"{home.settings.base_url}/"
        self.root = urlsplit(self.base).path
        # Broken files are reported when items are classified, not here.
        self.gate = OwnerGate(home)
        self._topics, self._lock = TopicCache(topic_folders(home.folder, home.settings), lambda _fault: None), Lock()

    def topics(self) -> tuple[Topic, ...]:
        """Return the topics in force."""
        with self._lock:
            return self._topics.topics()

    def open_topics(self) -> dict[str, Topic]:
        """Return the topics that are not private, by name."""
        return {topic.name: topic for topic in self.topics() if not topic.publish.private}

    def item_page(self, uid: str) -> bytes | None:
        """Return the page of an item, as its file would be; None where it has no page. Raises the errors of the stores."""
        with self.home.stored(quiet=True) as facts:
            return item_page(facts, self.topics(), self.target(facts), uid)

    def target(self, facts: Facts) -> Target:
        """Return where the home publishes."""
        return Target(
            folder=self.home.folder / "public",
            instance=instance_of(facts),
            settings=self.home.settings,
            now=self.home.clock(),
            known=frozenset(topic_folders(self.home.folder, self.home.settings).files()) | served_topics(facts),
            grouping=Stories(facts),
        )


def audience_of(context: ServiceContext, request: Request) -> Audience:
    """Return who asks: the owner where the request has the token, else anybody."""
    settings = context.home.settings
    owner = knows_token(request.headers.get("authorization", ""), settings.service.review_token)
    return Audience.of(context.topics(), owner=owner, full=settings.publish.full_content)


def access_of(service: Service) -> Access:
    """Return the rule of who may review, by the settings of a service."""
    return Access(service.bind, service.base_url, service.review_token)


async def in_thread(work: Callable[[], _T]) -> _T:
    """Run `work` in a thread. A cancelled request abandons the thread, which reads only, or writes all or nothing."""
    return await run_sync(work, abandon_on_cancel=True)


def in_threads(
    answer: Callable[[Request], Response], limiter: CapacityLimiter | None = None, busy: Callable[[], Response] | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that runs `answer` in threads; `limiter` says how many at once, and many more are refused with 503.

    `busy` makes that refusal where it shall not be plain text.
    """

    async def endpoint(request: Request) -> Response:
        if limiter is not None and limiter.statistics().tasks_waiting >= _MOST_WAITING:
            return busy() if busy else PlainTextResponse("Too many ask at once; try again in a moment.\n", 503, BUSY)
        return await run_sync(answer, request, abandon_on_cancel=True, limiter=limiter)

    return endpoint
