"""All pages of a home as files to write: asks the stores, leaves out what has not changed; knows no HTML."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from feeds.document import file_name
from feeds.pages import calendar, health, parts, queries, render, views
from feeds.pages.models import IndexPage, Line, Link, Month, MonthPage, SearchPage, Tagged, TopicLine, TopicPage
from feeds.pages.tongues import UNKNOWN
from feeds.pages.veil import Veil
from feeds.publication.edition import feed_name
from feeds.publication.ledger import Ledger
from feeds.store import Judgements
from feeds.tag import Judgement
from feeds.topic import Topic
from ingest.item import StoredItem
from ingest.store import Facts

_CARDS: Final = 60  # stories on one page, whatever the feed holds; the months have them all
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

    @property
    def known(self) -> frozenset[str]:
        """The topics that there are, also those whose files cannot be read just now: their pages stay."""


@dataclass(frozen=True, slots=True)
class TopicLists:
    """What all pages of a topic list alike."""

    languages: tuple[Link, ...]
    sources: tuple[Link, ...]
    months: tuple[Month, ...] = ()
    archives: tuple[Link, ...] = ()


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
    read = tuple(topics)
    public = tuple(topic for topic in read if not topic.publish.private)
    unread = target.known - {topic.name for topic in read}
    yield from (File(path, data, None) for path, data in render.assets())
    yield from _Site(facts, judgements, public, target.folder, unread).files()


class _Site:
    """The pages of public topics, with the stores at hand."""

    def __init__(
        self, facts: Facts, judgements: Judgements, topics: tuple[Topic, ...], folder: Path, unread: frozenset[str]
    ) -> None:
        self._facts, self._judgements, self._folder, self._unread = facts, judgements, folder, unread
        self._topics = {topic.name: topic for topic in topics}
        self._now = queries.as_of(facts)
        self._today = (self._now or datetime(1970, 1, 1, tzinfo=UTC)).date()
        self._wanted: set[str] = set()  # paths of this site
        self._marks: dict[int, str] = {}
        self._rows: dict[str, int] = {}
        for row, uid, mark in queries.changes(facts, self._topics):
            self._marks[row], self._rows[uid] = mark, row

    def files(self) -> Iterator[File]:
        tagged = {topic: queries.tagged(self._facts, topic) for topic in self._topics}
        self._wanted |= {"index.html", "search.html", "sources.html"}
        yield self._index(tagged)
        yield self._sources()
        yield self._search(tagged.values())
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

    def _search(self, tagged: Iterable[tuple[Tagged, ...]]) -> File:
        """Give the form of the search, whose answers come from the server."""
        topics = tuple(Link(topic.title, f"{topic.name}.html", key=topic.name) for topic in self._topics.values())
        languages = parts.languages("", (item for items in tagged for item in items))
        by_name = tuple(sorted((one for one in languages if one.key != UNKNOWN), key=lambda link: link.title))
        return File("search.html", render.search_page(SearchPage(topics=topics, languages=by_name), root=""), None)

    # A topic, its parts and its months

    def _topic(self, topic: Topic, items: tuple[Tagged, ...]) -> Iterator[File]:
        months = calendar.by_month(item.line for item in items)
        calendars = tuple(calendar.month(topic.name, first, lines) for first, lines in months.items())
        languages, sources = parts.languages(topic.name, items), parts.sources(topic.name, items)
        yield from self._part(topic, items, TopicLists(languages, sources, calendars, self._archives(topic)), None)
        for link in (*languages, *sources):
            if link.href:
                yield from self._part(topic, parts.kept(items, link), TopicLists(languages, sources), link)
        for number, (month, lines) in enumerate(zip(calendars, months.values(), strict=True)):
            later, earlier = calendars[max(number - 1, 0) : number], calendars[number + 1 : number + 2]
            yield from self._month(topic, month, lines, (earlier, later))

    def _part(self, topic: Topic, items: tuple[Tagged, ...], lists: TopicLists, link: Link | None) -> Iterator[File]:
        path = link.href if link else f"{topic.name}.html"
        rows = [item.row for item in items[:_CARDS]]
        counts = calendar.daily((item.line.day for item in items), self._today, _CHART)
        mark = self._mark(_shaping(topic), link, lists, counts, self._today, [self._marks[row] for row in rows])
        if self._is_there(path, mark):
            return
        stored, veil = self._facts.by_rows(rows), Veil.of([topic])
        page = TopicPage(
            about=views.about(topic),
            cards=tuple(views.card(veil.item(one), self._judged(one, veil, topic.name)) for one in stored),
            total=len(items),
            last=items[0].moment if items else None,
            languages=parts.chosen(lists.languages, link),
            sources=parts.chosen(lists.sources, link),
            part=link,
            days=calendar.chart(topic.name, counts, self._today),
            months=lists.months,
            archives=lists.archives,
            fingerprint=mark,
        )
        yield File(path, render.topic(page), max(map(views.moment, stored), default=None))

    def _archives(self, topic: Topic) -> tuple[Link, ...]:
        sealed = Ledger(self._facts.db, feed_name(topic)).pages()
        return tuple(Link(f"{page.number}", file_name(topic.name, page.number)) for page in sealed)

    def _judged(self, stored: StoredItem, veil: Veil, *topics: str) -> tuple[Judgement, ...]:
        return tuple(veil.judgement(one, stored) for one in self._judgements.of(stored.row) if one.topic in topics)

    def _month(self, topic: Topic, month: Month, lines: tuple[Line, ...], beside: tuple[tuple[Month, ...], ...]) -> Iterator[File]:
        earlier, later = (Link(f"{one[0].first:%B %Y}", one[0].href) if one else None for one in beside)
        mark = self._mark(_shaping(topic), month, lines, earlier, later)
        if not self._is_there(month.href, mark):
            veil = Veil.of([topic])
            lines = tuple(replace(line, title=veil.text(line.title, line.language)) for line in lines)
            page = MonthPage(views.about(topic), month, calendar.by_day(lines), earlier, later, mark)
            last = datetime.combine(lines[0].day, time(), UTC)
            yield File(month.href, render.month(page), last)

    # Items

    def _items(self) -> Iterator[File]:
        """Give the pages of items that are new or changed, a few hundred in memory at a time."""
        due, shaping = [], tuple(map(_shaping, self._topics.values()))
        for uid, row in self._rows.items():
            mark = self._mark(self._marks[row], shaping)
            if not self._is_there(views.item_href(uid), mark):
                due.append((row, mark))
        for start in range(0, len(due), _BITE):
            yield from self._bite(dict(due[start : start + _BITE]))

    def _bite(self, due: dict[int, str]) -> Iterator[File]:
        texts, veils = queries.texts(self._facts, due), dict[tuple[str, ...], Veil]()
        for stored in self._facts.by_rows(due):
            having = [self._topics[one.topic] for one in self._judgements.of(stored.row) if one.topic in self._topics]
            veil = veils.setdefault(tuple(topic.name for topic in having), Veil.of(having))
            judged = tuple(zip(self._judged(stored, veil, *self._topics), having, strict=True))
            versions = ((at, source, veil.text(title, stored.item.language), text) for at, source, title, text in texts[stored.row])
            page = views.item_page(veil.item(stored), judged, versions, due[stored.row])
            yield File(page.card.href, render.item(page), views.moment(stored))

    def _removed(self) -> Iterator[File]:
        """Name the pages that have no place here any longer: of topics that went private, of items that no topic has."""
        found = (*self._folder.glob("*.html"), *self._folder.glob("*/*.html"))
        paths = {path.relative_to(self._folder).as_posix() for path in found}
        for path in sorted(paths - self._wanted):
            ours = self._fingerprint(path)  # else somebody else put it there
            if ours and not self._may_return(path):
                yield File(path, None, None)

    def _may_return(self, path: str) -> bool:
        first = path.removesuffix(".html").partition("/")[0]
        return first in self._unread or (first == "item" and bool(self._unread))

    # What is there already

    def _mark(self, *parts: object) -> str:
        return hashlib.blake2b(repr((_form(), *parts)).encode(), digest_size=12).hexdigest()

    def _is_there(self, path: str, mark: str) -> bool:
        self._wanted.add(path)
        return self._fingerprint(path) == mark

    def _fingerprint(self, path: str) -> str:
        with suppress(OSError), (self._folder / path).open("rb") as file:
            found = _FINGERPRINT.search(file.read(_HEAD))
            return found[1].decode() if found else ""
        return ""


def _shaping(topic: Topic) -> object:
    """Give all of a topic that shows on pages; its wording shows where it names words to be masked."""
    return views.about(topic), topic.publish, topic.version if topic.publish.mask else ""


@cache
def _form() -> str:
    """Hash what shapes pages: another program, other templates, other pages."""
    files = sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix in _SHAPING)
    return hashlib.blake2b(b"".join(path.read_bytes() for path in files), digest_size=12).hexdigest()
