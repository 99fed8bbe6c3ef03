"""Group the items that arrived or changed into stories, in bounded batches; knows the tables, no rule and no wording."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from math import inf
from typing import Final

from feeds.model import Comparison, Relation, pair_of
from feeds.store.stories import Sketch, StoryTables
from feeds.stories.clustering import cluster, reachable
from feeds.stories.features import DocumentFeatures, StoryDocument, extract
from feeds.stories.pair import VERSION, WINDOW, compare, conflicts, keys, one_publisher, related
from ingest.store.facts import Facts
from ingest.store.items import ItemText

_BATCH: Final = 200  # items a transaction
_LEAST: Final = 10  # of them, however long they take
_SECONDS: Final = 1.0  # of comparing in a transaction: others wait to write
_STEP: Final = 10  # items that are compared between two looks at the clock
_RELATED: Final = 5  # related items of one
_CONNECTED: Final = 100  # items of a connected component, beyond which the stories in it stand
_REMEMBERED: Final = 2_000  # articles, some ten kilobytes each
_DATED: Final = 100_000  # articles of which the date alone is remembered
_LATE: Final = timedelta(days=7)  # what is dated longer ago is kept where it came: an archive is compared within itself


def group_new(  # noqa: PLR0913 - what bounds it
    facts: Facts,
    now: datetime,
    batches: int | None = None,
    version: str = VERSION,
    *,
    seconds: float = inf,
    clock: Callable[[], datetime] | None = None,
    stopping: Callable[[], bool] = lambda: False,
    until: float = inf,
) -> int:
    """Group what arrived or changed since the last time; new thresholds group everything again.

    At most `batches` transactions are done, none is begun after some `seconds` by the `clock`, none after `stopping`, and none
    once item number `until` was looked at. Killed in the middle it goes on where it stopped. What people split or joined stays so.
    Returns the number of items looked at.
    """
    work = GroupingPass(facts, version, clock)
    done = looked = 0
    while (batches is None or done < batches) and (done == 0 or (work.spent < seconds and work.seq < until)) and not stopping():
        looked += work.batch()
        done += 1
        if work.finished:
            work.tidy(now)
            break
    return looked


def all_grouped(facts: Facts) -> bool:
    """Return whether every stored item was grouped."""
    return not facts.items.texts_after(StoryTables(facts).seen(), 1)


class GroupingPass:
    """Compare items and regroup stories, batch by batch; what was read is kept for a while."""

    def __init__(self, facts: Facts, version: str = VERSION, clock: Callable[[], datetime] | None = None) -> None:
        """Use the database of `facts`; with a `clock` the batches shrink where they take long."""
        self._clock, self._size = clock, _BATCH
        self.finished, self.spent = False, 0.0  # seconds
        self.seq = 0  # the number of the last item that was looked at
        self._facts, self._tables, self._version = facts, StoryTables(facts), version
        self._articles: OrderedDict[int, DocumentFeatures] = OrderedDict()
        self._moments: dict[int, datetime] = {}  # of articles, also of those that are not or no longer remembered

    def batch(self) -> int:
        """Group the next items in one transaction; return how many there were."""
        begun = self._clock() if self._clock else None
        done = 0
        with self._facts.transaction():
            seq, until = self._tables.mark(self._version)
            items = [story_document_of(found) for found in self._facts.items.texts_after(seq, self._size)]
            if items:
                done, touched = self._compare(items, begun and begun + timedelta(seconds=_SECONDS))
                self.seq = last = items[done - 1].seq
                self._tables.put_mark(last)
                if last >= until:  # until then what is published must not fall apart
                    everything = self._tables.everything() if seq < until else set()
                    self._regroup_each(touched | everything, {item.row for item in items[:done]} | everything)
        self.finished = done == len(items) < self._size
        if self._clock and begun:
            self._adapt(done, (self._clock() - begun).total_seconds())
        return done

    def _adapt(self, items: int, seconds: float) -> None:
        """Set the size of the next batch so that it takes about as long as a transaction may, in seconds."""
        self.spent += seconds
        self._size = min(max(int(items * _SECONDS / seconds), _LEAST), _BATCH) if seconds > 0 else _BATCH

    def tidy(self, now: datetime) -> None:
        """Drop the sketches that are older than anything new can be like."""
        with self._facts.transaction():
            self._tables.drop_keys(now - WINDOW - _LATE)

    def split(self, row: int, reason: str, now: datetime) -> tuple[int, ...]:
        """Store that a person took an item out of its story; return the other members of that story."""
        with self._facts.transaction():
            others = tuple(other for other in self._tables.members([row]).get(row, ()) if other != row)
            self._tables.decide(((row, other) for other in others), "split", reason, now)
            self._regroup_each({row, *others}, {row})
        return others

    def join(self, one: int, two: int, reason: str, now: datetime) -> None:
        """Store that a person joined two items to one story."""
        with self._facts.transaction():
            members = self._tables.members([one, two])
            groups = (members.get(row, (row,)) for row in (one, two))
            first, second = groups
            self._tables.take_back((a, b) for a in first for b in second if a != b)
            self._tables.decide([(one, two)], "join", reason, now)
            self._regroup_each({one, two}, {one, two})

    def compare(self, one: int, two: int) -> Comparison:
        """Compare two stored items."""
        first, second = self._read([one, two])
        return compare(first, second)

    def _compare(self, items: Sequence[StoryDocument], ends: datetime | None) -> tuple[int, set[int]]:
        """Compare items with their likely near-duplicates, no more of them after a time.

        Returns how many were compared, and all items whose stories may have changed.
        """
        rows = [item.row for item in items]
        articles = dict(zip(rows, extract(items), strict=True))
        self._keep(articles)
        sketches = _sketches(items, articles)
        later = set(rows)
        kept: list[tuple[int, int, Comparison]] = []
        while some := [*islice(sketches, _STEP)]:
            near = self._tables.likely(some, WINDOW)
            self._learn_moments({row for found in near for row in found})
            for row, found in zip([sketch.row for sketch in some], near, strict=True):
                # A later item of the batch may be found by its earlier text: it is compared again in its own turn.
                likely = [other for other in found if other not in later]
                kept += [(row, *other) for other in self._near_duplicates(articles[row], likely)]
                later.remove(row)
            if ends and self._clock and self._clock() >= ends:
                break
        done = [row for row in rows if row not in later]
        before = self._tables.touched(done)
        self._tables.drop_edges(done)
        self._tables.add_edges(kept)
        return len(done), before | self._tables.touched(done)

    def _near_duplicates(self, article: DocumentFeatures, likely: list[int]) -> list[tuple[int, Comparison]]:
        """Return those of some likely items that are near-duplicates of an article, and the closest that are related to it."""
        near = [row for row in likely if abs(self._moments.get(row, article.moment) - article.moment) <= WINDOW]
        found = [(row, said) for row, other in zip(near, self._read(near), strict=True) if (said := related(article, other))]
        beside = [one for one in found if one[1].relation is not Relation.SAME and not one[1].within]
        if len(beside) <= _RELATED:
            return found
        beside.sort(key=lambda one: (-one[1].strength, one[0]))
        return [one for one in found if one not in beside[_RELATED:]]

    def _learn_moments(self, rows: set[int]) -> None:
        """Learn when items appeared: an archive brings items of many years on one day, which are not worth reading."""
        if len(self._moments) > _DATED:
            self._moments.clear()
        if unknown := [row for row in rows if row not in self._moments]:
            self._moments |= self._facts.items.moments(unknown)

    def _regroup_each(self, touched: set[int], fresh: set[int]) -> None:
        """Group some items anew, one connected component at a time; of one that is too large only what is fresh."""
        left = self._tables.bound(touched | fresh)
        groups = self._tables.members(left)
        while left:
            seed = min(left)
            around = set(groups.get(seed, (seed,)))
            if len(around) <= _CONNECTED:
                around = reachable(around, self._neighbours, _CONNECTED)
            if len(around) <= _CONNECTED:
                self._regroup(around)
            else:
                self._place(around & left & fresh)
            left -= around

    def _regroup(self, around: set[int]) -> None:
        """Group the items of connected components anew."""
        articles, edges, decided = self._articles_of(around), self._tables.edges(around), self._tables.decided(around)
        rank = {row: article.id for row, article in articles.items()}
        self._tables.replace_stories(around, cluster(edges, decided, self._conflict(articles), rank))

    def _place(self, fresh: set[int]) -> None:
        """Put some items of a component that is too large into the stories that stand."""
        edges, decided = self._tables.edges(fresh), self._tables.decided(fresh)
        ends = fresh.union(*((edge.a, edge.b) for edge in edges), *decided.joined)
        before = set(self._tables.members(ends).values())
        standing = [left for group in before if (left := set(group) - fresh)]
        articles = self._articles_of(ends.union(*({min(group), max(group)} for group in standing)))
        rank = {row: article.id for row, article in articles.items()}
        found = cluster(edges, decided, self._conflict(articles), rank, standing)
        self._tables.replace_stories(ends.union(*before), found)

    def _articles_of(self, rows: set[int]) -> dict[int, DocumentFeatures]:
        return dict(zip(sorted(rows), self._read(sorted(rows)), strict=True))

    def _conflict(self, articles: Mapping[int, DocumentFeatures]) -> Callable[[int, int], bool]:
        """Return whether two of some articles must not be in one story."""
        templates = self._tables.repeated(articles)

        def conflict(a: int, b: int) -> bool:
            repeated = a in templates and b in templates and one_publisher(articles[a], articles[b])
            return repeated or conflicts(articles[a], articles[b])

        return conflict

    def _neighbours(self, rows: set[int]) -> Iterable[tuple[int, int]]:
        yield from self._tables.decided(rows).joined
        yield from (pair_of(edge.a, edge.b) for edge in self._tables.edges(rows))

    # Articles

    def _read(self, rows: list[int]) -> list[DocumentFeatures]:
        missing = [row for row in rows if row not in self._articles]
        if not missing:
            return [self._articles[row] for row in rows]
        documents = [story_document_of(found) for found in self._facts.items.texts(missing)]
        fresh = {one.row: features for one, features in zip(documents, extract(documents), strict=True)}
        found = [fresh.get(row) or self._articles[row] for row in rows]
        self._keep(fresh)
        return found

    def _keep(self, fresh: dict[int, DocumentFeatures]) -> None:
        self._articles.update(fresh)
        self._moments.update((row, article.moment) for row, article in fresh.items())
        while len(self._articles) > _REMEMBERED:
            self._articles.popitem(last=False)


def story_document_of(found: ItemText) -> StoryDocument:
    """Return the document that is compared of a stored item."""
    return StoryDocument(
        id=found.uid,
        title=found.title,
        text=found.text,
        moment=min(found.published, found.first_seen) if found.published else found.first_seen,
        language=found.language,
        url=found.url,
        sources=found.carriers,
        row=found.row,
        seq=found.seq,
        first_seen=found.first_seen,
    )


def _sketches(items: Sequence[StoryDocument], articles: Mapping[int, DocumentFeatures]) -> Iterator[Sketch]:
    for item, found in zip(items, keys([articles[item.row] for item in items]), strict=True):
        when, seen = articles[item.row].moment, item.first_seen
        yield Sketch(item.row, found, seen if seen and seen - when > _LATE else when)
