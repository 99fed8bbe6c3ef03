"""One-off ingestion: an address, a site's address, a file, a folder or standard input -> stored items; polls nothing later."""

import logging
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from ingest.documents.kinds import is_document
from ingest.errors import ParseError, UsageError
from ingest.http.message import Request, Response
from ingest.log import log_event
from ingest.model import ParsedFeed, Source, SourceKind, SourceSettings, SourceStatus
from ingest.poll_state import SourceState, Trial
from ingest.polling.batch import Poll
from ingest.polling.discovery import discover
from ingest.polling.engine import Engine
from ingest.polling.following import read_document
from ingest.polling.parsers import Job
from ingest.polling.pipeline import (
    Report,
    SeedDocument,
    current_cost,
    file_bytes,
    read_bytes,
    read_file,
    read_folder,
    report_of,
    shown_name,
    state_after,
)
from ingest.polling.running.processing import poll_source
from ingest.settings import Settings
from ingest.store.facts import Facts
from ingest.text.markup import unpack_feed
from ingest.text.pasted_urls import PastedAddress, parse_pasted
from ingest.text.sanitize import one_line
from ingest.text.urls import without_secrets

_LOG: Final = logging.getLogger(__name__)
DOCUMENTS: Final = Source(
    "documents:", SourceKind.DOCUMENT, title="Documents read by hand", origin="ingest", status=SourceStatus.ONCE
)


def interpret(name: str) -> PastedAddress | Path | None:
    """Return the address or the path that `name` means, or None for neither.

    A name with a scheme is an address; else, where a file or folder has that name, it is that path; else a name that
    begins with a host is an address, unless it ends like a document's.
    """
    address = parse_pasted(name)
    if address and not address.instead:
        return address
    if name and "\0" not in name and Path(name).exists():
        return Path(name)
    is_file_name = "/" not in name and bool(Path(name).suffix) and is_document(name)
    return None if is_file_name else address


def ingest_all(facts: Facts, engine: Engine, settings: Settings, names: tuple[str, ...]) -> Report:
    """Ingest the document that each name means. Raises UsageError, before anything is stored, for a name without one."""
    for name in names:
        if name != "-" and interpret(name) is None:
            what = f"{one_line(name)[:200]}: no such file, folder or http(s) address"
            raise UsageError(what, "check the spelling; nothing was ingested")
    report = Report()
    for name in names:
        report += _one(facts, engine, settings, name)
    return report


def _one(facts: Facts, engine: Engine, settings: Settings, name: str) -> Report:
    if name == "-":
        return read_bytes(facts, engine, _standard_input(), SeedDocument("-", DOCUMENTS))
    path = interpret(name)
    if not isinstance(path, Path):
        return _address(facts, engine, settings, path) if path else Report()
    if path.is_dir():
        return read_folder(facts, engine, path, DOCUMENTS)
    known = shown_name(Path(path.name))
    return read_file(facts, engine, path, SeedDocument(known, DOCUMENTS, facts.documents.hashes(DOCUMENTS).get(known)))


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise UsageError("standard input is closed", "give a file, or pipe a document in")
    return sys.stdin.buffer.read()


def _address(facts: Facts, engine: Engine, settings: Settings, address: PastedAddress) -> Report:
    url = address.url
    if address.instead:
        log_event(_LOG, logging.INFO, "scheme_guessed", address.guess)
    source, state = _known(facts, url, SourceSettings(scheme_guessed=address.instead is not None))
    found = engine.submit(discover(engine, source, state)).result()
    outcome = found.outcome
    if found.named:
        _log_named(url, found.named)
        source, state = _known(facts, found.named[0])
        outcome = engine.submit(poll_source(Poll(source, state, facts.polls.before(source.url)), engine)).result()
    after = state_after(state, outcome, current_cost(facts, settings, outcome.at), 0.5)
    counts = facts.polls.record([(outcome, after)])
    return report_of([replace(outcome, error=f"{outcome.source.url}: {outcome.error}") if outcome.error else outcome], counts)


def _log_named(url: str, named: tuple[str, ...]) -> None:
    """Log which feeds a page names; the first is read."""
    shown = without_secrets(url)
    if len(named) > 1:
        log_event(_LOG, logging.INFO, "page_names_feeds", f"{shown}: a page that names {len(named)} feeds; the first is read:")
        for feed in named:
            log_event(_LOG, logging.INFO, "feed_named", f"  {feed}", page=shown, feed=feed)
    else:
        log_event(_LOG, logging.INFO, "feed_named", f"{shown}: a page; its feed is {named[0]}", page=shown, feed=named[0])


def _known(facts: Facts, url: str, own: SourceSettings = SourceSettings()) -> tuple[Source, SourceState]:  # noqa: B008 - frozen
    return facts.sources.get(url) or (Source(url, origin="ingest", status=SourceStatus.ONCE, settings=own), SourceState())


def summary(report: Report) -> str:
    """Return the lines on an ingestion: one for each failure, then one with the counts."""
    done = f"{report.counts.new} new, {report.counts.changed} changed, {report.unchanged} unchanged, {len(report.failed)} failed"
    return "\n".join([*(str(outcome.error) for outcome in report.failed), *report.faults, done])


def row(report: Report) -> dict[str, object]:
    """Return what `summary` says as an object."""
    counts = {"items_new": report.counts.new, "items_changed": report.counts.changed, "unchanged": report.unchanged}
    return counts | {"failed": len(report.failed), "errors": [str(outcome.error) for outcome in report.failed]}


# A look that stores nothing


def try_source(name: str, engine: Engine) -> Trial:
    """Read an address, a file or standard input (-) and store nothing. Raises UsageError, FetchError, ParseError."""
    address = None if name == "-" else interpret(name)
    if not isinstance(address, PastedAddress):
        return _trial_of_document(name, engine)
    if address.instead:
        log_event(_LOG, logging.INFO, "scheme_guessed", address.guess)
    try:
        return _trial_of_address(address, engine)
    except ParseError as fault:
        if not fault.feeds:
            raise
        found = _trial_of_address(
            PastedAddress(fault.feeds[0]), engine
        )  # a site's address: the feed that it names first, as `ingest` takes it
        return Trial(found.where, found.size, found.feed, without_secrets(address.url))


def _trial_of_address(address: PastedAddress, engine: Engine) -> Trial:
    now = engine.clock()

    def job(got: Response) -> Job:
        return Job(got.body, now, without_secrets(got.url), headers=tuple(got.headers.items()))

    found = engine.submit(read_document(engine, Request(address.url, instead=address.instead), job)).result()
    feed = unpack_feed(found.feed or ParsedFeed(()))
    led = without_secrets(address.url) if found.led_by else ""
    return Trial(without_secrets(found.fetched.url), len(found.fetched.body), feed, led)


def _trial_of_document(name: str, engine: Engine) -> Trial:
    path = Path(name)
    if name == "-":
        body = b"" if sys.stdin is None else sys.stdin.buffer.read()
    elif path.is_file():
        body = file_bytes(path)
    else:
        raise UsageError("no such file or http(s) address", "check the spelling; a folder's files are tried one by one")
    known = one_line(name) if name == "-" else shown_name(Path(path.name))
    feed = engine.submit(engine.parse(Job(body, engine.clock(), name=known))).result()
    return Trial(known, len(body), unpack_feed(feed))
