"""What is compared of a document: its title without publisher, words, names, numbers, dates, kind; knows no other document."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import islice
from typing import Final

from feeds.stories import sketch, vocabulary
from feeds.stories.alignment import BagOfWords, TokenSequence, tokenize
from feeds.stories.sketch import Hashes, digest, distinct, hashes, shingled
from feeds.stories.words import STEM, content, digests, tokens_of, weighed, weight
from ingest.text.folding import fold, folded, word_pattern
from ingest.text.urls import canonical, host_of, is_front_page

BODY: Final = 8  # words of text below which an item is little more than its title
LEAD: Final = 30  # words of the text that an excerpt shares with the whole
ALIGNED: Final = 60  # words up to which texts are compared word for word
READ: Final = 200  # words or letters of them that are read
_LONGEST: Final = 600  # words of text that are compared: news has its facts near the top
_MOST: Final = 6_000  # characters of text that are read
_TAIL: Final = re.compile(r"^(?P<head>.*\S)\s+(?:[-–—|·]|::)\s+(?P<tail>[^|]{2,45})$")
_TAIL_WORDS: Final = 5
_NUMBER: Final = re.compile(r"\d+(?:[.,\u00a0\u202f']\d+)*")
_SCORE: Final = re.compile(r"(?<![\d-])(\d{1,3})\s?[-:–]\s?(\d{1,3})(?![\d-])")
_VERSION: Final = re.compile(
    r"(?<![\w.])v?\d+(?:(?:\.\d+){2,}|(?:\.\d+)+(?=[-.]?(?:a|b|rc|alpha|beta|dev)))[-.]?[a-z]*\d*(?![\w.]\d)", re.IGNORECASE
)
_DATELINE: Final = re.compile(r"^[^.!?()（）]{2,60}[(（][^()（）]{1,30}[)）]\s*[-–—:：]*\s*")
_REPLY: Final = re.compile(r"(?:^|[^\w\s]\s)(?:Re|Aw|Fwd|Sv|Odp): ", re.IGNORECASE)
_DAY_FIRST: Final = re.compile(r"(?<!\d)(\d{1,2})(?:\.|st|nd|rd|th|er|º|ª)?\s+(?:de\s+)?([^\W\d_]{3,})")
_MONTH_FIRST: Final = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?!\d)")
_FIGURES: Final = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})(?:[./](?:19|20)?\d\d)?(?!\d)|(?<!\d)20\d\d-(\d\d)-(\d\d)")
_AGGREGATORS: Final = ("news google", "google news", "bing com", "bing news", "msn com")
_GENERIC: Final = frozenset(
    "news times post tv radio online magazine journal gazette herald tribune daily weekly guardian independent telegraph zeitung"
    " nachrichten aktuell presse spiegel anzeiger tageblatt kurier info infos press agency agenzia agence agencia giornale corriere"
    " gazzetta repubblica courant krant dagblad nieuws omroep diario noticias periodico wiadomosci gazeta новости".split()
)


@dataclass(frozen=True)
class Details:
    """What two editions of one template differ in: numbers, dates, scores, names; each is extracted when it is first asked for."""

    text: str

    @cached_property
    def _plain(self) -> str:
        return folded(self.text)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The figures, and small numbers that are written out."""
        return frozenset(re.sub(r"\D", "", found) for found in _NUMBER.findall(self.text)) | {*vocabulary.counted(self._plain)}

    @cached_property
    def series(self) -> frozenset[tuple[str, str]]:
        """Which one of a row: ("day", "12")."""
        versions = (("version", found.lower()) for found in _VERSION.findall(self.text))
        return frozenset((*vocabulary.series(self._plain), *versions))

    @cached_property
    def dates(self) -> frozenset[str]:
        """Days of the year."""
        return frozenset(f"{month:02}-{day:02}" for day, month in _dates(self.text))

    @cached_property
    def weekdays(self) -> frozenset[int]:
        """Days of the week; Monday is 0."""
        return frozenset(vocabulary.weekdays(self._plain))

    @cached_property
    def scores(self) -> frozenset[tuple[str, str]]:
        """The scores of matches."""
        return frozenset(_SCORE.findall(self.text))

    @cached_property
    def names(self) -> frozenset[str]:
        """The stems of words that look like names."""
        return frozenset(names(self.text))


@dataclass(frozen=True)
class Wording:
    """What a document says word for word; each view of it is made when it is first asked for, since few pairs ever ask."""

    headline: str  # without its publisher
    text: str
    url: str
    language: str | None = None

    @cached_property
    def title_details(self) -> Details:
        """Those of the title."""
        return Details(self.headline)

    @cached_property
    def lead_details(self) -> Details:
        """Those of title and opening."""
        return Details(f"{self.headline}. {' '.join(self.text.split(maxsplit=LEAD * 2)[: LEAD * 2])}")

    @cached_property
    def body_details(self) -> Details:
        """Those of the whole text."""
        return Details(self.text)

    @cached_property
    def title(self) -> TokenSequence:
        """The title, to be aligned."""
        return tokenize(self.headline, self.language)

    @cached_property
    def opening(self) -> TokenSequence:
        """The text after its dateline, to be aligned: no more of it than a short item has."""
        return tokenize(_DATELINE.sub("", self.text, count=1), self.language, READ)

    @cached_property
    def words(self) -> BagOfWords:
        """All words of title and text."""
        return BagOfWords(f"{self.headline}\n{self.text}", self.language)

    @cached_property
    def _plain(self) -> str:
        return folded(self.headline)

    @cached_property
    def live(self) -> bool:
        """True for the title of a live page, which goes on changing."""
        return vocabulary.is_live(self.headline, self._plain)

    @cached_property
    def opinion(self) -> bool:
        """True when title or address call it opinion."""
        return vocabulary.is_opinion(self._plain, self.url)

    @cached_property
    def template(self) -> str | None:
        """The word that names a format which comes back day after day."""
        return "Re:" if _REPLY.search(self.headline) else vocabulary.template(self._plain)


@dataclass(frozen=True)
class DocumentFeatures:
    """The features of one document; equal documents have equal features on every machine."""

    id: str
    language: str | None
    moment: datetime  # published, or first seen where that is not known
    host: str  # two hosts are two addresses, also where each is only a front page
    publishers: frozenset[str]  # folded names and the host: one in common means one publisher
    head: tuple[str, ...]  # the title's words, in order
    title: frozenset[str]  # the title's words that mean something, shortened to a stem
    length: int  # of the text, in words
    wording: Wording
    rolled: Hashes = field(compare=False, repr=False)  # of the text: hashes of three words in a row, in order

    @cached_property
    def address(self) -> str | None:
        """The canonical address; None where it is not known."""
        url = self.wording.url
        return canonical(url) if url and not is_front_page(url) else None

    @cached_property
    def title_weight(self) -> float:
        """The weight of the title: the sum of its words' weights."""
        return weighed(self.title)

    @cached_property
    def body(self) -> tuple[str, ...]:
        """The text's words, in order."""
        return tuple(islice(tokens_of(self.wording.text), self.length))

    @cached_property
    def shingles(self) -> Hashes:
        """The text's shingles, hashes of three words in a row, each once (Broder 1997)."""
        return distinct(self.rolled)

    @cached_property
    def opening(self) -> Hashes:
        """The hashes of the text's first words, each once."""
        return distinct(self.first(LEAD))

    @cached_property
    def own(self) -> frozenset[str]:
        """The words of the text that are not in the title, as stems."""
        return content(self.body) - self.title

    def first(self, words: int) -> Hashes:
        """Return the hashes of the text's first words alone."""
        if words >= self.length:
            return self.rolled
        return self.rolled[: words - sketch.SHINGLE + 1] if words >= sketch.SHINGLE else hashes(map(digest, self.body[:words]))[:1]

    def without_last(self, words: int) -> "DocumentFeatures":
        """Return the features without the last words of the text."""
        left = self.length - words
        return replace(self, length=left, rolled=self.first(left))


@dataclass(frozen=True, slots=True)
class StoryDocument:
    """A document to be compared, with what names it and when it appeared."""

    id: str
    title: str
    text: str
    moment: datetime
    language: str | None = None
    url: str | None = None
    sources: tuple[str, ...] = ()  # the carriers' names
    row: int = 0  # of a stored item, and its change number; 0 for one that is not stored
    seq: int = 0
    first_seen: datetime | None = None


def extract(documents: Iterable[StoryDocument]) -> list[DocumentFeatures]:
    """Extract the features of documents, in their order; each has those that it would have alone."""
    wanted = list(documents)
    texts = [digests(one.text[:_MOST])[: _LONGEST * sketch.SIZE] for one in wanted]
    return [
        _features(one, len(text) // sketch.SIZE, rolled) for one, text, rolled in zip(wanted, texts, shingled(texts), strict=True)
    ]


def _features(document: StoryDocument, length: int, rolled: Hashes) -> DocumentFeatures:
    host = _bare(host_of(document.url)) if document.url else ""
    aggregated = any(map(_aggregates, (host, *document.sources[:1])))
    title, publisher = without_publisher(document.title, (*document.sources, host), aggregated=aggregated)
    head = tuple(tokens_of(title))
    return DocumentFeatures(
        id=document.id,
        language=document.language,
        moment=document.moment,
        host=host,
        publishers=frozenset({publisher, *((host, *map(_folded, document.sources)) if not aggregated else ())} - {""}),
        head=head,
        title=content(head),
        length=length,
        wording=Wording(title, document.text[:_MOST], document.url or "", document.language),
        rolled=rolled,
    )


_folded: Final = lru_cache(maxsize=10_000)(folded)  # of names: every item of a source has them again


@lru_cache(maxsize=10_000)
def _aggregates(name: str) -> bool:
    plain = folded(name)
    return any(known in plain for known in _AGGREGATORS)


def without_publisher(title: str, names: Iterable[str], *, aggregated: bool = False) -> tuple[str, str]:
    """Remove the publisher's name from the end of a title; return (title, folded name or "").

    Only what is known to be a name goes: a carrier's or the host's, what an aggregator added, or a
    tail that ends as papers are called. "Result - Leeds" keeps its town.
    """
    known = [_folded(name).replace(" ", "") for name in names if name]
    publisher = ""
    while found := _TAIL.match(title.strip()):
        tail = folded(found["tail"])
        if tail.count(" ") >= _TAIL_WORDS or not _is_name(tail, known, publisher, aggregated=aggregated):
            break
        title, publisher = found["head"], tail
        aggregated = False
    return title.strip(), publisher


def _is_name(tail: str, known: list[str], publisher: str, *, aggregated: bool) -> bool:
    flat = tail.replace(" ", "")
    parts = tail.split()
    if not flat:
        return False
    if aggregated or parts[-1] in _GENERIC or parts[0] in _GENERIC or re.search(r" (?:com|org|net|de|fr|it|nl|ru|uk|es|pl)$", tail):
        return True
    return any(flat in name or name in flat for name in known if len(name) > 1) or bool(set(parts) & set(publisher.split()))


def _bare(host: str) -> str:
    return host.removeprefix("www.").removeprefix("amp.").removeprefix("m.")


def _dates(text: str) -> Iterable[tuple[int, int]]:
    for day, name in _DAY_FIRST.findall(text):
        if month := vocabulary.month(fold(name)):
            yield int(day), month
    for name, day in _MONTH_FIRST.findall(text):
        if month := vocabulary.month(fold(name)):
            yield int(day), month
    for day, month, iso_month, iso_day in _FIGURES.findall(text):
        first, second = (int(day), int(month)) if day else (int(iso_day), int(iso_month))
        if 1 <= first <= 31 and 1 <= second <= 12:  # noqa: PLR2004 - the calendar's
            yield first, second


def names(text: str) -> Iterable[str]:
    """Return the stems of words that are written with a capital and do not merely begin a sentence; numbers are left out."""
    for sentence in re.split(r"(?<!\bvs)[.!?\n|]+\s*", text):
        for word in word_pattern().findall(sentence)[1:]:
            if word[0].isupper() and weight(token := fold(word)) >= 1 and not token.isdigit():
                yield token[:STEM]
