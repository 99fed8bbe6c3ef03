"""A backup is whole, verified and made while others write; a restored home publishes the same bytes; an upgrade keeps a copy."""

import gzip
import json
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

import make_frozen
import pytest
from making import Cli, about, carry, home_at, write_topic

from feeds.cli.home import topics_of
from ingest.store.facts import Facts
from ingest.store.lock import alone
from ingest.store.upkeep.backup import unfinished
from topicwire_service import classify_and_publish

OLDEST: Final = make_frozen.frozen()[0]


@pytest.fixture
def filled(cli: Cli) -> Cli:
    """Return a home with three published items."""
    write_topic(cli.home)
    with Facts(cli.home / "topicwire.db") as facts:
        carry(facts, [about(number) for number in range(3)])
    classified(cli)
    return cli


def classified(cli: Cli) -> None:
    """Classify and publish what is stored."""
    made = home_at(cli.home, cli.settings)
    with made.facts() as facts:
        classify_and_publish(made, facts, topics_of(made))


def public(home: Path) -> dict[str, bytes]:
    """Return every published file with its bytes."""
    return {str(path.relative_to(home)): path.read_bytes() for path in sorted((home / "public").rglob("*")) if path.is_file()}


def rows(path: Path) -> int:
    """Count the items in a file."""
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("select count(*) from item").fetchone()[0])


def leftovers(folder: Path) -> list[str]:
    """Return the unfinished files in a folder."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".topicwire-")]


# backup


def test_a_backup_is_one_file_with_everything(filled: Cli, tmp_path: Path) -> None:
    """It holds what is still in the log of changes, needs no second file, and is for its owner alone."""
    target = tmp_path / "copy.db"
    with Facts(filled.home / "topicwire.db") as facts:
        carry(facts, [about(9)])  # in the log, since the file is open
        done = filled("backup", target)
        assert (done.exit_code, done.stdout) == (0, "")
        assert done.stderr.startswith(f"{target}: 4 items from 1 sources, ")
    assert (rows(target), leftovers(tmp_path)) == (4, [])
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("copy")] == ["copy.db"]
    assert target.stat().st_mode & 0o077 == 0


def test_a_backup_replaces_only_what_it_is_told_to(filled: Cli, tmp_path: Path) -> None:
    """A file that exists stays as it is without --force; with it, it is replaced whole."""
    target = tmp_path / "copy.db"
    target.write_bytes(b"mine")
    done = filled("backup", target)
    assert (done.exit_code, target.read_bytes()) == (1, b"mine")
    assert done.stderr == f"topicwire: {target}: there is a file already; name another file, or add --force to replace it\n"
    assert json.loads(filled("backup", target, "--force", "--json").stdout) == {
        "file": str(target),
        "bytes": target.stat().st_size,
        "items": 3,
        "sources": 1,
    }
    for link in (filled.home / "topicwire.db", tmp_path / "link.db"):
        if link.name == "link.db":
            link.symlink_to(filled.home / "topicwire.db")
        done = filled("backup", link, "--force")
        assert (done.exit_code, rows(filled.home / "topicwire.db")) == (1, 3), "the database is no place for its backup"


def test_a_writer_is_not_kept_waiting_and_not_copied_by_half(filled: Cli, tmp_path: Path) -> None:
    """A transaction that is open while the backup is made is not in it, and is committed all the same."""
    with Facts(filled.home / "topicwire.db") as facts:
        with facts.transaction():
            facts.database.execute("update source set title = 'half'")
            assert filled("backup", tmp_path / "copy.db").exit_code == 0
        assert facts.database.execute("select title from source").fetchone() == ("half",)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
        assert db.execute("select title from source").fetchone() == ("The Harbour Post",)


def test_a_damaged_database_makes_no_backup(filled: Cli, tmp_path: Path) -> None:
    """Damage is found by the check of the copy: one line, and no file that looks like a backup."""
    with Facts(filled.home / "topicwire.db") as facts:
        facts.tidy()
    path = filled.home / "topicwire.db"
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 5] = b"\xa5" * 8192
    path.write_bytes(data)
    done = filled("backup", tmp_path / "copy.db")
    assert (done.exit_code, done.stderr.count("\n"), (tmp_path / "copy.db").exists()) == (1, 1, False)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("where", ["missing/copy.db", "folder"])
def test_a_backup_that_cannot_be_written_is_one_line(filled: Cli, tmp_path: Path, where: str) -> None:
    """A folder that is missing, or a name that is taken by one, is said with its path."""
    (tmp_path / "folder").mkdir()
    done = filled("backup", tmp_path / where)
    assert done.exit_code in {1, 2}
    assert str(tmp_path / where) in done.stderr.splitlines()[-1]


def test_a_home_without_a_database_has_no_backup(cli: Cli, tmp_path: Path) -> None:
    """Nothing is created where nothing is stored."""
    done = cli("backup", tmp_path / "copy.db")
    assert (done.exit_code, (tmp_path / "copy.db").exists(), (cli.home / "topicwire.db").exists()) == (1, False, False)


def test_what_a_killed_backup_left_is_removed(filled: Cli, tmp_path: Path) -> None:
    """The next backup into the folder, or a pass in the home, removes unfinished copies, and none that is being made."""
    for folder in (filled.home, tmp_path):
        for name in (".topicwire-left", ".topicwire-left-wal", ".topicwire-gone-shm"):
            (folder / name).write_bytes(b"half a database")
    with unfinished(filled.home / "one.db") as running:
        assert filled("run", "--once").exit_code == 0
        assert leftovers(filled.home) == [running.name]
    assert leftovers(filled.home) == []
    assert filled("backup", tmp_path / "copy.db").exit_code == 0
    assert leftovers(tmp_path) == []


# restore


def test_a_restored_home_publishes_the_same_bytes(filled: Cli, tmp_path: Path) -> None:
    """Feeds and pages are as they were at the backup, whatever happened since; the replaced database is kept whole."""
    filled("publish")
    before = public(filled.home)
    filled("backup", tmp_path / "copy.db")
    with Facts(filled.home / "topicwire.db") as facts:
        carry(facts, [about(number) for number in range(5, 8)])
    classified(filled)
    assert public(filled.home)["public/harbour.atom"] != before["public/harbour.atom"]
    done = filled("restore", tmp_path / "copy.db", "--json")
    assert (done.exit_code, leftovers(filled.home)) == (0, [])
    report = json.loads(done.stdout)
    assert (report["items"], report["sources"], rows(Path(report["replaced"]))) == (3, 1, 6)
    assert filled("publish").exit_code == 0
    after = public(filled.home)
    assert {name: data for name, data in after.items() if name in before} == before


def test_a_home_that_is_held_is_not_restored(filled: Cli, tmp_path: Path) -> None:
    """A service or a pass that holds the home is named, and nothing is changed; the same while any program has it open."""
    filled("backup", tmp_path / "copy.db")
    before = (filled.home / "topicwire.db").read_bytes()
    with alone(filled.home, "run") as free:
        assert free
        done = filled("restore", tmp_path / "copy.db")
    assert (done.exit_code, done.stderr) == (
        1,
        f"topicwire: process {os.getpid()} (`topicwire run`) holds {filled.home}; stop it first\n",
    )
    with Facts(filled.home / "topicwire.db") as facts:
        assert facts.sources.any_chosen()
        done = filled("restore", tmp_path / "copy.db")
        assert (done.exit_code, "is open in another process" in done.stderr) == (1, True)
    assert (filled.home / "topicwire.db").read_bytes() == before
    assert not list(filled.home.glob("*.replaced-*"))


@pytest.mark.parametrize("what", ["nothing", "text", "cut", "foreign", "newer", "newer feeds"])
def test_what_is_no_sound_backup_is_refused(filled: Cli, tmp_path: Path, what: str) -> None:
    """A missing, cut, foreign or newer file is one line; the database stays as it is."""
    path = tmp_path / "copy.db"
    filled("backup", path)
    data = path.read_bytes()
    if what == "nothing":
        path.unlink()
    elif what in {"text", "cut"}:
        path.write_bytes(b"a text, no database" * 1_000 if what == "text" else data[: len(data) // 2])
    else:
        with closing(sqlite3.connect(path)) as db:
            if what == "foreign":
                db.execute("drop table _sqlite_migrations")
            else:
                family = what.removeprefix("newer ") if " " in what else "ingest"
                db.execute(
                    "insert into _sqlite_migrations (migration_set, name, applied_at) values (?, 'of_tomorrow', '')", [family]
                )
            db.commit()
    before = (filled.home / "topicwire.db").read_bytes()
    done = filled("restore", path)
    assert (done.exit_code, done.stderr.count("\n")) == (2 if what.startswith("newer") else 1, 1)
    assert str(path) in done.stderr
    assert (filled.home / "topicwire.db").read_bytes() == before
    assert leftovers(filled.home) == []


def test_a_damaged_database_is_replaced_and_kept(filled: Cli, tmp_path: Path) -> None:
    """That the present database is damaged is the very reason for a restore."""
    filled("backup", tmp_path / "copy.db")
    (filled.home / "topicwire.db").write_bytes(b"no database any more" * 500)
    (filled.home / "topicwire.db-wal").write_bytes(b"of another file")
    done = filled("restore", tmp_path / "copy.db")
    assert done.exit_code == 0, done.stderr
    assert (rows(filled.home / "topicwire.db"), len(list(filled.home.glob("*.replaced-*Z")))) == (3, 1)
    assert filled("publish").exit_code == 0


def test_an_empty_home_can_be_restored(filled: Cli, tmp_path: Path) -> None:
    """A backup moves a home to another computer."""
    filled("backup", tmp_path / "copy.db")
    other = Cli(tmp_path / "other")
    assert other("restore", tmp_path / "copy.db").exit_code == 0
    assert len(other("items").stdout.splitlines()) == 3


# Before an upgrade


def old_home(cli: Cli) -> Path:
    """Put the database of the oldest program into a home."""
    path = cli.home / "topicwire.db"
    path.write_bytes(gzip.decompress(OLDEST.read_bytes()))
    return path


def test_an_upgrade_keeps_a_copy_of_the_old_database(cli: Cli) -> None:
    """It has the old schema and all items, is said in one line, and is made once for both families of tables."""
    path = old_home(cli)
    with closing(sqlite3.connect(path)) as db:
        before = db.execute("select migration_set, name from _sqlite_migrations").fetchall()
    done = cli("items")
    (copy,) = cli.home.glob("topicwire.db.before-upgrade-*")
    assert done.stderr == f"the database is brought up to date; {copy} is a copy of it as it was\n"
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("select migration_set, name from _sqlite_migrations").fetchall() == before
    assert rows(copy) == 4
    assert cli("items").stderr == ""


def test_an_upgrade_keeps_the_last_two_copies(cli: Cli) -> None:
    """Older copies are removed, and other files stay."""
    old_home(cli)
    for name in ("before-upgrade-001", "before-upgrade-000", "before-2020"):
        (cli.home / f"topicwire.db.{name}").write_bytes(b"old")
    cli("items")
    names = sorted(path.name.removeprefix("topicwire.db.") for path in cli.home.glob("topicwire.db.before*"))
    assert (names[0], names[1], len(names)) == ("before-2020", "before-upgrade-001", 3)


def test_an_upgrade_without_a_copy_is_refused_or_chosen(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the copy cannot be made nothing is changed; the setting does without one."""
    path = old_home(cli)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkstemp", full)
    done = cli("items")
    assert (done.exit_code, done.stderr.count("\n"), "backup.before_upgrade" in done.stderr) == (1, 1, True)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select count(*) from sqlite_master where type = 'view'").fetchone() == (0,)
    path.write_bytes(before)
    cli.settings["backup.before_upgrade"] = "false"
    assert cli("items").exit_code == 0
    assert not list(cli.home.glob("topicwire.db.before*"))


def test_a_new_home_needs_no_copy(filled: Cli) -> None:
    """Its tables are made, not changed."""
    assert not list(filled.home.glob("topicwire.db.before*"))
