"""Keeps the topics in force while the service runs: a changed file is read again, a broken one keeps its last good wording."""

from collections.abc import Callable
from pathlib import Path

from feeds.tagging.topic.folders import TopicFolders
from feeds.tagging.topic.loader import read_topic
from feeds.tagging.topic.model import Topic
from ingest.errors import TopicError

_Stamp = tuple[int, int]  # mtime in ns and size: another stamp is another file


class TopicCache:
    """The topics of a home, kept from one call to the next."""

    def __init__(self, folders: TopicFolders, say: Callable[[str], None]) -> None:
        """Read from `folders`; `say` is called with a message for a broken file, once for each change of it."""
        self._folders, self._say = folders, say
        self._read: dict[Path, tuple[_Stamp, Topic | None]] = {}

    def topics(self) -> tuple[Topic, ...]:
        """Return the topics in the order of their names: each file as it is now, or as it was when it could last be read."""
        self._read = {path: self._read_file(path) for path in self._folders.files().values()}
        return tuple(topic for _, topic in self._read.values() if topic is not None)

    def _read_file(self, path: Path) -> tuple[_Stamp, Topic | None]:
        before, topic = self._read.get(path, ((0, 0), None))
        try:
            about = path.stat()
        except OSError:
            return before, topic
        stamp = (about.st_mtime_ns, about.st_size)
        if stamp == before:
            return before, topic
        try:
            return stamp, read_topic(path)
        except TopicError as fault:
            kept = "its last good wording stays in force" if topic else "it is left out until it is mended"
            self._say(f"topicwire: {fault}; {kept}")
            return stamp, topic
