"""All pages of a home as files to write: reads the stores, leaves out what has not changed; knows no HTML."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from feeds.model import Classification
from feeds.publication.document import file_name
from feeds.publication.edition import Target, feed_name
from feeds.publication.entry import item_href
from feeds.publication.publish import Looked, PageFile
from feeds.site import facets, listing, render, sources, views
from feeds.site.fingerprints import EPOCH, PageFolder, fingerprint, folder_times, pages_in, sources_state, topic_state
from feeds.site.listing import ListedTopic, Listing
from feeds.site.masking import PageMasking
from feeds.site.models import (
    IndexPage,
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
from feeds.site.status import PATH, SiteStatus, status_file
from feeds.site.stories import Copies, TopicStories
from feeds.store.changes import Changes, DuePage
from feeds.store.classifications import Classifications
from feeds.store.ledger import Ledger
from feeds.store.published_files import PageRecords
from feeds.store.tagged import TaggedItems
from feeds.stories.story import Grouping
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts
from ingest.text.language.names import UNKNOWN

_CARDS: Final = 60  # stories on one page, however many the feed holds; the months list all of them
_SPARKLINE_DAYS: Final = 30
_HEADLINES: Final = 5  # newest stories of a topic on the front page
_ARCHIVES: Final = 50  # archive documents of a feed that its page links to: each of them links to the one before
_CHART_DAYS: Final = 60
_BATCH: Final = 200  # items in memory at once
_LISTS: Final = "?"  # begins the name of the record of what a topic's lists depend on; no page has such a path
_FOLDERS: Final = "folders"  # the name under which the times of the published folders are stored
_SOURCES: Final = re.compile(r"sources\.(?:\d+\.)?html")
_MONTH: Final = re.compile(r"/\d{4}-\d\d\.html$")


@dataclass(frozen=True, slots=True)
class TopicLists:
    """The lists that every page of a topic shows."""

    languages: tuple[PageLink, ...]
    sources: tuple[PageLink, ...]
    months: tuple[Month, ...] = ()
    archives: tuple[PageLink, ...] = ()


class Site:
    """The pages of the public topics. Private topics appear nowhere."""

    def __init__(  # noqa: PLR0913, PLR0917 - and how much of it is looked at
        self,
        facts: Facts,
        classifications: Classifications,
        topics: Iterable[Topic],
        target: Target,
        damaged: Iterable[str] = (),
        looked: Looked = Looked.FINGERPRINTS,
        private: Mapping[str, Grouping] = MappingProxyType({}),
    ) -> None:
        """Prepare the pages; those in `damaged` are made again, whatever lies there.

        `private` has the private topics whose stories are listed too, each with the stories as its readers may see them.
        """
        readable = tuple(topics)
        self._facts, self._classifications, self._target, self._damaged = facts, classifications, target, frozenset(damaged)
        self._tagged, self._changes, self._records = TaggedItems(facts), Changes(facts), PageRecords(facts)
        self._folder, self._whole = PageFolder(self._records, damaged, looked), looked is not Looked.CHANGES
        self._topics = {topic.name: topic for topic in readable if not topic.publish.private}
        self._with_rules = frozenset(name for name, topic in self._topics.items() if topic.expression)
        self._private = {topic.name: (topic, private[topic.name]) for topic in readable if topic.name in private}
        self._has_private = len(self._topics) < len(target.known | {topic.name for topic in readable})
        self._unreadable = target.known - {topic.name for topic in readable}
        self._now, self._rule = facts.polls.last_moment(), target.settings.polling.rule
        self._today = (self._now or EPOCH).date()
        self._statuses = sources.statuses(facts, self._topics.values(), self._now)
        self._item_states: dict[int, str] = {}  # another state, another page
        self._maskings: dict[tuple[str, ...], PageMasking] = {}
        self._copies = Copies(target.grouping)
        self._has_search = target.settings.service.search
        self._due: list[DuePage] = []

    @property
    def until(self) -> datetime | None:
        """When time alone changes the pages, apart from the date: an item leaves the list of a topic without a query."""
        everything = [name for name, (topic, _) in self._private.items() if not topic.expression]
        seen = (self._tagged.oldest(name) for name in (*self._topics.keys() - self._with_rules, *everything))
        # A second more: one that was first seen just then still belongs to the list, and would make the pages due for ever.
        return min((one + timedelta(days=_CHART_DAYS, seconds=1) for one in seen if one), default=None)

    def assets(self) -> tuple[tuple[str, bytes], ...]:
        """Return the files that every page names."""
        return render.assets()

    def files(self) -> Iterator[PageFile]:
        """Yield every page that is new or has changed, and every page that is to be removed.

        What a page was drawn from is remembered as a fingerprint; a page with the same fingerprint is left out. A
        folder that was emptied is filled with the same bytes.
        """
        self._list()
        self._folder.keep("index.html", "search.html")
        yield self._index()
        yield from self._sources()
        yield self._search()
        if not self._folder.is_current(PATH, fingerprint(self._statuses[""])):
            yield PageFile(PATH, status_file(self._statuses[""]), self._now)
        for topic in self._topics.values():
            yield from self._topic(topic)
        yield from self._items()
        if self._whole:
            yield from self._leftovers()

    def _list(self) -> None:
        """Bring the lists up to date: of a topic without a query, which tags everything, those in the time of its chart.

        A private topic has a list and no page: its owner's programs ask for it.
        """
        listed = {name: self._listed(topic, self._target.grouping) for name, topic in self._topics.items()}
        listed |= {name: self._listed(topic, grouping) for name, (topic, grouping) in self._private.items()}
        listing = Listing(self._facts, listed)
        listing.update()  # also when all is listed again: what is due stays so until it was drawn
        if self._whole:
            listing.renew()
        self._due = self._changes.due()

    def _listed(self, topic: Topic, grouping: Grouping) -> ListedTopic:
        since = None if topic.expression else self._now and self._now - timedelta(days=_CHART_DAYS)
        return ListedTopic(grouping, since, has_pages=not topic.publish.private)

    def remember(self) -> None:
        """Store what the pages were drawn from, inside the caller's transaction."""
        self._folder.remember()
        self._changes.drop_due(self._due)
        folders = [name for name in (*self._topics, "item", "static") if (self._target.folder / name).is_dir()]
        times = folder_times(self._target.folder, folders)
        Ledger(self._facts, _FOLDERS).set_edition(f"{' '.join(sorted(folders))}\n{times}", None)

    def _is_due(self, kind: str, key: str) -> bool:
        return self._whole or any(page.kind == kind and page.key == key for page in self._due)

    def _index(self) -> PageFile:
        lines = tuple(self._topic_line(topic) for topic in self._topics.values())
        last = max((line.last for line in lines if line.last), default=None)
        lines = tuple(sorted(lines, key=lambda line: not line.total))  # those with stories first, each part by name
        return PageFile("index.html", render.index(IndexPage(lines, self._facts.sources.count_polled(), self._statuses[""])), last)

    def _topic_line(self, topic: Topic) -> TopicLine:
        days = self._days(topic)
        newest, masking = listing.shown(self._tagged.lines(topic.name, _HEADLINES)), self._masking((topic,))
        shown = masking.topic(topic)
        return TopicLine(
            name=topic.name,
            title=shown.title,
            description=shown.description,
            total=sum(days.values()),
            recent=facets.daily(days, self._today, _SPARKLINE_DAYS),
            last=newest[0].moment if newest else None,
            span=_span(topic),
            newest=tuple(masking.line(one.line) for one in newest),
            has_pages=topic.name in self._with_rules,
        )

    def _days(self, topic: Topic) -> dict[date, int]:
        return listing.by_day(self._tagged.counts(topic.name, "day"))

    def _sources(self) -> Iterator[PageFile]:
        """Yield the pages of sources when one comes, goes, fails or recovers, and otherwise every ten minutes.

        Of more sources than one page holds one always does: then every ten minutes is often enough.
        """
        now = self._now or EPOCH
        named = sorted(self._tagged.source_urls(self._topics)) if self._has_private else None
        mark = fingerprint(sources_state(self._facts, now), *map(topic_state, self._topics.values()), named)
        there = frozenset(path for path in self._records.below("sources.") if _SOURCES.fullmatch(path))
        if self._folder.is_current(f"{_LISTS}sources.", mark) and not self._damaged & there:
            self._folder.keep(*there)
            return
        found = sources.lines(self._facts, self._topics, self._rule, now, private=self._has_private)
        made = sources.pages(found, self._now)
        for page in made:
            path = sources.path_of(page.number)
            own = fingerprint(mark if len(made) == 1 else replace(page, as_of=None), self._now if len(made) == 1 else None)
            if not self._folder.is_current(path, own):
                yield PageFile(path, render.sources(replace(page, fingerprint=own)), self._now)
        for path in sorted(there - {sources.path_of(page.number) for page in made}):
            self._folder.drop(path)
            yield PageFile(path, None)

    def _search(self) -> PageFile:
        """Return the search form, which the server answers, or a notice where the search is closed."""
        if not self._has_search:
            notice = Notice("Search is closed", "The owner of this site has closed it.")
            return PageFile("search.html", render.notice(notice, ""))
        named = (self._masking((topic,)).topic(topic) for topic in self._topics.values())
        topics = tuple(PageLink(topic.title, f"{topic.name}.html", key=topic.name) for topic in named)
        found = {language for name in self._topics for language in self._tagged.counts(name, "language")} - {UNKNOWN}
        languages = facets.languages("", dict.fromkeys(found, 0))
        by_name = tuple(sorted((replace(one, count=None) for one in languages), key=lambda link: link.title))
        return PageFile("search.html", render.search_page(SearchPage(topics=topics, languages=by_name), root=""))

    # A topic, its facets and its months

    def _topic(self, topic: Topic) -> Iterator[PageFile]:
        """Yield the pages of a topic, of its facets and of its months, where it has changed, or the date."""
        last = Ledger(self._facts, feed_name(topic)).last_page()
        newest = range(max(last - _ARCHIVES, 0) + 1, last + 1)
        archives = tuple(PageLink(f"{number}", file_name(topic.name, number)) for number in newest)
        current = self._folder.is_current(
            f"{_LISTS}{topic.name}", fingerprint(topic_state(topic), self._today, archives, self._status(topic).outage)
        )
        folder = f"{topic.name}/"
        damaged = any(path == f"{topic.name}.html" or path.startswith(folder) for path in self._damaged)
        if current and not damaged and not self._is_due("topic", topic.name):
            return
        titles, counts = self._tagged.source_titles(), self._tagged.counts(topic.name, "source")
        named = {url: listing.named(url, titles.get(url, "")) for url in counts}
        busy = facets.sources(topic.name, {named[url]: count for url, count in counts.items()})
        days = self._days(topic)
        months = facets.months(topic.name, days) if topic.expression else ()
        languages = facets.languages(topic.name, self._tagged.counts(topic.name, "language"))
        carriers = tuple(map(self._masking((topic,)).link, busy))
        lists = TopicLists(languages, carriers, months, archives)
        yield from self._topic_pages(topic, days, lists, {key: url for url, (_, key) in named.items()})
        there = self._records.below(folder)
        yield from self._months(topic, months, there)
        hrefs = {link.href for link in (*languages, *carriers)} | {month.href for month in months}
        for path in sorted(there - hrefs):
            self._folder.drop(path)
            yield PageFile(path, None)

    def _status(self, topic: Topic) -> SiteStatus:
        return self._statuses.get(topic.name, self._statuses[""])

    def _topic_pages(self, topic: Topic, days: dict[date, int], lists: TopicLists, urls: Mapping[str, str]) -> Iterator[PageFile]:
        """Yield the page of a topic, and the pages of its languages and sources (`urls` by key)."""
        pages: dict[PageLink | None, list[TaggedItem]] = {None: listing.shown(self._tagged.lines(topic.name, _CARDS))}
        kinds: dict[PageLink | None, dict[str, str]] = {link: {"language": link.key} for link in lists.languages}
        kinds |= {link: {"source": urls[link.key]} for link in lists.sources if link.href}
        pages |= {link: listing.shown(self._tagged.lines(topic.name, _CARDS, **kind)) for link, kind in kinds.items()}
        states = self._states({item.row for some in pages.values() for item in some})
        stories = TopicStories(self._facts, self._classifications, topic, self._copies, self._with_rules)
        common = fingerprint(topic_state(topic), lists.languages, lists.sources, self._status(topic).outage, self._has_search)
        first = self._today - timedelta(days=_CHART_DAYS - 1)
        for link, some in pages.items():
            path = link.href if link else f"{topic.name}.html"
            shown = replace(lists, months=(), archives=()) if link else lists
            of_days = listing.by_day(self._tagged.days(topic.name, first, **kinds[link])) if link else days
            counts = facets.daily(of_days, self._today, _CHART_DAYS)
            rows = [item.row for item in some]
            mark = fingerprint(common, link, shown.months, shown.archives, counts, self._today, [states[row] for row in rows])
            if not self._folder.is_current(path, mark):
                listed = stories.of(rows)
                page = self._topic_page(topic, some, shown, link, counts)
                page = replace(page, total=(link.count or 0) if link else sum(days.values()))
                data = render.topic(replace(page, cards=tuple(one.card for one in listed), fingerprint=mark))
                yield PageFile(path, data, max((one.changed for one in listed), default=None))

    def _topic_page(
        self, topic: Topic, items: Sequence[TaggedItem], lists: TopicLists, facet: PageLink | None, counts: tuple[int, ...]
    ) -> TopicPage:
        return TopicPage(
            about=views.about(self._masking((topic,)).topic(topic)),
            cards=(),
            total=0,
            last=items[0].moment if items else None,
            languages=facets.chosen(lists.languages, facet),
            sources=facets.chosen(lists.sources, facet),
            facet=facet,
            days=facets.chart(topic.name, counts, self._today, linked=topic.expression is not None),
            span=_span(topic),
            as_of=self._today,
            status=self._status(topic),
            months=lists.months,
            archives=lists.archives,
            older=self._rest(topic, items, facet),
            paged=self._rest_by_pages(topic, items, facet),
        )

    @staticmethod
    def _rest(topic: Topic, items: Sequence[TaggedItem], facet: PageLink | None) -> str:
        """Return where the list of a page goes on: the month of its last story, at that day."""
        if facet or not topic.expression or not items:
            return ""
        last = items[-1].moment.date()
        return f"{facets.month_href(topic.name, last)}#d{last.day}"

    def _rest_by_pages(self, topic: Topic, items: Sequence[TaggedItem], facet: PageLink | None) -> str:
        """Return where the server shows the stories of a page from its last day on; nowhere if the search is closed."""
        if not items or not self._has_search or (facet and facet.key == UNKNOWN):  # no search is for what has no language
            return ""
        kind = "source" if facet and "/source-" in facet.href else "language"
        asked = {"topic": topic.name, "until": f"{items[-1].moment:%Y-%m-%d}"} | ({kind: facet.key} if facet else {})
        return f"search?{urlencode(asked)}"

    def _states(self, rows: Iterable[int]) -> dict[int, list[str]]:
        """Return for each item values that change when it or one of its copies does."""
        wanted = set(rows)
        self._copies.load(wanted)
        groups = {row: (row, *self._copies.of(row)) for row in wanted}
        missing = {row for group in groups.values() for row in group} - self._item_states.keys()
        self._item_states.update(listing.states(self._facts, self._topics, missing))
        return {row: [self._item_states[one] for one in group] for row, group in groups.items()}

    def _months(self, topic: Topic, months: Sequence[Month], there: Collection[str]) -> Iterator[PageFile]:
        """Yield the pages of the months that have changed, and of those that get another neighbour."""
        present = [month.href for month in months]
        gone = {path for path in there if _MONTH.search(path)} - set(present)
        order = sorted({*present, *gone}, reverse=True)
        moved = {at for at, href in enumerate(order) if href in gone or href not in there}
        beside = {order[at + step] for at in moved for step in (-1, 0, 1) if 0 <= at + step < len(order)}
        for number, month in enumerate(months):
            due = month.href in beside or month.href in self._damaged
            if due or self._is_due("month", f"{topic.name}/{month.first:%Y-%m}"):
                later, earlier = months[max(number - 1, 0) : number], months[number + 1 : number + 2]
                yield from self._month(topic, month, (tuple(earlier), tuple(later)))

    def _month(self, topic: Topic, month: Month, beside: tuple[tuple[Month, ...], ...]) -> Iterator[PageFile]:
        earlier, later = (PageLink(f"{one[0].first:%B %Y}", one[0].href) if one else None for one in beside)
        after = (month.first + timedelta(days=31)).replace(day=1)
        lines = tuple(item.line for item in listing.shown(self._tagged.lines_between(topic.name, month.first, after)))
        mark = fingerprint(topic_state(topic), month, lines, earlier, later)
        if not self._folder.is_current(month.href, mark):
            masking = PageMasking.of([topic])
            lines = tuple(map(masking.line, lines))
            page = MonthPage(views.about(masking.topic(topic)), month, facets.by_day(lines), earlier, later, mark)
            last = datetime.combine(lines[0].day, time(), UTC)
            yield PageFile(month.href, render.month(page), last)

    # Items

    def item(self, uid: str) -> bytes | None:
        """Return the page of an item, as its file is or would be; None where it has no page."""
        row = self._tagged.row_of(uid)
        if row is None or not self._classifications.having([row], self._with_rules):
            return None
        return next(page.data for page in self._item_batch(self._marks([row])))

    def _items(self) -> Iterator[PageFile]:
        """Yield the pages of the newest items where they are new or changed, one batch in memory at a time."""
        newest, there = self._newest(), self._records.items()
        self._folder.keep(*there.values())
        due = newest - there.keys()
        if self._whole:
            due = newest
        else:
            due |= {row for row, path in there.items() if path in self._damaged}
            due |= {int(page.key) for page in self._due if page.kind == "item"}
        wanted = sorted(due & newest)
        for start in range(0, len(wanted), _BATCH):
            marks = self._marks(wanted[start : start + _BATCH])
            paths = self._item_paths(marks)
            yield from self._item_batch(
                {row: mark for row, mark in marks.items() if not self._folder.is_current(paths[row], mark, row)}
            )
        if not self._unreadable:  # whose pages they may be
            yield from self._older({row: path for row, path in there.items() if row not in newest})

    def _newest(self) -> set[int]:
        """Return the items whose pages are files: those that were stored last, in any topic with a query."""
        limit = self._target.settings.publish.item_pages
        rows = sorted({row for name in self._with_rules for row in self._tagged.newest(name, limit)}, reverse=True)
        return set(rows if limit < 0 else rows[:limit])

    def _older(self, there: Mapping[int, str]) -> Iterator[PageFile]:
        """Yield the removal of the pages of items that are no longer new, or no longer tagged."""
        still = self._classifications.having(there, self._with_rules)
        for row, path in there.items():
            self._folder.drop(path)
            yield PageFile(path, None, pruned=row in still)

    def _item_paths(self, rows: Iterable[int]) -> dict[int, str]:
        return {row: item_href(uid) for row, uid in self._tagged.uids(rows).items()}

    def _marks(self, rows: Sequence[int]) -> dict[int, str]:
        """Return the fingerprints of the pages of items."""
        topics, states = tuple(map(topic_state, self._topics.values())), self._states(rows)
        return {row: fingerprint(states[row], topics, self._copies.evidence(row)) for row in rows}

    def _item_batch(self, due: dict[int, str]) -> Iterator[PageFile]:
        """Yield the pages of the items in `due`, each with its fingerprint."""
        texts = self._facts.items.versions(due)
        related = (one.row for row in due for one in self._copies.evidence(row).related)
        rows = {*(one for row in due for one in (row, *self._copies.of(row))), *related}
        found = {stored.row: stored for stored in self._facts.items.by_rows(rows)}
        with_page = self._classifications.having(rows, self._with_rules)
        classified = self._classifications.of_all(rows)
        for row, mark in due.items():
            tags = tuple(one for one in classified[row] if one.topic in self._topics)
            topics = self._topics_of(tags)
            masking, stored = self._masking(topics), found[row]
            versions = (
                (at, masking.name(source), masking.text(title, stored.item.language), text)
                for at, source, title, text in texts[row]
            )
            page = views.item_page(
                masking.item(stored),
                tuple((masking.classification(tag, stored), masking.topic(topic)) for tag, topic in zip(tags, topics, strict=True)),
                versions,
                self._story(row, found, classified, with_page),
                mark,
            )
            yield PageFile(page.card.href, render.item(page), views.moment(stored))

    def _story(
        self, row: int, found: Mapping[int, StoredItem], tags: Mapping[int, Iterable[Classification]], with_page: Collection[int]
    ) -> tuple[RelatedLine, ...]:
        """Return the copies of an item, then the items that are related to its story.

        Of each is masked what the topics of either mask: what one page keeps back no other tells.
        """
        copies = ((one, self._copies.why(one) or self._copies.why(row), "") for one in self._copies.of(row))
        related = ((one.row, "", one.relation) for one in self._copies.evidence(row).related)
        lines = []
        for one, why, relation in (*copies, *related):
            masking = self._masking(self._topics_of((*tags[row], *tags.get(one, ()))))
            lines.append(views.related_line(masking.item(found[one]), masking.name(why), relation, has_page=one in with_page))
        return tuple(lines)

    def _topics_of(self, tags: Iterable[Classification]) -> tuple[Topic, ...]:
        return tuple(self._topics[name] for name in dict.fromkeys(one.topic for one in tags) if name in self._topics)

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
        known = self._records.all()
        for path in sorted({*known, *pages_in(self._target.folder)} - self._folder.kept):
            first = path.removesuffix(".html").partition("/")[0]
            if first in self._unreadable or (self._unreadable and first == "item"):
                continue
            self._folder.drop(path)
            if not path.startswith(_LISTS):
                yield PageFile(path, None, pruned=self._is_older_item(path))

    def _is_older_item(self, path: str) -> bool:
        """Return whether a page is that of an item which has one, though not as a file."""
        folder, _, name = path.partition("/")
        row = self._tagged.row_of(name.removesuffix(".html")) if folder == "item" else None
        return row is not None and bool(self._classifications.having([row], self._with_rules))


def is_untouched(facts: Facts, folder: Path) -> bool:
    """Return whether no file has come to the published folders or gone since pages were drawn last."""
    names, _, times = Ledger(facts, _FOLDERS).edition()[0].partition("\n")
    return bool(times) and folder_times(folder, names.split()) == times


def _span(topic: Topic) -> str:
    return "" if topic.expression else f" first seen in {_CHART_DAYS} days"
