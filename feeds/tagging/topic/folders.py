"""Finds the topic files in force: the home's own and, beside them, the shipped ones that the settings choose; reads none."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.errors import SettingsError, StoreError, UsageError, did_you_mean
from ingest.settings import Settings

SHIPPED: Final = Path(__file__).parents[2] / "topics"
_UNFINISHED: Final = ".topicwire-"  # how a file begins that is not yet whole
_MODE: Final = 0o644
ON_REQUEST: Final = frozenset({"planet-of-everything"})  # shipped, and in force only where it is named: it repeats every source


@dataclass(frozen=True, slots=True)
class TopicFolders:
    """The folders of topic files. A home's own file replaces the shipped one of its name, also while it cannot be read."""

    own: Path
    shipped: Path = SHIPPED
    chosen: bool | tuple[str, ...] = True  # `topics.shipped`

    @property
    def retired(self) -> Path:
        """The folder of retired topics; a shipped topic with a file there is not in force."""
        return self.own / "retired"

    def files(self) -> dict[str, Path]:
        """Return the files in force by name, in the order of the names. Raises SettingsError for an unknown name that is chosen."""
        retired = _named(self.retired).keys()
        shipped = {name: path for name, path in self._chosen().items() if name not in retired}
        return dict(sorted((shipped | _named(self.own)).items()))

    def shipped_files(self) -> dict[str, Path]:
        """Return the shipped files by name, whether they are in force or not."""
        return _named(self.shipped)

    def _chosen(self) -> dict[str, Path]:
        there = _named(self.shipped)
        if isinstance(self.chosen, bool):
            return {name: path for name, path in there.items() if self.chosen and name not in ON_REQUEST}
        _known(self.chosen, there)
        return {name: there[name] for name in self.chosen}


def _named(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in folder.glob("*.toml")}


def _known(names: Iterable[str], there: dict[str, Path]) -> None:
    for name in names:
        if name not in there:
            raise SettingsError(f'topics.shipped: no shipped topic is called "{name}"', _shipped_cure(name, there))


def _shipped_cure(name: str, there: dict[str, Path]) -> str:
    return did_you_mean(name, there, f"shipped are: {', '.join(sorted(there))}")


def put_away(folders: TopicFolders, name: str, path: Path) -> Path:
    """Put a topic's file, or a copy of the shipped one, where it is not in force; return where. Raises StoreError."""
    kept = folders.retired / path.name
    try:
        folders.retired.mkdir(parents=True, exist_ok=True)
        if path.parent == folders.own:
            path.replace(kept)
        if name in _named(folders.shipped) and not kept.exists():
            new_file(kept, path.read_bytes())
    except OSError as fault:
        raise StoreError(f"{kept}: {fault.strerror}", "check the folder's rights, or take the topic's file away by hand") from fault
    return kept


def copy_shipped(folders: TopicFolders, name: str) -> Path:
    """Copy a shipped topic's file into the home; return where. Raises UsageError, also where a file of that name lies there."""
    there = folders.shipped_files()
    if name not in there:
        raise UsageError(f'no shipped topic is called "{name}"', _shipped_cure(name, there))
    return create(folders.own / there[name].name, there[name].read_bytes())


def create(path: Path, text: bytes) -> Path:
    """Write a topic file where none is; return where. Raises UsageError where one is, and StoreError."""
    if not new_file(path, text):
        raise UsageError(f"{path} is there already", "edit it, or move it away first")
    return path


def new_file(path: Path, content: bytes) -> bool:
    """Write a file where none is, as a whole or not at all, and return whether it was written. Raises StoreError.

    Half a topic file might be in force: without its rules it would tag everything.
    """
    if path.exists():
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _unfinished(path) as name:
            Path(name).write_bytes(content)
            Path(name).chmod(_MODE)
            try:
                os.link(name, path)  # unlike a rename, this replaces nothing
            except FileExistsError:
                return False
            except OSError:  # a file system without hard links
                Path(name).rename(path)
    except OSError as fault:
        raise StoreError(f"{path}: {fault.strerror}", "check the folder's rights and free space") from fault
    return True


@contextmanager
def _unfinished(path: Path) -> Iterator[str]:
    """Yield the name of a new file beside a path, which is removed at the end if it still has that name."""
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    os.close(handle)
    try:
        yield name
    finally:
        with suppress(OSError):
            Path(name).unlink()


def kept_feed_messages(names: Iterable[str]) -> Iterator[str]:
    """Yield a message for each feed that is still served although its topic has no file in force."""
    for name in names:
        yield f"{name}: no topic file in force; its feed is served as it was (`topicwire topics retire {name}` withdraws it)"


def topic_folders(home: Path, settings: Settings) -> TopicFolders:
    """Return the folders of a home's topic files."""
    return TopicFolders(home / "topics", chosen=settings.topics.shipped)
