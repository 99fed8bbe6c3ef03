"""Which sources are polled: the home's sources.opml, else what was added by command, else the shipped starter list; polls none."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

from ingest.errors import SourceListError
from ingest.formats import newsboat, opml
from ingest.model import SourceKind, SourceStatus
from ingest.store.facts import Facts

FILE: Final = "sources.opml"
STARTER: Final = Path(__file__).with_name("starter.opml")
_READER: Final = b"2"  # raise it to have every list read anew


def read_list(path: Path, origin: str) -> opml.SourceList:
    """Read a list of sources, OPML or newsboat's `urls`, from a file. Raises SourceListError."""
    return parse_list(_bytes(path), origin, str(path))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise SourceListError(f"{path}: {fault.strerror}", "name an OPML file that can be read") from fault


def parse_list(data: bytes, origin: str, where: str) -> opml.SourceList:
    """Read a list of sources of either kind. Raises SourceListError."""
    is_text = data.strip() and b"<" not in data[:4_096].replace(b"\0", b"")
    return newsboat.parse(data, origin, where) if is_text else opml.parse(data, origin, where)


def synchronise(facts: Facts, home: Path, now: datetime) -> tuple[str, ...]:
    """Bring the stored sources in line with the home folder; return the refused lines.

    `sources.opml` is the owner's word: what it lists is polled, what it lists no longer is not, and
    the starter list gives way to it. Sources added by command stay. The starter list is taken
    once, when there is no other source at all. Items are never removed.
    """
    path = home / FILE
    if path.exists():
        data = _bytes(path)
        name, _, refused = (facts.notes.get("list") or "").partition("\n")  # the same bytes cost no parse
        if name != (same := hashlib.blake2b(data, digest_size=16, key=_READER).hexdigest()):
            listed = parse_list(data, "opml", str(path))
            replace_listed(facts, listed, {"opml", "starter"}, now)
            refused = "\n".join(listed.said)
            facts.notes.put("list", f"{same}\n{refused}")
        return tuple(refused.splitlines())
    if not facts.sources.any_chosen():
        facts.sources.add(read_list(STARTER, "starter").sources, now)
    return ()


def replace_listed(facts: Facts, listed: opml.SourceList, origins: set[str], now: datetime) -> None:
    """Poll what a list holds, and of what came from these `origins` nothing else; one that is damaged takes nothing away."""
    facts.sources.add(listed.sources, now)
    if listed.is_damaged:
        return
    wanted = {facts.sources.present_url(source.url) for source in listed.sources}
    for source, _ in facts.sources.all():
        mine = source.kind is SourceKind.FEED and source.origin in origins and source.status is not SourceStatus.RETIRED
        if mine and source.url not in wanted:
            facts.sources.retire(source.url)
