import json
from pathlib import Path

import feedparser
import pytest
from click.testing import CliRunner
from making import Cli, home_at, write_topic
from support import TEXT, FakeWeb, atom, atom_entry, rss, rss_item

import ingest.__main__
from ingest.documents.kinds import CURE

FERRY = rss_item("The ferry leaves the harbour", "http://harbour.example/1", guid="urn:1", text=TEXT)
MARKET = rss_item("The market opens", "http://harbour.example/2", guid="urn:2", text="Fish and flowers.")


@pytest.fixture
def cli(home: Path, web: FakeWeb) -> Cli:
    """Return the command in a home with one topic, from which the fake web may be asked."""
    write_topic(home)
    made = Cli(home)
    made.settings["fetch.allow"] = web.allow
    return made


def titles(cli: Cli) -> list[str]:
    """Return the titles of the stored items."""
    return [row["title"] for row in cli.rows("items", "--json")]


# Addresses


def test_a_feed_is_ingested_classified_and_published(cli: Cli, web: FakeWeb) -> None:
    """One command takes a feed to a published topic, and says what it did in one line on stderr."""
    result = cli("ingest", web.serve("/feed.xml", rss(FERRY, MARKET)))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "2 new, 0 changed, 0 unchanged, 0 failed; 1 tag given; 17 files written\n"
    assert [entry.title for entry in cli.published().entries] == ["The ferry leaves the harbour"]


@pytest.mark.parametrize("unseen", [*"\u200b\ufeff\u2060\u00ad\u200c\u200e\ufe0f\u3164"], ids=ascii)
def test_invisible_characters_break_no_word_of_a_feed(cli: Cli, tmp_path: Path, unseen: str) -> None:
    """An item of a feed is tagged as `topics match` would, and what the publisher wrote is stored."""
    title = f"The fer{unseen}ry leaves the har{unseen}bour"
    one = rss_item(title, "http://harbour.example/1", guid="urn:1", text="At noon.")
    two = rss_item(f"A {unseen} note", "http://harbour.example/2", guid="urn:2", text=f"<p>{title}.</p>")
    feed = tmp_path / "feed.xml"
    feed.write_bytes(rss(one, two))
    assert cli("ingest", feed).exit_code == 0
    rows = cli.rows("items", "--json")
    assert title in {row["title"] for row in rows}
    assert all(row["tags"] == ["harbour"] for row in rows)
    lines = tmp_path / "rows.jsonl"
    lines.write_text(json.dumps({"title": title}), encoding="utf-8")
    (answer,) = cli.rows("topics", "match", "harbour", lines)
    assert [title[hit["start"] : hit["end"]] for hit in answer["hits"]] == [f"fer{unseen}ry", f"har{unseen}bour"]


def test_what_is_ingested_again_adds_nothing(cli: Cli, web: FakeWeb) -> None:
    """The same feed again is unchanged, asked for with its validator, and no file is written."""
    url = web.serve("/feed.xml", rss(FERRY), etag='"one"')
    cli("ingest", url)
    result = cli("ingest", url)
    assert (result.exit_code, result.stderr) == (0, "0 new, 0 changed, 1 unchanged, 0 failed; 0 tags given; 0 files written\n")
    assert web.calls[-1].headers["if-none-match"] == '"one"'


def test_a_site_is_ingested_by_the_feed_that_it_names(cli: Cli, web: FakeWeb) -> None:
    """For the address of a page the first feed that the page names is taken."""
    web.serve("/news.atom", atom(atom_entry("The ferry leaves the harbour", "http://harbour.example/1", guid="urn:1", text=TEXT)))
    page = '<!doctype html><html><head><link rel="alternate" type="application/atom+xml" href="/news.atom"></head></html>'
    result = cli("ingest", web.serve("/", page, content_type="text/html"))
    assert result.exit_code == 0, result.stderr
    assert web.paths() == ["/", "/news.atom"]
    assert [row["sources"][0]["feed"] for row in cli.rows("items", "--json")] == [web.url("/news.atom")]


def test_the_feeds_of_a_site_are_listed_when_there_are_several(cli: Cli, web: FakeWeb) -> None:
    """The first is read, and it is said that it is not the only one."""
    for path in ("/rss", "/news"):
        web.serve(path, atom(atom_entry(f"What {path} says", f"http://harbour.example{path}", guid=f"urn:{path}", text=TEXT)))
    links = "".join(f'<link rel="alternate" type="application/atom+xml" href="{path}">' for path in ("/rss", "/news"))
    url = web.serve("/", f"<!doctype html><html><head>{links}</head></html>", content_type="text/html")
    result = cli("ingest", url)
    assert (result.exit_code, result.stderr.splitlines()[:3]) == (
        0,
        [f"{url}: a page that names 2 feeds; the first is read:", f"  {web.url('/rss')}", f"  {web.url('/news')}"],
    )
    assert [row["title"] for row in cli.rows("items", "--json")] == ["What /rss says"]


def test_a_page_that_names_no_feed_fails(cli: Cli, web: FakeWeb) -> None:
    """A page without a feed exits 1 and says what it is and where to look."""
    result = cli("ingest", web.serve("/", "<html><body>Hello</body></html>", content_type="text/html"))
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == (
        f"{web.url('/')}: an HTML page, not a feed; it names no feed: look for an RSS or Atom link on the site"
    )


@pytest.mark.parametrize("status", [404, 410, 403, 500, 503])
def test_a_named_source_that_fails_exits_1(cli: Cli, web: FakeWeb, status: int) -> None:
    """A server that gives nothing is one line that names the source and the status, and exit code 1."""
    url = web.fail("/feed.xml", status)
    result = cli("ingest", url)
    assert result.exit_code == 1
    line, summary = result.stderr.splitlines()
    assert line.startswith(f"{url}: the server ")
    assert f"({status})" in line
    assert summary == "0 new, 0 changed, 0 unchanged, 1 failed; 0 tags given; 13 files written"


def test_an_address_that_may_not_be_contacted_fails(cli: Cli, web: FakeWeb, other_web: FakeWeb) -> None:
    """A private address that is not allowed is not asked, and the line says how to allow it."""
    result = cli("ingest", other_web.serve("/feed.xml", rss(FERRY)))
    assert result.exit_code == 1
    assert "the private address 127.0.0.1 may not be contacted" in result.stderr
    assert other_web.calls == web.calls == []


def test_what_works_is_kept_when_something_else_fails(cli: Cli, web: FakeWeb) -> None:
    """One bad source among good ones exits 1, and loses none of the others."""
    result = cli("ingest", web.serve("/good", rss(FERRY)), web.fail("/bad"), web.serve("/also", rss(MARKET)))
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "2 new, 0 changed, 0 unchanged, 1 failed; 1 tag given; 17 files written"
    assert len(titles(cli)) == 2


def test_what_is_ingested_by_hand_is_not_polled(cli: Cli, web: FakeWeb) -> None:
    """An ingested feed is read once: it is on no list."""
    cli("ingest", web.serve("/feed.xml", rss(FERRY)))
    assert cli("sources", "list").stdout == ""


def test_a_move_to_a_hostile_title_is_shown_in_one_line(cli: Cli, web: FakeWeb) -> None:
    """Line breaks and terminal codes in what a feed says cannot forge a line."""
    evil = rss_item("One\n&#27;[31mtopicwire: all is well\x85two \u202egnikcab", "http://harbour.example/3")
    cli("ingest", web.serve("/feed.xml", rss(evil, title="Post\nFAKE")))
    output = cli("items").stdout
    assert output.count("\n") == 1
    assert not set("\x1b\x85\u202e") & set(output)


# Files, folders, standard input


def test_a_file_is_ingested(cli: Cli, tmp_path: Path) -> None:
    """A text becomes an item with its language and without an invented date or address."""
    file = tmp_path / "ferry.txt"
    file.write_text(f"The ferry leaves the harbour\n\n{TEXT}\n", encoding="utf-8")
    result = cli("ingest", file)
    assert (result.exit_code, result.stderr) == (0, "1 new, 0 changed, 0 unchanged, 0 failed; 1 tag given; 17 files written\n")
    (row,) = cli.rows("items", "--json")
    assert (row["title"], row["url"], row["published"], row["language"]) == ("The ferry leaves the harbour", None, None, "en")
    (entry,) = feedparser.parse((cli.home / "public" / "harbour.atom").read_bytes()).entries
    assert entry.link == f"http://127.0.0.1:8080/item/{row['id']}.html", "it opens at its evidence"


def test_a_feed_in_a_file_is_ingested(cli: Cli, tmp_path: Path) -> None:
    """A stored feed is read as a feed."""
    file = tmp_path / "feed.xml"
    file.write_bytes(rss(FERRY, MARKET))
    assert cli("ingest", file).stderr.startswith("2 new, ")


def test_a_category_of_a_feed_in_a_file_has_a_scheme(cli: Cli, tmp_path: Path) -> None:
    """Every published category has a scheme, also where its source has no address."""
    file = tmp_path / "feed.xml"
    file.write_bytes(rss(FERRY.replace("</item>", "<category>Boats</category></item>")))
    cli("ingest", file)
    assert [tag.term for tag in cli.published().entries[0].tags] == ["harbour", "Boats"]
    assert all(tag.scheme for tag in cli.published().entries[0].tags)


def test_a_folder_is_ingested(cli: Cli, tmp_path: Path) -> None:
    """All documents of a folder and below; what is hidden, a README or of another kind is not, and that is said."""
    folder = tmp_path / "texts"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.txt", "deep/b.txt", ".hidden.txt", "README.md"):
        (folder / name).write_text(f"The ferry called {name}\n\nIt leaves the harbour.", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    result = cli("ingest", folder)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"picture.png: .png files are not read; {CURE}",
        "2 new, 0 changed, 0 unchanged, 1 failed; 2 tags given; 18 files written",
    ]
    assert sorted(titles(cli)) == ["The ferry called a.txt", "The ferry called deep/b.txt"]


def test_standard_input_is_ingested(cli: Cli) -> None:
    """A - reads a text, or a feed, from a pipe."""
    text = cli("ingest", "-", stdin=b"The ferry leaves the harbour\n\nMany people came to wave.")
    assert (text.exit_code, text.stderr[:5]) == (0, "1 new")
    feed = cli("ingest", "-", stdin=rss(MARKET))
    assert (feed.exit_code, feed.stderr[:5]) == (0, "1 new")
    assert titles(cli) == ["The ferry leaves the harbour", "The market opens"]


@pytest.mark.parametrize("content", [b"", b" \n", b"\x00\x01\x02\xff" * 50])
def test_standard_input_without_words_fails(cli: Cli, content: bytes) -> None:
    """Nothing, or what is no text, is said to be so and exits 1."""
    result = cli("ingest", "-", stdin=content)
    assert result.exit_code == 1
    assert result.stderr.startswith("-: ")


@pytest.mark.parametrize(
    "name", ["no-such-file.txt", "ftp://post.example/feed", "feed.xml", "./post.example/feed.xml", "", "a\nb", "\udcff.txt"]
)
def test_a_name_that_means_nothing_exits_2(cli: Cli, tmp_path: Path, name: str) -> None:
    """A name that is no file, folder or address refuses the whole command before anything is stored."""
    good = tmp_path / "ferry.txt"
    good.write_text("The ferry leaves the harbour.", encoding="utf-8")
    result = cli("ingest", "--", good, name)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.endswith(": no such file, folder or http(s) address; check the spelling; nothing was ingested\n")
    assert titles(cli) == []


def test_a_file_that_cannot_be_read_fails(cli: Cli, tmp_path: Path) -> None:
    """A file of another kind exits 1 with its name and what to do."""
    file = tmp_path / "report.odt"
    file.write_bytes(b"%PDF-1.7")
    result = cli("ingest", file)
    assert result.exit_code == 1
    assert result.stderr.startswith("report.odt: .odt files are not read; ")


def test_without_publishing_items_are_only_stored(cli: Cli, tmp_path: Path) -> None:
    """--no-publish stores and does no more; the next publication has the items."""
    file = tmp_path / "ferry.txt"
    file.write_text("The ferry leaves the harbour.", encoding="utf-8")
    result = cli("ingest", "--no-publish", file)
    assert (result.exit_code, result.stderr) == (0, "1 new, 0 changed, 0 unchanged, 0 failed; 0 tags given; 0 files written\n")
    assert not (cli.home / "public").exists()
    assert [row["tags"] for row in cli.rows("items", "--json")] == [[]]
    assert cli("ingest", file).stderr.endswith("1 tag given; 17 files written\n")


def test_something_must_be_named(cli: Cli) -> None:
    """Ingest without a name is a misuse of the command."""
    assert cli("ingest").exit_code == 2


def test_facts_have_a_door_of_their_own(cli: Cli, tmp_path: Path) -> None:
    """The command `python -m ingest` stores by the same rules and classifies nothing."""
    file = tmp_path / "ferry.txt"
    file.write_text("The ferry leaves the harbour.", encoding="utf-8")

    def ask(*names: str) -> tuple[int, str]:
        result = CliRunner().invoke(ingest.__main__.main, ["--home", str(cli.home), *names])
        return result.exit_code, result.stderr

    assert ask(str(file)) == (0, "1 new, 0 changed, 0 unchanged, 0 failed\n")
    assert ask(str(file)) == (0, "0 new, 0 changed, 1 unchanged, 0 failed\n")
    assert ask("none")[0] == 2
    assert not (cli.home / "public").exists()
    assert home_at(cli.home).database_path.exists()
