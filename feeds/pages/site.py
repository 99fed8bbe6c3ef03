"""All pages of a home as files to write: asks the stores, leaves out what has not changed; knows no HTML."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from feeds.pages import calendar, health, parts, queries, render, views
from feeds.pages.models import IndexPage, Line, Link, Month, MonthPage, Tagged, TopicLine, TopicPage
from feeds.store import Judgements
from feeds.tag import Judgement
from feeds.topic import Topic
from ingest.item import StoredItem
from ingest.store import Facts

_CARDS: Final = 100  # stories on one page, whatever the feed holds
_SPARK: Final = 30  # days
_CHART: Final = 60
_BITE: Final = 200  # items held at once
_HEAD: Final = 800  # bytes in which the fingerprint stands
_SHAPING: Final = {".py", ".html", ".css", ".js", ".svg"}
_FINGERPRINT: Final = re.compile(rb'<meta name="fingerprint" content="([0-9a-f]*)">')


class Place(Protocol):
    """Where the pages will lie."""

    @property
    def folder(self) -> Path:
        """The folder that is published."""


@dataclass(frozen=True, slots=True)
class TopicLists:
    """What all pages of a topic list alike."""

    languages: tuple[Link, ...]
    sources: tuple[Link, ...]
    months: tuple[Month, ...]


class File(NamedTuple):
    """A file of the site: path below the folder, bytes (None: it is to be removed), its newest change if it has one."""

    path: str
    data: bytes | None
    changed: datetime | None


def site_files(facts: Facts, judgements: Judgements, topics: Iterable[Topic], target: Place) -> Iterator[File]:
    """Give every page that is new or has changed, and what is to be removed; private topics are nowhere in it.

    A page bears a fingerprint of all it was made from: a file that is there with the same one is left
    out. A folder that was emptied is filled with the same bytes.
    """
    public = tuple(topic for topic in topics if not topic.publish.private)
    yield from (File(path, data, None) for path, data in render.assets())
    yield from _Site(facts, judgements, public, target).files()


class _Site:
    """The pages of public topics, with the stores at hand."""

    def __init__(self, facts: Facts, judgements: Judgements, topics: tuple[Topic, ...], target: Place) -> None:
        self._facts, self._judgements, self._folder = facts, judgements, target.folder
        self._topics = {topic.name: topic for topic in topics}
        self._now = queries.as_of(facts)
        self._today = (self._now or datetime(1970, 1, 1, tzinfo=UTC)).date()
        self._marks: dict[int, str] = {}
        self._rows: dict[str, int] = {}
        for row, uid, mark in queries.changes(facts, self._topics):
            self._marks[row], self._rows[uid] = mark, row

    def files(self) -> Iterator[File]:
        tagged = {topic: queries.tagged(self._facts, topic) for topic in self._topics}
        yield self._index(tagged)
        yield self._sources()
        for topic in self._topics.values():
            yield from self._topic(topic, tagged[topic.name])
        yield from self._items()
        yield from self._removed()

    def _index(self, tagged: Mapping[str, tuple[Tagged, ...]]) -> File:
        lines = tuple(self._topic_line(topic, tagged[topic.name]) for topic in self._topics.values())
        last = max((line.last for line in lines if line.last), default=None)
        return File("index.html", render.index(IndexPage(lines, len(self._facts.sources()), self._now)), last)

    def _topic_line(self, topic: Topic, items: tuple[Tagged, ...]) -> TopicLine:
        recent = calendar.daily((item.line.day for item in items), self._today, _SPARK)
        last = items[0].moment if items else None
        return TopicLine(topic.name, topic.title, topic.description, len(items), recent, last)

    def _sources(self) -> File:
        rhythms, none = queries.rhythms(self._facts), health.Rhythm()
        found = ((source, state, rhythms.get(source.url, none)) for source, state in self._facts.sources())
        return File("sources.html", render.sources(health.page(found, self._now)), self._now)

    # A topic, its parts and its months

    def _topic(self, topic: Topic, items: tuple[Tagged, ...]) -> Iterator[File]:
        months = calendar.by_month(item.line for item in items)
        calendars = tuple(calendar.month(topic.name, first, lines) for first, lines in months.items())
        languages, sources = parts.languages(topic.name, items), parts.sources(topic.name, items)
        yield from self._part(topic, items, TopicLists(languages, sources, calendars), None)
        for link in (*languages, *sources):
            if link.href:
                yield from self._part(topic, parts.kept(items, link), TopicLists(languages, sources, ()), link)
        for number, (month, lines) in enumerate(zip(calendars, months.values(), strict=True)):
            later, earlier = calendars[max(number - 1, 0) : number], calendars[number + 1 : number + 2]
            yield from self._month(topic, month, lines, (earlier, later))

    def _part(self, topic: Topic, items: tuple[Tagged, ...], lists: TopicLists, link: Link | None) -> Iterator[File]:
        path = link.href if link else f"{topic.name}.html"
        rows = [item.row for item in items[:_CARDS]]
        counts = calendar.daily((item.line.day for item in items), self._today, _CHART)
        mark = self._mark(views.about(topic), topic.publish, link, lists, counts, self._today, [self._marks[row] for row in rows])
        if self._is_there(path, mark):
            return
        stored = self._facts.by_rows(rows)
        page = TopicPage(
            about=views.about(topic),
            cards=tuple(views.card(one, self._judged(one, topic.name)) for one in stored),
            total=len(items),
            last=items[0].moment if items else None,
            languages=parts.chosen(lists.languages, link),
            sources=parts.chosen(lists.sources, link),
            part=link,
            days=calendar.chart(topic.name, counts, self._today),
            months=lists.months,
            fingerprint=mark,
        )
        yield File(path, render.topic(page), max(map(views.moment, stored), default=None))

    def _judged(self, stored: StoredItem, *topics: str) -> tuple[Judgement, ...]:
        return tuple(judgement for judgement in self._judgements.of(stored.row) if judgement.topic in topics)

    def _month(self, topic: Topic, month: Month, lines: tuple[Line, ...], beside: tuple[tuple[Month, ...], ...]) -> Iterator[File]:
        earlier, later = (Link(f"{one[0].first:%B %Y}", one[0].href) if one else None for one in beside)
        mark = self._mark(views.about(topic), month, lines, earlier, later)
        if not self._is_there(month.href, mark):
            page = MonthPage(views.about(topic), month, calendar.by_day(lines), earlier, later, mark)
            last = datetime.combine(lines[0].day, time(), UTC)
            yield File(month.href, render.month(page), last)

    # Items

    def _items(self) -> Iterator[File]:
        """Give the pages of items that are new or changed, a few hundred in memory at a time."""
        due = []
        for uid, row in self._rows.items():
            mark = self._mark(self._marks[row], [(t.name, t.title, t.publish) for t in self._topics.values()])
            if not self._is_there(views.item_href(uid), mark):
                due.append((row, mark))
        for start in range(0, len(due), _BITE):
            yield from self._bite(dict(due[start : start + _BITE]))

    def _bite(self, due: dict[int, str]) -> Iterator[File]:
        texts = queries.texts(self._facts, due)
        for stored in self._facts.by_rows(due):
            judged = tuple((judgement, self._topics[judgement.topic]) for judgement in self._judged(stored, *self._topics))
            page = views.item_page(stored, judged, texts[stored.row], due[stored.row])
            yield File(page.card.href, render.item(page), views.moment(stored))

    def _removed(self) -> Iterator[File]:
        """Name the pages of items that no public topic has any longer."""
        for path in sorted((self._folder / "item").glob("*.html")):
            if path.stem not in self._rows:
                yield File(f"item/{path.name}", None, None)

    # What is there already

    def _mark(self, *parts: object) -> str:
        return hashlib.blake2b(repr((_form(), *parts)).encode(), digest_size=12).hexdigest()

    def _is_there(self, path: str, mark: str) -> bool:
        with suppress(OSError), (self._folder / path).open("rb") as file:
            found = _FINGERPRINT.search(file.read(_HEAD))
            return found is not None and found[1].decode() == mark
        return False


@cache
def _form() -> str:
    """Hash what shapes pages: another program, other templates, other pages."""
    files = sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix in _SHAPING)
    return hashlib.blake2b(b"".join(path.read_bytes() for path in files), digest_size=12).hexdigest()
