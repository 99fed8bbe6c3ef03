"""Erases items from the database and from the archives of feeds, in one transaction; the caller publishes afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.publication.document import file_name
from feeds.publication.erasure.resealing import without
from feeds.publication.erasure.unfinished import UnfinishedErasure, keep_unfinished
from feeds.store.published_files import FileRecords
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
    learnt: tuple[str, ...] = ()  # topics whose models have learnt from it


def erase(facts: Facts, request: ErasureRequest, traces: Sequence[Traces]) -> ErasureReport:
    """Erase items, and a source, from the database, and note there what is still to be done outside of it.

    Whoever publishes next writes the archive documents that held them anew: they no longer count as written.
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
        FileRecords(facts).write((), resealed)
        needles, names = needles_of(traces, request.source), _names(traces, request.source)
        keep_unfinished(facts, UnfinishedErasure(tuple(resealed), tuple(needles), request.learnt, tuple(names)))
    return ErasureReport(len(request.rows), tuple(sorted(feeds)), tuple(resealed), returned, ids)


def needles_of(traces: Sequence[Traces], source: str | None) -> frozenset[str]:
    """Return what a search of files looks for after an erasure."""
    return frozenset({needle for one in traces for needle in one.needles} | ({source} if source else set()))


def _names(traces: Sequence[Traces], source: str | None) -> frozenset[str]:
    """Return by what the items or the source can be asked for."""
    given = {name for one in traces for _, *names in one.names for name in names if isinstance(name, str)}
    return frozenset({source} - {None} if source else {*given, *(one.uid for one in traces), *needles_of(traces, None)})


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
