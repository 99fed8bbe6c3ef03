"""How each source is doing, as one frozen value that a table or a page can show; pure, knows no terminal and no HTML."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ingest.model import Source, SourceKind, SourceStatus
from ingest.planner.hours_of_week import DAY, FLAT, expected, unpack
from ingest.planner.next_poll import PollReason
from ingest.planner.publishing_rate import entries_per_second
from ingest.poll_state import PublishingRate, SourceState

_UNLIKELY: Final = 10.0  # entries that its publishing rate had led to expect: e^-10 for chance alone
_PATIENCE: Final = timedelta(days=2)
_RECENT: Final = timedelta(days=7)
_WORDS: Final = {
    "": "by schedule",
    PollReason.PUBLISHING_RATE: "by its rhythm",
    PollReason.SHORTEST: "as often as is polite",
    PollReason.LONGEST: "as seldom as is allowed",
    PollReason.WINDOW: "before its document has rolled over",
    PollReason.GAP: "sooner: entries may have been missed",
    PollReason.ASKED: "its server asked to wait",
    PollReason.SKIPPED: "after the hours that it asks to skip",
    PollReason.FAILED: "soon at first, later after each failure",
    PollReason.WEBSUB: "its hub tells of news: only to be sure",
}


class HealthState(StrEnum):
    """The state of a source, worst first."""

    FAILING = "failing"  # the last look went wrong
    GONE = "gone"  # its server answered 410: not polled until it has a new address
    SILENT = "silent"  # answers, but nothing new for longer than its publishing rate explains
    GAPS = "gaps"  # answers, but entries may have been missed in the last week
    NEW = "new"  # not polled yet
    OK = "ok"
    PAUSED = "paused"  # left alone until its owner resumes it: not polled
    REMOVED = "removed"  # taken off the list by its owner: not polled
    ONCE = "once"  # read by hand: never polled


_NOT_POLLED: Final = {
    SourceStatus.GONE: (HealthState.GONE, "not polled: its server said that it is gone for good"),
    SourceStatus.PAUSED: (HealthState.PAUSED, "not polled until you resume it; what it carried stays"),
    SourceStatus.RETIRED: (HealthState.REMOVED, "not polled: taken off the list; what it carried stays"),
    SourceStatus.ONCE: (HealthState.ONCE, "not polled: read by hand"),
}


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """The health of one source at one moment."""

    source: Source
    standing: HealthState
    result: str  # what the last look brought, or why there are none any more, in words
    last_poll: datetime | None
    last_good: datetime | None
    failures: int  # in a row
    next_poll: datetime | None  # None for one that is not polled
    reason: str  # why then: a word of ingest.planner.next_poll.Reason, empty where the planner has not spoken
    why: str  # the same in words
    per_day: float | None  # entries; None before anything was seen
    news: datetime | None  # when something was last new
    polls: int
    not_modified: int
    gaps: int
    last_gap: datetime | None
    weekly_shape: tuple[float, ...]  # relative rate by hour of the week, Monday 0 h UTC first, about 1 on average
    week: tuple[float, ...]  # what it has shown of its own: that, or its late entries by hour; empty for nothing

    @property
    def share_unchanged(self) -> float | None:
        """The share of polls that were answered with 304, from 0 to 1."""
        return self.not_modified / self.polls if self.polls else None

    @property
    def note(self) -> str:
        """The cause in words; empty for a source that is well or was not polled yet."""
        if self.failures > 1:
            return f"{self.failures} times in a row: {self.result}"
        return "" if not self.failures and self.standing in {HealthState.OK, HealthState.NEW} else self.result

    @property
    def is_polled(self) -> bool:
        """True when it is polled again without anybody's help."""
        return self.standing not in {state for state, _ in _NOT_POLLED.values()}


def health(source: Source, state: SourceState, now: datetime, shape: tuple[float, ...] = FLAT) -> SourceHealth:
    """Return a source's health; `shape`, the weekly shape of all sources, stands in where a source has shown too little."""
    publishing_rate = state.publishing_rate
    standing, result = _standing(source, state, now, shape)
    polled = source.status is SourceStatus.ACTIVE
    return SourceHealth(
        source=source,
        standing=standing,
        result=result,
        last_poll=state.last_poll,
        last_good=state.last_success,
        failures=state.failures,
        next_poll=state.next_poll if polled else None,
        reason=state.why if polled else "",
        why=_WORDS.get(state.why, state.why) if polled else "never",
        per_day=entries_per_second(publishing_rate, now) * DAY if publishing_rate else None,
        news=publishing_rate.news if publishing_rate else None,
        polls=state.polls,
        not_modified=state.not_modified,
        gaps=state.gaps,
        last_gap=state.last_gap,
        weekly_shape=_own_shape(publishing_rate, shape),
        week=_week(publishing_rate),
    )


def all_health(rows: Iterable[tuple[Source, SourceState]], now: datetime, shape: tuple[float, ...] = FLAT) -> list[SourceHealth]:
    """Return the health of all feeds and lists, worst first, then the longest without a successful poll, then by name."""
    order = list(HealthState)
    found = [health(source, state, now, shape) for source, state in rows if source.kind is not SourceKind.DOCUMENT]
    # Those never reached come first: nothing was ever heard of them.
    return sorted(found, key=lambda h: (order.index(h.standing), _good(h) if h.failures else "", h.source.name.casefold()))


def _good(one: SourceHealth) -> str:
    return one.last_good.isoformat() if one.last_good else ""


def _standing(source: Source, state: SourceState, now: datetime, shape: tuple[float, ...]) -> tuple[HealthState, str]:
    if source.status in _NOT_POLLED:
        return _NOT_POLLED[source.status]
    if state.error:
        return HealthState.FAILING, state.error
    if state.last_poll is None:
        return HealthState.NEW, "not asked yet"
    if is_silent(source, state, now, shape):
        return HealthState.SILENT, "answers, but nothing new for longer than its rhythm explains"
    if state.last_gap and now - state.last_gap < _RECENT:
        return HealthState.GAPS, "two documents in a row shared no entry: something may have been missed between them"
    return (
        HealthState.OK,
        "nothing new" if state.publishing_rate is None or state.publishing_rate.news != state.last_poll else "something new",
    )


def is_silent(source: Source, state: SourceState, now: datetime, shape: tuple[float, ...] = FLAT) -> bool:
    """Return whether a source has brought nothing for longer than its publishing rate, or its `expect` setting, explains."""
    publishing_rate = state.publishing_rate
    if publishing_rate is None or publishing_rate.news is None or now - publishing_rate.news < _PATIENCE:
        return False
    if source.settings.expect is not None:
        return now - publishing_rate.news > timedelta(days=source.settings.expect)
    # Its rate when it last posted: by now the silence itself has lowered it.
    return (
        entries_per_second(publishing_rate, publishing_rate.at)
        * expected(_own_shape(publishing_rate, shape), publishing_rate.news, now)
        > _UNLIKELY
    )


def _own_shape(publishing_rate: PublishingRate | None, shape: tuple[float, ...]) -> tuple[float, ...]:
    return unpack(publishing_rate.shape) if publishing_rate and publishing_rate.shape else shape


def _week(publishing_rate: PublishingRate | None) -> tuple[float, ...]:
    shown = unpack(publishing_rate.shape or publishing_rate.hours) if publishing_rate else ()
    return shown if any(shown) else ()
