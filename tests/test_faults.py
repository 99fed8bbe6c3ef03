"""A full disk, a damaged file, a half-copied log, no rights: one line with the right cure; what is published stays."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from killing import Forking
from making import Cli, about, carry, home_at, write_topic
from support import NOON

from feeds.cli.home import topics_of
from ingest.errors import database_cure, database_failed
from ingest.store.database import Database
from ingest.store.facts import Facts
from topicwire_service import ServiceTicks, classify_and_publish

UVLOOP = "deallocating an open event loop"  # the library's remark when it could not begin
COMMANDS = (("items",), ("publish",), ("poll",), ("run", "--once", "--no-serve"), ("search", "ferry"), ("sources", "list"))


@pytest.fixture
def cli(cli: Cli) -> Cli:
    """Return a home with a published feed, and no list of sources."""
    write_topic(cli.home)
    cli.poll()
    store(cli, range(30))
    return cli


def store(cli: Cli, numbers: range) -> None:
    """Store items and publish them."""
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.facts() as facts:
        carry(facts, [about(number) for number in numbers])
        classify_and_publish(made, facts, topics_of(made))


def published(home: Path) -> dict[str, bytes]:
    """Return the published files."""
    return {str(path): path.read_bytes() for path in sorted((home / "public").rglob("*")) if path.is_file()}


@pytest.mark.parametrize("damage", ["pages", "text"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_damaged_database_is_one_line_with_its_cure(cli: Cli, command: tuple[str, ...], damage: str) -> None:
    """Every command says that the file is damaged and how to put a backup in its place; the feeds stay."""
    path, before = cli.home / "topicwire.db", published(cli.home)
    data = bytearray(path.read_bytes())
    for page in range(3, len(data) // 4096, 2):
        data[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
    path.write_bytes(data if damage == "pages" else b"no database at all, " * 5_000)
    done = cli(*command)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "the file is damaged: stop the service, keep the file, and put a backup in its place" in done.stderr
    assert "nothing was lost" not in done.stderr
    assert published(cli.home) == before


def test_a_full_disk_loses_nothing_and_passes(cli: Cli) -> None:
    """What does not fit is not stored by half; when there is space it is stored, and nothing else was touched."""
    before = published(cli.home)
    with Facts(cli.home / "topicwire.db") as facts:
        (pages,) = facts.database.execute("pragma page_count").fetchone()
        facts.database.execute(f"pragma max_page_count = {pages}")
        with pytest.raises(sqlite3.OperationalError) as caught:
            carry(facts, [about(number, "ferry in the harbour " * 200) for number in range(100, 200)])
        assert database_failed(caught.value).endswith("free space on its disk, then run it again: nothing was lost")
        assert sum(1 for _ in facts.items.all()) == 30
        facts.database.execute("pragma max_page_count = 1000000")
        assert carry(facts, [about(number) for number in range(100, 200)]).new == 100
    assert published(cli.home) == before


def test_the_service_goes_on_when_the_cause_has_ended(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    """A tick that meets a damaged file is one line; the next tick with a sound file does its work."""
    path = cli.home / "topicwire.db"
    whole = path.read_bytes()
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.engine() as engine:
        service = ServiceTicks(made, engine)
        path.write_bytes(b"no database at all, " * 5_000)
        service.publish()
        assert "the file is damaged" in capsys.readouterr().err
        path.write_bytes(whole)
        (cli.home / "public" / "harbour.atom").unlink()
        service.publish()
        assert capsys.readouterr().err.splitlines() == ["0 tags given; 1 file written", "publication works again"]
    assert (cli.home / "public" / "harbour.atom").exists()


def test_a_half_copied_log_is_no_damage(cli: Cli, tmp_path: Path) -> None:
    """A database that was copied with half of its log of changes has every commit that was copied whole."""
    copy = Cli(tmp_path / "copy")
    shutil.copytree(cli.home, copy.home)
    with Facts(cli.home / "topicwire.db") as facts:
        carry(facts, [about(number) for number in range(100, 140)])
        shutil.copy(cli.home / "topicwire.db", copy.home)
        log = (cli.home / "topicwire.db-wal").read_bytes()
        (copy.home / "topicwire.db-wal").write_bytes(log[: len(log) // 2])
        (copy.home / "topicwire.db-shm").unlink(missing_ok=True)
    assert copy("publish").exit_code == 0
    assert len(copy.rows("items", "--json")) == 30
    assert [row for row in copy.rows("doctor", "--full", "--json") if row["area"] == "database" and row["state"] != "ok"] == []


def test_half_a_file_is_damage_and_a_missing_log_is_none(cli: Cli) -> None:
    """A database cut in half is named as damaged; one that lost its log of changes is as it was before them."""
    path = cli.home / "topicwire.db"
    with Facts(path) as facts:
        carry(facts, [about(number) for number in range(100, 140)])
        shutil.copy(path, cli.home / "without_log.db")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    done = cli("publish")
    assert (done.exit_code, done.stderr.count("\n"), "is damaged" in done.stderr) == (1, 1, True), done.stderr
    (cli.home / "without_log.db").replace(path)
    assert cli("publish").exit_code == 0
    assert len(cli.rows("items", "--json")) == 30


def test_who_keeps_the_database_busy_is_waited_for_and_then_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """After half a minute (here a tenth of a second) a command ends in one line; it works when the lock is gone."""
    monkeypatch.setattr(Database.patience, "__defaults__", (0.1,))
    with closing(sqlite3.connect(cli.home / "topicwire.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        review = cli("review", "accept", "urn:item:3", "--topic", "harbour", "--reason", "x")
        assert review.exit_code == 1
        assert "another program keeps it busy: wait for it or end it" in review.stderr
        assert review.stderr.count("\n") == 1
        other.execute("rollback")
    assert cli("review", "accept", "urn:item:3", "--topic", "harbour", "--reason", "x").exit_code == 0


def test_a_process_with_too_few_rights_says_which(cli: Cli) -> None:
    """Without the right to write, with too few open files, too small files or too little memory: one line each, and its cure."""
    before = published(cli.home)
    with Forking(cli.home) as run:
        for bounds, command, words in (
            ({"user": 65_534}, "items", "give this user the right"),
            ({"user": 65_534}, "poll", "Permission denied"),
            ({"RLIMIT_NOFILE": 12}, "poll", "raise the limit on open files"),
            ({"RLIMIT_FSIZE": 20_000}, "publish", "raise the limit on the size of files"),
            ({"RLIMIT_DATA": 1 << 20}, "publish", "there is too little memory"),
        ):
            done = run(command, now=NOON, bounds=bounds)
            said = [line for line in done.said.splitlines() if line != UVLOOP]
            assert (done.code, len(said)) == (1, 1), (bounds, done)
            assert words in said[0]
    assert published(cli.home) == before


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), MemoryError(), KeyError("x")])
def test_whatever_a_tick_meets_is_one_line(cli: Cli, capsys: pytest.CaptureFixture[str], fault: Exception) -> None:
    """The service goes on: a fault of the system has its cure, one of topicwire itself is to be reported."""
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.engine() as engine:
        ServiceTicks(made, engine)._guarded("hub", lambda: (_ for _ in ()).throw(fault))
    (line,) = capsys.readouterr().err.splitlines()
    words = {OSError: "free space on the disk", MemoryError: "there is too little memory", KeyError: "please report it"}
    assert words[type(fault)] in line


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SQLITE_FULL", "free space on its disk"),
        ("SQLITE_IOERR_WRITE", "check free space and the disk"),
        ("SQLITE_READONLY_DBMOVED", "right to write"),
        ("SQLITE_CANTOPEN_ISDIR", "right to read and write"),
        ("SQLITE_BUSY_SNAPSHOT", "keeps it busy"),
        ("SQLITE_CORRUPT_VTAB", "is damaged"),
        ("SQLITE_ERROR", "check free space and rights"),
    ],
)
def test_each_kind_of_fault_has_its_cure(name: str, words: str) -> None:
    """What to do depends on the kind, not on SQLite's words."""
    fault = sqlite3.OperationalError("something")
    fault.sqlite_errorname = name
    assert words in database_cure(fault)
