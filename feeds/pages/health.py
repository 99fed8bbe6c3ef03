"""Sources and what polling brought -> how each is doing, in words, those that need a look first; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from feeds.entry import public_address
from feeds.pages.models import SourceLine, SourcesPage
from ingest.item import Source, SourceKind, SourceState, SourceStatus

HOURS: Final = 168  # of a week
_QUIET: Final = timedelta(days=7)  # nothing new for less is never strange
_UNLIKE: Final = 6  # times its usual pause
_ORDER: Final = ("silent", "failing", "waiting", "fine", "retired")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a source has carried: how much, from when to when, and at which hours of the week."""

    items: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    hours: tuple[int, ...] = (0,) * HOURS

    @property
    def pause(self) -> timedelta | None:
        """The mean time between two items."""
        if self.items < 2 or self.oldest is None or self.newest is None:  # noqa: PLR2004 - a pause is between two
            return None
        return (self.newest - self.oldest) / (self.items - 1)


def page(found: Iterable[tuple[Source, SourceState, Rhythm]], as_of: datetime | None) -> SourcesPage:
    """Give the page of sources as things stood at `as_of`."""
    lines = [_line(source, state, rhythm, as_of) for source, state, rhythm in found]
    return SourcesPage(tuple(sorted(lines, key=lambda line: (_ORDER.index(line.state), line.name.casefold()))), as_of)


def _line(source: Source, state: SourceState, rhythm: Rhythm, as_of: datetime | None) -> SourceLine:
    polled = source.kind is SourceKind.FEED and source.status is SourceStatus.ACTIVE
    gap = _gap(rhythm, as_of) if polled else ""
    name, cause = _state(source, state, rhythm, gap)
    return SourceLine(
        name=public_address(source.name),
        url=public_address(source.url) if source.kind is SourceKind.FEED else None,
        site=public_address(source.site_url),
        language=source.language,
        state=name,
        cause=public_address(cause),
        last_good=state.last_success,
        next_poll=state.next_poll if polled else None,
        items=rhythm.items,
        newest=rhythm.newest,
        pause=_often(rhythm),
        rhythm=rhythm.hours,
    )


def _state(source: Source, state: SourceState, rhythm: Rhythm, gap: str) -> tuple[str, str]:
    if source.status is SourceStatus.RETIRED:
        return "retired", "Its owner took it off the list; what it carried stays."
    if state.failures:
        times = f" ({state.failures} times in a row)" if state.failures > 1 else ""
        return "failing", f"{state.error or 'The last request failed.'}{times}"
    if source.kind is SourceKind.DOCUMENT or source.status is SourceStatus.ONCE:
        return "fine", ""
    if state.last_poll is None:
        return "waiting", ""
    if not rhythm.items:
        return "silent", "It answers, but holds no item."
    return ("silent", gap) if gap else ("fine", "")


def _gap(rhythm: Rhythm, as_of: datetime | None) -> str:
    """Say how long nothing has come, where that is unlike the source."""
    if as_of is None or rhythm.newest is None:
        return ""
    quiet, pause = as_of - rhythm.newest, rhythm.pause or timedelta()
    if quiet <= max(_QUIET, pause * _UNLIKE):
        return ""
    return f"It answers, but has had nothing new for {_words(quiet)}."


def _often(rhythm: Rhythm) -> str:
    if rhythm.pause is None:
        return ""
    return f"about one in {_words(rhythm.pause)}" if rhythm.pause >= timedelta(hours=1) else "several an hour"


def _words(length: timedelta) -> str:
    """Say a length of time in its largest fitting unit."""
    for unit, size in (("year", timedelta(days=365)), ("month", timedelta(days=30)), ("day", timedelta(days=1))):
        if length >= size * 2:
            return f"{round(length / size)} {unit}s"
    hours = round(length / timedelta(hours=1))
    return "1 hour" if hours == 1 else f"{hours} hours"
