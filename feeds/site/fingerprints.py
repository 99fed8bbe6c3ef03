"""What pages are made of, as figures and hashes: while they stay, so do the pages; draws nothing."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from feeds.publication.edition import Target
from feeds.site import queries, views
from feeds.tagging.topic.model import Topic
from ingest.store.facts import Facts

BEFORE: Final = datetime(1970, 1, 1, tzinfo=UTC)  # anything was known
_SOURCES_SECONDS: Final = 600  # thousands of rows: not drawn at every poll for times alone
_SHAPING: Final = {".py", ".html", ".css", ".js", ".svg"}


def as_of(facts: Facts) -> datetime:
    """Give the moment of which pages speak: the last of which the database knows anything."""
    return queries.as_of(facts) or BEFORE


def state(facts: Facts, target: Target) -> tuple[object, ...]:
    """Give figures that change whenever pages do, beside all that feeds are made of."""
    now, settings = as_of(facts), target.settings
    alike = settings.polling.rule, settings.service.search
    return _form(), now.date(), sources_state(facts, now), queries.sealed(facts), *alike


def is_clean(target: Target, paths: Iterable[str]) -> bool:
    """Say whether no page of ours lies in the folder but these."""
    folder = Folder(target.folder)
    folder.want(*(path.partition("/")[2] for path in paths))
    return next(folder.leftovers(), None) is None


def sources_state(facts: Facts, now: datetime) -> tuple[object, ...]:
    """Give figures that change when a source comes, goes, fails or recovers, and every ten minutes."""
    return queries.sources_mark(facts), int(now.timestamp()) // _SOURCES_SECONDS


def fingerprint(*parts: object) -> str:
    """Hash what a page is made of, and what shapes all pages."""
    return hashlib.blake2b(repr((_form(), *parts)).encode(), digest_size=12).hexdigest()


def shaping(topic: Topic) -> object:
    """Give all of a topic that shows on pages; its wording shows where it names words to be masked."""
    return views.about(topic), topic.publish, topic.version if topic.publish.mask else ""


@cache
def _form() -> str:
    """Hash what shapes pages: another program, other templates, other pages."""
    files = sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix in _SHAPING)
    return hashlib.blake2b(b"".join(path.read_bytes() for path in files), digest_size=12).hexdigest()


_HEAD: Final = 800  # bytes in which the fingerprint stands
_FINGERPRINT: Final = re.compile(rb'<meta name="fingerprint" content="([0-9a-f]*)">')


class Folder:
    """A folder during one publication."""

    def __init__(self, path: Path, harmed: Iterable[str] = ()) -> None:
        """Look at the pages in `path`, which need not exist; what `harmed` ones say of themselves is not believed."""
        self._path, self._harmed = path, frozenset(harmed)
        self._wanted: set[str] = set()  # paths that have their place in the site

    def want(self, *paths: str) -> None:
        """Remember that pages have their place here."""
        self._wanted.update(paths)

    def holds(self, path: str, fingerprint: str) -> bool:
        """Say whether a page lies there just as it would be made; it has its place here in any case."""
        self.want(path)
        return path not in self._harmed and self._fingerprint(path) == fingerprint

    def leftovers(self) -> Iterator[str]:
        """Give the pages of ours that were not wanted; what somebody else put there is none of them."""
        return (path for path in sorted(set(self._found()) - self._wanted) if self._fingerprint(path))

    def _found(self, below: str = "") -> Iterator[str]:
        with suppress(OSError), os.scandir(self._path / below) as entries:
            for entry in entries:
                if entry.name.endswith(".html"):
                    yield below + entry.name
                elif not below and entry.is_dir():
                    yield from self._found(f"{entry.name}/")

    def _fingerprint(self, path: str) -> str:
        with suppress(OSError), (self._path / path).open("rb") as file:
            found = _FINGERPRINT.search(file.read(_HEAD))
            return found[1].decode() if found else ""
        return ""
