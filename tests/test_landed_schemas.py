"""Databases of earlier programs open, migrate and publish; a newer one is refused; a migration that landed is never edited."""

import gzip
import json
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Final

import make_frozen
import pytest
from making import HARBOUR, Cli, carry, home_at, item, topic, write_topic

from feeds.model import Evidence
from feeds.store.classifications import Classifications
from feeds.store.migrations import migrations
from ingest.model import Author, Source
from ingest.store.facts import Facts
from topicwire_service import classify_and_publish

POST: Final = Source("http://127.0.0.1:18099/post.xml", title="The Harbour Post")


@pytest.fixture(params=make_frozen.frozen(), ids=lambda path: path.name.partition(".")[0])
def frozen(request: pytest.FixtureRequest, cli: Cli) -> Cli:
    """Return a home with the database of an earlier program, and the topic that it had."""
    (cli.home / "topicwire.db").write_bytes(gzip.decompress(request.param.read_bytes()))
    write_topic(cli.home, HARBOUR)
    return cli


def columns(db: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return name, type and need of the columns of every table."""
    names = [name for (name,) in db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")]
    return {name: sorted(row[1:4] for row in db.execute(f"pragma table_info([{name}])")) for name in sorted(names)}


@cache
def columns_today() -> dict[str, list[tuple[object, ...]]]:
    """Return the columns of a new database."""
    with tempfile.TemporaryDirectory() as folder, Facts(Path(folder) / "new.db") as facts:
        facts.database.migrate(migrations)
        return columns(facts.database.connection)


# Older ones


def test_an_older_database_opens_migrates_and_publishes(frozen: Cli) -> None:
    """Every item, tag, story and review is there, and the feed says so; the tables have the columns of a new database."""
    done = frozen("publish")
    assert done.exit_code == 0, done.stderr
    rows = {row["title"]: row for row in frozen.rows("items", "--json")}
    assert len(rows) == 4
    assert "harbour" in rows["The bakery reopens"]["tags"], "the review holds"
    published = {entry.title for entry in frozen.published().entries}
    assert {"The bakery reopens", "Two boats collide in the harbour"} < published
    assert frozen("search", "collided").exit_code == 0
    with closing(sqlite3.connect(frozen.home / "topicwire.db")) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        assert db.execute("pragma foreign_key_check").fetchall() == []
        assert columns(db) == columns_today()
        db.execute("insert into version_fts (version_fts, rank) values ('integrity-check', 1)")


def test_an_older_database_takes_corrections(frozen: Cli) -> None:
    """What it knows is recognised, corrected and told anew; nothing is stored twice."""
    old = item(guid="p2", url="http://post.example/bakery", title="The bakery reopens", published=None)
    text = "A bakery opens again."
    with Facts(frozen.home / "topicwire.db") as facts:
        (before,) = facts.items.find("p2")
        assert before.item.text == text
        changed = item(guid="p2", url=old.url, title=old.title, text=text, summary=f"<p>{text}</p>", authors=(Author("Ann"),))
        assert carry(facts, [changed], POST).new == 0
        (after,) = facts.items.find("p2")
        assert (after.item.authors, after.versions, after.changed) == ((Author("Ann"),), 1, before.changed)
        assert after.seq > before.seq


def test_an_older_database_does_not_announce_its_entries_again(frozen: Cli) -> None:
    """What was published keeps its `updated`, though what is significant is hashed otherwise now."""
    with closing(sqlite3.connect(frozen.home / "topicwire.db")) as db:
        if db.execute("select 1 from sqlite_master where name = 'published'").fetchone() is None:
            return
        before = dict(db.execute("select atom_id, updated from published where gone is null"))
    frozen("publish")
    after = {entry.id: entry.updated for entry in frozen.published().entries}
    assert after
    assert {atom_id: before[atom_id] for atom_id in after if atom_id in before} == {
        atom_id: updated for atom_id, updated in after.items() if atom_id in before
    }


def test_evidence_that_an_earlier_program_cut_is_made_whole(cli: Cli) -> None:
    """What it tagged by many words of one group is classified again, and no more than that; nothing is announced anew."""
    write_topic(cli.home, HARBOUR)
    many = item(guid="2", url="https://post.example/2", title="News", text=f"A ferry{', a boat' * 20} and the harbour.")
    with Facts(cli.home / "topicwire.db") as facts:
        for number, what in enumerate((item(guid="1", url="https://post.example/1"), many, item(guid="3", url=None))):
            carry(facts, [what], replace(POST, url=f"{POST.url}{number}"))
        classify_and_publish(home_at(cli.home), facts, (topic(),))
    before = {entry.id: entry.updated for entry in cli.published().entries}
    with closing(sqlite3.connect(cli.home / "topicwire.db")) as db:
        boats = json.dumps([asdict(Evidence("ship", "boat*", None, "text", at, at + 4, "boat")) for at in range(12)])
        cut = """update tag set evidence = json_set(evidence, '$.hits', json(?))
            where json_array_length(evidence, '$.hits') = 12"""
        assert db.execute(cut, [boats]).rowcount == 1
        db.execute("delete from _sqlite_migrations where name = 'evidence_of_each_group'")
        db.commit()
    with Facts(cli.home / "topicwire.db") as facts:
        (seq,) = (stored.seq for stored in facts.items.find("2"))
        mark = Classifications(facts).progress()["harbour"]
        assert (mark.back, mark.until) == (seq - 1, seq)
        classify_and_publish(home_at(cli.home), facts, (topic(),))
    feed = (cli.home / "public" / "harbour.atom").read_text(encoding="utf-8")
    assert feed.count(">harbour</tw:hit>") == len(before)
    assert {entry.id: entry.updated for entry in cli.published().entries} == before


# Newer ones


@pytest.mark.parametrize("family", ["ingest", "feeds", "alerts"])
@pytest.mark.parametrize("command", [("items",), ("sources", "list"), ("publish",), ("run", "--once", "--no-serve"), ("poll",)])
def test_a_newer_database_is_refused_and_left_alone(cli: Cli, family: str, command: tuple[str, ...]) -> None:
    """One line says whose it is and what to do, with exit code 2; not a byte of the file is changed."""
    path = cli.home / "topicwire.db"
    write_topic(cli.home, HARBOUR)
    cli("publish")
    with closing(sqlite3.connect(path)) as db:
        db.execute("insert into _sqlite_migrations (migration_set, name, applied_at) values (?, 'of_tomorrow', '')", [family])
        db.commit()
        db.execute("pragma wal_checkpoint(truncate)")
    before, files = path.read_bytes(), sorted((cli.home / "public").iterdir())
    done = cli(*command)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1].startswith(f"topicwire: {path} was written by a newer version of topicwire")
    assert "of_tomorrow" in done.stderr
    assert path.read_bytes() == before
    assert sorted((cli.home / "public").iterdir()) == files


# None is edited


def test_a_migration_that_landed_is_never_edited() -> None:
    """Databases have its result already: another change is another migration, at the end, and another line of the list."""
    landed = make_frozen.landed()
    present = dict(make_frozen.migrations())
    assert {name: present.get(name) for name in landed} == landed
    for family in make_frozen.SCHEMAS:
        names = [name for name in present if name.startswith(f"{family} ")]
        old = [name for name in names if name in landed]
        assert names[: len(old)] == old, "a new one comes after those that landed"


def test_every_migration_has_its_line_and_its_frozen_database() -> None:
    """A new migration is held fast as it is, and so is a database that it made: later programs are tried on it."""
    lines, path = make_frozen.missing_lines(), make_frozen.missing_database()
    how = "once the migration is as it shall stay, run `python tests/make_frozen.py`"
    wanted = [f"tests/golden/migrations.txt lacks the line: {line}" for line in lines]
    wanted += [f"tests/golden/databases lacks {path.name}"] if path else []
    assert not wanted, "\n".join((*wanted, f"{how}: it prints the lines and writes the database"))


def test_a_new_migration_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its line and the name of its database are known before they are there."""
    known = list(make_frozen.migrations())
    monkeypatch.setattr(make_frozen, "migrations", lambda: iter([*known, ("feeds of_tomorrow", "0a1b")]))
    assert make_frozen.missing_lines()[-1] == "feeds of_tomorrow 0a1b"
    path = make_frozen.missing_database()
    assert path is not None
    assert path.name == f"{len(make_frozen.frozen()) + 1}-of_tomorrow.db.gz"


def test_todays_database_can_be_frozen(cli: Cli) -> None:
    """It has what the tests of older ones ask for: four items, a story of two, a review, and what was published."""
    assert make_frozen.database(cli.home, port=0).startswith(b"SQLite format 3")
    rows = {row["title"]: row for row in cli.rows("items", "--json")}
    assert len(rows) == 4
    assert "harbour" in rows["The bakery reopens"]["tags"]
    assert len(cli.published().entries) == 3
