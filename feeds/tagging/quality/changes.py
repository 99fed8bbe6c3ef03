"""Compares what two wordings of a topic tag: gained, lost, unchanged, by source and language; pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from feeds.model import document_of
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem


@dataclass(frozen=True, slots=True)
class TagChange:
    """One item that one of two wordings tags, or both do."""

    id: str
    kind: str  # gained, lost or unchanged
    title: str
    language: str
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class TagChanges:
    """All items that at least one of two wordings tags."""

    all: tuple[TagChange, ...]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield each gained or lost item as an object of JSON."""
        for change in self.all:
            if change.kind != "unchanged":
                yield {
                    "id": change.id,
                    "change": change.kind,
                    "title": change.title,
                    "language": change.language,
                    "source": change.source,
                    "why": change.why,
                }

    def report(self) -> list[str]:
        """Return lines: the numbers in all, by language and by source, then each gained and lost item with its reason."""
        lines = [self._numbers("all", self.all)]
        for name in ("language", "source"):
            keys = Counter(getattr(change, name) for change in self.all)
            lines += [
                self._numbers(f"{name} {key}", [c for c in self.all if getattr(c, name) == key]) for key, _ in keys.most_common(20)
            ]
        signs = {"gained": "+", "lost": "-"}
        return lines + [f"{signs[c.kind]} {c.id}  {c.language}  {c.title}  ({c.why})" for c in self.all if c.kind in signs]

    @staticmethod
    def _numbers(name: str, changes: Iterable[TagChange]) -> str:
        counts = Counter(change.kind for change in changes)
        return f"{name}: {counts['gained']} gained, {counts['lost']} lost, {counts['unchanged']} unchanged"


def compare_wordings(old: Topic, new: Topic, items: Iterable[StoredItem]) -> TagChanges:
    """Classify every item by both wordings."""
    matcher = Matcher([old, new])
    return TagChanges(tuple(change for stored in items if (change := _change(matcher, stored))))


def _change(matcher: Matcher, stored: StoredItem) -> TagChange | None:
    before, after = classify(matcher, document_of(stored))
    if not (before.tagged or after.tagged):
        return None
    kind = "unchanged" if before.tagged and after.tagged else "gained" if after.tagged else "lost"
    language, source = stored.item.language or "und", stored.carrier.source.name
    return TagChange(stored.id, kind, stored.item.title, language, source, after.why)
