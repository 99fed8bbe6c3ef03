"""A topic that is quiet or spikes -> a condition that says how far, and whether the world or the set of sources changed; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.alerts.conditions import Condition
from feeds.alerts.usual import HOUR, Deviation, by_hour, quiet, spike
from feeds.model import AlertNotice

_NEW = timedelta(days=14)  # for which a source that was added is new
_NAMED = 3  # sources in a notice


@dataclass(frozen=True, slots=True)
class TopicActivity:
    """What is known of a topic's stories and of the sources that carry them, at one moment."""

    topic: str
    title: str
    page: str  # its address; empty for a private topic
    now: datetime
    counts: Mapping[tuple[datetime, str], int]  # stories by hour and source
    added: Mapping[str, datetime]  # when each source was added
    failing: frozenset[str]  # sources that do not answer, are gone, silent or taken off
    names: Mapping[str, str]  # of sources, as they may be shown


def deviation_of(activity: TopicActivity) -> Deviation | None:
    """Return how the topic differs from what is usual; None where it does not."""
    total = by_hour(activity.counts)
    return spike(total, activity.now) or quiet(total, activity.now)


def deviation_conditions(
    activity: TopicActivity, found: Deviation | None, stories: tuple[tuple[str, int], ...] = ()
) -> Iterator[Condition]:
    """Yield the condition of a topic that differs from what is usual; `stories`, (topic, item), are those of a spike."""
    if found is None:
        return
    hours = f"{found.hours} hours" if found.hours <= 24 else f"{found.hours // 24} days"  # noqa: PLR2004 - hours of a day
    usual = f"{found.expected:.1f}" if found.expected < 10 else f"{found.expected:.0f}"  # noqa: PLR2004 - digits
    what = f"{found.count} {'story' if found.count == 1 else 'stories'} in {hours}, where {usual} are usual"
    why = _why_more(activity, found) if found.is_spike else _why_less(activity)
    name = "spike" if found.is_spike else "quiet"
    yield Condition(f"{name} {activity.topic}", AlertNotice(f"{activity.title}: {what}", why, activity.page), stories)


def _why_more(activity: TopicActivity, found: Deviation) -> str:
    old = frozenset(url for url, added in activity.added.items() if activity.now - added >= _NEW)
    span = _since(activity, found.hours)
    known = sum(count for url, count in span.items() if url in old)
    if spike(by_hour(activity.counts, old), activity.now):
        return f"The world: {known} of {found.count} come from sources that have been here for two weeks."
    new = {url: count for url, count in span.items() if url not in old}
    those = _named(activity, sorted(new, key=lambda url: (-new[url], url)))
    return f"The set of sources has changed: {found.count - known} of {found.count} come from sources added lately: {those}."


def _why_less(activity: TopicActivity) -> str:
    carrying = {url for _, url in activity.counts}
    live = frozenset(carrying - activity.failing)
    if quiet(by_hour(activity.counts, live), activity.now):
        return (
            f"The world, or the words of the topic: {len(live)} of {len(carrying)} sources that carried it publish as before,"
            " and it is quiet in these too."
        )
    failing = sorted(carrying & activity.failing)
    return f"Its sources: {len(failing)} of {len(carrying)} that carried it bring nothing any more: {_named(activity, failing)}."


def _since(activity: TopicActivity, hours: int) -> dict[str, int]:
    """Return the stories of the last hours by source."""
    begin = span_begin(activity.now, hours)
    found: dict[str, int] = {}
    for (hour, url), count in activity.counts.items():
        if hour >= begin:
            found[url] = found.get(url, 0) + count
    return found


def span_begin(now: datetime, hours: int) -> datetime:
    """Return the beginning of the last hours, the present one among them."""
    return now.replace(minute=0, second=0, microsecond=0) - (hours - 1) * HOUR


def _named(activity: TopicActivity, urls: list[str]) -> str:
    more = len(urls) - _NAMED
    return ", ".join(activity.names.get(url, "?") for url in urls[:_NAMED]) + (f" and {more} more" if more > 0 else "")
