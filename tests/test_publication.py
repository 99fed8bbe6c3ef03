import gzip
import json
import os
import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
from lxml import etree
from making import HARBOUR, POST, Cli, about, carry, home_at, topic, write_topic
from schema import valid
from support import NOON, Clock

from feeds.cli.home import target_of
from feeds.publication import atomic_files
from feeds.publication import publish as publishing
from feeds.publication.edition import Editor
from feeds.publication.files import PublishedFiles
from feeds.publication.publish import Published
from feeds.site import builder
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.store.migrations import migrations
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.topic.model import Topic
from ingest.formats import opml
from ingest.store.facts import Facts

PRIVATE = f"{HARBOUR}\n[publish]\nprivate = true\n"
SMALL = {"publish.entries": "4"}


def run(home: Path, facts: Facts, *topics: Topic, clock: Clock | None = None, everything: bool = False) -> Published:
    """Classify and publish with room for four entries."""
    classifications, clock = Classifications(facts), clock or Clock()
    chosen = topics or (topic(),)
    classify_new(facts, classifications, chosen, clock())
    target = target_of(home_at(home, SMALL, clock), facts)
    return publish(facts, classifications, chosen, target, everything=everything)


def feeds(home: Path) -> dict[str, tuple[bytes, int]]:
    """Return bytes and time of everything but the pages."""
    found = (path for folder in ("public", "private") for path in (home / folder).glob("*.*"))
    kept = (path for path in found if {".atom", ".json", ".rss", ".opml"} & set(path.suffixes))
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in kept}


def names(done: Published) -> set[str]:
    """Return the names of the feed documents that were written."""
    return {path.name for path in done.written if path.suffix in {".atom", ".json", ".rss", ".opml"}}


# Twins and times


def test_each_file_has_a_compressed_twin(home: Path, facts: Facts) -> None:
    """Beside every file lies the same, compressed, of the same time; with nothing of the day in it."""
    carry(facts, [about(1)])
    run(home, facts)
    plain = [path for path in (home / "public").rglob("*") if path.is_file() and path.suffix not in {".gz", ".br"}]
    assert len(plain) > 6
    for path in plain:
        twin = path.with_name(f"{path.name}.gz")
        assert gzip.decompress(twin.read_bytes()) == path.read_bytes()
        assert twin.read_bytes()[4:8] == bytes(4), "no time is in the header"
        assert twin.stat().st_mtime == path.stat().st_mtime


def test_with_the_extra_there_is_a_second_twin(home: Path, facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where brotli is installed there is a .br too, made also for what was published without."""
    carry(facts, [about(1)])
    with monkeypatch.context() as without:
        without.setattr(atomic_files, "brotli", None)
        run(home, facts)
    path, twin = home / "public" / "harbour.atom", home / "public" / "harbour.atom.br"
    assert not twin.exists()
    run(home, facts)
    assert brotli.decompress(twin.read_bytes()) == path.read_bytes()


@pytest.mark.parametrize("size", [0, 1, 1_000, 1_024, 70_000, 5_000_000])
def test_a_twin_holds_documents_of_any_size(home: Path, facts: Facts, size: int) -> None:
    """The compressor's window fits what it holds, from nothing to more than the largest window."""
    data = (b"The ferry leaves. " * (size // 18 + 1))[:size]
    Classifications(facts)  # makes the tables
    with PublishedFiles(facts, home, NOON) as files:
        files.put("public/x", "public/x.atom", data, NOON)
        files.settle()
    assert brotli.decompress((home / "public" / "x.atom.br").read_bytes()) == data
    assert gzip.decompress((home / "public" / "x.atom.gz").read_bytes()) == data


def test_a_file_has_the_time_of_its_newest_change(home: Path, facts: Facts) -> None:
    """The time of a feed is when the newest thing in it happened, not when it was written."""
    carry(facts, [about(1)], at=NOON - timedelta(hours=3))
    run(home, facts)
    assert (home / "public" / "harbour.atom").stat().st_mtime == (NOON - timedelta(hours=3)).timestamp()


def test_other_bytes_always_have_a_later_time(home: Path, facts: Facts) -> None:
    """When the bytes change and nothing in them is newer, the file is dated now: who asks by date alone must not miss it."""
    carry(facts, [about(1)])
    run(home, facts)
    clock = Clock()
    clock.forward(hours=2)
    run(home, facts, topic(HARBOUR.replace("Harbour news", "News of the harbour")), clock=clock)
    assert (home / "public" / "harbour.atom").stat().st_mtime == (NOON + timedelta(hours=2)).timestamp()


# Only what changed


def test_an_unchanged_topic_is_passed_over(home: Path, facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A topic of which nothing has changed is not even looked at, while another one gets its news."""
    market = topic(HARBOUR.replace("ferry", "market"), "market")
    carry(facts, [about(1)])
    run(home, facts, topic(), market)
    looked: list[str] = []

    class Noted(Editor):
        def __init__(self, *arguments: Any) -> None:
            looked.append(arguments[2].name)
            super().__init__(*arguments)

    monkeypatch.setattr(publishing, "Editor", Noted)
    carry(facts, [about(2, "market in the harbour")], at=NOON + timedelta(hours=1))
    done = run(home, facts, topic(), market)
    assert looked == ["market"]
    assert names(done) == {"market.atom", "market.json", "market.rss", "market.opml"}
    run(home, facts, topic(), market, everything=True)
    assert looked == ["market", "harbour", "market"]


def test_where_nothing_has_changed_nothing_is_made(home: Path, facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second publication of the same facts looks at no topic and at no page, and touches no file."""
    carry(facts, [about(1)])
    run(home, facts)
    before = {path: path.stat().st_ctime_ns for path in home.rglob("public/**/*")}

    def fail(*_: object) -> None:
        pytest.fail("it was looked at")

    monkeypatch.setattr(publishing, "Editor", fail)
    monkeypatch.setattr(builder, "Site", fail)
    assert run(home, facts) == Published((), ())
    assert {path: path.stat().st_ctime_ns for path in home.rglob("public/**/*")} == before


@pytest.mark.parametrize("harm", ["removed", "cut", "twin removed", "dated anew"])
@pytest.mark.parametrize("name", ["harbour.html", "sources.html", "item/*.html", "static/*.css"])
def test_a_harmed_page_is_mended(home: Path, facts: Facts, harm: str, name: str) -> None:
    """A page or what it needs is there again after the next publication, whatever somebody did to it."""
    carry(facts, [about(1)])
    run(home, facts)
    (path,) = (home / "public").glob(name)
    before = {one: one.read_bytes() for one in path.parent.iterdir() if one.is_file()}
    match harm:
        case "removed":
            path.unlink()
        case "cut":
            path.write_bytes(path.read_bytes()[:-1])
        case "twin removed":
            path.with_name(f"{path.name}.gz").unlink()
        case _:
            path.touch()
    run(home, facts)
    assert {one: one.read_bytes() for one in path.parent.iterdir() if one.is_file()} == before
    assert run(home, facts) == Published((), ())


def test_after_a_start_of_the_machine_pages_are_looked_at(home: Path, facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that a power cut spoilt, of the same size and time, is made again when the machine is up again."""
    carry(facts, [about(1)])
    run(home, facts)
    path = home / "public" / "harbour.html"
    before, times = path.read_bytes(), (path.stat().st_atime, path.stat().st_mtime)
    path.write_bytes(bytes(len(before)))
    os.utime(path, times)
    monkeypatch.setattr("ingest.store.instance.boot", lambda: "the next start")
    run(home, facts)
    assert path.read_bytes() == before


def test_no_page_comes_before_what_it_names(home: Path, facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Style, script and icon are on the disk before the first page is written, however long they take."""
    put, seen = atomic_files.put, set[str]()

    def checked(path: Path, data: bytes, changed: datetime | None = None, *, synced: bool = True) -> bool:
        if path.parent.name == "static":
            assert synced
            time.sleep(0.05)
        for named in re.findall(rb'(?:href|src)="([^"]*static/[^"]+)"', data) if path.suffix == ".html" else ():
            assert Path(os.path.normpath(path.parent / named.decode())).is_file()  # `path.parent` may not be there yet
            seen.add(path.name)
        return put(path, data, changed, synced=synced)

    monkeypatch.setattr(atomic_files, "put", checked)
    carry(facts, [about(1)])
    run(home, facts)
    assert {"index.html", "search.html", "harbour.html", "sources.html"} < seen


def test_a_file_that_is_no_longer_made_is_not_missed(home: Path, facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The style sheet of an older version may be taken away: the pages are passed over again after that."""
    carry(facts, [about(1)])
    run(home, facts)
    with facts.transaction():
        facts.database.execute(
            "insert into published_file select 'public/static/old.css', feed, hash, size, changed, gone from published_file"
            " where path = 'public/harbour.html'"
        )
    run(home, facts)
    monkeypatch.setattr(builder, "Site", lambda *_: pytest.fail("it was looked at"))
    assert run(home, facts) == Published((), ())


@pytest.mark.parametrize("harm", ["removed", "cut", "twin removed", "dated anew"])
def test_a_harmed_file_is_mended(home: Path, facts: Facts, harm: str) -> None:
    """A file that somebody removed or spoilt is there again after the next publication."""
    carry(facts, [about(1)])
    run(home, facts)
    before, path = feeds(home), home / "public" / "harbour.atom"
    match harm:
        case "removed":
            path.unlink()
        case "cut":
            path.write_bytes(path.read_bytes()[:100])
        case "twin removed":
            path.with_name("harbour.atom.gz").unlink()
        case _:
            path.touch()
    run(home, facts)
    assert feeds(home) == before


def test_all_can_be_made_again(home: Path, facts: Facts) -> None:
    """With public/ deleted the next publication writes every file as it was: bytes, times, archives, twins."""
    clock = Clock()
    for number in range(1, 12):
        clock.forward(hours=1)
        carry(facts, [about(number)], at=clock())
        run(home, facts, clock=clock)
    before = feeds(home)
    assert "harbour.archive-2.atom.gz" in before
    for path in sorted((home / "public").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    clock.forward(days=1)
    run(home, facts, clock=clock)
    assert feeds(home) == before


def test_time_alone_moves_what_is_due(home: Path, facts: Facts) -> None:
    """Without any news the word that an entry has left goes to the archive when its thirty days are over."""
    clock = Clock()
    carry(facts, [about(1)])
    run(home, facts, clock=clock)
    stricter = topic(HARBOUR.replace('["ferry", "ferries", "boat*"]', '["boat*"]'))
    run(home, facts, stricter, clock=clock)
    assert b"deleted-entry" in (home / "public" / "harbour.atom").read_bytes()
    clock.forward(days=31)
    assert "harbour.archive-1.atom" in names(run(home, facts, stricter, clock=clock))
    assert b"deleted-entry" not in (home / "public" / "harbour.atom").read_bytes()


# What is no more


def retire(home: Path, facts: Facts, *left: Topic) -> Published:
    """Publish what is left in force, and withdraw harbour."""
    classifications = Classifications(facts)
    return publish(facts, classifications, left, target_of(home_at(home, SMALL), facts, retired="harbour"))


def test_a_topic_that_is_retired_leaves_marks(home: Path, facts: Facts) -> None:
    """The files of a topic that is withdrawn are removed, remembered, and marked, so that servers say 410."""
    carry(facts, [about(number) for number in range(1, 8)])
    run(home, facts)
    removed = {path.name for path in retire(home, facts, topic(HARBOUR, "quay")).removed}
    assert {"harbour.atom", "harbour.json", "harbour.rss", "harbour.opml", "harbour.archive-1.atom"} <= removed
    assert not [name for name in feeds(home) if name.startswith("harbour") and not name.endswith(".gone")]
    assert (home / "public" / "harbour.atom.gone").exists()
    gone = facts.database.execute("select gone from published_file where path = 'public/harbour.atom'").fetchone()
    assert gone == ("2026-03-02T12:00:00Z",)
    assert b"harbour.atom" not in (home / "public" / "index.opml").read_bytes()


def test_a_topic_that_comes_back_goes_on(home: Path, facts: Facts) -> None:
    """A topic that is there again has its files, its archive and no mark."""
    carry(facts, [about(number) for number in range(1, 8)])
    run(home, facts)
    before = feeds(home)
    retire(home, facts, topic(HARBOUR, "quay"))
    run(home, facts)
    after = feeds(home)
    own = [name for name in before if not name.startswith("index.opml")]
    assert {name: after.get(name) for name in own} == {name: before[name] for name in own}
    assert "harbour.atom.gone" not in after


def test_a_topic_that_has_no_file_any_more_keeps_its_feed(home: Path, facts: Facts) -> None:
    """A missing file withdraws nothing: feed, pages and the line in the list of feeds stay as they were."""
    carry(facts, [about(number) for number in range(1, 8)])
    run(home, facts)
    before = {name: state for name, state in feeds(home).items() if name.startswith("harbour")}
    pages_before = {path: path.read_bytes() for path in (home / "public").rglob("harbour*.html")}
    done = run(home, facts, topic(HARBOUR, "quay"))
    assert done.removed == ()
    assert {name: state for name, state in feeds(home).items() if name.startswith("harbour")} == before
    assert {path: path.read_bytes() for path in pages_before} == pages_before
    listed = (home / "public" / "index.opml").read_text("utf-8")
    assert 'text="Harbour news"' in listed
    assert "/harbour.atom" in listed
    assert run(home, facts, topic(HARBOUR, "quay")) == Published((), ())


@pytest.mark.parametrize("slip", ["broken", "missing"])
def test_only_retiring_withdraws_a_feed(home: Path, slip: str) -> None:
    """A mistake in a topic file, and its absence, remove nothing and are said; `topics retire` removes."""
    cli = Cli(home)
    write_topic(home)
    write_topic(home, HARBOUR, "quay")
    (home / "sources.opml").write_text('<opml version="2.0"><body/></opml>', encoding="utf-8")
    assert cli("publish").exit_code == 0
    path = home / "topics" / "harbour.toml"
    if slip == "broken":
        path.write_text("title = ", encoding="utf-8")
    else:
        path.unlink()
    done = cli("run", "--once", "--no-serve")
    assert done.exit_code == (2 if slip == "broken" else 0)
    assert slip == "broken" or "harbour: no topic file in force; its feed is served as it was" in done.stderr
    assert (home / "public" / "harbour.atom").exists()
    retired = cli("topics", "retire", "harbour")
    assert (retired.exit_code, "files withdrawn" in retired.stderr) == (0, True)
    assert not (home / "public" / "harbour.atom").exists()
    assert (home / "public" / "harbour.atom.gone").exists()
    assert "harbour" not in cli("run", "--once", "--no-serve").stderr
    assert not (home / "public" / "harbour.atom").exists()


def test_a_retired_topic_can_come_back(home: Path) -> None:
    """An own file is moved, a shipped one is kept out by a copy; moved back, or deleted, the feed goes on."""
    cli = Cli(home, {"topics.shipped": "platform-rules"})
    write_topic(home)
    (home / "sources.opml").write_text('<opml version="2.0"><body/></opml>', encoding="utf-8")
    cli("publish")
    for name in ("harbour", "platform-rules"):
        assert cli("topics", "retire", name).exit_code == 0
    assert cli("topics", "list").stdout == ""
    assert sorted(path.name for path in (home / "topics" / "retired").iterdir()) == ["harbour.toml", "platform-rules.toml"]
    (home / "topics" / "retired" / "harbour.toml").rename(home / "topics" / "harbour.toml")
    (home / "topics" / "retired" / "platform-rules.toml").unlink()
    cli("publish")
    assert (home / "public" / "harbour.atom").exists()
    assert (home / "public" / "platform-rules.atom").exists()


def test_retiring_what_there_is_not_is_refused(home: Path) -> None:
    """A slip in the name withdraws nothing."""
    write_topic(home)
    refused = Cli(home)("topics", "retire", "habour")
    assert refused.exit_code == 2
    assert refused.stderr == 'topicwire: no topic is called "habour", and no feed; known are: harbour\n'


# Private topics


def test_a_private_topic_is_nowhere_in_public(home: Path, facts: Facts) -> None:
    """Its files lie in private/, for the owner alone; no index names it."""
    carry(facts, [about(number) for number in range(1, 8)])
    run(home, facts, topic(PRIVATE), topic(HARBOUR, "quay"))
    assert {path.name for path in (home / "private").iterdir()} >= {"harbour.atom", "harbour.archive-1.atom", "harbour.json"}
    assert (home / "private").stat().st_mode & 0o077 == 0
    for path in (home / "public").rglob("*"):
        assert "harbour" not in path.name
    assert b"harbour.atom" not in (home / "public" / "index.opml").read_bytes()


def test_a_private_feed_names_no_address_of_its_own(home: Path, facts: Facts) -> None:
    """No link in a private feed leads to a public address of it; its archive is reached by relative links."""
    carry(facts, [about(number) for number in range(1, 8)])
    run(home, facts, topic(PRIVATE))
    for name in ("harbour.atom", "harbour.archive-1.atom", "harbour.json", "harbour.rss"):
        assert b"127.0.0.1:8080/harbour" not in (home / "private" / name).read_bytes()
    links = valid((home / "private" / "harbour.atom").read_bytes()).findall("{*}link")
    assert [dict(link.attrib) for link in links] == [{"rel": "prev-archive", "href": "harbour.archive-1.atom"}]


def test_a_feed_made_private_leaves_public(home: Path, facts: Facts) -> None:
    """A topic that becomes private takes its public files away, archive and all, and begins a private archive."""
    carry(facts, [about(number) for number in range(1, 8)])
    run(home, facts)
    run(home, facts, topic(PRIVATE))
    assert not (home / "public" / "harbour.atom").exists()
    assert (home / "public" / "harbour.archive-1.atom.gone").exists()
    assert b"current" in (home / "private" / "harbour.archive-1.atom").read_bytes()


# The lists


def test_the_sources_of_a_topic_are_a_list(home: Path, facts: Facts) -> None:
    """TOPIC.opml names the feeds that carried what the topic tags, and those alone."""
    carry(facts, [about(1)])
    run(home, facts)
    data = (home / "public" / "harbour.opml").read_bytes()
    assert [source.url for source in opml.parse(data, "opml", "x").sources] == [POST.url]
    assert etree.fromstring(data).findtext("head/title") == "Sources of “Harbour news”"


def test_all_feeds_are_a_list(home: Path, facts: Facts) -> None:
    """index.opml names every public feed, to be subscribed at once."""
    run(home, facts, topic(), topic(HARBOUR, "quay"))
    found = opml.parse((home / "public" / "index.opml").read_bytes(), "opml", "x").sources
    assert [source.url for source in found] == [f"http://127.0.0.1:8080/{name}.atom" for name in ("harbour", "quay")]


def test_all_forms_have_the_same_entries(home: Path, facts: Facts) -> None:
    """Atom, JSON Feed and RSS name the same entries in the same order."""
    carry(facts, [about(number) for number in range(1, 7)])
    run(home, facts)
    folder = home / "public"
    atom = valid((folder / "harbour.atom").read_bytes())
    rss = etree.fromstring((folder / "harbour.rss").read_bytes())
    items = json.loads((folder / "harbour.json").read_bytes())["items"]
    ids = [entry.findtext("{*}id") for entry in atom.iterchildren("{*}entry")]
    assert ids == [item["id"] for item in items] == [item.findtext("guid") for item in rss.iter("item")]
    assert len(ids) == 4


# Crashes and older databases


def test_a_stop_before_the_files_loses_nothing(home: Path, facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after a page is sealed and before any file is written, the next publication writes them all."""
    carry(facts, [about(number) for number in range(1, 8)])

    def stop(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(PublishedFiles, "put_packed", stop)
        with pytest.raises(KeyboardInterrupt):
            run(home, facts)
    assert names(run(home, facts)) >= {"harbour.atom", "harbour.archive-1.atom"}
    assert ids_of(home / "public" / "harbour.atom") + ids_of(home / "public" / "harbour.archive-1.atom") == [
        f"urn:item:{number}" for number in range(1, 8)
    ]


def ids_of(path: Path) -> list[str | None]:
    """Return the ids of a feed's entries."""
    return [entry.findtext("{*}id") for entry in valid(path.read_bytes()).iterchildren("{*}entry")]


@pytest.mark.usefixtures("by_migrations")
def test_an_older_database_opens_and_goes_on(home: Path, facts: Facts) -> None:
    """A database from before there were archives keeps its tags and ids, and publishes under them."""
    migrations.apply(facts.database.schema, stop_before="publication")
    carry(facts, [about(1)])
    facts.database.execute("insert into entry values (1, 'urn:old:1')")
    facts.database.connection.commit()
    run(home, facts)
    assert ids_of(home / "public" / "harbour.atom") == ["urn:old:1"]
