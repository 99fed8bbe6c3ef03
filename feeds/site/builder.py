"""All pages of a home as files to write: asks the stores, leaves out what has not changed; knows no HTML."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple

from feeds.publication.document import file_name
from feeds.publication.edition import Target, feed_name
from feeds.site import facets, queries, render, views
from feeds.site.fingerprints import BEFORE, Folder, fingerprint, shaping, sources_state
from feeds.site.masking import PageMasking
from feeds.site.models import (
    IndexPage,
    Member,
    Month,
    MonthPage,
    Notice,
    PageLink,
    SearchPage,
    TaggedLine,
    TimelineLine,
    TopicLine,
    TopicPage,
)
from feeds.site.stories import Copies, TopicStories
from feeds.store.classifications import Classifications
from feeds.store.ledger import Ledger
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.planner.health import all_health
from ingest.store.facts import Facts
from ingest.text.language.names import UNKNOWN

_CARDS: Final = 60  # stories on one page, whatever the feed holds; the months have them all
_SPARK: Final = 30  # days
_CHART: Final = 60
_BITE: Final = 200  # items held at once


@dataclass(frozen=True, slots=True)
class TopicLists:
    """What all pages of a topic list alike."""

    languages: tuple[PageLink, ...]
    sources: tuple[PageLink, ...]
    months: tuple[Month, ...] = ()
    archives: tuple[PageLink, ...] = ()


class File(NamedTuple):
    """A file of the site: path below the folder, bytes (None: it is to be removed), its newest change if it has one."""

    path: str
    data: bytes | None
    changed: datetime | None


class Site:
    """The pages of public topics, with the stores at hand."""

    def __init__(
        self, facts: Facts, judgements: Classifications, topics: Iterable[Topic], target: Target, harmed: Iterable[str] = ()
    ) -> None:
        """Look at what there is; private topics are nowhere in it. Pages that are `harmed` are made anew."""
        read = tuple(topics)
        self._facts, self._judgements, self._folder = facts, judgements, Folder(target.folder, harmed)
        self._topics = {topic.name: topic for topic in read if not topic.publish.private}
        self._has_private = len(self._topics) < len(target.known | {topic.name for topic in read})
        self._unread = target.known - {topic.name for topic in read}
        self._search_is_open = target.settings.service.search
        self._now, self._rule = queries.as_of(facts), target.settings.polling.rule
        self._today = (self._now or BEFORE).date()
        self._marks: dict[int, str] = {}
        self._rows: dict[str, int] = {}  # of the items that have a page
        self._veils: dict[tuple[str, ...], PageMasking] = {}
        self._lists = {name: self._listed(topic) for name, topic in self._topics.items()}
        for row, uid, mark in queries.changes(facts, (name for name, topic in self._topics.items() if topic.expression)):
            self._marks[row], self._rows[uid] = mark, row
        self._paged = frozenset(self._marks)  # those that have a page
        shown = sorted({item.row for items in self._lists.values() for item in items})
        self._copies = Copies(target.grouping, shown, self._paged)

    @property
    def until(self) -> datetime | None:
        """When time alone will change the pages, beside the date: an item is too old for the list of what takes everything."""
        seen = (queries.oldest(self._facts, name, self._since) for name, topic in self._topics.items() if not topic.expression)
        return min((one + timedelta(days=_CHART) for one in seen if one), default=None)

    @property
    def _since(self) -> datetime | None:
        return self._now and self._now - timedelta(days=_CHART)

    def _listed(self, topic: Topic) -> tuple[TaggedLine, ...]:
        """Give the items of a topic; of one that takes everything those of the time that its chart shows."""
        return queries.tagged(self._facts, topic.name, None if topic.expression else self._since)

    def files(self) -> Iterator[File]:
        """Give every page that is new or has changed, and what is to be removed.

        A page bears a fingerprint of all it was made from: a file that is there with the same one is left
        out. A folder that was emptied is filled with the same bytes.
        """
        yield from (File(path, data, None) for path, data in render.assets())
        tagged = {name: self._copies.once(items) for name, items in self._lists.items()}
        self._folder.want("index.html", "search.html", "sources.html")
        yield self._index(tagged)
        yield from self._sources()
        yield self._search(tagged.values())
        for topic in self._topics.values():
            yield from self._topic(topic, tagged[topic.name])
        yield from self._items()
        yield from self._leftovers()

    def _index(self, tagged: Mapping[str, tuple[TaggedLine, ...]]) -> File:
        lines = tuple(self._topic_line(topic, tagged[topic.name]) for topic in self._topics.values())
        last = max((line.last for line in lines if line.last), default=None)
        return File("index.html", render.index(IndexPage(lines, queries.polled(self._facts), self._now)), last)

    def _topic_line(self, topic: Topic, items: tuple[TaggedLine, ...]) -> TopicLine:
        recent = facets.daily((item.line.day for item in items), self._today, _SPARK)
        last = items[0].moment if items else None
        shown = self._veil((topic,)).topic(topic)
        return TopicLine(topic.name, shown.title, shown.description, len(items), recent, last, _span(topic))

    def _sources(self) -> Iterator[File]:
        """Give the page of sources when one of them comes, goes, fails or recovers, and else every ten minutes.

        Where there are private topics it names only sources of which something is published: the others may be theirs.
        """
        now = self._now or BEFORE
        veil = self._veil(tuple(self._topics.values()))
        named = queries.published(self._facts, self._topics) if self._has_private else None
        mark = fingerprint(
            sources_state(self._facts, now), *map(shaping, self._topics.values()), sorted(named or ()), named is None
        )
        if not self._folder.holds("sources.html", mark):
            listed = [one for one in self._facts.sources.all() if named is None or one[0].url in named]
            found = all_health(listed, now, self._facts.polls.cost(self._rule).shape)
            page = views.sources_page(found, queries.carried(self._facts), self._now, mark)
            page = replace(page, sources=tuple(veil.source(one) for one in page.sources))
            yield File("sources.html", render.sources(page), self._now)

    def _search(self, tagged: Iterable[tuple[TaggedLine, ...]]) -> File:
        """Give the form of the search, whose answers come from the server, or that there is none."""
        if not self._search_is_open:
            return File("search.html", render.notice(Notice("Search is closed", "The owner of this site has closed it."), ""), None)
        named = (self._veil((topic,)).topic(topic) for topic in self._topics.values())
        topics = tuple(PageLink(topic.title, f"{topic.name}.html", key=topic.name) for topic in named)
        languages = facets.languages("", (item for items in tagged for item in items))
        by_name = tuple(sorted((one for one in languages if one.key != UNKNOWN), key=lambda link: link.title))
        return File("search.html", render.search_page(SearchPage(topics=topics, languages=by_name), root=""), None)

    # A topic, its parts and its months

    def _topic(self, topic: Topic, items: tuple[TaggedLine, ...]) -> Iterator[File]:
        months = facets.by_month(item.line for item in items) if topic.expression else {}
        calendars = tuple(facets.month(topic.name, first, lines) for first, lines in months.items())
        languages = facets.languages(topic.name, items)
        sources = tuple(map(self._veil((topic,)).link, facets.sources(topic.name, items)))
        yield from self._parts(topic, items, TopicLists(languages, sources, calendars, self._archives(topic)))
        for number, (month, lines) in enumerate(zip(calendars, months.values(), strict=True)):
            later, earlier = calendars[max(number - 1, 0) : number], calendars[number + 1 : number + 2]
            yield from self._month(topic, month, lines, (earlier, later))

    def _parts(self, topic: Topic, items: tuple[TaggedLine, ...], lists: TopicLists) -> Iterator[File]:
        """Give the page of a topic, and those of its languages and sources."""
        by_key = facets.by_key(items)
        shown: dict[PageLink | None, Sequence[TaggedLine]] = {None: items}
        shown |= {link: by_key[link.key] for link in (*lists.languages, *lists.sources) if link.href}
        states = self._states(item.row for some in shown.values() for item in some[:_CARDS])
        stories = TopicStories(self._facts, self._judgements, topic, self._copies, self._paged)
        alike = fingerprint(shaping(topic), lists.languages, lists.sources)
        for link, some in shown.items():
            path = link.href if link else f"{topic.name}.html"
            whole = replace(lists, months=(), archives=()) if link else lists
            counts = facets.daily((item.line.day for item in some), self._today, _CHART)
            rows = [item.row for item in some[:_CARDS]]
            mark = fingerprint(alike, link, whole.months, whole.archives, counts, self._today, [states[row] for row in rows])
            if not self._folder.holds(path, mark):
                listed = stories.of(rows)
                page = self._page(topic, some, whole, link, counts)
                data = render.topic(replace(page, cards=tuple(one.card for one in listed), fingerprint=mark))
                yield File(path, data, max((one.changed for one in listed), default=None))

    def _page(
        self, topic: Topic, items: Sequence[TaggedLine], lists: TopicLists, link: PageLink | None, counts: tuple[int, ...]
    ) -> TopicPage:
        return TopicPage(
            about=views.about(self._veil((topic,)).topic(topic)),
            cards=(),
            total=len(items),
            last=items[0].moment if items else None,
            languages=facets.chosen(lists.languages, link),
            sources=facets.chosen(lists.sources, link),
            part=link,
            days=facets.chart(topic.name, counts, self._today, linked=topic.expression is not None),
            span=_span(topic),
            months=lists.months,
            archives=lists.archives,
        )

    def _states(self, rows: Iterable[int]) -> dict[int, list[str]]:
        """Give, for each item, what changes when it or one of its copies does."""
        groups = {row: (row, *self._copies.of(row)) for row in rows}
        missing = {row for group in groups.values() for row in group} - self._marks.keys()
        self._marks |= {row: mark for row, _, mark in queries.changes(self._facts, (), missing)}
        return {row: [self._marks[one] for one in group] for row, group in groups.items()}

    def _load(self, rows: Iterable[int]) -> dict[int, StoredItem]:
        return {stored.row: stored for stored in self._facts.items.by_rows(rows)}

    def _archives(self, topic: Topic) -> tuple[PageLink, ...]:
        sealed = Ledger(self._facts.database, feed_name(topic)).pages()
        return tuple(PageLink(f"{page.number}", file_name(topic.name, page.number)) for page in sealed)

    def _month(
        self, topic: Topic, month: Month, lines: tuple[TimelineLine, ...], beside: tuple[tuple[Month, ...], ...]
    ) -> Iterator[File]:
        earlier, later = (PageLink(f"{one[0].first:%B %Y}", one[0].href) if one else None for one in beside)
        mark = fingerprint(shaping(topic), month, lines, earlier, later)
        if not self._folder.holds(month.href, mark):
            veil = PageMasking.of([topic])
            lines = tuple(
                line._replace(title=veil.text(line.title, line.language), source=veil.name(line.source)) for line in lines
            )
            page = MonthPage(views.about(veil.topic(topic)), month, facets.by_day(lines), earlier, later, mark)
            last = datetime.combine(lines[0].day, time(), UTC)
            yield File(month.href, render.month(page), last)

    # Items

    def _items(self) -> Iterator[File]:
        """Give the pages of items that are new or changed, a few hundred in memory at a time."""
        due, shapes = [], tuple(map(shaping, self._topics.values()))
        states = self._states(self._rows.values())
        for uid, row in self._rows.items():
            mark = fingerprint(states[row], shapes, self._copies.evidence(row))
            if not self._folder.holds(views.item_href(uid), mark):
                due.append((row, mark))
        for start in range(0, len(due), _BITE):
            yield from self._bite(dict(due[start : start + _BITE]))

    def _bite(self, due: dict[int, str]) -> Iterator[File]:
        texts = queries.texts(self._facts, due)
        related = {row: self._copies.evidence(row).related for row in due}
        beside = (one.row for found in related.values() for one in found)
        found = self._load({*(one for row in due for one in (row, *self._copies.of(row))), *beside})
        judged = self._judgements.of_all(due)
        for row, mark in due.items():
            stored, judgements = found[row], [one for one in judged[row] if one.topic in self._topics]
            having = tuple(self._topics[judgement.topic] for judgement in judgements)
            veil = self._veil(having)
            versions = (
                (at, veil.name(source), veil.text(title, stored.item.language), text) for at, source, title, text in texts[row]
            )
            page = views.item_page(
                veil.item(stored),
                tuple(
                    (veil.classification(judgement, stored), veil.topic(topic))
                    for judgement, topic in zip(judgements, having, strict=True)
                ),
                versions,
                (
                    *(
                        self._member(veil.item(found[one]), veil.name(self._copies.why(one) or self._copies.why(row)))
                        for one in self._copies.of(row)
                    ),
                    *(self._member(veil.item(found[one.row]), "", one.relation) for one in related[row]),
                ),
                mark,
            )
            yield File(page.card.href, render.item(page), views.moment(stored))

    def _member(self, stored: StoredItem, why: str, relation: str = "") -> Member:
        return views.member(stored, why, relation, has_page=stored.row in self._paged)

    def _veil(self, topics: tuple[Topic, ...]) -> PageMasking:
        """Give the veil of some topics; the many items that have the same ones share it."""
        names = tuple(topic.name for topic in topics)
        if names not in self._veils:
            self._veils[names] = PageMasking.of(topics)
        return self._veils[names]

    def _leftovers(self) -> Iterator[File]:
        """Name the pages that have no place here any longer: of topics that went private, of items that no topic has.

        While a topic cannot be read, its pages stay, and those of items.
        """
        for path in self._folder.leftovers():
            first = path.removesuffix(".html").partition("/")[0]
            if first not in self._unread and not (self._unread and first == "item"):
                yield File(path, None, None)


def _span(topic: Topic) -> str:
    return "" if topic.expression else f" first seen in {_CHART} days"
