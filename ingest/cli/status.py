"""The command `sources status`: each source's health as a table of 100 columns or as JSON, worst first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import Any, Final

    from ingest.planner.health import SourceHealth
    from ingest.planner.overview import SourcesOverview
    from ingest.polling.home import Home

_WIDTH: Final = 100
_NAME: Final = 27
_UNITS: Final = ((7 * 86_400, "wk"), (86_400, "d"), (3_600, "h"), (60, "min"))
_HEAD: Final = (
    f"{'':8} {'source':{_NAME}} {'last good':>10} {'next':>9} {'why':8} {'new/day':>8} {'304':>5} {'gaps':>5} {'last new':>10}"
)


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One object a line, with everything.")
@click.pass_obj
def status(home: Home, *, as_json: bool) -> None:
    """Show how each source is doing, worst first: the cause, the last good time, what happens next and why."""
    from ingest.planner.health import all_health

    with home.stored() as facts:
        now, overview = home.clock(), facts.polls.overview()
        found = all_health(facts.sources.all(), now, facts.polls.cost(home.settings.polling.rule).shape)
    lines = (json.dumps(row(one), ensure_ascii=False) for one in found) if as_json else table(found, now, overview)
    for line in lines:
        click.echo(line)


def row(one: SourceHealth) -> dict[str, Any]:
    """Return a source's health as the object that `sources status --json` writes."""
    from ingest.text.dates import rfc3339

    return {
        "url": one.source.url,
        "title": one.source.title,
        "kind": one.source.kind,
        "tags": one.source.settings.tags,
        "standing": one.standing,
        "result": one.result,
        "polled": one.is_polled,
        "last_poll": rfc3339(one.last_poll),
        "last_good": rfc3339(one.last_good),
        "failures": one.failures,
        "next_poll": rfc3339(one.next_poll),
        "reason": one.reason,
        "why": one.why,
        "new_per_day": None if one.per_day is None else round(one.per_day, 3),
        "last_new": rfc3339(one.news),
        "polls": one.polls,
        "not_modified": one.not_modified,
        "share_unchanged": None if one.share_unchanged is None else round(one.share_unchanged, 3),
        "gaps": one.gaps,
        "last_gap": rfc3339(one.last_gap),
        "rhythm": [round(value, 2) for value in one.weekly_shape],
    }


def table(found: list[SourceHealth], now: datetime, overview: SourcesOverview) -> Iterator[str]:
    """Yield the lines of the table: one for each source, and a second one with its note."""
    from ingest.polling.offline import QUESTION
    from ingest.text.dates import rfc3339
    from ingest.text.sanitize import shorten

    yield _HEAD
    for one in found:
        yield _line(one, now)
        if one.note:
            yield f"{'':9}{shorten(one.note, _WIDTH - 9)}"
    yield _sum(found)
    if overview.offline_since:
        yield f"since {rfc3339(overview.offline_since)} {QUESTION}"
    elif overview.last_poll and overview.is_stopped(now):
        yield _late(found, now, overview.last_poll)


def _line(one: SourceHealth, now: datetime) -> str:
    from ingest.cli.table import in_cells
    from ingest.text.urls import without_secrets

    share = "-" if one.share_unchanged is None else f"{one.share_unchanged:.0%}"
    rate = "-" if one.per_day is None else f"{one.per_day:.3g}"
    polling = f"{_ago(one.last_good, now):>10} {_next(one, now):>9} {one.reason or '-':8}"
    name = in_cells(without_secrets(one.source.name).removeprefix("https://").removeprefix("http://"), _NAME)
    return f"{one.standing:8} {name} {polling} {rate:>8} {share:>5} {one.gaps or '-':>5} {_ago(one.news, now):>10}"


def _next(one: SourceHealth, now: datetime) -> str:
    if not one.is_polled:
        return "never"
    if one.next_poll is None or one.next_poll <= now:
        return "due"
    return f"in {_span((one.next_poll - now).total_seconds())}"


def _ago(moment: datetime | None, now: datetime) -> str:
    return "never" if moment is None else f"{_span(max((now - moment).total_seconds(), 0))} ago"


def _span(seconds: float) -> str:
    """Return a span in its largest whole unit: `3 h`."""
    for unit, word in _UNITS:
        if seconds >= unit:
            return f"{seconds / unit:.0f} {word}"
    return f"{seconds:.0f} s"


def _late(found: list[SourceHealth], now: datetime, last: datetime) -> str:
    """Return a warning that nobody polls."""
    due = sum(one.is_polled and one.next_poll is not None and one.next_poll <= now for one in found)
    return f"nothing was asked for {_span((now - last).total_seconds())}, though {due} are due: start `topicwire run` or `poll`"


def _sum(found: list[SourceHealth]) -> str:
    counts: dict[str, int] = {}
    for one in found:
        counts[one.standing] = counts.get(one.standing, 0) + 1
    parts = ", ".join(f"{count} {name}" for name, count in counts.items())
    return f"{len(found)} sources" + (f": {parts}" if parts else "")
