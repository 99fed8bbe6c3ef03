"""What we publish, in other people's programs; those that are not installed are skipped, with the reason."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest
from making import GAZETTE, SEED, Cli, about, carry, home_at, item, write_topic
from newsboat import NEWSBOAT, Newsboat
from served_site import Site, served

FORMATS = ("atom", "json", "rss")
TITLES = {
    'Ferry & "quay" <in> the harbour': "http://post.example/1?a=1&b=2",
    "Die Fähre im harbour: größer": "http://post.example/2",
    "המעבורת ferry harbour": "http://post.example/3",
    "Story 4: ferry in the harbour": "http://post.example/4",
}


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command of a home with a few published items, their titles as awkward as real ones."""
    write_topic(home)
    made = Cli(home)
    made.poll()
    made.settings["service.base_url"] = "https://feeds.example"
    with home_at(home).facts() as facts:
        for number, (title, url) in enumerate(TITLES.items()):
            carry(facts, [item(guid=f"urn:item:{number}", url=url, title=title, text=f"Text {number} of a ferry & a harbour.")])
        carry(facts, [item(guid="urn:item:0", url="http://gazette.example/0", title="The same")], GAZETTE)
    assert made("run", "--once").exit_code == 0
    return made


@pytest.fixture
def site(cli: Cli) -> Iterator[Site]:
    """Serve it."""
    with served(home_at(cli.home, cli.settings)) as opened:
        yield opened


def published(cli: Cli) -> dict[str, str]:
    """Return title and link of every entry, as our own Atom says them."""
    return {entry.title: entry.link for entry in cli.published().entries}


def answers(site: Site, status: int) -> int:
    """Return how often the server has answered with a status."""
    found = re.search(rf'topicwire_requests_total{{status="{status}"}} (\d+)', site.ask("/metrics").text)
    return int(found[1]) if found else 0


@pytest.mark.skipif(NEWSBOAT is None, reason="newsboat is not installed: apt-get install newsboat")
@pytest.mark.parametrize("suffix", ["atom", "rss"])
def test_newsboat_subscribes(cli: Cli, site: Site, tmp_path: Path, suffix: str) -> None:
    """It has every entry with the right title and link, gets 304 as soon as it asks for one, and what is new afterwards."""
    newsboat = Newsboat(tmp_path, f"http://127.0.0.1:{site.port}/harbour.{suffix}")
    assert newsboat.visit() == published(cli) == TITLES
    newsboat.visit()  # newsboat 2.21 forgets the validators of its first visit: its cache has no row for the feed then
    assert answers(site, 304) == 0
    assert newsboat.visit() == TITLES
    assert answers(site, 304) == 1
    with home_at(cli.home).facts() as facts:
        carry(facts, [about(9)])
    cli.clock.forward(hours=1)
    cli("run", "--once")
    assert newsboat.visit().keys() - TITLES.keys() == {"Story 9: ferry in the harbour"}
    assert answers(site, 304) == 1


@pytest.mark.skipif(NEWSBOAT is None, reason="newsboat is not installed: apt-get install newsboat")
@pytest.mark.parametrize("suffix", ["atom", "rss"])
def test_newsboat_opens_a_seed_document_at_its_evidence(cli: Cli, site: Site, tmp_path: Path, suffix: str) -> None:
    """The document has no address of its own: the link of its entry is the page that the service has of it."""
    title = "A ferry without a harbour"
    with home_at(cli.home).facts() as facts:
        carry(facts, [item(guid="note.txt", url=None, title=title)], SEED)
    cli("run", "--once")
    link = Newsboat(tmp_path, f"http://127.0.0.1:{site.port}/harbour.{suffix}").visit()[title]
    assert title in site.ask(link.removeprefix("https://feeds.example")).text


def test_feedparser_reads_all_formats_alike(site: Site) -> None:
    """Atom and RSS, which it knows, have the same ids, titles, links and moments; it understands the server's 304."""
    read = {suffix: feedparser.parse(f"http://127.0.0.1:{site.port}/harbour.{suffix}") for suffix in ("atom", "rss")}
    assert not [one.bozo_exception for one in read.values() if one.bozo]
    entries = {suffix: [(e.id, e.title, e.link, e.published_parsed) for e in one.entries] for suffix, one in read.items()}
    assert entries["atom"] == entries["rss"]
    assert {title: link for _, title, link, _ in entries["atom"]} == TITLES
    again = feedparser.parse(f"http://127.0.0.1:{site.port}/harbour.atom", etag=read["atom"].etag)
    assert (again.status, again.entries) == (304, [])


def test_reader_reads_all_formats_alike(cli: Cli, site: Site, tmp_path: Path) -> None:
    """It subscribes to all three, has in each the same ids, titles, links and dates, and nothing new on its second visit."""
    module = pytest.importorskip("reader", reason="reader is not installed: pip install '.[proof]'")
    reader = module.make_reader(str(tmp_path / "reader.sqlite"))
    try:
        urls = {suffix: f"http://127.0.0.1:{site.port}/harbour.{suffix}" for suffix in FORMATS}
        for url in urls.values():
            reader.add_feed(url)
        assert [value.new for value in _updated(reader) if value] == [len(TITLES)] * 3
        seen = {
            suffix: sorted((e.id, e.title, e.link, e.published) for e in reader.get_entries(feed=url))
            for suffix, url in urls.items()
        }
        assert seen["atom"] == seen["rss"] == seen["json"]
        assert {title: link for _, title, link, _ in seen["atom"]} == published(cli) == TITLES
        assert _updated(reader) == [None] * 3
        assert answers(site, 304) == 3
    finally:
        reader.close()


def _updated(reader: Any) -> list[Any]:
    """Fetch every feed; give what each brought. Raises what reader raises."""
    results = list(reader.update_feeds_iter(scheduled=False))
    for result in results:
        if isinstance(result.value, Exception):
            raise result.value
    return [result.value for result in results]
