"""The command `review`: uncertain items and what a person decides on them, which outranks the rules; trains nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from feeds.cli.home import topic_named
from ingest.cli.console import Commands, one_item, say
from ingest.errors import UsageError
from ingest.text.sanitize import shorten

if TYPE_CHECKING:
    from feeds.store.reviews import Verdict
    from ingest.model import StoredItem
    from ingest.polling.home import Home

_EXAMPLE = 400  # characters of text in a proposed example


@click.group(cls=Commands)
def review() -> None:
    """Show uncertain items, and accept or reject them."""


@review.command("list")
@click.argument("name", metavar="TOPIC")
@click.option("--limit", default=20, show_default=True, help="How many items at the most.")
@click.pass_obj
def review_list(home: Home, name: str, limit: int) -> None:
    """Show the uncertain items of a topic: mere mentions and near misses that nobody has reviewed.

    Newest first, or, where `topics learn` has trained a model, the likeliest first.
    """
    from feeds.store.reviews import Reviews
    from feeds.tagging.review import uncertain_items

    topic = topic_named(home, name)
    with home.stored() as facts:
        reviewed = {row for row, _ in Reviews(facts).all(topic.name)}
        waiting = [case for case in uncertain_items(home.folder, facts, topic) if case.stored.row not in reviewed]
    for case in waiting[:limit]:
        stored, mark = case.stored, "tagged" if case.answer.tagged else "missed"
        likely = f"  {case.likely:.0%}" if case.likely is not None else ""
        click.echo(f"{stored.id}  {mark}{likely}  {stored.item.language or '--'}  {stored.item.title}\n    {case.answer.why}")


def _record(home: Home, item: str, name: str, verdict: Verdict | None, reason: str) -> None:
    from feeds.tagging.review import record_review, undo_review

    topic = topic_named(home, name)
    with home.stored() as facts:
        stored = one_item(facts, item)
        if verdict is not None:
            answer = record_review(facts, topic, stored, (verdict, reason), home.clock())
        elif (undone := undo_review(facts, topic, stored, home.clock())) is None:
            raise UsageError(f"there is no review of {stored.id} for {topic.name}", "`topicwire review list` shows uncertain items")
        else:
            answer = undone
    say(f"{stored.id} is {'tagged' if answer.tagged else 'not tagged'} {topic.name}: {answer.why}; `topicwire publish` writes it")


_item = click.argument("item")
_topic = click.option("--topic", "name", metavar="TOPIC", required=True, help="The topic it is about.")
_reason = click.option("--reason", default="", help="Why: it is shown with the item.")


@review.command("accept")
@_item
@_topic
@_reason
@click.pass_obj
def review_accept(home: Home, item: str, name: str, reason: str) -> None:
    """Accept ITEM for a topic, whatever its words."""
    from feeds.store.reviews import Verdict

    _record(home, item, name, Verdict.ACCEPT, reason)


@review.command("reject")
@_item
@_topic
@_reason
@click.pass_obj
def review_reject(home: Home, item: str, name: str, reason: str) -> None:
    """Reject ITEM for a topic, whatever its words."""
    from feeds.store.reviews import Verdict

    _record(home, item, name, Verdict.REJECT, reason)


@review.command("undo")
@_item
@_topic
@click.pass_obj
def review_undo(home: Home, item: str, name: str) -> None:
    """Take back the review of ITEM: the rules decide again."""
    _record(home, item, name, None, "")


@review.command("examples")
@click.argument("name", metavar="TOPIC")
@click.pass_obj
def review_examples(home: Home, name: str) -> None:
    """Propose the reviews of a topic as examples for its file, to be read and shortened by a person."""
    from feeds.store.reviews import Reviews, Verdict

    topic = topic_named(home, name)
    with home.stored() as facts:
        reviews = Reviews(facts).all(topic.name)
        for stored, review_given in zip(facts.items.by_rows(row for row, _ in reviews), reviews.values(), strict=True):
            why = review_given.reason or f"{review_given.verdict}ed by hand"
            click.echo(_example(stored, tagged=review_given.verdict is Verdict.ACCEPT, why=why))


def _example(stored: StoredItem, *, tagged: bool, why: str) -> str:
    item = stored.item
    lines = ["[[example]]", f"tagged = {str(tagged).lower()}", f"lang = {_quoted(item.language or '')}", f"why = {_quoted(why)}"]
    return "\n".join([*lines, f"title = {_quoted(item.title)}", f"text = {_quoted(shorten(item.text, _EXAMPLE))}", ""])


def _quoted(text: str) -> str:
    """Return a TOML basic string."""
    flat = " ".join(text.split())
    return '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'
