"""What is wrong now, as conditions that are each told once: sources, waiting reviews; pure: reads no table."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from feeds.model import AlertNotice
from feeds.publication.entry import public_address, source_key
from ingest.planner.health import HealthState, SourceHealth

_PATIENCE: Final = timedelta(days=1)  # with a source that fails: most come back by themselves
_FIRST_QUEUE: Final = 10  # reviews that wait; told again for each doubling


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong, for as long as it lasts."""

    key: str  # the same while it lasts
    notice: AlertNotice
    stories: tuple[tuple[str, int], ...] = ()  # (topic, item), which the message lists


class WaitingReviews(NamedTuple):
    """The items of a topic that wait for a person."""

    topic: str
    title: str
    number: int
    oldest: datetime


def source_conditions(
    found: Iterable[SourceHealth], moved: Iterable[tuple[str, str]], now: datetime, site: str
) -> Iterator[Condition]:
    """Yield the sources that are gone, silent, failing for a day, or have moved to another address."""
    words = {HealthState.GONE: "is gone", HealthState.SILENT: "is silent", HealthState.FAILING: "fails"}
    for one in found:
        if one.standing not in words or (one.standing is HealthState.FAILING and not _fails_long(one, now)):
            continue
        name = public_address(one.source.name)
        last = one.news if one.standing is HealthState.SILENT else one.last_good
        text = f"{one.note[:1].upper()}{one.note[1:]}. {_since(one.standing, last)}"
        notice = AlertNotice(f"{name} {words[one.standing]}", text, f"{site}/sources.html")
        yield Condition(f"source {source_key(one.source)} {one.standing}", notice)
    for old, present in moved:
        text = f"From {public_address(old)} to {public_address(present)}, which is polled from now on."
        digest = hashlib.blake2b(f"{old} {present}".encode(), digest_size=5).hexdigest()
        yield Condition(f"moved {digest}", AlertNotice(f"{public_address(present)} is the new address of a source", text))


def _fails_long(one: SourceHealth, now: datetime) -> bool:
    return one.failures > 1 and (one.last_good is None or now - one.last_good >= _PATIENCE)


def _since(standing: HealthState, last: datetime | None) -> str:
    what = "Something was last new" if standing is HealthState.SILENT else "It last answered"
    return f"{what} at {last:%Y-%m-%d %H:%M} UTC." if last else "It never answered."


def review_conditions(waiting: Iterable[WaitingReviews], site: str) -> Iterator[Condition]:
    """Yield the topics of which ten items wait for a person, then twenty, forty and so on."""
    for one in waiting:
        step = _FIRST_QUEUE
        text = (
            f"The oldest since {one.oldest:%Y-%m-%d}. They are tagged as mere mentions, and nobody has accepted or rejected them."
        )
        notice = AlertNotice(f"{one.title}: {one.number} items wait for a review", text, f"{site}/review?topic={one.topic}")
        while step <= one.number:
            yield Condition(f"review {one.topic} {step}", notice)
            step *= 2
