"""The command `review`: uncertain items and what a person decides on them, which outranks the rules; trains nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from feeds.cli.home import topic_named, topic_names
from ingest.cli.console import Commands, one_item, progress_bar, say
from ingest.errors import UsageError
from ingest.text.sanitize import shorten

if TYPE_CHECKING:
    from feeds.store.reviews import Verdict
    from feeds.tagging.review_list import UncertainItem
    from ingest.model import StoredItem
    from ingest.polling.home import Home

_EXAMPLE = 400  # characters of text in a proposed example


@click.group(cls=Commands)
def review() -> None:
    """Show uncertain items, and accept or reject them."""


@review.command("list")
@click.argument("name", metavar="TOPIC", shell_complete=topic_names)
@click.option("--limit", default=20, show_default=True, help="How many items at the most.")
@click.option("--json", "as_json", is_flag=True, help="One object a line: id, tagged, grade, likely, language, title, why.")
@click.pass_obj
def review_list(home: Home, name: str, limit: int, *, as_json: bool) -> None:
    """Show the items of a topic that a person should review and nobody has.

    These are mere mentions and near misses, newest first. Once `topics learn` has trained a model, they are all items
    that are tagged or contain a term, and those come first where the model contradicts the rules most. The share after
    "tagged" or "missed" is how likely you would accept the item.
    """
    from feeds.store.reviews import Reviews
    from feeds.tagging.review_list import uncertain_items
    from feeds.tagging.second_opinion import read_opinion

    topic = topic_named(home, name)
    with home.stored() as facts, progress_bar(facts.items.count(), "reading items") as progress:
        opinion = read_opinion(home.folder, topic.name)
        reviewed = {row for row, _ in Reviews(facts).all(topic.name)}
        waiting = [case for case in uncertain_items(facts, topic, opinion, progress) if case.stored.row not in reviewed]
    if opinion:
        say(f"ranked by a model {opinion.described(len(reviewed))}")
    for case in waiting[:limit]:
        click.echo(json.dumps(_row(case), ensure_ascii=False) if as_json else _line(case))


def _line(case: UncertainItem) -> str:
    stored, mark = case.stored, "tagged" if case.answer.tagged else "missed"
    likely = f"  {case.likely:.0%}" if case.likely is not None else ""
    return f"{stored.id}  {mark}{likely}  {stored.item.language or '--'}  {stored.item.title}\n    {case.answer.why}"


def _row(case: UncertainItem) -> dict[str, object]:
    item, answer = case.stored.item, case.answer
    likely = None if case.likely is None else round(case.likely, 3)
    found = {"id": case.stored.id, "tagged": answer.tagged, "grade": answer.grade, "likely": likely}
    return found | {"language": item.language, "title": item.title, "why": answer.why}


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
_topic = click.option("--topic", "name", metavar="TOPIC", shell_complete=topic_names, required=True, help="The topic it is about.")
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
@click.argument("name", metavar="TOPIC", shell_complete=topic_names)
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
