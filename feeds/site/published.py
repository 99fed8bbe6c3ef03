"""What of a stored item anybody may read, by the topics that publish it: words masked, no more text than they show; pure."""

from collections.abc import Collection
from dataclasses import replace

from feeds.site.marks import excerpt
from feeds.site.masking import PageMasking
from feeds.site.views import OPENING
from feeds.tagging.topic.model import Content, Topic
from ingest.model import Item, StoredItem
from ingest.text.sanitize import paragraphs


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
