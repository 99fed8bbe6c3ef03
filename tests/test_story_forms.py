import random
from datetime import timedelta
from itertools import count, permutations
from typing import Any

import pytest
from making import POST, Cli, carry, home_at, item
from story_making import grouped
from support import NOON, FakeWeb, rss, rss_item

from feeds.publication.publish import Published
from feeds.site.publish import publish
from feeds.stories.grouping import Stories
from feeds.stories.grouping_pass import GroupingPass, all_grouped, group_new
from ingest.model import Item, Source
from ingest.store.facts import Facts

STATEMENT = "Statement on antisemitic incidents on social media"
NEWS = (
    "Thieves broke into a bakery on Harbour Street and took the till.",
    "A lorry overturned on the coast road near Veldrin at noon, spilling gravel.",
    "Police are looking for a boy of nine who left school and did not come home.",
)
SHORT = ("警察は面包店に入った男を逮捕した。", "海岸道路でトラックが横転した。", "九歳の男児が行方不明となっている。")
STOCK = "What's Changed: bump actions/checkout from 4 to 5 by a bot. Full list of changes on the page."


def entry(number: int, title: str, text: str = "", **changes: object) -> Item:
    """Return an item of its own guid and address, some minutes after the one before."""
    said = {"guid": f"e{number}", "url": f"http://post.example/{number}", "title": title, "text": text, "summary": ""}
    return item(**said | {"published": NOON + timedelta(minutes=7 * number)} | changes)


def stories_of(facts: Facts, items: list[Item], source: Source = POST) -> set[frozenset[str]]:
    """Store items one after the other, as a source serves them, and give the stories."""
    for one in items:
        carry(facts, [one], source)
        group_new(facts, NOON)
    return grouped(facts)


@pytest.mark.parametrize("texts", [NEWS, SHORT], ids=["words", "no spaces"])
def test_items_of_one_title_that_say_different_things_are_all_published(facts: Facts, texts: tuple[str, ...]) -> None:
    """One publisher's title over three short texts makes three stories: nothing vanishes."""
    assert stories_of(facts, [entry(number, STATEMENT, text) for number, text in enumerate(texts)]) == set()


def test_a_title_that_a_publisher_repeats_is_a_form(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two items of one title without a text are one; a third shows that the title says nothing, whichever came first."""
    items = [entry(number, STATEMENT) for number in range(3)]
    for order in permutations(items):
        with home_at(tmp_path_factory.mktemp("home")).facts() as facts:
            assert len(stories_of(facts, list(order[:2]))) == 1
            assert stories_of(facts, list(order[2:])) == set()


def test_a_form_of_one_publisher_does_not_come_together_through_another(facts: Facts) -> None:
    """What a publisher repeats is not made one by a copy elsewhere."""
    carry(facts, [entry(9, STATEMENT, url="http://gazette.example/9")], Source("http://gazette.example/feed", title="Gazette"))
    found = stories_of(facts, [entry(number, STATEMENT) for number in range(3)])
    assert all(len(story & {"e0", "e1", "e2"}) <= 1 for story in found)


def test_a_stock_text_is_no_evidence(facts: Facts) -> None:
    """Releases of two projects on one page with one stock text are two, with other titles or with one."""
    titles = ("Ferry 1.4.0", "Harbour 1.4.0", "v2.1.0", "v2.1.0")
    assert stories_of(facts, [entry(number, title, STOCK) for number, title in enumerate(titles)]) == set()


def test_a_long_article_that_a_publisher_lists_thrice_is_one(facts: Facts) -> None:
    """One title over one long text at three addresses of a publisher is an article, not a form."""
    text = " ".join(f"word{number} says more of the bridge." for number in range(30))
    assert stories_of(facts, [entry(number, "Norwick bridge says more", text) for number in range(3)]) == {
        frozenset({"e0", "e1", "e2"})
    }


def test_a_person_may_join_what_is_a_form(facts: Facts) -> None:
    """A person's word outranks what a publisher repeats."""
    stories_of(facts, [entry(number, STATEMENT) for number in range(3)])
    rows = {stored.item.guid: stored.row for stored in facts.items.all()}
    GroupingPass(facts).join(rows["e0"], rows["e2"], "one", NOON)
    assert grouped(facts) == {frozenset({"e0", "e2"})}


# Cost


def flood(size: int) -> list[Item]:
    """Return items of one document over a very small vocabulary: all are alike."""
    chance = random.Random(3)
    words = "bridge harbour storm ferry quay tide lorry mayor".split()
    return [entry(number, " ".join(chance.choices(words, k=5)), " ".join(chance.choices(words, k=90))) for number in range(size)]


def test_a_flood_of_like_items_is_no_story(facts: Facts) -> None:
    """Items of one publisher that share all their words are a form: they do not vanish in one story."""
    carry(facts, flood(90), POST)
    group_new(facts, NOON)
    assert max(map(len, grouped(facts)), default=0) <= 2
    assert any(story.related for story in Stories(facts).leads(stored.row for stored in facts.items.all()).values())


def test_slow_transactions_become_small(facts: Facts) -> None:
    """A transaction that takes long ends after a second, and is followed by a smaller one: others wait to write."""
    carry(facts, [entry(number, f"Norwick {number * 7919}") for number in range(100)], POST)
    ticks = count(0, 400)
    work = GroupingPass(facts, clock=lambda: NOON + timedelta(milliseconds=next(ticks)))
    assert [work.batch() for _ in range(3)] == [30, 18, 15]


def test_grouping_stops_in_time_and_goes_on(facts: Facts) -> None:
    """After its seconds grouping stops with whole transactions done, and the next call does the rest."""
    carry(facts, [entry(number, f"Norwick {number * 7919}") for number in range(60)], POST)
    ticks = count(0, 3)
    assert group_new(facts, NOON, seconds=2, clock=lambda: NOON + timedelta(seconds=next(ticks))) == 10
    assert not all_grouped(facts)
    assert group_new(facts, NOON) == 50
    assert all_grouped(facts)


def test_grouping_ends_with_what_was_there_when_it_began(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction begins behind the item where it is to stop: what came meanwhile waits for the next call."""
    monkeypatch.setattr("feeds.stories.grouping_pass._BATCH", 4)
    carry(facts, [entry(number, f"Norwick {number * 7919}") for number in range(7)], POST)
    until = facts.items.last_seq()
    carry(facts, [entry(number, f"Norwick {number * 7919}") for number in range(7, 20)], POST)
    assert group_new(facts, NOON, until=until) == 8
    assert group_new(facts, NOON) == 12


def test_what_is_ready_is_published_while_the_rest_is_grouped(cli: Cli, web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that takes long to group is published before it is done, and whole in the end."""
    published: list[int] = []
    monkeypatch.setattr("topicwire_service._GROUPING_SECONDS", 0)
    monkeypatch.setattr("feeds.stories.grouping_pass._BATCH", 4)
    cli.settings["fetch.allow"] = web.allow

    def counted(*of: Any, **how: Any) -> Published:
        published.append(1)
        return publish(*of, **how)

    monkeypatch.setattr("topicwire_service.publish", counted)
    items = [rss_item(f"Norwick {n * 7919}", web.url(f"/{n}"), guid=f"g{n}", text=f"Said {n * 7907}.") for n in range(10)]
    assert cli("ingest", web.serve("/feed", rss(*items, title="Post"))).exit_code == 0
    assert len(published) == 3
    with Facts(cli.home / "topicwire.db") as facts:
        assert all_grouped(facts)
