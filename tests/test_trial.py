import json
from pathlib import Path
from typing import Any

import pytest
from making import Cli, write_topic
from support import TEXT, FakeWeb, atom, atom_entry, rss, rss_item

FERRY = "Die letzte Fähre legt heute Abend im Hafen ab, und viele Menschen winken ihr vom Ufer aus nach."


@pytest.fixture
def cli(home: Path, web: FakeWeb) -> Cli:
    """Return the command in a home with one topic."""
    write_topic(home)
    return Cli(home, {"fetch.allow": web.allow, "fetch.host_pause": "0"})


def values(cli: Cli, source: str) -> dict[str, Any]:
    """Return what `try --json` says."""
    result = cli("try", source, "--json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_feed_is_shown_as_it_would_be_read(cli: Cli, web: FakeWeb) -> None:
    """Its title, how many entries, in which languages, of which days, and which topics would tag them."""
    entries = [
        rss_item("The ferry in the harbour", "/1", text=TEXT, date="Sun, 01 Mar 2026 10:00:00 GMT"),
        rss_item("Das Schiff", "/2", text=FERRY, date="around noon"),
    ]
    url = web.serve("/feed.xml", rss(*entries, title="The Harbour Post"))
    lines = cli("try", url).stdout.splitlines()
    assert lines[0] == "The Harbour Post"
    assert lines[1].startswith(f"  {url}; ")
    assert lines[2] == "  2 entries; languages: en 1, de 1; dated 2026-03-01 to 2026-03-01; 1 without a date"
    assert "- 2026-03-01T10:00:00Z  en  The ferry in the harbour" in lines
    assert "    language de detected; published date not believed: “around noon”" in lines
    assert any(line.startswith("    tagged harbour (") for line in lines)


def test_nothing_is_stored(cli: Cli, web: FakeWeb, home: Path) -> None:
    """A look leaves no database, no public folder, and the server is asked once."""
    before = sorted(home.rglob("*"))
    values(cli, web.serve("/feed.xml", rss(rss_item())))
    assert sorted(home.rglob("*")) == before
    assert web.paths() == ["/feed.xml"]


def test_a_program_gets_the_markup(cli: Cli, web: FakeWeb, tmp_path: Path) -> None:
    """Of a feed that is served, and of one in a file."""
    feed = rss(rss_item("The ferry", "/1", text="It leaves <b>tonight</b>."))
    (tmp_path / "feed.xml").write_bytes(feed)
    for source in (web.serve("/feed.xml", feed), str(tmp_path / "feed.xml")):
        assert values(cli, source)["items"][0]["summary"] == "It leaves <b>tonight</b>."


def test_a_program_gets_every_entry_in_full(cli: Cli, web: FakeWeb) -> None:
    """--json gives one object: the source, its notes, and each entry with what was inferred and which topics match."""
    got = values(
        cli, web.serve("/a", atom(atom_entry("The ferry in the harbour", text=TEXT), *(atom_entry(f"N{n}") for n in range(30))))
    )
    assert got["source"] == web.url("/a")
    assert (len(got["items"]), got["notes"], got["named_by"]) == (31, [], None)
    assert {"title", "url", "guid", "published", "published_raw", "text", "inferred"} <= got["items"][0].keys()
    assert got["items"][0]["tags"] == ["harbour"]
    assert "ferry" in got["items"][0]["why"]["harbour"]


def test_a_person_is_shown_the_first_entries(cli: Cli, web: FakeWeb) -> None:
    """Twenty of them; the rest is counted."""
    url = web.serve("/a", atom(*(atom_entry(f"N{n}") for n in range(30))))
    assert cli("try", url).stdout.splitlines()[-1] == "and 10 more: --json shows them all"


def test_a_sites_address_leads_to_its_feed(cli: Cli, web: FakeWeb) -> None:
    """The feed that the page names first is looked at, and the page is named."""
    web.serve("/f", rss(rss_item(), title="Named"))
    page = web.serve("/", '<html><link rel=alternate type="application/rss+xml" href="/f"></html>', content_type="text/html")
    got = values(cli, page)
    assert (got["title"], got["source"], got["named_by"]) == ("Named", web.url("/f"), page)


def test_a_document_is_shown_with_what_was_inferred(cli: Cli, tmp_path: Path) -> None:
    """A file says which reader took it and what was not said but found."""
    path = tmp_path / "note.md"
    path.write_text(f"# The last ferry\n\n{TEXT}\n", encoding="utf-8")
    got = values(cli, str(path))
    assert (got["source"], got["parser"], got["notes"]) == ("note.md", "markdown", ["title from the first heading"])
    assert got["items"][0]["inferred"] == ["language en detected", "no address", "no date"]


def test_standard_input_may_be_looked_at(cli: Cli) -> None:
    """A dash stands for what is piped in."""
    assert cli("try", "-", stdin=f"{FERRY} Zwei.".encode()).stdout.splitlines()[1].endswith("read by text")


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("nowhere.xml", 2, "topicwire: nowhere.xml: no such file or http(s) address; check the spelling"),
        (".", 2, "topicwire: .: no such file or http(s) address; check the spelling; a folder's files"),
        ("ftp://a.example/", 2, "topicwire: ftp://a.example/: no such file"),
        ("http://127.0.0.1:1/", 1, "topicwire: http://127.0.0.1:1/: "),
    ],
)
def test_what_cannot_be_looked_at_is_one_line(cli: Cli, source: str, code: int, said: str) -> None:
    """It names the source, the cause and the cure."""
    result = cli("try", source)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(said)
    assert len(result.stderr.splitlines()) == 1


def test_a_refused_document_says_what_it_is(cli: Cli, web: FakeWeb) -> None:
    """An index of sitemaps, a page without feeds, a server's refusal: each has its own words; passwords stay out of them."""
    index = web.serve("/i.xml", "<sitemapindex><sitemap><loc>http://a.example/n.xml</loc></sitemap></sitemapindex>")
    secret = index.replace("http://", "http://me:word@")
    assert f"topicwire: {index}: a sitemap index that lists 1 sitemaps" in cli("try", secret).stderr
    assert "an HTML page, not a feed" in cli("try", web.serve("/p", "<html><body>x</body></html>")).stderr
    assert "404" in cli("try", web.url("/none")).stderr


def test_a_source_without_entries_says_so(cli: Cli, web: FakeWeb) -> None:
    """An empty feed is a feed."""
    assert cli("try", web.serve("/e", rss())).stdout.splitlines()[2] == "  no entries"


def test_a_broken_topic_file_costs_its_topic_alone(cli: Cli, web: FakeWeb, home: Path) -> None:
    """The look goes on, and the exit code tells."""
    write_topic(home, "title =", "broken")
    result = cli("try", web.serve("/f", rss(rss_item("One"))))
    assert result.exit_code == 2
    assert "broken.toml" in result.stderr
    assert "1 entry" in result.stdout
