"""No statement of daily work reads a whole table that grows with the home: each is explained by SQLite itself."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pytest
from making import GAZETTE, POST, Cli, about, archiving_cli, carry, home_at, item
from served_site import served
from support import NOON

from feeds.answers.cursor import written
from feeds.cli.home import target_of, topics_of
from feeds.publication.erasure.retention import Purge, delete_expired
from feeds.search.query import parse_query
from feeds.search.search import search
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from ingest.polling.home import Home
from ingest.settings import Retention
from ingest.store.facts import Facts
from topicwire_service import classify_and_publish

# With the home grow these; the tables of sources, of topics and of what is noted as changed do not.
GROWING: Final = frozenset(
    """item version sighting former_name tag announced entry published archive published_file page listed_story story
    story_edge story_band boilerplate_line version_fts_data version_fts_docsize item_vector forgotten""".split()
)
# What may read one of them, by its beginning, and why.
ALLOWED: Final = {
    "select seq from item where version_id is not null order by seq desc": "stops at once",
    "select max(id) from version": "stops at once",
    "select coalesce(max(seq), 0) from item": "stops at once",
    "select coalesce((select max(id) from item), 0)": "stops at once: the highest numbers",
    "update item set version_id = 0, changed = iif(0, '', changed), seq = (select max(seq)": "stops at once",
    "select seq = (select max(seq) from item) from item where id = 0": "stops at once",
    "with recursive one (feed) as (select min(feed)": "goes from one name to the next by the index",
    "with recursive there (span) as (select min(span)": "goes from one span to the next by the index",
    "select i.id, i.uid, i.seq, i.first_seen, i.changed, (select count(*) from version where item_id = i.id and source_id ="
    " v.source_id)": "lists the newest items, and stops where it has enough",
    "delete from story_band where span <": "reads what it deletes: the key begins with the span",
    "delete from story_band where item_id in": "two weeks of items, once for two hundred that are deleted",
    "select distinct topic from tag t where grade = '' and not exists": "the index holds mere mentions alone",
    "select topic, count(*), min(tagged) from tag t where grade = '' and not exists": "the index holds mere mentions alone",
    "delete from listed_story": "everything, once after an upgrade",
    "delete from story_edge": "everything, once after an upgrade",
    "select item_id from story": "everything, once after an upgrade",
    "select path, fingerprint, item_id from page": "everything, once after an upgrade",
}
# The sizes of tables and indexes in a home of a million items, as ANALYZE stores them.
STATISTICS: Final = """item idx_item_first_seen 1000000 500;item idx_item_seq 1000000 1;item idx_item_uid 1000000 1
version idx_version_source_published 1000000 100 1;version idx_version_text_key 1000000 1
version idx_version_item_id_source_id_content_key 1000000 1 1 1
sighting idx_sighting_version_id 1000000 1;sighting idx_sighting_guid_source_id 1000000 1 1
sighting idx_sighting_source_id_fingerprint 1000000 100 1;sighting idx_sighting_url_key 1000000 1
sighting idx_sighting_item_id 1000000 1;tag idx_tag_topic_item_id 1100000 100000 1;tag sqlite_autoindex_tag_1 1100000 1 1
published idx_published_subscribed 200 100;published idx_published_item_id 1100000 2
published sqlite_autoindex_published_1 1100000 500000 1;archive sqlite_autoindex_archive_1 11000 5500 1
published_file idx_published_file_feed 25000 5000 1;published_file sqlite_autoindex_published_file_1 25000 1
story idx_story_story_id 40000 2;source idx_source_url 10000 1
entry idx_entry_atom_id 1000000 1;announced sqlite_autoindex_announced_1 1000000 1 1
listed_story idx_listed_story_topic_first_seen 160000 80000 150;listed_story listed_story 160000 80000 1"""


LONG: Final = "A ferry and its {0} passengers reach the harbour at last, after a long night. " * 3
_LATER: Final = f"cursor={written('2026-03-02T11:59:00Z', '0')}"
ASKED: Final = (
    *(
        "/search",
        "/search?q=ferry&topic=harbour",
        "/search?q=ferry&lang=en",
        "/search?source=http://post.example/feed.xml",
        "/search.atom?q=ferry",
        "/sources",
        "/review",
    ),
    *("/api/", "/api/topics", "/api/topics/harbour", "/api/topics/harbour/stories", "/api/sources", "/api/counts"),
    *(f"/api/topics/harbour/stories?{asked}" for asked in ("language=en", "grade=core", "q=ferry", "since=2026-01-01", _LATER)),
    "/api/counts?topic=harbour&language=en",
    *("/healthz", "/readyz", "/metrics"),
)


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return what collects the text of every statement of every connection from now on."""
    found: set[str] = set()
    connect = sqlite3.connect

    def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        if arguments[0] != ":memory:":
            connection.set_trace_callback(found.add)
        return connection

    monkeypatch.setattr(sqlite3, "connect", connected)
    return found


def programs(db: sqlite3.Connection, statement: str) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the program of a statement, and those of the triggers that it sets off."""
    program: list[tuple[Any, ...]] = []
    for operation in db.execute(f"explain {statement}"):
        if operation[0] == 0 and program:
            yield program
            program = []
        program.append(operation)
    yield program


def read_in_full(db: sqlite3.Connection, statement: str) -> set[str]:
    """Return the tables and indexes that a statement goes through from one end, row after row."""
    known = {root: (name, table) for name, table, root in db.execute("select name, tbl_name, rootpage from sqlite_master")}
    found = set()
    for program in programs(db, statement):
        steps = {cursor for _, code, cursor, *_ in program if code in {"Next", "Prev"}}
        opened: dict[int, tuple[str, str]] = {}
        for _, code, cursor, root, database, *_ in program:
            if code in {"OpenRead", "OpenWrite", "ReopenIdx"} and database == 0:
                opened[cursor] = known.get(root, ("", ""))
            elif code.startswith("Open"):
                opened[cursor] = ("", "")  # a table of the statement's own
            elif code == "Count" or (code in {"Rewind", "Last"} and cursor in steps):
                name, table = opened.get(cursor, ("", ""))
                found |= {name} if table in GROWING else set()
    return found


def in_short(statement: str) -> str:
    """Return a statement without its values."""
    return " ".join(re.sub(r"\b\d+(\.\d+)?\b", "0", re.sub(r"'(?:[^']|'')*'", "''", statement)).split())


def pretend(path: Path, statistics: str) -> None:
    """Store statistics, as if a database were of that size."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("analyze")
        db.execute("delete from sqlite_stat1")
        rows = [line.split(None, 2) for line in re.split("[;\n]", statistics) if line]
        db.executemany("insert into sqlite_stat1 values (?, ?, ?)", rows)
        db.commit()


def live(cli: Cli, facts: Facts, app: Home) -> None:
    """Let news, changes, corrections, copies, new names and reposts come, and nothing; publish after each; delete what is old."""
    news = [replace(about(n), text=LONG.format(n)) for n in range(9)]
    rounds = [
        (news, POST),
        ([replace(one, guid=f"urn:copy:{n}", url=f"http://gazette.example/{n}") for n, one in enumerate(news[:3])], GAZETTE),
        ([replace(news[0], text="Told anew, of the ferry in the harbour."), replace(news[1], authors=())], POST),
        ([replace(news[2], guid="urn:other", title="A ferry in the harbour again")], POST),
        ([item(guid="urn:other:topic", url="http://post.example/bread", title="A bakery", text="Bread.", published=None)], POST),
        ([], POST),
    ]
    for items, source in rounds:
        carry(facts, items, source, cli.clock())
        classify_and_publish(app, facts, topics_of(app), 20)
        cli.clock.forward(days=1)
    rules = Retention(untagged_days=1, days=900, untagged_per_source=5, topics=("harbour=800",))
    assert delete_expired(facts, Purge(rules, cli.clock(), b"secret", most=100, looked=100)) == 1
    publish(facts, Classifications(facts), topics_of(app), target_of(app, facts))
    assert facts.sources.due(cli.clock() + timedelta(days=9), 100)
    facts.sources.answering(cli.clock(), 3)


def ask(facts: Facts, app: Home) -> None:
    """Ask as people and monitors do."""
    assert search(facts, parse_query({"q": "ferry"}), frozenset({"harbour"}), limit=5).results
    assert facts.items.find("http://post.example/1")
    assert facts.items.newest(None, NOON, 5)
    with served(app) as site:
        for path in ASKED:
            assert site.ask(path).status in {200, 503}, path
        for page in sorted(app.folder.glob("public/item/*.html"))[:1]:
            page.unlink()
            assert site.ask(f"/item/{page.name}").status == 200


def test_no_daily_work_reads_a_growing_table_from_end_to_end(home: Path, executed: set[str]) -> None:
    """Neither polling, grouping, tagging, publishing, deleting, searching nor watching does, nor a trigger that they set off."""
    cli = archiving_cli(home)
    app = home_at(home, cli.settings, cli.clock)
    with app.facts() as facts:
        executed.clear()  # migrations read everything, once
        live(cli, facts, app)
        ask(facts, app)
    statements = {one for one in executed if re.match(r"\s*(select|insert|update|delete|replace|with)\b", one, re.IGNORECASE)}
    statements = {one for one in statements if not in_short(one).startswith(tuple(ALLOWED))}
    distinct = [next(group) for _, group in groupby(sorted(statements, key=in_short), key=in_short)]
    assert len(distinct) > 150, "the trace sees the statements"
    for statistics in ("", STATISTICS):
        if statistics:
            pretend(home / "topicwire.db", statistics)
        with closing(sqlite3.connect(home / "topicwire.db")) as db:
            db.text_factory = lambda text: text.decode(errors="replace")
            found = {in_short(one): read for one in distinct if (read := read_in_full(db, one))}
        assert found == {}


def test_a_scan_would_be_seen(facts: Facts) -> None:
    """The check finds a table, an index and a count that are read in full, also in a trigger, and passes a search by."""
    Classifications(facts)
    db = facts.database.connection
    db.execute("create trigger greedy after insert on meta begin update item set seq = seq where changed = 'x'; end")
    for statement, read in (
        ("select * from item where changed > 'x'", {"item"}),
        ("select count(*) from tag", {"idx_tag_topic_item_id"}),
        ("insert into meta values ('a', 'b')", {"item"}),
        ("select * from item where uid = 'x'", set()),
        ("select * from source", set()),
    ):
        assert read_in_full(db, statement) == read, statement
