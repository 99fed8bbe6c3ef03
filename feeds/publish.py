"""Tagged items -> files in `public/`, replaced only when their bytes change; knows no wording of any topic."""

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from feeds import atom
from feeds.entry import Entry, Manner, feed_id, make_entry, own_id, wanted_id
from feeds.pages import site_files
from feeds.store import Judgements
from feeds.topic import Topic
from ingest.errors import StoreError
from ingest.settings import Settings
from ingest.store import Facts

_UNFINISHED = ".topicwire-"  # how a file begins that is not yet whole


@dataclass(frozen=True, slots=True)
class Target:
    """Where to publish, and as whom."""

    folder: Path
    instance: UUID
    settings: Settings


def publish(facts: Facts, judgements: Judgements, topics: tuple[Topic, ...], target: Target) -> tuple[Path, ...]:
    """Write the feed of every topic and the pages; give the files whose bytes changed. Raises StoreError."""
    written = []
    for topic in topics:
        entries = entries_of(facts, judgements, topic, target)
        address = atom.Address(feed_id(target.instance, topic.name), f"{target.settings.base_url}/{topic.name}.atom")
        written.append((target.folder / f"{topic.name}.atom", atom.render(topic, entries, address)))
    written += [(target.folder / page.path, page.data) for page in site_files(facts, judgements, topics, target) if page.data]
    return tuple(path for path, data in written if replace(path, data))


def entries_of(facts: Facts, judgements: Judgements, topic: Topic, target: Target) -> tuple[Entry, ...]:
    """Give the newest entries of a topic's feed; each new one is given its permanent id here."""
    settings = target.settings.publish
    chosen = judgements.newest(topic.name, settings.entries)
    stored = facts.by_rows(row for row, _ in chosen)
    with facts.transaction():
        judgements.announce((item.row for item in stored), topic.name)
        ids = [judgements.atom_id(item.row, wanted_id(item.item.guid), own_id(item.id)) for item in stored]
    manner = Manner(target.instance, settings.full_content)
    return tuple(
        make_entry(item, judgement, topic, atom_id, manner)
        for item, (_, judgement), atom_id in zip(stored, chosen, ids, strict=True)
    )


def replace(path: Path, data: bytes) -> bool:
    """Replace a file by `data` in one step, unless it holds just that already; give whether it was replaced.

    A reader sees the old file or the new one, never half of either, also after a power cut (P8, D3).
    """
    with suppress(OSError):
        if path.read_bytes() == data:
            return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_beside(path, data)
    except OSError as fault:
        raise StoreError(f"{path}: {fault.strerror}", "check the folder's rights and free space") from fault
    return True


def _write_beside(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644)  # mkstemp's is for the owner alone; another user's web server reads it
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sweep(folder: Path) -> None:
    """Remove the unfinished files that a killed process left."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        with suppress(OSError):
            path.unlink()
