"""The commands about judgements, `topics`, `explain` and `publish`: what we think and why; downloads nothing."""

import json
from pathlib import Path
from typing import Any

import click

from feeds import reports
from feeds.match import Matcher
from feeds.publish import Target, publish
from feeds.store import Judgements
from feeds.tag import judge
from feeds.topic import Topic, read_topic, read_topics
from ingest.commands import item_line, item_row
from ingest.console import App, Commands, say
from ingest.errors import UsageError
from ingest.store import Facts
from ingest.store.ids import instance_of

SHIPPED = Path(__file__).with_name("topics")


def topics_of(app: App) -> tuple[Topic, ...]:
    """Give the topics in force: those of the home folder, else the shipped ones. Raises TopicError."""
    return read_topics(app.home / "topics", SHIPPED)


def target_of(app: App, facts: Facts) -> Target:
    """Give where this home publishes."""
    return Target(app.home / "public", instance_of(facts), app.settings)


def _named(app: App, name: str) -> Topic:
    """Find a topic by the path of its file or by its name."""
    if name.endswith(".toml"):
        return read_topic(Path(name))
    known = topics_of(app)
    found = next((topic for topic in known if topic.name == name), None)
    if found is None:
        raise UsageError(f'no topic is called "{name}"', f"known are: {', '.join(topic.name for topic in known)}")
    return found


@click.group(cls=Commands)
def topics() -> None:
    """Work with topic files."""


@topics.command("list")
@click.pass_obj
def topics_list(app: App) -> None:
    """Show the topics in force."""
    for topic in topics_of(app):
        click.echo(f"{topic.name}  {topic.version}  {topic.status}  {topic.title}")


@topics.command("check")
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@click.pass_obj
def topics_check(app: App, names: tuple[str, ...]) -> None:
    """Run the examples of topics, all of them or those named (a name or a file); exit 1 when one fails."""
    chosen = [_named(app, name) for name in names] or list(topics_of(app))
    failed = 0
    for topic in chosen:
        lines = reports.failing_examples(topic)
        failed += len(lines)
        click.echo(
            "\n".join([*lines, f"{topic.name}: {len(topic.examples) - len(lines)} of {len(topic.examples)} examples as declared"])
        )
    raise SystemExit(1 if failed else 0)


@topics.command("match")
@click.argument("name", metavar="TOPIC")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def topics_match(app: App, name: str, file: Any) -> None:
    """Judge the rows of a JSON Lines FILE (title, summary, content, lang, feed), without storing anything."""
    matcher = Matcher([_named(app, name)])
    for number, line in enumerate(file, 1):
        if line.strip():
            row = reports.read_row(line, file.name, number)
            click.echo(json.dumps(reports.matched(matcher, row, number), ensure_ascii=False))


@click.command()
@click.argument("item")
@click.option("--topic", "name", metavar="TOPIC", help="Say why it is, or is not, tagged by this topic.")
@click.pass_obj
def explain(app: App, item: str, name: str | None) -> None:
    """Say why ITEM (id, address or guid) is tagged or not, where it came from, who else carried it."""
    chosen = [_named(app, name)] if name else list(topics_of(app))
    with app.facts() as facts:
        stored = app.one_item(facts, item)
        kept = {judgement.topic: judgement for judgement in Judgements(facts).of(stored.row)}
    click.echo("\n".join(reports.about_item(stored)))
    answers = judge(Matcher(chosen), stored.item.title, stored.item.text, stored.item.language)
    for topic, answer in zip(chosen, answers, strict=True):
        click.echo("\n".join(reports.about_judgement(topic, kept.get(topic.name), answer)))


@click.command("items")
@click.option("--topic", "name", metavar="TOPIC", help="Only the items that this topic tags.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.pass_obj
def items(app: App, name: str | None, *, as_json: bool) -> None:
    """List the stored items, oldest first."""
    with app.facts() as facts:
        judgements = Judgements(facts)
        if name:
            _named(app, name)
        for stored in facts.items():
            tags = [judgement.topic for judgement in judgements.of(stored.row)]
            if name is None or name in tags:
                click.echo(json.dumps(item_row(stored, tags), ensure_ascii=False) if as_json else item_line(stored, tags))


@click.command("publish")
@click.pass_obj
def publish_command(app: App) -> None:
    """Write the feeds to public/ from what is judged; files whose bytes are the same stay untouched."""
    chosen = topics_of(app)
    with app.facts() as facts:
        written = publish(facts, Judgements(facts), chosen, target_of(app, facts))
    say(f"{len(written)} files written" + "".join(f"\n{path}" for path in written))
