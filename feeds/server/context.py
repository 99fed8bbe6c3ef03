"""What the routes that need the database share: the home, the topics in force, the path of the site, threads for their work."""

from collections.abc import Awaitable, Callable
from threading import Lock
from typing import Final, TypeVar
from urllib.parse import urlsplit

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from feeds.server.access import Access
from feeds.tagging.topic.cache import TopicCache
from feeds.tagging.topic.folders import topic_folders
from feeds.tagging.topic.model import Topic
from ingest.polling.home import Home
from ingest.settings import Service

_T = TypeVar("_T")
NO_STORE: Final = {"cache-control": "no-store"}
_MOST_WAITING: Final = 32  # requests that wait for one limiter
_BUSY: Final = NO_STORE | {"retry-after": "5"}


class ServiceContext:
    """The home that a site serves. Routes use it from several threads."""

    def __init__(self, home: Home) -> None:
        """Take the home that is served."""
        self.home = home
        self.base = f"{home.settings.base_url}/"
        self.root = urlsplit(self.base).path
        # Broken files are reported when items are classified, not here.
        self._topics, self._lock = TopicCache(topic_folders(home.folder, home.settings), lambda _fault: None), Lock()

    def topics(self) -> tuple[Topic, ...]:
        """Return the topics in force."""
        with self._lock:
            return self._topics.topics()

    def open_topics(self) -> dict[str, Topic]:
        """Return the topics that are not private, by name."""
        return {topic.name: topic for topic in self.topics() if not topic.publish.private}


def access_of(service: Service) -> Access:
    """Return the rule of who may review, by the settings of a service."""
    return Access(service.bind, service.base_url, service.review_token)


async def in_thread(work: Callable[[], _T]) -> _T:
    """Run `work` in a thread. A cancelled request abandons the thread, which reads only, or writes all or nothing."""
    return await run_sync(work, abandon_on_cancel=True)


def in_threads(
    answer: Callable[[Request], Response], limiter: CapacityLimiter | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that runs `answer` in threads; `limiter` says how many at once, and many more are refused with 503."""

    async def endpoint(request: Request) -> Response:
        if limiter is not None and limiter.statistics().tasks_waiting >= _MOST_WAITING:
            return PlainTextResponse("Too many ask at once; try again in a moment.\n", 503, _BUSY)
        return await run_sync(answer, request, abandon_on_cancel=True, limiter=limiter)

    return endpoint
