"""Whatever a topic publishes as it wants it shown: without images, with listed words masked; pure, what is stored stays."""

import re
from dataclasses import fields, replace
from typing import Any, Final

from feeds.model import Classification, Evidence
from feeds.publication.document import FeedDocument
from feeds.publication.entry import FeedEntry
from feeds.publication.masking import Mask
from feeds.tagging.topic.model import Topic
from ingest.model import Author, Category, Source

_IMAGE: Final = re.compile(r"</?(?:img|picture|source)\b[^>]*>")
# Fields of an entry that are no text. Every other is masked, also one that is added later.
_NO_TEXTS: Final = frozenset("id title_inferred url published updated language whole enclosures places evidence".split())
_PICTURES: Final = frozenset({"thumbnail", "image"})


class EntryView:
    """How one topic shows its entries."""

    def __init__(self, topic: Topic) -> None:
        """Compile the topic's mask."""
        self._images = topic.publish.images
        self._mask = Mask(topic) if topic.publish.mask else None

    def of(self, entry: FeedEntry) -> FeedEntry:
        """Return the entry as it is published."""
        shown = entry if self._images else _without_images(entry)
        return self._masked(shown, self._mask) if self._mask else shown

    def text(self, text: str, language: str | None) -> str:
        """Return a plain text as it is published: its length stays, so that places in it do too."""
        return self._mask.text(text, language) if self._mask else text

    def name(self, name: str) -> str:
        """Return a name, or what somebody wrote about the topic, as it is published: it is in no known language."""
        return self.text(name, None)

    def topic(self, topic: Topic) -> Topic:
        """Return a topic with its own texts as they are published."""
        if not self._mask:
            return topic
        return replace(
            topic,
            title=self.name(topic.title),
            description=self.name(topic.description),
            definition=self.name(topic.definition),
            means=tuple(map(self.name, topic.means)),
            does_not_mean=tuple(map(self.name, topic.does_not_mean)),
            limits=tuple(map(self.name, topic.limits)),
            contact=self.name(topic.contact),
        )

    def document(self, document: FeedDocument) -> FeedDocument:
        """Return a document with its entries, its topic's texts and its tombstones as they are published."""
        if not self._mask:
            return document
        tombstones = tuple(replace(one, reason=self.name(one.reason)) for one in document.tombstones)
        return replace(document, topic=self.topic(document.topic), tombstones=tombstones)

    def source(self, source: Source) -> Source:
        """Return a source by the name that it is published under."""
        if not self._mask:
            return source
        return replace(source, title=self.name(source.title), categories=tuple(map(self.name, source.categories)))

    def author(self, author: Author) -> Author:
        """Return an author by the name that is published."""
        return replace(author, name=self.name(author.name))

    def category(self, category: Category) -> Category:
        """Return a category by the words that are published."""
        return replace(category, term=self.name(category.term), label=category.label and self.name(category.label))

    def classification(self, classification: Classification, language: str | None) -> Classification:
        """Return a classification in words that are published."""
        return replace(
            classification,
            why=self.text(classification.why, language),
            review=self.name(classification.review),
            hits=tuple(self._hit(hit, language) for hit in classification.hits),
            cancelled=tuple((self.name(context), self._hit(hit, language)) for context, hit in classification.cancelled),
        )

    def _hit(self, hit: Evidence, language: str | None) -> Evidence:
        text = self.text(hit.text, language)
        return replace(hit, group=self.name(hit.group), term=self.text(hit.term, hit.language), text=text)

    def _masked(self, entry: FeedEntry, mask: Mask) -> FeedEntry:
        language = entry.language
        carriers = tuple(replace(one, name=self.name(one.name), reason=self.name(one.reason)) for one in entry.carriers)
        shown: dict[str, Any] = {
            "body": mask.html(entry.body, language),
            "authors": tuple(map(self.author, entry.authors)),
            "categories": tuple(map(self.category, entry.categories)),
            "carriers": carriers,
            "origin": replace(entry.origin, title=self.name(entry.origin.title)),
            "related": tuple(replace(one, name=self.name(one.name), why=self.name(one.why)) for one in entry.related),
            "classification": self.classification(entry.classification, language),
        }
        texts: dict[str, Any] = {
            one.name: tuple(map(self.name, value)) if isinstance(value, tuple) else self.text(value, language)
            for one in fields(entry)
            if one.name not in _NO_TEXTS and one.name not in shown and (value := getattr(entry, one.name))
        }
        return replace(entry, **shown, **texts)


def _without_images(entry: FeedEntry) -> FeedEntry:
    others = tuple(one for one in entry.enclosures if one.kind not in _PICTURES and not (one.type or "").startswith("image/"))
    return replace(entry, body=_IMAGE.sub("", entry.body), enclosures=others)
