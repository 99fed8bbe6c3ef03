"""The tables of judgements: which item is tagged and why, how far judging came, which id an entry was given; holds no facts."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database, Migrations

from feeds.tag import Evidence, Judgement
from feeds.topic import Grade
from ingest.dates import rfc3339
from ingest.item import StoredItem
from ingest.store import Facts, schema

migrations = Migrations("feeds")


@migrations()
def judgements(db: Database) -> None:
    """Make the first tables."""
    text, number = str, int
    db.table("tag").create(
        {
            "item_id": number,
            "topic": text,
            "version": text,
            "grade": text,
            "score": float,
            "why": text,
            "evidence": text,
            "tagged": text,
        },
        pk=("item_id", "topic"),
        foreign_keys=[("item_id", "item", "id")],
        not_null={"version", "grade", "score", "why", "evidence", "tagged"},
        strict=True,
    )
    db.table("tag").create_index(["topic"])
    db.table("topic").create({"name": text, "version": text, "seq": number}, pk="name", not_null={"version", "seq"}, strict=True)
    db.table("entry").create(
        {"item_id": number, "atom_id": text},
        pk="item_id",
        foreign_keys=[("item_id", "item", "id")],
        not_null={"atom_id"},
        strict=True,
    )
    db.table("entry").create_index(["atom_id"], unique=True)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a topic's wording has judged: all items up to number `seq`."""

    version: str
    seq: int


class Judgements:
    """The tables of judgements, beside the facts that they judge."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db, self._facts = facts.db, facts
        schema.migrate(self._db, migrations)

    def marks(self) -> dict[str, Mark]:
        """Give how far each topic has judged."""
        return {name: Mark(version, seq) for name, version, seq in self._db.conn.execute("select name, version, seq from topic")}

    def record(self, judged: Iterable[tuple[StoredItem, Judgement]], marks: dict[str, Mark], now: datetime) -> None:
        """Store the answers of some topics to some items, and how far that brought them, all or nothing."""
        with self._facts.transaction():
            for stored, judgement in judged:
                self._one(stored, judgement, now)
            for name, mark in marks.items():
                self._db.table("topic").upsert({"name": name, "version": mark.version, "seq": mark.seq}, pk="name")

    def _one(self, stored: StoredItem, judgement: Judgement, now: datetime) -> None:
        if not judgement.tagged:
            self._db.conn.execute("delete from tag where item_id = ? and topic = ?", [stored.row, judgement.topic])
            return
        self._db.conn.execute(
            """insert into tag (item_id, topic, version, grade, score, why, evidence, tagged) values (?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (item_id, topic) do update set version = excluded.version, grade = excluded.grade,
                score = excluded.score, why = excluded.why, evidence = excluded.evidence""",
            [
                stored.row,
                judgement.topic,
                judgement.version,
                judgement.grade,
                judgement.score,
                judgement.why,
                _evidence(judgement),
                rfc3339(now),
            ],
        )

    def newest(self, topic: str, limit: int) -> list[tuple[int, Judgement]]:
        """Give the items tagged by a topic, newest arrival first, at most `limit`: (item's number, judgement)."""
        rows = self._db.conn.execute(
            """select t.item_id, t.topic, t.version, t.grade, t.score, t.why, t.evidence from tag t
            join item i on i.id = t.item_id join version v on v.id = i.version_id
            where t.topic = ? order by i.first_seen desc, v.published desc, i.uid limit ?""",
            [topic, limit],
        )
        return [(row[0], _judgement(row[1:])) for row in rows]

    def of(self, row: int) -> tuple[Judgement, ...]:
        """Give the tags of one item, by topic."""
        rows = self._db.conn.execute(
            "select topic, version, grade, score, why, evidence from tag where item_id = ? order by topic", [row]
        )
        return tuple(_judgement(found) for found in rows)

    def count(self) -> int:
        """Give the number of tags."""
        return int(self._db.conn.execute("select count(*) from tag").fetchone()[0])

    def atom_id(self, row: int, wanted: str | None, own: str) -> str:
        """Give the id under which an item is published: for ever the one it was given first.

        That is `wanted`, the publisher's, if no other item is known by it or published under it; else `own`.
        """
        execute = self._db.conn.execute
        given = execute("select atom_id from entry where item_id = ?", [row]).fetchone()
        if given:
            return str(given[0])
        taken = (
            wanted is None
            or execute(
                """select 1 from sighting where guid = ? and item_id != ? union select 1 from entry where atom_id = ?""",
                [wanted, row, wanted],
            ).fetchone()
        )
        chosen = own if taken or wanted is None else wanted
        execute("insert into entry (item_id, atom_id) values (?, ?)", [row, chosen])
        return chosen


def _evidence(judgement: Judgement) -> str:
    kept = {
        "hits": [asdict(hit) for hit in judgement.hits],
        "cancelled": [{"frame": frame, **asdict(hit)} for frame, hit in judgement.cancelled],
        "distance": judgement.distance,
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _judgement(row: tuple[Any, ...]) -> Judgement:
    topic, version, grade, score, why, evidence = row
    kept = json.loads(evidence)
    return Judgement(
        topic=topic,
        version=version,
        tagged=True,
        grade=Grade(grade),
        score=score,
        why=why,
        hits=tuple(Evidence(**hit) for hit in kept["hits"]),
        cancelled=tuple((hit.pop("frame"), Evidence(**hit)) for hit in kept["cancelled"]),
        distance=kept["distance"],
    )
