import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from lxml import etree
from making import Cli, home_at, write_topic
from processes import Started, start
from support import FakeWeb, rss, rss_item, wait_until

from feeds.publication.atomic_files import _UNFINISHED

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS, EACH, SEEDS, ROUNDS = 50, 4, 30, 3
PUBLISHED = FEEDS * EACH // 2 + SEEDS  # every other item of a feed, and every seed


@pytest.fixture
def filled(home: Path, web: FakeWeb) -> Path:
    """Return a home with many feeds, each with a validator, and many seeds."""
    write_topic(home)
    urls = [_feed(web, number) for number in range(FEEDS)]
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
    (home / "sources.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")
    (home / "seeds").mkdir()
    for number in range(SEEDS):
        (home / "seeds" / f"{number}.txt").write_text(f"Boat {number}\n\nIt lies in harbour {number}.", encoding="utf-8")
    return home


def _feed(web: FakeWeb, number: int) -> str:
    items = [
        rss_item(
            f"Story {number}-{one} of a {'ferry' if one % 2 else 'market'} in the harbour",
            f"http://harbour.example/{number}/{one}",
            guid=f"urn:{number}:{one}",
            text=f"What is said of story {one} in feed {number}.",
        )
        for one in range(EACH)
    ]
    return web.serve(f"/{number}", rss(*items, title=f"Post {number}"), etag=f'"{number}"', delay=0.005)


@contextmanager
def watched(path: Path) -> Iterator[list[str]]:
    """Read a published file over and over, as subscribers do; give what was wrong with what they saw."""
    faults: list[str] = []
    done = Event()

    def look() -> None:
        entries = 0
        while not done.wait(0.005):
            try:
                seen = len(list(etree.fromstring(path.read_bytes()).iter(f"{ATOM}entry")))
            except FileNotFoundError:
                if entries:
                    faults.append("the feed was gone")
            except etree.XMLSyntaxError as fault:
                faults.append(f"half a feed: {fault}")
            else:
                if seen < entries:
                    faults.append(f"an older feed: {seen} entries after {entries}")
                entries = seen

    thread = Thread(target=look)
    thread.start()
    try:
        yield faults
    finally:
        done.set()
        thread.join()


def intact(home: Path) -> None:
    """Check the database file itself, and that no item is in it twice."""
    if not (home / "topicwire.db").exists():
        return
    with closing(sqlite3.connect(home / "topicwire.db")) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert db.execute("pragma foreign_key_check").fetchall() == []
        if db.execute("select 1 from sqlite_master where name = 'sighting'").fetchone():
            assert db.execute("select url from sighting where url is not null group by url having count(*) > 1").fetchall() == []
            assert db.execute("select id from item where version_id is null").fetchall() == []


def asking(calls: int, web: FakeWeb) -> Callable[[], bool]:
    """Say when a pass that begins now has made so many requests."""
    enough = len(web.calls) + calls
    return lambda: len(web.calls) >= enough


def writing(home: Path, web: FakeWeb) -> Callable[[], bool]:
    """Say when a pass that begins now writes down what its first requests brought."""
    asked, before = len(web.calls), list[int]()

    def now() -> bool:
        if len(web.calls) > asked and not before:
            before.append(_written(home))
        return bool(before) and _written(home) != before[0]

    return now


def killed_at(reached: Callable[[], bool], running: Started, later: float) -> bool:
    """Kill a pass a little later than a moment; give whether it was still running."""
    wait_until(lambda: reached() or running.process.poll() is not None, 30)
    time.sleep(later)
    alive = running.process.poll() is None
    running.kill()
    return alive


def _written(home: Path) -> int:
    log = home / "topicwire.db-wal"
    try:
        return log.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def test_whenever_it_is_killed_nothing_is_lost_or_doubled(filled: Path, web: FakeWeb) -> None:
    """Killed at random moments of a pass: the file stays intact, subscribers see whole feeds, the rest is done next time."""
    chance = random.Random(20260302)  # the same choices each time, though no computer is as fast as the other
    settings = {"publish.entries": "500"}
    killed = 0
    with watched(filled / "public" / "harbour.atom") as faults:
        for number in range(ROUNDS):
            reached = writing(filled, web) if number % 2 else asking(chance.randint(0, 15), web)
            killed += killed_at(reached, start(filled, "run", "--once", web=web, settings=settings), chance.uniform(0.0, 0.03))
            intact(filled)
        (filled / "public").mkdir(exist_ok=True)
        (filled / "public" / f"{_UNFINISHED}killed").write_bytes(b"<feed>")
        code, lines = start(filled, "run", "--once", web=web, settings=settings).ended()
        assert code == 0
        assert " 0 failed; " in lines[-1]
        again = start(filled, "run", "--once", web=web, settings=settings).ended()
    assert faults == []
    assert killed > ROUNDS // 2, "the moments were too late to prove anything"
    intact(filled)
    _complete(filled)
    assert again[0] == 0
    assert again[1][-1].endswith("0 items new, 0 changed; 0 tags given; 0 files written")


def _complete(home: Path) -> None:
    with closing(sqlite3.connect(home / "topicwire.db")) as db:
        assert db.execute("select count(*) from item").fetchone() == (FEEDS * EACH + SEEDS,)
        assert db.execute("select count(*) from tag").fetchone() == (PUBLISHED,)
    feed = etree.fromstring((home / "public" / "harbour.atom").read_bytes())
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids) == PUBLISHED
    assert not [path for path in (home / "public").rglob("*") if path.name.startswith(".")], "nothing unfinished is left"
    assert {path.name for path in (home / "public").iterdir() if path.suffix == ".atom"} == {"harbour.atom"}


@pytest.mark.parametrize("table", ["poll", "sighting", "version"])
def test_items_and_validators_are_stored_together_or_not_at_all(home: Path, web: FakeWeb, table: str) -> None:
    """Whichever half of a commit fails, neither is kept, and the source is asked again without a validator."""
    write_topic(home)
    cli = Cli(home)
    cli.settings["fetch.allow"] = web.allow
    cli.poll(_feed(web, 1))
    with home_at(home).facts() as facts:
        facts.database.execute(f"create trigger stop before insert on {table} begin select raise(abort, 'full'); end")
    assert cli("run", "--once").exit_code == 1
    with home_at(home).facts() as facts:
        for name in ("item", "version", "sighting", "poll"):
            assert facts.database.execute(f"select count(*) from {name}").fetchone() == (0,)  # noqa: S608 - our own names
        facts.database.execute("drop trigger stop")
    assert cli("run", "--once").exit_code == 0
    assert "if-none-match" not in web.calls[-1].headers
    assert len(cli.rows("items", "--json")) == EACH


def test_two_passes_at_once_do_the_work_once(filled: Path, web: FakeWeb) -> None:
    """Two passes started together, as by cron and by hand: both exit 0, one leaves, nothing is doubled."""
    settings = {"publish.entries": "500"}
    both = [start(filled, "run", "--once", web=web, settings=settings) for _ in range(2)]
    ended = [one.ended() for one in both]
    assert [code for code, _ in ended] == [0, 0]
    assert len(set(web.paths())) == FEEDS
    intact(filled)
    _complete(filled)


def test_a_pass_beside_other_commands_loses_nothing(filled: Path, web: FakeWeb, tmp_path: Path) -> None:
    """While a pass writes, ingesting, publishing and listing go on beside it, each waiting its turn."""
    settings = {"publish.entries": "500"}
    extra = tmp_path / "extra.txt"
    extra.write_text("A market\n\nIt is far from any ship.", encoding="utf-8")
    running = [
        start(filled, *arguments, web=web, settings=settings)
        for arguments in (("run", "--once"), ("ingest", str(extra)), ("publish",), ("items",))
    ]
    assert [one.ended()[0] for one in running] == [0, 0, 0, 0]
    code, _ = start(filled, "run", "--once", web=web, settings=settings).ended()
    assert code == 0
    intact(filled)
    with closing(sqlite3.connect(filled / "topicwire.db")) as db:
        assert db.execute("select count(*) from item").fetchone() == (FEEDS * EACH + SEEDS + 1,)
