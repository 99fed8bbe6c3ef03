"""The commands `stories show|split|join|evaluate`: which items are one story, why, and what a person decides; downloads nothing."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from ingest.cli.console import Commands, one_item, say
from ingest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import IO

    from feeds.model import Story
    from ingest.model import StoredItem
    from ingest.polling.home import Home
    from ingest.store.facts import Facts


@click.group(cls=Commands)
def stories() -> None:
    """Show which items are one story and why; split or join them."""


@stories.command("show")
@click.argument("item")
@click.argument("other", required=False)
@click.option(
    "--json", "as_json", is_flag=True, help="One object: lead, title, why, members, merges, related; of two: one_story, why."
)
@click.pass_obj
def stories_show(home: Home, item: str, other: str | None, *, as_json: bool) -> None:
    """Show the story of ITEM with all its carriers and the reason for each merge, or what ITEM and OTHER have in common."""
    from feeds.stories.grouping import Stories

    with home.stored() as facts:
        stored = one_item(facts, item)
        if other:
            show_two(facts, stored, one_item(facts, other), as_json=as_json)
            return
        story = Stories(facts).of(stored)
        linked = {found.row: found for found in facts.items.by_rows(one.row for one in story.related)}
    click.echo(json.dumps(story_row(story, linked), ensure_ascii=False) if as_json else "\n".join(_story_lines(story, linked)))


def show_two(facts: Facts, one: StoredItem, two: StoredItem, *, as_json: bool) -> None:
    """Show whether two items are one story, and why."""
    from feeds.stories.grouping import Stories

    why = _why_two(facts, one, two)
    row = {"one_story": two.row in Stories(facts).of(one).rows, "why": why}
    click.echo(json.dumps(row, ensure_ascii=False) if as_json else why)


def story_row(story: Story, linked: Mapping[int, StoredItem]) -> dict[str, Any]:
    """Return a story as an object; `linked` has the related items by their numbers."""
    from feeds.stories.story import moment
    from ingest.text.dates import rfc3339

    names = {member.row: member.id for member in story.members}
    members = [
        {"id": member.id, "title": member.item.title, "language": member.item.language, "date": rfc3339(moment(member))}
        | {"carriers": [{"name": seen.source.name, "feed": seen.source.url, "url": seen.url} for seen in member.sightings]}
        for member in story.members
    ]
    related = [
        {"id": linked[one.row].id, "title": linked[one.row].item.title, "relation": one.relation, "why": one.why}
        for one in story.related
    ]
    merges = [{"a": names[merge.a], "b": names[merge.b], "why": merge.why} for merge in story.merges]
    about = {"lead": story.lead.id, "title": story.lead.item.title, "why": story.why}
    return about | {"members": members, "merges": merges, "related": related}


def _why_two(facts: Facts, one: StoredItem, two: StoredItem) -> str:
    """Return the reason why two items are, or are not, one story, in one line."""
    from feeds.stories.grouping import Stories
    from feeds.stories.grouping_pass import GroupingPass

    if one.row == two.row:
        return f"{one.id} is one item: its carriers were recognised by {', '.join(seen.reason for seen in one.sightings)}"
    story = Stories(facts).of(one)
    direct = [merge.why for merge in story.merges if {merge.a, merge.b} == {one.row, two.row}]
    if two.row in story.rows:
        return f"one story; {direct[0] if direct else f'through {len(story.members) - 2} other items: {story.why}'}"
    return f"two stories; {GroupingPass(facts).compare(one.row, two.row)}"


def _story_lines(story: Story, linked: dict[int, StoredItem]) -> Iterator[str]:
    from feeds.stories.story import moment
    from ingest.text.dates import rfc3339

    names = {member.row: member.id for member in story.members}
    yield f"{story.lead.id}  {story.lead.item.title}"
    yield f"  {story.why}"
    for member in story.members:
        for seen in member.sightings:
            first = "stands for the story; " if member is story.lead and seen is member.carrier else ""
            when, language = rfc3339(moment(member)), member.item.language or "--"
            yield f"  {member.id}  {when}  {language}  {first}{seen.source.name}  {seen.url or ''}"
    for merge in story.merges:
        yield f"  {names[merge.a]} and {names[merge.b]}: {merge.why}"
    for related in story.related:
        other = linked[related.row]
        yield f"  {related.relation} {other.id}  {other.item.title}\n    {related.why}"


_reason = click.option("--reason", default="", help="The reason; it is stored with the decision.")


@stories.command("split")
@click.argument("item")
@_reason
@click.pass_obj
def stories_split(home: Home, item: str, reason: str) -> None:
    """Take ITEM out of its story, whatever the rules say; it stays so."""
    from feeds.stories.grouping_pass import GroupingPass

    with home.stored() as facts:
        stored = one_item(facts, item)
        others = GroupingPass(facts).split(stored.row, reason, home.clock())
    if not others:
        raise UsageError(f"{stored.id} has no copies to be separated from", "`topicwire stories show` shows a story")
    say(f"{stored.id} is a story of its own, apart from {len(others)} other items; `topicwire publish` writes it")


@stories.command("join")
@click.argument("item")
@click.argument("other")
@_reason
@click.pass_obj
def stories_join(home: Home, item: str, other: str, reason: str) -> None:
    """Make ITEM and OTHER one story, whatever the rules say; it stays so."""
    from feeds.stories.grouping import Stories
    from feeds.stories.grouping_pass import GroupingPass

    with home.stored() as facts:
        one, two = one_item(facts, item), one_item(facts, other)
        if one.row == two.row:
            raise UsageError(f"{one.id} is that item itself", "name two items")
        GroupingPass(facts).join(one.row, two.row, reason, home.clock())
        story = Stories(facts).of(one)
    say(f"{len(story.members)} items are one story, for which {story.lead.id} stands; `topicwire publish` writes it")


@stories.command("evaluate")
@click.argument("file", type=click.File("rb"))
@click.option("--worst", default=5, show_default=True, help="How many errors of each kind to show.")
@click.option("--words-alone", is_flag=True, help="Do not look at addresses.")
@click.option("--json", "as_json", is_flag=True, help="One object with everything.")
@click.pass_obj
def stories_evaluate(_: Home, file: IO[bytes], worst: int, *, words_alone: bool, as_json: bool) -> None:
    """Measure the rules on FILE: JSON Lines of pairs (a, b, label) or of items (title, ..., cluster)."""
    from feeds.stories import evaluation
    from feeds.stories.evaluation import of_clusters, of_pairs

    rows = iter(_rows(file))
    first = next(rows, None)
    if first is None:
        raise UsageError(f"{file.name} holds no rows", "write one JSON object a line")
    evaluated = (
        of_clusters(_all(first, rows, "cluster"), words_alone=words_alone)
        if "cluster" in first[1]
        else of_pairs(_all(first, rows, "label"), words_alone=words_alone)
    )
    groups = evaluation.cluster_agreement(evaluated.wanted, evaluated.found)
    if as_json:
        click.echo(json.dumps(evaluation.measured(evaluated.pairs, groups, worst), ensure_ascii=False))
    else:
        click.echo("\n".join(evaluation.report(evaluated.pairs, groups, worst)))


Place = tuple[str, dict[str, Any]]


def _rows(file: IO[bytes]) -> Iterator[Place]:
    from feeds.tagging.quality.reports import read_row

    for number, line in enumerate(file, 1):
        if line.strip():
            yield f"{file.name}, line {number}", read_row(line, file.name, number)


def _all(first: Place, rest: Iterable[Place], needed: str) -> Iterator[Place]:
    for place, row in chain([first], rest):
        if needed not in row:
            raise UsageError(f'{place}: no "{needed}"', 'give each row "a", "b" and "label", or each "cluster"')
        yield place, row
