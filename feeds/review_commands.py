"""The command `review`: what is uncertain, and a person's word on it, which outranks the rules; learns nothing by itself."""

import click

from feeds.commands import named, opinion_path
from feeds.decisions import Decisions, Verdict
from feeds.evaluate import item_of
from feeds.furniture import Furniture
from feeds.judging import judge_one
from feeds.match import Matcher
from feeds.opinion import parse
from feeds.store import Judgements
from feeds.tag import Judgement, judge
from feeds.topic import Grade, Topic
from ingest.console import App, Commands, say
from ingest.errors import UsageError
from ingest.item import StoredItem
from ingest.store import Facts
from ingest.text import shorten

_EXAMPLE = 400  # characters of text in a proposed example


@click.group(cls=Commands)
def review() -> None:
    """See what is uncertain, accept or reject it."""


@review.command("list")
@click.argument("name", metavar="TOPIC")
@click.option("--limit", default=20, show_default=True, help="How many items at the most.")
@click.pass_obj
def review_list(app: App, name: str, limit: int) -> None:
    """Show the uncertain items of a topic: mere mentions and near misses that nobody has decided on.

    Newest first, or, where `topics learn` has left a second opinion, the likeliest first.
    """
    topic = named(app, name)
    path = opinion_path(app, topic)
    opinion = parse(path.read_text(encoding="utf-8"), str(path)) if path.exists() else None
    with app.facts() as facts:
        decided = {row for row, _ in Decisions(facts).all(topic.name)}
        found = _uncertain(facts, topic, decided)
    if opinion:
        found.sort(key=lambda pair: -opinion.probability(pair[0].item.title, pair[0].item.text))
    for stored, answer in found[:limit]:
        mark = "tagged" if answer.tagged else "missed"
        likely = f"  {opinion.probability(stored.item.title, stored.item.text):.0%}" if opinion else ""
        click.echo(f"{stored.id}  {mark}{likely}  {stored.item.language or '--'}  {stored.item.title}\n    {answer.why}")


def _uncertain(facts: Facts, topic: Topic, decided: set[int]) -> list[tuple[StoredItem, Judgement]]:
    matcher, furniture = Matcher([topic]), Furniture(facts)
    found = []
    for stored in facts.items():
        answer = judge(matcher, item_of(stored), furniture.known(stored.carrier.source.url))[0]
        if stored.row not in decided and (answer.grade is Grade.MENTION or answer.near_miss):
            found.append((stored, answer))
    return sorted(found, key=lambda pair: pair[0].first_seen, reverse=True)


def _decide(app: App, item: str, name: str, verdict: Verdict | None, reason: str) -> None:
    topic = named(app, name)
    with app.facts() as facts:
        stored = app.one_item(facts, item)
        decisions = Decisions(facts)
        if verdict is not None:
            decisions.put(stored.row, topic.name, verdict, reason, app.clock())
        elif not decisions.take_back(stored.row, topic.name):
            raise UsageError(f"nothing was decided on {stored.id} and {topic.name}", "`topicwire review list` shows what is open")
        answer = judge_one(facts, Judgements(facts), topic, stored, app.clock())
    say(f"{stored.id} is {'tagged' if answer.tagged else 'not tagged'} {topic.name}: {answer.why}; `topicwire publish` writes it")


_item = click.argument("item")
_topic = click.option("--topic", "name", metavar="TOPIC", required=True, help="The topic it is about.")
_reason = click.option("--reason", default="", help="Why: it is shown with the item.")


@review.command("accept")
@_item
@_topic
@_reason
@click.pass_obj
def review_accept(app: App, item: str, name: str, reason: str) -> None:
    """Say that ITEM belongs to a topic, whatever its words."""
    _decide(app, item, name, Verdict.ACCEPT, reason)


@review.command("reject")
@_item
@_topic
@_reason
@click.pass_obj
def review_reject(app: App, item: str, name: str, reason: str) -> None:
    """Say that ITEM does not belong to a topic, whatever its words."""
    _decide(app, item, name, Verdict.REJECT, reason)


@review.command("undo")
@_item
@_topic
@click.pass_obj
def review_undo(app: App, item: str, name: str) -> None:
    """Take back what was said of ITEM: the rules decide again."""
    _decide(app, item, name, None, "")


@review.command("examples")
@click.argument("name", metavar="TOPIC")
@click.pass_obj
def review_examples(app: App, name: str) -> None:
    """Propose the decisions on a topic as examples for its file, to be read and shortened by a person."""
    topic = named(app, name)
    with app.facts() as facts:
        decisions = Decisions(facts).all(topic.name)
        for stored, decision in zip(facts.by_rows(row for row, _ in decisions), decisions.values(), strict=True):
            why = decision.reason or f"{decision.verdict}ed by hand"
            click.echo(_example(stored, tagged=decision.verdict is Verdict.ACCEPT, why=why))


def _example(stored: StoredItem, *, tagged: bool, why: str) -> str:
    item = stored.item
    lines = ["[[example]]", f"tagged = {str(tagged).lower()}", f"lang = {_quoted(item.language or '')}", f"why = {_quoted(why)}"]
    return "\n".join([*lines, f"title = {_quoted(item.title)}", f"text = {_quoted(shorten(item.text, _EXAMPLE))}", ""])


def _quoted(text: str) -> str:
    """Write a TOML basic string."""
    flat = " ".join(text.split())
    return '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'
