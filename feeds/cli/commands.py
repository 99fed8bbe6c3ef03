"""The commands `explain`, `items` and `publish`: what we think of what is stored, and why; downloads nothing."""

import json
from pathlib import Path

import click

from feeds.cli.stories import why_two
from feeds.model import Story
from feeds.publication.files import served_topics
from feeds.site.publish import Target, publish
from feeds.store.boilerplate import Boilerplate
from feeds.store.classifications import Classifications
from feeds.store.reviews import Reviews, reviewed
from feeds.store.stories import Stories
from feeds.stories.grouping import StoryGrouping
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.quality import reports
from feeds.tagging.query_evaluation import item_of
from feeds.tagging.topic.folders import SHIPPED, TopicFolders, said_of
from feeds.tagging.topic.loader import read_good_topics, read_topic, read_topics
from feeds.tagging.topic.model import Topic
from ingest.cli.commands import item_line, item_row
from ingest.cli.console import App, say
from ingest.errors import UsageError
from ingest.store.facts import Facts
from ingest.store.ids import boot, instance_of

__all__ = ["SHIPPED", "explain", "good_topics", "items", "named", "publish_command", "say_kept", "target_of", "topics_of"]


def topics_of(app: App) -> tuple[Topic, ...]:
    """Give the topics in force: the home's own, beside them the shipped ones that are chosen. Raises TopicError."""
    return read_topics(topic_folders(app).files().values())


def topic_folders(app: App) -> TopicFolders:
    """Give where topic files lie."""
    return TopicFolders(app.home / "topics", chosen=app.settings.topics.shipped)


def target_of(app: App, facts: Facts, retired: str = "") -> Target:
    """Give where this home publishes; all that was ever served stays, but a topic that is `retired`."""
    known = frozenset(topic_folders(app).files()) | served_topics(facts)
    folder, instance = app.home / "public", instance_of(facts)
    return Target(folder, instance, app.settings, app.clock(), known - {retired}, StoryGrouping(facts), boot())


def kept_topics(app: App, facts: Facts) -> tuple[str, ...]:
    """Give the topics that are served and have no file in force."""
    return tuple(sorted(served_topics(facts) - topic_folders(app).files().keys()))


def say_kept(app: App, facts: Facts) -> None:
    """Say which feeds are served as they were because their topic files are gone."""
    for line in said_of(kept_topics(app, facts)):
        say(f"topicwire: {line}")


def good_topics(app: App) -> tuple[tuple[Topic, ...], int]:
    """Give the topics that can be read, say a line for each that cannot, and give the exit code that this deserves."""
    good, bad = read_good_topics(topic_folders(app).files().values())
    for fault in bad:
        say(f"topicwire: {fault}")
    return good, bad[0].exit_code if bad else 0


def path_of(app: App, name: str) -> Path:
    """Give a topic's file by its path or its name. Raises UsageError."""
    if name.endswith(".toml"):
        if not Path(name).is_file():
            raise UsageError(f"{name}: no such topic file", "check its path, or give a topic's name alone")
        return Path(name)
    files = topic_folders(app).files()
    if name not in files:
        raise UsageError(f'no topic is called "{name}"', f"known are: {', '.join(files)}")
    return files[name]


def named(app: App, name: str) -> Topic:
    """Find a topic by the path of its file or by its name; another file's fault is no matter."""
    return read_topic(path_of(app, name))


@click.command()
@click.argument("item")
@click.option("--topic", "name", metavar="TOPIC", help="Say why it is, or is not, tagged by this topic.")
@click.option("--with", "other", metavar="OTHER", help="Say only why it is, or is not, one story with this item.")
@click.pass_obj
def explain(app: App, item: str, name: str | None, other: str | None) -> None:
    """Say why ITEM (id, address or guid) is tagged or not, where it came from, who else carried it."""
    chosen = [named(app, name)] if name else list(good_topics(app)[0])
    with app.stored() as facts:
        stored = app.one_item(facts, item)
        if other:
            click.echo(why_two(facts, stored, app.one_item(facts, other)))
            return
        story, judgements = Stories(facts).of(stored), Classifications(facts)
        kept = {judgement.topic: judgement for judgement in judgements.of(stored.row)}
        through = {one.topic: member for member in story.members for one in judgements.of(member.row) if member.row != stored.row}
        decisions = Reviews(facts).all()
        answers = classify(Matcher(chosen), item_of(stored), Boilerplate(facts).known(stored.carrier.source.url))
    answers = tuple(reviewed(answer, decisions.get((stored.row, answer.topic))) for answer in answers)
    click.echo("\n".join((*reports.about_item(stored), *_about_story(story))))
    for topic, answer in zip(chosen, answers, strict=True):
        click.echo("\n".join(reports.about_judgement(topic, kept.get(topic.name), answer)))
        if topic.name in through and not answer.tagged:
            click.echo(f"  published there all the same, with its story: {through[topic.name].id} is tagged")


def _about_story(story: Story) -> list[str]:
    """Say of an item with copies why they are one, and which of them speaks for all."""
    return [f"  {story.why}; {story.lead.id} speaks for it"] if len(story.members) > 1 else []


@click.command("items")
@click.option("--topic", "name", metavar="TOPIC", help="Only the items that this topic tags.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.pass_obj
def items(app: App, name: str | None, *, as_json: bool) -> None:
    """List the stored items, oldest first."""
    with app.stored() as facts:
        judgements = Classifications(facts)
        if name:
            named(app, name)
        for stored in facts.items():
            tags = [judgement.topic for judgement in judgements.of(stored.row)]
            if name is None or name in tags:
                click.echo(json.dumps(item_row(stored, tags), ensure_ascii=False) if as_json else item_line(stored, tags))


@click.command("publish")
@click.pass_obj
def publish_command(app: App) -> None:
    """Write the feeds and pages to public/ from what is judged; files whose bytes are the same stay untouched."""
    chosen, code = good_topics(app)
    with app.facts() as facts:
        done = publish(facts, Classifications(facts), chosen, target_of(app, facts), everything=True)
        say_kept(app, facts)
    feeds = (path for path in done.written if path.suffix != ".html")  # pages come by the hundred
    say(f"{len(done.written)} files written" + "".join(f"\n{path}" for path in feeds))
    for path in done.removed:
        say(f"removed {path}")
    raise SystemExit(code)
