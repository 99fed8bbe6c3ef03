"""Source lists: sources.opml, the shipped starter list, lists at addresses; decides which sources are polled, polls none."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from ingest.errors import SourceListError, TopicwireError
from ingest.formats import newsboat, opml
from ingest.formats.opml import SourceList
from ingest.home_files import regular_file
from ingest.http.conditional import request_for
from ingest.http.message import Response
from ingest.log import log_event
from ingest.model import Source, SourceKind, SourceSettings, SourceStatus
from ingest.poll_state import Outcome, SourceState
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.polling.pipeline import current_cost, source_change, state_after
from ingest.polling.running.processing import failed_outcome
from ingest.store.facts import Facts
from ingest.text.urls import without_secrets

_LOG: Final = logging.getLogger(__name__)
FILE: Final = "sources.opml"
STARTER: Final = Path(__file__).with_name("starter.opml")
_READER: Final = b"2"  # raise it to have every list read again
_DAILY: Final = SourceSettings(shortest=86_400.0, longest=86_400.0)


def read_list(path: Path, origin: str) -> opml.SourceList:
    """Read a list of sources, OPML or newsboat's `urls`, from a file. Raises SourceListError."""
    return parse_list(_bytes(path), origin, str(path))


def _bytes(path: Path, read: Callable[[Path], bytes] = Path.read_bytes) -> bytes:
    try:
        return read(path)
    except OSError as fault:
        raise SourceListError(f"{path}: {fault.strerror}", "name an OPML file that can be read") from fault


def parse_list(data: bytes, origin: str, where: str) -> opml.SourceList:
    """Read a list of sources of either kind. Raises SourceListError."""
    is_text = data.strip() and b"<" not in data[:4_096].replace(b"\0", b"")
    return newsboat.parse(data, origin, where) if is_text else opml.parse(data, origin, where)


def synchronise(facts: Facts, home: Path, now: datetime) -> tuple[str, ...]:
    """Bring the stored sources in line with the home folder; return the refused lines.

    `sources.opml` decides: what it lists is polled, what it no longer lists is not, and it replaces
    the starter list. Sources added by command stay. The starter list is read once, when there is no
    other source at all. Items are never removed.
    """
    path = home / FILE
    if path.exists():
        data = _bytes(path, regular_file)
        name, _, refused = (facts.notes.get("list") or "").partition("\n")  # the same bytes cost no parse
        if name != (same := hashlib.blake2b(data, digest_size=16, key=_READER).hexdigest()):
            listed = parse_list(data, "opml", str(path))
            replace_listed(facts, listed, {"opml", "starter"}, now)
            refused = "\n".join(listed.messages)
            facts.notes.put("list", f"{same}\n{refused}")
        return tuple(refused.splitlines())
    if not facts.sources.any_chosen():
        facts.sources.add(read_list(STARTER, "starter").sources, now)
    return ()


def replace_listed(facts: Facts, listed: opml.SourceList, origins: set[str], now: datetime) -> None:
    """Poll what a list holds, and nothing else that came from these `origins`; a damaged list removes nothing."""
    facts.sources.add(listed.sources, now)
    if listed.is_damaged:
        return
    wanted = {facts.sources.present_url(source.url) for source in listed.sources}
    for source, _ in facts.sources.all():
        mine = source.kind is SourceKind.FEED and source.origin in origins and source.status is not SourceStatus.RETIRED
        if mine and source.url not in wanted:
            facts.sources.retire(source.url)


# Lists at an address, read again once a day


def read_lists(home: Home, facts: Facts, engine: Engine, *, everything: bool = False) -> None:
    """Read the lists that are due, or all; log each list that cannot be read and each refused line of a changed one."""
    for source, state in facts.sources.due(home.clock(), kind=SourceKind.LIST, everything=everything):
        now, shown = home.clock(), without_secrets(source.url)
        outcome = Outcome(source, now)
        try:
            fetched = engine.submit(engine.fetch(request_for(source, state, now, engine.environment))).result()
            outcome = _outcome(source, state, fetched, home)
            if fetched.status != HTTPStatus.NOT_MODIFIED:
                listed = without_access(parse_list(fetched.body, source.url, shown), shown)
                replace_listed(facts, listed, {source.url}, now)
                for line in listed.messages:
                    log_event(_LOG, logging.WARNING, "source_refused", line, list=shown)
        except TopicwireError as fault:
            outcome = failed_outcome(outcome, fault)
        planned = outcome if outcome.error else replace(outcome, source=replace(source, settings=_DAILY))
        after = state_after(state, planned, current_cost(facts, home.settings, now), 0.5)
        facts.polls.record([(outcome, after)])
        changed = source_change(state, replace(outcome, moved=None), after)  # else it was logged before
        if changed and outcome.error:
            log_event(_LOG, logging.WARNING, "list_failed", f"{shown}: {outcome.error}", list=shown, failure=outcome.failure)
        elif changed:
            log_event(_LOG, logging.INFO, "list_recovered", f"{shown} can be read again", list=shown)


def without_access(listed: SourceList, where: str) -> SourceList:
    """Remove from somebody else's list the settings that would send this computer's secrets or trust another authority."""
    own = [source for source in listed.sources if _names_access(source.settings)]
    sources = (
        replace(one, settings=replace(one.settings, auth=None, header=None, ca_file=None)) if one in own else one
        for one in listed.sources
    )
    refused = tuple(
        f"{where}: {without_secrets(one.url)}: tw:auth, tw:header and tw:ca count in lists of your own alone" for one in own
    )
    return replace(listed, sources=tuple(sources), refused=listed.refused + refused)


def _names_access(own: SourceSettings) -> bool:
    return bool(own.auth or own.header or own.ca_file)


def _outcome(source: Source, state: SourceState, fetched: Response, home: Home) -> Outcome:
    unchanged = fetched.status == HTTPStatus.NOT_MODIFIED
    return Outcome(
        source,
        home.clock(),
        http_status=fetched.status,
        etag=fetched.etag or (state.etag if unchanged else None),
        last_modified=fetched.last_modified or (state.last_modified if unchanged else None),
        moved=fetched.moved,
    )
