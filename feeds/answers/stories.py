"""The stories of a topic by page and filter, and one story with all its items, as an audience may see them; writes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final

from feeds.answers import cursor
from feeds.answers.model import CarrierLine, RelatedStory, StoriesPage, StoryDetails, StoryMember, StoryTag, TopicStory
from feeds.answers.reading import Reading
from feeds.answers.topics import USUAL_PAGE, day_after, page_size, source_address
from feeds.export.stories import RowWithEntry, StoryRows
from feeds.model import Classification, Grade, RelatedItem, StoryEvidence
from feeds.publication.entry import Carrier, carriers_of, public_url
from feeds.search.query import SearchQuery, parse_query
from feeds.search.search import PublicItems, SearchResult, rows_with_words, shows_words
from feeds.site.masking import PageMasking, as_published
from feeds.site.views import shown_at
from feeds.store.tagged import ListedFilter, ListedKey, TaggedItems
from feeds.tagging.topic.model import Topic
from ingest.errors import UsageError
from ingest.model import StoredItem
from ingest.text.sanitize import one_line

_LISTS: Final = {"sources", "authors", "categories"}  # that a row has as one text
_EXAMINED: Final = 2_000  # stories that are looked at for one page; where few are as asked, the page is short
_BATCH: Final = 100  # stories whose words are looked at together
_NO_WORDS: Final = SearchQuery()


@dataclass(frozen=True, slots=True)
class StoriesQuery:
    """Which stories of a topic are wanted; what is empty narrows nothing."""

    topic: str
    words: SearchQuery = _NO_WORDS
    since: date | None = None
    until: date | None = None
    language: str = ""
    source: str = ""
    grade: str = ""
    limit: int = USUAL_PAGE
    cursor: str = ""


def stories_query(topic: str, asked: Mapping[str, str]) -> StoriesQuery:
    """Read a query from its parts: q, since, until, language, source, grade, limit, cursor. Raises UsageError."""
    words = parse_query({"topic": topic} | {key: asked.get(key, "") for key in ("q", "since", "until", "language")})
    grade = asked.get("grade", "")
    if grade and grade not in set(Grade):
        raise UsageError(f'grade: "{grade[:40]}" is no grade', f"take one of {', '.join(Grade)}")
    limit = page_size(asked.get("limit", ""))
    source = one_line(asked.get("source", ""))
    return StoriesQuery(topic, words, words.since, words.until, words.language, source, grade, limit, asked.get("cursor", ""))


def stories_of(reading: Reading, wanted: StoriesQuery) -> StoriesPage:
    """Return a page of a topic's stories, the newest first, each once. Raises UnknownNameError and UsageError.

    A page may be shorter than asked for, even empty, where few stories are as wanted: the list ends where `next` is None.
    """
    topic = reading.audience.topic(wanted.topic)
    keys, last = _chosen(_keys(reading, topic, wanted), wanted)
    visible = reading.visible_in(topic)
    groups = list(dict.fromkeys(visible.groups([key.row for key in keys])))
    found = StoryRows(reading.facts, topic, reading.target, visible).of(groups)
    return StoriesPage(topic.name, tuple(map(_story, found)), cursor.written(last.moment, last.uid) if last else None)


def _chosen(keys: Iterator[ListedKey], wanted: StoriesQuery) -> tuple[list[ListedKey], ListedKey | None]:
    """Return the stories of a page, and the last one that was looked at where more follow."""
    chosen: list[ListedKey] = []
    last: ListedKey | None = None
    for number, key in enumerate(keys):
        if len(chosen) == wanted.limit or number == _EXAMINED:
            return chosen, last
        last = key
        if key.grade is not None and wanted.grade in {"", key.grade}:
            chosen.append(key)
    return chosen, None


def _keys(reading: Reading, topic: Topic, wanted: StoriesQuery) -> Iterator[ListedKey]:
    """Yield the stories that a filter and the words let through, from the cursor on; grades are not looked at."""
    at, uid = cursor.read(wanted.cursor, 2) if wanted.cursor else ("", "")
    after = (at, uid) if wanted.cursor else None
    source = source_address(reading, topic, wanted.source) if wanted.source else ""
    chosen = ListedFilter(wanted.since, day_after(wanted.until), wanted.language, source)
    tagged = TaggedItems(reading.facts)
    if not wanted.words.words:
        return tagged.keys(topic.name, chosen, after)
    full = reading.audience.full

    def shown(result: SearchResult) -> SearchResult:
        return replace(result, stored=as_published(result.stored, (topic,), full=full))

    public = PublicItems(frozenset({topic.name}), shown)
    # Languages and days are those of the list; the search would take an unknown language for none.
    rows = rows_with_words(reading.facts, replace(wanted.words, language=""), public)
    keys = list(tagged.keys(topic.name, chosen, after, rows))
    return _with_words(reading, wanted.words.words, keys, public)


def _with_words(reading: Reading, words: str, keys: list[ListedKey], public: PublicItems) -> Iterator[ListedKey]:
    """Yield the stories whose words, as the topic shows them, are the ones wanted."""
    for at in range(0, len(keys), _BATCH):
        some = keys[at : at + _BATCH]
        found = shows_words(reading.facts, words, (key.row for key in some), public)
        yield from (key for key in some if key.row in found)


def _story(found: RowWithEntry) -> TopicStory:
    row, entry = found.row, found.entry
    copied = {one.name: getattr(row, one.name) for one in fields(TopicStory) if one.name not in _LISTS}
    return TopicStory(
        **copied,
        sources=carrier_lines(entry.carriers),
        authors=tuple(author.name for author in entry.authors),
        categories=tuple(dict.fromkeys(category.label or category.term for category in entry.categories)),
    )


def carrier_lines(carriers: Iterable[Carrier]) -> tuple[CarrierLine, ...]:
    """Return carriers as they are told."""
    return tuple(CarrierLine(one.name, one.url, one.language, one.first_seen, one.reason) for one in carriers)


# One story


def story(reading: Reading, uid: str) -> StoryDetails:
    """Return the story of an item, as the pages of its topics show it. Raises UnknownNameError, WithdrawnError."""
    return story_of(reading, reading.row_of(uid))


def story_of(reading: Reading, row: int) -> StoryDetails:
    """Return the story of an item by its row; whoever asks may know the item."""
    visible = reading.visible
    (group,) = visible.groups([row])
    evidence = visible.evidence([group]).get(group[0], StoryEvidence())
    beside = tuple(one.row for one in evidence.related)
    tags = reading.tags((*group, *beside))
    stored = {one.row: one for one in reading.facts.items.by_rows((*group, *beside))}
    # The strictest rule of all topics that have anything of it: a page shows one item, this shows all of them.
    topics = {one.topic: reading.audience.topics[one.topic] for known in tags.values() for one in known}
    masking = PageMasking.of(topics.values())
    shown = {number: masking.item(one) for number, one in stored.items()}
    ids = {number: stored[number].id for number in group if reading.audience.owner or number in tags}
    lead = next((number for number in group if number in tags), next(number for number in group if number in ids))
    whys = evidence.whys(group[0])
    return StoryDetails(
        lead=ids[lead],
        title=_title(shown[lead]),
        topics=tuple(_tags(tags, group, stored, masking)),
        members=tuple(_member(shown[number], ids.get(number), masking.name(whys.get(number, ""))) for number in group),
        related=tuple(_related(one, shown[one.row], masking) for one in evidence.related),
    )


def _tags(
    tags: Mapping[int, tuple[Classification, ...]], group: tuple[int, ...], stored: Mapping[int, StoredItem], masking: PageMasking
) -> Iterator[StoryTag]:
    """Yield each topic once, with the first item that it tags."""
    told: set[str] = set()
    for row in group:
        for one in tags.get(row, ()):
            if one.topic not in told:
                told.add(one.topic)
                why = masking.classification(one, stored[row]).why
                yield StoryTag(one.topic, stored[row].id, one.version, str(one.grade or ""), one.score, why)


def _member(shown: StoredItem, uid: str | None, why: str) -> StoryMember:
    item = shown.item
    carriers = carrier_lines(carriers_of(shown.sightings))
    return StoryMember(uid, _title(shown), item.language, shown_at(shown)[0], public_url(item.url), why, carriers)


def _related(one: RelatedItem, shown: StoredItem, masking: PageMasking) -> RelatedStory:
    return RelatedStory(shown.id, _title(shown), public_url(shown.item.url), one.relation, masking.name(one.why))


def _title(shown: StoredItem) -> str:
    return shown.item.title or public_url(shown.item.url) or carriers_of(shown.sightings)[0].name
