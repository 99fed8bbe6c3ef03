"""Group the items that arrived or changed into stories, in bounded batches; knows the tables, no rule and no wording."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import Final

from feeds.model import Comparison, pair_of
from feeds.store.stories import Sketch, StoryTables
from feeds.stories.clustering import cluster, reachable
from feeds.stories.features import DocumentFeatures, StoryDocument, extract
from feeds.stories.pair import VERSION, WINDOW, compare, conflicts, keys, one_publisher, related
from ingest.store.facts import Facts
from ingest.store.items import ItemText

_BATCH: Final = 200  # items a transaction
_LEAST: Final = 10  # of them, however long they take
_SECONDS: Final = 2.0  # of a transaction, about: others wait to write
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
) -> int:
    """Group what arrived or changed since the last time; new thresholds group everything again.

    At most `batches` transactions are done, none is begun after some `seconds` by the `clock`, and none after `stopping`. Killed in
    the middle it goes on where it stopped. What people split or joined stays so. Returns the number of items looked at.
    """
    work = GroupingPass(facts, version, clock)
    done = looked = 0
    while (batches is None or done < batches) and (done == 0 or work.spent < seconds) and not stopping():
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
        self._facts, self._tables, self._version = facts, StoryTables(facts), version
        self._articles: OrderedDict[int, DocumentFeatures] = OrderedDict()
        self._moments: dict[int, datetime] = {}  # of articles, also of those that are not or no longer remembered

    def batch(self) -> int:
        """Group the next items in one transaction; return how many there were."""
        begun = self._clock() if self._clock else None
        with self._facts.transaction():
            seq, until = self._tables.mark(self._version)
            items = [story_document_of(found) for found in self._facts.items.texts_after(seq, self._size)]
            if items:
                touched = self._compare(items)
                self._tables.put_mark(items[-1].seq)
                if items[-1].seq >= until:  # until then what is published must not fall apart
                    self._regroup_each(self._tables.everything() if seq < until else touched)
        self.finished = len(items) < self._size
        if self._clock and begun:
            self._adapt(len(items), (self._clock() - begun).total_seconds())
        return len(items)

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
            self._regroup({row, *others})
        return others

    def join(self, one: int, two: int, reason: str, now: datetime) -> None:
        """Store that a person joined two items to one story."""
        with self._facts.transaction():
            members = self._tables.members([one, two])
            groups = (members.get(row, (row,)) for row in (one, two))
            first, second = groups
            self._tables.take_back((a, b) for a in first for b in second if a != b)
            self._tables.decide([(one, two)], "join", reason, now)
            self._regroup({one, two})

    def compare(self, one: int, two: int) -> Comparison:
        """Compare two stored items."""
        first, second = self._read([one, two])
        return compare(first, second)

    def _compare(self, items: Sequence[StoryDocument]) -> set[int]:
        """Compare items with their likely near-duplicates; return all items whose stories may have changed."""
        rows = [item.row for item in items]
        articles = dict(zip(rows, extract(items), strict=True))
        self._keep(articles)
        near = self._tables.likely(_sketches(items, articles), WINDOW)
        self._learn_moments({row for found in near for row in found})
        later = set(rows)
        kept = []
        for row, found in zip(rows, near, strict=True):
            # A later item of the batch may be found by its earlier text: it is compared again in its own turn.
            kept += [
                (row, *other) for other in self._near_duplicates(articles[row], [other for other in found if other not in later])
            ]
            later.remove(row)
        before = self._tables.touched(rows)
        self._tables.drop_edges(rows)
        self._tables.add_edges(kept)
        return before | self._tables.touched(rows)

    def _near_duplicates(self, article: DocumentFeatures, likely: list[int]) -> list[tuple[int, Comparison]]:
        """Return those of some likely items that are near-duplicates of an article or related to it."""
        near = [row for row in likely if abs(self._moments.get(row, article.moment) - article.moment) <= WINDOW]
        return [(row, found) for row, other in zip(near, self._read(near), strict=True) if (found := related(article, other))]

    def _learn_moments(self, rows: set[int]) -> None:
        """Learn when items appeared: an archive brings items of many years on one day, which are not worth reading."""
        if len(self._moments) > _DATED:
            self._moments.clear()
        if unknown := [row for row in rows if row not in self._moments]:
            self._moments |= self._facts.items.moments(unknown)

    def _regroup_each(self, touched: set[int]) -> None:
        """Group some items anew, one connected component at a time."""
        left = self._tables.bound(touched)
        while left:
            left -= self._regroup({min(left)})

    def _regroup(self, touched: set[int]) -> set[int]:
        """Group some items anew with all that is connected to them; return the items of these components."""
        around = reachable(touched | {row for group in self._tables.members(touched).values() for row in group}, self._neighbours)
        articles = dict(zip(sorted(around), self._read(sorted(around)), strict=True))
        rank = {row: article.id for row, article in articles.items()}
        templates = self._tables.repeated(around)

        def conflict(a: int, b: int) -> bool:
            repeated = a in templates and b in templates and one_publisher(articles[a], articles[b])
            return repeated or conflicts(articles[a], articles[b])

        self._tables.replace_stories(around, cluster(self._tables.edges(around), self._tables.decided(around), conflict, rank))
        return around

    def _neighbours(self, rows: set[int]) -> Iterable[tuple[int, int]]:
        yield from self._tables.decided(rows).joined
        yield from (pair_of(edge.a, edge.b) for edge in self._tables.edges(rows))

    # Articles

    def _read(self, rows: list[int]) -> list[DocumentFeatures]:
        missing = [row for row in rows if row not in self._articles]
        documents = [story_document_of(found) for found in self._facts.items.texts(missing)] if missing else []
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
