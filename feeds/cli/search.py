"""The command `search`: everything stored, by its words; downloads and classifies nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from feeds.cli.home import readable_topics, topic_names
from ingest.cli.commands import item_row, item_table, show_item
from ingest.cli.console import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feeds.search.search import SearchResult
    from ingest.polling.home import Home


@click.command("search")
@click.argument("query", nargs=-1)
@click.option("--topic", default="", metavar="TOPIC", shell_complete=topic_names, help="Only what this topic tags.")
@click.option("--source", default="", metavar="SOURCE", help="Only what this source carried: its name or address.")
@click.option("--language", default="", metavar="CODE", help="Only in this language, such as de.")
@click.option("--since", default="", metavar="DAY", help="Only from this day on, such as 2026-01-31.")
@click.option("--until", default="", metavar="DAY", help="Only up to this day.")
@click.option("--order", default="newest", show_default=True, type=click.Choice(["newest", "relevance"]), help="What comes first.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many items at the most.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.pass_obj
def search_command(home: Home, /, query: tuple[str, ...], limit: int, *, as_json: bool, **narrow: str) -> None:
    """Search everything stored for QUERY, newest first by the date that is shown, or by relevance.

    All words must be there; "in quotes" a phrase, begin* a beginning, -this must not be there, this OR that.
    What no public topic publishes is found too, and marked: `(private)` or `not published`; in JSON `"private": true`.
    """
    from feeds.search.query import parse_query
    from feeds.search.search import search

    asked = parse_query({"q": " ".join(query), **narrow})
    private = {topic.name: topic.publish.private for topic in readable_topics(home)[0]}  # its owner may see all of them
    with home.stored() as facts:
        found = search(facts, asked, frozenset(private), limit=limit)
    table = item_table()
    for result in found.results:
        if as_json:
            click.echo(_object(result, private))
        else:
            show_item(table, result.stored, _marks(result, private))
    if found.total > limit:
        say(f"{limit} of {'more than ' if found.more else ''}{found.total} found; --limit shows more")
    elif not found.total:
        say("nothing found")


def _object(result: SearchResult, private: Mapping[str, bool]) -> str:
    """Return an item as `items --json` does, with a mark if nobody but the owner and subscribers of private feeds may read it."""
    tags = [one.topic for one in result.classifications]
    hidden = {"private": True} if all(private[tag] for tag in tags) else {}
    return json.dumps(item_row(result.stored, tags) | hidden, ensure_ascii=False)


def _marks(result: SearchResult, private: Mapping[str, bool]) -> list[str]:
    marks = [f"{one.topic} (private)" if private[one.topic] else one.topic for one in result.classifications]
    return marks or ["not published"]
