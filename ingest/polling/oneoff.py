"""One-off ingestion: an address, a site's address, a file, a folder or standard input -> stored items; polls nothing later."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from ingest.cli.console import say
from ingest.cli.meant import meant
from ingest.errors import UsageError
from ingest.model import Source, SourceKind, SourceSettings, SourceStatus
from ingest.poll_state import SourceState
from ingest.polling.batch import Poll
from ingest.polling.discovery import discover
from ingest.polling.engine import Engine
from ingest.polling.pipeline import (
    Report,
    SeedDocument,
    look,
    present_price,
    read_bytes,
    read_file,
    read_folder,
    report_of,
    settled,
    shown_name,
)
from ingest.settings import Settings
from ingest.store.facts import Facts
from ingest.text.pasted_urls import PastedAddress
from ingest.text.sanitize import one_line
from ingest.text.urls import without_secrets

DOCUMENTS: Final = Source(
    "documents:", SourceKind.DOCUMENT, title="Documents read by hand", origin="ingest", status=SourceStatus.ONCE
)


def ingest_all(facts: Facts, engine: Engine, settings: Settings, names: tuple[str, ...]) -> Report:
    """Ingest what each name means. Raises UsageError, before anything is stored, for a name that means nothing."""
    for name in names:
        if name != "-" and meant(name) is None:
            what = f"{one_line(name)[:200]}: no such file, folder or http(s) address"
            raise UsageError(what, "check the spelling; nothing was ingested")
    report = Report()
    for name in names:
        report += _one(facts, engine, settings, name)
    return report


def _one(facts: Facts, engine: Engine, settings: Settings, name: str) -> Report:
    if name == "-":
        return read_bytes(facts, engine, _standard_input(), SeedDocument("-", DOCUMENTS))
    path = meant(name)
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
        say(address.guess)
    source, state = _known(facts, url, SourceSettings(scheme_guessed=address.instead is not None))
    found = engine.submit(discover(engine, source, state)).result()
    outcome = found.outcome
    if found.named:
        _say_named(url, found.named)
        source, state = _known(facts, found.named[0])
        outcome = engine.submit(look(Poll(source, state, facts.polls.before(source.url)), engine)).result()
    after = settled(state, outcome, present_price(facts, settings, outcome.at), 0.5)
    counts = facts.polls.record([(outcome, after)])
    return report_of([replace(outcome, error=f"{outcome.source.url}: {outcome.error}") if outcome.error else outcome], counts)


def _say_named(url: str, named: tuple[str, ...]) -> None:
    """Say which feeds a site names, and that the first is read."""
    shown = without_secrets(url)
    if len(named) > 1:
        say(f"{shown}: a page that names {len(named)} feeds; the first is read:")
        say("\n".join(f"  {feed}" for feed in named))
    else:
        say(f"{shown}: a page; its feed is {named[0]}")


def _known(facts: Facts, url: str, own: SourceSettings = SourceSettings()) -> tuple[Source, SourceState]:  # noqa: B008 - frozen
    return facts.sources.get(url) or (Source(url, origin="ingest", status=SourceStatus.ONCE, settings=own), SourceState())


def summary(report: Report) -> str:
    """Say what an ingestion did: a line for each failure, then one for all."""
    done = f"{report.counts.new} new, {report.counts.changed} changed, {report.unchanged} unchanged, {len(report.failed)} failed"
    return "\n".join([*(str(outcome.error) for outcome in report.failed), *report.faults, done])
