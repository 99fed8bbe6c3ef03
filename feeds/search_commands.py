"""The command `search`: everything stored, by its words; downloads and judges nothing."""

import json

import click

from feeds.commands import topics_of
from feeds.question import question
from feeds.search import search
from ingest.commands import item_line, item_row
from ingest.console import App, say


@click.command("search")
@click.argument("query", nargs=-1)
@click.option("--topic", default="", metavar="TOPIC", help="Only what this topic tags.")
@click.option("--source", default="", metavar="SOURCE", help="Only what this source carried: its name or address.")
@click.option("--language", default="", metavar="CODE", help="Only in this language, such as de.")
@click.option("--since", default="", metavar="DAY", help="Only from this day on, such as 2026-01-31.")
@click.option("--until", default="", metavar="DAY", help="Only up to this day.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many items at the most.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.pass_obj
def search_command(app: App, /, query: tuple[str, ...], limit: int, *, as_json: bool, **narrow: str) -> None:
    """Search everything stored for QUERY, newest first.

    All words must be there; "in quotes" a phrase, begin* a beginning, -this must not be there, this OR that.
    """
    asked = question({"q": " ".join(query), **narrow})
    names = frozenset(topic.name for topic in topics_of(app))  # its owner may see the private ones
    with app.stored() as facts:
        found = search(facts, asked, names, limit=limit)
    for result in found.results:
        tags = [judgement.topic for judgement in result.judgements]
        click.echo(json.dumps(item_row(result.stored, tags), ensure_ascii=False) if as_json else item_line(result.stored, tags))
    if found.total > limit:
        say(f"{limit} of {found.total} found; --limit shows more")
    elif not found.total:
        say("nothing found")
