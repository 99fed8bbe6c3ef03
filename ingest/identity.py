"""When two sightings are one article: the keys of an item, and same(a, b) with its reason; knows no database."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from ingest.model import Item, Keys, Source, SourceKind
from ingest.text.counters import without_counts
from ingest.text.folding import folded
from ingest.text.urls import canonical, page_key, same_page

_ENOUGH_WORDS: Final = 20  # fewer words of text recognise nothing across sources
_REISSUE: Final = timedelta(days=3)  # the same words dated further apart are another edition
_NEXT_DAY: Final = timedelta(hours=20)  # other words dated further apart are the next "Press review"
_TITLE_WORDS: Final = 4  # fewer may be the title of many articles
_TITLE_LETTERS: Final = 12  # ... where words are not separated by spaces
_ID: Final = 16  # hex digits of an item's id
_TAG: Final = re.compile(r"<[^<>]*>")
# Every stored fingerprint was made of these fields, in this order. Never add one: `later_fields` finds what is newer.
_HASHED_STRINGS: Final = ("guid", "url", "title", "summary", "content", "text", "boilerplate")
# By their `repr`: the names of Author, Category, Enclosure, Place and of their fields are part of every stored fingerprint.
_HASHED_DETAILS: Final = (
    *("title_inferred", "language", "language_from", "published", "published_raw", "updated", "updated_raw"),
    *("authors", "categories", "enclosures", "places"),
)
_strings_of: Final = attrgetter(*_HASHED_STRINGS)
_details_of: Final = attrgetter(*_HASHED_DETAILS)
_LATER: Final = tuple((one.name, one.default) for one in fields(Item) if one.name not in {*_HASHED_STRINGS, *_HASHED_DETAILS})
_ALIKE: Final = 0.5  # share of the shorter one's words that makes two titles, or two texts, one that was edited


def digest(*parts: str | None) -> str:
    """Hash strings to 24 hex digits; None differs from the empty string."""
    state = hashlib.blake2b(digest_size=12)
    for part in parts:
        state.update(b"\x00" if part is None else b"\x01" + part.encode())
        state.update(b"\x1f")
    return state.hexdigest()


def keys(item: Item) -> Keys:
    """Return the keys of an item; the same item has the same keys on every machine."""
    text, bare, body = _text_keys(item)
    return Keys(
        fingerprint=_fingerprint(item),
        content=wording(item.title, item.text, item.summary, item.content),
        guid=item.guid,
        url=page_key(item.url),
        text=text,
        bare=bare,
        body=body,
    )


def _fingerprint(item: Item) -> str:
    """Hash every field of an item: whatever a source changes, it has served something else."""
    return digest(*_strings_of(item), repr((*_details_of(item), *later_fields(item))))


def later_fields(item: Item) -> tuple[tuple[str, Any], ...]:
    """Return name and value of the fields that are newer than the stored hashes of items, where they are set.

    A hash that takes them in stays as it is stored for every item that has no such value.
    """
    return tuple((name, value) for name, default in _LATER if (value := getattr(item, name)) != default)


def wording(title: str, text: str, summary: str, content: str) -> str:
    """Hash the words that a reader sees. Markup, and the addresses in it, are corrected without a new version."""
    return digest("wording", title, text, _TAG.sub(" ", summary) if content else "")  # else the text is the summary's


def significance(item: Item) -> str:
    """Hash what makes a change significant to readers: title and words, but no number that only counts (RFC 4287, 4.2.15)."""
    return _significance(item.title, item.text, item.summary if item.content else "")


@lru_cache(maxsize=1_000)  # called several times for an entry in one publication
def _significance(title: str, text: str, summary: str) -> str:
    return digest("significant", title, without_counts(text), without_counts(_TAG.sub("\n", summary)))


def _text_keys(item: Item) -> tuple[str | None, str | None, str | None]:
    """Hash all the words of an item, title first; the same without boilerplate; and the text's alone.

    Wrapping, punctuation, case and accents make no difference, nor whether a document's first line
    was read as its title. Boilerplate that was taken off counts: a better cleaner must not make a
    second item. The text alone is all that a document without a title shares with a feed's entry.
    """
    head, body = folded(item.title), folded(item.text)
    alone = _words_key("", body)
    bare = alone if item.title_inferred or body.startswith(head) else _words_key(head, body)
    if not item.boilerplate:
        return bare, bare, alone
    whole = f"{body} {folded(item.boilerplate)}".strip()
    return _words_key("" if item.title_inferred or whole.startswith(head) else head, whole), bare, alone


def _words_key(head: str, body: str) -> str | None:
    """Hash words; None when there are too few to mean something."""
    return digest("words", f"{head} {body}" if head else body) if _is_enough(body) else None


def _is_enough(words: str) -> bool:
    return words.count(" ") + 1 >= _ENOUGH_WORDS


def with_words_key(item: Item, key: Keys) -> Keys:
    """Return the keys of a document, which has nothing but its words: they name it however few they are.

    Few words name it among documents only: in feeds a short text may be any day's "Press review".
    """
    return key if key.text else replace(key, text=digest("document", folded(f"{item.title} {item.text} {item.boilerplate}")))


def public_id(key: Keys, source: Source) -> str:
    """Return an item's own id: from its address, else from what its source or its words call it.

    It depends on nothing but the item and its first carrier, so a fresh database gives it again.
    """
    if key.url:
        return digest("url", key.url)[:_ID]
    if key.guid and source.kind is SourceKind.FEED:
        return digest("guid", source.url, key.guid)[:_ID]
    return digest("text", key.text or key.content)[:_ID]


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What is stored of an item that may be the one at hand."""

    item_id: int
    same_source: bool
    document: bool  # carried by a document, whose "guid" is only its file name
    guid: str | None
    url_key: str | None
    text_key: str | None
    title: str
    published: datetime | None
    bare_key: str | None = None  # of documents alone
    text: str = ""
    gone: bool = False  # its source no longer serves it under the names that are known


def same(item: Item, key: Keys, known: KnownItem) -> str | None:
    """Return by what `item` is the `known` one ("guid", "address", "title", "text"), or None when it is another.

    - guid, within one source; a guid reused with another address and another title is another article,
      and so is a file name reused for another title.
    - address, across sources; within one source only if the titles are alike or the old guid is gone,
      since some sources put ten articles under one address.
    - address but for its parameters, if title and text are word for word the same.
    - title, within one source, if date and text are the same too and the known names are served no more:
      some aggregators give an entry a new guid and address in every answer.
    - text, across sources, if the dates do not say that it is another edition; a document may lack the
      title or have boilerplate around the words.

    What one source dates a day later and fills with other words is another article under any name:
    there is a "Press review" every day.
    """
    if known.same_source and not known.document and _is_next_issue(item, known):
        return None
    alike = titles_alike(item.title, known.title)
    if known.same_source and key.guid and key.guid == known.guid:
        moved = known.document or bool(key.url and known.url_key and key.url != known.url_key)
        return None if moved and not alike else "guid"
    if key.url and key.url == known.url_key:
        return "address" if alike or not known.same_source else None
    distinct = known.same_source and not known.document and (item.guid or key.url) is not None
    if known.gone and known.same_source and not known.document and _is_renamed(item, known):
        return "title"
    if (known.gone or not known.same_source) and same_page(key.url, known.url_key) and _says_the_same(item, known):
        return "address"
    words = {key.text, key.bare, key.body} & {known.text_key, known.bare_key} - {None}
    return "text" if words and not distinct and _same_edition(item.published, known.published) else None


def _is_renamed(item: Item, known: KnownItem) -> bool:
    """Return whether an entry took the place of another that differs in guid and address alone."""
    if item.published != known.published or folded(item.title) != folded(known.title):
        return False
    if item.published is None or not (item.text and known.text):
        return _names_one(item.title) and folded(item.text) == folded(known.text)
    return _alike(folded(item.text), folded(known.text))


def _says_the_same(item: Item, known: KnownItem) -> bool:
    """Return whether title and text are word for word those that are known."""
    return _names_one(item.title) and folded(item.title) == folded(known.title) and folded(item.text) == folded(known.text)


def _names_one(title: str) -> bool:
    """Return whether a title is long enough to be that of one article: "Press review" is not."""
    words = folded(title)
    return words.count(" ") + 1 >= _TITLE_WORDS or (not words.isascii() and len(words) >= _TITLE_LETTERS)


def _is_next_issue(item: Item, known: KnownItem) -> bool:
    if item.published is None or known.published is None or abs(item.published - known.published) < _NEXT_DAY:
        return False
    one, other = folded(item.text), folded(known.text)
    return _is_enough(one) and _is_enough(other) and not _alike(one, other)


def _same_edition(a: datetime | None, b: datetime | None) -> bool:
    return a is None or b is None or abs(a - b) <= _REISSUE


def titles_alike(a: str, b: str) -> bool:
    """Return whether one title may be an edited form of the other: they share most of the shorter one's words."""
    return _alike(folded(a), folded(b))


def _alike(a: str, b: str) -> bool:
    first, second = set(a.split()), set(b.split())
    if not first or not second:
        return True  # nothing speaks against it
    return len(first & second) > _ALIKE * min(len(first), len(second))


def own_addresses(*addresses: str | None) -> set[str]:
    """Return the canonical forms of a source's own addresses, which are no article's."""
    return set(filter(None, map(canonical, addresses)))


def without_own_addresses(own: set[str], key: Keys) -> Keys:
    """Return the keys of an item without an address or guid that is the source's own."""
    if key.url in own:
        key = replace(key, url=None)
    return replace(key, guid=None) if key.guid and canonical(key.guid) in own else key


def document_keys(items: tuple[Item, ...]) -> tuple[tuple[Item, Keys], ...]:
    """Return a document's items with their keys, without those that the document itself shows to mean nothing.

    The same entry twice is kept once. An address or guid that entries with different titles share
    (the site's front page, the thread of a comment) recognises none of them.
    """
    return distinct_items((item, keys(item)) for item in items)


def distinct_items(made: Iterable[tuple[Item, Keys]]) -> tuple[tuple[Item, Keys], ...]:
    """Return a document's items, each once, with those of its keys that recognise it, as `document_keys` does."""
    pairs = {key.fingerprint: (item, key) for item, key in made}
    urls = _shared([(key.url, item.title) for item, key in pairs.values()])
    guids = _shared([(key.guid, item.title) for item, key in pairs.values()])
    if not urls and not guids:
        return tuple(pairs.values())
    return tuple(
        (item, replace(key, url=None if key.url in urls else key.url, guid=None if key.guid in guids else key.guid))
        for item, key in pairs.values()
    )


def _shared(named: list[tuple[str | None, str]]) -> set[str]:
    times = Counter(name for name, _ in named)
    titles: dict[str, set[str]] = {name: set() for name, number in times.items() if name and number > 1}
    for name, title in named:
        if name in titles:
            titles[name].add(folded(title))
    return {name for name, known in titles.items() if len(known) > 1}
