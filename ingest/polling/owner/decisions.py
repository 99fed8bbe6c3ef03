"""What an owner decides about sources that are there: pause, resume, remove, poll now; asks no server."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ingest.errors import UsageError
from ingest.model import Source, SourceStatus
from ingest.planner.next_poll import PollReason
from ingest.poll_state import SourceState
from ingest.polling.home import Home
from ingest.polling.sources import FILE
from ingest.store.facts import Facts
from ingest.text.pasted_urls import parse_pasted
from ingest.text.sanitize import one_line
from ingest.text.urls import without_secrets

_MOMENT: Final = timedelta(minutes=1)  # within which nobody needs a second poll
_LONGEST: Final = 200  # characters of an address in a message


class Decision(StrEnum):
    """What an owner decides about a source."""

    PAUSE = "pause"
    RESUME = "resume"
    REMOVE = "remove"
    POLL = "poll"


def decide(home: Home, facts: Facts, decision: Decision, addresses: Sequence[str]) -> tuple[Source, ...]:
    """Carry out a decision about every source that `addresses` name, in one transaction; return the sources as they were.

    Raises UsageError, before anything is done, where there is no such source or the decision makes no sense for one.
    """
    now, chosen = home.clock(), []
    with facts.transaction():
        for address in addresses:
            known = facts.sources.get(stored_url(facts, address))
            if known is None:
                what = f"{one_line(address)[:_LONGEST]}: no such source"
                raise UsageError(what, "`topicwire sources list` shows their addresses; nothing was changed")
            _check(home, decision, *known)
            chosen.append(known[0])
        for source in chosen:
            _carry_out(facts, decision, source, now)
    return tuple(chosen)


def stored_url(facts: Facts, address: str) -> str:
    """Return the address under which a source is stored, by what a person calls it."""
    meant = parse_pasted(address)
    named = [address] if meant is None else [address, meant.url, *([meant.instead] if meant.instead else [])]
    return next((url for url in named if facts.sources.get(url) is not None), named[-1])


def _check(home: Home, decision: Decision, source: Source, state: SourceState) -> None:
    """Raise UsageError for a decision that makes no sense for a source."""
    shown, status = without_secrets(source.url), source.status
    if decision is Decision.REMOVE and source.origin == "opml" and (home.folder / FILE).exists():
        raise UsageError(f"{shown}: listed in {FILE}", "take it out of that file, or pause it; nothing was changed")
    if decision is Decision.REMOVE or (decision is Decision.RESUME and status is SourceStatus.GONE):
        return
    if status in {SourceStatus.RETIRED, SourceStatus.ONCE, SourceStatus.GONE}:
        said = {SourceStatus.RETIRED: "it was removed", SourceStatus.ONCE: "it was read by hand"}.get(status, "it is gone")
        cure = "resume it" if status is SourceStatus.GONE else "add it again"
        raise UsageError(f"{shown}: not polled, {said}", f"{cure} to have it polled; nothing was changed")
    if decision is Decision.POLL:
        _check_poll(shown, source, state, home.clock())


def _check_poll(shown: str, source: Source, state: SourceState, now: datetime) -> None:
    """Raise UsageError where a source may not be polled now."""
    if source.status is SourceStatus.PAUSED:
        raise UsageError(f"{shown}: paused", "resume it to have it polled; nothing was changed")
    if state.why == PollReason.ASKED and state.error and state.next_poll and state.next_poll > now:
        what = f"{shown}: its server asks to be left alone until {state.next_poll:%H:%M UTC on %Y-%m-%d}"
        raise UsageError(what, "wait until then; nothing was changed")
    if state.last_poll and timedelta(0) <= now - state.last_poll < _MOMENT:
        raise UsageError(f"{shown}: polled less than a minute ago", "wait a minute; nothing was changed")


def _carry_out(facts: Facts, decision: Decision, source: Source, now: datetime) -> None:
    """Change a source, inside the caller's transaction."""
    if decision is Decision.PAUSE:
        facts.sources.set_status(source.url, SourceStatus.PAUSED)
    elif decision is Decision.REMOVE:
        facts.sources.set_status(source.url, SourceStatus.RETIRED)
    elif decision is Decision.RESUME and source.status is not SourceStatus.ACTIVE:
        facts.sources.set_status(source.url, SourceStatus.ACTIVE)
    if decision is Decision.POLL or (decision is Decision.RESUME and source.status is SourceStatus.GONE):
        facts.sources.poll_soon(source.url, now)
