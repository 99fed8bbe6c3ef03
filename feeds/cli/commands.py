"""The commands `explain`, `items` and `publish`: what is stored, how it is tagged and why; downloads nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from feeds.cli.home import readable_topics, report_kept_feeds, target_of, topic_named
from feeds.cli.stories import why_two
from ingest.cli.commands import item_row, item_table, show_item
from ingest.cli.console import counted, one_item, say

if TYPE_CHECKING:
    from feeds.model import Story
    from ingest.polling.home import Home


@click.command()
@click.argument("item")
@click.option("--topic", "name", metavar="TOPIC", help="Say why it is, or is not, tagged by this topic.")
@click.option("--with", "other", metavar="OTHER", help="Say only why it is, or is not, one story with this item.")
@click.pass_obj
def explain(home: Home, item: str, name: str | None, other: str | None) -> None:
    """Explain why ITEM (id, address or guid) is tagged or not, where it came from, and who else carried it."""
    from feeds.model import document_of
    from feeds.store.boilerplate import Boilerplate
    from feeds.store.classifications import Classifications
    from feeds.store.reviews import Reviews, reviewed
    from feeds.stories.grouping import Stories
    from feeds.tagging.classifier import classify
    from feeds.tagging.matching.matcher import Matcher
    from feeds.tagging.quality import reports

    chosen = [topic_named(home, name)] if name else list(readable_topics(home)[0])
    with home.stored() as facts:
        stored = one_item(facts, item)
        if other:
            click.echo(why_two(facts, stored, one_item(facts, other)))
            return
        story, classifications = Stories(facts).of(stored), Classifications(facts)
        kept = {classification.topic: classification for classification in classifications.of(stored.row)}
        through = {
            one.topic: member for member in story.members for one in classifications.of(member.row) if member.row != stored.row
        }
        reviews = Reviews(facts).all()
        answers = classify(Matcher(chosen), document_of(stored), Boilerplate(facts).known(stored.carrier.source.url))
    answers = tuple(reviewed(answer, reviews.get((stored.row, answer.topic))) for answer in answers)
    click.echo("\n".join((*reports.about_item(stored), *_about_story(story))))
    for topic, answer in zip(chosen, answers, strict=True):
        click.echo("\n".join(reports.about_classification(topic, kept.get(topic.name), answer)))
        if topic.name in through and not answer.tagged:
            click.echo(f"  published there with its story: {through[topic.name].id} is tagged")


def _about_story(story: Story) -> list[str]:
    """Return a line that says why an item and its copies are one story and which item stands for it; nothing without copies."""
    return [f"  {story.why}; {story.lead.id} stands for it"] if len(story.members) > 1 else []


@click.command("items")
@click.option("--topic", "name", metavar="TOPIC", help="Only the items that this topic tags.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.pass_obj
def items(home: Home, name: str | None, *, as_json: bool) -> None:
    """List the stored items, oldest first."""
    from feeds.store.classifications import Classifications

    table = item_table()
    with home.stored() as facts:
        classifications = Classifications(facts)
        if name:
            topic_named(home, name)
        for stored in facts.items.all():
            tags = [classification.topic for classification in classifications.of(stored.row)]
            if name is not None and name not in tags:
                continue
            if as_json:
                click.echo(json.dumps(item_row(stored, tags), ensure_ascii=False))
            else:
                show_item(table, stored, tags)


@click.command("publish")
@click.pass_obj
def publish_command(home: Home) -> None:
    """Write the feeds and pages to public/ from what is classified; files whose bytes are the same stay untouched."""
    from feeds.site.publish import publish
    from feeds.store.classifications import Classifications

    chosen, code = readable_topics(home)
    with home.facts() as facts:
        done = publish(facts, Classifications(facts), chosen, target_of(home, facts), everything=True)
        report_kept_feeds(home, facts)
    feeds = (path for path in done.written if path.suffix != ".html")  # there are hundreds of pages
    say(f"{counted(len(done.written), 'file')} written" + "".join(f"\n{path}" for path in feeds))
    for path in done.removed:
        say(f"removed {path}")
    raise SystemExit(code)
