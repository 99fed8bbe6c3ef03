"""An item as stories compare it: title without publisher, words, names, numbers, dates, kind; knows no other item."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from feeds.common import common_in
from feeds.story import vocabulary
from feeds.story.sketch import shingled
from ingest.fold import fold, folded
from ingest.fold import words as words_of
from ingest.urls import canonical, host_of, is_front_page

BODY: Final = 12  # words of text below which an item is little more than its title
LEAD: Final = 30  # words of the text that an excerpt shares with the whole
_LONGEST: Final = 600  # words of text that are compared; news says it earlier
_MOST: Final = 6_000  # characters of text that are read
STEM: Final = 6  # letters: "orage" and "orages", "attaque" and "attaquent" are one word
_TAIL: Final = re.compile(r"^(?P<head>.*\S)\s+(?:[-–—|·]|::)\s+(?P<tail>[^|]{2,45})$")
_TAIL_WORDS: Final = 5
_NO_SPACES: Final = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]")  # kana, han, thai
_NUMBER: Final = re.compile(r"\d+(?:[.,\u00a0\u202f']\d+)*")
_SCORE: Final = re.compile(r"(?<![\d-])(\d{1,3})\s?[-:–]\s?(\d{1,3})(?![\d-])")
_VERSION: Final = re.compile(
    r"(?<![\w.])v?\d+(?:(?:\.\d+){2,}|(?:\.\d+)+(?=[-.]?(?:a|b|rc|alpha|beta|dev)))[-.]?[a-z]*\d*(?![\w.]\d)", re.IGNORECASE
)
_REPLY: Final = re.compile(r"(?:^|[^\w\s]\s)(?:Re|Aw|Fwd|Sv|Odp): ", re.IGNORECASE)
_DAY_FIRST: Final = re.compile(r"(?<!\d)(\d{1,2})(?:\.|st|nd|rd|th|er|º|ª)?\s+(?:de\s+)?([^\W\d_]{3,})")
_MONTH_FIRST: Final = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?!\d)")
_FIGURES: Final = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})(?:[./](?:19|20)?\d\d)?(?!\d)|(?<!\d)20\d\d-(\d\d)-(\d\d)")
_ELIDED: Final = frozenset("sldtnmд")  # what stands before or after an apostrophe
_AGGREGATORS: Final = ("news google", "google news", "bing com", "bing news", "msn com")
_GENERIC: Final = frozenset(
    "news times post tv radio online magazine journal gazette herald tribune daily weekly guardian independent telegraph zeitung"
    " nachrichten aktuell presse spiegel anzeiger tageblatt kurier info infos press agency agenzia agence agencia giornale corriere"
    " gazzetta repubblica courant krant dagblad nieuws omroep diario noticias periodico wiadomosci gazeta новости".split()
)


@dataclass(frozen=True, slots=True)
class Slots:
    """What two editions of one template differ in."""

    numbers: frozenset[str]
    series: frozenset[tuple[str, str]]  # ("day", "12"): which one of a row
    dates: frozenset[str]
    weekdays: frozenset[int]
    scores: frozenset[tuple[str, str]]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Article:
    """One item, read for comparing; equal texts give equal articles on every machine."""

    id: str
    language: str | None
    moment: datetime  # published, or first seen where that is not said
    address: str | None  # canonical; None says nothing
    host: str  # two hosts are two addresses, also where each is only a front page
    publishers: frozenset[str]  # folded names and the host: one in common means one publisher
    head: tuple[str, ...]  # the title's words, in order
    title: frozenset[str]  # the title's words that mean something, shortened to a stem
    body: tuple[str, ...]  # the text's words, in order
    shingles: frozenset[int]  # of the text: hashes of three words in a row
    slots: Slots  # of the title
    lead_slots: Slots  # of title and opening
    body_slots: Slots  # of the whole text
    live: bool
    opinion: bool
    template: str | None  # the word that names a format which comes back day after day


@dataclass(frozen=True, slots=True)
class Raw:
    """What an article is read from."""

    id: str
    title: str
    text: str
    moment: datetime
    language: str | None = None
    url: str | None = None
    sources: tuple[str, ...] = ()  # the carriers' names


def read(raw: Raw) -> Article:
    """Read an item for comparing."""
    host = _bare(host_of(raw.url)) if raw.url else ""
    aggregated = any(name in folded(part) for part in (host, *raw.sources[:1]) for name in _AGGREGATORS)
    title, publisher = without_publisher(raw.title, (*raw.sources, host), aggregated=aggregated)
    text = raw.text[:_MOST]
    tokens = tuple(tokens_of(text))[:_LONGEST]
    opening = " ".join(text.split()[: LEAD * 2])
    marks = folded(title)
    return Article(
        id=raw.id,
        language=raw.language,
        moment=raw.moment,
        address=None if raw.url is None or is_front_page(raw.url) else canonical(raw.url),
        host=host,
        publishers=frozenset({publisher, *((host, *map(folded, raw.sources)) if not aggregated else ())} - {""}),
        head=tuple(tokens_of(title)),
        title=content(tokens_of(title)),
        body=tokens,
        shingles=frozenset(shingled(tokens).tolist()),
        slots=slots(title),
        lead_slots=slots(f"{title}. {opening}"),
        body_slots=slots(text),
        live=vocabulary.is_live(title, marks),
        opinion=vocabulary.is_opinion(marks, raw.url or ""),
        template="Re:" if _REPLY.search(title) else vocabulary.template(marks),
    )


def without_publisher(title: str, names: Iterable[str], *, aggregated: bool = False) -> tuple[str, str]:
    """Take the publisher's name off the end of a title: (title, folded name or nothing).

    Only what is known to be a name goes: a carrier's or the host's, what an aggregator added, or a
    tail that ends as papers are called. "Result - Leeds" keeps its town.
    """
    known = [folded(name).replace(" ", "") for name in names if name]
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


def tokens_of(text: str) -> Iterable[str]:
    """Give the folded words; scripts without spaces give pairs of letters, and what follows an apostrophe goes."""
    for word in words_of(text):
        token = word.folded
        if len(token) == 1 and token in _ELIDED:
            continue
        if _NO_SPACES.search(token):
            yield from (token[n : n + 2] for n in range(max(len(token) - 1, 1)))
        else:
            yield token


def content(tokens: Iterable[str]) -> frozenset[str]:
    """Give the words that mean something, as stems."""
    return frozenset(token[:STEM] for token in tokens if weight(token))


@lru_cache(maxsize=100_000)
def weight(token: str) -> float:
    """Say how rare a word is: 0 for the commonest, more for long ones and figures.

    A fixed scale: a table counted from what has arrived would make stories depend on the order.
    """
    if common_in(token) or token in vocabulary.FORMAT:
        return 0.0
    return 1.5 if len(token) > STEM or token.isdigit() else 1.0 if len(token) > 2 else 0.5  # noqa: PLR2004 - letters


def slots(text: str) -> Slots:
    """Find what a template's next edition would say differently."""
    numbers = {re.sub(r"\D", "", found) for found in _NUMBER.findall(text)} | set(vocabulary.counted(folded(text)))
    dates = {f"{_two(month)}-{_two(day)}" for day, month in _dates(text)}
    plain = folded(text)
    return Slots(
        numbers=frozenset(numbers),
        series=frozenset(vocabulary.series(plain)) | {("version", found.lower()) for found in _VERSION.findall(text)},
        dates=frozenset(dates),
        weekdays=frozenset(vocabulary.weekdays(plain)),
        scores=frozenset(_SCORE.findall(text)),
        names=frozenset(names(text)),
    )


def _two(number: int) -> str:
    return f"{number:02}"


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
    """Give the stems of words that are written with a capital and are not merely a sentence's first; figures are none."""
    for sentence in re.split(r"(?<!\bvs)[.!?\n|]+\s*", text):
        found = list(words_of(sentence))
        for number, word in enumerate(found):
            written = sentence[word.start]
            if number and written.isupper() and weight(word.folded) >= 1 and not word.folded.isdigit():
                yield word.folded[:STEM]
