"""The tables of stories: members, edges, sketches by time, people's decisions, progress of grouping; decides nothing."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from feeds.model import Comparison, Edge, Merge, PairConstraints, RelatedItem, Relation, StoryEvidence, pair_of
from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.text.dates import rfc3339
from ingest.text.sanitize import one_line

_SPAN: Final = timedelta(days=2)  # of one part of the sketches
_COMMON: Final = 32  # items that have a key, beyond which it is the key of a form
_LATEST: Final = 4  # items looked at of those that have such a key
_FORM: Final = 0.25  # of the keys of an item: so many common ones make it one of a flood
_ROWS: Final = 100  # read at once under all keys of an item: most have far fewer
_LIKELY: Final = 60  # items that share keys with one, beyond which it is one of a flood
_FEW: Final = 6  # items that one of a flood is compared with
_EPOCH: Final = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_IN: Final = "in (select value from json_each(?))"


@dataclass(frozen=True, slots=True)
class Sketch:
    """The keys by which an item is found, and when it appeared."""

    row: int
    keys: tuple[int, ...]
    moment: datetime


class StoryTables:
    """Reads and writes the tables; the caller holds the transaction."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._facts, self._db = facts, facts.database
        self._db.migrate(migrations)

    # Progress

    def mark(self, version: str) -> tuple[int, int]:
        """Return up to which number items were compared by these thresholds, and from which number on their stories are stored.

        New thresholds delete all edges; the stories stay as they were until everything is compared again.
        """
        execute = self._db.execute
        row = execute("select version, seq, until from story_mark").fetchone()
        if row and row[0] == version:
            return row[1], row[2]
        for table in ("story_edge", "story_band", "story_mark"):
            execute(f"delete from {table}")  # noqa: S608 - constants
        until = self._facts.items.last_seq() if row else 0
        execute("insert into story_mark values (?, 0, ?)", [version, until])
        return 0, until

    def put_mark(self, seq: int) -> None:
        """Store up to which number items were compared."""
        self._db.execute("update story_mark set seq = ?", [seq])

    def seen(self) -> int:
        """Return up to which number items were compared."""
        return int(self._db.execute("select coalesce(max(seq), 0) from story_mark").fetchone()[0])

    def everything(self) -> set[int]:
        """Return all items that are, or may now be, in a story with others."""
        rows = self._db.execute(
            """select item_id from story union select a from story_edge union select b from story_edge
            union select a from story_decision union select b from story_decision"""
        )
        return {row[0] for row in rows}

    def grouped(self) -> list[int]:
        """Return the members of all stories."""
        return [row for (row,) in self._db.execute("select item_id from story")]

    # Sketches

    def likely(self, sketches: Iterable[Sketch], window: timedelta) -> list[list[int]]:
        """Return for each sketch the items within a window that share keys with it, most shared first; store its keys.

        Each sketch is compared with the earlier ones.
        """
        there, found = self._spans(), []
        for one in sketches:
            found.append(self._sharing(one, sorted(there.intersection(_spans_around(one.moment, window)))) if one.keys else [])
            self.keep(one)
            there.add(_span(one.moment))
        return found

    def _sharing(self, of: Sketch, spans: list[int]) -> list[int]:
        """Return the items that share keys, most shared first; in a flood of items of one form only the first few.

        A key that many items have is one of a form and says little: of these only the latest count, after all that share a
        rare key. So the work for an item is bounded, and a copy of it comes before the thousands that share its form.
        """
        rare, common = self._under(of.keys, spans)
        if not rare and not common:  # as most
            return []
        shared = Counter(chain.from_iterable(rare))
        many = Counter(chain.from_iterable(self._latest(common, _span(of.moment)))) if common else Counter[int]()
        rows = sorted({*shared, *many} - {of.row}, key=lambda row: (-shared[row], -many[row], -row))
        flood = len(common) >= _FORM * len(of.keys) or len(rows) > _LIKELY
        return rows[:_FEW] if flood else rows

    def _under(self, keys: tuple[int, ...], spans: list[int]) -> tuple[list[list[int]], list[int]]:
        """Return the items under each key that few have, and the keys that many have."""
        if not spans:
            return [], []
        rows = self._db.execute(
            f"""select column1, item_id from (values {_marks(keys, "(?)")}) cross join story_band
            where span in ({_marks(spans)}) and key = column1 limit {_ROWS}""",  # noqa: S608 - marks alone
            [*keys, *spans],
        ).fetchall()
        if len(rows) == _ROWS:
            return self._under_each(keys, spans)
        found: dict[int, list[int]] = {}
        for key, row in rows:
            found.setdefault(key, []).append(row)
        rare = [under for under in found.values() if len(under) <= _COMMON]
        return rare, [key for key, under in found.items() if len(under) > _COMMON]

    def _under_each(self, keys: tuple[int, ...], spans: list[int]) -> tuple[list[list[int]], list[int]]:
        """Return the same where there may be many: of each key no more is read than says that many have it."""
        found = self._db.execute(
            f"""select column1, (select group_concat(item_id) from (select item_id from story_band
            where span in ({_marks(spans)}) and key = column1 limit {_COMMON + 1})) from (values {_marks(keys, "(?)")})""",  # noqa: S608
            [*spans, *keys],
        )
        rare, common = [], []
        for key, joined in found:
            rows = _numbers(joined)
            if len(rows) > _COMMON:
                common.append(key)
            elif rows:
                rare.append(rows)
        return rare, common

    def _latest(self, keys: list[int], span: int) -> list[list[int]]:
        """Return the latest items under each key, of one span and the one before it."""
        latest = "(select group_concat(item_id) from (select item_id from story_band where span = ? and key = column1 order by item_id desc limit ?))"  # noqa: E501
        found = self._db.execute(
            f"select {latest}, {latest} from (values {_marks(keys, '(?)')})",  # noqa: S608 - marks alone
            [span, _LATEST, span - 1, _LATEST, *keys],
        )
        return [(_numbers(now) + _numbers(before))[:_LATEST] for now, before in found]

    def keep(self, sketch: Sketch) -> None:
        """Store an item's keys in one statement, which takes half the time of one statement for each."""
        if sketch.keys:
            self._db.execute(
                f"insert or ignore into story_band select ?, column1, ? from (values {_marks(sketch.keys, '(?)')})",  # noqa: S608
                [_span(sketch.moment), sketch.row, *sketch.keys],
            )

    def _spans(self) -> set[int]:
        """Return the spans in which there are keys."""
        rows = self._db.execute(
            """with recursive there (span) as (select min(span) from story_band
            union all select (select min(span) from story_band where span > there.span) from there where span is not null)
            select span from there where span is not null"""
        )
        return {span for (span,) in rows}

    def drop_keys(self, before: datetime) -> None:
        """Delete the keys of items that are too old to be compared with new ones."""
        self._db.execute("delete from story_band where span < ?", [_span(before)])

    # Likenesses

    def drop_edges(self, rows: Iterable[int]) -> None:
        """Delete the edges of items."""
        wanted = json.dumps(list(rows))
        self._db.execute(f"delete from story_edge where a {_IN} or b {_IN}", [wanted, wanted])  # noqa: S608

    def add_edges(self, found: Iterable[tuple[int, int, Comparison]]) -> None:
        """Store edges between items."""
        self._db.executemany(
            "insert into story_edge values (?, ?, ?, ?, ?, ?)",
            [(*pair_of(row, other), said.relation, said.strength, str(said), said.within) for row, other, said in found],
        )

    def edges(self, rows: Iterable[int]) -> list[Edge]:
        """Return the pairs of one story that include any of these items, without pairs that share only their publisher's form."""
        wanted = list(rows)
        across = self._beside("a, b, strength", "relation = 'same' and not within", wanted)
        pairs = self._pairs_within(wanted)
        within = [(a, b, strength) for a, b, relation, strength, alone in pairs if alone and relation == Relation.SAME]
        return [Edge(*found) for found in (*across, *within)]

    def bound(self, rows: Iterable[int]) -> set[int]:
        """Return the items that are, or may become, part of a story with others."""
        wanted = list(rows)
        ends = {row for edge in self.edges(wanted) for row in (edge.a, edge.b)}
        decided = {row for pair in self.decided(wanted).joined for row in pair}
        return (ends | decided | self.members(wanted).keys()) & set(wanted)

    def repeated(self, rows: Iterable[int]) -> set[int]:
        """Return the items to which two others of their publisher are alike at other addresses: they share a form, not a story."""
        wanted = set(rows)
        many = {row for row, count in self._degrees(wanted).items() if count > 1}
        return many | {row for a, b, _, _, alone in self._pairs_within(wanted) if not alone for row in (a, b) if row in wanted}

    def _pairs_within(self, rows: Iterable[int]) -> list[tuple[int, int, str, float, bool]]:
        """Return the pairs within a publisher of items that have only one such pair, and whether that holds for the other too."""
        single = [row for row, count in self._degrees(rows).items() if count == 1]
        found = self._beside("a, b, relation, strength", "within", single)
        degrees = self._degrees({row for a, b, *_ in found for row in (a, b)})
        return [(*pair, degrees[pair[0]] == degrees[pair[1]] == 1) for pair in found]

    def _beside(self, columns: str, condition: str, rows: Iterable[int]) -> list[Any]:
        wanted = json.dumps(list(rows))
        select = f"select {columns} from story_edge where {condition} and"  # noqa: S608 - constants
        return self._db.execute(f"{select} a {_IN} union {select} b {_IN}", [wanted, wanted]).fetchall()

    def touched(self, rows: Iterable[int]) -> set[int]:
        """Return these items, and those whose story may depend on their edges."""
        wanted = list(rows)
        return {*wanted, *(name for pair in self._beside("a, b", "(relation = 'same' or within)", wanted) for name in pair)}

    def _degrees(self, rows: Iterable[int]) -> dict[int, int]:
        wanted = json.dumps(list(rows))
        found = self._db.execute(
            f"""select row, count(*) from (select a as row from story_edge where within and a {_IN}
            union all select b from story_edge where within and b {_IN}) group by row""",  # noqa: S608 - constants
            [wanted, wanted],
        )
        return dict(found)

    def _around(self, rows: Iterable[int]) -> list[tuple[int, int, str, float, str]]:
        wanted = json.dumps(list(rows))
        columns = "select a, b, relation, strength, evidence from story_edge where"
        return self._db.execute(f"{columns} a {_IN} union {columns} b {_IN}", [wanted, wanted]).fetchall()

    # Stories

    def members(self, rows: Iterable[int]) -> dict[int, tuple[int, ...]]:
        """Return, for each item that has copies, all members of its story."""
        found: dict[int, list[int]] = {}
        own: dict[int, int] = {}
        wanted = json.dumps(list(rows))
        for story, member in self._db.execute(
            f"select story_id, item_id from story where story_id in (select story_id from story where item_id {_IN})",  # noqa: S608
            [wanted],
        ):
            found.setdefault(story, []).append(member)
            own[member] = story
        return {member: tuple(sorted(found[story])) for member, story in own.items()}

    def linked(self, rows: Iterable[int]) -> set[int]:
        """Return the other items of the same stories, and those that an edge of any kind ties to these."""
        wanted = set(rows)
        ends = {row for a, b, *_ in self._around(wanted) for row in (a, b)}
        return (ends | {row for members in self.members(wanted).values() for row in members}) - wanted

    def replace_stories(self, rows: Iterable[int], groups: Iterable[frozenset[int]]) -> None:
        """Store the present stories of some items, in place of their earlier ones."""
        wanted = {row: min(group) for group in groups for row in group}
        found = self._db.execute(f"select item_id, story_id from story where item_id {_IN}", [json.dumps(list(rows))])  # noqa: S608
        known = dict(found.fetchall())  # unchanged rows are not written: each write is looked at by the next publication
        self._db.executemany("delete from story where item_id = ?", [(row,) for row in known if known[row] != wanted.get(row)])
        new = [(row, story) for row, story in wanted.items() if known.get(row) != story]
        self._db.executemany("insert into story values (?, ?)", new)

    # People's words

    def decided(self, rows: Iterable[int]) -> PairConstraints:
        """Return people's decisions on pairs that include any of these items."""
        wanted = json.dumps(list(rows))
        found = self._db.execute(
            f"select a, b, verdict from story_decision where a {_IN} or b {_IN}",  # noqa: S608
            [wanted, wanted],
        ).fetchall()
        pick = {word: frozenset((a, b) for a, b, verdict in found if verdict == word) for word in ("join", "split")}
        return PairConstraints(pick["join"], pick["split"])

    def decide(self, pairs: Iterable[tuple[int, int]], verdict: str, reason: str, now: datetime) -> None:
        """Store a person's decision on pairs; it replaces an earlier one."""
        said = (verdict, one_line(reason), rfc3339(now))
        self._db.executemany(
            "insert or replace into story_decision values (?, ?, ?, ?, ?)", [(*pair_of(a, b), *said) for a, b in pairs]
        )

    def take_back(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Delete the decisions on pairs."""
        self._db.executemany("delete from story_decision where a = ? and b = ?", [pair_of(a, b) for a, b in pairs])

    def words(self, rows: Iterable[int]) -> Iterator[Merge]:
        """Return in words the joins that people made among some items."""
        wanted = json.dumps(list(rows))
        for a, b, reason in self._db.execute(
            f"select a, b, reason from story_decision where verdict = 'join' and a {_IN} and b {_IN}",  # noqa: S608
            [wanted, wanted],
        ):
            yield Merge(a, b, "joined by hand" + (f": {reason}" if reason else ""))

    def evidence(self, groups: Sequence[Iterable[int]]) -> list[StoryEvidence]:
        """Return for each story, by its members, the evidence that joins them, and the related items, the closest first."""
        owner = {row: number for number, group in enumerate(groups) for row in group}
        merges: list[list[Merge]] = [[] for _ in groups]
        related: list[dict[int, RelatedItem]] = [{} for _ in groups]
        for merge in self.words(owner):
            if owner[merge.a] == owner[merge.b]:
                merges[owner[merge.a]].append(merge)
        for a, b, relation, strength, said in sorted(self._around(owner), key=lambda edge: -edge[3]):
            one, two = owner.get(a), owner.get(b)
            if one is not None and one == two:
                merges[one] += [Merge(a, b, said)] if relation == Relation.SAME else []
                continue
            # Alike, but kept apart from the whole by a member or a person: it is shown as related.
            label = Relation.RELATED if relation == Relation.SAME else relation
            for mine, other in ((one, b), (two, a)):
                if mine is not None:
                    related[mine].setdefault(other, RelatedItem(other, label, f"{said} ({strength:.2f})"))
        return [StoryEvidence(tuple(joined), tuple(beside.values())) for joined, beside in zip(merges, related, strict=True)]


def _marks(values: Sized, mark: str = "?") -> str:
    return ", ".join([mark] * len(values))


def _numbers(joined: str | None) -> list[int]:
    return [*map(int, joined.split(","))] if joined else []


def _spans_around(moment: datetime, window: timedelta) -> range:
    return range(_span(moment - window), _span(moment + window) + 1)


def _span(moment: datetime) -> int:
    return (moment - _EPOCH) // _SPAN
