"""Erases items from the database and from the archives of feeds, in one transaction; the caller publishes afterwards."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feeds.publication.atomic_files import TWINS
from feeds.publication.document import file_name
from feeds.publication.erasure.resealing import without
from feeds.store.upkeep.erasure import PublishedTraces
from feeds.stories.grouping_pass import GroupingPass
from ingest.store.facts import Facts
from ingest.store.upkeep.erasure import Eraser, Traces
from ingest.text.urls import destination, iri


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What an erasure did."""

    items: int
    feeds: tuple[str, ...]  # that had shown something of it
    resealed: tuple[str, ...]  # archive documents that were changed, by their paths in the home
    returned: int  # entries of others that were taken out of these, and are published anew
    atom_ids: frozenset[str]  # of the tombstones


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """What is to be erased."""

    rows: tuple[int, ...]
    source: str | None  # with all that it carried
    now: datetime
    secret: bytes  # the key of the hashes that remain, where the database has none yet


def erase(facts: Facts, home: Path, request: ErasureRequest, traces: Sequence[Traces]) -> ErasureReport:
    """Erase items, and a source, from the database; remove the published archive documents that held them.

    The caller holds the home. What else is published must be published anew, and the database cleaned after that.
    """
    eraser, published = Eraser(facts), PublishedTraces(facts)
    eraser.overwrite_erased_from_now_on()
    for row in request.rows:
        GroupingPass(facts).split(row, "erased", request.now)  # what is left of its story is a story of its own
    with facts.transaction():
        ids, feeds = published.atom_ids(request.rows), published.feeds(request.rows)
        published.bury(request.rows, ids, request.now)
        resealed, returned = _reseal(published, _needles(traces, ids, request.source))
        eraser.erase_items(traces, request.now, request.secret)
        if request.source:
            published.erase_sentences_of(request.source)
            eraser.erase_source(request.source, request.now, request.secret)
    for path in resealed:
        for name in (path, *(path + twin for twin in TWINS)):
            with suppress(FileNotFoundError):
                (home / name).unlink()
    return ErasureReport(len(request.rows), tuple(sorted(feeds)), tuple(resealed), returned, ids)


def _needles(traces: Sequence[Traces], atom_ids: frozenset[str], source: str | None) -> frozenset[str]:
    """Return what an entry names items by: their ids and addresses, also as feeds write them."""
    names = {one for each in traces for one in (*each.addresses, each.uid)}
    written = {iri(destination(one)) for one in names if "://" in one}
    return frozenset({*names, *written, *atom_ids, *([source] if source else [])})


def _reseal(published: PublishedTraces, needles: frozenset[str]) -> tuple[list[str], int]:
    """Take what names the items out of all archive documents; return (paths of the changed documents, entries that return)."""
    paths, returned = [], 0
    for one in published.archived():
        document, taken = without(one.document, needles)
        if document != one.document:
            returned += published.reseal(one._replace(document=document), taken)
            folder, _, topic = one.feed.partition("/")
            paths.append(f"{folder}/{file_name(topic, one.number, 'atom')}")
    return paths, returned
