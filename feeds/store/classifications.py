"""The tables of classifications: which item is tagged and why, the progress of each topic, the ids of entries; holds no facts."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from feeds.model import Classification, Evidence, Grade, Tagging
from feeds.store.migrations import migrations
from feeds.store.reviews import Reviews, reviewed
from ingest.model import StoredItem
from ingest.store.facts import Facts
from ingest.text.dates import rfc3339

_NEWS = timedelta(days=2)  # what was first seen longer ago is no news


@dataclass(frozen=True, slots=True)
class _Kept:
    """The stored evidence of a tag."""

    hits: tuple[Evidence, ...]
    cancelled: tuple[dict[str, Any], ...]  # hits, each with the negative context that cancelled it
    excluded: tuple[str, ...]
    branch: str
    decision: str
    distance: int | None


_KEPT = msgspec.json.Decoder(_Kept)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a topic's wording has classified: all that arrived up to number `seq`.

    When the wording changes, older items are classified again, from number `back` on, up to `until`.
    """

    version: str
    seq: int
    back: int = 0
    until: int = 0


class Tagged(NamedTuple):
    """An item that a topic tags: its number, its number of change, and whether it was old when it was tagged."""

    row: int
    seq: int
    quiet: bool


class Classifications:
    """The tags of items."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db, self._facts = facts.database, facts
        self._db.migrate(migrations)

    def progress(self) -> dict[str, Progress]:
        """Return how far each topic has classified."""
        rows = self._db.execute("select name, version, seq, back, until from topic")
        return {name: Progress(*mark) for name, *mark in rows}

    def record(
        self,
        taggings: Sequence[tuple[StoredItem, Tagging]],
        versions: Mapping[str, str],
        progress: Mapping[str, Progress],
        now: datetime,
        *,
        again: bool = False,
    ) -> None:
        """Store which topics (`versions` by name) tag some items, and the progress of these topics, in one transaction.

        A review outranks an answer. `again`: the items are not new, so one that was first seen days ago and is
        tagged only now is not announced.
        """
        reviews = Reviews(self._facts).all()
        with self._facts.transaction():
            known = self._tags_of(stored.row for stored, _ in taggings)
            for item, topic in reviews:
                known[item].add(topic)
            for stored, tagging in taggings:
                tags = {one.topic: one for one in tagging.tags}
                for name in versions.keys() & (tags.keys() | known.get(stored.row, set())):
                    answer = tags.get(name) or _untagged(name, versions[name])
                    quiet = again and stored.first_seen < now - _NEWS and not self._was_announced(stored.row, name)
                    self._one(stored, reviewed(answer, reviews.get((stored.row, name))), now, quiet=quiet)
            for name, mark in progress.items():
                self._db.execute(
                    """insert into topic (name, version, seq, back, until) values (?, ?, ?, ?, ?)
                    on conflict (name) do update set version = excluded.version, seq = excluded.seq,
                        back = excluded.back, until = excluded.until""",
                    [name, mark.version, mark.seq, mark.back, mark.until],
                )

    def _was_announced(self, row: int, topic: str) -> bool:
        found = self._db.execute("select 1 from announced where item_id = ? and topic = ?", [row, topic])
        return found.fetchone() is not None

    def announce(self, rows: Iterable[int], topic: str) -> None:
        """Record that a topic's feed has shown items, inside the caller's transaction."""
        self._db.executemany("insert or ignore into announced values (?, ?)", [(row, topic) for row in rows])

    def _tags_of(self, rows: Iterable[int]) -> defaultdict[int, set[str]]:
        found: defaultdict[int, set[str]] = defaultdict(set)
        wanted = json.dumps(list(rows))
        for row, topic in self._db.execute(
            "select item_id, topic from tag where item_id in (select value from json_each(?))", [wanted]
        ):
            found[row].add(topic)
        return found

    def _one(self, stored: StoredItem, classification: Classification, now: datetime, *, quiet: bool) -> None:
        if not classification.tagged:
            self._db.execute("delete from tag where item_id = ? and topic = ?", [stored.row, classification.topic])
            return
        self._db.execute(
            """insert into tag (item_id, topic, version, grade, score, why, evidence, tagged, quiet)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (item_id, topic) do update set version = excluded.version, grade = excluded.grade,
                score = excluded.score, why = excluded.why, evidence = excluded.evidence""",
            [
                stored.row,
                classification.topic,
                classification.version,
                classification.grade,
                classification.score,
                classification.why,
                _evidence(classification),
                rfc3339(now),
                int(quiet),
            ],
        )

    def tagged_among(self, topic: str, rows: Iterable[int]) -> tuple[Tagged, ...]:
        """Return those of some items that a topic tags, newest arrival first."""
        found = self._db.execute(
            """select t.item_id, i.seq, t.quiet from tag t join current_item i on i.id = t.item_id
            where t.topic = ? and t.item_id in (select value from json_each(?))
            order by i.first_seen desc, i.published desc, i.uid""",
            [topic, json.dumps(list(rows))],
        )
        return tuple(Tagged(row, seq, bool(quiet)) for row, seq, quiet in found)

    def some(self, topic: str, rows: Iterable[int]) -> dict[int, Classification]:
        """Return a topic's classifications of some items, by row id; items that it does not tag are left out."""
        found = self._db.execute(
            """select item_id, topic, version, grade, score, why, evidence from tag
            where topic = ? and item_id in (select value from json_each(?))""",
            [topic, json.dumps(list(rows))],
        )
        return {row[0]: _classification(row[1:]) for row in found}

    def of(self, row: int) -> tuple[Classification, ...]:
        """Return the tags of one item, by topic."""
        return self.of_all([row]).get(row, ())

    def of_all(self, rows: Iterable[int]) -> dict[int, tuple[Classification, ...]]:
        """Return the tags of some items by the items' numbers, each by topic; an item without tags is left out."""
        found: dict[int, tuple[Classification, ...]] = {}
        for row, *tag in self._db.execute(
            """select item_id, topic, version, grade, score, why, evidence from tag
            where item_id in (select value from json_each(?)) order by item_id, topic""",
            [json.dumps(list(rows))],
        ):
            found[row] = (*found.get(row, ()), _classification(tag))
        return found

    def having(self, rows: Iterable[int], topics: Iterable[str]) -> set[int]:
        """Return the row ids of those items that one of `topics` tags."""
        found = self._db.execute(
            """select distinct item_id from tag where item_id in (select value from json_each(?))
            and topic in (select value from json_each(?))""",
            [json.dumps(list(rows)), json.dumps(list(topics))],
        )
        return {row for (row,) in found}

    def unsure(self) -> frozenset[str]:
        """Return the topics that have a mere mention without a review."""
        rows = self._db.execute(
            f"""select distinct topic from tag t where grade = '{Grade.MENTION}' and not exists
            (select 1 from decision where item_id = t.item_id and topic = t.topic)"""  # noqa: S608 - its index holds these alone
        )
        return frozenset(topic for (topic,) in rows)

    def waiting(self) -> dict[str, tuple[int, datetime]]:
        """Return (how many mere mentions nobody has reviewed, the time of the oldest tag), by topic."""
        rows = self._db.execute(
            f"""select topic, count(*), min(tagged) from tag t where grade = '{Grade.MENTION}' and not exists
            (select 1 from decision where item_id = t.item_id and topic = t.topic) group by topic"""  # noqa: S608 - as above
        )
        return {topic: (number, datetime.fromisoformat(oldest)) for topic, number, oldest in rows}

    def mentions(self, topic: str, limit: int) -> list[int]:
        """Return the row ids of the newest mere mentions of a topic that nobody has reviewed, newest first."""
        rows = self._db.execute(
            f"""select t.item_id from tag t join current_item i on i.id = t.item_id
            where t.grade = '{Grade.MENTION}' and t.topic = ? and not exists
            (select 1 from decision where item_id = t.item_id and topic = t.topic)
            order by i.first_seen desc, t.item_id limit ?""",  # noqa: S608 - as above
            [topic, limit],
        )
        return [row for (row,) in rows]

    def count(self) -> int:
        """Return the number of tags."""
        return int(self._db.execute("select count(*) from tag").fetchone()[0])

    def atom_ids(self, names: Mapping[int, tuple[str | None, str]]) -> dict[int, str]:
        """Return the ids under which items are published; an id never changes once it is given.

        `names` has (wanted, own) for each item: `wanted`, the publisher's id, is used if no other item is known by it
        or published under it; else `own`.
        """
        execute, given = self._db.execute, self.given_ids(names)
        for row, (wanted, own) in names.items():
            if row not in given:
                given[row] = own if wanted is None or self._is_taken(wanted, row) else wanted
                execute("insert into entry (item_id, atom_id) values (?, ?)", [row, given[row]])
        return given

    def given_ids(self, rows: Iterable[int]) -> dict[int, str]:
        """Return the ids under which items are published; items without an id are left out."""
        query = "select item_id, atom_id from entry where item_id in (select value from json_each(?))"
        return dict(self._db.execute(query, [json.dumps(list(rows))]))

    def _is_taken(self, wanted: str, row: int) -> bool:
        given = self._db.execute("select 1 from entry where atom_id = ?", [wanted]).fetchone()
        return given is not None or self._facts.items.has_guid_of_another(wanted, row)


def _untagged(topic: str, version: str) -> Classification:
    return Classification(topic, version, tagged=False, grade=None, score=0.0, why="")


def _evidence(classification: Classification) -> str:
    kept = {
        "hits": [asdict(hit) for hit in classification.hits],
        "cancelled": [{"frame": context, **asdict(hit)} for context, hit in classification.cancelled],
        "excluded": classification.excluded,
        "branch": classification.branch,
        "decision": classification.review,
        "distance": classification.distance,
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _classification(row: Sequence[Any]) -> Classification:
    topic, version, grade, score, why, evidence = row
    kept = _KEPT.decode(evidence)
    return Classification(
        topic=topic,
        version=version,
        tagged=True,
        grade=Grade(grade),
        score=score,
        why=why,
        hits=kept.hits,
        cancelled=tuple((hit.pop("frame"), Evidence(**hit)) for hit in kept.cancelled),
        excluded=kept.excluded,
        branch=kept.branch,
        review=kept.decision,
        distance=kept.distance,
    )
