import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html
from making import HARBOUR, Cli, about, carry, home_at, write_topic
from served_site import served
from support import NOON
from test_planner import known

from feeds.site import fingerprints, render, views
from feeds.site import sources as listed
from feeds.site.models import SourceLine, SourcesPage
from feeds.site.sources import FILES, PAGE, filtered, pages
from ingest.model import Source, SourceKind
from ingest.planner.health import all_health
from ingest.planner.hours_of_week import HOURS, pack
from ingest.poll_state import SourceState

POST = Source("http://post.example/feed", title="The Harbour Post")
DAY = timedelta(days=1)


def state(news_days_ago: float = 0.1, per_day: float = 2.0, **changes: object) -> SourceState:
    """Make a healthy source that posted so many days ago."""
    news = NOON - timedelta(days=news_days_ago)
    well = known(per_day, at=news, news=news)
    return replace(well, next_poll=NOON + timedelta(hours=2), why="rhythm", **changes)  # type: ignore[arg-type]


def page(*rows: tuple[Source, SourceState]) -> SourcesPage:
    """Make the page of sources at noon."""
    return pages(views.source_lines(all_health(rows, NOON), {POST.url: 7}), NOON)[0]


def test_the_page_says_what_the_command_says(home: Path) -> None:
    """Standing, cause, next poll, its reason, gaps and last news of every source are those of `sources status`, in its order."""
    write_topic(home)
    cli = Cli(home)
    with home_at(home).facts() as facts:
        carry(facts, [about(1)], at=cli.clock())
        facts.sources.add([Source("http://new.example/feed"), Source("http://127.0.0.1:9/feed")], cli.clock())
    cli("run", "--once")
    said = [json.loads(row) for row in cli("sources", "status", "--json").stdout.splitlines()]
    rows = html.parse(home / "public" / "sources.html").xpath("//li[contains(@class, 'source ') and not(@aria-hidden)]")
    assert len(rows) == len(said) > 1
    for row, one in zip(rows, said, strict=True):
        text = " ".join(row.text_content().split())
        assert row.get("class") == f"source {one['standing']}"
        assert one["standing"] in {"ok", "new"} or one["result"] in text
        assert not one["next_poll"] or (one["next_poll"] in row.xpath(".//time/@datetime") and one["why"] in text)


def test_a_row_shows_its_standing_its_strip_and_its_dates() -> None:
    """A source has its name, its standing, the strip of its own week, when it was well, when and why it is next asked."""
    own = replace(known(2.0, at=NOON, news=NOON), next_poll=NOON + timedelta(hours=2), why="rhythm")
    assert own.publishing_rate
    own = replace(own, publishing_rate=replace(own.publishing_rate, shape=pack([3.0, *(0.0,) * (HOURS - 1)])))
    drawn = html.fromstring(render.sources(page((POST, own))))
    (row,) = drawn.xpath("//li[@class='source ok']")
    assert " ".join(row.xpath(".//h2")[0].text_content().split()) == "The Harbour Post ok"
    assert row.xpath(".//svg/@aria-label") == ["Hours of the week in which it publishes"]
    assert row.xpath(".//time/@datetime")[-1] == "2026-03-02T14:00:00Z"
    assert row.xpath(".//path[@class='h4']/@d") == ["M0 0h1v10h-1z"]
    words = " ".join(row.text_content().split())
    assert "7 items, about 2 a day" in words
    assert "by its rhythm" in words
    assert [node.text_content() for node in drawn.xpath("//dl[@class='tally']/div/*")] == ["ok", "1"]


def test_a_source_that_has_shown_little_has_the_hours_of_its_entries() -> None:
    """Until it has a publishing rate the strip shows when its late entries came."""
    few = state()
    assert few.publishing_rate
    few = replace(few, publishing_rate=replace(few.publishing_rate, hours=pack([0.0, 2.0, *(0.0,) * (HOURS - 2)])))
    drawn = html.fromstring(render.sources(page((POST, few))))
    assert drawn.xpath("//path[@class='h4']/@d") == ["M1 0h1v10h-1z"]


def test_no_week_is_drawn_of_which_nothing_is_known() -> None:
    """A strip for a source that has brought nothing would say something that nobody knows."""
    drawn = html.fromstring(render.sources(page((POST, SourceState()))))
    assert not drawn.xpath("//svg[contains(@class, 'heat')]")
    assert "Mon" not in drawn.text_content()


@pytest.mark.parametrize(("per_day", "words"), [(0.1, "one in 10 days"), (2, "2 a day"), (20, "20 a day")])
def test_how_often_is_said_in_words(per_day: float, words: str) -> None:
    """Once in some days, or some a day."""
    (one,) = page((POST, state(0, per_day))).sources
    assert words in one.often


def test_gaps_and_failures_are_said() -> None:
    """Where something may have been missed the page says how often and when; a failure says its cause and how often."""
    gaps = state(gaps=2, last_gap=NOON - DAY)
    failing = state(error="the server has nothing there (404)", failures=3)
    drawn = html.fromstring(render.sources(page((POST, gaps), (Source("http://b.example/"), failing))))
    words = " ".join(drawn.text_content().split())
    assert "2 gaps, last 1 Mar 2026, 12:00" in words
    assert "3 times in a row: the server has nothing there (404)" in words


def test_documents_of_the_owner_are_no_sources() -> None:
    """What was read from a folder has no health, and its place on the disk is nobody's business."""
    assert page((Source("/home/me/notes", SourceKind.DOCUMENT), SourceState())).sources == ()


def test_secrets_in_addresses_are_not_shown() -> None:
    """Neither a source's address nor the cause of its failure tells a password."""
    source = Source("http://me:secret@post.example/feed", title="")
    failing = state(failures=1, error="http://me:secret@post.example/feed did not answer")
    drawn = render.sources(page((source, failing))).decode()
    assert "secret" not in drawn
    assert "post.example" in drawn


def test_items_are_counted_by_who_carried_them(home: Path) -> None:
    """An item that two sources carried counts for both."""
    with home_at(home).facts() as facts:
        carry(facts, [about(1), about(2)], at=NOON)
        carry(facts, [about(1)], source=POST, at=NOON)
        counts = facts.sources.carried()
    assert sorted(counts.values()) == [1, 2]
    assert counts[POST.url] == 1


# Very many


def lined(number: int) -> tuple[SourceLine, ...]:
    """Return lines about so many sources, the failing third first."""
    rows = [
        (Source(f"http://s{n}.example/feed", title=f"Paper {n}"), state() if n % 3 else state(error="no answer", failures=1))
        for n in range(number)
    ]
    return views.source_lines(all_health(rows, NOON), {})


def test_of_many_sources_each_page_holds_some_the_worst_first() -> None:
    """Every source is on one page, pages lead to all others, and the tally counts all; after ten the server draws."""
    found = lined(PAGE * 2 + 5)
    made = pages(found, NOON)
    assert [len(one.sources) for one in made] == [PAGE, PAGE, 5]
    assert tuple(line for one in made for line in one.sources) == found
    assert made[0].sources[0].standing == "failing"
    assert [link.href for link in made[1].pages] == ["sources.html", "sources.2.html", "sources.3.html"]
    assert [link.current for link in made[1].pages] == [False, True, False]
    drawn = html.fromstring(render.sources(made[1]))
    assert drawn.xpath("//nav[@class='chips']//a[@aria-current='page']/text()") == ["2", "2"]
    assert drawn.xpath("//dl[@class='tally']/div/dd/text()") == ["135", "270"]
    assert len(pages(found * 6, NOON)) == FILES
    assert pages(found * 6, NOON)[0].pages[FILES].href == f"sources?page={FILES + 1}"


def test_a_page_of_few_sources_has_no_pages_and_no_form() -> None:
    """Nothing is offered that nobody needs."""
    drawn = html.fromstring(render.sources(pages(lined(PAGE), NOON)[0]))
    assert not drawn.xpath("//nav[@class='chips'] | //form")


def test_sources_are_found_by_name_and_standing() -> None:
    """All words must be in name or address; a standing is shown alone; pages keep what was asked."""
    found = lined(PAGE * 4)
    one = filtered(found, NOON, "PAPER s12.", "", 1)
    assert ([line.name for line in one.sources], one.found, one.pages) == (["Paper 12"], 1, ())
    bad = filtered(found, NOON, "paper", "failing", 2)
    assert (bad.number, bad.found, {line.standing for line in bad.sources}) == (2, 267, {"failing"})
    assert bad.pages[0].href == "sources?q=paper&standing=failing&page=1"
    assert filtered(found, NOON, "nowhere", "", 7).sources == ()
    drawn = html.fromstring(render.sources(bad))
    assert drawn.xpath("//input[@name='q']/@value") == ["paper"]
    assert drawn.xpath("//select/option[@selected]/@value") == ["failing"]
    assert "267 sources found." in drawn.text_content()


def test_the_server_draws_any_page(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`/sources` shows any page and what is asked for; files of pages that are no longer needed go away."""
    monkeypatch.setattr(listed, "PAGE", 2)
    monkeypatch.setattr(fingerprints, "_FEW_SOURCES", 2)
    monkeypatch.setattr(listed, "FILES", 2)
    write_topic(home)
    cli = Cli(home)
    with home_at(home).facts() as facts:
        facts.sources.add([Source(f"http://s{n}.example/feed", title=f"Paper {n}") for n in range(5)], cli.clock())
    assert cli("publish").exit_code == 0
    assert sorted(path.name for path in (home / "public").glob("sources*.html")) == ["sources.2.html", "sources.html"]
    with served(home_at(home)) as site:
        third = html.fromstring(site.ask("/sources?page=3").body)
        assert third.xpath("//li[contains(@class, 'source ')]//h2/bdi/text()") == ["Paper 4"]
        assert "1 source found." in html.fromstring(site.ask("/sources?q=paper+3").body).text_content()
        assert site.ask("/sources?page=x&standing=%3Cb%3E").status == 200
    monkeypatch.setattr(listed, "PAGE", 9)
    assert cli("publish").exit_code == 0
    assert sorted(path.name for path in (home / "public").glob("sources*.html")) == ["sources.html"]


def test_the_server_names_no_source_of_a_private_topic(home: Path) -> None:
    """Where there is a private topic only sources of which something is published are found."""
    write_topic(home, HARBOUR.replace("[group.ship]", "[publish]\nprivate = true\n\n[group.ship]"))
    cli = Cli(home)
    with home_at(home).facts() as facts:
        facts.sources.add([POST], cli.clock())
    with served(home_at(home)) as site:
        assert POST.title not in site.ask("/sources?q=post").text
