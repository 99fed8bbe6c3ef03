"""Which sources are polled: the home's sources.opml, else what was added by command, else the shipped starter list; polls none."""

from datetime import datetime
from pathlib import Path
from typing import Final

from ingest.errors import SourceListError
from ingest.formats import opml
from ingest.item import SourceKind, SourceStatus
from ingest.store import Facts

FILE: Final = "sources.opml"
STARTER: Final = Path(__file__).with_name("starter.opml")


def read_list(path: Path, origin: str) -> opml.SourceList:
    """Read a list of sources from a file. Raises SourceListError."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise SourceListError(f"{path}: {fault.strerror}", "name an OPML file that can be read") from fault
    return opml.parse(data, origin, str(path))


def synchronise(facts: Facts, home: Path, now: datetime) -> tuple[str, ...]:
    """Bring the stored sources in line with the home folder; give the refused lines.

    `sources.opml` is the owner's word: what it lists is polled, what it lists no longer is not, and
    the starter list gives way to it. Sources added by command stay. The starter list is taken
    once, when there is no other source at all. Items are never removed.
    """
    path = home / FILE
    known = [source for source, _ in facts.sources() if source.kind is SourceKind.FEED and source.status is not SourceStatus.ONCE]
    if path.exists():
        listed = read_list(path, "opml")
        facts.add_sources(listed.sources, now)
        wanted = {source.url for source in listed.sources}
        for source in known:
            if source.origin in {"opml", "starter"} and source.url not in wanted and source.status is SourceStatus.ACTIVE:
                facts.retire(source.url)
        return listed.refused
    if not known:
        facts.add_sources(read_list(STARTER, "starter").sources, now)
    return ()
