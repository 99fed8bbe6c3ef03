from collections import defaultdict
from email.utils import format_datetime

import pytest
from making import Cli, write_topic
from story_making import BODY, LATER, grouped
from support import FakeWeb, rss, rss_item

from benchmarks.wire import Piece, wire
from feeds.stories.grouping import Stories
from ingest.store.facts import Facts


@pytest.fixture
def wired(cli: Cli, web: FakeWeb) -> Cli:
    """Return a home whose feeds are on the fake web, a week after the wire."""
    write_topic(cli.home)
    cli.settings["fetch.allow"] = web.allow
    cli.clock.now = LATER
    return cli


def served(web: FakeWeb, pieces: list[Piece]) -> list[str]:
    """Serve a wire as the feeds of its papers; give their addresses."""
    papers = defaultdict(list)
    for piece in pieces:
        papers[piece.source].append(
            rss_item(piece.title, piece.url, guid=piece.id, date=format_datetime(piece.published), text=f"<p>{piece.text}</p>")
        )
    return [web.serve(f"/{name}", rss(*items, title=name, link=web.url(f"/{name}/"))) for name, items in papers.items()]


def test_a_wire_from_many_sources_is_one_story_each(wired: Cli, web: FakeWeb) -> None:
    """One pass over the papers' feeds finds the wire's stories, and every item is reachable from its own."""
    pieces = wire(6, seed=8)
    wired.poll(*served(web, pieces))
    assert wired("run", "--once").exit_code == 0
    with Facts(wired.home / "topicwire.db") as facts:
        found = grouped(facts)
        assert found == {frozenset(p.id for p in pieces if p.story == f"story {number}") for number in range(6)}
        items = list(facts.items.all())
        stories = Stories(facts).leads(item.row for item in items)
    assert all(item.row in stories[item.row].rows for item in items)
    assert {member.item.guid for story in stories.values() for member in story.members} == {piece.id for piece in pieces}
    assert len({story.id for story in stories.values()}) == 6 + sum(piece.kind == "twin" for piece in pieces)


def test_a_late_copy_joins_at_the_next_pass(wired: Cli, web: FakeWeb) -> None:
    """What a paper carries later joins the story that is there, and says why."""
    first = web.serve(
        "/post", rss(rss_item("Norwick bridge closes", "http://post.example/1", guid="post", text=BODY), title="Post")
    )
    wired.poll(first)
    wired("run", "--once")
    late = rss_item("Months of detours ahead", "http://gazette.example/1", guid="gazette", text=BODY.replace("Tuesday", "May"))
    wired.poll(first, web.serve("/gazette", rss(late, title="Gazette", link="http://gazette.example/")))
    wired("run", "--once")
    assert wired("explain", "gazette", "--with", "post").stdout.startswith("one story; same: the same text; ")
