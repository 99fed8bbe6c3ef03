import os
from pathlib import Path

import pytest
from making import HARBOUR, write_topic

from feeds.tagging.topic.cache import TopicCache
from feeds.tagging.topic.folders import TopicFolders

BROKEN = HARBOUR.replace("[group.ship]", "[grup.ship]")


class Said(list[str]):
    """What the cache said."""

    def __call__(self, line: str) -> None:
        """Note a line."""
        self.append(line)


@pytest.fixture
def said() -> Said:
    """Return what notes what is said."""
    return Said()


@pytest.fixture
def cache(home: Path, said: Said) -> TopicCache:
    """Return the cache of a home, which looks nowhere else."""
    return TopicCache(TopicFolders(home / "topics", chosen=False), said)


def put(home: Path, text: str, name: str = "harbour", *, later: int = 0) -> Path:
    """Write a topic file as if it were so many seconds later: clocks of file systems are coarse."""
    path = write_topic(home, text, name)
    moment = path.stat().st_mtime_ns + later * 1_000_000_000
    os.utime(path, ns=(moment, moment))
    return path


def titles(cache: TopicCache) -> list[str]:
    """Return the titles of the topics in force."""
    return [topic.title for topic in cache.topics()]


def test_a_file_is_read_once(home: Path, cache: TopicCache) -> None:
    """As long as a file is the same, so is the topic, not only alike."""
    put(home, HARBOUR)
    (first,), (second,) = cache.topics(), cache.topics()
    assert first is second


def test_a_changed_file_is_picked_up(home: Path, cache: TopicCache) -> None:
    """The next look sees the new wording, without a restart."""
    put(home, HARBOUR)
    assert titles(cache) == ["Harbour news"]
    put(home, HARBOUR.replace("Harbour news", "Port life"), later=1)
    assert titles(cache) == ["Port life"]


def test_a_change_within_the_same_moment_is_seen_by_its_size(home: Path, cache: TopicCache) -> None:
    """Two writes may carry one time stamp: another length is another file."""
    path = put(home, HARBOUR)
    moment = path.stat().st_mtime_ns
    assert titles(cache) == ["Harbour news"]
    path.write_text(HARBOUR.replace("Harbour news", "Port"), encoding="utf-8")
    os.utime(path, ns=(moment, moment))
    assert titles(cache) == ["Port"]


def test_a_new_file_joins_and_a_deleted_one_leaves(home: Path, cache: TopicCache) -> None:
    """Topics come and go with their files, in the order of their names."""
    path = put(home, HARBOUR, "b")
    assert [topic.name for topic in cache.topics()] == ["b"]
    put(home, HARBOUR, "a")
    assert [topic.name for topic in cache.topics()] == ["a", "b"]
    path.unlink()
    assert [topic.name for topic in cache.topics()] == ["a"]


def test_a_broken_file_keeps_its_last_good_wording_and_says_so_once(home: Path, cache: TopicCache, said: Said) -> None:
    """A slip in a topic file stops nothing: the wording before it stays in force, and one line says why."""
    put(home, HARBOUR)
    good = cache.topics()
    put(home, BROKEN, later=1)
    assert cache.topics() == cache.topics() == good
    (line,) = said
    assert line == (
        f'topicwire: {home / "topics" / "harbour.toml"}, line 11: key "grup" is not known; did you mean "group"?; '
        "its last good wording stays in force"
    )


def test_each_new_slip_is_said(home: Path, cache: TopicCache, said: Said) -> None:
    """A file that is changed and still broken is named again."""
    put(home, HARBOUR)
    cache.topics()
    put(home, BROKEN, later=1)
    cache.topics()
    put(home, BROKEN + "\nmore = 1\n", later=2)
    assert titles(cache) == ["Harbour news"]
    assert len(said) == 2


def test_a_mended_file_comes_back(home: Path, cache: TopicCache, said: Said) -> None:
    """Once it can be read again, its new wording is in force."""
    put(home, HARBOUR)
    cache.topics()
    put(home, BROKEN, later=1)
    cache.topics()
    put(home, HARBOUR.replace("Harbour news", "Port life"), later=2)
    assert titles(cache) == ["Port life"]
    assert len(said) == 1


def test_a_file_that_was_never_good_is_left_out(home: Path, cache: TopicCache, said: Said) -> None:
    """Without an earlier wording the topic waits; the others work."""
    put(home, BROKEN, "broken")
    put(home, HARBOUR, "harbour")
    assert [topic.name for topic in cache.topics()] == ["harbour"]
    assert len(said) == 1
    assert said[0].endswith("; it is left out until it is mended")
    put(home, HARBOUR, "broken", later=1)
    assert [topic.name for topic in cache.topics()] == ["broken", "harbour"]


def test_a_file_that_is_being_replaced_keeps_its_topic(
    home: Path, cache: TopicCache, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be looked at for a moment is taken as it was."""
    path = put(home, HARBOUR)
    good = cache.topics()

    def gone(_: Path) -> None:
        raise FileNotFoundError(path)

    (home / "topics" / "retired").mkdir()
    real = Path.glob
    monkeypatch.setattr(Path, "glob", lambda self, pattern: list(real(self, pattern)))
    monkeypatch.setattr("feeds.tagging.topic.cache.Path.is_dir", lambda _: True)
    monkeypatch.setattr("feeds.tagging.topic.cache.Path.stat", gone)
    assert cache.topics() == good
    assert said == []


def test_an_own_topic_joins_the_shipped_ones_and_replaces_one_of_its_name(home: Path, said: Said) -> None:
    """A first own file takes nothing away: only a shipped topic of the same name gives way to it, also while it is broken."""
    shipped = home / "shipped" / "topics"
    for name in ("harbour", "market"):
        put(home / "shipped", HARBOUR.replace("Harbour news", f"Shipped {name}"), name)
    cache = TopicCache(TopicFolders(home / "topics", shipped), said)
    assert titles(cache) == ["Shipped harbour", "Shipped market"]
    put(home, HARBOUR)
    assert titles(cache) == ["Harbour news", "Shipped market"]
    put(home, BROKEN, "market")
    assert titles(cache) == ["Harbour news"]
    assert len(said) == 1


def test_no_folder_is_no_topic(cache: TopicCache) -> None:
    """Without a folder there is nothing in force, and nothing wrong."""
    assert cache.topics() == ()
