"""Items and judgements as topics want them shown: listed words masked, texts left out; pure, what is stored stays as it was."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Self

from feeds.model import Classification, Evidence
from feeds.publication.entry_view import EntryView
from feeds.site.highlighting import excerpt
from feeds.site.models import PageLink, SourceLine
from feeds.site.views import OPENING
from feeds.tagging.topic.model import Content, Topic
from ingest.model import Item, Sighting, StoredItem
from ingest.text.sanitize import paragraphs


@dataclass(frozen=True, slots=True)
class PageMasking:
    """What is kept from readers: the strictest that any of the topics asks for."""

    masks: tuple[EntryView, ...] = ()
    texts: bool = True  # whether more than titles is shown

    @classmethod
    def of(cls, topics: Iterable[Topic]) -> Self:
        """Give what the topics of one page want."""
        wanted = tuple(topics)
        masks = tuple(EntryView(topic) for topic in wanted if topic.publish.mask)
        return cls(masks, all(topic.publish.content is not Content.LINKS for topic in wanted))

    def text(self, text: str, language: str | None) -> str:
        """Give a text with its listed words masked; its length stays."""
        for mask in self.masks:
            text = mask.text(text, language)
        return text

    def name(self, name: str) -> str:
        """Give a name with its listed words masked."""
        return self.text(name, None)

    def topic(self, topic: Topic) -> Topic:
        """Give a topic as it may speak of itself."""
        return reduce(lambda shown, mask: mask.topic(shown), self.masks, topic)

    def link(self, link: PageLink) -> PageLink:
        """Give a way to a page, by a name that may be shown."""
        return replace(link, title=self.name(link.title)) if self.masks else link

    def source(self, line: SourceLine) -> SourceLine:
        """Give a line about a source, by a name that may be shown."""
        return replace(line, name=self.name(line.name), note=self.name(line.note)) if self.masks else line

    def item(self, stored: StoredItem) -> StoredItem:
        """Give an item as it may be shown, with who carried it."""
        if self.texts and not self.masks:
            return stored
        item = stored.item
        # What has no title is shown by its address.
        title, text = (self.text(words, item.language) for words in (item.title or item.url or "", item.text if self.texts else ""))
        authors = tuple(reduce(lambda shown, mask: mask.author(shown), self.masks, one) for one in item.authors)
        categories = tuple(replace(one, term=self.name(one.term), label=None) for one in item.categories)
        shown = replace(item, title=title, text=text, summary="", content=paragraphs(text), authors=authors, categories=categories)
        return replace(stored, item=shown, sightings=tuple(map(self._sighting, stored.sightings)))

    def _sighting(self, seen: Sighting) -> Sighting:
        source = reduce(lambda shown, mask: mask.source(shown), self.masks, seen.source)
        return replace(seen, source=source, title=self.name(seen.title), reason=self.name(seen.reason))

    def classification(self, judgement: Classification, stored: StoredItem) -> Classification:
        """Give a judgement on `stored`, as it was before the veil, in words that may be shown."""
        if not self.masks:
            return judgement
        shown, language = self.item(stored), stored.item.language
        masked = reduce(lambda said, mask: mask.classification(said, language), self.masks, judgement)
        return replace(
            masked,
            hits=tuple(self._hit(*both, stored, shown) for both in zip(judgement.hits, masked.hits, strict=True)),
            cancelled=tuple(
                (frame, self._hit(hit, seen, stored, shown))
                for (_, hit), (frame, seen) in zip(judgement.cancelled, masked.cancelled, strict=True)
            ),
        )

    @staticmethod
    def _hit(hit: Evidence, masked: Evidence, stored: StoredItem, shown: StoredItem) -> Evidence:
        """Give a hit as it stands in the text that is shown, where it stands there: so it can be marked."""
        before, after = (one.item.title if hit.field == "title" else one.item.text for one in (stored, shown))
        there = before[hit.start : hit.end] == hit.text and after
        return replace(masked, text=after[hit.start : hit.end] if there else masked.text)


def as_published(stored: StoredItem, topics: Collection[Topic], *, full: bool) -> StoredItem:
    """Give an item as its feeds and its page show it; `full` says whether whole texts are published unless a topic says otherwise.

    The strictest of `topics` masks words and leaves out texts. Where none of them publishes the whole text,
    its beginning is all there is.
    """
    shown = PageMasking.of(topics).item(stored)
    text = shown.item.text
    end = len(text) if any(_is_whole(topic, stored.item, full=full) for topic in topics) else excerpt(text, OPENING)
    if end == len(text):
        return shown
    beginning = text[:end]
    return replace(shown, item=replace(shown.item, text=beginning, summary="", content=paragraphs(beginning)))


def _is_whole(topic: Topic, item: Item, *, full: bool) -> bool:
    """Say whether a topic's feed has the whole text: also where the text is all that there is (RFC 4287, 4.1.2)."""
    content = topic.publish.content or (Content.FULL if full else Content.SUMMARY)
    return content is Content.FULL or (content is Content.SUMMARY and item.url is None)
