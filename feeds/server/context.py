"""What the routes that need the database share: the home, the topics in force, the path under which the site lies."""

from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from feeds.server.access import Access
from feeds.tagging.topic.cache import TopicCache
from feeds.tagging.topic.folders import topic_folders
from feeds.tagging.topic.model import Topic
from ingest.polling.home import Home
from ingest.settings import Service

FRESH: Final = {"cache-control": "no-store"}


class ServiceContext:
    """One for a site; its routes run in threads."""

    def __init__(self, home: Home) -> None:
        """Take the home that is served."""
        self.home = home
        self.base = f"{home.settings.base_url}/"
        self.root = urlsplit(self.base).path
        # Broken files are reported by whoever classifies, not here.
        self._topics, self._lock = TopicCache(topic_folders(home.folder, home.settings), lambda _fault: None), Lock()

    def topics(self) -> tuple[Topic, ...]:
        """Return the topics in force."""
        with self._lock:
            return self._topics.topics()

    def open_topics(self) -> dict[str, Topic]:
        """Return the topics that anybody may see, by name."""
        return {topic.name: topic for topic in self.topics() if not topic.publish.private}


def access_of(service: Service) -> Access:
    """Return the rule of who may review, by the settings of a service."""
    return Access(service.bind, service.base_url, service.review_token)
