"""A topic's tags, and what its feed has said before -> what it says now, and the pages that are sealed; writes no file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Final
from uuid import UUID

from feeds.model import StoryEvidence
from feeds.publication.archive import TOLD, ArchiveBounds, ArchivePlace, next_change, split
from feeds.publication.document import FeedDocument
from feeds.publication.entry import (
    Deleted,
    FeedEntry,
    Manner,
    feed_id,
    last_change,
    make_entry,
    own_id,
    published_related,
    wanted_id,
)
from feeds.publication.entry_view import EntryView
from feeds.publication.formats import atom
from feeds.publication.story_entry import StoryEntry
from feeds.store.classifications import Classifications
from feeds.store.ledger import Ledger, LedgerLine
from feeds.store.reviews import Reviews, Verdict
from feeds.stories.story import Grouping, Ungrouped
from feeds.tagging.topic.model import Topic
from ingest.settings import Settings
from ingest.store.facts import Facts

_CHUNK: Final = 500  # articles in memory at once
_PAGES: Final = 10  # sealed in one transaction: whoever else writes waits for so long
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Target:
    """Where to publish, as whom, and when."""

    folder: Path  # of what everybody may read; what is private lies beside it
    instance: UUID
    settings: Settings
    now: datetime
    known: frozenset[str] = frozenset()  # all that are or were served and are not retired: without a topic their feeds stay
    grouping: Grouping = field(default_factory=Ungrouped)
    boot: str = ""  # names the start of this machine: since then nothing that was written has been lost


def feed_name(topic: Topic) -> str:
    """Return the name of a topic's feed: its folder and its topic. Made private it is another feed, with its own archive."""
    return f"{'private' if topic.publish.private else 'public'}/{topic.name}"


@dataclass(frozen=True, slots=True)
class _Article:
    """What a topic tags, as one entry: the item whose id it has, and all its items, the one that speaks for it first."""

    anchor: int
    rows: tuple[int, ...]
    state: str  # changes with every item of it, and with who speaks
    quiet: bool


class Editor:
    """One topic's feed at one moment. Everything happens in the caller's transaction.

    What is sealed and has not changed since, most of it, is neither read nor looked at.
    """

    def __init__(self, facts: Facts, classifications: Classifications, topic: Topic, target: Target) -> None:
        """Read what the feed has said."""
        self._facts, self._classifications, self._topic, self._target = facts, classifications, topic, target
        self.ledger = Ledger(facts, feed_name(topic))
        self._variant = EntryView(topic)
        self._steady = self.ledger.steady(topic.name, target.grouping.grouped())
        self._lines = self.ledger.lines(besides=self._steady)
        self._now = target.now.replace(microsecond=0)
        settings = target.settings.publish
        self._bounds = ArchiveBounds(settings.entries, timedelta(days=settings.days))
        self._manner = Manner(target.instance, settings.full_content)

    def revise(self) -> tuple[FeedDocument, datetime | None]:
        """Bring the feed up to what the database says; return its head, and when time alone will change it."""
        document, until = self._revised(None)
        if document is None:
            raise AssertionError("only a bounded step ends before its head")
        return document, until

    def step(self) -> tuple[FeedDocument | None, datetime | None]:
        """Do the same, but seal a few pages at the most: without a head there is more to seal, by another editor."""
        return self._revised(_PAGES)

    def _revised(self, most: int | None) -> tuple[FeedDocument | None, datetime | None]:
        articles = self._articles()
        before = dict(self._lines)
        self._bury(articles)
        head, quiet = self._sorted(articles)
        self._classifications.announce((row for place in head for row in articles[place.row].rows), self._topic.name)
        stay, pages = split(head, self._bounds, self._now)
        due = [*_paged(quiet, self._bounds.entries), *pages]
        if most is not None and len(due) > most:
            self._seal(due[:most], articles, more=True)
            self.ledger.write(line for row, line in self._lines.items() if before.get(row) != line)
            return None, None
        self._seal(due, articles)
        entries = tuple(entry for entry in self._said([articles[row] for row in stay], None))
        self.ledger.write(line for row, line in self._lines.items() if before.get(row) != line)
        told = [line for line in self._lines.values() if line.gone and line.gone + TOLD > self._now]
        document = self._document(entries, _deleted(told))
        until = next_change([self._lines[row].entered for row in stay], [line.gone for line in told if line.gone], self._bounds)
        return document, until

    # Which articles there are

    def _articles(self) -> dict[int, _Article]:
        """Return what the topic tags and is not steady, by the item whose id the entry has, newest first."""
        tagged = {one.row: one for one in self._classifications.tagged(self._topic.name, besides=self._steady)}
        groups = [rows for rows in self._target.grouping.groups(list(tagged)) if tagged.keys() & rows]
        others = self._facts.items.seqs(row for rows in groups for row in rows if row not in tagged)
        seqs = others | {row: one.seq for row, one in tagged.items()}
        place = {row: number for number, row in enumerate(tagged)}
        # A late copy leaves an article where it was: the oldest says where.
        groups.sort(key=lambda rows: max(place.get(row, -1) for row in rows))
        articles = (
            _Article(
                self._anchor(rows),
                rows,
                ",".join(f"{row}:{seqs[row]}" for row in rows),
                all(tagged[row].quiet for row in rows if row in tagged),
            )
            for rows in groups
        )
        return {article.anchor: article for article in articles}

    def _anchor(self, rows: tuple[int, ...]) -> int:
        """Return the item that was published first, of those in the feed before those that have left it; else the first."""
        known = [self._lines[row] for row in rows if row in self._lines]
        first = min(known, key=lambda line: (not line.live, line.entered, line.row), default=None)
        return first.row if first else rows[0]

    # What has left

    def _bury(self, articles: dict[int, _Article]) -> None:
        decisions = Reviews(self._facts).all(self._topic.name)
        anchors = {row: article.anchor for article in articles.values() for row in article.rows}
        for row, line in self._lines.items():
            if line.live and row not in articles:
                decision = decisions.get((row, self._topic.name))
                if row in anchors:
                    reason = f"same story as {self._lines[anchors[row]].atom_id}"
                elif decision and decision.verdict is Verdict.REJECT:
                    reason = str(decision)
                elif line.version != self._topic.version:
                    reason = "the topic's wording changed"
                else:
                    reason = "it changed and is no longer about the topic"
                # Later than what was published of it: else a reader might take the entry for the newer word.
                self._lines[row] = line._replace(gone=max(self._now, line.updated + _SECOND), reason=reason, buried=None)

    # What is at the head, and what goes straight to the archive

    def _sorted(self, articles: dict[int, _Article]) -> tuple[list[ArchivePlace], list[int]]:
        """Return (places at the head, articles that were old when they were tagged), newest first."""
        head, quiet = [], []
        changed = self._changed([article for article in articles.values() if self._is_doubtful(article)])
        for row, article in articles.items():
            line = self._lines.get(row)
            if line is None or not line.live:
                if article.quiet:
                    quiet.append(row)
                else:
                    head.append(ArchivePlace(row, self._now))
            elif line.archive is None:
                head.append(ArchivePlace(row, line.entered))
            elif row in changed:
                head.append(ArchivePlace(row, self._now))
        return head, quiet

    def _is_doubtful(self, article: _Article) -> bool:
        line = self._lines.get(article.anchor)
        return line is not None and line.live and line.archive is not None and line.state != article.state

    def _changed(self, articles: Sequence[_Article]) -> set[int]:
        """Return those sealed articles that are no longer as they were sealed."""
        changed = set()
        for article, unit, _ in self._units(articles):
            line = self._lines[article.anchor]
            if unit.is_exactly(line.digest):
                self._lines[article.anchor] = line._replace(state=article.state)
            else:
                changed.add(article.anchor)
        return changed

    # Saying it

    def _units(self, articles: Sequence[_Article]) -> Iterator[tuple[_Article, StoryEntry, str]]:
        """Load articles, a few hundred at a time: (article, its items, the entry's id)."""
        for at in range(0, len(articles), _CHUNK):
            some = articles[at : at + _CHUNK]
            evidence = self._target.grouping.evidence(article.rows for article in some)
            beside = (one.row for known in evidence.values() for one in known.related)
            rows = list(dict.fromkeys(chain((row for article in some for row in article.rows), beside)))
            stored = dict(zip(rows, self._facts.items.by_rows(rows), strict=True))
            judged = self._classifications.some(self._topic.name, rows)
            anchors = [stored[article.anchor] for article in some]
            ids = self._classifications.atom_ids({one.row: (wanted_id(one.item.guid), own_id(one.id)) for one in anchors})
            for article in some:
                first, *others = article.rows
                lead, known = stored[first], evidence.get(first, StoryEvidence())
                whys = known.whys(first)
                copies = tuple((stored[row], whys.get(row, "same story")) for row in others)
                related = tuple(published_related(one, stored[one.row]) for one in known.related)
                tagged = next(row for row in article.rows if row in judged)
                whose = None if tagged == lead.row else stored[tagged]
                yield article, StoryEntry(lead, judged[tagged], copies, whose, related), ids[article.anchor]

    def _said(self, articles: Sequence[_Article], page: int | None) -> Iterator[FeedEntry]:
        """Return the entries of articles, and note that they stand at the head or in a page."""
        for article, unit, atom_id in self._units(articles):
            line = self._lines.get(article.anchor)
            entry = make_entry(unit, self._topic, atom_id, self._manner, self._updated(unit, line))
            at_head = line is not None and line.live and line.archive is None
            self._lines[article.anchor] = LedgerLine(
                article.anchor,
                atom_id,
                line.entered if line and at_head else self._now,
                entry.updated,
                unit.digest,
                article.state,
                unit.classification.version,
                page,
            )
            yield self._variant.of(entry)

    def _updated(self, unit: StoryEntry, line: LedgerLine | None) -> datetime:
        """Return the last significant change: it stays while the article does, and else only moves forward (P3)."""
        said = last_change(unit.lead)
        if line is None:
            return said
        if line.gone:  # back again: newer than the word that it had left
            return said if said > line.gone else max(self._now, line.gone + _SECOND)
        if unit.is_significantly(line.digest):
            return line.updated
        later = (moment for moment in (said, unit.lead.changed, self._now) if moment > line.updated)
        return next(later, line.updated + _SECOND)

    def _seal(self, pages: list[tuple[int, ...]], articles: dict[int, _Article], *, more: bool = False) -> None:
        """Seal pages, oldest first, the last of all unless there are `more`.

        What has left is said in the last of them, or in one of its own when its time is over.
        """
        unsaid = [line for row, line in self._lines.items() if line.gone and line.buried is None and row not in articles]
        if not pages and any(line.gone and line.gone + TOLD <= self._now for line in unsaid):
            pages = [()]
        first = len(self.ledger.pages()) + 1
        for number, rows in enumerate(pages, first):
            last = not more and number == first + len(pages) - 1
            entries = tuple(self._said([articles[row] for row in rows], number))
            document = self._document(entries, _deleted(unsaid) if last else (), number, None if last else number + 1)
            self.ledger.seal(number, atom.render(document), document.changed)
        if pages and not more:
            for line in unsaid:
                self._lines[line.row] = line._replace(buried=first + len(pages) - 1)

    def _document(
        self, entries: tuple[FeedEntry, ...], deleted: tuple[Deleted, ...], number: int | None = None, following: int | None = None
    ) -> FeedDocument:
        settings = self._target.settings
        before = len(self.ledger.pages()) if number is None else number - 1
        document = FeedDocument(
            topic=self._topic,
            id=feed_id(self._target.instance, self._topic.name),
            base="" if self._topic.publish.private else f"{settings.base_url}/",
            site=f"{settings.base_url}/",
            entries=entries,
            deleted=deleted,
            number=number,
            previous=before or None,
            next=following,
            hub=settings.publish.hub,
        )
        return self._variant.document(document)


def _deleted(lines: Iterable[LedgerLine]) -> tuple[Deleted, ...]:
    gone = [Deleted(line.atom_id, line.gone, line.reason) for line in lines if line.gone]
    return tuple(sorted(gone, key=lambda one: (-one.when.timestamp(), one.id)))


def _paged(rows: Sequence[int], size: int) -> list[tuple[int, ...]]:
    """Divide what goes straight to the archive, newest first, into pages, oldest page first."""
    ends = range(len(rows), 0, -size)
    return [tuple(rows[max(end - size, 0) : end]) for end in ends]
