import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from making import GAZETTE, HARBOUR, POST, Cli, about, carry, home_at, item, topic, write_topic
from served_site import Site, served
from starlette.datastructures import QueryParams
from support import NOON

from feeds.model import FoundItem
from feeds.publication.entry import source_key
from feeds.search import search as searching
from feeds.search.ordering import newest_first
from feeds.search.query import SearchOrder, SearchQuery, fts5_expression, parse_query
from feeds.search.search import search
from feeds.store.classifications import Classifications
from feeds.store.search import OutOfTimeError, SearchIndex
from feeds.tagging.classification_pass import classify_new
from ingest.errors import UsageError
from ingest.model import Item
from ingest.store.facts import Facts

OTHERS = """\
title = "Other news"
require = ["words"]
[group.words]
any = ["market", "Fähre", "המעבורת"]
"""


def fill(facts: Facts) -> None:
    """Store a few items of two sources: three about ferries, one in German, one in Hebrew."""
    carry(facts, [about(1), about(2, "market by the quay")], at=NOON - timedelta(days=2))
    german = item(
        guid="urn:de", url="http://gazette.example/de", title="Die Fähre fährt nicht", text="Kein Schiff im Hafen.", language="de"
    )
    hebrew = item(guid="urn:he", url="http://gazette.example/he", title="המעבורת עזבה", text="שלום לנמל.", language="he")
    carry(facts, [german, hebrew], GAZETTE, NOON)
    classify_new(facts, Classifications(facts), (topic(),), NOON)


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command of a home with one topic and the items."""
    write_topic(home)
    with home_at(home).facts() as facts:
        fill(facts)
    return Cli(home)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve such a home, with a public topic that has the other items and a private one of the first's words."""
    home = tmp_path_factory.mktemp("home")
    write_topic(home)
    write_topic(home, OTHERS, "others")
    write_topic(home, HARBOUR.replace("[group.ship]", "[publish]\nprivate = true\n\n[group.ship]"), "secret")
    made = home_at(home, {"service.base_url": "https://feeds.example/wire"})
    with made.facts() as facts:
        fill(facts)
        classify_new(facts, Classifications(facts), (topic(OTHERS, "others"), topic(name="secret")), NOON)
    with served(made) as opened:
        yield opened


def found(facts: Facts, words: str = "", **narrow: str) -> list[str]:
    """Return the titles that a question finds."""
    asked = parse_query({"q": words, **narrow})
    return [result.stored.item.title for result in search(facts, asked, frozenset({"harbour"}), limit=10).results]


# What people type


@pytest.mark.parametrize(
    ("words", "expression"),
    [
        ("", None),
        ("ferry", '(("ferry"))'),
        ("ferry harbour", '(("ferry") AND ("harbour"))'),
        ('"last ferry" -old', '(("last ferry")) NOT "old"'),
        ("ferr*", '(("ferr"*))'),
        ("ferry OR boat quay", '(("ferry" OR "boat") AND ("quay"))'),
        ("OR ferry OR", '(("ferry"))'),
        ("title:ferry NEAR(a b) ^x", '(("title:ferry") AND ("NEAR(a") AND ("b)") AND ("^x"))'),
        ('fer"ry', '(("fer") AND ("ry"))'),
    ],
)
def test_words_become_quoted_terms(words: str, expression: str | None) -> None:
    """Words, phrases, beginnings, exclusions and alternatives; whatever else the index understands is a word like others."""
    assert fts5_expression(words) == expression


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    """Open a database without items."""
    with home_at(tmp_path_factory.mktemp("empty")).facts() as opened:
        Classifications(opened)
        yield opened


@given(words=st.text(max_size=300) | st.text('"-*^:(){}+ ORANDNEAR,', max_size=40))
def test_no_question_breaks_the_index(nothing: Facts, words: str) -> None:
    """Whatever is typed is searched for or refused in words: the index never finds a fault in it."""
    try:
        asked = parse_query({"q": words})
    except UsageError:
        return
    assert search(nothing, asked, frozenset(), limit=1).total == 0


@pytest.mark.parametrize("words", ["!!!", "-ferry", "OR", '""', "***", "x " * 30, "a" * 301])
def test_a_question_without_a_word_is_refused(words: str) -> None:
    """Signs alone, exclusions alone and whole essays are no question."""
    with pytest.raises(UsageError):
        parse_query({"q": words})


def test_a_day_that_is_none_is_refused() -> None:
    """A date is a day of the calendar, in digits."""
    with pytest.raises(UsageError, match='since: "2026-02-30" is not a day; write it as 2026-01-31'):
        parse_query({"q": "ferry", "since": "2026-02-30"})


@given(
    st.builds(
        SearchQuery,
        words=st.sampled_from(["", "ferry", "a&b=c", "שלום"]),
        since=st.none() | st.dates(),
        until=st.none() | st.dates(),
        order=st.sampled_from(SearchOrder),
    )
)
def test_a_question_survives_the_journey_through_an_address(asked: SearchQuery) -> None:
    """What is written into a link is read from it again."""
    assert parse_query(QueryParams(asked.written())) == asked


# What is found


def test_everything_stored_is_searched(facts: Facts) -> None:
    """Items are found by the words of title and text, tagged or not, in any script, with or without accents; newest first."""
    fill(facts)
    assert found(facts, "story") == ["Story 1: ferry in the harbour", "Story 2: market by the quay"]
    assert found(facts, "fahre") == found(facts, '"Die Fähre"') == ["Die Fähre fährt nicht"]
    assert found(facts, "המעבורת") == ["המעבורת עזבה"]
    assert found(facts, "story -ferry") == ["Story 2: market by the quay"]
    assert found(facts, "mark*") == ["Story 2: market by the quay"]
    assert found(facts, "zeppelin") == []


def test_an_earlier_version_is_found_too(facts: Facts) -> None:
    """What an article said before it was edited still leads to it."""
    carry(facts, [about(1, "zeppelin over the town")])
    carry(facts, [about(1, "balloon over the town")])
    assert found(facts, "zeppelin") == ["Story 1: balloon over the town"]


def test_a_search_is_narrowed(facts: Facts) -> None:
    """Topic, source, language and days each leave out what is not theirs, alone or together."""
    fill(facts)
    assert found(facts, topic="harbour") == ["Story 1: ferry in the harbour"]
    assert found(facts, source="the gazette", language="he") == ["המעבורת עזבה"]
    assert found(facts, source=source_key(POST)) == found(facts, source=POST.url) == found(facts, "story")
    day = NOON.date()
    assert found(facts, since=(day + timedelta(days=1)).isoformat()) == []
    assert len(found(facts, until=day.isoformat())) == len(found(facts, until=date.max.isoformat())) == 4


@pytest.mark.parametrize(("narrow", "what"), [({"topic": "none"}, "topic"), ({"source": "nobody"}, "source")])
def test_what_is_not_known_is_said_to_be_so(facts: Facts, narrow: dict[str, str], what: str) -> None:
    """A topic or source that does not exist is a mistake, not an empty answer."""
    fill(facts)
    with pytest.raises(UsageError, match=f"no {what} is called"):
        found(facts, **narrow)


def test_a_search_ends(facts: Facts) -> None:
    """A question whose answer takes too long is refused in words, and the next one is answered."""
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n"
    with pytest.raises(UsageError, match=r"takes longer than 0\.05 seconds"), SearchIndex(facts).time_limit(0.05):
        facts.database.execute(endless).fetchone()
    with SearchIndex(facts).time_limit(5):
        assert facts.database.execute("select 1").fetchone() == (1,)


def test_a_common_word_is_counted_so_far(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many items the newest are found and some are counted; the next pages lead on."""
    monkeypatch.setattr(searching, "_COUNTED", 3)
    carry(facts, [about(number) for number in range(1, 9)])
    some = search(facts, parse_query({"q": "story"}), frozenset(), limit=2)
    assert ([one.stored.item.title[:7] for one in some.results], some.total, some.more) == (["Story 1", "Story 2"], 3, True)
    rest = search(facts, parse_query({"q": "story"}), frozenset(), limit=3, skip=5)
    assert ([one.stored.item.title[:7] for one in rest.results], rest.total, rest.more) == (
        ["Story 6", "Story 7", "Story 8"],
        8,
        False,
    )


def test_a_search_reads_no_more_than_it_shows(facts: Facts) -> None:
    """What is found is read from the newest on, without sorting, whatever narrows it."""
    carry(facts, [about(1)])
    Classifications(facts)
    for parts in ({"match": "story"}, {"match": "story", "published": '["harbour"]', "language": "en"}, {"topic": "harbour"}, {}):
        queries: list[str] = []
        facts.database.connection.set_trace_callback(queries.append)
        list(SearchIndex(facts).found(parts, scored="match" in parts))
        facts.database.connection.set_trace_callback(None)
        (query,) = (one for one in queries if "current_item" in one)
        plan = [row[-1] for row in facts.database.execute(f"explain query plan {query}")]
        assert not [line for line in plan if "TEMP B-TREE" in line], (parts, plan)


def test_what_was_found_in_time_is_shown(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is over, what was found until then is shown; a search that has found nothing yet is refused."""
    carry(facts, [about(1), about(2)])
    found = iter([FoundItem(1, "2026-03-02", "2026-03-02")])

    def endless(*_: object) -> Iterator[FoundItem]:
        yield from found
        raise OutOfTimeError("this takes longer", "narrow it down")

    monkeypatch.setattr(SearchIndex, "found", endless)
    some = search(facts, parse_query({"q": "story"}), frozenset(), limit=2)
    assert (len(some.results), some.total, some.more) == (1, 1, True)
    with pytest.raises(UsageError, match="takes longer"):
        search(facts, parse_query({"q": "story"}), frozenset(), limit=2)


def test_a_form_suggests_some_sources_and_takes_all(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of thousands of sources the busiest are suggested; any other is found by its name."""
    monkeypatch.setattr(searching, "_SUGGESTED", 1)
    fill(facts)
    carry(facts, [about(7), about(8), about(9)])
    assert [source.name for source in searching.sources(facts)] == ["The Harbour Post"]
    assert len(found(facts, source="the gazette")) == 2


# The order


def dated(number: int, published: datetime | None, title: str = "Story", text: str = "") -> Item:
    """Return an item with a date of its publisher."""
    return replace(about(number), title=f"{title} {number}", text=text, published=published)


def order(facts: Facts, question: str, **how: str) -> list[str]:
    """Return the titles that are found, in their order."""
    found = search(facts, parse_query({"q": question, **how}), frozenset(), limit=20)
    return [one.stored.item.title for one in found.results]


def test_the_newest_by_the_date_that_is_shown_come_first(facts: Facts) -> None:
    """An old article that came late stands among those of its day; what has no date stands where it was first seen."""
    day = NOON - timedelta(days=10)
    carry(facts, [dated(1, day), dated(2, None)], at=day)
    carry(facts, [dated(3, NOON - timedelta(days=20)), dated(4, NOON + timedelta(days=3))], at=NOON)
    carry(facts, [replace(dated(1, day), title="Story 1, corrected")], at=NOON + timedelta(hours=1))
    expected = ["Story 4", "Story 1, corrected", "Story 2", "Story 3"]
    assert order(facts, "story") == expected
    assert order(facts, "", since="2026-01-01") == order(facts, "", source="The Harbour Post") == expected


def test_the_most_relevant_come_first_when_that_is_asked_for(facts: Facts) -> None:
    """A word in the title counts for more than one in the text, and one among few for more than one among many."""
    long = "nothing else " * 60
    carry(
        facts, [dated(1, None, "Ferry sinks", "ferry"), dated(2, None, "News", f"{long} ferry"), dated(3, None, "News", "a ferry")]
    )
    assert order(facts, "ferry", order="relevance") == ["Ferry sinks 1", "News 3", "News 2"]
    assert order(facts, "ferry", order="newest") != order(facts, "ferry", order="relevance")
    assert sorted(order(facts, "", order="relevance", since="2026-01-01")) == ["Ferry sinks 1", "News 2", "News 3"]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=60), st.integers(1, 70))
def test_no_more_is_read_than_the_order_needs(items: list[tuple[int, int]], window: int) -> None:
    """Read from the last stored on, items come in the order of their dates, whatever the page asks for."""
    stored = sorted((max(made, seen), min(made, seen)) for made, seen in items)
    found = [FoundItem(row, f"{moment:02}", f"{seen:02}") for row, (seen, moment) in enumerate(stored)][::-1]
    right = [one.row for one in sorted(found, key=lambda one: (one.moment, one.row), reverse=True)]
    assert list(newest_first(found, len(found))) == right
    assert sorted(newest_first(found, window)) == sorted(right)
    rest = iter(found)
    assert list(islice(newest_first(rest, len(found)), 1)) == right[:1]
    if found and found[0].moment == found[0].stored_at:
        later = [one for one in found if one.stored_at >= found[0].moment]
        assert len(found) - len(list(rest)) <= len(later) + 1, "the first is known as soon as nothing newer can follow"


def test_an_order_that_is_none_is_refused() -> None:
    """The error names the two there are."""
    with pytest.raises(UsageError, match='order: "best" is no order; write newest or relevance'):
        parse_query({"q": "ferry", "order": "best"})


def test_the_page_says_its_order_and_offers_the_other(site: Site) -> None:
    """The order in force is marked, the other is a link that keeps the question; the feed is always of the newest."""
    for asked, current, other in (("", "Newest first", "order=relevance"), ("&order=relevance", "Most relevant first", "q=story")):
        page = html.fromstring(site.ask(f"/search?q=story{asked}").text)
        assert page.xpath("//*[@class='orders']/*[@aria-current]/text()") == [current]
        (link,) = page.xpath("//*[@class='orders']/a/@href")
        assert other in link
        assert page.xpath("//link[@type='application/atom+xml']/@href") == ["/wire/search.atom?q=story"]
        assert page.xpath("//form[@role='search']//input[@name='order']/@value") == (["relevance"] if asked else [])
    assert not html.fromstring(site.ask("/search?topic=harbour").text).xpath("//*[@class='orders']"), "without words, dates decide"
    assert "most relevant first" in site.ask("/search.atom?q=story&order=relevance").text


# The command


def test_the_command_lists_what_it_finds(cli: Cli) -> None:
    """`topicwire search` writes lines as `items` does, and with --json the same objects."""
    assert "Story 1: ferry in the harbour  (The Harbour Post)  [harbour]" in cli("search", "ferry", "harbour").stdout
    rows = cli.rows("search", "story", "--json")
    assert [(row["tags"], "private" in row) for row in rows] == [(["harbour"], False), ([], True)]
    assert rows[0] in cli.rows("items", "--json")


def test_the_command_goes_on_with_the_topics_that_can_be_read(cli: Cli) -> None:
    """A broken topic file is one line on stderr; what the other topics tag is found as ever."""
    whole = cli("search", "ferry").stdout
    path = write_topic(cli.home, 'require = ["shp"]', "broken")
    found = cli("search", "ferry")
    assert (found.exit_code, found.stdout) == (0, whole)
    assert found.stderr.startswith(f"topicwire: {path}")
    assert found.stderr.count("\n") == 1


def test_the_command_says_what_is_wrong(cli: Cli) -> None:
    """Nothing found is a word on stderr and exit 0; a question that is none is exit 2; a cut list says so."""
    assert (cli("search", "zeppelin").exit_code, cli("search", "zeppelin").stderr) == (0, "nothing found\n")
    assert cli("search", "!!").exit_code == 2
    half = cli("search", '"ferry harbour')
    assert (half.exit_code, half.stderr.partition(";")[0]) == (2, "topicwire: a quotation mark has no partner")
    assert cli("search", "story", "--limit", "1").stderr == "1 of 2 found; --limit shows more\n"


# The page


def test_the_page_shows_what_is_found(site: Site) -> None:
    """The page of a search has the items, their number, and the link of its feed; it is never kept by a cache."""
    answer = site.ask("/search?q=story")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert "2 stories" in answer.text
    assert "market by the quay" in answer.text
    assert 'href="/wire/search.atom?q=story"' in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_words_of_a_search_are_marked(site: Site) -> None:
    """In title and text: whole words in any form of letters, beginnings, phrases as one; not what must not be there."""
    for asked, marks in (
        ("fahre", ["Fähre"]),
        ("FERRY+-rails", ["ferry"]),
        ("%22kein+schiff%22+haf*", ["Kein Schiff", "Hafen"]),
        ("ferr", []),
    ):
        page = html.fromstring(site.ask(f"/search?q={asked}").text)
        assert page.xpath("//article//mark/text()") == marks


def test_an_empty_search_is_a_form(site: Site) -> None:
    """Who has asked nothing gets the form, with what can be chosen."""
    text = site.ask("/search").text
    assert ">Harbour news</option>" in text
    assert '<option value="The Gazette">' in text


@pytest.mark.parametrize("query", ["q=!!", "q=ferry&since=x", "q=ferry&topic=nope", "q=" + "a" * 400, "q=%00%ff%22", "q=-x"])
def test_a_bad_question_is_answered_in_words(site: Site, query: str) -> None:
    """No question ends in a fault of the server."""
    assert site.ask(f"/search?{query}").status == 400
    assert site.ask(f"/search.atom?{query}").status == 400


@pytest.mark.parametrize("query", ["q=a&" * 8_000, "k=1&" * 8_000, "q=" + "%22" * 90 + "a", "q=" + "a*+" * 24])
def test_an_endless_question_costs_little(site: Site, query: str) -> None:
    """Thousands of parameters, quotes without end and many beginnings are answered or refused at once."""
    began = time.process_time()
    assert site.ask(f"/search?{query}").status in {200, 400}
    assert time.process_time() - began < 5


def test_nothing_of_a_question_becomes_a_header(site: Site) -> None:
    """Line breaks in an address are spaces in the answer."""
    for path in ("/search", "/search.atom"):
        answer = site.ask(f"{path}?q=ferry%0d%0aSet-Cookie:%20a=b&topic=%0d%0aX-Y:1")
        assert not {"set-cookie", "x-y"} & answer.headers.keys()


def test_a_database_in_which_nothing_was_classified_can_be_searched(tmp_path: Path) -> None:
    """Nothing is found there, and nothing is wrong."""
    write_topic(tmp_path)
    made = home_at(tmp_path)
    with made.facts() as facts:
        carry(facts, [about(1)])
    with served(made) as opened:
        assert "0 stories" in opened.ask("/search?q=story").text
        assert opened.ask("/search").status == opened.ask("/search.atom?q=story").status == 200


def test_a_page_beyond_the_last_is_empty(site: Site) -> None:
    """Paging ends quietly; a page that is no number is the first."""
    assert site.ask("/search?q=story&page=9999999").status == 200
    assert "market by the quay" in site.ask("/search?q=story&page=x").text


def test_private_topics_do_not_show(site: Site) -> None:
    """A private topic is in no list, marks no item, and asking for it is as if it did not exist."""
    for path in ("/search", "/search?q=ferry", "/search.atom?q=ferry"):
        assert "secret" not in site.ask(path).text
    assert b'no topic is called "secret"' in site.ask("/search.atom?topic=secret").body
    assert site.ask("/search?topic=secret").status == 400


# The feed


def test_a_search_is_a_feed(site: Site) -> None:
    """The same search as Atom: its own id and address, entries with the ids they have everywhere, the same at every call."""
    answer = site.ask(f"/search.atom?q={quote('ferry harbour')}")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(answer.body)
    assert not feed.bozo
    assert [link.href for link in feed.feed.links if link.rel == "self"] == [
        "https://feeds.example/wire/search.atom?q=ferry+harbour"
    ]
    assert [(entry.id, entry.link) for entry in feed.entries] == [("urn:item:1", "http://post.example/1")]
    assert "tagged harbour" in feed.entries[0].summary
    evidence = next(link.href for link in feed.entries[0].links if link.rel == "describedby")
    assert site.ask(evidence.removeprefix("https://feeds.example/wire")).status == 200
    again = site.ask("/search.atom?q=ferry+harbour")
    assert (again.body, again.headers["etag"]) == (answer.body, answer.headers["etag"])
    assert site.ask("/search.atom?q=ferry+harbour", if_none_match=again.headers["etag"]).status == 304
    assert site.ask("/search.atom?q=ferry", if_none_match=again.headers["etag"]).status == 200
    assert feedparser.parse(site.ask("/search.atom?q=ferry").body).feed.id != feed.feed.id


def test_a_search_shows_no_more_than_the_topics_do(tmp_path: Path) -> None:
    """Words that a topic masks are masked in what is found of its items, on the page and in the feed, even in full texts."""
    masking = HARBOUR.replace("[group.ship]", '[publish]\nmask = ["vile"]\n\n[group.ship]')
    write_topic(tmp_path, masking)
    made = home_at(tmp_path, {"publish.full_content": "true"})
    vile = "<p>A vile ferry in the harbour.</p>"
    with made.facts() as facts:
        carry(facts, [item(title="The vile ferry", text="A vile ferry in the harbour.", summary=vile, content=vile)])
        classify_new(facts, Classifications(facts), (topic(masking),), NOON)
    with served(made) as opened:
        for path in ("/search?q=ferry", "/search.atom?q=ferry"):
            found = opened.ask(path).text
            assert "v***" in found
            assert "vile" not in found
