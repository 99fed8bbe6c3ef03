"""Items and classifications as topics allow pages to show them: listed words masked, texts left out; changes nothing stored."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from functools import reduce
from typing import Any, Final, Self

from feeds.model import Classification, Evidence
from feeds.publication.entry_view import EntryView
from feeds.site.highlighting import cut_position
from feeds.site.models import ItemLine, PageLink, SourceLine
from feeds.site.views import OPENING
from feeds.tagging.topic.model import Content, Topic
from ingest.model import Item, Sighting, StoredItem
from ingest.text.sanitize import paragraphs

# Fields of an item that are no text, or that no page shows. Every other is masked, also one that is added later.
_NO_TEXTS: Final = frozenset(
    "guid url title_inferred boilerplate language language_from published published_raw updated updated_raw"
    " enclosures places".split()
)


@dataclass(frozen=True, slots=True)
class PageMasking:
    """What some topics keep from readers: the strictest rule of any of them holds."""

    entry_views: tuple[EntryView, ...] = ()  # of the topics that mask words
    texts: bool = True  # whether pages show more than titles

    @classmethod
    def of(cls, topics: Iterable[Topic]) -> Self:
        """Return the masking of a page that shows items of `topics`."""
        wanted = tuple(topics)
        masking = tuple(EntryView(topic) for topic in wanted if topic.publish.mask)
        return cls(masking, all(topic.publish.content is not Content.LINKS for topic in wanted))

    def text(self, text: str, language: str | None) -> str:
        """Return a text with the listed words masked; its length stays."""
        for view in self.entry_views:
            text = view.text(text, language)
        return text

    def name(self, name: str) -> str:
        """Return a name with the listed words masked: its language is unknown."""
        return self.text(name, None)

    def topic(self, topic: Topic) -> Topic:
        """Return a topic with the listed words masked in what it says of itself."""
        return reduce(lambda shown, view: view.topic(shown), self.entry_views, topic)

    def link(self, link: PageLink) -> PageLink:
        """Return a link with the listed words masked in its title."""
        return replace(link, title=self.name(link.title)) if self.entry_views else link

    def line(self, line: ItemLine) -> ItemLine:
        """Return a story's line with its title and source masked."""
        return line._replace(title=self.text(line.title, line.language), source=self.name(line.source))

    def source(self, line: SourceLine) -> SourceLine:
        """Return a line about a source with the listed words masked."""
        return replace(line, name=self.name(line.name), note=self.name(line.note)) if self.entry_views else line

    def item(self, stored: StoredItem) -> StoredItem:
        """Return an item as it may be shown, with who carried it."""
        if self.texts and not self.entry_views:
            return stored
        item = stored.item
        # Without a title an item is shown by its address.
        title, text = (self.text(words, item.language) for words in (item.title or item.url or "", item.text if self.texts else ""))
        shown: dict[str, Any] = {
            "title": title,
            "text": text,
            "summary": "",
            "content": paragraphs(text),
            "authors": tuple(reduce(lambda shown, view: view.author(shown), self.entry_views, one) for one in item.authors),
            "categories": tuple(replace(one, term=self.name(one.term), label=None) for one in item.categories),
        }
        others: dict[str, Any] = {
            one.name: self.text(value, item.language) if self.texts else one.default
            for one in fields(item)
            if one.name not in _NO_TEXTS and one.name not in shown and (value := getattr(item, one.name))
        }
        masked = replace(item, **shown, **others)
        return replace(stored, item=masked, sightings=tuple(map(self._sighting, stored.sightings)))

    def _sighting(self, seen: Sighting) -> Sighting:
        source = reduce(lambda shown, view: view.source(shown), self.entry_views, seen.source)
        return replace(seen, source=source, title=self.name(seen.title), reason=self.name(seen.reason))

    def classification(self, classification: Classification, stored: StoredItem) -> Classification:
        """Return a classification on `stored`, the item as it is stored, with the listed words masked."""
        if not self.entry_views:
            return classification
        shown, language = self.item(stored), stored.item.language
        masked = reduce(lambda shown_as, view: view.classification(shown_as, language), self.entry_views, classification)
        return replace(
            masked,
            hits=tuple(self._hit(*both, stored, shown) for both in zip(classification.hits, masked.hits, strict=True)),
            cancelled=tuple(
                (context, self._hit(hit, seen, stored, shown))
                for (_, hit), (context, seen) in zip(classification.cancelled, masked.cancelled, strict=True)
            ),
        )

    @staticmethod
    def _hit(hit: Evidence, masked: Evidence, stored: StoredItem, shown: StoredItem) -> Evidence:
        """Return a hit with the words of the shown text at its place, so that it can be highlighted there."""
        before, after = (one.item.title if hit.field == "title" else one.item.text for one in (stored, shown))
        there = before[hit.start : hit.end] == hit.text and after
        return replace(masked, text=after[hit.start : hit.end] if there else masked.text)


def as_published(stored: StoredItem, topics: Collection[Topic], *, full: bool) -> StoredItem:
    """Return an item as its feeds and its page show it to anybody.

    The strictest of `topics` decides which words are masked and whether there is a text. Where no topic
    publishes the whole text, only its opening is left; `full` is the setting for topics that do not say.
    """
    shown = PageMasking.of(topics).item(stored)
    text = shown.item.text
    end = len(text) if any(_is_whole(topic, stored.item, full=full) for topic in topics) else cut_position(text, OPENING)
    if end == len(text):
        return shown
    beginning = text[:end]
    return replace(shown, item=replace(shown.item, text=beginning, summary="", content=paragraphs(beginning)))


def _is_whole(topic: Topic, item: Item, *, full: bool) -> bool:
    """Return whether a topic's feed has the whole text; an item without an address always has it (RFC 4287, section 4.1.2)."""
    content = topic.publish.content or (Content.FULL if full else Content.SUMMARY)
    return content is Content.FULL or (content is Content.SUMMARY and item.url is None)
