"""Items and judgements as topics want them shown: listed words masked, texts left out; pure, what is stored stays as it was."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from feeds.tag import Evidence, Judgement
from feeds.topic import Content, Topic
from feeds.variant import Variant
from ingest.item import StoredItem
from ingest.text import paragraphs


@dataclass(frozen=True, slots=True)
class Veil:
    """What is kept from readers: the strictest that any of the topics asks for."""

    masks: tuple[Variant, ...] = ()
    texts: bool = True  # whether more than titles is shown

    @classmethod
    def of(cls, topics: Iterable[Topic]) -> Self:
        """Give what the topics of one page want."""
        wanted = tuple(topics)
        masks = tuple(Variant(topic) for topic in wanted if topic.publish.mask)
        return cls(masks, all(topic.publish.content is not Content.LINKS for topic in wanted))

    def text(self, text: str, language: str | None) -> str:
        """Give a text with its listed words masked; its length stays."""
        for mask in self.masks:
            text = mask.text(text, language)
        return text

    def item(self, stored: StoredItem) -> StoredItem:
        """Give an item as it may be shown."""
        if self.texts and not self.masks:
            return stored
        item = stored.item
        title, text = (self.text(words, item.language) for words in (item.title, item.text if self.texts else ""))
        categories = tuple(replace(one, term=self.text(one.term, None), label=None) for one in item.categories)
        shown = replace(item, title=title, text=text, summary="", content=paragraphs(text), categories=categories)
        return replace(stored, item=shown)

    def judgement(self, judgement: Judgement, stored: StoredItem) -> Judgement:
        """Give a judgement on `stored`, as it was before the veil, in words that may be shown."""
        if not self.masks:
            return judgement
        shown = self.item(stored)
        return replace(
            judgement,
            why=self.text(judgement.why, stored.item.language),
            hits=tuple(self._hit(hit, stored, shown) for hit in judgement.hits),
            cancelled=tuple((frame, self._hit(hit, stored, shown)) for frame, hit in judgement.cancelled),
        )

    def _hit(self, hit: Evidence, stored: StoredItem, shown: StoredItem) -> Evidence:
        before, after = (one.item.title if hit.field == "title" else one.item.text for one in (stored, shown))
        there = before[hit.start : hit.end] == hit.text and after
        return replace(hit, text=after[hit.start : hit.end] if there else self.text(hit.text, stored.item.language))
