import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import replace as changed
from pathlib import Path

import pytest
from lxml import etree
from making import HARBOUR, POST, about, carry, home_at, topic
from support import NOON, Clock

from feeds.cli.home import target_of
from feeds.publication import atomic_files
from feeds.publication.atomic_files import replace, sweep
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.topic.model import Topic
from ingest.errors import StoreError
from ingest.model import SourceSettings
from ingest.store.facts import Facts

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def facts(home: Path) -> Iterator[Facts]:
    """Open the database of a home."""
    with home_at(home).facts() as opened:
        yield opened


def written(home: Path, facts: Facts, *topics: Topic, settings: dict[str, str] | None = None) -> list[str]:
    """Classify and publish; give the names of the feed documents that changed; pages have tests of their own."""
    chosen = topics or (topic(),)
    classifications = Classifications(facts)
    classify_new(facts, classifications, chosen, NOON)
    paths = publish(facts, classifications, chosen, target_of(home_at(home, settings), facts)).written
    return [path.name for path in paths if path.suffix in {".atom", ".json", ".rss", ".opml"}]


def states(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Return bytes, time and number of every file in a folder."""
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_ino) for p in folder.rglob("*") if p.is_file()}


def ids(path: Path) -> list[str | None]:
    """Return the ids of the entries of a published feed, in order."""
    return [found.findtext(f"{ATOM}id") for found in etree.fromstring(path.read_bytes()).iter(f"{ATOM}entry")]


# One file


def test_a_file_is_made_with_its_folder(tmp_path: Path) -> None:
    """A file that was not there is written, folders and all, and nothing else is left lying."""
    path = tmp_path / "public" / "harbour.atom"
    assert replace(path, b"one")
    assert path.read_bytes() == b"one"
    assert list(states(path.parent)) == ["harbour.atom"]


def test_a_file_with_the_same_bytes_stays_untouched(tmp_path: Path) -> None:
    """The same bytes change neither time nor inode, so that readers get a 304."""
    path = tmp_path / "harbour.atom"
    replace(path, b"one")
    before = states(tmp_path)
    assert not replace(path, b"one")
    assert states(tmp_path) == before


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """Who has the old file open reads it to its end; the name leads to the new one."""
    path = tmp_path / "harbour.atom"
    replace(path, b"old " * 1000)
    with path.open("rb") as reader:
        reader.read(4)
        assert replace(path, b"new")
        assert reader.read() == b"old " * 999
    assert path.read_bytes() == b"new"


def test_a_published_file_can_be_read_by_everybody(tmp_path: Path) -> None:
    """Another user's web server can read what is published, whatever our umask is."""
    before = os.umask(0o077)
    try:
        replace(tmp_path / "harbour.atom", b"one")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "harbour.atom").stat().st_mode) == 0o644


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data are synced, then the file is renamed, then the folder is synced: a power cut shows old or new."""
    done: list[str] = []
    sync, rename = os.fsync, Path.replace

    def noted_sync(handle: int) -> None:
        done.append("sync")
        sync(handle)

    def noted_rename(path: Path, target: Path) -> Path:
        done.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_rename)
    replace(tmp_path / "harbour.atom", b"one")
    assert done == ["sync", "rename", "sync"]


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), SystemExit(1), MemoryError()])
def test_a_stop_before_the_renaming_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    """Stopped between writing and renaming, the old file is whole and the unfinished one is gone."""
    path = tmp_path / "harbour.atom"
    replace(path, b"old")

    def stop(_path: Path, _target: Path) -> None:
        raise fault

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(type(fault)):
        replace(path, b"new")
    assert {name: state[0] for name, state in states(tmp_path).items()} == {"harbour.atom": b"old"}


def test_a_full_disk_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without space the old file stays, nothing unfinished is left, and the error names file, cause and cure."""
    path = tmp_path / "harbour.atom"
    replace(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError) as caught:
        replace(path, b"new")
    assert str(caught.value) == f"{path}: No space left on device; check the folder's rights and free space"
    assert {name: state[0] for name, state in states(tmp_path).items()} == {"harbour.atom": b"old"}


@pytest.mark.parametrize("hindrance", ["file in the place of the folder", "folder in the place of the file"])
def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path, hindrance: str) -> None:
    """Where no file can be made, one line names the path, the cause and the cure."""
    path = tmp_path / "public" / "harbour.atom"
    if hindrance.startswith("file"):
        path.parent.write_text("in the way", encoding="utf-8")
    else:
        path.mkdir(parents=True)
    with pytest.raises(StoreError) as caught:
        replace(path, b"one")
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_without_rights_is_one_clear_error(tmp_path: Path) -> None:
    """A folder that may not be written is said to be so."""
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied; check the folder's rights"):
        replace(tmp_path / "harbour.atom", b"one")
    tmp_path.chmod(0o700)


def test_unfinished_files_are_swept(tmp_path: Path) -> None:
    """What a killed process left unfinished is removed; nothing else is."""
    (tmp_path / f"{atomic_files._UNFINISHED}x1y2").write_bytes(b"ha")
    (tmp_path / "harbour.atom").write_bytes(b"whole")
    (tmp_path / ".htaccess").write_bytes(b"the owner's")
    sweep(tmp_path)
    assert sorted(states(tmp_path)) == [".htaccess", "harbour.atom"]


def test_sweeping_a_folder_that_is_not_there_does_nothing(tmp_path: Path) -> None:
    """Before the first publication there is nothing to sweep."""
    sweep(tmp_path / "public")
    assert list(tmp_path.iterdir()) == []


# All of them


def test_every_topic_has_a_feed_and_all_have_an_index(home: Path, facts: Facts) -> None:
    """A feed for each topic, also an empty one, and a page that names them all."""
    carry(facts, [about(1)])
    market = topic(HARBOUR.replace("ferry", "market").replace("ferries", "fair"), "market")
    suffixes = ("atom", "json", "rss", "opml")
    assert written(home, facts, topic(), market) == [
        *(f"{name}.{suffix}" for name in ("harbour", "market") for suffix in suffixes),
        "index.opml",
    ]
    assert (home / "public" / "index.html").exists()
    assert ids(home / "public" / "harbour.atom") == ["urn:item:1"]
    assert ids(home / "public" / "market.atom") == []


def test_how_a_source_is_asked_is_its_owners_business(home: Path, facts: Facts) -> None:
    """The published list of sources has neither user names and passwords nor settings, tags and names of variables."""
    settings = SourceSettings("Agent/9", "MY_LOGIN", "X-Key=MY_KEY", 600.0, 86_400.0, 2.0, ("work",))
    carry(facts, [about(1)], changed(POST, url="http://ann:pass@post.example/feed", settings=settings))
    written(home, facts)
    (outline,) = etree.parse(home / "public" / "harbour.opml").iter("outline")
    assert dict(outline.attrib) == {
        "type": "rss",
        "text": POST.title,
        "title": POST.title,
        "xmlUrl": "http://post.example/feed",
        "htmlUrl": POST.site_url,
    }


def test_nothing_new_writes_nothing(home: Path, facts: Facts) -> None:
    """Publishing again without anything new touches no file."""
    carry(facts, [about(1)])
    written(home, facts)
    before = states(home / "public")
    assert written(home, facts) == []
    assert states(home / "public") == before


def test_the_same_again_from_the_source_writes_nothing(home: Path, facts: Facts) -> None:
    """A source that serves the same at a later time changes no byte."""
    carry(facts, [about(1)])
    written(home, facts)
    carry(facts, [about(1)], at=Clock().forward(days=3))
    assert written(home, facts) == []


def test_what_is_new_is_on_top(home: Path, facts: Facts) -> None:
    """A feed lists the newest arrival first, and of those that came together the newest by their own date."""
    carry(facts, [about(3), about(4)])
    carry(facts, [about(1), about(2)], at=Clock().forward(hours=1))
    written(home, facts)
    assert ids(home / "public" / "harbour.atom") == ["urn:item:1", "urn:item:2", "urn:item:3", "urn:item:4"]


def test_a_feed_holds_the_newest_entries_only(home: Path, facts: Facts) -> None:
    """As many entries as `publish.entries` says, the newest."""
    carry(facts, [about(number) for number in range(1, 6)])
    written(home, facts, settings={"publish.entries": "2"})
    assert ids(home / "public" / "harbour.atom") == ["urn:item:1", "urn:item:2"]


def test_a_feed_names_its_address_by_the_base_url(home: Path, facts: Facts) -> None:
    """The link to itself is where subscribers find it, as the settings say."""
    written(home, facts, settings={"service.base_url": "https://feeds.example/all/"})
    link = etree.fromstring((home / "public" / "harbour.atom").read_bytes()).find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "https://feeds.example/all/harbour.atom"


def test_another_form_of_an_entry_is_no_news(home: Path, facts: Facts) -> None:
    """Entries that now lead to their evidence are written once more; for readers nothing was updated."""
    path = home / "public" / "harbour.atom"
    carry(facts, [about(1)])
    written(home, facts, settings={"service.bind": "0.0.0.0:8080"})
    before = path.read_bytes()
    assert b"All evidence" not in before
    written(home, facts, settings={"service.base_url": "https://feeds.example"})
    after = etree.fromstring(path.read_bytes())
    assert "https://feeds.example/item/" in (after.findtext(f"{ATOM}entry/{ATOM}summary") or "")
    assert after.findtext(f"{ATOM}entry/{ATOM}updated") == etree.fromstring(before).findtext(f"{ATOM}entry/{ATOM}updated")
    assert ids(path) == ["urn:item:1"]


def test_the_whole_text_is_published_if_asked_for(home: Path, facts: Facts) -> None:
    """With `publish.full_content` every entry has its content beside the summary."""
    carry(facts, [changed(about(1), content="<p>All of it.</p>")])
    written(home, facts)
    assert b"All of it." not in (home / "public" / "harbour.atom").read_bytes()
    written(home, facts, settings={"publish.full_content": "true"})
    assert b"All of it." in (home / "public" / "harbour.atom").read_bytes()


def test_a_home_without_topics_has_an_empty_index(home: Path, facts: Facts) -> None:
    """An empty topics folder publishes no feed and an index that says so."""
    names = [path.name for path in publish(facts, Classifications(facts), (), target_of(home_at(home), facts)).written]
    assert {"index.opml", "index.html"} <= set(names)
    assert not [name for name in names if name.endswith(".atom")]
