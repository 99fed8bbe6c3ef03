"""The commands `explain`, `items` and `publish`: what is stored, how it is tagged and why; downloads nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from feeds.cli.home import readable_topics, report_kept_feeds, target_of, topic_named, topic_names
from feeds.cli.stories import show_two, story_row
from ingest.cli.commands import item_row, item_table, show_item
from ingest.cli.console import counted, one_item, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from feeds.model import Classification, Story
    from feeds.tagging.topic.model import Topic
    from ingest.model import StoredItem
    from ingest.polling.home import Home
    from ingest.store.facts import Facts


@click.command()
@click.argument("item")
@click.option("--topic", "name", metavar="TOPIC", shell_complete=topic_names, help="Say why this topic tags it or not.")
@click.option("--with", "other", metavar="OTHER", help="Say only why it is, or is not, one story with this item.")
@click.option("--json", "as_json", is_flag=True, help="One object: the item as in `items --json`, story, topics.")
@click.pass_obj
def explain(home: Home, item: str, name: str | None, other: str | None, *, as_json: bool) -> None:
    """Explain why ITEM (id, address or guid) is tagged or not, where it came from, and who else carried it."""
    chosen = [topic_named(home, name)] if name else list(readable_topics(home)[0])
    with home.stored() as facts:
        stored = one_item(facts, item)
        if other:
            show_two(facts, stored, one_item(facts, other), as_json=as_json)
            return
        found = _explanation(facts, stored, chosen)
    click.echo(json.dumps(_explanation_row(found), ensure_ascii=False) if as_json else "\n".join(_explanation_lines(found)))


@dataclass(frozen=True, slots=True)
class _TopicAnswer:
    """What a topic says of an item now, what is stored, and the copy that is tagged."""

    topic: Topic
    kept: Classification | None
    answer: Classification
    through: StoredItem | None

    @property
    def published_through(self) -> str | None:
        """The id of the copy through which an untagged item is published."""
        return self.through.id if self.through and not self.answer.tagged else None


@dataclass(frozen=True, slots=True)
class _Explanation:
    """Everything that `explain` says of an item."""

    stored: StoredItem
    story: Story
    linked: Mapping[int, StoredItem]  # related items by their numbers
    topics: tuple[_TopicAnswer, ...]


def _explanation(facts: Facts, stored: StoredItem, chosen: Sequence[Topic]) -> _Explanation:
    """Return where an item came from, its story, and how each topic classifies it now."""
    from feeds.model import document_of
    from feeds.store.boilerplate import Boilerplate
    from feeds.store.classifications import Classifications
    from feeds.store.reviews import Reviews, reviewed
    from feeds.stories.grouping import Stories
    from feeds.tagging.classifier import classify
    from feeds.tagging.matching.matcher import Matcher

    story, classifications = Stories(facts).of(stored), Classifications(facts)
    kept = {one.topic: one for one in classifications.of(stored.row)}
    through = {one.topic: copy for copy in story.members for one in classifications.of(copy.row) if copy.row != stored.row}
    reviews = Reviews(facts).all()
    answers = classify(Matcher(chosen), document_of(stored), Boilerplate(facts).known(stored.carrier.source.url))
    topics = tuple(
        _TopicAnswer(topic, kept.get(topic.name), reviewed(one, reviews.get((stored.row, one.topic))), through.get(topic.name))
        for topic, one in zip(chosen, answers, strict=True)
    )
    linked = {found.row: found for found in facts.items.by_rows(one.row for one in story.related)}
    return _Explanation(stored, story, linked, topics)


def _explanation_lines(found: _Explanation) -> Iterator[str]:
    from feeds.tagging.quality import reports

    yield from (*reports.about_item(found.stored), *_about_story(found.story))
    for one in found.topics:
        yield from reports.about_classification(one.topic, one.kept, one.answer)
        if one.published_through:
            yield f"  published there with its story: {one.published_through} is tagged"


def _explanation_row(found: _Explanation) -> dict[str, Any]:
    from feeds.tagging.quality import reports

    topics = [
        reports.classification_row(one.topic, one.kept, one.answer) | {"published_through": one.published_through}
        for one in found.topics
    ]
    tags = [one.topic.name for one in found.topics if one.kept]
    return item_row(found.stored, tags) | {"story": story_row(found.story, found.linked), "topics": topics}


def _about_story(story: Story) -> list[str]:
    """Return a line that says why an item and its copies are one story and which item stands for it; nothing without copies."""
    return [f"  {story.why}; {story.lead.id} stands for it"] if len(story.members) > 1 else []


@click.command("items")
@click.option("--topic", "name", metavar="TOPIC", shell_complete=topic_names, help="Only the items that this topic tags.")
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
