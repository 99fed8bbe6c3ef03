"""An entry as its topic wants it shown: without images, with listed words masked; pure, the stored text stays as it was."""

import re
from dataclasses import replace
from functools import partial
from html import unescape
from typing import Final

from feeds import query
from feeds.entry import Entry
from feeds.match import Matcher
from feeds.segments import segments
from feeds.tag import Evidence, Judgement
from feeds.topic import Group, Term, Topic
from ingest.item import Category
from ingest.text import escape

_MASKED: Final = "masked"  # the name of the only group that a mask looks for
_TAG: Final = re.compile(r"(<[^>]*>)")  # sanitised HTML has no `>` in an attribute
_IMAGE: Final = re.compile(r"</?(?:img|picture|source)\b[^>]*>")
_SPOKEN: Final = re.compile(r'( (?:alt|title)=")([^"]*)(")')
_PICTURES: Final = frozenset({"thumbnail", "image"})
_LETTER: Final = re.compile(r"\w")


class Variant:
    """How one topic shows its entries."""

    def __init__(self, topic: Topic) -> None:
        """Compile the topic's mask."""
        self._images = topic.publish.images
        self._mask = _Mask(topic) if topic.publish.mask else None

    def of(self, entry: Entry) -> Entry:
        """Give the entry as it is published."""
        shown = entry if self._images else _without_images(entry)
        return self._mask.entry(shown) if self._mask else shown

    def text(self, text: str, language: str | None) -> str:
        """Give a plain text as it is published: its length stays, so that places in it do too."""
        return self._mask.text(text, language) if self._mask else text


def _without_images(entry: Entry) -> Entry:
    others = tuple(one for one in entry.enclosures if one.kind not in _PICTURES and not (one.type or "").startswith("image/"))
    return replace(entry, body=_IMAGE.sub("", entry.body), enclosures=others)


class _Mask:
    """Words of which only the first letter is shown, found as a topic finds its terms: with stems, endings and particles."""

    def __init__(self, topic: Topic) -> None:
        groups = {group.name: group.terms for group in topic.groups}
        terms = tuple(term for name in topic.publish.mask for term in groups.get(name, (Term(name, None),)))
        alone = replace(topic, expression=query.Group(_MASKED), groups=(Group(_MASKED, terms),), review=None, frames=())
        self._matcher = Matcher([alone])

    def text(self, text: str, language: str | None) -> str:
        found = self._matcher.find(segments("", text), language)
        for hit in sorted((hit for one in found.values() for hit in one.hits), key=lambda hit: -hit.start):
            text = text[: hit.start + 1] + _LETTER.sub("*", text[hit.start + 1 : hit.end]) + text[hit.end :]
        return text

    def html(self, html: str, language: str | None) -> str:
        parts = _TAG.split(html)  # text, tag, text, ...
        parts[::2] = [self._spoken(part, language) for part in parts[::2]]
        parts[1::2] = [_SPOKEN.sub(lambda m: m[1] + self._spoken(m[2], language) + m[3], part) for part in parts[1::2]]
        return "".join(parts)

    def _spoken(self, escaped: str, language: str | None) -> str:
        plain = unescape(escaped)
        masked = self.text(plain, language)
        return escaped if masked == plain else escape(masked)

    def entry(self, entry: Entry) -> Entry:
        masked = partial(self.text, language=entry.language)
        return replace(
            entry,
            title=masked(entry.title),
            excerpt=masked(entry.excerpt),
            body=self.html(entry.body, entry.language),
            why=masked(entry.why),
            categories=tuple(Category(masked(one.term), one.scheme, one.label and masked(one.label)) for one in entry.categories),
            judgement=self._judgement(entry.judgement, entry.language),
        )

    def _judgement(self, judgement: Judgement, language: str | None) -> Judgement:
        masked = partial(self.text, language=language)

        def hit(one: Evidence) -> Evidence:
            return replace(one, term=masked(one.term), text=masked(one.text))

        return replace(judgement, why=masked(judgement.why), hits=tuple(map(hit, judgement.hits)))
