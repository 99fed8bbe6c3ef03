"""What is erased is in no table, no page, no feed, no archive, no log and no free page, and does not come back."""

import gzip
import json
import re
import sqlite3
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from making import GAZETTE, POST, Cli, about, archiving_cli, carry, home_at, item, listed_poll
from support import NOON, FakeWeb, rss, rss_item, wait_until

from feeds.cli.home import topics_of
from feeds.cli.upkeep import finishing, forget
from feeds.publication.erasure.resealing import without
from ingest.errors import StoreError
from ingest.model import Author, Item, Source
from ingest.store.facts import Facts
from ingest.store.lock import Hold, alone
from topicwire_service import ServiceTicks, classify_and_publish

SECRET = item(
    guid="urn:item:secret",
    url="http://post.example/zwiebelturm-affair",
    title="Zwiebelturm: the ferry & the harbour master's affair",
    summary="<p>Quastenflosser Zyxwvut came to wave at the ferry.</p>",
    text="Quastenflosser Zyxwvut came to wave at the ferry.",
    authors=(Author("Ignatius Plumbago", None, "plumbago@post.example"),),
)
WORDS = (b"Zwiebelturm", b"zwiebelturm", b"Quastenflosser", b"Zyxwvut", b"Plumbago", b"plumbago", b"zyxwvut", b"quastenflosser")


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return a home with one topic, whose feed archives early, and no list of sources."""
    return archiving_cli(home)


def store(cli: Cli, *items: Item, source: Source = POST) -> None:
    """Store items of a source and publish them."""
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.facts() as facts:
        carry(facts, items, source, cli.clock())
        classify_and_publish(made, facts, topics_of(made))


def archived(cli: Cli) -> None:
    """Store the secret, then so many others that it is in an archive document, and no longer in the feed itself."""
    store(cli, SECRET, about(1), about(2))
    for number in range(3, 12, 3):
        cli.clock.forward(hours=1)
        store(cli, *(about(one) for one in range(number, number + 3)))
    pages = list((cli.home / "public").glob("*.archive-*.atom"))
    assert any(b"Zwiebelturm" in page.read_bytes() for page in pages)
    assert b"Zwiebelturm" not in (cli.home / "public" / "harbour.atom").read_bytes()


def holding(home: Path, words: Iterable[bytes] = WORDS) -> list[str]:
    """Return the files of a home that hold a word, unpacked where they are packed."""
    found = []
    for path in sorted(home.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            data += gzip.decompress(data) if path.suffix == ".gz" else b""
            found += [str(path.relative_to(home))] if any(word in data for word in words) else []
    with closing(sqlite3.connect(home / "topicwire.db")) as db:
        for (packed,) in db.execute("select document from archive"):
            assert not any(word in gzip.decompress(packed) for word in words)
    return found


def sound(home: Path) -> None:
    """Check the database, its keys and its full-text index."""
    with closing(sqlite3.connect(home / "topicwire.db")) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        assert db.execute("pragma foreign_key_check").fetchall() == []
        db.execute("insert into version_fts (version_fts, rank) values ('integrity-check', 1)")


def test_nothing_of_an_erased_item_is_left(cli: Cli) -> None:
    """No byte of home and public has its words, archives included; a tombstone with its id goes out; the rest stays."""
    archived(cli)
    (cli.home / "topicwire.log").write_text(f"first\nwhile reading {SECRET.url}: a fault\nlast\n", encoding="utf-8")
    before = {entry.id for page in (cli.home / "public").glob("harbour*.atom") for entry in cli.published(page.stem).entries}
    assert "harbour.html" in holding_public(cli.home, WORDS)
    done = cli("forget", SECRET.url or "", "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["items"], report["feeds"], report["tombstones"]) == (1, ["public/harbour"], ["urn:item:secret"])
    assert (report["still_named_in"], report["log_emptied"], len(report["resealed"])) == ([], True, 1)
    assert holding(cli.home) == []
    sound(cli.home)
    feed = (cli.home / "public" / "harbour.atom").read_text()
    assert re.search(r'<at:deleted-entry ref="urn:item:secret" when="[^"]+">\s*<at:comment[^>]*>erased on request<', feed)
    after = {entry.id for page in (cli.home / "public").glob("harbour*.atom") for entry in cli.published(page.stem).entries}
    assert before - after == {"urn:item:secret"}
    assert (cli.home / "topicwire.log").read_text() == "first\nlast\n"
    assert len(cli.rows("items", "--json")) == 11
    assert cli("forget", SECRET.url or "", "--yes").exit_code == 1, "it is not known any more"


def test_publishing_again_changes_nothing(cli: Cli) -> None:
    """The feeds are in order after an erasure: the doctor is content, and a publication finds nothing to do."""
    archived(cli)
    cli("forget", "urn:item:secret", "--yes")
    assert cli("publish").stderr.startswith("0 files written")
    rows = cli.rows("doctor", "--full", "--json")
    assert [row["what"] for row in rows if row["state"] == "failed"] == []


@pytest.mark.parametrize("change", ["nothing", "text", "address", "guid"])
def test_it_does_not_come_back(cli: Cli, web: FakeWeb, change: str) -> None:
    """A source that still serves it, under the same name or the same address, brings nothing back; others come in."""
    text = "Quastenflosser came to wave. " * 6
    parts = {"guid": "urn:1", "link": "http://post.example/affair", "text": text, "title": "Zwiebelturm ferry"}
    cli.settings["fetch.allow"] = web.allow
    url = web.serve("/feed", rss(rss_item(**parts)))
    made = home_at(cli.home, cli.settings, cli.clock)
    listed_poll(made, url)
    assert cli("forget", "urn:1", "--yes").exit_code == 0
    parts |= {
        "nothing": {},
        "text": {"text": "Other words of Zyxwvut. " * 9, "title": "Zwiebelturm again"},
        "address": {"link": "http://post.example/other"},
        "guid": {"guid": "urn:2"},
    }[change]
    web.serve("/feed", rss(rss_item("Another story", "http://post.example/2", guid="urn:3"), rss_item(**parts)))
    listed_poll(made, url)
    listed_poll(made, url)
    assert [row["title"] for row in cli.rows("items", "--json")] == ["Another story"]
    assert holding(cli.home) == []


def test_a_copy_in_an_archive_no_longer_names_it(cli: Cli) -> None:
    """An archived entry that named it as its copy is published anew without it, under the same id and date."""
    text = (
        "The old ferry sailed for the last time from the harbour on Monday evening, and forty passengers came to wave at it. " * 3
    )
    story = replace(SECRET, title="The last ferry leaves the harbour for good today", text=text, summary="")
    copy = replace(story, guid="urn:copy", url="http://gazette.example/copy", authors=(), title=story.title.removesuffix(" today"))
    store(cli, replace(story, published=NOON - timedelta(hours=3)))
    store(cli, copy, source=GAZETTE)
    for number in range(1, 12, 3):
        cli.clock.forward(hours=1)
        store(cli, *(about(one) for one in range(number, number + 3)))
    words = (b"zwiebelturm", b"Plumbago")
    assert any("archive" in name for name in holding_public(cli.home, words))
    done = cli("forget", "urn:item:secret", "--yes")
    assert done.exit_code == 0, done.stderr
    assert holding_public(cli.home, words) == []
    sound(cli.home)
    assert {row["url"] for row in cli.rows("items", "--json")} >= {"http://gazette.example/copy"}
    pages = b"".join(page.read_bytes() for page in (cli.home / "public").glob("harbour*.atom"))
    assert b"http://gazette.example/copy" in pages


def holding_public(home: Path, words: Iterable[bytes]) -> list[str]:
    """Return the published files that hold a word."""
    return [
        path.name for path in sorted((home / "public").rglob("*")) if path.is_file() and any(w in path.read_bytes() for w in words)
    ]


def test_a_source_is_erased_with_what_it_carried_first(cli: Cli) -> None:
    """Its items go; in items of others it is no longer a carrier; it is not polled again unless a person adds it."""
    secret = Source("http://zwiebelturm.example/feed", title="Plumbago's own")
    shared = about(1)
    store(cli, shared)
    store(cli, shared, replace(SECRET, text=SECRET.text), source=secret)
    cli.poll(secret.url)
    done = cli("forget", "--source", secret.url, "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["still_named_in"] == ["sources.opml"]
    assert holding(cli.home) == ["sources.opml"]
    sound(cli.home)
    (row,) = cli.rows("items", "--json")
    assert [row["title"], len(row["sources"])] == [shared.title, 1]
    with Facts(cli.home / "topicwire.db") as facts:
        assert facts.sources.add([replace(secret, origin="opml")], NOON) == 0
        assert facts.sources.get(secret.url) is None
        assert facts.sources.add([secret], NOON) == 1


def test_an_item_of_a_private_topic_or_of_none_is_erased_too(cli: Cli) -> None:
    """What no feed has shown leaves nothing but the hashes, and its number if it is the last one."""
    store(cli, replace(SECRET, guid="urn:item:earlier", url="http://post.example/earlier", title="Plumbago", text="", summary=""))
    store(cli, replace(SECRET, title="Zwiebelturm", text="Zyxwvut Plumbago.", summary=""))
    for name in ("urn:item:earlier", "urn:item:secret"):
        assert cli("forget", name, "--yes").exit_code == 0
    assert holding(cli.home) == []
    with closing(sqlite3.connect(cli.home / "topicwire.db")) as db:
        assert db.execute("select uid, version_id from item").fetchall() == [("erased-2", None)]
        assert db.execute("select count(*) from forgotten").fetchone()[0] > 0


def test_copies_of_the_database_and_own_files_are_named(cli: Cli) -> None:
    """A backup beside the database is not changed: the owner is told of it."""
    store(cli, SECRET)
    cli("backup", cli.home / "topicwire.db.before-upgrade-001")
    done = cli("forget", "urn:item:secret", "--yes")
    assert "still named in topicwire.db.before-upgrade-001: a copy of the database; delete it" in done.stderr


def test_it_is_asked_and_refused_in_time(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --yes nothing is erased in a pipe; not while a pass does not end; not where a feed cannot be made anew."""
    store(cli, SECRET)
    before = (cli.home / "topicwire.db").read_bytes()
    assert (cli("forget", "urn:item:secret").exit_code, cli("forget").exit_code) == (2, 2)
    assert cli("forget", "urn:nobody", "--yes").exit_code == 1
    assert cli("forget", "--source", "http://nobody.example/", "--yes").exit_code == 2
    monkeypatch.setattr(forget, "_TRIES", 1)
    with alone(cli.home, "restore"):
        done = cli("forget", "urn:item:secret", "--yes")
        assert (done.exit_code, "(`topicwire restore`) holds" in done.stderr) == (1, True)
    (cli.home / "topics" / "harbour.toml").unlink()
    done = cli("forget", "urn:item:secret", "--yes")
    assert (done.exit_code, "topics retire harbour" in done.stderr) == (2, True)
    assert (cli.home / "topicwire.db").read_bytes() == before


def test_what_a_source_still_serves_beside_it_stays(cli: Cli, web: FakeWeb) -> None:
    """After an erasure the other items of the feed count as served, also while the feed answers that nothing is new."""
    cli.settings |= {"fetch.allow": web.allow, "retention.untagged_days": "30"}
    both = (
        rss_item("A bakery", "http://post.example/1", guid="urn:1"),
        rss_item("Zwiebelturm", "http://post.example/2", guid="urn:2"),
    )
    url = web.serve("/feed", rss(*both), etag='"1"')
    made = home_at(cli.home, cli.settings, cli.clock)
    listed_poll(made, url)
    cli("run", "--once")
    assert cli("forget", "urn:2", "--yes").exit_code == 0
    cli.clock.forward(days=100)
    listed_poll(made, url)
    assert cli("purge").stderr == "0 items deleted\n"
    assert [row["title"] for row in cli.rows("items", "--json")] == ["A bakery"]
    assert holding(cli.home) == []


@pytest.mark.parametrize("again", [("forget", "urn:item:secret", "--yes"), ("forget", "urn:item:5", "--yes"), ("run", "--once")])
def test_an_interrupted_erasure_is_finished(cli: Cli, monkeypatch: pytest.MonkeyPatch, again: tuple[str, ...]) -> None:
    """What was left after the database forgot it is told by the doctor, and done by the next `forget` or pass."""
    archived(cli)
    cli("run", "--once")
    with monkeypatch.context() as interrupted:
        interrupted.setattr(finishing, "finish_erasure", lambda *_: (_ for _ in ()).throw(StoreError("the disk is full")))
        assert cli("forget", "urn:item:secret", "--yes").exit_code == 1
    assert "topicwire.db" in holding(cli.home)
    assert "an erasure (`topicwire forget`) was interrupted" in cli("doctor").stdout
    done = cli(*again)
    assert (done.exit_code, done.stderr.count("\n") >= 1) == (0, True), done.stderr
    assert holding(cli.home) == []
    assert "was interrupted" not in cli("doctor").stdout
    sound(cli.home)


def test_a_service_takes_its_part(cli: Cli) -> None:
    """While a service runs the command erases from the database, and the service publishes and cleans within a tick."""
    archived(cli)
    made = home_at(cli.home, cli.settings, cli.clock)
    with closing(Hold(cli.home, "run")) as hold, made.engine() as engine, ThreadPoolExecutor(1) as beside:
        assert hold.keep()
        service = ServiceTicks(made, engine, hold)
        service.publish()
        command = beside.submit(cli, "forget", "urn:item:secret", "--yes")

        def ticked() -> bool:
            service.publish_new_items()
            return command.done()

        assert wait_until(ticked, 20)
        assert (command.result().exit_code, "erased 1 items" in command.result().stderr) == (0, True)
    assert holding(cli.home) == []
    assert cli("publish").stderr.startswith("0 files written")


def test_resealing_keeps_every_other_byte() -> None:
    """Only entries that name it go, however it is escaped; of a tombstone that names it the id stays."""
    entry = '\n  <entry xml:lang="en">\n    <id>{0}</id>\n    <link href="http://a.example/?a=1&amp;b={0}"/>\n  </entry>'
    stone = '\n  <at:deleted-entry ref="9">{0}\n  </at:deleted-entry>'
    comment = '\n    <at:comment xml:lang="en">same story as http://a.example/?a=1&amp;b=2</at:comment>'
    head, tail = "<feed>\n  <id>urn:feed</id>", "\n</feed>\n"
    document = head + "".join(entry.format(n) for n in "123") + stone.format(comment) + tail
    left, taken = without(document.encode(), ["http://a.example/?a=1&b=2"])
    expected = head + entry.format("1") + entry.format("3") + stone.format("") + tail
    assert (left.decode(), taken) == (expected, ("2",))
    assert without(document.encode(), ["nowhere"]) == (document.encode(), ())
