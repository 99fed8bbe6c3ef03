"""All pages of a home as files to write: reads the stores, leaves out what has not changed; knows no HTML."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple

from feeds.publication.document import file_name
from feeds.publication.edition import Target, feed_name
from feeds.site import facets, listing, render, views
from feeds.site.fingerprints import EPOCH, PageFolder, fingerprint, sources_state, topic_state
from feeds.site.masking import PageMasking
from feeds.site.models import (
    IndexPage,
    ItemLine,
    Month,
    MonthPage,
    Notice,
    PageLink,
    RelatedLine,
    SearchPage,
    TaggedItem,
    TopicLine,
    TopicPage,
)
from feeds.site.stories import Copies, TopicStories
from feeds.store.classifications import Classifications
from feeds.store.ledger import Ledger
from feeds.store.tagged import TaggedItems
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.planner.health import all_health
from ingest.store.facts import Facts
from ingest.text.language.names import UNKNOWN

_CARDS: Final = 60  # stories on one page, however many the feed holds; the months list all of them
_SPARKLINE_DAYS: Final = 30
_CHART_DAYS: Final = 60
_BATCH: Final = 200  # items in memory at once


@dataclass(frozen=True, slots=True)
class TopicLists:
    """The lists that every page of a topic shows."""

    languages: tuple[PageLink, ...]
    sources: tuple[PageLink, ...]
    months: tuple[Month, ...] = ()
    archives: tuple[PageLink, ...] = ()


class PageFile(NamedTuple):
    """A file of the site: its path below the folder, its bytes (None removes it), its newest change where that is known."""

    path: str
    data: bytes | None
    changed: datetime | None


class Site:
    """The pages of the public topics. Private topics appear nowhere."""

    def __init__(
        self, facts: Facts, classifications: Classifications, topics: Iterable[Topic], target: Target, damaged: Iterable[str] = ()
    ) -> None:
        """Read what all pages have in common; pages in `damaged` are made again, whatever lies there."""
        readable = tuple(topics)
        self._facts, self._classifications, self._folder = facts, classifications, PageFolder(target.folder, damaged)
        self._tagged = TaggedItems(facts)
        self._topics = {topic.name: topic for topic in readable if not topic.publish.private}
        self._has_private = len(self._topics) < len(target.known | {topic.name for topic in readable})
        self._unreadable = target.known - {topic.name for topic in readable}
        self._search_is_open = target.settings.service.search
        self._now, self._rule = facts.polls.last_moment(), target.settings.polling.rule
        self._today = (self._now or EPOCH).date()
        self._item_states: dict[int, str] = {}  # another state, another page
        self._rows: dict[str, int] = {}  # of the items that have a page
        self._maskings: dict[tuple[str, ...], PageMasking] = {}
        self._lists = {name: self._listed(topic) for name, topic in self._topics.items()}
        for row, uid, state in listing.changes(facts, (name for name, topic in self._topics.items() if topic.expression)):
            self._item_states[row], self._rows[uid] = state, row
        self._with_page = frozenset(self._item_states)
        listed = sorted({item.row for items in self._lists.values() for item in items})
        self._copies = Copies(target.grouping, listed, self._with_page)

    @property
    def until(self) -> datetime | None:
        """When time alone changes the pages, apart from the date: an item leaves the list of a topic without a query."""
        seen = (self._tagged.oldest(name, self._since) for name, topic in self._topics.items() if not topic.expression)
        return min((one + timedelta(days=_CHART_DAYS) for one in seen if one), default=None)

    @property
    def _since(self) -> datetime | None:
        return self._now and self._now - timedelta(days=_CHART_DAYS)

    def _listed(self, topic: Topic) -> tuple[TaggedItem, ...]:
        """Return the items of a topic; of a topic without a query, which tags everything, those in the time of its chart."""
        return listing.tagged(self._facts, topic.name, None if topic.expression else self._since)

    def files(self) -> Iterator[PageFile]:
        """Yield every page that is new or has changed, and every page that is to be removed.

        A page bears a fingerprint of all that it was made from; a page that lies there with the same
        fingerprint is left out. A folder that was emptied is filled with the same bytes.
        """
        yield from (PageFile(path, data, None) for path, data in render.assets())
        tagged = {name: self._copies.once(items) for name, items in self._lists.items()}
        self._folder.keep("index.html", "search.html", "sources.html")
        yield self._index(tagged)
        yield from self._sources()
        yield self._search(tagged.values())
        for topic in self._topics.values():
            yield from self._topic(topic, tagged[topic.name])
        yield from self._items()
        yield from self._leftovers()

    def _index(self, tagged: Mapping[str, tuple[TaggedItem, ...]]) -> PageFile:
        lines = tuple(self._topic_line(topic, tagged[topic.name]) for topic in self._topics.values())
        last = max((line.last for line in lines if line.last), default=None)
        return PageFile("index.html", render.index(IndexPage(lines, self._facts.sources.count_polled(), self._now)), last)

    def _topic_line(self, topic: Topic, items: tuple[TaggedItem, ...]) -> TopicLine:
        recent = facets.daily((item.line.day for item in items), self._today, _SPARKLINE_DAYS)
        last = items[0].moment if items else None
        shown = self._masking((topic,)).topic(topic)
        return TopicLine(topic.name, shown.title, shown.description, len(items), recent, last, _span(topic))

    def _sources(self) -> Iterator[PageFile]:
        """Yield the page of sources when one of them comes, goes, fails or recovers, and otherwise every ten minutes.

        Where there are private topics it names only sources of which something is published: the others may be theirs.
        """
        now = self._now or EPOCH
        masking = self._masking(tuple(self._topics.values()))
        named = self._tagged.source_urls(self._topics) if self._has_private else None
        mark = fingerprint(
            sources_state(self._facts, now), *map(topic_state, self._topics.values()), sorted(named or ()), named is None
        )
        if not self._folder.is_current("sources.html", mark):
            listed = [one for one in self._facts.sources.all() if named is None or one[0].url in named]
            found = all_health(listed, now, self._facts.polls.cost(self._rule).shape)
            page = views.sources_page(found, self._facts.sources.carried(), self._now, mark)
            page = replace(page, sources=tuple(masking.source(one) for one in page.sources))
            yield PageFile("sources.html", render.sources(page), self._now)

    def _search(self, tagged: Iterable[tuple[TaggedItem, ...]]) -> PageFile:
        """Return the search form, which the server answers, or a notice where the search is closed."""
        if not self._search_is_open:
            notice = Notice("Search is closed", "The owner of this site has closed it.")
            return PageFile("search.html", render.notice(notice, ""), None)
        named = (self._masking((topic,)).topic(topic) for topic in self._topics.values())
        topics = tuple(PageLink(topic.title, f"{topic.name}.html", key=topic.name) for topic in named)
        languages = facets.languages("", (item for items in tagged for item in items))
        by_name = tuple(sorted((one for one in languages if one.key != UNKNOWN), key=lambda link: link.title))
        return PageFile("search.html", render.search_page(SearchPage(topics=topics, languages=by_name), root=""), None)

    # A topic, its facets and its months

    def _topic(self, topic: Topic, items: tuple[TaggedItem, ...]) -> Iterator[PageFile]:
        by_month = facets.by_month(item.line for item in items) if topic.expression else {}
        months = tuple(facets.month(topic.name, first, lines) for first, lines in by_month.items())
        languages = facets.languages(topic.name, items)
        sources = tuple(map(self._masking((topic,)).link, facets.sources(topic.name, items)))
        sealed = Ledger(self._facts, feed_name(topic)).pages()
        archives = tuple(PageLink(f"{page.number}", file_name(topic.name, page.number)) for page in sealed)
        yield from self._topic_pages(topic, items, TopicLists(languages, sources, months, archives))
        for number, (month, lines) in enumerate(zip(months, by_month.values(), strict=True)):
            later, earlier = months[max(number - 1, 0) : number], months[number + 1 : number + 2]
            yield from self._month(topic, month, lines, (earlier, later))

    def _topic_pages(self, topic: Topic, items: tuple[TaggedItem, ...], lists: TopicLists) -> Iterator[PageFile]:
        """Yield the page of a topic, and the pages of its languages and sources."""
        by_key = facets.by_key(items)
        pages: dict[PageLink | None, Sequence[TaggedItem]] = {None: items}
        pages |= {link: by_key[link.key] for link in (*lists.languages, *lists.sources) if link.href}
        states = self._states(item.row for some in pages.values() for item in some[:_CARDS])
        stories = TopicStories(self._facts, self._classifications, topic, self._copies, self._with_page)
        common = fingerprint(topic_state(topic), lists.languages, lists.sources)
        for link, some in pages.items():
            path = link.href if link else f"{topic.name}.html"
            shown = replace(lists, months=(), archives=()) if link else lists
            counts = facets.daily((item.line.day for item in some), self._today, _CHART_DAYS)
            rows = [item.row for item in some[:_CARDS]]
            mark = fingerprint(common, link, shown.months, shown.archives, counts, self._today, [states[row] for row in rows])
            if not self._folder.is_current(path, mark):
                listed = stories.of(rows)
                page = self._topic_page(topic, some, shown, link, counts)
                data = render.topic(replace(page, cards=tuple(one.card for one in listed), fingerprint=mark))
                yield PageFile(path, data, max((one.changed for one in listed), default=None))

    def _topic_page(
        self, topic: Topic, items: Sequence[TaggedItem], lists: TopicLists, facet: PageLink | None, counts: tuple[int, ...]
    ) -> TopicPage:
        return TopicPage(
            about=views.about(self._masking((topic,)).topic(topic)),
            cards=(),
            total=len(items),
            last=items[0].moment if items else None,
            languages=facets.chosen(lists.languages, facet),
            sources=facets.chosen(lists.sources, facet),
            facet=facet,
            days=facets.chart(topic.name, counts, self._today, linked=topic.expression is not None),
            span=_span(topic),
            months=lists.months,
            archives=lists.archives,
        )

    def _states(self, rows: Iterable[int]) -> dict[int, list[str]]:
        """Return for each item values that change when it or one of its copies does."""
        groups = {row: (row, *self._copies.of(row)) for row in rows}
        missing = {row for group in groups.values() for row in group} - self._item_states.keys()
        self._item_states |= {row: state for row, _, state in listing.changes(self._facts, (), missing)}
        return {row: [self._item_states[one] for one in group] for row, group in groups.items()}

    def _month(
        self, topic: Topic, month: Month, lines: tuple[ItemLine, ...], beside: tuple[tuple[Month, ...], ...]
    ) -> Iterator[PageFile]:
        earlier, later = (PageLink(f"{one[0].first:%B %Y}", one[0].href) if one else None for one in beside)
        mark = fingerprint(topic_state(topic), month, lines, earlier, later)
        if not self._folder.is_current(month.href, mark):
            masking = PageMasking.of([topic])
            lines = tuple(
                line._replace(title=masking.text(line.title, line.language), source=masking.name(line.source)) for line in lines
            )
            page = MonthPage(views.about(masking.topic(topic)), month, facets.by_day(lines), earlier, later, mark)
            last = datetime.combine(lines[0].day, time(), UTC)
            yield PageFile(month.href, render.month(page), last)

    # Items

    def _items(self) -> Iterator[PageFile]:
        """Yield the pages of items that are new or changed, one batch in memory at a time."""
        due, topics = [], tuple(map(topic_state, self._topics.values()))
        states = self._states(self._rows.values())
        for uid, row in self._rows.items():
            mark = fingerprint(states[row], topics, self._copies.evidence(row))
            if not self._folder.is_current(views.item_href(uid), mark):
                due.append((row, mark))
        for start in range(0, len(due), _BATCH):
            yield from self._item_batch(dict(due[start : start + _BATCH]))

    def _item_batch(self, due: dict[int, str]) -> Iterator[PageFile]:
        """Yield the pages of the items in `due`, each with its fingerprint."""
        texts = self._facts.items.versions(due)
        related = (one.row for row in due for one in self._copies.evidence(row).related)
        rows = {*(one for row in due for one in (row, *self._copies.of(row))), *related}
        found = {stored.row: stored for stored in self._facts.items.by_rows(rows)}
        classified = self._classifications.of_all(due)
        for row, mark in due.items():
            tags = tuple(one for one in classified[row] if one.topic in self._topics)
            topics = tuple(self._topics[one.topic] for one in tags)
            masking, stored = self._masking(topics), found[row]
            versions = (
                (at, masking.name(source), masking.text(title, stored.item.language), text)
                for at, source, title, text in texts[row]
            )
            page = views.item_page(
                masking.item(stored),
                tuple((masking.classification(tag, stored), masking.topic(topic)) for tag, topic in zip(tags, topics, strict=True)),
                versions,
                self._story(row, found, masking),
                mark,
            )
            yield PageFile(page.card.href, render.item(page), views.moment(stored))

    def _story(self, row: int, found: Mapping[int, StoredItem], masking: PageMasking) -> tuple[RelatedLine, ...]:
        """Return the copies of an item, then the items that are related to its story."""
        copies = ((one, self._copies.why(one) or self._copies.why(row), "") for one in self._copies.of(row))
        related = ((one.row, "", one.relation) for one in self._copies.evidence(row).related)
        return tuple(
            views.related_line(masking.item(found[one]), masking.name(why), relation, has_page=one in self._with_page)
            for one, why, relation in (*copies, *related)
        )

    def _masking(self, topics: tuple[Topic, ...]) -> PageMasking:
        """Return what some topics keep from readers; the many items that have the same topics share it."""
        names = tuple(topic.name for topic in topics)
        if names not in self._maskings:
            self._maskings[names] = PageMasking.of(topics)
        return self._maskings[names]

    def _leftovers(self) -> Iterator[PageFile]:
        """Yield the removal of pages that no longer belong to the site: of topics made private, of items without a topic.

        While a topic file cannot be read, the topic's pages stay, and so do the pages of all items.
        """
        for path in self._folder.leftovers():
            first = path.removesuffix(".html").partition("/")[0]
            if first not in self._unreadable and not (self._unreadable and first == "item"):
                yield PageFile(path, None, None)


def _span(topic: Topic) -> str:
    return "" if topic.expression else f" first seen in {_CHART_DAYS} days"
