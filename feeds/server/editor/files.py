"""The topic files of a home as an editor opens and saves them; writes into the home's own folder alone, and matches nothing."""

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from feeds.publication.atomic_files import overwrite, sync_folder
from feeds.tagging.topic.folders import TopicFolders
from feeds.tagging.topic.loader import refuse_name
from ingest.errors import TopicError, UsageError
from ingest.home_files import regular_file

_LOCK: Final = Lock()  # between the comparison with the file and its replacement
_MODE: Final = 0o644


@dataclass(frozen=True, slots=True)
class OpenedTopic:
    """A topic file as it lies there: a new one has no text, a shipped one is opened as a copy."""

    name: str
    text: str
    state: str  # what is in the home under this name: a digest of its bytes, empty where nothing is
    is_shipped: bool = False  # the program has a file of this name; its text is opened where the home has none

    @property
    def is_new(self) -> bool:
        """True where neither the home nor the program has a file of this name."""
        return not self.state and not self.is_shipped


class ConflictError(UsageError):
    """The file is no longer as it was opened; `now` is how it is."""

    def __init__(self, now: OpenedTopic) -> None:
        """Say what has happened to it."""
        what = "was changed" if now.state else "was removed"
        super().__init__(
            f"{now.name}.toml {what} since you opened it", "your text is kept: compare it with the file, then save it again"
        )
        self.now = now


def open_topic(folders: TopicFolders, name: str) -> OpenedTopic:
    """Open a topic file for editing. Raises TopicError for a name that no topic may have, and a file that cannot be read."""
    refuse_name(name, f"{name}.toml")
    own, shipped = folders.own / f"{name}.toml", folders.shipped_files().get(name)
    data = _bytes(own)
    if data is None:
        text = _text(shipped, shipped.read_bytes()) if shipped else ""
        return OpenedTopic(name, text, "", is_shipped=shipped is not None)
    return OpenedTopic(name, _text(own, data), _digest(data), is_shipped=shipped is not None)


def save_topic(folders: TopicFolders, name: str, text: str, opened: str) -> None:
    """Write a topic file into the home in one step; `opened` is the state in which it was opened.

    Raises ConflictError where it is in another state by now, TopicError for a name that no topic may have, UsageError for
    a link to another place, and StoreError.
    """
    refuse_name(name, f"{name}.toml")
    path = folders.own / f"{name}.toml"
    with _LOCK:
        if path.is_symlink():
            raise UsageError(f"{path} is a link to another place", "edit the file there")
        if _state(path) != opened:
            raise ConflictError(open_topic(folders, name))
        overwrite(path, text.encode(), mode=stat.S_IMODE(path.stat().st_mode) if opened else _MODE)
        sync_folder(path.parent)


def _bytes(path: Path) -> bytes | None:
    try:
        return regular_file(path)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise TopicError(f"{path}: {fault.strerror}", "check the file's rights") from fault


def _state(path: Path) -> str:
    data = _bytes(path)
    return "" if data is None else _digest(data)


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as fault:
        raise TopicError(f"{path}: {fault}", "save the file as UTF-8") from fault


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
