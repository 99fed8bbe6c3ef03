"""A topic's tags and what its feed has published before -> its documents now (RFC 5005); writes no file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Final
from uuid import UUID

from feeds.model import StoryEvidence
from feeds.publication.archive import TOMBSTONE_AGE, SubscribedEntry, SubscriptionLimits, next_change, split
from feeds.publication.document import FeedDocument
from feeds.publication.entry import (
    FeedEntry,
    PublishingPolicy,
    StoryEntry,
    Tombstone,
    feed_id,
    last_change,
    make_entry,
    own_id,
    permanent_id,
    published_related,
)
from feeds.publication.entry_view import EntryView
from feeds.publication.formats import atom
from feeds.store.changes import Changes
from feeds.store.classifications import Classifications, Tagged
from feeds.store.ledger import Ledger, LedgerLine
from feeds.store.reviews import Reviews, Verdict
from feeds.stories.story import Grouping, Ungrouped
from feeds.tagging.topic.model import Topic
from ingest.settings import Settings
from ingest.store.facts import Facts

_CHUNK: Final = 500  # stories in memory at once
_PAGES: Final = 10  # archive documents written in one transaction, for which other writers wait
_LOOKED: Final = 1_000  # noted items that are looked at in one transaction, oldest first: the work grows with their number alone
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Target:
    """Where, under which name and when to publish."""

    folder: Path  # of public files; the private ones are beside it
    instance: UUID
    settings: Settings
    now: datetime
    known: frozenset[str] = frozenset()  # all that are or were served and are not retired: without a topic their feeds stay
    grouping: Grouping = field(default_factory=Ungrouped)
    boot: str = ""  # names the start of this machine: since then nothing that was written has been lost


def feed_name(topic: Topic) -> str:
    """Return the name of a topic's feed: its folder and its topic. Made private it is another feed, with its own archive."""
    return f"{'private' if topic.publish.private else 'public'}/{topic.name}"


def policy_of(target: Target) -> PublishingPolicy:
    """Return how a home publishes."""
    return PublishingPolicy(target.instance, target.settings.publish.full_content, target.settings.pages_url)


@dataclass(frozen=True, slots=True)
class _StoryGroup:
    """A tagged story by the row ids of its items: the one that gives the entry its id, and all of them, the lead first."""

    anchor: int
    rows: tuple[int, ...]
    state: str  # changes with every item of the story, and with its lead
    quiet: bool  # old when it was tagged: it goes straight to the archive


class Editor:
    """One topic's feed at one moment. Everything happens in the caller's transaction.

    Only what was noted when it changed is looked at, and what the subscription document holds. What is archived and
    has not changed since, most of it, is not read at all.
    """

    def __init__(self, facts: Facts, classifications: Classifications, topic: Topic, target: Target) -> None:
        """Read what the feed has published, as far as it is looked at."""
        self._facts, self._classifications, self._topic, self._target = facts, classifications, topic, target
        self.ledger, self._changes = Ledger(facts, feed_name(topic)), Changes(facts)
        self._view = EntryView(topic)
        self._now = target.now.replace(microsecond=0)
        noted = self._changes.entries(topic.name, _LOOKED + 1)
        self._noted, self._is_last = frozenset(noted[:_LOOKED]), len(noted) <= _LOOKED
        self._lines, self._tagged = self._read()
        settings = target.settings.publish
        self._limits = SubscriptionLimits(settings.entries, timedelta(days=settings.days))
        self._policy = policy_of(target)

    def revise(self) -> tuple[FeedDocument | None, datetime | None]:
        """Bring the feed forward by some items and a few archive documents.

        Return its subscription document, and when that changes without new data; None where another editor must go on.
        """
        groups = self._groups()
        before = dict(self._lines)
        self._delete(groups)
        subscribed, quiet = self._sorted(groups)
        self._classifications.announce((row for place in subscribed for row in groups[place.row].rows), self._topic.name)
        stay, pages = split(subscribed, self._limits, self._now)
        due = [*_paged(quiet, self._limits.entries), *pages]
        is_whole = len(due) <= _PAGES
        self._archive(due[:_PAGES], groups, more=not is_whole)
        entries = tuple(self._entries([groups[row] for row in stay], None)) if is_whole else ()
        self.ledger.write(line for row, line in self._lines.items() if before.get(row) != line)
        if is_whole:
            self._changes.drop_entries(self._topic.name, self._noted)
        if not (is_whole and self._is_last):
            return None, None
        fresh = [line for line in self._lines.values() if line.deleted_at and line.deleted_at + TOMBSTONE_AGE > self._now]
        document = self._document(entries, _tombstones(fresh))
        until = next_change(
            [self._lines[row].entered for row in stay], [line.deleted_at for line in fresh if line.deleted_at], self._limits
        )
        return document, until

    # Which stories there are

    def _read(self) -> tuple[dict[int, LedgerLine], tuple[Tagged, ...]]:
        """Return lines and tagged items: what is in the subscription document or was noted as changed, with all copies."""
        known = self.ledger.open_lines(self._now - TOMBSTONE_AGE if self._is_last else None)
        looked = self._noted.union(row for row, line in known.items() if line.live)
        rows = {row for group in self._target.grouping.groups(sorted(looked)) for row in group} | looked
        return self.ledger.lines_of(rows) | known, self._classifications.tagged_among(self._topic.name, rows)

    def _groups(self) -> dict[int, _StoryGroup]:
        """Return the stories of the tagged items that are looked at, by the item whose id the entry has, newest first."""
        tagged = {one.row: one for one in self._tagged}
        members = [rows for rows in self._target.grouping.groups(list(tagged)) if tagged.keys() & rows]
        others = self._facts.items.seqs(row for rows in members for row in rows if row not in tagged)
        seqs = others | {row: one.seq for row, one in tagged.items()}
        place = {row: number for number, row in enumerate(tagged)}
        # A late copy does not move a story: the oldest item decides its place.
        members.sort(key=lambda rows: max(place.get(row, -1) for row in rows))
        groups = (
            _StoryGroup(
                self._anchor(rows),
                rows,
                ",".join(f"{row}:{seqs[row]}" for row in rows),
                all(tagged[row].quiet for row in rows if row in tagged),
            )
            for rows in members
        )
        return {group.anchor: group for group in groups}

    def _anchor(self, rows: tuple[int, ...]) -> int:
        """Return the item that was published first, of those in the feed before those that have left it; else the first."""
        known = [self._lines[row] for row in rows if row in self._lines]
        first = min(known, key=lambda line: (not line.live, line.entered, line.row), default=None)
        return first.row if first else rows[0]

    # What has left

    def _delete(self, groups: dict[int, _StoryGroup]) -> None:
        """Mark the entries that have left as deleted, with the reason."""
        decisions = Reviews(self._facts).all(self._topic.name)
        anchors = {row: group.anchor for group in groups.values() for row in group.rows}
        for row, line in self._lines.items():
            if line.live and row not in groups:
                decision = decisions.get((row, self._topic.name))
                if row in anchors:
                    reason = f"same story as {self._lines[anchors[row]].atom_id}"
                elif decision and decision.verdict is Verdict.REJECT:
                    reason = str(decision)
                elif line.version != self._topic.version:
                    reason = "the topic's wording changed"
                else:
                    reason = "it changed and is no longer about the topic"
                # Later than what was published of it: else a reader might take the entry for the newer one.
                self._lines[row] = line._replace(
                    deleted_at=max(self._now, line.updated + _SECOND), reason=reason, tombstone_page=None
                )

    # What is in the subscription document, and what goes straight to the archive

    def _sorted(self, groups: dict[int, _StoryGroup]) -> tuple[list[SubscribedEntry], list[int]]:
        """Return (entries of the subscription document, stories that were old when they were tagged), newest first."""
        subscribed, quiet = [], []
        changed = self._changed([group for group in groups.values() if self._is_doubtful(group)])
        for row, group in groups.items():
            line = self._lines.get(row)
            if line is None or not line.live:
                if group.quiet:
                    quiet.append(row)
                else:
                    subscribed.append(SubscribedEntry(row, self._now))
            elif line.archive is None:
                subscribed.append(SubscribedEntry(row, line.entered))
            elif row in changed:
                subscribed.append(SubscribedEntry(row, self._now))
        return subscribed, quiet

    def _is_doubtful(self, group: _StoryGroup) -> bool:
        line = self._lines.get(group.anchor)
        return line is not None and line.live and line.archive is not None and line.state != group.state

    def _changed(self, groups: Sequence[_StoryGroup]) -> set[int]:
        """Return the archived stories that have changed since."""
        changed = set()
        for group, story, _ in self._loaded(groups):
            line = self._lines[group.anchor]
            if story.is_exactly(line.digest):
                self._lines[group.anchor] = line._replace(state=group.state)
            else:
                changed.add(group.anchor)
        return changed

    # Entries and documents

    def _loaded(self, groups: Sequence[_StoryGroup]) -> Iterator[tuple[_StoryGroup, StoryEntry, str]]:
        """Load stories, a few hundred at a time: (group, the story, the entry's id)."""
        for at in range(0, len(groups), _CHUNK):
            some = groups[at : at + _CHUNK]
            evidence = self._target.grouping.evidence(group.rows for group in some)
            beside = (one.row for known in evidence.values() for one in known.related)
            rows = list(dict.fromkeys(chain((row for group in some for row in group.rows), beside)))
            stored = dict(zip(rows, self._facts.items.by_rows(rows), strict=True))
            classified = self._classifications.some(self._topic.name, rows)
            anchors = [stored[group.anchor] for group in some]
            ids = self._classifications.atom_ids({one.row: (permanent_id(one.item.guid), own_id(one.id)) for one in anchors})
            for group in some:
                first, *others = group.rows
                lead, known = stored[first], evidence.get(first, StoryEvidence())
                whys = known.whys(first)
                copies = tuple((stored[row], whys.get(row, "same story")) for row in others)
                related = tuple(published_related(one, stored[one.row]) for one in known.related)
                tagged = next(row for row in group.rows if row in classified)
                whose = None if tagged == lead.row else stored[tagged]
                yield group, StoryEntry(lead, classified[tagged], copies, whose, related), ids[group.anchor]

    def _entries(self, groups: Sequence[_StoryGroup], page: int | None) -> Iterator[FeedEntry]:
        """Return the entries of stories, and record that they are in archive document `page`, or in the subscription document."""
        for group, story, atom_id in self._loaded(groups):
            line = self._lines.get(group.anchor)
            entry = make_entry(story, self._topic, atom_id, self._policy, self._updated(story, line))
            is_subscribed = line is not None and line.live and line.archive is None
            self._lines[group.anchor] = LedgerLine(
                group.anchor,
                atom_id,
                line.entered if line and is_subscribed else self._now,
                entry.updated,
                story.digest,
                group.state,
                story.classification.version,
                page,
            )
            yield self._view.of(entry)

    def _updated(self, story: StoryEntry, line: LedgerLine | None) -> datetime:
        """Return the last significant change: it stays while the story does, and else only moves forward (RFC 4287, 4.2.15)."""
        changed = last_change(story.lead)
        if line is None:
            return changed
        if line.deleted_at:  # back again: newer than its tombstone
            return changed if changed > line.deleted_at else max(self._now, line.deleted_at + _SECOND)
        if story.is_significantly(line.digest):
            return line.updated
        later = (moment for moment in (changed, story.lead.changed, self._now) if moment > line.updated)
        return next(later, line.updated + _SECOND)

    def _archive(self, pages: list[tuple[int, ...]], groups: dict[int, _StoryGroup], *, more: bool = False) -> None:
        """Write archive documents, oldest first, the last of all unless there are `more`.

        Tombstones stand in the last of them, or in a document of their own once their time in the subscription document is over.
        """
        unarchived = [
            line for row, line in self._lines.items() if line.deleted_at and line.tombstone_page is None and row not in groups
        ]
        if not pages and any(line.deleted_at and line.deleted_at + TOMBSTONE_AGE <= self._now for line in unarchived):
            pages = [()]
        first = self.ledger.last_page() + 1
        for number, rows in enumerate(pages, first):
            last = not more and number == first + len(pages) - 1
            entries = tuple(self._entries([groups[row] for row in rows], number))
            document = self._document(entries, _tombstones(unarchived) if last else (), number, None if last else number + 1)
            self.ledger.archive(number, atom.render(document), document.changed)
        if pages and not more:
            for line in unarchived:
                self._lines[line.row] = line._replace(tombstone_page=first + len(pages) - 1)

    def _document(
        self,
        entries: tuple[FeedEntry, ...],
        tombstones: tuple[Tombstone, ...],
        number: int | None = None,
        following: int | None = None,
    ) -> FeedDocument:
        settings = self._target.settings
        before = self.ledger.last_page() if number is None else number - 1
        document = FeedDocument(
            topic=self._topic,
            id=feed_id(self._target.instance, self._topic.name),
            base="" if self._topic.publish.private else f"{settings.base_url}/",
            site=f"{settings.base_url}/",
            entries=entries,
            tombstones=tombstones,
            number=number,
            previous=before or None,
            next=following,
            hub=settings.publish.hub,
        )
        return self._view.document(document)


def _tombstones(lines: Iterable[LedgerLine]) -> tuple[Tombstone, ...]:
    found = [Tombstone(line.atom_id, line.deleted_at, line.reason) for line in lines if line.deleted_at]
    return tuple(sorted(found, key=lambda one: (-one.deleted_at.timestamp(), one.id)))


def _paged(rows: Sequence[int], size: int) -> list[tuple[int, ...]]:
    """Divide stories that go straight to the archive, newest first, into pages, oldest page first."""
    ends = range(len(rows), 0, -size)
    return [tuple(rows[max(end - size, 0) : end]) for end in ends]
