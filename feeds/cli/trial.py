"""The command `try`: shows a source before it is added; opens no database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from feeds.cli.home import readable_topics
from ingest.errors import FetchError, ParseError, UsageError
from ingest.text.sanitize import one_line
from ingest.text.urls import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ingest.model import ParsedFeed
    from ingest.poll_state import Trial
    from ingest.polling.home import Home


@click.command("try")
@click.argument("source", metavar="URL-or-FILE")
@click.option("--json", "as_json", is_flag=True, help="One object, with every entry in full.")
@click.pass_obj
def try_command(home: Home, source: str, *, as_json: bool) -> None:
    """Show what URL-or-FILE would give: entries, dates, languages, what was inferred, which topics match. Stores nothing."""
    from feeds.tagging.matching.matcher import Matcher
    from feeds.tagging.quality.trial import as_lines, as_values, classified

    chosen, code = readable_topics(home)
    trial = _fetched(home, source)
    entries = classified(trial, Matcher(chosen))
    click.echo(
        json.dumps(as_values(trial, entries), ensure_ascii=False, default=str) if as_json else "\n".join(as_lines(trial, entries))
    )
    raise SystemExit(code)


def topics_of_feed(home: Home) -> Callable[[ParsedFeed, str], Mapping[str, int]]:
    """Return a function (feed, address) that counts how many entries each topic of a home would tag."""
    from feeds.tagging.quality.trial import tagged_counts

    return tagged_counts(readable_topics(home)[0])


def _fetched(home: Home, source: str) -> Trial:
    """Fetch and parse a source; errors name it."""
    from ingest.polling.oneoff import try_source

    with home.engine() as engine:
        try:
            return try_source(source, engine)
        except (FetchError, ParseError, UsageError) as fault:
            raise type(fault)(f"{one_line(without_secrets(source))[:200]}: {fault.what}", fault.cure) from fault
